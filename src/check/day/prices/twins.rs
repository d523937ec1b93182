//! Two symbols that hold one series of closes.

use super::{Used, common_closes};
use crate::finding::{Code, Finding, Severity, quoted};
use crate::market::window::{Window, are_equal};
use crate::symbol::Symbol;

/// So many equal closes on common dates in a row are one series. The longest real run is 1.
const EQUAL_CLOSES: usize = 5;

/// Spreads the digits of a number over its highest bits: 2^64 over the golden ratio.
const HASH_FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// Finds used symbols, the safe haven aside, that have equal closes on several common dates in a row.
pub fn twin_series(used: &[Used<'_>], safe_haven: &Symbol) -> Vec<Finding> {
    let compared: Vec<&Used<'_>> = used.iter().filter(|one| one.symbol != safe_haven).collect();
    // Symbols with the dates of the first one, among which no two closes are equal where a run would have them.
    let has_first_dates = |one: &Used<'_>| {
        compared.first().is_some_and(|first| are_equal(first.window.dates, one.window.dates))
    };
    let same_dates: Vec<bool> = compared.iter().map(|one| has_first_dates(one)).collect();
    let of_one_calendar = compared.iter().zip(&same_dates).filter(|(_, is_same)| **is_same);
    let closes: Vec<&[f64]> = of_one_calendar.map(|(one, _)| one.window.closes).collect();
    let may_be = have_equal_closes(&closes);
    if !may_be && closes.len() == compared.len() {
        return Vec::new();
    }
    let mut groups: Vec<Vec<(&Used<'_>, bool)>> = Vec::new();
    for (one, is_same) in compared.iter().copied().zip(same_dates.iter().copied()) {
        let is_twin = |(other, is_other_same): &(&Used<'_>, bool)| {
            let is_ruled_out = is_same && *is_other_same && !may_be;
            !is_ruled_out && are_twins(other.window, one.window)
        };
        match groups.iter_mut().find(|group| group.iter().any(is_twin)) {
            Some(group) => group.push((one, is_same)),
            None => groups.push(vec![(one, is_same)]),
        }
    }
    groups.iter().filter_map(|group| twins(&group.iter().map(|(one, _)| *one).collect::<Vec<_>>())).collect()
}

/// Whether any two of these series of one calendar have an equal close at one of the places of which every run of equal
/// closes holds one.
fn have_equal_closes(series: &[&[f64]]) -> bool {
    let length = series.first().map_or(0, |closes| closes.len());
    (0..length).step_by(EQUAL_CLOSES).any(|place| may_repeat(series, place) && do_repeat(series, place))
}

/// Whether two closes of a place may be equal: each marks one of 4,096 bits by its digits, which is faster than a sort.
fn may_repeat(series: &[&[f64]], place: usize) -> bool {
    let mut marks = [0_u64; 64];
    let mut is_repeated = 0;
    for closes in series {
        let Some(close) = closes.get(place) else { continue };
        // The six highest bits of the hash choose the word, the next six the bit in it.
        let hash = close.to_bits().wrapping_mul(HASH_FACTOR) >> 52;
        if let Some(word) = usize::try_from(hash >> 6).ok().and_then(|word| marks.get_mut(word)) {
            is_repeated |= *word >> (hash & 63) & 1;
            *word |= 1 << (hash & 63);
        }
    }
    is_repeated == 1
}

/// Whether two closes of a place are equal.
fn do_repeat(series: &[&[f64]], place: usize) -> bool {
    let mut closes: Vec<f64> = series.iter().filter_map(|closes| closes.get(place).copied()).collect();
    closes.sort_unstable_by(f64::total_cmp);
    closes.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// The finding about symbols with one series; `None` of one symbol.
fn twins(group: &[&Used<'_>]) -> Option<Finding> {
    let symbols: Vec<&str> = group.iter().map(|one| one.symbol.as_str()).collect();
    let (last, others) = symbols.split_last().filter(|(_, others)| !others.is_empty())?;
    let is_read = group.iter().any(|one| one.is_read);
    Some(
        Finding::new(
            Code::TwinSeries,
            format!("{} and `{last}` have the same closes on {EQUAL_CLOSES} days in a row", quoted(others)),
        )
        .severity(if is_read { Severity::Error } else { Severity::Warning })
        .symbol(group.get(1)?.symbol)
        .observed(symbols.join(", "))
        .expected("closes of its own for each symbol")
        .hint("download the prices of each symbol again, one after the other"),
    )
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
    let mut run = 0;
    common_closes(one, other).any(|(close, other_close)| {
        run = if close == other_close { run + 1 } else { 0 };
        run >= EQUAL_CLOSES
    })
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
    fn copies_of_one_series_are_one_finding() {
        let series = history(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[]);
        let own = history(&[9.0, 8.0, 7.0, 6.0, 5.0, 4.0], &[]);
        let symbols = ["AGG", "EEM", "EFA", "SPY"].map(|text| Symbol::parse(text).unwrap());
        let used: Vec<Used<'_>> = symbols
            .iter()
            .zip([&series, &series, &own, &series])
            .map(|(symbol, history)| Used {
                symbol,
                window: history.window(),
                is_read: symbol.as_str() == "SPY",
            })
            .collect();
        let found = twin_series(&used, &Symbol::literal("BIL"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`AGG`, `EEM` and `SPY` have the same closes on 5 days in a row");
        assert_eq!(found[0].severity, Severity::Error);
    }

    #[test]
    fn a_day_that_one_of_them_lacks_does_not_part_the_run() {
        let own = history(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &[4]);
        let five = history(&[9.0, 2.0, 3.0, 4.0, 9.0, 6.0, 7.0, 9.0], &[]);
        assert_eq!(found(&own, &five, "BIL"), 1);
    }
}
