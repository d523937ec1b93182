//! The schemas as the types have them, and that `docs/schema/` holds no others. `UPDATE_EXPECTED=1 cargo test --lib
//! schema` writes the files anew.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::*;
use crate::check::snapshot::sidecar::REQUIRED_FIELDS;
use crate::command::explain_code::Pages;
use crate::document::message;
use crate::explain::Explanation;
use crate::explain::rules::RuleSheet;
use crate::market::indicators::Indicators;
use crate::profile::manifest::Manifest;
use crate::profile::words::StrategyName;
use crate::record::Record;
use crate::replay::summary::Summary;
use crate::saved::diff::Diff;
use crate::saved::report_diff::ReportDiff;
use crate::view::list::List;
use crate::{snapshot_build, validation};

/// Formats of numbers that only this generator knows.
const FOREIGN_FORMATS: [&str; 8] = ["double", "float", "uint", "int", "uint32", "uint64", "int64", "uint8"];

/// The account of `--portfolio`, in JSON. A portfolio in CSV has the columns `symbol,quantity,market_value`.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // only its shape is used
struct Portfolio {
    /// The whole account in US dollars; `--equity` overrides it, and one of the two must be there for value profiles.
    total_equity: Option<Amount>,
    /// The day that the positions are of: `YYYY-MM-DD`; a time with a zone means its New York date.
    as_of: Option<String>,
    /// What can be bought for, in US dollars.
    buying_power: Option<Amount>,
    /// The cash in US dollars.
    cash_balance: Option<Amount>,
    /// What the account holds.
    positions: Option<Vec<PortfolioPosition>>,
    /// Anything of yours: it is passed on as `account_labels`.
    metadata: Option<Value>,
    /// `USD`; nothing else is read.
    currency: Option<String>,
    /// `USD`, as another program calls it.
    base_currency: Option<String>,
}

/// One holding.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // only its shape is used
struct PortfolioPosition {
    /// The symbol.
    symbol: String,
    /// How many shares, above zero.
    quantity: Amount,
    /// What they are worth, in US dollars.
    market_value: Amount,
    /// What a share cost, in US dollars.
    average_cost: Option<Amount>,
    /// The currency of the value; only `USD` is read.
    currency: Option<String>,
    /// Which account holds it, for `--account`.
    account_id: Option<String>,
    /// The kind of the security, such as `STK`.
    sec_type: Option<String>,
    /// The kind of the security, as another program calls it.
    asset_type: Option<String>,
    /// The kind of the security, as another program calls it.
    asset_class: Option<String>,
    /// The kind of the security, as another program calls it.
    security_type: Option<String>,
}

/// A number, or a text that holds one.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)] // only its shape is used
enum Amount {
    Number(f64),
    Text(String),
}

/// The manifest beside a feature snapshot. Fields beyond these are ignored.
#[derive(JsonSchema)]
#[allow(dead_code)] // only its shape is used
struct SnapshotManifest {
    /// `feature_snapshot`.
    manifest_type: Option<String>,
    /// The version of the snapshot's contract, such as `PROFILE.feature_snapshot.v1`.
    contract_version: String,
    /// The profile's key, or an alias.
    strategy_profile: String,
    /// The name of the config that the snapshot was built with: the profile's key, or an alias.
    config_name: String,
    /// The path of that config.
    config_path: Option<String>,
    /// The sha256 of that config.
    config_sha256: String,
    /// The path of the snapshot.
    snapshot_path: Option<String>,
    /// The sha256 of the snapshot's bytes.
    snapshot_sha256: String,
    /// The snapshot's date: `YYYY-MM-DD`; a time with a zone means its New York date.
    snapshot_as_of: String,
    /// How many rows the snapshot has.
    row_count: Option<u64>,
    /// The newest close that the snapshot is computed from.
    price_as_of: Option<String>,
    /// When it was built.
    generated_at: Option<String>,
    /// The program that built it.
    source_project: Option<String>,
    /// Whether it was built from another source than the publisher's own.
    source_input_fallback_used: Option<bool>,
    /// How many times in a row that was so.
    source_input_fallback_streak: Option<u64>,
    /// The files that it was built from.
    inputs: Option<Vec<ManifestInput>>,
    /// The thresholds, sizes and limits that it was built with.
    parameters: Option<Map<String, Value>>,
}

/// A file that a snapshot was built from.
#[derive(JsonSchema)]
#[allow(dead_code)] // only its shape is used
struct ManifestInput {
    /// What kind of input it is.
    kind: String,
    /// Its path.
    path: String,
    /// The sha256 of its bytes.
    sha256: String,
}

