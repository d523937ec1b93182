//! The rule: from what the inputs show to the targets.

use std::collections::BTreeSet;

use super::benchmark_gate::{Benchmark, Line, LineRule};
use super::config::Config;
use super::diagnostics::{BenchmarkNumbers, Diagnostics, PortfolioNumbers};
use super::pool::{Pool, SizedProduct};
use super::words::Words;
use crate::account::Account;
use crate::finding::Finding;
use crate::number::{Number, of_count};
use crate::strategy::shared::factor_score::{self, Candidate, Scope, ScoreRule};
use crate::strategy::shared::hold_buffer;
use crate::strategy::shared::requirement::{
    as_errors, both, positive_equity, required_series, too_few_closes,
};
use crate::strategy::shared::screen::{self, Blank};
use crate::strategy::shared::sizing::{Allocation, effective_holdings_count};
use crate::strategy::shared::texts;
use crate::strategy::trace::{Examined, Factor, Names, Quantity, Ranking, Trace, count, min, steps, usd};
use crate::strategy::{Action, Inputs, Outcome, RiskFlag, Targets, outcome};
use crate::symbol::Symbol;
use crate::words::words;

/// What a blank cell says of a row's eligibility.
pub(super) const BLANK_ELIGIBLE: Blank = Blank::Fails;

/// The tests that a product has to pass, in the order they are made.
const TESTS: [&str; 9] = [
    "eligible",
    "product_available",
    "underlying_symbol",
    "first_of_its_underlying",
    "candidate_rank",
    "underlying_closes",
    "sma_200_gap",
    "mom_126",
    "pullback_depth",
];

/// The score.
pub(super) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "mom_126", weight: 0.35 },
        Factor { name: "mom_252", weight: 0.20 },
        Factor { name: "relative_mom_126", weight: 0.20 },
        Factor { name: "pullback_quality", weight: 0.20 },
        Factor { name: "vol_63", weight: -0.05 },
    ],
    tie_breakers: &["pullback_quality", "mom_126"],
};

words! {
    /// What the benchmark's lines and the holdings say.
    PullbackRegime, "regime":
    /// The benchmark is below its exit line: out.
    HardDefense = "hard_defense",
    /// A product is held and the benchmark is not below its exit line: stay in.
    RiskOnHoldBand = "risk_on_hold_band",
    /// Nothing is held and the benchmark is above its entry line: go in.
    RiskOnEntry = "risk_on_entry",
    /// Nothing is held and the benchmark is between its lines: wait.
    EntryWait = "entry_wait",
}

impl PullbackRegime {
    fn product_exposure(self, config: &Config) -> f64 {
        match self {
            Self::RiskOnHoldBand | Self::RiskOnEntry => *config.max_product_exposure,
            Self::HardDefense | Self::EntryWait => 0.0,
        }
    }
}

/// Decides on the targets of a snapshot and the prices up to the decision date.
///
/// # Errors
/// `feature_snapshot_missing`, `portfolio_missing` without an equity, `missing_symbol` or `short_history`
/// of the benchmark; and of the underlyings where not a single one can be measured, as when the price file is
/// another profile's: that would sell every product.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let (snapshot, (benchmark, equity_usd)) = both(
        screen::required_snapshot(inputs),
        both(measured_benchmark(config, inputs), positive_equity(inputs.account)),
    )?;
    let pool = Pool::of(config, snapshot);
    let held_count = pool.products.iter().filter(|product| inputs.account.holds(&product.symbol)).count();
    let stance = Stance::of(config, &benchmark, held_count, trace);
    let Stance { entry, exit, current_risk_active, regime } = stance;
    let exposure = regime.product_exposure(config);
    let of_regime = if exposure > 0.0 { "max_product_exposure" } else { "out of the market" };
    trace.step(Quantity::ratio("product_exposure", exposure), of_regime);

    let portfolio = Portfolio::of(config, inputs, pool, exposure, benchmark.mom_126, trace)?;

    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    let hard_defense = (regime == PullbackRegime::HardDefense).then_some(RiskFlag::HardDefense);
    let words = Words { config, stance: &stance, benchmark: &benchmark, portfolio: &portfolio };
    let (texts, headline) = (words.texts(exposure), words.headline());
    let held = PortfolioNumbers::new(config, &portfolio);
    Ok(Outcome {
        largest_weight: Some(*config.single_name_cap),
        price_symbols: portfolio.price_symbols,
        risk_flags: hard_defense.into_iter().collect(),
        managed_symbols: managed_symbols.clone(),
        signal: regime.as_str().to_owned(),
        headline,
        diagnostics: outcome::Diagnostics::new(Diagnostics {
            actionable: Action::Rebalance.is_actionable(),
            market: BenchmarkNumbers::new(&benchmark, entry, exit),
            current_risk_active,
            regime,
            target_product_exposure: Number(exposure),
            portfolio: held,
            portfolio_total_equity: Number(equity_usd),
            managed_symbols,
        }),
        findings: portfolio.findings,
        reserve_usd: inputs.account.share_usd(*config.execution_cash_reserve_ratio),
        texts,
        // No choice: its count falls with the market; what its file offers is counted as the rows are read.
        ..Outcome::rebalance(Targets::Weights(portfolio.allocation.weights), &config.safe_haven)
    })
}

