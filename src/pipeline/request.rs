//! What the user asked for.

use chrono::NaiveDate;
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::check::prices::DEFAULT_MAX_LAG;
use crate::finding::Code;
use crate::flag::{as_of, not_empty, not_negative_usd, number, sessions};
use crate::input::portfolio::AccountFlags;
use crate::input::prices::PriceFlags;
use crate::plan::{self, step::QuantityStep};
use crate::profile::words::{PlatformId, TargetMode};
use crate::serial::is_default;

/// What a decision is made from. A record keeps the flags by their names, those that were given.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Request {
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// The price files.
    #[command(flatten)]
    #[serde(flatten)]
    pub prices: PriceFlags,
    /// Feature snapshot: CSV, one row per symbol
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default")]
    pub snapshot: Option<String>,
    /// The snapshot's sidecar manifest [default: SNAPSHOT.manifest.json if it exists]
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default")]
    pub manifest: Option<String>,
    /// Block if the snapshot has no sidecar manifest
    #[arg(long, hide_short_help = true, help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default")]
    pub require_manifest: bool,
    /// The snapshot before this one: a held symbol that has left it is sold
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default")]
    pub previous: Option<String>,
    /// Indicators in place of prices: JSON `{"soxl": {"price", "ma_trend"}, "soxx": {"price", "ma_trend", "ma20", "ma20_slope"}}`
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default")]
    pub indicators: Option<String>,
    /// The account.
    #[command(flatten)]
    #[serde(flatten)]
    pub account: AccountFlags,
    /// The decision date; a time with a zone means its New York date [default: the newest session of the prices]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub as_of: Option<NaiveDate>,
    /// Refuse to run without `--as-of`: for scheduled runs
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub require_as_of: bool,
    /// The config, and what blocks.
    #[command(flatten)]
    #[serde(flatten)]
    pub rules: Rules,
    /// Also list the exits among the positions, as zero targets
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub explicit_exits: bool,
    /// How shares are planned.
    // `explain` plans as `decide` does where nothing is said; only `decide` has the flags of this and the next two.
    #[arg(skip)]
    pub plan: PlanRequest,
    /// The unit that the targets are printed in; left out for the profile's own.
    #[arg(skip)]
    #[serde(skip_serializing_if = "is_default")]
    pub target_mode: Option<TargetMode>,
    /// The platform that takes the output.
    #[arg(skip)]
    #[serde(rename = "for", skip_serializing_if = "is_default")]
    pub platform: Option<PlatformId>,
}

/// The config in effect, and what blocks: the same flags for every verb that reads prices.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Rules {
    /// Config overrides: a JSON object of config keys
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub config: Option<String>,
    /// One config override; VALUE is JSON, else text; may be given again, the last wins
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Rules")]
    #[serde(rename = "set", skip_serializing_if = "is_default")]
    pub settings: Vec<String>,
    /// Turn a blocking finding into a warning (`strat explain --codes` shows which can); may be given again
    #[arg(long, value_name = "CODE", help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub allow: Vec<Code>,
    /// Block on any warning too, except those whose code `--allow` names
    #[arg(long = "strict", hide_short_help = true, help_heading = "Rules")]
    #[serde(rename = "strict", skip_serializing_if = "is_default")]
    pub is_strict: bool,
    /// Exchange closures decreed after this release: one date per line
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub closures: Option<String>,
    /// The most sessions between a used symbol's newest close and the decision date [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = sessions, allow_negative_numbers = true, help_heading = "Rules")]
    #[serde(skip_serializing_if = "is_default")]
    pub max_lag: Option<usize>,
}

impl Rules {
    /// The most sessions that a price may be old.
    pub fn max_lag(&self) -> usize {
        self.max_lag.unwrap_or(DEFAULT_MAX_LAG)
    }
}

/// How shares are planned.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PlanRequest {
    /// Current prices for the share plan: CSV `symbol,price`, optionally with `as_of`; they override those of `--prices`
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default")]
    pub quotes: Option<String>,
    /// The smallest quantity that can be traded, in shares; 0.0001 for an account of fractions [default: 1]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "SHARES",
        allow_negative_numbers = true,
        help_heading = "Share plan"
    )]
    #[serde(skip_serializing_if = "is_default")]
    pub quantity_step: Option<QuantityStep>,
    /// Also spend the cash that whole shares leave, on the targets that are the most dollars short
    #[arg(long, hide_short_help = true, help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default")]
    pub sweep: bool,
    /// Changes below this, in US dollars, are not traded, except exits and targets of 0 [default: 0]
    #[arg(long = "min-trade", hide_short_help = true, value_name = "USD", value_parser = not_negative_usd, allow_negative_numbers = true, help_heading = "Share plan")]
    #[serde(rename = "min_trade", skip_serializing_if = "is_default")]
    pub min_trade_usd: Option<f64>,
    /// Keep a held share if the plan is short of it by less than this part of a step, from 0 to 0.5 [default: 0]
    #[arg(long, hide_short_help = true, value_name = "PART", value_parser = number(0.0..=plan::LARGEST_KEEP_STEP, "a part of a step from 0 to 0.5, such as 0.15"), allow_negative_numbers = true, help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default")]
    pub keep_step: Option<f64>,
    /// How far a target may be off its weight at the faithful equity, as a ratio; 0.01 is one percentage point [default: 0.01]
    #[arg(long, hide_short_help = true, value_name = "RATIO", value_parser = number(plan::SMALLEST_FIT..=1.0, "a ratio from 0.000001 to 1, such as 0.01 for one percentage point"), allow_negative_numbers = true, help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default")]
    pub fit: Option<f64>,
}

impl PlanRequest {
    /// What was asked for, and the default of what was not.
    pub fn options(&self) -> plan::Options {
        let default = plan::Options::default();
        plan::Options {
            step: self.quantity_step.unwrap_or(default.step),
            sweep: self.sweep,
            min_trade_usd: self.min_trade_usd.unwrap_or(default.min_trade_usd),
            keep_step: self.keep_step.unwrap_or(default.keep_step),
            fit: self.fit.unwrap_or(default.fit),
        }
    }
}
