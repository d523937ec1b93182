//! Technology and communication stocks in a rising trend that have pulled back: relative strength, trend,
//! pullback and recovery, sectors capped, with caps that widen for accounts too small for all holdings.

pub(crate) mod sheet;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::execution_window::ExecutionWindow;
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::regime::{AbsentBenchmark, Defense, Regime, RegimeRule, TREND_COLUMN};
use super::screen::{self, Blank};
use super::sector_slots::{self, Limits, Selection};
use super::steps::{computed, floor, max, min, steps};
use super::trace::{Examined, Factor, Need, Quantity, Ranking, Reading, Trace};
use super::{Action, Choice, ConfigProblem, Inputs, Outcome, Targets};
use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::market::snapshot::{Row, Snapshot};
use crate::number::{Count, Number, Share, Threshold, Usd, of_count};
use crate::statistics::median;
use crate::symbol::Symbol;

/// The tests that a row has to pass, in the order they are made.
/// What a blank cell says of a row's eligibility.
pub(crate) const BLANK_ELIGIBLE: Blank = Blank::Fails;

const TESTS: [&str; 5] = ["benchmark", "safe_haven", "eligible", "adv20_usd", "sector"];

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
    pub holdings_count: Count,
    /// The largest weight of one stock in an account large enough.
    pub single_name_cap: Threshold,
    /// The largest weight of one sector in an account large enough.
    pub sector_cap: Threshold,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// The largest weight of one stock in a small account.
    pub max_dynamic_single_name_cap: Threshold,
    /// The largest weight of one sector in a small account.
    pub max_dynamic_sector_cap: Threshold,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// The stock exposure in a market that is good for risk.
    pub risk_on_exposure: Share,
    /// When the exposure is lower, and how low.
    #[serde(flatten)]
    pub defense: Defense,
    /// The smallest 20-day average of a day's trading in US dollars.
    pub min_adv20_usd: Usd,
    /// The sectors of the universe; empty for all.
    pub sector_whitelist: Vec<String>,
    /// Among which names a factor is compared.
    pub normalization: Normalization,
    /// The composition of the score.
    pub score_template: ScoreTemplate,
    /// How many sessions after the snapshot its targets may be traded.
    pub runtime_execution_window_trading_days: Count,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: Share,
    /// What momentum is measured against.
    pub residual_proxy: ResidualProxy,
}

