//! The snapshots of a folder: the newest of every profile, found by their names, or all of one profile in the order
//! of their dates.

use std::path::Path;
use std::{fs, io};

use chrono::NaiveDate;

use super::{FileReport, Request, Subject, Verdict};
use crate::check::snapshot;
use crate::finding::{Code, Finding, Severity};
use crate::input::source;
use crate::pipeline::PipelineError;
use crate::profile::catalog;
use crate::profile::manifest::{Manifest, SnapshotContract};

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
pub(super) fn validate_all(request: &Request, folder: &str) -> Result<Vec<FileReport>, PipelineError> {
    let names = match names(folder, |name| profile_part(name).is_some()) {
        Ok(names) => names,
        Err(error) => return Ok(vec![failed(folder, None, unreadable(folder, reason(&error)))]),
    };
    if names.is_empty() {
        let expected = "`<profile>_feature_snapshot_latest.csv`, or the same with `.gz`";
        let finding = without_snapshots(folder, "no file of the folder is named like a snapshot", expected);
        return Ok(vec![failed(folder, None, finding)]);
    }
    names.iter().map(|name| validate_named(request, folder, name)).collect()
}

/// One snapshot of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DatedFile {
    /// The newest date of its rows; `None` where it can't be read.
    pub as_of: Option<NaiveDate>,
    /// Its path.
    pub path: String,
}

/// A profile's snapshots of a folder in the order of their dates, then of their names; those that can't be read come
/// last. Every CSV is one, unless its name begins with that of another profile.
///
/// # Errors
/// The report on a folder that can't be read, or has no such file.
pub(super) fn of_profile(
    folder: &str,
    profile: &Manifest,
    contract: &SnapshotContract,
) -> Result<Vec<DatedFile>, Box<FileReport>> {
    let fail = |finding| Box::new(failed(folder, Some(profile.profile.to_string()), finding));
    let names = names(folder, |name| is_csv(name) && !is_of_another(name, profile))
        .map_err(|error| fail(unreadable(folder, reason(&error))))?;
    if names.is_empty() {
        let message = "the folder has no snapshot of the profile";
        return Err(fail(without_snapshots(folder, message, "files named `*.csv` or `*.csv.gz`")));
    }
    let dated = |name: &String| {
        let path = Path::new(folder).join(name).to_string_lossy().into_owned();
        let as_of = snapshot::read_columns(&path, contract).ok().and_then(|(columns, _)| columns.as_of);
        DatedFile { as_of, path }
    };
    let mut files: Vec<DatedFile> = names.iter().map(dated).collect();
    files.sort_by(|one, other| {
        (one.as_of.is_none(), one.as_of, &one.path).cmp(&(other.as_of.is_none(), other.as_of, &other.path))
    });
    Ok(files)
}

fn is_csv(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

/// Whether the longest profile's key or alias that a name begins with is another profile's.
fn is_of_another(name: &str, profile: &Manifest) -> bool {
    let name = name.to_lowercase();
    let names = catalog::names();
    let longest =
        names.iter().filter(|known| name.starts_with(known.as_str())).max_by_key(|known| known.len());
    longest.and_then(|known| catalog::find(known).ok()).is_some_and(|other| other.profile != profile.profile)
}

fn names(folder: &str, is_wanted: impl Fn(&str) -> bool) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if is_wanted(&name) {
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
            Ok(Subject::find(&Request { profile, ..request.clone() })?.validate(request, &path, None))
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
        Err(problem) => {
            let mut finding = Finding::new(Code::UnknownSnapshotProfile, "no built-in profile has this name");
            finding.hint = problem.hint;
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
        allowed: Vec::new(),
        inputs: Vec::new(),
    }
}

/// The system's words, where it speaks of a folder.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::NotADirectory => "it is a file, not a folder".to_owned(),
        _ => source::describe(error).0,
    }
}

fn unreadable(folder: &str, reason: String) -> Finding {
    Finding::new(Code::FeatureSnapshotMissing, format!("the folder can't be read: {reason}"))
        .file(folder)
        .hint("name the folder of the snapshots with `--dir DIR`; a path that is not absolute starts at the current folder")
}

fn without_snapshots(folder: &str, message: &str, expected: &str) -> Finding {
    Finding::new(Code::FeatureSnapshotMissing, message)
        .file(folder)
        .expected(expected)
        .hint("name the folder that the snapshots are published to")
}
