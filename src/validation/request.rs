//! What to validate: the flags, and which of them go together.

use chrono::NaiveDate;
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::finding::Code;
use crate::flag::{as_of, not_empty};
use crate::input::{FileKind, sidecar};
use crate::pipeline::{self, NamedInput, UsageError};
use crate::serial::is_default;
use crate::suggestion::Problem;

/// What is written in place of a profile for every snapshot of a folder.
pub const ALL: &str = "all";

/// What to validate. A report keeps the flags by their names, those that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Request {
    /// A profile's key or alias in any case, the path of a profile manifest of your own, or `all`
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// Feature snapshots: CSV, one row per symbol; `-` is standard input
    #[arg(value_name = "FILE", value_parser = not_empty())]
    #[serde(skip_serializing_if = "is_default")]
    pub snapshots: Vec<String>,
    /// The folder of the snapshots: every CSV of the profile in the order of the dates, each compared with the one
    /// before; with `all` the newest of each profile
    #[arg(long = "dir", value_name = "DIR", value_parser = not_empty())]
    #[serde(rename = "dir", skip_serializing_if = "is_default")]
    pub directory: Option<String>,
    /// The snapshot's sidecar manifest [default: SNAPSHOT.manifest.json where it exists]
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty())]
    #[serde(skip_serializing_if = "is_default")]
    pub manifest: Option<String>,
    /// Report a missing sidecar manifest as an error
    #[arg(long, hide_short_help = true)]
    #[serde(skip_serializing_if = "is_default")]
    pub require_manifest: bool,
    /// The snapshot before this one: what has changed since is reported too
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty())]
    #[serde(skip_serializing_if = "is_default")]
    pub previous: Option<String>,
    /// The decision date, for the age of the snapshot; a time with a zone means its New York date
    #[arg(long, value_name = "DATE", value_parser = as_of)]
    #[serde(skip_serializing_if = "is_default")]
    pub as_of: Option<NaiveDate>,
    /// Config overrides: a JSON object of config keys
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty())]
    #[serde(skip_serializing_if = "is_default")]
    pub config: Option<String>,
    /// One config override; VALUE is JSON, else text; may be given again, the last wins
    #[arg(long = "set", value_name = "KEY=VALUE")]
    #[serde(rename = "set", skip_serializing_if = "is_default")]
    pub settings: Vec<String>,
    /// Turn an error into a warning (`strat explain --codes` shows which can), or with `--strict` leave a warning a warning; may be given again
    #[arg(long, value_name = "CODE")]
    #[serde(skip_serializing_if = "is_default")]
    pub allow: Vec<Code>,
    /// Report any warning as an error, except those whose code `--allow` names
    #[arg(long = "strict", hide_short_help = true)]
    #[serde(rename = "strict", skip_serializing_if = "is_default")]
    pub is_strict: bool,
    /// Print every finding; without it the table has at most 60 lines, and JSON the first hundred of a code
    #[arg(long = "all", hide_short_help = true)]
    #[serde(rename = "all", skip_serializing_if = "is_default")]
    pub keeps_all: bool,
}

/// The ends of the names of data files.
const DATA_ENDS: [&str; 3] = [".csv", ".csv.gz", ".gz"];

/// Refuses what can't be carried out as it was asked for.
pub(super) fn check_flags(request: &Request) -> Result<(), UsageError> {
    let mut problems = if is_all(request) { about_all(request) } else { about_files(request) };
    problems.extend(pipeline::standard_input_twice(&named_inputs(request)));
    problems.extend(pipeline::allowed_in_vain(&request.allow, request.is_strict));
    UsageError::refuse(problems)
}

pub(super) fn is_all(request: &Request) -> bool {
    request.profile.trim().eq_ignore_ascii_case(ALL)
}

