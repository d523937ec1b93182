//! The command line: the verbs, and the flags that they share.

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::build_snapshot::BuildSnapshotArgs;
use super::completions::{self, CompletionsArgs, ManArgs};
use super::decide::{self, DecideArgs};
use super::diff::{self, DiffArgs};
use super::explain::{self, ExplainArgs};
use super::list::{self, ListArgs};
use super::replay::{self, ReplayArgs};
use super::schema::{self, SchemaArgs};
use super::show::{self, ShowArgs};
use super::validate_snapshot::{self, ValidateSnapshotArgs};
use super::verify::{self, VerifyArgs};
use crate::document::message::Form;
use crate::flag::{not_empty, number};
use crate::language::Language;

const EXAMPLES: &str = "\
Examples:
  strat list
  strat explain tqqq_growth_income
  strat decide global_etf_rotation --prices prices.csv --equity 25000";

const EXIT_CODES: &str = "\
Exit codes:
  0   done (a hold too)
  1   found: errors by validate-snapshot, differences by build-snapshot
      --check, diff or verify
  2   usage: a bad flag, an unknown profile, a bad --set
  3   blocked: an input is missing, unreadable, stale, or breaks its contract
  4   the output could not be written
  10  with --exit-code: nothing to do (a hold, or the account is at its targets)

Standard output is data, standard error is for people. `-` as a FILE is standard input; a FILE may be gzipped.
`@FILE` among the arguments reads arguments from a file, one per line: `strat decide @daily.args`.";

/// The long page of help: the examples that the short one has too, then the rest.
pub(super) fn long_help(examples: &str, notes: &str) -> String {
    format!("{examples}\n\n{notes}")
}

/// Turns market data files into target portfolio weights for nine US-equity strategy profiles, and says why
///
/// A pure function of its files: no network, no clock, no state, no orders. The same files give the same
/// bytes on any machine.
#[derive(Debug, Parser)]
#[command(
    name = "strat",
    version = env!("STRAT_VERSION"),
    after_help = EXAMPLES,
    after_long_help = long_help(EXAMPLES, EXIT_CODES),
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
    /// How the output is drawn and how standard error speaks.
    #[command(flatten)]
    pub(crate) speech: SpeechArgs,
    /// Where the profile is named.
    #[arg(skip)]
    pub(crate) profile_origin: ProfileOrigin,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the profiles: names, inputs, minimum equity, platforms
    #[command(after_help = list::EXAMPLES)]
    List(ListArgs),
    /// Decide a profile's targets from its input files
    #[command(after_help = decide::EXAMPLES, after_long_help = long_help(decide::EXAMPLES, EXIT_CODES))]
    Decide(Box<DecideArgs>),
    /// Explain a decision step by step and what would change it; without inputs, the profile's rules; for a finding's code, what it means
    #[command(after_help = explain::EXAMPLES, after_long_help = long_help(explain::EXAMPLES, explain::NOTES))]
    #[command(mut_arg("profile", |profile| profile
        .help("A profile's key or alias in any case, the path of a profile manifest of your own (JSON), or a finding's code")
        .required(false).required_unless_present("codes").default_value_if("codes", "true", "-")))]
    Explain(Box<ExplainArgs>),
    /// Make a profile's decisions on each past session, and report what an account would have been worth
    #[command(after_help = replay::EXAMPLES, after_long_help = long_help(replay::EXAMPLES, replay::NOTES))]
    Replay(Box<ReplayArgs>),
    /// Report everything that is wrong with a feature snapshot and its manifest
    #[command(after_help = validate_snapshot::EXAMPLES, after_long_help = long_help(validate_snapshot::EXAMPLES, validate_snapshot::NOTES))]
    ValidateSnapshot(ValidateSnapshotArgs),
    /// Build a feature snapshot and its manifest from price histories and a universe
    BuildSnapshot(Box<BuildSnapshotArgs>),
    /// Show a saved decision, explanation or report on snapshots in any form, without its files
    #[command(after_help = show::EXAMPLES, after_long_help = long_help(show::EXAMPLES, show::NOTES))]
    Show(ShowArgs),
    /// Compare two saved decisions, explanations or reports on snapshots: what changed, and why
    #[command(after_help = diff::EXAMPLES, after_long_help = long_help(diff::EXAMPLES, diff::NOTES))]
    Diff(DiffArgs),
    /// Decide again from the files of a saved decision, and check that the result is the same
    #[command(after_help = verify::EXAMPLES, after_long_help = long_help(verify::EXAMPLES, verify::NOTES))]
    Verify(VerifyArgs),
    /// Print the JSON Schema of a JSON that strat reads or writes
    #[command(after_help = schema::AFTER_HELP)]
    Schema(SchemaArgs),
    /// Print the script that completes commands, flags, profiles and files in a shell
    #[command(after_help = completions::COMPLETIONS_HELP)]
    Completions(CompletionsArgs),
    /// Print a manual page, for `man`
    #[command(after_help = completions::MAN_HELP)]
    Man(ManArgs),
}

/// How the output is drawn and how standard error speaks: flags of every verb.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct SpeechArgs {
    /// The form of messages on standard error
    #[arg(long, hide_short_help = true, global = true, value_enum, default_value_t, value_name = "FORM")]
    pub messages: Form,
    /// Print no warnings and no closing line; errors with their hints are always printed
    #[arg(long, short, hide_short_help = true, global = true)]
    pub quiet: bool,
    /// With `--messages github`: the folder of the repository that file names are relative to
    #[arg(long, hide_short_help = true, global = true, value_name = "DIR")]
    pub path_prefix: Option<String>,
    /// When to use colour
    #[arg(long, hide_short_help = true, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// The width of tables and text in columns, from 40 to 400 [default: the terminal's, from 60 to 120; elsewhere 80]
    #[arg(long, hide_short_help = true, global = true, value_name = "N", value_parser = number(40_usize..=400, "a whole number of columns from 40 to 400"))]
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

/// The accounts: a flag of every verb that decides.
#[derive(Clone, Debug, Default, Args)]
pub struct PortfolioArgs {
    /// The account: JSON `{"total_equity", "as_of", "buying_power", "cash_balance", "positions": [{"symbol", "quantity", "market_value"}]}`, or CSV
    // First under the heading that the request's flags of the account have opened.
    #[arg(long, display_order = 0, value_name = "FILE", value_parser = not_empty(), help_heading = "Account")]
    pub portfolio: Vec<String>,
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
