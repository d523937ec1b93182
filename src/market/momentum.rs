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

/// The month-end closes that the newest close is measured against.
///
/// The newest close is the newest month's last one so far, and none of the bases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MomentumBases {
    /// The last closes of the months 1, 3, 6 and 12 before the newest one.
    closes: [f64; 4],
}

impl MomentumBases {
    /// The bases of a series; `None` when it has fewer than [`FEWEST_CLOSES`] closes or [`FEWEST_MONTHS`]
    /// calendar months, or a base is zero.
    pub fn of(series: Window<'_>) -> Option<Self> {
        if series.len() < FEWEST_CLOSES {
            return None;
        }
        let month_ends: Vec<f64> = month_ends(series).take(FEWEST_MONTHS).collect();
        let mut closes = [0.0; 4];
        for (close, months) in closes.iter_mut().zip(MONTHS_BACK) {
            *close = *month_ends.get(months)?;
        }
        closes.iter().all(|&close| close != 0.0).then_some(Self { closes })
    }

    /// The momentum at a newest close, as a ratio: `(12 R1 + 4 R3 + 2 R6 + R12) / 19`.
    pub fn momentum_at(&self, close: f64) -> f64 {
        let weighted: f64 =
            self.closes.iter().zip(WEIGHTS).map(|(base, weight)| weight * (close / base - 1.0)).sum();
        weighted / TOTAL_WEIGHT
    }
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
        let momentum = MomentumBases::of(series.window()).unwrap().momentum_at(112.0);
        assert!((momentum - expected).abs() < 1e-15, "{momentum} is not {expected}");
    }

    #[test]
    fn a_flat_series_has_no_momentum_at_all() {
        let first = day("2023-01-05");
        let flat = History::from_closes((0..400).map(|n| (first + Days::new(n), 0.1)));
        let bases = MomentumBases::of(flat.window()).unwrap();
        assert_eq!(bases.momentum_at(0.1), 0.0);
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
        assert_eq!(MomentumBases::of(a_dollar_a_month("2023-01-01", "2023-12-31").window()), None);
        assert!(MomentumBases::of(a_dollar_a_month("2023-01-01", "2024-01-01").window()).is_some());
        // A bar on two days of three from 2023-01-01: the 252nd lies 376 days on, in the 13th month.
        let two_of_three = |count| (0..count).map(|n: u64| (day("2023-01-01") + Days::new(n * 3 / 2), 100.0));
        assert_eq!(MomentumBases::of(History::from_closes(two_of_three(252)).window()), None);
        assert!(MomentumBases::of(History::from_closes(two_of_three(253)).window()).is_some());
    }
}
