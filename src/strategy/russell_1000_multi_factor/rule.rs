//! The rule: from what the inputs show to the targets.

use serde::Serialize;

use super::config::Config;
use super::recipe::recipe;
use crate::feature::column::{Feature, MAXDD_126, MOM_6_1, MOM_12_1, SMA200_GAP, VOL_63};
use crate::finding::{Finding, Severity};
use crate::number::Number;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::factor_score::{self, Scope, ScoreRule};
use crate::strategy::shared::regime::{Judgement, Regime};
use crate::strategy::shared::screen::{self, Blank};
use crate::strategy::shared::sector_slots;
use crate::strategy::shared::texts;
use crate::strategy::trace::{Factor, Trace};
use crate::strategy::{Choice, Inputs, Outcome, outcome};
use crate::symbol::Symbol;

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    blank_eligible: Blank::Passes,
    // The trend is taken to be up, which opens positions.
    missing_benchmark: Some(Severity::Error),
    counts_sectors: true,
    ..Facts::of_snapshots("📏")
};

/// The columns that a candidate needs.
pub(super) const FEATURES: [Feature; 5] = [MOM_6_1, MOM_12_1, SMA200_GAP, VOL_63, MAXDD_126];

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
    market: Judgement,
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

impl Rule for Config {
    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::AfterSnapshot(None)
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms {
            benchmark: Some(&self.benchmark_symbol),
            holdings_count: Some(*self.holdings_count),
            ..SnapshotTerms::default()
        }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(recipe(self))
    }

    /// Decides on the targets of a snapshot.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let (benchmark, safe_haven) = (&self.benchmark_symbol, &self.safe_haven);
        let snapshot = screen::required_snapshot(inputs)?;
        let eligible = snapshot.column("eligible");
        let columns = FEATURES.map(|feature| (feature.name, snapshot.column(feature.name)));
        let stocks =
            screen::stocks(snapshot, inputs.account, SCORE.values_in(snapshot), |symbol, row, tests| {
                tests.without_role("benchmark", symbol, benchmark);
                tests.without_role("safe_haven", symbol, safe_haven);
                tests.yes("eligible", row, eligible, FACTS.blank_eligible);
                tests.numbers(row, &columns);
            });
        let judgement = self.regime_rule().judge(trace, snapshot, &stocks.passed);
        let candidate_count = stocks.passed.len();
        // Nothing to buy is no exposure, whatever the regime would allow.
        let exposure = if candidate_count == 0 { 0.0 } else { judgement.stock_exposure };

        let ranking = factor_score::rank(&SCORE, Scope::Group, *self.hold_bonus, stocks);
        let selection = sector_slots::fill(trace, ranking, self.limits(), exposure, safe_haven);

        let share = format!("stock_exposure={}", texts::share(exposure));
        let mut texts = selection.texts(&judgement, exposure, &share);
        texts.diagnostics.insert("status_description", texts::market_status(&judgement));
        let managed_symbols = screen::managed_symbols(snapshot, &[benchmark], safe_haven);
        let choice = Choice {
            candidates: candidate_count,
            wanted: *self.holdings_count,
            affordable: *self.holdings_count,
            selected: selection.selected.len(),
            is_risk_on: judgement.regime == Regime::RiskOn,
        };
        Ok(Outcome {
            largest_weight: Some(*self.single_name_cap),
            managed_symbols: managed_symbols.clone(),
            texts,
            diagnostics: outcome::Diagnostics::new(Diagnostics {
                market: judgement.clone(),
                stock_exposure: Number(exposure),
                selected_symbols: selection.selected,
                candidate_count,
                sector_slot_cap: selection.sector_slot_cap,
                managed_symbols,
            }),
            ..judgement.outcome(safe_haven, choice, selection.allocation)
        })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
