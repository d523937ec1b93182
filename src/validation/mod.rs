//! From a request to a report on snapshots: the way that `validate-snapshot` goes. The checks are those of
//! every decision; here they are all reported, and nothing is decided.

pub mod folder;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::account::Account;
use crate::check::allowance::raise_warnings;
use crate::check::day::candidates::Screening;
use crate::check::previous::{Changes, Comparison};
use crate::check::snapshot;
use crate::check::snapshot::Examination;
use crate::check::snapshot::columns::ColumnSummary;
use crate::finding::{self, Code, Finding, Severity, any_error};
use crate::input::{FileKind, InputRecord};
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::pipeline::{self, Gathered, PipelineError, UsageError, UsageProblem};
use crate::profile::Profile;
use crate::profile::catalog;
use crate::profile::manifest::{Manifest, SnapshotContract};
use crate::strategy::Inputs;
use crate::strategy::trace::Trace;

/// The name and version of the report's shape.
pub const SCHEMA: &str = "strat.validation.v1";

/// What is written in place of a profile for every snapshot of a folder.
pub const ALL: &str = "all";

/// What findings call a snapshot that has not been written yet.
const BUILT: &str = "the built snapshot";

/// A file with more rows than this is checked without asking the strategy for its candidates, so that it need
/// not be kept: it is many times what all US exchanges list.
const MOST_ROWS_ASKED_ABOUT: usize = 100_000;

/// What to validate: the flags, typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// A profile's key or alias, the path of a manifest of the user's own, or `all`.
    pub profile: String,
    /// `--snapshot`.
    pub snapshot: Option<String>,
    /// `--dir`, with `all`.
    pub directory: Option<String>,
    /// `--manifest`.
    pub manifest: Option<String>,
    /// `--require-manifest`.
    pub require_manifest: bool,
    /// `--previous`.
    pub previous: Option<String>,
    /// `--as-of`.
    pub as_of: Option<NaiveDate>,
    /// `--config`.
    pub config: Option<String>,
    /// `--set`, in order.
    pub settings: Vec<String>,
    /// `--strict`.
    pub is_strict: bool,
    /// `--allow`: with `--strict`, the codes of warnings that stay ones.
    pub allow: Vec<Code>,
}

/// Whether files are fit for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No error was found.
    Valid,
    /// An error was found.
    Invalid,
}

impl Verdict {
    fn of(findings: &[Finding]) -> Self {
        if any_error(findings) { Self::Invalid } else { Self::Valid }
    }

    /// The verdict as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
        }
    }
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The name and version of the report's shape.
    pub schema: &'static str,
    /// The version of this program.
    pub strat_version: &'static str,
    /// The decision date that the files were held against.
    pub as_of: Option<NaiveDate>,
    /// Whether all files are fit for a decision.
    pub verdict: Verdict,
    /// How many findings there are.
    pub counts: Counts,
    /// The files.
    pub files: Vec<FileReport>,
}

/// The report on one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// The snapshot, as the user named it; `None` when nobody named one.
    pub snapshot: Option<String>,
    /// The key of the profile that it is for; `None` where its name does not tell.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
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

    /// How many findings there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        counts.add(&self.findings);
        counts
    }
}

impl Report {
    fn new(as_of: Option<NaiveDate>, files: Vec<FileReport>) -> Self {
        let mut counts = Counts::default();
        files.iter().for_each(|file| counts.add(&file.findings));
        let verdict = if counts.errors == 0 { Verdict::Valid } else { Verdict::Invalid };
        Self { schema: SCHEMA, strat_version: env!("CARGO_PKG_VERSION"), as_of, verdict, counts, files }
    }
}

/// Validates what the request names.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract.
/// What is wrong with the files is the report.
pub fn run(request: &Request) -> Result<Report, PipelineError> {
    check_flags(request)?;
    let mut files = if is_all(request) { folder::validate(request)? } else { vec![validate_file(request)?] };
    if request.is_strict {
        files.iter_mut().for_each(|file| file.raise_warnings(&request.allow));
    }
    Ok(Report::new(request.as_of, files))
}

fn is_all(request: &Request) -> bool {
    request.profile.trim().eq_ignore_ascii_case(ALL)
}

/// Flags that would be passed over are refused.
fn check_flags(request: &Request) -> Result<(), UsageError> {
    let mut problems = Vec::new();
    let mut refuse = |message: String, hint: &str| {
        problems.push(UsageProblem { message, hint: Some(hint.to_owned()) });
    };
    if is_all(request) {
        if request.directory.is_none() {
            refuse(
                format!("`{ALL}` needs a folder"),
                "name the folder of the snapshots with `--dir DIR`, or one profile in place of `all`",
            );
        }
        let single = [
            ("--snapshot", request.snapshot.is_some()),
            ("--manifest", request.manifest.is_some()),
            ("--previous", request.previous.is_some()),
            ("--config", request.config.is_some()),
            ("--set", !request.settings.is_empty()),
        ];
        for (flag, _) in single.iter().filter(|(_, is_given)| *is_given) {
            refuse(
                format!("`{flag}` is about one file, `{ALL}` about a folder"),
                "name one profile, or leave it out",
            );
        }
    } else if request.directory.is_some() {
        refuse(
            "`--dir` needs `all` in place of a profile".to_owned(),
            "write `strat validate-snapshot all --dir DIR`",
        );
    }
    let named = [&request.snapshot, &request.manifest, &request.previous, &request.config];
    problems.extend(pipeline::standard_input_twice(named.into_iter().flatten()));
    if problems.is_empty() { Ok(()) } else { Err(UsageError { problems }) }
}

