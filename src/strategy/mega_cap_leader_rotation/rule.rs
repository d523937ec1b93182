//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::config::{Config, Sleeve};
use super::recipe::{BROAD_RELATIVE_MOMENTUM, RELATIVE_MOMENTUM, recipe};
use crate::account::Account;
use crate::feature::column::{HIGH_252_GAP, MAXDD_126, MOM_3M, MOM_6M, MOM_12_1, SMA200_GAP, VOL_63};
use crate::finding::{Finding, Severity};
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::execution_window::ExecutionWindow;
use crate::strategy::shared::factor_score::{self, Candidates, Scope, ScoreRule};
use crate::strategy::shared::hold_buffer;
use crate::strategy::shared::regime::Judgement;
use crate::strategy::shared::screen;
use crate::strategy::shared::sizing::{Allocation, effective_holdings_count, equal_weight, symbols_at};
use crate::strategy::shared::stock_numbers::StockNumbers;
use crate::strategy::shared::texts::{self, Texts};
use crate::strategy::trace::{Factor, Quantity, Ranking, Trace};
use crate::strategy::{Choice, ConfigProblem, Inputs, Outcome, outcome};
use crate::symbol::Symbol;

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    // The trend is taken to be not up, which can only close some.
    missing_benchmark: Some(Severity::Warning),
    ..Facts::of_snapshots("👑")
};

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
    /// The sleeve's share of the equity.
    weight: Number,
    /// How many stocks it holds.
    holdings_count: usize,
    /// The largest weight of one stock.
    single_name_cap: Number,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    #[serde(flatten)]
    allocation: Allocation,
    #[serde(skip)]
    affordable: usize,
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
    #[serde(flatten)]
    stocks: StockNumbers,
    /// The symbol of the broad market.
    broad_benchmark_symbol: Symbol,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// How many of the largest companies are looked at.
    dynamic_universe_size: usize,
    /// The equity in US dollars.
    portfolio_total_equity: Option<Number>,
    /// The smallest position in US dollars.
    min_position_value_usd: Number,
    /// The largest weight of one stock.
    single_name_cap: Number,
    /// The largest weight of one stock, with as many as the account is large enough for.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_single_name_cap: Option<Number>,
    /// How the sleeves are put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    blend_mode: Option<BlendMode>,
    /// The sleeves.
    #[serde(skip_serializing_if = "Option::is_none")]
    blend_sleeves: Option<Vec<SleeveDiagnostics>>,
}

impl Rule for Config {
    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::AfterSnapshot(Some(*self.runtime_execution_window_trading_days))
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms {
            broad_benchmark: Some(&self.broad_benchmark_symbol),
            ..SnapshotTerms::new(&self.benchmark_symbol, self.holdings_count)
        }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(recipe(self))
    }

    fn problems(&self) -> Vec<ConfigProblem> {
        self.problems()
    }

    /// Decides on the targets of a snapshot.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let (account, safe_haven) = (inputs.account, &self.safe_haven);
        let snapshot = screen::required_snapshot(inputs)?;
        let window = ExecutionWindow::after(snapshot, inputs, self)?;
        if let Some(no_op) = window.no_op(safe_haven) {
            return Ok(no_op);
        }
        let candidates = candidates(self, account, snapshot);
        let judgement = self.regime_rule().judge(trace, snapshot, &candidates.passed);
        let ranking = factor_score::rank(&SCORE, Scope::All, *self.hold_bonus, candidates);
        let portfolio = Portfolio::of(self, account, judgement.stock_exposure, &ranking, trace);

        let texts = portfolio.texts(&judgement, &ranking);
        let Portfolio { target, allocation, choice, selected_symbols, single_name_cap, .. } = portfolio;
        let stocks = StockNumbers::new(judgement, target, allocation, choice, window);
        let outcome = stocks.outcome(safe_haven);
        Ok(Outcome {
            largest_weight: Some(portfolio.largest_weight),
            reserve_usd: account.share_usd(*self.execution_cash_reserve_ratio),
            texts,
            diagnostics: outcome::Diagnostics::new(Diagnostics {
                stocks,
                broad_benchmark_symbol: self.broad_benchmark_symbol.clone(),
                dynamic_universe_size: self.dynamic_universe_size,
                portfolio_total_equity: account.equity_usd.map(Number),
                min_position_value_usd: Number(self.min_position_value_usd),
                single_name_cap: Number(single_name_cap),
                effective_single_name_cap: (!selected_symbols.is_empty()).then_some(Number(single_name_cap)),
                selected_symbols,
                blend_mode: self.is_blended().then_some(BlendMode::FixedWeightedSleeves),
                blend_sleeves: portfolio.blend_sleeves,
            }),
            ..outcome
        })
    }
}

/// The rows that may be held.
pub(super) fn candidates(config: &Config, account: &Account, snapshot: &Snapshot) -> Candidates {
    let (eligible, adv20_usd) = (snapshot.column("eligible"), snapshot.column("adv20_usd"));
    let columns = FEATURES.map(|name| (name, snapshot.column(name)));
    screen::stocks(snapshot, account, &config.roles(), SCORE.values_in(snapshot), |row, tests| {
        tests.yes("eligible", row, eligible, FACTS.blank_eligible);
        tests.at_least("adv20_usd", row.number(adv20_usd), *config.min_adv20_usd);
        tests.numbers(row, &columns);
    })
}

