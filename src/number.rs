//! Numbers on their way out: finite, or the output fails.

use serde::{Serialize, Serializer, ser};

/// A number of the output. Serializing one that is not finite is an error, never `null` without a word;
/// a number that may be missing is an `Option<Number>`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinity_and_nan_never_pass() {
        assert!(serde_json::to_value(Number(f64::NAN)).is_err());
        assert!(serde_json::to_value(Number(f64::INFINITY)).is_err());
    }

    #[test]
    fn negative_zero_is_zero() {
        assert_eq!(serde_json::to_string(&Number(-0.0)).unwrap(), "0.0");
    }
}
