//! What the rules compute from a symbol's closes.
//!
//! Every function looks at the newest values; too few of them are `None`, never zero.

use crate::statistics;

/// The simple moving average of the newest `window` values: their mean, about the newest one.
/// `None` when there are fewer.
pub fn moving_average(values: &[f64], window: usize) -> Option<f64> {
    let newest_first: Vec<f64> = newest(values, window)?.iter().rev().copied().collect();
    statistics::mean(&newest_first)
}

/// The newest `count` values, oldest first; `None` when there are fewer, or none are asked for.
pub fn newest<T>(values: &[T], count: usize) -> Option<&[T]> {
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