/// Validates the one file of a request.
fn validate_file(request: &Request) -> Result<FileReport, PipelineError> {
    let (manifest, profile_input) = pipeline::find_profile(&request.profile)?;
    let Some(contract) = manifest.snapshot.clone() else { return Err(takes_none(&manifest).into()) };
    let mut gathered = Gathered::default();
    gathered.inputs.extend(profile_input);
    let in_effect = pipeline::Request {
        config: request.config.clone(),
        settings: request.settings.clone(),
        ..pipeline::Request::default()
    };
    let profile = pipeline::effective_profile(&in_effect, manifest, &mut gathered)?;
    let job = Job { request, profile: &profile, contract: &contract };
    Ok(job.report(gathered))
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

/// One file to validate, and everything that it is held against.
struct Job<'a> {
    request: &'a Request,
    profile: &'a Profile,
    contract: &'a SnapshotContract,
}

/// Everything that `validate-snapshot` would find in a snapshot that has just been built, before it is written.
pub(crate) fn look_at_built(profile: &Profile, contract: &SnapshotContract, text: &str) -> Vec<Finding> {
    let job = Job { request: &Request::default(), profile, contract };
    let request = snapshot::Request::new(&profile.manifest, &profile.strategy);
    let examination = snapshot::examine_text(&request, contract, BUILT, text);
    let known: BTreeSet<Code> = examination.findings.iter().map(|finding| finding.code).collect();
    let of_the_rule = job.ask_strategy(&examination);
    let mut findings = examination.findings;
    findings.extend(of_the_rule.into_iter().filter(|finding| !known.contains(&finding.code)));
    findings.retain(|finding| finding.severity != Severity::Info);
    findings
}

impl Job<'_> {
    fn report(&self, gathered: Gathered) -> FileReport {
        let Gathered { mut inputs, mut findings, .. } = gathered;
        let has_broken_config = any_error(&findings);
        let config_sha256 =
            inputs.iter().find(|input| input.kind == FileKind::Config).map(|input| input.sha256.clone());
        let examination = snapshot::examine(&snapshot::Request {
            snapshot: self.request.snapshot.as_deref(),
            manifest: self.request.manifest.as_deref(),
            requires_manifest: self.request.require_manifest,
            profile: &self.profile.manifest,
            strategy: &self.profile.strategy,
            config_file: self.request.config.as_deref(),
            config_sha256: config_sha256.as_deref(),
            as_of: self.request.as_of,
            calendar: None,
            most_rows: Some(MOST_ROWS_ASKED_ABOUT),
        });
        findings.extend(examination.findings.iter().cloned());
        inputs.extend(examination.inputs.iter().cloned());
        if examination.is_complete && !has_broken_config {
            let known: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
            let of_the_rule = self.ask_strategy(&examination).into_iter();
            findings.extend(of_the_rule.filter(|finding| !known.contains(&finding.code)));
        }
        let changes = self.compare(&examination, &mut inputs, &mut findings);
        findings.sort_by_key(|finding| finding.severity);
        FileReport {
            snapshot: self.request.snapshot.clone(),
            profile: Some(self.profile.manifest.profile.to_string()),
            contract_version: Some(self.contract.contract_version.clone()),
            as_of: examination.columns.as_of,
            verdict: Verdict::of(&findings),
            findings,
            columns: examination.columns.summaries(),
            changes,
            inputs,
        }
    }

    /// Has the strategy decide on the snapshot alone, without account and date, for the count of its candidates
    /// and what only the rule can see. A strategy that also needs prices is not asked.
    fn ask_strategy(&self, examination: &Examination) -> Vec<Finding> {
        let Some(snapshot) = &examination.snapshot else { return Vec::new() };
        if self.profile.strategy.facts().takes_prices() {
            return Vec::new();
        }
        let (calendar, market, account) = (Calendar::default(), Market::new(), Account::default());
        let inputs = Inputs { snapshot: Some(snapshot), ..Inputs::new(&calendar, &market, &account) };
        match self.profile.strategy.decide(inputs, &mut Trace::silent()) {
            Ok(outcome) => {
                let screening = Screening { profile: self.profile, inputs, snapshot, outcome: &outcome };
                let found = screening.examine();
                outcome.findings.into_iter().chain(found).collect()
            }
            Err(refusals) => refusals,
        }
    }

    /// Compares with the earlier file, where one was named.
    fn compare(
        &self,
        examination: &Examination,
        inputs: &mut Vec<InputRecord>,
        findings: &mut Vec<Finding>,
    ) -> Option<Changes> {
        let previous_file = self.request.previous.as_deref()?;
        match snapshot::read_columns(previous_file, self.contract) {
            Ok((previous, record)) => {
                inputs.push(record);
                let comparison = Comparison {
                    file: self.request.snapshot.as_deref()?,
                    now: &examination.columns,
                    previous_file,
                    previous: &previous,
                };
                let (changes, found) = comparison.examine();
                findings.extend(found);
                Some(changes)
            }
            Err(found) => {
                findings.extend(found);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
