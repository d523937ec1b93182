//! The days that come next for a profile: its session, its rebalance day, its execution window, and the day
//! on which its snapshot becomes stale.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::check::snapshot::dates::first_stale_day;
use crate::market::calendar::Calendar;
use crate::strategy::Strategy;
use crate::strategy::contract::Rhythm;

/// The days that come next after a given day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NextDates {
    /// The given day.
    pub as_of: NaiveDate,
    /// Whether the exchange trades on that day.
    pub is_session: bool,
    /// The first session after that day; `null` where the calendar does not reach it.
    pub next_session: Option<NaiveDate>,
    /// The next rebalance day of a profile that rebalances at the end of chosen months; `null` for the others,
    /// and where the calendar does not reach it.
    pub rebalance_day: Option<RebalanceDay>,
    /// The rebalance day that has just passed, at most 3 sessions ago; `null` for the other profiles, and later.
    pub passed_rebalance_day: Option<NaiveDate>,
    /// The window of a profile that trades a snapshot on few days only; `null` for the others, and where the
    /// calendar does not reach its last day.
    pub execution_window: Option<ExecutionWindow>,
    /// When the snapshot becomes stale; `null` for a profile without one.
    pub snapshot_stale: Option<SnapshotStale>,
}

/// A rebalance day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RebalanceDay {
    /// The day.
    pub date: NaiveDate,
    /// Whether it is the given day itself.
    pub is_as_of: bool,
}

/// The sessions on which a snapshot's targets may be traded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExecutionWindow {
    /// The snapshot's date.
    pub snapshot_as_of: NaiveDate,
    /// Whether no snapshot was named, so that one dated on the last session of a month is assumed.
    pub is_snapshot_assumed: bool,
    /// The sessions, ascending.
    pub days: Vec<NaiveDate>,
    /// Where the given day lies: before the window, in it, or after it.
    pub phase: WindowPhase,
}

/// Where a day lies: before a window, in it, or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum WindowPhase {
    /// The day lies before the window, or on a day between its sessions.
    Ahead,
    /// The day is a session of the window.
    Open,
    /// The day lies after the window.
    Past,
}

/// When a snapshot becomes stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SnapshotStale {
    /// The snapshot's date.
    pub snapshot_as_of: NaiveDate,
    /// Whether no snapshot was named, so that one of the newest month's end is assumed.
    pub is_snapshot_assumed: bool,
    /// The first day on which a decision refuses it.
    pub first_stale_day: NaiveDate,
    /// Whether that day has come.
    pub is_stale: bool,
}

/// The days that come next for a profile.
///
/// `snapshot_as_of` is the date of the snapshot in hand. Without one, snapshots are taken to be dated on the
/// last session of each month: the window is then the first one that has not passed.
pub fn next_dates(
    strategy: &Strategy,
    calendar: &Calendar,
    as_of: NaiveDate,
    snapshot_as_of: Option<NaiveDate>,
) -> NextDates {
    let (months, window_sessions) = match strategy.rhythm() {
        Rhythm::MonthEnds(months) => (Some(months), None),
        Rhythm::AfterSnapshot(sessions) => (None, sessions),
        Rhythm::EverySession => (None, None),
    };
    NextDates {
        as_of,
        is_session: calendar.is_session(as_of),
        next_session: calendar.covers(as_of).then(|| calendar.next_session(as_of)).flatten(),
        rebalance_day: months.and_then(|months| next_rebalance_day(months, calendar, as_of)),
        passed_rebalance_day: months.and_then(|months| passed_rebalance_day(months, calendar, as_of)),
        execution_window: window_sessions
            .and_then(|sessions| execution_window(sessions, calendar, as_of, snapshot_as_of)),
        snapshot_stale: strategy
            .facts()
            .takes_snapshot()
            .then(|| snapshot_stale(calendar, as_of, snapshot_as_of))
            .flatten(),
    }
}

fn next_rebalance_day(months: &[u32], calendar: &Calendar, as_of: NaiveDate) -> Option<RebalanceDay> {
    let date = month_ends(calendar, as_of).find(|date| *date >= as_of && months.contains(&date.month()))?;
    Some(RebalanceDay { date, is_as_of: date == as_of })
}

/// So many sessions after a rebalance day a hold still names it: a run that came too late is noticed.
const SESSIONS_AFTER_REBALANCE: usize = 3;

fn passed_rebalance_day(months: &[u32], calendar: &Calendar, as_of: NaiveDate) -> Option<NaiveDate> {
    let ends = month_ends(calendar, month_before(as_of)?).take_while(|date| *date < as_of);
    let newest = ends.filter(|date| months.contains(&date.month())).last()?;
    (calendar.sessions_between(newest, as_of) <= SESSIONS_AFTER_REBALANCE).then_some(newest)
}

