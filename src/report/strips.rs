//! The walks under changed conditions: a strip of dots a case.

use super::scale::{linear_ticks, rounded};
use crate::amount::rough_percent;
use crate::replay::Replay;
use crate::replay::figures::Figures;
use crate::replay::stress::Row;

/// A walk under one changed condition.
pub(super) struct Dot {
    /// Its place in per cent of the width.
    pub x: f64,
    /// What it says.
    pub title: String,
}

/// The walks of one case.
pub(super) struct Strip {
    /// The case.
    pub case: String,
    /// The lowest and the highest figure.
    pub range: String,
    /// The walks.
    pub dots: Vec<Dot>,
}

/// A label of the axis.
pub(super) struct StressTick {
    /// Its place in per cent of the width.
    pub x: f64,
    /// Its label.
    pub label: String,
}

/// How far the figures of the walks lie apart, in words.
pub(super) struct Spread {
    /// How many walks there are.
    pub walks: usize,
    /// The lowest figure, the plain walk's counted.
    pub low: String,
    /// The highest one.
    pub high: String,
    /// That of the plain walk.
    pub plain: String,
}

/// The picture of all walks under changed conditions.
#[derive(Default)]
pub(super) struct Stress {
    /// A strip a case.
    pub strips: Vec<Strip>,
    /// Whether yearly growth is drawn; else total returns.
    pub is_yearly: bool,
    /// The place of the plain walk.
    pub plain: f64,
    /// The axis.
    pub ticks: Vec<StressTick>,
    /// How far the walks lie apart.
    pub spread: Option<Spread>,
}

impl Stress {
    /// The picture of a replay's walks; empty without any.
    pub(super) fn new(replay: &Replay) -> Self {
        let is_yearly = replay.model.figures.cagr.is_some();
        let figure = |figures: &Figures| {
            if is_yearly { figures.cagr } else { figures.total_return }.map(|number| number.0)
        };
        let Some(plain) = figure(&replay.model.figures) else { return Self::default() };
        let values: Vec<f64> = replay.stress.iter().filter_map(|row| figure(&row.figures)).collect();
        if values.is_empty() {
            return Self::default();
        }
        let (low, high) =
            values.iter().fold((plain, plain), |(low, high), &value| (low.min(value), high.max(value)));
        let margin = ((high - low) * 0.05).max(0.002);
        let (left, right) = (low - margin, high + margin);
        let place = |value: f64| rounded((value - left) / (right - left) * 100.0);
        let mut strips: Vec<Strip> = Vec::new();
        for case in replay.stress.chunk_by(|one, other| one.case == other.case) {
            let dots: Vec<(f64, &Row)> =
                case.iter().filter_map(|row| Some((figure(&row.figures)?, row))).collect();
            let name = case.first().map(|row| row.case).unwrap_or_default();
            let range = if dots.is_empty() {
                let share = |row: &Row| Some(format!("{}: {}", row.variant, rough_percent(row.share?.0)));
                case.iter().filter_map(share).collect::<Vec<_>>().join(", ")
            } else {
                let lowest = dots.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
                let highest = dots.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max);
                format!("{} – {}", rough_percent(lowest), rough_percent(highest))
            };
            let dot = |(value, row): &(f64, &Row)| Dot {
                x: place(*value),
                title: format!("{name} {}: {}", row.variant, rough_percent(*value)),
            };
            strips.push(Strip { case: name.replace('_', " "), range, dots: dots.iter().map(dot).collect() });
        }
        let ticks = linear_ticks(left, right, 5);
        Self {
            strips,
            is_yearly,
            plain: place(plain),
            ticks: ticks
                .into_iter()
                .map(|tick| StressTick { x: place(tick), label: rough_percent(tick) })
                .collect(),
            spread: Some(Spread {
                walks: values.len(),
                low: rough_percent(low),
                high: rough_percent(high),
                plain: rough_percent(plain),
            }),
        }
    }
}
