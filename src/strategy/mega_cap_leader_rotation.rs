//! A few leaders among the largest companies: one factor score, a buffer that keeps held names in, and
//! optionally several sleeves of different concentration blended by fixed weights.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::config_check::{at_least_one, not_negative, problem, share};
use super::execution_window::ExecutionWindow;
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::regime::{AbsentBenchmark, Judgement, Regime, RegimeRule, TREND_COLUMN};
use super::screen::{self, Blank};
use super::sizing::{Allocation, effective_count, equal_weight, symbols_at};
use super::trace::{Excluded, Factor, Quantity, Ranking, Trace};
use super::{Action, ConfigProblem, Inputs, Outcome, Targets, hold_buffer};
use crate::account::Account;
use crate::finding::Finding;
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::symbol::Symbol;

/// The columns that a candidate needs.
pub(crate) const FEATURES: [&str; 9] = [
    "mom_3m",
    "mom_6m",
    "mom_12_1",
    "rel_mom_6m_vs_benchmark",
    "rel_mom_6m_vs_broad_benchmark",
    "high_252_gap",
    TREND_COLUMN,
    "vol_63",
    "maxdd_126",
];

/// The score.
pub(crate) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "mom_6m", weight: 0.25 },
        Factor { name: "mom_3m", weight: 0.20 },
        Factor { name: "rel_mom_6m_vs_benchmark", weight: 0.20 },
        Factor { name: "rel_mom_6m_vs_broad_benchmark", weight: 0.10 },
        Factor { name: "high_252_gap", weight: 0.10 },
        Factor { name: "sma200_gap", weight: 0.10 },
        Factor { name: "vol_63", weight: -0.025 },
        Factor { name: "abs_maxdd_126", weight: -0.025 },
    ],
    tie_breakers: &["rel_mom_6m_vs_benchmark", "mom_6m"],
};

/// A part of the portfolio with a count and a cap of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sleeve {
    /// The name.
    pub name: String,
    /// The share of the equity, relative to the other sleeves.
    pub weight: f64,
    /// How many stocks the sleeve holds.
    pub holdings_count: usize,
    /// The largest weight of one stock within the sleeve.
    pub single_name_cap: f64,
}

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose trend is the market's.
    pub benchmark_symbol: Symbol,
    /// The broader benchmark, which is never held.
    pub broad_benchmark_symbol: Symbol,
    /// Where the equity outside stocks goes.
    pub safe_haven: Symbol,
    /// How many companies the snapshot's universe has; reported only.
    pub dynamic_universe_size: usize,
    /// How many stocks are held by an account large enough.
    pub holdings_count: usize,
    /// The largest weight of one stock.
    pub single_name_cap: f64,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// How many ranks below the cut a held stock stays; below 0 means 0.
    pub hold_buffer: i64,
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
    /// How many sessions after the snapshot its targets may be traded.
    pub runtime_execution_window_trading_days: usize,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: f64,
    /// The sleeves; none for one portfolio with the count and cap above.
    pub blend_sleeves: Vec<Sleeve>,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let fits = |sleeve: &Sleeve| {
            let above_zero = |number: f64| number.is_finite() && number > 0.0;
            above_zero(sleeve.weight) && above_zero(sleeve.single_name_cap) && sleeve.holdings_count >= 1
        };
        [
            at_least_one("holdings_count", self.holdings_count),
            not_negative("single_name_cap", self.single_name_cap),
            not_negative("min_position_value_usd", self.min_position_value_usd),
            not_negative("hold_bonus", self.hold_bonus),
            share("risk_on_exposure", self.risk_on_exposure),
            share("soft_defense_exposure", self.soft_defense_exposure),
            share("hard_defense_exposure", self.hard_defense_exposure),
            share("soft_breadth_threshold", self.soft_breadth_threshold),
            share("hard_breadth_threshold", self.hard_breadth_threshold),
            not_negative("min_adv20_usd", self.min_adv20_usd),
            at_least_one("runtime_execution_window_trading_days", self.runtime_execution_window_trading_days),
            share("execution_cash_reserve_ratio", self.execution_cash_reserve_ratio),
            (!self.blend_sleeves.iter().all(fits)).then(|| {
                problem(
                    "blend_sleeves",
                    &self.blend_sleeves,
                    "sleeves with a weight, a count and a cap above 0",
                )
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The part of the config that the regime follows from.
    pub(crate) fn regime_rule(&self) -> RegimeRule<'_> {
        RegimeRule {
            benchmark_symbol: &self.benchmark_symbol,
            absent_benchmark: AbsentBenchmark::DoesNotTrendUp,
            soft_breadth_threshold: self.soft_breadth_threshold,
            hard_breadth_threshold: self.hard_breadth_threshold,
            risk_on_exposure: self.risk_on_exposure,
            soft_defense_exposure: self.soft_defense_exposure,
            hard_defense_exposure: self.hard_defense_exposure,
        }
    }

    /// The sleeves with weights that sum to 1; without sleeves, the whole portfolio as the only one.
    pub(crate) fn normalized_sleeves(&self) -> Vec<Sleeve> {
        if self.blend_sleeves.is_empty() {
            return vec![Sleeve {
                name: "candidates".to_owned(),
                weight: 1.0,
                holdings_count: self.holdings_count,
                single_name_cap: self.single_name_cap,
            }];
        }
        let total: f64 = self.blend_sleeves.iter().map(|sleeve| sleeve.weight).sum();
        let normalized = |sleeve: &Sleeve| Sleeve { weight: sleeve.weight / total, ..sleeve.clone() };
        self.blend_sleeves.iter().map(normalized).collect()
    }
}

/// The numbers of one sleeve.
#[derive(Clone, Debug, Serialize)]
pub struct SleeveDiagnostics {
    name: String,
    weight: Number,
    holdings_count: usize,
    single_name_cap: Number,
    selected_symbols: Vec<Symbol>,
    realized_stock_weight: Number,
    safe_haven_weight: Number,
}

/// How sleeves become one portfolio.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlendMode {
    /// Each sleeve keeps the weight that the config gives it.
    FixedWeightedSleeves,
}

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    actionable: bool,
    benchmark_symbol: Symbol,
    broad_benchmark_symbol: Symbol,
    benchmark_trend_positive: bool,
    breadth_ratio: Number,
    regime: Regime,
    target_stock_weight: Number,
    realized_stock_weight: Number,
    safe_haven_weight: Number,
    selected_symbols: Vec<Symbol>,
    selected_count: usize,
    candidate_count: usize,
    dynamic_universe_size: usize,
    requested_holdings_count: usize,
    effective_holdings_count: usize,
    portfolio_total_equity: Option<Number>,
    min_position_value_usd: Number,
    single_name_cap: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_single_name_cap: Option<Number>,
    managed_symbols: Vec<Symbol>,
    snapshot_as_of: Option<NaiveDate>,
    execution_window: Vec<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blend_mode: Option<BlendMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blend_sleeves: Option<Vec<SleeveDiagnostics>>,
}

