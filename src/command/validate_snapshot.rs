//! `strat validate-snapshot`: everything that is wrong with a snapshot, or with all of a folder, in one run.

use super::{Answer, Exit, Failure};
use crate::decision::ContractViolation;
use crate::pipeline::PipelineError;
use crate::render;
use crate::validation::{self, Request, Verdict};

/// The forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ValidationFormat {
    /// For people: three lines when all is well.
    #[default]
    Table,
    /// The report, `strat.validation.v1`.
    Json,
    /// Workflow commands that annotate a pull request on GitHub.
    Github,
    /// For a job summary.
    Markdown,
}

/// Validates, and draws the report in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract.
pub fn answer(request: &Request, format: ValidationFormat, is_compact: bool) -> Result<Answer, Failure> {
    let report = validation::run(request)?;
    let text = match format {
        ValidationFormat::Table => render::validation::table::report(&report),
        ValidationFormat::Json => render::json::document(&report, is_compact)
            .map_err(|error| PipelineError::from(ContractViolation(error.to_string())))?,
        ValidationFormat::Github => render::validation::github::report(&report),
        ValidationFormat::Markdown => render::validation::markdown::report(&report),
    };
    let exit = match report.verdict {
        Verdict::Sound => Exit::Done,
        Verdict::Unsound => Exit::Unsound,
    };
    // The report itself says what is wrong: standard error stays silent.
    Ok(Answer { text, exit: Some(exit), ..Answer::default() })
}
