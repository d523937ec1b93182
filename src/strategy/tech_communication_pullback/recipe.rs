//! What the snapshot of the profile is built from.

use super::config::Config;
use crate::feature::column::{
    ADV20_USD, BREAKOUT_252, DIST_63_HIGH, DIST_126_HIGH, Feature, MA50_OVER_MA200, MOM_6_1, MOM_12_1,
    REBOUND_20, ROLLING_MAXDD_126, SMA20_GAP, SMA50_GAP, SMA200_GAP, VOL_63,
};
use crate::strategy::recipe::{Extra, Members, Recipe, StockRecipe};
use crate::symbol::Symbol;

/// The features of the snapshot, each of which an eligible stock has.
const FEATURES: [Feature; 12] = [
    MOM_6_1,
    MOM_12_1,
    SMA20_GAP,
    SMA50_GAP,
    SMA200_GAP,
    MA50_OVER_MA200,
    VOL_63,
    ROLLING_MAXDD_126,
    BREAKOUT_252,
    DIST_63_HIGH,
    DIST_126_HIGH,
    REBOUND_20,
];

/// The closes that the rule reads of the benchmark: those of its 12-month momentum without the newest month.
const BENCHMARK_CLOSES: usize = 274;

/// The fewest closes of an eligible stock.
const MIN_HISTORY_DAYS: usize = 252;

/// The fund of the whole market, which has a row beside the benchmark.
const MARKET: &str = "SPY";

/// The sector of the safe haven where the universe does not say one.
const SAFE_HAVEN_SECTOR: &str = "defense";

pub(super) fn recipe(config: &Config) -> Recipe {
    let market = Extra::benchmark(&Symbol::literal(MARKET));
    let safe_haven = Extra { symbol: config.safe_haven.clone(), sector: SAFE_HAVEN_SECTOR };
    let read = (&config.benchmark_symbol, BENCHMARK_CLOSES);
    let least = (*config.min_adv20_usd, MIN_HISTORY_DAYS);
    Recipe::Stocks(StockRecipe {
        members: Members::OfSectors(config.sector_whitelist.clone()),
        extras: vec![Extra::benchmark(&config.benchmark_symbol), market, safe_haven],
        ..StockRecipe::new(&FEATURES, ADV20_USD, "base_eligible", read, least)
    })
}
