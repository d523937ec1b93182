//! The strategies: each one pure function from a config and typed inputs to an outcome.
//!
//! No clock, file, environment, log, global or thread in this room.

pub mod choice;
pub mod contract;
pub mod dynamic_mega_leveraged_pullback;
pub mod effective;
pub mod global_etf_rotation;
pub mod inputs;
pub mod mega_cap_leader_rotation;
pub mod recipe;
pub mod russell_1000_multi_factor;
pub mod shared;
pub mod sheet;
pub mod soxl_soxx_trend_income;
pub mod tech_communication_pullback;
pub mod tqqq_growth_income;
pub mod trace;

#[cfg(test)]
mod snapshot_properties;
#[cfg(test)]
mod worked;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::account::Account;
use crate::finding::Finding;
use crate::symbol::Symbol;
use shared::texts::Texts;

pub use crate::market::needs::{Necessity, PriceNeeds};
pub use inputs::{Evidence, Inputs, Prices};

/// The date of the source library whose rules the strategies follow.
pub const RULES_AS_OF: NaiveDate = match NaiveDate::from_ymd_opt(2026, 4, 18) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// What a decision tells the account to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The positions are the targets.
    Rebalance,
    /// No change of targets today.
    Hold,
    /// The canary fired: go to the safe haven now.
    Emergency,
    /// An input failed: do nothing.
    Blocked,
}

impl Action {
    /// The action as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rebalance => "rebalance",
            Self::Hold => "hold",
            Self::Emergency => "emergency",
            Self::Blocked => "blocked",
        }
    }

    /// Whether the positions are to be acted upon.
    pub fn is_actionable(self) -> bool {
        matches!(self, Self::Rebalance | Self::Emergency)
    }
}

/// A risk flag of the decision contract: a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskFlag {
    /// The canary fired.
    Emergency,
    /// The regime is the hardest defence.
    HardDefense,
    /// The positions are not to be acted upon.
    NoExecute,
}

impl RiskFlag {
    /// The flag as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::HardDefense => "hard_defense",
            Self::NoExecute => "no_execute",
        }
    }
}

/// The targets of a decision, in the profile's one target mode.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Shares of the equity; they sum to 1, or there are none.
    Weights(BTreeMap<Symbol, f64>),
    /// US dollars; zero means "sell it".
    Values(BTreeMap<Symbol, f64>),
}

impl Targets {
    /// The targets, whatever their unit.
    pub fn by_symbol(&self) -> &BTreeMap<Symbol, f64> {
        match self {
            Self::Weights(targets) | Self::Values(targets) => targets,
        }
    }
}

/// What a strategy decided.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What to do.
    pub action: Action,
    /// The targets; empty on a hold.
    pub targets: Targets,
    /// The safe haven of the decision: its weight is bound by no cap.
    pub safe_haven: Symbol,
    /// The largest weight that a target other than the safe haven may have; `None` for value profiles.
    pub largest_weight: Option<f64>,
    /// The symbols whose prices this very decision rests on: a stale one among them blocks it.
    pub price_symbols: BTreeSet<Symbol>,
    /// The risk flags.
    pub risk_flags: BTreeSet<RiskFlag>,
    /// Every symbol that the profile may sell.
    pub managed_symbols: Vec<Symbol>,
    /// A short word for the decision: a regime, a tier, entry/hold/exit/idle, a set of names.
    pub signal: String,
    /// The signal in one line for people.
    pub headline: String,
    /// Funds besides the safe haven that stand for cash.
    pub cash_symbols: Vec<Symbol>,
    /// The funds of the income layer, for the strategies that have one.
    pub income_symbols: Vec<Symbol>,
    /// The smallest difference worth a trade in US dollars; `None` where the strategy has none.
    pub trade_threshold_usd: Option<f64>,
    /// What a strategy over a snapshot found and took; `None` for the others, and where no choice was made.
    pub choice: Option<Choice>,
    /// The strategy's own numbers, under the keys of the contract. No other room reads one back.
    pub diagnostics: Diagnostics,
    /// Warnings that only the rule can see.
    pub findings: Vec<Finding>,
    /// The money that is never spent, in US dollars; 0 where the equity is not known.
    pub reserve_usd: f64,
    /// What the platforms that place orders show.
    pub texts: Texts,
}

impl Outcome {
    /// The held symbols that the profile may sell, and those that it leaves alone.
    pub fn managed_and_other<'a>(&self, account: &'a Account) -> (Vec<&'a Symbol>, Vec<&'a Symbol>) {
        let targets = self.targets.by_symbol().keys();
        let managed: BTreeSet<&Symbol> =
            self.managed_symbols.iter().chain([&self.safe_haven]).chain(targets).collect();
        account.holdings.iter().partition(|symbol| managed.contains(symbol))
    }
}

/// How many candidates a snapshot had, and how many of them were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The rows that passed every test.
    pub candidates: usize,
    /// How many the profile looks for.
    pub wanted: usize,
    /// How many the account is large enough for.
    pub affordable: usize,
    /// How many were taken.
    pub selected: usize,
    /// Whether the market is strong, so that as many as possible should be taken.
    pub is_risk_on: bool,
}

/// A strategy's own numbers, each under its key of the contract.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Diagnostics {
    /// Those of the rotation among exchange-traded funds.
    GlobalEtfRotation(global_etf_rotation::Diagnostics),
    /// Those of the semiconductor trend with an income layer.
    SoxlSoxxTrendIncome(Box<soxl_soxx_trend_income::Diagnostics>),
    /// Those of the leveraged growth with an income layer.
    TqqqGrowthIncome(tqqq_growth_income::Diagnostics),
    /// The sector-neutral large-cap portfolio's.
    Russell1000MultiFactor(russell_1000_multi_factor::Diagnostics),
    /// The technology and communication pullback portfolio's.
    TechCommunicationPullback(Box<tech_communication_pullback::Diagnostics>),
    /// The mega-cap leader rotation's.
    MegaCapLeaderRotation(Box<mega_cap_leader_rotation::Diagnostics>),
    /// The leveraged mega-cap pullback's.
    DynamicMegaLeveragedPullback(Box<dynamic_mega_leveraged_pullback::Diagnostics>),
    /// A monthly profile's on a day outside its execution window.
    OutsideExecutionWindow(shared::execution_window::Diagnostics),
}

/// A config value that the rule can't use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The config key.
    pub key: &'static str,
    /// What was found, as JSON.
    pub observed: String,
    /// What the rule can use.
    pub expected: String,
}

#[cfg(test)]
mod tests {
    use serde_json::to_value;

    use super::*;

    #[test]
    fn actions_flags_and_regimes_have_one_name() {
        for action in [Action::Rebalance, Action::Hold, Action::Emergency, Action::Blocked] {
            assert_eq!(to_value(action).unwrap(), action.as_str());
        }
        for flag in [RiskFlag::Emergency, RiskFlag::HardDefense, RiskFlag::NoExecute] {
            assert_eq!(to_value(flag).unwrap(), flag.as_str());
        }
        for regime in [
            shared::regime::Regime::RiskOn,
            shared::regime::Regime::SoftDefense,
            shared::regime::Regime::HardDefense,
        ] {
            assert_eq!(to_value(regime).unwrap(), regime.as_str());
        }
        use dynamic_mega_leveraged_pullback::Regime::{EntryWait, HardDefense, RiskOnEntry, RiskOnHoldBand};
        for regime in [HardDefense, RiskOnHoldBand, RiskOnEntry, EntryWait] {
            assert_eq!(to_value(regime).unwrap(), regime.as_str());
        }
    }
}