/// Decides on the targets of a snapshot.
///
/// # Errors
/// `feature_snapshot_missing` without a snapshot, `date_outside_calendar` when the execution window can't
/// be told.
pub fn decide(config: &Config, inputs: &Inputs<'_>) -> Result<Outcome, Vec<Finding>> {
    let snapshot = screen::required_snapshot(inputs)?;
    let benchmarks = [&config.benchmark_symbol, &config.broad_benchmark_symbol];
    let managed_symbols = screen::managed_symbols(snapshot, &benchmarks, &config.safe_haven);
    let sleeves = config.normalized_sleeves();
    let largest_weight = sleeves.iter().map(|sleeve| sleeve.weight * sleeve.single_name_cap).sum();
    let window = ExecutionWindow::after(snapshot, inputs, config.runtime_execution_window_trading_days)?;
    if let Some(no_op) = window.no_op(&managed_symbols, &config.safe_haven, largest_weight) {
        return Ok(no_op);
    }
    let mut trace = Trace::default();
    let (candidates, excluded) = candidates(config, inputs.account, snapshot);
    let gaps: Vec<Option<f64>> = candidates.iter().map(|(gap, _)| Some(*gap)).collect();
    let candidates: Vec<Candidate> = candidates.into_iter().map(|(_, candidate)| candidate).collect();
    let judgement = config.regime_rule().judge(&mut trace, snapshot, &gaps);
    let ranking =
        factor_score::rank("candidates", &SCORE, Scope::All, &candidates, config.hold_bonus, excluded);
    let filled: Vec<FilledSleeve> = sleeves
        .into_iter()
        .map(|sleeve| sleeve.fill(config, inputs.account, judgement.stock_exposure, &ranking, &mut trace))
        .collect();
    let portfolio = Portfolio::of(config, &judgement, &filled);
    trace.step(
        Quantity::ratio("safe_haven_weight", portfolio.allocation.safe_haven_weight),
        "1 - invested weight",
    );

    let action = Action::Rebalance;
    let single_name_cap = portfolio.single_name_cap;
    let has_selected = !portfolio.selected.is_empty();
    Ok(Outcome {
        action,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(largest_weight),
        price_symbols: Default::default(),
        risk_flags: judgement.regime.risk_flags(),
        managed_symbols: managed_symbols.clone(),
        signal: judgement.regime.as_str().to_owned(),
        headline: judgement.headline(
            &config.benchmark_symbol,
            portfolio.selected.len(),
            candidates.len(),
            &config.safe_haven,
            portfolio.allocation.safe_haven_weight,
        ),
        diagnostics: super::Diagnostics::MegaCapLeaderRotation(Box::new(Diagnostics {
            actionable: action.is_actionable(),
            benchmark_symbol: config.benchmark_symbol.clone(),
            broad_benchmark_symbol: config.broad_benchmark_symbol.clone(),
            benchmark_trend_positive: judgement.benchmark_trend_positive,
            breadth_ratio: Number(judgement.breadth_ratio),
            regime: judgement.regime,
            target_stock_weight: Number(portfolio.target_stock_weight),
            realized_stock_weight: Number(portfolio.allocation.invested),
            safe_haven_weight: Number(portfolio.allocation.safe_haven_weight),
            selected_count: portfolio.selected.len(),
            selected_symbols: portfolio.selected,
            candidate_count: candidates.len(),
            dynamic_universe_size: config.dynamic_universe_size,
            requested_holdings_count: portfolio.requested_count,
            effective_holdings_count: portfolio.effective_count,
            portfolio_total_equity: inputs.account.equity_usd.map(Number),
            min_position_value_usd: Number(config.min_position_value_usd),
            single_name_cap: Number(single_name_cap),
            effective_single_name_cap: has_selected.then_some(Number(single_name_cap)),
            managed_symbols,
            snapshot_as_of: window.snapshot_as_of,
            execution_window: window.allowed,
            blend_mode: portfolio.blend_sleeves.is_some().then_some(BlendMode::FixedWeightedSleeves),
            blend_sleeves: portfolio.blend_sleeves,
        })),
        targets: Targets::Weights(portfolio.allocation.weights),
        findings: Vec::new(),
        trace,
    })
}

