//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::config::Config;
use super::findings::{
    history_findings, no_canary_data, no_decision_date, refuse_alarm_of_short_histories,
    refuse_pool_of_short_histories,
};
use super::ranking::{Candidate, rank};
use super::words::{headline, signal};
use crate::finding::Finding;
use crate::market::calendar::Calendar;
use crate::market::momentum::MomentumBases;
use crate::number::{Number, of_count};
use crate::strategy::shared::texts::Texts;
use crate::strategy::trace::{Factor, Names, Quantity, Trace, count, step, steps};
use crate::strategy::{Action, Inputs, Outcome, RiskFlag, Targets, outcome};
use crate::symbol::Symbol;

/// The one factor of the score.
pub(super) const MOMENTUM: Factor = Factor { name: "momentum_13612w", weight: 1.0 };

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    pub actionable: bool,
    /// The 13612W momentum of each canary asset; `null` where it is missing.
    pub canary_momentum: BTreeMap<Symbol, Option<Number>>,
    /// How many canary assets are bad.
    pub canary_bad_count: usize,
    /// Whether the decision date is a rebalance day.
    pub rebalance_day: bool,
    /// Why nothing is to be done, on a hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_op_reason: Option<&'static str>,
    /// The score of each ranked fund, where there was a ranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<BTreeMap<Symbol, Number>>,
    /// The pool and canary symbols without prices.
    pub missing_symbols: BTreeSet<Symbol>,
}

/// Decides from the closes of the pool and the canary assets, and from what is held.
///
/// # Errors
///
/// A finding when there is no decision date, or no canary asset has any price.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let as_of = inputs.as_of.ok_or_else(|| vec![no_decision_date()])?;
    let canary_symbols: BTreeSet<Symbol> = with_data(&config.canary_assets, inputs);
    if canary_symbols.is_empty() {
        return Err(vec![no_canary_data(config)]);
    }

    let canary = Canary::of(config, inputs, trace);
    if canary.is_emergency {
        refuse_alarm_of_short_histories(config, inputs, canary.bad_count)?;
    }
    let rebalance_day = is_rebalance_day(config, as_of, inputs.calendar, trace);
    let day = if canary.is_emergency {
        Day::Emergency
    } else if rebalance_day {
        refuse_pool_of_short_histories(config, inputs)?;
        Day::Rebalance(rank(config, inputs, trace))
    } else {
        Day::Hold
    };

    let weights = weights(config, &day, trace);
    let mut price_symbols = canary_symbols;
    if let Day::Rebalance(_) = day {
        price_symbols.extend(with_data(&config.ranking_pool, inputs));
    }
    let action = day.action();
    let headline = headline(config, inputs, &day, &canary);
    let texts = Texts {
        diagnostics: [
            ("signal_description", headline.clone()),
            ("canary_status", canary.status(&config.canary_assets)),
        ]
        .into(),
        ..Texts::default()
    };
    Ok(Outcome {
        action,
        largest_weight: Some(config.slot_weight()),
        price_symbols,
        risk_flags: if action == Action::Emergency { [RiskFlag::Emergency].into() } else { BTreeSet::new() },
        managed_symbols: managed_symbols(config),
        signal: signal(&day, &weights),
        headline,
        diagnostics: outcome::Diagnostics::new(Diagnostics {
            actionable: action.is_actionable(),
            canary_momentum: canary.momentum,
            canary_bad_count: canary.bad_count,
            rebalance_day,
            no_op_reason: (action == Action::Hold).then_some("not_a_rebalance_day"),
            scores: day.scores(),
            missing_symbols: missing_symbols(config, inputs),
        }),
        findings: history_findings(config, inputs),
        texts,
        ..Outcome::rebalance(Targets::Weights(weights), &config.safe_haven)
    })
}

/// How many canary assets are bad.
pub(super) fn bad_canaries(config: &Config, inputs: Inputs<'_>) -> usize {
    Canary::of(config, inputs, &mut Trace::silent()).bad_count
}

/// What the day calls for.
pub(super) enum Day {
    /// The canary fired.
    Emergency,
    /// The account is rebalanced into the funds that rank.
    Rebalance(Vec<Candidate>),
    /// No change of targets.
    Hold,
}

impl Day {
    fn action(&self) -> Action {
        match self {
            Self::Emergency => Action::Emergency,
            Self::Rebalance(_) => Action::Rebalance,
            Self::Hold => Action::Hold,
        }
    }

