//! The strategies: each one pure function from a config and typed inputs to an outcome.
//!
//! No clock, file, environment, log, global or thread in this room. This file is the registry: the only one outside a
//! strategy's folder that knows its name.

pub(crate) mod contract;
pub(crate) mod inputs;
pub(crate) mod outcome;
pub(crate) mod recipe;
mod registry;
pub(crate) mod shared;
pub(crate) mod sheet;
pub mod trace;

pub(crate) mod dynamic_mega_leveraged_pullback;
pub(crate) mod global_etf_rotation;
pub(crate) mod mega_cap_leader_rotation;
pub(crate) mod russell_1000_multi_factor;
pub(crate) mod soxl_soxx_trend_income;
pub(crate) mod tech_communication_pullback;
pub(crate) mod tqqq_growth_income;

#[cfg(test)]
mod snapshot_properties;
#[cfg(test)]
mod worked;

use chrono::NaiveDate;

pub use crate::market::needs::PriceNeeds;
pub use inputs::{Evidence, Inputs};
pub use outcome::{Action, Choice, ConfigProblem, Outcome, RiskFlag, Targets};

/// The date of the source library whose rules the strategies follow.
pub const RULES_AS_OF: NaiveDate = match NaiveDate::from_ymd_opt(2026, 4, 18) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

registry::strategies! {
    /// Quarterly momentum rotation over ETFs with a daily canary.
    GlobalEtfRotation = global_etf_rotation,
    /// Multi-factor scores within sectors.
    Russell1000MultiFactor = russell_1000_multi_factor,
    /// Leaders of two sectors after an orderly pullback.
    TechCommunicationPullback = tech_communication_pullback,
    /// The strongest of the largest companies.
    MegaCapLeaderRotation = mega_cap_leader_rotation,
    /// Leveraged products on the largest companies in a pullback.
    DynamicMegaLeveragedPullback = dynamic_mega_leveraged_pullback,
    /// An index and its leveraged fund above a moving average.
    TqqqGrowthIncome = tqqq_growth_income,
    /// A sector and its leveraged fund in tiers about a moving average.
    SoxlSoxxTrendIncome = soxl_soxx_trend_income,
}
