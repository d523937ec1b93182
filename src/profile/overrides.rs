//! A profile's config after the user has had a say: the manifest's, a config file over it, `--set` over both.

use serde_json::Value;

use crate::number::exact_integer;
use crate::profile::config::Config;
use crate::suggestion::{self, Problem};

/// The effective config: the base, then the keys of a config file, then each setting `KEY=VALUE` in turn, so
/// that the last wins. A value that is not JSON is a string. No type is checked here: the strategy does.
///
/// # Errors
///
/// Every override that is no `KEY=VALUE` or whose key the base does not have.
pub fn apply(
    base: &Config,
    file: Option<&Config>,
    settings: &[impl AsRef<str>],
) -> Result<Config, Vec<Problem>> {
    let mut config = base.clone();
    let mut problems = Vec::new();
    let from_file = file.into_iter().flatten().map(|(key, value)| Ok((key.clone(), value.clone())));
    let from_settings = settings.iter().map(|setting| parse_setting(setting.as_ref()));
    for entry in from_file.chain(from_settings) {
        match entry {
            Ok((key, value)) => match config.get_mut(&key) {
                Some(place) => *place = written_as(place, value),
                None => problems.push(unknown_key(base, &key)),
            },
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

/// A value in the form of the one it takes the place of: `2.0` is 2 where a whole number stands.
fn written_as(base: &Value, value: Value) -> Value {
    let integer = value.as_f64().filter(|_| value.is_f64()).and_then(exact_integer);
    match integer {
        Some(integer) if base.is_i64() || base.is_u64() => Value::from(integer),
        _ => value,
    }
}

fn parse_setting(text: &str) -> Result<(String, Value), Problem> {
    let problem = |what: &str| {
        let hint = "write `--set KEY=VALUE`, with VALUE as JSON or plain text";
        Problem::new(format!("`--set {text}` {what}"), hint)
    };
    let (key, value) = text.split_once('=').ok_or_else(|| problem("has no `=`"))?;
    let key = key.trim();
    if key.is_empty() {
        return Err(problem("names no key"));
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((key.to_owned(), value))
}

fn unknown_key(base: &Config, key: &str) -> Problem {
    let nearest = suggestion::nearest(key, base.keys().map(String::as_str));
    let list = || "`strat list --format json` shows the config of every profile".to_owned();
    let hint = suggestion::question(&nearest).unwrap_or_else(list);
    Problem::new(format!("unknown config key `{key}`"), hint)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base() -> Config {
        let Value::Object(base) = json!({"top_n": 2, "safe_haven": "BIL", "hold_bonus": 0.02}) else {
            panic!()
        };
        base
    }

    fn file(value: Value) -> Config {
        let Value::Object(file) = value else { panic!() };
        file
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let base = crate::profile::config::parse(r#"{"top_n": 2, "hold_bonus": 0.02, "safe_haven": "BIL"}"#)
            .unwrap();
        let set = |setting: &str| apply(&base, None, &[setting]).unwrap();
        assert_eq!(set("top_n=3.0")["top_n"], json!(3));
        assert_eq!(set("top_n=2.5")["top_n"], json!(2.5));
        assert_eq!(set("hold_bonus=1.0")["hold_bonus"], json!(1.0));
        assert_eq!(set("safe_haven=3.0")["safe_haven"], json!(3.0));
    }

    #[test]
    fn without_overrides_the_base_stays() {
        assert_eq!(apply(&base(), None, &NONE), Ok(base()));
    }

    #[test]
    fn the_last_setting_wins_over_earlier_ones_and_the_file() {
        let file = file(json!({"top_n": 3, "hold_bonus": 0}));
        let config = apply(&base(), Some(&file), &["top_n=4", "top_n = 5"]).unwrap();
        assert_eq!(Value::Object(config), json!({"top_n": 5, "safe_haven": "BIL", "hold_bonus": 0}));
    }

    #[test]
    fn a_value_is_json_or_else_a_string() {
        for (written, read) in [
            ("1e-3", json!(0.001)),
            ("false", json!(false)),
            ("[1, 2]", json!([1, 2])),
            ("null", json!(null)),
            ("\"7\"", json!("7")),
            ("SHV", json!("SHV")),
            ("a=b", json!("a=b")),
            ("", json!("")),
            ("NaN", json!("NaN")),
            ("1e999", json!("1e999")),
        ] {
            let config = apply(&base(), None, &[format!("safe_haven={written}")]).unwrap();
            assert_eq!(config.get("safe_haven"), Some(&read), "{written}");
        }
    }

    #[test]
    fn every_misspelt_key_is_named_with_the_nearest() {
        let file = file(json!({"topn": 3}));
        let errors = apply(&base(), Some(&file), &["hold_bonsu=1", "volatility=1"]).unwrap_err();
        let texts: Vec<_> =
            errors.iter().map(|error| (error.to_string(), error.hint.clone().unwrap())).collect();
        assert_eq!(
            texts,
            [
                ("unknown config key `topn`".to_owned(), "did you mean `top_n`?".to_owned()),
                ("unknown config key `hold_bonsu`".to_owned(), "did you mean `hold_bonus`?".to_owned()),
                (
                    "unknown config key `volatility`".to_owned(),
                    "`strat list --format json` shows the config of every profile".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_setting_needs_a_key_and_an_equals_sign() {
        let errors = apply(&base(), None, &["top_n", " =3"]).unwrap_err();
        let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["`--set top_n` has no `=`", "`--set  =3` names no key"]);
    }
}
