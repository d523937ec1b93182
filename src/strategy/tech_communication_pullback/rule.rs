//! The rule: from what the inputs show to the targets.

use std::collections::BTreeMap;

use serde::Serialize;

use super::config::Config;
use super::recipe::recipe;
use crate::account::Account;
use crate::feature::column::{
    BREAKOUT_252, DIST_63_HIGH, DIST_126_HIGH, Feature, MA50_OVER_MA200, MOM_6_1, MOM_12_1, REBOUND_20,
    ROLLING_MAXDD_126, SMA20_GAP, SMA50_GAP, SMA200_GAP, VOL_63,
};
use crate::finding::{Code, Finding, Severity};
use crate::market::snapshot::{Row, Snapshot};
use crate::number::{Number, of_count};
use crate::statistics::median;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::execution_window::ExecutionWindow;
use crate::strategy::shared::factor_score::{self, Candidates, ScoreRule};
use crate::strategy::shared::screen;
use crate::strategy::shared::sector_slots::{self, Limits};
use crate::strategy::shared::stock_numbers::StockNumbers;
use crate::strategy::shared::texts;
use crate::strategy::trace::{Factor, Need, Quantity, Reading, Trace, computed, floor, max, min, steps};
use crate::strategy::{Choice, Inputs, Outcome, outcome};
use crate::symbol::Symbol;

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    // The trend is taken to be up, which opens positions.
    missing_benchmark: Some(Severity::Error),
    benchmark_columns: &[MOM_6_1.name, MOM_12_1.name],
    counts_sectors: true,
    ..Facts::of_snapshots("🧲")
};

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
    #[serde(flatten)]
    stocks: StockNumbers,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// How many stocks of one sector may be selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    sector_slot_cap: Option<usize>,
    /// The part of the equity that may be in stocks, in US dollars; `null` where the equity is not known.
    target_stock_value: Option<Number>,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The largest weight of one stock, with as many as the account is large enough for.
    effective_single_name_cap: Number,
    /// The largest weight of one sector, with as many stocks as the account is large enough for.
    effective_sector_cap: Number,
}

impl Rule for Config {
    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::AfterSnapshot(Some(*self.runtime_execution_window_trading_days))
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        let sector_whitelist = &self.sector_whitelist;
        SnapshotTerms { sector_whitelist, ..SnapshotTerms::new(&self.benchmark_symbol, self.holdings_count) }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(recipe(self))
    }

    /// Decides on the targets of a snapshot: `missing_benchmark_row` when there is something to score and the benchmark
    /// has no row.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let (account, safe_haven) = (inputs.account, &self.safe_haven);
        let snapshot = screen::required_snapshot(inputs)?;
        let window = ExecutionWindow::after(snapshot, inputs, self)?;
        if let Some(no_op) = window.no_op(safe_haven) {
            return Ok(no_op);
        }
        let benchmark_row = screen::row_of(snapshot, &self.benchmark_symbol);
        let universe = universe(self, snapshot, benchmark_row, account);
        let is_empty = universe.passed.is_empty();

        let judgement = self.regime_rule().judge(trace, snapshot, &universe.passed);
        // The account is sized by what the regime would allow; nothing to buy is no exposure all the same.
        let (target_stock_value, limits) = size(self, account, judgement.stock_exposure, trace);
        let exposure = if is_empty { 0.0 } else { judgement.stock_exposure };
        if benchmark_row.is_none() && exposure > 0.0 {
            return Err(vec![missing_benchmark(&self.benchmark_symbol)]);
        }
        let ranking = factor_score::rank(&SCORE, self.scope(), *self.hold_bonus, universe);
        let selection = sector_slots::fill(trace, ranking, limits, exposure, safe_haven);

        let weights = texts::stock_weights(exposure, selection.allocation.invested);
        let texts = selection.texts(&judgement, exposure, &weights);
        let choice = Choice { wanted: *self.holdings_count, ..selection.choice };
        let stocks = StockNumbers::new(judgement, exposure, selection.allocation, choice, window);
        let outcome = stocks.outcome(safe_haven);
        Ok(Outcome {
            largest_weight: Some(limits.single_name_cap),
            reserve_usd: account.share_usd(*self.execution_cash_reserve_ratio),
            texts,
            diagnostics: outcome::Diagnostics::new(Diagnostics {
                stocks,
                selected_symbols: selection.selected,
                sector_slot_cap: selection.sector_slot_cap,
                target_stock_value: target_stock_value.map(Number),
                min_position_value_usd: Number(self.min_position_value_usd),
                effective_single_name_cap: Number(limits.single_name_cap),
                effective_sector_cap: Number(limits.sector_cap),
            }),
            ..outcome
        })
    }
}

