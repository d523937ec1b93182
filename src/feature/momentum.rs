//! How far a close has come: from an earlier one, from an average, from a high. All are ratios less 1.

use crate::market::series::{moving_average, newest, return_over};

/// The return over `sessions` sessions that ended `skipped` sessions ago, `c[-1-skipped] / c[-1-skipped-sessions] - 1`.
pub fn momentum(closes: &[f64], sessions: usize, skipped: usize) -> Option<f64> {
    let end = closes.len().checked_sub(skipped)?;
    return_over(closes.get(..end)?, sessions)
}

/// The newest close over the average of the newest `window` ones, less 1.
pub fn average_gap(closes: &[f64], window: usize) -> Option<f64> {
    Some(closes.last()? / moving_average(closes, window)? - 1.0)
}

/// The average of the newest `short` closes over that of the newest `long` ones, less 1.
pub fn average_over_average(closes: &[f64], short: usize, long: usize) -> Option<f64> {
    Some(moving_average(closes, short)? / moving_average(closes, long)? - 1.0)
}

/// The newest close over the highest of the newest `window` ones, less 1.
pub fn high_gap(closes: &[f64], window: usize) -> Option<f64> {
    let high = newest(closes, window)?.iter().copied().fold(f64::MIN, f64::max);
    Some(closes.last()? / high - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_momentum_skips_the_newest_sessions() {
        let closes = [100.0, 50.0, 80.0, 120.0, 90.0];
        // 90 / 120 - 1, 120 / 50 - 1, 80 / 100 - 1
        assert_eq!(momentum(&closes, 1, 0), Some(90.0 / 120.0 - 1.0));
        assert_eq!(momentum(&closes, 2, 1), Some(120.0 / 50.0 - 1.0));
        assert_eq!(momentum(&closes, 2, 2), Some(80.0 / 100.0 - 1.0));
        assert_eq!(momentum(&closes, 3, 2), None);
        assert_eq!(momentum(&closes, 1, 6), None);
    }

    #[test]
    fn gaps_are_about_the_newest_window() {
        // The average of 2, 3, 7 is 4: 7 / 4 - 1 = 0.75; that of 3, 7 is 5: 5 / 4 - 1 = 0.25.
        let closes = [100.0, 2.0, 3.0, 7.0];
        assert_eq!(average_gap(&closes, 3), Some(0.75));
        assert_eq!(average_over_average(&closes, 2, 3), Some(0.25));
        assert_eq!(average_gap(&closes, 5), None);
        assert_eq!(average_over_average(&closes, 2, 5), None);
    }

    #[test]
    fn a_high_gap_is_zero_at_the_high() {
        let closes = [100.0, 8.0, 6.0];
        assert_eq!(high_gap(&closes, 2), Some(-0.25)); // 6 / 8 - 1
        assert_eq!(high_gap(&closes, 1), Some(0.0));
        assert_eq!(high_gap(&closes, 4), None);
        assert_eq!(high_gap(&closes, 0), None);
    }
}
