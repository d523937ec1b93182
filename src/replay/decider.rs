//! The decisions of a walk: the one core, asked once a turn with what stood in the files on that day.

use std::collections::BTreeMap;

use super::ReplayError;
use super::diary::{NearestFlip, Ruling};
use super::folder::Dated;
use super::schedule::Turn;
use super::walk::Decide;
use crate::account::Account;
use crate::check;
use crate::decision::{self, Frame};
use crate::explain::flip::{DecisionFlip, Flips};
use crate::finding::{Code, Finding, any_error};
use crate::market::calendar::Calendar;
use crate::market::history::{History, Market};
use crate::pipeline::Evidence;
use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::strategy::choice::Strategy;
use crate::strategy::{Action, Inputs, Outcome};
use crate::symbol::Symbol;

/// More days than a month has sessions, so that the months that a rule reaches are whole.
const DAYS_OF_A_MONTH: usize = 31;

/// Decides with the core that `strat decide` uses.
pub(crate) struct Decider<'a> {
    pub manifest: &'a Manifest,
    pub strategy: &'a Strategy,
    pub config: &'a Config,
    pub calendar: &'a Calendar,
    pub market: &'a Market,
    pub snapshots: &'a [Dated],
    pub allow: &'a [Code],
    pub max_lag: usize,
    pub takes_prices: bool,
}

impl Decider<'_> {
    /// The bars that a decision may see.
    fn market_up_to(&self, turn: &Turn, dated: Option<&Dated>) -> Market {
        let needs = self.strategy.price_needs(dated.map(|dated| &dated.snapshot));
        let reach = needs.bars.max(needs.months * DAYS_OF_A_MONTH);
        let cut = |symbol: &Symbol| {
            let window = self.market.get(symbol)?.up_to(turn.data_date).newest_up_to(reach);
            let history = History {
                dates: window.dates.to_vec(),
                closes: window.closes.to_vec(),
                highs: window.highs.to_vec(),
                lows: window.lows.to_vec(),
                ..History::default()
            };
            (!window.is_empty()).then(|| (symbol.clone(), history))
        };
        needs.symbols.keys().filter_map(cut).collect()
    }
}

/// What a decision says, in a few words.
fn words(outcome: Option<&Outcome>) -> String {
    let Some(outcome) = outcome else { return Action::Blocked.as_str().to_owned() };
    let targets = outcome.targets.by_symbol().iter().filter(|(_, target)| **target > 0.0);
    let names: Vec<&str> = targets.map(|(symbol, _)| symbol.as_str()).collect();
    if names.is_empty() { outcome.action.as_str().to_owned() } else { names.join("+") }
}

impl Decide for Decider<'_> {
    fn flip(&self, turn: &Turn, account: &Account) -> Option<NearestFlip> {
        let dated = turn.snapshot.and_then(|place| self.snapshots.get(place));
        let evidence = Evidence {
            as_of: Some(turn.as_of),
            calendar: self.calendar.clone(),
            market: self.market_up_to(turn, dated),
            snapshot: dated.map(|dated| dated.snapshot.clone()),
            indicators: None,
            account: account.clone(),
            has_portfolio: true,
            previous_names: None,
        };
        let outcome = self.strategy.decide(&evidence.inputs()).ok()?;
        let DecisionFlip { flip, outcome, .. } = Flips::of(self.strategy, &evidence, &outcome).decision?;
        Some(NearestFlip {
            symbol: flip.symbol,
            close: flip.close,
            change: flip.change_ratio,
            to: words(outcome.as_ref()),
        })
    }

    fn decide(&self, turn: &Turn, account: &Account) -> Result<Ruling, ReplayError> {
        let dated = turn.snapshot.and_then(|place| self.snapshots.get(place));
        let snapshot = dated.map(|dated| &dated.snapshot);
        let needs = self.strategy.price_needs(snapshot);
        let market = self.market_up_to(turn, dated);
        let mut findings: Vec<Finding> = dated.map(|dated| dated.findings.clone()).unwrap_or_default();
        if let Some(dated) = dated {
            findings.extend(check::snapshot::dates::future_as_of(dated.date, turn.as_of, &dated.path));
            findings.extend(check::snapshot::dates::stale(dated.date, turn.as_of, &dated.path));
        }
        if self.takes_prices {
            for (symbol, _) in needs.symbols.iter().filter(|(symbol, _)| !market.contains_key(*symbol)) {
                findings.push(Finding::new(Code::MissingSymbol, "no row").symbol(symbol));
            }
            findings.extend(check::prices::price_jumps(&market));
        }
        let mut allowed = check::allowance::apply(&mut findings, self.allow);
        let inputs = Inputs {
            as_of: Some(turn.as_of),
            calendar: self.calendar,
            market: &market,
            snapshot,
            indicators: None,
            account,
        };
        let mut outcome: Option<Outcome> = None;
        if !any_error(&findings) {
            match self.strategy.decide(&inputs) {
                Ok(decided) => {
                    let mut more = decided.findings.clone();
                    more.extend(check::prices::stale_prices(
                        &market,
                        &decided.price_symbols,
                        turn.as_of,
                        self.calendar,
                        self.max_lag + turn.extra_lag,
                    ));
                    allowed.extend(check::allowance::apply(&mut more, self.allow));
                    findings.extend(more);
                    outcome = Some(decided);
                }
                Err(refusals) => findings.extend(refusals),
            }
        }
        findings.sort_by_key(|finding| finding.severity);
        let outcome = outcome.filter(|_| !any_error(&findings));
        let kept = findings.clone();
        let frame = Frame {
            manifest: self.manifest,
            config: self.config.clone(),
            as_of: Some(turn.as_of),
            calendar: self.calendar,
            account,
            findings,
            allowed,
            inputs: vec![],
            explicit_exits: false,
        };
        let decision = match &outcome {
            Some(outcome) => decision::of_outcome(frame, outcome)?,
            None => decision::blocked(frame)?,
        };
        let targets: BTreeMap<_, _> = decision
            .positions
            .iter()
            .filter_map(|position| {
                Some((position.symbol.clone(), position.target_weight.or(position.target_value)?.0))
            })
            .collect();
        let signal = outcome.as_ref().map(|outcome| match self.strategy {
            Strategy::GlobalEtfRotation(_) => outcome.action.as_str().to_owned(),
            _ => outcome.signal.clone(),
        });
        Ok(Ruling {
            action: outcome.as_ref().map_or(Action::Blocked, |outcome| outcome.action),
            targets,
            signal,
            headline: outcome.map(|outcome| outcome.headline),
            risk_flags: decision.risk_flags,
            findings: kept,
            decision_id: decision.decision_id,
        })
    }
}
