//! From an exposure to weights: how many names an account carries, how large each is, and what is left for
//! the safe haven.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::number::{finite, of_count};
use crate::strategy::trace::{Quantity, Ranking, Trace, computed, floor, max, min, steps};
use crate::symbol::Symbol;

/// The largest weight that is not emitted.
pub const NEGLIGIBLE_WEIGHT: f64 = 1e-12;

/// Returns how many names a leader rotation holds: none without exposure, `holdings_count` if the equity is unknown or
/// there is no smallest position, else as many as the account can afford. Records the count, in the ranking if there
/// are several.
pub fn effective_holdings_count(
    trace: &mut Trace,
    ranking: Option<&str>,
    equity: Option<f64>,
    exposure: f64,
    min_position_value_usd: f64,
    holdings_count: usize,
) -> usize {
    let (count, formula) = match equity {
        _ if exposure <= 0.0 => (0, "no exposure"),
        _ if min_position_value_usd <= 0.0 => {
            (holdings_count, "holdings_count, as min_position_value_usd is 0")
        }
        None => (holdings_count, "holdings_count, as the equity is unknown"),
        Some(equity) if equity * exposure <= 0.0 => (0, "nothing to spread"),
        Some(equity) => {
            computed!(max(1, min(holdings_count, floor(equity * exposure / min_position_value_usd))))
        }
    };
    trace.ranking_step(ranking, Quantity::count("effective_holdings_count", count), formula);
    count
}

/// Returns the weight of each of `count` equal positions, 0 if there are none, and records it, in the ranking if there
/// are several.
pub fn equal_weight(
    trace: &mut Trace,
    ranking: Option<&str>,
    stock_exposure: f64,
    count: usize,
    single_name_cap: f64,
) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let selected_stocks = of_count(count);
    steps! { trace, in ranking; weight: ratio = min(single_name_cap, stock_exposure / selected_stocks); }
    weight
}

/// Weights that sum to 1, with the safe haven's share among them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Allocation {
    /// Every weight above the negligible one.
    #[serde(skip)]
    pub weights: BTreeMap<Symbol, f64>,
    /// The share of the equity in stocks.
    #[serde(rename = "realized_stock_weight", serialize_with = "finite")]
    pub invested: f64,
    /// The share of the equity in the safe haven.
    #[serde(serialize_with = "finite")]
    pub safe_haven_weight: f64,
}

impl Allocation {
    /// Gives each symbol the same weight, and the safe haven what `1 - weight * count` leaves: a product, since the
    /// sum of equal weights may be off in its last bit, and that bit can be one share of the safe haven.
    pub fn of_equal_weights(symbols: &[Symbol], weight: f64, safe_haven: &Symbol) -> Self {
        let held = if weight > NEGLIGIBLE_WEIGHT { symbols } else { &[] };
        let weights = held.iter().map(|symbol| (symbol.clone(), weight)).collect();
        Self::new(weights, weight * of_count(held.len()), safe_haven)
    }

    /// Puts what the weights leave of 1 into the safe haven.
    pub fn with_remainder(weights: impl IntoIterator<Item = (Symbol, f64)>, safe_haven: &Symbol) -> Self {
        let weights: BTreeMap<Symbol, f64> =
            weights.into_iter().filter(|(_, weight)| *weight > NEGLIGIBLE_WEIGHT).collect();
        // Adding zero: the sum of no floats is -0.0.
        let invested = weights.values().sum::<f64>() + 0.0;
        Self::new(weights, invested, safe_haven)
    }

    fn new(mut weights: BTreeMap<Symbol, f64>, invested: f64, safe_haven: &Symbol) -> Self {
        let remainder = 1.0 - invested;
        let safe_haven_weight = if remainder > NEGLIGIBLE_WEIGHT { remainder } else { 0.0 };
        if safe_haven_weight > 0.0 {
            // It may have been selected as well, and then has both.
            *weights.entry(safe_haven.clone()).or_default() += safe_haven_weight;
        }
        Self { weights, invested, safe_haven_weight }
    }

    /// Records the safe haven's weight and every target: the safe haven's as what the others leave, theirs as
    /// `formula` says.
    pub fn record(&self, trace: &mut Trace, safe_haven: &Symbol, formula: &'static str) {
        trace.step(Quantity::ratio("safe_haven_weight", self.safe_haven_weight), "1 - invested weight");
        for (symbol, weight) in &self.weights {
            let formula = if symbol == safe_haven { "safe_haven_weight" } else { formula };
            trace.symbol_step(symbol, Quantity::ratio("target_weight", *weight), formula);
        }
    }
}

