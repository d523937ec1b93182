//! Rotation among exchange-traded funds: at the end of chosen months the best by momentum among those
//! above their average; any day all into the safe haven when enough canary assets turn bad.

pub(crate) mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, MomentumBases, month_end_closes};
use crate::market::needs::Reach;
use crate::market::window::Window;
use crate::number::{Number, of_count};
use crate::strategy::config_check::{at_least_one, distinct_symbols, not_negative, problem};
use crate::strategy::requirement::{as_errors, too_few_closes};
use crate::strategy::screen::Tests;
use crate::strategy::trace::{
    Claim, Comparison, Contribution, Examined, Factor, Need, Quantity, RankedRow, Ranking, Reading,
    SelectionRule, Trace, Unit, Verdict,
};
use crate::strategy::{Action, ConfigProblem, Inputs, Necessity, Outcome, PriceNeeds, RiskFlag, Targets};
use crate::symbol::Symbol;

/// The tests that a fund has to pass to be ranked, in the order they are made.
const TESTS: [&str; 3] = ["momentum_13612w", "sma_period", "close_above_sma"];

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The funds that are ranked; ties keep this order.
    pub ranking_pool: Vec<Symbol>,
    /// The assets whose momentum warns.
    pub canary_assets: Vec<Symbol>,
    /// Where the account goes when nothing else is wanted.
    pub safe_haven: Symbol,
    /// How many funds are selected, each for an equal share.
    pub top_n: usize,
    /// What is added to the momentum of a fund that is held, a ratio.
    pub hold_bonus: f64,
    /// How many bad canary assets make an emergency.
    pub canary_bad_threshold: usize,
    /// The months at whose last session the account is rebalanced, 1 to 12.
    pub rebalance_months: Vec<u32>,
    /// The sessions of the average that a fund has to close above.
    pub sma_period: usize,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            distinct_symbols("ranking_pool", &self.ranking_pool),
            distinct_symbols("canary_assets", &self.canary_assets),
            at_least_one("top_n", self.top_n),
            not_negative("hold_bonus", self.hold_bonus),
            at_least_one("canary_bad_threshold", self.canary_bad_threshold),
            self.rebalance_months_problem(),
            at_least_one("sma_period", self.sma_period),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn rebalance_months_problem(&self) -> Option<ConfigProblem> {
        let months = &self.rebalance_months;
        (months.is_empty() || months.iter().any(|month| !(1..=12).contains(month)))
            .then(|| problem("rebalance_months", months, "at least one month, each from 1 to 12"))
    }

    /// The series that the rule looks at.
    pub fn price_needs(&self) -> PriceNeeds {
        let symbols = self.ranking_pool.iter().chain(&self.canary_assets);
        PriceNeeds {
            symbols: symbols.map(|symbol| (symbol.clone(), Necessity::Skippable)).collect(),
            reach: self.reach(),
            ..PriceNeeds::default()
        }
    }

    /// How far back the rule looks.
    pub fn reach(&self) -> Reach {
        Reach { bars: self.fewest_pool_closes(), months: FEWEST_MONTHS }
    }

    /// The fewest closes that give a fund both its momentum and its average.
    fn fewest_pool_closes(&self) -> usize {
        FEWEST_CLOSES.max(self.sma_period)
    }

    /// The share of the account that each selected fund gets.
    fn slot_weight(&self) -> f64 {
        1.0 / of_count(self.top_n)
    }
}

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
    Ok(Outcome {
        action,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(config.slot_weight()),
        price_symbols,
        risk_flags: if action == Action::Emergency { [RiskFlag::Emergency].into() } else { BTreeSet::new() },
        managed_symbols: managed_symbols(config),
        signal: signal(&day, &weights),
        headline: headline(config, inputs, &day, &canary),
        income_symbols: Vec::new(),
        cash_symbols: Vec::new(),
        trade_threshold_usd: None,
        choice: None,
        diagnostics: crate::strategy::Diagnostics::GlobalEtfRotation(Diagnostics {
            actionable: action.is_actionable(),
            canary_momentum: canary.momentum,
            canary_bad_count: canary.bad_count,
            rebalance_day,
            scores: day.scores(),
            missing_symbols: missing_symbols(config, inputs),
        }),
        findings: history_findings(config, inputs),
        targets: Targets::Weights(weights),
    })
}

