//! Numbers as people read them.

/// Digits between two thousands separators.
const GROUP: usize = 3;

/// An amount with a comma between thousands and the given number of decimals.
pub fn grouped(amount: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", amount.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut text = if amount < 0.0 && !is_zero { "-".to_owned() } else { String::new() };
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(GROUP) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// An amount of US dollars to the cent.
pub fn usd(amount: f64) -> String {
    grouped(amount, 2)
}

/// A ratio as a percentage with two decimals.
pub fn percent(ratio: f64) -> String {
    format!("{} %", grouped(ratio * 100.0, 2))
}

/// The same with a sign in front, for a change; nothing that rounds to zero has one.
pub fn signed(text: &str, change: f64) -> String {
    if change > 0.0 { format!("+{text}") } else { text.to_owned() }
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
    }
}
