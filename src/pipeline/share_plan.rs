//! The share plan of a decision: what the account holds, what the prices are, and what is said about both.

use std::collections::{BTreeMap, BTreeSet};

use super::shelf::Shelf;
use super::{Gathered, PipelineError, Request, known_symbols};
use crate::account::{Account, Position};
use crate::decision::{ContractViolation, Decided, Role};
use crate::finding::{Code, Finding, Severity};
use crate::input::{prices, quotes};
use crate::market::history::Market;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::window::Window;
use crate::plan::price::{self, Price, PriceSource, Prices};
use crate::plan::{self, Portfolio, SharePlan, Target, Unmanaged, spending};
use crate::profile::Profile;
use crate::strategy::{Evidence, Outcome, Targets};
use crate::symbol::Symbol;

/// The snapshot's column of closes.
const CLOSE: &str = "close";

/// Prices that only the plan reads.
#[derive(Debug, Default)]
pub(super) struct PlanPrices {
    quotes: quotes::Quotes,
    closes: Market,
}

impl PlanPrices {
    /// Reads the quotes of everything that may be a target or an exit, and takes the closes of what the rule did not ask
    /// for: those that were read beside the rule's, else from files that the rule does not read.
    pub(super) fn read(
        request: &Request,
        profile: &Profile,
        evidence: &Evidence,
        beside: Option<prices::Reading>,
        shelf: Option<&Shelf>,
        gathered: &mut Gathered,
    ) -> Self {
        let wanted = symbols(profile, evidence);
        let mut read = Self::default();
        if let Some(path) = &request.plan.quotes {
            read.quotes = gathered.take(quotes::read(path, &wanted));
        }
        let is_read_by_rule = profile.strategy.facts().takes_prices() && request.indicators.is_none();
        if is_read_by_rule {
            read.take_closes_beside(beside, gathered);
        } else if !request.prices.files.is_empty() && !wanted.is_empty() {
            let files = prices::Request::new(&request.prices);
            let known = known_symbols(profile, evidence);
            let read_for =
                |wanted, known| prices::read(&files.for_rule(&needs(wanted), known, request.as_of));
            let reading = match shelf {
                Some(shelf) => {
                    let with_shared = |own: &BTreeSet<Symbol>| own.union(shelf.symbols()).cloned().collect();
                    shelf.plan(&wanted, || read_for(with_shared(&wanted), with_shared(&known)))
                }
                None => read_for(wanted, known),
            };
            read.take_closes(reading, gathered);
        }
        read
    }

    /// Takes the closes of files that only the plan reads. Such a file can block.
    fn take_closes(&mut self, reading: prices::Reading, gathered: &mut Gathered) {
        self.closes = reading.market;
        self.closes.retain(|symbol, _| !reading.with_bad_cells.contains(symbol));
        gathered.inputs.extend(reading.inputs);
        let has_no_closes = self.closes.is_empty();
        let is_unusable = |code| match code {
            Code::PricesMissing | Code::PricesEmpty | Code::MissingColumns | Code::AmbiguousClose => true,
            Code::PricesParseFailed => has_no_closes,
            _ => false,
        };
        for finding in reading.findings {
            if finding.severity == Severity::Error && !is_unusable(finding.code) {
                self.drop_closes(finding, gathered);
            } else if finding.code != Code::MissingSymbol {
                // A symbol without a bar has no price, which the plan says itself.
                gathered.findings.push(finding);
            }
        }
    }

    /// Takes the closes that were read beside those of the rule, whose reading says what is wrong with the files.
    fn take_closes_beside(&mut self, reading: Option<prices::Reading>, gathered: &mut Gathered) {
        let Some(reading) = reading else { return };
        self.closes = reading.market;
        self.closes.retain(|symbol, _| !reading.with_bad_cells.contains(symbol));
        let errors = reading.findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        errors.for_each(|finding| self.drop_closes(finding, gathered));
    }

    /// Warns of an error, and takes no close of its symbol.
    fn drop_closes(&mut self, error: Finding, gathered: &mut Gathered) {
        match &error.symbol {
            Some(symbol) => drop(self.closes.remove(symbol)),
            // Which of two closes is meant is not known of any symbol.
            None if error.code == Code::AmbiguousClose => self.closes.clear(),
            None => {}
        }
        gathered.findings.push(error.severity(Severity::Warning));
    }

