//! The numbers that the rule sheet is filled with.

use super::config::{Config, LEVERED, LONG_WINDOW, ReboundThresholdMode, SAFE_HAVEN};
use super::rule::{INCOME_RATIO_ABOVE_TWICE, INCOME_RATIO_AT_TWICE, SHORT_WINDOW, spread};
use crate::strategy::shared::income_layer::FULL_MULTIPLE;
use crate::strategy::sheet::sheet;
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;

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

struct Numbers<'a> {
    config: &'a Config,
    managed: Vec<Symbol>,
    twice_income_threshold_usd: f64,
    spyi_income_ratio: f64,
    is_fixed: bool,
    rebound_fixed: f64,
    rebound_multiplier: f64,
    at_risk: Mix,
    otherwise: Mix,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        Self {
            config,
            managed: config.managed(),
            twice_income_threshold_usd: FULL_MULTIPLE * *config.income_threshold_usd,
            spyi_income_ratio: 1.0 - *config.qqqi_income_ratio,
            is_fixed: config.dual_drive_pullback_rebound_threshold_mode == ReboundThresholdMode::Fixed,
            rebound_fixed: config.dual_drive_pullback_rebound_threshold.max(0.0),
            rebound_multiplier: config.dual_drive_pullback_rebound_volatility_multiplier.max(0.0),
            at_risk: Mix::of(config, true),
            otherwise: Mix::of(config, false),
        }
    }
}

sheet!(Numbers, "strategy/tqqq_growth_income/sheet.en.md", "strategy/tqqq_growth_income/sheet.zh.md");
