//! The findings of one input: past a hundred of one code the rest are only counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lines::Lines;
use super::{Code, Finding, Severity, any_error};
use crate::amount::counted;

/// How many findings of one code a list keeps: a file of a million bad rows must not fill the memory.
pub(super) const KEPT_OF_ONE_CODE: u64 = 100;

/// What findings with one cause have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CauseKey {
    /// What was found.
    code: Code,
    /// How bad it is.
    severity: Severity,
    /// The file as the user named it.
    file: Option<String>,
    /// Without its symbol; `null` where many causes are counted together.
    message: Option<String>,
}

/// The cause of a finding: findings that differ in their cell, their symbol, or what was found there have one cause.
pub fn cause_of(finding: &Finding) -> CauseKey {
    if let Some(flood) = &finding.counts {
        return flood.cause.clone();
    }
    let message = match &finding.symbol {
        Some(symbol) => finding.message.replacen(&format!("`{symbol}`"), "", 1),
        None => finding.message.clone(),
    };
    CauseKey {
        code: finding.code,
        severity: finding.severity,
        file: finding.file.clone(),
        message: Some(message),
    }
}

/// Findings of one cause that were only counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flood {
    #[serde(flatten)]
    cause: CauseKey,
    /// How many findings there are.
    total: u64,
    /// The lines that they are on.
    #[serde(default)]
    pub lines: Lines,
    /// The columns that they are in.
    #[serde(default)]
    pub columns: BTreeSet<String>,
}

impl Flood {
    fn new(cause: CauseKey) -> Self {
        Self { cause, total: 0, lines: Lines::default(), columns: BTreeSet::new() }
    }

    fn add(&mut self, finding: &Finding) {
        self.total += 1;
        finding.line.into_iter().for_each(|line| self.lines.insert(line));
        if let Some(column) = finding.column.as_ref().filter(|column| !self.columns.contains(*column)) {
            self.columns.insert(column.clone());
        }
    }

    fn append(&mut self, other: Self) {
        self.total += other.total;
        self.lines.append(&other.lines);
        self.columns.extend(other.columns);
    }
}

/// Findings of one input as they come, bounded: past a hundred of one code the rest are only counted, by their cause.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<Code, u64>,
    /// The causes of the kept ones.
    causes: BTreeSet<CauseKey>,
    beyond: BTreeMap<CauseKey, Flood>,
    keeps_all: bool,
}

impl Findings {
    /// A list without bound, where every finding is wanted.
    pub fn without_limit() -> Self {
        Self { keeps_all: true, ..Self::default() }
    }

    /// An empty list with the same bound.
    #[must_use]
    pub fn alike(&self) -> Self {
        Self { keeps_all: self.keeps_all, ..Self::default() }
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if self.keeps_all || *count <= KEPT_OF_ONE_CODE {
            self.causes.insert(cause_of(&finding));
            self.kept.push(finding);
        } else {
            self.flood(cause_of(&finding)).add(&finding);
        }
    }

    /// Where findings that are not kept are counted: under their cause where one of it was kept, else together.
    fn flood(&mut self, mut cause: CauseKey) -> &mut Flood {
        if !self.causes.contains(&cause) {
            cause.message = None;
        }
        self.beyond.entry(cause.clone()).or_insert_with(|| Flood::new(cause))
    }

    /// Whether an error was kept.
    pub fn has_error(&self) -> bool {
        any_error(&self.kept)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Forgets all of them: what a source that turns out damaged has said means nothing.
    pub fn clear(&mut self) {
        *self = self.alike();
    }

    /// Adds those of another input.
    pub fn append(&mut self, other: Self) {
        self.extend(other.kept);
        for (cause, flood) in other.beyond {
            *self.counts.entry(cause.code).or_default() += flood.total;
            self.flood(cause).append(flood);
        }
    }

    /// The kept findings in the order they came; where some of a cause were only counted, one more says how many.
    pub fn into_vec(self) -> Vec<Finding> {
        let mut all = self.kept;
        for (cause, flood) in self.beyond {
            let message = format!("{} of this kind", counted(flood.total, "more finding"));
            let mut more = Finding::new(cause.code, message).severity(cause.severity);
            more.file = cause.file;
            (more.stands_for, more.counts) = (flood.total, Some(Box::new(flood)));
            all.push(more);
        }
        all
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<T: IntoIterator<Item = Finding>>(findings: T) -> Self {
        let mut all = Self::default();
        all.extend(findings);
        all
    }
}
