//! One module a verb. Each turns its flags into an answer; printing it is done here, once.

mod accounts;
mod argument_file;
pub mod arguments;
pub mod build_snapshot;
pub mod cli;
pub(crate) mod completions;
pub mod decide;
pub(crate) mod diff;
mod draw;
pub mod error;
pub(crate) mod explain;
mod explain_code;
pub(crate) mod list;
pub(crate) mod output;
mod output_folder;
mod progress;
pub(crate) mod replay;
pub mod schema;
pub(crate) mod show;
pub mod stage;
pub(crate) mod usage;
pub mod validate_snapshot;
pub mod verify;

use std::path::Path;
use std::process::ExitCode;

use chrono::NaiveDate;

use crate::amount::counted;
use crate::document::message::Messages;
use crate::finding::{self, Finding, Severity};
use crate::pipeline::{Request, UsageError};
use crate::record::{Record, Verdict};
use cli::{Cli, ProfileOrigin, Verb};
pub use error::CommandError;
use output::Destination;
use stage::Stage;

/// The exit codes: a contract with callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    #[default]
    Done,
    /// `validate-snapshot` found errors; `build-snapshot --check`, `diff` or `verify` found differences.
    Found,
    /// The flags are wrong.
    Usage,
    /// An input failed.
    Blocked,
    /// The output could not be written.
    Unwritten,
    /// With `--exit-code`: there is nothing to do.
    Hold,
    /// The program broke its own contract.
    Internal,
}

impl Exit {
    /// The exit of several answers together.
    fn of_all(exits: &[Self]) -> Self {
        GRAVEST_FIRST.into_iter().find(|exit| exits.contains(exit)).unwrap_or_default()
    }

    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::Blocked => 3,
            Self::Unwritten => 4,
            Self::Hold => 10,
            // As the BSD sysexits name an internal software error.
            Self::Internal => 70,
        }
    }
}

/// The exits of several answers, the gravest first: nothing to do is said only where there is nothing to do at all.
const GRAVEST_FIRST: [Exit; 4] = [Exit::Blocked, Exit::Found, Exit::Done, Exit::Hold];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A value, or why a verb has no answer.
pub type Result<T, E = CommandError> = std::result::Result<T, E>;

/// What a verb answers.
#[derive(Debug, Default)]
pub struct Answer {
    /// The data.
    pub text: String,
    /// Where it goes: standard output, or the file of `--output`.
    pub destination: Destination,
    /// What standard error says of the inputs.
    pub findings: Vec<Finding>,
    /// The exit code.
    pub exit: Exit,
    /// What is said once a file of `--output` is written.
    pub(crate) closing: Option<String>,
    /// Whether the text itself says what was found.
    pub(crate) says_findings: bool,
    /// The decision date.
    pub(crate) as_of: Option<NaiveDate>,
}

/// What a command line answers, for a program in Rust: nothing is printed, and the file of `--output` is left to the
/// caller. `replay` and `build-snapshot` write their files, which are what they are for.
///
/// # Errors
/// When the flags are wrong, or when an input that the answer can't be made without failed.
pub fn answer(cli: Cli) -> Result<Answer> {
    let stage = Stage::new(cli.speech);
    answer_of(cli.verb, &stage)
}

/// Runs a command line: prints its answer, or writes the file of `--output`.
pub fn run(cli: Cli) -> ExitCode {
    let Cli { verb, speech, profile_origin } = cli;
    let mut stage = Stage::new(speech);
    stage.messages.profile = profile_of(&verb);
    stage.messages.account = account_of(&verb);
    let exit = match answer_of(verb, &stage) {
        Ok(answer) => finish(answer, &mut stage),
        Err(error) => fail(&error, &stage.messages),
    };
    if exit == Exit::Usage && profile_origin == ProfileOrigin::Environment {
        stage.messages.hint("PROFILE was left out, so it is the one that STRATEGY_PROFILE names");
    }
    exit.into()
}

fn profile_of(verb: &Verb) -> Option<String> {
    match verb {
        Verb::Decide(flags) => Some(flags.request.profile.clone()),
        Verb::Explain(flags) => Some(flags.request.profile.clone()),
        Verb::ValidateSnapshot(flags) => Some(flags.request.profile.clone()),
        Verb::Replay(flags) => Some(flags.request.profile.clone()),
        Verb::BuildSnapshot(flags) => Some(flags.request.profile.clone()),
        _ => None,
    }
}

