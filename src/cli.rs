//! The command line: its flags, types and help text. No logic beyond reading single values.

use chrono::NaiveDate;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::account::LARGEST_VALUE_USD;
use crate::command::build_snapshot::BuildSnapshotArgs;
use crate::command::completions::{CompletionsArgs, ManArgs};
use crate::document::message::Form;
use crate::finding::Code;
use crate::input::portfolio::AccountFlags;
use crate::input::prices::{ColumnNames, DateFormat, PriceFile};
use crate::language::Language;
use crate::market::new_york;
use crate::pipeline::{PlanRequest, Request};
use crate::plan::{self, step::QuantityStep};
use crate::profile::suggestion;
use crate::profile::words::{PlatformId, TargetMode};
use crate::symbol::Symbol;
use crate::validation;

/// The columns that `--width` takes.
const NARROWEST: usize = 40;
const WIDEST: usize = 400;

const AFTER_HELP: &str = "\
Exit codes:
  0   done (a hold too)
  1   validate-snapshot found errors; build-snapshot --check, diff or verify found differences
  2   usage: a bad flag, an unknown profile, a bad --set
  3   blocked: an input is missing, unreadable, stale, or breaks its contract
  4   the output could not be written
  10  with --exit-code: nothing to do (a hold, or the account is at its targets)

Standard output is data, standard error is for people. `-` as a FILE is standard input; gzip is read as it is.
`@FILE` among the arguments reads arguments from a file, one a line: `strat decide @daily.args`.";

const VALIDATION_HELP: &str = "\
Exit codes:
  0  valid (warnings allowed)
  1  errors were found
  2  usage: a bad flag, an unknown profile, a bad --set
  3  a file that was named is not there
  4  the output could not be written

Examples:
  strat validate-snapshot tech_communication_pullback_enhancement march.csv april.csv
  strat validate-snapshot tech_communication_pullback_enhancement --dir snapshots
  strat validate-snapshot all --dir published --format markdown --output report.md

`PROFILE --dir DIR` takes every `*.csv` and `*.csv.gz` of the folder but those named after another profile.
`all --dir DIR` takes every `<profile>_feature_snapshot_latest.csv` (or `.csv.gz`).
Time grows with the rows of the file; memory with its number columns alone once the file is larger than any market.";

const COMPLETIONS_HELP: &str = "\
Examples:
  strat completions bash > ~/.local/share/bash-completion/completions/strat
  strat completions zsh > ~/.zfunc/_strat        # ~/.zfunc has to be in fpath
  strat completions fish > ~/.config/fish/completions/strat.fish";

const MAN_HELP: &str = "\
Examples:
  strat man | man -l -
  strat man decide | man -l -
  strat man replay > strat-replay.1";

/// Turns market data files into target portfolio weights for nine US-equity strategy profiles, and says why
///
/// A pure function of its files: no network, no clock, no state, no orders. The same files give the same
/// bytes on any machine.
#[derive(Debug, Parser)]
#[command(name = "strat", version, after_help = AFTER_HELP, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How the output is drawn and how standard error speaks.
    #[command(flatten)]
    pub speech: SpeechArgs,
    /// Where the profile is named.
    #[arg(skip)]
    pub profile_origin: ProfileOrigin,
}

/// How the output is drawn and how standard error speaks: flags of every verb.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct SpeechArgs {
    /// How standard error speaks: for people, one JSON object a line, or workflow commands of GitHub Actions
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM")]
    pub messages: Form,
    /// Leave warnings and the closing line out of standard error; errors with their hints are always printed
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// With workflow commands: the folder that file names start at, from the root of the repository
    #[arg(long, global = true, value_name = "DIR")]
    pub path_prefix: Option<String>,
    /// Colour on a terminal; `auto` heeds NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// The columns of tables and text, from 40 to 400 [default: those of the terminal from 60 to 120; elsewhere 80]
    #[arg(long, global = true, value_name = "N", value_parser = width)]
    pub width: Option<usize>,
}

