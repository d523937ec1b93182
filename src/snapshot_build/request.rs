//! What to build.

use chrono::NaiveDate;
use clap::Args;

use crate::flag::{as_of, not_empty, number};
use crate::input::prices::PriceFlags;
use crate::pipeline::{self, NamedInput, Rules, UsageError};
use crate::profile::manifest::Manifest;
use crate::strategy::recipe::Recipe;

/// What to build.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(
    mut_arg("settings", |set| set.hide_short_help(true)),
    mut_arg("allow", |allow| allow
        .help("Turn a blocking finding into a warning, such as stale_price or unknown_sector; may be given again")),
    mut_arg("max_lag", |lag| lag
        .help("The most sessions between a symbol's newest bar and the snapshot's date [default: 3]"))
)]
pub struct Request {
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// The price files, with volumes.
    #[command(flatten)]
    pub prices: PriceFlags,
    /// The symbols that may be held: CSV `symbol,sector`, optionally with `start_date`, `end_date` and a column that ranks
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub universe: Option<String>,
    /// The leveraged products: CSV `underlying_symbol,trade_symbol` (dynamic_mega_leveraged_pullback only)
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub product_map: Option<String>,
    /// The snapshot's date; a time with a zone means its New York date [default: the newest date with a close]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Rules")]
    pub as_of: Option<NaiveDate>,
    /// The config, and what blocks.
    #[command(flatten)]
    pub rules: Rules,
    /// The price in US dollars that an eligible close is above [default: 10]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, help_heading = "Rules")]
    pub min_price_usd: Option<f64>,
    /// The least average turnover of 20 rows, in US dollars [default: the config's `min_adv20_usd`, or 20000000]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, help_heading = "Rules")]
    pub min_adv20_usd: Option<f64>,
    /// The fewest closes of an eligible symbol [default: 252; mega_cap_leader_rotation_*: 273]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = number(0_usize.., "a whole number from 0"), allow_negative_numbers = true, help_heading = "Rules")]
    pub min_history_days: Option<usize>,
    /// How many names a ranking keeps, at least 1 [default: the config's]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = number(1_usize.., "a whole number from 1"), allow_negative_numbers = true, help_heading = "Rules")]
    pub universe_size: Option<usize>,
    /// Block on a date that is not the last session of its month
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    pub require_month_end: bool,
    /// Compare with a published snapshot instead of writing one; its date is the default of --as-of
    #[arg(long, value_name = "FILE", value_parser = not_empty(), conflicts_with_all = ["output", "manifest_output"], help_heading = "Output")]
    pub check: Option<String>,
    /// With --check: numbers may differ by X * max(1, abs(published)) [default: 1e-9]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, requires = "check", conflicts_with = "output", help_heading = "Output")]
    pub tolerance: Option<f64>,
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(0.0..=f64::MAX, "a number from 0")(text)
}

impl Request {
    /// Every file that a snapshot is built from or compared with.
    pub fn named_inputs(&self) -> Vec<NamedInput> {
        let shared = pipeline::Request {
            profile: self.profile.clone(),
            prices: self.prices.clone(),
            rules: self.rules.clone(),
            ..pipeline::Request::default()
        };
        let own =
            [("--universe", &self.universe), ("--product-map", &self.product_map), ("--check", &self.check)];
        let own =
            own.into_iter().filter_map(|(flag, path)| Some(NamedInput::of_flag(flag, path.as_deref()?)));
        pipeline::named_inputs(&shared).into_iter().chain(own).collect()
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
            ("--max-lag", self.rules.max_lag.is_some(), is_stocks),
            ("--universe-size", self.universe_size.is_some(), recipe.universe_size().is_some()),
        ];
        let message = |flag: &str| format!("the snapshot of `{}` can't use `{flag}`", profile.profile);
        let mut problems = pipeline::unusable(&given, message, "of these flags, it takes");
        problems.extend(pipeline::allowed_in_vain(&self.rules.allow, self.rules.is_strict));
        problems.extend(pipeline::standard_input_twice(&self.named_inputs()));
        UsageError::refuse(problems)
    }
}
