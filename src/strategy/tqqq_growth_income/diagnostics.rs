//! The strategy's own numbers, under the keys of the decision contract.

use serde::Serialize;

use super::config::{Config, ReboundThresholdMode};
use super::rule::{Signal, Trend};
use crate::number::Number;
use crate::strategy::{Inputs, outcome};
use crate::symbol::Symbol;

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// What the trend says of the risk.
    pub signal: Signal,
    /// The smallest difference worth a trade, in US dollars.
    pub threshold: Number,
    /// The cash kept out of the growth part, in US dollars.
    pub reserved: Number,
    /// The benchmark's newest close.
    pub qqq_price: Number,
    /// The benchmark's 200-day average.
    pub ma200: Number,
    /// The close below which a held position is left.
    pub exit_line: Number,
    /// The benchmark's 20-day average.
    pub ma20: Number,
    /// The 20-day average less the one a session earlier.
    pub ma20_slope: Number,
    /// How far the close stands above the window's lowest, as a ratio.
    pub pullback_rebound: Number,
    /// The sessions of that window.
    pub pullback_rebound_window: usize,
    /// The rebound that an entry below the long average needs, as a ratio.
    pub pullback_rebound_threshold: Number,
    /// Where that threshold comes from.
    pub pullback_rebound_threshold_mode: ReboundThresholdMode,
    /// The deviation of the daily returns, where the threshold is scaled by it.
    pub pullback_rebound_volatility: Option<Number>,
    /// What the deviation is multiplied by.
    pub pullback_rebound_volatility_multiplier: Number,
    /// The account's buying power in US dollars, 0 if not given.
    pub real_buying_power: Number,
    /// The equity in US dollars.
    pub total_equity: Number,
    /// The numbers that a broker's program quotes beside its orders.
    pub execution_annotations: ExecutionAnnotations,
}

/// The numbers that a broker's program quotes beside its orders.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExecutionAnnotations {
    /// The smallest difference worth a trade, in US dollars.
    pub trade_threshold_value: Number,
    /// The cash kept out of the growth part, in US dollars.
    pub reserved_cash: Number,
    /// The symbol whose closes the rule reads.
    pub benchmark_symbol: Symbol,
    /// Its newest close.
    pub benchmark_price: Number,
    /// Its 200-day average.
    pub long_trend_value: Number,
    /// The close below which a held position is left.
    pub exit_line: Number,
}

pub(super) fn diagnostics(
    config: &Config,
    inputs: Inputs<'_>,
    equity: f64,
    trend: &Trend,
    signal: Signal,
    reserved: f64,
) -> outcome::Diagnostics {
    let threshold = Number(equity * *config.rebalance_threshold_ratio);
    let (price, ma200) = (Number(trend.close), Number(trend.ma200));
    outcome::Diagnostics::new(Diagnostics {
        signal,
        threshold,
        reserved: Number(reserved),
        qqq_price: price,
        ma200,
        exit_line: ma200,
        ma20: Number(trend.ma20),
        ma20_slope: Number(trend.ma20_slope),
        pullback_rebound: Number(trend.pullback_rebound),
        pullback_rebound_window: *config.dual_drive_pullback_rebound_window,
        pullback_rebound_threshold: Number(trend.pullback_rebound_threshold),
        pullback_rebound_threshold_mode: config.dual_drive_pullback_rebound_threshold_mode,
        pullback_rebound_volatility: trend.volatility.map(Number),
        pullback_rebound_volatility_multiplier: Number(
            *config.dual_drive_pullback_rebound_volatility_multiplier,
        ),
        real_buying_power: Number(inputs.account.buying_power_usd.unwrap_or(0.0)),
        total_equity: Number(equity),
        execution_annotations: ExecutionAnnotations {
            trade_threshold_value: threshold,
            reserved_cash: Number(reserved),
            benchmark_symbol: config.benchmark_symbol.clone(),
            benchmark_price: price,
            long_trend_value: ma200,
            exit_line: ma200,
        },
    })
}
