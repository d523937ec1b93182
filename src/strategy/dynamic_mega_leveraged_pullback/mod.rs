//! Leveraged products on mega caps in a pullback: the benchmark's lines say whether to be in at all, the
//! underlyings' closes which products and how much of each.

pub(crate) mod benchmark_gate;
pub(crate) mod features;
pub(crate) mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::benchmark_gate::{Benchmark, Line, LineRule};
use self::features::{Features, Subject};
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::requirement::{absent, as_errors, both, positive_equity, required_series, too_few_closes};
use super::screen::{self, Blank, Screened, Tests};
use super::sizing::{Allocation, effective_holdings_count};
use super::steps::{min, steps};
use super::trace::{Claim, Comparison, Examined, Factor, Need, Quantity, Ranking, Reading, Trace, Unit};
use super::{Action, ConfigProblem, Inputs, Necessity, Outcome, PriceNeeds, RiskFlag, Targets, hold_buffer};
use crate::account::Account;
use crate::amount::{counted, rough_percent};
use crate::finding::{Finding, Severity};
use crate::market::needs::Reach;
use crate::market::snapshot::Snapshot;
use crate::market::window::Window;
use crate::number::{Count, Number, Positive, Share, Threshold, Usd, of_count};
use crate::statistics::mean;
use crate::symbol::Symbol;

/// The tests that a product has to pass, in the order they are made.
/// What a blank cell says of a row's eligibility.
pub(crate) const BLANK_ELIGIBLE: Blank = Blank::Fails;

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
    pub candidate_universe_size: Count,
    /// How many products are held by an account large enough.
    pub holdings_count: Count,
    /// The largest weight of one product.
    pub single_name_cap: Threshold,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// How many ranks below the cut a held product stays; below 0 means 0.
    pub hold_buffer: i64,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// The share of the equity in products while the benchmark's gate is open.
    pub max_product_exposure: Share,
    /// How many times the underlying's move a product makes.
    pub leverage_multiple: Positive,
    /// The smallest 20-day average of a day's trading in US dollars; reported only.
    pub min_adv20_usd: Usd,
    /// The sessions of the benchmark's average true range.
    pub atr_period: Count,
    /// The sessions of the benchmark's average.
    pub sma_period: Count,
    /// How much of the average true range, as a ratio of the close, lifts the entry line.
    pub atr_entry_scale: Threshold,
    /// The smallest entry multiplier.
    pub entry_line_floor: Positive,
    /// The largest entry multiplier.
    pub entry_line_cap: Positive,
    /// How much of the average true range, as a ratio of the close, lowers the exit line.
    pub atr_exit_scale: Threshold,
    /// The smallest exit multiplier.
    pub exit_line_floor: Positive,
    /// The largest exit multiplier, unless the smallest is larger.
    pub exit_line_cap: Positive,
    /// The history that a broker program fetches; reported only.
    pub history_duration: String,
    /// The bars that a broker program fetches; reported only.
    pub history_bar_size: String,
    /// How many sessions after the snapshot a broker program may trade it; reported only.
    pub runtime_execution_window_trading_days: usize,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: Share,
}

