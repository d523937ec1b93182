//! The rows of a delimited text as they lie in the file: fields by their separator, quotes as in RFC 4180, the
//! line that each row begins on.
//!
//! A line without a quote is split where it lies in the read buffer; a quoted one is copied without its quotes.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr3_iter;

use super::table::Place;

/// How many bytes are read at once.
const BLOCK: usize = 128 * 1024;

/// The longest row that is read, in bytes: a stream that never ends its line must not fill the memory.
const LONGEST_ROW: usize = 4 * 1024 * 1024;

/// The byte order mark of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

const QUOTE: u8 = b'"';

/// What reading a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A row was read.
    Row,
    /// There are no more rows.
    End,
    /// The text ends inside a quoted field that opens on this line.
    UnclosedQuote(u64),
    /// A quoted field holds whole rows; the quote opens on this line.
    SwallowedRows(u64),
}

/// The rows of a text, one at a time.
pub(super) struct Rows {
    reader: Box<dyn Read>,
    /// What parts the fields of a row.
    pub(super) separator: u8,
    /// How many fields a row should have; a quoted field with that many separators a line holds whole rows.
    pub(super) expected_fields: usize,
    /// How many blank lines were skipped.
    pub(super) blank_lines: u64,
    buffer: Vec<u8>,
    filled: usize,
    next: usize,
    next_line: u64,
    is_at_end: bool,
    row: Range<usize>,
    line: u64,
    /// Where the fields end: in the row, or in `unquoted`.
    ends: Vec<usize>,
    unquoted: Vec<u8>,
    has_quotes: bool,
}

/// How far a row could be read from what is in the buffer.
enum Scan {
    /// The row ends here, and its line end there.
    Whole { end: usize, next: usize },
    /// It may go on behind the end of the buffer.
    Partial,
    /// The text ends inside the quotes.
    Unclosed(u64),
    /// The row ends there, and a field of it holds whole rows.
    Swallowed { line: u64, end: usize, next: usize },
}

impl Rows {
    pub(super) fn new(reader: Box<dyn Read>, separator: u8) -> Self {
        Self {
            reader,
            separator,
            expected_fields: 0,
            blank_lines: 0,
            buffer: Vec::new(),
            filled: 0,
            next: 0,
            next_line: 1,
            is_at_end: false,
            row: 0..0,
            line: 1,
            ends: Vec::new(),
            unquoted: Vec::new(),
            has_quotes: false,
        }
    }

    /// Reads the next row; blank lines are skipped.
    pub(super) fn next(&mut self) -> io::Result<Step> {
        loop {
            let step = match self.scan() {
                Scan::Whole { end, next } => {
                    self.take_row(end, next);
                    Step::Row
                }
                Scan::Swallowed { line, end, next } => {
                    self.take_row(end, next);
                    return Ok(Step::SwallowedRows(line));
                }
                Scan::Unclosed(line) => {
                    self.take_row(self.filled, self.filled);
                    return Ok(Step::UnclosedQuote(line));
                }
                Scan::Partial if !self.is_at_end => {
                    self.fill()?;
                    continue;
                }
                Scan::Partial if self.next == self.filled => return Ok(Step::End),
                Scan::Partial => {
                    let end = self.without_carriage_return(self.filled);
                    self.ends.push(end - self.next);
                    self.take_row(end, self.filled);
                    Step::Row
                }
            };
            if self.ends.len() > 1 || !self.raw().trim_ascii().is_empty() || self.has_quotes {
                return Ok(step);
            }
            self.blank_lines += 1;
        }
    }

    /// Makes the current row the next one again.
    pub(super) fn put_back(&mut self) {
        self.next = self.row.start;
        self.next_line = self.line;
    }

    /// How many fields the current row has.
    pub(super) fn field_count(&self) -> usize {
        self.ends.len()
    }