    /// The prices of symbols: a quote, else a close, else the snapshot's, else what the account values a share at.
    fn of<'a>(
        &self,
        symbols: impl Iterator<Item = &'a Symbol>,
        evidence: &Evidence,
        account: &Account,
    ) -> Prices {
        symbols.filter_map(|symbol| Some((symbol.clone(), self.price(symbol, evidence, account)?))).collect()
    }

    /// The bars of a symbol that were read for the plan alone, up to the decision date.
    pub(super) fn window<'a>(&'a self, symbol: &Symbol, evidence: &Evidence) -> Option<Window<'a>> {
        let history = self.closes.get(symbol)?;
        Some(evidence.as_of.map_or(history.window(), |day| history.up_to(day)))
    }

    fn price(&self, symbol: &Symbol, evidence: &Evidence, account: &Account) -> Option<Price> {
        let quote = self.quotes.get(symbol).map(|quote| (quote.usd, PriceSource::Quotes, quote.as_of));
        let close = || {
            let window = evidence.inputs().window(symbol).or_else(|| self.window(symbol, evidence))?;
            Some((window.close()?, PriceSource::Prices, window.date()))
        };
        let snapshot = || {
            let snapshot = evidence.snapshot.as_ref()?;
            let row = snapshot.rows.iter().find(|row| row.symbol.as_ref() == Some(symbol))?;
            Some((row.number(snapshot.column(CLOSE))?, PriceSource::Snapshot, snapshot.as_of))
        };
        let held = || {
            let position = account.positions.get(symbol)?;
            let usd = position.market_value_usd / position.quantity;
            (position.quantity > 0.0).then_some((usd, PriceSource::Portfolio, account.as_of))
        };
        let is_valid = |(usd, ..): &(f64, PriceSource, _)| usd.is_finite() && *usd > 0.0;
        let found = quote
            .filter(is_valid)
            .or_else(|| close().filter(is_valid))
            .or_else(|| snapshot().filter(is_valid))
            .or_else(|| held().filter(is_valid));
        found.map(|(usd, source, date)| Price { usd, source, date })
    }
}

/// The closes that a plan needs besides those of its rule; `None` where it needs none.
pub(super) fn needs_beside(mut wanted: BTreeSet<Symbol>, rule: &PriceNeeds) -> Option<PriceNeeds> {
    wanted.retain(|symbol| !rule.symbols.contains_key(symbol) && !rule.checked.contains(symbol));
    (!wanted.is_empty()).then(|| needs(wanted))
}

/// The needs of symbols whose newest closes are used where there are any.
fn needs(symbols: BTreeSet<Symbol>) -> PriceNeeds {
    let symbols = symbols.into_iter().map(|symbol| (symbol, Necessity::Skippable)).collect();
    PriceNeeds { symbols, reach: Reach::bars(1), ..PriceNeeds::default() }
}

/// Everything that may be a target or an exit: what the profile manages and what the account holds.
pub(super) fn symbols(profile: &Profile, evidence: &Evidence) -> BTreeSet<Symbol> {
    let account = &evidence.account;
    let snapshot = evidence.snapshot.iter().flat_map(|snapshot| &snapshot.rows);
    let mut symbols: BTreeSet<Symbol> = profile.strategy.fund_symbols().into_iter().collect();
    symbols.extend(snapshot.filter_map(|row| row.symbol.clone()));
    symbols.extend(account.positions.keys().chain(account.below_min_holding.keys()).cloned());
    symbols.extend(account.holdings.iter().cloned());
    symbols
}

/// The plan of a decision, and what is said about it.
#[derive(Debug, Default)]
pub(super) struct Planned {
    pub share_plan: Option<SharePlan>,
    /// The part of the equity that the profile manages, in US dollars; `None` where it is not known.
    pub managed_equity_usd: Option<f64>,
    pub findings: Vec<Finding>,
}

/// Plans a decision; there is no plan without an equity or any price, on hold and on blocked.
///
/// # Errors
/// When the plan breaks its own contract.
pub(super) fn plan(
    request: &Request,
    read: Option<&PlanPrices>,
    evidence: &Evidence,
    decided: &Decided,
) -> Result<Planned, PipelineError> {
    let mut planned = Planned::default();
    let Some(outcome) = decided.outcome.as_ref().filter(|outcome| outcome.action.is_actionable()) else {
        return Ok(planned);
    };
    let Some(equity_usd) = evidence.account.equity_usd.filter(|equity| *equity > 0.0) else {
        return Ok(planned);
    };
    let weights = match outcome.targets {
        Targets::Weights(_) => plan::Weights::Profile,
        Targets::Values(_) => plan::Weights::PresentEquity,
    };
    let targets = targets(decided, weights, equity_usd);
    let exits: Vec<Symbol> = decided.exits.iter().map(|exit| exit.symbol.clone()).collect();
    let mut account = evidence.account.clone();
    let small: BTreeMap<Symbol, Position> = std::mem::take(&mut account.below_min_holding);
    account.positions.extend(small.iter().map(|(symbol, position)| (symbol.clone(), *position)));
    let managed = managed(outcome, &targets);
    let of_plan = || targets.iter().map(|target| &target.symbol).chain(&exits);
    let unknown_quantities: BTreeSet<Symbol> = of_plan()
        .filter(|symbol| account.holdings.contains(*symbol) && !account.positions.contains_key(*symbol))
        .cloned()
        .collect();
    let below_min_holding = small.keys().filter(|symbol| managed.contains(*symbol)).cloned().collect();
    let portfolio = evidence.has_portfolio.then_some(Portfolio {
        total_equity_usd: account.total_equity_usd,
        cash_balance_usd: account.cash_balance_usd,
        positions: &account.positions,
        managed: &managed,
        cash_symbols: &request.account.cash_symbols,
        unknown_quantities: &unknown_quantities,
        below_min_holding: &below_min_holding,
        has_unknown_value: !account.foreign.is_empty(),
    });
    let excess = portfolio.as_ref().and_then(|portfolio| spending::excess(equity_usd, &targets, portfolio));
    planned.managed_equity_usd =
        portfolio.as_ref().and_then(|portfolio| portfolio.managed_equity_usd(equity_usd));
    planned.findings.extend(excess.and_then(|excess| exceeding_held(&excess, &account, &small)));
    let Some(read) = read else { return Ok(planned) };
    let prices = read.of(of_plan(), evidence, &account);
    planned.findings.extend(mixed_dates(&prices));
    let share_plan = plan::share_plan(&plan::Request {
        equity_usd,
        targets: &targets,
        exits: &exits,
        prices: &prices,
        portfolio,
        reserve_usd: outcome.reserve_usd,
        trade_threshold_usd: outcome.trade_threshold_usd.unwrap_or_default(),
        options: request.plan.options(),
        weights,
    });
    planned.share_plan = share_plan.map_err(|error| ContractViolation(error.to_string()))?;
    Ok(planned)
}

