//! How much a close moves, and how far it fell.

use crate::market::series::{newest, newest_returns};
use crate::statistics::population_deviation;

/// The trading days of a year, which turn a daily deviation into a yearly one.
const TRADING_DAYS_A_YEAR: f64 = 252.0;

/// The population deviation of the newest `returns` daily returns, times the root of 252.
pub fn yearly_volatility(closes: &[f64], returns: usize) -> Option<f64> {
    Some(population_deviation(&newest_returns(closes, returns)?)? * TRADING_DAYS_A_YEAR.sqrt())
}

/// The deepest fall within the newest `window` closes: the least of a close over the highest one before it in the
/// window, itself among them, less 1.
pub fn drawdown(closes: &[f64], window: usize) -> Option<f64> {
    let mut high = f64::MIN;
    let depths = newest(closes, window)?.iter().map(|close| {
        high = high.max(*close);
        close / high - 1.0
    });
    depths.reduce(f64::min)
}

/// The deepest fall over the newest `window` closes from the high of `window` closes: the least of a close over the
/// highest of the `window` closes that end with it, less 1. It looks back `2 window - 1` closes.
pub fn rolling_drawdown(closes: &[f64], window: usize) -> Option<f64> {
    let span = newest(closes, window.checked_mul(2)?.checked_sub(1)?)?;
    let depths = span.windows(window).filter_map(|before| {
        let high = before.iter().copied().fold(f64::MIN, f64::max);
        Some(before.last()? / high - 1.0)
    });
    depths.reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volatility_is_that_of_its_window_alone() {
        // Returns of 10 % and -10 %: mean 0, deviation 0.1. The leap before them is out of the window.
        let closes = [1.0, 100.0, 110.0, 99.0];
        let volatility = yearly_volatility(&closes, 2).unwrap();
        assert!((volatility - 0.1 * 252.0_f64.sqrt()).abs() < 1e-15, "{volatility}");
        assert_eq!(yearly_volatility(&[1.0, 900.0, 900.0, 900.0], 2), Some(0.0));
        assert_eq!(yearly_volatility(&closes, 4), None);
    }

    #[test]
    fn a_drawdown_looks_at_highs_within_its_window() {
        // From 8 to 6 is -25 %; the 100 before is out of the window.
        assert_eq!(drawdown(&[100.0, 5.0, 8.0, 6.0], 3), Some(-0.25));
        assert_eq!(drawdown(&[1.0, 2.0, 3.0], 3), Some(0.0));
        assert_eq!(drawdown(&[1.0, 2.0], 3), None);
    }

    #[test]
    fn a_rolling_drawdown_takes_highs_from_before_the_window() {
        // Of the newest 2 closes: 5 over the higher of 10 and 5, 4 over the higher of 5 and 4.
        assert_eq!(rolling_drawdown(&[10.0, 5.0, 4.0], 2), Some(-0.5));
        assert_eq!(drawdown(&[10.0, 5.0, 4.0], 2), Some(4.0 / 5.0 - 1.0));
        assert_eq!(rolling_drawdown(&[5.0, 4.0], 2), None);
        assert_eq!(rolling_drawdown(&[5.0], 0), None);
    }
}
