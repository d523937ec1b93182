//! A defensive large-cap stock portfolio: five factors compared within each sector, sectors capped, and a
//! stock exposure that shrinks with the market's trend and breadth.

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

pub use config::Config;
pub use rule::{Diagnostics, decide};

impl Rule for Config {
    const FACTS: Facts = Facts {
        badge: Badge::snapshot("📏"),
        blank_eligible: rule::BLANK_ELIGIBLE,
        // The trend is taken to be up, which opens positions.
        missing_benchmark: Some(Severity::Error),
        counts_sectors: true,
        ..Facts::OF_PRICES
    };

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::AfterSnapshot(None)
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
