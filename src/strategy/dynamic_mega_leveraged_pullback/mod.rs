//! Leveraged products on mega caps in a pullback: the benchmark's lines say whether to be in at all, the
//! underlyings' closes which products and how much of each.

pub(crate) mod benchmark_gate;
mod config;
mod diagnostics;
pub(crate) mod features;
mod pool;
mod recipe;
mod rule;
mod sheet;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::language::Language;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::Recipe;
use crate::strategy::shared::texts::Badge;
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;
use crate::words::InputKind;

pub use config::Config;
#[cfg(test)]
pub(super) use diagnostics::Diagnostics;

/// What is true of the strategy whatever its config.
pub(super) const FACTS: Facts = Facts {
    required_inputs: &[
        InputKind::FeatureSnapshot,
        InputKind::MarketHistory,
        InputKind::BenchmarkHistory,
        InputKind::PortfolioSnapshot,
    ],
    badge: Badge { status_icon: "2x", signal_source: "feature_snapshot+daily_market_history" },
    blank_eligible: rule::BLANK_ELIGIBLE,
    holds_products: true,
    ..Facts::OF_PRICES
};

impl Rule for Config {
    /// The benchmark with its highs and lows, and the underlyings of the snapshot's candidates.
    fn price_needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
        let candidates = snapshot.map(|snapshot| pool::Pool::of(self, snapshot).products).unwrap_or_default();
        let mut symbols: BTreeMap<Symbol, Necessity> =
            candidates.into_iter().map(|product| (product.underlying, Necessity::Skippable)).collect();
        symbols.insert(self.benchmark_symbol.clone(), Necessity::Required);
        let ranges = BTreeSet::from([self.benchmark_symbol.clone()]);
        PriceNeeds { symbols, reach: self.reach(), ranges, ..PriceNeeds::default() }
    }

    fn reach(&self) -> Reach {
        Reach::bars(benchmark_gate::Benchmark::bars(self).max(features::BARS))
    }

    fn range_bars(&self) -> Option<usize> {
        Some(*self.atr_period)
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms {
            benchmark: Some(&self.benchmark_symbol),
            holdings_count: Some(*self.holdings_count),
            leverage_multiple: Some(*self.leverage_multiple),
            ..SnapshotTerms::default()
        }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(Recipe::Products(self.recipe()))
    }

    fn sheet(&self, language: Language) -> askama::Result<Sheet> {
        sheet::sheet(self, language)
    }

    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        rule::decide(self, inputs, trace)
    }
}
