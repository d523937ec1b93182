//! What the snapshot of the profile is built from.

use super::config::Config;
use super::rule::FEATURES;
use crate::feature::column::KNOWN_ADV20_USD;
use crate::strategy::recipe::{Recipe, StockRecipe};

/// The closes that the rule reads of the benchmark: those of its 200-day average.
const BENCHMARK_CLOSES: usize = 200;

/// The smallest average turnover of an eligible stock in US dollars.
const MIN_ADV20_USD: f64 = 20_000_000.0;

/// The fewest closes of an eligible stock.
const MIN_HISTORY_DAYS: usize = 252;

pub(super) fn recipe(config: &Config) -> Recipe {
    let read = (&config.benchmark_symbol, BENCHMARK_CLOSES);
    let least = (MIN_ADV20_USD, MIN_HISTORY_DAYS);
    Recipe::Stocks(StockRecipe::new(&FEATURES, KNOWN_ADV20_USD, "eligible", read, least))
}
