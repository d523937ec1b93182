//! The numbers that the rule sheet is filled with.

use std::collections::BTreeMap;

use super::config::{Config, LEVERED, SAFE_HAVEN, UNLEVERED};
use super::rule::{Buffers, Lines, Tier, spread};
use crate::market::indicators::SHORT_WINDOW;
use crate::strategy::shared::income_layer::FULL_MULTIPLE;
use crate::strategy::sheet::sheet;
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;

/// An average and a core of 1, so that every line is the multiple that it is of the average, every target a share.
const WHOLE: f64 = 1.0;

/// The shares of the core in a tier.
struct Mix {
    soxl: f64,
    soxx: f64,
    boxx: f64,
}

impl Mix {
    fn new(config: &Config, tier: Tier) -> Self {
        let mut targets = BTreeMap::new();
        spread(config, tier, WHOLE, &mut Trace::silent(), &mut targets);
        let share = |name| targets.get(&Symbol::literal(name)).copied().unwrap_or_default();
        Self { soxl: share(LEVERED), soxx: share(UNLEVERED), boxx: share(SAFE_HAVEN) }
    }
}

struct Numbers<'a> {
    config: &'a Config,
    twice_income_layer_start_usd: f64,
    lines: Lines,
    full: Mix,
    mid: Mix,
    defensive: Mix,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        Self {
            config,
            twice_income_layer_start_usd: FULL_MULTIPLE * *config.income_layer_start_usd,
            lines: Lines::of(WHOLE, Buffers::of(config)),
            full: Mix::new(config, Tier::Full),
            mid: Mix::new(config, Tier::Mid),
            defensive: Mix::new(config, Tier::Defensive),
        }
    }
}

sheet!(Numbers, "strategy/soxl_soxx_trend_income/sheet.en.md", "strategy/soxl_soxx_trend_income/sheet.zh.md");
