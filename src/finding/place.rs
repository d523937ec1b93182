//! Where in a file something was found.

use super::Finding;

/// A place in a file: a line and the character on it where a cell begins, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The character.
    pub character: u64,
}

impl Finding {
    /// Names the line, and the character of it where the cell begins.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        self.line(place.line).character(place.character)
    }
}
