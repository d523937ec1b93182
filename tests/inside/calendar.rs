//! The NYSE calendar against what the exchange published.
//!
//! The values rest on the exchange's rule 7.2 and its yearly lists of holidays (printed up to 2028; the
//! rule is taken to hold from there to 2035), on its notices of full-day closures since 1990, and on the
//! number of trading days in its yearly statistics, each worked again here from weekdays and closures.
//! `fixtures/calendar/quarter_last_sessions.csv` was derived without the code under test: it is what two
//! openly published session calendars give, which agree with each other on every day from 1990 to 2035.

// Helpers of a test may stop at the first surprise, as the tests themselves may.
#![allow(clippy::unwrap_used)]

use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;
use strat::market::calendar::Calendar;

/// The sessions of 1990 to 2035, by both published calendars.
const SESSIONS_OF_ALL_YEARS: usize = 11_577;
/// The days of 1990 to 2035: 46 years of 365 days and the 11 leap days from 1992 to 2032.
const DAYS_OF_ALL_YEARS: u64 = 46 * 365 + 11;
/// The quarters of 1990 to 2035.
const QUARTERS_OF_ALL_YEARS: usize = 46 * 4;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days(texts: &[&str]) -> Vec<NaiveDate> {
    texts.iter().map(|text| day(text)).collect()
}

fn assert_closed(texts: &[&str]) {
    let calendar = Calendar::default();
    for date in days(texts) {
        assert!(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun), "{date} proves nothing");
        assert!(!calendar.is_session(date), "{date} is no session");
    }
}

fn assert_open(texts: &[&str]) {
    let calendar = Calendar::default();
    for date in days(texts) {
        assert!(calendar.is_session(date), "{date} is a session");
    }
}

/// The quarters of the fixture and their last sessions.
fn published_quarter_ends() -> Vec<(String, NaiveDate)> {
    include_str!("../../fixtures/calendar/quarter_last_sessions.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let (quarter, last_session) = line.split_once(',').unwrap();
            (quarter.to_owned(), day(last_session))
        })
        .collect()
}

#[test]
fn closures_by_decree() {
    assert_closed(&[
        "1994-04-27",
        "2001-09-11",
        "2001-09-12",
        "2001-09-13",
        "2001-09-14",
        "2004-06-11",
        "2007-01-02",
        "2012-10-29",
        "2012-10-30",
        "2018-12-05",
        "2025-01-09",
    ]);
    // The days around them.
    assert_open(&[
        "1994-04-26",
        "1994-04-28",
        "2001-09-10",
        "2001-09-17",
        "2004-06-10",
        "2004-06-14",
        "2007-01-03",
        "2012-10-26",
        "2012-10-31",
        "2018-12-04",
        "2018-12-06",
        "2025-01-08",
        "2025-01-10",
    ]);
}

#[test]
fn good_friday_at_the_end_of_a_month() {
    let calendar = Calendar::default();
    for (good_friday, last_session) in [
        ("2002-03-29", "2002-03-28"),
        ("2013-03-29", "2013-03-28"),
        ("2018-03-30", "2018-03-29"),
        ("2024-03-29", "2024-03-28"),
        ("2029-03-30", "2029-03-29"),
    ] {
        assert_closed(&[good_friday]);
        assert_eq!(calendar.last_session_of_month(day(good_friday)), Some(day(last_session)));
        assert!(calendar.is_last_session_of_month(day(last_session)));
        assert!(!calendar.is_last_session_of_month(day(good_friday)));
    }
}

#[test]
fn good_fridays_early_and_late() {
    assert_closed(&["1990-04-13", "2000-04-21", "2008-03-21", "2011-04-22", "2019-04-19", "2025-04-18"]);
    // The Fridays before and the Mondays after are sessions: Easter Monday is none of the holidays.
    assert_open(&["2008-03-14", "2008-03-24", "2011-04-15", "2011-04-25", "2025-04-11", "2025-04-21"]);
}

#[test]
fn juneteenth_since_2022() {
    // The 19th fell on a Saturday in 2021, on a Sunday in 2022 and falls on a Saturday in 2027.
    assert_open(&["2020-06-19", "2021-06-18", "2021-06-21", "2022-06-17", "2026-06-18", "2027-06-21"]);
    assert_closed(&["2022-06-20", "2023-06-19", "2024-06-19", "2025-06-19", "2026-06-19", "2027-06-18"]);
}

