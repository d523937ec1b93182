//! The rule: from what the inputs show to the targets.

use serde::Serialize;

use super::config::Config;
use crate::account::Account;
use crate::feature::column::{MAXDD_126, MOM_6_1, MOM_12_1, SMA200_GAP, VOL_63};
use crate::finding::Finding;
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::strategy::shared::factor_score::{self, Candidate, Scope, ScoreRule};
use crate::strategy::shared::regime::{Judgement, Regime, RegimeNumbers};
use crate::strategy::shared::screen::{self, Blank};
use crate::strategy::shared::sector_slots::{self, Selection};
use crate::strategy::shared::texts::{self, Texts};
use crate::strategy::trace::{Examined, Factor, Trace};
use crate::strategy::{Choice, Inputs, Outcome, outcome};
use crate::symbol::Symbol;

/// The columns that a candidate needs, in the order of the factors.
pub(super) const FEATURES: [&str; 5] =
    [MOM_6_1.name, MOM_12_1.name, SMA200_GAP.name, VOL_63.name, MAXDD_126.name];

/// What a blank cell says of a row's eligibility.
pub(super) const BLANK_ELIGIBLE: Blank = Blank::Passes;

/// The tests before those for the columns.
const TESTS: [&str; 3] = ["benchmark", "safe_haven", "eligible"];

/// The score.
pub(super) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "mom_6_1", weight: 0.35 },
        Factor { name: "mom_12_1", weight: 0.30 },
        Factor { name: "sma200_gap", weight: 0.15 },
        Factor { name: "vol_63", weight: -0.10 },
        Factor { name: "abs_maxdd_126", weight: -0.10 },
    ],
    tie_breakers: &["mom_12_1", "mom_6_1"],
};

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// The market.
    #[serde(flatten)]
    market: RegimeNumbers,
    /// The share of the equity that may be in stocks.
    stock_exposure: Number,
    /// The symbols that were selected, best first.
    selected_symbols: Vec<Symbol>,
    /// How many candidates passed every test.
    candidate_count: usize,
    /// How many stocks of one sector may be selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    sector_slot_cap: Option<usize>,
    /// The symbols that the profile may sell.
    managed_symbols: Vec<Symbol>,
}

/// Decides on the targets of a snapshot.
///
/// # Errors
/// `feature_snapshot_missing` without a snapshot.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let snapshot = screen::required_snapshot(inputs)?;

    let (candidates, gaps, examined) = candidates(config, inputs.account, snapshot);
    let judgement = config.regime_rule().judge(trace, snapshot, &gaps);
    // Nothing to buy is no exposure, whatever the regime would allow.
    let exposure = if candidates.is_empty() { 0.0 } else { judgement.stock_exposure };

    let mut ranking =
        factor_score::rank("candidates", &SCORE, Scope::Group, &candidates, *config.hold_bonus, examined);
    ranking.tests = TESTS.into_iter().chain(FEATURES).collect();
    let Selection { selected, best, sector_slot_cap, allocation } =
        sector_slots::fill(trace, ranking, config.limits(), exposure, &config.safe_haven);

    let managed_symbols = screen::managed_symbols(snapshot, &[&config.benchmark_symbol], &config.safe_haven);
    let texts = texts(&judgement, exposure, allocation.invested, selected.len(), &best);
    let choice = Choice {
        candidates: candidates.len(),
        wanted: *config.holdings_count,
        affordable: *config.holdings_count,
        selected: selected.len(),
        is_risk_on: judgement.regime == Regime::RiskOn,
    };
    Ok(Outcome {
        largest_weight: Some(*config.single_name_cap),
        managed_symbols: managed_symbols.clone(),
        diagnostics: outcome::Diagnostics::new(Diagnostics {
            market: judgement.numbers(&config.benchmark_symbol),
            stock_exposure: Number(exposure),
            selected_symbols: selected,
            candidate_count: candidates.len(),
            sector_slot_cap,
            managed_symbols,
        }),
        texts,
        ..judgement.outcome(&config.benchmark_symbol, &config.safe_haven, choice, allocation)
    })
}

/// The rows that may be held, with their gaps to the 200-day average, and the tests of all.
fn candidates(
    config: &Config,
    account: &Account,
    snapshot: &Snapshot,
) -> (Vec<Candidate>, Vec<Option<f64>>, Vec<Examined>) {
    let eligible = snapshot.column("eligible");
    let sector = snapshot.column("sector");
    let columns = FEATURES.map(|name| snapshot.column(name));
    let (rows, examined) = screen::candidates(snapshot, |symbol, row, tests| {
        tests.without_role("benchmark", symbol, &config.benchmark_symbol);
        tests.without_role("safe_haven", symbol, &config.safe_haven);
        tests.yes("eligible", row, eligible, BLANK_ELIGIBLE);
        Some((screen::sector_of(row, sector), tests.features(&FEATURES, row, &columns)?))
    });

    let gaps: Vec<Option<f64>> = rows.iter().map(|(_, (_, [_, _, gap, _, _]))| Some(*gap)).collect();
    let candidates = rows
        .into_iter()
        .map(|(symbol, (group, [mom_6_1, mom_12_1, gap, vol_63, maxdd_126]))| Candidate {
            held: account.holds(&symbol),
            last_tie_breaker: symbol.clone(),
            symbol,
            group,
            values: [mom_6_1, mom_12_1, gap, vol_63, maxdd_126.abs()].map(Some).to_vec(),
        })
        .collect();
    (candidates, gaps, examined)
}

/// What the platforms show.
fn texts(judgement: &Judgement, exposure: f64, invested: f64, selected: usize, best: &str) -> Texts {
    let picks = match selected {
        _ if exposure <= 0.0 => String::new(),
        0 => "no_selection".to_owned(),
        count => format!("stock_exposure={} selected={count} top={best}", texts::share(exposure)),
    };
    let mut texts = Texts::of_stocks(judgement, &picks, exposure, invested);
    let breadth = texts::share(judgement.breadth_ratio);
    let (regime, trend) = (judgement.regime.as_str(), texts::trend(judgement));
    let status = format!("breadth={breadth} | regime={regime} | benchmark={trend}");
    texts.diagnostics.insert("status_description", status);
    texts
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