impl Config {
    /// The values that do not fit together.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        Vec::new()
    }

    /// How many stocks, and how large each and each sector may be.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            holdings_count: *self.holdings_count,
            single_name_cap: *self.single_name_cap,
            sector_cap: *self.sector_cap,
        }
    }

    /// The part of the config that the regime follows from.
    pub(crate) fn regime_rule(&self) -> RegimeRule<'_> {
        RegimeRule {
            benchmark_symbol: &self.benchmark_symbol,
            absent_benchmark: AbsentBenchmark::TrendsUp,
            risk_on_exposure: *self.risk_on_exposure,
            defense: self.defense,
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
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let snapshot = screen::required_snapshot(inputs)?;
    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    let window = ExecutionWindow::after(snapshot, inputs, *config.runtime_execution_window_trading_days)?;
    if let Some(no_op) = window.no_op(&managed_symbols, &config.safe_haven, *config.single_name_cap) {
        return Ok(no_op);
    }
    let (universe, examined) = universe(config, snapshot);
    let gaps: Vec<Option<f64>> = universe.iter().map(|(_, name)| name.sma200_gap).collect();
    let judgement = config.regime_rule().judge(trace, snapshot, &gaps);
    // The account is sized by what the regime would allow; nothing to buy is no exposure all the same.
    let (target_stock_value, limits) = size(config, inputs.account, judgement.stock_exposure, trace);
    let exposure = if universe.is_empty() { 0.0 } else { judgement.stock_exposure };

    let benchmark = screen::row_of(snapshot, &config.benchmark_symbol);
    if benchmark.is_none() && exposure > 0.0 {
        return Err(vec![missing_benchmark(&config.benchmark_symbol)]);
    }
    let benchmark = benchmark.map(|row| Momentum::of(snapshot, row)).unwrap_or_default();
    let ranking = rank(config, inputs.account, &universe, benchmark, examined);
    let Selection { selected, sector_slot_cap, allocation } =
        sector_slots::fill(trace, ranking, limits, exposure, &config.safe_haven);

    let action = Action::Rebalance;
    Ok(Outcome {
        action,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(limits.single_name_cap),
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
        income_symbols: Vec::new(),
        cash_symbols: Vec::new(),
        trade_threshold_usd: None,
        choice: Some(Choice {
            candidates: universe.len(),
            wanted: *config.holdings_count,
            affordable: limits.holdings_count,
            selected: selected.len(),
            is_risk_on: judgement.regime == Regime::RiskOn,
        }),
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
            requested_holdings_count: *config.holdings_count,
            effective_holdings_count: limits.holdings_count,
            target_stock_value: target_stock_value.map(Number),
            min_position_value_usd: Number(config.min_position_value_usd),
            effective_single_name_cap: Number(limits.single_name_cap),
            effective_sector_cap: Number(limits.sector_cap),
            managed_symbols,
            snapshot_as_of: window.snapshot_as_of,
            execution_window: window.allowed,
        })),
        targets: Targets::Weights(allocation.weights),
        findings: Vec::new(),
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
fn universe(config: &Config, snapshot: &Snapshot) -> (Vec<(Symbol, Stock)>, Vec<Examined>) {
    let eligible = snapshot.column("base_eligible").or_else(|| snapshot.column("eligible"));
    let (sector, adv20_usd) = (snapshot.column("sector"), snapshot.column("adv20_usd"));
    let whitelist = &config.sector_whitelist;
    screen::candidates(snapshot, |symbol, row, tests| {
        tests.without_role("benchmark", symbol, &config.benchmark_symbol);
        tests.without_role("safe_haven", symbol, &config.safe_haven);
        tests.yes("eligible", row, eligible, BLANK_ELIGIBLE);
        tests.at_least("adv20_usd", row.number(adv20_usd), *config.min_adv20_usd);
        let sector = screen::sector_of(row, sector);
        let is_listed = whitelist.is_empty() || whitelist.iter().any(|entry| entry.trim() == sector);
        let required = (!whitelist.is_empty()).then(|| Need::Text(whitelist.join(", ")));
        tests.record("sector", is_listed, Some(Reading::Text(sector.clone())), required);
        Some(Stock::of(snapshot, row, sector))
    })
}

/// Scores and ranks the universe against the benchmark's momentum.
fn rank(
    config: &Config,
    account: &Account,
    universe: &[(Symbol, Stock)],
    benchmark: Momentum,
    examined: Vec<Examined>,
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
    let ranking =
        factor_score::rank("candidates", &SCORE, config.scope(), &candidates, *config.hold_bonus, examined);
    Ranking { tests: TESTS.to_vec(), ..ranking }
}

/// Returns the value of the stocks in US dollars, `None` if the account's size does not matter, and the limits that it
/// leads to; records all four numbers. The caps widen if the account can afford fewer names than asked for.
fn size(config: &Config, account: &Account, stock_exposure: f64, trace: &mut Trace) -> (Option<f64>, Limits) {
    let &Config { min_position_value_usd, .. } = config;
    let Limits { holdings_count, single_name_cap, sector_cap } = config.limits();
    let (value, value_formula, reason) = match account.equity_usd {
        _ if stock_exposure <= 0.0 => (
            None,
            "not asked where nothing is bought",
            "holdings_count, the account's size has no say where nothing is bought",
        ),
        _ if min_position_value_usd <= 0.0 => (
            None,
            "not asked, as min_position_value_usd is 0",
            "holdings_count, as min_position_value_usd is 0",
        ),
        None => (None, "the equity is unknown", "holdings_count, as the equity is unknown"),
        Some(equity) => {
            let (value, formula) = computed!(equity * stock_exposure);
            (Some(value), formula, "")
        }
    };
    trace.step(Quantity::usd("target_stock_value", value), value_formula);
    let (effective_holdings_count, formula) = match value {
        Some(target_stock_value) => {
            computed!(max(1, min(holdings_count, floor(target_stock_value / min_position_value_usd))))
        }
        None => (holdings_count, reason),
    };
    trace.step(Quantity::count("effective_holdings_count", effective_holdings_count), formula);
    let limits = if effective_holdings_count < holdings_count {
        let (widest_single_name_cap, widest_sector_cap) =
            (*config.max_dynamic_single_name_cap, *config.max_dynamic_sector_cap);
        let names = of_count(effective_holdings_count);
        steps! { trace;
            effective_single_name_cap: ratio =
                max(single_name_cap, min(widest_single_name_cap, stock_exposure / names));
            effective_sector_cap: ratio = max(sector_cap, widest_sector_cap);
        }
        (effective_single_name_cap, effective_sector_cap)
    } else {
        steps! { trace;
            effective_single_name_cap: ratio = single_name_cap;
            effective_sector_cap: ratio = sector_cap;
        }
        (effective_single_name_cap, effective_sector_cap)
    };
    let (single_name_cap, sector_cap) = limits;
    (value, Limits { holdings_count: effective_holdings_count, single_name_cap, sector_cap })
}

