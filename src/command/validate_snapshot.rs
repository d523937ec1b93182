//! `strat validate-snapshot`: everything that is wrong with snapshots, in one run.

use anyhow::Result;

use super::output::{Destination, open_apart};
use super::stage::Stage;
use super::{Answer, Exit, refuse_compact};
use crate::amount::counted;
use crate::cli::{ValidateSnapshotArgs, ValidationFormat};
use crate::document::message::Form;
use crate::document::{Screen, json, markdown, text};
use crate::validation::{self, Report, Request, Verdict};
use crate::view::junit;
use crate::view::validation::{Detail, document, github};

/// Validates, and draws the report in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the output can't be written, a manifest of the user's own can't be used, or the program
/// breaks its own contract.
pub fn answer(flags: ValidateSnapshotArgs, stage: &Stage) -> Result<(Answer, Destination)> {
    let (format, is_compact) = (flags.format, flags.compact);
    let detail = Detail { all: flags.all, stats: flags.stats };
    refuse_compact(is_compact, format == ValidationFormat::Json)?;
    let (output, lang) = (flags.output.clone(), flags.language.lang);
    let request = flags.into_request();
    let destination = match &output {
        Some(path) => open_apart("--output", path, &validation::named_inputs(&request))?,
        None => Destination::standard_output(),
    };
    stage.wait_for_input(&validation::named_inputs(&request));
    let report = validation::run(&request)?;
    let screen = stage.screen_for(destination.is_file());
    let text = match format {
        ValidationFormat::Table => text::draw(&document(&report, detail, screen, lang), screen),
        ValidationFormat::Json => json::document(&report, is_compact)?,
        ValidationFormat::Github => github(&report, stage.messages.path_prefix.as_deref()),
        ValidationFormat::Markdown => {
            markdown::draw(&document(&report, detail, Screen::default(), lang), lang)
        }
        ValidationFormat::Junit => junit::draw(&report)?,
    };
    let exit = match report.verdict {
        _ if report.lacks_a_file => Exit::Blocked,
        Verdict::Valid => Exit::Done,
        Verdict::Invalid => Exit::Found,
    };
    // The report itself says what is wrong: where a person reads it, standard error stays silent.
    let is_read_at_once = !destination.is_file() && stage.messages.form == Form::Text;
    let findings = if is_read_at_once || format == ValidationFormat::Github {
        Vec::new()
    } else {
        report.files.iter().flat_map(|file| file.findings.clone()).collect()
    };
    let closing = Some(closing_line(&request, &report));
    Ok((Answer { text, exit, findings, closing, as_of: report.as_of, ..Answer::default() }, destination))
}

/// What is said once a report is written to a file.
fn closing_line(request: &Request, report: &Report) -> String {
    let invalid = report.files.iter().filter(|file| file.verdict == Verdict::Invalid).count();
    let said = match report.files.as_slice() {
        [file] => {
            let mut said = vec![file.verdict.as_str().to_uppercase()];
            let counts = [(report.counts.errors, "error"), (report.counts.warnings, "warning")];
            said.extend(counts.into_iter().filter(|(count, _)| *count > 0).map(|(n, word)| counted(n, word)));
            said.join(", ")
        }
        files if invalid == 0 => format!("{} files, all VALID", files.len()),
        files => format!("{} files, {invalid} INVALID", files.len()),
    };
    format!("{}: {said}", request.profile)
}