/// When words have colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where a profile is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProfileOrigin {
    /// Among the arguments, or nowhere.
    #[default]
    CommandLine,
    /// In the environment variable `STRATEGY_PROFILE`.
    Environment,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the profiles: names, inputs, minimum equity, platforms
    List(ListArgs),
    /// Decide a profile's targets from its input files
    #[command(after_help = AFTER_HELP)]
    Decide(Box<DecideArgs>),
    /// Say why: every step of a decision and what would change it; without inputs, the profile's rules; of a finding's code, what it means
    #[command(after_help = AFTER_HELP, mut_arg("profile", |profile| profile
        .help("A profile's key or alias in any case, the path of a profile manifest of your own (JSON), or a finding's code")
        .required(false).required_unless_present("codes").default_value_if("codes", "true", "-")))]
    Explain(Box<ExplainArgs>),
    /// Make the decisions of a profile session after session, and report what an account would have been worth
    #[command(after_help = crate::command::replay::AFTER_HELP)]
    Replay(Box<crate::command::replay::ReplayArgs>),
    /// Report everything that is wrong with a feature snapshot and its manifest
    #[command(after_help = VALIDATION_HELP)]
    ValidateSnapshot(ValidateSnapshotArgs),
    /// Build a feature snapshot and its manifest from price histories and a universe
    BuildSnapshot(Box<BuildSnapshotArgs>),
    /// Show a saved decision or explanation in any form, without its files
    #[command(after_help = crate::command::show::AFTER_HELP)]
    Show(crate::command::show::ShowArgs),
    /// Say what changed between two saved decisions or explanations, and why
    #[command(after_help = crate::command::diff::AFTER_HELP)]
    Diff(crate::command::diff::DiffArgs),
    /// Decide again from the files of a saved decision, and say whether it is what they give
    #[command(after_help = crate::command::verify::AFTER_HELP)]
    Verify(crate::command::verify::VerifyArgs),
    /// Print the script that completes commands, flags, profiles and files in a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions(CompletionsArgs),
    /// Print a page of the manual, in the form that `man` reads
    #[command(after_help = MAN_HELP)]
    Man(ManArgs),
}

/// The language: a flag of every verb that prints text for people.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct LanguageArgs {
    /// The language of the text; JSON, CSV, JUnit and annotations are the same in both
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "LANGUAGE",
        env = "STRAT_LANG",
        hide_env_values = true
    )]
    pub lang: Language,
}

/// The flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The form of the output; JSON has every profile's whole manifest
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    /// Only profiles that need this kind of input, such as `feature_snapshot`
    #[arg(long, value_name = "KIND")]
    pub input: Option<String>,
    /// Only profiles that this broker platform can carry out: ibkr, schwab, longbridge
    #[arg(long, value_name = "ID")]
    pub platform: Option<String>,
    /// Also list a profile manifest of your own; may be given again
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub profile: Vec<String>,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
}

/// How the list is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people, within 80 columns.
    #[default]
    Table,
    /// The whole manifests.
    Json,
    /// One row a profile.
    Csv,
}

/// The flags of `decide`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// What to decide on.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// How shares are planned.
    #[command(flatten)]
    pub plan: PlanArgs,
    /// The form of the output [default: table; with --for: json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<DecideFormat>,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// The unit of the targets; without it the profile's own
    #[arg(long, value_name = "native|weight|value", value_parser = target_mode)]
    pub target_mode: Option<TargetModeFlag>,
    /// JSON in the form that a platform's program takes: ibkr, schwab, longbridge
    #[arg(long = "for", value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<PlatformId>,
    /// Write the output to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// With `--format json`: everything on one line
    #[arg(long)]
    pub compact: bool,
    /// Exit with 10 where there is nothing to do: a hold, or an account that is at its targets
    #[arg(long)]
    pub exit_code: bool,
}

