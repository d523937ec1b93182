//! CSV as people have it: any column order, trimmed and case-insensitive header names, BOM, CRLF, quoted
//! fields, gzip. Every cell knows its line and character.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Rows, Step, separator_of};
use super::source::{PendingDigest, Source};
pub use super::table_error::{TableError, TableKind};
use super::{FileKind, InputRecord};
use crate::finding::{Code, Finding, Findings, Place, quoted};
use crate::suggestion;

/// A column of a table: the name that it goes by, and its place among a row's fields.
#[derive(Clone, Copy, Debug)]
pub struct Column<'n> {
    /// The name.
    pub name: &'n str,
    /// The place, from 0.
    pub place: usize,
}

/// The cure of a header that lacks columns.
pub(super) const NAME_COLUMNS: &str = "name the columns in the first line; their order and case are free";

/// The separator of a file whose columns are a contract.
pub const COMMA: &[u8] = b",";

/// The separators that programs write, in the order in which they are preferred.
pub const SEPARATORS: &[u8] = b",;\t|";

/// A CSV file, read row by row.
pub struct Table {
    path: String,
    kind: TableKind,
    rows: Rows,
    digest: PendingDigest,
    names: Vec<String>,
    columns: BTreeMap<String, usize>,
    repeated: BTreeSet<String>,
    header_line: u64,
    row_count: u64,
    has_ended: bool,
}

impl Table {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// A finding when the file is not there, can't be read, is empty, or its header is no text.
    pub fn open(path: &str, kind: TableKind) -> Result<Self, Box<Finding>> {
        let source = Source::open(path).map_err(TableError::from);
        source.and_then(|source| Self::new(source, kind)).map_err(|error| error.finding(path, kind).into())
    }

    /// Reads the header of an opened source.
    ///
    /// # Errors
    /// When it can't be read, is empty, or its header is no text.
    pub fn new(source: Source, kind: TableKind) -> Result<Self, TableError> {
        source.refuse_json()?;
        let path = source.path().to_owned();
        let (bytes, digest) = source.into_parts();
        let mut table = Self {
            path,
            kind,
            rows: Rows::new(Box::new(bytes), kind.separators.first().copied().unwrap_or(b',')),
            digest,
            names: Vec::new(),
            columns: BTreeMap::new(),
            repeated: BTreeSet::new(),
            header_line: 1,
            row_count: 0,
            has_ended: false,
        };
        table.read_header()?;
        Ok(table)
    }

    fn read_header(&mut self) -> Result<(), TableError> {
        let separators = self.kind.separators;
        if !self.read_row()? {
            return Err(TableError::Empty);
        }
        if separators.len() > 1 {
            let named = named_separator(self.rows.raw());
            if named.is_some() && !self.read_row()? {
                return Err(TableError::Empty);
            }
            self.rows.separator = named.unwrap_or_else(|| separator_of(self.rows.raw(), separators));
            self.rows.put_back();
            self.read_row()?;
        }
        if self.rows.raw().contains(&b'\r') {
            return Err(TableError::LoneCarriageReturns);
        }
        self.take_header()
    }

