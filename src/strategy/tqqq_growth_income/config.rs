//! The numbers of the profile: each type says which of them the rule can use.

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::number::{Count, Ratio, Share, Threshold, Usd};
use crate::strategy::shared::dollars::{QQQ_INCOME, SAFE_HAVEN, SPY_INCOME};
use crate::strategy::shared::income_layer::FULL_MULTIPLE;
use crate::symbol::{Symbol, Symbols};

/// The 3x fund that the strategy is about.
pub(super) const LEVERED: &str = "TQQQ";

/// The sessions of the long average.
pub(super) const LONG_WINDOW: usize = 200;

/// How the growth part of the account is spread while it is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttackAllocationMode {
    /// Fixed weights of TQQQ and its unlevered companion, entered on trend or pullback.
    FixedQqqTqqqPullback,
}

/// Where the rebound that a pullback entry needs comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReboundThresholdMode {
    /// A multiple of the deviation of the daily returns.
    VolatilityScaled,
    /// The configured number.
    Fixed,
}

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose closes the rule reads.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub benchmark_symbol: Symbol,
    /// The symbols that the profile may sell.
    pub managed_symbols: Symbols,
    /// The equity in US dollars from which on there is an income layer.
    pub income_threshold_usd: Usd,
    /// The share of the income layer that QQQI takes; SPYI takes the rest.
    pub qqqi_income_ratio: Share,
    /// The share of the growth part that stays in cash while nothing is at risk.
    pub cash_reserve_ratio: Share,
    /// The share of the equity below which a difference is not worth a trade.
    pub rebalance_threshold_ratio: Threshold,
    /// The share of the equity that execution keeps in cash; no target looks at it.
    pub execution_cash_reserve_ratio: Share,
    /// How the growth part is spread while it is at risk.
    pub attack_allocation_mode: AttackAllocationMode,
    /// The share of the growth part for the unlevered companion.
    pub dual_drive_qqq_weight: Share,
    /// The share of the growth part for TQQQ.
    pub dual_drive_tqqq_weight: Share,
    /// The unlevered companion.
    #[serde(deserialize_with = "companion")]
    pub dual_drive_unlevered_symbol: Symbol,
    /// The share of the growth part that stays in cash while it is at risk.
    pub dual_drive_cash_reserve_ratio: Share,
    /// Whether a rebound below the long average may be entered.
    pub dual_drive_allow_pullback: bool,
    /// Whether an entry above the long average needs a rising short average.
    pub dual_drive_require_ma20_slope: bool,
    /// The sessions that the rebound's low and volatility are taken over.
    pub dual_drive_pullback_rebound_window: Count,
    /// Where the rebound's threshold comes from.
    pub dual_drive_pullback_rebound_threshold_mode: ReboundThresholdMode,
    /// The fixed threshold, a ratio; below zero it is zero.
    pub dual_drive_pullback_rebound_threshold: Ratio,
    /// What the deviation of the daily returns is multiplied by; below zero it is zero.
    pub dual_drive_pullback_rebound_volatility_multiplier: Ratio,
}

impl Config {
    /// The fewest closes that give both averages and the rebound's low.
    pub(crate) fn fewest_closes(&self) -> usize {
        LONG_WINDOW.max(*self.dual_drive_pullback_rebound_window)
    }

    /// The equity in US dollars at which the income layer's line ends.
    pub(crate) fn twice_income_threshold_usd(&self) -> f64 {
        FULL_MULTIPLE * *self.income_threshold_usd
    }
}

/// Reads the companion, whose target must not overwrite that of a fund with a part of its own.
fn companion<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Symbol, D::Error> {
    let symbol = crate::symbol::ticker(deserializer)?;
    let taken = [LEVERED, SAFE_HAVEN, SPY_INCOME, QQQ_INCOME];
    if taken.contains(&symbol.as_str()) {
        let others = taken.join(", ");
        return Err(de::Error::custom(format!("found {symbol}, expected a symbol other than {others}")));
    }
    Ok(symbol)
}