/// What is held, and what it was chosen from.
pub(super) struct Portfolio {
    pub(super) selected: Vec<SizedProduct>,
    pub(super) allocation: Allocation,
    pub(super) candidate_count: usize,
    pub(super) effective_count: usize,
    /// The best of the ranking, with their scores.
    pub(super) best: String,
    pub(super) price_symbols: BTreeSet<Symbol>,
    pub(super) findings: Vec<Finding>,
}

impl Portfolio {
    /// Measures, ranks, selects and sizes; refuses where not a single underlying of the candidates can be measured.
    fn of(
        config: &Config,
        inputs: Inputs<'_>,
        pool: Pool,
        exposure: f64,
        benchmark_mom_126: f64,
        trace: &mut Trace,
    ) -> Result<Self, Vec<Finding>> {
        let has_candidates = !pool.products.is_empty();
        let measured = pool.measure(inputs, benchmark_mom_126, trace);
        if exposure > 0.0 && has_candidates && measured.looked_at.is_empty() {
            return Err(as_errors(measured.findings));
        }
        let mut price_symbols = BTreeSet::from([config.benchmark_symbol.clone()]);
        if exposure > 0.0 {
            price_symbols.extend(measured.looked_at);
        }
        let sized = measured.sized;
        let mut ranking = rank(config, inputs.account, &sized, measured.examined);
        let effective_count = effective_holdings_count(
            trace,
            None,
            inputs.account.equity_usd,
            exposure,
            config.min_position_value_usd,
            *config.holdings_count,
        );
        let selected = select(config, inputs.account, &mut ranking, effective_count, &sized);
        let allocation = allocate(config, trace, &selected, exposure);
        let candidate_count = ranking.rows.len();
        let best = texts::best(&ranking.rows, |row| {
            format!("{}->{}", row.group.as_deref().unwrap_or_default(), row.symbol)
        });
        trace.ranking(ranking);
        let findings = measured.findings;
        Ok(Self { selected, allocation, candidate_count, effective_count, best, price_symbols, findings })
    }
}

/// Where the benchmark stands between its lines, and whether a product is held.
#[derive(Clone, Copy)]
pub(super) struct Stance {
    pub(super) entry: Line,
    pub(super) exit: Line,
    pub(super) current_risk_active: bool,
    pub(super) regime: PullbackRegime,
}

