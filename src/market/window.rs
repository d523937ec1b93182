//! The bars of one symbol up to a day: slices of what was read once, so that a window costs two binary searches.

use chrono::NaiveDate;

use super::history::History;
use super::series;
use super::trend;

/// The bars of one symbol up to a day, oldest first, as slices of a [`History`].
///
/// Every number looks at the newest bars; `None` where there are too few, never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window<'a> {
    /// The dates, ascending, without repeats.
    pub dates: &'a [NaiveDate],
    /// The closes: finite and above zero; one a date.
    pub closes: &'a [f64],
    /// The opens; one a date, or empty where the history has none.
    pub opens: &'a [Option<f64>],
    /// The session highs; one a date, or empty.
    pub highs: &'a [Option<f64>],
    /// The session lows; one a date, or empty.
    pub lows: &'a [Option<f64>],
    /// The shares traded; one a date, or empty.
    pub volumes: &'a [Option<f64>],
}

/// A function of dates that is asked once for neighbours with the same dates: most symbols of a file have one calendar.
pub fn once_for_equal_dates<'a, T: Clone>(
    value_of: impl Fn(&'a [NaiveDate]) -> T,
) -> impl FnMut(&'a [NaiveDate]) -> T {
    let mut before: Option<(&'a [NaiveDate], T)> = None;
    move |dates| match &before {
        Some((same, value)) if are_equal(same, dates) => value.clone(),
        _ => before.insert((dates, value_of(dates))).1.clone(),
    }
}

/// Whether dates are the same. They are as a rule, so that looking at all of them at once is faster than one by one.
pub fn are_equal(one: &[NaiveDate], other: &[NaiveDate]) -> bool {
    one.len() == other.len() && one.iter().zip(other).filter(|(one, other)| one != other).count() == 0
}

impl<'a> Window<'a> {
    /// The bars up to a day, itself among them.
    #[must_use]
    pub fn up_to(self, day: NaiveDate) -> Self {
        self.between(0, self.dates.partition_point(|date| *date <= day))
    }

    /// The bars before a day.
    #[must_use]
    pub fn before(self, day: NaiveDate) -> Self {
        self.between(0, self.dates.partition_point(|date| *date < day))
    }

    /// The newest bars; all of them where there are fewer.
    #[must_use]
    pub fn newest_up_to(self, count: usize) -> Self {
        self.between(self.len().saturating_sub(count), self.len())
    }

    /// The newest `count` bars; `None` when there are fewer, or none are asked for.
    pub fn newest(self, count: usize) -> Option<Self> {
        (0 < count && count <= self.len()).then(|| self.newest_up_to(count))
    }

    /// The newest close.
    pub fn close(self) -> Option<f64> {
        self.closes.last().copied()
    }

    /// The newest date.
    pub fn date(self) -> Option<NaiveDate> {
        self.dates.last().copied()
    }

    /// The close on a day.
    pub fn close_on(self, day: NaiveDate) -> Option<f64> {
        self.dates.binary_search(&day).ok().and_then(|place| self.closes.get(place)).copied()
    }

    /// How many bars there are.
    pub fn len(self) -> usize {
        self.closes.len()
    }

    /// Whether there is no bar.
    pub fn is_empty(self) -> bool {
        self.closes.is_empty()
    }

    /// The average of the newest `window` closes, about the newest one.
    pub fn average(self, window: usize) -> Option<f64> {
        series::moving_average(self.closes, window)
    }

    /// The average of the newest `window` closes less the one a session earlier.
    pub fn average_slope(self, window: usize) -> Option<f64> {
        trend::moving_average_slope(self.closes, window)
    }

    /// The simple returns between the newest `count + 1` closes, oldest first.
    pub fn newest_returns(self, count: usize) -> Option<Vec<f64>> {
        series::newest_returns(self.closes, count)
    }

    /// The lowest of the newest `window` closes.
    pub fn lowest(self, window: usize) -> Option<f64> {
        series::newest(self.closes, window)?.iter().copied().reduce(f64::min)
    }

    /// Copies the bars.
    pub fn to_history(self) -> History {
        History {
            dates: self.dates.to_vec(),
            closes: self.closes.to_vec(),
            opens: self.opens.to_vec(),
            highs: self.highs.to_vec(),
            lows: self.lows.to_vec(),
            volumes: self.volumes.to_vec(),
        }
    }

    /// The bars of these places, the end not among them; an empty optional column stays empty.
    fn between(self, start: usize, end: usize) -> Self {
        fn cut<T>(column: &[T], start: usize, end: usize) -> &[T] {
            column.get(start..end).unwrap_or_default()
        }
        Self {
            dates: cut(self.dates, start, end),
            closes: cut(self.closes, start, end),
            opens: cut(self.opens, start, end),
            highs: cut(self.highs, start, end),
            lows: cut(self.lows, start, end),
            volumes: cut(self.volumes, start, end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::Bar;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, day).unwrap()
    }

    /// Closes of 1, 2, 3, 4 from Thursday 2025-03-06 to Tuesday 2025-03-11; lows are 0.5 below, opens missing.
    fn history() -> History {
        let bars = [6, 7, 10, 11].into_iter().zip([1.0, 2.0, 3.0, 4.0]);
        bars.map(|(date, close)| Bar { low: Some(close - 0.5), ..Bar::from_close(day(date), close) })
            .collect()
    }

    #[test]
    fn a_window_ends_on_its_day_or_the_last_one_before() {
        let history = history();
        assert_eq!(history.up_to(day(10)).closes, [1.0, 2.0, 3.0]);
        assert_eq!(history.up_to(day(9)).closes, [1.0, 2.0]);
        assert_eq!(history.up_to(day(9)).date(), Some(day(7)));
        assert_eq!(history.up_to(day(9)).lows, [Some(0.5), Some(1.5)]);
        assert_eq!(history.up_to(day(31)), history.window());
        let before = history.up_to(day(5));
        assert_eq!((before.len(), before.close(), before.date()), (0, None, None));
    }

    #[test]
    fn the_newest_bars_are_none_where_there_are_too_few() {
        let history = history();
        let window = history.up_to(day(10));
        assert_eq!(window.newest(2).map(|newest| newest.closes), Some([2.0, 3.0].as_slice()));
        assert_eq!((window.newest(4), window.newest(0)), (None, None));
        assert_eq!(window.newest_up_to(9), window);
        assert!(window.newest(2).unwrap().opens.is_empty());
    }

    #[test]
    fn the_numbers_of_a_worked_window() {
        // 1 2 3: (2 + 3) / 2 = 2.5 now and 1.5 a session earlier; 3 / 2 - 1 = 0.5.
        let history = history();
        let window = history.up_to(day(10));
        assert_eq!(
            (window.average(2), window.average_slope(2), window.average(4)),
            (Some(2.5), Some(1.0), None)
        );
        assert_eq!(window.newest_returns(1), Some(vec![0.5]));
        assert_eq!((window.lowest(2), window.lowest(4)), (Some(2.0), None));
        assert_eq!((window.close_on(day(7)), window.close_on(day(8))), (Some(2.0), None));
    }
}
