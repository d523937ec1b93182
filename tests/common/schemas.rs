//! JSON against its schema, with no field beyond those that the schema names.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use clap::ValueEnum;
use jsonschema::Validator;
use serde_json::{Value, json};
use strat::SchemaName;

/// The validators of what strat writes, by the names that the documents bear: `strat.decision.v1`. A program may ignore
/// fields that it does not know; here an unknown one fails.
static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    let validator = |name: &SchemaName| (name.as_str(), validator(&strict(schema(*name))));
    SchemaName::value_variants().iter().map(validator).collect()
});

pub fn schema(name: SchemaName) -> Value {
    let path = format!("docs/schema/{}.json", name.as_str());
    serde_json::from_str(&std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap())
        .unwrap()
}

pub fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

/// A schema by which a field that it does not name is an error. The diagnostics are open: a platform's form adds its own.
fn strict(mut schema: Value) -> Value {
    fn close(value: &mut Value, is_open: bool) {
        match value {
            Value::Object(object) => {
                if object.contains_key("properties") && object.contains_key("type") && !is_open {
                    object.entry("additionalProperties").or_insert(json!(false));
                }
                for (key, value) in object.iter_mut() {
                    close(value, key == "diagnostics");
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| close(item, false)),
            _ => {}
        }
    }
    close(&mut schema, false);
    schema
}

/// What is wrong with a document by its schema; nothing of one that bears no name of strat's.
pub fn problems(document: &Value) -> Vec<String> {
    let Some(name) = document["schema"].as_str().and_then(|name| name.strip_prefix("strat.")) else {
        return Vec::new();
    };
    let (name, version) = name.split_once('.').unwrap();
    assert_eq!(version, "v1");
    problems_with(name, document)
}

pub fn problems_with(name: &str, document: &Value) -> Vec<String> {
    let validator = VALIDATORS.get(name).unwrap_or_else(|| panic!("`{name}` has no schema"));
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Stops at a document of a text that its schema refuses. A text that is not JSON of strat's passes.
pub fn assert_valid(text: &str) {
    if !text.starts_with('{') {
        return;
    }
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        // A reader that closed the pipe has half a document.
        let Ok(document) = document else { return };
        let problems = problems(&document);
        assert!(problems.is_empty(), "{}:\n{}", document["schema"], problems.join("\n"));
    }
}
