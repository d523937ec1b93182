//! A defensive large-cap stock portfolio: five factors compared within each sector, sectors capped, and a
//! stock exposure that shrinks with the market's trend and breadth.

mod config;
mod recipe;
mod rule;
mod sheet;

use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::Recipe;
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;

pub use config::Config;
#[cfg(test)]
pub(super) use rule::Diagnostics;

/// What is true of the strategy whatever its config.
pub(super) const FACTS: Facts = Facts {
    blank_eligible: rule::BLANK_ELIGIBLE,
    // The trend is taken to be up, which opens positions.
    missing_benchmark: Some(Severity::Error),
    counts_sectors: true,
    ..Facts::of_snapshots("📏")
};

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
        Some(Recipe::Stocks(self.recipe()))
    }

    fn sheet(&self, language: Language) -> askama::Result<Sheet> {
        sheet::sheet(self, language)
    }

    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        rule::decide(self, inputs, trace)
    }
}
