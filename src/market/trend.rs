//! How the newest close stands to moving averages that it is itself a part of.

use crate::market::series::newest;
use crate::number::of_count;

/// The moving average of the newest `window` values less the one a session earlier; `None` when there are
/// fewer than `window + 1` values.
///
/// Both averages share all but two values, so the difference is `(x[-1] - x[-1-window]) / window`. Taken
/// so, it is exactly zero when those two are equal; the difference of two sums would leave noise there,
/// and a rule that asks for a rising average would follow the noise.
pub fn moving_average_slope(values: &[f64], window: usize) -> Option<f64> {
    let span = newest(values, window.checked_add(1)?)?;
    let (&leaving, &entering) = (span.first()?, span.last()?);
    (window > 0).then(|| (entering - leaving) / of_count(window))
}

/// The newest close at which the moving average's slope would be zero: the close that leaves the window.
pub fn close_at_level_average(values: &[f64], window: usize) -> Option<f64> {
    newest(values, window.checked_add(1)?)?.first().copied()
}

/// The newest close at which it would be `multiple` times the moving average of the newest `window` closes,
/// the others staying as they are.
///
/// With `S` the sum of the other closes and `n` the window, `p = k (S + p) / n` gives `p = k S / (n - k)`.
/// `None` when there are too few closes, or no close above zero will do.
pub fn close_at_average(closes: &[f64], window: usize, multiple: f64) -> Option<f64> {
    let (_, others) = newest(closes, window)?.split_last()?;
    let close = multiple * others.iter().sum::<f64>() / (of_count(window) - multiple);
    (close.is_finite() && close > 0.0).then_some(close)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::series::moving_average;

    #[test]
    fn the_slope_is_the_difference_of_two_averages() {
        // (2 + 3 + 7) / 3 = 4 now, (4 + 2 + 3) / 3 = 3 a session earlier.
        let closes = [4.0, 2.0, 3.0, 7.0];
        assert_eq!(moving_average_slope(&closes, 3), Some(1.0));
        assert_eq!(close_at_level_average(&closes, 3), Some(4.0));
        assert_eq!(moving_average_slope(&[2.0, 3.0, 4.0, 2.0], 3), Some(0.0));
    }

    #[test]
    fn too_few_values_have_no_slope() {
        assert_eq!(moving_average_slope(&[1.0, 2.0], 2), None);
        assert_eq!(moving_average_slope(&[1.0, 2.0], 0), None);
        assert_eq!(close_at_level_average(&[1.0, 2.0], 2), None);
    }

    #[test]
    fn a_close_meets_its_own_average() {
        // Others 2 and 4: p = 1 * 6 / (3 - 1) = 3, and (2 + 4 + 3) / 3 = 3.
        assert_eq!(close_at_average(&[9.0, 2.0, 4.0, 50.0], 3, 1.0), Some(3.0));
        // At half as much again: p = 1.5 * 6 / (3 - 1.5) = 6, and 1.5 * (2 + 4 + 6) / 3 = 6.
        let close = close_at_average(&[2.0, 4.0, 50.0], 3, 1.5).unwrap();
        assert_eq!(close, 6.0);
        assert_eq!(moving_average(&[2.0, 4.0, close], 3), Some(close / 1.5));
    }

    #[test]
    fn a_close_that_is_its_own_average_never_leaves_it() {
        assert_eq!(close_at_average(&[5.0], 1, 1.0), None);
        assert_eq!(close_at_average(&[5.0, 5.0], 2, 3.0), None);
        assert_eq!(close_at_average(&[5.0], 2, 1.0), None);
    }
}
