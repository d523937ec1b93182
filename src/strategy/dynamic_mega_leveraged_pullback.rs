//! Leveraged products on mega caps in a pullback: the benchmark's lines say whether to be in at all, the
//! underlyings' closes which products and how much of each.

pub(crate) mod benchmark_gate;
pub(crate) mod features;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::benchmark_gate::{Benchmark, Line, LineRule};
use self::features::Features;
use super::config_check::{above_zero, at_least_one, not_negative, share};
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::regime::percent;
use super::requirement::{both, positive_equity, required_series, too_few_closes};
use super::screen::{self, Blank, Failure};
use super::sizing::{Allocation, as_ratio, effective_count};
use super::trace::{Comparison, Excluded, Factor, Gate, Quantity, Ranking, Trace};
use super::{Action, ConfigProblem, Inputs, Necessity, Outcome, PriceNeeds, RiskFlag, Targets, hold_buffer};
use crate::account::Account;
use crate::finding::{Code, Finding, Severity};
use crate::market::series::{Market, PriceSeries};
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::statistics::mean;
use crate::symbol::Symbol;

/// The score.
pub(crate) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "mom_126", weight: 0.35 },
        Factor { name: "mom_252", weight: 0.20 },
        Factor { name: "relative_mom_126", weight: 0.20 },
        Factor { name: "pullback_quality", weight: 0.20 },
        Factor { name: "vol_63", weight: -0.05 },
    ],
    tie_breakers: &["pullback_quality", "mom_126"],
};

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose lines open and close the whole portfolio.
    pub benchmark_symbol: Symbol,
    /// Where the equity outside the products goes.
    pub safe_haven: Symbol,
    /// How many of the snapshot's candidates are looked at.
    pub candidate_universe_size: usize,
    /// How many products are held by an account large enough.
    pub holdings_count: usize,
    /// The largest weight of one product.
    pub single_name_cap: f64,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// How many ranks below the cut a held product stays; below 0 means 0.
    pub hold_buffer: i64,
    /// What being held adds to a score.
    pub hold_bonus: f64,
    /// The share of the equity in products while the benchmark's gate is open.
    pub max_product_exposure: f64,
    /// How many times the underlying's move a product makes.
    pub leverage_multiple: f64,
    /// The smallest 20-day average of a day's trading in US dollars; reported only.
    pub min_adv20_usd: f64,
    /// The sessions of the benchmark's average true range.
    pub atr_period: usize,
    /// The sessions of the benchmark's average.
    pub sma_period: usize,
    /// How much of the average true range, as a ratio of the close, lifts the entry line.
    pub atr_entry_scale: f64,
    /// The smallest entry multiplier.
    pub entry_line_floor: f64,
    /// The largest entry multiplier.
    pub entry_line_cap: f64,
    /// How much of the average true range, as a ratio of the close, lowers the exit line.
    pub atr_exit_scale: f64,
    /// The smallest exit multiplier.
    pub exit_line_floor: f64,
    /// The largest exit multiplier, unless the smallest is larger.
    pub exit_line_cap: f64,
    /// The history that a broker program fetches; reported only.
    pub history_duration: String,
    /// The bars that a broker program fetches; reported only.
    pub history_bar_size: String,
    /// How many sessions after the snapshot a broker program may trade it; reported only.
    pub runtime_execution_window_trading_days: usize,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: f64,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            at_least_one("candidate_universe_size", self.candidate_universe_size),
            at_least_one("holdings_count", self.holdings_count),
            not_negative("single_name_cap", self.single_name_cap),
            not_negative("min_position_value_usd", self.min_position_value_usd),
            not_negative("hold_bonus", self.hold_bonus),
            share("max_product_exposure", self.max_product_exposure),
            above_zero("leverage_multiple", self.leverage_multiple),
            not_negative("min_adv20_usd", self.min_adv20_usd),
            at_least_one("atr_period", self.atr_period),
            at_least_one("sma_period", self.sma_period),
            not_negative("atr_entry_scale", self.atr_entry_scale),
            above_zero("entry_line_floor", self.entry_line_floor),
            above_zero("entry_line_cap", self.entry_line_cap),
            not_negative("atr_exit_scale", self.atr_exit_scale),
            above_zero("exit_line_floor", self.exit_line_floor),
            above_zero("exit_line_cap", self.exit_line_cap),
            share("execution_cash_reserve_ratio", self.execution_cash_reserve_ratio),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The benchmark with its highs and lows, and the underlyings of the snapshot's candidates.
    pub fn price_needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
        let candidates = snapshot.map(|snapshot| Pool::of(self, snapshot).products).unwrap_or_default();
        let mut symbols: BTreeMap<Symbol, Necessity> =
            candidates.into_iter().map(|product| (product.underlying, Necessity::Skippable)).collect();
        symbols.insert(self.benchmark_symbol.clone(), Necessity::Required);
        PriceNeeds {
            symbols,
            bars: Benchmark::bars(self).max(features::BARS),
            months: 0,
            highs_and_lows: true,
        }
    }
}

