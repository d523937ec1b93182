//! `strat validate-snapshot`: everything that is wrong with a snapshot, or with all of a folder, in one run.

use anyhow::Result;

use super::stage::Stage;
use super::{Answer, Exit, refuse_compact};
use crate::cli::{ValidateSnapshotArgs, ValidationFormat};
use crate::document::{DEFAULT_WIDTH, Screen, json, markdown, text};
use crate::language::Language;
use crate::validation::{self, Verdict};
use crate::view::validation::{Detail, document, github};

/// Validates, and draws the report in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract.
pub fn answer(flags: ValidateSnapshotArgs, stage: &Stage) -> Result<Answer> {
    let (format, is_compact) = (flags.format, flags.compact);
    let detail = Detail { all: flags.all, stats: flags.stats };
    refuse_compact(is_compact, format == ValidationFormat::Json)?;
    let report = validation::run(&flags.into_request())?;
    let text = match format {
        ValidationFormat::Table => text::draw(&document(&report, detail, stage.screen), stage.screen),
        ValidationFormat::Json => json::document(&report, is_compact)?,
        ValidationFormat::Github => github(&report, stage.messages.path_prefix.as_deref()),
        ValidationFormat::Markdown => {
            let screen = Screen { width: DEFAULT_WIDTH, color: false };
            markdown::draw(&document(&report, detail, screen), Language::En)
        }
    };
    let exit = match report.verdict {
        Verdict::Valid => Exit::Done,
        Verdict::Invalid => Exit::Unsound,
    };
    // The report itself says what is wrong: standard error stays silent.
    Ok(Answer { text, exit, ..Answer::default() })
}
