//! Semiconductor trend with an income layer: the trend's tier says how much of the account SOXL and SOXX
//! take; income funds are added as the account grows and never sold by the layer itself.

mod config;
mod diagnostics;
mod rule;
mod sheet;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::language::Language;
use crate::market::indicators::{Indicators, SHORT_WINDOW};
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Facts, LeveredPair, Rhythm, Rule};
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{ConfigProblem, Inputs, Outcome};
use crate::symbol::Symbol;
use crate::words::{InputKind, TargetMode};

pub use config::Config;
#[cfg(test)]
pub(super) use diagnostics::Diagnostics;

/// What is true of the strategy whatever its config.
pub(super) const FACTS: Facts = Facts {
    target_mode: TargetMode::Value,
    required_inputs: &[InputKind::DerivedIndicators, InputKind::PortfolioSnapshot],
    needs_held_values: true,
    // Real pairs have 0.9802 at least.
    levered_pair: Some(LeveredPair {
        index: config::UNLEVERED,
        fund: config::LEVERED,
        least_correlation: 0.96,
    }),
    ..Facts::OF_PRICES
};

impl Rule for Config {
    /// The series where no indicators take their place.
    fn price_needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        let symbols = [config::LEVERED, config::UNLEVERED];
        let symbols = symbols.map(|name| (Symbol::literal(name), Necessity::Required));
        PriceNeeds { symbols: BTreeMap::from(symbols), reach: self.reach(), ..PriceNeeds::default() }
    }

    /// One more than the short window, for its average a session earlier.
    fn reach(&self) -> Reach {
        Reach::bars(self.trend_ma_window.max(SHORT_WINDOW + 1))
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        self.managed_symbols.iter().cloned().collect()
    }

    fn safe_haven(&self) -> Symbol {
        Symbol::literal(config::SAFE_HAVEN)
    }

    fn safe_havens(&self) -> Vec<Symbol> {
        config::CASH.map(Symbol::literal).to_vec()
    }

    fn trade_threshold_ratio(&self) -> Option<f64> {
        Some(*self.rebalance_threshold_ratio)
    }

    fn moved_indicators(&self, indicators: &Indicators, symbol: &Symbol, close: f64) -> Option<Indicators> {
        let mut moved = indicators.clone();
        let trend = moved.of_mut(symbol)?;
        trend.price?;
        *trend = trend.with_newest_close(close, *self.trend_ma_window);
        Some(moved)
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
