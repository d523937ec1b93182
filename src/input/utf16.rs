//! UTF-16 with a byte order mark, as spreadsheets save "Unicode text": read as UTF-8.

use std::io::{self, Read};

/// How many bytes are decoded at once.
const BLOCK: usize = 32 * 1024;

/// The order of the two bytes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Utf16 {
    LittleEndian,
    BigEndian,
}

impl Utf16 {
    /// Tells UTF-16 by its byte order mark.
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, ..] => Some(Self::LittleEndian),
            [0xfe, 0xff, ..] => Some(Self::BigEndian),
            _ => None,
        }
    }

    /// The text of a reader of UTF-16 as UTF-8; what is not UTF-16 becomes U+FFFD.
    pub(super) fn decode<R: Read>(self, reader: R) -> Decoder<R> {
        Decoder { order: self, reader, undecoded: Vec::new(), decoded: Vec::new(), next: 0, is_at_end: false }
    }

    fn unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Self::LittleEndian => u16::from_le_bytes(pair),
            Self::BigEndian => u16::from_be_bytes(pair),
        }
    }
}

/// A reader that decodes.
pub(super) struct Decoder<R> {
    order: Utf16,
    reader: R,
    undecoded: Vec<u8>,
    decoded: Vec<u8>,
    next: usize,
    is_at_end: bool,
}

impl<R: Read> Decoder<R> {
    fn fill(&mut self) -> io::Result<()> {
        let block = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        let count = self.reader.by_ref().take(block).read_to_end(&mut self.undecoded)?;
        self.is_at_end = count == 0;
        let mut units: Vec<u16> = self
            .undecoded
            .chunks_exact(2)
            .filter_map(|pair| Some(self.order.unit(pair.try_into().ok()?)))
            .collect();
        // Half of a pair of surrogates waits for the other half.
        let waits = !self.is_at_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit));
        if waits {
            units.pop();
        }
        self.undecoded.drain(..units.len() * 2);
        let text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.decoded = text.into_bytes();
        self.next = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.next == self.decoded.len() && !self.is_at_end {
            self.fill()?;
        }
        let rest = self.decoded.get(self.next..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..count), rest.get(..count)) {
            target.copy_from_slice(source);
        }
        self.next += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_are_read_as_utf8() {
        let text = format!("\u{feff}symbol;as_of\n{}纳指 𝄞\n", "QQQ;2025-03-31\n".repeat(5_000));
        for (order, bytes) in [
            (Utf16::LittleEndian, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            (Utf16::BigEndian, text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ] {
            assert_eq!(Utf16::recognise(&bytes), Some(order));
            let mut decoded = String::new();
            order.decode(bytes.as_slice()).read_to_string(&mut decoded).unwrap();
            assert_eq!(decoded, text);
        }
        assert_eq!(Utf16::recognise(b"\xef\xbb\xbfa"), None);
    }
}
