//! The rule sheet: its templates, and what they are filled with besides the config.

use super::config::{Config, Normalization};
use super::rule::{
    BEST_DISTANCE_TO_63_DAY_HIGH, BEST_DISTANCE_TO_126_DAY_HIGH, PULLBACK_WEIGHTS, RECOVERY_WEIGHTS, SCORE,
    TREND_WEIGHTS,
};
use crate::finding::Code;
use crate::strategy::sheet::{filters, texts, weighted_sum};

texts!(
    Config,
    "strategy/tech_communication_pullback/sheet.en.md",
    "strategy/tech_communication_pullback/sheet.zh.md"
);

impl Config {
    fn trend(&self) -> String {
        weighted_sum(TREND_WEIGHTS.into_iter().zip(["sma200_gap", "breakout_252", "ma50_over_ma200"]))
    }

    fn pullback(&self) -> String {
        weighted_sum(PULLBACK_WEIGHTS.into_iter().zip([
            format!("|dist_63_high + {}|", -BEST_DISTANCE_TO_63_DAY_HIGH),
            format!("|dist_126_high + {}|", -BEST_DISTANCE_TO_126_DAY_HIGH),
            "max(-sma50_gap, 0)".to_owned(),
            "max(-sma200_gap, 0)".to_owned(),
        ]))
    }

    fn recovery(&self) -> String {
        weighted_sum(RECOVERY_WEIGHTS.into_iter().zip(["sma20_gap", "sma50_gap", "rebound_20"]))
    }

    /// The limit of a sector in an account with fewer stocks.
    fn widest_sector_cap(&self) -> f64 {
        self.sector_cap.max(*self.max_dynamic_sector_cap)
    }
}
