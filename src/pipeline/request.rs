//! What the user asked for.

use std::str::FromStr;

use chrono::NaiveDate;
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::check::prices::DEFAULT_MAX_LAG;
use crate::finding::Code;
use crate::flag::{as_of, not_empty, sessions};
use crate::input::portfolio::AccountFlags;
use crate::input::prices::PriceFlags;
use crate::plan;
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
    #[serde(skip_serializing_if = "TargetUnit::is_native")]
    pub target_mode: Option<TargetUnit>,
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
    /// How the plan is made.
    #[command(flatten)]
    #[serde(flatten)]
    pub options: plan::Options,
}

/// The unit of the targets; `null` for the profile's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct TargetUnit(pub Option<TargetMode>);

impl TargetUnit {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
    fn is_native(unit: &Option<Self>) -> bool {
        unit.is_none_or(|unit| unit.0.is_none())
    }
}

impl FromStr for TargetUnit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().eq_ignore_ascii_case("native") {
            return Ok(Self(None));
        }
        let mode = TargetMode::parse(text).map_err(|_| "expected `native`, `weight` or `value`")?;
        Ok(Self(Some(mode)))
    }
}
