//! Numbers between their forms: counts as numbers, whole numbers as integers, and what goes out finite, or the
//! output fails.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::account::LARGEST_VALUE_USD;

/// A finite number.
// Serializing another one is an error, never `null` without a word; one that may be missing is an `Option<Number>`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
pub struct Number(pub f64);

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<Number> for Option<f64> {
    fn from(number: Number) -> Self {
        Some(number.0)
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

/// Numbers below this have an exponent, and those above its inverse times a billion.
const SMALLEST_PLAIN: f64 = 1e-7;

/// The shortest form that reads back as the number.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding zero turns -0.0 into 0.0.
        let number = self.0 + 0.0;
        let is_plain = (SMALLEST_PLAIN..1.0 / SMALLEST_PLAIN * 1e9).contains(&number.abs());
        if is_plain || number == 0.0 { write!(f, "{number}") } else { write!(f, "{number:e}") }
    }
}

/// Serializes a number of the output; one that is not finite is an error. For `#[serde(serialize_with)]`.
pub(crate) fn finite<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Number(*number).serialize(serializer)
}

/// The same for a number that may be missing.
#[allow(clippy::ref_option)] // the signature is serde's
pub(crate) fn finite_option<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    number.map(Number).serialize(serializer)
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

/// The largest size of a config number: within it no product with an equity, a price or a volatility leaves the
/// range of `f64`.
const LARGEST: f64 = LARGEST_VALUE_USD;

/// Makes the number types of configs: `Name(kind): check, "what it expects", { its JSON Schema };`, and after the schema
/// what else to say of a number that fails. A number checks itself as it is parsed, serializes as it was written, and
/// is a plain `f64` or `usize` behind `*`.
macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($kind:ty): $check:expr, $expected:literal, $schema:tt $(, $note:expr)?;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name($kind);

        impl TryFrom<$kind> for $name {
            type Error = String;
            fn try_from(value: $kind) -> Result<Self, String> {
                let is_valid: fn($kind) -> bool = $check;
                if is_valid(value) {
                    return Ok(Self(value));
                }
                let notes: &[fn($kind) -> String] = &[$($note)?];
                let notes: String = notes.iter().map(|note| note(value)).collect();
                Err(format!("found {value}, expected {}{notes}", $expected))
            }
        }
        impl Deref for $name {
            type Target = $kind;
            fn deref(&self) -> &$kind { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(formatter) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool { true }
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$kind>::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
            }
        }
    )+};
}

numbers! {
    /// A share of a whole.
    Share(f64): |value| (0.0..=1.0).contains(&value), "a number from 0 to 1",
        { "type": "number", "minimum": 0, "maximum": 1 },
        |value| if value > 1.0 { format!("; {value} looks like percent") } else { String::new() };
    /// A ratio or an amount of zero or more.
    Threshold(f64): |value| (0.0..=LARGEST).contains(&value), "a number from 0 to 1e15",
        { "type": "number", "minimum": 0, "maximum": LARGEST };
    /// An amount of US dollars.
    Usd(f64): |value| (0.0..=LARGEST).contains(&value), "a number from 0 to 1e15",
        { "type": "number", "minimum": 0, "maximum": LARGEST };
    /// A number above zero.
    Positive(f64): |value| value > 0.0 && value <= LARGEST, "a number above 0 and at most 1e15",
        { "type": "number", "exclusiveMinimum": 0, "maximum": LARGEST };
    /// A number of either sign.
    Ratio(f64): |value| value.abs() <= LARGEST, "a number from -1e15 to 1e15",
        { "type": "number", "minimum": -LARGEST, "maximum": LARGEST };
    /// A count of one or more: stocks, sessions.
    Count(usize): |value| value >= 1, "a whole number from 1",
        { "type": "integer", "minimum": 1 };
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

    fn parsed<N: serde::de::DeserializeOwned + Serialize>(text: &str) -> Result<String, String> {
        let number: N = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Ok(serde_json::to_string(&number).unwrap())
    }

    #[test]
    fn a_config_number_checks_itself() {
        assert_eq!([parsed::<Share>("0"), parsed::<Share>("1.0")], [Ok("0.0".into()), Ok("1.0".into())]);
        assert_eq!(
            [parsed::<Count>("1"), parsed::<Threshold>("1e15")],
            [Ok("1".into()), Ok("1000000000000000.0".into())]
        );
        for (refused, expected) in [
            (parsed::<Share>("1.5"), "found 1.5, expected a number from 0 to 1; 1.5 looks like percent"),
            (parsed::<Threshold>("-0.5"), "found -0.5, expected a number from 0 to 1e15"),
            (parsed::<Usd>("1e16"), "found 10000000000000000, expected a number from 0 to 1e15"),
            (parsed::<Positive>("0"), "found 0, expected a number above 0 and at most 1e15"),
            (parsed::<Ratio>("-1e16"), "found -10000000000000000, expected a number from -1e15 to 1e15"),
            (parsed::<Count>("0"), "found 0, expected a whole number from 1"),
        ] {
            assert!(refused.as_ref().is_err_and(|error| error.starts_with(expected)), "{refused:?}");
        }
        assert!(Share::try_from(f64::NAN).is_err() && Positive::try_from(f64::NAN).is_err());
    }

    #[test]
    fn negative_zero_is_zero() {
        assert_eq!(serde_json::to_string(&Number(-0.0)).unwrap(), "0.0");
    }
}
