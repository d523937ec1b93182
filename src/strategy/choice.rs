//! A strategy with its config, whichever of them a profile runs.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::contract::{Facts, Rhythm, Rule};
use super::recipe::Recipe;
use super::shared::texts::Badge;
use super::sheet::Sheet;
use super::trace::Trace;
use super::{
    ConfigProblem, Inputs, Outcome, PriceNeeds, dynamic_mega_leveraged_pullback, global_etf_rotation,
    mega_cap_leader_rotation, russell_1000_multi_factor, soxl_soxx_trend_income, tech_communication_pullback,
    tqqq_growth_income,
};
use crate::finding::Finding;
use crate::language::Language;
use crate::market::indicators::Indicators;
use crate::market::needs::Reach;
use crate::market::snapshot::Snapshot;
use crate::profile::words::StrategyName;
use crate::symbol::Symbol;

/// Writes the type down once for every strategy: the variant, its module.
macro_rules! strategies {
    ($($(#[$doc:meta])* $variant:ident = $module:ident;)+) => {
        /// A strategy with its config: what a profile runs.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Strategy { $($(#[$doc])* $variant($module::Config),)+ }

        impl Strategy {
            /// The strategy of a name with a config whose every key is there and of its type.
            ///
            /// # Errors
            /// When a key is missing or unknown, or a value is of another type.
            pub fn new(name: StrategyName, config: &Map<String, Value>) -> serde_json::Result<Self> {
                let value = Value::Object(config.clone());
                Ok(match name {
                    $(StrategyName::$variant => Self::$variant(serde_json::from_value(value)?),)+
                })
            }

            /// Which strategy it is.
            pub fn name(&self) -> StrategyName {
                match self { $(Self::$variant(_) => StrategyName::$variant,)+ }
            }

            /// The config as it is printed: every key, each number in its one form.
            ///
            /// # Errors
            /// When a value can't be written as JSON.
            pub fn config(&self) -> serde_json::Result<Map<String, Value>> {
                let value = match self { $(Self::$variant(config) => serde_json::to_value(config),)+ }?;
                serde_json::from_value(value)
            }

            /// Returns the rule sheet in a language, filled with the config.
            ///
            /// # Errors
            /// When a template cannot be filled; those of this project can.
            pub fn sheet(&self, language: Language) -> askama::Result<Sheet> {
                match self { $(Self::$variant(config) => Rule::sheet(config, language),)+ }
            }

            /// The config values that the rule can't use.
            pub fn problems(&self) -> Vec<ConfigProblem> {
                match self { $(Self::$variant(config) => config.misfits(),)+ }
            }

            /// Decides on what the inputs show of the strategy's reach, and records in the trace as much as it keeps.
            ///
            /// # Errors
            /// The findings that say why the rule has no answer.
            pub fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
                let inputs = inputs.within(self.reach());
                match self { $(Self::$variant(config) => Rule::decide(config, inputs, trace),)+ }
            }

            /// What is true of the strategy whatever its config.
            pub fn facts(&self) -> &'static Facts {
                facts(self.name())
            }

            /// Which price series the strategy looks at: those that the snapshot's candidates call for among them.
            pub fn price_needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
                match self { $(Self::$variant(config) => config.needs(snapshot),)+ }
            }

            /// How far back the strategy looks in each price series.
            pub fn reach(&self) -> Reach {
                match self { $(Self::$variant(config) => config.how_far(),)+ }
            }

            /// When the strategy decides.
            pub fn rhythm(&self) -> Rhythm<'_> {
                match self { $(Self::$variant(config) => config.rhythm(),)+ }
            }

            /// The symbols that it may hold, the snapshots' aside.
            pub fn own_symbols(&self) -> BTreeSet<Symbol> {
                match self { $(Self::$variant(config) => config.own_symbols(),)+ }
            }

            /// The fund that holds idle money.
            pub fn safe_haven(&self) -> Symbol {
                match self { $(Self::$variant(config) => config.haven(),)+ }
            }

            /// What the strategy's snapshot is built from; `None` where it takes none.
            pub fn recipe(&self) -> Option<Recipe> {
                match self { $(Self::$variant(config) => config.snapshot_recipe(),)+ }
            }

            /// The symbols that hold idle money.
            pub fn safe_havens(&self) -> Vec<Symbol> {
                match self { $(Self::$variant(config) => config.safe_havens(),)+ }
            }

            /// The indicators as they would be with another newest close of a symbol; `None` where the strategy takes
            /// none, or theirs of the symbol is not known.
            pub fn moved_indicators(
                &self,
                indicators: &Indicators,
                symbol: &Symbol,
                close: f64,
            ) -> Option<Indicators> {
                match self { $(Self::$variant(config) => config.with_moved_close(indicators, symbol, close),)+ }
            }
        }

        /// What is true of the strategy of a name, whatever its config.
        pub fn facts(name: StrategyName) -> &'static Facts {
            match name { $(StrategyName::$variant => &<$module::Config as Rule>::FACTS,)+ }
        }
    };
}

strategies! {
    /// Quarterly momentum rotation over ETFs with a daily canary.
    GlobalEtfRotation = global_etf_rotation;
    /// Multi-factor scores within sectors.
    Russell1000MultiFactor = russell_1000_multi_factor;
    /// Leaders of two sectors after an orderly pullback.
    TechCommunicationPullback = tech_communication_pullback;
    /// The strongest of the largest companies.
    MegaCapLeaderRotation = mega_cap_leader_rotation;
    /// Leveraged products on the largest companies in a pullback.
    DynamicMegaLeveragedPullback = dynamic_mega_leveraged_pullback;
    /// An index and its leveraged fund above a moving average.
    TqqqGrowthIncome = tqqq_growth_income;
    /// A sector and its leveraged fund in tiers about a moving average.
    SoxlSoxxTrendIncome = soxl_soxx_trend_income;
}

impl Strategy {
    /// What the platforms show beside every decision of the strategy.
    pub fn badge(&self) -> Badge {
        self.facts().badge
    }

    /// The funds that the strategy may hold, whatever a snapshot offers.
    pub fn fund_symbols(&self) -> BTreeSet<Symbol> {
        let mut symbols = self.own_symbols();
        symbols.insert(self.safe_haven());
        symbols
    }
}
