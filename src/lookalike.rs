//! Spellings of one ticker: with an exchange or country beside it, or with another mark before its class letter.

use std::collections::BTreeMap;

use crate::symbol::Symbol;

/// What stands before a ticker of the United States.
const PREFIXES: [&str; 7] = ["US.", "NASDAQ:", "NYSE:", "ARCA:", "AMEX:", "BATS:", "$"];

/// What stands behind one.
const SUFFIXES: [&str; 14] = [
    ".US",
    " US EQUITY",
    " US",
    ":US",
    ":NASDAQ",
    ":NYSE",
    ":ARCA",
    ":AMEX",
    ":BATS",
    ".OQ",
    ".O",
    ".N",
    ".P",
    "*",
];

/// The marks that stand before the class letter of a share.
const CLASS_MARKS: [char; 4] = ['.', '-', '/', ' '];

/// Symbols, to be found by other spellings of them.
#[derive(Clone, Debug, Default)]
pub struct Spellings<'s> {
    /// The symbols as they are written.
    plain: BTreeMap<&'s str, &'s Symbol>,
    /// The symbols that have a class letter, without the mark before it.
    classes: BTreeMap<String, &'s Symbol>,
}

impl<'s> Spellings<'s> {
    /// The symbols to be found.
    pub fn new(symbols: impl IntoIterator<Item = &'s Symbol>) -> Self {
        let mut spellings = Self::default();
        for symbol in symbols {
            spellings.plain.insert(symbol.as_str(), symbol);
            if let Some((company, class)) = class_of(symbol.as_str(), &['.']) {
                spellings.classes.insert(format!("{company}{class}"), symbol);
            }
        }
        spellings
    }

    /// Returns the symbol that a text spells another way: a US affix beside it, full-width letters, or another mark before
    /// the class letter of a symbol that has one. `BRK` is not `BRK.B`, and `T.TO` is not `T`.
    pub fn find(&self, text: &str) -> Option<&'s Symbol> {
        if self.plain.is_empty() {
            return None;
        }
        let whole: String = text.trim().chars().map(narrow).collect::<String>().to_uppercase();
        let mut names = vec![whole.as_str()];
        names.extend(PREFIXES.iter().filter_map(|prefix| whole.strip_prefix(prefix)));
        let without_suffix: Vec<&str> = names
            .iter()
            .flat_map(|name| SUFFIXES.iter().filter_map(|suffix| name.strip_suffix(suffix)))
            .collect();
        names.extend(without_suffix);
        names.into_iter().find_map(|name| self.find_name(name))
    }

    fn find_name(&self, name: &str) -> Option<&'s Symbol> {
        let by_class = || {
            let joined = class_of(name, &CLASS_MARKS).map(|(company, class)| format!("{company}{class}"));
            self.classes.get(joined.as_deref().unwrap_or(name))
        };
        self.plain.get(name).or_else(by_class).copied()
    }
}

/// The company and the class letter of a name that has one of the marks before its last letter.
fn class_of<'n>(name: &'n str, marks: &[char]) -> Option<(&'n str, &'n str)> {
    let (company, class) = name.rsplit_once(marks)?;
    (class.len() == 1).then_some((company, class))
}

/// A full-width letter, digit or mark as the plain one.
fn narrow(character: char) -> char {
    const FULL_WIDTH: std::ops::RangeInclusive<char> = '！'..='～';
    const OFFSET: u32 = 0xfee0;
    if FULL_WIDTH.contains(&character) {
        return u32::from(character).checked_sub(OFFSET).and_then(char::from_u32).unwrap_or(character);
    }
    character
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spells(text: &str, symbol: &Symbol) -> bool {
        Spellings::new([symbol]).find(text).is_some()
    }

    #[test]
    fn affixes_and_class_marks_are_spellings() {
        let (tqqq, brk) = (Symbol::literal("TQQQ"), Symbol::literal("BRK.B"));
        for text in [
            "TQQQ.US",
            "US.TQQQ",
            "tqqq us",
            "TQQQ US Equity",
            "NASDAQ:TQQQ",
            "TQQQ:NASDAQ",
            "TQQQ.O",
            "TQQQ.OQ",
            "$TQQQ",
            "TQQQ*",
            "ＴＱＱＱ",
            "TQQQ:US",
        ] {
            assert!(spells(text, &tqqq), "{text}");
        }
        for text in ["BRK-B", "BRK B", "BRK/B", "BRKB", "BRK.B.US", "BRK-B US"] {
            assert!(spells(text, &brk), "{text}");
        }
    }

    #[test]
    fn other_shares_are_not() {
        for (text, symbol) in [
            ("T.TO", "T"),
            ("BRK", "BRK.B"),
            ("BRK.A", "BRK.B"),
            ("UAA", "UA"),
            ("MET-A", "META"),
            ("QQQM", "QQQ"),
        ] {
            assert!(!spells(text, &Symbol::parse(symbol).unwrap()), "{text}");
        }
    }
}
