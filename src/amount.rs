//! Numbers as people read them: amounts, percentages, counts with their noun.

use std::fmt::Display;

/// Digits between two thousands separators.
const GROUP: usize = 3;

/// An amount with a comma between thousands and the given number of decimals.
pub fn grouped(amount: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", amount.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if amount < 0.0 && !is_zero { "-" } else { "" };
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    format!("{sign}{}{fraction}", with_commas(whole))
}

/// A count with a comma between thousands.
pub fn grouped_count(count: u64) -> String {
    with_commas(&count.to_string())
}

fn with_commas(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(GROUP) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount of US dollars to the cent.
pub fn usd(amount: f64) -> String {
    grouped(amount, 2)
}

/// What a ratio is multiplied by to be read as a percentage.
pub const PER_CENT: f64 = 100.0;

/// A ratio as a percentage with two decimals.
pub fn percent(ratio: f64) -> String {
    percent_with(ratio, 2)
}

/// A ratio as a percentage with the given number of decimals.
pub fn percent_with(ratio: f64, decimals: usize) -> String {
    format!("{} %", grouped(ratio * PER_CENT, decimals))
}

/// A ratio as a percentage with one decimal, for sentences.
pub fn rough_percent(ratio: f64) -> String {
    percent_with(ratio, 1)
}

/// A number that is drawn already, with a plus in front where it is a rise; nothing that rounds to zero has one.
pub fn signed(text: &str, change: f64) -> String {
    let is_zero = !text.contains(|character| matches!(character, '1'..='9'));
    if change > 0.0 && !is_zero { format!("+{text}") } else { text.to_owned() }
}

/// A count with its noun: `1 row`, `2 rows`.
pub fn counted<N: Display + From<u8> + PartialEq>(count: N, one: &str) -> String {
    if count == N::from(1) { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(500.0, 0), "500");
        assert_eq!(grouped(30_000.0, 0), "30,000");
        assert_eq!(usd(1_234_567.891), "1,234,567.89");
        assert_eq!(usd(-1234.5), "-1,234.50");
        assert_eq!(usd(-0.001), "0.00");
    }

    #[test]
    fn a_ratio_is_read_as_a_percentage() {
        assert_eq!(percent(0.125), "12.50 %");
        assert_eq!(signed(&percent(0.5), 0.5), "+50.00 %");
        assert_eq!(signed(&percent(-0.5), -0.5), "-50.00 %");
        assert_eq!(rough_percent(1.0 / 3.0), "33.3 %");
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        // 0.001 % either way.
        for change in [0.000_01, -0.000_01, 0.0] {
            assert_eq!(signed(&percent(change), change), "0.00 %");
        }
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(
            (counted(1_usize, "fund"), counted(0_u64, "fund")),
            ("1 fund".to_owned(), "0 funds".to_owned())
        );
    }
}
