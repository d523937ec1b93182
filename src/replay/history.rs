//! What an account was at each close of a walk.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::diary::name_the_same;
use crate::symbol::Symbol;

/// An account at the close of one session, after its fills.
#[derive(Clone, Debug, PartialEq)]
pub struct Close {
    /// The session.
    pub date: NaiveDate,
    /// The return of the session; `None` on the first.
    pub portfolio_return: Option<f64>,
    /// The equity in US dollars.
    pub equity_usd: f64,
    /// The cash in US dollars.
    pub cash_usd: f64,
    /// The turnover of the session as a ratio of the equity.
    pub turnover: f64,
    /// The cost of the session in US dollars.
    pub cost_usd: f64,
    /// The weights above 0, by symbol.
    pub weights: Vec<(Symbol, f64)>,
}

impl Close {
    /// The cash as a share of the equity.
    pub fn cash_ratio(&self) -> f64 {
        if self.equity_usd > 0.0 { self.cash_usd / self.equity_usd } else { 0.0 }
    }

    /// The weight of a symbol; 0 where it is not held.
    pub fn weight(&self, symbol: &Symbol) -> f64 {
        let place = self.weights.binary_search_by(|(held, _)| held.cmp(symbol));
        place.ok().and_then(|place| self.weights.get(place)).map_or(0.0, |(_, weight)| *weight)
    }

    /// The weight of some symbols together.
    pub fn weight_of(&self, symbols: &[Symbol]) -> f64 {
        symbols.iter().map(|symbol| self.weight(symbol)).sum()
    }

    /// Half the sum of the absolute differences of all weights from another account's, cash included.
    pub fn weight_gap(&self, other: &Self) -> f64 {
        let mut sum = (self.cash_ratio() - other.cash_ratio()).abs();
        for (symbol, weight) in &self.weights {
            sum += (weight - other.weight(symbol)).abs();
        }
        let only_other = other.weights.iter().filter(|(symbol, _)| self.weight(symbol) == 0.0);
        sum += only_other.map(|(_, weight)| weight).sum::<f64>();
        sum / 2.0
    }
}

/// How many decisions of an account said what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Actionable decisions.
    pub decisions: usize,
    /// Actionable decisions that differ from the one before.
    pub changes: usize,
    /// Blocked decisions.
    pub blocked: usize,
    /// The first session with a fill.
    pub first_fill: Option<NaiveDate>,
    /// The targets of the newest actionable decision.
    newest: Option<BTreeMap<Symbol, f64>>,
}

/// Weights that differ by at most this are equal.
const EQUAL_WEIGHTS: f64 = 1e-12;

impl Tally {
    /// Counts an actionable decision; `true` when it differs from the one before in the symbols with a target above 0
    /// or, where weights count, in a weight.
    pub fn count_actionable(&mut self, targets: &BTreeMap<Symbol, f64>, are_weights: bool) -> bool {
        let is_change = self.newest.as_ref().is_none_or(|before| differ(before, targets, are_weights));
        self.decisions += 1;
        self.changes += usize::from(is_change);
        self.newest = Some(targets.clone());
        is_change
    }
}

fn differ(before: &BTreeMap<Symbol, f64>, now: &BTreeMap<Symbol, f64>, are_weights: bool) -> bool {
    let moved = |(symbol, weight): (&Symbol, &f64)| {
        (weight - before.get(symbol).copied().unwrap_or_default()).abs() > EQUAL_WEIGHTS
    };
    !name_the_same(before, now) || (are_weights && now.iter().any(moved))
}

/// An account through a walk: a close a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// One a session, in order.
    pub closes: Vec<Close>,
    /// What its decisions said.
    pub tally: Tally,
}

impl History {
    /// The returns, one a session after the first.
    pub fn returns(&self) -> Vec<f64> {
        self.closes.iter().filter_map(|close| close.portfolio_return).collect()
    }

    /// The value of 1 at the close of the first session.
    pub fn values(&self) -> Vec<f64> {
        let first = self.closes.first().map_or(1.0, |close| close.equity_usd);
        self.closes.iter().map(|close| close.equity_usd / first).collect()
    }
}

/// The benchmark: bought at the first close and held, closes carried forward.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// The symbol.
    pub symbol: Symbol,
    /// The value of 1 at the first session, one a session.
    pub values: Vec<f64>,
    /// The returns, one a session after the first.
    pub returns: Vec<f64>,
}

impl Benchmark {
    /// The benchmark of its closes, one a session.
    pub fn new(symbol: Symbol, closes: &[f64]) -> Self {
        let first = closes.first().copied().unwrap_or(1.0);
        let values = closes.iter().map(|close| close / first).collect();
        let returns =
            closes.iter().zip(closes.iter().skip(1)).map(|(before, now)| now / before - 1.0).collect();
        Self { symbol, values, returns }
    }
}
