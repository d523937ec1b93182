//! `strat validate-snapshot`: everything that is wrong with snapshots, in one run.

use clap::{Args, ValueEnum};

use super::Result;
use super::cli::LanguageArgs;
use super::draw::{self, ReportForm};
use super::output::open;
use super::stage::Stage;
use super::{Answer, Exit, refuse_compact};
use crate::amount::counted;
use crate::document::message::Form;
use crate::flag::not_empty;
use crate::validation::{self, Report, Request, Verdict};
use crate::view::validation::Detail;

/// What the help ends with.
pub(super) const EXAMPLES: &str = "\
Examples:
  strat validate-snapshot mega_cap_leader_rotation_aggressive latest.csv
  strat validate-snapshot mega_cap_leader_rotation_aggressive --dir snapshots
  strat validate-snapshot all --dir published --format markdown";

pub(super) const NOTES: &str = "\
Exit codes:
  0  valid (warnings allowed)
  1  errors were found
  2  usage: a bad flag, an unknown profile, a bad --set
  3  a named file does not exist
  4  the output could not be written

`PROFILE --dir DIR` takes every `*.csv` and `*.csv.gz` of the folder, except those named after another profile.
`all --dir DIR` takes every `<profile>_feature_snapshot_latest.csv` (or `.csv.gz`).
Time grows with the rows of the file; memory with its number columns alone once the file is larger than any market.";

/// The flags of `validate-snapshot`.
#[derive(Debug, Args)]
pub struct ValidateSnapshotArgs {
    /// Another feature snapshot, named as in `decide`; may be given again
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub snapshot: Vec<String>,
    /// What to validate.
    #[command(flatten)]
    pub request: Request,
    /// Print the statistics of the columns
    #[arg(long, hide_short_help = true)]
    pub stats: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ValidationFormat,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// Write the report to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// With `--format json`: print everything on one line
    #[arg(long, hide_short_help = true)]
    pub compact: bool,
}

/// The forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ValidationFormat {
    /// For people: verdicts, causes, details, within 60 lines.
    #[default]
    Table,
    /// The report, `strat.validation.v1`.
    Json,
    /// Workflow commands that annotate a pull request on GitHub.
    Github,
    /// For a job summary.
    Markdown,
    /// JUnit XML: one test case per file and check.
    Junit,
}

/// Validates, and draws the report in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the output can't be written, a manifest of the user's own can't be used, or the program
/// breaks its own contract.
pub fn answer(flags: ValidateSnapshotArgs, stage: &Stage) -> Result<Answer> {
    let ValidateSnapshotArgs { snapshot, mut request, format, compact: is_compact, .. } = flags;
    request.snapshots.extend(snapshot);
    let detail = Detail { all: request.keeps_all, stats: flags.stats };
    refuse_compact(is_compact, format == ValidationFormat::Json)?;
    let inputs = validation::named_inputs(&request);
    let destination = open(flags.output.as_deref(), &inputs)?;
    stage.wait_for_input(&inputs);
    let report = validation::run(&request)?;
    let screen = stage.screen_for(destination.is_file());
    let path_prefix = stage.messages.path_prefix.as_deref();
    let form = ReportForm { format, is_compact, detail, screen, language: flags.language.lang, path_prefix };
    let text = draw::report(&report, form)?;
    let exit = match report.verdict {
        _ if report.lacks_a_file => Exit::Blocked,
        Verdict::Valid => Exit::Done,
        Verdict::Invalid => Exit::Found,
    };
    // The report itself says what is wrong: where a person reads it, standard error stays silent.
    let is_read_at_once = !destination.is_file() && stage.messages.form == Form::Text;
    let findings = if is_read_at_once || format == ValidationFormat::Github {
        Vec::new()
    } else {
        report.files.iter().flat_map(|file| file.findings.clone()).collect()
    };
    let closing = Some(closing_line(&request, &report));
    Ok(Answer { text, destination, exit, findings, closing, as_of: report.as_of, ..Answer::default() })
}

/// What is said once a report is written to a file.
fn closing_line(request: &Request, report: &Report) -> String {
    let invalid = report.files.iter().filter(|file| file.verdict == Verdict::Invalid).count();
    let said = match report.files.as_slice() {
        [file] => {
            let mut said = vec![file.verdict.as_str().to_uppercase()];
            let counts = [(report.counts.errors, "error"), (report.counts.warnings, "warning")];
            said.extend(counts.into_iter().filter(|(count, _)| *count > 0).map(|(n, word)| counted(n, word)));
            said.join(", ")
        }
        files if invalid == 0 => format!("{} files, all VALID", files.len()),
        files => format!("{} files, {invalid} INVALID", files.len()),
    };
    format!("{}: {said}", request.profile)
}
