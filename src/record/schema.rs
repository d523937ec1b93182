//! The schema of what a record says of a strategy's own numbers.

use schemars::JsonSchema;
use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::decision::account_size::AccountSize;
use crate::profile::words::StrategyName;
use crate::strategy::shared;

/// The diagnostics of every strategy: a decision has those of its own, none of them for certain.
pub(super) fn of_diagnostics(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let mut all = vec![
        AccountSize::json_schema(generator),
        shared::execution_window::Diagnostics::json_schema(generator),
    ];
    all.extend(StrategyName::ALL.iter().map(|strategy| strategy.diagnostics_schema(generator)));
    let mut properties: Map<String, Value> = Map::new();
    for mut schema in all {
        let Some(Value::Object(own)) = schema.remove("properties") else { continue };
        for (key, field) in own {
            match properties.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(field)),
                Entry::Occupied(mut entry) => join(entry.get_mut(), field),
            }
        }
    }
    schemars::json_schema!({ "type": "object", "properties": properties })
}

/// Adds another meaning of a key to those that are known.
fn join(known: &mut Value, other: Value) {
    if *known == other {
        return;
    }
    if known.get("anyOf").is_none() {
        *known = serde_json::json!({ "anyOf": [known.take()] });
    }
    let Some(Value::Array(meanings)) = known.get_mut("anyOf") else { return };
    if !meanings.contains(&other) {
        meanings.push(other);
    }
}
