//! The rule: from what the inputs show to the targets.

use serde::Serialize;

use super::config::Config;
use super::recipe::recipe;
use crate::account::Account;
use crate::feature::column::{Feature, MAXDD_126, MOM_6_1, MOM_12_1, SMA200_GAP, VOL_63};
use crate::finding::{Finding, Severity};
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::factor_score::{self, Candidates, Scope, ScoreRule};
use crate::strategy::shared::regime::Judgement;
use crate::strategy::shared::screen::{self, Blank};
use crate::strategy::shared::sector_slots;
use crate::strategy::shared::texts;
use crate::strategy::trace::{Factor, Trace};
use crate::strategy::{Inputs, Outcome, outcome};
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
        SnapshotTerms::new(&self.benchmark_symbol, self.holdings_count)
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(recipe(self))
    }

    /// Decides on the targets of a snapshot.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let snapshot = screen::required_snapshot(inputs)?;
        let candidates = candidates(self, inputs.account, snapshot);
        let candidate_count = candidates.passed.len();

        let judgement = self.regime_rule().judge(trace, snapshot, &candidates.passed);
        // Nothing to buy is no exposure, whatever the regime would allow.
        let exposure = if candidate_count == 0 { 0.0 } else { judgement.stock_exposure };

        let ranking = factor_score::rank(&SCORE, Scope::Group, *self.hold_bonus, candidates);
        let selection = sector_slots::fill(trace, ranking, self.limits(), exposure, &self.safe_haven);

        let share = format!("stock_exposure={}", texts::share(exposure));
        let mut texts = selection.texts(&judgement, exposure, &share);
        texts.diagnostics.insert("status_description", texts::market_status(&judgement));
        let outcome = judgement.outcome(&self.safe_haven, selection.choice, &selection.allocation);
        let numbers = Diagnostics {
            market: judgement,
            stock_exposure: Number(exposure),
            selected_symbols: selection.selected,
            candidate_count,
            sector_slot_cap: selection.sector_slot_cap,
            managed_symbols: screen::managed_symbols(self, snapshot),
        };
        Ok(Outcome {
            largest_weight: Some(*self.single_name_cap),
            managed_symbols: numbers.managed_symbols.clone(),
            texts,
            diagnostics: outcome::Diagnostics::new(numbers),
            ..outcome
        })
    }
}

/// The rows that may be held.
fn candidates(config: &Config, account: &Account, snapshot: &Snapshot) -> Candidates {
    let eligible = snapshot.column("eligible");
    let columns = FEATURES.map(|feature| (feature.name, snapshot.column(feature.name)));
    screen::stocks(snapshot, account, &config.roles(), SCORE.values_in(snapshot), |row, tests| {
        tests.yes("eligible", row, eligible, FACTS.blank_eligible);
        tests.numbers(row, &columns);
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
