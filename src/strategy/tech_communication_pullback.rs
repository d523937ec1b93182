//! Technology and communication stocks in a rising trend that have pulled back: relative strength, trend,
//! pullback and recovery, sectors capped, with caps that widen for accounts too small for all holdings.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::config_check::{at_least_one, not_negative, share};
use super::execution_window::ExecutionWindow;
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::regime::{AbsentBenchmark, Regime, RegimeRule, TREND_COLUMN};
use super::screen::{self, Blank, Failure};
use super::sector_slots::{self, Limits, Selection};
use super::sizing::{affordable_count, as_ratio};
use super::trace::{Excluded, Factor, Quantity, Ranking, Trace};
use super::{Action, ConfigProblem, Inputs, Outcome, Targets};
use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::market::snapshot::{Row, Snapshot};
use crate::number::Number;
use crate::statistics::median;
use crate::symbol::Symbol;

/// The score.
pub(crate) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "excess_mom_12_1", weight: 0.25 },
        Factor { name: "excess_mom_6_1", weight: 0.20 },
        Factor { name: "trend", weight: 0.15 },
        Factor { name: "pullback", weight: 0.15 },
        Factor { name: "recovery", weight: 0.10 },
        Factor { name: "sector_relative_mom_12_1", weight: 0.10 },
        Factor { name: "vol_63", weight: -0.03 },
        Factor { name: "abs_maxdd_126", weight: -0.02 },
    ],
    tie_breakers: &["excess_mom_12_1", "trend"],
};

/// The distance to the 63-day high of the pullback that scores best, as a ratio of the high.
pub(crate) const BEST_DISTANCE_TO_63_DAY_HIGH: f64 = -0.08;
/// The distance to the 126-day high of the pullback that scores best, as a ratio of the high.
pub(crate) const BEST_DISTANCE_TO_126_DAY_HIGH: f64 = -0.12;

/// What each part of the trend weighs: the gap to the 200-day average, the distance to the highest close of a
/// year, the 50-day average against the 200-day one.
pub(crate) const TREND_WEIGHTS: [f64; 3] = [0.45, 0.35, 0.20];
/// What each part of the pullback weighs: how far it misses the best distance to the 63-day and to the 126-day
/// high, how far the close lies below its 50-day and its 200-day average.
pub(crate) const PULLBACK_WEIGHTS: [f64; 4] = [-0.55, -0.25, -0.10, -0.10];
/// What each part of the recovery weighs: the gap to the 20-day average, to the 50-day one, the rebound.
pub(crate) const RECOVERY_WEIGHTS: [f64; 3] = [0.40, 0.35, 0.25];

/// Among which names a factor is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// Among all names of the universe.
    UniverseCrossSectional,
    /// The same, by its shorter name.
    Universe,
    /// Among the names of each sector.
    Sector,
}

/// The composition of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreTemplate {
    /// Relative strength, trend, pullback and recovery in balance.
    BalancedPullback,
}

