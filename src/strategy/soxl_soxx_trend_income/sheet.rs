//! The rule sheet: its templates, and what they are filled with besides the config.

use std::collections::BTreeMap;

use super::config::{Config, LEVERED, UNLEVERED};
use super::rule::{Buffers, Lines, Tier, spread};
use crate::market::indicators::SHORT_WINDOW;
use crate::strategy::shared::dollars::SAFE_HAVEN;
use crate::strategy::sheet::{filters, texts};
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;

texts!(Config, "strategy/soxl_soxx_trend_income/sheet.en.md", "strategy/soxl_soxx_trend_income/sheet.zh.md");

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

impl Config {
    fn lines(&self) -> Lines {
        Lines::of(WHOLE, Buffers::of(self))
    }

    /// The core in the full, the mid and the defensive tier.
    fn mixes(&self) -> (Mix, Mix, Mix) {
        (Mix::new(self, Tier::Full), Mix::new(self, Tier::Mid), Mix::new(self, Tier::Defensive))
    }
}
