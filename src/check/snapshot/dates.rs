//! The date of a snapshot: one, not after the decision, and not too long before it.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

use crate::finding::{Code, Finding, Place};
use crate::market::calendar::Calendar;

/// A snapshot of this many months before the decision's, by month number, is still taken: the one of the last
/// month's end serves the whole month after.
pub const MOST_MONTHS_BEFORE: i32 = 1;

const MONTHS_PER_YEAR: i32 = 12;

/// How many dates a message lists.
const MOST_LISTED: usize = 4;

/// The dates of the rows, each with the place where it stands first.
pub type FirstPlaces = BTreeMap<NaiveDate, Place>;

/// Finds rows of several dates; which of them is meant can't be known.
pub fn mixed_dates(dates: &FirstPlaces, column: &str) -> Option<Finding> {
    let mut by_line: Vec<(NaiveDate, Place)> = dates.iter().map(|(date, place)| (*date, *place)).collect();
    by_line.sort_by_key(|(_, place)| *place);
    let (_, second) = by_line.get(1)?;
    let mut listed: Vec<String> = by_line
        .iter()
        .take(MOST_LISTED)
        .map(|(date, place)| format!("{date} from line {} on", place.line))
        .collect();
    if by_line.len() > MOST_LISTED {
        listed.push("and more".to_owned());
    }
    let finding = Finding::new(
        Code::FeatureSnapshotMixedDates,
        format!("the rows carry {} dates: {}", by_line.len(), listed.join(", ")),
    )
    .at(*second)
    .column(column)
    .observed(by_line.iter().map(|(date, _)| date.to_string()).collect::<Vec<_>>().join(", "))
    .expected("one date in all rows")
    .hint("keep the rows of one date; write a file for each");
    Some(finding)
}

/// Finds a snapshot that is dated after the decision.
pub fn future_as_of(snapshot: NaiveDate, decision: NaiveDate) -> Option<Finding> {
    (snapshot > decision).then(|| {
        Finding::new(Code::FeatureSnapshotFutureAsOf, "the snapshot is dated after the decision")
            .observed(snapshot)
            .expected(format!("{decision} or earlier"))
            .hint_with_code(
                "take the snapshot that was known on the day, or take this one with `strat decide --allow {code}`",
            )
    })
}

/// Finds a snapshot that lies more than one calendar month before the decision, by the number of the month:
/// on any day of May the one of April passes and the one of March does not.
pub fn stale(snapshot: NaiveDate, decision: NaiveDate) -> Option<Finding> {
    let months = month_number(decision) - month_number(snapshot);
    (months > MOST_MONTHS_BEFORE).then(|| {
        Finding::new(
            Code::FeatureSnapshotStale,
            format!("the snapshot is {months} calendar months older than the decision"),
        )
        .observed(snapshot)
        .expected(format!("a date in the month of {decision} or the month before"))
        .hint_with_code(
            "publish the snapshot of the last month's end, or take this one with `strat decide --allow {code}`",
        )
    })
}

/// Finds a snapshot of a day that is not the last session of its month: the sessions after it open the execution window
/// of the monthly profiles.
pub fn not_month_end(snapshot: NaiveDate, calendar: &Calendar) -> Option<Finding> {
    if !calendar.covers(snapshot) || calendar.is_last_session_of_month(snapshot) {
        return None;
    }
    let message = if calendar.is_session(snapshot) {
        format!("the snapshot is dated {snapshot}, which is not the last session of its month")
    } else {
        format!("the snapshot is dated {snapshot}, on which the exchange is closed")
    };
    let finding = Finding::new(Code::SnapshotNotMonthEnd, message)
        .observed(snapshot)
        .hint("use the snapshot of a month's last session, or correct the date");
    Some(match calendar.last_session_of_month(snapshot) {
        Some(last) => finding.expected(last),
        None => finding,
    })
}

/// The first day on which a snapshot of a date is stale; `None` beyond the last date there is.
pub fn first_stale_day(snapshot: NaiveDate) -> Option<NaiveDate> {
    let months = u32::try_from(MOST_MONTHS_BEFORE + 1).ok()?;
    snapshot.with_day(1)?.checked_add_months(Months::new(months))
}

fn month_number(date: NaiveDate) -> i32 {
    // `month0` is at most 11.
    date.year() * MONTHS_PER_YEAR + i32::try_from(date.month0()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn one_calendar_month_before_is_fresh_and_two_are_stale() {
        // 1 April to 31 May: 60 days, one month number. 31 March to 1 May: 31 days, two month numbers.
        assert_eq!(stale(date("2025-04-01"), date("2025-05-31")), None);
        let finding = stale(date("2025-03-31"), date("2025-05-01")).unwrap();
        assert_eq!(finding.message, "the snapshot is 2 calendar months older than the decision");
        assert_eq!(stale(date("2024-12-31"), date("2025-01-31")), None);
        assert!(stale(date("2024-11-29"), date("2025-01-02")).is_some());
    }

    #[test]
    fn the_first_stale_day_is_where_staleness_begins() {
        for (snapshot, first) in
            [("2025-03-31", "2025-05-01"), ("2024-11-01", "2025-01-01"), ("2024-12-31", "2025-02-01")]
        {
            let (snapshot, first) = (date(snapshot), date(first));
            assert_eq!(first_stale_day(snapshot), Some(first));
            assert!(stale(snapshot, first).is_some());
            assert_eq!(stale(snapshot, first.pred_opt().unwrap()), None);
        }
    }

    #[test]
    fn a_months_last_session_is_its_end() {
        let calendar = Calendar::default();
        let found = |day: &str| not_month_end(date(day), &calendar).map(|finding| finding.expected);
        // March 2024 ends on Good Friday, the 29th, and a weekend.
        assert_eq!(found("2024-03-28"), None);
        assert_eq!(found("2024-03-29"), Some(Some("2024-03-28".to_owned())));
        assert_eq!(found("2024-03-27"), Some(Some("2024-03-28".to_owned())));
        assert_eq!(found("2025-03-31"), None);
    }

    #[test]
    fn the_day_itself_is_not_the_future() {
        assert_eq!(future_as_of(date("2025-03-31"), date("2025-03-31")), None);
        assert!(future_as_of(date("2025-04-01"), date("2025-03-31")).is_some());
    }

    #[test]
    fn mixed_dates_come_with_the_line_of_each() {
        let place = |line| Place { line, character: 1 };
        let dates = FirstPlaces::from([(date("2025-02-28"), place(7)), (date("2025-03-31"), place(2))]);
        let finding = mixed_dates(&dates, "as_of").unwrap();
        assert_eq!(
            finding.message,
            "the rows carry 2 dates: 2025-03-31 from line 2 on, 2025-02-28 from line 7 on"
        );
        assert_eq!(finding.line, Some(7));
        let one = FirstPlaces::from([(date("2025-03-31"), place(2))]);
        assert_eq!(mixed_dates(&one, "as_of"), None);
    }
}