/// What momentum is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResidualProxy {
    /// The benchmark's momentum is subtracted.
    #[serde(rename = "simple_excess_return_vs_QQQ")]
    SimpleExcessReturn,
}

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose trend is the market's, and whose momentum is subtracted.
    pub benchmark_symbol: Symbol,
    /// Where the equity outside stocks goes.
    pub safe_haven: Symbol,
    /// How many stocks are held by an account large enough.
    pub holdings_count: usize,
    /// The largest weight of one stock in an account large enough.
    pub single_name_cap: f64,
    /// The largest weight of one sector in an account large enough.
    pub sector_cap: f64,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// The largest weight of one stock in a small account.
    pub max_dynamic_single_name_cap: f64,
    /// The largest weight of one sector in a small account.
    pub max_dynamic_sector_cap: f64,
    /// What being held adds to a score.
    pub hold_bonus: f64,
    /// The stock exposure in a market that is good for risk.
    pub risk_on_exposure: f64,
    /// The stock exposure in soft defence.
    pub soft_defense_exposure: f64,
    /// The stock exposure in hard defence.
    pub hard_defense_exposure: f64,
    /// The breadth below which defence begins.
    pub soft_breadth_threshold: f64,
    /// The breadth below which a falling market means hard defence.
    pub hard_breadth_threshold: f64,
    /// The smallest 20-day average of a day's trading in US dollars.
    pub min_adv20_usd: f64,
    /// The sectors of the universe; empty for all.
    pub sector_whitelist: Vec<String>,
    /// Among which names a factor is compared.
    pub normalization: Normalization,
    /// The composition of the score.
    pub score_template: ScoreTemplate,
    /// How many sessions after the snapshot its targets may be traded.
    pub runtime_execution_window_trading_days: usize,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: f64,
    /// What momentum is measured against.
    pub residual_proxy: ResidualProxy,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            at_least_one("holdings_count", self.holdings_count),
            not_negative("single_name_cap", self.single_name_cap),
            not_negative("sector_cap", self.sector_cap),
            not_negative("min_position_value_usd", self.min_position_value_usd),
            not_negative("max_dynamic_single_name_cap", self.max_dynamic_single_name_cap),
            not_negative("max_dynamic_sector_cap", self.max_dynamic_sector_cap),
            not_negative("hold_bonus", self.hold_bonus),
            share("risk_on_exposure", self.risk_on_exposure),
            share("soft_defense_exposure", self.soft_defense_exposure),
            share("hard_defense_exposure", self.hard_defense_exposure),
            share("soft_breadth_threshold", self.soft_breadth_threshold),
            share("hard_breadth_threshold", self.hard_breadth_threshold),
            not_negative("min_adv20_usd", self.min_adv20_usd),
            at_least_one("runtime_execution_window_trading_days", self.runtime_execution_window_trading_days),
            share("execution_cash_reserve_ratio", self.execution_cash_reserve_ratio),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The part of the config that the regime follows from.
    pub(crate) fn regime_rule(&self) -> RegimeRule<'_> {
        RegimeRule {
            benchmark_symbol: &self.benchmark_symbol,
            absent_benchmark: AbsentBenchmark::TrendsUp,
            soft_breadth_threshold: self.soft_breadth_threshold,
            hard_breadth_threshold: self.hard_breadth_threshold,
            risk_on_exposure: self.risk_on_exposure,
            soft_defense_exposure: self.soft_defense_exposure,
            hard_defense_exposure: self.hard_defense_exposure,
        }
    }

    /// Among which names a factor is compared.
    pub(crate) fn scope(&self) -> Scope {
        match self.normalization {
            Normalization::UniverseCrossSectional | Normalization::Universe => Scope::All,
            Normalization::Sector => Scope::Group,
        }
    }
}

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    actionable: bool,
    benchmark_symbol: Symbol,
    benchmark_trend_positive: bool,
    breadth_ratio: Number,
    regime: Regime,
    target_stock_weight: Number,
    realized_stock_weight: Number,
    safe_haven_weight: Number,
    selected_symbols: Vec<Symbol>,
    selected_count: usize,
    candidate_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector_slot_cap: Option<usize>,
    requested_holdings_count: usize,
    effective_holdings_count: usize,
    target_stock_value: Option<Number>,
    min_position_value_usd: Number,
    effective_single_name_cap: Number,
    effective_sector_cap: Number,
    managed_symbols: Vec<Symbol>,
    snapshot_as_of: Option<NaiveDate>,
    execution_window: Vec<NaiveDate>,
}

/// Decides on the targets of a snapshot.
///
/// # Errors
/// `feature_snapshot_missing` without a snapshot, `missing_benchmark_row` when there is something to score
/// and the benchmark has no row, `date_outside_calendar` when the execution window can't be told.
pub fn decide(config: &Config, inputs: &Inputs<'_>) -> Result<Outcome, Vec<Finding>> {
    let snapshot = screen::required_snapshot(inputs)?;
    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    let window = ExecutionWindow::after(snapshot, inputs, config.runtime_execution_window_trading_days)?;
    if let Some(no_op) = window.no_op(&managed_symbols, &config.safe_haven, config.single_name_cap) {
        return Ok(no_op);
    }
    let mut trace = Trace::default();
    let (universe, excluded) = universe(config, snapshot);
    let gaps: Vec<Option<f64>> = universe.iter().map(|(_, name)| name.sma200_gap).collect();
    let judgement = config.regime_rule().judge(&mut trace, snapshot, &gaps);
    let exposure = judgement.stock_exposure;
    let sizing = Sizing::of(config, inputs.account, exposure);
    sizing.record(&mut trace);

    let benchmark = screen::row_of(snapshot, &config.benchmark_symbol);
    if benchmark.is_none() && !universe.is_empty() && exposure > 0.0 {
        return Err(vec![missing_benchmark(&config.benchmark_symbol)]);
    }
    let benchmark = benchmark.map(|row| Momentum::of(snapshot, row)).unwrap_or_default();
    let ranking = rank(config, inputs.account, &universe, benchmark, excluded);
    let Selection { selected, sector_slot_cap, allocation } =
        sector_slots::fill(&mut trace, ranking, sizing.limits, exposure, &config.safe_haven);

    let action = Action::Rebalance;
    Ok(Outcome {
        action,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(sizing.limits.single_name_cap),
        price_symbols: Default::default(),
        risk_flags: judgement.regime.risk_flags(),
        managed_symbols: managed_symbols.clone(),
        signal: judgement.regime.as_str().to_owned(),
        headline: judgement.headline(
            &config.benchmark_symbol,
            selected.len(),
            universe.len(),
            &config.safe_haven,
            allocation.safe_haven_weight,
        ),
        diagnostics: super::Diagnostics::TechCommunicationPullback(Box::new(Diagnostics {
            actionable: action.is_actionable(),
            benchmark_symbol: config.benchmark_symbol.clone(),
            benchmark_trend_positive: judgement.benchmark_trend_positive,
            breadth_ratio: Number(judgement.breadth_ratio),
            regime: judgement.regime,
            target_stock_weight: Number(exposure),
            realized_stock_weight: Number(allocation.invested),
            safe_haven_weight: Number(allocation.safe_haven_weight),
            selected_count: selected.len(),
            selected_symbols: selected,
            candidate_count: universe.len(),
            sector_slot_cap,
            requested_holdings_count: config.holdings_count,
            effective_holdings_count: sizing.limits.holdings_count,
            target_stock_value: sizing.stock_value_usd.map(Number),
            min_position_value_usd: Number(config.min_position_value_usd),
            effective_single_name_cap: Number(sizing.limits.single_name_cap),
            effective_sector_cap: Number(sizing.limits.sector_cap),
            managed_symbols,
            snapshot_as_of: window.snapshot_as_of,
            execution_window: window.allowed,
        })),
        targets: Targets::Weights(allocation.weights),
        findings: Vec::new(),
        trace,
    })
}

