//! The numbers of the profile, and which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::market::indicators::{SOXL, SOXX};
use crate::strategy::ConfigProblem;
use crate::strategy::shared::config_check::{at_least_one, distinct_symbols, not_negative, problem, share};
use crate::symbol::Symbol;

/// The 3x semiconductor fund.
pub(super) const LEVERED: &str = SOXL;
/// The semiconductor index fund.
pub(super) const UNLEVERED: &str = SOXX;
/// The funds that stand for cash.
pub(super) const CASH: [&str; 2] = ["BIL", SAFE_HAVEN];

/// The fund that stands for cash.
pub(crate) const SAFE_HAVEN: &str = "BOXX";
/// The income fund over the Nasdaq-100.
pub(super) const QQQ_INCOME: &str = "QQQI";
/// The income fund over the S&P 500.
pub(super) const SPY_INCOME: &str = "SPYI";
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
    #[serde(deserialize_with = "crate::symbol::tickers")]
    pub managed_symbols: Vec<Symbol>,
    /// The sessions of the trend average.
    pub trend_ma_window: usize,
    /// The share of the equity that is kept out of the investable cash.
    pub cash_reserve_ratio: f64,
    /// The share of the equity below which a trade is not worth it.
    pub min_trade_ratio: f64,
    /// The US dollars below which a trade is not worth it.
    pub min_trade_floor: f64,
    /// The share of the equity below which a difference is not worth a trade.
    pub rebalance_threshold_ratio: f64,
    /// The equity in US dollars from which on there is an income layer.
    pub income_layer_start_usd: f64,
    /// The full share of the equity that the income layer takes.
    pub income_layer_max_ratio: f64,
    /// The share of what is added to the income layer that QQQI takes.
    pub income_layer_qqqi_weight: f64,
    /// The share of what is added to the income layer that SPYI takes.
    pub income_layer_spyi_weight: f64,
    /// How far above the average the full tier begins, a ratio clamped to 0..0.25.
    pub trend_entry_buffer: f64,
    /// How far above the average the mid tier begins, a ratio clamped to 0..0.25 and to the entry buffer.
    pub trend_mid_buffer: f64,
    /// How far below the average an active position is left, a ratio clamped to 0..0.25.
    pub trend_exit_buffer: f64,
    /// How the core of the account is spread.
    pub attack_allocation_mode: AttackAllocationMode,
    /// The symbol whose trend the gate reads: SOXX or SOXL.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub blend_gate_trend_source: Symbol,
    /// The share of the core for SOXL in the full tier.
    pub blend_gate_soxl_weight: f64,
    /// The share of the core for SOXL in the mid tier; never more than in the full one.
    pub blend_gate_mid_soxl_weight: f64,
    /// The share of the core for SOXX in the full and mid tiers.
    pub blend_gate_active_soxx_weight: f64,
    /// The share of the core for SOXX in the defensive tier.
    pub blend_gate_defensive_soxx_weight: f64,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            distinct_symbols("managed_symbols", &self.managed_symbols),
            at_least_one("trend_ma_window", self.trend_ma_window),
            share("cash_reserve_ratio", self.cash_reserve_ratio),
            not_negative("min_trade_ratio", self.min_trade_ratio),
            not_negative("min_trade_floor", self.min_trade_floor),
            not_negative("rebalance_threshold_ratio", self.rebalance_threshold_ratio),
            not_negative("income_layer_start_usd", self.income_layer_start_usd),
            share("income_layer_max_ratio", self.income_layer_max_ratio),
            share("income_layer_qqqi_weight", self.income_layer_qqqi_weight),
            share("income_layer_spyi_weight", self.income_layer_spyi_weight),
            share("blend_gate_soxl_weight", self.blend_gate_soxl_weight),
            share("blend_gate_mid_soxl_weight", self.blend_gate_mid_soxl_weight),
            share("blend_gate_active_soxx_weight", self.blend_gate_active_soxx_weight),
            share("blend_gate_defensive_soxx_weight", self.blend_gate_defensive_soxx_weight),
            self.income_weights_problem(),
            self.trend_source_problem(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Together the income funds can't take more than is added to the layer.
    fn income_weights_problem(&self) -> Option<ConfigProblem> {
        let sum = self.income_layer_qqqi_weight + self.income_layer_spyi_weight;
        (sum > 1.0 + WEIGHT_TOLERANCE).then(|| {
            let expected = "a weight that adds up to at most 1 with `income_layer_qqqi_weight`";
            problem("income_layer_spyi_weight", &self.income_layer_spyi_weight, expected)
        })
    }

    fn trend_source_problem(&self) -> Option<ConfigProblem> {
        (![LEVERED, UNLEVERED].contains(&self.blend_gate_trend_source.as_str())).then(|| {
            problem(
                "blend_gate_trend_source",
                &self.blend_gate_trend_source,
                format!("{UNLEVERED} or {LEVERED}"),
            )
        })
    }
}
