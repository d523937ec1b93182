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
use crate::input::InputRecord;
use crate::language::Language;
use crate::number::of_count;
use crate::profile::manifest::Localized;
use crate::replay::files::shortest;
use crate::replay::schedule::Cadence;
use crate::replay::{Accounting, FillAt, Replay};
use accounts::AccountRow;
use calendar::Year;
use cards::Card;
use chart::{Chart, Line};
use curves::{Band, YearTick};
use diary::DiaryRow;
use notes::Note;
use scale::TimeScale;
use strips::{StressTick, Strip};

/// The most bytes of a report without stress.
const MOST_BYTES: usize = 290_000;

/// A key of the config that is not the profile's own.
struct Change {
    key: String,
    value: String,
    profile_value: String,
}

/// A file that was read.
struct FileRow {
    path: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page {
    zh: bool,
    name: String,
    profile: String,
    description: String,
    from: NaiveDate,
    to: NaiveDate,
    session_count: String,
    benchmark_symbol: Option<String>,
    cards: Vec<Card>,
    notes: Vec<Note>,
    cadence: Cadence,
    fill: FillAt,
    cost_bps: String,
    is_constant: bool,
    model_equity: String,
    threshold: String,
    cash_rate: String,
    synthetic: Option<String>,
    changes: Vec<Change>,
    files: Vec<FileRow>,
    bands: Vec<Band>,
    years_axis: Vec<YearTick>,
    value: Chart,
    drawdown: Chart,
    held: Vec<held::Row>,
    dropped_rows: usize,
    years: Vec<Year>,
    accounts: Vec<AccountRow>,
    value_gap: Option<Chart>,
    weight_gap: Option<Chart>,
    strips: Vec<Strip>,
    stress_is_yearly: bool,
    stress_plain: f64,
    stress_ticks: Vec<StressTick>,
    diary: Vec<DiaryRow>,
    older_rows: usize,
    version: &'static str,
}

mod filters {
    /// A class that may be none.
    #[askama::filter_fn]
    pub(super) fn or_none(class: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(if class.is_empty() { "z".to_owned() } else { class.to_owned() })
    }
}

impl Page {
    /// The text of the page's language.
    fn t(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.zh { chinese } else { english }
    }

    fn benchmark_name(&self) -> &str {
        self.benchmark_symbol.as_deref().unwrap_or_default()
    }
}

impl Line {
    /// The class of its label.
    fn class_name(&self) -> &'static str {
        self.class
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

fn prepare(replay: &Replay, language: Language) -> Page {
    let zh = language == Language::Zh;
    let time = TimeScale::new(&replay.sessions);
    let sessions = replay.sessions.as_slice();
    let values = replay.model.history.values();
    let benchmark_values = replay.benchmark.as_ref().map(|benchmark| benchmark.values.as_slice());
    let marks = curves::marks(replay, zh);
    let cash = if zh { "现金" } else { "cash" };
    let (held, dropped_rows) =
        held::rows(time, sessions, &replay.model.history, &replay.facts.safe_havens, cash);
    let request = &replay.request;
    let (value_gap, weight_gap) = accounts::gaps(replay, time);
    let stress = strips::Stress::new(replay);
    let manifest = &replay.profile.manifest;
    let localized = |text: &Localized| if zh { text.zh.clone() } else { text.en.clone() };
    Page {
        zh,
        name: localized(&manifest.display_name),
        profile: manifest.profile.to_string(),
        description: localized(&manifest.description),
        from: sessions.first().copied().unwrap_or_default(),
        to: sessions.last().copied().unwrap_or_default(),
        session_count: grouped(of_count(sessions.len()), 0),
        benchmark_symbol: replay.benchmark.as_ref().map(|benchmark| benchmark.symbol.to_string()),
        cards: cards::cards(replay),
        notes: notes::notes(replay, stress.spread),
        cadence: replay.facts.cadence.clone(),
        fill: request.fill,
        cost_bps: shortest(request.turnover_cost_bps),
        is_constant: request.accounting == Accounting::ConstantWeights,
        model_equity: grouped(request.model_equity_usd, 0),
        threshold: percent_with(replay.terms.trade_threshold, 2),
        cash_rate: percent_with(request.cash_rate.unwrap_or_default(), 2),
        synthetic: request.synthetic_products.map(|expense| percent_with(expense, 2)),
        changes: changes(replay),
        files: files(replay),
        bands: curves::bands(replay, time, zh),
        years_axis: curves::year_ticks(time, sessions, &values),
        value: curves::value_chart(replay, time, &values, benchmark_values, &marks, zh),
        drawdown: curves::drawdown_chart(replay, time, &values, benchmark_values, zh),
        held,
        dropped_rows,
        years: calendar::years(sessions, &values, benchmark_values),
        accounts: accounts::accounts(replay, zh),
        value_gap,
        weight_gap,
        strips: stress.strips,
        stress_is_yearly: stress.is_yearly,
        stress_plain: stress.plain,
        stress_ticks: stress.ticks,
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

fn files(replay: &Replay) -> Vec<FileRow> {
    let row = |input: &InputRecord| FileRow { path: input.path.clone(), sha256: input.sha256.clone() };
    replay.inputs.iter().map(row).collect()
}

fn changes(replay: &Replay) -> Vec<Change> {
    let text = |value: Option<&serde_json::Value>| value.map(ToString::to_string).unwrap_or_default();
    replay
        .profile
        .config
        .iter()
        .filter(|(key, value)| {
            let own = replay.profile_config.get(*key);
            own != Some(*value)
        })
        .map(|(key, value)| Change {
            key: key.clone(),
            value: value.to_string(),
            profile_value: text(replay.profile_config.get(key)),
        })
        .collect()
}
