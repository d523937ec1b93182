//! What the snapshot of the profile is built from.

use super::config::Config;
use crate::feature::column::{
    ADV20_USD, BREAKOUT_252, CLOSE, DIST_63_HIGH, DIST_126_HIGH, MA50_OVER_MA200, MOM_6_1, MOM_12_1,
    REBOUND_20, ROLLING_MAXDD_126, SMA20_GAP, SMA50_GAP, SMA200_GAP, VOL_63, VOLUME,
};
use crate::strategy::recipe::{Column, Extra, HISTORY_DAYS, Members, StockRecipe};
use crate::symbol::Symbol;

/// The columns of the snapshot as it is built.
const SNAPSHOT: [Column; 20] = [
    Column::AsOf,
    Column::Symbol,
    Column::Sector,
    Column::Feature(CLOSE),
    Column::Feature(VOLUME),
    Column::Feature(ADV20_USD),
    Column::HistoryDays(HISTORY_DAYS),
    Column::Feature(MOM_6_1),
    Column::Feature(MOM_12_1),
    Column::Feature(SMA20_GAP),
    Column::Feature(SMA50_GAP),
    Column::Feature(SMA200_GAP),
    Column::Feature(MA50_OVER_MA200),
    Column::Feature(VOL_63),
    Column::Feature(ROLLING_MAXDD_126),
    Column::Feature(BREAKOUT_252),
    Column::Feature(DIST_63_HIGH),
    Column::Feature(DIST_126_HIGH),
    Column::Feature(REBOUND_20),
    Column::Eligible("base_eligible"),
];

/// The columns that an eligible stock has a number in when the snapshot is built.
const NEEDED: [&str; 12] = [
    MOM_6_1.name,
    MOM_12_1.name,
    SMA20_GAP.name,
    SMA50_GAP.name,
    SMA200_GAP.name,
    MA50_OVER_MA200.name,
    VOL_63.name,
    ROLLING_MAXDD_126.name,
    BREAKOUT_252.name,
    DIST_63_HIGH.name,
    DIST_126_HIGH.name,
    REBOUND_20.name,
];

/// The closes that the rule reads of the benchmark: those of its 12-month momentum without the newest month.
const BENCHMARK_CLOSES: usize = 274;

/// The fewest closes of an eligible stock.
const MIN_HISTORY_DAYS: usize = 252;

/// The fund of the whole market, which has a row beside the benchmark.
const MARKET: &str = "SPY";

/// The sector of the safe haven where the universe does not say one.
const SAFE_HAVEN_SECTOR: &str = "defense";

impl Config {
    /// What the snapshot is built from.
    pub(crate) fn recipe(&self) -> StockRecipe {
        let market = Extra::benchmark(&Symbol::literal(MARKET));
        let safe_haven = Extra { symbol: self.safe_haven.clone(), sector: SAFE_HAVEN_SECTOR };
        let read = (&self.benchmark_symbol, BENCHMARK_CLOSES);
        StockRecipe {
            members: Members::OfSectors(self.sector_whitelist.clone()),
            extras: vec![Extra::benchmark(&self.benchmark_symbol), market, safe_haven],
            ..StockRecipe::new(&SNAPSHOT, &NEEDED, read, *self.min_adv20_usd, MIN_HISTORY_DAYS)
        }
    }
}