    /// Makes the current row the header.
    fn take_header(&mut self) -> Result<(), TableError> {
        self.header_line = self.rows.line();
        let not_text = TableError::NotText { line: self.header_line };
        for place in 0..self.rows.field_count() {
            let text = std::str::from_utf8(self.rows.field(place)).map_err(|_| not_text.clone())?;
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
        self.rows.expected_fields = self.names.len();
        if self.columns.is_empty() {
            return Err(TableError::Empty);
        }
        Ok(())
    }

    /// The path as the user named it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The code of what can't be read in it.
    pub fn broken(&self) -> Code {
        self.kind.broken
    }

    /// An error of its rows as a finding.
    pub fn finding(&self, error: &TableError) -> Finding {
        error.finding(&self.path, self.kind)
    }

    /// The header's names in file order, trimmed, in lower case.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How to rename columns that are probably misspelt, for the hint about those that are missing; `None` if none is.
    pub fn renaming(&self, missing: &[&str]) -> Option<String> {
        renaming(missing, |name| {
            self.names.iter().map(String::as_str).find(|other| suggestion::is_misspelling(other, name))
        })
    }

    /// The place of a column among a row's fields.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    /// The first column that has one of these names.
    pub fn find<'n>(&self, names: &[&'n str]) -> Option<Column<'n>> {
        names.iter().find_map(|name| Some(Column { name, place: self.column(name)? }))
    }

    /// The finding that the header has none of the names of some columns; each goes by its first name.
    pub fn lacks(&self, code: Code, columns: &[&[&str]]) -> Finding {
        let missing = columns.iter().filter(|names| self.find(names).is_none());
        let missing: Vec<&str> = missing.filter_map(|names| names.first().copied()).collect();
        let mut finding = self.lacks_names(code, &missing);
        finding.hint = self.renaming(&missing);
        finding
    }

    /// The finding that columns of these names are missing.
    pub fn lacks_names(&self, code: Code, names: &[&str]) -> Finding {
        self.header_finding(code, format!("no column {}", quoted(names)))
    }

    /// The finding that the file has no rows, or none of use for the reason of the message.
    pub fn no_rows(&self, message: &str) -> Finding {
        let message = if self.rows() == 0 { "the file has a header and no rows" } else { message };
        Finding { message: message.to_owned(), ..self.finding(&TableError::Empty) }
    }

    /// A finding about the header, which it quotes.
    pub fn header_finding(&self, code: Code, message: impl Into<String>) -> Finding {
        Finding::new(code, message)
            .file(self.path())
            .line(self.header_line())
            .observed(self.names().join(","))
    }

    /// The line that the header stands on, from 1.
    pub fn header_line(&self) -> u64 {
        self.header_line
    }

    /// Refuses names that the header has more than once: which of the columns is meant can't be known. Names that nobody
    /// asks for may be repeated. [`Table::column`] gives the first one's place.
    ///
    /// # Errors
    /// The finding that names them.
    pub fn refuse_repeated<'n>(&self, used: impl IntoIterator<Item = &'n str>) -> Result<(), Box<Finding>> {
        let names: BTreeSet<&str> = used.into_iter().filter(|name| self.repeated.contains(*name)).collect();
        if names.is_empty() {
            return Ok(());
        }
        let message = format!("the header names {} more than once", quoted(names));
        let finding = Finding::new(self.broken(), message).file(&self.path).line(self.header_line);
        Err(Box::new(finding.hint("keep one column of each name")))
    }

    /// How many data rows have been read.
    pub fn rows(&self) -> u64 {
        self.row_count
    }

    /// How many blank lines were skipped.
    pub fn blank_lines(&self) -> u64 {
        self.rows.blank_lines
    }

    /// How many lines of the file have been read.
    pub fn lines_read(&self) -> u64 {
        self.rows.lines_read()
    }

    /// What separates the fields of a row.
    pub fn separator(&self) -> char {
        char::from(self.rows.separator)
    }

    /// The sha256 of the bytes read so far; of the whole file after the last row.
    pub fn sha256(&self) -> String {
        self.digest.finish()
    }

    /// Goes to the next row; `false` after the last one.
    ///
    /// # Errors
    /// When reading fails, the row has another number of fields than the header, a quote swallows rows, or the file
    /// ends inside a quote. Reading may go on after it.
    pub fn next_row(&mut self) -> Result<bool, TableError> {
        if self.has_ended || !self.read_row()? {
            return Ok(false);
        }
        self.row_count += 1;
        let found = self.rows.field_count();
        if found != self.names.len() {
            return Err(TableError::Ragged { line: self.line(), found, expected: self.names.len() });
        }
        Ok(true)
    }

    /// Goes to the next row that can be read; `false` after the last one. What is wrong with others goes to the findings.
    ///
    /// # Errors
    /// The finding that says why reading can't go on.
    pub fn next_readable_row(&mut self, findings: &mut Findings) -> Result<bool, Box<Finding>> {
        loop {
            match self.next_row() {
                Ok(is_row) => return Ok(is_row),
                Err(error @ TableError::Unreadable { .. }) => return Err(self.finding(&error).into()),
                Err(error) => findings.push(self.finding(&error)),
            }
        }
    }

    /// The record of the file, after its last row.
    pub fn record(&self, kind: FileKind) -> InputRecord {
        InputRecord { rows: Some(self.rows()), ..InputRecord::new(kind, self.path(), self.sha256()) }
    }

    /// Makes the current row the next one again, be it the header of a file without one.
    pub fn put_back(&mut self) {
        self.rows.put_back();
        self.row_count = self.row_count.saturating_sub(1);
    }

    /// Takes the current row for a further header row, which does not count as data.
    pub fn count_as_header(&mut self) {
        self.row_count = self.row_count.saturating_sub(1);
    }

    fn read_row(&mut self) -> Result<bool, TableError> {
        match self.rows.next()? {
            Step::Row => Ok(true),
            Step::End => Ok(false),
            Step::UnclosedQuote(line) => {
                self.has_ended = true;
                Err(TableError::UnclosedQuote { line })
            }
            Step::SwallowedRows(line) => {
                self.row_count += 1;
                Err(TableError::SwallowedRows { line })
            }
        }
    }

    /// Whether a cell of the current row is blank.
    pub fn is_blank(&self, column: usize) -> bool {
        self.bytes(column).trim_ascii().is_empty()
    }

    /// Whether every cell of the current row is.
    pub fn is_blank_row(&self) -> bool {
        (0..self.names().len()).all(|column| self.is_blank(column))
    }

    /// A field of the current row as a header's name: trimmed, in lower case.
    pub fn field_as_name(&self, column: usize) -> String {
        // A file that was appended to another one may bring its byte order mark along.
        let is_mark = |character: char| character.is_whitespace() || character == '\u{feff}';
        String::from_utf8_lossy(self.bytes(column)).trim_matches(is_mark).to_lowercase()
    }

    /// The fields of the current row as a header's names.
    pub fn row_as_names(&self) -> Vec<String> {
        (0..self.rows.field_count()).map(|column| self.field_as_name(column)).collect()
    }

    /// The bytes of a field of the current row; nothing where the row is too short.
    pub fn bytes(&self, column: usize) -> &[u8] {
        self.rows.field(column)
    }

    /// The text of a field of the current row, trimmed; what is not UTF-8 becomes U+FFFD.
    pub fn lossy(&self, column: usize) -> String {
        String::from_utf8_lossy(self.bytes(column)).trim().to_owned()
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
        self.rows.line()
    }

    /// Where a field of the current row begins: also after quoted fields that hold line ends.
    pub fn place(&self, column: usize) -> Place {
        self.rows.place(column)
    }
}

