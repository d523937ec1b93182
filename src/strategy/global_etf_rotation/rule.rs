//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::config::Config;
use super::findings::{
    history_findings, no_canary_data, no_decision_date, refuse_alarm_of_short_histories,
    refuse_pool_of_short_histories,
};
use crate::amount::counted;
use crate::finding::Finding;
use crate::market::calendar::Calendar;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, MomentumBases, months_with_data};
use crate::market::window::Window;
use crate::number::{Number, of_count};
use crate::strategy::shared::screen::Tests;
use crate::strategy::shared::texts::Texts;
use crate::strategy::trace::{
    Claim, Comparison, Contribution, Examined, Factor, Names, Need, Quantity, RankedRow, Ranking, Reading,
    SelectionRule, Trace, Unit, Verdict,
};
use crate::strategy::{Action, Inputs, Outcome, RiskFlag, Targets, outcome};
use crate::symbol::Symbol;

/// The tests that a fund has to pass to be ranked, in the order they are made.
const TESTS: [&str; 3] = ["momentum_13612w", "sma_period", "close_above_sma"];

/// The one factor of the score.
const MOMENTUM: Factor = Factor { name: "momentum_13612w", weight: 1.0 };

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    pub actionable: bool,
    /// The 13612W momentum of each canary asset; `None` where it is missing.
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

