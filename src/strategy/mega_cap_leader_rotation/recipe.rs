//! What the snapshot of the profile is built from.

use super::config::Config;
use crate::feature::column::{
    ADV20_USD, CLOSE, HIGH_252_GAP, MAXDD_126, MOM_3M, MOM_6M, MOM_12_1, SMA200_GAP, VOL_63, VOLUME,
};
use crate::strategy::recipe::{Column, Extra, HISTORY_DAYS, Members, StockRecipe};

/// The columns of the half-year return less the benchmark's, and less the broad benchmark's.
pub(super) const RELATIVE_MOMENTUM: &str = "rel_mom_6m_vs_benchmark";

pub(super) const BROAD_RELATIVE_MOMENTUM: &str = "rel_mom_6m_vs_broad_benchmark";

/// The columns of the snapshot as it is built.
const SNAPSHOT: [Column; 17] = [
    Column::AsOf,
    Column::Symbol,
    Column::Sector,
    Column::Feature(CLOSE),
    Column::Feature(VOLUME),
    Column::Feature(ADV20_USD),
    Column::HistoryDays(HISTORY_DAYS),
    Column::Feature(MOM_3M),
    Column::Feature(MOM_6M),
    Column::Feature(MOM_12_1),
    Column::Feature(SMA200_GAP),
    Column::Feature(HIGH_252_GAP),
    Column::Feature(VOL_63),
    Column::Feature(MAXDD_126),
    Column::Eligible("eligible"),
    Column::RelativeToBenchmark(RELATIVE_MOMENTUM, MOM_6M),
    Column::RelativeToBroadBenchmark(BROAD_RELATIVE_MOMENTUM, MOM_6M),
];

/// The columns that an eligible stock has a number in when the snapshot is built.
const NEEDED: [&str; 7] = [
    MOM_3M.name,
    MOM_6M.name,
    MOM_12_1.name,
    SMA200_GAP.name,
    HIGH_252_GAP.name,
    VOL_63.name,
    MAXDD_126.name,
];

/// The closes that the rule reads of the benchmark: those of its 200-day average.
const BENCHMARK_CLOSES: usize = 200;

/// The closes that the rule reads of the broad benchmark: those of its half-year return.
const BROAD_BENCHMARK_CLOSES: usize = 127;

/// The fewest closes of an eligible stock.
const MIN_HISTORY_DAYS: usize = 273;

/// The sector of the safe haven where the universe does not say one.
const SAFE_HAVEN_SECTOR: &str = "cash";

impl Config {
    /// What the snapshot is built from.
    pub(crate) fn recipe(&self) -> StockRecipe {
        let (benchmark, broad) = (&self.benchmark_symbol, &self.broad_benchmark_symbol);
        let safe_haven = Extra { symbol: self.safe_haven.clone(), sector: SAFE_HAVEN_SECTOR };
        let read = (benchmark, BENCHMARK_CLOSES);
        StockRecipe {
            members: Members::Ranked(self.dynamic_universe_size),
            extras: vec![Extra::benchmark(benchmark), Extra::benchmark(broad), safe_haven],
            references: vec![(benchmark.clone(), BENCHMARK_CLOSES), (broad.clone(), BROAD_BENCHMARK_CLOSES)],
            broad_benchmark: Some(broad.clone()),
            ..StockRecipe::new(&SNAPSHOT, &NEEDED, read, *self.min_adv20_usd, MIN_HISTORY_DAYS)
        }
    }
}
