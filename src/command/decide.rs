//! `strat decide`: one decision from its input files.

use anyhow::Result;

use super::output::{Destination, open};
use super::{Answer, Exit, refuse_compact};
use crate::cli::{DecideArgs, DecideFormat};
use crate::decision::UnprofiledBlock;
use crate::pipeline::{self, PipelineError, Run};
use crate::render::{csv, json, markdown, table};
use crate::strategy::Action;
use crate::strategy::trace::Trace;

/// Decides, and draws the decision in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the output can't be written, or the program breaks its own contract.
pub fn answer(flags: DecideArgs) -> Result<(Answer, Destination)> {
    let DecideArgs { inputs, format, output, compact: is_compact, exit_code: tells_hold } = flags;
    refuse_compact(is_compact, format == DecideFormat::Json)?;
    let request = inputs.into_request();
    let destination = open(output.as_deref(), &request)?;
    let decided = match pipeline::run(&request, Trace::silent()) {
        Err(PipelineError::Profile(findings)) if format == DecideFormat::Json => {
            let block = UnprofiledBlock::new(request.profile, findings.clone());
            let text = json::document(&block, is_compact)?;
            return Ok((Answer { text, findings, exit: Exit::Blocked }, destination));
        }
        result => result?,
    };
    let text = match format {
        DecideFormat::Json => json::document(&decided.decision, is_compact)?,
        DecideFormat::Table => table::decision(&decided),
        DecideFormat::Csv => csv::decision(&decided.decision)?,
        DecideFormat::Markdown => markdown::decision(&decided),
    };
    let exit = exit(&decided, tells_hold);
    Ok((Answer { text, findings: decided.decision.findings, exit }, destination))
}

fn exit(decided: &Run, tells_hold: bool) -> Exit {
    match decided.decision.action {
        Action::Blocked => Exit::Blocked,
        Action::Hold if tells_hold => Exit::Hold,
        _ => Exit::Done,
    }
}
