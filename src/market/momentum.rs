//! The 13612W momentum: the weighted mean of the returns over 1, 3, 6 and 12 months, the newest weighing
//! most (Keller and Keuning, "Breadth Momentum and Vigilant Asset Allocation", 2017).

use chrono::NaiveDate;

use crate::market::months;
use crate::market::window::Window;

/// The fewest closes that the momentum is taken from: a year of sessions and one more.
pub const FEWEST_CLOSES: usize = 253;

/// The fewest calendar months with data that the momentum is taken from: the current one and twelve before.
pub const FEWEST_MONTHS: usize = 13;

/// What the returns over 1, 3, 6 and 12 months weigh: 12 divided by the months.
pub const WEIGHTS: [f64; 4] = [12.0, 4.0, 2.0, 1.0];

/// The months that the returns reach back.
pub const MONTHS_BACK: [usize; 4] = [1, 3, 6, 12];

/// The sum of the weights.
pub const TOTAL_WEIGHT: f64 = 19.0;

/// Returns the momentum of a series, as a ratio: `(12 R1 + 4 R3 + 2 R6 + R12) / 19`; `None` when it has fewer than
/// [`FEWEST_CLOSES`] closes or [`FEWEST_MONTHS`] calendar months, or a return's base is zero.
pub fn momentum(series: Window<'_>) -> Option<f64> {
    if series.len() < FEWEST_CLOSES {
        return None;
    }
    // The newest month's last close so far comes first: the close that the others are the bases of.
    let month_ends: Vec<f64> = month_ends(series).take(FEWEST_MONTHS).collect();
    let close = series.close()?;
    let weighted_return = |(weight, months): (f64, usize)| {
        let base = month_ends.get(months).copied().filter(|&base| base != 0.0)?;
        Some(weight * (close / base - 1.0))
    };
    let weighted: Option<f64> = WEIGHTS.into_iter().zip(MONTHS_BACK).map(weighted_return).sum();
    Some(weighted? / TOTAL_WEIGHT)
}

/// The last closes of the calendar months with data, the newest month first with its last close so far.
fn month_ends<'a>(series: Window<'a>) -> impl Iterator<Item = f64> + 'a {
    months::month_ends(series.dates).filter_map(move |place| series.closes.get(place).copied())
}

/// How many calendar months have data.
pub fn months_with_data(dates: &[NaiveDate]) -> usize {
    months::month_ends(dates).count()
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days};

    use super::*;
    use crate::market::history::History;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A bar on each day from the first to the last, each month at a price of its own: 100 in the month of
    /// the first day, one more in each that follows.
    fn a_dollar_a_month(first: &str, last: &str) -> History {
        let bars = day(first).iter_days().take_while(|date| *date <= day(last));
        let month_number = |date: NaiveDate| date.year() * 12 + date.month0() as i32;
        let start = month_number(day(first));
        History::from_closes(bars.map(|date| (date, 100.0 + f64::from(month_number(date) - start))))
    }

    #[test]
    fn momentum_of_a_worked_series() {
        // January 2023 at 100 to January 2024 at 112. Bases: December 111, October 109, July 106, January
        // 100; (12 * 1/111 + 4 * 3/109 + 2 * 6/106 + 12/100) / 19.
        let series = a_dollar_a_month("2023-01-05", "2024-01-20");
        let expected = (12.0 / 111.0 + 12.0 / 109.0 + 12.0 / 106.0 + 0.12) / 19.0;
        let momentum = momentum(series.window()).unwrap();
        assert!((momentum - expected).abs() < 1e-15, "{momentum} is not {expected}");
    }

    #[test]
    fn a_flat_series_has_no_momentum_at_all() {
        let first = day("2023-01-05");
        let flat = History::from_closes((0..400).map(|n| (first + Days::new(n), 0.1)));
        assert_eq!(momentum(flat.window()), Some(0.0));
    }

    #[test]
    fn the_newest_month_counts_with_its_last_close_so_far() {
        let series = a_dollar_a_month("2024-01-31", "2024-03-01");
        assert_eq!(month_ends(series.window()).collect::<Vec<f64>>(), [102.0, 101.0, 100.0]);
        assert_eq!(months_with_data(&series.dates), 3);
    }

    #[test]
    fn twelve_months_or_252_closes_are_too_few() {
        // 2023-01-01 to 2023-12-31: 365 closes, 12 months.
        assert_eq!(momentum(a_dollar_a_month("2023-01-01", "2023-12-31").window()), None);
        assert!(momentum(a_dollar_a_month("2023-01-01", "2024-01-01").window()).is_some());
        // A bar on two days of three from 2023-01-01: the 252nd lies 376 days on, in the 13th month.
        let two_of_three = |count| (0..count).map(|n: u64| (day("2023-01-01") + Days::new(n * 3 / 2), 100.0));
        assert_eq!(momentum(History::from_closes(two_of_three(252)).window()), None);
        assert!(momentum(History::from_closes(two_of_three(253)).window()).is_some());
    }
}
