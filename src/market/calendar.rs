//! The NYSE calendar: which days are sessions.
//!
//! The first question judges every day by rule, once: a walk through years asks about each bar of each symbol millions of
//! times. A session that ends early, such as the day after Thanksgiving, is a session.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};

/// The first year that the rules below were checked for.
const FIRST_YEAR: i32 = 1990;
/// The last year that the rules below are taken to hold for.
const LAST_YEAR: i32 = 2035;
/// The first year with a closure on Martin Luther King's birthday.
const FIRST_MARTIN_LUTHER_KING_YEAR: i32 = 1998;
/// The first year with a closure on Juneteenth.
const FIRST_JUNETEENTH_YEAR: i32 = 2022;
/// Good Friday is this many days before Easter Sunday.
const GOOD_FRIDAY_TO_EASTER_DAYS: u64 = 2;

/// The exchange calendar, with any extra closures that the user named.
///
/// It knows the days from [`Calendar::first_date`] to [`Calendar::last_date`] and says of no other day that
/// it is a session. A question whose answer would hang on a day outside is answered with `None`.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    extra_closures: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// The calendar's name in the output.
    pub const ID: &str = "nyse";

    /// The calendar of the published rules and decrees, with further closures.
    pub fn new(extra_closures: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self { extra_closures: extra_closures.into_iter().collect() }
    }

    /// The first day that the calendar knows: 1 January 1990.
    pub fn first_date() -> NaiveDate {
        NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or(NaiveDate::MIN)
    }

    /// The last day that the calendar knows: 31 December 2035.
    pub fn last_date() -> NaiveDate {
        NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(NaiveDate::MAX)
    }

    /// The further closures as they were named, ascending, without repeats.
    pub fn extra_closures(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.extra_closures.iter().copied()
    }

    /// Whether the calendar knows the day.
    pub fn covers(&self, date: NaiveDate) -> bool {
        (FIRST_YEAR..=LAST_YEAR).contains(&date.year())
    }

    /// Whether the exchange trades on the day; `false` for every day outside the calendar.
    pub fn is_session(&self, date: NaiveDate) -> bool {
        SESSIONS.contains(date) && !self.extra_closures.contains(&date)
    }

    /// The first session strictly after a day; `None` when the calendar does not know every day up to it.
    pub fn next_session(&self, after: NaiveDate) -> Option<NaiveDate> {
        let mut date = after.succ_opt()?;
        while self.covers(date) {
            if self.is_session(date) {
                return Some(date);
            }
            date = date.succ_opt()?;
        }
        None
    }

    /// The last session strictly before a day; `None` when the calendar does not know every day down to it.
    pub fn previous_session(&self, before: NaiveDate) -> Option<NaiveDate> {
        let mut date = before.pred_opt()?;
        while self.covers(date) {
            if self.is_session(date) {
                return Some(date);
            }
            date = date.pred_opt()?;
        }
        None
    }

    /// The first `count` sessions strictly after a day, ascending; `None`, never a shorter list, when the
    /// calendar does not know every day up to the last of them.
    pub fn next_sessions(&self, after: NaiveDate, count: usize) -> Option<Vec<NaiveDate>> {
        let mut newest = after;
        (0..count)
            .map(|_| {
                newest = self.next_session(newest)?;
                Some(newest)
            })
            .collect()
    }

    /// The last session of the month that holds the day, be it before or after the day; `None` outside the
    /// calendar, or when extra closures leave the month without a session.
    pub fn last_session_of_month(&self, date: NaiveDate) -> Option<NaiveDate> {
        let days_in_month = u32::from(date.num_days_in_month());
        (1..=days_in_month).rev().filter_map(|day| date.with_day(day)).find(|&day| self.is_session(day))
    }

    /// Whether the day is the last session of its month.
    pub fn is_last_session_of_month(&self, date: NaiveDate) -> bool {
        self.last_session_of_month(date) == Some(date)
    }

    /// The day itself where it is a session, else the next one; beyond the calendar the day.
    pub fn session_from(&self, day: NaiveDate) -> NaiveDate {
        if self.is_session(day) { day } else { self.next_session(day).unwrap_or(day) }
    }

    /// How many sessions lie strictly after one day and not after another; zero when the second is not
    /// later. Days outside the calendar count for nothing: ask [`Calendar::covers`] of both first where
    /// too small a number would do harm.
    pub fn sessions_between(&self, after: NaiveDate, until: NaiveDate) -> usize {
        let closures = self.extra_closures.range((Bound::Excluded(after.min(until)), Bound::Included(until)));
        let closed = closures.filter(|&&date| SESSIONS.contains(date)).count();
        SESSIONS.count(after, until) - closed
    }
}