/// What the benchmark's lines and the holdings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// The benchmark is below its exit line: out.
    HardDefense,
    /// A product is held and the benchmark is not below its exit line: stay in.
    RiskOnHoldBand,
    /// Nothing is held and the benchmark is above its entry line: go in.
    RiskOnEntry,
    /// Nothing is held and the benchmark is between its lines: wait.
    EntryWait,
}

impl Regime {
    /// The word that stands in the output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HardDefense => "hard_defense",
            Self::RiskOnHoldBand => "risk_on_hold_band",
            Self::RiskOnEntry => "risk_on_entry",
            Self::EntryWait => "entry_wait",
        }
    }

    fn product_exposure(self, config: &Config) -> f64 {
        match self {
            Self::RiskOnHoldBand | Self::RiskOnEntry => config.max_product_exposure,
            Self::HardDefense | Self::EntryWait => 0.0,
        }
    }
}

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    actionable: bool,
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
    current_risk_active: bool,
    regime: Regime,
    target_product_exposure: Number,
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
    portfolio_total_equity: Number,
    min_position_value_usd: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_pullback_depth: Option<Number>,
    managed_symbols: Vec<Symbol>,
}

/// Decides on the targets of a snapshot and the prices up to the decision date.
///
/// # Errors
/// `feature_snapshot_missing`, `portfolio_missing` without an equity, `missing_symbol` or `short_history`
/// of the benchmark.
pub fn decide(config: &Config, inputs: &Inputs<'_>) -> Result<Outcome, Vec<Finding>> {
    let (snapshot, ((benchmark_series, benchmark), equity_usd)) = both(
        screen::required_snapshot(inputs),
        both(measured_benchmark(config, inputs.market), positive_equity(inputs.account)),
    )?;
    let mut trace = Trace::default();
    let (entry_line, exit_line) = (LineRule::entry(config), LineRule::exit(config));
    let flip_close = |rule| benchmark.flip_close(benchmark_series, config, rule);
    let (entry, exit) = (benchmark.line(entry_line), benchmark.line(exit_line));
    let pool = Pool::of(config, snapshot);
    let held_count = pool.products.iter().filter(|product| inputs.account.holds(&product.symbol)).count();
    let is_below_exit = trace.gate(
        close_gate(&benchmark, "close_below_exit_line", Comparison::Below, "exit_line", exit)
            .about(&config.benchmark_symbol)
            .moved_by(&config.benchmark_symbol, flip_close(exit_line)),
    );
    let current_risk_active = trace.gate(Gate::new(
        "candidate_held",
        Quantity::count("held_candidates", held_count),
        Comparison::Above,
        Quantity::count("zero", 0),
    ));
    let is_above_entry = trace.gate(
        close_gate(&benchmark, "close_above_entry_line", Comparison::Above, "entry_line", entry)
            .about(&config.benchmark_symbol)
            .moved_by(&config.benchmark_symbol, flip_close(entry_line)),
    );
    let regime = if is_below_exit {
        Regime::HardDefense
    } else if current_risk_active {
        Regime::RiskOnHoldBand
    } else if is_above_entry {
        Regime::RiskOnEntry
    } else {
        Regime::EntryWait
    };
    let exposure = regime.product_exposure(config);
    trace.step(Quantity::ratio("product_exposure", exposure), "max_product_exposure, or 0 out of the market");

    let measured = pool.measure(inputs.market, benchmark.mom_126);
    let mut price_symbols = BTreeSet::from([config.benchmark_symbol.clone()]);
    if exposure > 0.0 {
        price_symbols.extend(measured.looked_at);
    }
    let sized = measured.sized;
    let mut ranking = rank(config, inputs.account, &sized, measured.excluded);
    let effective_count =
        effective_count(Some(equity_usd), exposure, config.min_position_value_usd, config.holdings_count);
    trace.step(
        Quantity::count("effective_holdings_count", effective_count),
        "max(1, min(holdings_count, floor(equity * product_exposure / min_position_value_usd)))",
    );
    let mut places = hold_buffer::select(&mut ranking, inputs.account, effective_count, config.hold_buffer);
    places.sort_unstable();
    let selected: Vec<&SizedProduct> = places
        .iter()
        .filter_map(|&place| ranking.rows.get(place))
        .filter_map(|row| sized.iter().find(|product| product.symbol == row.symbol))
        .collect();
    let allocation = allocate(config, &mut trace, &selected, exposure);
    let candidate_count = ranking.rows.len();
    trace.rankings.push(ranking);

    let action = Action::Rebalance;
    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    let depths: Vec<f64> = selected.iter().map(|product| product.features.pullback_depth).collect();
    let hard_defense = (regime == Regime::HardDefense).then_some(RiskFlag::HardDefense);
    Ok(Outcome {
        action,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(config.single_name_cap),
        price_symbols,
        risk_flags: hard_defense.into_iter().collect(),
        managed_symbols: managed_symbols.clone(),
        signal: regime.as_str().to_owned(),
        headline: format!(
            "{}: {} at {:.2}, exit line {:.2}, entry line {:.2}; {} of {candidate_count} products with {} \
             of the equity, {} in {}",
            regime.as_str(),
            config.benchmark_symbol,
            benchmark.close,
            exit.level,
            entry.level,
            selected.len(),
            percent(allocation.invested),
            percent(allocation.safe_haven_weight),
            config.safe_haven,
        ),
        diagnostics: super::Diagnostics::DynamicMegaLeveragedPullback(Box::new(Diagnostics {
            actionable: action.is_actionable(),
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
            current_risk_active,
            regime,
            target_product_exposure: Number(exposure),
            realized_product_exposure: Number(allocation.invested),
            underlying_exposure: Number(allocation.invested * config.leverage_multiple),
            safe_haven_weight: Number(allocation.safe_haven_weight),
            selected_symbols: selected.iter().map(|product| product.symbol.clone()).collect(),
            selected_underlyings: selected.iter().map(|product| product.underlying.clone()).collect(),
            selected_count: selected.len(),
            candidate_count,
            candidate_universe_size: config.candidate_universe_size,
            requested_holdings_count: config.holdings_count,
            effective_holdings_count: effective_count,
            portfolio_total_equity: Number(equity_usd),
            min_position_value_usd: Number(config.min_position_value_usd),
            avg_pullback_depth: mean(&depths).map(Number),
            managed_symbols,
        })),
        targets: Targets::Weights(allocation.weights),
        findings: measured.findings,
        trace,
    })
}

