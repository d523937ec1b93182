//! Why a file is not a table, and how to mend it.

use std::io;

use super::source;
use crate::finding::{Code, Finding};

/// Why a CSV file can't be read as a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The file can't be opened or read.
    #[error("{reason}")]
    Unreadable {
        /// What the system says.
        reason: String,
        /// Whether it is not there at all.
        is_missing: bool,
        /// Whether its bytes are not those that were written, so that the rows read before mean nothing.
        is_damaged: bool,
        /// How to mend it, where that is known.
        hint: Option<&'static str>,
    },
    /// There is not even a header.
    #[error("the file is empty")]
    Empty,
    /// The bytes are no UTF-8 text.
    #[error("the file is not UTF-8 text")]
    NotText {
        /// The line of the first bytes that are none.
        line: u64,
    },
    /// A row has another number of fields than the header.
    #[error("the row has {found} fields, the header has {expected}")]
    Ragged {
        /// The row's line.
        line: u64,
        /// The row's fields.
        found: usize,
        /// The header's fields.
        expected: usize,
    },
    /// The file ends inside a quoted field.
    #[error("the file ends inside a field in double quotes")]
    UnclosedQuote {
        /// The row's line.
        line: u64,
    },
    /// A quoted field holds whole rows, so its quote is not closed where it should be.
    #[error("a quoted field holds whole rows")]
    SwallowedRows {
        /// The line on which the quote opens.
        line: u64,
    },
    /// The lines end as on computers of the last century, and no line could be told from another.
    #[error("the lines end with a carriage return alone")]
    LoneCarriageReturns,
}

impl TableError {
    /// The line that the error is on, where it is on one.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::NotText { line }
            | Self::Ragged { line, .. }
            | Self::UnclosedQuote { line }
            | Self::SwallowedRows { line } => Some(*line),
            Self::Unreadable { .. } | Self::Empty | Self::LoneCarriageReturns => None,
        }
    }

    /// How to mend the file.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable { hint, .. } => *hint,
            Self::Empty => Some("write the file again; a header and at least one row are needed"),
            Self::NotText { .. } => Some("save the file as CSV in UTF-8, or gzip that"),
            Self::Ragged { .. } => Some(
                "write the file again, whole; a comma inside a field needs double quotes around the field",
            ),
            Self::LoneCarriageReturns => Some("save the file with LF or CRLF line ends"),
            Self::SwallowedRows { .. } => Some("remove the stray quote, or write the file again"),
            Self::UnclosedQuote { .. } => Some("write the file again, whole, or close the quote"),
        }
    }

    /// The error as a finding about a file, under the codes of its kind.
    pub fn finding(&self, path: &str, kind: TableKind) -> Finding {
        let code = match self {
            Self::Unreadable { is_missing: true, .. } => kind.missing,
            Self::Empty => kind.empty,
            _ => kind.broken,
        };
        let mut finding = Finding::new(code, self.to_string()).file(path);
        finding.line = self.line();
        finding.hint = self.hint().map(str::to_owned);
        finding
    }
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> Self {
        let (reason, hint) = source::describe(&error);
        Self::Unreadable {
            reason,
            is_missing: error.kind() == io::ErrorKind::NotFound,
            is_damaged: error.kind() == io::ErrorKind::InvalidInput,
            hint,
        }
    }
}

/// A kind of table: what it is called where a file is none, and how fields are parted.
#[derive(Clone, Copy, Debug)]
pub struct TableKind {
    /// It is not there.
    pub missing: Code,
    /// It has no rows.
    pub empty: Code,
    /// It can't be read as CSV.
    pub broken: Code,
    /// The separators, one of which the header has; with several, a first line `sep=;` may name another one.
    pub separators: &'static [u8],
}
