//! Calendar months of ascending dates.

use chrono::{Datelike, NaiveDate};

/// The most bars that a calendar month can have, one a date.
const MOST_BARS_OF_A_MONTH: usize = 31;

/// The place of the last date of each calendar month that has one, the newest month first.
pub fn month_ends(dates: &[NaiveDate]) -> impl Iterator<Item = usize> + '_ {
    let mut older = dates;
    std::iter::from_fn(move || {
        let newest = older.len().checked_sub(1)?;
        let first_of_month = older.last()?.with_day(1)?;
        // The month begins among its most bars: a search through all of them would cost most of a long walk.
        let (before, last) = older.split_at(older.len().saturating_sub(MOST_BARS_OF_A_MONTH));
        let begins = before.len() + last.partition_point(|date| *date < first_of_month);
        older = older.get(..begins)?;
        Some(newest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_date_of_each_month_that_has_one() {
        let dates: Vec<NaiveDate> = ["2023-12-29", "2024-02-01", "2024-02-29", "2024-03-01"]
            .map(|date| date.parse().unwrap())
            .to_vec();
        assert_eq!(month_ends(&dates).collect::<Vec<_>>(), [3, 2, 0]);
        assert_eq!(month_ends(&[]).count(), 0);
        // Every day of 2024 and the first of 2025: 13 months, those of 31 days whole.
        let first: NaiveDate = "2024-01-01".parse().unwrap();
        let days: Vec<NaiveDate> = first.iter_days().take(367).collect();
        let ends: Vec<NaiveDate> = month_ends(&days).map(|place| days[place]).collect();
        assert_eq!((ends.len(), ends[1], ends[12]), (13, days[365], days[30]));
    }
}
