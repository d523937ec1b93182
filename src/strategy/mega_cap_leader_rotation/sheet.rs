//! The numbers that the rule sheet is filled with.

use super::config::{Config, Sleeve};
use super::rule::{FEATURES, SCORE};
use crate::strategy::shared::regime::RegimeRule;
use crate::strategy::sheet::sheet;

struct Numbers<'a> {
    config: &'a Config,
    regime: RegimeRule<'a>,
    is_blended: bool,
    /// The sleeves with weights that sum to 1; the whole portfolio if there are none.
    sleeves: Vec<Sleeve>,
    /// The ranks that a held stock may be below the cut.
    buffer: i64,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        Self {
            config,
            regime: config.regime_rule(),
            is_blended: !config.blend_sleeves.is_empty(),
            sleeves: config.normalized_sleeves(),
            buffer: config.hold_buffer.max(0),
        }
    }
}

sheet!(
    Numbers,
    "strategy/mega_cap_leader_rotation/sheet.en.md",
    "strategy/mega_cap_leader_rotation/sheet.zh.md"
);