/// The place of the relative strength in a sector among the factors, known only when all stocks are.
const SECTOR_RELATIVE: usize = 5;

/// The stocks that the rule looks at, scored against the benchmark's momentum; a feature that can't be computed scores 0.
fn universe(
    config: &Config,
    snapshot: &Snapshot,
    benchmark_row: Option<&Row>,
    account: &Account,
) -> Candidates {
    let eligible = snapshot.column("base_eligible").or_else(|| snapshot.column("eligible"));
    let (sector, adv20_usd) = (snapshot.column("sector"), snapshot.column("adv20_usd"));
    let whitelist = &config.sector_whitelist;
    let values = |row: &Row| factors(snapshot, row, benchmark_row);
    let mut stocks = screen::stocks(snapshot, account, &config.roles(), values, |row, tests| {
        tests.yes("eligible", row, eligible, FACTS.blank_eligible);
        tests.at_least("adv20_usd", row.number(adv20_usd), *config.min_adv20_usd);
        let sector = screen::sector_of(row, sector);
        let is_listed = whitelist.is_empty() || whitelist.iter().any(|entry| entry.trim() == sector);
        let required = (!whitelist.is_empty()).then(|| Need::Text(whitelist.join(", ")));
        tests.record("sector", is_listed, Some(Reading::Text(sector)), required);
    });
    let mut by_sector: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for stock in &stocks.passed {
        let excess_mom_12_1 = stock.values.first().copied().flatten();
        by_sector.entry(stock.group.clone()).or_default().extend(excess_mom_12_1);
    }
    for stock in &mut stocks.passed {
        let excess_mom_12_1 = stock.values.first().copied().flatten();
        let median = by_sector.get(&stock.group).and_then(|excesses| median(excesses));
        stock.values.insert(SECTOR_RELATIVE, excess_mom_12_1.zip(median).map(|(own, median)| own - median));
    }
    stocks
}

/// The factors of a stock but for its strength in the sector.
fn factors(snapshot: &Snapshot, row: &Row, benchmark: Option<&Row>) -> Vec<Option<f64>> {
    let number = |feature: Feature| row.number(snapshot.column(feature.name));
    let excess = |feature: Feature| {
        let benchmark = benchmark?.number(snapshot.column(feature.name));
        Some(number(feature)? - benchmark?)
    };
    let miss = |feature, best: f64| number(feature).map(|distance: f64| (distance - best).abs());
    let below = |gap: Option<f64>| gap.map(|gap| (-gap).max(0.0));
    let (sma50_gap, sma200_gap) = (number(SMA50_GAP), number(SMA200_GAP));
    let trend = [sma200_gap, number(BREAKOUT_252), number(MA50_OVER_MA200)];
    let pullback = [
        miss(DIST_63_HIGH, BEST_DISTANCE_TO_63_DAY_HIGH),
        miss(DIST_126_HIGH, BEST_DISTANCE_TO_126_DAY_HIGH),
        below(sma50_gap),
        below(sma200_gap),
    ];
    let recovery = [number(SMA20_GAP), sma50_gap, number(REBOUND_20)];
    vec![
        excess(MOM_12_1),
        excess(MOM_6_1),
        weighted_sum(TREND_WEIGHTS, trend),
        weighted_sum(PULLBACK_WEIGHTS, pullback),
        weighted_sum(RECOVERY_WEIGHTS, recovery),
        number(VOL_63),
        number(ROLLING_MAXDD_126).map(f64::abs),
    ]
}

/// The sum of weighted terms; missing when a term is.
pub(super) fn weighted_sum<const N: usize>(weights: [f64; N], terms: [Option<f64>; N]) -> Option<f64> {
    weights.into_iter().zip(terms).map(|(weight, term)| term.map(|term| weight * term)).sum()
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
