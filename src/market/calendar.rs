//! The NYSE calendar: which days are sessions.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// The exchange calendar, with any extra closures that the user named.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    extra_closures: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// The calendar of the published rules and decrees, with further closures.
    pub fn new(extra_closures: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self { extra_closures: extra_closures.into_iter().collect() }
    }
}
