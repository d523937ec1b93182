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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_the_difference_of_two_averages() {
        // (2 + 3 + 7) / 3 = 4 now, (4 + 2 + 3) / 3 = 3 a session earlier.
        let closes = [4.0, 2.0, 3.0, 7.0];
        assert_eq!(moving_average_slope(&closes, 3), Some(1.0));
        assert_eq!(moving_average_slope(&[2.0, 3.0, 4.0, 2.0], 3), Some(0.0));
    }

    #[test]
    fn too_few_values_have_no_slope() {
        assert_eq!(moving_average_slope(&[1.0, 2.0], 2), None);
        assert_eq!(moving_average_slope(&[1.0, 2.0], 0), None);
    }
}