/// A benchmark's or a stock's momentum, as simple returns that leave out the newest month.
#[derive(Clone, Copy, Debug, Default)]
struct Momentum {
    mom_6_1: Option<f64>,
    mom_12_1: Option<f64>,
}

impl Momentum {
    fn of(snapshot: &Snapshot, row: &Row) -> Self {
        let number = |name| row.number(snapshot.column(name));
        Self { mom_6_1: number("mom_6_1"), mom_12_1: number("mom_12_1") }
    }
}

/// One stock of the universe; a feature that can't be computed scores 0.
#[derive(Clone, Debug)]
struct Stock {
    sector: String,
    momentum: Momentum,
    sma200_gap: Option<f64>,
    trend: Option<f64>,
    pullback: Option<f64>,
    recovery: Option<f64>,
    vol_63: Option<f64>,
    abs_maxdd_126: Option<f64>,
}

impl Stock {
    fn of(snapshot: &Snapshot, row: &Row, sector: String) -> Self {
        let number = |name| row.number(snapshot.column(name));
        let sma200_gap = number(TREND_COLUMN);
        let sma50_gap = number("sma50_gap");
        let miss = |name, best: f64| number(name).map(|distance: f64| (distance - best).abs());
        let below = |gap: Option<f64>| gap.map(|gap| (-gap).max(0.0));
        Self {
            sector,
            momentum: Momentum::of(snapshot, row),
            sma200_gap,
            trend: weighted_sum(
                TREND_WEIGHTS,
                [sma200_gap, number("breakout_252"), number("ma50_over_ma200")],
            ),
            pullback: weighted_sum(
                PULLBACK_WEIGHTS,
                [
                    miss("dist_63_high", BEST_DISTANCE_TO_63_DAY_HIGH),
                    miss("dist_126_high", BEST_DISTANCE_TO_126_DAY_HIGH),
                    below(sma50_gap),
                    below(sma200_gap),
                ],
            ),
            recovery: weighted_sum(RECOVERY_WEIGHTS, [number("sma20_gap"), sma50_gap, number("rebound_20")]),
            vol_63: number("vol_63"),
            abs_maxdd_126: number("maxdd_126").map(f64::abs),
        }
    }
}

/// The sum of weighted terms; missing when a term is.
fn weighted_sum<const N: usize>(weights: [f64; N], terms: [Option<f64>; N]) -> Option<f64> {
    weights.into_iter().zip(terms).map(|(weight, term)| term.map(|term| weight * term)).sum()
}

