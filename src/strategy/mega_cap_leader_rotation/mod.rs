//! A few leaders among the largest companies: one factor score, a buffer that keeps held names in, and
//! optionally several sleeves of different concentration blended by fixed weights.

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

pub use config::{Config, Sleeve};
pub use rule::{BlendMode, Diagnostics, SleeveDiagnostics, decide};

impl Rule for Config {
    const FACTS: Facts = Facts {
        badge: Badge::snapshot("👑"),
        blank_eligible: rule::BLANK_ELIGIBLE,
        // The trend is taken to be not up, which can only close some.
        missing_benchmark: Some(Severity::Warning),
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
