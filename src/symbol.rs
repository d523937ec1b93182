//! Ticker symbols: trimmed, upper-cased, never blank.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::visible::{is_invisible, visible};

/// A ticker symbol: surrounding white space removed, upper case, not blank.
// Cloning is cheap: the text is shared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Symbol(Arc<str>);

impl Symbol {
    /// Reads a symbol from text as people write it; `None` when nothing but white space, or what can't be seen, is
    /// there.
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim_matches(is_blank);
        if trimmed.is_empty() {
            return None;
        }
        Some(Self(Arc::from(visible(&trimmed.to_uppercase()).as_ref())))
    }

    /// Whether it can be a ticker as exchanges and vendors spell them: `BRK.B`, `BF/A`, `^GSPC`, `BRK B`. A list whose
    /// separator was another one than expected is none, and neither is a text with what can't be seen in it.
    pub fn is_plausible(&self) -> bool {
        let is_part = |character: char| character.is_ascii_alphanumeric() || TICKER_MARKS.contains(character);
        self.0.len() <= LONGEST_TICKER && self.0.chars().all(is_part)
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

/// The longest ticker that is taken for one, in characters.
const LONGEST_TICKER: usize = 32;

/// The characters besides letters and digits that tickers are spelt with.
const TICKER_MARKS: &str = ".-/^=$_+*:&# ()";

fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
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

/// Reads a ticker, as a flag or a config names one.
impl FromStr for Symbol {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).filter(Self::is_plausible).ok_or("expected a symbol such as SPY")
    }
}

/// Reads a symbol as the output writes it: an account may hold what is no plausible ticker. A config names its symbols
/// with [`ticker`], or a list of them as [`Symbols`].
impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_as_written = !text.trim_matches(is_blank).is_empty() && visible(&text) == text;
        is_as_written
            .then(|| Self(Arc::from(text.as_str())))
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"a symbol"))
    }
}

/// Reads a symbol that a config or a manifest names: one that can be a ticker, in any case.
///
/// # Errors
/// When the text can't be a ticker.
pub fn ticker<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Symbol, D::Error> {
    parse_ticker(&String::deserialize(deserializer)?)
}

/// Ticker symbols, at least one and each once: a pool, what a profile may sell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
pub struct Symbols(Vec<Symbol>);

impl Deref for Symbols {
    type Target = [Symbol];

    fn deref(&self) -> &[Symbol] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Symbols {
    type Item = &'a Symbol;
    type IntoIter = std::slice::Iter<'a, Symbol>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for Symbols {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let symbols = texts.iter().map(|text| parse_ticker(text)).collect::<Result<Vec<_>, _>>()?;
        if symbols.is_empty() {
            return Err(de::Error::custom("found none, expected at least one symbol"));
        }
        let mut seen = BTreeSet::new();
        match symbols.iter().find(|symbol| !seen.insert(*symbol)) {
            Some(repeated) => {
                Err(de::Error::custom(format!("expected each symbol once (`{repeated}` is repeated)")))
            }
            None => Ok(Self(symbols)),
        }
    }
}

fn parse_ticker<E: de::Error>(text: &str) -> Result<Symbol, E> {
    text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &"a ticker symbol"))
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
    fn a_list_is_no_ticker() {
        let is_plausible = |text| Symbol::parse(text).unwrap().is_plausible();
        for ticker in ["QQQ", "BRK.B", "BF/A", "BRK-B", "BRK B", "^GSPC", "EURUSD=X", "0700.HK"] {
            assert!(is_plausible(ticker), "{ticker}");
        }
        for other in ["QQQ;TQQQ", "QQQ|TQQQ", "\"QQQ\"", "['QQQ']", "Q\u{200b}QQ", "QQQ\u{1b}[0m", "纳指"] {
            assert!(!is_plausible(other), "{other}");
        }
        assert!(!is_plausible(&"Q".repeat(33)));
        assert!(parse_ticker::<serde_json::Error>("A;B").is_err());
        assert_eq!(parse_ticker::<serde_json::Error>(" qqq").ok(), Symbol::parse("QQQ"));
    }

    #[test]
    fn symbols_stand_once() {
        let read = |text: &str| serde_json::from_str::<Symbols>(text).map_err(|error| error.to_string());
        assert_eq!(read("[\"spy\", \"EFA\"]").unwrap().len(), 2);
        for (text, expected) in [
            ("[]", "found none, expected at least one symbol"),
            ("[\"A\", \"B\", \" a\"]", "expected each symbol once (`A` is repeated)"),
            ("[\"A;B\"]", "invalid value: string \"A;B\", expected a ticker symbol"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn white_space_is_no_symbol() {
        assert_eq!(Symbol::parse(" \t "), None);
        assert_eq!(Symbol::parse("\u{200b}\u{feff}"), None);
        assert_eq!(Symbol::parse("QQQ\u{200b}"), Symbol::parse("qqq"));
        assert!(serde_json::from_str::<Symbol>("\" \"").is_err());
    }

    #[test]
    fn what_the_output_writes_reads_back() {
        for text in ["QQQ", "BRK.B", "A;B", "纳指", "a\u{1b}[31mb", "x\u{202e}y", "ß"] {
            let symbol = Symbol::parse(text).unwrap();
            let written = serde_json::to_string(&symbol).unwrap();
            assert_eq!(serde_json::from_str::<Symbol>(&written).unwrap(), symbol);
        }
        assert!(serde_json::from_str::<Symbol>("\"Q\\u001bQ\"").is_err());
    }
}