/// The stocks that the rule looks at.
fn universe(config: &Config, snapshot: &Snapshot) -> (Vec<(Symbol, Stock)>, Vec<Excluded>) {
    let eligible = snapshot.column("base_eligible").or_else(|| snapshot.column("eligible"));
    let (sector, adv20_usd) = (snapshot.column("sector"), snapshot.column("adv20_usd"));
    screen::candidates(snapshot, |symbol, row| {
        screen::without_role("benchmark", symbol, &config.benchmark_symbol)?;
        screen::without_role("safe_haven", symbol, &config.safe_haven)?;
        screen::yes("eligible", row, eligible, Blank::Fails)?;
        screen::at_least("adv20_usd", row.number(adv20_usd), config.min_adv20_usd)?;
        let sector = screen::sector_of(row, sector);
        if !config.sector_whitelist.is_empty() && !config.sector_whitelist.contains(&sector) {
            return Err(Failure::new("sector", Some(sector), Some(config.sector_whitelist.join(", "))));
        }
        Ok(Stock::of(snapshot, row, sector))
    })
}

/// Scores and ranks the universe against the benchmark's momentum.
fn rank(
    config: &Config,
    account: &Account,
    universe: &[(Symbol, Stock)],
    benchmark: Momentum,
    excluded: Vec<Excluded>,
) -> Ranking {
    let excess = |own: Option<f64>, benchmark: Option<f64>| Some(own? - benchmark?);
    let excess_12 = |stock: &Stock| excess(stock.momentum.mom_12_1, benchmark.mom_12_1);
    let mut by_sector: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (_, stock) in universe {
        by_sector.entry(&stock.sector).or_default().extend(excess_12(stock));
    }
    let medians: BTreeMap<&str, Option<f64>> =
        by_sector.into_iter().map(|(sector, excesses)| (sector, median(&excesses))).collect();
    let candidates: Vec<Candidate> = universe
        .iter()
        .map(|(symbol, stock)| {
            let excess_mom_12_1 = excess_12(stock);
            let sector_median = medians.get(stock.sector.as_str()).copied().flatten();
            Candidate {
                symbol: symbol.clone(),
                group: stock.sector.clone(),
                last_tie_breaker: symbol.clone(),
                values: vec![
                    excess_mom_12_1,
                    excess(stock.momentum.mom_6_1, benchmark.mom_6_1),
                    stock.trend,
                    stock.pullback,
                    stock.recovery,
                    excess(excess_mom_12_1, sector_median),
                    stock.vol_63,
                    stock.abs_maxdd_126,
                ],
                held: account.holds(symbol),
            }
        })
        .collect();
    factor_score::rank("candidates", &SCORE, config.scope(), &candidates, config.hold_bonus, excluded)
}

/// What the account's size makes of the limits.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sizing {
    /// The value of the stocks in US dollars, where the account's size has a say.
    stock_value_usd: Option<f64>,
    limits: Limits,
}

impl Sizing {
    fn of(config: &Config, account: &Account, exposure: f64) -> Self {
        let has_a_say = config.min_position_value_usd > 0.0 && exposure > 0.0;
        let stock_value_usd = account.equity_usd.filter(|_| has_a_say).map(|equity| equity * exposure);
        let holdings_count = stock_value_usd.map_or(config.holdings_count, |value| {
            affordable_count(value, config.min_position_value_usd, config.holdings_count)
        });
        let (mut single_name_cap, mut sector_cap) = (config.single_name_cap, config.sector_cap);
        if holdings_count < config.holdings_count {
            let share = exposure / as_ratio(holdings_count);
            single_name_cap = single_name_cap.max(config.max_dynamic_single_name_cap.min(share));
            sector_cap = sector_cap.max(config.max_dynamic_sector_cap);
        }
        Self { stock_value_usd, limits: Limits { holdings_count, single_name_cap, sector_cap } }
    }

    fn record(&self, trace: &mut Trace) {
        trace.step(Quantity::usd("target_stock_value", self.stock_value_usd), "equity * stock_exposure");
        trace.step(
            Quantity::count("effective_holdings_count", self.limits.holdings_count),
            "max(1, min(holdings_count, floor(target_stock_value / min_position_value_usd)))",
        );
        trace.step(
            Quantity::ratio("effective_single_name_cap", self.limits.single_name_cap),
            "single_name_cap; with fewer holdings \
             max(single_name_cap, min(max_dynamic_single_name_cap, stock_exposure / effective_holdings_count))",
        );
        trace.step(
            Quantity::ratio("effective_sector_cap", self.limits.sector_cap),
            "sector_cap; with fewer holdings max(sector_cap, max_dynamic_sector_cap)",
        );
    }
}

fn missing_benchmark(benchmark: &Symbol) -> Finding {
    Finding::new(
        Code::MissingBenchmarkRow,
        format!("the snapshot has no row for `{benchmark}`, whose momentum the score subtracts"),
    )
    .symbol(benchmark)
    .hint(format!("add a `{benchmark}` row with `mom_6_1` and `mom_12_1` to the snapshot"))
}
