//! CSV as people have it: any column order, trimmed and case-insensitive header names, BOM, CRLF, quoted
//! fields, gzip. Every cell knows its line and character.

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::source::{self, PendingDigest, Source};
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
    /// The lines end as on computers of the last century, and no line could be told from another.
    #[error("the lines end with a carriage return alone")]
    LoneCarriageReturns,
    /// Several columns have one name, and somebody asks for it.
    #[error("the header names {} more than once", quoted(&.names.iter().map(String::as_str).collect::<Vec<_>>()))]
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

    fn from_io(error: &io::Error) -> Self {
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

/// A place in a file: a line and the character on it where a cell begins, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The character.
    pub character: u64,
}

/// A CSV file, read row by row.
pub struct Table {
    path: String,
    reader: csv::Reader<Tee>,
    kept: Rc<RefCell<Kept>>,
    digest: PendingDigest,
    names: Vec<String>,
    columns: BTreeMap<String, usize>,
    repeated: BTreeSet<String>,
    header_line: u64,
    record: ByteRecord,
    rows: u64,
    has_ended: bool,
    last_is_whole: bool,
}

impl Table {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// When the file is not there, can't be read, is empty, or its header is no text.
    pub fn open(path: &str) -> Result<Self, TableError> {
        Self::new(Source::open(path).map_err(|error| TableError::from_io(&error))?)
    }

    /// Reads the header of an opened source.
    ///
    /// # Errors
    /// As for [`Table::open`].
    pub fn new(source: Source) -> Result<Self, TableError> {
        let path = source.path().to_owned();
        let (bytes, digest) = source.into_parts();
        let kept = Rc::new(RefCell::new(Kept::default()));
        let tee = Tee { inner: bytes, kept: Rc::clone(&kept) };
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(tee);
        let mut table = Self {
            path,
            reader,
            kept,
            digest,
            names: Vec::new(),
            columns: BTreeMap::new(),
            repeated: BTreeSet::new(),
            header_line: 1,
            record: ByteRecord::new(),
            rows: 0,
            has_ended: false,
            last_is_whole: true,
        };
        table.read_header()?;
        Ok(table)
    }

    fn read_header(&mut self) -> Result<(), TableError> {
        if !self.read_record()? {
            return Err(TableError::Empty);
        }
        if self.ends_with_lone_carriage_return() {
            return Err(TableError::LoneCarriageReturns);
        }
        self.header_line = self.line();
        let not_text = TableError::NotText { line: self.header_line };
        for (place, field) in self.record.iter().enumerate() {
            let text = std::str::from_utf8(field).map_err(|_| not_text.clone())?;
            if text.contains('\0') {
                return Err(not_text);
            }
            let name = text.trim().to_lowercase();
            self.names.push(name.clone());
            // Unnamed columns, such as an index that a data-frame library wrote, are nobody's.
            if name.is_empty() {
                continue;
            }
            match self.columns.entry(name) {
                Entry::Vacant(vacant) => {
                    vacant.insert(place);
                }
                Entry::Occupied(known) => {
                    self.repeated.insert(known.key().clone());
                }
            }
        }
        if self.columns.is_empty() {
            return Err(TableError::Empty);
        }
        Ok(())
    }

    /// The path as the user named it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The header's names in file order, trimmed, in lower case.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a column among a row's fields.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    /// The line that the header stands on, from 1.
    pub fn header_line(&self) -> u64 {
        self.header_line
    }

