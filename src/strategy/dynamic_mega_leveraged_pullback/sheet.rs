//! The rule sheet: its templates, and what they are filled with besides the config.

use super::benchmark::Benchmark;
use super::config::Config;
use super::features::{
    BARS, BEST_DEPTH, DEPTH_TOLERANCE, LAGGARD_SIZE, LAGGING_RELATIVE_MOM_126, LARGEST_SIZE,
    OVERHEATED_MOM_20, OVERHEATED_SIZE, OVERHEATED_SMA_50_GAP, QUARTER_SESSIONS, SIZE_BY_DEPTH,
    THIN_SMA_200_GAP, THIN_TREND_SIZE,
};
use super::rule::SCORE;
use crate::strategy::sheet::{filters, texts};

texts!(
    Config,
    "strategy/dynamic_mega_leveraged_pullback/sheet.en.md",
    "strategy/dynamic_mega_leveraged_pullback/sheet.zh.md"
);

impl Config {
    /// The share of the account in the underlyings.
    fn underlying_exposure(&self) -> f64 {
        *self.max_product_exposure * *self.leverage_multiple
    }
}
