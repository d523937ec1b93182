//! The report of a replay: one HTML file with its pictures drawn in, no script, no address outside it.
//!
//! What it says stands in the templates beside this file, each sentence in both languages; colours are one list of
//! variables in `style.css`.

mod calendar;
mod chart;
mod held;
mod line;
mod notes;
mod scale;
mod strips;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use askama::Template;
use chrono::{Datelike, NaiveDate};

use crate::amount::{grouped, percent_with, rough_percent, signed, usd};
use crate::language::Language;
use crate::number::{Number, of_count};
use crate::replay::diary::Row;
use crate::replay::figures::Figures;
use crate::replay::history::History;
use crate::replay::schedule::Cadence;
use crate::replay::{Accounting, FillAt, Replay};
use crate::strategy::{Action, RiskFlag};
use calendar::{Year, points};
use chart::{Chart, Curve, Line, Mark};
use notes::Note;
use scale::{COLUMNS, HeightScale, TimeScale, linear_ticks, logarithmic_ticks, rounded};
use strips::{StressTick, Strip};

/// The most bytes of a report without stress.
const MOST_BYTES: usize = 290_000;

/// Bytes that the markup of a row of the diary takes besides its texts.
const BYTES_OF_A_ROW: usize = 90;

/// A figure with its definition.
struct Card {
    key: &'static str,
    value: String,
    benchmark: String,
    extra: String,
}

/// A pale band behind the lines.
struct Band {
    x: f64,
    width: f64,
    title: String,
}

/// A year on the shared axis.
struct YearTick {
    year: i32,
    x: f64,
    label_x: f64,
    growth: String,
    is_odd: bool,
}

/// A whole-share account, or the model.
struct AccountRow {
    name: String,
    final_equity: String,
    total_return: String,
    cagr: String,
    cagr_gap: String,
    weight_gap: String,
    cash: String,
    cost: String,
}

/// A row of the diary.
struct DiaryRow {
    class: &'static str,
    date: String,
    action: String,
    repeats: String,
    headline: String,
    targets: String,
    turnover: String,
}

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
    let (kept, older) = newest_that_fit(rows, room);
    page.diary = kept;
    page.older_rows = older;
    page.render()
}

/// The newest rows of the diary that fit into some bytes, and how many older ones there are.
fn newest_that_fit(rows: Vec<DiaryRow>, room: usize) -> (Vec<DiaryRow>, usize) {
    let mut used = 0;
    let mut start = rows.len();
    for (place, row) in rows.iter().enumerate().rev() {
        let texts = [&row.date, &row.action, &row.repeats, &row.headline, &row.targets, &row.turnover];
        used += BYTES_OF_A_ROW + texts.iter().map(|text| text.len()).sum::<usize>();
        if used > room {
            break;
        }
        start = place;
    }
    (rows.into_iter().skip(start).collect(), start)
}

fn prepare(replay: &Replay, language: Language) -> Page {
    let zh = language == Language::Zh;
    let time = TimeScale::new(&replay.sessions);
    let sessions = replay.sessions.as_slice();
    let values = replay.model.history.values();
    let benchmark_values = replay.benchmark.as_ref().map(|benchmark| benchmark.values.as_slice());
    let marks = marks(replay, zh);
    let cash = if zh { "现金" } else { "cash" };
    let (held, dropped_rows) =
        held::rows(time, sessions, &replay.model.history, &replay.facts.safe_havens, cash);
    let request = &replay.request;
    let (value_gap, weight_gap) = gaps(replay, time);
    let stress = strips::Stress::new(replay);
    let manifest = &replay.manifest;
    let localized = |text: &crate::profile::manifest::Localized| {
        if zh { text.zh.clone() } else { text.en.clone() }
    };
    Page {
        zh,
        name: localized(&manifest.display_name),
        profile: manifest.profile.to_string(),
        description: localized(&manifest.description),
        from: sessions.first().copied().unwrap_or_default(),
        to: sessions.last().copied().unwrap_or_default(),
        session_count: grouped(of_count(sessions.len()), 0),
        benchmark_symbol: replay.benchmark.as_ref().map(|benchmark| benchmark.symbol.clone()),
        cards: cards(replay),
        notes: notes::notes(replay, stress.spread),
        cadence: replay.facts.cadence.clone(),
        fill: request.fill,
        cost_bps: crate::replay::files::shortest(request.turnover_cost_bps),
        is_constant: request.accounting == Accounting::ConstantWeights,
        model_equity: grouped(request.model_equity_usd, 0),
        threshold: percent_with(replay.trade_threshold, 2),
        cash_rate: percent_with(request.cash_rate.unwrap_or_default(), 2),
        synthetic: request.synthetic_products.map(|expense| percent_with(expense, 2)),
        changes: changes(replay),
        files: replay
            .inputs
            .iter()
            .map(|input| FileRow { path: input.path.clone(), sha256: input.sha256.clone() })
            .collect(),
        bands: bands(replay, time, zh),
        years_axis: year_ticks(time, sessions, &values),
        value: value_chart(replay, time, &values, benchmark_values, &marks, zh),
        drawdown: drawdown_chart(replay, time, &values, benchmark_values, zh),
        held,
        dropped_rows,
        years: calendar::years(sessions, &values, benchmark_values),
        accounts: accounts(replay, zh),
        value_gap,
        weight_gap,
        strips: stress.strips,
        stress_is_yearly: stress.is_yearly,
        stress_plain: stress.plain,
        stress_ticks: stress.ticks,
        diary: replay.diary.rows.iter().map(|row| diary_row(row, replay.are_weights, zh)).collect(),
        older_rows: 0,
        version: env!("CARGO_PKG_VERSION"),
    }
}