impl Config {
    /// The values that do not fit together.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        Vec::new()
    }

    /// The benchmark with its highs and lows, and the underlyings of the snapshot's candidates.
    pub fn price_needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
        let candidates = snapshot.map(|snapshot| Pool::of(self, snapshot).products).unwrap_or_default();
        let mut symbols: BTreeMap<Symbol, Necessity> =
            candidates.into_iter().map(|product| (product.underlying, Necessity::Skippable)).collect();
        symbols.insert(self.benchmark_symbol.clone(), Necessity::Required);
        PriceNeeds { symbols, reach: self.reach(), ranges: BTreeSet::from([self.benchmark_symbol.clone()]) }
    }

    /// How far back the rule looks.
    pub fn reach(&self) -> Reach {
        Reach::bars(Benchmark::bars(self).max(features::BARS))
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
            Self::RiskOnHoldBand | Self::RiskOnEntry => *config.max_product_exposure,
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
/// of the benchmark; and of the underlyings where not a single one can be measured, as when the price file is
/// another profile's: that would sell every product.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let (snapshot, (benchmark, equity_usd)) = both(
        screen::required_snapshot(inputs),
        both(measured_benchmark(config, inputs), positive_equity(inputs.account)),
    )?;
    let pool = Pool::of(config, snapshot);
    let held_count = pool.products.iter().filter(|product| inputs.account.holds(&product.symbol)).count();
    let Stance { entry, exit, current_risk_active, regime } =
        Stance::of(config, &benchmark, held_count, trace);
    let exposure = regime.product_exposure(config);
    let of_regime = if exposure > 0.0 { "max_product_exposure" } else { "out of the market" };
    trace.step(Quantity::ratio("product_exposure", exposure), of_regime);

    let has_candidates = !pool.products.is_empty();
    let measured = pool.measure(inputs, benchmark.mom_126, trace);
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
        Some(equity_usd),
        exposure,
        config.min_position_value_usd,
        *config.holdings_count,
    );
    let mut places = hold_buffer::select(&mut ranking, inputs.account, effective_count, config.hold_buffer);
    places.sort_unstable();
    let selected: Vec<&SizedProduct> = places
        .iter()
        .filter_map(|&place| ranking.rows.get(place))
        .filter_map(|row| sized.iter().find(|product| product.symbol == row.symbol))
        .collect();
    let allocation = allocate(config, trace, &selected, exposure);
    let candidate_count = ranking.rows.len();
    trace.ranking(ranking);

    let action = Action::Rebalance;
    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    let depths: Vec<f64> = selected.iter().map(|product| product.features.pullback_depth).collect();
    let hard_defense = (regime == Regime::HardDefense).then_some(RiskFlag::HardDefense);
    Ok(Outcome {
        action,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(*config.single_name_cap),
        price_symbols,
        risk_flags: hard_defense.into_iter().collect(),
        managed_symbols: managed_symbols.clone(),
        signal: regime.as_str().to_owned(),
        headline: format!(
            "{}: {} at {:.2}, exit line {:.2}, entry line {:.2}; {} of {} with {} of the \
             equity, {} in {}",
            regime.as_str(),
            config.benchmark_symbol,
            benchmark.close,
            exit.level,
            entry.level,
            selected.len(),
            counted(candidate_count, "product"),
            rough_percent(allocation.invested),
            rough_percent(allocation.safe_haven_weight),
            config.safe_haven,
        ),
        income_symbols: Vec::new(),
        cash_symbols: Vec::new(),
        trade_threshold_usd: None,
        // Its count falls with the market; what its file offers is counted as the rows are read.
        choice: None,
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
            underlying_exposure: Number(allocation.invested * *config.leverage_multiple),
            safe_haven_weight: Number(allocation.safe_haven_weight),
            selected_symbols: selected.iter().map(|product| product.symbol.clone()).collect(),
            selected_underlyings: selected.iter().map(|product| product.underlying.clone()).collect(),
            selected_count: selected.len(),
            candidate_count,
            candidate_universe_size: *config.candidate_universe_size,
            requested_holdings_count: *config.holdings_count,
            effective_holdings_count: effective_count,
            portfolio_total_equity: Number(equity_usd),
            min_position_value_usd: Number(config.min_position_value_usd),
            avg_pullback_depth: mean(&depths).map(Number),
            managed_symbols,
        })),
        targets: Targets::Weights(allocation.weights),
        findings: measured.findings,
    })
}

/// Where the benchmark stands between its lines, and whether a product is held.
struct Stance {
    entry: Line,
    exit: Line,
    current_risk_active: bool,
    regime: Regime,
}

