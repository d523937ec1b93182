//! The rule sheet: its templates, and what they are filled with besides the config.

use super::config::Config;
use super::rule::{FEATURES, SCORE};
use crate::finding::Code;
use crate::strategy::sheet::{filters, texts};

texts!(
    Config,
    "strategy/russell_1000_multi_factor/sheet.en.md",
    "strategy/russell_1000_multi_factor/sheet.zh.md"
);
