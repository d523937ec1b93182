//! What the package asks of the machine that builds it.

use std::process::Command;

use serde_json::Value;

fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap()).collect()
}

/// Clippy's `incompatible_msrv` holds the standard library to `rust-version`; this holds the dependencies to it.
#[cfg(target_os = "linux")]
#[test]
fn no_dependency_needs_a_newer_compiler() {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "{}", packages.len());
    let own = version(env!("CARGO_PKG_RUST_VERSION"));
    let needs = |package: &&Value| package["rust_version"].as_str().is_some_and(|text| version(text) > own);
    let newer: Vec<&Value> = packages.iter().filter(needs).map(|package| &package["id"]).collect();
    assert!(newer.is_empty(), "{newer:?}");
}
