//! What is drawn of a record, the same whether it was made just now or saved: no form has another source.

use super::Result;
use super::decide::DecideFormat;
use super::explain::ExplainFormat;
use super::validate_snapshot::ValidationFormat;
use crate::document::{Screen, json, markdown, text};
use crate::explain::Explanation;
use crate::language::Language;
use crate::record::Record;
use crate::validation::Report;
use crate::view;
use crate::view::explanation::Characters;
use crate::view::validation::{self, Detail};

/// A decision in a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct DecisionForm {
    pub format: DecideFormat,
    /// JSON on one line.
    pub is_compact: bool,
    /// CSV of the trades.
    pub prints_trades: bool,
    pub screen: Screen,
    pub language: Language,
}

/// An explanation in a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExplanationForm {
    pub format: ExplainFormat,
    pub characters: Characters,
    pub screen: Screen,
    pub language: Language,
    /// In at most 15 lines.
    pub is_brief: bool,
}

/// A report on snapshots in a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReportForm<'a> {
    pub format: ValidationFormat,
    /// JSON on one line.
    pub is_compact: bool,
    pub detail: Detail,
    pub screen: Screen,
    pub language: Language,
    /// What stands in front of the files of annotations.
    pub path_prefix: Option<&'a str>,
}

/// Draws a decision.
///
/// # Errors
/// When a number is not finite.
pub(super) fn decision(record: &Record, form: DecisionForm) -> Result<String> {
    let document = || view::decision::document(record).in_language(form.language, &view::names_of(record));
    Ok(match form.format {
        DecideFormat::Json => json::document(record, form.is_compact)?,
        DecideFormat::Table => text::draw(&document(), form.screen),
        DecideFormat::Csv => view::csv::of_decision(record, form.prints_trades)?,
        DecideFormat::Markdown => markdown::draw(&document(), form.language),
    })
}

/// Draws an explanation.
///
/// # Errors
/// When a number is not finite.
pub(super) fn explanation(explanation: &Explanation, form: ExplanationForm) -> Result<String> {
    let ExplanationForm { format, characters, screen, language, is_brief } = form;
    let names = view::names_of(&explanation.decision);
    let document = || {
        if is_brief {
            view::explanation::brief(explanation, (screen, language), &names)
        } else {
            view::explanation::document(explanation, characters).in_language(language, &names)
        }
    };
    Ok(match format {
        ExplainFormat::Json => json::document(explanation, false)?,
        ExplainFormat::Text => text::draw(&document(), screen),
        ExplainFormat::Markdown => markdown::draw(&document(), language),
    })
}

/// Draws a report on snapshots.
///
/// # Errors
/// When a number is not finite, or the XML can't be written.
pub(super) fn report(report: &Report, form: ReportForm<'_>) -> Result<String> {
    let ReportForm { format, is_compact, detail, screen, language, path_prefix } = form;
    Ok(match format {
        ValidationFormat::Table => {
            text::draw(&validation::document(report, detail, screen, language), screen)
        }
        ValidationFormat::Json => json::document(report, is_compact)?,
        ValidationFormat::Github => validation::github(report, path_prefix),
        ValidationFormat::Markdown => {
            markdown::draw(&validation::document(report, detail, Screen::default(), language), language)
        }
        ValidationFormat::Junit => view::junit::draw(report)?,
    })
}
