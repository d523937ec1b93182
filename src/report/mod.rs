//! The report of a replay: one HTML file with its pictures drawn in, no script, no address outside it.
//!
//! What it says stands in the templates beside this file, each sentence in both languages; colours are one list of
//! variables in `style.css`.

mod accounts;
mod calendar;
mod cards;
mod chart;
mod curves;
mod diary;
mod held;
mod line;
mod notes;
mod scale;
mod strips;

#[cfg(test)]
mod tests;

use askama::Template;
use chrono::NaiveDate;

use crate::amount::{grouped, percent_with};
use crate::language::Language;
use crate::number::{Number, of_count};
use crate::replay::schedule::Cadence;
use crate::replay::{Accounting, FillAt, Replay};
use crate::symbol::Symbol;
use accounts::AccountRow;
use calendar::Year;
use cards::Card;
use chart::Chart;
use curves::{Band, YearTick};
use diary::DiaryRow;
use notes::Note;
use scale::TimeScale;
use strips::Stress;

/// The most bytes of a report without stress.
const MOST_BYTES: usize = 290_000;

/// A key of the config that is not the profile's own.
struct Change {
    key: String,
    value: String,
    profile_value: String,
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    zh: bool,
    replay: &'a Replay,
    name: &'a str,
    description: &'a str,
    from: NaiveDate,
    to: NaiveDate,
    session_count: String,
    benchmark_symbol: Option<&'a Symbol>,
    cards: Vec<Card>,
    drawdown_spell: String,
    notes: Vec<Note>,
    cost_bps: Number,
    is_constant: bool,
    model_equity: String,
    threshold: String,
    cash_rate: String,
    synthetic: Option<String>,
    changes: Vec<Change>,
    bands: Vec<Band>,
    years_axis: Vec<YearTick>,
    value: Chart,
    drawdown: Chart,
    held: Vec<held::Row>,
    dropped_rows: usize,
    years: Vec<Year>,
    accounts: Vec<AccountRow>,
    gaps: Option<(Chart, Chart)>,
    stress: Stress,
    diary: Vec<DiaryRow>,
    older_rows: usize,
    version: &'static str,
}

impl Page<'_> {
    /// The text of the page's language.
    fn t(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.zh { chinese } else { english }
    }
}

/// Draws the report of a replay.
///
/// # Errors
/// When the template fails, which one into memory does not.
pub(crate) fn page(replay: &Replay, language: Language) -> Result<String, askama::Error> {
    let mut page = prepare(replay, language);
    let rows = std::mem::take(&mut page.diary);
    let room = MOST_BYTES.saturating_sub(page.render()?.len());
    let (kept, older) = diary::newest_that_fit(rows, room);
    page.diary = kept;
    page.older_rows = older;
    page.render()
}

fn prepare(replay: &Replay, language: Language) -> Page<'_> {
    let zh = language == Language::Zh;
    let time = TimeScale::new(&replay.sessions);
    let values = replay.model.history.values();
    let benchmark_values = replay.benchmark.as_ref().map(|benchmark| benchmark.values.as_slice());
    let cash = if zh { "现金" } else { "cash" };
    let (held, dropped_rows) = held::rows(time, &replay.model.history, &replay.facts.safe_havens, cash);
    let (request, manifest) = (&replay.request, &replay.profile.manifest);
    Page {
        zh,
        replay,
        name: manifest.display_name.in_language(language),
        description: manifest.description.in_language(language),
        from: replay.sessions.first().copied().unwrap_or_default(),
        to: replay.sessions.last().copied().unwrap_or_default(),
        session_count: grouped(of_count(replay.sessions.len()), 0),
        benchmark_symbol: replay.benchmark.as_ref().map(|benchmark| &benchmark.symbol),
        cards: cards::cards(replay),
        drawdown_spell: cards::drawdown_spell(&replay.model.figures),
        notes: notes::notes(replay),
        cost_bps: Number(request.turnover_cost_bps),
        is_constant: request.accounting == Accounting::ConstantWeights,
        model_equity: grouped(request.model_equity_usd, 0),
        threshold: percent_with(replay.terms.trade_threshold, 2),
        cash_rate: percent_with(request.cash_rate.unwrap_or_default(), 2),
        synthetic: request.synthetic_products.map(|expense| percent_with(expense, 2)),
        changes: changes(replay),
        bands: curves::bands(replay, time, zh),
        years_axis: curves::year_ticks(time, &values),
        value: curves::value_chart(replay, time, &values, zh),
        drawdown: curves::drawdown_chart(replay, time, &values, zh),
        held,
        dropped_rows,
        years: calendar::years(&replay.sessions, &values, benchmark_values),
        accounts: accounts::accounts(replay, zh),
        gaps: accounts::gaps(replay, time),
        stress: Stress::new(replay),
        diary: replay
            .diary
            .rows
            .iter()
            .map(|row| diary::diary_row(row, replay.terms.are_weights, zh))
            .collect(),
        older_rows: 0,
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn changes(replay: &Replay) -> Vec<Change> {
    let (config, own) = (&replay.profile.config, &replay.profile_config);
    let changed = config.iter().filter(|(key, value)| own.get(*key) != Some(*value));
    changed
        .map(|(key, value)| Change {
            key: key.clone(),
            value: value.to_string(),
            profile_value: own.get(key).map(ToString::to_string).unwrap_or_default(),
        })
        .collect()
}
