//! Whether a record is what its files give, for people.

use serde_json::Value;

use super::validation::name;
use crate::amount::counted;
use crate::document::{Block, Document, Item};
use crate::finding::Code;
use crate::record::Record;
use crate::saved::proof::{Difference, Proof};
use crate::validation::Report;

/// How many differences are listed before the rest is only counted.
const MOST_DIFFERENCES: usize = 20;

/// How many characters of an id are enough to tell decisions apart at a glance: `sha256:` and twelve digits.
const SHORT_ID: usize = 19;

/// How many characters of a value are shown.
const LONGEST_VALUE: usize = 60;

/// What is proved, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Which record it is.
    who: String,
    /// What it says, where it is what its files give.
    said: String,
    strat_version: String,
}

impl Proved {
    /// A decision: its profile, date and account; it says its id.
    pub fn from_record(record: &Record) -> Self {
        let mut who = vec![record.profile.clone()];
        who.extend(record.as_of.map(|as_of| as_of.to_string()));
        who.extend(record.account_name().map(str::to_owned));
        let id: String = record.decision_id.iter().flat_map(|id| id.chars()).take(SHORT_ID).collect();
        Self { who: who.join(" "), said: format!("{id}…"), strat_version: record.strat_version.to_string() }
    }

    /// A report on snapshots: its profile and files; it says its verdict.
    pub fn from_report(report: &Report) -> Self {
        let profile = report.request.as_ref().map(|request| request.profile.clone());
        let files = match report.files.as_slice() {
            [file] => name(file),
            files => counted(files.len(), "snapshot"),
        };
        Self {
            who: profile.into_iter().chain([files]).collect::<Vec<_>>().join(" "),
            said: report.verdict.as_str().to_owned(),
            strat_version: report.strat_version.to_string(),
        }
    }
}

/// The proof as a document: one line where the record is what its files give.
pub fn document(proved: &Proved, proof: &Proof) -> Document {
    let Proved { who, said, strat_version } = proved;
    // A decision without one of its files is blocked, and differs in everything.
    let lacks_file = proof.obstacles.iter().any(|obstacle| obstacle.code == Code::InputMissing);
    let listed = if lacks_file { &[] } else { proof.differences.as_slice() };
    let count = counted(proof.differences.len(), "value");
    let verdict = match (proof.obstacles.first(), proof.differences.len()) {
        (Some(obstacle), _) => {
            let file = obstacle.file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default();
            format!("NOT PROVED: {who}: {file}{}", obstacle.message)
        }
        (None, 0) => format!("EQUAL: {who}, {said}"),
        (None, 1) => format!("DIFFERENT: {who}: {count} is not what the files give"),
        (None, _) => format!("DIFFERENT: {who}: {count} are not what the files give"),
    };
    let mut document = Document::new(verdict);
    let version = env!("CARGO_PKG_VERSION");
    if strat_version != version && !listed.is_empty() {
        let line = format!("recorded by strat {strat_version}, decided again by strat {version}");
        document.push(Block::Line(line));
    }
    document.push(Block::Items(differences(listed)));
    document
}

fn differences(differences: &[Difference]) -> Vec<Item> {
    let item = |difference: &Difference| Item {
        head: format!(
            "{}: recorded {}, found {}",
            difference.key,
            value(&difference.recorded),
            value(&difference.found)
        ),
        notes: Vec::new(),
    };
    let mut items: Vec<Item> = differences.iter().take(MOST_DIFFERENCES).map(item).collect();
    let beyond = differences.len().saturating_sub(MOST_DIFFERENCES);
    if beyond > 0 {
        items.push(Item { head: format!("and {}", counted(beyond, "more difference")), notes: Vec::new() });
    }
    items
}

fn value(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= LONGEST_VALUE {
        return text;
    }
    text.chars().take(LONGEST_VALUE).chain(['…']).collect()
}
