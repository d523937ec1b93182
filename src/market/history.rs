//! Daily bars by symbol, read once. A decision sees them through a `Window`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::window::Window;
use crate::symbol::Symbol;

/// What a price may be, in its currency. The bounds lie far outside of any market, also after decades of adjusting
/// for splits; within them no average, return or deviation leaves the range of a number.
pub const PLAUSIBLE_PRICES: std::ops::RangeInclusive<f64> = 1e-9..=1e12;

/// The histories of the symbols that were read.
pub type Market = BTreeMap<Symbol, History>;

/// One day of one symbol; prices in its currency, adjusted as the file has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The day.
    pub date: NaiveDate,
    /// The close: finite and above zero.
    pub close: f64,
    /// The open, if the file has one.
    pub open: Option<f64>,
    /// The session's high, if the file has one.
    pub high: Option<f64>,
    /// The session's low, if the file has one.
    pub low: Option<f64>,
    /// The shares traded, if the file has them.
    pub volume: Option<f64>,
}

#[cfg(test)]
impl Bar {
    /// A bar that has nothing but its close.
    pub fn from_close(date: NaiveDate, close: f64) -> Self {
        Self { date, close, open: None, high: None, low: None, volume: None }
    }
}

/// The daily bars of one symbol as columns, oldest first, one bar a date.
///
/// An optional column has one value a date, or none at all where no bar has one: a file of closes alone costs 12
/// bytes a bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The dates, ascending, without repeats.
    pub dates: Vec<NaiveDate>,
    /// The closes: finite and above zero; one a date.
    pub closes: Vec<f64>,
    /// The opens; one a date, or empty.
    pub opens: Vec<Option<f64>>,
    /// The session highs; one a date, or empty.
    pub highs: Vec<Option<f64>>,
    /// The session lows; one a date, or empty.
    pub lows: Vec<Option<f64>>,
    /// The shares traded; one a date, or empty.
    pub volumes: Vec<Option<f64>>,
}

impl History {
    /// A history of closes alone, oldest first.
    #[cfg(test)]
    pub fn from_closes(bars: impl IntoIterator<Item = (NaiveDate, f64)>) -> Self {
        let (dates, closes) = bars.into_iter().unzip();
        Self { dates, closes, ..Self::default() }
    }

    /// Adds a bar that is later than those before it.
    pub fn push(&mut self, bar: Bar) {
        let bars_before = self.len();
        self.dates.push(bar.date);
        self.closes.push(bar.close);
        let optional = [
            (&mut self.opens, bar.open),
            (&mut self.highs, bar.high),
            (&mut self.lows, bar.low),
            (&mut self.volumes, bar.volume),
        ];
        for (column, value) in optional {
            if value.is_some() || !column.is_empty() {
                column.resize(bars_before, None);
                column.push(value);
            }
        }
    }

    /// All bars.
    pub fn window(&self) -> Window<'_> {
        Window {
            dates: &self.dates,
            closes: &self.closes,
            opens: &self.opens,
            highs: &self.highs,
            lows: &self.lows,
            volumes: &self.volumes,
        }
    }

    /// The bars up to a day, itself among them.
    pub fn up_to(&self, day: NaiveDate) -> Window<'_> {
        self.window().up_to(day)
    }

    /// The newest date.
    pub fn newest_date(&self) -> Option<NaiveDate> {
        self.dates.last().copied()
    }

    /// How many bars there are.
    pub fn len(&self) -> usize {
        self.closes.len()
    }

    /// Whether there is no bar.
    pub fn is_empty(&self) -> bool {
        self.closes.is_empty()
    }

    /// The same history with another newest close: the question "what if it had closed there".
    #[must_use]
    pub fn with_newest_close(&self, close: f64) -> Self {
        let mut changed = self.clone();
        changed.set_newest_close(close);
        changed
    }

    /// Moves the newest close in place, so that a search over closes copies a history once.
    pub fn set_newest_close(&mut self, close: f64) {
        if let Some(newest) = self.closes.last_mut() {
            *newest = close;
        }
    }
}

impl FromIterator<Bar> for History {
    /// Takes bars oldest first.
    fn from_iter<B: IntoIterator<Item = Bar>>(bars: B) -> Self {
        let mut history = Self::default();
        for bar in bars {
            history.push(bar);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, day).unwrap()
    }

    #[test]
    fn an_optional_column_is_empty_until_a_bar_has_a_value() {
        let mut history = History::from_closes([(day(3), 10.0), (day(4), 11.0)]);
        assert_eq!((history.highs.len(), history.volumes.len()), (0, 0));
        history.push(Bar { high: Some(13.0), ..Bar::from_close(day(5), 12.0) });
        history.push(Bar::from_close(day(6), 12.5));
        assert_eq!(history.highs, [None, None, Some(13.0), None]);
        assert_eq!((history.opens.len(), history.lows.len(), history.volumes.len()), (0, 0, 0));
        assert_eq!(history.dates, [day(3), day(4), day(5), day(6)]);
        assert_eq!((history.closes.last(), history.newest_date()), (Some(&12.5), Some(day(6))));
    }

    #[test]
    fn the_newest_close_alone_moves() {
        let history = History::from_closes([(day(3), 10.0), (day(4), 11.0)]);
        assert_eq!(history.with_newest_close(7.0).closes, [10.0, 7.0]);
        assert_eq!(History::default().with_newest_close(7.0), History::default());
    }
}
