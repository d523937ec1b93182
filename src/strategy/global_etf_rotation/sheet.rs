//! The numbers that the rule sheet is filled with.

use std::collections::BTreeSet;

use chrono::Month;

use super::config::Config;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, MONTHS_BACK, TOTAL_WEIGHT, WEIGHTS};
use crate::strategy::sheet::{sheet, weighted_sum};

struct Numbers<'a> {
    config: &'a Config,
    /// The closes that an ETF needs.
    bars: usize,
    /// The months of `rebalance_months`, each once, in the order of the year.
    months: BTreeSet<u32>,
    month_names: Vec<&'static str>,
    momentum: String,
}

impl<'a> From<&'a Config> for Numbers<'a> {
    fn from(config: &'a Config) -> Self {
        let months: BTreeSet<u32> = config.rebalance_months.iter().copied().collect();
        let name = |month: &u32| Some(Month::try_from(u8::try_from(*month).ok()?).ok()?.name());
        let returns = WEIGHTS.into_iter().zip(MONTHS_BACK);
        Self {
            config,
            bars: config.fewest_pool_closes(),
            month_names: months.iter().filter_map(name).collect(),
            months,
            momentum: weighted_sum(returns.map(|(weight, months)| (weight, format!("R{months}")))),
        }
    }
}

sheet!(Numbers, "strategy/global_etf_rotation/sheet.en.md", "strategy/global_etf_rotation/sheet.zh.md");