const DASH: &str = "–";

fn or_dash(value: Option<Number>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| DASH.to_owned(), |number| text(number.0))
}

fn two_decimals(number: f64) -> String {
    grouped(number, 2)
}

fn cards(replay: &Replay) -> Vec<Card> {
    let own = &replay.model.figures;
    let theirs = replay.benchmark_figures.as_ref();
    let card = |key, value: String| Card { key, value, benchmark: String::new(), extra: String::new() };
    let both = |key, figure: fn(&Figures) -> Option<Number>, text: fn(f64) -> String| Card {
        benchmark: theirs.map(|theirs| or_dash(figure(theirs), text)).unwrap_or_default(),
        ..card(key, or_dash(figure(own), text))
    };
    let days =
        |figures: &Figures| figures.curve.longest_drawdown_days.map_or_else(|| DASH.to_owned(), grouped_days);
    let spell = match (own.curve.drawdown_peak, own.curve.drawdown_trough) {
        (Some(peak), Some(trough)) => {
            let recovered =
                own.curve.drawdown_recovered.map_or_else(|| DASH.to_owned(), |day| day.to_string());
            format!("({peak} → {trough} → {recovered})")
        }
        _ => String::new(),
    };
    let count =
        |count: Option<usize>| count.map_or_else(|| DASH.to_owned(), |count| grouped(of_count(count), 0));
    let mut cards = vec![
        both("total_return", |figures| figures.curve.total_return, rough_percent),
        both("cagr", |figures| figures.curve.cagr, rough_percent),
        both("volatility", |figures| figures.curve.volatility, rough_percent),
        both("sharpe", |figures| figures.curve.sharpe, two_decimals),
        Card { extra: spell, ..both("max_drawdown", |figures| figures.curve.max_drawdown, rough_percent) },
        Card { benchmark: theirs.map(days).unwrap_or_default(), ..card("longest_drawdown_days", days(own)) },
        both("calmar", |figures| figures.curve.calmar, two_decimals),
        Card {
            extra: grouped(replay.request.model_equity_usd, 0),
            ..both("final_equity_usd", |figures| figures.curve.final_equity_usd, |usd| grouped(usd, 0))
        },
        card("turnover_per_year", or_dash(own.turnover_per_year, |turnover| format!("{turnover:.2} ×"))),
        card("cost_usd", or_dash(own.cost_usd, |usd| grouped(usd, 0))),
        card("trade_sessions_per_year", or_dash(own.trade_sessions_per_year, |count| grouped(count, 1))),
        card("average_invested", or_dash(own.average_invested, rough_percent)),
        card("average_cash", or_dash(own.average_cash, rough_percent)),
        card("decisions", count(own.decisions)),
        card("changes", count(own.changes)),
        card("blocked", count(own.blocked)),
        card("first_fill", own.first_fill.map_or_else(|| DASH.to_owned(), |day| day.to_string())),
    ];
    if replay.benchmark.is_some() {
        cards.push(card("correlation", or_dash(own.correlation, two_decimals)));
        cards.push(card("beta", or_dash(own.beta, two_decimals)));
    }
    cards
}

fn grouped_days(days: i64) -> String {
    grouped(of_count(usize::try_from(days).unwrap_or_default()), 0)
}