/// How shares are planned.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Prices of the moment for the share plan: CSV `symbol,price`, optionally with `as_of`; before those of `--prices`
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Share plan")]
    pub quotes: Option<String>,
    /// The smallest quantity that can be traded, in shares; 0.0001 for an account of fractions [default: 1]
    #[arg(long, value_name = "SHARES", value_parser = quantity_step, allow_negative_numbers = true, help_heading = "Share plan")]
    pub quantity_step: Option<QuantityStep>,
    /// Spend what whole shares leave over too, on the targets that fall short by the most dollars
    #[arg(long, help_heading = "Share plan")]
    pub sweep: bool,
    /// Changes of fewer US dollars are not traded, exits and targets of zero aside [default: 0]
    #[arg(long, value_name = "USD", value_parser = not_negative_usd, allow_negative_numbers = true, help_heading = "Share plan")]
    pub min_trade: Option<f64>,
    /// Keep a held share while the plan falls short of it by less than this part of a step, 0 to 0.5 [default: 0]
    #[arg(long, value_name = "PART", value_parser = keep_step, allow_negative_numbers = true, help_heading = "Share plan")]
    pub keep_step: Option<f64>,
    /// How far a target may be off its weight at the faithful equity, as a ratio; 0.01 is one percentage point [default: 0.01]
    #[arg(long, value_name = "RATIO", value_parser = fit, allow_negative_numbers = true, help_heading = "Share plan")]
    pub fit: Option<f64>,
    /// With `--format csv`: the trades, one a line; without a portfolio the planned shares as buys
    #[arg(long = "plan", help_heading = "Share plan")]
    pub prints_trades: bool,
}

impl PlanArgs {
    /// The flags as a request.
    pub fn into_request(self) -> PlanRequest {
        let defaults = plan::Options::default();
        PlanRequest {
            quotes: self.quotes,
            options: plan::Options {
                step: self.quantity_step.unwrap_or(defaults.step),
                sweep: self.sweep,
                fit: self.fit.unwrap_or(defaults.fit),
                min_trade_usd: self.min_trade.unwrap_or(defaults.min_trade_usd),
                keep_step: self.keep_step.unwrap_or(defaults.keep_step),
            },
        }
    }

    /// The flags that were given and do nothing without an equity, or without a portfolio.
    pub fn idle_flags(&self, has_equity: bool, has_portfolio: bool) -> Vec<&'static str> {
        let given = [
            ("--quotes", self.quotes.is_some(), has_equity),
            ("--quantity-step", self.quantity_step.is_some(), has_equity),
            ("--sweep", self.sweep, has_equity),
            ("--fit", self.fit.is_some(), has_equity),
            ("--plan", self.prints_trades, has_equity),
            ("--min-trade", self.min_trade.is_some(), has_portfolio),
            ("--keep-step", self.keep_step.is_some(), has_portfolio),
        ];
        given
            .into_iter()
            .filter(|(_, is_given, is_used)| *is_given && !is_used)
            .map(|(flag, ..)| flag)
            .collect()
    }
}

/// The value of `--target-mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetModeFlag {
    /// The profile's own unit.
    Native,
    /// A unit of the user's choice.
    Mode(TargetMode),
}

fn target_mode(text: &str) -> Result<TargetModeFlag, String> {
    if text.trim().eq_ignore_ascii_case("native") {
        return Ok(TargetModeFlag::Native);
    }
    let mode = TargetMode::parse(text).map(TargetModeFlag::Mode);
    mode.map_err(|_| "expected `native`, `weight` or `value`".to_owned())
}

fn platform(text: &str) -> Result<PlatformId, String> {
    PlatformId::parse(text).map_err(|unknown| format!("{unknown}; {}", unknown.hint()))
}

