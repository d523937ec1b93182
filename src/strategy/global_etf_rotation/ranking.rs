//! The ranking of the pool: the tests of a fund, its score, and the cut.

use super::config::Config;
use super::findings::refuse_pool_of_short_histories;
use super::rule::{MOMENTUM, momentum_of};
use crate::amount::counted;
use crate::finding::Finding;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, months_with_data};
use crate::market::window::Window;
use crate::strategy::Inputs;
use crate::strategy::shared::screen::Tests;
use crate::strategy::trace::{
    Claim, Comparison, Contribution, Need, Quantity, RankedRow, Ranking, Reading, SelectionRule, Trace,
    Verdict, usd,
};
use crate::symbol::Symbol;

/// The tests that a fund has to pass to be ranked, in the order they are made.
const TESTS: [&str; 3] = ["momentum_13612w", "sma_period", "close_above_sma"];

/// The funds with a momentum that close above their average, best first, with the first `top_n` selected.
///
/// # Errors
///
/// A finding for each short history, where no fund of the pool has more.
pub(super) fn rank(
    config: &Config,
    inputs: Inputs<'_>,
    trace: &mut Trace,
) -> Result<Vec<RankedRow>, Vec<Finding>> {
    refuse_pool_of_short_histories(config, inputs)?;
    let (mut rows, mut examined) = (Vec::new(), Vec::new());
    for symbol in &config.ranking_pool {
        let (momentum, tests) = test(config, inputs, symbol, trace);
        let hold_bonus = if inputs.account.holds(symbol) { *config.hold_bonus } else { 0.0 };
        rows.extend(
            momentum.filter(|_| tests.are_passed()).map(|momentum| row(symbol, momentum, hold_bonus)),
        );
        examined.push(tests.of(symbol));
    }
    // The sort is stable, and the rows stand in pool order.
    rows.sort_by(|left, right| right.score.total_cmp(&left.score));
    for (row, rank) in rows.iter_mut().zip(1..) {
        row.rank = rank;
    }
    select(config, &mut rows, trace);
    trace.ranking(Ranking {
        name: "pool".to_owned(),
        factors: vec![MOMENTUM],
        rows: rows.clone(),
        examined,
        tests: TESTS.to_vec(),
        selection: SelectionRule::Best { count: *config.top_n },
    });
    Ok(rows)
}

/// Tests a fund of the pool, and gives its momentum.
fn test(config: &Config, inputs: Inputs<'_>, symbol: &Symbol, trace: &mut Trace) -> (Option<f64>, Tests) {
    let mut tests = Tests::default();
    let (momentum, series) = (momentum_of(inputs, symbol), inputs.window(symbol));
    let (observed, required) = match momentum {
        Some(momentum) => (Reading::Number(momentum), None),
        None => {
            let closes = series.map_or(0, Window::len);
            let months = series.map_or(0, |series| months_with_data(series.dates));
            let observed = format!("{} in {}", counted(closes, "close"), counted(months, "month"));
            let required = format!("{FEWEST_CLOSES} closes in {FEWEST_MONTHS} months");
            (Reading::Text(observed), Some(Need::Text(required)))
        }
    };
    tests.record("momentum_13612w", momentum.is_some(), Some(observed), required);
    if let Some(series) = series {
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
    (momentum, tests)
}

/// A fund that ranks; its rank comes with the sorting.
fn row(symbol: &Symbol, momentum: f64, hold_bonus: f64) -> RankedRow {
    RankedRow {
        symbol: symbol.clone(),
        group: None,
        rank: 0,
        // Adding zero folds -0.0 into 0.0, which `total_cmp` would part.
        score: momentum + hold_bonus + 0.0,
        contributions: vec![Contribution {
            name: MOMENTUM.name,
            weight: MOMENTUM.weight,
            value: Some(momentum),
            z_score: None,
            contribution: momentum,
        }],
        hold_bonus,
        verdict: Verdict::Selected,
    }
}

/// Selects the first `top_n`. Where there are more, each has to beat the score across the cut, with the pool's order
/// deciding ties.
fn select(config: &Config, rows: &mut [RankedRow], trace: &mut Trace) {
    let place = |symbol: &Symbol| config.ranking_pool.iter().position(|fund| fund == symbol);
    let boundary = |rank: usize| rows.get(rank.checked_sub(1)?).map(|row| (row.score, place(&row.symbol)));
    let (Some(last_in), Some(first_out)) = (boundary(*config.top_n), boundary(*config.top_n + 1)) else {
        return;
    };
    for row in rows {
        let (score, across) = if row.rank <= *config.top_n { first_out } else { last_in };
        let comparison = if place(&row.symbol) < across { Comparison::AtLeast } else { Comparison::Above };
        let score_across = Quantity::score("score_across_the_cut", score);
        let makes_the_cut = Claim::new(Quantity::score("score", row.score), comparison, score_across);
        if !trace.gate("score_makes_the_cut", makes_the_cut.of(&row.symbol)) {
            row.verdict = Verdict::BelowTheCut;
        }
    }
}
