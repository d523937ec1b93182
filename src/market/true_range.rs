//! The average true range of a price series.

use super::window::Window;
use crate::statistics;

/// The mean, over the newest `period` sessions, of the true range `max(h - l, |h - c'|, |l - c'|)` in the
/// unit of the prices, with `c'` the close before (Wilder 1978, averaged plainly). A missing high or low is
/// the session's close. `None` when there are fewer than `period + 1` bars, or no period is asked for.
pub fn average_true_range(window: Window<'_>, period: usize) -> Option<f64> {
    if period == 0 {
        return None;
    }
    let span = window.newest(period.checked_add(1)?)?;
    let at =
        |column: &[Option<f64>], place: usize, close| column.get(place).copied().flatten().unwrap_or(close);
    let newest_first: Vec<Bar> = span
        .closes
        .iter()
        .enumerate()
        .rev()
        .map(|(place, &close)| Bar {
            high: at(span.highs, place, close),
            low: at(span.lows, place, close),
            close,
        })
        .collect();
    let ranges: Vec<f64> = newest_first.windows(2).map(|pair| true_range(pair[0], pair[1].close)).collect();
    statistics::mean(&ranges)
}

#[derive(Clone, Copy)]
struct Bar {
    high: f64,
    low: f64,
    close: f64,
}

fn true_range(bar: Bar, close_before: f64) -> f64 {
    (bar.high - bar.low).max((bar.high - close_before).abs()).max((bar.low - close_before).abs())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use crate::market::history::{self, History};

    fn average_true_range(series: &History, period: usize) -> Option<f64> {
        super::average_true_range(series.window(), period)
    }

    fn series(bars: &[(Option<f64>, Option<f64>, f64)]) -> History {
        let monday = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
        let dated = monday.iter_days().zip(bars);
        let bars = dated.map(|(date, &(high, low, close))| history::Bar {
            high,
            low,
            ..history::Bar::from_close(date, close)
        });
        bars.collect()
    }

    #[test]
    fn each_of_the_three_ranges_can_be_the_largest() {
        let bars = series(&[
            (None, None, 10.0),
            (Some(12.0), Some(9.0), 11.0), // 12 - 9 = 3; |12 - 10| = 2; |9 - 10| = 1
            (Some(16.0), Some(15.0), 15.0), // 1; |16 - 11| = 5; |15 - 11| = 4
            (Some(9.0), Some(8.0), 9.0),   // 1; |9 - 15| = 6; |8 - 15| = 7
        ]);
        assert_eq!(average_true_range(&bars, 3), Some((3.0 + 5.0 + 7.0) / 3.0));
        assert_eq!(average_true_range(&bars, 1), Some(7.0));
    }

    #[test]
    fn a_missing_high_or_low_is_the_close() {
        // high 12, low = close 11: 1, |12 - 10| = 2, |11 - 10| = 1
        assert_eq!(
            average_true_range(&series(&[(None, None, 10.0), (Some(12.0), None, 11.0)]), 1),
            Some(2.0)
        );
        // neither: the change of the close
        assert_eq!(average_true_range(&series(&[(None, None, 10.0), (None, None, 7.0)]), 1), Some(3.0));
    }

    #[test]
    fn the_first_bar_has_no_close_before() {
        let bars = series(&[(None, None, 10.0), (None, None, 11.0)]);
        assert_eq!(average_true_range(&bars, 2), None);
        assert_eq!(average_true_range(&bars, 0), None);
    }
}
