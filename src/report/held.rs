//! What was held, when: a line a symbol, a bar a spell.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::scale::{TimeScale, rounded};
use crate::amount::rough_percent;
use crate::number::of_count;
use crate::replay::history::History;
use crate::symbol::Symbol;

/// The most symbols with a line of their own.
const MOST_ROWS: usize = 40;

/// A spell is parted where the weight moves by more than this from its first.
const NEW_SHADE: f64 = 0.15;

/// A weight of at most this has no bar: cash that rounding leaves.
const SHOWN: f64 = 0.01;

/// The line of a symbol.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The symbol, or what the line is about.
    pub name: String,
    /// The style: `risk` or `idle`.
    pub class: &'static str,
    /// The bars.
    pub bars: Vec<Bar>,
    /// The average weight in words.
    pub average: String,
}

/// A spell of holding.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    /// Its start in per cent of the width.
    pub x: f64,
    /// Its width in per cent.
    pub width: f64,
    /// Its shade, 1 to 4.
    pub shade: u8,
    /// What it says.
    pub title: String,
}

/// The lines of all symbols, the largest average first, idle money last; and how many have none.
pub(super) fn rows(
    time: TimeScale<'_>,
    history: &History,
    safe_havens: &[Symbol],
    cash: &str,
) -> (Vec<Row>, usize) {
    let mut series: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let count = history.closes.len();
    for (place, close) in history.closes.iter().enumerate() {
        let held = close.weights.iter().map(|(symbol, weight)| (symbol.as_str(), *weight));
        for (name, weight) in held.chain([(cash, close.cash_ratio())]) {
            if let Some(slot) = series.entry(name).or_insert_with(|| vec![0.0; count]).get_mut(place) {
                *slot = weight;
            }
        }
    }
    let mut rows: Vec<(u8, f64, Row)> = series
        .into_iter()
        .filter(|(_, weights)| weights.iter().any(|weight| *weight > SHOWN))
        .map(|(name, weights)| {
            let average = weights.iter().sum::<f64>() / of_count(count.max(1));
            let is_haven = safe_havens.iter().any(|symbol| symbol.as_str() == name);
            let (rank, class) = match (name == cash, is_haven) {
                (true, _) => (2, "idle"),
                (_, true) => (1, "idle"),
                _ => (0, "risk"),
            };
            let bars = spells(time.sessions, &weights).iter().map(|spell| bar(time, spell, name)).collect();
            (rank, average, Row { name: name.to_owned(), class, bars, average: rough_percent(average) })
        })
        .collect();
    rows.sort_by(|one, other| {
        one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)).then_with(|| one.2.name.cmp(&other.2.name))
    });
    // Those at risk stand first.
    let risky = rows.iter().filter(|(rank, ..)| *rank == 0).count();
    let shown = rows.into_iter().enumerate().filter(|(place, _)| *place < MOST_ROWS || *place >= risky);
    (shown.map(|(_, (.., row))| row).collect(), risky.saturating_sub(MOST_ROWS))
}

/// A time in which something was held.
pub(super) struct Spell {
    /// Its first session.
    pub start: NaiveDate,
    /// Its last session.
    pub last: NaiveDate,
    /// The first session after it; the last one of the walk if it lasts.
    pub end: NaiveDate,
    first_weight: f64,
    sum: f64,
    sessions: usize,
}

/// The spells of a series of weights, one a session.
pub(super) fn spells(sessions: &[NaiveDate], weights: &[f64]) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let mut is_open = false;
    for (&day, &weight) in sessions.iter().zip(weights) {
        if let Some(spell) = spells.last_mut().filter(|_| is_open) {
            spell.end = day;
            is_open = weight > SHOWN && (weight - spell.first_weight).abs() <= NEW_SHADE;
            if is_open {
                (spell.last, spell.sum, spell.sessions) = (day, spell.sum + weight, spell.sessions + 1);
            }
        }
        if !is_open && weight > SHOWN {
            let (first_weight, sum, sessions) = (weight, weight, 1);
            spells.push(Spell { start: day, last: day, end: day, first_weight, sum, sessions });
            is_open = true;
        }
    }
    spells
}

fn bar(time: TimeScale<'_>, spell: &Spell, name: &str) -> Bar {
    let weight = spell.sum / of_count(spell.sessions);
    let shade = match weight {
        weight if weight < 0.15 => 1,
        weight if weight < 0.35 => 2,
        weight if weight < 0.65 => 3,
        _ => 4,
    };
    let x = time.percent(spell.start);
    Bar {
        x,
        width: rounded((time.percent(spell.end) - x).max(0.12)),
        shade,
        title: format!("{name} {} – {}: {}", spell.start, spell.last, rough_percent(weight)),
    }
}
