//! `strat decide`: one decision from its input files.

use anyhow::Result;

use super::output::{Destination, open};
use super::stage::Stage;
use super::{Answer, Exit, closing_line, refuse_compact};
use crate::cli::{DecideArgs, DecideFormat};
use crate::document::{json, markdown, text};
use crate::language::Language;
use crate::pipeline::{self, PipelineError};
use crate::record::{Record, Verdict};
use crate::strategy::trace::Trace;
use crate::view;

/// Decides, and draws the decision in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the output can't be written, or the program breaks its own contract.
pub fn answer(flags: DecideArgs, stage: &Stage) -> Result<(Answer, Destination)> {
    let DecideArgs { inputs, format, output, compact: is_compact, exit_code: tells_hold } = flags;
    refuse_compact(is_compact, format == DecideFormat::Json)?;
    let request = inputs.into_request();
    let destination = open(output.as_deref(), &request)?;
    let record = match pipeline::run(&request, Trace::silent()) {
        Err(PipelineError::Profile(findings)) if format == DecideFormat::Json => {
            Record::unprofiled(request.profile.clone(), findings)
        }
        result => Record::new(&result?),
    };
    let text = match format {
        DecideFormat::Json => json::document(&record, is_compact)?,
        DecideFormat::Table => {
            text::draw(&view::decision::document(&record), stage.screen_for(destination.is_file()))
        }
        DecideFormat::Csv => view::csv::decision(&record)?,
        DecideFormat::Markdown => markdown::draw(&view::decision::document(&record), Language::En),
    };
    let exit = match record.verdict {
        Verdict::Blocked => Exit::Blocked,
        Verdict::Hold | Verdict::NothingToTrade if tells_hold => Exit::Hold,
        _ => Exit::Done,
    };
    let closing = Some(closing_line(&record, &request));
    let says_findings = matches!(format, DecideFormat::Table | DecideFormat::Markdown);
    let answer =
        Answer { text, exit, closing, says_findings, as_of: record.as_of, findings: record.findings };
    Ok((answer, destination))
}
