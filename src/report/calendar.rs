//! Years and months of an account.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::amount::{percent_with, signed};

/// One calendar year.
#[derive(Clone, Debug)]
pub(super) struct Year {
    /// The year.
    pub year: i32,
    /// Whether the walk holds only a part of it.
    pub is_part: bool,
    /// The account's return in words.
    pub account: String,
    /// The benchmark's, where there is one.
    pub benchmark: String,
    /// The difference in percentage points.
    pub difference: String,
    /// The bar of the difference: its start and its width in per cent, and its style.
    pub bar: Option<(f64, f64, &'static str)>,
    /// The months, January first; blank outside the walk.
    pub months: Vec<Month>,
}

/// One month of a year.
#[derive(Clone, Debug)]
pub(super) struct Month {
    /// The return in per cent; blank outside the walk.
    pub text: String,
    /// The shade: `p1` to `p4`, `n1` to `n4`, or `z` for none.
    pub shade: &'static str,
}

/// The growth of a curve over the spans that a key parts it into; each begins at the last value of the one before.
fn growth<K: Ord + Copy>(
    sessions: &[NaiveDate],
    values: &[f64],
    key: impl Fn(NaiveDate) -> K,
) -> BTreeMap<K, f64> {
    let mut ends: BTreeMap<K, (f64, f64)> = BTreeMap::new();
    let mut before: Option<f64> = None;
    for (&day, &value) in sessions.iter().zip(values) {
        let start = before.unwrap_or(value);
        ends.entry(key(day)).or_insert((start, value)).1 = value;
        before = Some(value);
    }
    ends.into_iter().map(|(key, (start, end))| (key, end / start - 1.0)).collect()
}

/// The return of each year of a curve.
pub(super) fn yearly(sessions: &[NaiveDate], values: &[f64]) -> BTreeMap<i32, f64> {
    growth(sessions, values, |day| day.year())
}

/// The years of a walk.
pub(super) fn years(sessions: &[NaiveDate], account: &[f64], benchmark: Option<&[f64]>) -> Vec<Year> {
    let own = yearly(sessions, account);
    let theirs = benchmark.map(|values| yearly(sessions, values)).unwrap_or_default();
    let months = growth(sessions, account, |day| (day.year(), day.month()));
    let widest =
        own.iter().filter_map(|(year, growth)| Some((growth - theirs.get(year)?).abs())).fold(0.01, f64::max);
    let (first, last) = (sessions.first().copied(), sessions.last().copied());
    own.iter()
        .map(|(&year, &growth)| {
            let difference = theirs.get(&year).map(|theirs| growth - theirs);
            let begins_late = first.is_some_and(|day| day.year() == year && day.ordinal() > 8);
            let ends_early =
                last.is_some_and(|day| day.year() == year && (day.month(), day.day()) < (12, 24));
            Year {
                year,
                is_part: begins_late || ends_early,
                account: points(growth),
                benchmark: theirs.get(&year).map_or_else(String::new, |growth| points(*growth)),
                difference: difference.map_or_else(String::new, points),
                bar: difference.map(|difference| {
                    let width = difference.abs() / widest * 50.0;
                    let start = if difference < 0.0 { 50.0 - width } else { 50.0 };
                    (start.round(), width.round().max(1.0), if difference < 0.0 { "less" } else { "more" })
                }),
                months: (1..=12)
                    .map(|month| {
                        months
                            .get(&(year, month))
                            .map_or(Month { text: String::new(), shade: NO_SHADE }, shaded)
                    })
                    .collect(),
            }
        })
        .collect()
}

/// A return with its sign and one decimal.
pub(super) fn points(growth: f64) -> String {
    signed(&percent_with(growth, 1), growth)
}

/// The shade of no return.
const NO_SHADE: &str = "z";

fn shaded(growth: &f64) -> Month {
    let size = growth.abs();
    let shade = match (size, *growth < 0.0) {
        (size, _) if size < 0.0005 => NO_SHADE,
        (size, false) if size < 0.02 => "p1",
        (size, false) if size < 0.05 => "p2",
        (size, false) if size < 0.10 => "p3",
        (_, false) => "p4",
        (size, true) if size < 0.02 => "n1",
        (size, true) if size < 0.05 => "n2",
        (size, true) if size < 0.10 => "n3",
        (_, true) => "n4",
    };
    // A small loss is 0.0, not -0.0.
    let percent = (growth * 1000.0).round() / 10.0 + 0.0;
    Month { text: format!("{percent:.1}"), shade }
}
