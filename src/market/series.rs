//! Daily price series and the indicators that the rules take from them.
//!
//! Every function looks at the newest values of a series; too short a series is `None`, never zero.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::statistics;
use crate::symbol::Symbol;

/// What a price may be, in its currency. The bounds lie far outside of any market, also after decades of adjusting
/// for splits; within them no average, return or deviation leaves the range of a number.
pub const PLAUSIBLE_PRICES: std::ops::RangeInclusive<f64> = 1e-9..=1e12;

/// The daily bars of one symbol, oldest first, one a date.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriceSeries {
    /// The dates, ascending, without repeats.
    pub dates: Vec<NaiveDate>,
    /// The closes: finite and above zero; one a date.
    pub closes: Vec<f64>,
    /// The session highs where the file has them; one a date.
    pub highs: Vec<Option<f64>>,
    /// The session lows where the file has them; one a date.
    pub lows: Vec<Option<f64>>,
}

impl PriceSeries {
    /// A series of closes alone.
    pub fn from_closes(bars: impl IntoIterator<Item = (NaiveDate, f64)>) -> Self {
        let (dates, closes): (Vec<_>, Vec<_>) = bars.into_iter().unzip();
        let (highs, lows) = (vec![None; closes.len()], vec![None; closes.len()]);
        Self { dates, closes, highs, lows }
    }

    /// Adds bars `(date, close, high, low)`, each later than those before it.
    pub fn extend(&mut self, bars: impl IntoIterator<Item = (NaiveDate, f64, Option<f64>, Option<f64>)>) {
        for (date, close, high, low) in bars {
            self.dates.push(date);
            self.closes.push(close);
            self.highs.push(high);
            self.lows.push(low);
        }
    }

    /// The newest close.
    pub fn newest_close(&self) -> Option<f64> {
        self.closes.last().copied()
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

    /// The same series with another newest close: the question "what if it had closed there".
    #[must_use]
    pub fn with_newest_close(&self, close: f64) -> Self {
        let mut changed = self.clone();
        if let Some(newest) = changed.closes.last_mut() {
            *newest = close;
        }
        changed
    }
}

/// The price series of every symbol that a decision looks at.
pub type Market = BTreeMap<Symbol, PriceSeries>;

/// The simple moving average of the newest `window` values: their mean, about the newest one.
/// `None` when there are fewer.
pub fn moving_average(values: &[f64], window: usize) -> Option<f64> {
    let newest_first: Vec<f64> = newest(values, window)?.iter().rev().copied().collect();
    statistics::mean(&newest_first)
}

/// The newest `count` values, oldest first; `None` when there are fewer, or none are asked for.
pub fn newest(values: &[f64], count: usize) -> Option<&[f64]> {
    if count == 0 {
        return None;
    }
    values.get(values.len().checked_sub(count)?..)
}

/// The simple return over `sessions` sessions, `x[-1] / x[-1-sessions] - 1`; `None` when the series is too
/// short or the base is zero.
pub fn return_over(values: &[f64], sessions: usize) -> Option<f64> {
    let window = newest(values, sessions.checked_add(1)?)?;
    let (&base, &now) = (window.first()?, window.last()?);
    (base != 0.0).then(|| now / base - 1.0)
}

/// The simple returns between the newest `count + 1` values, oldest first; `None` when there are fewer.
pub fn newest_returns(values: &[f64], count: usize) -> Option<Vec<f64>> {
    let window = newest(values, count.checked_add(1)?)?;
    Some(window.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_of_too_few_values_is_none() {
        assert_eq!(moving_average(&[1.0, 2.0], 3), None);
        assert_eq!(moving_average(&[1.0, 2.0], 0), None);
    }

    #[test]
    fn an_average_looks_at_the_newest_values() {
        // (2 + 3 + 7) / 3 = 4
        assert_eq!(moving_average(&[100.0, 2.0, 3.0, 7.0], 3), Some(4.0));
    }

    #[test]
    fn returns_of_a_worked_series() {
        // 110/100 - 1 and 99/110 - 1; over both sessions 99/100 - 1
        let closes = [100.0, 110.0, 99.0];
        assert_eq!(newest_returns(&closes, 2), Some(vec![110.0 / 100.0 - 1.0, 99.0 / 110.0 - 1.0]));
        assert_eq!(return_over(&closes, 2), Some(99.0 / 100.0 - 1.0));
        assert_eq!(newest_returns(&closes, 3), None);
        assert_eq!(return_over(&closes, 3), None);
    }
}