fn quantity_step(text: &str) -> Result<QuantityStep, String> {
    let step = text.trim().parse().ok().and_then(QuantityStep::new);
    step.ok_or_else(|| {
        "expected a number of shares from 0.000000001 to 1000000, such as 1 or 0.0001".to_owned()
    })
}

fn not_negative_usd(text: &str) -> Result<f64, String> {
    let usd = text.trim().parse().ok().filter(|usd| (0.0..=LARGEST_VALUE_USD).contains(usd));
    usd.ok_or_else(|| "expected US dollars from 0, such as 250".to_owned())
}

fn keep_step(text: &str) -> Result<f64, String> {
    let part = text.trim().parse().ok().filter(|part| (0.0..=plan::LARGEST_KEEP_STEP).contains(part));
    part.ok_or_else(|| "expected a part of a step from 0 to 0.5, such as 0.15".to_owned())
}

fn fit(text: &str) -> Result<f64, String> {
    let fit = text.trim().parse().ok().filter(|fit| *fit >= plan::SMALLEST_FIT && *fit <= 1.0);
    fit.ok_or_else(|| "expected a ratio from 0.000001 to 1, such as 0.01 for one percentage point".to_owned())
}

fn alias(text: &str) -> Result<(Symbol, Symbol), String> {
    let parts = text.split_once('=').and_then(|(held, name)| Some((symbol(held).ok()?, symbol(name).ok()?)));
    parts.ok_or_else(|| {
        "expected the holding's spelling and the profile's symbol, such as META.O=META".to_owned()
    })
}

/// The forms of `decide`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DecideFormat {
    /// A table for people.
    #[default]
    Table,
    /// The decision contract, `strat.decision.v1`.
    Json,
    /// One row a target and exit.
    Csv,
    /// For a job summary or a message.
    Markdown,
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
    /// JUnit XML: a test case a file and check.
    Junit,
}

/// The flags of `validate-snapshot`.
#[derive(Debug, Args)]
pub struct ValidateSnapshotArgs {
    /// A profile's key or alias in any case, the path of a profile manifest of your own, or `all`
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// Feature snapshots: CSV, one row a symbol; `-` is standard input
    #[arg(value_name = "FILE", value_parser = not_empty())]
    pub files: Vec<String>,
    /// One more feature snapshot, as `decide` names it; may be given again
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub snapshot: Vec<String>,
    /// The folder of the snapshots: every CSV of the profile in the order of the dates, each held against the one
    /// before; with `all` the newest of each profile
    #[arg(long, value_name = "DIR", value_parser = not_empty())]
    pub dir: Option<String>,
    /// The snapshot's sidecar manifest [default: SNAPSHOT.manifest.json where it exists]
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub manifest: Option<String>,
    /// Take the absence of a sidecar manifest for an error
    #[arg(long)]
    pub require_manifest: bool,
    /// The snapshot before this one: what changed since is reported too
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub previous: Option<String>,
    /// The decision date that the snapshot's age is held against; a time with a zone means its New York date
    #[arg(long, value_name = "DATE", value_parser = as_of)]
    pub as_of: Option<NaiveDate>,
    /// Config overrides: a JSON object of config keys
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub config: Option<String>,
    /// One config override; VALUE is JSON, else text; may be given again, the last wins
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Turn an error into a warning (`strat explain --codes` shows which can), or with `--strict` keep a warning one; may be given again
    #[arg(long, value_name = "CODE", value_parser = finding_code)]
    pub allow: Vec<Code>,
    /// Take any warning for an error too, but for those whose code `--allow` names
    #[arg(long)]
    pub strict: bool,
    /// Print every finding, however many lines that takes; JSON has the first hundred of a code without it
    #[arg(long)]
    pub all: bool,
    /// Print the statistics of the columns
    #[arg(long)]
    pub stats: bool,
    /// The form of the report; `github` is workflow commands that annotate the file
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ValidationFormat,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// Write the report to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// With `--format json`: everything on one line
    #[arg(long)]
    pub compact: bool,
}

