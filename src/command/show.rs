//! `strat show`: a saved record as the command that made it draws it.

use clap::{Args, ValueEnum};

use super::Answer;
use super::Result;
use super::cli::LanguageArgs;
use super::draw::{self, DecisionForm, ExplanationForm, ReportForm};
use super::output::open;
use super::stage::Stage;
use crate::document::Screen;
use crate::flag::not_empty;
use crate::pipeline::{NamedInput, PipelineError, UsageError};
use crate::saved::{self, Saved, SavedFile};
use crate::validation::Report;
use crate::view;
use crate::view::explanation::Characters;
use crate::view::validation::Detail;

pub(crate) const EXAMPLES: &str = "\
Examples:
  strat show decision.json
  strat show decision.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"
  strat show decision.json --format csv --plan";

pub(crate) const NOTES: &str = "\
A record is the JSON of `strat decide`, of `strat explain` with inputs, or of
`strat validate-snapshot`. `show` prints, byte for byte, what that command prints with the same format
and width, and does not read its files.

Exit codes:
  0  shown (a blocked decision and an invalid snapshot too)
  2  usage: a bad flag, or one that does nothing for this record
  3  the file is missing, or it is not a record
  4  the output could not be written";

/// The flags of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The record: the JSON that `decide`, `explain` or `validate-snapshot` wrote, or one such JSON per line
    #[arg(value_name = "RECORD", value_parser = not_empty())]
    record: String,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ShowFormat,
    /// With `--format csv`: print the trades of the share plan, one per line
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    language: LanguageArgs,
    /// Print an explanation in at most 15 lines
    #[arg(long)]
    brief: bool,
    /// Draw the chart of an explanation in ASCII instead of Braille patterns
    #[arg(long, hide_short_help = true)]
    ascii: bool,
    /// Print every finding of a report on snapshots
    #[arg(long)]
    all: bool,
    /// Print the statistics of the columns of a report on snapshots
    #[arg(long)]
    stats: bool,
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
    /// The record, unchanged.
    Json,
    /// A decision: one row per target and exit.
    Csv,
    /// For a job summary or a message.
    Markdown,
    /// A report on snapshots: workflow commands that annotate a pull request on GitHub.
    Github,
    /// A report on snapshots: JUnit XML.
    Junit,
}

/// Reads a record, and draws it in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the file is not a record, or the output can't be written.
pub fn answer(flags: ShowArgs, stage: &Stage) -> Result<Answer> {
    let input = NamedInput { what: "the record".to_owned(), path: flags.record.clone() };
    let destination = open(flags.output.as_deref(), &[input])?;
    if flags.plan && flags.format != ShowFormat::Csv {
        let hint = "add `--format csv`; JSON has the plan as `share_plan`";
        return Err(UsageError::new("`--plan` is for CSV only", hint).into());
    }
    let file = saved::read(&flags.record).map_err(PipelineError::from)?;
    let text = draw_file(file, &flags, stage, destination.is_file())?;
    let closing = Some(format!("{}: shown", flags.record));
    Ok(Answer { text, destination, closing, ..Answer::default() })
}

fn draw_file(file: SavedFile, flags: &ShowArgs, stage: &Stage, is_file: bool) -> Result<String> {
    if flags.format == ShowFormat::Json {
        refuse_idle(&[OF_EXPLANATIONS, OF_REPORTS], flags, "JSON is the record, unchanged")?;
        return Ok(file.text);
    }
    if let (ShowFormat::Csv, [_, _, ..]) = (flags.format, file.records.as_slice()) {
        refuse_idle(&[OF_EXPLANATIONS, OF_REPORTS], flags, "CSV has neither charts nor a short form")?;
        let decisions: Option<Vec<_>> = file.records.iter().map(Saved::decision).collect();
        let decisions = decisions.ok_or_else(|| without_form("a report on snapshots", REPORT_FORMS))?;
        return Ok(view::csv::of_accounts(&decisions, flags.plan)?);
    }
    let screen = stage.screen_for(is_file);
    let prefix = stage.messages.path_prefix.as_deref();
    let records = file.records.into_iter();
    let drawn: Vec<String> =
        records.map(|record| draw_record(record, flags, screen, prefix)).collect::<Result<_>>()?;
    Ok(drawn.join("\n"))
}

