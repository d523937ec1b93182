//! Whether a record is what its files give, for people.

use serde_json::Value;

use crate::amount::counted;
use crate::document::{Block, Document, Item};
use crate::record::Record;
use crate::saved::proof::{Difference, Proof};

/// How many differences are listed before the rest is only counted.
const MOST_DIFFERENCES: usize = 20;

/// How many characters of an id are enough to tell decisions apart at a glance: `sha256:` and twelve digits.
const SHORT_ID: usize = 19;

/// How many characters of a value are shown.
const LONGEST_VALUE: usize = 60;

/// The proof as a document: one line where the record is what its files give.
pub fn document(record: &Record, proof: &Proof) -> Document {
    let who = match record.as_of {
        Some(as_of) => format!("{} {as_of}", record.profile),
        None => record.profile.clone(),
    };
    let who = match record.account_name() {
        Some(account) => format!("{who} {account}"),
        None => who,
    };
    let count = counted(proof.differences.len(), "value");
    let verdict = match (proof.obstacles.first(), proof.differences.len()) {
        (Some(obstacle), _) => {
            let file = obstacle.file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default();
            format!("NOT PROVED: {who}: {file}{}", obstacle.message)
        }
        (None, 0) => {
            let id = record.decision_id.as_deref().unwrap_or_default();
            let short: String = id.chars().take(SHORT_ID).collect();
            format!("EQUAL: {who}, {short}…")
        }
        (None, 1) => format!("DIFFERENT: {who}: {count} is not what the files give"),
        (None, _) => format!("DIFFERENT: {who}: {count} are not what the files give"),
    };
    let mut document = Document::new(verdict);
    let version = env!("CARGO_PKG_VERSION");
    if record.strat_version != version && !proof.differences.is_empty() {
        let line = format!("recorded by strat {}, decided again by strat {version}", record.strat_version);
        document.push(Block::Line(line));
    }
    document.push(Block::Items(differences(&proof.differences)));
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