/// The schema of a name, as the types have it.
fn made(name: SchemaName) -> Value {
    let mut schema = match name {
        SchemaName::Decision => written::<Record>(),
        SchemaName::Explanation => written::<Explanation>(),
        SchemaName::RuleSheet => written::<RuleSheet>(),
        SchemaName::Codes => written::<Pages>(),
        SchemaName::Profiles => written::<List<'static>>(),
        SchemaName::Validation => written::<validation::Report>(),
        SchemaName::SnapshotBuild => written::<snapshot_build::report::Report>(),
        SchemaName::Replay => written::<Summary<'static>>(),
        SchemaName::Diff => written::<Diff>(),
        SchemaName::ValidationDiff => written::<ReportDiff>(),
        SchemaName::Message => written::<message::Line<'static>>(),
        SchemaName::Profile => profile(),
        SchemaName::Portfolio => read::<Portfolio>(),
        SchemaName::Indicators => read::<Indicators>(),
        SchemaName::SnapshotManifest => read::<SnapshotManifest>(),
    };
    schema.insert("title".to_owned(), format!("strat {}", name.as_str().replace('_', " ")).into());
    tidy(&mut schema);
    schema.to_value()
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12()
}

fn written<T: JsonSchema>() -> Schema {
    settings().for_serialize().into_generator().into_root_schema_for::<T>()
}

fn read<T: JsonSchema>() -> Schema {
    settings().for_deserialize().into_generator().into_root_schema_for::<T>()
}

/// The schema of a manifest, whose config is that of its strategy.
fn profile() -> Schema {
    let mut generator =
        settings().for_deserialize().with(|settings| settings.inline_subschemas = true).into_generator();
    let of_strategy = |strategy: &StrategyName| {
        let config = strategy.config_schema(&mut generator);
        json!({
            "if": { "properties": { "strategy": { "const": strategy.as_str() } } },
            "then": { "properties": { "config": config } },
        })
    };
    let configs: Vec<Value> = StrategyName::ALL.iter().map(of_strategy).collect();
    let mut schema = read::<Manifest>();
    schema.insert("allOf".to_owned(), configs.into());
    schema
}

/// Takes out what only the generator knows, and puts the lines of a description into one.
fn tidy(schema: &mut Schema) {
    transform_subschemas(&mut tidy, schema);
    let Some(object) = schema.as_object_mut() else { return };
    if object.get("format").and_then(Value::as_str).is_some_and(|format| FOREIGN_FORMATS.contains(&format)) {
        object.remove("format");
    }
    if let Some(Value::String(description)) = object.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let mut stale = Vec::new();
    for name in SchemaName::value_variants() {
        let fresh = format!("{}\n", serde_json::to_string_pretty(&made(*name)).unwrap());
        let path = folder.join(format!("{}.json", name.as_str()));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(path, fresh).unwrap();
        } else if std::fs::read_to_string(path).unwrap_or_default() != fresh {
            stale.push(name.as_str());
        }
    }
    assert!(
        stale.is_empty(),
        "run UPDATE_EXPECTED=1 cargo test --lib schema, and read what changed: {stale:?}"
    );
}

/// Every object of a schema that has properties, with what it is called.
fn objects<'a>(at: &str, schema: &'a Value, found: &mut Vec<(String, &'a Map<String, Value>)>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties").filter(|_| !at.ends_with("/if"))
            {
                found.push((at.to_owned(), properties));
            }
            object.iter().for_each(|(key, value)| objects(&format!("{at}/{key}"), value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(at, item, found)),
        _ => {}
    }
}

#[test]
fn every_field_says_what_it_is() {
    let mut silent = Vec::new();
    for name in SchemaName::value_variants() {
        let schema = made(*name);
        let mut found = Vec::new();
        objects(name.as_str(), &schema, &mut found);
        assert!(!found.is_empty(), "{}", name.as_str());
        for (at, properties) in found {
            let is_silent = |(_, field): &(&String, &Value)| {
                ["description", "$ref", "anyOf", "const"].iter().all(|word| field.get(word).is_none())
            };
            silent.extend(properties.iter().filter(is_silent).map(|(key, _)| format!("{at}/{key}")));
        }
    }
    silent.retain(|at| !at.ends_with("/then/config"));
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn the_snapshot_manifest_requires_what_its_check_does() {
    let schema = made(SchemaName::SnapshotManifest);
    let required: BTreeSet<&str> =
        schema["required"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
    assert_eq!(required, BTreeSet::from(REQUIRED_FIELDS));
}
