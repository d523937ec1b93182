//! The sidecar manifest of a built snapshot.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::digest::sha256_of;
use crate::input::{FileKind, InputRecord};
use crate::profile::key::ProfileKey;

/// The kind of the manifest.
const MANIFEST_TYPE: &str = "feature_snapshot";

/// The program that built the snapshot.
const SOURCE_PROJECT: &str = "strat";

/// Where the config comes from if no file was named.
const DEFAULT_CONFIG: &str = "strategy_manifest_default";

/// The files whose hash the manifest names.
const NAMED_INPUTS: [FileKind; 3] = [FileKind::Prices, FileKind::Universe, FileKind::ProductMap];

/// What a manifest says.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The profile's key.
    pub profile: &'a ProfileKey,
    /// The version of the snapshot's contract.
    pub contract_version: &'a str,
    /// The config file that was named: its path and its sha256.
    pub config: Option<(&'a str, &'a str)>,
    /// The path of the snapshot as given.
    pub snapshot_path: &'a str,
    /// The snapshot's bytes.
    pub snapshot: &'a str,
    /// The snapshot's date.
    pub as_of: NaiveDate,
    /// The newest close that the snapshot is computed from.
    pub price_as_of: Option<NaiveDate>,
    /// How many rows it has.
    pub rows: usize,
    /// `--generated-at`.
    pub generated_at: Option<&'a str>,
    /// The files that were read.
    pub inputs: &'a [InputRecord],
    /// The thresholds, sizes and limits in effect.
    pub parameters: &'a Map<String, Value>,
}

/// Writes a manifest: JSON, two spaces, keys sorted.
///
/// # Errors
/// When it can't be written as JSON.
pub fn to_json(facts: &Facts<'_>) -> serde_json::Result<String> {
    let profile = facts.profile.as_str();
    let default_hash = || sha256_of(&default_config(profile));
    let (config_path, config_sha256) = match facts.config {
        Some((path, sha256)) => (path, sha256.to_owned()),
        None => (DEFAULT_CONFIG, default_hash()),
    };
    let inputs = facts.inputs.iter().filter(|input| NAMED_INPUTS.contains(&input.kind));
    let inputs: Vec<Value> = inputs
        .map(|input| json!({"kind": input.kind.as_str(), "path": input.path, "sha256": input.sha256}))
        .collect();
    let mut manifest = json!({
        "manifest_type": MANIFEST_TYPE,
        "contract_version": facts.contract_version,
        "strategy_profile": profile,
        "config_name": profile,
        "config_path": config_path,
        "config_sha256": config_sha256,
        "snapshot_path": facts.snapshot_path,
        "snapshot_sha256": sha256_of(facts.snapshot),
        "snapshot_as_of": facts.as_of.to_string(),
        "row_count": facts.rows,
        "source_project": SOURCE_PROJECT,
        "inputs": inputs,
        "parameters": facts.parameters,
    });
    if let Some(price_as_of) = facts.price_as_of {
        manifest["price_as_of"] = Value::String(price_as_of.to_string());
    }
    if let Some(generated_at) = facts.generated_at {
        manifest["generated_at"] = Value::String(generated_at.to_owned());
    }
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// The text whose hash stands for the profile's own config.
fn default_config(profile: &str) -> String {
    format!(
        "{{\"config_name\":\"{profile}\",\"config_source\":\"{DEFAULT_CONFIG}\",\
         \"contract_version\":\"{profile}.feature_snapshot.v1\",\"strategy_profile\":\"{profile}\"}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_config_has_the_hash_that_the_pipelines_write() {
        // The hash that the cases made with the pipelines have.
        assert_eq!(
            sha256_of(&default_config("russell_1000_multi_factor_defensive")),
            "5cca5587981bf1cb87ec30fd598c20c4c3025ab3b8fe00d6859d1c456824e2b1"
        );
    }
}