impl Stance {
    /// Out below the exit line; else in with what is held; else in above the entry line.
    fn of(config: &Config, benchmark: &Benchmark, held_candidates: usize, trace: &mut Trace) -> Self {
        let symbol = &config.benchmark_symbol;
        let (entry_rule, exit_rule) = (LineRule::entry(config), LineRule::exit(config));
        let (entry, exit) = (benchmark.line(entry_rule), benchmark.line(exit_rule));
        let (close, exit_line, entry_line) = (benchmark.close, exit.level, entry.level);
        let is_below_exit =
            trace.gate("close_below_exit_line", usd!(close).below(usd!(exit_line)).of(symbol));
        let current_risk_active = trace
            .gate("candidate_held", count!(held_candidates).above(0.0).counting(Names::Count { most: None }));
        let is_above_entry =
            trace.gate("close_above_entry_line", usd!(close).above(usd!(entry_line)).of(symbol));
        let regime = if is_below_exit {
            PullbackRegime::HardDefense
        } else if current_risk_active {
            PullbackRegime::RiskOnHoldBand
        } else if is_above_entry {
            PullbackRegime::RiskOnEntry
        } else {
            PullbackRegime::EntryWait
        };
        Self { entry, exit, current_risk_active, regime }
    }
}

fn rank(config: &Config, account: &Account, products: &[SizedProduct], examined: Vec<Examined>) -> Ranking {
    let candidates: Vec<Candidate> = products
        .iter()
        .map(|SizedProduct { symbol, underlying, features, .. }| {
            let values = [
                features.mom_126,
                features.mom_252,
                features.relative_mom_126,
                features.pullback_quality(),
                features.vol_63,
            ];
            Candidate {
                symbol: symbol.clone(),
                group: underlying.to_string(),
                last_tie_breaker: underlying.clone(),
                values: values.map(Some).to_vec(),
                held: account.holds(symbol),
            }
        })
        .collect();
    let ranking =
        factor_score::rank("candidates", &SCORE, Scope::All, &candidates, *config.hold_bonus, examined);
    Ranking { tests: TESTS.to_vec(), ..ranking }
}

/// The selected products, best rank first; held ones within the buffer stay.
fn select(
    config: &Config,
    account: &Account,
    ranking: &mut Ranking,
    count: usize,
    sized: &[SizedProduct],
) -> Vec<SizedProduct> {
    let mut places = hold_buffer::select(ranking, account, count, config.hold_buffer);
    places.sort_unstable();
    places
        .iter()
        .filter_map(|&place| ranking.rows.get(place))
        .filter_map(|row| sized.iter().find(|product| product.symbol == row.symbol).cloned())
        .collect()
}

/// An equal share times the multiplier, at most the cap; all scaled down when they exceed the exposure.
fn allocate(
    config: &Config,
    trace: &mut Trace,
    selected: &[SizedProduct],
    product_exposure: f64,
) -> Allocation {
    let (single_name_cap, selected_products) = (*config.single_name_cap, of_count(selected.len()));
    let mut weights = Vec::new();
    if !selected.is_empty() {
        steps! { trace; base_weight: ratio = product_exposure / selected_products; }
        for product in selected {
            let (symbol, size_multiplier) = (&product.symbol, product.multiplier);
            trace.symbol_step(
                symbol,
                Quantity::ratio("pullback_depth", product.features.pullback_depth),
                "1 - close / the highest of 63 closes, of the underlying",
            );
            trace.symbol_step(
                symbol,
                Quantity::score("size_multiplier", size_multiplier),
                "by pullback depth, reduced when overheated, thin or lagging",
            );
            steps! { trace, of symbol; weight: ratio = min(single_name_cap, base_weight * size_multiplier); }
            weights.push((symbol.clone(), weight));
        }
    }
    let weight_sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let mut formula = "weight";
    if weight_sum > product_exposure {
        formula = "weight * scale";
        steps! { trace; scale: ratio = product_exposure / weight_sum; }
        for (_, weight) in &mut weights {
            *weight *= scale;
        }
    }
    let allocation = Allocation::with_remainder(weights, &config.safe_haven);
    allocation.record(trace, &config.safe_haven, formula);
    allocation
}

/// What the rule sees in the benchmark's bars.
fn measured_benchmark(config: &Config, inputs: Inputs<'_>) -> Result<Benchmark, Vec<Finding>> {
    let (symbol, fewest) = (&config.benchmark_symbol, Benchmark::bars(config));
    let series = required_series(inputs, symbol, fewest)?;
    Benchmark::measure(series, config).ok_or_else(|| vec![too_few_closes(symbol, series.len(), fewest)])
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
