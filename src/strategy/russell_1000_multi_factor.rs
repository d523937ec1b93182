//! A defensive large-cap stock portfolio: five factors compared within each sector, sectors capped, and a
//! stock exposure that shrinks with the market's trend and breadth.

use serde::{Deserialize, Serialize};

use super::config_check::{at_least_one, not_negative, share};
use super::factor_score::{self, Candidate, Scope, ScoreRule};
use super::regime::{AbsentBenchmark, Regime, RegimeRule, TREND_COLUMN};
use super::screen::{self, Blank};
use super::sector_slots::{self, Limits, Selection};
use super::trace::{Factor, Trace};
use super::{Action, ConfigProblem, Inputs, Outcome, Targets};
use crate::finding::Finding;
use crate::number::Number;
use crate::symbol::Symbol;

/// The stock exposure of a market that is good for risk; the config names only the others.
const RISK_ON_EXPOSURE: f64 = 1.0;

/// The columns that a candidate needs, in the order of the factors.
pub(crate) const FEATURES: [&str; 5] = ["mom_6_1", "mom_12_1", TREND_COLUMN, "vol_63", "maxdd_126"];

/// The score.
pub(crate) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "mom_6_1", weight: 0.35 },
        Factor { name: "mom_12_1", weight: 0.30 },
        Factor { name: "sma200_gap", weight: 0.15 },
        Factor { name: "vol_63", weight: -0.10 },
        Factor { name: "abs_maxdd_126", weight: -0.10 },
    ],
    tie_breakers: &["mom_12_1", "mom_6_1"],
};

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose trend is the market's.
    pub benchmark_symbol: Symbol,
    /// Where the equity outside stocks goes.
    pub safe_haven: Symbol,
    /// How many stocks are held.
    pub holdings_count: usize,
    /// The largest weight of one stock.
    pub single_name_cap: f64,
    /// The largest weight of one sector.
    pub sector_cap: f64,
    /// What being held adds to a score.
    pub hold_bonus: f64,
    /// The stock exposure in soft defence.
    pub soft_defense_exposure: f64,
    /// The stock exposure in hard defence.
    pub hard_defense_exposure: f64,
    /// The breadth below which defence begins.
    pub soft_breadth_threshold: f64,
    /// The breadth below which a falling market means hard defence.
    pub hard_breadth_threshold: f64,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            at_least_one("holdings_count", self.holdings_count),
            not_negative("single_name_cap", self.single_name_cap),
            not_negative("sector_cap", self.sector_cap),
            not_negative("hold_bonus", self.hold_bonus),
            share("soft_defense_exposure", self.soft_defense_exposure),
            share("hard_defense_exposure", self.hard_defense_exposure),
            share("soft_breadth_threshold", self.soft_breadth_threshold),
            share("hard_breadth_threshold", self.hard_breadth_threshold),
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
            risk_on_exposure: RISK_ON_EXPOSURE,
            soft_defense_exposure: self.soft_defense_exposure,
            hard_defense_exposure: self.hard_defense_exposure,
        }
    }
}

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    benchmark_symbol: Symbol,
    benchmark_trend_positive: bool,
    breadth_ratio: Number,
    regime: Regime,
    stock_exposure: Number,
    selected_symbols: Vec<Symbol>,
    candidate_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector_slot_cap: Option<usize>,
    managed_symbols: Vec<Symbol>,
}

/// Decides on the targets of a snapshot.
///
/// # Errors
/// `feature_snapshot_missing` without a snapshot.
pub fn decide(config: &Config, inputs: &Inputs<'_>) -> Result<Outcome, Vec<Finding>> {
    let snapshot = screen::required_snapshot(inputs)?;
    let mut trace = Trace::default();

    let eligible = snapshot.column("eligible");
    let sector = snapshot.column("sector");
    let columns = FEATURES.map(|name| snapshot.column(name));
    let (rows, excluded) = screen::candidates(snapshot, |symbol, row| {
        screen::without_role("benchmark", symbol, &config.benchmark_symbol)?;
        screen::without_role("safe_haven", symbol, &config.safe_haven)?;
        screen::yes("eligible", row, eligible, Blank::Passes)?;
        Ok((screen::sector_of(row, sector), screen::features(&FEATURES, row, &columns)?))
    });

    let gaps: Vec<Option<f64>> = rows.iter().map(|(_, (_, [_, _, gap, _, _]))| Some(*gap)).collect();
    let judgement = config.regime_rule().judge(&mut trace, snapshot, &gaps);
    let exposure = judgement.stock_exposure;

    let candidates: Vec<Candidate> = rows
        .into_iter()
        .map(|(symbol, (group, [mom_6_1, mom_12_1, gap, vol_63, maxdd_126]))| Candidate {
            held: inputs.account.holds(&symbol),
            last_tie_breaker: symbol.clone(),
            symbol,
            group,
            values: [mom_6_1, mom_12_1, gap, vol_63, maxdd_126.abs()].map(Some).to_vec(),
        })
        .collect();
    let ranking =
        factor_score::rank("candidates", &SCORE, Scope::Group, &candidates, config.hold_bonus, excluded);
    let limits = Limits {
        holdings_count: config.holdings_count,
        single_name_cap: config.single_name_cap,
        sector_cap: config.sector_cap,
    };
    let Selection { selected, sector_slot_cap, allocation } =
        sector_slots::fill(&mut trace, ranking, limits, exposure, &config.safe_haven);

    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    Ok(Outcome {
        action: Action::Rebalance,
        safe_haven: config.safe_haven.clone(),
        largest_weight: Some(config.single_name_cap),
        price_symbols: Default::default(),
        risk_flags: judgement.regime.risk_flags(),
        managed_symbols: managed_symbols.clone(),
        signal: judgement.regime.as_str().to_owned(),
        headline: judgement.headline(
            &config.benchmark_symbol,
            selected.len(),
            candidates.len(),
            &config.safe_haven,
            allocation.safe_haven_weight,
        ),
        diagnostics: super::Diagnostics::Russell1000MultiFactor(Diagnostics {
            benchmark_symbol: config.benchmark_symbol.clone(),
            benchmark_trend_positive: judgement.benchmark_trend_positive,
            breadth_ratio: Number(judgement.breadth_ratio),
            regime: judgement.regime,
            stock_exposure: Number(exposure),
            selected_symbols: selected,
            candidate_count: candidates.len(),
            sector_slot_cap,
            managed_symbols,
        }),
        targets: Targets::Weights(allocation.weights),
        findings: Vec::new(),
        trace,
    })
}
