//! What a replay is asked for.

use chrono::NaiveDate;

use super::facts::Facts;
use super::{Accounting, FillAt};
use crate::pipeline::{self, UsageError, allowed_in_vain};
use crate::profile::manifest::Manifest;
use crate::strategy::Strategy;
use crate::suggestion::Problem;
use crate::symbol::Symbol;

/// What a replay is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BenchmarkChoice {
    /// The profile's own.
    #[default]
    OfProfile,
    /// A symbol.
    Symbol(Symbol),
    /// Nothing.
    None,
}

/// A whole-share account: its name as given, and its equity.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedEquity {
    /// The text of the flag.
    pub name: String,
    /// US dollars.
    pub usd: f64,
}

/// What a replay was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The profile, its config, its files but the snapshots, its allowances.
    pub inputs: pipeline::Request,
    /// `--snapshots`.
    pub snapshots: Option<String>,
    /// `--from`.
    pub from: NaiveDate,
    /// `--to`.
    pub to: Option<NaiveDate>,
    /// `--equity`, in order.
    pub equities: Vec<NamedEquity>,
    /// `--model-equity`.
    pub model_equity_usd: f64,
    /// `--fill`.
    pub fill: FillAt,
    /// `--turnover-cost-bps`.
    pub turnover_cost_bps: f64,
    /// `--trade-threshold`.
    pub trade_threshold: Option<f64>,
    /// `--cash-rate`.
    pub cash_rate: Option<f64>,
    /// `--synthetic-products`: the yearly expense.
    pub synthetic_products: Option<f64>,
    /// `--accounting`.
    pub accounting: Accounting,
    /// `--benchmark`.
    pub benchmark: BenchmarkChoice,
    /// `--stress`.
    pub stress: bool,
    /// `--flips`.
    pub flips: bool,
}

impl Request {
    /// The symbol of the benchmark; `None` without one.
    pub fn benchmark_symbol(&self, manifest: &Manifest) -> Option<Symbol> {
        match &self.benchmark {
            BenchmarkChoice::OfProfile => Some(manifest.benchmark.clone()),
            BenchmarkChoice::Symbol(symbol) => Some(symbol.clone()),
            BenchmarkChoice::None => None,
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
    if request.inputs.prices.is_empty() {
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
    if request.inputs.max_lag.is_some() && !strategy.facts().takes_prices() {
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
    problems.extend(allowed_in_vain(&request.inputs.allow, request.inputs.is_strict));
    UsageError::refuse(problems)
}