    fn scores(&self) -> Option<BTreeMap<Symbol, Number>> {
        match self {
            Self::Rebalance(candidates) => Some(
                candidates
                    .iter()
                    .map(|candidate| (candidate.symbol.clone(), Number(candidate.score)))
                    .collect(),
            ),
            Self::Emergency | Self::Hold => None,
        }
    }
}

/// The canary assets' verdict.
pub(super) struct Canary {
    momentum: BTreeMap<Symbol, Option<Number>>,
    pub(super) bad_count: usize,
    is_emergency: bool,
}

impl Canary {
    /// An asset is bad when its momentum is missing or below zero.
    fn of(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Self {
        let mut momentum = BTreeMap::new();
        let mut canary_bad_count = 0;
        for symbol in &config.canary_assets {
            let value = momentum_of(inputs, symbol);
            let below_zero = Quantity::ratio(MOMENTUM.name, value).below(0.0);
            let mut is_bad = below_zero.or_when_missing(true).about(symbol);
            if value.is_some() {
                is_bad = is_bad.moved_by(symbol);
            }
            canary_bad_count += usize::from(trace.gate("canary_is_bad", is_bad));
            momentum.insert(symbol.clone(), value.map(Number));
        }
        let most = Some(config.canary_assets.len());
        let is_emergency = trace.gate(
            "canary_emergency",
            count!(canary_bad_count)
                .at_least(count!(*config.canary_bad_threshold))
                .counting(Names::Count { most }),
        );
        Self { momentum, bad_count: canary_bad_count, is_emergency }
    }

    /// Each asset with its momentum, in the order of the config.
    fn status(&self, assets: &[Symbol]) -> String {
        let parts = assets.iter().map(|symbol| match self.momentum.get(symbol).copied().flatten() {
            Some(momentum) if momentum.0 < 0.0 => format!("{symbol}:❌({:.3})", momentum.0),
            Some(momentum) => format!("{symbol}:✅({:.3})", momentum.0),
            None => format!("{symbol}:❌(no data)"),
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// The momentum of a symbol, a ratio; `None` when it has no data, or too little.
pub(super) fn momentum_of(inputs: Inputs<'_>, symbol: &Symbol) -> Option<f64> {
    let series = inputs.window(symbol)?;
    Some(MomentumBases::of(series)?.momentum_at(series.close()?))
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

/// The targets: each selected fund a slot, and the unused slots to the safe haven.
fn weights(config: &Config, day: &Day, trace: &mut Trace) -> BTreeMap<Symbol, f64> {
    let safe_haven = &config.safe_haven;
    let mut weights = BTreeMap::new();
    match day {
        Day::Hold => {}
        Day::Emergency => {
            steps! { trace, of safe_haven; target_weight: ratio = 1.0; }
            weights.insert(safe_haven.clone(), target_weight);
        }
        Day::Rebalance(candidates) => {
            let top_n = of_count(*config.top_n);
            steps! { trace; slot_weight: ratio = 1.0 / top_n; }
            let selected: Vec<_> = candidates.iter().filter(|candidate| candidate.is_selected).collect();
            for Candidate { symbol, .. } in &selected {
                steps! { trace, of symbol; target_weight: ratio = slot_weight; }
                weights.insert(symbol.clone(), target_weight);
            }
            let unused_slots = of_count(config.top_n.saturating_sub(selected.len()));
            if unused_slots > 0.0 {
                // All slots together are the whole account, which their sum may miss by a bit.
                let remainder = if selected.is_empty() {
                    step!(trace, of safe_haven, target_weight: ratio = 1.0)
                } else {
                    step!(trace, of safe_haven, target_weight: ratio = unused_slots * slot_weight)
                };
                // The safe haven may stand in the pool too, and then keeps its own slot besides.
                *weights.entry(safe_haven.clone()).or_default() += remainder;
            }
        }
    }
    weights
}

/// The pool and the safe haven: the canary assets are watched, never bought.
fn managed_symbols(config: &Config) -> Vec<Symbol> {
    let mut managed = config.ranking_pool.to_vec();
    if !managed.contains(&config.safe_haven) {
        managed.push(config.safe_haven.clone());
    }
    managed
}

pub(super) fn with_data(symbols: &[Symbol], inputs: Inputs<'_>) -> BTreeSet<Symbol> {
    let has_data = |symbol: &&Symbol| inputs.window(symbol).is_some();
    symbols.iter().filter(has_data).cloned().collect()
}

fn missing_symbols(config: &Config, inputs: Inputs<'_>) -> BTreeSet<Symbol> {
    let looked_at = config.canary_assets.iter().chain(&config.ranking_pool);
    looked_at.filter(|symbol| inputs.window(symbol).is_none()).cloned().collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
