//! How the code of a finding is written and read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Code;
use crate::suggestion;

impl Code {
    /// Whether it is about a feature snapshot or its manifest: those stand first in the catalogue.
    pub fn is_about_snapshots(self) -> bool {
        self <= Self::ColumnFrozen && self != Self::UnknownSnapshotProfile
    }

    /// The code of a word, in any case and with surrounding white space.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(word))
    }
}

/// Reads the word of a code, as a flag names it; the error says which code may be meant.
impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.trim().to_lowercase();
        Self::parse(&word).ok_or_else(|| {
            let meant = |is_meant: fn(&&Self) -> bool| {
                let words = Self::ALL.iter().filter(is_meant).map(|code| code.as_str());
                suggestion::question(&suggestion::nearest(&word, words))
            };
            meant(|code| code.can_be_allowed())
                .or_else(|| meant(|_| true))
                .unwrap_or_else(|| "it is not a finding; `strat explain --codes` lists them".to_owned())
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Codes are added over time, so the schema lists none: `strat explain --codes` does.
#[cfg(test)]
impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[a-z0-9_]+$",
            "description": "What was found, as a stable word: one of those that `strat explain --codes` lists.",
        })
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&word), &"the code of a finding"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_names_a_code_of_the_catalogue() {
        let parse = |text: &str| text.parse::<Code>();
        assert_eq!(parse(" Stale_Price "), Ok(Code::StalePrice));
        assert_eq!(parse("bad_price"), Ok(Code::BadPrice));
        assert_eq!(parse("stale_prices").unwrap_err(), "did you mean `stale_price`?");
        // One that can't be allowed is named where no other is near.
        assert_eq!(parse("few_candidate").unwrap_err(), "did you mean `few_candidates`?");
        assert!(parse("xyz").unwrap_err().starts_with("it is not a finding"));
    }
}
