//! The numbers that the rule sheet is filled with.

use super::config::Config;
use super::rule::{FEATURES, SCORE};
use crate::finding::Code;
use crate::strategy::shared::regime::RegimeRule;
use crate::strategy::sheet::sheet;

struct Numbers<'a> {
    config: &'a Config,
    regime: RegimeRule<'a>,
    slots: Vec<(&'static str, usize)>,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        let regime = config.regime_rule();
        Self { config, slots: regime.sector_slots(config.limits()), regime }
    }
}

sheet!(
    Numbers,
    "strategy/russell_1000_multi_factor/sheet.en.md",
    "strategy/russell_1000_multi_factor/sheet.zh.md"
);
