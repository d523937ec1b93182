//! The numbers of the profile, and which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::strategy::ConfigProblem;
use crate::strategy::shared::config_check::{
    at_least_one, distinct_symbols, measurable, not_negative, problem, share,
};
use crate::symbol::Symbol;

/// The 3x fund that the strategy is about.
pub(super) const LEVERED: &str = "TQQQ";
/// The fund that stands for cash.
pub(crate) const SAFE_HAVEN: &str = "BOXX";
/// The income fund over the S&P 500.
pub(super) const SPY_INCOME: &str = "SPYI";
/// The income fund over the Nasdaq-100.
pub(super) const QQQ_INCOME: &str = "QQQI";

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
    #[serde(deserialize_with = "crate::symbol::tickers")]
    pub managed_symbols: Vec<Symbol>,
    /// The equity in US dollars from which on there is an income layer.
    pub income_threshold_usd: f64,
    /// The share of the income layer that QQQI takes; SPYI takes the rest.
    pub qqqi_income_ratio: f64,
    /// The share of the growth part that stays in cash while nothing is at risk.
    pub cash_reserve_ratio: f64,
    /// The share of the equity below which a difference is not worth a trade.
    pub rebalance_threshold_ratio: f64,
    /// The share of the equity that execution keeps in cash; no target looks at it.
    pub execution_cash_reserve_ratio: f64,
    /// How the growth part is spread while it is at risk.
    pub attack_allocation_mode: AttackAllocationMode,
    /// The share of the growth part for the unlevered companion, clamped to 0..1.
    pub dual_drive_qqq_weight: f64,
    /// The share of the growth part for TQQQ, clamped to 0..1.
    pub dual_drive_tqqq_weight: f64,
    /// The unlevered companion.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub dual_drive_unlevered_symbol: Symbol,
    /// The share of the growth part that stays in cash while it is at risk, clamped to 0..1.
    pub dual_drive_cash_reserve_ratio: f64,
    /// Whether a rebound below the long average may be entered.
    pub dual_drive_allow_pullback: bool,
    /// Whether an entry above the long average needs a rising short average.
    pub dual_drive_require_ma20_slope: bool,
    /// The sessions that the rebound's low and volatility are taken over.
    pub dual_drive_pullback_rebound_window: usize,
    /// Where the rebound's threshold comes from.
    pub dual_drive_pullback_rebound_threshold_mode: ReboundThresholdMode,
    /// The fixed threshold, a ratio; below zero it is zero.
    pub dual_drive_pullback_rebound_threshold: f64,
    /// What the deviation of the daily returns is multiplied by; below zero it is zero.
    pub dual_drive_pullback_rebound_volatility_multiplier: f64,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            distinct_symbols("managed_symbols", &self.managed_symbols),
            not_negative("income_threshold_usd", self.income_threshold_usd),
            share("qqqi_income_ratio", self.qqqi_income_ratio),
            share("cash_reserve_ratio", self.cash_reserve_ratio),
            not_negative("rebalance_threshold_ratio", self.rebalance_threshold_ratio),
            share("execution_cash_reserve_ratio", self.execution_cash_reserve_ratio),
            share("dual_drive_qqq_weight", self.dual_drive_qqq_weight),
            share("dual_drive_tqqq_weight", self.dual_drive_tqqq_weight),
            share("dual_drive_cash_reserve_ratio", self.dual_drive_cash_reserve_ratio),
            self.unlevered_symbol_problem(),
            at_least_one("dual_drive_pullback_rebound_window", self.dual_drive_pullback_rebound_window),
            measurable("dual_drive_pullback_rebound_threshold", self.dual_drive_pullback_rebound_threshold),
            measurable(
                "dual_drive_pullback_rebound_volatility_multiplier",
                self.dual_drive_pullback_rebound_volatility_multiplier,
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The companion's target would overwrite that of a fund with a part of its own.
    fn unlevered_symbol_problem(&self) -> Option<ConfigProblem> {
        let taken = [LEVERED, SAFE_HAVEN, SPY_INCOME, QQQ_INCOME];
        taken.contains(&self.dual_drive_unlevered_symbol.as_str()).then(|| {
            problem(
                "dual_drive_unlevered_symbol",
                &self.dual_drive_unlevered_symbol,
                format!("a symbol other than {}", taken.join(", ")),
            )
        })
    }

    /// The fewest closes that give both averages and the rebound's low.
    pub(crate) fn fewest_closes(&self) -> usize {
        LONG_WINDOW.max(self.dual_drive_pullback_rebound_window)
    }
}
