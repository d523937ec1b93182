//! What the snapshot of the profile is built from.

use super::config::Config;
use super::rule::FEATURES;
use crate::feature::column::{
    CLOSE, KNOWN_ADV20_USD, MAXDD_126, MOM_6_1, MOM_12_1, SMA200_GAP, VOL_63, VOLUME,
};
use crate::strategy::recipe::{Column, HISTORY_DAYS, StockRecipe};

/// The columns of the snapshot as it is built.
const SNAPSHOT: [Column; 13] = [
    Column::AsOf,
    Column::Symbol,
    Column::Sector,
    Column::Feature(CLOSE),
    Column::Feature(VOLUME),
    Column::Feature(KNOWN_ADV20_USD),
    Column::HistoryDays(HISTORY_DAYS),
    Column::Feature(MOM_6_1),
    Column::Feature(MOM_12_1),
    Column::Feature(SMA200_GAP),
    Column::Feature(VOL_63),
    Column::Feature(MAXDD_126),
    Column::Eligible("eligible"),
];

/// The closes that the rule reads of the benchmark: those of its 200-day average.
const BENCHMARK_CLOSES: usize = 200;

/// The smallest average turnover of an eligible stock in US dollars.
const MIN_ADV20_USD: f64 = 20_000_000.0;

/// The fewest closes of an eligible stock.
const MIN_HISTORY_DAYS: usize = 252;

impl Config {
    /// What the snapshot is built from.
    pub(crate) fn recipe(&self) -> StockRecipe {
        let read = (&self.benchmark_symbol, BENCHMARK_CLOSES);
        StockRecipe::new(&SNAPSHOT, &FEATURES, read, MIN_ADV20_USD, MIN_HISTORY_DAYS)
    }
}