/// How to rename columns; `meant_by` says which column of the file is meant to be one of those that are missing.
pub(super) fn renaming<'n>(missing: &[&str], meant_by: impl Fn(&str) -> Option<&'n str>) -> Option<String> {
    let pair = |name: &&str| Some(format!("`{}` to `{name}`", meant_by(name)?));
    let pairs: Vec<String> = missing.iter().filter_map(pair).collect();
    let renames = format!("rename {}; the order and case of columns are free", pairs.join(", "));
    (!pairs.is_empty()).then_some(renames)
}

/// The separator that a line `sep=;` names, as Excel writes and reads it.
fn named_separator(line: &[u8]) -> Option<u8> {
    // Not the tab, which may be the separator.
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\r');
    let end = line.iter().rposition(|byte| !is_space(byte)).map_or(0, |last| last + 1);
    let line = line.get(..end)?.trim_ascii_start();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line.split_at_checked(line.len().checked_sub(1)?)? {
        (name, [separator]) if name.eq_ignore_ascii_case(b"sep=") => Some(*separator),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn table(text: &str) -> Result<Table, TableError> {
        separated(text, COMMA)
    }

    fn separated(text: &str, separators: &'static [u8]) -> Result<Table, TableError> {
        let bytes = io::Cursor::new(text.as_bytes().to_vec());
        let kind = TableKind {
            missing: Code::PricesMissing,
            empty: Code::PricesEmpty,
            broken: Code::PricesParseFailed,
            separators,
        };
        Table::new(Source::from_reader("test.csv", Box::new(bytes)).unwrap(), kind)
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
            let row = table.next_row();
            assert_eq!(table.next_row(), Ok(false));
            row
        };
        let cut = Err(TableError::UnclosedQuote { line: 2 });
        assert_eq!(at_the_end("a,b\n1,\"2"), cut);
        assert_eq!(at_the_end("a,b\n1,\"2\"\"\n"), cut);
        for whole in ["a,b\n1,\"2\"", "a,b\n1,\"2\"\n", "a,b\n1,2\" pipe", "a,b\n1,\"2\"\"\"", "a,b\n1,\"\""]
        {
            assert_eq!(at_the_end(whole), Ok(true), "{whole}");
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
        let repeated = table.refuse_repeated(["b", "a", "x"]).unwrap_err();
        assert_eq!((repeated.code, repeated.line), (Code::PricesParseFailed, Some(2)));
        assert_eq!(repeated.message, "the header names `a`, `b` more than once");
        assert_eq!(table.refuse_repeated(["x"]), Ok(()));
        assert_eq!((table.column("a"), table.column("b")), (Some(0), Some(2)));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_and_not_the_short_row_that_it_makes() {
        let mut table = table("a,b\n1,2\n\"3,4\n5,6\n").unwrap();
        assert_eq!(table.next_row(), Ok(true));
        assert_eq!(table.next_row(), Err(TableError::UnclosedQuote { line: 3 }));
        assert_eq!(table.next_row(), Ok(false));
    }

    #[test]
    fn a_quoted_field_that_holds_rows_is_named_and_the_next_row_is_read() {
        // The stray quote before `x` is closed by the one before `y`, two rows and two commas a row later.
        let mut found = table("a,b,c\n1,2,\"x\n3,4,5\n6,7,y\"\n8,9,0\n").unwrap();
        assert_eq!(found.next_row(), Err(TableError::SwallowedRows { line: 2 }));
        assert_eq!(found.next_row(), Ok(true));
        assert_eq!((found.bytes(0), found.line()), (b"8".as_slice(), 5));
        let mut note = table("a,b,c\n1,2,\"a note,\nof two lines\"\n").unwrap();
        assert_eq!(note.next_row(), Ok(true));
        assert_eq!(note.bytes(2), b"a note,\nof two lines");
    }

    #[test]
    fn quotes_are_taken_off_and_doubled_ones_kept() {
        let mut table = table("a,b,c\r\n\"1\",\"say \"\"no\"\"\",\"\"\r\n").unwrap();
        assert_eq!(table.next_row(), Ok(true));
        assert_eq!(
            (table.bytes(0), table.bytes(1), table.bytes(2)),
            (b"1".as_slice(), b"say \"no\"".as_slice(), b"".as_slice())
        );
    }

    #[test]
    fn the_separator_is_that_of_the_header_or_the_one_it_names() {
        let names = |text: &str| {
            let table = separated(text, SEPARATORS).unwrap();
            (table.separator(), table.names().to_vec())
        };
        for (separator, text) in [(';', "a;b\n"), ('\t', "a\tb\n"), ('|', "a|b\n"), (',', "a,b\n")] {
            assert_eq!(names(text), (separator, vec!["a".to_owned(), "b".to_owned()]));
        }
        assert_eq!(names("sep=;\r\na,b;c\r\n"), (';', vec!["a,b".to_owned(), "c".to_owned()]));
        assert_eq!(names("\"a;b\",c\n"), (',', vec!["a;b".to_owned(), "c".to_owned()]));
    }
}
