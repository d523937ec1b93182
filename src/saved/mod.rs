//! Records that were saved: the JSON of a decision, an explanation or a report on snapshots, read back. A record has
//! everything that is drawn of it, so it is shown and compared without its files at hand.

pub(crate) mod change;
pub mod diff;
mod locate;
pub mod proof;
pub mod report_diff;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::decision;
use crate::explain::{self, Explanation};
use crate::finding::{Code, Finding, quoted};
use crate::input::json;
use crate::input::source::TextFile;
use crate::profile::json_problem::JsonProblem;
use crate::record::Record;
use crate::validation::{self, Report};
use crate::visible::visible;

/// How a record is saved.
const HOW_TO_SAVE: &str = "save one with `strat decide PROFILE ... --format json --output FILE`, or with `explain` or `validate-snapshot`";

/// The schemas that are read.
const SCHEMAS: [&str; 3] = [decision::SCHEMA, explain::SCHEMA, validation::SCHEMA];

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// What `decide` prints.
    Decision(Box<Record>),
    /// What `explain` prints of a decision.
    Explanation(Box<Explanation>),
    /// What `validate-snapshot` prints.
    Report(Box<Report>),
}

impl Saved {
    /// The decision; `None` of a report on snapshots.
    pub fn decision(&self) -> Option<&Record> {
        match self {
            Self::Decision(record) => Some(record),
            Self::Explanation(explanation) => Some(&explanation.decision),
            Self::Report(_) => None,
        }
    }

    /// What says why, where the record does.
    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Explanation(explanation) => Some(explanation),
            Self::Decision(_) | Self::Report(_) => None,
        }
    }
}

/// A file of records: one, or one for each of several accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedFile {
    /// The path as the user named it.
    pub path: String,
    /// The text as it stands.
    pub text: String,
    /// The records, at least one.
    pub records: Vec<Saved>,
}

/// Reads a file of records; `-` is standard input. The types are checked, not the contract.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(path: &str) -> Result<SavedFile, Box<Finding>> {
    let file = json::read_text(path, Code::RecordMissing, Code::RecordInvalid)
        .map_err(|finding| Box::new(finding.or_hint(HOW_TO_SAVE)))?;
    let records = parse(&file)?;
    Ok(SavedFile { path: file.path, text: file.text, records })
}

/// What is read of a record before the rest: which shape the rest has.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<String>,
    #[serde(default)]
    strat_version: Option<String>,
}

/// Reads the records of a text.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse(file: &TextFile) -> Result<Vec<Saved>, Box<Finding>> {
    let mut records = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(&file.text).into_iter::<IgnoredAny>();
    let mut start = 0;
    while let Some(value) = stream.next() {
        value.map_err(|error| {
            let problem = JsonProblem::of(&error, &file.text);
            Box::new(problem.finding(Code::RecordInvalid, &file.path).hint(HOW_TO_SAVE))
        })?;
        let end = stream.byte_offset();
        let part = Part { file, start, text: file.text.get(start..end).unwrap_or_default() };
        records.push(part.read()?);
        start = end;
    }
    if records.is_empty() {
        let empty = Finding::new(Code::RecordInvalid, "the file is empty").file(&file.path);
        return Err(Box::new(empty.hint(HOW_TO_SAVE)));
    }
    Ok(records)
}

/// The text of one record.
struct Part<'a> {
    file: &'a TextFile,
    /// The byte at which it begins.
    start: usize,
    text: &'a str,
}

impl Part<'_> {
    fn read(&self) -> Result<Saved, Box<Finding>> {
        if !self.text.trim_start().starts_with('{') {
            return Err(self.not_a_record("a record is a JSON object").into());
        }
        let head: Head = self.parse()?;
        match head.schema.as_deref() {
            Some(decision::SCHEMA) => Ok(Saved::Decision(Box::new(self.parse::<Record>()?.judged()))),
            Some(explain::SCHEMA) => {
                let mut explanation: Explanation = self.parse()?;
                if explanation.decision.schema != decision::SCHEMA {
                    return Err(self.wrong_schema(&explanation.decision.schema, head.strat_version).into());
                }
                explanation.decision = explanation.decision.judged();
                Ok(Saved::Explanation(Box::new(explanation)))
            }
            Some(validation::SCHEMA) => {
                let report: Report = self.parse()?;
                if report.files.is_empty() {
                    return Err(self.not_a_record("it is about no file").into());
                }
                Ok(Saved::Report(Box::new(report)))
            }
            Some(other) => Err(self.wrong_schema(other, head.strat_version).into()),
            None => Err(self.not_a_record("it has no `schema`").into()),
        }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, Box<Finding>> {
        serde_json::from_str(self.text).map_err(|error| {
            let mut problem = JsonProblem::of(&error, self.text);
            let before = self.file.text.get(..self.start).unwrap_or_default();
            problem.line += before.matches('\n').count() as u64;
            let hint = "take the record as `strat` wrote it";
            Box::new(problem.finding(Code::RecordInvalid, &self.file.path).hint(hint))
        })
    }

    fn refuse(&self, message: String) -> Finding {
        Finding::new(Code::RecordInvalid, message).file(&self.file.path)
    }

    fn not_a_record(&self, why: &str) -> Finding {
        self.refuse(format!("it is not a record: {why}")).hint(HOW_TO_SAVE)
    }

    /// Of a schema with a higher version the program that wrote the record is named.
    fn wrong_schema(&self, schema: &str, strat_version: Option<String>) -> Finding {
        let newer = SCHEMAS.iter().find(|known| is_newer(schema, known));
        let Some(known) = newer else {
            let why = format!("its schema is {}", quoted([&visible(schema)]));
            return self.not_a_record(&why).expected(SCHEMAS.join(" or "));
        };
        let writer = match strat_version {
            Some(version) => format!("strat {}", visible(&version)),
            None => "a newer strat".to_owned(),
        };
        let message = format!(
            "{writer} wrote the record with schema `{schema}`, strat {} reads `{known}`",
            env!("CARGO_PKG_VERSION")
        );
        self.refuse(message).hint(format!("read it with {writer}"))
    }
}

/// Whether two schemas differ in their version alone, and the first one's is the higher.
fn is_newer(schema: &str, known: &str) -> bool {
    let parts = |text: &str| -> Option<(String, u64)> {
        let (name, version) = text.rsplit_once(".v")?;
        Some((name.to_owned(), version.parse().ok()?))
    };
    match (parts(schema), parts(known)) {
        (Some((name, version)), Some((known_name, known_version))) => {
            name == known_name && version > known_version
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
