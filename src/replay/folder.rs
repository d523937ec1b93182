//! The folder of snapshots: each file a snapshot of its own date.

use std::collections::BTreeMap;
use std::fs;

use chrono::NaiveDate;

use crate::check::snapshot::{self, Examination, Request};
use crate::finding::{Code, Finding, Severity};
use crate::input::InputRecord;
use crate::market::snapshot::Snapshot;
use crate::profile::manifest::Manifest;
use crate::strategy::Strategy;

/// The ends of the names of snapshots.
const ENDS: [&str; 2] = [".csv", ".csv.gz"];

/// A snapshot of the folder.
#[derive(Clone, Debug)]
pub struct Dated {
    /// Its date.
    pub date: NaiveDate,
    /// The path of its file.
    pub path: String,
    /// Its rows.
    pub snapshot: Snapshot,
    /// What was found about it that leaves the decision to the checks of the day.
    pub findings: Vec<Finding>,
    /// What is wrong with it as a file.
    broken: Vec<Finding>,
    inputs: Vec<InputRecord>,
}

/// What a folder of snapshots holds.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The snapshots, by date.
    pub snapshots: Vec<Dated>,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// What is wrong with a file as such: no decision of the walk can be made.
    pub findings: Vec<Finding>,
}

/// Reads every snapshot of a folder.
pub fn read(folder: &str, manifest: &Manifest, strategy: &Strategy, config_sha256: Option<&str>) -> Folder {
    let missing = |message: String| Finding::new(Code::FeatureSnapshotMissing, message).file(folder);
    let without = |finding| Folder { findings: vec![finding], ..Folder::default() };
    let paths = match paths(folder) {
        Ok(paths) if paths.is_empty() => {
            let hint = "name a folder with files `*.csv` or `*.csv.gz`, one per date";
            return without(missing("the folder has no snapshot".to_owned()).hint(hint));
        }
        Ok(paths) => paths,
        Err(error) => {
            return without(missing(format!("the folder of snapshots can't be read: {}", error.kind())));
        }
    };
    let mut result = Folder::default();
    let mut by_date: BTreeMap<NaiveDate, Dated> = BTreeMap::new();
    for path in paths {
        let request = Request { snapshot: Some(&path), config_sha256, ..Request::new(manifest, strategy) };
        let Examination { snapshot, inputs, findings, .. } = snapshot::examine(&request);
        let date = snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
        let (broken, of_the_day): (Vec<_>, Vec<_>) = findings.into_iter().partition(breaks_contract);
        let (Some(snapshot), Some(date)) = (snapshot, date) else {
            result.inputs.extend(inputs);
            result.findings.extend(broken);
            continue;
        };
        let dated = Dated { date, path: path.clone(), snapshot, findings: of_the_day, broken, inputs };
        if let Some(other) = by_date.insert(date, dated) {
            let message = format!("`{}` and `{path}` are both snapshots of {date}", other.path);
            let finding = Finding::new(Code::FeatureSnapshotMixedDates, message).file(&path).observed(date);
            result
                .findings
                .push(finding.expected("one snapshot per date").hint("remove one of them from the folder"));
        }
    }
    result.snapshots = by_date.into_values().collect();
    result
}

impl Folder {
    /// The dates of the snapshots, ascending.
    pub fn dates(&self) -> Vec<NaiveDate> {
        self.snapshots.iter().map(|dated| dated.date).collect()
    }

    /// Keeps the snapshots that a walk may see: those of a range of days and, where decisions look back for one, the
    /// newest before it. What is wrong with the files of others is not asked.
    pub fn keep(&mut self, first_day: NaiveDate, last_day: NaiveDate, looks_back: bool) {
        let mut start = self.snapshots.partition_point(|dated| dated.date < first_day);
        let is_of_first_day = self.snapshots.get(start).is_some_and(|dated| dated.date == first_day);
        if looks_back && !is_of_first_day {
            start = start.saturating_sub(1);
        }
        let end = self.snapshots.partition_point(|dated| dated.date <= last_day).max(start);
        self.snapshots.truncate(end);
        self.snapshots.drain(..start);
        for dated in &mut self.snapshots {
            self.inputs.append(&mut dated.inputs);
            self.findings.append(&mut dated.broken);
        }
    }
}

/// Whether a finding is about the file, and not about what a decision may make of it: those can be allowed.
fn breaks_contract(finding: &Finding) -> bool {
    finding.severity == Severity::Error && !finding.code.can_be_allowed()
}

fn paths(folder: &str) -> std::io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && !name.starts_with('.') && ENDS.iter().any(|end| name.ends_with(end)) {
            paths.push(path.display().to_string());
        }
    }
    paths.sort();
    Ok(paths)
}
