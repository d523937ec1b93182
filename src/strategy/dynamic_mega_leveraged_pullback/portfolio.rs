//! What is held: the best of the ranking, each as large as its underlying is worth.

use std::collections::BTreeMap;

use serde::Serialize;

use super::config::Config;
use super::pool::SizedProduct;
use crate::account::Account;
use crate::number::{Number, of_count};
use crate::statistics::mean;
use crate::strategy::Choice;
use crate::strategy::shared::hold_buffer;
use crate::strategy::shared::sizing::{Allocation, effective_holdings_count, symbols_at};
use crate::strategy::shared::texts;
use crate::strategy::trace::{Quantity, Ranking, Trace, min, steps};
use crate::symbol::Symbol;

/// What is held and what it was chosen from, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Portfolio {
    /// The share of the equity in products.
    pub realized_product_exposure: Number,
    /// The share of the equity in products, times their leverage.
    underlying_exposure: Number,
    /// The share of the equity in the safe haven.
    pub safe_haven_weight: Number,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// The underlyings of `selected_symbols`.
    selected_underlyings: Vec<Symbol>,
    #[serde(flatten)]
    pub choice: Choice,
    /// How many of the largest candidates are looked at.
    candidate_universe_size: usize,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The mean pullback of the selected underlyings, as a ratio; left out without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_pullback_depth: Option<Number>,
    #[serde(skip)]
    pub weights: BTreeMap<Symbol, f64>,
    /// The best of the ranking, with their scores.
    #[serde(skip)]
    pub best: String,
}

impl Portfolio {
    /// Selects from the ranking and sizes what was selected; held products within the buffer stay.
    pub fn of(
        config: &Config,
        account: &Account,
        exposure: f64,
        (mut ranking, sized): (Ranking, &[SizedProduct]),
        trace: &mut Trace,
    ) -> Self {
        let (smallest, wanted) = (config.min_position_value_usd, *config.holdings_count);
        let affordable =
            effective_holdings_count(trace, None, account.equity_usd, exposure, smallest, wanted);
        let mut places = hold_buffer::select(&mut ranking, account, affordable, config.hold_buffer);
        places.sort_unstable();
        let selected_symbols = symbols_at(&ranking, &places);
        let product = |symbol: &Symbol| sized.iter().find(|product| product.symbol == *symbol);
        let selected: Vec<&SizedProduct> = selected_symbols.iter().filter_map(product).collect();
        let allocation = allocate(config, trace, &selected, exposure);
        let depths: Vec<f64> = selected.iter().map(|product| product.features.pullback_depth).collect();
        let best = texts::best(&ranking.rows, |row| {
            format!("{}->{}", row.group.as_deref().unwrap_or_default(), row.symbol)
        });
        let candidates = ranking.rows.len();
        trace.ranking(ranking);
        Self {
            realized_product_exposure: Number(allocation.invested),
            underlying_exposure: Number(allocation.invested * *config.leverage_multiple),
            safe_haven_weight: Number(allocation.safe_haven_weight),
            selected_underlyings: selected.iter().map(|product| product.underlying.clone()).collect(),
            choice: Choice { candidates, wanted, affordable, selected: selected.len() },
            selected_symbols,
            candidate_universe_size: *config.candidate_universe_size,
            min_position_value_usd: Number(config.min_position_value_usd),
            avg_pullback_depth: mean(&depths).map(Number),
            weights: allocation.weights,
            best,
        }
    }
}

/// An equal share times the multiplier, at most the cap; all scaled down when they exceed the exposure.
fn allocate(
    config: &Config,
    trace: &mut Trace,
    selected: &[&SizedProduct],
    product_exposure: f64,
) -> Allocation {
    let (single_name_cap, selected_products) = (*config.single_name_cap, of_count(selected.len()));
    let mut weights = Vec::new();
    if !selected.is_empty() {
        steps! { trace; base_weight: ratio = product_exposure / selected_products; }
        for &&SizedProduct { ref symbol, ref features, size_multiplier, .. } in selected {
            trace.symbol_step(
                symbol,
                Quantity::ratio("pullback_depth", features.pullback_depth),
                "1 - close / the highest of 63 closes, of the underlying",
            );
            trace.symbol_step(
                symbol,
                Quantity::score("size_multiplier", size_multiplier),
                "by pullback depth, reduced when overheated, thin or lagging",
            );
            steps! { trace, of symbol; weight: ratio = min(single_name_cap, base_weight * size_multiplier); }
            weights.push((symbol.clone(), weight));
        }
    }
    let weight_sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let mut formula = "weight";
    if weight_sum > product_exposure {
        formula = "weight * scale";
        steps! { trace; scale: ratio = product_exposure / weight_sum; }
        for (_, weight) in &mut weights {
            *weight *= scale;
        }
    }
    let allocation = Allocation::with_remainder(weights, &config.safe_haven);
    allocation.record(trace, &config.safe_haven, formula);
    allocation
}