/// The rows that may be held, each with its gap to the 200-day average.
fn candidates(
    config: &Config,
    account: &Account,
    snapshot: &Snapshot,
) -> (Vec<(f64, Candidate)>, Vec<Excluded>) {
    let (eligible, sector) = (snapshot.column("eligible"), snapshot.column("sector"));
    let adv20_usd = snapshot.column("adv20_usd");
    let columns = FEATURES.map(|name| snapshot.column(name));
    let (rows, excluded) = screen::candidates(snapshot, |symbol, row| {
        screen::without_role("benchmark", symbol, &config.benchmark_symbol)?;
        screen::without_role("broad_benchmark", symbol, &config.broad_benchmark_symbol)?;
        screen::without_role("safe_haven", symbol, &config.safe_haven)?;
        screen::yes("eligible", row, eligible, Blank::Fails)?;
        screen::at_least("adv20_usd", row.number(adv20_usd), config.min_adv20_usd)?;
        Ok((screen::sector_of(row, sector), screen::features(&FEATURES, row, &columns)?))
    });
    let candidate = |(symbol, (group, features)): (Symbol, (String, [f64; 9]))| {
        let [mom_3m, mom_6m, _, relative, broad_relative, high_gap, sma200_gap, vol_63, maxdd_126] = features;
        let values =
            [mom_6m, mom_3m, relative, broad_relative, high_gap, sma200_gap, vol_63, maxdd_126.abs()];
        let candidate = Candidate {
            held: account.holds(&symbol),
            last_tie_breaker: symbol.clone(),
            symbol,
            group,
            values: values.map(Some).to_vec(),
        };
        (sma200_gap, candidate)
    };
    (rows.into_iter().map(candidate).collect(), excluded)
}

/// A sleeve with its stocks.
#[derive(Clone, Debug)]
struct FilledSleeve {
    sleeve: Sleeve,
    effective_count: usize,
    selected: Vec<Symbol>,
    allocation: Allocation,
}

