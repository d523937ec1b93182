//! Reads every input that a strategy takes, and collects what is wrong with them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::share_plan::{PlanPrices, needs_beside, symbols};
use super::shelf::Shelf;
use super::{Request, UsageError, holdings, known_symbols};
use crate::check;
use crate::finding::{Code, Finding, any_error};
use crate::input::{FileKind, InputRecord, Read, Reading, closures, indicators, portfolio, prices};
use crate::market::calendar::Calendar;
use crate::market::history::{History, Market};
use crate::market::needs::PriceNeeds;
use crate::profile::Profile;
use crate::profile::manifest::SnapshotContract;
use crate::strategy::Evidence;
use crate::symbol::Symbol;

/// What reading has brought together so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
    /// Of symbols without a price, how the price files spell one that looks like it.
    pub lookalikes: BTreeMap<Symbol, String>,
}

impl Gathered {
    /// The exchange calendar, with the closures of a file if one is named.
    pub(crate) fn calendar(&mut self, closures: Option<&str>) -> Calendar {
        closures.map_or_else(Calendar::default, |path| Calendar::new(self.take(closures::read(path))))
    }

    /// Takes what a file says, with its record and what is wrong with it; of one that can't be used nothing.
    pub(crate) fn take<T: Default>(&mut self, read: Read<T>) -> T {
        let reading = read.unwrap_or_else(Reading::from);
        self.inputs.extend(reading.input);
        self.findings.extend(reading.findings);
        reading.value
    }
}

/// Reads every input that the strategy takes, and the prices that only the share plan reads.
///
/// # Errors
/// When a flag does not go with a file, which only the file can tell.
pub(super) fn gather(
    request: &Request,
    profile: &Profile,
    gathered: &mut Gathered,
    shelf: Option<&Shelf>,
) -> Result<(Evidence, Option<PlanPrices>), UsageError> {
    let mut evidence = Evidence { as_of: request.as_of, ..Evidence::default() };
    evidence.calendar = gathered.calendar(request.rules.closures.as_deref());
    let account = portfolio::read(&request.account);
    if let Some([message, hint]) = account.misuse {
        return Err(UsageError::new(message, hint));
    }
    gathered.inputs.extend(account.input);
    // A sum says nothing where a part of it could not be read.
    let is_whole = !any_error(&account.findings) && account.account.foreign.is_empty();
    gathered.findings.extend(account.findings);
    if is_whole && request.account.equity_usd.is_none() {
        gathered.findings.extend(check::account::equity_mismatch(&account.account));
    }
    gathered.findings.extend(check::account::short_positions(&account.account));
    gathered.findings.extend(check::account::buying_power_exceeds_cash(&account.account));
    evidence.account = account.account;
    holdings::adjust(&mut evidence.account, &request.account);
    evidence.has_portfolio = account.has_portfolio;
    let strategy = profile.strategy.name();
    let mut plan_closes = None;
    if strategy.facts().takes_snapshot() {
        gather_snapshot(request, profile, &mut evidence, gathered);
    }
    if let Some(path) = &request.indicators {
        let reading = indicators::read(path);
        let newest = reading.as_ref().ok().and_then(|reading| reading.input.as_ref()?.last);
        evidence.indicators = gathered.take(reading);
        let max_lag = request.rules.max_lag();
        let calendar = &evidence.calendar;
        gathered.findings.extend(newest.zip(request.as_of).and_then(|(newest, as_of)| {
            check::prices::stale_indicators(newest, as_of, calendar, max_lag, path)
        }));
    } else if strategy.facts().takes_prices() {
        plan_closes = gather_prices(request, profile, &mut evidence, gathered, shelf);
    }
    // A decision that its inputs block has no plan.
    let is_blocked = check::allowance::any_blocking(&gathered.findings, &request.rules.allow);
    let plan_prices =
        (!is_blocked).then(|| PlanPrices::read(request, profile, &evidence, plan_closes, shelf, gathered));
    Ok((evidence, plan_prices))
}

fn gather_snapshot(request: &Request, profile: &Profile, evidence: &mut Evidence, gathered: &mut Gathered) {
    let config_file = gathered.inputs.iter().find(|input| input.kind == FileKind::Config);
    let examination = check::snapshot::examine(&check::snapshot::Request {
        snapshot: request.snapshot.as_deref(),
        manifest: request.manifest.as_deref(),
        requires_manifest: request.require_manifest,
        config_file: request.rules.config.as_deref(),
        config_sha256: config_file.map(|input| input.sha256.as_str()),
        calendar: Some(&evidence.calendar),
        // How old it is on the decision date is a check of the day.
        ..check::snapshot::Request::new(&profile.manifest, &profile.strategy)
    });
    gathered.inputs.extend(examination.inputs);
    gathered.findings.extend(examination.findings);
    evidence.snapshot = examination.snapshot;
    if let Some((path, contract)) = request.previous.as_deref().zip(profile.manifest.snapshot.as_ref()) {
        gather_previous(path, contract, evidence, gathered);
    }
}

