//! The months that a momentum counts back: one without a close moves its bases.

use chrono::{Datelike, NaiveDate};

use super::Used;
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::momentum::{FEWEST_MONTHS, MONTHS_BACK};

/// The newest months with data, newest first.
pub type Months = [Option<Month>; FEWEST_MONTHS];

/// A calendar month: its number since year 0, and the last date in it that has a close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Month {
    number: i32,
    last: NaiveDate,
}

/// Finds a month without a close, or else months that the momentum starts from and whose last close is missing.
pub fn examine(used: &Used<'_>, months: &Months, calendar: &Calendar) -> Option<Finding> {
    missing_month(used, months).or_else(|| month_end_missing(used, months, calendar))
}

/// The newest months of dates.
pub fn months(dates: &[NaiveDate]) -> Months {
    let mut months = [None; FEWEST_MONTHS];
    let mut count = 0;
    let mut newest: Option<i32> = None;
    for date in dates.iter().rev() {
        let number = date.year() * 12 + date.month0() as i32;
        if newest == Some(number) {
            continue;
        }
        let Some(slot) = months.get_mut(count) else { break };
        *slot = Some(Month { number, last: *date });
        (newest, count) = (Some(number), count + 1);
    }
    months
}

fn missing_month(used: &Used<'_>, months: &[Option<Month>]) -> Option<Finding> {
    let pairs = months.iter().zip(months.iter().skip(1));
    let mut gap = pairs.filter_map(|(newer, older)| Some((newer.as_ref()?, older.as_ref()?)));
    let (newer, _) = gap.find(|(newer, older)| newer.number - older.number > 1)?;
    let missing = newer.number - 1;
    Some(
        Finding::new(
            Code::MissingMonth,
            format!(
                "`{}` has no close in {}-{:02}, so its momentum counts from an earlier month",
                used.symbol,
                missing.div_euclid(12),
                missing.rem_euclid(12) + 1
            ),
        )
        .severity(used.worst())
        .symbol(used.symbol)
        .expected("a close in each of the 13 months of the momentum")
        .hint("add the closes of this month"),
    )
}

fn month_end_missing(used: &Used<'_>, months: &[Option<Month>], calendar: &Calendar) -> Option<Finding> {
    let (month, last) = MONTHS_BACK.into_iter().find_map(|back| {
        let month = months.get(back).copied().flatten()?;
        let last = calendar.last_session_of_month(month.last)?;
        (month.last < last).then_some((month, last))
    })?;
    Some(
        Finding::new(
            Code::MonthEndMissing,
            format!("the last close of `{}` in its month is of {}, not of {last}", used.symbol, month.last),
        )
        .severity(Severity::Warning)
        .symbol(used.symbol)
        .observed(month.last)
        .expected(last)
        .hint("add the close of the month's last session, which the momentum starts from"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;
    use crate::symbol::Symbol;

    /// What is found where these days of 2024-01-02 to 2025-03-14 have no close.
    fn found(is_missing: impl Fn(NaiveDate) -> bool) -> Option<Code> {
        let calendar = Calendar::default();
        let first: NaiveDate = "2024-01-02".parse().unwrap();
        let sessions = first
            .iter_days()
            .take_while(|day| *day <= "2025-03-14".parse().unwrap())
            .filter(|day| calendar.is_session(*day) && !is_missing(*day));
        let history = History::from_closes(sessions.map(|day| (day, 1.0)));
        let symbol = Symbol::literal("EFA");
        let used = Used { symbol: &symbol, window: history.window(), is_read: true };
        examine(&used, &months(&history.dates), &calendar).map(|finding| finding.code)
    }

    #[test]
    fn a_month_without_a_close_is_named() {
        assert_eq!(found(|_| false), None);
        assert_eq!(found(|day| (day.year(), day.month()) == (2024, 10)), Some(Code::MissingMonth));
        // The newest of the 13 months is March 2025, the oldest March 2024.
        assert_eq!(found(|day| (day.year(), day.month()) == (2024, 2)), None);
    }

    #[test]
    fn a_month_that_the_momentum_starts_from_ends_with_its_last_session() {
        let without = |text: &str| {
            let missing: NaiveDate = text.parse().unwrap();
            found(|day| day == missing)
        };
        // 1, 3, 6 and 12 months before March 2025; the last session of March 2024 is the 28th.
        for day in ["2025-02-28", "2024-12-31", "2024-09-30", "2024-03-28"] {
            assert_eq!(without(day), Some(Code::MonthEndMissing), "{day}");
        }
        for day in ["2025-01-31", "2024-11-29", "2024-04-30"] {
            assert_eq!(without(day), None, "{day}");
        }
    }
}
