//! The rule sheet: its templates, and what they are filled with besides the config.

use std::collections::BTreeSet;

use chrono::Month;

use super::config::Config;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, MONTHS_BACK, TOTAL_WEIGHT, WEIGHTS};
use crate::strategy::sheet::{filters, texts, weighted_sum};

texts!(Config, "strategy/global_etf_rotation/sheet.en.md", "strategy/global_etf_rotation/sheet.zh.md");

impl Config {
    /// The months of `rebalance_months`, each once, in the order of the year.
    fn months(&self) -> BTreeSet<u32> {
        self.rebalance_months.iter().copied().collect()
    }

    fn month_names(&self) -> Vec<&'static str> {
        let name = |month: u32| Some(Month::try_from(u8::try_from(month).ok()?).ok()?.name());
        self.months().into_iter().filter_map(name).collect()
    }

    fn momentum(&self) -> String {
        let returns = WEIGHTS.into_iter().zip(MONTHS_BACK);
        weighted_sum(returns.map(|(weight, months)| (weight, format!("R{months}"))))
    }
}
