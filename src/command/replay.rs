//! `strat replay`: the decisions of a profile, walked through time.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::Result;
use super::cli::LanguageArgs;
use super::inputs::PriceArgs;
use super::output_folder;
use super::progress::Progress;
use super::stage::Stage;
use super::{Answer, Exit};
use crate::account::LARGEST_VALUE_USD;
use crate::document::text;
use crate::finding::Code;
use crate::flag::{as_of, not_empty, number, sessions};
use crate::pipeline;
use crate::replay::files::OutputFile;
use crate::replay::summary;
use crate::replay::{self, Accounting, BenchmarkChoice, FillAt, NamedEquity, Replayed, Request};
use crate::report;
use crate::view;

pub(crate) const EXAMPLES: &str = "\
Examples:
  strat replay global_etf_rotation --prices prices.csv --from 2024-10-01 \\
    --output-dir walk
  strat replay tqqq_growth_income --prices prices.csv --from 2025-01-02 \\
    --equity 25000 --output-dir walk
  strat replay soxl_soxx_trend_income --prices prices.csv --from 2025-01-02 \\
    --fill close --output-dir walk";

pub(crate) const NOTES: &str = "\
Exit codes:
  0  done
  2  usage: a bad flag, an unknown profile, a bad --set
  3  an input breaks its contract, or every decision of the replay is blocked
  4  the output could not be written

All files are written together at the end: a replay that fails leaves the folder as it was.
A decision uses nothing after its data date. Past results say nothing about future ones.";

/// The flags of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// The price files and how they are read.
    #[command(flatten)]
    pub prices: PriceArgs,
    /// The folder of the feature snapshots: each `*.csv` or `*.csv.gz` is the snapshot of one date
    #[arg(long, value_name = "DIR", value_parser = not_empty(), help_heading = "Inputs")]
    pub snapshots: Option<String>,
    /// The first day of the replay
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Period")]
    pub from: NaiveDate,
    /// The last day of the replay [default: the newest date of the prices that the profile uses]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Period")]
    pub to: Option<NaiveDate>,
    /// The folder of the results; made if it is missing
    #[arg(long, value_name = "DIR", help_heading = "Period")]
    pub output_dir: PathBuf,
    /// Add an account in whole shares with this equity in US dollars; may be given again
    #[arg(long, value_name = "USD", value_parser = named_equity, help_heading = "Accounts")]
    pub equity: Vec<NamedEquity>,
    /// The equity in US dollars of the model account, which holds fractions of shares
    #[arg(long, hide_short_help = true, value_name = "USD", default_value = "100000", value_parser = model_equity, help_heading = "Accounts")]
    pub model_equity: f64,
    /// Where orders are filled
    #[arg(long, value_enum, default_value_t, value_name = "WHERE", help_heading = "Accounts")]
    pub fill: FillAt,
    /// Cost in basis points of turnover: a switch of the whole account costs B once
    #[arg(long, value_name = "B", default_value = "5", value_parser = number(0.0..=MOST_BASIS_POINTS, "basis points from 0 to 10000, such as 5"), help_heading = "Accounts")]
    pub turnover_cost_bps: f64,
    /// Place no order for less than this ratio of the equity, except exits [default: the profile's own, else 0.01]
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = ratio, help_heading = "Accounts")]
    pub trade_threshold: Option<f64>,
    /// The yearly interest on cash, as a ratio [default: 0]
    #[arg(long, hide_short_help = true, value_name = "R", value_parser = number(-0.5..=1.0, "a yearly rate as a ratio from -0.5 to 1, such as 0.02"), allow_negative_numbers = true, help_heading = "Accounts")]
    pub cash_rate: Option<f64>,
    /// Compute the returns of leveraged products before their first close from the underlying; X is their yearly expense, as a ratio
    #[arg(long, hide_short_help = true, value_name = "X", value_parser = ratio, help_heading = "Accounts")]
    pub synthetic_products: Option<f64>,
    /// How the account is counted
    #[arg(
        long,
        hide_short_help = true,
        value_enum,
        default_value_t,
        value_name = "HOW",
        help_heading = "Accounts"
    )]
    pub accounting: Accounting,
    /// What to compare with, bought at the first close and held, or `none` [default: the profile's]
    #[arg(hide_short_help = true, long, value_name = "SYMBOL", value_parser = benchmark, help_heading = "Accounts")]
    pub benchmark: Option<BenchmarkChoice>,
    /// Replay again with one condition changed at a time, to see how much of the result was luck
    #[arg(long, help_heading = "Report")]
    pub stress: bool,
    /// Find the nearest flip of each row of decisions.csv
    #[arg(long, hide_short_help = true, help_heading = "Report")]
    pub flips: bool,
    /// `--lang`: the language of the report and the summary.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// The form of the summary on standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Report")]
    pub format: ReplayFormat,
    /// Config overrides: a JSON object of config keys
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    pub config: Option<String>,
    /// One config override; VALUE is JSON, else text; may be given again, the last wins
    #[arg(hide_short_help = true, long = "set", value_name = "KEY=VALUE", help_heading = "Rules")]
    pub settings: Vec<String>,
    /// Turn a blocking finding into a warning, as `strat decide --allow`; may be given again
    #[arg(long, hide_short_help = true, value_name = "CODE", help_heading = "Rules")]
    pub allow: Vec<Code>,
    /// Block on any warning too, except those whose code `--allow` names
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    pub strict: bool,
    /// The most sessions between a used symbol's newest close and a decision [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = sessions, allow_negative_numbers = true, help_heading = "Rules")]
    pub max_lag: Option<usize>,
    /// Exchange closures decreed after this release: one date per line
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    pub closures: Option<String>,
}

