//! Rotation among exchange-traded funds: at the end of chosen months the best by momentum among those
//! above their average; any day all into the safe haven when enough canary assets turn bad.

mod config;
mod findings;
mod ranking;
mod rule;
mod sheet;
mod words;

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::language::Language;
use crate::market::momentum::FEWEST_MONTHS;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Canary, Facts, Rhythm, Rule};
use crate::strategy::sheet::Sheet;
use crate::strategy::trace::Trace;
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;

pub use config::Config;
#[cfg(test)]
pub(super) use rule::Diagnostics;

/// The fund of short Treasury bills: its falls tell closes that are not adjusted for dividends.
const DIVIDEND_FUND: &str = "BIL";

/// What is true of the strategy whatever its config.
pub(super) const FACTS: Facts =
    Facts { signal_names_targets: true, dividend_fund: Some(DIVIDEND_FUND), ..Facts::OF_PRICES };

impl Rule for Config {
    fn price_needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        let symbols = self.ranking_pool.iter().chain(&self.canary_assets);
        PriceNeeds {
            symbols: symbols.map(|symbol| (symbol.clone(), Necessity::Skippable)).collect(),
            reach: self.reach(),
            checked: BTreeSet::from([Symbol::literal(DIVIDEND_FUND)]),
            ..PriceNeeds::default()
        }
    }

    fn reach(&self) -> Reach {
        Reach { bars: self.fewest_pool_closes(), months: FEWEST_MONTHS }
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::MonthEnds(&self.rebalance_months)
    }

    fn own_symbols(&self) -> BTreeSet<Symbol> {
        self.ranking_pool.iter().chain([&self.safe_haven]).cloned().collect()
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn canary(&self) -> Option<Canary<'_>> {
        Some(Canary { assets: &self.canary_assets, bad_threshold: *self.canary_bad_threshold })
    }

    fn is_alarmed_without(&self, absent: &[&Symbol], inputs: Inputs<'_>) -> bool {
        // An absent asset is counted as bad.
        rule::bad_canaries(self, inputs).saturating_sub(absent.len()) >= *self.canary_bad_threshold
    }

    fn ranked_funds(&self) -> &[Symbol] {
        &self.ranking_pool
    }

    fn sheet(&self, language: Language) -> askama::Result<Sheet> {
        sheet::sheet(self, language)
    }

    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        rule::decide(self, inputs, trace)
    }
}
