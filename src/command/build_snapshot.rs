//! `strat build-snapshot`: a feature snapshot and its manifest from price histories and a universe.

use std::path::Path;

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::inputs::PriceArgs;
use super::output::{Destination, STANDARD_OUTPUT, open_apart, write_all};
use super::stage::Stage;
use super::values::{as_of, finding_code, max_lag, not_empty};
use super::{Answer, Exit};
use crate::decision::ContractViolation;
use crate::document::{json, text};
use crate::finding::{Code, any_error};
use crate::input::prices::ColumnNames;
use crate::pipeline::{self, NamedInput, PipelineError, UsageError};
use crate::snapshot_build::report::Report;
use crate::snapshot_build::{self, Built, Request, manifest};
use crate::view;

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
    /// Who may be held: CSV `symbol,sector`, optionally with `start_date`, `end_date` and a column that ranks
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    universe: Option<String>,
    /// The leveraged products: CSV `underlying_symbol,trade_symbol` (dynamic_mega_leveraged_pullback only)
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    product_map: Option<String>,
    /// The snapshot's date; a time with a zone means its New York date [default: the newest date with a close]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Rules")]
    as_of: Option<NaiveDate>,
    /// The snapshot, whole or not at all; `-` is standard output, and then there is no report
    #[arg(long, value_name = "FILE", value_parser = not_empty(), required_unless_present = "check", help_heading = "Output")]
    output: Option<String>,
    /// The manifest [default: OUTPUT.manifest.json]
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Output")]
    manifest_output: Option<String>,
    /// Config overrides: a JSON object of config keys
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    config: Option<String>,
    /// A close must lie above it, in US dollars [default: 10]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, help_heading = "Rules")]
    min_price_usd: Option<f64>,
    /// The average turnover of 20 rows must reach it, in US dollars [default: the config's `min_adv20_usd`, or 20000000]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = not_negative, allow_negative_numbers = true, help_heading = "Rules")]
    min_adv20_usd: Option<f64>,
    /// How many closes an eligible symbol must have [default: 252; mega_cap_leader_rotation_*: 273]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = whole, allow_negative_numbers = true, help_heading = "Rules")]
    min_history_days: Option<usize>,
    /// How many names a ranking keeps, at least 1 [default: the config's]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true, help_heading = "Rules")]
    universe_size: Option<usize>,
    /// How many sessions a symbol's newest bar may lie before the date [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = max_lag, allow_negative_numbers = true, help_heading = "Rules")]
    max_lag: Option<usize>,
    /// Exchange closures decreed after this release: one date a line
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    closures: Option<String>,
    /// Turn a blocking finding into a warning, such as stale_price or unknown_sector; may be given again
    #[arg(long, value_name = "CODE", value_parser = finding_code, help_heading = "Rules")]
    allow: Vec<Code>,
    /// Block on any warning too, except those whose code `--allow` names
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    strict: bool,
    /// Block on a date that is not the last session of its month
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    require_month_end: bool,
    /// Written into the manifest as it is; without it the manifest has no time
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
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "expected a number from 0".to_owned())
}

fn whole(text: &str) -> Result<usize, String> {
    text.trim().parse().map_err(|_| "expected a whole number from 0".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| "expected a whole number from 1".to_owned())
}

/// Builds, writes both files, and reports.
///
/// # Errors
/// When the flags are wrong, an output can't be written, or the program breaks its own contract.
pub fn answer(flags: BuildSnapshotArgs, stage: &Stage) -> Result<(Answer, Destination)> {
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
    let built = snapshot_build::run(&request)?;
    let exit = exit(&built);
    let mut report = Report::new(&built, output.as_deref(), manifest_output.as_deref());
    if any_error(&built.findings) || request.check.is_some() {
        (report.output, report.manifest) = (None, None);
    } else {
        destinations.write(&built, output.as_deref().unwrap_or_default(), generated_at.as_deref())?;
    }
    let text = match format {
        _ if is_on_standard_output => String::new(),
        BuildFormat::Json => json::document(&report, false)?,
        BuildFormat::Table => text::draw(&view::build::document(&report, built.table.as_ref()), stage.screen),
    };
    let answer = Answer { text, exit, as_of: built.as_of, findings: built.findings, ..Answer::default() };
    Ok((answer, Destination::standard_output()))
}

fn into_request(flags: BuildSnapshotArgs) -> Request {
    Request {
        inputs: pipeline::Request {
            profile: flags.profile,
            prices: flags.prices.prices,
            columns: ColumnNames::merge(flags.prices.columns),
            dates: flags.prices.dates.unwrap_or_default(),
            as_of: flags.as_of,
            config: flags.config,
            allow: flags.allow,
            is_strict: flags.strict,
            closures: flags.closures,
            max_lag: flags.max_lag,
            ..pipeline::Request::default()
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

fn exit(built: &Built) -> Exit {
    match &built.comparison {
        _ if any_error(&built.findings) => Exit::Blocked,
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
            let hint = "name a file with `--manifest-output FILE`".to_owned();
            return Err(UsageError::new("the manifest can't go to standard output", hint).into());
        }
        let mut taken: Vec<NamedInput> = request
            .named_files()
            .map(|(flag, path)| NamedInput { what: format!("the file of `{flag}`"), path: path.clone() })
            .collect();
        taken.push(NamedInput {
            what: "the profile's manifest".to_owned(),
            path: request.inputs.profile.clone(),
        });
        let open =
            |flag, path: Option<&str>| path.map(|path| open_apart(flag, Path::new(path), &taken)).transpose();
        if output.is_some() && output == manifest {
            let hint = "name two files".to_owned();
            return Err(UsageError::new("`--output` and `--manifest-output` name one file", hint).into());
        }
        Ok(Self { snapshot: open("--output", output)?, manifest: open("--manifest-output", manifest)? })
    }

    fn write(self, built: &Built, snapshot_path: &str, generated_at: Option<&str>) -> Result<()> {
        let Some((as_of, table)) = built.as_of.zip(built.table.as_ref()) else { return Ok(()) };
        let facts = manifest::Facts {
            profile: &built.profile.manifest.profile,
            contract_version: built.contract_version(),
            config: built.config(),
            snapshot_path,
            snapshot: &built.text,
            as_of,
            price_as_of: built.price_as_of,
            rows: table.rows.len(),
            generated_at,
            inputs: &built.inputs,
            parameters: &built.parameters,
        };
        let manifest = manifest::to_json(&facts)
            .map_err(|error| PipelineError::from(ContractViolation(error.to_string())))?;
        let answers = [(self.snapshot, built.text.as_str()), (self.manifest, manifest.as_str())];
        let answers = answers.into_iter().filter_map(|(destination, text)| Some((destination?, text)));
        Ok(write_all(answers.collect())?)
    }
}