impl ValidateSnapshotArgs {
    /// The flags as a request.
    pub fn into_request(self) -> validation::Request {
        validation::Request {
            profile: self.profile,
            snapshots: self.files.into_iter().chain(self.snapshot).collect(),
            directory: self.dir,
            manifest: self.manifest,
            require_manifest: self.require_manifest,
            previous: self.previous,
            as_of: self.as_of,
            config: self.config,
            settings: self.settings,
            is_strict: self.strict,
            allow: self.allow,
            keeps_all: self.all,
        }
    }
}

/// The flags of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// What to decide on.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Why this symbol is in or out: its tests, its rank, and the change of its score that would change that
    #[arg(long, value_name = "SYMBOL", value_parser = symbol)]
    pub symbol: Option<Symbol>,
    /// The form of the output; JSON has the whole trace
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ExplainFormat,
    /// Write the output to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// Draw charts in ASCII instead of Braille patterns
    #[arg(long)]
    pub ascii: bool,
    /// At most 15 lines: the verdict, the gates that decided it, what would change it, the next dates
    #[arg(long)]
    pub brief: bool,
    /// List the codes of all findings
    #[arg(long)]
    pub codes: bool,
}

/// The forms of `explain`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a terminal of 80 columns.
    #[default]
    #[value(alias = "table")]
    Text,
    /// The whole trace, `strat.explanation.v1`.
    Json,
    /// For a job summary or a message.
    Markdown,
}

/// The price files and how they are read: the same flags for every verb that reads prices.
#[derive(Debug, Args)]
pub struct PriceArgs {
    /// Daily closes: CSV `symbol,as_of,close`, or as vendors write it (docs/data.md); `QQQ=FILE` for a file of one symbol; may be given again
    #[arg(long, value_name = "FILE", value_parser = not_empty().map(PriceFile::from), help_heading = "Inputs")]
    pub prices: Vec<PriceFile>,
    /// Column names of the price files, such as `as_of=Date,close="Adj Close"`; may be given again
    #[arg(long, value_name = "COLUMN=NAME", value_parser = ColumnNames::parse, help_heading = "Inputs")]
    pub columns: Vec<ColumnNames>,
    /// How the price files write dates: a pattern such as `%m/%d/%Y`, or `as-written` [default: any form with one meaning]
    #[arg(long, value_name = "FORMAT", value_parser = DateFormat::parse, help_heading = "Inputs")]
    pub dates: Option<DateFormat>,
}