fn no_decision_date() -> Finding {
    Finding::new(Code::PricesMissing, "there is no decision date")
        .expected("a date of the price files, or one that is named")
        .hint("name the date with `--as-of DATE`")
}

fn no_canary_data(config: &Config) -> Finding {
    let names = joined(config.canary_assets.iter(), ", ");
    Finding::new(Code::NoMarketData, format!("no canary asset has a price up to the decision date: {names}"))
        .observed("0 canary assets with data")
        .expected("at least 1 of them")
        .hint("add their closes to a file named with `--prices`")
}

/// A canary asset whose file is too short for a momentum counts as bad; but an alarm that would not be one
/// without such assets would sell everything because of a cut file.
///
/// # Errors
///
/// A finding for each short history, where the alarm hangs on them.
fn refuse_alarm_of_short_histories(
    config: &Config,
    inputs: Inputs<'_>,
    bad_count: usize,
) -> Result<(), Vec<Finding>> {
    let is_short =
        |symbol: &&Symbol| inputs.window(symbol).is_some() && momentum_of(inputs, symbol).is_none();
    let short: Vec<&Symbol> = config.canary_assets.iter().filter(is_short).collect();
    if bad_count.saturating_sub(short.len()) >= config.canary_bad_threshold {
        return Ok(());
    }
    let findings =
        short.into_iter().filter_map(|symbol| history_finding(inputs, symbol, true, FEWEST_CLOSES));
    Err(as_errors(findings.collect()))
}

/// A fund whose file is too short for a momentum or an average is passed over; but where that leaves not one fund to
/// judge, the whole account would go to the safe haven because of a cut file.
///
/// # Errors
///
/// A finding for each short history, where no fund of the pool has more.
fn refuse_pool_of_short_histories(config: &Config, inputs: Inputs<'_>) -> Result<(), Vec<Finding>> {
    let funds = with_data(&config.ranking_pool, inputs);
    let is_judged = |symbol: &Symbol| {
        let average = inputs.window(symbol).and_then(|window| window.average(config.sma_period));
        momentum_of(inputs, symbol).is_some() && average.is_some()
    };
    if funds.is_empty() || funds.iter().any(is_judged) {
        return Ok(());
    }
    let fewest_closes = config.fewest_pool_closes();
    let findings = funds.iter().filter_map(|symbol| history_finding(inputs, symbol, false, fewest_closes));
    Err(as_errors(findings.collect()))
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
            let left = Quantity::ratio("momentum_13612w", value);
            let gate =
                Claim::new("canary_is_bad", left, Comparison::Below, Quantity::threshold(0.0, Unit::Ratio));
            let mut gate = gate.or_when_missing(true).about(symbol);
            if value.is_some() {
                gate = gate.moved_by(symbol);
            }
            bad_count += usize::from(trace.gate(gate));
            momentum.insert(symbol.clone(), value.map(Number));
        }
        let is_emergency = trace.gate(Claim::new(
            "canary_emergency",
            Quantity::count("canary_bad_count", bad_count),
            Comparison::AtLeast,
            Quantity::count("canary_bad_threshold", config.canary_bad_threshold),
        ));
        Self { momentum, bad_count, is_emergency }
    }
}

