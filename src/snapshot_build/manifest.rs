//! The sidecar manifest of a built snapshot.

use serde_json::{Value, json};

use super::Built;
use crate::digest::sha256_of;
use crate::input::FileKind;
use crate::profile::manifest::Manifest;

/// The kind of the manifest.
const MANIFEST_TYPE: &str = "feature_snapshot";

/// The program that built the snapshot.
const SOURCE_PROJECT: &str = "strat";

/// Where the config comes from if no file was named.
const DEFAULT_CONFIG: &str = "strategy_manifest_default";

/// The files whose hash the manifest names.
const NAMED_INPUTS: [FileKind; 3] = [FileKind::Prices, FileKind::Universe, FileKind::ProductMap];

/// Writes the manifest of a build: JSON, two spaces, keys sorted. The path is that of the snapshot as given.
///
/// # Errors
/// When it can't be written as JSON.
pub fn to_json(built: &Built, snapshot_path: &str, generated_at: Option<&str>) -> serde_json::Result<String> {
    let Manifest { profile, snapshot: contract, .. } = &built.profile.manifest;
    let profile = profile.as_str();
    let config = built.report.inputs.iter().find(|input| input.kind == FileKind::Config);
    let (config_path, config_sha256) = match config {
        Some(input) => (input.path.as_str(), input.sha256.clone()),
        None => (DEFAULT_CONFIG, sha256_of(&default_config(profile))),
    };
    let inputs = built.report.inputs.iter().filter(|input| NAMED_INPUTS.contains(&input.kind));
    let inputs: Vec<Value> = inputs
        .map(|input| json!({"kind": input.kind.as_str(), "path": input.path, "sha256": input.sha256}))
        .collect();
    let mut manifest = json!({
        "manifest_type": MANIFEST_TYPE,
        "contract_version": contract.as_ref().map(|contract| &contract.contract_version),
        "strategy_profile": profile,
        "config_name": profile,
        "config_path": config_path,
        "config_sha256": config_sha256,
        "snapshot_path": snapshot_path,
        "snapshot_sha256": built.report.snapshot_sha256,
        "snapshot_as_of": built.report.as_of,
        "row_count": built.report.rows,
        "source_project": SOURCE_PROJECT,
        "inputs": inputs,
        "parameters": built.parameters,
    });
    if let Some(price_as_of) = built.price_as_of {
        manifest["price_as_of"] = json!(price_as_of);
    }
    if let Some(generated_at) = generated_at {
        manifest["generated_at"] = json!(generated_at);
    }
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// The text whose hash stands for the profile's own config.
fn default_config(profile: &str) -> String {
    json!({
        "config_name": profile,
        "config_source": DEFAULT_CONFIG,
        "contract_version": format!("{profile}.feature_snapshot.v1"),
        "strategy_profile": profile,
    })
    .to_string()
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