impl Sleeve {
    /// Selects and weighs the sleeve's stocks, as if the sleeve were an account of its own; leaves a ranking
    /// in the sleeve's name.
    fn fill(
        self,
        config: &Config,
        account: &Account,
        exposure: f64,
        ranking: &Ranking,
        trace: &mut Trace,
    ) -> FilledSleeve {
        if !config.blend_sleeves.is_empty() {
            trace.step(
                Quantity::ratio("sleeve_weight", self.weight),
                "weight / the sum of the sleeves' weights",
            );
        }
        let equity_usd = account.equity_usd.map(|equity| equity * self.weight);
        let effective_count =
            effective_count(equity_usd, exposure, config.min_position_value_usd, self.holdings_count);
        trace.step(
            Quantity::count("effective_holdings_count", effective_count),
            "max(1, min(holdings_count, floor(equity * sleeve weight * stock_exposure / min_position_value_usd)))",
        );
        let mut ranking = Ranking { name: self.name.clone(), ..ranking.clone() };
        let places = hold_buffer::select(&mut ranking, account, effective_count, config.hold_buffer);
        let selected = symbols_at(&ranking, &places);
        trace.rankings.push(ranking);
        let weight = equal_weight(exposure, selected.len(), self.single_name_cap);
        trace.step(Quantity::ratio("weight", weight), "min(single_name_cap, stock_exposure / selected)");
        let weights = selected.iter().map(|symbol| (symbol.clone(), weight));
        let allocation = Allocation::with_remainder(weights, &config.safe_haven);
        FilledSleeve { sleeve: self, effective_count, selected, allocation }
    }
}

impl FilledSleeve {
    fn diagnostics(&self) -> SleeveDiagnostics {
        SleeveDiagnostics {
            name: self.sleeve.name.clone(),
            weight: Number(self.sleeve.weight),
            holdings_count: self.sleeve.holdings_count,
            single_name_cap: Number(self.sleeve.single_name_cap),
            selected_symbols: self.selected.clone(),
            realized_stock_weight: Number(self.allocation.invested),
            safe_haven_weight: Number(self.allocation.safe_haven_weight),
        }
    }
}

/// The sleeves as one portfolio.
#[derive(Clone, Debug)]
struct Portfolio {
    selected: Vec<Symbol>,
    allocation: Allocation,
    target_stock_weight: f64,
    requested_count: usize,
    effective_count: usize,
    single_name_cap: f64,
    blend_sleeves: Option<Vec<SleeveDiagnostics>>,
}

impl Portfolio {
    fn of(config: &Config, judgement: &Judgement, sleeves: &[FilledSleeve]) -> Self {
        match sleeves {
            [whole] if config.blend_sleeves.is_empty() => Self {
                selected: whole.selected.clone(),
                allocation: whole.allocation.clone(),
                target_stock_weight: judgement.stock_exposure,
                requested_count: whole.sleeve.holdings_count,
                effective_count: whole.effective_count,
                single_name_cap: whole.sleeve.single_name_cap,
                blend_sleeves: None,
            },
            sleeves => Self::blended(sleeves, &config.safe_haven),
        }
    }

    fn blended(sleeves: &[FilledSleeve], safe_haven: &Symbol) -> Self {
        let mut selected: Vec<Symbol> = Vec::new();
        for symbol in sleeves.iter().flat_map(|sleeve| &sleeve.selected) {
            if !selected.contains(symbol) {
                selected.push(symbol.clone());
            }
        }
        let allocation = blended_allocation(sleeves, safe_haven);
        Self {
            effective_count: selected.len(),
            selected,
            target_stock_weight: allocation.invested,
            allocation,
            requested_count: sleeves.iter().map(|filled| filled.sleeve.holdings_count).max().unwrap_or(0),
            single_name_cap: sleeves.iter().map(|filled| filled.sleeve.single_name_cap).fold(0.0, f64::max),
            blend_sleeves: Some(sleeves.iter().map(FilledSleeve::diagnostics).collect()),
        }
    }
}

/// The sum of the sleeves' weights, each times its sleeve's, normalised to sum 1.
fn blended_allocation(sleeves: &[FilledSleeve], safe_haven: &Symbol) -> Allocation {
    let mut blended: BTreeMap<&Symbol, f64> = BTreeMap::new();
    for filled in sleeves {
        for (symbol, weight) in &filled.allocation.weights {
            *blended.entry(symbol).or_default() += filled.sleeve.weight * weight;
        }
    }
    let total: f64 = blended.values().sum();
    let stocks = blended.into_iter().filter(|(symbol, _)| *symbol != safe_haven);
    Allocation::with_remainder(stocks.map(|(symbol, weight)| (symbol.clone(), weight / total)), safe_haven)
}
