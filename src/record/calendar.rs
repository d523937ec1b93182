//! The calendar of a decision, as its record names it.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::market::calendar::Calendar;

/// The exchange calendar that a decision was made on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CalendarRecord {
    /// Which exchange.
    pub id: Cow<'static, str>,
    /// The first day of the calendar.
    pub from: NaiveDate,
    /// The last day of the calendar.
    pub to: NaiveDate,
    /// Closures that the user added.
    pub extra_closures: Vec<NaiveDate>,
}

impl CalendarRecord {
    /// Says which days a calendar covers.
    pub fn of(calendar: &Calendar) -> Self {
        Self {
            id: Calendar::ID.into(),
            from: Calendar::first_date(),
            to: Calendar::last_date(),
            extra_closures: calendar.extra_closures().collect(),
        }
    }
}
