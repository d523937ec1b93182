//! The strategy's own numbers, under the keys of the decision contract.

use serde::Serialize;

use super::config::{AttackAllocationMode, Config};
use super::rule::{Buffers, Lines, Tier, Trend};
use crate::number::Number;
use crate::symbol::Symbol;

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// The share of the core that SOXL and SOXX take together.
    pub deploy_ratio: Number,
    /// The share of the equity that the income layer should have.
    pub income_layer_ratio: Number,
    /// The share of the equity that the income layer has or gets, whichever is more.
    pub income_locked_ratio: Number,
    /// The smallest difference worth a trade, in US dollars.
    pub threshold_value: Number,
    /// The equity in US dollars.
    pub total_strategy_equity: Number,
    /// The numbers that stand here and among the annotations alike.
    #[serde(flatten)]
    pub blend: BlendNumbers,
    /// The numbers that a broker's program quotes beside its orders.
    pub execution_annotations: ExecutionAnnotations,
}

/// The numbers that a broker's program quotes beside its orders.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SemiconductorAnnotations"))]
pub struct ExecutionAnnotations {
    /// The smallest difference worth a trade, in US dollars.
    pub trade_threshold_value: Number,
    /// The numbers that stand among the diagnostics too.
    #[serde(flatten)]
    pub blend: BlendNumbers,
}

/// The numbers of the trend's gate and of what may be traded.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BlendNumbers {
    /// The funds that carry the risk in this tier.
    pub active_risk_asset: &'static str,
    /// The cash beyond the reserve, in US dollars.
    pub investable_cash: Number,
    /// The smallest trade worth making, in US dollars.
    pub current_min_trade: Number,
    /// How the core is spread.
    pub allocation_mode: AttackAllocationMode,
    /// The entry buffer as it was used.
    pub trend_entry_buffer: Number,
    /// The mid buffer as it was used.
    pub trend_mid_buffer: Number,
    /// The exit buffer as it was used.
    pub trend_exit_buffer: Number,
    /// The tier.
    pub blend_tier: Tier,
    /// SOXL's average with the entry buffer, in US dollars.
    pub soxl_entry_line: Option<Number>,
    /// SOXL's average with the exit buffer, in US dollars.
    pub soxl_exit_line: Option<Number>,
    /// The close above which the tier is full.
    pub trend_entry_line: Number,
    /// The close above which the tier is mid.
    pub trend_mid_line: Number,
    /// The close above which the tier stays mid while SOXL is active.
    pub trend_exit_line: Number,
    /// The symbol whose trend was read.
    pub trend_symbol: Symbol,
    /// Its newest close.
    pub trend_price: Number,
    /// Its trend average.
    pub trend_ma: Number,
    /// Its 20-day average.
    pub trend_ma20: Option<Number>,
    /// Its 20-day average less the one a session earlier.
    pub trend_ma20_slope: Option<Number>,
}

impl BlendNumbers {
    /// The numbers of the trend; those of the account are zero.
    pub(super) fn new(config: &Config, trend: &Trend, soxl_average: Option<f64>, tier: Tier) -> Self {
        let buffers = Buffers::of(config);
        let lines = Lines::of(trend.average, &buffers);
        let soxl_lines = soxl_average.map(|average| Lines::of(average, &buffers));
        Self {
            active_risk_asset: tier.active_risk_asset(),
            investable_cash: Number(0.0),
            current_min_trade: Number(0.0),
            allocation_mode: config.attack_allocation_mode,
            trend_entry_buffer: Number(buffers.entry),
            trend_mid_buffer: Number(buffers.mid),
            trend_exit_buffer: Number(buffers.exit),
            blend_tier: tier,
            soxl_entry_line: soxl_lines.as_ref().map(|lines| Number(lines.entry)),
            soxl_exit_line: soxl_lines.as_ref().map(|lines| Number(lines.exit)),
            trend_entry_line: Number(lines.entry),
            trend_mid_line: Number(lines.mid),
            trend_exit_line: Number(lines.exit),
            trend_symbol: trend.symbol.clone(),
            trend_price: Number(trend.price),
            trend_ma: Number(trend.average),
            trend_ma20: trend.known.ma20.map(Number),
            trend_ma20_slope: trend.known.ma20_slope.map(Number),
        }
    }
}
