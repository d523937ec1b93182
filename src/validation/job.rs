//! One file held against its profile: read, checked, and asked about by the rule.

use std::collections::BTreeSet;

use super::{BUILT, FileReport, MOST_ROWS_ASKED_ABOUT, Request, Verdict, contract_of, folder};
use crate::account::Account;
use crate::check::allowance;
use crate::check::day::candidates;
use crate::check::previous::Comparison;
use crate::check::snapshot;
use crate::finding::{Code, Finding, Severity, any_error};
use crate::input::FileKind;
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::market::snapshot::Snapshot;
use crate::pipeline::{self, Gathered, PipelineError};
use crate::profile::Profile;
use crate::profile::manifest::SnapshotContract;
use crate::strategy::Inputs;
use crate::strategy::trace::Trace;

/// The profile that files are held against, and what is wrong with its config.
pub(super) struct Subject {
    profile: Profile,
    contract: SnapshotContract,
    gathered: Gathered,
}

impl Subject {
    /// The profile that a request names, with the config in effect.
    pub(super) fn find(request: &Request) -> Result<Self, PipelineError> {
        let Request { profile, config, settings, .. } = request;
        let takes_one = |manifest: &_| contract_of(manifest).map(drop);
        let (profile, gathered) = pipeline::resolve(profile, config.as_deref(), settings, takes_one)?;
        let contract = contract_of(&profile.manifest)?.clone();
        Ok(Self { profile, contract, gathered })
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

    /// Validates one file, held against an earlier one where there is one.
    pub(super) fn validate(&self, request: &Request, file: &str, previous: Option<&str>) -> FileReport {
        let Gathered { mut inputs, mut findings, .. } = self.gathered.clone();
        let has_broken_config = any_error(&findings);
        let config_sha256 =
            inputs.iter().find(|input| input.kind == FileKind::Config).map(|input| input.sha256.clone());
        let examination = snapshot::examine(&snapshot::Request {
            snapshot: Some(file),
            manifest: request.manifest.as_deref(),
            requires_manifest: request.require_manifest,
            config_file: request.config.as_deref(),
            config_sha256: config_sha256.as_deref(),
            as_of: request.as_of,
            most_rows: Some(MOST_ROWS_ASKED_ABOUT),
            keeps_all: request.keeps_all,
            ..snapshot::Request::new(&self.profile.manifest, &self.profile.strategy)
        });
        findings.extend(examination.findings.iter().cloned());
        inputs.extend(examination.inputs.iter().cloned());
        if examination.is_complete && !has_broken_config {
            ask_strategy(&self.profile, examination.snapshot.as_ref(), &mut findings);
        }
        let mut changes = None;
        if let Some(previous_file) = previous {
            match snapshot::read_columns(previous_file, &self.contract) {
                Ok((previous, record)) => {
                    inputs.push(record);
                    let now = &examination.columns;
                    let (found, of_change) =
                        Comparison { file, now, previous_file, previous: &previous }.examine();
                    changes = Some(found);
                    findings.extend(of_change);
                }
                Err(found) => findings.extend(found),
            }
        }
        let allowed = allowance::apply(&mut findings, &request.allow);
        findings.sort_by_key(|finding| finding.severity);
        FileReport {
            snapshot: Some(file.to_owned()),
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
}

/// Everything that `validate-snapshot` would find in a snapshot that has just been built, before it is written.
pub(crate) fn look_at_built(profile: &Profile, contract: &SnapshotContract, text: &str) -> Vec<Finding> {
    let request = snapshot::Request::new(&profile.manifest, &profile.strategy);
    let examination = snapshot::examine_text(&request, contract, BUILT, text);
    let mut findings = examination.findings;
    ask_strategy(profile, examination.snapshot.as_ref(), &mut findings);
    findings.retain(|finding| finding.severity != Severity::Info);
    findings
}

/// Has the strategy decide on the snapshot alone, without account and date, for the count of its candidates and what only
/// the rule can see, besides what is known. A strategy that also needs prices is not asked.
fn ask_strategy(profile: &Profile, snapshot: Option<&Snapshot>, findings: &mut Vec<Finding>) {
    let Some(snapshot) = snapshot.filter(|_| !profile.strategy.facts().takes_prices()) else { return };
    let known: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
    let (calendar, market, account) = (Calendar::default(), Market::new(), Account::default());
    let inputs = Inputs { snapshot: Some(snapshot), ..Inputs::new(&calendar, &market, &account) };
    let found = match profile.strategy.decide(inputs, &mut Trace::silent()) {
        Ok(outcome) => {
            let screening = candidates::examine(profile, inputs, &outcome);
            outcome.findings.into_iter().chain(screening).collect()
        }
        Err(refusals) => refusals,
    };
    findings.extend(found.into_iter().filter(|finding| !known.contains(&finding.code)));
}
