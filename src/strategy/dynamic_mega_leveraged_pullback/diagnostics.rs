//! The strategy's own numbers, under the keys of the decision contract.

use serde::Serialize;

use super::benchmark_gate::{Benchmark, Line};
use super::config::Config;
use super::rule::{Portfolio, Regime};
use crate::number::Number;
use crate::statistics::mean;
use crate::symbol::Symbol;

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Diagnostics {
    pub(super) actionable: bool,
    #[serde(flatten)]
    pub(super) market: BenchmarkNumbers,
    pub(super) current_risk_active: bool,
    pub(super) regime: Regime,
    pub(super) target_product_exposure: Number,
    #[serde(flatten)]
    pub(super) portfolio: PortfolioNumbers,
    pub(super) portfolio_total_equity: Number,
    pub(super) managed_symbols: Vec<Symbol>,
}

/// What the benchmark's bars say.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BenchmarkNumbers {
    benchmark_close: Number,
    benchmark_sma: Number,
    benchmark_sma_gap: Number,
    benchmark_atr: Number,
    benchmark_atr_pct: Number,
    benchmark_entry_line: Number,
    benchmark_exit_line: Number,
    benchmark_entry_multiplier: Number,
    benchmark_exit_multiplier: Number,
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
pub(super) struct PortfolioNumbers {
    realized_product_exposure: Number,
    underlying_exposure: Number,
    safe_haven_weight: Number,
    selected_symbols: Vec<Symbol>,
    selected_underlyings: Vec<Symbol>,
    selected_count: usize,
    candidate_count: usize,
    candidate_universe_size: usize,
    requested_holdings_count: usize,
    effective_holdings_count: usize,
    min_position_value_usd: Number,
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
