//! The rule sheet: its templates, and what they are filled with besides the config.

use super::config::{Config, LEVERED, LONG_WINDOW, ReboundThresholdMode};
use super::rule::{INCOME_RATIO_ABOVE_TWICE, INCOME_RATIO_AT_TWICE, SHORT_WINDOW, spread};
use crate::strategy::contract::Rule as _;
use crate::strategy::shared::dollars::SAFE_HAVEN;
use crate::strategy::sheet::{filters, texts};
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;

texts!(Config, "strategy/tqqq_growth_income/sheet.en.md", "strategy/tqqq_growth_income/sheet.zh.md");

/// A growth part of 1, so that every amount is a share of it.
const WHOLE: f64 = 1.0;

/// The growth part as shares of it.
struct Mix {
    levered: f64,
    unlevered: f64,
    safe_haven: f64,
    reserved: f64,
}

impl Mix {
    fn of(config: &Config, at_risk: bool) -> Self {
        let (reserved, targets) = spread(config, WHOLE, at_risk, &mut Trace::silent());
        let share = |symbol: &Symbol| targets.get(symbol).copied().unwrap_or_default();
        Self {
            levered: share(&Symbol::literal(LEVERED)),
            unlevered: share(&config.dual_drive_unlevered_symbol),
            safe_haven: share(&Symbol::literal(SAFE_HAVEN)),
            reserved,
        }
    }
}

impl Config {
    /// The growth part at risk, and otherwise.
    fn mixes(&self) -> (Mix, Mix) {
        (Mix::of(self, true), Mix::of(self, false))
    }

    fn spyi_income_ratio(&self) -> f64 {
        1.0 - *self.qqqi_income_ratio
    }
}