    /// A field of the current row; nothing where the row is too short.
    pub(super) fn field(&self, at: usize) -> &[u8] {
        let (text, gap) = if self.has_quotes { (self.unquoted.as_slice(), 0) } else { (self.raw(), 1) };
        let start = match at.checked_sub(1) {
            None => Some(0),
            Some(before) => self.ends.get(before).map(|end| end + gap),
        };
        let range = start.zip(self.ends.get(at));
        range.and_then(|(start, end)| text.get(start..*end)).unwrap_or_default()
    }

    /// The current row as it lies in the file, without its line end.
    pub(super) fn raw(&self) -> &[u8] {
        self.buffer.get(self.row.clone()).unwrap_or_default()
    }

    /// The line that the current row begins on, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many lines have been read.
    pub(super) fn lines_read(&self) -> u64 {
        self.next_line - 1
    }

    /// Where a field of the current row begins: also after quoted fields that hold line ends.
    pub(super) fn place(&self, column: usize) -> Place {
        let mut place = Place { line: self.line, character: 1 };
        let (mut field, mut quoting) = (0, Quoting::default());
        for byte in self.raw() {
            if field == column {
                break;
            }
            field += usize::from(quoting.ends_field(*byte, self.separator));
            pass(&mut place, *byte);
        }
        place
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.next..self.filled).unwrap_or_default()
    }

    fn take_row(&mut self, end: usize, next: usize) {
        self.line = self.next_line;
        self.row = self.next..end;
        let line_ends = if self.has_quotes {
            let taken = self.buffer.get(self.next..next).unwrap_or_default();
            taken.iter().filter(|byte| **byte == b'\n').count() as u64
        } else {
            1
        };
        self.next_line += line_ends;
        self.next = next;
    }

    fn scan(&mut self) -> Scan {
        self.ends.clear();
        self.has_quotes = false;
        let unread = self.buffer.get(self.next..self.filled).unwrap_or_default();
        for at in memchr3_iter(self.separator, b'\n', QUOTE, unread) {
            match unread.get(at) {
                Some(b'\n') => {
                    let end = self.without_carriage_return(self.next + at);
                    self.ends.push(end - self.next);
                    return Scan::Whole { end, next: self.next + at + 1 };
                }
                Some(&QUOTE) => return self.scan_quoted(),
                _ => self.ends.push(at),
            }
        }
        Scan::Partial
    }

    /// Reads a row that has quotes, without them.
    fn scan_quoted(&mut self) -> Scan {
        self.ends.clear();
        self.unquoted.clear();
        self.has_quotes = true;
        let mut quoting = Quoting::default();
        let mut cell = QuotedCell::default();
        let (mut line, mut swallowed) = (self.next_line, None);
        let unread = self.buffer.get(self.next..self.filled).unwrap_or_default();
        for (at, byte) in unread.iter().copied().enumerate() {
            let was_inside = quoting.is_inside;
            let ends_field = quoting.ends_field(byte, self.separator);
            if byte == b'\n' && !was_inside {
                let end = self.without_carriage_return(self.next + at);
                if self.next + at > end && self.unquoted.last() == Some(&b'\r') {
                    self.unquoted.pop();
                }
                self.ends.push(self.unquoted.len());
                let next = self.next + at + 1;
                return match swallowed {
                    Some(line) => Scan::Swallowed { line, end, next },
                    None => Scan::Whole { end, next },
                };
            }
            if ends_field {
                self.ends.push(self.unquoted.len());
                continue;
            }
            if quoting.is_inside && !was_inside && !quoting.is_doubled {
                cell = QuotedCell { line, ..QuotedCell::default() };
            } else if was_inside {
                cell.pass(byte, self.separator);
                if !quoting.is_inside && cell.holds_rows(self.expected_fields) {
                    swallowed = swallowed.or(Some(cell.line));
                }
            }
            line += u64::from(byte == b'\n');
            if quoting.keeps {
                self.unquoted.push(byte);
            }
        }
        if !self.is_at_end {
            return Scan::Partial;
        }
        if quoting.is_inside {
            return Scan::Unclosed(cell.line);
        }
        self.ends.push(self.unquoted.len());
        match swallowed {
            Some(line) => Scan::Swallowed { line, end: self.filled, next: self.filled },
            None => Scan::Whole { end: self.filled, next: self.filled },
        }
    }

    fn without_carriage_return(&self, end: usize) -> usize {
        match self.buffer.get(self.next..end) {
            Some([.., b'\r']) => end - 1,
            _ => end,
        }
    }

    /// Reads more behind what is not yet a whole row.
    fn fill(&mut self) -> io::Result<()> {
        let is_first = self.buffer.is_empty();
        self.buffer.copy_within(self.next..self.filled, 0);
        self.filled -= self.next;
        self.next = 0;
        if self.filled > LONGEST_ROW {
            return Err(io::Error::other(format!(
                "a row is longer than {LONGEST_ROW} bytes, so this is not a table, or a quote is never closed"
            )));
        }
        if self.filled + BLOCK > self.buffer.len() {
            self.buffer.resize(self.filled + BLOCK.max(self.filled), 0);
        }
        while let Some(free) = self.buffer.get_mut(self.filled..) {
            match self.reader.read(free) {
                Ok(0) => {
                    self.is_at_end = true;
                    break;
                }
                Ok(count) => {
                    self.filled += count;
                    if !is_first || self.filled >= BYTE_ORDER_MARK.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if is_first && self.unread().starts_with(BYTE_ORDER_MARK) {
            self.next = BYTE_ORDER_MARK.len();
        }
        Ok(())
    }
}

/// Which of the separators a header line uses: the one that it has most of outside of quotes, the first of them where
/// several are as many; the first where it has none.
pub(super) fn separator_of(header: &[u8], separators: &[u8]) -> u8 {
    let count = |separator: u8| {
        let mut quoting = Quoting::default();
        header.iter().filter(|byte| quoting.ends_field(**byte, separator)).count()
    };
    let most = separators.iter().map(|separator| count(*separator)).max().unwrap_or_default();
    separators.iter().copied().find(|separator| count(*separator) == most).unwrap_or(b',')
}

/// A quoted field while it is read.
#[derive(Default)]
struct QuotedCell {
    line: u64,
    line_ends: usize,
    separators: usize,
}

impl QuotedCell {
    fn pass(&mut self, byte: u8, separator: u8) {
        self.line_ends += usize::from(byte == b'\n');
        self.separators += usize::from(byte == separator);
    }

    /// Whether it has as many separators as the rows would have that its line ends part.
    fn holds_rows(&self, expected_fields: usize) -> bool {
        self.line_ends > 0 && expected_fields > 1 && self.separators >= self.line_ends * (expected_fields - 1)
    }
}

/// Follows the quotes of a row (RFC 4180): one that begins a field opens it, one doubled inside is a quote.
#[derive(Default)]
struct Quoting {
    is_inside: bool,
    has_closed: bool,
    has_begun: bool,
    /// Whether the byte passed last is the second of a doubled quote.
    is_doubled: bool,
    /// Whether the byte passed last belongs to the field's text.
    keeps: bool,
}

impl Quoting {
    /// Passes a byte and returns whether it separates two fields.
    fn ends_field(&mut self, byte: u8, separator: u8) -> bool {
        let opens = byte == QUOTE && !self.is_inside && (!self.has_begun || self.has_closed);
        let closes = byte == QUOTE && self.is_inside;
        let ends = byte == separator && !self.is_inside;
        self.is_doubled = opens && self.has_closed;
        self.keeps = self.is_doubled || !(opens || closes || ends);
        self.is_inside = (self.is_inside || opens) && !closes;
        self.has_closed = closes;
        self.has_begun = !ends;
        ends
    }
}

/// Moves a place over a byte of UTF-8.
fn pass(place: &mut Place, byte: u8) {
    const CONTINUATION_MASK: u8 = 0b1100_0000;
    const CONTINUATION: u8 = 0b1000_0000;
    match byte {
        b'\n' => {
            place.line += 1;
            place.character = 1;
        }
        _ if byte & CONTINUATION_MASK == CONTINUATION => {}
        _ => place.character += 1,
    }
}
