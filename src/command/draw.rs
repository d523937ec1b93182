//! What is drawn of a record, the same whether it was made just now or saved: no form has another source.

use anyhow::Result;

use crate::cli::{DecideFormat, ExplainFormat};
use crate::document::{Screen, json, markdown, text};
use crate::explain::Explanation;
use crate::language::Language;
use crate::record::Record;
use crate::view;
use crate::view::explanation::Characters;

/// A decision in a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct DecisionForm {
    pub format: DecideFormat,
    /// JSON on one line.
    pub is_compact: bool,
    /// CSV of the trades.
    pub prints_trades: bool,
    pub screen: Screen,
}

/// Draws a decision.
///
/// # Errors
/// When a number is not finite.
pub(super) fn decision(record: &Record, form: DecisionForm) -> Result<String> {
    Ok(match form.format {
        DecideFormat::Json => json::document(record, form.is_compact)?,
        DecideFormat::Table => text::draw(&view::decision::document(record), form.screen),
        DecideFormat::Csv if form.prints_trades => view::csv::trades(record)?,
        DecideFormat::Csv => view::csv::decision(record)?,
        DecideFormat::Markdown => markdown::draw(&view::decision::document(record), Language::En),
    })
}

/// Draws an explanation.
///
/// # Errors
/// When a number is not finite.
pub(super) fn explanation(
    explanation: &Explanation,
    format: ExplainFormat,
    characters: Characters,
    screen: Screen,
) -> Result<String> {
    let document = || view::explanation::document(explanation, characters);
    Ok(match format {
        ExplainFormat::Json => json::document(explanation, false)?,
        ExplainFormat::Text => text::draw(&document(), screen),
        ExplainFormat::Markdown => markdown::draw(&document(), Language::En),
    })
}