#[test]
fn martin_luther_kings_birthday_since_1998() {
    assert_open(&["1990-01-15", "1997-01-20", "1998-01-12", "1998-01-26"]);
    assert_closed(&["1998-01-19", "2001-01-15", "2024-01-15", "2025-01-20"]);
}

#[test]
fn new_years_day_on_a_saturday_closes_nothing() {
    // The Friday before and the Monday after.
    assert_open(&["1993-12-31", "1999-12-31", "2004-12-31", "2010-12-31", "2021-12-31", "2027-12-31"]);
    assert_open(&["1994-01-03", "2000-01-03", "2005-01-03", "2011-01-03", "2022-01-03", "2028-01-03"]);
}

#[test]
fn new_years_day_on_another_day() {
    // A Sunday moves to the Monday; a weekday stays, and the 2nd is a session.
    assert_closed(&["1995-01-02", "2006-01-02", "2012-01-02", "2017-01-02", "2023-01-02"]);
    assert_closed(&["1990-01-01", "2008-01-01", "2020-01-01", "2025-01-01"]);
    assert_open(&["1990-01-02", "2008-01-02", "2020-01-02", "2025-01-02", "2024-12-31"]);
}

#[test]
fn independence_day_and_christmas_move_off_the_weekend() {
    // 4 July on a Saturday: the Friday; on a Sunday: the Monday; else the day itself.
    assert_closed(&["1992-07-03", "2015-07-03", "2020-07-03", "2026-07-03"]);
    assert_closed(&["1993-07-05", "2010-07-05", "2021-07-05", "2032-07-05"]);
    assert_closed(&["1990-07-04", "2024-07-04", "2025-07-04"]);
    assert_open(&["2024-07-03", "2024-07-05", "2025-07-03", "2015-07-06", "2021-07-02"]);
    // 25 December likewise.
    assert_closed(&["1993-12-24", "2004-12-24", "2010-12-24", "2021-12-24", "2027-12-24"]);
    assert_closed(&["1994-12-26", "2005-12-26", "2011-12-26", "2016-12-26", "2022-12-26"]);
    assert_closed(&["1990-12-25", "2024-12-25", "2025-12-25"]);
    assert_open(&["2024-12-24", "2024-12-26", "2025-12-24", "2025-12-26", "2021-12-27", "2022-12-23"]);
}

#[test]
fn holidays_on_a_weekday_of_a_month() {
    // Washington's birthday, Memorial Day, Labor Day, Thanksgiving, at either end of their weeks.
    assert_closed(&["1999-02-15", "2022-02-21", "2024-02-19", "2020-05-25", "2021-05-31", "2024-05-27"]);
    assert_closed(&["2025-09-01", "2020-09-07", "2024-09-02", "2018-11-22", "2024-11-28", "2025-11-27"]);
    assert_open(&["2024-02-12", "2024-02-26", "2021-05-24", "2024-05-20", "2024-09-09", "2024-11-21"]);
    // Columbus Day and Veterans Day close banks, not the exchange.
    assert_open(&["2024-10-14", "2024-11-11", "2025-10-13", "2025-11-11"]);
}

#[test]
fn a_session_that_ends_early_is_a_session() {
    assert_open(&["2024-07-03", "2024-11-29", "2024-12-24", "2025-11-28"]);
}

#[test]
fn weekends_are_no_sessions() {
    let calendar = Calendar::default();
    assert!(days(&["2025-03-29", "2025-03-30"]).iter().all(|&date| !calendar.is_session(date)));
}

#[test]
fn sessions_of_a_year() {
    let calendar = Calendar::default();
    // Weekdays less the holidays of the rule on a weekday, less the days closed by decree. A common year
    // has 261 weekdays, or 260 when it begins on a Saturday or Sunday; a leap year 262, or 261 when it
    // begins on a Friday or Sunday, or 260 on a Saturday. Eight holidays fall in a year before 1998, nine
    // before 2022, ten since; one less when New Year's Day is a Saturday.
    for (year, sessions) in [
        (1990, 261 - 8),
        (1994, 260 - 7 - 1),
        (1996, 262 - 8),
        (1999, 261 - 9),
        (2001, 261 - 9 - 4),
        (2004, 262 - 9 - 1),
        (2007, 261 - 9 - 1),
        (2012, 261 - 9 - 2),
        (2018, 261 - 9 - 1),
        (2020, 262 - 9),
        (2021, 261 - 9),
        (2022, 260 - 9),
        (2023, 260 - 10),
        (2024, 262 - 10),
        (2025, 261 - 10 - 1),
    ] {
        let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let year_end = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        // No first of January is a session, so counting strictly after it leaves none out.
        assert_eq!(calendar.sessions_between(new_year, year_end), sessions, "{year}");
    }
}

