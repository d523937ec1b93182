//! A report on snapshots proved: the files checked again with the flags that it names.

use super::locate::{Paths, Search};
use super::proof::{Proof, Whereabouts, compare_inputs, compare_keys};
use crate::decision::ContractViolation;
use crate::finding::Finding;
use crate::input::{FileKind, InputRecord};
use crate::pipeline::PipelineError;
use crate::validation::{self, Report, Request};

/// The keys that are compared where another version of the program wrote the report; with the same one all are.
const OF_EVERY_VERSION: [&str; 3] = ["verdict", "files", "as_of"];

/// The keys that are about the run and not the files.
const ABOUT_THE_RUN: [&str; 2] = ["strat_version", "request"];

/// Validates again the files that a report names, and compares. `path` is the report's own.
///
/// # Errors
/// When the program breaks its own contract.
pub fn prove(report: &Report, path: &str, files: &Whereabouts) -> Result<Proof, ContractViolation> {
    let Some(request) = &report.request else {
        return Ok(Proof::without_request(&report.strat_version, path));
    };
    let (request, paths) = match locate(request, report, files) {
        Ok(located) => located,
        Err(obstacles) => return Ok(Proof { obstacles, differences: Vec::new() }),
    };
    let found = match validation::run(&request) {
        Ok(found) => paths.under_recorded(found)?,
        Err(PipelineError::Usage(error)) => return Ok(Proof::refused(&error, path)),
        Err(PipelineError::Profile(obstacles)) => return Ok(Proof { obstacles, differences: Vec::new() }),
        Err(PipelineError::Contract(violation)) => return Err(violation),
    };
    let inputs = |report: &Report| -> Vec<InputRecord> {
        report.files.iter().flat_map(|file| file.inputs.iter().cloned()).collect()
    };
    let obstacles = compare_inputs(&inputs(report), &inputs(&found), &paths);
    let is_same_version = report.strat_version == found.strat_version;
    let differences = compare_keys(report, &found, |key| {
        if is_same_version { !ABOUT_THE_RUN.contains(&key) } else { OF_EVERY_VERSION.contains(&key) }
    })?;
    Ok(Proof { obstacles, differences })
}

/// The request with the paths of the files as they lie now.
fn locate(request: &Request, report: &Report, files: &Whereabouts) -> Result<(Request, Paths), Vec<Finding>> {
    let mut request = request.clone();
    let mut search = Search::new(files);
    for (kind, path) in validation::files_mut(&mut request) {
        search.place(kind, path);
    }
    if let Some(folder) = request.directory.as_mut() {
        search.place_folder(folder);
    }
    if request.manifest.is_none() {
        let recorded = report.files.iter().find_map(|file| file.input(FileKind::Manifest));
        request.manifest = search.named_sidecar(recorded);
    }
    for beside in validation::sidecars_of(&request) {
        search.check_sidecar(&beside);
    }
    Ok((request, search.found()?))
}
