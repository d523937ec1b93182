//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::config::{Config, Sleeve};
use super::recipe::{BROAD_RELATIVE_MOMENTUM, RELATIVE_MOMENTUM};
use crate::account::Account;
use crate::feature::column::{HIGH_252_GAP, MAXDD_126, MOM_3M, MOM_6M, MOM_12_1, SMA200_GAP, VOL_63};
use crate::finding::Finding;
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::strategy::shared::execution_window::ExecutionWindow;
use crate::strategy::shared::factor_score::{self, Candidate, Scope, ScoreRule};
use crate::strategy::shared::hold_buffer;
use crate::strategy::shared::regime::{Judgement, Regime, RegimeNumbers};
use crate::strategy::shared::screen::{self, Blank};
use crate::strategy::shared::sizing::{Allocation, effective_holdings_count, equal_weight, symbols_at};
use crate::strategy::shared::texts::{self, Texts};
use crate::strategy::trace::{Examined, Factor, Quantity, Ranking, Trace};
use crate::strategy::{Action, Choice, Inputs, Outcome, outcome};
use crate::symbol::Symbol;

/// The columns that a candidate needs.
pub(super) const FEATURES: [&str; 9] = [
    MOM_3M.name,
    MOM_6M.name,
    MOM_12_1.name,
    RELATIVE_MOMENTUM,
    BROAD_RELATIVE_MOMENTUM,
    HIGH_252_GAP.name,
    SMA200_GAP.name,
    VOL_63.name,
    MAXDD_126.name,
];

/// What a blank cell says of a row's eligibility.
pub(super) const BLANK_ELIGIBLE: Blank = Blank::Fails;

/// The tests before those for the columns.
const TESTS: [&str; 5] = ["benchmark", "broad_benchmark", "safe_haven", "eligible", "adv20_usd"];

/// The score.
pub(super) const SCORE: ScoreRule = ScoreRule {
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

/// The numbers of one sleeve.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SleeveDiagnostics {
    /// The name.
    name: String,
    /// Its share of the equity.
    weight: Number,
    /// How many stocks it holds.
    holdings_count: usize,
    /// The largest weight of one stock.
    single_name_cap: Number,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// The share of the equity in stocks.
    realized_stock_weight: Number,
    /// The share of the equity in the safe haven.
    safe_haven_weight: Number,
}

/// How sleeves become one portfolio.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlendMode {
    /// Each sleeve keeps the weight that the config gives it.
    FixedWeightedSleeves,
}

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    /// The symbol of the broad market.
    broad_benchmark_symbol: Symbol,
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
    /// How many of the largest companies are looked at.
    dynamic_universe_size: usize,
    /// How many holdings the config asks for.
    requested_holdings_count: usize,
    /// How many holdings the account is large enough for.
    effective_holdings_count: usize,
    /// The equity in US dollars.
    portfolio_total_equity: Option<Number>,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The largest weight of one stock.
    single_name_cap: Number,
    /// The largest weight of one stock, with as many as the account is large enough for.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_single_name_cap: Option<Number>,
    /// The symbols that the profile may sell.
    managed_symbols: Vec<Symbol>,
    /// The date of the snapshot.
    snapshot_as_of: Option<NaiveDate>,
    /// The sessions on which the profile acts on it.
    execution_window: Vec<NaiveDate>,
    /// How the sleeves are put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    blend_mode: Option<BlendMode>,
    /// The sleeves.
    #[serde(skip_serializing_if = "Option::is_none")]
    blend_sleeves: Option<Vec<SleeveDiagnostics>>,
}

impl Diagnostics {
    /// The numbers of a portfolio; the managed symbols are left out.
    fn new(
        config: &Config,
        judgement: &Judgement,
        portfolio: &Portfolio,
        candidates: usize,
        window: ExecutionWindow,
        equity_usd: Option<f64>,
    ) -> Self {
        let single_name_cap = portfolio.single_name_cap;
        let has_selected = !portfolio.selected.is_empty();
        Self {
            actionable: Action::Rebalance.is_actionable(),
            broad_benchmark_symbol: config.broad_benchmark_symbol.clone(),
            market: judgement.numbers(&config.benchmark_symbol),
            target_stock_weight: Number(portfolio.target_stock_weight),
            realized_stock_weight: Number(portfolio.allocation.invested),
            safe_haven_weight: Number(portfolio.allocation.safe_haven_weight),
            selected_count: portfolio.selected.len(),
            selected_symbols: portfolio.selected.clone(),
            candidate_count: candidates,
            dynamic_universe_size: config.dynamic_universe_size,
            requested_holdings_count: portfolio.requested_count,
            effective_holdings_count: portfolio.effective_count,
            portfolio_total_equity: equity_usd.map(Number),
            min_position_value_usd: Number(config.min_position_value_usd),
            single_name_cap: Number(single_name_cap),
            effective_single_name_cap: has_selected.then_some(Number(single_name_cap)),
            managed_symbols: Vec::new(),
            snapshot_as_of: window.snapshot_as_of,
            execution_window: window.allowed,
            blend_mode: portfolio.blend_sleeves.is_some().then_some(BlendMode::FixedWeightedSleeves),
            blend_sleeves: portfolio.blend_sleeves.clone(),
        }
    }
}

