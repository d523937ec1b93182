//! The rule: from what the inputs show to the targets.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::config::Config;
use crate::account::Account;
use crate::feature::column::{
    BREAKOUT_252, MA50_OVER_MA200, MOM_6_1, MOM_12_1, REBOUND_20, ROLLING_MAXDD_126, SMA20_GAP, SMA50_GAP,
    SMA200_GAP, VOL_63,
};
use crate::finding::{Code, Finding};
use crate::market::snapshot::{Row, Snapshot};
use crate::number::{Number, of_count};
use crate::statistics::median;
use crate::strategy::shared::execution_window::ExecutionWindow;
use crate::strategy::shared::factor_score::{self, Candidate, ScoreRule};
use crate::strategy::shared::regime::{Judgement, Regime, RegimeNumbers};
use crate::strategy::shared::screen::{self, Blank};
use crate::strategy::shared::sector_slots::{self, Limits, Selection};
use crate::strategy::shared::texts::{self, Texts};
use crate::strategy::trace::{
    Examined, Factor, Need, Quantity, Ranking, Reading, Trace, computed, floor, max, min, steps,
};
use crate::strategy::{Action, Choice, Inputs, Outcome, outcome};
use crate::symbol::Symbol;

/// What a blank cell says of a row's eligibility.
pub(super) const BLANK_ELIGIBLE: Blank = Blank::Fails;

/// The tests that a row has to pass, in the order they are made.
const TESTS: [&str; 5] = ["benchmark", "safe_haven", "eligible", "adv20_usd", "sector"];

/// The score.
pub(super) const SCORE: ScoreRule = ScoreRule {
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
pub(super) const BEST_DISTANCE_TO_63_DAY_HIGH: f64 = -0.08;
/// The distance to the 126-day high of the pullback that scores best, as a ratio of the high.
pub(super) const BEST_DISTANCE_TO_126_DAY_HIGH: f64 = -0.12;

/// What each part of the trend weighs: the gap to the 200-day average, the distance to the highest close of a
/// year, the 50-day average against the 200-day one.
pub(super) const TREND_WEIGHTS: [f64; 3] = [0.45, 0.35, 0.20];
/// What each part of the pullback weighs: how far it misses the best distance to the 63-day and to the 126-day
/// high, how far the close lies below its 50-day and its 200-day average.
pub(super) const PULLBACK_WEIGHTS: [f64; 4] = [-0.55, -0.25, -0.10, -0.10];
/// What each part of the recovery weighs: the gap to the 20-day average, to the 50-day one, the rebound.
pub(super) const RECOVERY_WEIGHTS: [f64; 3] = [0.40, 0.35, 0.25];

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    /// The market.
    #[serde(flatten)]
    market: RegimeNumbers,
    /// The share of the equity that may be in stocks.
    target_stock_weight: Number,
    /// The share of the equity in stocks.
    realized_stock_weight: Number,
    /// The share of the equity in the safe haven.
    safe_haven_weight: Number,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// How many were selected.
    selected_count: usize,
    /// How many candidates passed every test.
    candidate_count: usize,
    /// How many stocks of one sector may be selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    sector_slot_cap: Option<usize>,
    /// How many holdings the config asks for.
    requested_holdings_count: usize,
    /// How many holdings the account is large enough for.
    effective_holdings_count: usize,
    /// The part of the equity that may be in stocks, in US dollars; `null` where the equity is not known.
    target_stock_value: Option<Number>,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The largest weight of one stock, with as many as the account is large enough for.
    effective_single_name_cap: Number,
    /// The largest weight of one sector, with as many stocks as the account is large enough for.
    effective_sector_cap: Number,
    /// The symbols that the profile may sell.
    managed_symbols: Vec<Symbol>,
    /// The date of the snapshot.
    snapshot_as_of: Option<NaiveDate>,
    /// The sessions on which the profile acts on it.
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

    let benchmark = benchmark_momentum(config, snapshot, exposure)?;
    let ranking = rank(config, inputs.account, &universe, benchmark, examined);
    let Selection { selected, best, sector_slot_cap, allocation } =
        sector_slots::fill(trace, ranking, limits, exposure, &config.safe_haven);

    let texts = texts(&judgement, exposure, allocation.invested, selected.len(), &best);
    let choice = Choice {
        candidates: universe.len(),
        wanted: *config.holdings_count,
        affordable: limits.holdings_count,
        selected: selected.len(),
        is_risk_on: judgement.regime == Regime::RiskOn,
    };
    Ok(Outcome {
        largest_weight: Some(limits.single_name_cap),
        managed_symbols: managed_symbols.clone(),
        diagnostics: outcome::Diagnostics::new(Diagnostics {
            actionable: Action::Rebalance.is_actionable(),
            market: judgement.numbers(&config.benchmark_symbol),
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
        }),
        reserve_usd: inputs.account.share_usd(*config.execution_cash_reserve_ratio),
        texts,
        ..judgement.outcome(&config.benchmark_symbol, &config.safe_haven, choice, allocation)
    })
}

/// The benchmark's momentum, which the scores are taken against; with nothing to score it may be missing.
fn benchmark_momentum(config: &Config, snapshot: &Snapshot, exposure: f64) -> Result<Momentum, Vec<Finding>> {
    let row = screen::row_of(snapshot, &config.benchmark_symbol);
    if row.is_none() && exposure > 0.0 {
        return Err(vec![missing_benchmark(&config.benchmark_symbol)]);
    }
    Ok(row.map(|row| Momentum::of(snapshot, row)).unwrap_or_default())
}

/// What the platforms show.
fn texts(judgement: &Judgement, exposure: f64, invested: f64, selected: usize, best: &str) -> Texts {
    let picks = match selected {
        _ if exposure <= 0.0 => String::new(),
        0 => "no_selection".to_owned(),
        count => texts::picks(exposure, invested, count, best),
    };
    Texts::of_stocks(judgement, &picks, exposure, invested)
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
        Self { mom_6_1: number(MOM_6_1.name), mom_12_1: number(MOM_12_1.name) }
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
        let sma200_gap = number(SMA200_GAP.name);
        let sma50_gap = number(SMA50_GAP.name);
        let miss = |name, best: f64| number(name).map(|distance: f64| (distance - best).abs());
        let below = |gap: Option<f64>| gap.map(|gap| (-gap).max(0.0));
        Self {
            sector,
            momentum: Momentum::of(snapshot, row),
            sma200_gap,
            trend: weighted_sum(
                TREND_WEIGHTS,
                [sma200_gap, number(BREAKOUT_252.name), number(MA50_OVER_MA200.name)],
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
            recovery: weighted_sum(
                RECOVERY_WEIGHTS,
                [number(SMA20_GAP.name), sma50_gap, number(REBOUND_20.name)],
            ),
            vol_63: number(VOL_63.name),
            abs_maxdd_126: number(ROLLING_MAXDD_126.name).map(f64::abs),
        }
    }
}

/// The sum of weighted terms; missing when a term is.
pub(super) fn weighted_sum<const N: usize>(weights: [f64; N], terms: [Option<f64>; N]) -> Option<f64> {
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
            "not needed when nothing is bought",
            "holdings_count; the account's size does not matter when nothing is bought",
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
#[path = "tests.rs"]
mod tests;
