//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::benchmark::Benchmark;
use super::config::Config;
use super::features;
use super::pool::{Measured, SizedProduct, pool};
use crate::account::Account;
use crate::amount::{counted, rough_percent};
use crate::finding::Finding;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::number::{Number, of_count};
use crate::statistics::mean;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::{ProductRecipe, Recipe, usable_multiples};
use crate::strategy::shared::factor_score::{self, Candidates, Scope, ScoreRule};
use crate::strategy::shared::hold_buffer;
use crate::strategy::shared::requirement::{
    as_errors, both, positive_equity, required_series, too_few_closes,
};
use crate::strategy::shared::screen;
use crate::strategy::shared::sizing::{Allocation, effective_holdings_count, symbols_at};
use crate::strategy::shared::texts::{self, Badge, Texts};
use crate::strategy::trace::{Examined, Factor, Names, Quantity, Trace, count, min, steps, usd};
use crate::strategy::{Action, Choice, Inputs, Outcome, RiskFlag, Targets, outcome};
use crate::symbol::Symbol;
use crate::words::{InputKind, words};

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    required_inputs: &[
        InputKind::FeatureSnapshot,
        InputKind::MarketHistory,
        InputKind::BenchmarkHistory,
        InputKind::PortfolioSnapshot,
    ],
    badge: Badge { status_icon: "2x", signal_source: "feature_snapshot+daily_market_history" },
    holds_products: true,
    ..Facts::OF_PRICES
};

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

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    #[serde(flatten)]
    benchmark: Benchmark,
    /// Whether the account holds any product now.
    current_risk_active: bool,
    /// How much risk the market is good for.
    regime: PullbackRegime,
    /// The share of the equity that may be in products.
    target_product_exposure: Number,
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
    #[serde(flatten)]
    choice: Choice,
    /// How many of the largest candidates are looked at.
    candidate_universe_size: usize,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The mean pullback of the selected underlyings, as a ratio; left out without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_pullback_depth: Option<Number>,
    /// The equity in US dollars.
    portfolio_total_equity: Number,
    /// The symbols that the profile may sell.
    managed_symbols: Vec<Symbol>,
}
impl Rule for Config {
    /// The benchmark with its highs and lows, and the underlyings of the snapshot's candidates.
    fn price_needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
        let products = snapshot.map(|snapshot| pool(self, snapshot).0).unwrap_or_default();
        let mut symbols: BTreeMap<Symbol, Necessity> =
            products.into_iter().map(|product| (product.underlying, Necessity::Skippable)).collect();
        symbols.insert(self.benchmark_symbol.clone(), Necessity::Required);
        let ranges = BTreeSet::from([self.benchmark_symbol.clone()]);
        PriceNeeds { symbols, reach: self.reach(), ranges, ..PriceNeeds::default() }
    }

    fn reach(&self) -> Reach {
        Reach::bars(Benchmark::bars(self).max(features::BARS))
    }

    fn range_bars(&self) -> Option<usize> {
        Some(*self.atr_period)
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms {
            benchmark: Some(&self.benchmark_symbol),
            holdings_count: Some(*self.holdings_count),
            leverage_multiple: Some(*self.leverage_multiple),
            ..SnapshotTerms::default()
        }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(Recipe::Products(ProductRecipe {
            universe_size: *self.candidate_universe_size,
            multiples: usable_multiples(*self.leverage_multiple),
            fewest_closes: features::BARS,
        }))
    }

    /// Decides on the targets of a snapshot and the prices up to the decision date. Refuses also where not a single
    /// underlying can be measured, as when the price file is another profile's: that would sell every product.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let account = inputs.account;
        let (snapshot, (benchmark, equity_usd)) = both(
            screen::required_snapshot(inputs),
            both(measured_benchmark(self, inputs), positive_equity(account)),
        )?;
        let pool = pool(self, snapshot);
        let held_candidates = pool.0.iter().filter(|product| account.holds(&product.symbol)).count();
        let (regime, current_risk_active) = regime(self, &benchmark, held_candidates, trace);
        let exposure = regime.product_exposure(self);
        let of_regime = if exposure > 0.0 { "max_product_exposure" } else { "out of the market" };
        trace.step(Quantity::ratio("product_exposure", exposure), of_regime);

        let has_candidates = !pool.0.is_empty();
        let measured = Measured::of(pool, inputs, benchmark.benchmark_mom_126.0, trace);
        if exposure > 0.0 && has_candidates && measured.looked_at.is_empty() {
            return Err(as_errors(measured.findings));
        }
        let Measured { sized, examined, looked_at, findings } = measured;
        let Portfolio { selected, allocation, choice, best } =
            Portfolio::of(self, account, exposure, (sized, examined), trace);

        let depths: Vec<f64> = selected.iter().map(|product| product.features.pullback_depth).collect();
        let managed_symbols = screen::managed_symbols(snapshot, &[&self.benchmark_symbol], &self.safe_haven);
        let numbers = Diagnostics {
            actionable: Action::Rebalance.is_actionable(),
            benchmark,
            current_risk_active,
            regime,
            target_product_exposure: Number(exposure),
            realized_product_exposure: Number(allocation.invested),
            underlying_exposure: Number(allocation.invested * *self.leverage_multiple),
            safe_haven_weight: Number(allocation.safe_haven_weight),
            selected_symbols: selected.iter().map(|product| product.symbol.clone()).collect(),
            selected_underlyings: selected.into_iter().map(|product| product.underlying).collect(),
            choice,
            candidate_universe_size: *self.candidate_universe_size,
            min_position_value_usd: Number(self.min_position_value_usd),
            avg_pullback_depth: mean(&depths).map(Number),
            portfolio_total_equity: Number(equity_usd),
            managed_symbols,
        };
        let hard_defense = (regime == PullbackRegime::HardDefense).then_some(RiskFlag::HardDefense);
        let looked_at = looked_at.into_iter().filter(|_| exposure > 0.0);
        Ok(Outcome {
            largest_weight: Some(*self.single_name_cap),
            price_symbols: looked_at.chain([self.benchmark_symbol.clone()]).collect(),
            risk_flags: hard_defense.into_iter().collect(),
            managed_symbols: numbers.managed_symbols.clone(),
            signal: regime.as_str().to_owned(),
            headline: numbers.headline(self),
            texts: numbers.texts(&best),
            diagnostics: outcome::Diagnostics::new(numbers),
            findings,
            reserve_usd: account.share_usd(*self.execution_cash_reserve_ratio),
            // No choice: its count falls with the market; what its file offers is counted as the rows are read.
            ..Outcome::rebalance(Targets::Weights(allocation.weights), &self.safe_haven)
        })
    }
}

