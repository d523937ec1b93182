//! Highs and lows against their close.

use super::Used;
use crate::check::day::Day;
use crate::finding::{Code, Finding, Severity};

/// How far a close may be outside its high and low, as a ratio: files round them.
const OUTSIDE_RATIO: f64 = 0.001;

/// How far a high or low may be from its close, as a ratio. QQQ's have 13.9 % at most.
const LARGEST_RANGE: f64 = 0.30;

/// Finds bars whose close is outside of its range, and ranges that no day has: an error where the rule reads the range,
/// one warning for all other symbols.
pub fn examine(used: &[Used<'_>], day: &Day<'_>) -> Vec<Finding> {
    let (mut findings, mut others) = (Vec::new(), Vec::new());
    for one in used {
        let is_range_read = one.is_read && day.needs.ranges.contains(one.symbol);
        let bars = day.profile.strategy.range_bars().filter(|_| is_range_read);
        let bad = bad_bar(one, bars.unwrap_or(one.window.len()), is_range_read);
        if is_range_read { &mut findings } else { &mut others }.extend(bad);
    }
    let more = others.len().saturating_sub(1);
    findings.extend(others.into_iter().next().map(|mut first| {
        if more > 0 {
            first.message += &format!(", and {more} more symbols");
        }
        first.severity(Severity::Warning)
    }));
    findings
}

/// The newest bar of these whose high, low and close do not fit.
fn bad_bar(used: &Used<'_>, newest: usize, is_range_read: bool) -> Option<Finding> {
    let window = used.window.newest_up_to(newest);
    let bars = window.dates.iter().zip(window.closes).zip(window.highs.iter().zip(window.lows));
    for ((date, close), (high, low)) in bars.rev() {
        let (Some(high), Some(low)) = (high, low) else { continue };
        let is_outside = *close > high * (1.0 + OUTSIDE_RATIO) || *close < low * (1.0 - OUTSIDE_RATIO);
        let is_wide = |price: f64| (price / close - 1.0).abs() > LARGEST_RANGE;
        if is_outside || (is_range_read && (is_wide(*high) || is_wide(*low))) {
            let symbol = used.symbol;
            let message = format!("the high and low of `{symbol}` do not fit its close on {date}");
            return Some(
                Finding::new(Code::BadRange, message)
                    .symbol(symbol)
                    .observed(format!("low {low}, high {high}, close {close}"))
                    .expected("a close between low and high, and both within 30 % of it")
                    .hint("correct the bar; adjust high and low as the close is adjusted"),
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::{Bar, History};
    use crate::symbol::Symbol;

    fn is_bad(low: f64, close: f64, high: f64, is_range_read: bool) -> bool {
        let day = |day: u32, low, close, high| Bar {
            high: Some(high),
            low: Some(low),
            ..Bar::from_close(chrono::NaiveDate::from_ymd_opt(2025, 3, day).unwrap(), close)
        };
        let history: History = [day(3, low, close, high), day(4, 99.0, 100.0, 101.0)].into_iter().collect();
        let symbol = Symbol::literal("QQQ");
        let used = Used { symbol: &symbol, window: history.window(), is_read: true };
        bad_bar(&used, 2, is_range_read).is_some()
    }

    #[test]
    fn a_close_stands_between_low_and_high() {
        assert!(!is_bad(99.0, 100.0, 101.0, true));
        assert!(!is_bad(99.0, 100.0, 99.95, true));
        assert!(is_bad(99.0, 100.0, 99.8, true));
        assert!(is_bad(100.2, 100.0, 101.0, false));
    }

    #[test]
    fn a_range_that_no_day_has_is_bad_where_it_is_read() {
        assert!(is_bad(0.01, 100.0, 101.0, true));
        assert!(!is_bad(0.01, 100.0, 101.0, false));
        assert!(is_bad(99.0, 100.0, 131.0, true));
        assert!(!is_bad(71.0, 100.0, 129.0, true));
    }
}