fn execution_window(
    sessions: usize,
    calendar: &Calendar,
    as_of: NaiveDate,
    snapshot_as_of: Option<NaiveDate>,
) -> Option<ExecutionWindow> {
    let window = |snapshot: NaiveDate| {
        let days = calendar.covers(snapshot).then(|| calendar.next_sessions(snapshot, sessions))??;
        let phase = if days.contains(&as_of) {
            WindowPhase::Open
        } else if days.last().is_some_and(|last| *last < as_of) {
            WindowPhase::Past
        } else {
            WindowPhase::Ahead
        };
        let is_snapshot_assumed = snapshot_as_of.is_none();
        Some(ExecutionWindow { snapshot_as_of: snapshot, is_snapshot_assumed, days, phase })
    };
    match snapshot_as_of {
        Some(snapshot) => window(snapshot),
        None => {
            // A window may be longer than a month; the earliest one that is still open comes first.
            let first = month_before(as_of).unwrap_or(as_of);
            month_ends(calendar, first).filter_map(window).find(|window| window.phase != WindowPhase::Past)
        }
    }
}

fn snapshot_stale(
    calendar: &Calendar,
    as_of: NaiveDate,
    snapshot_as_of: Option<NaiveDate>,
) -> Option<SnapshotStale> {
    let newest_month_end =
        || month_ends(calendar, month_before(as_of)?).take_while(|date| *date <= as_of).last();
    let snapshot = snapshot_as_of.or_else(newest_month_end)?;
    let first_stale_day = first_stale_day(snapshot)?;
    Some(SnapshotStale {
        snapshot_as_of: snapshot,
        is_snapshot_assumed: snapshot_as_of.is_none(),
        first_stale_day,
        is_stale: first_stale_day <= as_of,
    })
}

/// The first day of the month before that of a day.
fn month_before(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.pred_opt()?.with_day(1)
}

