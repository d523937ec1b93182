//! The numbers of the profile: each type says which of them the rule can use.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::market::momentum::FEWEST_CLOSES;
use crate::number::{Count, Threshold};
use crate::symbol::{Symbol, Symbols};

/// Months of the year, 1 to 12, at least one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
#[serde(try_from = "Vec<u32>")]
pub struct Months(Vec<u32>);

impl TryFrom<Vec<u32>> for Months {
    type Error = &'static str;

    fn try_from(months: Vec<u32>) -> Result<Self, Self::Error> {
        let is_valid = !months.is_empty() && months.iter().all(|month| (1..=12).contains(month));
        if is_valid { Ok(Self(months)) } else { Err("expected at least one month, each from 1 to 12") }
    }
}

impl Deref for Months {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.0
    }
}

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The funds that are ranked; ties keep this order.
    pub ranking_pool: Symbols,
    /// The assets whose momentum warns.
    pub canary_assets: Symbols,
    /// Where the account goes when nothing else is wanted.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub safe_haven: Symbol,
    /// How many funds are selected, each for an equal share.
    pub top_n: Count,
    /// What is added to the momentum of a fund that is held, a ratio.
    pub hold_bonus: Threshold,
    /// How many bad canary assets make an emergency.
    pub canary_bad_threshold: Count,
    /// The months at whose last session the account is rebalanced, 1 to 12.
    pub rebalance_months: Months,
    /// The sessions of the average that a fund has to close above.
    pub sma_period: Count,
}

impl Config {
    /// The fewest closes that give a fund both its momentum and its average.
    pub(super) fn fewest_pool_closes(&self) -> usize {
        FEWEST_CLOSES.max(*self.sma_period)
    }
}