/// The sessions of the published rules and decrees.
static SESSIONS: LazyLock<Sessions> = LazyLock::new(Sessions::new);

/// One bit a day of the calendar, set on sessions.
struct Sessions {
    /// The first day, counted from the first day of the common era.
    first: i32,
    words: Vec<u64>,
    /// How many sessions lie in the words before each one, and at last in all of them.
    before: Vec<usize>,
}

impl Sessions {
    fn new() -> Self {
        let first = Calendar::first_date();
        let days = first.iter_days().take_while(|&date| date <= Calendar::last_date());
        let mut words: Vec<u64> = Vec::new();
        for (place, date) in days.enumerate() {
            if place % 64 == 0 {
                words.push(0);
            }
            if let Some(word) = words.last_mut().filter(|_| is_session_by_rule(date)) {
                *word |= 1 << (place % 64);
            }
        }
        let mut sessions = 0;
        let mut before = vec![sessions];
        for word in &words {
            sessions += word.count_ones() as usize;
            before.push(sessions);
        }
        Self { first: first.num_days_from_ce(), words, before }
    }

    fn contains(&self, date: NaiveDate) -> bool {
        let place = date.num_days_from_ce() - self.first;
        usize::try_from(place)
            .is_ok_and(|place| self.words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1))
    }

    /// How many sessions lie strictly after one day and not after another.
    fn count(&self, after: NaiveDate, until: NaiveDate) -> usize {
        self.count_up_to(until).saturating_sub(self.count_up_to(after))
    }

    /// How many sessions lie between the first day of the calendar and a day, both included.
    fn count_up_to(&self, date: NaiveDate) -> usize {
        let Ok(days) = usize::try_from(date.num_days_from_ce() - self.first + 1) else { return 0 };
        let (whole, rest) = (days / 64, days % 64);
        let Some(word) = self.words.get(whole) else {
            return self.before.last().copied().unwrap_or_default();
        };
        let of_rest = (word & ((1 << rest) - 1)).count_ones() as usize;
        self.before.get(whole).copied().unwrap_or_default() + of_rest
    }
}

fn is_session_by_rule(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(date) && !is_closed_by_decree(date)
}

/// Whether a weekday is a holiday by the exchange's rule for the year, NYSE rule 7.2.
///
/// A holiday of a fixed date that falls on a Sunday closes the Monday after it; on a Saturday, the Friday
/// before it. New Year's Day on a Saturday closes nothing, since that Friday ends the year's accounts.
fn is_holiday(date: NaiveDate) -> bool {
    let year = date.year();
    match (date.month(), date.day(), date.weekday()) {
        // New Year's Day
        (1, 1, _) | (1, 2, Weekday::Mon) => true,
        // Martin Luther King's birthday: the third Monday of January
        (1, 15..=21, Weekday::Mon) => year >= FIRST_MARTIN_LUTHER_KING_YEAR,
        // Washington's birthday: the third Monday of February
        (2, 15..=21, Weekday::Mon) => true,
        // Good Friday, at the earliest 20 March and at the latest 23 April
        (3 | 4, _, Weekday::Fri) => is_good_friday(date),
        // Memorial Day: the last Monday of May
        (5, 25..=31, Weekday::Mon) => true,
        // Juneteenth
        (6, 19, _) | (6, 18, Weekday::Fri) | (6, 20, Weekday::Mon) => year >= FIRST_JUNETEENTH_YEAR,
        // Independence Day
        (7, 4, _) | (7, 3, Weekday::Fri) | (7, 5, Weekday::Mon) => true,
        // Labor Day: the first Monday of September
        (9, 1..=7, Weekday::Mon) => true,
        // Thanksgiving: the fourth Thursday of November
        (11, 22..=28, Weekday::Thu) => true,
        // Christmas
        (12, 25, _) | (12, 24, Weekday::Fri) | (12, 26, Weekday::Mon) => true,
        _ => false,
    }
}

