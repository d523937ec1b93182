//! Spellings of one ticker: with an exchange or country beside it, or with another mark before its class letter.

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

/// Whether a text spells a symbol another way: a US affix beside it, full-width letters, or another mark before the class
/// letter of a symbol that has one. `BRK` is not `BRK.B`, and `T.TO` is not `T`.
pub fn spells(text: &str, symbol: &Symbol) -> bool {
    let plain: String = text.trim().chars().map(narrow).collect::<String>().to_uppercase();
    let mut names = vec![plain.as_str()];
    names.extend(PREFIXES.iter().filter_map(|prefix| plain.strip_prefix(prefix)));
    let without_suffix: Vec<&str> = names
        .iter()
        .flat_map(|name| SUFFIXES.iter().filter_map(|suffix| name.strip_suffix(suffix)))
        .collect();
    names.extend(without_suffix);
    names.into_iter().any(|name| name == symbol.as_str() || is_same_class(name, symbol.as_str()))
}

/// Whether a name is that of a share class whatever mark stands before the class letter, or none.
fn is_same_class(name: &str, managed: &str) -> bool {
    let Some((company, class)) = managed.rsplit_once('.').filter(|(_, class)| class.len() == 1) else {
        return false;
    };
    let Some(rest) = name.strip_prefix(company) else { return false };
    rest == class || rest.strip_prefix(CLASS_MARKS) == Some(class)
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
