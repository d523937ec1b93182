//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::config::Config;
use super::findings::{history_findings, no_decision_date, refuse_alarm_without_data};
use super::ranking::rank;
use super::words::{headline, joined};
use crate::finding::Finding;
use crate::market::calendar::Calendar;
use crate::market::momentum::{FEWEST_MONTHS, momentum};
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::number::{Number, of_count};
use crate::strategy::contract::{self, Facts, Rhythm, Rule};
use crate::strategy::shared::texts::Texts;
use crate::strategy::trace::{Factor, Names, Quantity, RankedRow, Trace, Verdict, count, steps};
use crate::strategy::{Action, Inputs, Outcome, RiskFlag, Targets, outcome};
use crate::symbol::Symbol;

/// The fund of short Treasury bills: its falls tell closes that are not adjusted for dividends.
const DIVIDEND_FUND: &str = "BIL";

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts =
    Facts { signal_names_targets: true, dividend_fund: Some(DIVIDEND_FUND), ..Facts::OF_PRICES };

/// The one factor of the score.
pub(super) const MOMENTUM: Factor = Factor { name: "momentum_13612w", weight: 1.0 };

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    #[serde(flatten)]
    canary: Canary,
    /// Whether the decision date is a rebalance day.
    rebalance_day: bool,
    /// Why nothing is to be done, on a hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_op_reason: Option<&'static str>,
    /// The score of each ranked fund, where there was a ranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<BTreeMap<Symbol, Number>>,
    /// The pool and canary symbols without prices.
    missing_symbols: BTreeSet<Symbol>,
}

impl Rule for Config {
    fn price_needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        let symbols = self.ranking_pool.iter().chain(&self.canary_assets);
        PriceNeeds {
            symbols: symbols.map(|symbol| (symbol.clone(), Necessity::Skippable)).collect(),
            reach: self.reach(),
            checked: BTreeSet::from([Symbol::literal(DIVIDEND_FUND)]),
            ..PriceNeeds::default()
        }
    }

    fn reach(&self) -> Reach {
        Reach { bars: self.fewest_pool_closes(), months: FEWEST_MONTHS }
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::MonthEnds(&self.rebalance_months)
    }

    /// The pool and the safe haven: the canary assets are watched, never bought.
    fn own_symbols(&self) -> Vec<Symbol> {
        let outside = Some(&self.safe_haven).filter(|symbol| !self.ranking_pool.contains(symbol));
        self.ranking_pool.iter().chain(outside).cloned().collect()
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn canary(&self) -> Option<contract::Canary<'_>> {
        Some(contract::Canary { assets: &self.canary_assets, bad_threshold: *self.canary_bad_threshold })
    }

    fn is_alarmed_without(&self, absent: &[&Symbol], inputs: Inputs<'_>) -> bool {
        // An absent asset is counted as bad.
        let bad_canaries = Canary::of(self, inputs, &mut Trace::silent()).canary_bad_count;
        bad_canaries.saturating_sub(absent.len()) >= *self.canary_bad_threshold
    }

    fn ranked_funds(&self) -> &[Symbol] {
        &self.ranking_pool
    }

    /// Decides from the closes of the pool and the canary assets, and from what is held.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let as_of = inputs.as_of.ok_or_else(|| vec![no_decision_date()])?;
        let canary = Canary::of(self, inputs, trace);
        refuse_alarm_without_data(self, inputs, &canary)?;
        let rebalance_day = is_rebalance_day(self, as_of, inputs.calendar, trace);
        let action = match (canary.is_emergency, rebalance_day) {
            (true, _) => Action::Emergency,
            (false, true) => Action::Rebalance,
            (false, false) => Action::Hold,
        };
        let rows = if action == Action::Rebalance { Some(rank(self, inputs, trace)?) } else { None };
        let (weights, slot_weight) = weights(self, action, rows.as_deref().unwrap_or_default(), trace);

        let has_data = |symbol: &&Symbol| inputs.window(symbol).is_some();
        let of_pool = self.ranking_pool.iter().filter(|_| rows.is_some());
        let price_symbols = self.canary_assets.iter().chain(of_pool).filter(has_data).cloned().collect();
        let watched = self.canary_assets.iter().chain(&self.ranking_pool);
        let missing_symbols = watched.filter(|symbol| !has_data(symbol)).cloned().collect();
        let headline = headline(self, inputs, &canary, rows.as_deref());
        let mut texts = Texts::default();
        texts.diagnostics.insert("signal_description", headline.clone());
        texts.diagnostics.insert("canary_status", canary.status(&self.canary_assets));
        Ok(Outcome {
            action,
            largest_weight: slot_weight,
            price_symbols,
            risk_flags: RiskFlag::Emergency.raised_if(canary.is_emergency),
            managed_symbols: self.own_symbols(),
            signal: rows.as_ref().map_or(action.to_string(), |_| joined(weights.keys(), "+")),
            headline,
            diagnostics: outcome::Diagnostics::new(Diagnostics {
                actionable: action.is_actionable(),
                canary,
                rebalance_day,
                no_op_reason: (action == Action::Hold).then_some("not_a_rebalance_day"),
                scores: rows
                    .map(|rows| rows.into_iter().map(|row| (row.symbol, Number(row.score))).collect()),
                missing_symbols,
            }),
            findings: history_findings(self, inputs),
            texts,
            ..Outcome::rebalance(Targets::Weights(weights), &self.safe_haven)
        })
    }
}