    /// Those of the names that the header has more than once: which of the columns is meant can't be known.
    /// Names that nobody asks for may be repeated. [`Table::column`] gives the first one's place.
    pub fn repeated_among<'n>(&self, used: impl IntoIterator<Item = &'n str>) -> Option<TableError> {
        let names: BTreeSet<&str> = used.into_iter().filter(|name| self.repeated.contains(*name)).collect();
        (!names.is_empty()).then(|| TableError::RepeatedColumns {
            names: names.into_iter().map(str::to_owned).collect(),
            line: self.header_line,
        })
    }

    /// How many data rows have been read.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The sha256 of the bytes read so far; of the whole file after the last row.
    pub fn sha256(&self) -> String {
        self.digest.finish()
    }

    /// Goes to the next row; `false` after the last one.
    ///
    /// # Errors
    /// When reading fails, the row has another number of fields than the header, or the file ends inside
    /// it. Reading may go on after a ragged row.
    pub fn next_row(&mut self) -> Result<bool, TableError> {
        let last = self.reader_position();
        if !self.read_record()? {
            let is_first_look = !std::mem::replace(&mut self.has_ended, true);
            let was_cut = is_first_look && self.last_is_whole && self.ends_inside_quotes(&last);
            return if was_cut {
                Err(TableError::UnclosedQuote { line: self.line_at(&last) })
            } else {
                Ok(false)
            };
        }
        self.rows += 1;
        self.last_is_whole = self.record.len() == self.names.len();
        if !self.last_is_whole {
            // A quote that is never closed takes in all that follows: the row is as short as the file was cut.
            if self.ends_inside_quotes(&self.reader_position()) {
                self.has_ended = true;
                return Err(TableError::UnclosedQuote { line: self.line() });
            }
            return Err(TableError::Ragged {
                line: self.line(),
                found: self.record.len(),
                expected: self.names.len(),
            });
        }
        Ok(true)
    }

    fn read_record(&mut self) -> Result<bool, TableError> {
        // The record before this one is kept too: only at the end is it known whether it was cut.
        self.kept.borrow_mut().needed_from = self.reader_position().byte();
        self.reader.read_byte_record(&mut self.record).map_err(|error| match error.kind() {
            csv::ErrorKind::Io(error) => TableError::from_io(error),
            _ => TableError::Unreadable {
                reason: error.to_string(),
                is_missing: false,
                is_damaged: false,
                hint: None,
            },
        })
    }

    /// The bytes of a field of the current row; nothing where the row is too short.
    pub fn bytes(&self, column: usize) -> &[u8] {
        self.record.get(column).unwrap_or_default()
    }

    /// The text of a field of the current row, trimmed.
    ///
    /// # Errors
    /// When the bytes are no UTF-8 text.
    pub fn text(&self, column: usize) -> Result<&str, TableError> {
        std::str::from_utf8(self.bytes(column))
            .map(str::trim)
            .map_err(|_| TableError::NotText { line: self.place(column).line })
    }

    /// The line that the current row begins on, from 1.
    pub fn line(&self) -> u64 {
        self.line_at(&self.reader_position())
    }

    fn line_at(&self, position: &csv::Position) -> u64 {
        let kept = self.kept.borrow();
        let leading = kept.from(position.byte()).iter().take_while(|byte| is_line_end(**byte));
        position.line() + leading.filter(|byte| **byte == b'\n').count() as u64
    }

    /// Where a field of the current row begins: also after quoted fields that hold line ends.
    pub fn place(&self, column: usize) -> Place {
        let position = self.reader_position();
        let kept = self.kept.borrow();
        let mut scan = Scan { line: position.line(), character: 1 };
        let mut bytes = kept.from(position.byte()).iter().copied().peekable();
        while let Some(byte) = bytes.next_if(|byte| is_line_end(*byte)) {
            scan.pass(byte);
        }
        let (mut field, mut quoting) = (0, Quoting::default());
        for byte in bytes {
            if field == column {
                break;
            }
            field += usize::from(quoting.ends_field(byte));
            scan.pass(byte);
        }
        Place { line: scan.line, character: scan.character }
    }

    /// Whether the current row is ended by a carriage return that no line feed follows.
    fn ends_with_lone_carriage_return(&self) -> bool {
        let kept = self.kept.borrow();
        let end = self.reader.position().byte();
        let last_and_next = kept.from(end.saturating_sub(1));
        last_and_next.first() == Some(&b'\r') && last_and_next.get(1).is_some_and(|next| *next != b'\n')
    }

    /// Whether a quote that the row which begins at the position opens is still open where reading has got to,
    /// which it can be at the end of the file alone.
    fn ends_inside_quotes(&self, start: &csv::Position) -> bool {
        let kept = self.kept.borrow();
        let size =
            usize::try_from(self.reader.position().byte().saturating_sub(start.byte())).unwrap_or(usize::MAX);
        let raw = kept.from(start.byte()).iter().take(size).skip_while(|byte| is_line_end(**byte));
        let mut quoting = Quoting::default();
        for byte in raw {
            quoting.ends_field(*byte);
        }
        quoting.is_inside
    }

    fn reader_position(&self) -> csv::Position {
        self.record.position().cloned().unwrap_or_else(csv::Position::new)
    }
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