/// The momentum of a symbol, a ratio; `None` when it has no data, or too little.
fn momentum_of(inputs: Inputs<'_>, symbol: &Symbol) -> Option<f64> {
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
        factors: vec![Factor { name: "momentum_13612w", weight: 1.0 }],
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
            let months = series.map_or(0, |series| month_end_closes(series).len());
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

fn with_data(symbols: &[Symbol], inputs: Inputs<'_>) -> BTreeSet<Symbol> {
    let has_data = |symbol: &&Symbol| inputs.window(symbol).is_some();
    symbols.iter().filter(has_data).cloned().collect()
}

fn missing_symbols(config: &Config, inputs: Inputs<'_>) -> BTreeSet<Symbol> {
    let looked_at = config.canary_assets.iter().chain(&config.ranking_pool);
    looked_at.filter(|symbol| inputs.window(symbol).is_none()).cloned().collect()
}

/// Warnings of symbols that the rule has to pass over, or to take for bad, for want of prices.
fn history_findings(config: &Config, inputs: Inputs<'_>) -> Vec<Finding> {
    let canary = config.canary_assets.iter().map(|symbol| (symbol, FEWEST_CLOSES));
    let pool = config.ranking_pool.iter().map(|symbol| (symbol, config.fewest_pool_closes()));
    // A symbol in both lists is told of once, with what the pool asks of it.
    let fewest_closes: BTreeMap<&Symbol, usize> = canary.chain(pool).collect();
    let is_canary = |symbol| config.canary_assets.contains(symbol);
    fewest_closes
        .into_iter()
        .filter_map(|(symbol, fewest)| history_finding(inputs, symbol, is_canary(symbol), fewest))
        .collect()
}

fn history_finding(
    inputs: Inputs<'_>,
    symbol: &Symbol,
    is_canary: bool,
    fewest_closes: usize,
) -> Option<Finding> {
    let finding = match inputs.window(symbol) {
        None => {
            let consequence = if is_canary { "it counts as bad" } else { "the ranking passes over it" };
            Finding::new(
                Code::MissingSymbol,
                format!("no price of `{symbol}` up to the decision date: {consequence}"),
            )
            .symbol(symbol)
            .hint(format!("add the closes of `{symbol}` to a file named with `--prices`"))
        }
        Some(series) if series.len() < fewest_closes => too_few_closes(symbol, series.len(), fewest_closes),
        Some(series) => {
            let months = month_end_closes(series).len();
            if months >= FEWEST_MONTHS {
                return None;
            }
            Finding::new(
                Code::ShortHistory,
                format!("`{symbol}` has closes in too few calendar months up to the decision date"),
            )
            .symbol(symbol)
            .observed(counted(months, "month"))
            .expected(format!("at least {FEWEST_MONTHS} months"))
            .hint("add its older closes to a file named with `--prices`")
        }
    };
    Some(finding.severity(Severity::Warning))
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

fn joined<'a>(symbols: impl Iterator<Item = &'a Symbol>, separator: &str) -> String {
    symbols.map(Symbol::as_str).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use serde_json::{Value, json};

    use super::*;
    use crate::account::Account;
    use crate::market::history::History;
    use crate::market::history::Market;
    use crate::strategy::trace::Gate;
    use crate::strategy::worked::{Traced, traced};

    fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
        traced(super::decide, config, inputs)
    }

    /// A Monday, the last session of March.
    const QUARTER_END: &str = "2025-03-31";

    /// A pool of three, two canary assets that are bad together, and some keys changed.
    fn config(changes: Value) -> Config {
        let mut config = json!({
            "ranking_pool": ["AAA", "BBB", "CCC"], "canary_assets": ["SPY", "AGG"], "safe_haven": "BIL",
            "top_n": 2, "hold_bonus": 0.06, "canary_bad_threshold": 2, "rebalance_months": [3, 6, 9, 12],
            "sma_period": 200,
        });
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        serde_json::from_value(config).unwrap()
    }

    /// So many closes, one a day up to the date, all at 100 but the newest: every return is
    /// newest/100 - 1, and so is the momentum.
    fn series(as_of: &str, days: u64, newest: f64) -> History {
        let as_of: NaiveDate = as_of.parse().unwrap();
        let dates = (0..days).rev().map(|back| as_of - Days::new(back));
        History::from_closes(dates.map(|date| (date, 100.0))).with_newest_close(newest)
    }

    fn market(as_of: &str, newest_closes: &[(&'static str, f64)]) -> Market {
        let long = |&(name, newest)| (Symbol::literal(name), series(as_of, 456, newest));
        newest_closes.iter().map(long).collect()
    }

    fn try_decide(
        config: &Config,
        as_of: Option<&str>,
        market: &Market,
        held: &[&'static str],
    ) -> Result<Traced, Vec<Finding>> {
        let account = Account {
            holdings: held.iter().map(|name| Symbol::literal(name)).collect(),
            ..Account::default()
        };
        decide(
            config,
            Inputs {
                as_of: as_of.map(|date| date.parse().unwrap()),
                ..Inputs::new(&Calendar::default(), market, &account)
            },
        )
    }

    /// Decides at the end of a quarter, with the canary assets up.
    fn at_quarter_end(config: &Config, pool: &[(&'static str, f64)], held: &[&'static str]) -> Traced {
        let newest_closes = [&[("SPY", 101.0), ("AGG", 101.0)], pool].concat();
        try_decide(config, Some(QUARTER_END), &market(QUARTER_END, &newest_closes), held).unwrap()
    }

    fn weights(outcome: &Outcome) -> Vec<(&str, f64)> {
        let Targets::Weights(weights) = &outcome.targets else { panic!("weights are wanted") };
        weights.iter().map(|(symbol, weight)| (symbol.as_str(), *weight)).collect()
    }

    fn diagnostics(outcome: &Outcome) -> Value {
        serde_json::to_value(&outcome.diagnostics).unwrap()
    }

    fn names(symbols: &BTreeSet<Symbol>) -> Vec<&str> {
        symbols.iter().map(Symbol::as_str).collect()
    }

    fn gate<'a>(outcome: &'a Traced, name: &str, symbol: &'static str) -> &'a Gate {
        let symbol = Some(Symbol::literal(symbol));
        outcome.trace.gates.iter().find(|gate| gate.name == name && gate.symbol == symbol).unwrap()
    }

    fn assert_near(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?} is not {expected}");
    }

    #[test]
    fn the_best_funds_share_the_account() {
        let outcome =
            at_quarter_end(&config(json!({})), &[("AAA", 110.0), ("BBB", 120.0), ("CCC", 105.0)], &[]);
        assert_eq!(outcome.action, Action::Rebalance);
        assert_eq!(weights(&outcome), [("AAA", 0.5), ("BBB", 0.5)]);
        assert_eq!(outcome.signal, "AAA+BBB");
        assert_eq!(
            outcome.headline,
            "0 of 2 canary assets are bad (emergency from 2); best of 3 funds above their 200-day average: \
             BBB 0.2000, AAA 0.1000"
        );
        assert_eq!(outcome.largest_weight, Some(0.5));
        assert_eq!(names(&outcome.price_symbols), ["AAA", "AGG", "BBB", "CCC", "SPY"]);
        let managed: Vec<_> = outcome.managed_symbols.iter().map(Symbol::as_str).collect();
        assert_eq!(managed, ["AAA", "BBB", "CCC", "BIL"]);
        let found = diagnostics(&outcome);
        assert_eq!((&found["actionable"], &found["rebalance_day"]), (&json!(true), &json!(true)));
        assert_near(found["scores"]["CCC"].as_f64(), 0.05);
        assert_near(found["canary_momentum"]["AGG"].as_f64(), 0.01);
        assert_eq!((outcome.risk_flags.len(), outcome.findings.len()), (0, 0));
    }

    #[test]
    fn the_ranking_is_in_the_trace() {
        let pool = [("AAA", 110.0), ("BBB", 120.0), ("CCC", 105.0)];
        let outcome = at_quarter_end(&config(json!({})), &pool, &["CCC"]);
        // CCC is held: 0.05 + 0.06 = 0.11 beats the 0.10 of AAA.
        assert_eq!(weights(&outcome), [("BBB", 0.5), ("CCC", 0.5)]);
        let ranking = &outcome.trace.rankings[0];
        let rows: Vec<_> = ranking
            .rows
            .iter()
            .map(|row| (row.symbol.as_str(), row.rank, row.hold_bonus, row.verdict))
            .collect();
        assert_eq!(
            rows,
            [
                ("BBB", 1, 0.0, Verdict::Selected),
                ("CCC", 2, 0.06, Verdict::Selected),
                ("AAA", 3, 0.0, Verdict::BelowTheCut),
            ]
        );
        assert_eq!(gate(&outcome, "score_makes_the_cut", "CCC").moved_by, Some(Symbol::literal("CCC")));
    }

    #[test]
    fn ties_keep_the_order_of_the_pool() {
        let tied = [("AAA", 110.0), ("BBB", 110.0), ("CCC", 110.0)];
        assert_eq!(at_quarter_end(&config(json!({})), &tied, &[]).signal, "AAA+BBB");
        let turned = config(json!({"ranking_pool": ["CCC", "BBB", "AAA"]}));
        let outcome = at_quarter_end(&turned, &tied, &[]);
        assert_eq!(outcome.signal, "BBB+CCC");
        assert_eq!(gate(&outcome, "score_makes_the_cut", "BBB").comparison, Comparison::AtLeast);
        assert_eq!(gate(&outcome, "score_makes_the_cut", "AAA").comparison, Comparison::Above);
    }

    #[test]
    fn slots_without_a_fund_go_to_the_safe_haven() {
        let pool = [("AAA", 110.0), ("BBB", 99.0), ("CCC", 100.0)];
        let outcome = at_quarter_end(&config(json!({"top_n": 4})), &pool, &[]);
        assert_eq!(weights(&outcome), [("AAA", 0.25), ("BIL", 0.75)]);
        assert_eq!(outcome.signal, "AAA+BIL");
        // A close at its average is not above it.
        let excluded: Vec<_> = outcome.trace.rankings[0]
            .excluded()
            .map(|(symbol, tested)| (symbol.as_str(), tested.test))
            .collect();
        assert_eq!(excluded, [("BBB", "close_above_sma"), ("CCC", "close_above_sma")]);
        assert!(outcome.trace.gates.iter().all(|gate| gate.name != "score_makes_the_cut"));
    }

    #[test]
    fn without_any_fund_all_goes_to_the_safe_haven_and_no_flag_is_raised() {
        let pool = [("AAA", 90.0), ("BBB", 99.0), ("CCC", 100.0)];
        let outcome = at_quarter_end(&config(json!({"top_n": 3})), &pool, &[]);
        assert_eq!(weights(&outcome), [("BIL", 1.0)]);
        assert_eq!((outcome.action, outcome.risk_flags.len()), (Action::Rebalance, 0));
        assert_eq!(
            outcome.headline,
            "0 of 2 canary assets are bad (emergency from 2); no fund stands above its 200-day \
             average: all into BIL"
        );
    }

    #[test]
    fn a_safe_haven_in_the_pool_keeps_its_slot_and_takes_the_unused_ones() {
        let config = config(json!({"safe_haven": "AAA", "top_n": 4}));
        let outcome = at_quarter_end(&config, &[("AAA", 110.0), ("BBB", 120.0), ("CCC", 90.0)], &[]);
        assert_eq!(weights(&outcome), [("AAA", 0.75), ("BBB", 0.25)]);
    }

    #[test]
    fn bad_canary_assets_send_all_to_the_safe_haven_on_any_day() {
        for as_of in [QUARTER_END, "2025-03-26"] {
            let market = market(as_of, &[("SPY", 99.0), ("AGG", 99.9), ("AAA", 110.0)]);
            let outcome = try_decide(&config(json!({})), Some(as_of), &market, &[]).unwrap();
            assert_eq!(outcome.action, Action::Emergency);
            assert_eq!(outcome.risk_flags, BTreeSet::from([RiskFlag::Emergency]));
            assert_eq!(weights(&outcome), [("BIL", 1.0)]);
            assert_eq!(outcome.signal, "emergency");
            assert_eq!(outcome.headline, "2 of 2 canary assets are bad (emergency from 2): all into BIL");
            // Only the canary decided.
            assert_eq!(names(&outcome.price_symbols), ["AGG", "SPY"]);
            assert_eq!(outcome.trace.rankings, []);
            let found = diagnostics(&outcome);
            assert_eq!(found["canary_bad_count"], 2);
            assert_eq!(found["rebalance_day"], as_of == QUARTER_END);
            assert_eq!(found.get("scores"), None);
            assert!(gate(&outcome, "canary_is_bad", "SPY").holds);
        }
    }

    #[test]
    fn a_canary_asset_without_momentum_either_way_is_not_bad() {
        let market = market(QUARTER_END, &[("SPY", 100.0), ("AGG", 99.0)]);
        let outcome = try_decide(&config(json!({})), Some(QUARTER_END), &market, &[]).unwrap();
        assert_eq!(diagnostics(&outcome)["canary_bad_count"], 1);
        assert_eq!(outcome.action, Action::Rebalance);
    }

    #[test]
    fn a_canary_asset_without_enough_data_is_bad_and_told_of() {
        let mut short = market(QUARTER_END, &[("AGG", 99.0), ("AAA", 1.0), ("BBB", 1.0), ("CCC", 1.0)]);
        let told = |market: &Market, threshold: usize| {
            let config = config(json!({"canary_bad_threshold": threshold}));
            let outcome = try_decide(&config, Some(QUARTER_END), market, &[]).unwrap();
            assert_eq!(outcome.action, Action::Emergency);
            let found = diagnostics(&outcome);
            assert_eq!(found["canary_momentum"]["SPY"], Value::Null);
            assert_eq!(found["canary_bad_count"], 2);
            assert_eq!(outcome.findings.len(), 1);
            assert!(!outcome.findings[0].is_error());
            (outcome.findings[0].clone(), found["missing_symbols"].clone())
        };
        let (finding, missing) = told(&short, 2);
        assert_eq!((finding.code, missing), (Code::MissingSymbol, json!(["SPY"])));
        short.insert(Symbol::literal("SPY"), series(QUARTER_END, 252, 110.0));
        let (finding, missing) = told(&short, 1);
        assert_eq!((finding.code, missing), (Code::ShortHistory, json!([])));
        assert_eq!(finding.observed.as_deref(), Some("252 closes"));
        assert_eq!(finding.expected.as_deref(), Some("at least 253 closes"));
        // 365 closes from 2024-04-01 on lie in 12 months.
        short.insert(Symbol::literal("SPY"), series(QUARTER_END, 365, 110.0));
        let (finding, _) = told(&short, 1);
        assert_eq!((finding.code, finding.observed.as_deref()), (Code::ShortHistory, Some("12 months")));
    }

    #[test]
    fn an_alarm_that_hangs_on_a_short_history_is_refused() {
        // AGG is bad for its closes, SPY for want of them: without SPY there is no alarm at two.
        let mut short = market(QUARTER_END, &[("AGG", 99.0), ("AAA", 1.0), ("BBB", 1.0), ("CCC", 1.0)]);
        short.insert(Symbol::literal("SPY"), series(QUARTER_END, 252, 110.0));
        let refusal = try_decide(&config(json!({})), Some(QUARTER_END), &short, &[]).unwrap_err();
        let found: Vec<_> = refusal.iter().map(|f| (f.code, f.is_error(), f.symbol.clone())).collect();
        assert_eq!(found, [(Code::ShortHistory, true, Some(Symbol::literal("SPY")))]);
    }

    #[test]
    fn other_days_change_no_target() {
        // A Friday before the last session, and the last session of a month that is not configured.
        for as_of in ["2025-03-28", "2025-04-30"] {
            let market = market(as_of, &[("SPY", 101.0), ("AGG", 99.0), ("AAA", 110.0)]);
            let outcome = try_decide(&config(json!({})), Some(as_of), &market, &[]).unwrap();
            assert_eq!((outcome.action, outcome.signal.as_str()), (Action::Hold, "hold"));
            assert_eq!(weights(&outcome), []);
            assert_eq!(names(&outcome.price_symbols), ["AGG", "SPY"]);
            assert_eq!(
                outcome.headline,
                "1 of 2 canary assets is bad (emergency from 2); not a rebalance day: no change of targets"
            );
            let found = diagnostics(&outcome);
            assert_eq!((&found["actionable"], &found["rebalance_day"]), (&json!(false), &json!(false)));
        }
    }

    #[test]
    fn good_friday_moves_the_rebalance_to_thursday() {
        let as_of = "2024-03-28";
        let market = market(as_of, &[("SPY", 101.0), ("AGG", 101.0), ("AAA", 110.0)]);
        let outcome = try_decide(&config(json!({})), Some(as_of), &market, &[]).unwrap();
        assert_eq!(outcome.action, Action::Rebalance);
    }

    #[test]
    fn funds_without_enough_data_are_passed_over_and_told_of() {
        let mut market = market(QUARTER_END, &[("SPY", 101.0), ("AGG", 101.0), ("AAA", 110.0)]);
        market.insert(Symbol::literal("BBB"), series(QUARTER_END, 252, 150.0));
        let outcome = try_decide(&config(json!({})), Some(QUARTER_END), &market, &[]).unwrap();
        assert_eq!(weights(&outcome), [("AAA", 0.5), ("BIL", 0.5)]);
        let told: Vec<_> = outcome.findings.iter().map(|f| (f.code, f.severity, f.symbol.clone())).collect();
        assert_eq!(
            told,
            [
                (Code::ShortHistory, Severity::Warning, Some(Symbol::literal("BBB"))),
                (Code::MissingSymbol, Severity::Warning, Some(Symbol::literal("CCC"))),
            ]
        );
        assert_eq!(names(&outcome.price_symbols), ["AAA", "AGG", "BBB", "SPY"]);
        let observed: Vec<_> = outcome.trace.rankings[0]
            .excluded()
            .map(|(_, tested)| tested.observed.as_ref().unwrap().to_string())
            .collect();
        assert_eq!(observed, ["252 closes in 9 months", "0 closes in 0 months"]);
    }

    #[test]
    fn a_fund_without_its_average_is_passed_over() {
        // 456 closes give a momentum, but no average over 457, which CCC alone has.
        let config = config(json!({"sma_period": 457}));
        let mut market =
            market(QUARTER_END, &[("SPY", 101.0), ("AGG", 101.0), ("AAA", 110.0), ("BBB", 110.0)]);
        market.insert(Symbol::literal("CCC"), series(QUARTER_END, 457, 110.0));
        let outcome = try_decide(&config, Some(QUARTER_END), &market, &[]).unwrap();
        assert_eq!(weights(&outcome), [("BIL", 0.5), ("CCC", 0.5)]);
        assert_eq!(outcome.findings.len(), 2);
        assert_eq!(outcome.findings[0].expected.as_deref(), Some("at least 457 closes"));
        assert_eq!(outcome.trace.rankings[0].excluded().next().unwrap().1.test, "sma_period");
        assert_eq!(config.reach().bars, 457);
    }

    #[test]
    fn a_pool_in_which_no_fund_can_be_judged_is_refused_and_one_that_is_not_there_is_passed_over() {
        let mut short = market(QUARTER_END, &[("SPY", 101.0), ("AGG", 101.0)]);
        let outcome = try_decide(&config(json!({})), Some(QUARTER_END), &short, &[]).unwrap();
        assert_eq!(weights(&outcome), [("BIL", 1.0)]);
        assert!(outcome.headline.ends_with("no fund of the pool has any price: all into BIL"));
        short.insert(Symbol::literal("AAA"), series(QUARTER_END, 252, 110.0));
        let refusal = try_decide(&config(json!({})), Some(QUARTER_END), &short, &[]).unwrap_err();
        let found: Vec<_> = refusal.iter().map(|f| (f.code, f.is_error(), f.symbol.clone())).collect();
        assert_eq!(found, [(Code::ShortHistory, true, Some(Symbol::literal("AAA")))]);
        // On another day nothing hangs on the pool.
        short = market("2025-04-30", &[("SPY", 101.0), ("AGG", 101.0)]);
        short.insert(Symbol::literal("AAA"), series("2025-04-30", 252, 110.0));
        assert!(try_decide(&config(json!({})), Some("2025-04-30"), &short, &[]).is_ok());
    }

    #[test]
    fn without_a_date_or_any_canary_data_there_is_no_decision() {
        let up = market(QUARTER_END, &[("SPY", 101.0)]);
        let findings = try_decide(&config(json!({})), None, &up, &[]).unwrap_err();
        assert_eq!(findings[0].message, "there is no decision date");
        let no_canary = market(QUARTER_END, &[("AAA", 101.0)]);
        let findings = try_decide(&config(json!({})), Some(QUARTER_END), &no_canary, &[]).unwrap_err();
        assert_eq!((findings.len(), findings[0].code), (1, Code::NoMarketData));
        assert!(findings[0].is_error());
    }

    #[test]
    fn every_symbol_may_be_passed_over() {
        let needs = config(json!({})).price_needs();
        let symbols: Vec<_> = needs.symbols.keys().map(Symbol::as_str).collect();
        assert_eq!(symbols, ["AAA", "AGG", "BBB", "CCC", "SPY"]);
        assert!(needs.symbols.values().all(|necessity| *necessity == Necessity::Skippable));
        assert_eq!((needs.reach.bars, needs.reach.months), (253, 13));
    }

    #[test]
    fn what_the_rule_can_not_use_is_named() {
        assert_eq!(config(json!({})).problems(), []);
        for (key, value) in [
            ("ranking_pool", json!([])),
            ("ranking_pool", json!(["AAA", "aaa "])),
            ("canary_assets", json!([])),
            ("top_n", json!(0)),
            ("hold_bonus", json!(-0.01)),
            ("canary_bad_threshold", json!(0)),
            ("rebalance_months", json!([])),
            ("rebalance_months", json!([3, 13])),
            ("rebalance_months", json!([0])),
            ("sma_period", json!(0)),
        ] {
            let keys: Vec<_> = config(json!({key: value})).problems().iter().map(|p| p.key).collect();
            assert_eq!(keys, [key]);
        }
    }

    #[test]
    fn a_key_that_nobody_knows_is_refused() {
        let mut changed = serde_json::to_value(config(json!({}))).unwrap();
        changed["sma_days"] = json!(200);
        assert!(serde_json::from_value::<Config>(changed).is_err());
    }
}
