//! Problems of config values that no type alone can see.

use serde::Serialize;

use crate::strategy::ConfigProblem;

/// A problem with a config value, which is quoted as JSON.
pub fn problem(key: &'static str, observed: &impl Serialize, expected: impl Into<String>) -> ConfigProblem {
    // A config value came out of JSON, so it can't fail to go back; were it to, nothing is quoted.
    let observed = serde_json::to_string(observed).unwrap_or_default();
    ConfigProblem { key: key.into(), observed, expected: expected.into() }
}
