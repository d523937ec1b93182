//! A strategy's config before its types are checked: keys and JSON values.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::profile::json_problem::JsonProblem;

/// Config keys and their values, sorted by key.
pub type Config = serde_json::Map<String, Value>;

/// Reads the text of a config file: one JSON object, no key twice.
///
/// # Errors
///
/// When the text is not JSON, not an object, or names a key twice.
pub fn parse(text: &str) -> Result<Config, JsonProblem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    without_repeats(&mut deserializer)
        .and_then(|config| deserializer.end().map(|()| config))
        .map_err(|error| JsonProblem::of(&error, text))
}

/// Reads an object and refuses a repeated key, of which JSON readers otherwise keep the last without a word.
pub fn without_repeats<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Config, D::Error> {
    struct Entries;

    impl<'de> Visitor<'de> for Entries {
        type Value = Config;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<Config, M::Error> {
            let mut config = Config::new();
            while let Some(key) = entries.next_key::<String>()? {
                if config.contains_key(&key) {
                    return Err(M::Error::custom(format!("the key `{key}` appears twice")));
                }
                config.insert(key, entries.next_value()?);
            }
            Ok(config)
        }
    }

    deserializer.deserialize_map(Entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read() {
        let config = parse(r#" {"top_n": 3, "safe_haven": "SHV"} "#).unwrap();
        assert_eq!(config.get("top_n"), Some(&Value::from(3)));
        assert_eq!(config.len(), 2);
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_place() {
        let problem = parse("[1]").unwrap_err();
        assert_eq!(problem.to_string(), "line 1, character 1: invalid type: list, expected an object");
        assert_eq!(parse("").unwrap_err().line, 1);
        let problem = parse("{\"top_n\": 3}\n}").unwrap_err();
        assert_eq!(problem.to_string(), "line 2, character 1: it is not valid JSON: trailing characters");
    }

    #[test]
    fn a_repeated_key_is_refused() {
        let problem = parse("{\"top_n\": 2,\n \"top_n\": 3}").unwrap_err();
        assert_eq!((problem.line, problem.message.as_str()), (2, "the key `top_n` appears twice"));
    }
}
