//! The closed sets of words that manifests, flags and output are written in.

use crate::suggestion::{self, Problem};

/// The problem of a word that is not in its closed set.
pub fn unknown(set: &str, word: &str, known: &[&str]) -> Problem {
    let nearest = suggestion::nearest(word, known.iter().copied());
    let list = format!("known: {}", known.join(", "));
    Problem::new(format!("unknown {set} `{word}`"), suggestion::question_and_list(&nearest, &list))
}

/// Makes an enum of a closed set: `Name, "what it is called": Variant = "word",`.
macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident, $set:literal:
        $($(#[doc = $variant_doc:literal])* $variant:ident = $text:expr,)+) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant,)+ }

        impl $name {
            /// Every word of the set.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it stands in manifests, flags and output.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Reads a word in any case, surrounding white space aside.
            ///
            /// # Errors
            ///
            /// When the word is not in the set.
            pub fn parse(text: &str) -> Result<Self, $crate::suggestion::Problem> {
                let mut words = Self::ALL.iter().copied();
                words
                    .find(|word| text.trim().eq_ignore_ascii_case(word.as_str()))
                    .ok_or_else(|| $crate::words::unknown($set, text, &[$($text,)+]))
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::parse(text).map_err(|unknown| unknown.in_one_line())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words = [$(($text, concat!("" $(, $variant_doc)*).trim()),)+].map(|(word, meaning)| {
                    serde_json::json!({ "type": "string", "const": word, "description": meaning })
                });
                schemars::json_schema!({ "description": concat!("" $(, $doc)*).trim(), "oneOf": words })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The shape that a manifest has, with its version.
    SchemaVersion, "schema":
    /// The first and only version.
    V1 = "strat.profile.v1",
}

words! {
    /// The kinds of input that a profile may need.
    InputKind, "input kind":
    /// Daily bars of the symbols that the profile chooses among.
    MarketHistory = "market_history",
    /// Daily bars of the benchmark.
    BenchmarkHistory = "benchmark_history",
    /// Prices and moving averages, given or computed from daily bars.
    DerivedIndicators = "derived_indicators",
    /// A table of features, one row per symbol.
    FeatureSnapshot = "feature_snapshot",
    /// The account's equity and positions.
    PortfolioSnapshot = "portfolio_snapshot",
}

words! {
    /// The broker platforms that consume decisions.
    PlatformId, "platform":
    /// Interactive Brokers.
    Ibkr = "ibkr",
    /// Charles Schwab.
    Schwab = "schwab",
    /// LongBridge.
    Longbridge = "longbridge",
}

words! {
    /// The unit of a profile's targets.
    TargetMode, "target mode":
    /// Shares of the account's equity.
    Weight = "weight",
    /// US dollars.
    Value = "value",
}

words! {
    /// The session that a decision is for.
    Effective, "effective":
    /// The session after the decision date: the rule looks at that date's own close.
    NextSession = "next_session",
    /// The decision date itself.
    SameDay = "same_day",
}

words! {
    /// How the cells of a snapshot's column are read.
    ColumnType, "column type":
    /// A ticker symbol.
    Symbol = "symbol",
    /// Any text.
    Text = "text",
    /// A finite number.
    Number = "number",
    /// Yes or no.
    Boolean = "boolean",
    /// A calendar date.
    Date = "date",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_in_any_case() {
        assert_eq!(PlatformId::parse(" IBKR\n"), Ok(PlatformId::Ibkr));
    }

    #[test]
    fn an_unknown_word_names_the_nearest_and_all_known() {
        let unknown = InputKind::parse("market_hystory").unwrap_err();
        assert_eq!(unknown.to_string(), "unknown input kind `market_hystory`");
        assert_eq!(
            unknown.hint.unwrap(),
            "did you mean `market_history`? known: market_history, benchmark_history, derived_indicators, \
             feature_snapshot, portfolio_snapshot"
        );
        let unknown = PlatformId::parse("robinhood").unwrap_err();
        assert_eq!(unknown.hint.unwrap(), "known: ibkr, schwab, longbridge");
    }
}