/// Follows the quotes of a row (RFC 4180): one that begins a field opens it, one doubled inside is a quote.
#[derive(Default)]
struct Quoting {
    is_inside: bool,
    has_closed: bool,
    has_begun: bool,
}

impl Quoting {
    /// Passes a byte; whether it is a comma between two fields.
    fn ends_field(&mut self, byte: u8) -> bool {
        let opens = byte == b'"' && !self.is_inside && (!self.has_begun || self.has_closed);
        let closes = byte == b'"' && self.is_inside;
        let ends = byte == b',' && !self.is_inside;
        self.is_inside = (self.is_inside || opens) && !closes;
        self.has_closed = closes;
        self.has_begun = !ends;
        ends
    }
}

/// Counts lines and characters over bytes of UTF-8.
struct Scan {
    line: u64,
    character: u64,
}

impl Scan {
    fn pass(&mut self, byte: u8) {
        const CONTINUATION_MASK: u8 = 0b1100_0000;
        const CONTINUATION: u8 = 0b1000_0000;
        match byte {
            b'\n' => {
                self.line += 1;
                self.character = 1;
            }
            _ if byte & CONTINUATION_MASK == CONTINUATION => {}
            _ => self.character += 1,
        }
    }
}

/// The longest row that is read, in bytes: a stream that never ends its line must not fill the memory.
const LONGEST_ROW: usize = 4 * 1024 * 1024;

/// The raw bytes from the start of the current record on: the parsed record no longer knows how it was
/// quoted, and a place in the file is worth a copy of a buffer.
#[derive(Default)]
struct Kept {
    start: u64,
    bytes: Vec<u8>,
    needed_from: u64,
}

impl Kept {
    fn from(&self, offset: u64) -> &[u8] {
        let skipped = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        self.bytes.get(skipped..).unwrap_or_default()
    }

    fn append(&mut self, more: &[u8]) -> io::Result<()> {
        let done = usize::try_from(self.needed_from.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let done = done.min(self.bytes.len());
        self.bytes.drain(..done);
        self.start += done as u64;
        self.bytes.extend_from_slice(more);
        if self.bytes.len() > LONGEST_ROW {
            return Err(io::Error::other(format!(
                "a row is longer than {LONGEST_ROW} bytes, so it is no table, or a quote is never closed"
            )));
        }
        Ok(())
    }
}

/// Passes bytes on and keeps those that a place may still be asked of.
struct Tee {
    inner: Box<dyn io::BufRead>,
    kept: Rc<RefCell<Kept>>,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.kept.borrow_mut().append(&buffer[..count])?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table, TableError> {
        let bytes = io::Cursor::new(text.as_bytes().to_vec());
        Table::new(Source::from_reader("test.csv", Box::new(bytes)).unwrap())
    }

    #[test]
    fn header_names_are_trimmed_and_in_lower_case() {
        let table = table("\u{feff} Symbol ,AS_OF\nA,2025-01-02\n").unwrap();
        assert_eq!(table.column("symbol"), Some(0));
        assert_eq!(table.column("as_of"), Some(1));
        assert_eq!(table.column("close"), None);
    }

