//! Ticker symbols: trimmed, upper-cased, never blank.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::visible::visible;

/// A ticker symbol: surrounding white space removed, upper case, not blank.
///
/// Cloning is cheap: the text is shared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(Arc<str>);

impl Symbol {
    /// Reads a symbol from text as people write it; `None` when nothing but white space is there.
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        Some(Self(Arc::from(visible(&trimmed.to_uppercase()).as_ref())))
    }

    /// A ticker that a rule itself names, written as it stands in output: upper case, no white space.
    pub fn literal(ticker: &'static str) -> Self {
        Self(Arc::from(ticker))
    }

    /// The symbol's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"a ticker symbol"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_trimmed_and_upper_cased() {
        assert_eq!(Symbol::parse(" brk.b\t").unwrap().as_str(), "BRK.B");
    }

    #[test]
    fn a_symbol_can_not_drive_a_terminal() {
        assert_eq!(Symbol::parse("a\u{1b}[31mb").unwrap().as_str(), "A\\u{1b}[31MB");
    }

    #[test]
    fn white_space_is_no_symbol() {
        assert_eq!(Symbol::parse(" \t "), None);
        assert!(serde_json::from_str::<Symbol>("\" \"").is_err());
    }
}
