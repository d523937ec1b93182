//! The account as research counts it: weights that stay as they are between changes, as if rebalanced every day for
//! nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::quotes::{Quotes, Step};
use crate::symbol::Symbol;

/// A turnover of at most this is no change.
pub(crate) const NEGLIGIBLE_TURNOVER: f64 = 1e-12;

/// An account of weights.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConstantWeights {
    /// The weights, each above 0.
    pub weights: BTreeMap<Symbol, f64>,
    /// The value of 1 at the first session.
    pub value: f64,
    /// Half the sum of the changes at the last close, which the next return pays for.
    unpaid: f64,
}

/// What a session of constant weights earned and paid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Earned {
    /// The return of the session.
    pub portfolio_return: f64,
    /// The turnover that it pays for.
    pub turnover: f64,
    /// Its cost as a ratio of the value of the session before.
    pub cost: f64,
}

impl ConstantWeights {
    /// An account that holds the safe haven alone.
    pub(crate) fn new(safe_haven: Symbol) -> Self {
        Self { weights: [(safe_haven, 1.0)].into(), value: 1.0, unpaid: 0.0 }
    }

    /// Earns the return of a session after another. A symbol without two closes earns 0.
    pub(crate) fn earn(
        &mut self,
        quotes: &Quotes<'_>,
        before: NaiveDate,
        day: NaiveDate,
        cost_ratio: f64,
    ) -> Earned {
        let close = |symbol: &Symbol, day| quotes.quote(symbol, day, Step::Fill).map(|quote| quote.close);
        let gain = |(symbol, weight): (&Symbol, &f64)| match (close(symbol, before), close(symbol, day)) {
            (Some(before), Some(now)) => weight * (now / before - 1.0),
            _ => 0.0,
        };
        let turnover = std::mem::take(&mut self.unpaid);
        let cost = turnover * cost_ratio;
        let portfolio_return = self.weights.iter().map(gain).sum::<f64>() - cost;
        self.value *= 1.0 + portfolio_return;
        Earned { portfolio_return, turnover, cost }
    }

    /// Changes the weights; returns half the sum of the changes.
    pub(crate) fn change(&mut self, weights: BTreeMap<Symbol, f64>) -> f64 {
        let turnover = half_distance(&self.weights, &weights);
        self.weights = weights.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        self.unpaid += turnover;
        turnover
    }
}

/// Half the sum of the absolute differences of two sets of weights.
pub(crate) fn half_distance(one: &BTreeMap<Symbol, f64>, other: &BTreeMap<Symbol, f64>) -> f64 {
    let weight = |weights: &BTreeMap<Symbol, f64>, symbol| weights.get(symbol).copied().unwrap_or_default();
    let of_one = one.keys().map(|symbol| (weight(one, symbol) - weight(other, symbol)).abs());
    let of_other =
        other.iter().filter(|(symbol, _)| !one.contains_key(*symbol)).map(|(_, weight)| weight.abs());
    (of_one.sum::<f64>() + of_other.sum::<f64>()) / 2.0
}
