//! One file held against its profile: read, checked, and asked about by the rule.

use std::collections::BTreeSet;

use super::{BUILT, FileReport, MOST_ROWS_ASKED_ABOUT, Request, Verdict, folder, takes_none};
use crate::account::Account;
use crate::check::allowance;
use crate::check::day::candidates::Screening;
use crate::check::previous::{Changes, Comparison};
use crate::check::snapshot;
use crate::check::snapshot::Examination;
use crate::finding::{Code, Finding, Severity, any_error};
use crate::input::{FileKind, InputRecord};
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::pipeline::{self, Gathered, PipelineError};
use crate::profile::Profile;
use crate::profile::manifest::SnapshotContract;
use crate::strategy::Inputs;
use crate::strategy::trace::Trace;

/// The profile that files are held against, and what is wrong with its config.
pub(super) struct Subject {
    profile: Profile,
    contract: SnapshotContract,
    inputs: Vec<InputRecord>,
    findings: Vec<Finding>,
}

impl Subject {
    /// The profile that a request names, with the config in effect.
    pub(super) fn find(request: &Request) -> Result<Self, PipelineError> {
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
        Ok(Self { profile, contract, inputs: gathered.inputs, findings: gathered.findings })
    }

    /// Validates one file, held against an earlier one where there is one.
    pub(super) fn validate(&self, request: &Request, snapshot: &str, previous: Option<&str>) -> FileReport {
        let (profile, contract) = (&self.profile, &self.contract);
        let job = Job { request, snapshot: Some(snapshot), previous, profile, contract };
        job.report(self.inputs.clone(), self.findings.clone())
    }

    /// Validates the profile's snapshots of a folder in the order of their dates, each held against the one before.
    pub(super) fn validate_folder(&self, request: &Request, folder: &str) -> Vec<FileReport> {
        let files = match folder::of_profile(folder, &self.profile.manifest, &self.contract) {
            Ok(files) => files,
            Err(failed) => return vec![*failed],
        };
        let mut previous: Option<&str> = None;
        let mut reports = Vec::new();
        for file in &files {
            // A file that can't be read is neither compared nor compared with.
            let is_dated = file.as_of.is_some();
            reports.push(self.validate(request, &file.path, previous.filter(|_| is_dated)));
            previous = Some(file.path.as_str()).filter(|_| is_dated).or(previous);
        }
        reports
    }
}

/// One file to validate, and everything that it is held against.
struct Job<'a> {
    request: &'a Request,
    snapshot: Option<&'a str>,
    previous: Option<&'a str>,
    profile: &'a Profile,
    contract: &'a SnapshotContract,
}

/// Everything that `validate-snapshot` would find in a snapshot that has just been built, before it is written.
pub(crate) fn look_at_built(profile: &Profile, contract: &SnapshotContract, text: &str) -> Vec<Finding> {
    let job = Job { request: &Request::default(), snapshot: None, previous: None, profile, contract };
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
    /// The report on the file, after what was read and found before it.
    fn report(&self, mut inputs: Vec<InputRecord>, mut findings: Vec<Finding>) -> FileReport {
        let has_broken_config = any_error(&findings);
        let config_sha256 =
            inputs.iter().find(|input| input.kind == FileKind::Config).map(|input| input.sha256.clone());
        let examination = snapshot::examine(&snapshot::Request {
            snapshot: self.snapshot,
            manifest: self.request.manifest.as_deref(),
            requires_manifest: self.request.require_manifest,
            profile: &self.profile.manifest,
            strategy: &self.profile.strategy,
            config_file: self.request.config.as_deref(),
            config_sha256: config_sha256.as_deref(),
            as_of: self.request.as_of,
            calendar: None,
            most_rows: Some(MOST_ROWS_ASKED_ABOUT),
            keeps_all: self.request.keeps_all,
        });
        findings.extend(examination.findings.iter().cloned());
        inputs.extend(examination.inputs.iter().cloned());
        if examination.is_complete && !has_broken_config {
            let known: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
            let of_the_rule = self.ask_strategy(&examination).into_iter();
            findings.extend(of_the_rule.filter(|finding| !known.contains(&finding.code)));
        }
        let changes = self.compare(&examination, &mut inputs, &mut findings);
        let allowed = allowance::apply(&mut findings, &self.request.allow);
        findings.sort_by_key(|finding| finding.severity);
        FileReport {
            snapshot: self.snapshot.map(str::to_owned),
            profile: Some(self.profile.manifest.profile.to_string()),
            contract_version: Some(self.contract.contract_version.clone()),
            as_of: examination.columns.as_of,
            verdict: Verdict::of(&findings),
            findings,
            columns: examination.columns.summaries(),
            changes,
            allowed,
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
        let previous_file = self.previous?;
        match snapshot::read_columns(previous_file, self.contract) {
            Ok((previous, record)) => {
                inputs.push(record);
                let comparison = Comparison {
                    file: self.snapshot?,
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