fn draw_record(record: Saved, flags: &ShowArgs, screen: Screen, prefix: Option<&str>) -> Result<String> {
    let language = flags.language.lang;
    match record {
        Saved::Decision(record) => {
            refuse_idle(&[OF_EXPLANATIONS, OF_REPORTS], flags, "this record is a decision")?;
            let format = format_of(flags, "a decision", "table`, `markdown`, `csv` or `json")?;
            let prints_trades = flags.plan;
            let form = DecisionForm { format, is_compact: false, prints_trades, screen, language };
            draw::decision(&record, form)
        }
        Saved::Explanation(explanation) => {
            refuse_idle(&[OF_REPORTS], flags, "this record is an explanation")?;
            let characters = if flags.ascii { Characters::Ascii } else { Characters::Unicode };
            let format = format_of(flags, "an explanation", "table`, `markdown` or `json")?;
            let is_brief = flags.brief;
            let form = ExplanationForm { format, characters, screen, language, is_brief };
            draw::explanation(&explanation, form)
        }
        Saved::Report(report) => {
            refuse_idle(&[OF_EXPLANATIONS], flags, "this record is a report on snapshots")?;
            draw_report(*report, flags, screen, prefix)
        }
    }
}

fn draw_report(report: Report, flags: &ShowArgs, screen: Screen, prefix: Option<&str>) -> Result<String> {
    let format = format_of(flags, "a report on snapshots", REPORT_FORMS)?;
    if flags.all && report.is_limited() {
        let message = "`--all` asks for every finding, and the record has the first hundred of a code";
        let hint = "save the report with `strat validate-snapshot ... --all --format json`";
        return Err(UsageError::new(message, hint).into());
    }
    let report = if flags.all { report } else { report.limited() };
    let form = ReportForm {
        format,
        is_compact: false,
        detail: Detail { all: flags.all, stats: flags.stats },
        screen,
        language: flags.language.lang,
        path_prefix: prefix,
    };
    draw::report(&report, form)
}

/// The forms that a report on snapshots has, as a hint lists them.
const REPORT_FORMS: &str = "table`, `markdown`, `github`, `junit` or `json";

/// The form of the command that made the record, by the name that the flag has here.
///
/// # Errors
/// When that command has no such form.
fn format_of<T: ValueEnum>(flags: &ShowArgs, record: &str, forms: &str) -> Result<T, UsageError> {
    let name = flags.format.to_possible_value();
    let format = name.and_then(|name| T::from_str(name.get_name(), false).ok());
    format.ok_or_else(|| without_form(record, forms))
}

/// The usage error of a form that a record does not have.
fn without_form(record: &str, forms: &str) -> UsageError {
    UsageError::new(format!("{record} does not have this form"), format!("take `--format {forms}`"))
}

/// Flags about one kind of record: what the kind is, and each flag with whether it is given.
type Idle = (&'static str, fn(&ShowArgs) -> [(&'static str, bool); 2]);

const OF_EXPLANATIONS: Idle =
    ("an explanation", |flags| [("--ascii", flags.ascii), ("--brief", flags.brief)]);
const OF_REPORTS: Idle = ("a report on snapshots", |flags| [("--all", flags.all), ("--stats", flags.stats)]);

/// Refuses flags that would do nothing.
fn refuse_idle(idle: &[Idle], flags: &ShowArgs, instead: &str) -> Result<(), UsageError> {
    for (kind, given) in idle {
        if let Some((flag, _)) = given(flags).into_iter().find(|(_, is_given)| *is_given) {
            let message = format!("`{flag}` is about the text of {kind}, and {instead}");
            return Err(UsageError::new(message, format!("leave `{flag}` out")));
        }
    }
    Ok(())
}
