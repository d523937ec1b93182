//! The numbers of the profile: each type says which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::number::{Count, Threshold};
use crate::strategy::shared::regime::{AbsentBenchmark, Defense, RegimeRule};
use crate::strategy::shared::sector_slots::Limits;
use crate::symbol::Symbol;

/// The stock exposure of a market that is good for risk; the config names only the others.
const RISK_ON_EXPOSURE: f64 = 1.0;

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose trend is the market's.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub benchmark_symbol: Symbol,
    /// Where the equity outside stocks goes.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub safe_haven: Symbol,
    /// How many stocks are held.
    pub holdings_count: Count,
    /// The largest weight of one stock.
    pub single_name_cap: Threshold,
    /// The largest weight of one sector.
    pub sector_cap: Threshold,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// When the exposure is lower, and how low.
    #[serde(flatten)]
    pub defense: Defense,
}

impl Config {
    /// How many stocks, and how large each and each sector may be.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            holdings_count: *self.holdings_count,
            single_name_cap: *self.single_name_cap,
            sector_cap: *self.sector_cap,
        }
    }

    /// The part of the config that the regime follows from.
    pub(crate) fn regime_rule(&self) -> RegimeRule<'_> {
        RegimeRule {
            benchmark_symbol: &self.benchmark_symbol,
            absent_benchmark: AbsentBenchmark::TrendsUp,
            risk_on_exposure: RISK_ON_EXPOSURE,
            defense: self.defense,
        }
    }
}
