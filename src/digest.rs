//! The sha256 of bytes as it stands in output: 64 hexadecimal digits in lower case.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Returns the sha256 of a text.
pub(crate) fn sha256_of(text: &str) -> String {
    sha256_of_bytes(text.as_bytes())
}

/// Returns the sha256 of bytes.
pub(crate) fn sha256_of_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// How many digits are enough to tell files apart at a glance.
const SHORT: usize = 12;

/// Returns the first digits of a sha256, and a mark for the rest.
pub(crate) fn shortened(sha256: &str) -> String {
    sha256.chars().take(SHORT).chain(['…']).collect()
}

/// Returns two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_abc_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_of("abc"), expected);
    }
}