/// What a decision is made from: the same flags for every verb that decides.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// The price files.
    #[command(flatten)]
    pub prices: PriceArgs,
    /// Feature snapshot: CSV, one row a symbol
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub snapshot: Option<String>,
    /// The snapshot's sidecar manifest [default: SNAPSHOT.manifest.json where it exists]
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub manifest: Option<String>,
    /// Block when the snapshot has no sidecar manifest
    #[arg(long, help_heading = "Inputs")]
    pub require_manifest: bool,
    /// The snapshot before this one: a held name that left it since is sold
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub previous: Option<String>,
    /// Indicators in place of prices: JSON `{"soxl": {"price", "ma_trend"}, "soxx": {"price", "ma_trend", "ma20", "ma20_slope"}}`
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub indicators: Option<String>,
    /// The account: JSON `{"total_equity", "as_of", "buying_power", "cash_balance", "positions": [{"symbol", "quantity", "market_value"}]}`
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Account")]
    pub portfolio: Option<String>,
    /// The account's equity in US dollars; overrules the portfolio's
    #[arg(long, value_name = "USD", value_parser = equity, allow_negative_numbers = true, help_heading = "Account")]
    pub equity: Option<f64>,
    /// The cash in US dollars, beside a portfolio in CSV
    #[arg(long, value_name = "USD", value_parser = equity, allow_negative_numbers = true, help_heading = "Account")]
    pub cash: Option<f64>,
    /// The one account of a portfolio with several, by its `account_id`
    #[arg(long, value_name = "ID", value_parser = not_empty(), help_heading = "Account")]
    pub account: Option<String>,
    /// The held symbols, separated by commas, or `none`; overrides the portfolio's
    #[arg(long, value_name = "A,B", value_parser = holdings, help_heading = "Account")]
    pub holdings: Option<Holdings>,
    /// A held symbol that is cash, such as a money market fund; may be given again
    #[arg(long, value_name = "SYMBOL", value_parser = symbol, help_heading = "Account")]
    pub cash_symbol: Vec<Symbol>,
    /// Read a holding's spelling as a symbol of the profile, such as `META.O=META`; may be given again
    #[arg(long, value_name = "HELD=PROFILE", value_parser = alias, help_heading = "Account")]
    pub alias: Vec<(Symbol, Symbol)>,
    /// A position of fewer US dollars counts as not held [default: 0]
    #[arg(long, value_name = "USD", value_parser = not_negative_usd, allow_negative_numbers = true, help_heading = "Account")]
    pub min_holding: Option<f64>,
    /// The decision date; a time with a zone means its New York date [default: the newest date of the prices]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Rules")]
    pub as_of: Option<NaiveDate>,
    /// Refuse to run without `--as-of`: for schedules
    #[arg(long, help_heading = "Rules")]
    pub require_as_of: bool,
    /// Config overrides: a JSON object of config keys
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    pub config: Option<String>,
    /// One config override; VALUE is JSON, else text; may be given again, the last wins
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Rules")]
    pub settings: Vec<String>,
    /// Turn a blocking finding into a warning (`strat explain --codes` shows which can); may be given again
    #[arg(long, value_name = "CODE", value_parser = finding_code, help_heading = "Rules")]
    pub allow: Vec<Code>,
    /// Block on any warning too, but for those whose code `--allow` names
    #[arg(long, help_heading = "Rules")]
    pub strict: bool,
    /// Exchange closures decreed after this release: one date a line
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    pub closures: Option<String>,
    /// How many sessions a used symbol's newest close may lie before the decision date [default: 3]
    #[arg(long, value_name = "N", value_parser = max_lag, allow_negative_numbers = true, help_heading = "Rules")]
    pub max_lag: Option<usize>,
    /// Also list the exits among the positions, as zero targets
    #[arg(long, help_heading = "Rules")]
    pub explicit_exits: bool,
}

impl InputArgs {
    /// The flags as a request.
    pub fn into_request(self) -> Request {
        Request {
            profile: self.profile,
            prices: self.prices.prices,
            columns: ColumnNames::merge(self.prices.columns),
            dates: self.prices.dates.unwrap_or_default(),
            snapshot: self.snapshot,
            manifest: self.manifest,
            require_manifest: self.require_manifest,
            previous: self.previous,
            indicators: self.indicators,
            account: AccountFlags {
                portfolio: self.portfolio,
                equity_usd: self.equity,
                holdings: self.holdings.map(|Holdings(symbols)| symbols),
                cash_usd: self.cash,
                account_id: self.account,
                cash_symbols: self.cash_symbol.into_iter().collect(),
                aliases: self.alias,
                min_holding_usd: self.min_holding,
            },
            as_of: self.as_of,
            require_as_of: self.require_as_of,
            config: self.config,
            settings: self.settings,
            allow: self.allow,
            is_strict: self.strict,
            closures: self.closures,
            max_lag: self.max_lag,
            explicit_exits: self.explicit_exits,
            plan: None,
            target_mode: None,
            platform: None,
        }
    }
}

/// A name of a profile, file or folder: a script whose variable is not set leaves an empty one.
pub(crate) fn not_empty() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// The symbols of one `--holdings`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings(pub Vec<Symbol>);

/// The value of `--holdings` of an account that holds nothing.
const NO_HOLDINGS: &str = "none";

