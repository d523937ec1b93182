//! One module a verb. Each turns its flags into an answer; printing it is done here, once.

pub mod arguments;
pub mod decide;
pub mod explain;
mod explain_code;
pub mod list;
pub mod output;
pub mod replay;
pub mod validate_snapshot;

use std::process::ExitCode;

use anyhow::{Error, Result};

use crate::cli::{Cli, ProfileOrigin, Verb};
use crate::finding::Finding;
use crate::pipeline::{PipelineError, UsageError, UsageProblem};
use crate::render::diagnostic;
use crate::replay::ReplayError;
use output::{Destination, OutputError};

/// The exit codes: a contract with callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    #[default]
    Done,
    /// `validate-snapshot` found errors.
    Unsound,
    /// The flags are wrong.
    Usage,
    /// An input failed.
    Blocked,
    /// The output could not be written.
    Unwritten,
    /// With `--exit-code`: the action is `hold`.
    Hold,
    /// The program broke its own contract.
    Internal,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Unsound => 1,
            Exit::Usage => 2,
            Exit::Blocked => 3,
            Exit::Unwritten => 4,
            Exit::Hold => 10,
            // As the BSD sysexits name an internal software error.
            Exit::Internal => 70,
        })
    }
}

/// What a verb answers.
#[derive(Debug, Default)]
pub struct Answer {
    /// The data for standard output, or for the file of `--output`.
    pub text: String,
    /// What standard error says of the inputs.
    pub findings: Vec<Finding>,
    /// The exit code.
    pub exit: Exit,
}

/// Runs a command line.
pub fn run(cli: Cli) -> ExitCode {
    let exit = match answer(cli.verb) {
        Ok((answer, destination)) => finish(&answer, destination),
        Err(error) => fail(&error),
    };
    if exit == Exit::Usage && cli.profile_origin == ProfileOrigin::Environment {
        diagnostic::print_hint("PROFILE was left out, so it is the one that STRATEGY_PROFILE names");
    }
    exit.into()
}

fn answer(verb: Verb) -> Result<(Answer, Destination)> {
    let on_standard_output = |answer| (answer, Destination::standard_output());
    match verb {
        Verb::List(flags) => list::answer(flags).map(on_standard_output),
        Verb::Decide(flags) => decide::answer(*flags),
        Verb::Explain(flags) => explain::answer(*flags),
        Verb::Replay(flags) => replay::answer(*flags).map(on_standard_output),
        Verb::ValidateSnapshot(flags) => validate_snapshot::answer(flags).map(on_standard_output),
    }
}

/// `--compact` is a form of JSON and of nothing else.
fn refuse_compact(is_compact: bool, is_json: bool) -> Result<(), UsageError> {
    if is_compact && !is_json {
        let hint = "add `--format json`, or leave `--compact` out".to_owned();
        return Err(UsageError::new("`--compact` puts JSON on one line and does nothing else", hint));
    }
    Ok(())
}

fn finish(answer: &Answer, destination: Destination) -> Exit {
    diagnostic::print_findings(&answer.findings);
    match destination.write(&answer.text) {
        Ok(()) => answer.exit,
        Err(error) => fail(&error.into()),
    }
}

/// Tells what went wrong, and as which exit code.
fn fail(error: &Error) -> Exit {
    if let Some(error) = error.downcast_ref::<UsageError>() {
        diagnostic::print_problems(&error.problems);
        return Exit::Usage;
    }
    if let Some(error) = error.downcast_ref::<OutputError>() {
        let hint = error.hint().map(str::to_owned);
        diagnostic::print_problems(&[UsageProblem { message: error.to_string(), hint }]);
        return Exit::Unwritten;
    }
    let replay = error.downcast_ref::<ReplayError>();
    if let Some(ReplayError::Folder(error)) = replay {
        diagnostic::print_problems(&[UsageProblem {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }]);
        return Exit::Unwritten;
    }
    let of_replay = replay.and_then(ReplayError::pipeline);
    match of_replay.or_else(|| error.downcast_ref::<PipelineError>()) {
        Some(PipelineError::Usage(error)) => {
            diagnostic::print_problems(&error.problems);
            Exit::Usage
        }
        Some(PipelineError::Profile(findings)) => {
            diagnostic::print_findings(findings);
            Exit::Blocked
        }
        Some(PipelineError::Contract(_)) | None => {
            diagnostic::print_error(&format!(
                "internal error: {error:#}; nothing was decided, please report it with the input files"
            ));
            Exit::Internal
        }
    }
}