/// What the profile may trade: its symbols, its safe haven and its targets.
fn managed(outcome: &Outcome, targets: &[Target]) -> BTreeSet<Symbol> {
    let targets = targets.iter().map(|target| &target.symbol);
    outcome.managed_symbols.iter().chain([&outcome.safe_haven]).chain(targets).cloned().collect()
}

/// The native targets in both units.
fn targets(decided: &Decided, weights: plan::Weights, equity_usd: f64) -> Vec<Target> {
    let targets = decided.positions.iter().filter(|position| position.role != Some(Role::Exit));
    targets
        .filter_map(|position| {
            let target = position.target_weight.or(position.target_value)?.0;
            let (weight, value_usd) = match weights {
                plan::Weights::Profile => (target, target * equity_usd),
                plan::Weights::PresentEquity => (target / equity_usd, target),
            };
            Some(Target { symbol: position.symbol.clone(), role: position.role, weight, value_usd })
        })
        .collect()
}

/// The finding, where one of the positions is held: of those that `--holdings` leaves out it says that they are not.
fn exceeding_held(
    excess: &spending::Excess,
    account: &Account,
    small: &BTreeMap<Symbol, Position>,
) -> Option<Finding> {
    let is_held = |position: &Unmanaged| {
        account.holdings.contains(&position.symbol) || small.contains_key(&position.symbol)
    };
    (excess.unmanaged.is_empty() || excess.unmanaged.iter().any(is_held)).then(|| exceeding(excess))
}

fn exceeding(excess: &spending::Excess) -> Finding {
    let named: Vec<String> = excess
        .unmanaged
        .iter()
        .map(|position| format!("{} ({:.2} USD)", position.symbol, position.value.0))
        .collect();
    let unmanaged = match named.as_slice() {
        [] => String::new(),
        named => format!("; the profile does not manage {}", named.join(", ")),
    };
    let message = format!("the targets add up to more than the managed part of the account{unmanaged}");
    // Rounded down, so that the targets of that equity are within it.
    let managed = (excess.managed_equity_usd * 100.0).floor() / 100.0;
    let hint = if managed > 0.0 {
        format!(
            "decide on the managed part alone with `--equity {managed}`, or name a cash-like holding with `--cash-symbol`"
        )
    } else {
        "name a cash-like holding with `--cash-symbol`, or sell what the profile does not manage".to_owned()
    };
    Finding::new(Code::TargetsExceedManagedEquity, message)
        .observed(format!("{:.2} USD", excess.targets_usd))
        .expected(format!("at most {:.2} USD", excess.managed_equity_usd))
        .values(excess.targets_usd, excess.managed_equity_usd)
        .hint(hint)
}

fn mixed_dates(prices: &Prices) -> Option<Finding> {
    let dates = price::close_dates(prices);
    if dates.len() < 2 {
        return None;
    }
    let named: Vec<String> = dates
        .iter()
        .map(|(date, symbols)| match symbols.as_slice() {
            [one] => format!("{date} ({one})"),
            [first, others @ ..] => format!("{date} ({first} and {} more)", others.len()),
            [] => date.to_string(),
        })
        .collect();
    Some(
        Finding::new(
            Code::MixedPriceDates,
            format!("the closes of the share plan are of {}", named.join(", ")),
        )
        .observed(format!("{} days", dates.len()))
        .expected("closes of one day")
        .counts(dates.len(), 1)
        .hint("name prices of one day with `--quotes FILE`, or newer ones with `--prices FILE`"),
    )
}
