//! The places of a few bytes in a text, eight bytes at a time: the fields of a price file are so short that a search which
//! is made for long texts costs more to begin than to end.

/// How many bytes are looked at at once.
const WORD: usize = size_of::<u64>();

/// A word whose bytes are each 1.
const ONES: u64 = u64::MAX / 0xff;

/// A word whose bytes each have their highest bit, and no other.
const HIGH_BITS: u64 = ONES << 7;

/// Returns the places of three bytes in a text, first to last.
pub(super) fn marks(text: &[u8], wanted: [u8; 3]) -> Marks<'_> {
    Marks { text, start: 0, hits: hits_at(text, 0, wanted), wanted }
}

/// An iterator over such places.
pub(super) struct Marks<'t> {
    text: &'t [u8],
    /// Where the word begins that is looked at.
    start: usize,
    /// The highest bit of each byte of it that is wanted and has not been returned.
    hits: u64,
    wanted: [u8; 3],
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.hits == 0 {
            self.start += WORD;
            if self.start >= self.text.len() {
                return None;
            }
            self.hits = hits_at(self.text, self.start, self.wanted);
        }
        let byte = self.hits.trailing_zeros() / u8::BITS;
        self.hits &= self.hits - 1;
        Some(self.start + byte as usize)
    }
}

/// The highest bits of the bytes that are wanted, in the word that begins there; the last word may be shorter.
#[inline]
fn hits_at(text: &[u8], start: usize, wanted: [u8; 3]) -> u64 {
    let rest = text.get(start..).unwrap_or_default();
    let hits =
        |word: u64| wanted.iter().fold(0, |hits, byte| hits | zero_bytes(word ^ (ONES * u64::from(*byte))));
    match rest.first_chunk::<WORD>() {
        Some(word) => hits(u64::from_le_bytes(*word)),
        None => rest.iter().rev().fold(0, |hits, byte| {
            let hit = if wanted.contains(byte) { HIGH_BITS & 0xff } else { 0 };
            hits << u8::BITS | hit
        }),
    }
}

/// The highest bit of each byte that is zero. No byte's sum reaches the next one, so that none is taken for another.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & !HIGH_BITS) + !HIGH_BITS) | word | !HIGH_BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_places_are_those_of_the_bytes() {
        let found = |text: &str| marks(text.as_bytes(), *b",\n\"").collect::<Vec<_>>();
        assert_eq!(found(""), [] as [usize; 0]);
        assert_eq!(found("12345678"), [] as [usize; 0]);
        assert_eq!(found(","), [0]);
        assert_eq!(found("QQQ,2025-03-31,468.92\n\"x"), [3, 14, 21, 22]);
        assert_eq!(found(",,,,,,,,,"), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    proptest! {
        #[test]
        fn every_place_is_found_and_no_other(
            text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(0), Just(0x80), Just(b'-'), any::<u8>()], 0..60),
            wanted in any::<[u8; 3]>(),
        ) {
            for wanted in [wanted, *b",\n\"", [0, b'\n', 0x80]] {
                let places = |at: &usize| wanted.contains(&text[*at]);
                let expected: Vec<usize> = (0..text.len()).filter(places).collect();
                prop_assert_eq!(marks(&text, wanted).collect::<Vec<_>>(), expected);
            }
        }
    }
}
