//! Whether a record is what its files give, for people.

use serde_json::Value;

use super::validation::name;
use crate::amount::counted;
use crate::document::{Block, Document, Item};
use crate::finding::Code;
use crate::record::Record;
use crate::saved::Saved;
use crate::saved::proof::{Difference, Proof};
use crate::validation::Report;

/// How many differences are listed before the rest is only counted.
const MOST_DIFFERENCES: usize = 20;

/// How many characters of an id are enough to tell decisions apart at a glance: `sha256:` and twelve digits.
const SHORT_ID: usize = 19;

/// How many characters of a value are shown.
const LONGEST_VALUE: usize = 60;

/// Which decision it is, and what it says: its id.
fn decision_in_words(record: &Record) -> (String, String) {
    let mut who = vec![record.profile.clone()];
    who.extend(record.as_of.map(|as_of| as_of.to_string()));
    who.extend(record.account_name().map(str::to_owned));
    let id: String = record.decision_id.iter().flat_map(|id| id.chars()).take(SHORT_ID).collect();
    (who.join(" "), format!("{id}…"))
}

/// Which report on snapshots it is, and what it says: its verdict.
fn report_in_words(report: &Report) -> (String, String) {
    let files = match report.files.as_slice() {
        [file] => name(file),
        files => counted(files.len(), "snapshot"),
    };
    let who = match &report.request {
        Some(request) => format!("{} {files}", request.profile),
        None => files,
    };
    (who, report.verdict.as_str().to_owned())
}

/// The proof as a document: one line where the record is what its files give.
pub fn document(saved: &Saved, proof: &Proof) -> Document {
    let ((who, said), strat_version) = match saved {
        Saved::Decision(record) => (decision_in_words(record), &record.strat_version),
        Saved::Explanation(explanation) => {
            (decision_in_words(&explanation.decision), &explanation.decision.strat_version)
        }
        Saved::Report(report) => (report_in_words(report), &report.strat_version),
    };
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
    if *strat_version != version && !listed.is_empty() {
        let line = format!("recorded by strat {strat_version}, decided again by strat {version}");
        document.push(Block::Line(line));
    }
    document.push(Block::Items(differences(listed)));
    document
}

fn differences(differences: &[Difference]) -> Vec<Item> {
    let item = |Difference { key, recorded, found }: &Difference| {
        Item::from(format!("{key}: recorded {}, found {}", value(recorded), value(found)))
    };
    let mut items: Vec<Item> = differences.iter().take(MOST_DIFFERENCES).map(item).collect();
    let beyond = differences.len().saturating_sub(MOST_DIFFERENCES);
    if beyond > 0 {
        items.push(format!("and {}", counted(beyond, "more difference")).into());
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
