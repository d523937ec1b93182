//! Times of day beside the dates of bars: a row of the running day among rows of closes.

use chrono::{NaiveDate, NaiveTime};

use crate::amount::counted;
use crate::finding::{Code, Finding};
use crate::symbol::Symbol;

/// How many times of day of earlier rows are remembered; a file of daily bars has one or two.
const MOST_TIMES: usize = 8;

/// The time beside a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// As it is written.
    pub written: NaiveTime,
    /// On New York's clocks.
    pub new_york: NaiveTime,
}

impl Clock {
    /// Whether it is a time of the day before the close, and no midnight.
    fn is_before_close(self) -> bool {
        let close = NaiveTime::from_hms_opt(16, 0, 0).unwrap_or(NaiveTime::MIN);
        self.written != NaiveTime::MIN && self.new_york != NaiveTime::MIN && self.new_york < close
    }
}

/// The times of day of one symbol's rows, those without one left out.
#[derive(Debug, Default)]
pub(super) struct Times {
    newest: Option<(NaiveDate, Clock)>,
    earlier: Vec<Clock>,
}

impl Times {
    /// Notes the time of a row.
    pub(super) fn add(&mut self, date: NaiveDate, clock: Clock) {
        let is_newest = self.newest.is_none_or(|(newest, _)| newest <= date);
        let older =
            if is_newest { self.newest.replace((date, clock)).map(|(_, clock)| clock) } else { Some(clock) };
        if let Some(older) =
            older.filter(|older| self.earlier.len() < MOST_TIMES && !self.earlier.contains(older))
        {
            self.earlier.push(older);
        }
    }

    /// The time of the newest bar, where it is before the close and no other row has it.
    pub(super) fn unfinished(&self, newest: Option<NaiveDate>) -> Option<(NaiveDate, NaiveTime)> {
        let (date, clock) =
            self.newest.filter(|(date, clock)| newest == Some(*date) && clock.is_before_close())?;
        let is_known = |other: &Clock| other.written == clock.written || other.new_york == clock.new_york;
        (!self.earlier.iter().any(is_known)).then_some((date, clock.new_york))
    }
}

/// Finds newest rows of a time before the close, which no other row of their symbol has.
pub(super) fn unfinished_bars(unfinished: &[(Symbol, (NaiveDate, NaiveTime))]) -> Option<Finding> {
    let (symbol, (date, time)) = unfinished.first()?;
    Some(
        Finding::new(
            Code::UnfinishedBar,
            format!(
                "the newest row of {} is of {} on {date} in New York, before the close; no other row has this time",
                match unfinished.len() {
                    1 => format!("`{symbol}`"),
                    many => counted(many, "symbol"),
                },
                time.format("%H:%M")
            ),
        )
        .symbol(symbol)
        .observed(format!("{date} {}", time.format("%H:%M:%S")))
        .expected("closes of days that are over")
        .hint("download the prices after the close, or remove the row"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str) -> Clock {
        let (written, new_york) = text.split_once(' ').unwrap_or((text, text));
        Clock { written: written.parse().unwrap(), new_york: new_york.parse().unwrap() }
    }

    fn is_unfinished(rows: &[(&str, &str)]) -> bool {
        let mut times = Times::default();
        for (date, time) in rows.iter().filter(|(_, time)| !time.is_empty()) {
            times.add(date.parse().unwrap(), clock(time));
        }
        let newest = rows.iter().map(|(date, _)| date.parse().unwrap()).max();
        times.unfinished(newest).is_some()
    }

    #[test]
    fn a_time_before_the_close_in_the_newest_row_alone_is_named() {
        let among_plain = |time| is_unfinished(&[("2025-03-28", ""), ("2025-03-31", time)]);
        assert!(among_plain("09:45:10"));
        assert!(among_plain("15:59:59"));
        assert!(!among_plain("16:00:00"));
        assert!(!among_plain("00:00:00"));
        assert!(!among_plain(""));
        // The order of the rows does not matter.
        assert!(is_unfinished(&[("2025-03-31", "09:45:10"), ("2025-03-28", "")]));
        assert!(!is_unfinished(&[("2025-03-31", ""), ("2025-03-28", "09:45:10")]));
    }

    #[test]
    fn a_time_that_all_rows_have_is_that_of_the_bars() {
        assert!(!is_unfinished(&[("2025-03-28", "09:30:00"), ("2025-03-31", "09:30:00")]));
        // The opening bell in UTC, before and after the clocks change; the same written in one zone all year round.
        assert!(!is_unfinished(&[("2025-03-07", "14:30:00 09:30:00"), ("2025-03-10", "13:30:00 09:30:00")]));
        assert!(!is_unfinished(&[("2025-03-07", "09:30:00"), ("2025-03-10", "09:30:00 10:30:00")]));
        assert!(is_unfinished(&[("2025-03-28", "16:00:00"), ("2025-03-31", "11:02:00")]));
    }
}
