//! The numbers of the profile: each type says which of them the rule can use.

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::market::indicators::{SOXL, SOXX};
use crate::number::{Count, Ratio, Share, Threshold, Usd};
use crate::strategy::ConfigProblem;
use crate::strategy::shared::config_check::problem;
use crate::strategy::shared::income_layer::FULL_MULTIPLE;
use crate::symbol::{Symbol, Symbols};

/// The 3x semiconductor fund.
pub(super) const LEVERED: &str = SOXL;
/// The semiconductor index fund.
pub(super) const UNLEVERED: &str = SOXX;
/// How far the income weights may add up beyond 1 by rounding.
const WEIGHT_TOLERANCE: f64 = 1e-9;

/// How the core of the account is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SemiconductorAllocationMode"))]
#[serde(rename_all = "snake_case")]
pub enum AttackAllocationMode {
    /// SOXL and SOXX by the tier that the trend's gate gives.
    SoxxGateTieredBlend,
}

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbols that the profile may sell.
    pub managed_symbols: Symbols,
    /// The sessions of the trend average.
    pub trend_ma_window: Count,
    /// The share of the equity that is kept out of the investable cash.
    pub cash_reserve_ratio: Share,
    /// The share of the equity below which a trade is not worth it.
    pub min_trade_ratio: Threshold,
    /// The US dollars below which a trade is not worth it.
    pub min_trade_floor: Usd,
    /// The share of the equity below which a difference is not worth a trade.
    pub rebalance_threshold_ratio: Threshold,
    /// The equity in US dollars from which on there is an income layer.
    pub income_layer_start_usd: Usd,
    /// The full share of the equity that the income layer takes.
    pub income_layer_max_ratio: Share,
    /// The share of what is added to the income layer that QQQI takes.
    pub income_layer_qqqi_weight: Share,
    /// The share of what is added to the income layer that SPYI takes.
    pub income_layer_spyi_weight: Share,
    /// How far above the average the full tier begins, a ratio clamped to 0..0.25.
    pub trend_entry_buffer: Ratio,
    /// How far above the average the mid tier begins, a ratio clamped to 0..0.25 and to the entry buffer.
    pub trend_mid_buffer: Ratio,
    /// How far below the average an active position is left, a ratio clamped to 0..0.25.
    pub trend_exit_buffer: Ratio,
    /// How the core of the account is spread.
    pub attack_allocation_mode: AttackAllocationMode,
    /// The symbol whose trend the gate reads: SOXX or SOXL.
    #[serde(deserialize_with = "trend_source")]
    pub blend_gate_trend_source: Symbol,
    /// The share of the core for SOXL in the full tier.
    pub blend_gate_soxl_weight: Share,
    /// The share of the core for SOXL in the mid tier; never more than in the full one.
    pub blend_gate_mid_soxl_weight: Share,
    /// The share of the core for SOXX in the full and mid tiers.
    pub blend_gate_active_soxx_weight: Share,
    /// The share of the core for SOXX in the defensive tier.
    pub blend_gate_defensive_soxx_weight: Share,
}

impl Config {
    /// The equity in US dollars at which the income layer's line ends.
    pub(crate) fn twice_income_layer_start_usd(&self) -> f64 {
        FULL_MULTIPLE * *self.income_layer_start_usd
    }

    /// Together the income funds can't take more than is added to the layer.
    pub(super) fn income_weights_problem(&self) -> Option<ConfigProblem> {
        let sum = *self.income_layer_qqqi_weight + *self.income_layer_spyi_weight;
        (sum > 1.0 + WEIGHT_TOLERANCE).then(|| {
            let expected = "a weight that adds up to at most 1 with `income_layer_qqqi_weight`";
            problem("income_layer_spyi_weight", &self.income_layer_spyi_weight, expected)
        })
    }
}

/// Reads the symbol whose trend the gate reads.
fn trend_source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Symbol, D::Error> {
    let symbol = crate::symbol::ticker(deserializer)?;
    if [LEVERED, UNLEVERED].contains(&symbol.as_str()) {
        return Ok(symbol);
    }
    Err(de::Error::custom(format!("found {symbol}, expected {UNLEVERED} or {LEVERED}")))
}