/// Reads the names of the snapshot before.
fn gather_previous(
    path: &str,
    contract: &SnapshotContract,
    evidence: &mut Evidence,
    gathered: &mut Gathered,
) {
    match check::snapshot::read_columns(path, contract) {
        Ok((previous, record)) => {
            let snapshot = evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
            let dates = previous.as_of.zip(snapshot);
            gathered
                .findings
                .extend(dates.and_then(|(before, now)| check::previous::not_earlier(before, now, path)));
            gathered.inputs.push(InputRecord { kind: FileKind::Previous, ..record });
            let mut names: Vec<Symbol> = previous.symbols().map(|(symbol, _)| symbol.clone()).collect();
            names.sort();
            evidence.previous_names = Some(names);
        }
        Err(findings) => gathered.findings.extend(findings),
    }
}

/// The newest session with a bar of a symbol that the rule reads; where no bar is of a session, the newest date of one. A
/// price of another symbol, such as a coin that trades on Sundays, never moves it.
fn decision_date(market: &Market, needs: &PriceNeeds, calendar: &Calendar) -> Option<NaiveDate> {
    let histories = || needs.symbols.keys().filter_map(|symbol| market.get(symbol));
    let newest_session =
        |history: &History| history.dates.iter().rev().copied().find(|date| calendar.is_session(*date));
    let session = histories().filter_map(newest_session).max();
    session.or_else(|| histories().filter_map(History::newest_date).max())
}

/// Reads the prices of the rule; gives back those that only the share plan needs, read in the same pass.
fn gather_prices(
    request: &Request,
    profile: &Profile,
    evidence: &mut Evidence,
    gathered: &mut Gathered,
    shelf: Option<&Shelf>,
) -> Option<prices::Reading> {
    if request.prices.files.is_empty() {
        let takes_indicators = profile.strategy.facts().takes_indicators();
        let or_indicators = if takes_indicators { ", or indicators with `--indicators FILE`" } else { "" };
        gathered.findings.push(
            Finding::new(Code::PricesMissing, "the profile needs daily closes, and no price file is given")
                .hint(format!("name a CSV `symbol,as_of,close` with `--prices FILE`{or_indicators}")),
        );
        return None;
    }
    let needs = profile.strategy.price_needs(evidence.snapshot.as_ref());
    let files = prices::Request::new(&request.prices);
    let shared = || shelf.into_iter().flat_map(Shelf::symbols).cloned();
    let mut known = known_symbols(profile, evidence);
    known.extend(shared());
    let own = symbols(profile, evidence);
    let wanted = own.iter().cloned().chain(shared()).collect();
    let beside = needs_beside(wanted, &needs).map(|needs| prices::Request {
        // The newest day is that of the rule's reading.
        finds_newest_day: false,
        ..files.clone().for_rule(&needs, known.clone(), request.as_of)
    });
    let files = files.for_rule(&needs, known, request.as_of);
    let read = || match &beside {
        Some(beside) => {
            let (reading, beside) = prices::read_beside(&files, beside);
            (reading, Some(beside))
        }
        None => (prices::read(&files), None),
    };
    let (reading, beside) = match shelf {
        Some(shelf) => shelf.rule(&own, read),
        None => read(),
    };
    gathered.inputs.extend(reading.inputs);
    gathered.findings.extend(reading.findings);
    gathered.lookalikes = reading.lookalikes;
    gathered.findings.extend(check::account::newer_than_prices(
        &evidence.account,
        reading.newest_row,
        &evidence.calendar,
    ));
    let newest = || decision_date(&reading.market, &needs, &evidence.calendar).or(reading.newest_day);
    evidence.as_of = request.as_of.or_else(newest);
    if let Some(chosen) = evidence.as_of.filter(|_| request.as_of.is_none()) {
        let histories: Vec<_> =
            needs.symbols.keys().filter_map(|symbol| reading.market.get_key_value(symbol)).collect();
        gathered.findings.extend(check::day::prices::sessions::bars_after(
            chosen,
            &histories,
            &evidence.calendar,
        ));
    }
    evidence.market = reading.market;
    beside
}