impl Diagnostics {
    /// What the platforms show.
    fn texts(&self, best: &str) -> Texts {
        let (regime, close) = (self.regime.as_str(), self.benchmark.benchmark_close.0);
        let (entry, exit) = (self.benchmark.benchmark_entry_line.0, self.benchmark.benchmark_exit_line.0);
        let target = texts::share(self.target_product_exposure.0);
        let realized = texts::share(self.realized_product_exposure.0);
        let selected = self.choice.selected;
        Texts::new(
            format!(
                "regime={regime} qqq={close:.2} entry={entry:.2} exit={exit:.2} target_product={target} \
                 realized_product={realized} selected={selected} top={best}"
            ),
            format!(
                "regime={regime} | QQQ close={close:.2} | entry={entry:.2} | exit={exit:.2} | product={realized}"
            ),
        )
    }

    /// The signal in one line for people.
    fn headline(&self, Config { benchmark_symbol, safe_haven, .. }: &Config) -> String {
        let Benchmark { benchmark_close, benchmark_entry_line, benchmark_exit_line, .. } = &self.benchmark;
        format!(
            "{}: {benchmark_symbol} at {:.2}, exit line {:.2}, entry line {:.2}; {} of {} with {} of the equity, \
             {} in {safe_haven}",
            self.regime.as_str(),
            benchmark_close.0,
            benchmark_exit_line.0,
            benchmark_entry_line.0,
            self.choice.selected,
            counted(self.choice.candidates, "product"),
            rough_percent(self.realized_product_exposure.0),
            rough_percent(self.safe_haven_weight.0),
        )
    }
}

/// What is held, and what it was chosen from.
struct Portfolio {
    selected: Vec<SizedProduct>,
    allocation: Allocation,
    choice: Choice,
    /// The best of the ranking, with their scores.
    best: String,
}

impl Portfolio {
    /// Ranks, selects and sizes; held products within the buffer stay.
    fn of(
        config: &Config,
        account: &Account,
        exposure: f64,
        (mut sized, examined): (Vec<SizedProduct>, Vec<Examined>),
        trace: &mut Trace,
    ) -> Self {
        let passed = sized.iter().map(|product| product.candidate(account)).collect();
        let candidates = Candidates { passed, examined, tests: TESTS.to_vec() };
        let mut ranking = factor_score::rank(&SCORE, Scope::All, *config.hold_bonus, candidates);
        let (smallest, wanted) = (config.min_position_value_usd, *config.holdings_count);
        let affordable =
            effective_holdings_count(trace, None, account.equity_usd, exposure, smallest, wanted);
        let mut places = hold_buffer::select(&mut ranking, account, affordable, config.hold_buffer);
        places.sort_unstable();
        let symbols = symbols_at(&ranking, &places);
        let place = |product: &SizedProduct| symbols.iter().position(|symbol| *symbol == product.symbol);
        sized.retain(|product| place(product).is_some());
        sized.sort_by_key(place);
        let allocation = allocate(config, trace, &sized, exposure);
        let best = texts::best(&ranking.rows, |row| {
            format!("{}->{}", row.group.as_deref().unwrap_or_default(), row.symbol)
        });
        let choice = Choice {
            candidates: ranking.rows.len(),
            wanted,
            affordable,
            selected: sized.len(),
            is_risk_on: exposure > 0.0,
        };
        trace.ranking(ranking);
        Self { selected: sized, allocation, choice, best }
    }
}

/// Out below the exit line; else in with what is held; else in above the entry line. Also whether a product is held.
fn regime(
    config: &Config,
    benchmark: &Benchmark,
    held_candidates: usize,
    trace: &mut Trace,
) -> (PullbackRegime, bool) {
    let symbol = &config.benchmark_symbol;
    let close = benchmark.benchmark_close.0;
    let (exit_line, entry_line) = (benchmark.benchmark_exit_line.0, benchmark.benchmark_entry_line.0);
    let is_below_exit = trace.gate("close_below_exit_line", usd!(close).below(usd!(exit_line)).of(symbol));
    let is_held = count!(held_candidates).above(0.0).counting(Names::Count { most: None });
    let current_risk_active = trace.gate("candidate_held", is_held);
    let is_above_entry = trace.gate("close_above_entry_line", usd!(close).above(usd!(entry_line)).of(symbol));
    let regime = if is_below_exit {
        PullbackRegime::HardDefense
    } else if current_risk_active {
        PullbackRegime::RiskOnHoldBand
    } else if is_above_entry {
        PullbackRegime::RiskOnEntry
    } else {
        PullbackRegime::EntryWait
    };
    (regime, current_risk_active)
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
        for &SizedProduct { ref symbol, ref features, size_multiplier, .. } in selected {
            trace.symbol_step(
                symbol,
                Quantity::ratio("pullback_depth", features.pullback_depth),
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