/// The symbols at the places of a ranking, in the order of the places.
pub fn symbols_at(ranking: &Ranking, places: &[usize]) -> Vec<Symbol> {
    places.iter().filter_map(|&place| ranking.rows.get(place)).map(|row| row.symbol.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::worked::{close_to, symbol};

    #[test]
    fn the_safe_haven_gets_what_a_product_leaves() {
        // Six times 0.1 is 0.6000000000000001 as a product and 0.6 as a sum of floats.
        let symbols: Vec<_> = ["A", "B", "C", "D", "E", "F"].map(symbol).to_vec();
        let product = Allocation::of_equal_weights(&symbols, 0.1, &symbol("H"));
        assert_eq!(product.safe_haven_weight, 1.0 - 0.1 * 6.0);
        let sum = Allocation::with_remainder(symbols.iter().map(|name| (name.clone(), 0.1)), &symbol("H"));
        assert_ne!(sum.safe_haven_weight, product.safe_haven_weight);
        assert_eq!(Allocation::of_equal_weights(&[], 0.5, &symbol("H")).safe_haven_weight, 1.0);
    }

    #[test]
    fn the_effective_count_follows_exposure_equity_and_smallest_position() {
        let count = |equity, exposure, smallest| {
            let mut trace = Trace::default();
            let count = effective_holdings_count(&mut trace, None, equity, exposure, smallest, 4);
            (count, trace.steps.pop().unwrap().formula)
        };
        let affordable = "max(1, min(holdings_count, floor(equity * exposure / min_position_value_usd)))";
        assert_eq!(count(Some(1e6), 0.0, 3_000.0), (0, "no exposure"));
        assert_eq!(count(None, 0.5, 3_000.0), (4, "holdings_count, as the equity is unknown"));
        assert_eq!(count(Some(10.0), 0.5, 0.0), (4, "holdings_count, as min_position_value_usd is 0"));
        assert_eq!(count(Some(0.0), 0.5, 3_000.0), (0, "nothing to spread"));
        assert_eq!(count(Some(13_000.0), 0.5, 3_000.0), (2, affordable)); // 6,500 / 3,000
        assert_eq!(count(Some(9_000.0), 1.0, 3_000.0), (3, affordable));
        assert_eq!(count(Some(8_999.99), 1.0, 3_000.0), (2, affordable));
        assert_eq!(count(Some(100.0), 1.0, 3_000.0), (1, affordable));
        assert_eq!(count(Some(1e9), 1.0, 3_000.0), (4, affordable));
    }

    #[test]
    fn equal_weights_are_capped() {
        let weight = |count, cap| {
            let mut trace = Trace::default();
            (equal_weight(&mut trace, Some("top2"), 0.8, count, cap), trace.steps.len())
        };
        assert_eq!(weight(8, 0.25), (0.1, 1));
        assert_eq!(weight(2, 0.25), (0.25, 1));
        assert_eq!(weight(0, 0.25), (0.0, 0));
    }

    #[test]
    fn the_safe_haven_takes_what_is_left() {
        let (a, b, haven) = (symbol("A"), symbol("B"), symbol("BOXX"));
        let allocation = Allocation::with_remainder([(a.clone(), 0.25), (b.clone(), 0.25)], &haven);
        assert_eq!((allocation.invested, allocation.safe_haven_weight), (0.5, 0.5));
        assert_eq!(allocation.weights.get(&haven), Some(&0.5));

        // One that is also among the weights keeps its own besides.
        let both = Allocation::with_remainder([(a.clone(), 0.25), (haven.clone(), 0.25)], &haven);
        assert_eq!((both.weights.get(&haven), both.invested), (Some(&0.75), 0.5));

        let nothing = Allocation::with_remainder([], &haven);
        assert_eq!(nothing.weights.into_iter().collect::<Vec<_>>(), [(haven.clone(), 1.0)]);
        assert!(nothing.invested.is_sign_positive());
    }

    #[test]
    fn negligible_weights_are_not_emitted() {
        let (a, b, haven) = (symbol("A"), symbol("B"), symbol("BOXX"));
        // 1 - (1 - 1e-13) is below the smallest weight that is emitted.
        let full = Allocation::with_remainder([(a.clone(), 1.0 - 1e-13), (b, 1e-13)], &haven);
        assert_eq!(full.weights.keys().collect::<Vec<_>>(), [&a]);
        assert_eq!(full.safe_haven_weight, 0.0);
        assert!(close_to(full.invested, 1.0));
    }
}
