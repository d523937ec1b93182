//! Technology and communication stocks in a rising trend that have pulled back: relative strength, trend,
//! pullback and recovery, sectors capped, with caps that widen for accounts too small for all holdings.

mod config;
mod recipe;
mod rule;
pub(crate) mod sheet;

use std::collections::BTreeSet;

use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::strategy::contract::{Facts, Rhythm, Rule};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::texts::Badge;
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{ConfigProblem, Inputs, Outcome};
use crate::symbol::Symbol;

pub use config::{Config, Normalization, ResidualProxy, ScoreTemplate};
pub use rule::{Diagnostics, decide};

impl Rule for Config {
    const FACTS: Facts = Facts {
        badge: Badge::snapshot("🧲"),
        blank_eligible: rule::BLANK_ELIGIBLE,
        // The trend is taken to be up, which opens positions.
        missing_benchmark: Some(Severity::Error),
        benchmark_columns: &["mom_6_1", "mom_12_1"],
        counts_sectors: true,
        ..Facts::OF_PRICES
    };

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::AfterSnapshot(Some(*self.runtime_execution_window_trading_days))
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        BTreeSet::from([self.safe_haven.clone()])
    }

    fn haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_recipe(&self) -> Option<Recipe> {
        Some(Recipe::Stocks(self.recipe()))
    }

    fn misfits(&self) -> Vec<ConfigProblem> {
        self.problems()
    }

    fn sheet(&self, language: Language) -> askama::Result<Sheet> {
        sheet::sheet(self, language)
    }

    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        decide(self, inputs, trace)
    }
}