/// Whether the exchange stayed closed for the whole of an ordinary weekday.
fn is_closed_by_decree(date: NaiveDate) -> bool {
    matches!(
        (date.year(), date.month(), date.day()),
        // The day of mourning for Richard Nixon
        (1994, 4, 27)
            // The attacks on the World Trade Center
            | (2001, 9, 11..=14)
            // The day of mourning for Ronald Reagan
            | (2004, 6, 11)
            // The day of mourning for Gerald Ford
            | (2007, 1, 2)
            // Hurricane Sandy
            | (2012, 10, 29..=30)
            // The day of mourning for George H. W. Bush
            | (2018, 12, 5)
            // The day of mourning for Jimmy Carter
            | (2025, 1, 9)
    )
}

/// Whether a day is the Friday before Easter Sunday.
fn is_good_friday(date: NaiveDate) -> bool {
    date.checked_add_days(chrono::Days::new(GOOD_FRIDAY_TO_EASTER_DAYS))
        .is_some_and(|sunday| (sunday.month(), sunday.day()) == easter_sunday(sunday.year()))
}

/// The month and day of Easter Sunday in a Gregorian year.
///
/// The anonymous computus of *Nature*, 20 April 1876, as in Jean Meeus, *Astronomical Algorithms*, second
/// edition, chapter 8, where the letters of the working are those of the comments here. Exact for every
/// Gregorian year; the years of the calendar are far from where `i32` or the sign of `%` would matter.
#[allow(clippy::cast_sign_loss)] // month and day are 3 or 4 and 1 to 31
fn easter_sunday(year: i32) -> (u32, u32) {
    let golden = year % 19; // a
    let (century, year_of_century) = (year / 100, year % 100); // b, c
    let (century_fours, century_rest) = (century / 4, century % 4); // d, e
    let moon_drift = (century + 8) / 25; // f
    let moon_correction = (century - moon_drift + 1) / 3; // g
    let epact = (19 * golden + century - century_fours - moon_correction + 15) % 30; // h
    let (leap_fours, leap_rest) = (year_of_century / 4, year_of_century % 4); // i, k
    let to_sunday = (32 + 2 * century_rest + 2 * leap_fours - epact - leap_rest) % 7; // l
    let late_moon = (golden + 11 * epact + 22 * to_sunday) / 451; // m
    let days_from_march = epact + to_sunday - 7 * late_moon + 114;
    ((days_from_march / 31) as u32, (days_from_march % 31 + 1) as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sessions_between_two_days_are_those_that_are_met_day_by_day(
            start in 0_u64..45_000,
            length in -40_i64..900,
            closures in proptest::collection::vec(0_u64..900, 0..6),
        ) {
            // From some months before the calendar to some after it.
            let origin = Calendar::first_date() - chrono::Days::new(200);
            let after = origin + chrono::Days::new(start);
            let until = after + chrono::TimeDelta::days(length);
            let calendar = Calendar::new(closures.iter().map(|&days| after + chrono::Days::new(days)));
            let days = after.iter_days().skip(1).take_while(|&day| day <= until);
            let met = days.filter(|&day| calendar.is_session(day)).count();
            prop_assert_eq!(calendar.sessions_between(after, until), met);
        }
    }

    #[test]
    fn easter_of_worked_years() {
        // The examples of Meeus's chapter 8, 1818 being the earliest that Easter can be; then the earliest
        // and the latest of the calendar's years, and the latest that Easter can be.
        assert_eq!(easter_sunday(1991), (3, 31));
        assert_eq!(easter_sunday(1992), (4, 19));
        assert_eq!(easter_sunday(1993), (4, 11));
        assert_eq!(easter_sunday(1954), (4, 18));
        assert_eq!(easter_sunday(2000), (4, 23));
        assert_eq!(easter_sunday(1818), (3, 22));
        assert_eq!(easter_sunday(2008), (3, 23));
        assert_eq!(easter_sunday(2011), (4, 24));
        assert_eq!(easter_sunday(2038), (4, 25));
    }

    #[test]
    fn easter_is_a_sunday_for_three_centuries() {
        for year in 1900..2200 {
            let (month, day) = easter_sunday(year);
            let easter = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            assert_eq!(easter.weekday(), Weekday::Sun, "{easter}");
        }
    }

    #[test]
    fn the_range_is_whole_years() {
        assert_eq!(Calendar::first_date().to_string(), "1990-01-01");
        assert_eq!(Calendar::last_date().to_string(), "2035-12-31");
    }
}
