//! The rows of a delimited text as they lie in the file: fields by their separator, quotes as in RFC 4180, the
//! line that each row begins on.
//!
//! A line without a quote is split where it lies in the read buffer; a quoted one is copied without its quotes. Of a line
//! with many fields only their number is known at first, and where those stand that are asked for.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

use super::marks::marks;
use super::quoting::{QUOTE, QuotedCell, Quoting};
use super::source::too_large;
use crate::finding::Place;

/// How many bytes are read at once.
const BLOCK: usize = 128 * 1024;

/// The longest row that is read, in bytes: a stream that never ends its line must not fill the memory.
const LONGEST_ROW: usize = 4 * 1024 * 1024;

/// The byte order mark of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// From so many fields on, a row is split where it is asked for: a file with a column for each of a thousand symbols is
/// read for a few of them.
const FEWEST_FIELDS_TO_COUNT: usize = 32;

/// How many bytes are counted at once on the way to a field.
const STRIDE: usize = 64;

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
    /// How many fields a row has whose `ends` are not known.
    counted: Option<usize>,
    /// The field of such a row that was asked for last, and where it begins.
    asked: Cell<(usize, usize)>,
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
            counted: None,
            asked: Cell::default(),
        }
    }

    /// Reads the next row; blank lines are skipped.
    pub(super) fn next(&mut self) -> io::Result<Step> {
        loop {
            match self.scan() {
                Some(Step::Row) => {}
                Some(step) => return Ok(step),
                None if !self.is_at_end => {
                    self.fill()?;
                    continue;
                }
                None if self.next == self.filled => return Ok(Step::End),
                None => {
                    let end = self.without_carriage_return(self.filled);
                    self.end_fields(end);
                    self.take_row(end, self.filled);
                }
            }
            if self.field_count() > 1 || !self.raw().trim_ascii().is_empty() || self.has_quotes {
                return Ok(Step::Row);
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
        self.counted.unwrap_or(self.ends.len())
    }

    /// A field of the current row; nothing where the row is too short.
    pub(super) fn field(&self, at: usize) -> &[u8] {
        if let Some(count) = self.counted {
            return if at < count { self.find_field(at) } else { &[] };
        }
        let (text, gap) = if self.has_quotes { (self.unquoted.as_slice(), 0) } else { (self.raw(), 1) };
        let start = match at.checked_sub(1) {
            None => Some(0),
            Some(before) => self.ends.get(before).map(|end| end + gap),
        };
        let range = start.zip(self.ends.get(at));
        range.and_then(|(start, end)| text.get(start..*end)).unwrap_or_default()
    }

    /// A field of a row whose fields were counted, from the one that was asked for last on.
    #[cold]
    #[inline(never)]
    fn find_field(&self, at: usize) -> &[u8] {
        let row = self.raw();
        let (known, start) = Some(self.asked.get()).filter(|(known, _)| *known <= at).unwrap_or_default();
        let start = start + skip_fields(row.get(start..).unwrap_or_default(), at - known, self.separator);
        if at >= self.asked.get().0 {
            self.asked.set((at, start));
        }
        let rest = row.get(start..).unwrap_or_default();
        memchr(self.separator, rest).and_then(|end| rest.get(..end)).unwrap_or(rest)
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

    /// Takes the next row from what is in the buffer; `None` where it may go on behind its end.
    fn scan(&mut self) -> Option<Step> {
        self.ends.clear();
        self.has_quotes = false;
        if self.expected_fields >= FEWEST_FIELDS_TO_COUNT {
            return self.scan_counted();
        }
        let unread = self.buffer.get(self.next..self.filled).unwrap_or_default();
        for at in marks(unread, [self.separator, b'\n', QUOTE]) {
            match unread.get(at) {
                Some(b'\n') => {
                    let end = self.without_carriage_return(self.next + at);
                    self.ends.push(end - self.next);
                    self.take_row(end, self.next + at + 1);
                    return Some(Step::Row);
                }
                Some(&QUOTE) => return self.scan_quoted(),
                _ => self.ends.push(at),
            }
        }
        None
    }

    /// Reads a row of many fields and counts them; kept apart, so that the rows of narrow files stay as fast.
    #[inline(never)]
    fn scan_counted(&mut self) -> Option<Step> {
        (self.counted, self.asked) = (None, Cell::default());
        let unread = self.buffer.get(self.next..self.filled).unwrap_or_default();
        let at = memchr2(b'\n', QUOTE, unread)?;
        if unread.get(at) == Some(&QUOTE) {
            return self.scan_quoted();
        }
        let end = self.without_carriage_return(self.next + at);
        self.end_fields(end);
        self.take_row(end, self.next + at + 1);
        Some(Step::Row)
    }

    /// Reads a row that has quotes, without them.
    fn scan_quoted(&mut self) -> Option<Step> {
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
                self.take_row(end, self.next + at + 1);
                return Some(swallowed.map_or(Step::Row, Step::SwallowedRows));
            }
            if ends_field {
                self.ends.push(self.unquoted.len());
                continue;
            }
            if quoting.is_inside && !was_inside && !quoting.is_doubled {
                cell = QuotedCell::new(line);
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
            return None;
        }
        self.take_row(self.filled, self.filled);
        if quoting.is_inside {
            return Some(Step::UnclosedQuote(cell.line));
        }
        self.ends.push(self.unquoted.len());
        Some(swallowed.map_or(Step::Row, Step::SwallowedRows))
    }

    /// Ends the last field of a row without quotes, where the row ends.
    fn end_fields(&mut self, end: usize) {
        if self.expected_fields >= FEWEST_FIELDS_TO_COUNT && !self.has_quotes {
            let row = self.buffer.get(self.next..end).unwrap_or_default();
            self.counted = Some(memchr_iter(self.separator, row).count() + 1);
        } else {
            self.ends.push(end - self.next);
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
            return Err(too_large(format!(
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

/// How many bytes so many fields take with the separators behind them.
fn skip_fields(row: &[u8], fields: usize, separator: u8) -> usize {
    let (mut left, mut passed) = (fields, 0);
    let mut strides = row.chunks_exact(STRIDE);
    // Far away, separators are counted by the stride, which takes no branch a byte.
    while left > 4 {
        let Some(stride) = strides.next() else { break };
        let count = usize::from(stride.iter().map(|byte| u8::from(*byte == separator)).sum::<u8>());
        if count >= left {
            break;
        }
        (left, passed) = (left - count, passed + STRIDE);
    }
    while left > 0 {
        match memchr(separator, row.get(passed..).unwrap_or_default()) {
            Some(at) => (left, passed) = (left - 1, passed + at + 1),
            None => return row.len(),
        }
    }
    passed
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The fields of every row.
    fn split(text: &str, expected_fields: usize) -> Vec<Vec<String>> {
        let mut rows = Rows::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), b',');
        rows.expected_fields = expected_fields;
        let mut all = Vec::new();
        while rows.next().unwrap() == Step::Row {
            // Backwards and forwards: the order in which fields are asked for does not matter.
            let field = |at| String::from_utf8_lossy(rows.field(at)).into_owned();
            let mut backwards: Vec<String> = (0..rows.field_count()).rev().map(field).collect();
            backwards.reverse();
            assert_eq!((0..rows.field_count()).map(field).collect::<Vec<_>>(), backwards);
            assert_eq!(
                (field(rows.field_count()), field(rows.field_count() / 2)),
                (String::new(), backwards[backwards.len() / 2].clone())
            );
            all.push(backwards);
        }
        all
    }

    proptest! {
        #[test]
        fn rows_whose_fields_are_counted_are_those_whose_ends_are_known(
            rows in prop::collection::vec(prop::collection::vec("[a-z0-9. ]{0,9}|\"[a-z,]{0,5}\"", 1..200), 1..5),
            line_end in "\r?\n",
            ends_with_line in any::<bool>(),
        ) {
            let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            let text = lines.join(line_end.as_str()) + if ends_with_line { line_end.as_str() } else { "" };
            prop_assert_eq!(split(&text, FEWEST_FIELDS_TO_COUNT), split(&text, 0));
        }
    }
}
