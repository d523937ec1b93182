//! Leveraged growth with an income layer: TQQQ and an unlevered companion while the benchmark's trend is
//! up or it rebounds below its long average; cash otherwise; income funds once the account is large.

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

pub use config::{AttackAllocationMode, Config, ReboundThresholdMode};
pub use rule::{Diagnostics, ExecutionAnnotations, Signal, decide};

impl Rule for Config {
    const FACTS: Facts = Facts::OF_PRICES;

    fn needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        self.price_needs()
    }

    fn how_far(&self) -> Reach {
        self.reach()
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        self.managed_symbols.iter().chain([&self.dual_drive_unlevered_symbol]).cloned().collect()
    }

    fn haven(&self) -> Symbol {
        Symbol::literal(config::SAFE_HAVEN)
    }

    fn safe_havens(&self) -> Vec<Symbol> {
        rule::CASH.map(Symbol::literal).to_vec()
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
