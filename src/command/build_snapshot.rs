//! `strat build-snapshot`: a feature snapshot and its manifest from price histories and a universe.

use std::path::Path;

use clap::{Args, ValueEnum};

use super::Result;
use super::output::{Destination, STANDARD_OUTPUT, open_apart, write_all};
use super::stage::Stage;
use super::{Answer, Exit};
use crate::decision::ContractViolation;
use crate::document::{json, text};
use crate::finding::any_error;
use crate::flag::not_empty;
use crate::pipeline::{PipelineError, UsageError};
use crate::snapshot_build::report::Report;
use crate::snapshot_build::{self, Built, Request, manifest};
use crate::view;
use crate::visible::visible;

const EXAMPLES: &str = "\
Examples:
  strat build-snapshot PROFILE --prices all.csv --universe universe.csv \\
    --output snapshot.csv
  strat build-snapshot PROFILE --prices all.csv --universe universe.csv \\
    --as-of 2024-05-31 --output -
  strat build-snapshot PROFILE --prices all.csv --universe universe.csv \\
    --check snapshot.csv";

const NOTES: &str = "\
Exit codes:
  0  built; with --check: equal
  1  with --check: something differs
  2  usage: a bad flag, an unknown profile
  3  blocked: an input is missing, unreadable, stale, or breaks its contract; neither file is written
  4  the output could not be written

The snapshot and its manifest are written whole or not at all. Time and memory grow with the rows of the price files.";

/// The flags of `build-snapshot`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = super::cli::long_help(EXAMPLES, NOTES))]
pub struct BuildSnapshotArgs {
    /// What to build.
    #[command(flatten)]
    pub(crate) request: Request,
    /// The snapshot, written whole or not at all; `-` is standard output, and then there is no report
    #[arg(long, display_order = 0, value_name = "FILE", value_parser = not_empty(), required_unless_present = "check", help_heading = "Output")]
    output: Option<String>,
    /// The manifest [default: OUTPUT.manifest.json]
    #[arg(long, display_order = 1, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Output")]
    manifest_output: Option<String>,
    /// The time to write into the manifest, unchanged; without it the manifest has no time
    #[arg(long, hide_short_help = true, value_name = "TIMESTAMP", value_parser = not_empty(), conflicts_with = "check", help_heading = "Output")]
    generated_at: Option<String>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    format: BuildFormat,
}

/// The forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BuildFormat {
    /// For people.
    #[default]
    Table,
    /// The report, `strat.snapshot_build.v1`.
    Json,
}

/// Builds, writes both files, and reports.
///
/// # Errors
/// When the flags are wrong, an output can't be written, or the program breaks its own contract.
pub fn answer(flags: BuildSnapshotArgs, stage: &Stage) -> Result<Answer> {
    let BuildSnapshotArgs { request, output, manifest_output, generated_at, format } = flags;
    let is_on_standard_output = output.as_deref() == Some(STANDARD_OUTPUT);
    let manifest_output = match &output {
        Some(path) if !is_on_standard_output => {
            manifest_output.or_else(|| Some(format!("{path}.manifest.json")))
        }
        _ => manifest_output,
    };
    let destinations = Destinations::open(&request, output.as_deref(), manifest_output.as_deref())?;
    let mut built = snapshot_build::run(&request)?;
    let exit = exit(&built.report);
    if exit != Exit::Blocked && request.check.is_none() {
        destinations.write(&built, output.as_deref().unwrap_or_default(), generated_at.as_deref())?;
        let shown = |path: String| visible(&path).into_owned();
        built.report.output = output.map(shown);
        built.report.manifest = manifest_output.map(shown);
    }
    let (report, table) = (built.report, built.table);
    let text = match format {
        _ if is_on_standard_output => String::new(),
        BuildFormat::Json => json::document(&report, false)?,
        BuildFormat::Table => text::draw(&view::build::document(&report, table.as_ref()), stage.screen),
    };
    Ok(Answer { text, exit, as_of: report.as_of, findings: report.findings, ..Answer::default() })
}

fn exit(report: &Report) -> Exit {
    match &report.check {
        _ if any_error(&report.findings) => Exit::Blocked,
        Some(comparison) if !comparison.is_equal => Exit::Found,
        _ => Exit::Done,
    }
}

/// Where the two files go, opened before the work so that a bad path fails at once.
struct Destinations {
    snapshot: Option<Destination>,
    manifest: Option<Destination>,
}

impl Destinations {
    fn open(request: &Request, output: Option<&str>, manifest: Option<&str>) -> Result<Self> {
        if manifest == Some(STANDARD_OUTPUT) {
            let hint = "name a file with `--manifest-output FILE`";
            return Err(UsageError::new("the manifest can't go to standard output", hint).into());
        }
        let taken = request.named_inputs();
        let open =
            |flag, path: Option<&str>| path.map(|path| open_apart(flag, Path::new(path), &taken)).transpose();
        if output.is_some() && output == manifest {
            let hint = "name two files";
            return Err(UsageError::new("`--output` and `--manifest-output` name one file", hint).into());
        }
        Ok(Self { snapshot: open("--output", output)?, manifest: open("--manifest-output", manifest)? })
    }

    fn write(self, built: &Built, snapshot_path: &str, generated_at: Option<&str>) -> Result<()> {
        if built.table.is_none() {
            return Ok(());
        }
        let manifest = manifest::to_json(built, snapshot_path, generated_at)
            .map_err(|error| PipelineError::from(ContractViolation(error.to_string())))?;
        let answers = [(self.snapshot, built.text.as_str()), (self.manifest, manifest.as_str())];
        let answers = answers.into_iter().filter_map(|(destination, text)| Some((destination?, text)));
        Ok(write_all(answers.collect())?)
    }
}
