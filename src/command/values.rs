//! How the value of one flag is read, and what is expected where it can't be.

use std::ops::RangeBounds;
use std::str::FromStr;

use chrono::NaiveDate;
use clap::builder::NonEmptyStringValueParser;

use super::decide::TargetModeFlag;
use super::inputs::Holdings;
use crate::account::LARGEST_VALUE_USD;
use crate::finding::Code;
use crate::market::new_york;
use crate::plan::step::QuantityStep;
use crate::profile::words::{PlatformId, TargetMode};
use crate::suggestion;
use crate::symbol::Symbol;

/// A name of a profile, file or folder: a script whose variable is not set leaves an empty one.
pub(super) fn not_empty() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

pub(super) fn target_mode(text: &str) -> Result<TargetModeFlag, String> {
    if text.trim().eq_ignore_ascii_case("native") {
        return Ok(TargetModeFlag::Native);
    }
    let mode = TargetMode::parse(text).map(TargetModeFlag::Mode);
    mode.map_err(|_| "expected `native`, `weight` or `value`".to_owned())
}

pub(super) fn platform(text: &str) -> Result<PlatformId, String> {
    PlatformId::parse(text).map_err(|unknown| unknown.in_one_line())
}

pub(super) fn quantity_step(text: &str) -> Result<QuantityStep, String> {
    let step = text.trim().parse().ok().and_then(QuantityStep::new);
    step.ok_or_else(|| {
        "expected a number of shares from 0.000000001 to 1000000, such as 1 or 0.0001".to_owned()
    })
}

/// Reads a number of a range; the words say what is expected.
pub(super) fn number<T: FromStr + PartialOrd>(
    range: impl RangeBounds<T> + Clone,
    expected: &'static str,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected {expected}"))
    }
}

/// Reads US dollars that may be none.
pub(super) fn not_negative_usd(text: &str) -> Result<f64, String> {
    number(0.0..=LARGEST_VALUE_USD, "US dollars from 0, such as 250")(text)
}

pub(super) fn alias(text: &str) -> Result<(Symbol, Symbol), String> {
    let parts = text.split_once('=').and_then(|(held, name)| Some((symbol(held).ok()?, symbol(name).ok()?)));
    parts.ok_or_else(|| {
        "expected the holding's spelling and the profile's symbol, such as META.O=META".to_owned()
    })
}

/// The value of `--holdings` of an account that holds nothing.
const NO_HOLDINGS: &str = "none";

/// With another separator, the whole list would be one symbol.
pub(super) fn holdings(text: &str) -> Result<Holdings, String> {
    if text.trim().eq_ignore_ascii_case(NO_HOLDINGS) {
        return Ok(Holdings(Vec::new()));
    }
    let symbols: Vec<Symbol> = text.split(',').filter_map(Symbol::parse).collect();
    if symbols.is_empty() {
        return Err(format!("it names no symbol; `{NO_HOLDINGS}` says that nothing is held"));
    }
    match symbols.iter().find(|symbol| !symbol.is_plausible() || symbol.as_str().contains(' ')) {
        Some(symbol) => {
            Err(format!("`{symbol}` is not a symbol; expected symbols separated by commas, such as QQQ,TQQQ"))
        }
        None => Ok(Holdings(symbols)),
    }
}

pub(super) fn symbol(text: &str) -> Result<Symbol, String> {
    Symbol::parse(text).filter(Symbol::is_plausible).ok_or_else(|| "expected a symbol such as SPY".to_owned())
}

pub(super) fn equity(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(equity) if equity.abs() <= LARGEST_VALUE_USD => Ok(equity),
        _ => Err(format!("expected US dollars as a plain number up to {LARGEST_VALUE_USD:e}, such as 25000")),
    }
}

pub(super) fn max_lag(text: &str) -> Result<usize, String> {
    number(0_usize.., "a whole number of sessions from 0")(text)
}

pub(super) fn as_of(text: &str) -> Result<NaiveDate, String> {
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

/// Reads the code of a finding.
pub(super) fn finding_code(text: &str) -> Result<Code, String> {
    let word = text.trim().to_lowercase();
    Code::parse(&word).ok_or_else(|| {
        let allowable = Code::ALL.iter().filter(|code| code.can_be_allowed()).map(|code| code.as_str());
        suggestion::question(&suggestion::nearest(&word, allowable))
            .or_else(|| {
                suggestion::question(&suggestion::nearest(&word, Code::ALL.iter().map(|code| code.as_str())))
            })
            .unwrap_or_else(|| "it is not a finding; `strat explain --codes` lists them".to_owned())
    })
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
        assert_eq!(equity("25000"), Ok(25000.0));
        for bad in ["NaN", "inf", "1e999", "1e16", "25k", ""] {
            assert!(equity(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_one_of_the_catalogue() {
        assert_eq!(finding_code(" Stale_Price "), Ok(Code::StalePrice));
        assert_eq!(finding_code("bad_price"), Ok(Code::BadPrice));
        assert_eq!(finding_code("stale_prices").unwrap_err(), "did you mean `stale_price`?");
        // One that can't be allowed is named where no other is near.
        assert_eq!(finding_code("few_candidate").unwrap_err(), "did you mean `few_candidates`?");
        assert!(finding_code("xyz").unwrap_err().starts_with("it is not a finding"));
    }

    #[test]
    fn holdings_may_be_none() {
        assert_eq!(holdings("none"), Ok(Holdings(Vec::new())));
        for unset in ["", " ", ","] {
            assert!(holdings(unset).is_err(), "{unset}");
        }
        assert_eq!(holdings(" a, B,").map(|Holdings(symbols)| symbols.len()), Ok(2));
    }
}
