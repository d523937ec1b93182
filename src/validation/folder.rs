//! Every snapshot of a folder, found by its name.

use std::path::Path;
use std::{fs, io};

use super::{FileReport, Request, Verdict, validate_file};
use crate::finding::{Code, Finding, Severity};
use crate::input::source;
use crate::pipeline::PipelineError;
use crate::profile::catalog;

/// What follows a profile's key or alias in the name of a snapshot; the case of a name is free.
const NAME_ENDS: [&str; 2] = ["_feature_snapshot_latest.csv", "_feature_snapshot_latest.csv.gz"];

/// Profiles that decide on prices alone and for which publishers write snapshots all the same.
const IGNORED_PROFILES: [&str; 1] = ["global_etf_rotation"];

/// Validates every file of the folder that is named `<profile>_feature_snapshot_latest.csv` or `.csv.gz`, in
/// the order of the names, each with the manifest beside it. A built-in profile's key or alias may stand for
/// it; other files are passed over.
///
/// # Errors
/// When the program breaks its own contract.
pub(super) fn validate(request: &Request) -> Result<Vec<FileReport>, PipelineError> {
    let folder = request.directory.as_deref().unwrap_or_default();
    let names = match names(folder) {
        Ok(names) => names,
        Err(error) => return Ok(vec![failed(folder, None, unreadable(folder, reason(&error)))]),
    };
    if names.is_empty() {
        return Ok(vec![failed(folder, None, without_snapshots(folder))]);
    }
    names.iter().map(|name| validate_named(request, folder, name)).collect()
}

fn names(folder: &str) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if profile_part(&name).is_some() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The part of a snapshot's name that stands for the profile, in lower case; `None` of another file's name.
fn profile_part(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    NAME_ENDS.iter().find_map(|end| name.strip_suffix(end).map(str::to_owned))
}

fn validate_named(request: &Request, folder: &str, name: &str) -> Result<FileReport, PipelineError> {
    let path = Path::new(folder).join(name).to_string_lossy().into_owned();
    let profile = profile_part(name).unwrap_or_default();
    match catalog::find(&profile) {
        Ok(manifest) if manifest.snapshot.is_some() => {
            validate_file(&Request { profile, snapshot: Some(path), directory: None, ..request.clone() })
        }
        Ok(manifest) => {
            let message = format!("profile `{}` takes no feature snapshot", manifest.profile);
            let mut finding = Finding::new(Code::UnknownSnapshotProfile, message)
                .hint("remove the file from the folder, or name it after the profile that it is for");
            // Publishers write one for this profile, which no program reads.
            if IGNORED_PROFILES.contains(&manifest.profile.as_str()) {
                finding = finding.severity(Severity::Info);
            }
            Ok(failed(&path, Some(manifest.profile.to_string()), finding.file(&path).observed(profile)))
        }
        Err(error) => {
            let mut finding = Finding::new(Code::UnknownSnapshotProfile, "no built-in profile is called so");
            finding.hint = error.hint();
            Ok(failed(
                &path,
                None,
                finding.file(&path).observed(profile).expected("a profile's key or alias"),
            ))
        }
    }
}

/// The report on what could not be looked into.
fn failed(path: &str, profile: Option<String>, finding: Finding) -> FileReport {
    FileReport {
        snapshot: Some(path.to_owned()),
        profile,
        contract_version: None,
        as_of: None,
        verdict: Verdict::of(std::slice::from_ref(&finding)),
        findings: vec![finding],
        columns: Vec::new(),
        changes: None,
        inputs: Vec::new(),
    }
}

/// The system's words, where it speaks of a folder.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::NotADirectory => "it is a file, not a folder".to_owned(),
        _ => source::describe(error),
    }
}

fn unreadable(folder: &str, reason: String) -> Finding {
    Finding::new(Code::FeatureSnapshotMissing, format!("the folder can't be read: {reason}"))
        .file(folder)
        .hint("name the folder of the snapshots with `--dir DIR`; a path that is not absolute starts at the current folder")
}

fn without_snapshots(folder: &str) -> Finding {
    Finding::new(Code::FeatureSnapshotMissing, "no file of the folder is named like a snapshot")
        .file(folder)
        .expected("`<profile>_feature_snapshot_latest.csv`, or the same with `.gz`")
        .hint("name the folder that the snapshots are published to")
}
