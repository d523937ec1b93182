//! The account as research counts it: weights that stay as they are between changes, as if rebalanced every day for
//! nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::holdings::Filled;
use super::quotes::{Quotes, Step};
use crate::symbol::Symbol;

/// A turnover of at most this is no change.
pub const NEGLIGIBLE_TURNOVER: f64 = 1e-12;

/// An account of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstantWeights {
    /// The weights, each above 0.
    pub weights: BTreeMap<Symbol, f64>,
    /// The value of 1 at the first session.
    value: f64,
    /// The equity in US dollars that a value of 1 stands for.
    unit_usd: f64,
    /// Half the sum of the changes at the last close, which the next return pays for.
    unpaid: f64,
}

impl ConstantWeights {
    /// An account that holds the safe haven alone.
    pub fn new(safe_haven: Symbol, equity_usd: f64) -> Self {
        Self { weights: [(safe_haven, 1.0)].into(), value: 1.0, unit_usd: equity_usd, unpaid: 0.0 }
    }

    /// The equity in US dollars.
    pub fn equity_usd(&self) -> f64 {
        self.unit_usd * self.value
    }

    /// Earns the return of a session after another, and pays for the changes at the close of that other one. A symbol
    /// without two closes earns 0.
    pub fn earn(
        &mut self,
        quotes: &Quotes<'_>,
        before: NaiveDate,
        day: NaiveDate,
        cost_ratio: f64,
    ) -> Filled {
        let close = |symbol: &Symbol, day| quotes.quote(symbol, day, Step::Fill).map(|quote| quote.close);
        let gain = |(symbol, weight): (&Symbol, &f64)| match (close(symbol, before), close(symbol, day)) {
            (Some(before), Some(now)) => weight * (now / before - 1.0),
            _ => 0.0,
        };
        let turnover = std::mem::take(&mut self.unpaid);
        let cost = turnover * cost_ratio;
        let cost_usd = cost * self.equity_usd();
        self.value *= 1.0 + (self.weights.iter().map(gain).sum::<f64>() - cost);
        Filled { turnover, cost_usd, ..Filled::default() }
    }

    /// Changes the weights; returns half the sum of the changes.
    pub fn change(&mut self, weights: BTreeMap<Symbol, f64>) -> f64 {
        let turnover = half_distance(&self.weights, &weights);
        self.weights = weights.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        self.unpaid += turnover;
        turnover
    }
}

/// Half the sum of the absolute differences of two sets of weights.
pub fn half_distance(one: &BTreeMap<Symbol, f64>, other: &BTreeMap<Symbol, f64>) -> f64 {
    let weight = |weights: &BTreeMap<Symbol, f64>, symbol| weights.get(symbol).copied().unwrap_or_default();
    let of_one = one.keys().map(|symbol| (weight(one, symbol) - weight(other, symbol)).abs());
    let of_other =
        other.iter().filter(|(symbol, _)| !one.contains_key(*symbol)).map(|(_, weight)| weight.abs());
    (of_one.sum::<f64>() + of_other.sum::<f64>()) / 2.0
}
