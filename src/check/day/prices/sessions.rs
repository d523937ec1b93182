//! Bars on days on which the exchange is closed: a calendar that was filled, or dates that are off by a day.

use chrono::{Datelike, NaiveDate, Weekday};

use super::Used;
use crate::amount::{counted, rough_percent};
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::history::History;
use crate::market::window::once_for_equal_dates;
use crate::number::of_count;
use crate::symbol::Symbol;

/// The share of a symbol's bars on closed days from which on they are an error. Real files have none, holidays that were
/// filled make 0.4 %, a calendar of business days 4.5 %.
const MOST_CLOSED_RATIO: f64 = 0.02;

/// So few bars on closed days are never an error.
const FEWEST_CLOSED: usize = 3;

/// A weekday with at least this share of the bars of a usual one is full.
const FULL_RATIO: f64 = 0.5;

/// A weekday with at most this share of them is nearly empty.
const EMPTY_RATIO: f64 = 0.1;

/// The cure of a few bars on closed days.
const REMOVE_ROWS: &str = "remove the rows; days without trading have no bar";

/// Finds bars on days without a session, which count as sessions in every average. One finding for all symbols: an error
/// where the decision read a symbol that has many of them.
pub fn bars_without_session(used: &[Used<'_>], calendar: &Calendar) -> Option<Finding> {
    let has_none = |date: &&NaiveDate| calendar.covers(**date) && !calendar.is_session(**date);
    let mut closed = once_for_equal_dates(|dates| dates.iter().filter(has_none).count());
    let with_closed: Vec<(&Used<'_>, usize)> =
        used.iter().map(|one| (one, closed(one.window.dates))).filter(|(_, count)| *count > 0).collect();
    let (first, _) = with_closed.first()?;
    let count: usize = with_closed.iter().map(|(_, count)| count).sum();
    let is_much = |(one, count): &&(&Used<'_>, usize)| {
        *count >= FEWEST_CLOSED && of_count(*count) > MOST_CLOSED_RATIO * of_count(one.window.len())
    };
    let read = with_closed.iter().filter(|(one, _)| one.is_read).find(is_much);
    let message = format!(
        "{} of {} {} on which the exchange is closed, and {}",
        counted(count, "bar"),
        counted(with_closed.len(), "used symbol"),
        if count == 1 { "lies on a day" } else { "lie on days" },
        if count == 1 { "counts as a session" } else { "count as sessions" }
    );
    let finding = Finding::new(Code::BarWithoutSession, message)
        .symbol(first.symbol)
        .observed(first.window.dates.iter().find(has_none)?)
        .expected("sessions of the exchange");
    let much = read.or_else(|| with_closed.iter().find(is_much));
    let Some((worst, _)) = much else {
        return Some(finding.hint(REMOVE_ROWS));
    };
    let share = rough_percent(MOST_CLOSED_RATIO);
    Some(
        finding
            .symbol(worst.symbol)
            .severity(if read.is_some() { Severity::Error } else { Severity::Warning })
            .expected(format!("sessions of the exchange; at most {share} of the bars on other days"))
            .hint_with_code(cure(worst)),
    )
}

/// Finds bars after the decision date that were left out when it was chosen: no session lies on their days.
pub fn bars_after(
    as_of: NaiveDate,
    histories: &[(&Symbol, &History)],
    calendar: &Calendar,
) -> Option<Finding> {
    let is_closed = |date: &NaiveDate| *date > as_of && calendar.covers(*date) && !calendar.is_session(*date);
    let closed = |history: &History| history.dates.iter().rev().copied().take_while(is_closed).last();
    let with_closed: Vec<(&Symbol, NaiveDate)> =
        histories.iter().filter_map(|(symbol, history)| Some((*symbol, closed(history)?))).collect();
    let (symbol, date) = with_closed.first()?;
    let message = format!(
        "{} {} bars after {as_of} on days on which the exchange is closed; the decision date is {as_of}",
        counted(with_closed.len(), "used symbol"),
        if with_closed.len() == 1 { "has" } else { "have" }
    );
    Some(
        Finding::new(Code::BarWithoutSession, message)
            .symbol(symbol)
            .observed(date)
            .expected("sessions of the exchange")
            .hint(REMOVE_ROWS),
    )
}

fn cure(used: &Used<'_>) -> &'static str {
    let bars_on =
        |weekday: Weekday| used.window.dates.iter().filter(|date| date.weekday() == weekday).count();
    let usual = of_count(bars_on(Weekday::Tue) + bars_on(Weekday::Wed) + bars_on(Weekday::Thu)) / 3.0;
    let is_shifted = |full: Weekday, empty: Weekday| {
        of_count(bars_on(full)) >= FULL_RATIO * usual && of_count(bars_on(empty)) <= EMPTY_RATIO * usual
    };
    if is_shifted(Weekday::Sun, Weekday::Fri) || is_shifted(Weekday::Sat, Weekday::Mon) {
        return "the dates are shifted by a day: export the dates of the exchange, and remove no row";
    }
    "the calendar was filled: get the closes from a source without bars on such days; `--allow {code}` decides anyway"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn found(dates: impl Iterator<Item = NaiveDate>, is_read: bool) -> Option<Finding> {
        let history = History::from_closes(dates.map(|date| (date, 1.0)));
        let symbol = Symbol::literal("QQQ");
        let used = [Used { symbol: &symbol, window: history.window(), is_read }];
        bars_without_session(&used, &Calendar::default())
    }

    /// Calendar days of 2024 by weekday.
    fn days(is_kept: impl Fn(Weekday) -> bool) -> impl Iterator<Item = NaiveDate> {
        date("2024-01-02").iter_days().take(364).filter(move |date| is_kept(date.weekday()))
    }

    #[test]
    fn sessions_alone_are_in_good_order() {
        let calendar = Calendar::default();
        assert_eq!(found(days(|_| true).filter(move |date| calendar.is_session(*date)), true), None);
    }

    #[test]
    fn single_bars_on_closed_days_are_counted_and_the_first_is_named() {
        // A Saturday, and the day of mourning for a president.
        let filled = ["2025-01-03", "2025-01-04", "2025-01-09"].map(date);
        let finding = found(filled.into_iter(), true).unwrap();
        assert_eq!(
            finding.message,
            "2 bars of 1 used symbol lie on days on which the exchange is closed, and count as sessions"
        );
        assert_eq!((finding.observed.as_deref(), finding.severity), (Some("2025-01-04"), Severity::Warning));
        let alone = found(["2025-01-03", "2025-01-04"].map(date).into_iter(), true).unwrap();
        assert_eq!(
            alone.message,
            "1 bar of 1 used symbol lies on a day on which the exchange is closed, and counts as a session"
        );
    }

    #[test]
    fn bars_after_the_newest_session_are_named() {
        let symbol = Symbol::literal("QQQ");
        let after = |dates: &[&str]| {
            let history = History::from_closes(dates.iter().map(|text| (date(text), 1.0)));
            bars_after(date("2025-03-31"), &[(&symbol, &history)], &Calendar::default())
        };
        assert_eq!(after(&["2025-03-28", "2025-03-31"]), None);
        // 5 and 6 April 2025 are a weekend.
        let found = after(&["2025-03-31", "2025-04-05", "2025-04-06"]).unwrap();
        assert_eq!(found.observed.as_deref(), Some("2025-04-05"));
        assert_eq!(found.severity, Severity::Warning);
    }

    #[test]
    fn many_are_an_error_where_the_symbol_was_read() {
        // Business days hold ten holidays of 260 days: 3.8 %.
        let business = || days(|weekday| weekday.number_from_monday() <= 5);
        let finding = found(business(), true).unwrap();
        assert_eq!(finding.severity, Severity::Error);
        assert!(finding.hint.unwrap().starts_with("the calendar was filled"));
        assert_eq!(found(business(), false).unwrap().severity, Severity::Warning);
    }

    #[test]
    fn a_calendar_with_weekends_was_filled_and_a_shifted_one_was_not() {
        let hint = |days: &mut dyn Iterator<Item = NaiveDate>| found(days, true).unwrap().hint.unwrap();
        assert!(hint(&mut days(|_| true)).starts_with("the calendar was filled"));
        for (full, empty) in [(Weekday::Sun, Weekday::Fri), (Weekday::Sat, Weekday::Mon)] {
            let other = if full == Weekday::Sun { Weekday::Sat } else { Weekday::Sun };
            let mut shifted = days(|weekday| weekday != empty && weekday != other);
            assert!(hint(&mut shifted).starts_with("the dates are shifted by a day"));
        }
    }
}