fn changes(replay: &Replay) -> Vec<Change> {
    let text = |value: Option<&serde_json::Value>| value.map(ToString::to_string).unwrap_or_default();
    replay
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

/// The ticks of the years on the axis that all pictures share, each with the account's return of the year.
fn year_ticks(time: TimeScale, sessions: &[NaiveDate], values: &[f64]) -> Vec<YearTick> {
    let growth = calendar::yearly(sessions, values);
    let (Some(&first), Some(&last)) = (sessions.first(), sessions.last()) else { return Vec::new() };
    growth
        .iter()
        .filter_map(|(&year, &growth)| {
            let start = NaiveDate::from_ymd_opt(year, 1, 1)?.max(first);
            let end = NaiveDate::from_ymd_opt(year, 12, 31)?.min(last);
            let (start, end) = (time.percent(start), time.percent(end));
            let has_room = end - start >= 3.0 || growth_count_is_small(sessions);
            has_room.then(|| YearTick {
                year,
                x: start,
                label_x: rounded(f64::midpoint(start, end)),
                growth: points_whole(growth),
                is_odd: year % 2 == 1,
            })
        })
        .collect()
}

/// Years up to which each has a label, however short.
const FEW_YEARS: i32 = 3;

fn growth_count_is_small(sessions: &[NaiveDate]) -> bool {
    match (sessions.first(), sessions.last()) {
        (Some(first), Some(last)) => last.year() - first.year() < FEW_YEARS,
        _ => true,
    }
}

fn points_whole(growth: f64) -> String {
    signed(&percent_with(growth, 0), growth)
}

/// The spells in which more than half of the account is in the safe haven or cash.
fn bands(replay: &Replay, time: TimeScale, zh: bool) -> Vec<Band> {
    const HALF: f64 = 0.5;
    let mut bands = Vec::new();
    let mut start: Option<NaiveDate> = None;
    let mut last = None;
    for (&day, close) in replay.sessions.iter().zip(&replay.model.history.closes) {
        let havens = replay.facts.safe_havens.iter().map(|symbol| close.weight(symbol)).sum::<f64>();
        let is_idle = havens + close.cash_ratio() > HALF;
        match (start, is_idle) {
            (None, true) => start = Some(day),
            (Some(from), false) => {
                bands.push(band(time, from, day, zh));
                start = None;
            }
            _ => {}
        }
        last = Some(day);
    }
    if let Some((from, last)) = start.zip(last) {
        bands.push(band(time, from, last, zh));
    }
    bands
}

fn band(time: TimeScale, from: NaiveDate, to: NaiveDate, zh: bool) -> Band {
    let x = time.percent(from);
    let words = if zh {
        "一半以上在避险资产或现金中"
    } else {
        "more than half in the safe haven or cash"
    };
    Band { x, width: rounded(time.percent(to) - x), title: format!("{from} – {to}: {words}") }
}

/// An emergency or a defence: its day, its style, its words.
struct Event {
    day: NaiveDate,
    class: &'static str,
    title: String,
}

fn marks(replay: &Replay, zh: bool) -> Vec<Event> {
    let event = |row: &Row| {
        let is_defence = row.ruling.risk_flags.contains(&RiskFlag::HardDefense);
        let (class, word) = match (row.ruling.action, is_defence) {
            (Action::Emergency, _) => ("emergency", if zh { "紧急退出" } else { "emergency" }),
            (Action::Rebalance, true) => ("defence", if zh { "全面防守" } else { "hard defence" }),
            _ => return None,
        };
        let headline = row.ruling.headline.as_deref().unwrap_or_default();
        let targets = targets(row, replay.are_weights);
        Some(Event {
            day: row.data_date,
            class,
            title: format!("{} {word}: {headline}; {targets}", row.data_date),
        })
    };
    replay.diary.rows.iter().filter_map(event).collect()
}

/// Pixels of height of the picture of values.
const VALUE_HEIGHT: f64 = 300.0;
/// Pixels of height of the picture of drawdowns.
const DRAWDOWN_HEIGHT: f64 = 150.0;
/// Pixels of height of the pictures of gaps.
const GAP_HEIGHT: f64 = 110.0;

fn account_word(zh: bool) -> String {
    if zh { "账户" } else { "account" }.to_owned()
}

fn value_chart(
    replay: &Replay,
    time: TimeScale,
    values: &[f64],
    benchmark: Option<&[f64]>,
    events: &[Event],
    zh: bool,
) -> Chart {
    let all = || values.iter().chain(benchmark.unwrap_or_default()).copied().filter(|value| *value > 0.0);
    let low = all().fold(1.0, f64::min);
    let high = all().fold(1.0, f64::max).max(low * 1.02);
    let height = HeightScale::new(low, high, VALUE_HEIGHT, true);
    let times = |value: Option<&f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
    let mut curves = Vec::new();
    if let (Some(values), Some(benchmark)) = (benchmark, &replay.benchmark) {
        let label = benchmark.symbol.clone();
        curves.push(Curve { class: "benchmark", label, value: times(values.last()), values });
    }
    curves.push(Curve { class: "account", label: account_word(zh), value: times(values.last()), values });
    let marks = events.iter().filter_map(|event| {
        let place = replay.sessions.binary_search(&event.day).ok()?;
        let y = rounded(height.pixels(*values.get(place)?));
        Some(Mark { class: event.class, x: time.percent(event.day), y, title: event.title.clone() })
    });
    let ticks = logarithmic_ticks(low, high);
    Chart::new(time, &replay.sessions, &curves, height, chart::size(VALUE_HEIGHT))
        .with_grid(height, &ticks, |tick| trimmed(&format!("{tick:.2}")))
        .with_marks(marks.collect())
}

/// A number without the zeros at its end.
fn trimmed(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// How far each value is below the highest so far.
fn depths(values: &[f64]) -> Vec<f64> {
    let mut peak = f64::MIN_POSITIVE;
    values
        .iter()
        .map(|&value| {
            peak = peak.max(value);
            value / peak - 1.0
        })
        .collect()
}

fn drawdown_chart(
    replay: &Replay,
    time: TimeScale,
    values: &[f64],
    benchmark: Option<&[f64]>,
    zh: bool,
) -> Chart {
    let own = depths(values);
    let theirs = benchmark.map(depths);
    let all = own.iter().chain(theirs.iter().flatten()).copied();
    let low = all.fold(-0.02, f64::min);
    let height = HeightScale::new(low, 0.0, DRAWDOWN_HEIGHT, false);
    let deepest = |depths: &[f64]| percent_with(depths.iter().copied().fold(0.0, f64::min), 0);
    let mut curves = Vec::new();
    if let (Some(values), Some(benchmark)) = (&theirs, &replay.benchmark) {
        let label = benchmark.symbol.clone();
        curves.push(Curve { class: "benchmark", label, value: deepest(values), values });
    }
    curves.push(Curve {
        class: "account depth",
        label: account_word(zh),
        value: deepest(&own),
        values: &own,
    });
    let ticks = linear_ticks(low, 0.0, 4);
    let mut chart = Chart::new(time, &replay.sessions, &curves, height, chart::size(DRAWDOWN_HEIGHT))
        .with_grid(height, &ticks, |tick| percent_with(tick, 0));
    // The area under the account's line ends at no drawdown.
    let top = (height.pixels(0.0) * scale::UNITS).round();
    if let Some(line) = chart.lines.last_mut() {
        line.path.push_str(&format!("V{top}"));
    }
    chart
}

fn accounts(replay: &Replay, zh: bool) -> Vec<AccountRow> {
    if replay.accounts.is_empty() {
        return Vec::new();
    }
    let model = if zh { "模型" } else { "model" };
    let row = |name: String, figures: &Figures| AccountRow {
        name,
        final_equity: or_dash(figures.curve.final_equity_usd, usd),
        total_return: or_dash(figures.curve.total_return, points),
        cagr: or_dash(figures.curve.cagr, points),
        cagr_gap: or_dash(figures.cagr_gap, |gap| signed(&percent_with(gap, 2), gap)),
        weight_gap: or_dash(figures.weight_gap, |gap| percent_with(gap, 2)),
        cash: or_dash(figures.average_cash, rough_percent),
        cost: or_dash(figures.cost_usd, usd),
    };
    let own = replay.accounts.iter().map(|account| row(format!("{} USD", account.name), &account.figures));
    std::iter::once(row(model.to_owned(), &replay.model.figures)).chain(own).collect()
}

/// The styles of the whole-share accounts, in order.
const ACCOUNT_CLASSES: [&str; 4] = ["a1", "a2", "a3", "a4"];

/// The pictures of the gaps of whole-share accounts, of the first four.
fn gaps(replay: &Replay, time: TimeScale) -> (Option<Chart>, Option<Chart>) {
    let accounts = replay.accounts.iter().zip(ACCOUNT_CLASSES);
    let model = replay.model.history.values();
    let value_gaps: Vec<Vec<f64>> = accounts
        .clone()
        .map(|(account, _)| {
            account.history.values().iter().zip(&model).map(|(own, model)| own / model - 1.0).collect()
        })
        .collect();
    let weight_gaps: Vec<Vec<f64>> = accounts
        .clone()
        .map(|(account, _)| monthly(&replay.sessions, &account.history, &replay.model.history))
        .collect();
    let chart = |series: &[Vec<f64>]| {
        let all = || series.iter().flatten().copied();
        let (low, high) = (all().fold(0.0, f64::min), all().fold(0.002, f64::max));
        let height = HeightScale::new(low, high, GAP_HEIGHT, false);
        let curves: Vec<Curve<'_>> = replay
            .accounts
            .iter()
            .zip(ACCOUNT_CLASSES)
            .zip(series)
            .map(|((account, class), values)| Curve {
                class,
                label: account.name.clone(),
                value: values.last().map_or_else(String::new, |gap| percent_with(*gap, 1)),
                values,
            })
            .collect();
        let columns = COLUMNS / of_count(curves.len().max(1));
        let decimals = if high - low < 0.04 { 1 } else { 0 };
        Chart::new(time, &replay.sessions, &curves, height, (GAP_HEIGHT, columns.round())).with_grid(
            height,
            &linear_ticks(low, high, 3),
            |tick| percent_with(tick, decimals),
        )
    };
    if replay.accounts.is_empty() {
        return (None, None);
    }
    (Some(chart(&value_gaps)), Some(chart(&weight_gaps)))
}

/// The mean weight gap of each session's month.
fn monthly(sessions: &[NaiveDate], own: &History, model: &History) -> Vec<f64> {
    let mut sums: BTreeMap<(i32, u32), (f64, usize)> = BTreeMap::new();
    let month = |day: &NaiveDate| (day.year(), day.month());
    for (day, (own, model)) in sessions.iter().zip(own.closes.iter().zip(&model.closes)) {
        let slot = sums.entry(month(day)).or_default();
        *slot = (slot.0 + own.weight_gap(model), slot.1 + 1);
    }
    let mean = |day| sums.get(&month(day)).map_or(0.0, |(sum, count)| sum / of_count(*count));
    sessions.iter().map(mean).collect()
}

/// The targets above 0 of a row in words.
fn targets(row: &Row, are_weights: bool) -> String {
    let mut targets: Vec<_> = row.ruling.targets.iter().filter(|(_, target)| **target > 0.0).collect();
    targets.sort_by(|one, other| other.1.total_cmp(one.1).then(one.0.cmp(other.0)));
    let text = |(symbol, target): &(&crate::symbol::Symbol, &f64)| {
        if are_weights {
            format!("{symbol} {}", percent_with(**target, 0))
        } else {
            format!("{symbol} {}", grouped(**target, 0))
        }
    };
    let more = targets.len().saturating_sub(MOST_TARGETS);
    let mut texts: Vec<String> = targets.iter().take(MOST_TARGETS).map(text).collect();
    if more > 0 {
        texts.push(format!("+{more}"));
    }
    texts.join(", ")
}

/// The most targets of a row that are named.
const MOST_TARGETS: usize = 6;

fn action_word(action: Action, zh: bool) -> &'static str {
    match (action, zh) {
        (Action::Rebalance, true) => "调仓",
        (Action::Hold, true) => "不动",
        (Action::Emergency, true) => "紧急退出",
        (Action::Blocked, true) => "被阻止",
        (action, false) => action.as_str(),
    }
}

fn diary_row(row: &Row, are_weights: bool, zh: bool) -> DiaryRow {
    let class = match row.ruling.action {
        Action::Emergency => "emergency",
        Action::Blocked => "blocked",
        _ => "z",
    };
    let codes: Vec<&str> = row.ruling.errors().map(crate::finding::Code::as_str).collect();
    let headline = match row.ruling.action {
        Action::Blocked => codes.join(", "),
        _ => row.ruling.headline.clone().unwrap_or_default(),
    };
    DiaryRow {
        class,
        date: row.data_date.to_string(),
        action: action_word(row.ruling.action, zh).to_owned(),
        repeats: if row.repeats > 0 { row.repeats.to_string() } else { String::new() },
        headline,
        targets: targets(row, are_weights),
        turnover: row.fill.map_or_else(String::new, |fill| percent_with(fill.turnover, 0)),
    }
}
