//! What changed between two records: two values, or what came and what went.

use serde::Serialize;

/// A value in the old record and in the new one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Change_of_{T}"))]
pub struct Change<T> {
    /// The value in the old record.
    pub old: T,
    /// The value in the new record.
    pub new: T,
}

impl<T: PartialEq> Change<T> {
    /// The two values; `None` where they are equal.
    pub(super) fn of(old: T, new: T) -> Option<Self> {
        (old != new).then_some(Self { old, new })
    }
}

/// What came with the new record, and what went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Turnover_of_{T}"))]
pub struct Turnover<T> {
    /// Only the new record has them.
    pub came: Vec<T>,
    /// Only the old record has them.
    pub went: Vec<T>,
}

impl<T> Turnover<T> {
    /// Whether nothing came and nothing went.
    pub fn is_empty(&self) -> bool {
        self.came.is_empty() && self.went.is_empty()
    }
}
