//! The numbers that the rule sheet is filled with.

use super::config::{Config, LONG_WINDOW, ReboundThresholdMode};
use super::rule::{
    FULL_INCOME_MULTIPLE, INCOME_RATIO_ABOVE_TWICE, INCOME_RATIO_AT_TWICE, SHORT_WINDOW, Sizing,
    managed_symbols,
};
use crate::strategy::sheet::sheet;
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;

/// A growth part of 1, so that every amount is a share of it.
const WHOLE: f64 = 1.0;

struct Numbers<'a> {
    config: &'a Config,
    managed: Vec<Symbol>,
    twice_income_threshold_usd: f64,
    spyi_income_ratio: f64,
    is_fixed: bool,
    rebound_fixed: f64,
    rebound_multiplier: f64,
    at_risk: Sizing,
    otherwise: Sizing,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        Self {
            config,
            managed: managed_symbols(config),
            twice_income_threshold_usd: FULL_INCOME_MULTIPLE * config.income_threshold_usd,
            spyi_income_ratio: 1.0 - config.qqqi_income_ratio,
            is_fixed: config.dual_drive_pullback_rebound_threshold_mode == ReboundThresholdMode::Fixed,
            rebound_fixed: config.dual_drive_pullback_rebound_threshold.max(0.0),
            rebound_multiplier: config.dual_drive_pullback_rebound_volatility_multiplier.max(0.0),
            at_risk: Sizing::at_risk(config, WHOLE, &mut Trace::default()),
            otherwise: Sizing::in_cash(config, WHOLE, &mut Trace::default()),
        }
    }
}

sheet!(Numbers, "strategy/tqqq_growth_income/sheet.en.md", "strategy/tqqq_growth_income/sheet.zh.md");
