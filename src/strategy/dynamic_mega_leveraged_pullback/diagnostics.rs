//! The strategy's own numbers, under the keys of the decision contract.

use serde::Serialize;

use super::benchmark_gate::{Benchmark, Line};
use super::config::Config;
use super::rule::{Portfolio, PullbackRegime};
use crate::number::Number;
use crate::statistics::mean;
use crate::symbol::Symbol;

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    pub(super) actionable: bool,
    #[serde(flatten)]
    pub(super) market: BenchmarkNumbers,
    /// Whether the account holds any product now.
    pub(super) current_risk_active: bool,
    /// How much risk the market is good for.
    pub(super) regime: PullbackRegime,
    /// The share of the equity that may be in products.
    pub(super) target_product_exposure: Number,
    #[serde(flatten)]
    pub(super) portfolio: PortfolioNumbers,
    /// The equity in US dollars.
    pub(super) portfolio_total_equity: Number,
    /// The symbols that the profile may sell.
    pub(super) managed_symbols: Vec<Symbol>,
}

/// What the benchmark's bars say.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct BenchmarkNumbers {
    /// The benchmark's newest close in US dollars.
    benchmark_close: Number,
    /// The benchmark's long average in US dollars.
    benchmark_sma: Number,
    /// How far the close lies above the average, as a ratio of it.
    benchmark_sma_gap: Number,
    /// The benchmark's average true range in US dollars.
    benchmark_atr: Number,
    /// The same as a ratio of the close.
    benchmark_atr_pct: Number,
    /// The close above which products are bought, in US dollars.
    benchmark_entry_line: Number,
    /// The close below which products are sold, in US dollars.
    benchmark_exit_line: Number,
    /// The entry line as a ratio of the average.
    benchmark_entry_multiplier: Number,
    /// The exit line as a ratio of the average.
    benchmark_exit_multiplier: Number,
    /// The benchmark's return over 126 sessions, as a ratio.
    benchmark_mom_126: Number,
}

impl BenchmarkNumbers {
    pub(super) fn new(benchmark: &Benchmark, entry: Line, exit: Line) -> Self {
        Self {
            benchmark_close: Number(benchmark.close),
            benchmark_sma: Number(benchmark.sma),
            benchmark_sma_gap: Number(benchmark.close / benchmark.sma - 1.0),
            benchmark_atr: Number(benchmark.atr),
            benchmark_atr_pct: Number(benchmark.atr_ratio),
            benchmark_entry_line: Number(entry.level),
            benchmark_exit_line: Number(exit.level),
            benchmark_entry_multiplier: Number(entry.multiplier),
            benchmark_exit_multiplier: Number(exit.multiplier),
            benchmark_mom_126: Number(benchmark.mom_126),
        }
    }
}

/// What is held, and what it was chosen from.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PortfolioNumbers {
    /// The share of the equity in products.
    realized_product_exposure: Number,
    /// That share times the leverage of the products.
    underlying_exposure: Number,
    /// The share of the equity in the safe haven.
    safe_haven_weight: Number,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// Their underlyings.
    selected_underlyings: Vec<Symbol>,
    /// How many were selected.
    selected_count: usize,
    /// How many candidates passed every test.
    candidate_count: usize,
    /// How many of the largest candidates are looked at.
    candidate_universe_size: usize,
    /// How many holdings the config asks for.
    requested_holdings_count: usize,
    /// How many holdings the account is large enough for.
    effective_holdings_count: usize,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The mean pullback of the selected underlyings, as a ratio; left out without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_pullback_depth: Option<Number>,
}

impl PortfolioNumbers {
    pub(super) fn new(config: &Config, portfolio: &Portfolio) -> Self {
        let Portfolio { selected, allocation, .. } = portfolio;
        let depths: Vec<f64> = selected.iter().map(|product| product.features.pullback_depth).collect();
        Self {
            realized_product_exposure: Number(allocation.invested),
            underlying_exposure: Number(allocation.invested * *config.leverage_multiple),
            safe_haven_weight: Number(allocation.safe_haven_weight),
            selected_symbols: selected.iter().map(|product| product.symbol.clone()).collect(),
            selected_underlyings: selected.iter().map(|product| product.underlying.clone()).collect(),
            selected_count: selected.len(),
            candidate_count: portfolio.candidate_count,
            candidate_universe_size: *config.candidate_universe_size,
            requested_holdings_count: *config.holdings_count,
            effective_holdings_count: portfolio.effective_count,
            min_position_value_usd: Number(config.min_position_value_usd),
            avg_pullback_depth: mean(&depths).map(Number),
        }
    }
}
