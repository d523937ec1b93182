//! `strat diff`: what changed between two saved records, and why.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Result;
use super::cli::LanguageArgs;
use super::output::open;
use super::stage::Stage;
use super::{Answer, Exit};
use crate::document::{Document, Screen, json, markdown, text};
use crate::finding::{Code, Finding};
use crate::flag::not_empty;
use crate::input::source::STANDARD_INPUT;
use crate::language::phrases::Names;
use crate::pipeline::{NamedInput, PipelineError, UsageError};
use crate::record::Record;
use crate::saved::diff::Diff;
use crate::saved::report_diff::ReportDiff;
use crate::saved::{self, Saved, SavedFile};
use crate::view;

pub(crate) const EXAMPLES: &str = "\
Examples:
  strat diff old.json new.json
  strat diff old.json new.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"
  strat diff old.json new.json --format json";

pub(crate) const NOTES: &str = "\
The first line says what changed; the lines below list only what differs. Between two explanations
the gates that changed sides say why. Two holds, or two blocked decisions, have the same targets.
Two reports on snapshots are compared by their verdicts.

Exit codes:
  0  the same targets, or the same verdicts on snapshots
  1  they differ, or only one of the records has targets
  2  usage: a bad flag
  3  a file is missing, or it is not a record
  4  the output could not be written";

/// The flags of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The old record: the JSON that `decide`, `explain` or `validate-snapshot` wrote
    #[arg(value_name = "OLD", value_parser = not_empty())]
    old: String,
    /// The new record
    #[arg(value_name = "NEW", value_parser = not_empty())]
    new: String,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: DiffFormat,
    #[command(flatten)]
    language: LanguageArgs,
    /// Write the output to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
}

/// The forms of a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    #[default]
    Table,
    /// One object, `strat.diff.v1` or `strat.validation_diff.v1`; with several accounts one per line.
    Json,
    /// For a job summary or a message.
    Markdown,
}

/// Compares two records, and draws what differs.
///
/// # Errors
/// When the flags are wrong, a file is not a record, or the output can't be written.
pub fn answer(flags: &DiffArgs, stage: &Stage) -> Result<Answer> {
    if flags.old == STANDARD_INPUT && flags.new == STANDARD_INPUT {
        let message = format!("standard input (`{STANDARD_INPUT}`) can be read only once");
        return Err(UsageError::new(message, "name a file for one of the records").into());
    }
    let named = [("the old record", &flags.old), ("the new record", &flags.new)];
    let inputs = named.map(|(what, path)| NamedInput { what: what.to_owned(), path: path.clone() });
    let destination = open(flags.output.as_deref(), &inputs)?;
    let read = |path: &str| saved::read(path).map_err(PipelineError::from);
    let (old, new) = (read(&flags.old)?, read(&flags.new)?);
    let differences: Vec<Difference> = pairs(&old, &new)?
        .into_iter()
        .map(|(before, after)| Difference::new(before, after).ok_or_else(|| two_kinds(&new)))
        .collect::<Result<_, _>>()?;
    let text = draw(&differences, flags, stage.screen_for(destination.is_file()))?;
    let exit = if differences.iter().all(Difference::is_same) { Exit::Done } else { Exit::Found };
    let closing = differences.first().map(|first| match differences.as_slice() {
        [_] => first.line().to_owned(),
        several => format!("{} accounts", several.len()),
    });
    Ok(Answer { text, destination, exit, closing, ..Answer::default() })
}

/// What differs between two records.
#[derive(Serialize)]
#[serde(untagged)]
enum Difference {
    Decisions(Box<Diff>),
    Reports(Box<ReportDiff>),
}

impl Difference {
    /// `None` of a decision and a report on snapshots.
    fn new(old: &Saved, new: &Saved) -> Option<Self> {
        match (old, new) {
            (Saved::Report(old), Saved::Report(new)) => {
                Some(Self::Reports(Box::new(ReportDiff::new(old, new))))
            }
            _ => Some(Self::Decisions(Box::new(Diff::new(old, new)?))),
        }
    }

    fn is_same(&self) -> bool {
        match self {
            Self::Decisions(diff) => diff.same_targets,
            Self::Reports(diff) => diff.same_verdicts,
        }
    }

    fn line(&self) -> &str {
        match self {
            Self::Decisions(diff) => &diff.line,
            Self::Reports(diff) => &diff.line,
        }
    }

    /// For people; of several accounts each is named.
    fn document(&self, is_one: bool) -> (Document, Names) {
        match self {
            Self::Decisions(diff) => {
                let account = diff.account.as_deref().filter(|_| !is_one);
                (view::diff::document(diff, account), view::names(&diff.new.profile))
            }
            Self::Reports(diff) => (view::diff::of_reports(diff), Names::new()),
        }
    }
}

fn two_kinds(file: &SavedFile) -> PipelineError {
    let message = "one record is a decision, and the other a report on snapshots";
    let finding = Finding::new(Code::RecordInvalid, message).file(&file.path);
    PipelineError::Profile(vec![finding.hint("compare two decisions, or two reports")])
}

fn draw(differences: &[Difference], flags: &DiffArgs, screen: Screen) -> Result<String> {
    let language = flags.language.lang;
    let documents = || {
        differences.iter().map(|difference| {
            let (document, names) = difference.document(differences.len() == 1);
            document.in_language(language, &names)
        })
    };
    Ok(match flags.format {
        DiffFormat::Json => lines(differences)?,
        DiffFormat::Table => {
            documents().map(|document| text::draw(&document, screen)).collect::<Vec<_>>().join("\n")
        }
        DiffFormat::Markdown => {
            documents().map(|document| markdown::draw(&document, language)).collect::<Vec<_>>().join("\n")
        }
    })
}

/// One object, or one a line.
fn lines<T: Serialize>(values: &[T]) -> serde_json::Result<String> {
    match values {
        [one] => json::document(one, false),
        several => several.iter().map(|value| json::document(value, true)).collect(),
    }
}

/// What tells the account of a record from others.
fn name(record: &Saved) -> Option<&str> {
    record.decision().and_then(Record::account_name)
}

/// The records of two files that belong together: those of one account where there are several.
fn pairs<'a>(old: &'a SavedFile, new: &'a SavedFile) -> Result<Vec<(&'a Saved, &'a Saved)>, PipelineError> {
    if let ([old], [new]) = (old.records.as_slice(), new.records.as_slice()) {
        return Ok(vec![(old, new)]);
    }
    let lacks = |file: &SavedFile, other: &SavedFile, account: Option<&str>| {
        let account = account.unwrap_or("without a portfolio");
        let message = format!("it has no record of the account {account}, and {} has one", other.path);
        let finding = Finding::new(Code::RecordInvalid, message).file(&file.path);
        PipelineError::Profile(vec![finding.hint("compare records of the same accounts")])
    };
    let find = |file: &'a SavedFile, account: Option<&str>| {
        file.records.iter().find(|record| name(record) == account)
    };
    if let Some(extra) = new.records.iter().find(|record| find(old, name(record)).is_none()) {
        return Err(lacks(old, new, name(extra)));
    }
    old.records
        .iter()
        .map(|record| {
            let twin = find(new, name(record)).ok_or_else(|| lacks(new, old, name(record)))?;
            Ok((record, twin))
        })
        .collect()
}
