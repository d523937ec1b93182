//! Rotation among exchange-traded funds: at the end of chosen months the best by momentum among those
//! above their average; any day all into the safe haven when enough canary assets turn bad.

mod config;
mod rule;
pub(crate) mod sheet;

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::language::Language;
use crate::market::needs::Reach;
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Facts, Rhythm, Rule};
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{ConfigProblem, Inputs, Outcome, PriceNeeds};
use crate::symbol::Symbol;

pub use config::Config;
pub use rule::{Diagnostics, decide};

impl Rule for Config {
    const FACTS: Facts = Facts { signal_names_targets: true, ..Facts::OF_PRICES };

    fn needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        self.price_needs()
    }

    fn how_far(&self) -> Reach {
        self.reach()
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::MonthEnds(&self.rebalance_months)
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        self.ranking_pool.iter().chain([&self.safe_haven]).cloned().collect()
    }

    fn haven(&self) -> Symbol {
        self.safe_haven.clone()
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