/// Decides on the targets of a snapshot.
///
/// # Errors
/// `feature_snapshot_missing` without a snapshot, `date_outside_calendar` when the execution window can't
/// be told.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let snapshot = screen::required_snapshot(inputs)?;
    let benchmarks = [&config.benchmark_symbol, &config.broad_benchmark_symbol];
    let managed_symbols = screen::managed_symbols(snapshot, &benchmarks, &config.safe_haven);
    let sleeves = config.normalized_sleeves();
    let largest_weight = sleeves.iter().map(|sleeve| sleeve.weight * sleeve.single_name_cap).sum();
    let window = ExecutionWindow::after(snapshot, inputs, *config.runtime_execution_window_trading_days)?;
    if let Some(no_op) = window.no_op(&managed_symbols, &config.safe_haven, largest_weight) {
        return Ok(no_op);
    }
    let (candidates, examined) = candidates(config, inputs.account, snapshot);
    let gaps: Vec<Option<f64>> = candidates.iter().map(|(gap, _)| Some(*gap)).collect();
    let candidates: Vec<Candidate> = candidates.into_iter().map(|(_, candidate)| candidate).collect();
    let judgement = config.regime_rule().judge(trace, snapshot, &gaps);
    let mut ranking =
        factor_score::rank("candidates", &SCORE, Scope::All, &candidates, *config.hold_bonus, examined);
    ranking.tests = TESTS.into_iter().chain(FEATURES).collect();
    let filled: Vec<FilledSleeve> = sleeves
        .into_iter()
        .map(|sleeve| sleeve.fill(config, inputs.account, judgement.stock_exposure, &ranking, trace))
        .collect();
    let portfolio = Portfolio::of(config, &judgement, &filled);
    let formula = match portfolio.blend_sleeves {
        Some(_) => "the sum of sleeve_weight * weight over the sleeves / the sum of all of them",
        None => "weight",
    };
    portfolio.allocation.record(trace, &config.safe_haven, formula);

    let best = texts::best(&ranking.rows, |row| row.symbol.to_string());
    let (target, realized) = (portfolio.target_stock_weight, portfolio.allocation.invested);
    let picks = texts::picks(target, realized, portfolio.selected.len(), &best);
    let equity_usd = inputs.account.equity_usd;
    let numbers = Diagnostics::new(config, &judgement, &portfolio, candidates.len(), window, equity_usd);
    let numbers = Diagnostics { managed_symbols: managed_symbols.clone(), ..numbers };
    let choice = Choice {
        candidates: candidates.len(),
        wanted: portfolio.requested_count,
        affordable: portfolio.effective_count,
        selected: portfolio.selected.len(),
        is_risk_on: judgement.regime == Regime::RiskOn,
    };
    Ok(Outcome {
        largest_weight: Some(largest_weight),
        managed_symbols,
        diagnostics: outcome::Diagnostics::new(numbers),
        reserve_usd: inputs.account.share_usd(*config.execution_cash_reserve_ratio),
        texts: Texts::of_stocks(&judgement, &picks, target, realized),
        ..judgement.outcome(&config.benchmark_symbol, &config.safe_haven, choice, portfolio.allocation)
    })
}

/// The rows that may be held, each with its gap to the 200-day average.
pub(super) fn candidates(
    config: &Config,
    account: &Account,
    snapshot: &Snapshot,
) -> (Vec<(f64, Candidate)>, Vec<Examined>) {
    let (eligible, sector) = (snapshot.column("eligible"), snapshot.column("sector"));
    let adv20_usd = snapshot.column("adv20_usd");
    let columns = FEATURES.map(|name| snapshot.column(name));
    let (rows, examined) = screen::candidates(snapshot, |symbol, row, tests| {
        tests.without_role("benchmark", symbol, &config.benchmark_symbol);
        tests.without_role("broad_benchmark", symbol, &config.broad_benchmark_symbol);
        tests.without_role("safe_haven", symbol, &config.safe_haven);
        tests.yes("eligible", row, eligible, BLANK_ELIGIBLE);
        tests.at_least("adv20_usd", row.number(adv20_usd), *config.min_adv20_usd);
        Some((screen::sector_of(row, sector), tests.features(&FEATURES, row, &columns)?))
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
    (rows.into_iter().map(candidate).collect(), examined)
}

/// A sleeve with its stocks.
#[derive(Clone, Debug)]
pub(super) struct FilledSleeve {
    sleeve: Sleeve,
    effective_count: usize,
    selected: Vec<Symbol>,
    allocation: Allocation,
}

impl Sleeve {
    /// Selects and weighs the sleeve's stocks, as if the sleeve were an account of its own; leaves a ranking
    /// in the sleeve's name.
    pub(super) fn fill(
        self,
        config: &Config,
        account: &Account,
        exposure: f64,
        ranking: &Ranking,
        trace: &mut Trace,
    ) -> FilledSleeve {
        let sleeve = (!config.blend_sleeves.is_empty()).then_some(self.name.as_str());
        if sleeve.is_some() {
            trace.ranking_step(
                sleeve,
                Quantity::ratio("sleeve_weight", self.weight),
                "weight / the sum of the sleeves' weights",
            );
        }
        let equity_usd = account.equity_usd.map(|equity| equity * self.weight);
        let effective_count = effective_holdings_count(
            trace,
            sleeve,
            equity_usd,
            exposure,
            config.min_position_value_usd,
            self.holdings_count,
        );
        let mut ranking = Ranking { name: self.name.clone(), ..ranking.clone() };
        let places = hold_buffer::select(&mut ranking, account, effective_count, config.hold_buffer);
        let selected = symbols_at(&ranking, &places);
        trace.ranking(ranking);
        let weight = equal_weight(trace, sleeve, exposure, selected.len(), self.single_name_cap);
        let allocation = Allocation::of_equal_weights(&selected, weight, &config.safe_haven);
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
        let mut seen = BTreeSet::new();
        let of_sleeves = sleeves.iter().flat_map(|sleeve| &sleeve.selected);
        let selected: Vec<Symbol> = of_sleeves.filter(|symbol| seen.insert(*symbol)).cloned().collect();
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

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
