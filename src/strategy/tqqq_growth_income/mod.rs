//! Leveraged growth with an income layer: TQQQ and an unlevered companion while the benchmark's trend is
//! up or it rebounds below its long average; cash otherwise; income funds once the account is large.

mod config;
mod diagnostics;
mod rule;
mod sheet;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::language::Language;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Facts, LeveredPair, Rhythm, Rule};
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;
use crate::words::{InputKind, TargetMode};

pub use config::Config;
#[cfg(test)]
pub(super) use diagnostics::Diagnostics;

/// What is true of the strategy whatever its config.
pub(super) const FACTS: Facts = Facts {
    target_mode: TargetMode::Value,
    required_inputs: &[InputKind::BenchmarkHistory, InputKind::PortfolioSnapshot],
    // Real pairs have 0.9939 at least; one wrong bar gives 0.97.
    levered_pair: Some(LeveredPair { index: "QQQ", fund: "TQQQ", least_correlation: 0.98 }),
    ..Facts::OF_PRICES
};

impl Rule for Config {
    fn price_needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        PriceNeeds {
            symbols: BTreeMap::from([(self.benchmark_symbol.clone(), Necessity::Required)]),
            reach: self.reach(),
            checked: BTreeSet::from([Symbol::literal("TQQQ")]),
            ..PriceNeeds::default()
        }
    }

    /// One more than a window, for the returns in it and the average a session earlier.
    fn reach(&self) -> Reach {
        Reach::bars(self.fewest_closes().max(self.dual_drive_pullback_rebound_window.saturating_add(1)))
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        self.managed_symbols.iter().chain([&self.dual_drive_unlevered_symbol]).cloned().collect()
    }

    fn safe_haven(&self) -> Symbol {
        Symbol::literal(config::SAFE_HAVEN)
    }

    fn safe_havens(&self) -> Vec<Symbol> {
        rule::CASH.map(Symbol::literal).to_vec()
    }

    fn trade_threshold_ratio(&self) -> Option<f64> {
        Some(*self.rebalance_threshold_ratio)
    }

    fn sheet(&self, language: Language) -> askama::Result<Sheet> {
        sheet::sheet(self, language)
    }

    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        rule::decide(self, inputs, trace)
    }
}
