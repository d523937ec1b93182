//! `strat show`: a saved record as the command that made it draws it.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::cli::LanguageArgs;
use super::decide::DecideFormat;
use super::draw::{self, DecisionForm, ExplanationForm};
use super::explain::ExplainFormat;
use super::output::{Destination, open_apart};
use super::stage::Stage;
use super::values::not_empty;
use super::{Answer, Exit};
use crate::document::Screen;
use crate::pipeline::{NamedInput, PipelineError, UsageError};
use crate::saved::{self, Saved, SavedFile};
use crate::view;
use crate::view::explanation::Characters;

pub(crate) const AFTER_HELP: &str = "\
A record is the JSON of `strat decide`, or of `strat explain` with inputs. What is shown is, byte
for byte, what that command prints with the same format and width; its files are not read.

Examples:
  strat decide global_etf_rotation --prices etf.csv --format json --output decision.json
  strat show decision.json
  strat show decision.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"
  strat show decision.json --format csv --plan

Exit codes:
  0  shown (a blocked decision too)
  2  usage: a bad flag, or one that does nothing for this record
  3  the file is missing, or it is not a record
  4  the output could not be written";

/// The flags of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The record: the JSON that `decide` or `explain` wrote, or one such JSON a line
    #[arg(value_name = "RECORD", value_parser = not_empty())]
    record: String,
    /// The form of the output; JSON is the record as it stands
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ShowFormat,
    /// With `--format csv`: the trades of the share plan, one a line
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    language: LanguageArgs,
    /// An explanation in at most 15 lines
    #[arg(long)]
    brief: bool,
    /// Draw the chart of an explanation in ASCII instead of Braille patterns
    #[arg(long)]
    ascii: bool,
    /// Write the output to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
}

/// The forms of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// The record as it stands.
    Json,
    /// One row a target and exit.
    Csv,
    /// For a job summary or a message.
    Markdown,
}

/// Reads a record, and draws it in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the file is not a record, or the output can't be written.
pub fn answer(flags: ShowArgs, stage: &Stage) -> Result<(Answer, Destination)> {
    let input = NamedInput { what: "the record".to_owned(), path: flags.record.clone() };
    let destination = match flags.output.as_deref() {
        Some(path) => open_apart("--output", path, &[input])?,
        None => Destination::standard_output(),
    };
    if flags.plan && flags.format != ShowFormat::Csv {
        let hint = "add `--format csv`; JSON has the plan as `share_plan`".to_owned();
        return Err(UsageError::new("`--plan` is a form of CSV", hint).into());
    }
    let file = saved::read(&flags.record).map_err(|finding| PipelineError::Profile(vec![*finding]))?;
    let text = draw_file(&file, &flags, stage.screen_for(destination.is_file()))?;
    Ok((Answer { text, exit: Exit::Done, ..Answer::default() }, destination))
}

fn draw_file(file: &SavedFile, flags: &ShowArgs, screen: Screen) -> Result<String> {
    if flags.format == ShowFormat::Json {
        refuse_idle(flags, "JSON is the record as it stands")?;
        return Ok(file.text.clone());
    }
    if let (ShowFormat::Csv, [_, _, ..]) = (flags.format, file.records.as_slice()) {
        refuse_idle(flags, "CSV has neither charts nor a short form")?;
        let records: Vec<_> = file.records.iter().map(Saved::decision).collect();
        return Ok(view::csv::of_accounts(&records, flags.plan)?);
    }
    let drawn: Vec<String> =
        file.records.iter().map(|record| draw_record(record, flags, screen)).collect::<Result<_>>()?;
    Ok(drawn.join("\n"))
}

fn draw_record(record: &Saved, flags: &ShowArgs, screen: Screen) -> Result<String> {
    match record {
        Saved::Decision(record) => {
            refuse_idle(flags, "this record is a decision")?;
            let format = match flags.format {
                ShowFormat::Table => DecideFormat::Table,
                ShowFormat::Json => DecideFormat::Json,
                ShowFormat::Csv => DecideFormat::Csv,
                ShowFormat::Markdown => DecideFormat::Markdown,
            };
            draw::decision(
                record,
                DecisionForm {
                    format,
                    is_compact: false,
                    prints_trades: flags.plan,
                    screen,
                    language: flags.language.lang,
                },
            )
        }
        Saved::Explanation(explanation) => {
            let characters = if flags.ascii { Characters::Ascii } else { Characters::Unicode };
            let format = match flags.format {
                ShowFormat::Table => ExplainFormat::Text,
                ShowFormat::Json => ExplainFormat::Json,
                ShowFormat::Markdown => ExplainFormat::Markdown,
                ShowFormat::Csv => {
                    let hint = "take `--format table`, `markdown` or `json`".to_owned();
                    return Err(UsageError::new("an explanation has no form in CSV", hint).into());
                }
            };
            draw::explanation(
                explanation,
                ExplanationForm {
                    format,
                    characters,
                    screen,
                    language: flags.language.lang,
                    is_brief: flags.brief,
                },
            )
        }
    }
}

/// Flags of an explanation that would do nothing.
fn refuse_idle(flags: &ShowArgs, instead: &str) -> Result<(), UsageError> {
    let idle = [("--ascii", flags.ascii), ("--brief", flags.brief)];
    let Some((flag, _)) = idle.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let message = format!("`{flag}` is about the text of an explanation, and {instead}");
    Err(UsageError::new(message, format!("leave `{flag}` out")))
}
