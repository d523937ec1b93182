//! The numbers of the profile, and which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::market::momentum::FEWEST_CLOSES;
use crate::number::of_count;
use crate::strategy::ConfigProblem;
use crate::strategy::shared::config_check::{at_least_one, distinct_symbols, not_negative, problem};
use crate::symbol::Symbol;

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The funds that are ranked; ties keep this order.
    #[serde(deserialize_with = "crate::symbol::tickers")]
    pub ranking_pool: Vec<Symbol>,
    /// The assets whose momentum warns.
    #[serde(deserialize_with = "crate::symbol::tickers")]
    pub canary_assets: Vec<Symbol>,
    /// Where the account goes when nothing else is wanted.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub safe_haven: Symbol,
    /// How many funds are selected, each for an equal share.
    pub top_n: usize,
    /// What is added to the momentum of a fund that is held, a ratio.
    pub hold_bonus: f64,
    /// How many bad canary assets make an emergency.
    pub canary_bad_threshold: usize,
    /// The months at whose last session the account is rebalanced, 1 to 12.
    pub rebalance_months: Vec<u32>,
    /// The sessions of the average that a fund has to close above.
    pub sma_period: usize,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            distinct_symbols("ranking_pool", &self.ranking_pool),
            distinct_symbols("canary_assets", &self.canary_assets),
            at_least_one("top_n", self.top_n),
            not_negative("hold_bonus", self.hold_bonus),
            at_least_one("canary_bad_threshold", self.canary_bad_threshold),
            self.rebalance_months_problem(),
            at_least_one("sma_period", self.sma_period),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn rebalance_months_problem(&self) -> Option<ConfigProblem> {
        let months = &self.rebalance_months;
        (months.is_empty() || months.iter().any(|month| !(1..=12).contains(month)))
            .then(|| problem("rebalance_months", months, "at least one month, each from 1 to 12"))
    }

    /// The fewest closes that give a fund both its momentum and its average.
    pub(super) fn fewest_pool_closes(&self) -> usize {
        FEWEST_CLOSES.max(self.sma_period)
    }

    /// The share of the account that each selected fund gets.
    pub(super) fn slot_weight(&self) -> f64 {
        1.0 / of_count(self.top_n)
    }
}