#[test]
fn sessions_of_all_years() {
    let calendar = Calendar::default();
    assert_eq!(
        calendar.sessions_between(Calendar::first_date(), Calendar::last_date()),
        SESSIONS_OF_ALL_YEARS
    );
    // Days before and after the calendar add nothing.
    assert_eq!(calendar.sessions_between(NaiveDate::MIN, NaiveDate::MAX), SESSIONS_OF_ALL_YEARS);
}

#[test]
fn last_sessions_of_quarters() {
    let calendar = Calendar::default();
    let quarter_ends = published_quarter_ends();
    assert_eq!(quarter_ends.len(), QUARTERS_OF_ALL_YEARS);
    for (quarter, last_session) in quarter_ends {
        let named = format!("{}Q{}", last_session.year(), last_session.quarter());
        assert_eq!(named, quarter);
        let first_of_month = last_session.with_day(1).unwrap();
        assert_eq!(calendar.last_session_of_month(first_of_month), Some(last_session), "{quarter}");
        assert!(calendar.is_last_session_of_month(last_session), "{quarter}");
    }
}

#[test]
fn an_extra_closure_moves_the_last_session_of_a_quarter() {
    for (quarter, last_session) in published_quarter_ends() {
        let day_before = Calendar::default().previous_session(last_session).unwrap();
        let calendar = Calendar::new([last_session]);
        assert!(!calendar.is_session(last_session), "{quarter}");
        assert!(!calendar.is_last_session_of_month(last_session), "{quarter}");
        assert_eq!(calendar.last_session_of_month(last_session), Some(day_before), "{quarter}");
        assert!(calendar.is_last_session_of_month(day_before), "{quarter}");
    }
}

#[test]
fn a_month_without_a_session_has_no_last_one() {
    let may = |number| NaiveDate::from_ymd_opt(2030, 5, number).unwrap();
    let calendar = Calendar::new((1..=31).map(may));
    assert_eq!(calendar.last_session_of_month(may(15)), None);
    assert!(!calendar.is_last_session_of_month(may(31)));
    assert_eq!(calendar.next_session(may(1)), Some(day("2030-06-03")));
    assert_eq!(calendar.previous_session(may(31)), Some(day("2030-04-30")));
}

#[test]
fn extra_closures_are_listed_in_order_once() {
    let calendar = Calendar::new(days(&["2030-05-02", "2028-01-04", "2030-05-02", "2027-01-02"]));
    // 2 January 2027 is a Saturday: naming it closes nothing, and it is listed all the same.
    assert_eq!(
        calendar.extra_closures().collect::<Vec<_>>(),
        days(&["2027-01-02", "2028-01-04", "2030-05-02"])
    );
}

#[test]
fn the_next_three_sessions_are_strictly_after() {
    let calendar = Calendar::default();
    // Monday 31 March 2025 is a session itself and does not count.
    assert_eq!(
        calendar.next_sessions(day("2025-03-31"), 3),
        Some(days(&["2025-04-01", "2025-04-02", "2025-04-03"]))
    );
    // From the Thursday before Good Friday, over the holiday and the weekend.
    assert_eq!(
        calendar.next_sessions(day("2024-03-28"), 3),
        Some(days(&["2024-04-01", "2024-04-02", "2024-04-03"]))
    );
    // From a Saturday, with the Tuesday closed by decree.
    assert_eq!(
        Calendar::new([day("2025-04-01")]).next_sessions(day("2025-03-29"), 3),
        Some(days(&["2025-03-31", "2025-04-02", "2025-04-03"]))
    );
    assert_eq!(calendar.next_sessions(day("2025-03-31"), 0), Some(Vec::new()));
}

