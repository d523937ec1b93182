//! How the plain value of one flag is read, and what is expected where it can't be. A type of its own reads itself.

use std::ops::RangeBounds;
use std::str::FromStr;

use chrono::NaiveDate;
use clap::builder::NonEmptyStringValueParser;

use crate::account::LARGEST_VALUE_USD;
use crate::market::new_york;

/// A name of a profile, file or folder: a script whose variable is not set leaves an empty one.
pub(crate) fn not_empty() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// Reads a number of a range; the words say what is expected.
pub(crate) fn number<T: FromStr + PartialOrd>(
    range: impl RangeBounds<T> + Clone,
    expected: &'static str,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected {expected}"))
    }
}

/// Reads US dollars that may be none.
pub(crate) fn not_negative_usd(text: &str) -> Result<f64, String> {
    number(0.0..=LARGEST_VALUE_USD, "US dollars from 0, such as 250")(text)
}

/// Reads US dollars of either sign.
pub(crate) fn usd(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(equity) if equity.abs() <= LARGEST_VALUE_USD => Ok(equity),
        _ => Err(format!("expected US dollars as a plain number up to {LARGEST_VALUE_USD:e}, such as 25000")),
    }
}

/// Reads a number of sessions.
pub(crate) fn sessions(text: &str) -> Result<usize, String> {
    number(0_usize.., "a whole number of sessions from 0")(text)
}

/// Reads a date; a time with a zone means its New York date.
pub(crate) fn as_of(text: &str) -> Result<NaiveDate, String> {
    let text = text.trim();
    new_york::read_date(text).map(new_york::DateReading::new_york).map_err(|error| match error {
        new_york::DateError::Shape if is_clock_word(text) => format!("{error}; {NO_CLOCK}"),
        new_york::DateError::Shape => match meant_date(text) {
            Some(date) => format!("{error}; did you mean `{date}`?"),
            None => error.to_string(),
        },
        _ => format!("{error}; expected {}", new_york::DATE_FORMS),
    })
}

/// What to write in place of a word that only a clock can read.
const NO_CLOCK: &str = "strat reads no clock: in a shell write `\"$(TZ=America/New_York date +%F)\"`";

fn is_clock_word(text: &str) -> bool {
    ["today", "now", "yesterday"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The date that another way of writing it can only mean: year first, or a day above 12 beside the month.
fn meant_date(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<u32>().ok();
    let date = |year: &str, month: &str, day: &str| {
        NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
    };
    if first.len() == 4 {
        return date(first, second, third);
    }
    if third.len() != 4 {
        return None;
    }
    match (date(third, first, second), date(third, second, first)) {
        (Some(date), None) | (None, Some(date)) => Some(date),
        // 03/04/2025 is a day in March and one in April.
        (Some(month_first), Some(day_first)) => (month_first == day_first).then_some(day_first),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_a_zone_is_its_new_york_date() {
        assert_eq!(as_of("2025-04-01T01:00:00Z"), Ok("2025-03-31".parse().unwrap()));
        assert_eq!(as_of("2025-03-31"), Ok("2025-03-31".parse().unwrap()));
        assert!(as_of("2025-3-31").is_err());
    }

    #[test]
    fn a_date_that_is_written_otherwise_is_told_the_right_form() {
        for text in ["2025-3-31", "2025/03/31", "20250331", "31.03.2025", "03/31/2025", "31/3/2025"] {
            let said = as_of(text).unwrap_err();
            assert!(said.ends_with("did you mean `2025-03-31`?"), "{text}: {said}");
        }
        assert!(as_of("4/4/2025").unwrap_err().ends_with("did you mean `2025-04-04`?"));
        // March or April; no such day; not a date.
        for text in ["03/04/2025", "2025-2-30", "31.31.2025", "2025", "a-b-c", "1-2-3-4"] {
            let said = as_of(text).unwrap_err();
            assert!(!said.contains("did you mean"), "{text}: {said}");
        }
        assert!(as_of("Today").unwrap_err().contains("strat reads no clock"));
    }

    #[test]
    fn an_equity_is_a_finite_number() {
        assert_eq!(usd("25000"), Ok(25000.0));
        for bad in ["NaN", "inf", "1e999", "1e16", "25k", ""] {
            assert!(usd(bad).is_err(), "{bad}");
        }
    }
}
