//! The numbers of a finding beside its prose.

use serde::{Deserialize, Serialize};

use super::Finding;
use crate::number::{Number, of_count};

/// The numbers of a finding that holds a number to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Values {
    /// What was found.
    pub observed: Number,
    /// The limit that it is held to, in the same unit.
    pub limit: Number,
}

impl Finding {
    /// Gives the number that was found, and the limit that it is held to.
    #[must_use]
    pub fn values(mut self, observed: f64, limit: f64) -> Self {
        self.values = Some(Values { observed: Number(observed), limit: Number(limit) });
        self
    }

    /// Gives the count that was found, and the one that it is held to.
    #[must_use]
    pub fn counts(self, observed: usize, limit: usize) -> Self {
        self.values(of_count(observed), of_count(limit))
    }
}
