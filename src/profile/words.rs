//! The closed sets of words that a manifest is written in.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::profile::suggestion;

/// A word that is not in its closed set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {set} `{word}`")]
pub struct UnknownWord {
    /// What the set is called.
    pub set: &'static str,
    /// The word as it was written.
    pub word: String,
    /// The words of the set.
    pub known: Vec<&'static str>,
}

impl UnknownWord {
    /// The words of the set, and which of them may have been meant.
    pub fn hint(&self) -> String {
        let known = format!("known: {}", self.known.join(", "));
        match suggestion::question(&suggestion::nearest(&self.word, self.known.iter().copied())) {
            Some(question) => format!("{question} {known}"),
            None => known,
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $set:literal:
        $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

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
            pub fn parse(text: &str) -> Result<Self, UnknownWord> {
                let known = Self::ALL.iter().copied();
                known.clone().find(|word| text.trim().eq_ignore_ascii_case(word.as_str())).ok_or_else(|| {
                    UnknownWord { set: $set, word: text.to_owned(), known: known.map(Self::as_str).collect() }
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text)
                    .map_err(|unknown| de::Error::custom(format!("{unknown}; {}", unknown.hint())))
            }
        }
    };
}

words! {
    /// The shape that a manifest has, with its version.
    SchemaVersion, "schema":
    /// The first and only version.
    V1 = "strat.profile.v1",
}

words! {
    /// The strategies that a profile may run.
    StrategyName, "strategy":
    /// Quarterly momentum rotation over ETFs with a daily canary.
    GlobalEtfRotation = "global_etf_rotation",
    /// Multi-factor scores within sectors.
    Russell1000MultiFactor = "russell_1000_multi_factor",
    /// Leaders of two sectors after an orderly pullback.
    TechCommunicationPullback = "tech_communication_pullback",
    /// The strongest of the largest companies.
    MegaCapLeaderRotation = "mega_cap_leader_rotation",
    /// Leveraged products on the largest companies in a pullback.
    DynamicMegaLeveragedPullback = "dynamic_mega_leveraged_pullback",
    /// An index and its leveraged fund above a moving average.
    TqqqGrowthIncome = "tqqq_growth_income",
    /// A sector and its leveraged fund in tiers about a moving average.
    SoxlSoxxTrendIncome = "soxl_soxx_trend_income",
}

impl StrategyName {
    /// The unit of the targets that the strategy computes.
    pub fn target_mode(self) -> TargetMode {
        match self {
            Self::TqqqGrowthIncome | Self::SoxlSoxxTrendIncome => TargetMode::Value,
            _ => TargetMode::Weight,
        }
    }

    /// What the strategy can't decide without.
    pub fn required_inputs(self) -> &'static [InputKind] {
        match self {
            Self::GlobalEtfRotation => &[InputKind::MarketHistory],
            Self::Russell1000MultiFactor | Self::TechCommunicationPullback | Self::MegaCapLeaderRotation => {
                &[InputKind::FeatureSnapshot]
            }
            Self::DynamicMegaLeveragedPullback => &[
                InputKind::FeatureSnapshot,
                InputKind::MarketHistory,
                InputKind::BenchmarkHistory,
                InputKind::PortfolioSnapshot,
            ],
            Self::TqqqGrowthIncome => &[InputKind::BenchmarkHistory, InputKind::PortfolioSnapshot],
            Self::SoxlSoxxTrendIncome => &[InputKind::DerivedIndicators, InputKind::PortfolioSnapshot],
        }
    }

    /// Whether the strategy reads a feature snapshot.
    pub fn takes_snapshot(self) -> bool {
        self.required_inputs().contains(&InputKind::FeatureSnapshot)
    }

    /// Whether the strategy sizes its targets by the account's equity, so that there are none without it.
    pub fn needs_equity(self) -> bool {
        self.required_inputs().contains(&InputKind::PortfolioSnapshot)
    }

    /// Whether the strategy reads daily bars.
    pub fn takes_prices(self) -> bool {
        const FROM_BARS: [InputKind; 3] =
            [InputKind::MarketHistory, InputKind::BenchmarkHistory, InputKind::DerivedIndicators];
        self.required_inputs().iter().any(|kind| FROM_BARS.contains(kind))
    }
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
    /// A table of features, one row a symbol.
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
            unknown.hint(),
            "did you mean `market_history`? known: market_history, benchmark_history, derived_indicators, \
             feature_snapshot, portfolio_snapshot"
        );
        let unknown = PlatformId::parse("robinhood").unwrap_err();
        assert_eq!(unknown.hint(), "known: ibkr, schwab, longbridge");
    }
}
