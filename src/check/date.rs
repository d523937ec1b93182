//! The decision date against the exchange calendar.

use chrono::NaiveDate;

use crate::finding::{Code, Finding};
use crate::market::calendar::Calendar;
use crate::profile::words::Effective;

/// What is wrong with a decision date. Of one that the calendar does not reach it is not said that it is no session:
/// the last one before it may be out of reach too.
pub fn unfit(as_of: NaiveDate, effective: Effective, calendar: &Calendar) -> Option<Finding> {
    outside_calendar(as_of, effective, calendar).or_else(|| no_session(as_of, calendar))
}

/// A decision date that the calendar does not reach; or whose next session it does not, where that is the session
/// that the targets are for.
pub fn outside_calendar(as_of: NaiveDate, effective: Effective, calendar: &Calendar) -> Option<Finding> {
    let (reaches, what, last) = match effective {
        Effective::SameDay => (calendar.covers(as_of), "the decision date", "to"),
        Effective::NextSession => (
            calendar.covers(as_of) && calendar.next_session(as_of).is_some(),
            "the decision date and its next session",
            "to before",
        ),
    };
    (!reaches).then(|| {
        Finding::new(Code::DateOutsideCalendar, format!("the exchange calendar does not reach {what}"))
            .observed(as_of)
            .expected(format!("a date from {} {last} {}", Calendar::first_date(), Calendar::last_date()))
            .hint("name the decision date with `--as-of YYYY-MM-DD`")
    })
}

/// The sessions after a snapshot on which monthly profiles trade.
const SESSIONS_OF_A_MONTH: usize = 3;

/// Finds a decision later after its snapshot than monthly profiles trade.
pub fn outside_cadence(snapshot: NaiveDate, as_of: NaiveDate, calendar: &Calendar) -> Option<Finding> {
    let session = calendar.session_from(as_of);
    let sessions = calendar.sessions_between(snapshot, session);
    (sessions > SESSIONS_OF_A_MONTH).then(|| {
        Finding::new(
            Code::OutsideCadence,
            format!("{session} is session {sessions} after the snapshot of {snapshot}"),
        )
        .observed(format!("session {sessions}"))
        .expected(format!("one of the first {SESSIONS_OF_A_MONTH} sessions after the snapshot"))
        .counts(sessions, SESSIONS_OF_A_MONTH)
        .hint("use a monthly snapshot in the first sessions of the month, or wait for the next one")
    })
}

/// The finding that nothing was held against the decision date.
pub fn as_of_not_given() -> Finding {
    Finding::new(
        Code::AsOfNotGiven,
        "no decision date is given: neither the age of the snapshot nor the execution window was checked",
    )
    .expected("the decision date")
    .hint("name the decision date with `--as-of YYYY-MM-DD`")
}

/// A decision date on which the exchange is closed: what a rule does on the last session of a month, or in the
/// sessions after a snapshot, it does not do on that date.
fn no_session(as_of: NaiveDate, calendar: &Calendar) -> Option<Finding> {
    let before = calendar.previous_session(as_of).filter(|_| !calendar.is_session(as_of))?;
    Some(
        Finding::new(
            Code::AsOfNotASession,
            format!("the exchange is closed on the decision date {as_of}, and the last session was {before}"),
        )
        .observed(as_of)
        .expected("a session of the exchange")
        .hint(format!("`--as-of {before}` decides for the last session")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn good_friday_at_a_quarters_end_is_no_session() {
        let calendar = Calendar::default();
        let finding = no_session(date("2024-03-29"), &calendar).unwrap();
        assert_eq!(
            finding.message,
            "the exchange is closed on the decision date 2024-03-29, and the last session was 2024-03-28"
        );
        assert_eq!(no_session(date("2024-03-28"), &calendar), None);
    }

    #[test]
    fn the_calendar_ends() {
        let calendar = Calendar::default();
        let is_outside = |day, effective| outside_calendar(date(day), effective, &calendar).is_some();
        for effective in [Effective::SameDay, Effective::NextSession] {
            assert!(!is_outside("2035-12-28", effective));
            assert!(!is_outside("1990-01-02", effective));
            assert!(is_outside("1989-12-29", effective));
            assert!(is_outside("2036-01-01", effective));
        }
        assert!(is_outside("2035-12-31", Effective::NextSession));
        assert!(!is_outside("2035-12-31", Effective::SameDay));
    }

    #[test]
    fn beyond_the_calendar_no_session_is_advised() {
        let calendar = Calendar::default();
        let code =
            |day: &str| unfit(date(day), Effective::NextSession, &calendar).map(|finding| finding.code);
        // New Year's Day; the session before, 2035-12-31, has no next one.
        assert_eq!(code("2036-01-01"), Some(Code::DateOutsideCalendar));
        assert_eq!(code("2035-12-30"), Some(Code::AsOfNotASession));
        assert_eq!(code("2035-12-28"), None);
    }
}