/// Of a list with another separator the whole would be one symbol that nobody holds.
fn holdings(text: &str) -> Result<Holdings, String> {
    if text.trim().eq_ignore_ascii_case(NO_HOLDINGS) {
        return Ok(Holdings(Vec::new()));
    }
    let symbols: Vec<Symbol> = text.split(',').filter_map(Symbol::parse).collect();
    if symbols.is_empty() {
        return Err(format!("it names no symbol; `{NO_HOLDINGS}` says that nothing is held"));
    }
    match symbols.iter().find(|symbol| !symbol.is_plausible() || symbol.as_str().contains(' ')) {
        Some(symbol) => {
            Err(format!("`{symbol}` is no symbol; expected symbols with commas between, such as QQQ,TQQQ"))
        }
        None => Ok(Holdings(symbols)),
    }
}

pub(crate) fn symbol(text: &str) -> Result<Symbol, String> {
    Symbol::parse(text).filter(Symbol::is_plausible).ok_or_else(|| "expected a symbol such as SPY".to_owned())
}

fn equity(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(equity) if equity.abs() <= LARGEST_VALUE_USD => Ok(equity),
        _ => Err(format!("expected US dollars as a plain number up to {LARGEST_VALUE_USD:e}, such as 25000")),
    }
}

fn width(text: &str) -> Result<usize, String> {
    let width = text.trim().parse().ok().filter(|width| (NARROWEST..=WIDEST).contains(width));
    width.ok_or_else(|| format!("expected a whole number of columns from {NARROWEST} to {WIDEST}"))
}

pub(crate) fn max_lag(text: &str) -> Result<usize, String> {
    text.trim().parse().map_err(|_| "expected a whole number of sessions from 0".to_owned())
}

pub(crate) fn as_of(text: &str) -> Result<NaiveDate, String> {
    new_york::read_date(text.trim()).map(new_york::DateReading::new_york).map_err(|error| match error {
        new_york::DateError::Shape => error.to_string(),
        _ => format!("{error}; expected {}", new_york::DATE_FORMS),
    })
}

/// Reads the code of a finding.
pub(crate) fn finding_code(text: &str) -> Result<Code, String> {
    let word = text.trim().to_lowercase();
    Code::parse(&word).ok_or_else(|| {
        let allowable = Code::ALL.iter().filter(|code| code.can_be_allowed()).map(|code| code.as_str());
        suggestion::question(&suggestion::nearest(&word, allowable))
            .unwrap_or_else(|| "it is not a finding; `strat explain --codes` lists them".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_time_with_a_zone_is_its_new_york_date() {
        assert_eq!(as_of("2025-04-01T01:00:00Z"), Ok("2025-03-31".parse().unwrap()));
        assert_eq!(as_of("2025-03-31"), Ok("2025-03-31".parse().unwrap()));
        assert!(as_of("2025-3-31").is_err());
    }

    #[test]
    fn an_equity_is_a_finite_number() {
        assert_eq!(equity("25000"), Ok(25000.0));
        for bad in ["NaN", "inf", "1e999", "1e16", "25k", ""] {
            assert!(equity(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_one_of_the_catalogue() {
        assert_eq!(finding_code(" Stale_Price "), Ok(Code::StalePrice));
        assert_eq!(finding_code("bad_price"), Ok(Code::BadPrice));
        assert_eq!(finding_code("stale_prices").unwrap_err(), "did you mean `stale_price`?");
        assert!(finding_code("xyz").unwrap_err().starts_with("it is not a finding"));
    }

    #[test]
    fn holdings_may_be_none() {
        assert_eq!(holdings("none"), Ok(Holdings(Vec::new())));
        for unset in ["", " ", ","] {
            assert!(holdings(unset).is_err(), "{unset}");
        }
        assert_eq!(holdings(" a, B,").map(|Holdings(symbols)| symbols.len()), Ok(2));
    }
}
