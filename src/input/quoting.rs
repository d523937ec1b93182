//! The quotes of a row of delimited text, as in RFC 4180.

/// The mark around a field that holds separators or line ends.
pub(super) const QUOTE: u8 = b'"';

/// A quoted field while it is read.
#[derive(Default)]
pub(super) struct QuotedCell {
    /// The line that it begins on.
    pub(super) line: u64,
    line_ends: usize,
    separators: usize,
}

impl QuotedCell {
    /// A field that begins on this line.
    pub(super) fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Passes a byte inside the quotes.
    pub(super) fn pass(&mut self, byte: u8, separator: u8) {
        self.line_ends += usize::from(byte == b'\n');
        self.separators += usize::from(byte == separator);
    }

    /// Whether it has as many separators as the rows would have that its line ends part.
    pub(super) fn holds_rows(&self, expected_fields: usize) -> bool {
        self.line_ends > 0 && expected_fields > 1 && self.separators >= self.line_ends * (expected_fields - 1)
    }
}

/// Follows the quotes of a row (RFC 4180): one that begins a field opens it, one doubled inside is a quote.
#[derive(Default)]
pub(super) struct Quoting {
    /// Whether the byte passed last is inside quotes.
    pub(super) is_inside: bool,
    has_closed: bool,
    has_begun: bool,
    /// Whether the byte passed last is the second of a doubled quote.
    pub(super) is_doubled: bool,
    /// Whether the byte passed last belongs to the field's text.
    pub(super) keeps: bool,
}

impl Quoting {
    /// Passes a byte and returns whether it separates two fields.
    pub(super) fn ends_field(&mut self, byte: u8, separator: u8) -> bool {
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