impl Sleeve {
    /// Selects and weighs the sleeve's stocks, as if the sleeve were an account of its own; leaves a ranking
    /// in the sleeve's name.
    fn fill(
        &self,
        config: &Config,
        account: &Account,
        exposure: f64,
        ranking: &Ranking,
        trace: &mut Trace,
    ) -> SleeveDiagnostics {
        let &Self { weight: sleeve_weight, holdings_count, single_name_cap, .. } = self;
        let sleeve = config.is_blended().then_some(self.name.as_str());
        if sleeve.is_some() {
            let sleeve_weight = Quantity::ratio("sleeve_weight", sleeve_weight);
            trace.ranking_step(sleeve, sleeve_weight, "weight / the sum of the sleeves' weights");
        }
        let affordable = effective_holdings_count(
            trace,
            sleeve,
            account.equity_usd.map(|equity| equity * sleeve_weight),
            exposure,
            config.min_position_value_usd,
            holdings_count,
        );
        let mut ranking = Ranking { name: self.name.clone(), ..ranking.clone() };
        let places = hold_buffer::select(&mut ranking, account, affordable, config.hold_buffer);
        let selected_symbols = symbols_at(&ranking, &places);
        trace.ranking(ranking);
        let weight = equal_weight(trace, sleeve, exposure, selected_symbols.len(), single_name_cap);
        let allocation = Allocation::of_equal_weights(&selected_symbols, weight, &config.safe_haven);
        SleeveDiagnostics {
            name: self.name.clone(),
            weight: Number(sleeve_weight),
            holdings_count,
            single_name_cap: Number(single_name_cap),
            selected_symbols,
            allocation,
            affordable,
        }
    }
}

/// The sleeves as one portfolio.
struct Portfolio {
    /// The share of the equity that may be in stocks.
    target: f64,
    allocation: Allocation,
    choice: Choice,
    selected_symbols: Vec<Symbol>,
    single_name_cap: f64,
    largest_weight: f64,
    blend_sleeves: Option<Vec<SleeveDiagnostics>>,
}

impl Portfolio {
    /// Fills each sleeve and puts them together by their weights; the whole portfolio is a sleeve of weight 1.
    fn of(config: &Config, account: &Account, exposure: f64, ranking: &Ranking, trace: &mut Trace) -> Self {
        let sleeves = config.normalized_sleeves();
        let filled: Vec<SleeveDiagnostics> =
            sleeves.iter().map(|sleeve| sleeve.fill(config, account, exposure, ranking, trace)).collect();
        let (allocation, formula) = match filled.as_slice() {
            [whole] if !config.is_blended() => (whole.allocation.clone(), "weight"),
            sleeves => (
                blended_allocation(sleeves, &config.safe_haven),
                "the sum of sleeve_weight * weight over the sleeves / the sum of all of them",
            ),
        };
        allocation.record(trace, &config.safe_haven, formula);
        let mut seen = BTreeSet::new();
        let of_sleeves = filled.iter().flat_map(|sleeve| &sleeve.selected_symbols);
        let selected_symbols: Vec<Symbol> = of_sleeves.filter(|name| seen.insert(*name)).cloned().collect();
        let (selected, affordable) = (selected_symbols.len(), filled.iter().map(|sleeve| sleeve.affordable));
        let choice = Choice {
            candidates: ranking.rows.len(),
            wanted: sleeves.iter().map(|sleeve| sleeve.holdings_count).max().unwrap_or_default(),
            affordable: if config.is_blended() { selected } else { affordable.sum() },
            selected,
        };
        Self {
            target: if config.is_blended() { allocation.invested } else { exposure },
            allocation,
            choice,
            selected_symbols,
            single_name_cap: sleeves.iter().map(|sleeve| sleeve.single_name_cap).fold(0.0, f64::max),
            largest_weight: sleeves.iter().map(|sleeve| sleeve.weight * sleeve.single_name_cap).sum(),
            blend_sleeves: config.is_blended().then_some(filled),
        }
    }

    /// What the platforms show.
    fn texts(&self, judgement: &Judgement, ranking: &Ranking) -> Texts {
        let (target, realized) = (self.target, self.allocation.invested);
        let weights = texts::stock_weights(target, realized);
        let best = texts::best(&ranking.rows, |row| row.symbol.to_string());
        let picks = format!("{weights} selected={} top={best}", self.choice.selected);
        Texts::of_stocks(judgement, &picks, target, realized)
    }
}

/// The sum of the sleeves' weights, each times its sleeve's, normalised to sum 1.
fn blended_allocation(sleeves: &[SleeveDiagnostics], safe_haven: &Symbol) -> Allocation {
    let mut blended: BTreeMap<&Symbol, f64> = BTreeMap::new();
    for sleeve in sleeves {
        for (symbol, weight) in &sleeve.allocation.weights {
            *blended.entry(symbol).or_default() += sleeve.weight.0 * weight;
        }
    }
    let total: f64 = blended.values().sum();
    let stocks = blended.into_iter().filter(|(symbol, _)| *symbol != safe_haven);
    Allocation::with_remainder(stocks.map(|(symbol, weight)| (symbol.clone(), weight / total)), safe_haven)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
