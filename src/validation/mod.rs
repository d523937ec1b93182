//! From a request to a report on snapshots: the way that `validate-snapshot` goes. The checks are those of
//! every decision; here they are all reported, and nothing is decided.

pub(crate) mod folder;
mod job;
mod request;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::check::allowance::raise_warnings;
use crate::check::previous::Changes;
use crate::check::snapshot::columns::ColumnSummary;
use crate::finding::cause::{self, Cause};
use crate::finding::{self, Code, Finding, Findings, Severity, any_error};
use crate::input::source::STANDARD_INPUT;
use crate::input::{FileKind, InputRecord};
use crate::pipeline::{PipelineError, UsageError};
use crate::profile::catalog;
use crate::profile::manifest::{Manifest, SnapshotContract};
use crate::symbol::Symbol;
use crate::words::words;
use job::Subject;
pub(crate) use job::look_at_built;
pub use request::Request;
use request::{check_flags, is_all};
pub(crate) use request::{files_mut, named_inputs, sidecars_of};

/// The name and version of the report's shape.
pub const SCHEMA: &str = "strat.validation.v1";

/// What findings call a snapshot that has not been written yet.
const BUILT: &str = "the built snapshot";

/// A file with more rows than this is checked without asking the strategy for its candidates, so that it need
/// not be kept: it is many times what all US exchanges list.
const MOST_ROWS_ASKED_ABOUT: usize = 100_000;

words! {
    /// Whether files are fit for a decision.
    Verdict, "verdict":
    /// No error was found.
    Valid = "valid",
    /// An error was found.
    Invalid = "invalid",
}

impl Verdict {
    fn of(findings: &[Finding]) -> Self {
        if any_error(findings) { Self::Invalid } else { Self::Valid }
    }
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// The errors.
    pub errors: u64,
    /// The warnings.
    pub warnings: u64,
    /// What is merely worth knowing.
    pub infos: u64,
}

impl Counts {
    fn add(&mut self, findings: &[Finding]) {
        self.errors += finding::count(findings, Severity::Error);
        self.warnings += finding::count(findings, Severity::Warning);
        self.infos += finding::count(findings, Severity::Info);
    }
}

/// The report on one or several files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The name and version of the report's shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: Cow<'static, str>,
    /// The version of this program.
    pub strat_version: Cow<'static, str>,
    /// The decision date that the files were held against.
    pub as_of: Option<NaiveDate>,
    /// Whether all files are fit for a decision.
    pub verdict: Verdict,
    /// How many findings there are.
    pub counts: Counts,
    /// The causes of the errors and warnings of all files, most grave first.
    pub causes: Vec<CauseRecord>,
    /// The files.
    pub files: Vec<FileReport>,
    /// The flags that the report was made with; `null` in a report of an older strat.
    #[serde(default)]
    pub request: Option<Request>,
    /// Whether a file that was named is not there.
    #[serde(skip)]
    pub lacks_a_file: bool,
}

/// Findings that have one cause, counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CauseRecord {
    /// What is wrong, as a stable word.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The file as the user named it; `null` where no file is to blame.
    pub file: Option<String>,
    /// The columns that it is about, each once.
    pub columns: Vec<String>,
    /// How many lines of the file it is on; `null` where it is on none.
    pub rows: Option<u64>,
    /// How many findings there are, also those that `findings` leaves out.
    pub total: u64,
    /// The first of its lines; `null` where it is on none.
    pub first_line: Option<u64>,
    /// The symbols that it is about, each once, as far as `findings` names them.
    pub symbols: Vec<Symbol>,
}

impl CauseRecord {
    fn new(cause: &Cause<'_>) -> Self {
        let first_line = cause.lines.first();
        Self {
            code: cause.first.code,
            severity: cause.severity(),
            file: cause.first.file.clone(),
            columns: cause.columns(),
            rows: first_line.map(|_| cause.lines.count()),
            total: cause.total,
            first_line,
            symbols: cause.symbols().into_iter().cloned().collect(),
        }
    }
}

/// The report on one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileReport {
    /// The snapshot, as the user named it; `null` if none was named.
    pub snapshot: Option<String>,
    /// The key of the profile that it is for; `null` where its name does not tell.
    pub profile: Option<String>,
    /// The contract that it was held against.
    pub contract_version: Option<String>,
    /// The newest date of its rows.
    pub as_of: Option<NaiveDate>,
    /// Whether it is fit for a decision.
    pub verdict: Verdict,
    /// What was found, errors first, then warnings.
    pub findings: Vec<Finding>,
    /// The columns in the order of the contract.
    pub columns: Vec<ColumnSummary>,
    /// What has changed since the earlier file, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// The errors that the user allowed, which stand among the findings as warnings.
    pub allowed: Vec<Code>,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
}

