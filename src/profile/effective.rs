//! A strategy from a profile's config, and which value is at fault where there is none.

use crate::finding::{Code, Finding};
use crate::profile::config::Config;
use crate::profile::json_problem::type_in_words;
use crate::strategy::{ConfigProblem, Strategy, StrategyName};

/// A value that the strategy can't use, as a finding about the file that it stands in.
pub fn finding(problem: ConfigProblem, code: Code, file: &str) -> Finding {
    let ConfigProblem { key, observed, expected } = problem;
    let hint = format!("write {expected} under `{key}`");
    Finding::new(code, "the rule can't use the value")
        .file(file)
        .column(key)
        .observed(observed)
        .expected(expected)
        .hint(hint)
}

/// The strategy with a config that came from `known`, a config known to be of the right types, by changing
/// values.
///
/// # Errors
/// Every value at fault: those of another type first; where all types are right, those that the rule can't
/// use.
pub fn strategy(name: StrategyName, known: &Config, config: &Config) -> Result<Strategy, Vec<ConfigProblem>> {
    let strategy = match Strategy::new(name, config) {
        Ok(strategy) => strategy,
        Err(error) => {
            let faults = type_faults(name, known, config);
            // Where no single value is at fault, the error itself is all that can be said.
            let whole = ConfigProblem {
                key: "config".into(),
                observed: "a config of another shape".to_owned(),
                expected: error.to_string(),
            };
            return Err(if faults.is_empty() { vec![whole] } else { faults });
        }
    };
    let problems = strategy.problems();
    if problems.is_empty() { Ok(strategy) } else { Err(problems) }
}

/// The values of another type: each is tried alone in the known config.
fn type_faults(name: StrategyName, known: &Config, config: &Config) -> Vec<ConfigProblem> {
    config
        .iter()
        .filter(|(key, value)| known.get(*key) != Some(*value))
        .filter_map(|(key, value)| {
            let mut alone = known.clone();
            alone.insert(key.clone(), value.clone());
            let error = Strategy::new(name, &alone).err()?;
            Some(ConfigProblem {
                key: key.clone().into(),
                observed: value.to_string(),
                expected: expected_type(&error.to_string()),
            })
        })
        .collect()
}

/// What an error of the deserializer says it expected, in words for people.
fn expected_type(error: &str) -> String {
    let expected = error.rsplit_once("expected ").map_or(error, |(_, expected)| expected);
    match expected {
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list such as `[3, 6]` or `[\"SPY\", \"EFA\"]`".to_owned(),
        name => type_in_words(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::catalog;

    fn problems(changes: &[(&str, serde_json::Value)]) -> Vec<(String, String, String)> {
        let manifest = catalog::find("global_etf_rotation").unwrap();
        let mut config = manifest.config.clone();
        for (key, value) in changes {
            config.insert((*key).to_owned(), value.clone());
        }
        strategy(manifest.strategy, &manifest.config, &config)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.key.into_owned(), problem.observed, problem.expected))
            .collect()
    }

    #[test]
    fn every_value_of_another_type_is_named() {
        assert_eq!(
            problems(&[("top_n", json!("two")), ("hold_bonus", json!([1])), ("sma_period", json!(100))]),
            [
                ("hold_bonus".to_owned(), "[1]".to_owned(), "a number".to_owned()),
                ("top_n".to_owned(), "\"two\"".to_owned(), "a whole number from 0".to_owned()),
            ]
        );
    }

    #[test]
    fn a_value_that_the_rule_can_not_use_is_named() {
        let problems = problems(&[("top_n", json!(0))]);
        assert_eq!((problems[0].0.as_str(), problems[0].1.as_str()), ("top_n", "0"));
    }
}
