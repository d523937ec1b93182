//! Why a verb has no answer.

use crate::decision::ContractViolation;
use crate::finding::Finding;
use crate::pipeline::{PipelineError, UsageError};

use super::output::OutputError;

/// Why a verb has no answer: what standard error says, and the exit code, follow from the kind.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The flags are wrong.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// What is wrong with a file that no answer can be made without.
    #[error("a file that the answer needs can't be used")]
    Inputs(Vec<Finding>),
    /// The output can't be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The program broke its own contract.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<PipelineError> for CommandError {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Usage(error) => Self::Usage(error),
            PipelineError::Profile(findings) => Self::Inputs(findings),
            PipelineError::Contract(violation) => violation.into(),
        }
    }
}

/// Errors that only a fault of the program gives: what it draws, it draws into memory.
macro_rules! internal {
    ($($error:ty),+) => {
        $(impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self::Internal(error.into())
            }
        })+
    };
}

internal!(
    ContractViolation,
    serde_json::Error,
    csv::Error,
    askama::Error,
    quick_junit::SerializeError,
    std::io::Error
);
