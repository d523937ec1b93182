//! Numbers as cells hold them, read as the standard library reads them, and in a fraction of the time where a cell has
//! digits and a point alone: a price file has a million of them.

/// The largest number of bytes of a plain number: sixteen digits, or fifteen with a point, fit a `u64`.
const LONGEST_PLAIN: usize = 16;

/// The whole numbers up to here are each a number of their own in `f64`.
const LARGEST_EXACT: u64 = 1 << 53;

/// The powers of ten that decimals of a plain number divide by; up to 10^22 each is exact in `f64`.
const POWERS_OF_TEN: [f64; LONGEST_PLAIN] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads a number with blanks around it; `None` where the text is not a number.
pub(super) fn read_decimal(written: &[u8]) -> Option<f64> {
    read_plain(written).or_else(|| std::str::from_utf8(written).ok()?.trim().parse().ok())
}

/// Reads digits with at most one point; `None` of any other form, and of numbers that are not exact this way.
///
/// Both parts of the division are exact, so its result is the nearest `f64`, as the standard library's is (W. D. Clinger,
/// How to Read Floating Point Numbers Accurately, 1990).
#[inline]
fn read_plain(written: &[u8]) -> Option<f64> {
    if written.len() > LONGEST_PLAIN {
        return None;
    }
    let (mut digits, mut point) = (0_u64, None);
    for (at, byte) in written.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |point| written.len() - point - 1);
    let has_digits = written.len() > usize::from(point.is_some());
    if !has_digits || digits > LARGEST_EXACT {
        return None;
    }
    #[allow(clippy::cast_precision_loss)] // the bound is checked
    let whole = digits as f64;
    POWERS_OF_TEN.get(decimals).map(|power| whole / power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by the standard library alone.
    fn read_slowly(written: &[u8]) -> Option<f64> {
        std::str::from_utf8(written).ok()?.trim().parse().ok()
    }

    fn bits(number: Option<f64>) -> Option<u64> {
        number.map(f64::to_bits)
    }

    #[test]
    fn plain_numbers_are_read_without_the_standard_library() {
        for (text, number) in [
            ("0", 0.0),
            ("98.4258", 98.4258),
            ("9399200", 9_399_200.0),
            ("5.", 5.0),
            (".5", 0.5),
            // 2^53, and fifteen digits after the point.
            ("9007199254740992", 9_007_199_254_740_992.0),
            (".123456789012345", 0.123_456_789_012_345),
        ] {
            assert_eq!(bits(read_plain(text.as_bytes())), bits(Some(number)), "{text}");
        }
        for text in [
            "",
            ".",
            "1.2.3",
            "-1",
            "+1",
            "1e5",
            " 1",
            "1,000",
            "nan",
            "9007199254740993",
            "12345678901234567",
        ] {
            assert_eq!(read_plain(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_the_one_of_the_standard_library(text in "[ ]?[+-]?[0-9]{0,18}[.]?[0-9]{0,18}(e[+-]?[0-9]{1,3})?[ ]?") {
            prop_assert_eq!(bits(read_decimal(text.as_bytes())), bits(read_slowly(text.as_bytes())));
        }

        #[test]
        fn a_price_is_the_one_of_the_standard_library(whole in 0_u64..10_000_000_000, decimals in 0_usize..=16) {
            let digits = format!("{whole:017}");
            let (units, fraction) = digits.split_at(digits.len() - decimals);
            for text in [format!("{units}.{fraction}"), format!("{}.{fraction}", units.trim_start_matches('0'))] {
                prop_assert_eq!(bits(read_decimal(text.as_bytes())), bits(read_slowly(text.as_bytes())));
            }
        }

        #[test]
        fn bytes_of_any_kind_are_read_alike(written in proptest::collection::vec(any::<u8>(), 0..20)) {
            prop_assert_eq!(bits(read_decimal(&written)), bits(read_slowly(&written)));
        }
    }
}
