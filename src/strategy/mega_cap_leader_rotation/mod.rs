//! A few leaders among the largest companies: one factor score, a buffer that keeps held names in, and
//! optionally several sleeves of different concentration blended by fixed weights.

pub(crate) mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::config_check::{above_zero, problem};
use super::execution_window::ExecutionWindow;
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::regime::{AbsentBenchmark, Defense, Judgement, Regime, RegimeRule, TREND_COLUMN};
use super::screen::{self, Blank};
use super::sizing::{Allocation, effective_holdings_count, equal_weight, symbols_at};
use super::trace::{Examined, Factor, Quantity, Ranking, Trace};
use super::{Action, Choice, ConfigProblem, Inputs, Outcome, Targets, hold_buffer};
use crate::account::Account;
use crate::finding::Finding;
use crate::market::snapshot::Snapshot;
use crate::number::{Count, Number, Share, Threshold, Usd};
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

/// What a blank cell says of a row's eligibility.
pub(crate) const BLANK_ELIGIBLE: Blank = Blank::Fails;

/// The tests before those for the columns.
const TESTS: [&str; 5] = ["benchmark", "broad_benchmark", "safe_haven", "eligible", "adv20_usd"];

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
    pub holdings_count: Count,
    /// The largest weight of one stock.
    pub single_name_cap: Threshold,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// How many ranks below the cut a held stock stays; below 0 means 0.
    pub hold_buffer: i64,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// The stock exposure in a market that is good for risk.
    pub risk_on_exposure: Share,
    /// When the exposure is lower, and how low.
    #[serde(flatten)]
    pub defense: Defense,
    /// The smallest 20-day average of a day's trading in US dollars.
    pub min_adv20_usd: Usd,
    /// How many sessions after the snapshot its targets may be traded.
    pub runtime_execution_window_trading_days: Count,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: Share,
    /// The sleeves; none for one portfolio with the count and cap above.
    pub blend_sleeves: Vec<Sleeve>,
}

