//! The registry's macro: from one line a strategy, their names and the type that a profile runs.

/// Makes [`StrategyName`](super::StrategyName) and [`Strategy`](super::Strategy) from lines `Variant = folder,`; the
/// folder's name is the word in manifests, and its `Config` is the strategy.
macro_rules! strategies {
    ($($(#[doc = $doc:literal])* $variant:ident = $folder:ident,)+) => {
        crate::words::words! {
            /// The strategies that a profile may run.
            StrategyName, "strategy":
            $($(#[doc = $doc])* $variant = stringify!($folder),)+
        }

        impl StrategyName {
            /// What is true of the strategy whatever its config.
            pub fn facts(self) -> &'static contract::Facts {
                match self { $(Self::$variant => &$folder::rule::FACTS,)+ }
            }
        }

        #[cfg(test)]
        impl StrategyName {
            /// The schema of the config.
            pub(crate) fn config_schema(self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                match self { $(Self::$variant => <$folder::Config as schemars::JsonSchema>::json_schema(generator),)+ }
            }

            /// The schema of the diagnostics.
            pub(crate) fn diagnostics_schema(self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                match self {
                    $(Self::$variant => <$folder::rule::Diagnostics as schemars::JsonSchema>::json_schema(generator),)+
                }
            }
        }

        /// A strategy with its config: what a profile runs.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Strategy { $($(#[doc = $doc])* $variant($folder::Config),)+ }

        impl Strategy {
            /// The strategy of a name with a config whose every key is there and of its type.
            ///
            /// # Errors
            /// When a key is missing or unknown, or a value is of another type.
            pub fn new(
                name: StrategyName,
                config: &serde_json::Map<String, serde_json::Value>,
            ) -> serde_json::Result<Self> {
                let value = serde_json::Value::Object(config.clone());
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
            pub fn config(&self) -> serde_json::Result<serde_json::Map<String, serde_json::Value>> {
                let value = match self { $(Self::$variant(config) => serde_json::to_value(config),)+ }?;
                serde_json::from_value(value)
            }

            /// What is true of the strategy whatever its config.
            pub fn facts(&self) -> &'static contract::Facts {
                self.name().facts()
            }

            /// The rule sheet in a language, filled with the config.
            ///
            /// # Errors
            /// When a template cannot be filled; those of this project can.
            pub fn sheet(&self, language: crate::language::Language) -> askama::Result<sheet::Sheet> {
                let text = match self { $(Self::$variant(config) => $folder::sheet::text(config, language),)+ }?;
                Ok(sheet::Sheet::parse(&text, language))
            }

            /// Decides on what the inputs show of the rule's reach, and records in the trace as much as it keeps.
            ///
            /// # Errors
            /// The findings that say why the rule has no answer.
            pub fn decide(
                &self,
                inputs: Inputs<'_>,
                trace: &mut trace::Trace,
            ) -> Result<Outcome, Vec<crate::finding::Finding>> {
                contract::Rule::decide(&**self, inputs.within(self.reach()), trace)
            }
        }

        impl std::ops::Deref for Strategy {
            type Target = dyn contract::Rule;

            /// The rule, whichever it is.
            fn deref(&self) -> &Self::Target {
                match self { $(Self::$variant(config) => config,)+ }
            }
        }
    };
}

pub(super) use strategies;
