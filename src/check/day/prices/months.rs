//! The months that a momentum counts back: one without a close moves its bases.

use chrono::{Datelike, NaiveDate};

use super::Used;
use crate::finding::{Code, Finding};
use crate::market::calendar::Calendar;
use crate::market::momentum::{FEWEST_MONTHS, MONTHS_BACK};
use crate::market::months::month_ends;

/// A calendar month: its number since year 0, and the last date in it that has a close.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Month {
    number: i32,
    last: NaiveDate,
}

/// What moves the bases of a momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hole {
    /// A month without a close: its number since year 0.
    Month(i32),
    /// A month that the momentum starts from has no close on its last session.
    End {
        /// The last date that has a close.
        last: NaiveDate,
        /// The last session.
        session: NaiveDate,
    },
}

/// Finds a month without a close, or else the first month that the momentum starts from and whose last close is missing.
pub fn hole(dates: &[NaiveDate], calendar: &Calendar) -> Option<Hole> {
    let months = months(dates);
    missing_month(&months).or_else(|| month_end_missing(&months, calendar))
}

/// The newest months of dates, newest first.
fn months(dates: &[NaiveDate]) -> Vec<Month> {
    let month = |last: NaiveDate| Month { number: last.year() * 12 + last.month0() as i32, last };
    let places = month_ends(dates).take(FEWEST_MONTHS);
    places.filter_map(|place| dates.get(place).copied().map(month)).collect()
}

fn missing_month(months: &[Month]) -> Option<Hole> {
    let (newer, _) =
        months.iter().zip(months.iter().skip(1)).find(|(newer, older)| newer.number - older.number > 1)?;
    Some(Hole::Month(newer.number - 1))
}

fn month_end_missing(months: &[Month], calendar: &Calendar) -> Option<Hole> {
    MONTHS_BACK.into_iter().find_map(|back| {
        let last = months.get(back)?.last;
        let session = calendar.last_session_of_month(last)?;
        (last < session).then_some(Hole::End { last, session })
    })
}

/// The finding about a hole in the closes of a symbol.
pub fn finding(used: &Used<'_>, hole: Hole) -> Finding {
    match hole {
        Hole::Month(number) => Finding::new(
            Code::MissingMonth,
            format!(
                "`{}` has no close in {}-{:02}, so its momentum counts from an earlier month",
                used.symbol,
                number.div_euclid(12),
                number.rem_euclid(12) + 1
            ),
        )
        .severity(used.worst())
        .symbol(used.symbol)
        .expected("a close in each of the 13 months of the momentum")
        .hint("add the closes of this month"),
        Hole::End { last, session } => Finding::new(
            Code::MonthEndMissing,
            format!("the last close of `{}` in its month is of {last}, not of {session}", used.symbol),
        )
        .symbol(used.symbol)
        .observed(last)
        .expected(session)
        .hint("add the close of the month's last session, which the momentum starts from"),
    }
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
        hole(&history.dates, &calendar).map(|hole| finding(&used, hole).code)
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