impl FileReport {
    /// The record of a kind of file, where one was read.
    pub fn input(&self, kind: FileKind) -> Option<&InputRecord> {
        self.inputs.iter().find(|input| input.kind == kind)
    }

    /// Turns warnings into errors, but for those of the codes that are allowed.
    fn raise_warnings(&mut self, allow: &[Code]) {
        raise_warnings(&mut self.findings, allow);
        self.findings.sort_by_key(|finding| finding.severity);
        self.verdict = Verdict::of(&self.findings);
    }
}

impl Report {
    fn new(request: &Request, mut files: Vec<FileReport>) -> Self {
        let mut counts = Counts::default();
        for file in &mut files {
            counts.add(&file.findings);
            finding::name_hints(&mut file.findings);
        }
        let mut report = Self {
            schema: SCHEMA.into(),
            strat_version: env!("CARGO_PKG_VERSION").into(),
            as_of: request.as_of,
            verdict: if counts.errors == 0 { Verdict::Valid } else { Verdict::Invalid },
            counts,
            causes: Vec::new(),
            files,
            request: Some(request.clone()),
            lacks_a_file: lacks_a_file(request),
        };
        report.causes = report.causes().iter().map(CauseRecord::new).collect();
        report
    }

    /// Whether some of its findings were only counted.
    pub fn is_limited(&self) -> bool {
        self.files.iter().flat_map(|file| &file.findings).any(|finding| finding.counts.is_some())
    }

    /// The same with at most the first hundred findings of a code, the others only counted: what a report has that was made
    /// without `--all`.
    #[must_use]
    pub fn limited(mut self) -> Self {
        if !self.is_limited() {
            for file in &mut self.files {
                let all: Findings = std::mem::take(&mut file.findings).into_iter().collect();
                file.findings = all.into_vec();
                file.findings.sort_by_key(|finding| finding.severity);
            }
        }
        self
    }

    /// The causes of all files, most grave first, then those with the most findings. What a file shares with the ones
    /// before it, such as a broken config, counts once.
    pub fn causes(&self) -> Vec<Cause<'_>> {
        let mut all: Vec<Cause<'_>> = Vec::new();
        for file in &self.files {
            let is_known = |cause: &Cause<'_>| {
                cause.first.file != file.snapshot && all.iter().any(|known| known.first == cause.first)
            };
            let new: Vec<Cause<'_>> =
                cause::causes(&file.findings).into_iter().filter(|cause| !is_known(cause)).collect();
            all.extend(new);
        }
        all.sort_by_key(|cause| (cause.severity(), Reverse(cause.total)));
        all
    }
}

/// Validates what the request names.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract.
/// What is wrong with the files is the report.
pub fn run(request: &Request) -> Result<Report, PipelineError> {
    check_flags(request)?;
    let mut files = match &request.directory {
        Some(folder) if is_all(request) => folder::validate_all(request, folder)?,
        Some(folder) => Subject::find(request)?.validate_folder(request, folder),
        None => {
            let subject = Subject::find(request)?;
            let previous = request.previous.as_deref();
            request.snapshots.iter().map(|file| subject.validate(request, file, previous)).collect()
        }
    };
    if request.is_strict {
        files.iter_mut().for_each(|file| file.raise_warnings(&request.allow));
    }
    Ok(Report::new(request, files))
}

/// Whether a file or folder that was named is not there.
fn lacks_a_file(request: &Request) -> bool {
    let single = [&request.directory, &request.manifest, &request.previous, &request.config];
    let named = request.snapshots.iter().chain(single.into_iter().flatten());
    named.into_iter().any(|path| path != STANDARD_INPUT && !Path::new(path).exists())
}

/// The contract of a profile's snapshot.
///
/// # Errors
/// When the profile takes none.
pub(crate) fn contract_of(profile: &Manifest) -> Result<&SnapshotContract, UsageError> {
    profile.snapshot.as_ref().ok_or_else(|| takes_none(profile))
}

/// The usage error of a profile that takes no snapshot.
pub(crate) fn takes_none(profile: &Manifest) -> UsageError {
    let takers: Vec<&str> = catalog::keys()
        .filter(|key| catalog::find(key).is_ok_and(|manifest| manifest.snapshot.is_some()))
        .collect();
    UsageError::new(
        format!("profile `{}` takes no feature snapshot", profile.profile),
        format!("those that do: {}", takers.join(", ")),
    )
}

#[cfg(test)]
mod tests;
