//! The name of a profile, as it stands in flags, file names and contract versions.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A profile's key or alias: lower-case letters, digits and underscores, at least one of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProfileKey(String);

impl ProfileKey {
    /// Takes a key as it is written; `None` where a character does not belong in one, or there is none.
    pub fn parse(text: &str) -> Option<Self> {
        let belongs = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        (!text.is_empty() && text.bytes().all(belongs)).then(|| Self(text.to_owned()))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for ProfileKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "`{}` is not a profile key: lower-case letters, digits and underscores",
                text.escape_debug()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_lower_case_letters_digits_and_underscores() {
        assert_eq!(ProfileKey::parse("r1000_x").unwrap().as_str(), "r1000_x");
        for text in ["", " ", "Upper", "a-b", "a b", "é", "a\n"] {
            assert_eq!(ProfileKey::parse(text), None, "{text:?}");
        }
    }
}
