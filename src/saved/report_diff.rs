//! Two reports on snapshots compared: which verdicts changed, and what was found that was not found before.

use chrono::NaiveDate;
use serde::Serialize;

use super::diff::{Change, Turnover, turnover};
use crate::finding::Finding;
use crate::input::FileKind;
use crate::record::names;
use crate::validation::{FileReport, Report, Verdict};

/// The name and version of the JSON shape.
pub const SCHEMA: &str = "strat.validation_diff.v1";

/// A file as one of the reports has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileSide {
    /// The snapshot, as the user named it; `null` where none was named.
    pub snapshot: Option<String>,
    /// The newest date of its rows.
    pub as_of: Option<NaiveDate>,
    /// Whether it is fit for a decision.
    pub verdict: Verdict,
    /// The sha256 of the file; `null` where it could not be read.
    pub sha256: Option<String>,
}

impl FileSide {
    fn new(file: &FileReport) -> Self {
        Self {
            snapshot: file.snapshot.clone(),
            as_of: file.as_of,
            verdict: file.verdict,
            sha256: file.input(FileKind::Snapshot).map(|input| input.sha256.clone()),
        }
    }

    /// The name in a line.
    pub fn name(&self) -> &str {
        self.snapshot.as_deref().unwrap_or("the snapshot")
    }
}

/// A file that differs: another verdict, other findings, other bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileChange {
    /// The file in the old report; `null` where that has none.
    pub old: Option<FileSide>,
    /// The file in the new report; `null` where that has none.
    pub new: Option<FileSide>,
    /// What was found in only one of the two, wherever the files lie.
    pub findings: Turnover<Finding>,
}

impl FileChange {
    fn new(old: Option<&FileReport>, new: Option<&FileReport>) -> Self {
        let found = |file: Option<&FileReport>| file.map(findings_in).unwrap_or_default();
        Self {
            old: old.map(FileSide::new),
            new: new.map(FileSide::new),
            findings: turnover(found(old), found(new)),
        }
    }

    fn is_none(&self) -> bool {
        self.old == self.new && self.findings.is_empty()
    }

    /// The new name, or the old one of a file that the new report does not have.
    pub fn name(&self) -> &str {
        self.new.as_ref().or(self.old.as_ref()).map_or("the snapshot", FileSide::name)
    }

    /// The change of the verdict in words; `None` where it is the same.
    fn verdict_in_words(&self) -> Option<String> {
        let name = self.name();
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old.verdict == new.verdict => None,
            (Some(old), Some(new)) => {
                Some(format!("{name} {} -> {}", old.verdict.as_str(), new.verdict.as_str()))
            }
            (None, Some(new)) => Some(format!("{name} is new and {}", new.verdict.as_str())),
            (Some(_), None) => Some(format!("{name} is gone")),
            (None, None) => None,
        }
    }
}

/// The findings without the name of the file itself, which may be another one in the other report.
fn findings_in(file: &FileReport) -> Vec<Finding> {
    let without_name = |finding: &Finding| {
        let is_own = finding.file == file.snapshot;
        Finding { file: finding.file.clone().filter(|_| !is_own), ..finding.clone() }
    };
    file.findings.iter().map(without_name).collect()
}

/// What differs between two reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportDiff {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// Whether the same files have the same verdicts.
    pub same_verdicts: bool,
    /// What changed, in one line.
    pub line: String,
    /// The verdicts of the whole reports.
    pub verdict: Change<Verdict>,
    /// The versions of the program that wrote them.
    pub strat_version: Change<String>,
    /// The files that differ.
    pub files: Vec<FileChange>,
}

impl ReportDiff {
    /// Compares two reports: those on one file each by that file, else by the names of the files.
    pub fn new(old: &Report, new: &Report) -> Self {
        let files: Vec<FileChange> = pairs(old, new)
            .into_iter()
            .map(|(old, new)| FileChange::new(old, new))
            .filter(|change| !change.is_none())
            .collect();
        let changed: Vec<String> = files.iter().filter_map(FileChange::verdict_in_words).collect();
        let same_verdicts = changed.is_empty();
        let line =
            if same_verdicts { "SAME VERDICTS".to_owned() } else { format!("CHANGED: {}", names(changed)) };
        Self {
            schema: SCHEMA,
            same_verdicts,
            line,
            verdict: Change { old: old.verdict, new: new.verdict },
            strat_version: Change { old: old.strat_version.to_string(), new: new.strat_version.to_string() },
            files,
        }
    }
}

/// The files of two reports that belong together, and those that only one of them has.
fn pairs<'a>(old: &'a Report, new: &'a Report) -> Vec<(Option<&'a FileReport>, Option<&'a FileReport>)> {
    if let ([old], [new]) = (old.files.as_slice(), new.files.as_slice()) {
        return vec![(Some(old), Some(new))];
    }
    let find = |report: &'a Report, file: &FileReport| {
        report.files.iter().find(|other| other.snapshot == file.snapshot)
    };
    let mut pairs: Vec<_> = new.files.iter().map(|file| (find(old, file), Some(file))).collect();
    let gone = old.files.iter().filter(|file| find(new, file).is_none());
    pairs.extend(gone.map(|file| (Some(file), None)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;
    use crate::validation::{Counts, SCHEMA as REPORT};

    fn file(name: &str, findings: Vec<Finding>) -> FileReport {
        let verdict = if findings.is_empty() { Verdict::Valid } else { Verdict::Invalid };
        FileReport {
            snapshot: Some(name.to_owned()),
            profile: None,
            contract_version: None,
            as_of: None,
            verdict,
            findings,
            columns: Vec::new(),
            changes: None,
            allowed: Vec::new(),
            inputs: Vec::new(),
        }
    }

    fn report(files: Vec<FileReport>) -> Report {
        Report {
            schema: REPORT.into(),
            strat_version: "1.0.0".into(),
            as_of: None,
            verdict: Verdict::Valid,
            counts: Counts::default(),
            causes: Vec::new(),
            files,
            request: None,
            lacks_a_file: false,
        }
    }

    fn bad(name: &str) -> Finding {
        Finding::new(Code::UnreadableNumber, "x").file(name).line(7)
    }

    #[test]
    fn one_file_each_is_compared_whatever_it_is_called() {
        let february = report(vec![file("february.csv", vec![bad("february.csv")])]);
        let march = report(vec![file("march.csv", vec![bad("march.csv")])]);
        let diff = ReportDiff::new(&february, &march);
        assert_eq!((diff.same_verdicts, diff.line.as_str()), (true, "SAME VERDICTS"));
        assert!(diff.files[0].findings.is_empty(), "{diff:?}");
        let valid = report(vec![file("march.csv", Vec::new())]);
        let diff = ReportDiff::new(&february, &valid);
        assert_eq!((diff.same_verdicts, diff.line.as_str()), (false, "CHANGED: march.csv invalid -> valid"));
        assert_eq!(diff.files[0].findings.went.len(), 1);
    }

    #[test]
    fn several_files_are_paired_by_their_names() {
        let old = report(vec![file("a", Vec::new()), file("b", Vec::new()), file("c", Vec::new())]);
        let new = report(vec![file("b", vec![bad("b")]), file("a", Vec::new()), file("d", Vec::new())]);
        let diff = ReportDiff::new(&old, &new);
        assert_eq!(diff.line, "CHANGED: b valid -> invalid, d is new and valid, c is gone");
        // `a` does not differ.
        assert_eq!(diff.files.len(), 3);
    }
}
