//! The pictures of values and drawdowns, what lies behind them, and the axis of years that all pictures share.

use chrono::{Datelike, NaiveDate};

use super::calendar;
use super::chart::{Chart, Curve, Mark};
use super::diary::targets;
use super::held::spells;
use super::scale::{COLUMNS, HeightScale, TimeScale, UNITS, linear_ticks, logarithmic_ticks, rounded};
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
pub(super) fn year_ticks(time: TimeScale<'_>, values: &[f64]) -> Vec<YearTick> {
    let growth = calendar::yearly(time.sessions, values);
    let (Some(&first), Some(&last)) = (time.sessions.first(), time.sessions.last()) else {
        return Vec::new();
    };
    growth
        .iter()
        .filter_map(|(&year, &growth)| {
            let start = NaiveDate::from_ymd_opt(year, 1, 1)?.max(first);
            let end = NaiveDate::from_ymd_opt(year, 12, 31)?.min(last);
            let (start, end) = (time.percent(start), time.percent(end));
            let has_room = end - start >= 3.0 || last.year() - first.year() < FEW_YEARS;
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

fn points_whole(growth: f64) -> String {
    signed(&percent_with(growth, 0), growth)
}

/// The spells in which more than half of the account is in the safe haven or cash.
pub(super) fn bands(replay: &Replay, time: TimeScale<'_>, zh: bool) -> Vec<Band> {
    const HALF: f64 = 0.5;
    let idle = replay.model.history.closes.iter().map(|close| {
        let idle = close.weight_of(&replay.facts.safe_havens) + close.cash_ratio();
        if idle > HALF { 1.0 } else { 0.0 }
    });
    let idle: Vec<f64> = idle.collect();
    spells(time.sessions, &idle).iter().map(|spell| band(time, spell.start, spell.end, zh)).collect()
}

fn band(time: TimeScale<'_>, from: NaiveDate, to: NaiveDate, zh: bool) -> Band {
    let x = time.percent(from);
    let words = if zh {
        "一半以上在避险资产或现金中"
    } else {
        "more than half in the safe haven or cash"
    };
    Band { x, width: rounded(time.percent(to) - x), title: format!("{from} – {to}: {words}") }
}

/// The marks of emergencies and defences on the line of the account.
fn marks(replay: &Replay, time: TimeScale<'_>, values: &[f64], height: HeightScale, zh: bool) -> Vec<Mark> {
    let mark = |row: &Row| {
        let is_defence = row.ruling.risk_flags.contains(&RiskFlag::HardDefense);
        let (class, word) = match (row.ruling.action, is_defence) {
            (Action::Emergency, _) => ("emergency", if zh { "紧急避险" } else { "emergency" }),
            (Action::Rebalance, true) => ("defence", if zh { "hard_defense" } else { "hard defence" }),
            _ => return None,
        };
        let place = time.sessions.binary_search(&row.data_date).ok()?;
        let headline = row.ruling.headline.as_deref().unwrap_or_default();
        let targets = targets(row, replay.terms.are_weights);
        Some(Mark {
            class,
            x: time.percent(row.data_date),
            y: rounded(height.pixels(*values.get(place)?)),
            title: format!("{} {word}: {headline}; {targets}", row.data_date),
        })
    };
    replay.diary.rows.iter().filter_map(mark).collect()
}

/// Pixels of height of the picture of values.
const VALUE_HEIGHT: f64 = 300.0;
/// Pixels of height of the picture of drawdowns.
const DRAWDOWN_HEIGHT: f64 = 150.0;

/// The curves of the benchmark, where there is one, and of the account, each with its newest value in words.
fn curves<'v>(
    replay: &Replay,
    class: &'static str,
    own: &'v [f64],
    theirs: Option<&'v [f64]>,
    newest: impl Fn(&[f64]) -> String,
    zh: bool,
) -> Vec<Curve<'v>> {
    let curve = |class, label, values| Curve { class, label, value: newest(values), values };
    let benchmark = theirs.zip(replay.benchmark.as_ref());
    let benchmark = benchmark.map(|(values, of)| curve("benchmark", of.symbol.to_string(), values));
    let account = curve(class, if zh { "账户" } else { "account" }.to_owned(), own);
    benchmark.into_iter().chain([account]).collect()
}

pub(super) fn value_chart(replay: &Replay, time: TimeScale<'_>, values: &[f64], zh: bool) -> Chart {
    let benchmark = replay.benchmark.as_ref().map(|benchmark| benchmark.values.as_slice());
    let all = || values.iter().chain(benchmark.unwrap_or_default()).copied().filter(|value| *value > 0.0);
    let low = all().fold(1.0, f64::min);
    let high = all().fold(1.0, f64::max).max(low * 1.02);
    let height = HeightScale::new(low, high, VALUE_HEIGHT, true);
    let newest = |values: &[f64]| values.last().map_or_else(String::new, |value| format!("{value:.2}"));
    let curves = curves(replay, "account", values, benchmark, newest, zh);
    let ticks = logarithmic_ticks(low, high).into_iter().map(|tick| (tick, trimmed(&format!("{tick:.2}"))));
    let marks = marks(replay, time, values, height, zh);
    Chart { marks, ..Chart::new(time, height, COLUMNS, curves, ticks) }
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

pub(super) fn drawdown_chart(replay: &Replay, time: TimeScale<'_>, values: &[f64], zh: bool) -> Chart {
    let own = depths(values);
    let theirs = replay.benchmark.as_ref().map(|benchmark| depths(&benchmark.values));
    let deepest = |depths: &[f64]| depths.iter().copied().fold(0.0, f64::min);
    let low = deepest(&own).min(theirs.as_deref().map_or(0.0, deepest)).min(-0.02);
    let height = HeightScale::new(low, 0.0, DRAWDOWN_HEIGHT, false);
    let newest = |depths: &[f64]| percent_with(deepest(depths), 0);
    let curves = curves(replay, "account depth", &own, theirs.as_deref(), newest, zh);
    let ticks = linear_ticks(low, 0.0, 4).into_iter().map(|tick| (tick, percent_with(tick, 0)));
    let mut chart = Chart::new(time, height, COLUMNS, curves, ticks);
    // The area under the account's line ends at no drawdown.
    let top = (height.pixels(0.0) * UNITS).round();
    if let Some(line) = chart.lines.last_mut() {
        line.path.push_str(&format!("V{top}"));
    }
    chart
}