/// What the day calls for.
enum Day {
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
struct Canary {
    momentum: BTreeMap<Symbol, Option<Number>>,
    bad_count: usize,
    is_emergency: bool,
}

impl Canary {
    /// An asset is bad when its momentum is missing or below zero.
    fn of(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Self {
        let mut momentum = BTreeMap::new();
        let mut bad_count = 0;
        for symbol in &config.canary_assets {
            let value = momentum_of(inputs, symbol);
            let left = Quantity::ratio(MOMENTUM.name, value);
            let gate =
                Claim::new("canary_is_bad", left, Comparison::Below, Quantity::threshold(0.0, Unit::Ratio));
            let mut gate = gate.or_when_missing(true).about(symbol);
            if value.is_some() {
                gate = gate.moved_by(symbol);
            }
            bad_count += usize::from(trace.gate(gate));
            momentum.insert(symbol.clone(), value.map(Number));
        }
        let is_emergency = trace.gate(
            Claim::new(
                "canary_emergency",
                Quantity::count("canary_bad_count", bad_count),
                Comparison::AtLeast,
                Quantity::count("canary_bad_threshold", config.canary_bad_threshold),
            )
            .counting(Names::Count { most: Some(config.canary_assets.len()) }),
        );
        Self { momentum, bad_count, is_emergency }
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
    let is_month = config.rebalance_months.contains(&as_of.month());
    let is_last_session = calendar.is_last_session_of_month(as_of);
    let one = Quantity::threshold(1.0, Unit::Count);
    let month = Claim::new(
        "month_is_a_rebalance_month",
        Quantity::count("rebalance_months_that_match", usize::from(is_month)),
        Comparison::AtLeast,
        one,
    );
    let session = Claim::new(
        "session_is_the_last_of_its_month",
        Quantity::count("sessions_that_end_the_month", usize::from(is_last_session)),
        Comparison::AtLeast,
        one,
    );
    let (month, session) = (trace.gate(month), trace.gate(session));
    month && session
}

/// A fund that ranks.
struct Candidate {
    symbol: Symbol,
    /// Its place in the pool, which decides ties.
    place: usize,
    momentum: f64,
    hold_bonus: f64,
    score: f64,
    is_selected: bool,
}

/// The funds with a momentum that close above their average, best first, with the first `top_n` selected.
fn rank(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Vec<Candidate> {
    let mut examined = Vec::new();
    let mut candidates = Vec::new();
    for (place, symbol) in config.ranking_pool.iter().enumerate() {
        let (candidate, tests) = candidate(config, inputs, symbol, place, trace);
        candidates.extend(candidate);
        examined.push(tests);
    }
    // The sort is stable, and the candidates stand in pool order.
    candidates.sort_by(|left, right| right.score.total_cmp(&left.score));
    select(config, &mut candidates, trace);
    trace.ranking(Ranking {
        name: "pool".to_owned(),
        factors: vec![MOMENTUM],
        rows: candidates.iter().enumerate().map(|(index, candidate)| candidate.row(index + 1)).collect(),
        examined,
        tests: TESTS.to_vec(),
        selection: SelectionRule::Best { count: config.top_n },
    });
    candidates
}

/// Tests a fund of the pool; what it is as a candidate where it passes.
fn candidate(
    config: &Config,
    inputs: Inputs<'_>,
    symbol: &Symbol,
    place: usize,
    trace: &mut Trace,
) -> (Option<Candidate>, Examined) {
    let mut tests = Tests::default();
    let momentum = momentum_of(inputs, symbol);
    test_momentum(inputs, symbol, momentum, &mut tests);
    if let Some(series) = inputs.window(symbol) {
        let average = series.average(config.sma_period);
        let gate = Claim::new(
            "close_above_sma",
            Quantity::usd("close", series.close()),
            Comparison::Above,
            Quantity::usd("sma", average),
        )
        .of(symbol);
        let (observed, required) = (counted(series.len(), "close"), counted(config.sma_period, "close"));
        let (observed, required) = (Reading::Text(observed), Need::Text(required));
        tests.record("sma_period", average.is_some(), Some(observed), Some(required));
        if average.is_some() {
            tests.gate("close_above_sma", gate);
        }
        trace.gate(gate);
    }
    let hold_bonus = if inputs.account.holds(symbol) { config.hold_bonus } else { 0.0 };
    let candidate = momentum.filter(|_| tests.are_passed()).map(|momentum| Candidate {
        symbol: symbol.clone(),
        place,
        momentum,
        hold_bonus,
        // Adding zero folds -0.0 into 0.0, which `total_cmp` would part.
        score: momentum + hold_bonus + 0.0,
        is_selected: true,
    });
    (candidate, tests.of(symbol))
}

fn test_momentum(inputs: Inputs<'_>, symbol: &Symbol, momentum: Option<f64>, tests: &mut Tests) {
    let (observed, required) = match momentum {
        Some(momentum) => (Reading::Number(momentum), None),
        None => {
            let series = inputs.window(symbol);
            let closes = series.map_or(0, Window::len);
            let months = series.map_or(0, |series| months_with_data(series));
            let observed = format!("{} in {}", counted(closes, "close"), counted(months, "month"));
            let required = format!("{FEWEST_CLOSES} closes in {FEWEST_MONTHS} months");
            (Reading::Text(observed), Some(Need::Text(required)))
        }
    };
    tests.record("momentum_13612w", momentum.is_some(), Some(observed), required);
}

/// Marks the first `top_n` as selected. Where there are more, each has to beat the score across the cut,
/// with the pool's order deciding ties.
fn select(config: &Config, candidates: &mut [Candidate], trace: &mut Trace) {
    let boundary = |index: usize| candidates.get(index).map(|candidate| (candidate.score, candidate.place));
    let (Some(last_in), Some(first_out)) =
        (config.top_n.checked_sub(1).and_then(boundary), boundary(config.top_n))
    else {
        return;
    };
    for (index, candidate) in candidates.iter_mut().enumerate() {
        let (score, place) = if index < config.top_n { first_out } else { last_in };
        let comparison = if candidate.place < place { Comparison::AtLeast } else { Comparison::Above };
        candidate.is_selected = trace.gate(
            Claim::new(
                "score_makes_the_cut",
                Quantity::score("score", candidate.score),
                comparison,
                Quantity::score("score_across_the_cut", score),
            )
            .of(&candidate.symbol),
        );
    }
}

impl Candidate {
    fn row(&self, rank: usize) -> RankedRow {
        RankedRow {
            symbol: self.symbol.clone(),
            group: None,
            rank,
            score: self.score,
            contributions: vec![Contribution {
                name: MOMENTUM.name,
                weight: MOMENTUM.weight,
                value: Some(self.momentum),
                z_score: None,
                contribution: self.momentum,
            }],
            hold_bonus: self.hold_bonus,
            verdict: if self.is_selected { Verdict::Selected } else { Verdict::BelowTheCut },
        }
    }
}

/// The targets: each selected fund a slot, and the unused slots to the safe haven.
fn weights(config: &Config, day: &Day, trace: &mut Trace) -> BTreeMap<Symbol, f64> {
    let mut weights = BTreeMap::new();
    match day {
        Day::Hold => {}
        Day::Emergency => {
            let whole = 1.0;
            trace.symbol_step(
                &config.safe_haven,
                Quantity::ratio("target_weight", whole),
                "everything, in an emergency",
            );
            weights.insert(config.safe_haven.clone(), whole);
        }
        Day::Rebalance(candidates) => {
            let slot = config.slot_weight();
            trace.step(Quantity::ratio("slot_weight", slot), "1 / top_n");
            let selected: Vec<_> = candidates.iter().filter(|candidate| candidate.is_selected).collect();
            for candidate in &selected {
                trace.symbol_step(&candidate.symbol, Quantity::ratio("target_weight", slot), "slot_weight");
                weights.insert(candidate.symbol.clone(), slot);
            }
            let unused = config.top_n.saturating_sub(selected.len());
            if unused > 0 {
                let remainder = if selected.is_empty() { 1.0 } else { of_count(unused) * slot };
                trace.symbol_step(
                    &config.safe_haven,
                    Quantity::ratio("target_weight", remainder),
                    "slot_weight * (top_n - selected funds)",
                );
                // The safe haven may stand in the pool too, and then keeps its own slot besides.
                *weights.entry(config.safe_haven.clone()).or_default() += remainder;
            }
        }
    }
    weights
}

/// The pool and the safe haven: the canary assets are watched, never bought.
fn managed_symbols(config: &Config) -> Vec<Symbol> {
    let mut managed = config.ranking_pool.clone();
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

fn signal(day: &Day, weights: &BTreeMap<Symbol, f64>) -> String {
    match day {
        Day::Emergency => "emergency".to_owned(),
        Day::Hold => "hold".to_owned(),
        Day::Rebalance(_) => joined(weights.keys(), "+"),
    }
}

fn headline(config: &Config, inputs: Inputs<'_>, day: &Day, canary: &Canary) -> String {
    let has_data = !with_data(&config.ranking_pool, inputs).is_empty();
    let bad = format!(
        "{} of {} {} bad (emergency from {})",
        canary.bad_count,
        counted(config.canary_assets.len(), "canary asset"),
        if canary.bad_count == 1 { "is" } else { "are" },
        config.canary_bad_threshold
    );
    match day {
        Day::Emergency => format!("{bad}: all into {}", config.safe_haven),
        Day::Hold => format!("{bad}; not a rebalance day: no change of targets"),
        Day::Rebalance(candidates) => {
            let selected = candidates.iter().filter(|candidate| candidate.is_selected);
            let named: Vec<String> =
                selected.map(|candidate| format!("{} {:.4}", candidate.symbol, candidate.score)).collect();
            let chosen = match named.as_slice() {
                [] if !has_data => {
                    format!("no fund of the pool has any price: all into {}", config.safe_haven)
                }
                [] => format!(
                    "no fund stands above its {}-day average: all into {}",
                    config.sma_period, config.safe_haven
                ),
                _ => format!(
                    "best of {} above {} {}-day average: {}",
                    counted(candidates.len(), "fund"),
                    if candidates.len() == 1 { "its" } else { "their" },
                    config.sma_period,
                    named.join(", ")
                ),
            };
            format!("{bad}; {chosen}")
        }
    }
}

pub(super) fn joined<'a>(symbols: impl Iterator<Item = &'a Symbol>, separator: &str) -> String {
    symbols.map(Symbol::as_str).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