#[test]
fn sessions_between_counts_the_second_day_and_not_the_first() {
    let calendar = Calendar::default();
    // Thursday 28 March 2024 to Tuesday 2 April: Good Friday and the weekend fall out, Monday and Tuesday stay.
    assert_eq!(calendar.sessions_between(day("2024-03-28"), day("2024-04-02")), 2);
    assert_eq!(calendar.sessions_between(day("2024-03-27"), day("2024-03-28")), 1);
    assert_eq!(calendar.sessions_between(day("2024-03-28"), day("2024-03-31")), 0);
    assert_eq!(calendar.sessions_between(day("2024-03-28"), day("2024-03-28")), 0);
    assert_eq!(calendar.sessions_between(day("2024-04-02"), day("2024-03-28")), 0);
}

#[test]
fn nothing_is_known_beyond_either_end() {
    let calendar = Calendar::default();
    let (first_session, last_session) = (day("1990-01-02"), day("2035-12-31"));
    assert!(calendar.covers(Calendar::first_date()) && calendar.covers(Calendar::last_date()));
    // Friday 29 December 1989 and Wednesday 2 January 2036 were and will be sessions, and lie outside.
    for outside in [day("1989-12-29"), day("2036-01-02"), NaiveDate::MIN, NaiveDate::MAX] {
        assert!(!calendar.covers(outside), "{outside}");
        assert!(!calendar.is_session(outside), "{outside}");
        assert_eq!(calendar.last_session_of_month(outside), None, "{outside}");
        assert!(!calendar.is_last_session_of_month(outside), "{outside}");
        assert_eq!(calendar.next_session(outside), None, "{outside}");
        assert_eq!(calendar.previous_session(outside), None, "{outside}");
    }
    assert_eq!(calendar.previous_session(first_session), None);
    assert_eq!(calendar.next_session(last_session), None);
    // The days just outside border on days that are all known.
    assert_eq!(calendar.next_session(day("1989-12-31")), Some(first_session));
    assert_eq!(calendar.previous_session(day("2036-01-01")), Some(last_session));
    // A window that would leave the calendar is no window, not a shorter one.
    assert_eq!(calendar.next_sessions(day("2035-12-27"), 2), Some(days(&["2035-12-28", "2035-12-31"])));
    assert_eq!(calendar.next_sessions(day("2035-12-27"), 3), None);
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..DAYS_OF_ALL_YEARS).prop_map(|distance| Calendar::first_date() + Days::new(distance))
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    prop::collection::vec(any_day(), 0..40).prop_map(Calendar::new)
}

#[test]
fn any_day_reaches_from_end_to_end() {
    assert_eq!(Calendar::first_date() + Days::new(DAYS_OF_ALL_YEARS - 1), Calendar::last_date());
}

proptest! {
    #[test]
    fn a_step_forward_undoes_a_step_back(calendar in any_calendar(), date in any_day()) {
        if let Some(session) = calendar.next_session(date) {
            prop_assert!(session > date && calendar.is_session(session));
            prop_assert_eq!(calendar.sessions_between(date, session), 1);
            if calendar.is_session(date) {
                prop_assert_eq!(calendar.previous_session(session), Some(date));
            }
        }
        if let Some(session) = calendar.previous_session(date) {
            prop_assert!(session < date && calendar.is_session(session));
            if calendar.is_session(date) {
                prop_assert_eq!(calendar.next_session(session), Some(date));
            }
        }
    }

    #[test]
    fn the_next_sessions_are_those_that_the_count_counts(
        calendar in any_calendar(), date in any_day(), count in 1_usize..30,
    ) {
        if let Some(sessions) = calendar.next_sessions(date, count) {
            prop_assert_eq!(sessions.len(), count);
            for (place, &session) in sessions.iter().enumerate() {
                prop_assert_eq!(calendar.sessions_between(date, session), place + 1);
            }
        }
    }

    #[test]
    fn the_last_session_of_a_month_is_followed_by_another_month(calendar in any_calendar(), date in any_day()) {
        if let Some(last) = calendar.last_session_of_month(date) {
            prop_assert_eq!((last.year(), last.month()), (date.year(), date.month()));
            if let Some(next) = calendar.next_session(last) {
                prop_assert_ne!(next.month(), date.month());
            }
        }
    }

    #[test]
    fn an_extra_closure_takes_one_session_and_no_other(closure in any_day(), date in any_day()) {
        let (published, closed) = (Calendar::default(), Calendar::new([closure]));
        prop_assert_eq!(closed.is_session(date), published.is_session(date) && date != closure);
    }
}
