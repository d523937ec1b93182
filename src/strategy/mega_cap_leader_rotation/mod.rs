//! A few leaders among the largest companies: one factor score, a buffer that keeps held names in, and
//! optionally several sleeves of different concentration blended by fixed weights.

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
use crate::strategy::{ConfigProblem, Inputs, Outcome};
use crate::symbol::Symbol;

pub use config::Config;
#[cfg(test)]
pub(super) use rule::Diagnostics;

/// What is true of the strategy whatever its config.
pub(super) const FACTS: Facts = Facts {
    blank_eligible: rule::BLANK_ELIGIBLE,
    // The trend is taken to be not up, which can only close some.
    missing_benchmark: Some(Severity::Warning),
    ..Facts::of_snapshots("👑")
};

impl Rule for Config {
    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::AfterSnapshot(Some(*self.runtime_execution_window_trading_days))
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms {
            benchmark: Some(&self.benchmark_symbol),
            holdings_count: Some(*self.holdings_count),
            broad_benchmark: Some(&self.broad_benchmark_symbol),
            ..SnapshotTerms::default()
        }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(Recipe::Stocks(self.recipe()))
    }

    fn problems(&self) -> Vec<ConfigProblem> {
        self.problems()
    }

    fn sheet(&self, language: Language) -> askama::Result<Sheet> {
        sheet::sheet(self, language)
    }

    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        rule::decide(self, inputs, trace)
    }
}