fn close_gate(
    benchmark: &Benchmark,
    name: &'static str,
    comparison: Comparison,
    line_name: &'static str,
    line: Line,
) -> Gate {
    Gate::new(name, Quantity::usd("close", benchmark.close), comparison, Quantity::usd(line_name, line.level))
}

/// A product that may be traded, and what it multiplies.
#[derive(Clone, Debug, PartialEq)]
struct Product {
    symbol: Symbol,
    underlying: Symbol,
    rank: Option<f64>,
}

/// The candidates of a snapshot, best rank first, and the rows that are none.
#[derive(Clone, Debug, Default)]
struct Pool {
    products: Vec<Product>,
    excluded: Vec<Excluded>,
}

impl Pool {
    fn of(config: &Config, snapshot: &Snapshot) -> Self {
        let (eligible, available) = (snapshot.column("eligible"), snapshot.column("product_available"));
        let underlying = snapshot.column("underlying_symbol");
        let rank = snapshot.column("candidate_rank").or_else(|| snapshot.column("mega_rank"));
        let (passed, mut excluded) = screen::screened(snapshot, |symbol, row| {
            screen::yes("eligible", row, eligible, Blank::Fails)?;
            screen::yes("product_available", row, available, Blank::Fails)?;
            let underlying = match underlying {
                None => Some(symbol.clone()),
                named => row.text(named).and_then(Symbol::parse),
            };
            let underlying = underlying.ok_or_else(|| Failure::new("underlying_symbol", None, None))?;
            Ok(Product { symbol: symbol.clone(), underlying, rank: row.number(rank) })
        });
        let mut products: Vec<Product> = passed.into_iter().map(|(_, product)| product).collect();
        products.sort_by(|left, right| {
            let rank = |product: &Product| product.rank.unwrap_or(f64::INFINITY);
            rank(left).total_cmp(&rank(right)).then_with(|| left.underlying.cmp(&right.underlying))
        });
        let mut pool = Self::default();
        let mut underlyings = BTreeSet::new();
        for product in products {
            if !underlyings.insert(product.underlying.clone()) {
                let observed = Some(product.underlying.to_string());
                excluded.push(Failure::new("first_of_its_underlying", observed, None).of(&product.symbol));
            } else if pool.products.len() >= config.candidate_universe_size {
                let required = Some(format!("among the first {}", config.candidate_universe_size));
                let observed = product.rank.map(|rank| rank.to_string());
                excluded.push(Failure::new("candidate_rank", observed, required).of(&product.symbol));
            } else {
                pool.products.push(product);
            }
        }
        pool.excluded = excluded;
        pool
    }