impl Stance {
    /// Out below the exit line; else in with what is held; else in above the entry line.
    fn of(config: &Config, benchmark: &Benchmark, held_count: usize, trace: &mut Trace) -> Self {
        let symbol = &config.benchmark_symbol;
        let (entry_rule, exit_rule) = (LineRule::entry(config), LineRule::exit(config));
        let (entry, exit) = (benchmark.line(entry_rule), benchmark.line(exit_rule));
        let close_gate = |name, comparison, line_name, line: Line| {
            let (close, level) =
                (Quantity::usd("close", benchmark.close), Quantity::usd(line_name, line.level));
            Claim::new(name, close, comparison, level).of(symbol)
        };
        let is_below_exit =
            trace.gate(close_gate("close_below_exit_line", Comparison::Below, "exit_line", exit));
        let current_risk_active = trace.gate(Claim::new(
            "candidate_held",
            Quantity::count("held_candidates", held_count),
            Comparison::Above,
            Quantity::threshold(0.0, Unit::Count),
        ));
        let is_above_entry =
            trace.gate(close_gate("close_above_entry_line", Comparison::Above, "entry_line", entry));
        let regime = if is_below_exit {
            Regime::HardDefense
        } else if current_risk_active {
            Regime::RiskOnHoldBand
        } else if is_above_entry {
            Regime::RiskOnEntry
        } else {
            Regime::EntryWait
        };
        Self { entry, exit, current_risk_active, regime }
    }
}

/// A product that may be traded, and what it multiplies.
#[derive(Clone, Debug, PartialEq)]
struct Product {
    symbol: Symbol,
    underlying: Symbol,
    rank: Option<f64>,
    tests: Tests,
}

/// The candidates of a snapshot, best rank first, and the tests of the rows that are none.
#[derive(Clone, Debug, Default)]
struct Pool {
    products: Vec<Product>,
    examined: Vec<Examined>,
}

impl Pool {
    fn of(config: &Config, snapshot: &Snapshot) -> Self {
        let (eligible, available) = (snapshot.column("eligible"), snapshot.column("product_available"));
        let underlying = snapshot.column("underlying_symbol");
        let rank = snapshot.column("candidate_rank").or_else(|| snapshot.column("mega_rank"));
        let (mut products, mut pool) = (Vec::new(), Self::default());
        let screened = screen::screened(snapshot, |symbol, row, tests| {
            tests.yes("eligible", row, eligible, BLANK_ELIGIBLE);
            tests.yes("product_available", row, available, Blank::Fails);
            let underlying = match underlying {
                None => Some(symbol.clone()),
                named => row.text(named).and_then(Symbol::parse),
            };
            let observed = underlying.as_ref().map(|underlying| Reading::Text(underlying.to_string()));
            tests.record("underlying_symbol", underlying.is_some(), observed, None);
            Some((underlying?, row.number(rank)))
        });
        for Screened { symbol, tests, passed } in screened {
            match passed {
                Some((underlying, rank)) => products.push(Product { symbol, underlying, rank, tests }),
                None => pool.examined.push(tests.of(&symbol)),
            }
        }
        products.sort_by(|left, right| {
            let rank = |product: &Product| product.rank.unwrap_or(f64::INFINITY);
            rank(left).total_cmp(&rank(right)).then_with(|| left.underlying.cmp(&right.underlying))
        });
        let mut underlyings = BTreeSet::new();
        for mut product in products {
            let is_first = underlyings.insert(product.underlying.clone());
            let observed = Some(Reading::Text(product.underlying.to_string()));
            product.tests.record("first_of_its_underlying", is_first, observed, None);
            if is_first {
                let is_looked_at = pool.products.len() < *config.candidate_universe_size;
                let required = Need::Text(format!("among the first {}", config.candidate_universe_size));
                let observed = product.rank.map(Reading::Number);
                product.tests.record("candidate_rank", is_looked_at, observed, Some(required));
            }
            if product.tests.are_passed() {
                pool.products.push(product);
            } else {
                pool.examined.push(product.tests.of(&product.symbol));
            }
        }
        pool
    }

