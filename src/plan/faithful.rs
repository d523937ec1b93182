//! The equity from which on whole shares follow the weights.

use super::Line;
use super::step::QuantityStep;
use crate::symbol::Symbol;

/// How much a quotient of weights may round before it asks for one more step.
const FORGIVEN_QUOTIENT: f64 = 1e-12;

/// How much an amount of dollars may round before it asks for one more.
const FORGIVEN_USD: f64 = 1e-9;

/// The smallest equity that is named, in whole US dollars.
const LEAST_USD: f64 = 1.0;

/// The smallest equity in whole US dollars from which on, for every larger one too, one target is within `fit` of its
/// weight in whole steps at this price; 0 where the weight asks for nothing.
///
/// Just below `n` steps the equity is `n * p / w`, `n - 1` steps are held, and the weight falls short by `p / equity`,
/// which is `w / n`. So the last equity that is off by `fit` or more lies just below `n0 * p / w`, with `n0` the
/// largest `n` for which `w / n` is above `fit`.
pub fn faithful_equity_usd(weight: f64, price_usd: f64, step: QuantityStep, fit: f64) -> f64 {
    if weight <= fit {
        return 0.0;
    }
    let last_steps = (weight / fit - FORGIVEN_QUOTIENT).ceil() - 1.0;
    (last_steps * price_usd * step.shares() / weight - FORGIVEN_USD).ceil().max(0.0)
}

/// The faithful equity of all lines, and the symbol that decides it; neither where a target that asks for one has no
/// price.
pub(super) fn of_lines(lines: &[Line], step: QuantityStep, fit: f64) -> (Option<f64>, Option<Symbol>) {
    let mut largest = 0.0;
    let mut symbol = None;
    for line in lines.iter().filter(|line| line.target_weight.0 > fit) {
        let Some(price) = line.price else { return (None, None) };
        let equity = faithful_equity_usd(line.target_weight.0, price.0, step, fit);
        if equity > largest {
            (largest, symbol) = (equity, Some(line.symbol.clone()));
        }
    }
    (Some(f64::max(largest, LEAST_USD)), symbol)
}
