//! What a replay is asked for.

use std::str::FromStr;

use chrono::NaiveDate;
use clap::Args;

use super::facts::Facts;
use super::{Accounting, FillAt};
use crate::account::LARGEST_VALUE_USD;
use crate::flag::{as_of, not_empty, number};
use crate::input::prices::PriceFlags;
use crate::pipeline::{Rules, UsageError, allowed_in_vain};
use crate::profile::manifest::Manifest;
use crate::strategy::Strategy;
use crate::suggestion::Problem;
use crate::symbol::Symbol;

/// What a replay is compared with in place of the profile's own benchmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BenchmarkChoice {
    /// A symbol.
    Symbol(Symbol),
    /// Nothing.
    None,
}

impl FromStr for BenchmarkChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Self::None);
        }
        text.parse().map(Self::Symbol)
    }
}

/// A whole-share account: its name as given, and its equity.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedEquity {
    /// The text of the flag.
    pub name: String,
    /// US dollars.
    pub usd: f64,
}

impl FromStr for NamedEquity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        equity(text).map(|usd| Self { name: text.trim().to_owned(), usd })
    }
}

/// The least equity of an account in US dollars.
const SMALLEST_EQUITY_USD: f64 = 0.01;

/// The highest cost: the whole turnover.
const MOST_BASIS_POINTS: f64 = 10_000.0;

fn equity(text: &str) -> Result<f64, String> {
    let range = SMALLEST_EQUITY_USD..=LARGEST_VALUE_USD;
    number(range, "US dollars as a plain number above 0, such as 25000")(text)
}

fn ratio(text: &str) -> Result<f64, String> {
    number(0.0..=1.0, "a ratio from 0 to 1, such as 0.01")(text)
}

/// What a replay was asked for.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(
    mut_arg("settings", |set| set.hide_short_help(true)),
    mut_arg("allow", |allow| allow
        .help("Turn a blocking finding into a warning, as `strat decide --allow`; may be given again")
        .hide_short_help(true)),
    mut_arg("max_lag", |lag| lag
        .help("The most sessions between a used symbol's newest close and a decision [default: 3]"))
)]
pub struct Request {
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// The price files.
    #[command(flatten)]
    pub prices: PriceFlags,
    /// The folder of the feature snapshots: each `*.csv` or `*.csv.gz` is the snapshot of one date
    #[arg(long, value_name = "DIR", value_parser = not_empty(), help_heading = "Inputs")]
    pub snapshots: Option<String>,
    /// The first day of the replay
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Period")]
    pub from: NaiveDate,
    /// The last day of the replay [default: the newest date of the prices that the profile uses]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Period")]
    pub to: Option<NaiveDate>,
    /// Add an account in whole shares with this equity in US dollars; may be given again
    #[arg(long = "equity", value_name = "USD", help_heading = "Accounts")]
    pub equities: Vec<NamedEquity>,
    /// The equity in US dollars of the model account, which holds fractions of shares
    #[arg(long = "model-equity", hide_short_help = true, value_name = "USD", default_value = "100000", value_parser = equity, help_heading = "Accounts")]
    pub model_equity_usd: f64,
    /// Where orders are filled
    #[arg(long, value_enum, default_value_t, value_name = "WHERE", help_heading = "Accounts")]
    pub fill: FillAt,
    /// Cost in basis points of turnover: a switch of the whole account costs B once
    #[arg(long, value_name = "B", default_value = "5", value_parser = number(0.0..=MOST_BASIS_POINTS, "basis points from 0 to 10000, such as 5"), help_heading = "Accounts")]
    pub turnover_cost_bps: f64,
    /// Place no order for less than this ratio of the equity, except exits [default: the profile's own, else 0.01]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = ratio, help_heading = "Accounts")]
    pub trade_threshold: Option<f64>,
    /// The yearly interest on cash, as a ratio [default: 0]
    #[arg(long, hide_short_help = true, value_name = "R", value_parser = number(-0.5..=1.0, "a yearly rate as a ratio from -0.5 to 1, such as 0.02"), allow_negative_numbers = true, help_heading = "Accounts")]
    pub cash_rate: Option<f64>,
    /// Compute the returns of leveraged products before their first close from the underlying; X is their yearly expense, as a ratio
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = ratio, help_heading = "Accounts")]
    pub synthetic_products: Option<f64>,
    /// How the account is counted
    #[arg(
        long,
        hide_short_help = true,
        value_enum,
        default_value_t,
        value_name = "HOW",
        help_heading = "Accounts"
    )]
    pub accounting: Accounting,
    /// What to compare with, bought at the first close and held, or `none` [default: the profile's]
    #[arg(long, hide_short_help = true, value_name = "SYMBOL", help_heading = "Accounts")]
    pub benchmark: Option<BenchmarkChoice>,
    /// Replay again with one condition changed at a time, to see how much of the result was luck
    #[arg(long, help_heading = "Report")]
    pub stress: bool,
    /// Find the nearest flip of each row of decisions.csv
    #[arg(long, hide_short_help = true, help_heading = "Report")]
    pub flips: bool,
    /// The config, and what blocks.
    #[command(flatten)]
    pub rules: Rules,
}

