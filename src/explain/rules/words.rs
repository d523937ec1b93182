//! Numbers and lists as the sentences of a rule sheet have them.

use std::collections::BTreeSet;

use crate::amount::{PER_CENT, grouped};
use crate::profile::manifest::Localized;
use crate::strategy::factor_score::ScoreRule;
use crate::symbol::Symbol;

/// The significant digits after the first: fewer than an `f64` has, so that the noise of an addition or a
/// multiplication does not show.
const DIGITS: usize = 12;

/// The most decimals of a percentage.
const PERCENT_DECIMALS: usize = 4;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A text in both languages.
pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Localized {
    Localized { en: en.into(), zh: zh.into() }
}

/// A number with as many digits as it takes.
pub fn plain(number: f64) -> String {
    format!("{:.DIGITS$e}", number + 0.0).parse::<f64>().unwrap_or(number).to_string()
}

/// A ratio as the number before a percent sign, to four decimals and without the zeros at their end: 0.025 as
/// `2.5`.
pub fn points(ratio: f64) -> String {
    let rounded = format!("{:.PERCENT_DECIMALS$}", ratio * PER_CENT);
    match rounded.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        points => points.to_owned(),
    }
}

/// An amount of US dollars, thousands set apart, with as many decimals as it takes.
pub fn dollars(amount: f64) -> String {
    let decimals = plain(amount).split_once('.').map_or(0, |(_, decimals)| decimals.len());
    grouped(amount, decimals)
}

/// Symbols, each once, separated as a sentence separates them.
pub fn symbols<'a>(symbols: impl IntoIterator<Item = &'a Symbol>) -> Localized {
    let mut seen = BTreeSet::new();
    list(symbols.into_iter().filter(|symbol| seen.insert(*symbol)).map(Symbol::as_str))
}

/// Words, separated as a sentence separates them: `a, b and c`, `a、b、c`.
pub fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> Localized {
    let words: Vec<&str> = words.into_iter().collect();
    let en = match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => words.concat(),
    };
    both(en, words.join("、"))
}

/// Things that a sentence counts up, the last one after an "and" in both languages: `a, b and c`, `a、b 和 c`.
pub fn enumerated(things: &[Localized]) -> Localized {
    let en = list(things.iter().map(|thing| thing.en.as_str())).en;
    let zh: Vec<&str> = things.iter().map(|thing| thing.zh.as_str()).collect();
    let zh = match zh.split_last() {
        Some((last, others)) if !others.is_empty() => {
            let others = others.join("、");
            let space = if others.ends_with(|end: char| end.is_ascii_alphanumeric()) { " " } else { "" };
            format!("{others}{space}和{}", spaced(last))
        }
        _ => zh.concat(),
    };
    both(en, zh)
}

/// What follows a Chinese character, with a space in front where it begins with a number or a Latin letter.
pub fn spaced(text: &str) -> String {
    if text.starts_with(|character: char| character.is_ascii_alphanumeric()) {
        format!(" {text}")
    } else {
        text.to_owned()
    }
}

/// Months by their numbers, each once, in the order of the year: `March and June`, `3、6 月`.
pub fn months(numbers: &[u32]) -> Localized {
    let numbers: BTreeSet<u32> = numbers.iter().copied().collect();
    let name = |number: &u32| {
        usize::try_from(*number).ok().and_then(|number| MONTHS.get(number.checked_sub(1)?)).copied()
    };
    let numbered: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    both(list(numbers.iter().filter_map(name)).en, format!("{} 月", numbered.join("、")))
}

/// Terms with their weights, added up: `0.35 z(mom_6_1) - 0.1 z(vol_63)`.
pub fn weighted_sum<T: AsRef<str>>(terms: impl IntoIterator<Item = (f64, T)>) -> String {
    let mut text = String::new();
    for (weight, term) in terms {
        text.push_str(match (text.is_empty(), weight < 0.0) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        });
        text.push_str(&format!("{} {}", plain(weight.abs()), term.as_ref()));
    }
    text
}

/// The score of a rule as a sum of weighted z-scores.
pub fn score(rule: &ScoreRule) -> String {
    weighted_sum(rule.factors.iter().map(|factor| (factor.weight, format!("z({})", factor.name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_no_noise_and_lose_no_digit() {
        // 0.55 * 100 is 55.00000000000001, 1 - 0.45 - 0.45 - 0.02 is 0.08000000000000004.
        assert_eq!(points(0.55), "55");
        assert_eq!(points(1.0 - 0.45 - 0.45 - 0.02), "8");
        assert_eq!(points(0.0251), "2.51");
        assert_eq!(points(0.000_001_2), "0.0001");
        assert_eq!(points(2.0), "200");
        assert_eq!([points(-0.0), points(-1e-18), points(1e-18)], ["0"; 3]);
        assert_eq!(plain(1.0 + 0.08), "1.08");
        assert_eq!(plain(0.123_456_789_01), "0.12345678901");
        assert_eq!(dollars(1e9), "1,000,000,000");
        assert_eq!(dollars(2500.5), "2,500.5");
    }

    #[test]
    fn weights_carry_their_signs() {
        assert_eq!(weighted_sum([(0.5, "a"), (-0.25, "b"), (0.1, "c")]), "0.5 a - 0.25 b + 0.1 c");
        assert_eq!(weighted_sum([(-1.0, "a")]), "-1 a");
    }

    #[test]
    fn a_list_ends_with_and() {
        assert_eq!(list(["a", "b", "c"]), both("a, b and c", "a、b、c"));
        assert_eq!((list(["a"]), list([])), (both("a", "a"), both("", "")));
        let things = ["a", "b", "c"].map(|thing| both(thing, thing));
        assert_eq!(enumerated(&things), both("a, b and c", "a、b 和 c"));
        assert_eq!(enumerated(&[both("1", "1 只"), both("2", "2 只")]), both("1 and 2", "1 只和 2 只"));
    }

    #[test]
    fn months_have_names() {
        assert_eq!(months(&[3, 12]), both("March and December", "3、12 月"));
        assert_eq!(months(&[12, 3, 3]), both("March and December", "3、12 月"));
    }
}
