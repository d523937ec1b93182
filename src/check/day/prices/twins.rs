//! Two symbols that hold one series of closes.

use super::Used;
use crate::finding::{Code, Finding, Severity};
use crate::market::window::{Window, are_equal};
use crate::symbol::Symbol;

/// So many equal closes on common dates in a row are one series. The longest real run is 1.
const EQUAL_CLOSES: usize = 5;

/// Spreads the digits of a number over its highest bits: 2^64 over the golden ratio.
const HASH_FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// Finds two used symbols, the safe haven aside, that have equal closes on several common dates in a row.
pub fn twin_series(used: &[Used<'_>], safe_haven: &Symbol) -> Vec<Finding> {
    let compared: Vec<&Used<'_>> = used.iter().filter(|one| one.symbol != safe_haven).collect();
    let mut findings = Vec::new();
    // Symbols with the dates of the first one, among which no two closes are equal where a run would have them.
    let same_dates: Vec<bool> = compared
        .iter()
        .map(|one| compared.first().is_some_and(|first| are_equal(first.window.dates, one.window.dates)))
        .collect();
    let of_one_calendar = compared.iter().zip(&same_dates).filter(|(_, is_same)| **is_same);
    let closes: Vec<&[f64]> = of_one_calendar.map(|(one, _)| one.window.closes).collect();
    let may_be = have_equal_closes(&closes);
    for (place, (one, is_same)) in compared.iter().zip(&same_dates).enumerate() {
        for (other, is_other_same) in compared.iter().zip(&same_dates).skip(place + 1) {
            let is_ruled_out = *is_same && *is_other_same && !may_be;
            if !is_ruled_out && are_twins(one.window, other.window) {
                findings.push(twins(one, other));
            }
        }
    }
    findings
}

/// Whether any two of these series of one calendar have an equal close at one of the places of which every run of equal
/// closes holds one.
fn have_equal_closes(series: &[&[f64]]) -> bool {
    let length = series.first().map_or(0, |closes| closes.len());
    let mut closes: Vec<f64> = Vec::with_capacity(series.len());
    (0..length).step_by(EQUAL_CLOSES).any(|place| {
        closes.clear();
        closes.extend(series.iter().filter_map(|closes| closes.get(place)));
        if !may_repeat(&closes) {
            return false;
        }
        closes.sort_unstable_by(f64::total_cmp);
        closes.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
    })
}

/// Whether two of these numbers may be equal: each marks one of 4,096 bits by its digits, which is faster than a sort.
fn may_repeat(numbers: &[f64]) -> bool {
    let mut marks = [0_u64; 64];
    numbers.iter().any(|number| {
        let hash = number.to_bits().wrapping_mul(HASH_FACTOR) >> 52;
        let Some(word) = usize::try_from(hash >> 6).ok().and_then(|word| marks.get_mut(word)) else {
            return true;
        };
        let mark = 1 << (hash & 63);
        let is_marked = *word & mark != 0;
        *word |= mark;
        is_marked
    })
}

fn twins(one: &Used<'_>, other: &Used<'_>) -> Finding {
    let severity = if one.is_read || other.is_read { Severity::Error } else { Severity::Warning };
    Finding::new(
        Code::TwinSeries,
        format!(
            "`{}` and `{}` have the same closes on {EQUAL_CLOSES} days in a row",
            one.symbol, other.symbol
        ),
    )
    .severity(severity)
    .symbol(other.symbol)
    .observed(format!("{}, {}", one.symbol, other.symbol))
    .expected("closes of its own for each symbol")
    .hint("download the prices of both symbols again, one after the other")
}

fn are_twins(one: Window<'_>, other: Window<'_>) -> bool {
    if one.dates == other.dates {
        // A run holds one of every five places, and most pairs have no equal close there.
        let is_equal = |place: usize| one.closes.get(place) == other.closes.get(place);
        let may_be = (0..one.len()).step_by(EQUAL_CLOSES).any(is_equal);
        if !may_be {
            return false;
        }
    }
    let (mut left, mut right, mut run) = (0, 0, 0);
    while let (Some(date), Some(other_date)) = (one.dates.get(left), other.dates.get(right)) {
        match date.cmp(other_date) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                run = if one.closes.get(left) == other.closes.get(right) { run + 1 } else { 0 };
                if run >= EQUAL_CLOSES {
                    return true;
                }
                (left, right) = (left + 1, right + 1);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::calendar::Calendar;
    use crate::market::history::History;

    fn history(closes: &[f64], without: &[usize]) -> History {
        let sessions =
            Calendar::default().next_sessions("2025-01-02".parse().unwrap(), closes.len()).unwrap();
        let days = sessions.into_iter().zip(closes.iter().copied()).enumerate();
        History::from_closes(days.filter(|(index, _)| !without.contains(index)).map(|(_, day)| day))
    }

    fn found(one: &History, other: &History, safe_haven: &'static str) -> usize {
        let symbols = [Symbol::literal("EEM"), Symbol::literal("EFA")];
        let used = [(0, one), (1, other)].map(|(index, history): (usize, &History)| Used {
            symbol: &symbols[index],
            window: history.window(),
            is_read: true,
        });
        twin_series(&used, &Symbol::literal(safe_haven)).len()
    }

    #[test]
    fn five_equal_closes_in_a_row_are_one_series() {
        let own = history(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &[]);
        let four = history(&[9.0, 2.0, 3.0, 4.0, 5.0, 9.0, 9.0, 9.0], &[]);
        let five = history(&[9.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0, 9.0], &[]);
        assert_eq!(found(&own, &four, "BIL"), 0);
        assert_eq!(found(&own, &five, "BIL"), 1);
        assert_eq!(found(&own, &five, "EFA"), 0);
    }

    #[test]
    fn a_day_that_one_of_them_lacks_does_not_part_the_run() {
        let own = history(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &[4]);
        let five = history(&[9.0, 2.0, 3.0, 4.0, 9.0, 6.0, 7.0, 9.0], &[]);
        assert_eq!(found(&own, &five, "BIL"), 1);
    }
}