impl Request {
    /// The symbol of the benchmark; `None` without one.
    pub fn benchmark_symbol(&self, manifest: &Manifest) -> Option<Symbol> {
        match &self.benchmark {
            None => Some(manifest.benchmark.clone()),
            Some(BenchmarkChoice::Symbol(symbol)) => Some(symbol.clone()),
            Some(BenchmarkChoice::None) => None,
        }
    }
}

/// Flags that the profile or the accounting can't use are refused.
pub(super) fn check_flags(
    request: &Request,
    manifest: &Manifest,
    strategy: &Strategy,
) -> Result<(), UsageError> {
    let takes_snapshots = strategy.facts().takes_snapshot();
    let profile = &manifest.profile;
    let mut problems: Vec<Problem> = Vec::new();
    let mut refuse = |message: String, hint: &str| {
        problems.push(Problem::new(message, hint));
    };
    if request.prices.files.is_empty() {
        refuse("a replay values holdings by their prices".to_owned(), "name them with `--prices FILE`");
    }
    if takes_snapshots && request.snapshots.is_none() {
        refuse(
            format!("profile `{profile}` decides from snapshots"),
            "name their folder with `--snapshots DIR`",
        );
    }
    if !takes_snapshots && request.snapshots.is_some() {
        refuse(format!("profile `{profile}` can't use `--snapshots`"), "leave it out");
    }
    if request.synthetic_products.is_some() && !strategy.facts().holds_products {
        refuse(
            format!("profile `{profile}` can't use `--synthetic-products`"),
            "leave it out: it holds no leveraged products of a snapshot",
        );
    }
    if request.rules.max_lag.is_some() && !strategy.facts().takes_prices() {
        refuse(format!("profile `{profile}` can't use `--max-lag`"), "leave it out: it decides on no prices");
    }
    if request.to.is_some_and(|to| to < request.from) {
        refuse(
            "`--to` is before `--from`".to_owned(),
            "name the first day with `--from`, the last with `--to`",
        );
    }
    if request.accounting == Accounting::ConstantWeights {
        if !Facts::are_weights(strategy) {
            refuse(
                format!(
                    "profile `{profile}` has targets in US dollars, so `--accounting constant-weights` has no meaning"
                ),
                "leave it out",
            );
        }
        let idle = [
            ("--equity", !request.equities.is_empty()),
            ("--cash-rate", request.cash_rate.is_some()),
            ("--trade-threshold", request.trade_threshold.is_some()),
            ("--synthetic-products", request.synthetic_products.is_some()),
            ("--fill next-open", request.fill == FillAt::NextOpen),
        ];
        for (flag, _) in idle.iter().filter(|(_, is_given)| *is_given) {
            refuse(format!("`--accounting constant-weights` can't use `{flag}`"), "leave one of the two out");
        }
    }
    problems.extend(allowed_in_vain(&request.rules.allow, request.rules.is_strict));
    UsageError::refuse(problems)
}
