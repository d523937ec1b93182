//! What goes together in a request: flags that would be ignored are refused.

use super::{ALL, Request, is_all};
use crate::input::{FileKind, sidecar};
use crate::pipeline::{self, NamedInput, UsageError};
use crate::suggestion::Problem;

/// The ends of the names of data files.
const DATA_ENDS: [&str; 3] = [".csv", ".csv.gz", ".gz"];

/// Refuses what can't be carried out as it was asked for.
pub(super) fn check_flags(request: &Request) -> Result<(), UsageError> {
    let mut problems = if is_all(request) { about_all(request) } else { about_files(request) };
    problems.extend(pipeline::standard_input_twice(&named_inputs(request)));
    problems.extend(pipeline::allowed_in_vain(&request.allow, request.is_strict));
    UsageError::refuse(problems)
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