/// The canary assets' verdict, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Canary {
    /// The 13612W momentum of each canary asset; `null` where it is missing.
    canary_momentum: BTreeMap<Symbol, Option<Number>>,
    /// How many canary assets are bad.
    pub(super) canary_bad_count: usize,
    #[serde(skip)]
    pub(super) is_emergency: bool,
}

impl Canary {
    /// An asset is bad when its momentum is missing or below zero.
    fn of(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Self {
        let (mut canary_momentum, mut canary_bad_count) = (BTreeMap::new(), 0);
        for symbol in &config.canary_assets {
            let value = momentum_of(inputs, symbol);
            let below_zero = Quantity::ratio(MOMENTUM.name, value).below(0.0);
            let mut is_bad = below_zero.or_when_missing(true).about(symbol);
            if value.is_some() {
                is_bad = is_bad.moved_by(symbol);
            }
            canary_bad_count += usize::from(trace.gate("canary_is_bad", is_bad));
            canary_momentum.insert(symbol.clone(), value.map(Number));
        }
        let most = Some(config.canary_assets.len());
        let is_emergency = trace.gate(
            "canary_emergency",
            count!(canary_bad_count)
                .at_least(count!(*config.canary_bad_threshold))
                .counting(Names::Count { most }),
        );
        Self { canary_momentum, canary_bad_count, is_emergency }
    }

    /// Each asset with its momentum, in the order of the config.
    fn status(&self, assets: &[Symbol]) -> String {
        let parts = assets.iter().map(|symbol| match self.canary_momentum.get(symbol).copied().flatten() {
            Some(Number(momentum)) if momentum < 0.0 => format!("{symbol}:❌({momentum:.3})"),
            Some(Number(momentum)) => format!("{symbol}:✅({momentum:.3})"),
            None => format!("{symbol}:❌(no data)"),
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// The momentum of a symbol, a ratio; `None` when it has no data, or too little.
pub(super) fn momentum_of(inputs: Inputs<'_>, symbol: &Symbol) -> Option<f64> {
    momentum(inputs.window(symbol)?)
}

/// Whether the date is the last session of one of the months.
fn is_rebalance_day(config: &Config, as_of: NaiveDate, calendar: &Calendar, trace: &mut Trace) -> bool {
    let rebalance_months_that_match = usize::from(config.rebalance_months.contains(&as_of.month()));
    let sessions_that_end_the_month = usize::from(calendar.is_last_session_of_month(as_of));
    let is_month =
        trace.gate("month_is_a_rebalance_month", count!(rebalance_months_that_match).at_least(1.0));
    let is_last_session =
        trace.gate("session_is_the_last_of_its_month", count!(sessions_that_end_the_month).at_least(1.0));
    is_month && is_last_session
}

/// The targets: each selected fund a slot, and the unused slots to the safe haven; and the weight of a slot, where
/// there was a ranking.
fn weights(
    config: &Config,
    action: Action,
    rows: &[RankedRow],
    trace: &mut Trace,
) -> (BTreeMap<Symbol, f64>, Option<f64>) {
    let (safe_haven, top_n) = (&config.safe_haven, of_count(*config.top_n));
    let (mut weights, mut largest_weight) = (BTreeMap::new(), None);
    if action == Action::Rebalance {
        steps! { trace; slot_weight: ratio = 1.0 / top_n; }
        for RankedRow { symbol, .. } in rows.iter().filter(|row| row.verdict == Verdict::Selected) {
            steps! { trace, of symbol; target_weight: ratio = slot_weight; }
            weights.insert(symbol.clone(), target_weight);
        }
        let unused_slots = top_n - of_count(weights.len());
        if unused_slots > 0.0 && !weights.is_empty() {
            steps! { trace, of safe_haven; target_weight: ratio = unused_slots * slot_weight; }
            // The safe haven may stand in the pool too, and then keeps its own slot besides.
            *weights.entry(safe_haven.clone()).or_default() += target_weight;
        }
        largest_weight = Some(slot_weight);
    }
    if action != Action::Hold && weights.is_empty() {
        // All slots together are the whole account, which their sum may miss by a bit.
        steps! { trace, of safe_haven; target_weight: ratio = 1.0; }
        weights.insert(safe_haven.clone(), target_weight);
    }
    (weights, largest_weight)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
