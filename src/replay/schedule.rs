//! Whose day it is: on which sessions a profile decides, as of when, from which snapshot.

use chrono::{Datelike, NaiveDate};

use crate::market::calendar::Calendar;

/// When a profile decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// After every session.
    Daily,
    /// After every session, from the first snapshot on.
    DailyFromSnapshots,
    /// After each session on which a snapshot is dated, as of the next one.
    AfterSnapshots,
}

/// A decision of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The newest day that the decision may see.
    pub data_date: NaiveDate,
    /// The date of the decision.
    pub as_of: NaiveDate,
    /// The place of its snapshot among the snapshots by date.
    pub snapshot: Option<usize>,
    /// Sessions by which the data may be older than the decision besides the usual.
    pub extra_lag: usize,
}

/// The sessions of a walk, and the decision of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The sessions, in order.
    pub sessions: Vec<NaiveDate>,
    /// The decision after each; `None` where there is none.
    pub turns: Vec<Option<Turn>>,
}

impl Schedule {
    /// The plain schedule of a walk; `snapshots` are the dates of the snapshots, ascending.
    pub fn new(
        cadence: &Cadence,
        from: NaiveDate,
        to: NaiveDate,
        snapshots: &[NaiveDate],
        calendar: &Calendar,
    ) -> Self {
        let sessions = sessions(from, to, calendar);
        let turn = |&session: &NaiveDate| turn(cadence, session, snapshots, calendar);
        let turns = sessions.iter().map(turn).collect();
        Self { sessions, turns }
    }
}

/// The sessions of a range of days.
fn sessions(from: NaiveDate, to: NaiveDate, calendar: &Calendar) -> Vec<NaiveDate> {
    from.iter_days().take_while(|&day| day <= to).filter(|&day| calendar.is_session(day)).collect()
}

/// The decision after a session; `None` where there is none.
pub fn turn(
    cadence: &Cadence,
    session: NaiveDate,
    snapshots: &[NaiveDate],
    calendar: &Calendar,
) -> Option<Turn> {
    let plain = Turn { data_date: session, as_of: session, snapshot: None, extra_lag: 0 };
    match cadence {
        Cadence::Daily => Some(plain),
        Cadence::DailyFromSnapshots => {
            let place = snapshots.partition_point(|&date| date <= session).checked_sub(1)?;
            Some(Turn { snapshot: Some(place), ..plain })
        }
        Cadence::AfterSnapshots => {
            // A snapshot of a day without session belongs to the last session before it.
            let next = calendar.next_session(session)?;
            let place = snapshots.partition_point(|&date| date < next).checked_sub(1)?;
            let is_dated = snapshots.get(place).is_some_and(|&date| date >= session);
            is_dated.then_some(Turn { as_of: next, snapshot: Some(place), ..plain })
        }
    }
}

/// Whether a session is the last of a month in which the rotation may rebalance.
pub fn is_rebalance_day(session: NaiveDate, months: &[u32], calendar: &Calendar) -> bool {
    months.contains(&session.month()) && calendar.is_last_session_of_month(session)
}
