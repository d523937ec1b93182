//! UTF-16 with a byte order mark, as spreadsheets save "Unicode text": read as UTF-8.

use std::io::{self, Cursor, Read};

/// How many bytes are decoded at once.
const BLOCK: u64 = 32 * 1024;

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
        Decoder { order: self, reader, undecoded: Vec::new(), decoded: Cursor::default(), is_at_end: false }
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
    decoded: Cursor<Vec<u8>>,
    is_at_end: bool,
}

impl<R: Read> Decoder<R> {
    fn fill(&mut self) -> io::Result<()> {
        let count = self.reader.by_ref().take(BLOCK).read_to_end(&mut self.undecoded)?;
        self.is_at_end = count == 0;
        let pairs = self.undecoded.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
        let mut units: Vec<u16> = pairs.map(|pair| self.order.unit(pair)).collect();
        // Half of a pair of surrogates waits for the other half.
        if !self.is_at_end && matches!(units.last(), Some(0xd800..0xdc00)) {
            units.pop();
        }
        self.undecoded.drain(..units.len() * 2);
        let text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.decoded = Cursor::new(text.into_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.decoded.read(buffer)?;
            if count > 0 || self.is_at_end || buffer.is_empty() {
                return Ok(count);
            }
            self.fill()?;
        }
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