    /// Measures the underlyings and drops the products that are worth no position.
    fn measure(self, market: &Market, benchmark_mom_126: f64) -> MeasuredPool {
        let mut measured = MeasuredPool { excluded: self.excluded, ..MeasuredPool::default() };
        for Product { symbol, underlying, .. } in self.products {
            let bars = market.get(&underlying).map_or(0, PriceSeries::len);
            let features =
                market.get(&underlying).and_then(|series| Features::measure(series, benchmark_mom_126));
            let Some(features) = features else {
                let (observed, required) = (Some(bars.to_string()), Some(format!(">= {}", features::BARS)));
                measured.excluded.push(Failure::new("underlying_closes", observed, required).of(&symbol));
                measured.findings.push(skipped_underlying(&symbol, &underlying, bars));
                continue;
            };
            measured.looked_at.insert(underlying.clone());
            match features.size_multiplier() {
                Ok(multiplier) => {
                    measured.sized.push(SizedProduct { symbol, underlying, features, multiplier });
                }
                Err(failure) => measured.excluded.push(failure.of(&symbol)),
            }
        }
        measured
    }
}

/// A product with the size that its underlying is worth.
#[derive(Clone, Debug, PartialEq)]
struct SizedProduct {
    symbol: Symbol,
    underlying: Symbol,
    features: Features,
    multiplier: f64,
}

/// The candidates after a look at their underlyings' closes.
#[derive(Clone, Debug, Default)]
struct MeasuredPool {
    sized: Vec<SizedProduct>,
    excluded: Vec<Excluded>,
    looked_at: BTreeSet<Symbol>,
    findings: Vec<Finding>,
}

fn rank(config: &Config, account: &Account, products: &[SizedProduct], excluded: Vec<Excluded>) -> Ranking {
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
    factor_score::rank("candidates", &SCORE, Scope::All, &candidates, config.hold_bonus, excluded)
}

/// An equal share times the multiplier, at most the cap; all scaled down when they exceed the exposure.
fn allocate(config: &Config, trace: &mut Trace, selected: &[&SizedProduct], exposure: f64) -> Allocation {
    let mut weights = Vec::new();
    if !selected.is_empty() {
        let base = exposure / as_ratio(selected.len());
        trace.step(Quantity::ratio("base_weight", base), "product_exposure / selected");
        for product in selected {
            let weight = config.single_name_cap.min(base * product.multiplier);
            trace.symbol_step(
                &product.symbol,
                Quantity::ratio("pullback_depth", product.features.pullback_depth),
                "1 - close / the highest of 63 closes, of the underlying",
            );
            trace.symbol_step(
                &product.symbol,
                Quantity::score("size_multiplier", product.multiplier),
                "by pullback depth, reduced when overheated, thin or lagging",
            );
            trace.symbol_step(
                &product.symbol,
                Quantity::ratio("weight", weight),
                "min(single_name_cap, base_weight * size_multiplier)",
            );
            weights.push((product.symbol.clone(), weight));
        }
    }
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    if sum > exposure {
        let scale = exposure / sum;
        trace.step(Quantity::ratio("scale", scale), "product_exposure / the sum of the weights");
        for (_, weight) in &mut weights {
            *weight *= scale;
        }
    }
    let allocation = Allocation::with_remainder(weights, &config.safe_haven);
    trace.step(Quantity::ratio("safe_haven_weight", allocation.safe_haven_weight), "1 - invested weight");
    allocation
}

/// The benchmark's series and what the rule sees in it.
fn measured_benchmark<'a>(
    config: &Config,
    market: &'a Market,
) -> Result<(&'a PriceSeries, Benchmark), Vec<Finding>> {
    let (symbol, fewest) = (&config.benchmark_symbol, Benchmark::bars(config));
    let series = required_series(market, symbol, fewest)?;
    let benchmark = Benchmark::measure(series, config)
        .ok_or_else(|| vec![too_few_closes(symbol, series.len(), fewest)])?;
    Ok((series, benchmark))
}

fn skipped_underlying(product: &Symbol, underlying: &Symbol, bars: usize) -> Finding {
    let finding = if bars == 0 {
        let message = format!("`{product}` is skipped: no price of its underlying `{underlying}`");
        Finding::new(Code::MissingSymbol, message)
    } else {
        let message = format!("`{product}` is skipped: too few closes of its underlying `{underlying}`");
        Finding::new(Code::ShortHistory, message)
            .observed(format!("{bars} closes"))
            .expected(format!("at least {} closes", features::BARS))
    };
    finding
        .severity(Severity::Warning)
        .symbol(underlying)
        .hint(format!("add the daily bars of `{underlying}` to the `--prices` files"))
}
