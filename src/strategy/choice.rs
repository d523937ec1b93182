//! A strategy with its config, whichever of them a profile runs.

use serde::de;
use serde_json::{Map, Value};

use super::{
    ConfigProblem, Inputs, Outcome, PriceNeeds, global_etf_rotation, soxl_soxx_trend_income,
    tqqq_growth_income,
};
use crate::finding::Finding;
use crate::market::snapshot::Snapshot;
use crate::profile::words::StrategyName;

/// A strategy with its config: what a profile runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Strategy {
    /// Quarterly momentum rotation over ETFs with a daily canary.
    GlobalEtfRotation(global_etf_rotation::Config),
    /// An index and its leveraged fund above a moving average.
    TqqqGrowthIncome(tqqq_growth_income::Config),
    /// A sector and its leveraged fund in tiers about a moving average.
    SoxlSoxxTrendIncome(soxl_soxx_trend_income::Config),
}

/// Does the same with whichever config it is.
macro_rules! with_config {
    ($strategy:expr, $config:ident => $answer:expr) => {
        match $strategy {
            Strategy::GlobalEtfRotation($config) => $answer,
            Strategy::TqqqGrowthIncome($config) => $answer,
            Strategy::SoxlSoxxTrendIncome($config) => $answer,
        }
    };
}

impl Strategy {
    /// The strategy of a name with a config whose every key is there and of its type.
    ///
    /// # Errors
    /// When a key is missing or unknown, or a value is of another type.
    pub fn new(name: StrategyName, config: &Map<String, Value>) -> serde_json::Result<Self> {
        let value = Value::Object(config.clone());
        Ok(match name {
            StrategyName::GlobalEtfRotation => Self::GlobalEtfRotation(serde_json::from_value(value)?),
            StrategyName::TqqqGrowthIncome => Self::TqqqGrowthIncome(serde_json::from_value(value)?),
            StrategyName::SoxlSoxxTrendIncome => Self::SoxlSoxxTrendIncome(serde_json::from_value(value)?),
            other => return Err(de::Error::custom(format!("strategy `{other}` is not built yet"))),
        })
    }

    /// Which strategy it is.
    pub fn name(&self) -> StrategyName {
        match self {
            Self::GlobalEtfRotation(_) => StrategyName::GlobalEtfRotation,
            Self::TqqqGrowthIncome(_) => StrategyName::TqqqGrowthIncome,
            Self::SoxlSoxxTrendIncome(_) => StrategyName::SoxlSoxxTrendIncome,
        }
    }

    /// The config as it is printed: every key, each number in its one form.
    ///
    /// # Errors
    /// When a value can't be written as JSON.
    pub fn config(&self) -> serde_json::Result<Value> {
        with_config!(self, config => serde_json::to_value(config))
    }

    /// The config values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        with_config!(self, config => config.problems())
    }

    /// Which price series the strategy looks at.
    pub fn price_needs(&self, _snapshot: Option<&Snapshot>) -> PriceNeeds {
        with_config!(self, config => config.price_needs())
    }

    /// Decides.
    ///
    /// # Errors
    /// The findings that say why the rule has no answer.
    pub fn decide(&self, inputs: &Inputs<'_>) -> Result<Outcome, Vec<Finding>> {
        match self {
            Self::GlobalEtfRotation(config) => global_etf_rotation::decide(config, inputs),
            Self::TqqqGrowthIncome(config) => tqqq_growth_income::decide(config, inputs),
            Self::SoxlSoxxTrendIncome(config) => soxl_soxx_trend_income::decide(config, inputs),
        }
    }
}
