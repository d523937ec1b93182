//! Why a file is not a table, and how to mend it.

use std::io;

use super::source;
use crate::finding::{Code, Finding, quoted};

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
    /// Several columns have one name, and somebody asks for it.
    #[error("the header names {} more than once", quoted(.names))]
    RepeatedColumns {
        /// The names, sorted.
        names: Vec<String>,
        /// The header's line.
        line: u64,
    },
}

impl TableError {
    /// The line that the error is on, where it is on one.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::NotText { line }
            | Self::Ragged { line, .. }
            | Self::UnclosedQuote { line }
            | Self::SwallowedRows { line }
            | Self::RepeatedColumns { line, .. } => Some(*line),
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
            Self::RepeatedColumns { .. } => Some("keep one column of each name"),
        }
    }

    /// The error as a finding about a file, under the codes of its kind.
    pub fn finding(&self, path: &str, codes: TableCodes) -> Finding {
        let code = match self {
            Self::Unreadable { is_missing: true, .. } => codes.missing,
            Self::Empty => codes.empty,
            _ => codes.broken,
        };
        let mut finding = Finding::new(code, self.to_string()).file(path);
        finding.line = self.line();
        finding.hint = self.hint().map(str::to_owned);
        finding
    }

    /// The error of a failed read.
    pub fn from_io(error: &io::Error) -> Self {
        Self::Unreadable {
            reason: source::describe(error),
            is_missing: error.kind() == io::ErrorKind::NotFound,
            is_damaged: error.kind() == io::ErrorKind::InvalidInput,
            hint: source::cure(error),
        }
    }
}

/// What a kind of file calls it that one of them is no table.
#[derive(Clone, Copy, Debug)]
pub struct TableCodes {
    /// It is not there.
    pub missing: Code,
    /// It has no rows.
    pub empty: Code,
    /// It can't be read as CSV.
    pub broken: Code,
}
