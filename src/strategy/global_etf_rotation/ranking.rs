//! The ranking of the pool: the tests of a fund, its score, and the cut.

use super::config::Config;
use super::rule::{MOMENTUM, momentum_of};
use crate::amount::counted;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, months_with_data};
use crate::market::window::Window;
use crate::strategy::Inputs;
use crate::strategy::shared::screen::Tests;
use crate::strategy::trace::{
    Claim, Comparison, Contribution, Examined, Need, Quantity, RankedRow, Ranking, Reading, SelectionRule,
    Trace, Verdict, usd,
};
use crate::symbol::Symbol;

/// The tests that a fund has to pass to be ranked, in the order they are made.
const TESTS: [&str; 3] = ["momentum_13612w", "sma_period", "close_above_sma"];

/// A fund that ranks.
pub(super) struct Candidate {
    pub(super) symbol: Symbol,
    /// Its place in the pool, which decides ties.
    place: usize,
    momentum: f64,
    hold_bonus: f64,
    pub(super) score: f64,
    pub(super) is_selected: bool,
}

/// The funds with a momentum that close above their average, best first, with the first `top_n` selected.
pub(super) fn rank(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Vec<Candidate> {
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
        selection: SelectionRule::Best { count: *config.top_n },
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
        let (close, sma) = (series.close(), series.average(*config.sma_period));
        let is_above = usd!(close).above(usd!(sma)).of(symbol);
        let (observed, required) = (counted(series.len(), "close"), counted(*config.sma_period, "close"));
        let (observed, required) = (Reading::Text(observed), Need::Text(required));
        tests.record("sma_period", sma.is_some(), Some(observed), Some(required));
        if sma.is_some() {
            tests.gate("close_above_sma", is_above);
        }
        trace.gate("close_above_sma", is_above);
    }
    let hold_bonus = if inputs.account.holds(symbol) { *config.hold_bonus } else { 0.0 };
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
            let months = series.map_or(0, |series| months_with_data(series.dates));
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
        (config.top_n.checked_sub(1).and_then(boundary), boundary(*config.top_n))
    else {
        return;
    };
    for (index, candidate) in candidates.iter_mut().enumerate() {
        let (score, place) = if index < *config.top_n { first_out } else { last_in };
        let comparison = if candidate.place < place { Comparison::AtLeast } else { Comparison::Above };
        let score_across = Quantity::score("score_across_the_cut", score);
        let makes_the_cut = Claim::new(Quantity::score("score", candidate.score), comparison, score_across);
        candidate.is_selected = trace.gate("score_makes_the_cut", makes_the_cut.of(&candidate.symbol));
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