/// What tells the account from others, as a record names it.
fn account_of(verb: &Verb) -> Option<String> {
    let (request, accounts) = match verb {
        Verb::Decide(flags) => (&flags.request, &flags.accounts),
        Verb::Explain(flags) => (&flags.request, &flags.accounts),
        _ => return None,
    };
    request.account.account_id.clone().or_else(|| match accounts.portfolio.as_slice() {
        [portfolio] => Some(portfolio.clone()),
        _ => None,
    })
}

fn answer_of(verb: Verb, stage: &Stage) -> Result<Answer> {
    match verb {
        Verb::List(flags) => list::answer(&flags, stage.screen),
        Verb::Decide(flags) => decide::answer(*flags, stage),
        Verb::Explain(flags) => explain::answer(*flags, stage),
        Verb::Replay(flags) => replay::answer(*flags, stage),
        Verb::ValidateSnapshot(flags) => validate_snapshot::answer(flags, stage),
        Verb::BuildSnapshot(flags) => build_snapshot::answer(*flags, stage),
        Verb::Show(flags) => show::answer(flags, stage),
        Verb::Diff(flags) => diff::answer(&flags, stage),
        Verb::Verify(flags) => verify::answer(flags, stage),
        Verb::Schema(flags) => Ok(schema::answer(&flags)),
        Verb::Completions(flags) => Ok(completions::completions(&flags)),
        Verb::Man(flags) => completions::man(&flags),
    }
}

/// What is said once a decision is written to a file: the profile, the date, the account, and the verdict.
fn closing_line(record: &Record, request: &Request) -> String {
    let mut parts = vec![record.profile.clone()];
    parts.extend(record.as_of.map(|date| date.to_string()));
    let account = request.account.portfolio.as_deref().map(Path::new).and_then(Path::file_name);
    parts.extend(account.map(|name| name.to_string_lossy().into_owned()));
    let mut said = vec![record.verdict.words().to_owned()];
    match record.verdict {
        Verdict::Rebalance | Verdict::Emergency => said.push(match record.trade_counts() {
            Some((buys, sells)) => format!("{}, {}", counted(buys, "buy"), counted(sells, "sell")),
            None => counted(record.positions.len(), "target"),
        }),
        Verdict::Blocked => {
            said.push(counted(finding::count(&record.findings, Severity::Error), "error"));
        }
        Verdict::NothingToTrade | Verdict::Hold => {}
    }
    format!("{}: {}", parts.join(" "), said.join(", "))
}

/// `--compact` is a form of JSON and of nothing else.
fn refuse_compact(is_compact: bool, is_json: bool) -> Result<(), UsageError> {
    if is_compact && !is_json {
        let hint = "add `--format json`, or leave `--compact` out";
        return Err(UsageError::new("`--compact` puts JSON on one line and does nothing else", hint));
    }
    Ok(())
}

fn finish(answer: Answer, stage: &mut Stage) -> Exit {
    stage.messages.as_of = answer.as_of;
    let is_file = answer.destination.is_file();
    // In one place the answer that follows says the same.
    let is_said = stage.is_one_place && answer.says_findings && !is_file;
    if !is_said {
        stage.messages.findings(&answer.findings);
    }
    match answer.destination.write(&answer.text) {
        Ok(()) => {
            if let Some(closing) = answer.closing.as_deref().filter(|_| is_file) {
                stage.messages.done(closing);
            }
            answer.exit
        }
        Err(error) => fail(&error.into(), &stage.messages),
    }
}

/// Says what went wrong, and as which exit code.
fn fail(error: &CommandError, messages: &Messages) -> Exit {
    match error {
        CommandError::Usage(error) => {
            messages.problems(&error.problems);
            Exit::Usage
        }
        CommandError::Inputs(findings) => {
            messages.findings(findings);
            Exit::Blocked
        }
        CommandError::Output(error) => {
            messages.error("output_unwritten", &error.to_string(), error.hint());
            Exit::Unwritten
        }
        CommandError::Internal(error) => {
            let hint = "nothing was decided; please report it with the input files";
            messages.error("internal", &format!("internal error: {error:#}"), Some(hint));
            Exit::Internal
        }
    }
}