impl Config {
    /// The values that do not fit together: a sleeve without a weight, a count or a cap.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let fits = |sleeve: &Sleeve| {
            above_zero("weight", sleeve.weight).is_none()
                && above_zero("single_name_cap", sleeve.single_name_cap).is_none()
                && sleeve.holdings_count >= 1
        };
        let expected = "sleeves with a weight, a count and a cap above 0, none above 1e15";
        let problem = || problem("blend_sleeves", &self.blend_sleeves, expected);
        (!self.blend_sleeves.iter().all(fits)).then(problem).into_iter().collect()
    }

    /// The part of the config that the regime follows from.
    pub(crate) fn regime_rule(&self) -> RegimeRule<'_> {
        RegimeRule {
            benchmark_symbol: &self.benchmark_symbol,
            absent_benchmark: AbsentBenchmark::DoesNotTrendUp,
            risk_on_exposure: *self.risk_on_exposure,
            defense: self.defense,
        }
    }

    /// The sleeves with weights that sum to 1; without sleeves, the whole portfolio as the only one.
    pub(crate) fn normalized_sleeves(&self) -> Vec<Sleeve> {
        if self.blend_sleeves.is_empty() {
            return vec![Sleeve {
                name: "candidates".to_owned(),
                weight: 1.0,
                holdings_count: *self.holdings_count,
                single_name_cap: *self.single_name_cap,
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
        income_symbols: Vec::new(),
        cash_symbols: Vec::new(),
        trade_threshold_usd: None,
        choice: Some(Choice {
            candidates: candidates.len(),
            wanted: portfolio.requested_count,
            affordable: portfolio.effective_count,
            selected: portfolio.selected.len(),
            is_risk_on: judgement.regime == Regime::RiskOn,
        }),
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
    })
}

/// The rows that may be held, each with its gap to the 200-day average.
fn candidates(
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
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::strategy::RiskFlag;
    use crate::strategy::trace::Verdict;
    use crate::strategy::worked::{Traced, traced};
    use crate::strategy::worked::{
        World, account, assert_ranked, assert_weights, config, diagnostics, excluded, mega_config, snapshot,
        with,
    };

    fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
        traced(super::decide, config, inputs)
    }

    const HEADER: &str = "symbol sector adv20_usd mom_6m mom_3m rel_mom_6m_vs_benchmark \
        rel_mom_6m_vs_broad_benchmark high_252_gap sma200_gap vol_63 maxdd_126 mom_12_1 eligible";
    const QQQ: &str = "QQQ - 90 - - - - - 0.1 - - - true";
    const A: &str = "A x 90 0.3 0.2 0.3 0.3 -0.1  0.3 0.5 -0.4 1 true";
    const B: &str = "B x 90 0.3 0.2 0.1 0.1 -0.3 -0.1 0.3 -0.2 1 true";
    const C: &str = "C y 90 0.1 0.0 0.3 0.3 -0.1  0.3 0.5 -0.4 1 true";
    const D: &str = "D y 20 0.1 0.0 0.1 0.1 -0.3 -0.1 0.3 -0.2 1 true";

    fn decided(changes: Value, rows: &[&str], account: Account) -> Traced {
        let config: Config = config(with(mega_config(), changes));
        assert_eq!(config.problems(), []);
        let (world, table) = (World::of(account), snapshot(&[&[HEADER], rows].concat().join("\n")));
        decide(&config, world.inputs(&table, None)).unwrap()
    }

    fn plain(changes: Value, account: Account) -> Traced {
        decided(changes, &[D, C, B, A, QQQ], account)
    }

    /// Each factor has two names above and two below its mean, one deviation off, so z is +1 or -1:
    ///   A: +0.25 +0.20 +0.20 +0.10 +0.10 +0.10 -0.025 -0.025 = 0.90
    ///   B: +0.25 +0.20 -0.20 -0.10 -0.10 -0.10 +0.025 +0.025 = 0.00
    ///   C: -0.25 -0.20 +0.20 +0.10 +0.10 +0.10 -0.025 -0.025 = 0.00
    ///   D: -0.90
    /// B and C tie; C has the better strength against the benchmark (0.3 against 0.1).
    /// QQQ is up and no threshold is above 0: risk on. Two of them, each min(0.4, 1 / 2) = 0.4.
    #[test]
    fn a_worked_decision() {
        let outcome = plain(json!({}), Account::default());
        assert_weights(&outcome, &[("A", 0.4), ("BOXX", 0.2), ("C", 0.4)]);
        use Verdict::{BelowTheCut, Selected};
        assert_ranked(
            &outcome.trace.rankings[0],
            &[("A", 0.9, Selected), ("C", 0.0, Selected), ("B", 0.0, BelowTheCut), ("D", -0.9, BelowTheCut)],
        );
        assert_eq!(outcome.largest_weight, Some(0.4));
        assert_eq!(
            diagnostics(&outcome),
            json!({
                "actionable": true, "benchmark_symbol": "QQQ", "broad_benchmark_symbol": "SPY",
                "benchmark_trend_positive": true, "breadth_ratio": 0.5, "regime": "risk_on",
                "target_stock_weight": 1.0, "realized_stock_weight": 0.8,
                "safe_haven_weight": 1.0 - 0.8, "selected_symbols": ["A", "C"], "selected_count": 2,
                "candidate_count": 4, "dynamic_universe_size": 20, "requested_holdings_count": 2,
                "effective_holdings_count": 2, "portfolio_total_equity": null,
                "min_position_value_usd": 3000.0, "single_name_cap": 0.4, "effective_single_name_cap": 0.4,
                "managed_symbols": ["D", "C", "B", "A", "BOXX"], "snapshot_as_of": "2025-03-31",
                "execution_window": [],
            })
        );
    }

    #[test]
    fn a_held_name_within_the_buffer_stays_and_comes_first() {
        // Rank 3 = 2 + 1, so B stays, first in the list; with its bonus it even passes C: buffer 0 tells.
        use Verdict::{BelowTheCut, BeyondHoldBuffer, DisplacedByHeld, Selected};
        let outcome = plain(json!({"hold_bonus": 0.0}), account(None, &["B"]));
        assert_eq!(diagnostics(&outcome)["selected_symbols"], json!(["B", "A"]));
        assert_ranked(
            &outcome.trace.rankings[0],
            &[
                ("A", 0.9, Selected),
                ("C", 0.0, DisplacedByHeld),
                ("B", 0.0, Selected),
                ("D", -0.9, BelowTheCut),
            ],
        );
        let no_buffer = plain(json!({"hold_bonus": 0.0, "hold_buffer": 0}), account(None, &["B"]));
        assert_eq!(diagnostics(&no_buffer)["selected_symbols"], json!(["A", "C"]));
        assert_eq!(no_buffer.trace.rankings[0].rows[2].verdict, BeyondHoldBuffer);
        let bonus = plain(json!({"hold_buffer": 0}), account(None, &["B"]));
        assert_eq!(diagnostics(&bonus)["selected_symbols"], json!(["B", "A"]));
        assert_eq!(bonus.trace.rankings[0].rows[1].hold_bonus, 0.05);
    }

    #[test]
    fn a_held_name_beyond_the_buffer_leaves() {
        let outcome = plain(json!({}), account(None, &["D"]));
        assert_eq!(diagnostics(&outcome)["selected_symbols"], json!(["A", "C"]));
        assert_eq!(outcome.trace.rankings[0].rows[3].verdict, Verdict::BeyondHoldBuffer);
    }

    #[test]
    fn a_small_account_holds_fewer() {
        // 5,000 / 3,000: one.
        let outcome = plain(json!({}), account(Some(5_000.0), &[]));
        assert_weights(&outcome, &[("A", 0.4), ("BOXX", 0.6)]);
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["effective_holdings_count"], 1);
        assert_eq!(numbers["portfolio_total_equity"], 5_000.0);
        let all = plain(json!({"min_position_value_usd": 0.0}), account(Some(5_000.0), &[]));
        assert_eq!(diagnostics(&all)["effective_holdings_count"], 2);
    }

    #[test]
    fn candidates_pass_every_test_and_have_every_feature() {
        let thin = D.replacen("D y 20", "THIN y 19", 1);
        let no = A.replacen('A', "NO", 1).replace("true", "false");
        let blank = A.replacen('A', "BLANK", 1).replace("true", "-");
        let young = A.replacen('A', "YOUNG", 1).replace("1 true", "- true");
        let (spy, boxx) = (A.replacen('A', "SPY", 1), A.replacen('A', "BOXX", 1));
        let rows = [QQQ, A, &thin, &no, &blank, &young, &spy, &boxx];
        let outcome = decided(json!({}), &rows, Account::default());
        assert_eq!(
            excluded(&outcome.trace.rankings[0]),
            [
                ("QQQ", "benchmark"),
                ("THIN", "adv20_usd"),
                ("NO", "eligible"),
                ("BLANK", "eligible"),
                ("YOUNG", "mom_12_1"),
                ("SPY", "broad_benchmark"),
                ("BOXX", "safe_haven"),
            ]
        );
        let managed = &diagnostics(&outcome)["managed_symbols"];
        assert_eq!(managed, &json!(["A", "THIN", "NO", "BLANK", "YOUNG", "BOXX"]));
    }

    #[test]
    fn an_absent_benchmark_is_not_up() {
        let outcome = decided(json!({}), &[A, B, C, D], Account::default());
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["regime"], "soft_defense");
        assert_eq!(numbers["target_stock_weight"], 0.5);
        // 0.5 / 2 = 0.25 each
        assert_weights(&outcome, &[("A", 0.25), ("BOXX", 0.5), ("C", 0.25)]);
    }

    #[test]
    fn hard_defence_raises_its_flag() {
        let falling = QQQ.replace("0.1", "-0.1");
        let rows = [A, B, C, D, &falling];
        let changes = json!({"hard_breadth_threshold": 0.6, "soft_breadth_threshold": 0.7});
        let outcome = decided(changes, &rows, Account::default());
        assert_eq!(outcome.risk_flags, [RiskFlag::HardDefense].into());
        assert_eq!(diagnostics(&outcome)["target_stock_weight"], 0.25);
    }

    #[test]
    fn no_candidate_or_no_exposure_is_all_safe_haven() {
        let empty = decided(json!({}), &[QQQ], Account::default());
        assert_weights(&empty, &[("BOXX", 1.0)]);
        let idle = plain(json!({"risk_on_exposure": 0.0}), account(Some(1e6), &["A"]));
        assert_weights(&idle, &[("BOXX", 1.0)]);
        let numbers = diagnostics(&idle);
        assert_eq!(numbers["effective_holdings_count"], 0);
        assert_eq!(numbers["candidate_count"], 4);
        assert_eq!(numbers.get("effective_single_name_cap"), None);
    }

    fn sleeves() -> Value {
        json!({"blend_sleeves": [
            {"name": "one", "weight": 3, "holdings_count": 1, "single_name_cap": 0.8},
            {"name": "two", "weight": 1, "holdings_count": 2, "single_name_cap": 0.5},
        ]})
    }

    /// Weights 3 and 1 are 0.75 and 0.25. Sleeve one: A 0.8, BOXX 0.2. Sleeve two: A 0.5, C 0.5.
    /// A 0.75 x 0.8 + 0.25 x 0.5 = 0.725; C 0.25 x 0.5 = 0.125; BOXX 0.75 x 0.2 = 0.15.
    #[test]
    fn a_worked_blend() {
        let outcome = plain(sleeves(), Account::default());
        assert_weights(&outcome, &[("A", 0.725), ("BOXX", 0.15), ("C", 0.125)]);
        // No name can weigh more than in every sleeve at its cap: 0.75 x 0.8 + 0.25 x 0.5.
        assert!((outcome.largest_weight.unwrap() - 0.725).abs() < 1e-12);
        let names: Vec<_> = outcome.trace.rankings.iter().map(|ranking| ranking.name.as_str()).collect();
        assert_eq!(names, ["one", "two"]);
        assert_eq!(outcome.trace.rankings[0].rows[1].verdict, Verdict::BelowTheCut);
        assert_eq!(outcome.trace.rankings[1].rows[1].verdict, Verdict::Selected);
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["blend_mode"], "fixed_weighted_sleeves");
        assert_eq!(numbers["selected_symbols"], json!(["A", "C"]));
        assert_eq!(numbers["effective_holdings_count"], 2);
        assert_eq!(numbers["requested_holdings_count"], 2);
        assert_eq!(numbers["single_name_cap"], 0.8);
        assert_eq!(numbers["effective_single_name_cap"], 0.8);
        assert!((numbers["target_stock_weight"].as_f64().unwrap() - 0.85).abs() < 1e-12);
        assert_eq!(numbers["target_stock_weight"], numbers["realized_stock_weight"]);
        assert_eq!(
            numbers["blend_sleeves"][1],
            json!({
                "name": "two", "weight": 0.25, "holdings_count": 2, "single_name_cap": 0.5,
                "selected_symbols": ["A", "C"], "realized_stock_weight": 1.0, "safe_haven_weight": 0.0,
            })
        );
        assert!(numbers["blend_sleeves"][0]["safe_haven_weight"].as_f64().unwrap() > 0.19);
    }

    #[test]
    fn each_sleeve_has_its_share_of_the_equity() {
        // Sleeve two: 20,000 x 0.25 = 5,000 carries one position: A 0.5, BOXX 0.5.
        // A 0.75 x 0.8 + 0.25 x 0.5 = 0.725; BOXX 0.75 x 0.2 + 0.25 x 0.5 = 0.275.
        let outcome = plain(sleeves(), account(Some(20_000.0), &[]));
        assert_weights(&outcome, &[("A", 0.725), ("BOXX", 0.275)]);
        assert_eq!(diagnostics(&outcome)["portfolio_total_equity"], 20_000.0);
    }

    #[test]
    fn a_blend_without_exposure_is_all_safe_haven() {
        let outcome = plain(with(sleeves(), json!({"risk_on_exposure": 0.0})), Account::default());
        assert_weights(&outcome, &[("BOXX", 1.0)]);
        let numbers = diagnostics(&outcome);
        assert_eq!(numbers["effective_holdings_count"], 0);
        assert_eq!(numbers.get("effective_single_name_cap"), None);
    }

    #[test]
    fn a_sleeve_without_weight_count_or_cap_is_a_problem() {
        for key in ["weight", "holdings_count", "single_name_cap"] {
            let mut changes = sleeves();
            changes["blend_sleeves"][1][key] = json!(0);
            let config: Config = config(with(mega_config(), changes));
            let keys: Vec<_> = config.problems().iter().map(|problem| problem.key).collect();
            assert_eq!(keys, ["blend_sleeves"], "{key}");
        }
        let mut beyond = sleeves();
        beyond["blend_sleeves"][0]["weight"] = json!(1e308);
        assert_eq!(config::<Config>(with(mega_config(), beyond)).problems().len(), 1);
    }

    #[test]
    fn outside_the_execution_window_nothing_changes() {
        let (config, world) = (config::<Config>(mega_config()), World::default());
        let table = snapshot(&[HEADER, QQQ, A].join("\n"));
        let outcome = decide(&config, world.inputs(&table, Some("2025-04-04"))).unwrap();
        assert_eq!(outcome.action, Action::Hold);
        assert_eq!(diagnostics(&outcome)["managed_symbols"], json!(["A", "BOXX"]));
        let inside = decide(&config, world.inputs(&table, Some("2025-04-01"))).unwrap();
        assert_eq!(inside.action, Action::Rebalance);
    }

    /// Of two, every z-score is +1 or -1, or 0 where they agree. B: 0.25 (mom_6m) - 0.20 (mom_3m) - 0.025
    /// (more volatile) - 0.025 (larger drawdown) = 0, A too; both are as strong against the benchmark.
    #[test]
    fn the_second_tie_breaker_is_the_six_month_momentum() {
        let a = "A x 90 0.1 0.2 0.1 0.1 -0.1 0.1 0.3 -0.2 1 true";
        let b = "B x 90 0.3 0.0 0.1 0.1 -0.1 0.1 0.5 -0.4 1 true";
        let outcome = decided(json!({}), &[QQQ, a, b], Account::default());
        use Verdict::Selected;
        assert_ranked(&outcome.trace.rankings[0], &[("B", 0.0, Selected), ("A", 0.0, Selected)]);
    }
}
