//! The numbers that the rule sheet is filled with.

use super::config::Config;
use super::rule::{Buffers, Lines, Ratios, Tier};
use crate::market::indicators::SHORT_WINDOW;
use crate::strategy::shared::income_layer::FULL_MULTIPLE;
use crate::strategy::sheet::sheet;
use crate::strategy::trace::Trace;

/// An average of 1, so that every line is the multiple that it is of the average.
const AVERAGE: f64 = 1.0;

/// The shares of the core in a tier.
struct Mix {
    soxl: f64,
    soxx: f64,
    boxx: f64,
}

impl Mix {
    fn new(config: &Config, tier: Tier) -> Self {
        let ratios = Ratios::of(config, tier, &mut Trace::silent());
        let (soxl, soxx) = (ratios.soxl(), ratios.soxx());
        Self { soxl, soxx, boxx: (1.0 - soxl - soxx).max(0.0) }
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
            lines: Lines::of(AVERAGE, &Buffers::of(config)),
            full: Mix::new(config, Tier::Full),
            mid: Mix::new(config, Tier::Mid),
            defensive: Mix::new(config, Tier::Defensive),
        }
    }
}

sheet!(Numbers, "strategy/soxl_soxx_trend_income/sheet.en.md", "strategy/soxl_soxx_trend_income/sheet.zh.md");
