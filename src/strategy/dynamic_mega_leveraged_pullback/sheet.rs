//! The numbers that the rule sheet is filled with.

use super::benchmark::Benchmark;
use super::config::Config;
use super::features::{
    BARS, BEST_DEPTH, DEPTH_TOLERANCE, LAGGARD_SIZE, LAGGING_RELATIVE_MOM_126, LARGEST_SIZE,
    OVERHEATED_MOM_20, OVERHEATED_SIZE, OVERHEATED_SMA_50_GAP, QUARTER_SESSIONS, SIZE_BY_DEPTH,
    THIN_SMA_200_GAP, THIN_TREND_SIZE,
};
use super::rule::SCORE;
use crate::strategy::sheet::sheet;

struct Numbers<'a> {
    config: &'a Config,
    /// The bars that the benchmark needs.
    bars: usize,
    /// The share of the account in the underlyings.
    underlying_exposure: f64,
    /// The ranks that a held product may be below the cut.
    buffer: i64,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        Self {
            config,
            bars: Benchmark::bars(config),
            underlying_exposure: *config.max_product_exposure * *config.leverage_multiple,
            buffer: config.hold_buffer.max(0),
        }
    }
}

sheet!(
    Numbers,
    "strategy/dynamic_mega_leveraged_pullback/sheet.en.md",
    "strategy/dynamic_mega_leveraged_pullback/sheet.zh.md"
);
