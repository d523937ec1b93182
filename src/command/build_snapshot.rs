//! `strat build-snapshot`: a feature snapshot and its manifest from price histories and a universe.

use std::path::Path;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::Result;
use super::inputs::PriceArgs;
use super::output::{Destination, STANDARD_OUTPUT, open_apart, write_all};
use super::stage::Stage;
use super::{Answer, Exit};
use crate::decision::ContractViolation;
use crate::document::{json, text};
use crate::finding::{Code, any_error};
use crate::flag::{as_of, not_empty, number, sessions};
use crate::pipeline::{self, PipelineError, UsageError};
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
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub(crate) profile: String,
    /// The price files, with volumes.
    #[command(flatten)]
    prices: PriceArgs,
    /// The symbols that may be held: CSV `symbol,sector`, optionally with `start_date`, `end_date` and a column that ranks
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    universe: Option<String>,
    /// The leveraged products: CSV `underlying_symbol,trade_symbol` (dynamic_mega_leveraged_pullback only)
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    product_map: Option<String>,
    /// The snapshot's date; a time with a zone means its New York date [default: the newest date with a close]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Rules")]
    as_of: Option<NaiveDate>,
    /// The snapshot, written whole or not at all; `-` is standard output, and then there is no report
    #[arg(long, value_name = "FILE", value_parser = not_empty(), required_unless_present = "check", help_heading = "Output")]
    output: Option<String>,
    /// The manifest [default: OUTPUT.manifest.json]
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Output")]
    manifest_output: Option<String>,
    /// Config overrides: a JSON object of config keys
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    config: Option<String>,
    /// The price in US dollars that an eligible close is above [default: 10]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, help_heading = "Rules")]
    min_price_usd: Option<f64>,
    /// The least average turnover of 20 rows, in US dollars [default: the config's `min_adv20_usd`, or 20000000]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, help_heading = "Rules")]
    min_adv20_usd: Option<f64>,
    /// The fewest closes of an eligible symbol [default: 252; mega_cap_leader_rotation_*: 273]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = number(0_usize.., "a whole number from 0"), allow_negative_numbers = true, help_heading = "Rules")]
    min_history_days: Option<usize>,
    /// How many names a ranking keeps, at least 1 [default: the config's]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = number(1_usize.., "a whole number from 1"), allow_negative_numbers = true, help_heading = "Rules")]
    universe_size: Option<usize>,
    /// The most sessions between a symbol's newest bar and the snapshot's date [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = sessions, allow_negative_numbers = true, help_heading = "Rules")]
    max_lag: Option<usize>,
    /// Exchange closures decreed after this release: one date per line
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    closures: Option<String>,
    /// Turn a blocking finding into a warning, such as stale_price or unknown_sector; may be given again
    #[arg(long, value_name = "CODE", help_heading = "Rules")]
    allow: Vec<Code>,
    /// Block on any warning too, except those whose code `--allow` names
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    strict: bool,
    /// Block on a date that is not the last session of its month
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    require_month_end: bool,
    /// The time to write into the manifest, unchanged; without it the manifest has no time
    #[arg(long, hide_short_help = true, value_name = "TIMESTAMP", value_parser = not_empty(), conflicts_with = "check", help_heading = "Output")]
    generated_at: Option<String>,
    /// Compare with a published snapshot instead of writing one; its date is the default of --as-of
    #[arg(long, value_name = "FILE", value_parser = not_empty(), conflicts_with_all = ["output", "manifest_output"], help_heading = "Output")]
    check: Option<String>,
    /// With --check: numbers may differ by X * max(1, abs(published)) [default: 1e-9]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, requires = "check", conflicts_with = "output", help_heading = "Output")]
    tolerance: Option<f64>,
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

fn not_negative(text: &str) -> Result<f64, String> {
    number(0.0..=f64::MAX, "a number from 0")(text)
}

/// Builds, writes both files, and reports.
///
/// # Errors
/// When the flags are wrong, an output can't be written, or the program breaks its own contract.
pub fn answer(flags: BuildSnapshotArgs, stage: &Stage) -> Result<Answer> {
    let BuildSnapshotArgs { output, manifest_output, generated_at, format, .. } = &flags;
    let (output, format) = (output.clone(), *format);
    let (manifest_output, generated_at) = (manifest_output.clone(), generated_at.clone());
    let request = into_request(flags);
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

fn into_request(flags: BuildSnapshotArgs) -> Request {
    Request {
        inputs: pipeline::Request {
            profile: flags.profile,
            as_of: flags.as_of,
            config: flags.config,
            allow: flags.allow,
            is_strict: flags.strict,
            closures: flags.closures,
            max_lag: flags.max_lag,
            ..flags.prices.into_request()
        },
        universe: flags.universe,
        product_map: flags.product_map,
        min_price_usd: flags.min_price_usd,
        min_adv20_usd: flags.min_adv20_usd,
        min_history_days: flags.min_history_days,
        universe_size: flags.universe_size,
        require_month_end: flags.require_month_end,
        check: flags.check,
        tolerance: flags.tolerance,
    }
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
