//! The numbers that the rule sheet is filled with.

use super::config::Config;
use super::rule::{
    BEST_DISTANCE_TO_63_DAY_HIGH, BEST_DISTANCE_TO_126_DAY_HIGH, PULLBACK_WEIGHTS, RECOVERY_WEIGHTS, SCORE,
    TREND_WEIGHTS,
};
use crate::finding::Code;
use crate::strategy::shared::factor_score::Scope;
use crate::strategy::shared::regime::RegimeRule;
use crate::strategy::sheet::{sheet, weighted_sum};

struct Numbers<'a> {
    config: &'a Config,
    regime: RegimeRule<'a>,
    slots: Vec<(&'static str, usize)>,
    is_scored_by_sector: bool,
    trend: String,
    pullback: String,
    recovery: String,
    below_63_day_high: f64,
    below_126_day_high: f64,
    /// The limit of a sector in an account with fewer stocks.
    widest_sector_cap: f64,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        let regime = config.regime_rule();
        let (below_63, below_126) = (-BEST_DISTANCE_TO_63_DAY_HIGH, -BEST_DISTANCE_TO_126_DAY_HIGH);
        let pullback = [
            format!("|dist_63_high + {below_63}|"),
            format!("|dist_126_high + {below_126}|"),
            "max(-sma50_gap, 0)".to_owned(),
            "max(-sma200_gap, 0)".to_owned(),
        ];
        Self {
            config,
            slots: regime.sector_slots(config.limits()),
            regime,
            is_scored_by_sector: config.scope() == Scope::Group,
            trend: weighted_sum(TREND_WEIGHTS.into_iter().zip([
                "sma200_gap",
                "breakout_252",
                "ma50_over_ma200",
            ])),
            pullback: weighted_sum(PULLBACK_WEIGHTS.into_iter().zip(pullback)),
            recovery: weighted_sum(RECOVERY_WEIGHTS.into_iter().zip([
                "sma20_gap",
                "sma50_gap",
                "rebound_20",
            ])),
            below_63_day_high: below_63,
            below_126_day_high: below_126,
            widest_sector_cap: config.sector_cap.max(*config.max_dynamic_sector_cap),
        }
    }
}

sheet!(
    Numbers,
    "strategy/tech_communication_pullback/sheet.en.md",
    "strategy/tech_communication_pullback/sheet.zh.md"
);