    /// Measures the underlyings and drops the products that are worth no position.
    fn measure(self, inputs: Inputs<'_>, benchmark_mom_126: f64, trace: &mut Trace) -> MeasuredPool {
        let mut measured = MeasuredPool { examined: self.examined, ..MeasuredPool::default() };
        for Product { symbol, underlying, mut tests, .. } in self.products {
            let series = inputs.window(&underlying);
            let bars = series.map_or(0, Window::len);
            let read = series.and_then(|series| Features::measure(series, benchmark_mom_126));
            let required = Need::Bound(Comparison::AtLeast, of_count(features::BARS));
            let observed = Reading::Number(of_count(bars));
            tests.record("underlying_closes", read.is_some(), Some(observed), Some(required));
            if let Some(features) = read {
                measured.looked_at.insert(underlying.clone());
                let subject = Subject { product: &symbol, underlying: &underlying };
                let multiplier = features.size_multiplier(&subject, &mut tests, trace);
                measured.examined.push(tests.of(&symbol));
                measured.sized.extend(multiplier.map(|multiplier| SizedProduct {
                    symbol,
                    underlying,
                    features,
                    multiplier,
                }));
            } else {
                measured.findings.push(skipped_underlying(&symbol, &underlying, bars));
                measured.examined.push(tests.of(&symbol));
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
    examined: Vec<Examined>,
    looked_at: BTreeSet<Symbol>,
    findings: Vec<Finding>,
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

/// An equal share times the multiplier, at most the cap; all scaled down when they exceed the exposure.
fn allocate(
    config: &Config,
    trace: &mut Trace,
    selected: &[&SizedProduct],
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

fn skipped_underlying(product: &Symbol, underlying: &Symbol, bars: usize) -> Finding {
    let mut finding = if bars == 0 {
        absent(underlying, features::BARS)
    } else {
        too_few_closes(underlying, bars, features::BARS)
    };
    finding.message = format!("`{product}` is skipped: {}", finding.message);
    finding.severity(Severity::Warning)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::finding::Code;
    use crate::market::history::Market;
    use crate::strategy::trace::Verdict;
    use crate::strategy::worked::{Traced, traced};
    use crate::strategy::worked::{
        World, account, assert_weights, close_to, config, diagnostics, excluded, leveraged_config, snapshot,
        steps, symbol, with,
    };

    fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
        traced(super::decide, config, inputs)
    }

    const TABLE: &str = "
        symbol underlying_symbol sector candidate_rank product_available eligible
        XX     X                 tech   2              true              true
        YY     Y                 tech   1              true              true
        ZZ     Z                 tech   3              true              true";

    /// The benchmark of `benchmark_gate`'s worked example: close 110, exit line 1.02 x 102.5 = 104.55, entry
    /// line 102.5 x (1 + 5 / 110) = 107.16, momentum 0.1.
    fn market() -> Market {
        let underlying = |base, last| steps(&[(127, base), (125, 100.0), (1, last)]);
        Market::from([
            (symbol("QQQ"), steps(&[(126, 100.0), (1, 110.0)])),
            (symbol("X"), underlying(60.0, 90.0)),
            (symbol("Y"), underlying(80.0, 95.0)),
            (symbol("Z"), underlying(60.0, 99.0)),
        ])
    }

    fn world(holdings: &[&str]) -> World {
        World { market: market(), ..World::of(account(Some(100_000.0), holdings)) }
    }

    fn attempt(changes: Value, table: &str, world: &World) -> Result<Traced, Vec<Finding>> {
        let config: Config = config(with(leveraged_config(), changes));
        assert_eq!(config.problems(), []);
        decide(&config, world.inputs(&snapshot(table), Some("2025-03-31")))
    }

    fn decided(changes: Value, world: &World) -> Traced {
        attempt(changes, TABLE, world).unwrap()
    }

    fn with_benchmark_at(close: f64, holdings: &[&str]) -> World {
        let mut world = world(holdings);
        world.market.insert(symbol("QQQ"), steps(&[(126, 100.0), (1, close)]));
        world
    }

    /// Y: close 95; average of 200: (74 x 80 + 125 x 100 + 95) / 200 = 92.575, gap 0.0262 (thin);
    ///   depth 0.05: 0.85 x 0.60 = 0.51; momentum 95 / 80 - 1 = 0.1875; quality 1 - 0.05 / 0.10 = 0.5.
    /// X: close 90; average (74 x 60 + 12,500 + 90) / 200 = 85.15, gap 0.057; depth 0.10: 1.25;
    ///   momentum 0.5; quality 1.
    /// Z: close 99; depth 0.01: 0.45; momentum 0.65; quality 1 - 0.09 / 0.10 = 0.1.
    /// Exposure 0.8 over 3: base 0.2667. X min(0.25, 0.333) = 0.25, Y 0.51 x base = 0.136,
    /// Z 0.45 x base = 0.12. Sum 0.506, below 0.8.
    #[test]
    fn a_worked_decision() {
        let outcome = decided(json!({}), &world(&[]));
        assert_weights(&outcome, &[("BOXX", 0.494), ("XX", 0.25), ("YY", 0.136), ("ZZ", 0.12)]);
        let rows = &outcome.trace.rankings[0].rows;
        let order: Vec<_> = rows.iter().map(|row| row.symbol.as_str()).collect();
        assert_eq!(order, ["ZZ", "XX", "YY"]);
        let expected = [
            ("ZZ", [0.65, 0.65, 0.55, 0.1]),
            ("XX", [0.5, 0.5, 0.4, 1.0]),
            ("YY", [0.1875, 0.1875, 0.0875, 0.5]),
        ];
        for (row, (name, values)) in rows.iter().zip(expected) {
            assert_eq!(row.symbol.as_str(), name);
            for (part, value) in row.contributions.iter().zip(values) {
                assert!(close_to(part.value.unwrap(), value), "{part:?} {value}");
            }
        }
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["regime"], "risk_on_entry");
        assert_eq!(numbers["benchmark_close"], 110.0);
        assert_eq!(numbers["benchmark_sma"], 102.5);
        assert_eq!(numbers["benchmark_sma_gap"], 110.0 / 102.5 - 1.0);
        assert_eq!(numbers["benchmark_atr"], 5.0);
        assert_eq!(numbers["benchmark_exit_line"], 102.5 * 1.02);
        assert_eq!(numbers["target_product_exposure"], 0.8);
        assert!(close_to(numbers["realized_product_exposure"].as_f64().unwrap(), 0.506));
        assert!(close_to(numbers["underlying_exposure"].as_f64().unwrap(), 1.012));
        assert_eq!(numbers["selected_symbols"], json!(["ZZ", "XX", "YY"]));
        assert_eq!(numbers["selected_underlyings"], json!(["Z", "X", "Y"]));
        assert_eq!(numbers["effective_holdings_count"], 3);
        // (0.01 + 0.10 + 0.05) / 3
        assert!(close_to(numbers["avg_pullback_depth"].as_f64().unwrap(), 0.16 / 3.0));
        assert_eq!(numbers["managed_symbols"], json!(["XX", "YY", "ZZ", "BOXX"]));
        let used: Vec<_> = outcome.price_symbols.iter().map(Symbol::as_str).collect();
        assert_eq!(used, ["QQQ", "X", "Y", "Z"]);
        assert_eq!(
            outcome.headline,
            "risk_on_entry: QQQ at 110.00, exit line 104.55, entry line 107.16; 3 of 3 products with 50.6 % \
             of the equity, 49.4 % in BOXX"
        );
    }

    #[test]
    fn the_size_of_a_position_is_scaled_down_to_the_exposure() {
        // X alone with base 0.8: min(1.0, 0.8 x 1.25) = 1.0, above 0.8: scaled to 0.8.
        let changes = json!({"single_name_cap": 1.0, "candidate_universe_size": 1});
        let table = TABLE.replace("XX     X                 tech   2", "XX X tech 0");
        let outcome = attempt(changes, &table, &world(&[])).unwrap();
        assert_weights(&outcome, &[("BOXX", 0.2), ("XX", 0.8)]);
        assert!(outcome.trace.steps.iter().any(|step| step.quantity.name == "scale"));
    }

    #[test]
    fn the_gate_opens_above_the_entry_line_and_closes_below_the_exit_line() {
        let regime = |close, holdings: &[&str]| {
            let outcome = decided(json!({}), &with_benchmark_at(close, holdings));
            (outcome.signal.clone(), outcome.risk_flags.contains(&RiskFlag::HardDefense))
        };
        // At 105: average 101.25, exit line 103.275; ATR 2.5, entry multiplier at its floor: 105.3.
        assert_eq!(regime(110.0, &[]), ("risk_on_entry".to_owned(), false));
        assert_eq!(regime(105.0, &[]), ("entry_wait".to_owned(), false));
        assert_eq!(regime(105.0, &["ZZ"]), ("risk_on_hold_band".to_owned(), false));
        assert_eq!(regime(110.0, &["ZZ"]), ("risk_on_hold_band".to_owned(), false));
        // At 102: average 100.5, exit line 102.51.
        assert_eq!(regime(102.0, &[]), ("hard_defense".to_owned(), true));
        assert_eq!(regime(102.0, &["ZZ"]), ("hard_defense".to_owned(), true));
        // What is held but no candidate does not count.
        assert_eq!(regime(105.0, &["Z", "QQQ"]), ("entry_wait".to_owned(), false));
    }

    #[test]
    fn out_of_the_market_everything_is_in_the_safe_haven_and_the_ranking_still_stands() {
        let outcome = decided(json!({}), &with_benchmark_at(105.0, &[]));
        assert_weights(&outcome, &[("BOXX", 1.0)]);
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["candidate_count"], 3);
        assert_eq!(numbers["effective_holdings_count"], 0);
        assert_eq!(numbers["selected_symbols"], json!([]));
        assert_eq!(numbers.get("avg_pullback_depth"), None);
        // The underlyings' prices play no part in it.
        let used: Vec<_> = outcome.price_symbols.iter().map(Symbol::as_str).collect();
        assert_eq!(used, ["QQQ"]);
    }

    #[test]
    fn the_hold_buffer_and_the_account_s_size_choose_among_the_ranked() {
        // 0.8 x 4,000 = 3,200: one. The best is ZZ; the buffer of 1 keeps XX, the second, when held.
        let small =
            |holdings: &[&str]| World { market: market(), ..World::of(account(Some(4_000.0), holdings)) };
        let selected = |world: &World| diagnostics(&decided(json!({}), world))["selected_symbols"].clone();
        assert_eq!(selected(&small(&[])), json!(["ZZ"]));
        assert_eq!(selected(&small(&["XX"])), json!(["XX"]));
        assert_eq!(selected(&small(&["YY"])), json!(["ZZ"]));
        let outcome = decided(json!({}), &small(&["YY"]));
        assert_eq!(outcome.trace.rankings[0].rows[2].verdict, Verdict::BeyondHoldBuffer);
        // Selected names are listed in rank order, held or not.
        let two = json!({"holdings_count": 2});
        assert_eq!(diagnostics(&decided(two, &world(&["YY"])))["selected_symbols"], json!(["ZZ", "YY"]));
    }

    #[test]
    fn candidates_are_the_best_ranked_products_of_different_underlyings() {
        let table = "
            symbol underlying_symbol candidate_rank product_available eligible
            OFF    A                 1              false             true
            NO     B                 1              true              false
            BLANK  C                 1              -                 true
            NONE   -                 1              true              true
            -      D                 1              true              true
            LATE   Y                 -              true              true
            Y2     Y                 4              true              true
            Y1     Y                 3              true              true
            XX     X                 3              true              true
            ZZ     Z                 5              true              true";
        let outcome = attempt(json!({"candidate_universe_size": 2}), table, &world(&[])).unwrap();
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["candidate_count"], 2);
        assert_eq!(numbers["selected_symbols"], json!(["XX", "Y1"]));
        assert_eq!(
            excluded(&outcome.trace.rankings[0]),
            [
                ("OFF", "product_available"),
                ("NO", "eligible"),
                ("BLANK", "product_available"),
                ("NONE", "underlying_symbol"),
                ("Y2", "first_of_its_underlying"),
                ("ZZ", "candidate_rank"),
                ("LATE", "first_of_its_underlying"),
            ]
        );
        assert_eq!(
            numbers["managed_symbols"],
            json!(["OFF", "NO", "BLANK", "NONE", "LATE", "Y2", "Y1", "XX", "ZZ", "BOXX"])
        );
    }

    #[test]
    fn absent_columns_have_their_defaults() {
        // No underlying: the product itself. No candidate rank: the rank among the mega caps.
        let table = "symbol mega_rank\nX 2\nZ 1\nY 3\n";
        let outcome = attempt(json!({"candidate_universe_size": 2}), table, &world(&[])).unwrap();
        assert_eq!(diagnostics(&outcome)["selected_underlyings"], json!(["Z", "X"]));
        assert_eq!(diagnostics(&outcome)["candidate_count"], 2);
    }

    #[test]
    fn what_the_closes_rule_out_is_excluded_before_the_scores() {
        let mut world = world(&[]);
        world.market.remove(&symbol("X"));
        world.market.insert(symbol("Y"), steps(&[(252, 100.0)]));
        world.market.insert(symbol("Z"), steps(&[(127, 120.0), (126, 100.0)]));
        let outcome = decided(json!({}), &world);
        assert_weights(&outcome, &[("BOXX", 1.0)]);
        assert_eq!(
            excluded(&outcome.trace.rankings[0]),
            [("YY", "underlying_closes"), ("XX", "underlying_closes"), ("ZZ", "sma_200_gap")]
        );
        let codes: Vec<_> = outcome
            .findings
            .iter()
            .map(|finding| (finding.code, finding.severity, finding.symbol.clone().unwrap()))
            .collect();
        assert_eq!(
            codes,
            [
                (Code::ShortHistory, Severity::Warning, symbol("Y")),
                (Code::MissingSymbol, Severity::Warning, symbol("X")),
            ]
        );
        // Nothing is selected, though the account carries three.
        assert_eq!(diagnostics(&outcome)["effective_holdings_count"], 3);
        let used: Vec<_> = outcome.price_symbols.iter().map(Symbol::as_str).collect();
        assert_eq!(used, ["QQQ", "Z"]);
    }

    #[test]
    fn without_benchmark_or_equity_there_is_no_decision() {
        let codes = |world: &World| {
            let findings = attempt(json!({}), TABLE, world).unwrap_err();
            findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        let mut absent = world(&[]);
        absent.market.remove(&symbol("QQQ"));
        assert_eq!(codes(&absent), [Code::MissingSymbol]);
        let mut short = world(&[]);
        short.market.insert(symbol("QQQ"), steps(&[(126, 100.0)]));
        assert_eq!(codes(&short), [Code::ShortHistory]);
        short.account.equity_usd = None;
        assert_eq!(codes(&short), [Code::ShortHistory, Code::PortfolioMissing]);
    }

    #[test]
    fn the_benchmark_is_required_and_the_candidates_underlyings_can_be_skipped() {
        let config: Config = config(with(leveraged_config(), json!({"candidate_universe_size": 2})));
        let needs = config.price_needs(Some(&snapshot(TABLE)));
        let symbols: Vec<_> =
            needs.symbols.iter().map(|(symbol, necessity)| (symbol.as_str(), *necessity)).collect();
        use Necessity::{Required, Skippable};
        assert_eq!(symbols, [("QQQ", Required), ("X", Skippable), ("Y", Skippable)]);
        assert_eq!((needs.reach.bars, needs.reach.months), (253, 0));
        assert_eq!(needs.ranges.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["QQQ"]);
        assert_eq!(config.price_needs(None).symbols.len(), 1);
    }

    #[test]
    fn equal_ranks_are_parted_by_the_underlying() {
        let table = "symbol underlying_symbol candidate_rank\nZZ Z 1\nXX X 1\n";
        let outcome = attempt(json!({"candidate_universe_size": 1}), table, &world(&[])).unwrap();
        assert_eq!(diagnostics(&outcome)["selected_symbols"], json!(["XX"]));
    }

    /// Of two, every z-score is +1 or -1: P 0.35 + 0.20 + 0.20 - 0.20 = 0.55, Q -0.55. A bonus of 1.1 makes
    /// Q tie; it has the better pullback, P the better momentum.
    #[test]
    fn a_tie_goes_to_the_better_pullback() {
        let product = |name: &str, momentum: f64, pullback_depth: f64| SizedProduct {
            symbol: symbol(name),
            underlying: symbol(name),
            features: Features {
                mom_20: 0.0,
                mom_126: momentum,
                mom_252: momentum,
                relative_mom_126: momentum - 0.1,
                sma_50_gap: 0.1,
                sma_200_gap: 0.1,
                pullback_depth,
                vol_63: 0.3,
            },
            multiplier: 1.0,
        };
        let config: Config = config(with(leveraged_config(), json!({"hold_bonus": 1.1})));
        let products = [product("P", 0.5, 0.05), product("Q", 0.3, 0.10)];
        let order = |holdings: &[&str]| {
            let ranking = rank(&config, &account(None, holdings), &products, Vec::new());
            ranking.rows.into_iter().map(|row| row.symbol.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(order(&[]), ["P", "Q"]);
        assert_eq!(order(&["Q"]), ["Q", "P"]);
    }
}
