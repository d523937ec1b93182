//! How a plan is made.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::step::QuantityStep;
use crate::flag::{not_negative_usd, number};
use crate::serial::is_default;

/// How far a target may be off its weight at the faithful equity, unless `--fit` says otherwise.
pub const DEFAULT_FIT: f64 = 0.01;

/// The smallest fit: below it the equity that would be asked for is beyond any account.
pub const SMALLEST_FIT: f64 = 1e-6;

/// The largest part of a step that `--keep-step` may forgive.
pub const LARGEST_KEEP_STEP: f64 = 0.5;

/// How a plan is made.
#[derive(Clone, Copy, Debug, PartialEq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Options {
    /// The smallest quantity that can be traded, in shares; 0.0001 for an account of fractions [default: 1]
    #[arg(
        long = "quantity-step",
        default_value_t,
        hide_default_value = true,
        hide_short_help = true,
        value_name = "SHARES",
        allow_negative_numbers = true,
        help_heading = "Share plan"
    )]
    #[serde(rename = "quantity_step", skip_serializing_if = "is_default")]
    pub step: QuantityStep,
    /// Also spend the cash that whole shares leave, on the targets that are the most dollars short
    #[arg(long, hide_short_help = true, help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default")]
    pub sweep: bool,
    /// Changes below this, in US dollars, are not traded, except exits and targets of 0 [default: 0]
    #[arg(long = "min-trade", default_value_t, hide_default_value = true, hide_short_help = true, value_name = "USD", value_parser = not_negative_usd, allow_negative_numbers = true, help_heading = "Share plan")]
    #[serde(rename = "min_trade", skip_serializing_if = "is_default")]
    pub min_trade_usd: f64,
    /// Keep a held share if the plan is short of it by less than this part of a step, from 0 to 0.5 [default: 0]
    #[arg(long, default_value_t, hide_default_value = true, hide_short_help = true, value_name = "PART", value_parser = number(0.0..=LARGEST_KEEP_STEP, "a part of a step from 0 to 0.5, such as 0.15"), allow_negative_numbers = true, help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default")]
    pub keep_step: f64,
    /// How far a target may be off its weight at the faithful equity, as a ratio; 0.01 is one percentage point [default: 0.01]
    #[arg(long, default_value_t = DEFAULT_FIT, hide_default_value = true, hide_short_help = true, value_name = "RATIO", value_parser = number(SMALLEST_FIT..=1.0, "a ratio from 0.000001 to 1, such as 0.01 for one percentage point"), allow_negative_numbers = true, help_heading = "Share plan")]
    #[serde(skip_serializing_if = "is_default_fit")]
    pub fit: f64,
}

/// Whether a fit is the default one.
#[allow(clippy::trivially_copy_pass_by_ref, clippy::float_cmp)] // serde passes a reference; a default is one number
pub(crate) fn is_default_fit(fit: &f64) -> bool {
    *fit == DEFAULT_FIT
}

impl Default for Options {
    fn default() -> Self {
        Self {
            step: QuantityStep::default(),
            sweep: false,
            min_trade_usd: 0.0,
            keep_step: 0.0,
            fit: DEFAULT_FIT,
        }
    }
}
