//! What to build.

use crate::pipeline::{self, NamedInput, UsageError};
use crate::profile::manifest::Manifest;
use crate::strategy::recipe::Recipe;

/// What to build: the flags, typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The profile, its config and price files, the date, the allowances.
    pub inputs: pipeline::Request,
    /// `--universe`.
    pub universe: Option<String>,
    /// `--product-map`.
    pub product_map: Option<String>,
    /// `--min-price-usd`.
    pub min_price_usd: Option<f64>,
    /// `--min-adv20-usd`.
    pub min_adv20_usd: Option<f64>,
    /// `--min-history-days`.
    pub min_history_days: Option<usize>,
    /// `--universe-size`.
    pub universe_size: Option<usize>,
    /// `--require-month-end`.
    pub require_month_end: bool,
    /// `--check`: the published snapshot that is compared with.
    pub check: Option<String>,
    /// `--tolerance`.
    pub tolerance: Option<f64>,
}

impl Request {
    /// Every file that a snapshot is built from or compared with.
    pub fn named_inputs(&self) -> Vec<NamedInput> {
        let own =
            [("--universe", &self.universe), ("--product-map", &self.product_map), ("--check", &self.check)];
        let own =
            own.into_iter().filter_map(|(flag, path)| Some(NamedInput::of_flag(flag, path.as_deref()?)));
        pipeline::named_inputs(&self.inputs).into_iter().chain(own).collect()
    }

    /// Flags that the profile can't use are refused.
    ///
    /// # Errors
    /// With every flag that can do nothing.
    pub(super) fn check_flags(&self, profile: &Manifest, recipe: &Recipe) -> Result<(), UsageError> {
        let is_stocks = matches!(recipe, Recipe::Stocks(_));
        let given = [
            ("--product-map", self.product_map.is_some(), !is_stocks),
            ("--min-price-usd", self.min_price_usd.is_some(), is_stocks),
            ("--min-adv20-usd", self.min_adv20_usd.is_some(), is_stocks),
            ("--min-history-days", self.min_history_days.is_some(), is_stocks),
            ("--max-lag", self.inputs.max_lag.is_some(), is_stocks),
            ("--universe-size", self.universe_size.is_some(), recipe.universe_size().is_some()),
        ];
        let message = |flag: &str| format!("the snapshot of `{}` can't use `{flag}`", profile.profile);
        let mut problems = pipeline::unusable(&given, message, "of these flags, it takes");
        problems.extend(pipeline::allowed_in_vain(&self.inputs.allow, self.inputs.is_strict));
        problems.extend(pipeline::standard_input_twice(&self.named_inputs()));
        UsageError::refuse(problems)
    }
}
