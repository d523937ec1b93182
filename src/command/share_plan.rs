//! The flags of the share plan.

use clap::Args;

use crate::flag::{not_empty, not_negative_usd, number};
use crate::pipeline::PlanRequest;
use crate::plan::{self, step::QuantityStep};

/// How shares are planned.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Current prices for the share plan: CSV `symbol,price`, optionally with `as_of`; they override those of `--prices`
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Share plan")]
    pub quotes: Option<String>,
    /// The smallest quantity that can be traded, in shares; 0.0001 for an account of fractions [default: 1]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "SHARES",
        allow_negative_numbers = true,
        help_heading = "Share plan"
    )]
    pub quantity_step: Option<QuantityStep>,
    /// Also spend the cash that whole shares leave, on the targets that are the most dollars short
    #[arg(long, hide_short_help = true, help_heading = "Share plan")]
    pub sweep: bool,
    /// Changes below this, in US dollars, are not traded, except exits and targets of 0 [default: 0]
    #[arg(long, hide_short_help = true, value_name = "USD", value_parser = not_negative_usd, allow_negative_numbers = true, help_heading = "Share plan")]
    pub min_trade: Option<f64>,
    /// Keep a held share if the plan is short of it by less than this part of a step, from 0 to 0.5 [default: 0]
    #[arg(long, hide_short_help = true, value_name = "PART", value_parser = number(0.0..=plan::LARGEST_KEEP_STEP, "a part of a step from 0 to 0.5, such as 0.15"), allow_negative_numbers = true, help_heading = "Share plan")]
    pub keep_step: Option<f64>,
    /// How far a target may be off its weight at the faithful equity, as a ratio; 0.01 is one percentage point [default: 0.01]
    #[arg(long, hide_short_help = true, value_name = "RATIO", value_parser = number(plan::SMALLEST_FIT..=1.0, "a ratio from 0.000001 to 1, such as 0.01 for one percentage point"), allow_negative_numbers = true, help_heading = "Share plan")]
    pub fit: Option<f64>,
    /// With `--format csv`: print the trades, one per line; without a portfolio the planned shares as buys
    #[arg(hide_short_help = true, long = "plan", help_heading = "Share plan")]
    pub prints_trades: bool,
}

impl PlanArgs {
    /// The flags as a request.
    pub fn into_request(self) -> PlanRequest {
        let defaults = plan::Options::default();
        PlanRequest {
            quotes: self.quotes,
            options: plan::Options {
                step: self.quantity_step.unwrap_or(defaults.step),
                sweep: self.sweep,
                fit: self.fit.unwrap_or(defaults.fit),
                min_trade_usd: self.min_trade.unwrap_or(defaults.min_trade_usd),
                keep_step: self.keep_step.unwrap_or(defaults.keep_step),
            },
        }
    }

    /// The flags that were given and do nothing without an equity, or without a portfolio.
    pub fn idle_flags(&self, has_equity: bool, has_portfolio: bool) -> Vec<&'static str> {
        let given = [
            ("--quotes", self.quotes.is_some(), has_equity),
            ("--quantity-step", self.quantity_step.is_some(), has_equity),
            ("--sweep", self.sweep, has_equity),
            ("--fit", self.fit.is_some(), has_equity),
            ("--plan", self.prints_trades, has_equity),
            ("--min-trade", self.min_trade.is_some(), has_portfolio),
            ("--keep-step", self.keep_step.is_some(), has_portfolio),
        ];
        given
            .into_iter()
            .filter(|(_, is_given, is_used)| *is_given && !is_used)
            .map(|(flag, ..)| flag)
            .collect()
    }
}
