//! Semiconductor trend with an income layer: the trend's tier says how much of the account SOXL and SOXX
//! take; income funds are added as the account grows and never sold by the layer itself.

mod config;
mod rule;
pub(crate) mod sheet;

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::language::Language;
use crate::market::indicators::Indicators;
use crate::market::needs::Reach;
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Facts, Rhythm, Rule};
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{ConfigProblem, Inputs, Outcome, PriceNeeds};
use crate::symbol::Symbol;

pub use config::{AttackAllocationMode, Config};
pub use rule::{BlendNumbers, Diagnostics, ExecutionAnnotations, Tier, decide};

impl Rule for Config {
    const FACTS: Facts = Facts { takes_indicators: true, ..Facts::OF_PRICES };

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
        self.managed_symbols.iter().cloned().collect()
    }

    fn haven(&self) -> Symbol {
        Symbol::literal(rule::SAFE_HAVEN)
    }

    fn safe_havens(&self) -> Vec<Symbol> {
        rule::CASH.map(Symbol::literal).to_vec()
    }

    fn with_moved_close(&self, indicators: &Indicators, symbol: &Symbol, close: f64) -> Option<Indicators> {
        self.moved_indicators(indicators, symbol, close)
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
