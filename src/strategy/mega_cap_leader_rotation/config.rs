//! The numbers of the profile, and which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::number::{Count, Positive, Share, Threshold, Usd};
use crate::strategy::ConfigProblem;
use crate::strategy::shared::config_check::problem;
use crate::strategy::shared::regime::{AbsentBenchmark, Defense, RegimeRule};
use crate::symbol::Symbol;

/// A part of the portfolio with a count and a cap of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sleeve {
    /// The name.
    pub name: String,
    /// The share of the equity, relative to the other sleeves.
    pub weight: f64,
    /// How many stocks the sleeve holds.
    pub holdings_count: usize,
    /// The largest weight of one stock within the sleeve.
    pub single_name_cap: f64,
}

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose trend is the market's.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub benchmark_symbol: Symbol,
    /// The broader benchmark, which is never held.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub broad_benchmark_symbol: Symbol,
    /// Where the equity outside stocks goes.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub safe_haven: Symbol,
    /// How many companies the snapshot's universe has; reported only.
    pub dynamic_universe_size: usize,
    /// How many stocks are held by an account large enough.
    pub holdings_count: Count,
    /// The largest weight of one stock.
    pub single_name_cap: Threshold,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// How many ranks below the cut a held stock stays; below 0 means 0.
    pub hold_buffer: i64,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// The stock exposure in a market that is good for risk.
    pub risk_on_exposure: Share,
    /// When the exposure is lower, and how low.
    #[serde(flatten)]
    pub defense: Defense,
    /// The smallest 20-day average of a day's trading in US dollars.
    pub min_adv20_usd: Usd,
    /// How many sessions after the snapshot its targets may be traded.
    pub runtime_execution_window_trading_days: Count,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: Share,
    /// The sleeves; none for one portfolio with the count and cap above.
    pub blend_sleeves: Vec<Sleeve>,
}

impl Config {
    /// The values that do not fit together: a sleeve without a weight, a count or a cap.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let fits = |sleeve: &Sleeve| {
            let sizes = [sleeve.weight, sleeve.single_name_cap];
            sizes.into_iter().all(|size| Positive::try_from(size).is_ok()) && sleeve.holdings_count >= 1
        };
        let expected = "sleeves with a weight, a count and a cap above 0, none above 1e15";
        let problem = || problem("blend_sleeves", &self.blend_sleeves, expected);
        (!self.blend_sleeves.iter().all(fits)).then(problem).into_iter().collect()
    }

    /// The part of the config that the regime follows from.
    pub(crate) fn regime_rule(&self) -> RegimeRule<'_> {
        RegimeRule {
            benchmark_symbol: &self.benchmark_symbol,
            absent_benchmark: AbsentBenchmark::DoesNotTrendUp,
            risk_on_exposure: *self.risk_on_exposure,
            defense: self.defense,
        }
    }

    /// Whether there are sleeves.
    pub(crate) fn is_blended(&self) -> bool {
        !self.blend_sleeves.is_empty()
    }

    /// The sleeves with weights that sum to 1; without sleeves, the whole portfolio as the only one.
    pub(crate) fn normalized_sleeves(&self) -> Vec<Sleeve> {
        if !self.is_blended() {
            return vec![Sleeve {
                name: "candidates".to_owned(),
                weight: 1.0,
                holdings_count: *self.holdings_count,
                single_name_cap: *self.single_name_cap,
            }];
        }
        let total: f64 = self.blend_sleeves.iter().map(|sleeve| sleeve.weight).sum();
        let normalized = |sleeve: &Sleeve| Sleeve { weight: sleeve.weight / total, ..sleeve.clone() };
        self.blend_sleeves.iter().map(normalized).collect()
    }
}
