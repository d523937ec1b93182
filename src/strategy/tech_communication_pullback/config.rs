//! The numbers of the profile: each type says which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::number::{Count, Share, Threshold, Usd};
use crate::strategy::shared::factor_score::Scope;
use crate::strategy::shared::regime::{AbsentBenchmark, Defense, RegimeRule};
use crate::strategy::shared::sector_slots::Limits;
use crate::symbol::Symbol;

/// Among which names a factor is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// Among all names of the universe.
    UniverseCrossSectional,
    /// The same, by its shorter name.
    Universe,
    /// Among the names of each sector.
    Sector,
}

/// The composition of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScoreTemplate {
    /// Relative strength, trend, pullback and recovery in balance.
    BalancedPullback,
}

/// What momentum is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ResidualProxy {
    /// The benchmark's momentum is subtracted.
    #[serde(rename = "simple_excess_return_vs_QQQ")]
    SimpleExcessReturn,
}

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose trend is the market's, and whose momentum is subtracted.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub benchmark_symbol: Symbol,
    /// Where the equity outside stocks goes.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub safe_haven: Symbol,
    /// How many stocks are held by an account large enough.
    pub holdings_count: Count,
    /// The largest weight of one stock in an account large enough.
    pub single_name_cap: Threshold,
    /// The largest weight of one sector in an account large enough.
    pub sector_cap: Threshold,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// The largest weight of one stock in a small account.
    pub max_dynamic_single_name_cap: Threshold,
    /// The largest weight of one sector in a small account.
    pub max_dynamic_sector_cap: Threshold,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// The stock exposure in a market that is good for risk.
    pub risk_on_exposure: Share,
    /// When the exposure is lower, and how low.
    #[serde(flatten)]
    pub defense: Defense,
    /// The smallest 20-day average of a day's trading in US dollars.
    pub min_adv20_usd: Usd,
    /// The sectors of the universe; empty for all.
    pub sector_whitelist: Vec<String>,
    /// Among which names a factor is compared.
    pub normalization: Normalization,
    /// The composition of the score.
    pub score_template: ScoreTemplate,
    /// How many sessions after the snapshot its targets may be traded.
    pub runtime_execution_window_trading_days: Count,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: Share,
    /// What momentum is measured against.
    pub residual_proxy: ResidualProxy,
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
            risk_on_exposure: *self.risk_on_exposure,
            defense: self.defense,
        }
    }

    /// Among which names a factor is compared.
    pub(crate) fn scope(&self) -> Scope {
        match self.normalization {
            Normalization::UniverseCrossSectional | Normalization::Universe => Scope::All,
            Normalization::Sector => Scope::Group,
        }
    }
}