/// The last sessions of the months from that of a day on, to the end of the calendar.
fn month_ends(calendar: &Calendar, from: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
    let next_month = |first: &NaiveDate| first.checked_add_months(chrono::Months::new(1));
    std::iter::successors(from.with_day(1), next_month)
        .take_while(|first| calendar.covers(*first))
        .filter_map(|first| calendar.last_session_of_month(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::catalog;

    const GLOBAL: &str = "global_etf_rotation";
    const RUSSELL: &str = "russell_1000_multi_factor_defensive";
    const TECH: &str = "tech_communication_pullback_enhancement";
    const LEVERAGED: &str = "dynamic_mega_leveraged_pullback";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dates(profile: &str, as_of: &str, snapshot: Option<&str>) -> NextDates {
        let manifest = catalog::find(profile).unwrap();
        let strategy = Strategy::new(manifest.strategy, &manifest.config).unwrap();
        next_dates(&strategy, &Calendar::default(), day(as_of), snapshot.map(day))
    }

    fn window(profile: &str, as_of: &str, snapshot: Option<&str>) -> (WindowPhase, String, Vec<String>) {
        let window = dates(profile, as_of, snapshot).execution_window.unwrap();
        assert_eq!(window.is_snapshot_assumed, snapshot.is_none());
        let days = window.days.iter().map(ToString::to_string).collect();
        (window.phase, window.snapshot_as_of.to_string(), days)
    }

    #[test]
    fn the_next_session_passes_over_holidays() {
        // 29 March 2024 is Good Friday.
        let dates = dates("tqqq_growth_income", "2024-03-28", None);
        assert_eq!((dates.is_session, dates.next_session), (true, Some(day("2024-04-01"))));
        assert_eq!((dates.rebalance_day, dates.execution_window, dates.snapshot_stale), (None, None, None));
        assert!(!self::dates(GLOBAL, "2024-03-29", None).is_session);
    }

    #[test]
    fn the_rebalance_day_is_the_last_session_of_a_quarter() {
        let rebalance_day = |as_of| {
            let next = dates(GLOBAL, as_of, None).rebalance_day.unwrap();
            (next.date.to_string(), next.is_as_of)
        };
        assert_eq!(rebalance_day("2024-03-27"), ("2024-03-28".to_owned(), false));
        assert_eq!(rebalance_day("2024-03-28"), ("2024-03-28".to_owned(), true));
        assert_eq!(rebalance_day("2024-03-29"), ("2024-06-28".to_owned(), false));
        assert_eq!(rebalance_day("2024-12-31"), ("2024-12-31".to_owned(), true));
    }

    #[test]
    fn the_rebalance_day_is_the_one_that_the_rule_takes() {
        let manifest = catalog::find(GLOBAL).unwrap();
        let strategy = Strategy::new(manifest.strategy, &manifest.config).unwrap();
        let calendar = Calendar::default();
        let spy = crate::symbol::Symbol::literal("SPY");
        // A flat close on each day of thirteen months: one canary asset with a momentum, which is not bad.
        let bars = day("2023-01-01").iter_days().take(370).map(|date| (date, 1.0));
        let market =
            crate::market::history::Market::from([(spy, crate::market::history::History::from_closes(bars))]);
        for as_of in day("2024-01-01").iter_days().take(366) {
            let account = crate::account::Account::default();
            let inputs = crate::strategy::Inputs::new(&calendar, &market, &account);
            let inputs = crate::strategy::Inputs { as_of: Some(as_of), ..inputs };
            let outcome = strategy.decide(inputs, &mut crate::strategy::trace::Trace::silent()).unwrap();
            let diagnostics = serde_json::to_value(&outcome.diagnostics).unwrap();
            let next = next_dates(&strategy, &calendar, as_of, None).rebalance_day.unwrap();
            assert_eq!(diagnostics["rebalance_day"], next.is_as_of, "{as_of}");
        }
    }

    #[test]
    fn without_a_snapshot_the_window_follows_the_end_of_a_month() {
        let march = ["2025-04-01", "2025-04-02", "2025-04-03"].map(str::to_owned).to_vec();
        let april = ["2025-05-01", "2025-05-02", "2025-05-05"].map(str::to_owned).to_vec();
        for (as_of, phase, snapshot, days) in [
            ("2025-03-31", WindowPhase::Ahead, "2025-03-31", &march),
            ("2025-04-01", WindowPhase::Open, "2025-03-31", &march),
            ("2025-04-03", WindowPhase::Open, "2025-03-31", &march),
            ("2025-04-04", WindowPhase::Ahead, "2025-04-30", &april),
            // A Saturday between two sessions of the window.
            ("2025-05-03", WindowPhase::Ahead, "2025-04-30", &april),
        ] {
            assert_eq!(window(TECH, as_of, None), (phase, snapshot.to_owned(), days.clone()), "{as_of}");
        }
    }

    #[test]
    fn a_snapshot_in_hand_has_a_window_of_its_own() {
        let days = ["2025-03-13", "2025-03-14", "2025-03-17"].map(str::to_owned).to_vec();
        let of = |as_of| window(TECH, as_of, Some("2025-03-12"));
        assert_eq!(of("2025-03-12"), (WindowPhase::Ahead, "2025-03-12".to_owned(), days.clone()));
        assert_eq!(of("2025-03-17").0, WindowPhase::Open);
        assert_eq!(of("2025-03-18").0, WindowPhase::Past);
    }

    #[test]
    fn a_profile_that_decides_every_day_has_no_window() {
        for profile in [RUSSELL, LEVERAGED] {
            assert_eq!(dates(profile, "2025-04-01", None).execution_window, None);
        }
    }

    #[test]
    fn a_snapshot_turns_stale_with_the_second_month_after_it() {
        let stale = |as_of, snapshot| {
            let stale = dates(RUSSELL, as_of, snapshot).snapshot_stale.unwrap();
            assert_eq!(stale.is_snapshot_assumed, snapshot.is_none());
            assert_eq!(stale.is_stale, as_of >= stale.first_stale_day.to_string().as_str());
            (stale.snapshot_as_of.to_string(), stale.first_stale_day.to_string())
        };
        let of_march = ("2025-03-31".to_owned(), "2025-05-01".to_owned());
        assert_eq!(stale("2025-04-15", None), of_march);
        assert_eq!(stale("2025-03-31", None), of_march);
        assert_eq!(stale("2025-03-30", None), ("2025-02-28".to_owned(), "2025-04-01".to_owned()));
        assert_eq!(stale("2025-05-01", Some("2025-03-31")), of_march);
        assert_eq!(
            stale("2025-04-15", Some("2025-03-03")),
            ("2025-03-03".to_owned(), "2025-05-01".to_owned())
        );
    }

    #[test]
    fn what_the_calendar_does_not_reach_is_left_out() {
        let last = dates(GLOBAL, "2035-12-31", None);
        assert_eq!((last.next_session, last.rebalance_day.map(|day| day.is_as_of)), (None, Some(true)));
        assert_eq!(dates(TECH, "2035-12-31", None).execution_window, None);
        assert_eq!(dates(GLOBAL, "1980-01-02", None).next_session, None);
    }

    #[test]
    fn a_rebalance_day_is_named_for_three_sessions_after_it() {
        let passed = |as_of| dates(GLOBAL, as_of, None).passed_rebalance_day.map(|date| date.to_string());
        // 2025-03-31 is a Monday; the sessions 1, 2 and 3 after it are Tuesday to Thursday.
        assert_eq!(passed("2025-03-31"), None);
        assert_eq!(passed("2025-04-01").as_deref(), Some("2025-03-31"));
        assert_eq!(passed("2025-04-03").as_deref(), Some("2025-03-31"));
        assert_eq!(passed("2025-04-04"), None);
        // February ends no quarter.
        assert_eq!(passed("2025-03-03"), None);
        assert_eq!(dates(RUSSELL, "2025-04-01", None).passed_rebalance_day, None);
    }
}
