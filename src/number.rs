//! Numbers between their forms: counts as numbers, whole numbers as integers, and what goes out finite, or the
//! output fails.

use serde::{Deserialize, Serialize, Serializer, ser};

/// A number of the output. Serializing one that is not finite is an error, never `null` without a word;
/// a number that may be missing is an `Option<Number>`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
pub struct Number(pub f64);

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.0.is_finite() {
            return Err(ser::Error::custom(format!("a number of the output is {}", self.0)));
        }
        // Adding zero turns -0.0 into 0.0, so that equal decisions are equal bytes.
        serializer.serialize_f64(self.0 + 0.0)
    }
}

/// A count as a number to reckon with.
#[allow(clippy::cast_precision_loss)] // counts of rows, names, closes and sessions stay far below 2^52
pub fn of_count(count: usize) -> f64 {
    count as f64
}

/// A whole number that an `f64` holds exactly, as an integer; `None` of a fraction and of what is larger than
/// 2^53, up to where the whole numbers are each an `f64` of their own.
#[allow(clippy::cast_possible_truncation)] // the bounds are checked
pub fn exact_integer(number: f64) -> Option<i64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= LARGEST).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinity_and_nan_never_pass() {
        assert!(serde_json::to_value(Number(f64::NAN)).is_err());
        assert!(serde_json::to_value(Number(f64::INFINITY)).is_err());
    }

    #[test]
    fn only_whole_numbers_that_are_exact_are_integers() {
        assert_eq!(exact_integer(3000.0), Some(3000));
        assert_eq!(exact_integer(-0.0), Some(0));
        assert_eq!(exact_integer(2500.5), None);
        // 2^53, and the next number after it.
        assert_eq!(exact_integer(9_007_199_254_740_992.0), Some(1 << 53));
        for number in [9_007_199_254_740_994.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(exact_integer(number), None, "{number}");
        }
    }

    #[test]
    fn negative_zero_is_zero() {
        assert_eq!(serde_json::to_string(&Number(-0.0)).unwrap(), "0.0");
    }
}
