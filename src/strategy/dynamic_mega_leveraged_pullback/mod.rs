//! Leveraged products on mega caps in a pullback: the benchmark's lines say whether to be in at all, the
//! underlyings' closes which products and how much of each.

pub(crate) mod benchmark_gate;
mod config;
pub(crate) mod features;
mod recipe;
mod rule;
pub(crate) mod sheet;

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::language::Language;
use crate::market::needs::Reach;
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Facts, Rhythm, Rule};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::texts::Badge;
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{ConfigProblem, Inputs, Outcome, PriceNeeds};
use crate::symbol::Symbol;

pub use config::Config;
pub(crate) use rule::BLANK_ELIGIBLE;
pub use rule::{Diagnostics, Regime, decide};

impl Rule for Config {
    const FACTS: Facts = Facts {
        badge: Badge { status_icon: "2x", signal_source: "feature_snapshot+daily_market_history" },
        blank_eligible: rule::BLANK_ELIGIBLE,
        holds_products: true,
        ..Facts::OF_PRICES
    };

    fn needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
        self.price_needs(snapshot)
    }

    fn how_far(&self) -> Reach {
        self.reach()
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        BTreeSet::from([self.safe_haven.clone()])
    }

    fn haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_recipe(&self) -> Option<Recipe> {
        Some(Recipe::Products(self.recipe()))
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