fn missing_benchmark(benchmark: &Symbol) -> Finding {
    Finding::new(
        Code::MissingBenchmarkRow,
        format!("the snapshot has no row for `{benchmark}`, whose momentum the score subtracts"),
    )
    .symbol(benchmark)
    .hint(format!("add a `{benchmark}` row with `mom_6_1` and `mom_12_1` to the snapshot"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::strategy::RiskFlag;
    use crate::strategy::trace::Verdict;
    use crate::strategy::worked::{Traced, traced};
    use crate::strategy::worked::{
        World, account, assert_ranked, assert_weights, close_to, config, diagnostics, excluded, snapshot,
        tech_config, with,
    };

    fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
        traced(super::decide, config, inputs)
    }

    const HEADER: &str = "symbol sector adv20_usd mom_6_1 mom_12_1 sma20_gap sma50_gap sma200_gap \
        ma50_over_ma200 vol_63 maxdd_126 breakout_252 dist_63_high dist_126_high rebound_20 base_eligible";
    const QQQ: &str = "QQQ - - 0.10 0.20 - - 0.05 - - - - - - - -";
    const A: &str = "A IT 60 0.30 0.50 0.02 0.04 0.10 0.06 0.3 -0.2 -0.05 -0.08 -0.12 0.05 true";
    const B: &str = "B IT 50 0.20 0.10 0.03 -0.05 -0.10 0.02 0.2 -0.3 -0.20 -0.20 -0.30 0.15 true";

    fn table(rows: &[&str]) -> String {
        [&[HEADER], rows].concat().join("\n")
    }

    fn attempt(changes: Value, rows: &[&str], account: Account) -> Result<Traced, Vec<Finding>> {
        let config: Config = config(with(tech_config(), changes));
        assert_eq!(config.problems(), []);
        let (world, table) = (World::of(account), snapshot(&table(rows)));
        decide(&config, world.inputs(&table, None))
    }

    fn decided(changes: Value, rows: &[&str]) -> Traced {
        attempt(changes, rows, Account::default()).unwrap()
    }

    /// excess 6: A 0.30 - 0.10 = 0.20, B 0.10. Excess 12: A 0.50 - 0.20 = 0.30, B -0.10.
    /// trend: A 0.45 x 0.10 - 0.35 x 0.05 + 0.20 x 0.06 = 0.0395; B -0.045 - 0.07 + 0.004 = -0.111.
    /// pullback: A 0, both highs at the best distance and both gaps above 0;
    ///   B -0.55 x 0.12 - 0.25 x 0.18 - 0.10 x 0.05 - 0.10 x 0.10 = -0.126.
    /// recovery: A 0.008 + 0.014 + 0.0125 = 0.0345; B 0.012 - 0.0175 + 0.0375 = 0.032.
    /// relative: the sector's median excess is 0.10: A 0.20, B -0.20.
    /// Of two names every z-score is +1 or -1; A is better but for its volatility:
    ///   0.25 + 0.20 + 0.15 + 0.15 + 0.10 + 0.10 - 0.03 + 0.02 = 0.94.
    /// Breadth 1 of 2 = 0.5 is not below 0.5 and QQQ is up: risk on, exposure 0.8.
    /// Slots: floor(0.4 / (0.8 / 2)) = 1. Weight min(0.3, 0.8 / 1) = 0.3.
    #[test]
    fn a_worked_decision() {
        let boxx = A.replacen('A', "BOXX", 1);
        let outcome = decided(json!({}), &[B, A, QQQ, &boxx]);
        assert_weights(&outcome, &[("A", 0.3), ("BOXX", 0.7)]);
        let ranking = &outcome.trace.rankings[0];
        assert_ranked(ranking, &[("A", 0.94, Verdict::Selected), ("B", -0.94, Verdict::SectorFull)]);
        for (row, expected) in ranking.rows.iter().zip([
            [0.30, 0.20, 0.0395, 0.0, 0.0345, 0.20, 0.3, 0.2],
            [-0.10, 0.10, -0.111, -0.126, 0.032, -0.20, 0.2, 0.3],
        ]) {
            for (part, expected) in row.contributions.iter().zip(expected) {
                assert!(close_to(part.value.unwrap(), expected), "{part:?} {expected}");
            }
        }
        assert_eq!(
            diagnostics(&outcome),
            json!({
                "actionable": true, "benchmark_symbol": "QQQ", "benchmark_trend_positive": true,
                "breadth_ratio": 0.5, "regime": "risk_on", "target_stock_weight": 0.8,
                "realized_stock_weight": 0.3, "safe_haven_weight": 0.7, "selected_symbols": ["A"],
                "selected_count": 1, "candidate_count": 2, "sector_slot_cap": 1,
                "requested_holdings_count": 2, "effective_holdings_count": 2, "target_stock_value": null,
                "min_position_value_usd": 3000.0, "effective_single_name_cap": 0.3,
                "effective_sector_cap": 0.4, "managed_symbols": ["B", "A", "BOXX"],
                "snapshot_as_of": "2025-03-31", "execution_window": [],
            })
        );
    }

    #[test]
    fn a_small_account_holds_fewer_with_wider_caps() {
        // 5,000 x 0.8 = 4,000; floor(4,000 / 3,000) = 1 of 2 holdings.
        // Single cap max(0.3, min(0.4, 0.8 / 1)) = 0.4, sector cap max(0.4, 0.6) = 0.6.
        let outcome = attempt(json!({}), &[QQQ, A, B], account(Some(5_000.0), &[])).unwrap();
        assert_weights(&outcome, &[("A", 0.4), ("BOXX", 0.6)]);
        assert_eq!(outcome.largest_weight, Some(0.4));
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["target_stock_value"], 4_000.0);
        assert_eq!(numbers["effective_holdings_count"], 1);
        assert_eq!(numbers["effective_sector_cap"], 0.6);
    }

    #[test]
    fn a_small_account_s_single_cap_is_no_more_than_its_share() {
        // 15,000 x 0.8 / 3,000 = 4 of 5 holdings: min(0.4, 0.8 / 4) = 0.2, above the 0.1 of the config.
        let changes = json!({"holdings_count": 5, "single_name_cap": 0.1});
        let outcome = attempt(changes, &[QQQ, A, B], account(Some(15_000.0), &[])).unwrap();
        assert_eq!(diagnostics(&outcome)["effective_single_name_cap"], 0.2);
    }

    #[test]
    fn caps_above_the_small_account_s_stay() {
        let changes = json!({"single_name_cap": 0.5, "sector_cap": 0.9});
        let outcome = attempt(changes, &[QQQ, A, B], account(Some(5_000.0), &[])).unwrap();
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["effective_single_name_cap"], 0.5);
        assert_eq!(numbers["effective_sector_cap"], 0.9);
    }

    #[test]
    fn an_account_that_carries_all_holdings_keeps_the_config_s_caps() {
        // 7,500 x 0.8 = 6,000; floor(6,000 / 3,000) = 2.
        let outcome = attempt(json!({}), &[QQQ, A, B], account(Some(7_500.0), &[])).unwrap();
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["effective_holdings_count"], 2);
        assert_eq!(numbers["effective_single_name_cap"], 0.3);
        assert_eq!(numbers["target_stock_value"], 6_000.0);
    }

    #[test]
    fn without_a_smallest_position_the_account_has_no_say() {
        let changes = json!({"min_position_value_usd": 0.0});
        let outcome = attempt(changes, &[QQQ, A, B], account(Some(500.0), &[])).unwrap();
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["effective_holdings_count"], 2);
        assert_eq!(numbers["target_stock_value"], Value::Null);
    }

    #[test]
    fn the_universe_is_eligible_traded_and_whitelisted() {
        let ineligible = A.replacen('A', "NO", 1).replace("true", "false");
        let blank = A.replacen('A', "BLANK", 1).replace("true", "-");
        let thin = A.replacen("A IT 60", "THIN IT 49", 1);
        let untold = A.replacen("A IT 60", "UNTOLD IT -", 1);
        let other = A.replacen("A IT", "OTHER Energy", 1);
        let rows = [QQQ, A, &ineligible, &blank, &thin, &untold, &other];
        let outcome = decided(json!({}), &rows);
        assert_eq!(
            excluded(&outcome.trace.rankings[0]),
            [
                ("QQQ", "benchmark"),
                ("NO", "eligible"),
                ("BLANK", "eligible"),
                ("THIN", "adv20_usd"),
                ("UNTOLD", "adv20_usd"),
                ("OTHER", "sector"),
            ]
        );
        assert_eq!(diagnostics(&outcome)["candidate_count"], 1);
        let all = decided(json!({"sector_whitelist": []}), &rows);
        assert_eq!(diagnostics(&all)["candidate_count"], 2);
    }

    #[test]
    fn base_eligible_comes_before_eligible_and_neither_means_yes() {
        let candidate_count = |header: &str, cells: &str| {
            let table =
                snapshot(&format!("symbol sector adv20_usd {header}\nA IT 60 {cells}\nQQQ - - {cells}\n"));
            let (config, world) = (config(tech_config()), World::default());
            diagnostics(&decide(&config, world.inputs(&table, None)).unwrap())["candidate_count"].clone()
        };
        assert_eq!(candidate_count("base_eligible eligible", "true false"), 1);
        assert_eq!(candidate_count("base_eligible eligible", "false true"), 0);
        assert_eq!(candidate_count("eligible", "false"), 0);
        assert_eq!(candidate_count("vol_63", "1"), 1);
    }

    #[test]
    fn a_missing_feature_scores_zero_and_a_missing_gap_narrows_the_breadth() {
        // C is A without its gap: no trend, no pullback, all else the mean of A and B's opposite signs.
        let c = "C IT 60 - - - - - - - - - - - - true";
        let outcome = decided(json!({}), &[QQQ, A, B, c]);
        let row = &outcome.trace.rankings[0].rows[1];
        assert_eq!((row.symbol.as_str(), row.score), ("C", 0.0));
        assert!(row.contributions.iter().all(|part| part.value.is_none()));
        // 1 of 3 above: below the soft threshold.
        let numbers = diagnostics(&outcome);
        assert!(close_to(numbers["breadth_ratio"].as_f64().unwrap(), 1.0 / 3.0));
        assert_eq!(numbers["regime"], "soft_defense");
    }

    #[test]
    fn relative_strength_is_measured_within_the_sector() {
        // One name a sector is its own median: relative 0 for both.
        let b = B.replace("IT", "Communication");
        let outcome = decided(json!({}), &[QQQ, A, &b]);
        let rows = &outcome.trace.rankings[0].rows;
        assert!(rows.iter().all(|row| row.contributions[5].value == Some(0.0)));
        // ... and the score loses 0.10.
        assert_ranked(
            &outcome.trace.rankings[0],
            &[("A", 0.84, Verdict::Selected), ("B", -0.84, Verdict::Selected)],
        );
        // Compared within sectors of one, nobody stands out.
        let within = decided(json!({"normalization": "sector"}), &[QQQ, A, &b]);
        assert!(within.trace.rankings[0].rows.iter().all(|row| row.score == 0.0));
    }

    #[test]
    fn universe_is_another_name_of_universe_cross_sectional() {
        let outcome = decided(json!({"normalization": "universe"}), &[QQQ, A, B]);
        assert!(close_to(outcome.trace.rankings[0].rows[0].score, 0.94));
    }

    #[test]
    fn being_held_lifts_a_score_by_the_bonus() {
        let changes = json!({"hold_bonus": 1.9});
        let outcome = attempt(changes, &[QQQ, A, B], account(None, &["B"])).unwrap();
        assert_weights(&outcome, &[("B", 0.3), ("BOXX", 0.7)]);
    }

    #[test]
    fn scoring_needs_the_benchmark_s_row() {
        let findings = attempt(json!({}), &[A, B], Account::default()).unwrap_err();
        assert_eq!(findings[0].code, Code::MissingBenchmarkRow);
        assert!(findings[0].message.contains("`QQQ`"));
    }

    #[test]
    fn an_empty_universe_or_no_exposure_is_all_safe_haven() {
        let empty = decided(json!({"soft_breadth_threshold": 0.0}), &[]);
        assert_weights(&empty, &[("BOXX", 1.0)]);
        let numbers = diagnostics(&empty);
        assert_eq!((&numbers["candidate_count"], &numbers["target_stock_weight"]), (&json!(0), &json!(0.0)));

        // QQQ down and breadth 0.5 below 0.6: hard defence, exposure 0; the caps are the config's.
        let falling = QQQ.replace("0.05", "-0.05");
        let changes = json!({"hard_breadth_threshold": 0.6});
        let outcome = attempt(changes, &[&falling, A, B], account(Some(5_000.0), &[])).unwrap();
        assert_weights(&outcome, &[("BOXX", 1.0)]);
        assert_eq!(outcome.risk_flags, [RiskFlag::HardDefense].into());
        let numbers = diagnostics(&outcome);
        assert_eq!((&numbers["target_stock_weight"], &numbers["candidate_count"]), (&json!(0.0), &json!(2)));
        assert_eq!(numbers["target_stock_value"], Value::Null);
        assert_eq!(numbers["effective_holdings_count"], 2);
        assert_eq!(numbers.get("sector_slot_cap"), None);
    }

    #[test]
    fn outside_the_execution_window_nothing_changes() {
        let (config, world) = (config::<Config>(tech_config()), World::default());
        let table = snapshot(&table(&[QQQ, A, B]));
        let inside = decide(&config, world.inputs(&table, Some("2025-04-03"))).unwrap();
        assert_eq!(inside.action, Action::Rebalance);
        assert_eq!(
            diagnostics(&inside)["execution_window"],
            json!(["2025-04-01", "2025-04-02", "2025-04-03"])
        );
        let outside = decide(&config, world.inputs(&table, Some("2025-04-04"))).unwrap();
        assert_eq!(outside.action, Action::Hold);
        assert_eq!(diagnostics(&outside)["managed_symbols"], json!(["A", "B", "BOXX"]));
    }

    #[test]
    fn words_outside_the_closed_sets_are_refused() {
        for changes in [
            json!({"normalization": "none"}),
            json!({"score_template": "momentum"}),
            json!({"residual_proxy": "beta"}),
        ] {
            assert!(serde_json::from_value::<Config>(with(tech_config(), changes)).is_err());
        }
    }

    #[test]
    fn a_tie_goes_to_the_larger_excess_then_to_the_stronger_trend() {
        // Each alone in its sector: all scores 0. C and B share an excess, larger than
        // A's; B's gap, and so its trend, is smaller than C's.
        let rows = ["A IT", "B Communication", "C Energy"].map(|name| A.replacen("A IT", name, 1));
        let a = rows[0].replace("0.50", "0.40");
        let b = rows[1].replace("0.04 0.10", "0.04 0.08");
        let changes = json!({"normalization": "sector", "sector_whitelist": []});
        let outcome = decided(changes, &[QQQ, &a, &b, &rows[2]]);
        let order: Vec<_> = outcome.trace.rankings[0].rows.iter().map(|row| row.symbol.as_str()).collect();
        assert_eq!(order, ["C", "B", "A"]);
    }

    #[test]
    fn without_exposure_the_benchmark_s_row_is_not_missed() {
        let outcome = decided(json!({"risk_on_exposure": 0.0}), &[A, B]);
        assert_weights(&outcome, &[("BOXX", 1.0)]);
    }
}