    #[test]
    fn a_cell_knows_its_place_with_crlf_blank_lines_and_quoted_line_ends() {
        let mut table =
            table("a,b,c\r\n\r\n1,\"x\r\ny\",é3,\r\n4,5,6\r\n".replace("é3,", "é3").as_str()).unwrap();
        assert!(table.next_row().unwrap());
        assert_eq!(table.line(), 3);
        assert_eq!(table.place(0), Place { line: 3, character: 1 });
        assert_eq!(table.place(1), Place { line: 3, character: 3 });
        // The quoted field ends as `y",` on line 4.
        assert_eq!(table.place(2), Place { line: 4, character: 4 });
        assert!(table.next_row().unwrap());
        assert_eq!(table.place(2), Place { line: 5, character: 5 });
        assert!(!table.next_row().unwrap());
        assert_eq!(table.rows(), 2);
    }

    #[test]
    fn places_hold_over_many_buffers() {
        let mut text = "symbol,close\n".to_owned();
        for row in 0..50_000 {
            text.push_str(&format!("S{row},{row}.5\n"));
        }
        let mut table = table(&text).unwrap();
        let mut line = 1;
        while table.next_row().unwrap() {
            line += 1;
            if line % 9_973 == 0 {
                let width = u64::try_from(table.bytes(0).len()).unwrap();
                assert_eq!(table.place(1), Place { line, character: width + 2 });
            }
        }
        assert_eq!(line, 50_001);
    }

    #[test]
    fn a_ragged_row_is_named_and_the_next_one_is_read() {
        let mut table = table("a,b\n1\n2,3\n").unwrap();
        assert_eq!(table.next_row(), Err(TableError::Ragged { line: 2, found: 1, expected: 2 }));
        assert_eq!(table.next_row(), Ok(true));
        assert_eq!(table.bytes(1), b"3");
    }

    #[test]
    fn carriage_returns_alone_are_no_line_ends() {
        assert_eq!(table("a,b\r1,2\r3,4").err(), Some(TableError::LoneCarriageReturns));
        assert!(table("a,b\r\n1,2\r\n").is_ok());
        assert!(table("a,b\r").is_ok());
    }

    #[test]
    fn a_file_that_ends_inside_quotes_was_cut() {
        let at_the_end = |text: &str| {
            let mut table = table(text).unwrap();
            assert_eq!(table.next_row(), Ok(true));
            let end = table.next_row();
            assert_eq!(table.next_row(), Ok(false));
            end
        };
        let cut = Err(TableError::UnclosedQuote { line: 2 });
        assert_eq!(at_the_end("a,b\n1,\"2"), cut);
        assert_eq!(at_the_end("a,b\n1,\"2\"\"\n"), cut);
        for whole in ["a,b\n1,\"2\"", "a,b\n1,\"2\"\n", "a,b\n1,2\" pipe", "a,b\n1,\"2\"\"\"", "a,b\n1,\"\""]
        {
            assert_eq!(at_the_end(whole), Ok(false), "{whole}");
        }
    }

    #[test]
    fn a_quote_inside_a_field_hides_no_comma() {
        let mut table = table("a,b,c\n1,2\" pipe,3\n").unwrap();
        assert!(table.next_row().unwrap());
        assert_eq!(table.place(2), Place { line: 2, character: 11 });
    }

    #[test]
    fn nothing_is_no_table() {
        assert_eq!(table("").err(), Some(TableError::Empty));
        assert_eq!(table("\n\n").err(), Some(TableError::Empty));
    }

    #[test]
    fn columns_named_more_than_once_matter_to_those_who_ask_for_them() {
        let table = table("\na,A,b,c,c,B\n").unwrap();
        let repeated = table.repeated_among(["b", "a", "x"]).unwrap();
        let names = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(repeated, TableError::RepeatedColumns { names, line: 2 });
        assert_eq!(repeated.to_string(), "the header names `a`, `b` more than once");
        assert_eq!(table.repeated_among(["x"]), None);
        assert_eq!((table.column("a"), table.column("b")), (Some(0), Some(2)));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_and_not_the_short_row_that_it_makes() {
        let mut table = table("a,b\n1,2\n\"3,4\n5,6\n").unwrap();
        assert_eq!(table.next_row(), Ok(true));
        assert_eq!(table.next_row(), Err(TableError::UnclosedQuote { line: 3 }));
        assert_eq!(table.next_row(), Ok(false));
    }
}
