//! `strat validate-snapshot`: everything that is wrong with a snapshot, or with all of a folder, in one run.

use anyhow::Result;

use super::{Answer, Exit, refuse_compact};
use crate::cli::{ValidateSnapshotArgs, ValidationFormat};
use crate::render;
use crate::validation::{self, Verdict};

/// Validates, and draws the report in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract.
pub fn answer(flags: ValidateSnapshotArgs) -> Result<Answer> {
    let (format, is_compact) = (flags.format, flags.compact);
    refuse_compact(is_compact, format == ValidationFormat::Json)?;
    let report = validation::run(&flags.into_request())?;
    let text = match format {
        ValidationFormat::Table => render::validation::table::report(&report),
        ValidationFormat::Json => render::json::document(&report, is_compact)?,
        ValidationFormat::Github => render::validation::github::report(&report),
        ValidationFormat::Markdown => render::validation::markdown::report(&report),
    };
    let exit = match report.verdict {
        Verdict::Sound => Exit::Done,
        Verdict::Unsound => Exit::Unsound,
    };
    // The report itself says what is wrong: standard error stays silent.
    Ok(Answer { text, exit, ..Answer::default() })
}
