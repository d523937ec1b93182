//! The pictures of values and drawdowns, what lies behind them, and the axis of years that all pictures share.

use chrono::{Datelike, NaiveDate};

use super::calendar;
use super::chart::{self, Chart, Curve, Mark};
use super::diary::targets;
use super::scale::{self, HeightScale, TimeScale, linear_ticks, logarithmic_ticks, rounded};
use crate::amount::{percent_with, signed};
use crate::replay::Replay;
use crate::replay::diary::Row;
use crate::strategy::{Action, RiskFlag};

/// A pale band behind the lines.
pub(super) struct Band {
    pub x: f64,
    pub width: f64,
    pub title: String,
}

/// A year on the shared axis.
pub(super) struct YearTick {
    pub year: i32,
    pub x: f64,
    pub label_x: f64,
    pub growth: String,
    pub is_odd: bool,
}

/// The ticks of the years on the axis that all pictures share, each with the account's return of the year.
pub(super) fn year_ticks(time: TimeScale, sessions: &[NaiveDate], values: &[f64]) -> Vec<YearTick> {
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
pub(super) fn bands(replay: &Replay, time: TimeScale, zh: bool) -> Vec<Band> {
    const HALF: f64 = 0.5;
    let mut bands = Vec::new();
    let mut start: Option<NaiveDate> = None;
    let mut last = None;
    for (&day, close) in replay.sessions.iter().zip(&replay.model.history.closes) {
        let havens = close.weight_of(&replay.facts.safe_havens);
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
pub(super) struct Event {
    pub day: NaiveDate,
    pub class: &'static str,
    pub title: String,
}

pub(super) fn marks(replay: &Replay, zh: bool) -> Vec<Event> {
    let event = |row: &Row| {
        let is_defence = row.ruling.risk_flags.contains(&RiskFlag::HardDefense);
        let (class, word) = match (row.ruling.action, is_defence) {
            (Action::Emergency, _) => ("emergency", if zh { "紧急避险" } else { "emergency" }),
            (Action::Rebalance, true) => ("defence", if zh { "hard_defense" } else { "hard defence" }),
            _ => return None,
        };
        let headline = row.ruling.headline.as_deref().unwrap_or_default();
        let targets = targets(row, replay.terms.are_weights);
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

fn account_word(zh: bool) -> String {
    if zh { "账户" } else { "account" }.to_owned()
}

pub(super) fn value_chart(
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
        let label = benchmark.symbol.to_string();
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
pub(super) fn depths(values: &[f64]) -> Vec<f64> {
    let mut peak = f64::MIN_POSITIVE;
    values
        .iter()
        .map(|&value| {
            peak = peak.max(value);
            value / peak - 1.0
        })
        .collect()
}

pub(super) fn drawdown_chart(
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
        let label = benchmark.symbol.to_string();
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