/// The forms of the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ReplayFormat {
    /// For people, within 80 columns.
    #[default]
    Table,
    /// The figures of every account, `strat.replay.v1`.
    Json,
}

impl ReplayArgs {
    fn into_request(self) -> Request {
        Request {
            inputs: pipeline::Request {
                profile: self.profile,
                config: self.config,
                settings: self.settings,
                allow: self.allow,
                is_strict: self.strict,
                closures: self.closures,
                max_lag: self.max_lag,
                ..self.prices.into_request()
            },
            snapshots: self.snapshots,
            from: self.from,
            to: self.to,
            equities: self.equity,
            model_equity_usd: self.model_equity,
            fill: self.fill,
            turnover_cost_bps: self.turnover_cost_bps,
            trade_threshold: self.trade_threshold,
            cash_rate: self.cash_rate,
            synthetic_products: self.synthetic_products,
            accounting: self.accounting,
            benchmark: self.benchmark.unwrap_or_default(),
            stress: self.stress,
            flips: self.flips,
        }
    }
}

/// Walks, writes the files and answers with the summary.
///
/// # Errors
/// When the flags are wrong, the files can't be written, or the program breaks its own contract.
pub fn answer(flags: ReplayArgs, stage: &Stage) -> Result<Answer> {
    let (folder, language, format) = (flags.output_dir.clone(), flags.language.lang, flags.format);
    let request = flags.into_request();
    output_folder::prepare(&folder)?;
    let progress = Progress::new(stage.shows_progress());
    let replayed = replay::run(request, &|day| progress.tick(day))?;
    drop(progress);
    match replayed {
        Replayed::Blocked { findings, problem } => {
            if let Some(problem) = problem {
                stage.messages.problems(&[problem]);
            }
            Ok(Answer { findings, exit: Exit::Blocked, ..Answer::default() })
        }
        Replayed::Done(replay) => {
            let mut files = replay.files()?;
            files.push(OutputFile { name: "report.html", text: report::page(&replay, language)? });
            output_folder::write(&folder, files.iter().map(|file| (file.name, file.text.as_str())))?;
            let text = match format {
                ReplayFormat::Table => {
                    let document = view::replay::document(&replay, &folder.display().to_string(), language);
                    text::draw(&document, stage.screen)
                }
                ReplayFormat::Json => {
                    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
                    summary::json(&replay, &names)?
                }
            };
            Ok(Answer { text, findings: replay.findings.clone(), ..Answer::default() })
        }
    }
}

/// The least equity of an account in US dollars.
const SMALLEST_EQUITY_USD: f64 = 0.01;

fn model_equity(text: &str) -> Result<f64, String> {
    let range = SMALLEST_EQUITY_USD..=LARGEST_VALUE_USD;
    number(range, "US dollars as a plain number above 0, such as 25000")(text)
}

fn named_equity(text: &str) -> Result<NamedEquity, String> {
    model_equity(text).map(|usd| NamedEquity { name: text.trim().to_owned(), usd })
}

/// The highest cost: the whole turnover.
const MOST_BASIS_POINTS: f64 = 10_000.0;

fn ratio(text: &str) -> Result<f64, String> {
    number(0.0..=1.0, "a ratio from 0 to 1, such as 0.01")(text)
}

fn benchmark(text: &str) -> Result<BenchmarkChoice, String> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(BenchmarkChoice::None);
    }
    text.parse().map(BenchmarkChoice::Symbol).map_err(str::to_owned)
}
