//! The rule sheet: its templates, and what they are filled with besides the config.

use super::config::Config;
use super::rule::{FEATURES, SCORE};
use crate::strategy::sheet::{filters, texts};

texts!(
    Config,
    "strategy/mega_cap_leader_rotation/sheet.en.md",
    "strategy/mega_cap_leader_rotation/sheet.zh.md"
);
