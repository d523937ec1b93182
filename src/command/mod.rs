//! One module a verb. Each turns its flags into an answer; printing it is done here, once.

pub mod decide;
pub mod explain;
pub mod list;
pub mod output;
pub mod validate_snapshot;

use std::process::ExitCode;

use crate::cli::{Cli, Verb};
use crate::finding::Finding;
use crate::pipeline::{PipelineError, UsageProblem};
use crate::render::diagnostic;
use output::{Destination, OutputError};

/// The exit codes: a contract with callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
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
    /// What standard error says of the flags.
    pub problems: Vec<UsageProblem>,
    /// The exit code.
    pub exit: Option<Exit>,
}

/// Runs a command line.
pub fn run(cli: Cli) -> ExitCode {
    let result = match cli.verb {
        Verb::List(flags) => list::answer(flags).map(|answer| (answer, Destination::standard_output())),
        Verb::Decide(flags) => decide::answer(*flags),
        Verb::Explain(flags) => explain::answer(*flags),
        Verb::ValidateSnapshot(flags) => {
            validate_snapshot::answer(flags).map(|answer| (answer, Destination::standard_output()))
        }
    };
    match result {
        Ok((answer, destination)) => finish(answer, destination),
        Err(error) => fail(&error),
    }
}

fn finish(answer: Answer, destination: Destination) -> ExitCode {
    diagnostic::print_findings(&answer.findings);
    diagnostic::print_problems(&answer.problems);
    match destination.write(&answer.text) {
        Ok(()) => answer.exit.unwrap_or(Exit::Done).into(),
        Err(error) => unwritten(&error).into(),
    }
}

/// Why a verb has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The request could not be carried out.
    Pipeline(PipelineError),
    /// The output can't be written: found out before the work.
    Output(OutputError),
}

impl<E: Into<PipelineError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Pipeline(error.into())
    }
}

fn fail(failure: &Failure) -> ExitCode {
    match failure {
        Failure::Pipeline(PipelineError::Usage(error)) => {
            diagnostic::print_problems(&error.problems);
            Exit::Usage
        }
        Failure::Pipeline(PipelineError::Profile(findings)) => {
            diagnostic::print_findings(findings);
            Exit::Blocked
        }
        Failure::Pipeline(PipelineError::Contract(error)) => {
            diagnostic::print_error(&error.to_string());
            Exit::Internal
        }
        Failure::Output(error) => unwritten(error),
    }
    .into()
}

fn unwritten(error: &OutputError) -> Exit {
    let hint = error.hint().map(str::to_owned);
    diagnostic::print_problems(&[UsageProblem { message: error.to_string(), hint }]);
    Exit::Unwritten
}