/// `all` takes every profile's newest file from one folder.
fn about_all(request: &Request) -> Vec<Problem> {
    let mut problems = Vec::new();
    if request.directory.is_none() {
        problems.push(Problem::new(
            format!("`{ALL}` needs a folder"),
            "name the folder of the snapshots with `--dir DIR`, or one profile instead of `all`",
        ));
    }
    let single = [
        ("FILE", !request.snapshots.is_empty()),
        ("--manifest", request.manifest.is_some()),
        ("--previous", request.previous.is_some()),
        ("--config", request.config.is_some()),
        ("--set", !request.settings.is_empty()),
    ];
    for (flag, _) in single.into_iter().filter(|(_, is_given)| *is_given) {
        problems.push(Problem::new(
            format!("`{flag}` is for one profile, `{ALL}` is for a folder of several"),
            format!("name one profile, or leave `{flag}` out"),
        ));
    }
    problems
}

fn about_files(request: &Request) -> Vec<Problem> {
    if DATA_ENDS.iter().any(|end| request.profile.to_lowercase().ends_with(end)) {
        return vec![Problem::new(
            format!("`{}` is where the profile is expected", request.profile),
            format!(
                "write `strat validate-snapshot PROFILE {}`; `strat list` shows the profiles",
                request.profile
            ),
        )];
    }
    let mut problems = Vec::new();
    if request.directory.is_none() && request.snapshots.is_empty() {
        problems.push(Problem::new(
            "no snapshot was named",
            "name the files as in `strat validate-snapshot PROFILE FILE...`, or their folder with `--dir DIR`",
        ));
    }
    if request.directory.is_some() && !request.snapshots.is_empty() {
        problems.push(Problem::new("`--dir` and files were both named", "name the folder or the files"));
    }
    if request.directory.is_some() || request.snapshots.len() > 1 {
        let single = [("--manifest", &request.manifest), ("--previous", &request.previous)];
        for (flag, _) in single.into_iter().filter(|(_, file)| file.is_some()) {
            problems.push(Problem::new(
                format!("`{flag}` is for one snapshot, and several were named"),
                match flag {
                    "--manifest" => "leave it out: the manifest beside each file is read",
                    _ => "leave it out; with `--dir` each snapshot is compared with the one before it",
                },
            ));
        }
    }
    problems
}

/// Every file that a request names, and the manifests beside the snapshots.
pub(crate) fn named_inputs(request: &Request) -> Vec<NamedInput> {
    let mut named = request.clone();
    let files = files_mut(&mut named).into_iter();
    let mut inputs: Vec<NamedInput> = files
        .map(|(kind, path)| match kind {
            FileKind::Snapshot => NamedInput { what: "the snapshot".to_owned(), path: path.clone() },
            _ => NamedInput::of_kind(kind, path),
        })
        .collect();
    let what = || "the manifest beside a snapshot".to_owned();
    let beside = request.snapshots.iter().filter_map(|path| sidecar::find_beside(path));
    inputs.extend(beside.map(|path| NamedInput { what: what(), path }));
    inputs
}

/// The paths of files that a request names, each with what is there, in the order in which the files of one kind are
/// read. A folder of snapshots is none of them.
pub(crate) fn files_mut(request: &mut Request) -> Vec<(FileKind, &mut String)> {
    let mut files: Vec<(FileKind, &mut String)> = Vec::new();
    if pipeline::is_path(&request.profile) {
        files.push((FileKind::Profile, &mut request.profile));
    }
    files.extend(request.snapshots.iter_mut().map(|path| (FileKind::Snapshot, path)));
    let single = [
        (FileKind::Manifest, request.manifest.as_mut()),
        (FileKind::Previous, request.previous.as_mut()),
        (FileKind::Config, request.config.as_mut()),
    ];
    files.extend(single.into_iter().filter_map(|(kind, path)| Some((kind, path?))));
    files
}

/// The manifests that are read although no flag names them: those beside the snapshots.
pub(crate) fn sidecars_of(request: &Request) -> Vec<String> {
    let snapshots = request.snapshots.iter().filter(|_| request.manifest.is_none());
    snapshots.filter_map(|path| sidecar::find_beside(path)).collect()
}
