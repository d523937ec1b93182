//! What the snapshot of the profile is built from.

use super::config::Config;
use crate::feature::column::{
    ADV20_USD, Feature, HIGH_252_GAP, MAXDD_126, MOM_3M, MOM_6M, MOM_12_1, SMA200_GAP, VOL_63,
};
use crate::strategy::recipe::{Column, Extra, Members, Recipe, StockRecipe};

/// The columns of the half-year return less the benchmark's, and less the broad benchmark's.
pub(super) const RELATIVE_MOMENTUM: &str = "rel_mom_6m_vs_benchmark";

pub(super) const BROAD_RELATIVE_MOMENTUM: &str = "rel_mom_6m_vs_broad_benchmark";

/// The features of the snapshot, each of which an eligible stock has.
const FEATURES: [Feature; 7] = [MOM_3M, MOM_6M, MOM_12_1, SMA200_GAP, HIGH_252_GAP, VOL_63, MAXDD_126];

/// The closes that the rule reads of the benchmark: those of its 200-day average.
const BENCHMARK_CLOSES: usize = 200;

/// The closes that the rule reads of the broad benchmark: those of its half-year return.
const BROAD_BENCHMARK_CLOSES: usize = 127;

/// The fewest closes of an eligible stock.
const MIN_HISTORY_DAYS: usize = 273;

/// The sector of the safe haven where the universe does not say one.
const SAFE_HAVEN_SECTOR: &str = "cash";

pub(super) fn recipe(config: &Config) -> Recipe {
    let (benchmark, broad) = (&config.benchmark_symbol, &config.broad_benchmark_symbol);
    let least = (*config.min_adv20_usd, MIN_HISTORY_DAYS);
    let mut recipe = StockRecipe::new(&FEATURES, ADV20_USD, "eligible", (benchmark, BENCHMARK_CLOSES), least);
    recipe.columns.push(Column::RelativeToBenchmark(RELATIVE_MOMENTUM, MOM_6M));
    recipe.columns.push(Column::RelativeToBroadBenchmark(BROAD_RELATIVE_MOMENTUM, MOM_6M));
    recipe.extras.push(Extra::benchmark(broad));
    recipe.extras.push(Extra { symbol: config.safe_haven.clone(), sector: SAFE_HAVEN_SECTOR });
    recipe.references.push((broad.clone(), BROAD_BENCHMARK_CLOSES));
    Recipe::Stocks(StockRecipe {
        members: Members::Ranked(config.dynamic_universe_size),
        broad_benchmark: Some(broad.clone()),
        ..recipe
    })
}
