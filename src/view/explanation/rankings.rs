//! A ranking: who was selected, who stands around the cut, and what the scores are made of.

use super::{MOST_NAMED, or_blank, words};
use crate::amount::counted;
use crate::document::finding::some_of;
use crate::document::{Block, Cell, Fact, Rows, Table, Tone};
use crate::strategy::trace::{RankedRow, Ranking, Tested, Verdict};
use crate::symbol::Symbol;

/// How many rows below the last selected one are shown.
const ROWS_BELOW_THE_CUT: usize = 3;

/// How many rows are shown where none was selected.
const ROWS_WITHOUT_A_CUT: usize = 5;

/// The decimals of a score's parts: as many as eight factors leave room for in 80 columns.
const PART_DECIMALS: usize = 3;

/// The rows, and the parts of their scores.
pub fn blocks(ranking: &Ranking) -> Vec<Block> {
    let rows = shown(ranking);
    let beyond = ranking.rows.len() - rows.len();
    let more = match beyond {
        0 => String::new(),
        _ => format!("{} (`--format json` has all).", counted(beyond, "more row")),
    };
    let has_z_scores = rows.iter().flat_map(|row| &row.contributions).any(|part| part.z_score.is_some());
    let mut blocks = vec![Block::Table(places(ranking, &rows, !has_z_scores)), Block::Paragraph(more)];
    if has_z_scores {
        blocks.extend(score_parts(ranking, &rows));
    }
    blocks
}

/// The selected rows, those that stand between them, and a few below the cut.
fn shown(ranking: &Ranking) -> Vec<&RankedRow> {
    let selected = ranking.rows.iter().filter(|row| row.verdict == Verdict::Selected);
    let last = selected.map(|row| row.rank).max();
    let count = last.map_or(ROWS_WITHOUT_A_CUT, |last| last.saturating_add(ROWS_BELOW_THE_CUT));
    ranking.rows.iter().take(count).collect()
}

/// The verdict in words.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Selected => "selected",
        Verdict::SectorFull => "its sector is full",
        Verdict::BelowTheCut => "below the cut",
        Verdict::NoExposure => "no exposure today",
        Verdict::BeyondHoldBuffer => "held, beyond the buffer",
        Verdict::DisplacedByHeld => "displaced by a held one",
    }
}

fn places(ranking: &Ranking, rows: &[&RankedRow], with_parts: bool) -> Table {
    let mut table = Rows::new(rows)
        .right("RANK", |row| row.rank.to_string())
        .left("SYMBOL", |row| row.symbol.to_string());
    if rows.iter().any(|row| row.group.is_some()) {
        table = table.left("GROUP", |row| row.group.clone().unwrap_or_default());
    }
    if with_parts {
        for (place, factor) in ranking.factors.iter().enumerate() {
            table = table.right(&factor.name.to_uppercase(), |row| {
                or_blank(row.contributions.get(place).map(|part| words::score_change(part.contribution, 4)))
            });
        }
        table = table.right("HELD BONUS", |row| bonus(row, 4));
    }
    table
        .right("SCORE", |row| words::score_change(row.score, 4))
        .left("VERDICT", |row| {
            let tone = if row.verdict == Verdict::Selected { Tone::Good } else { Tone::Plain };
            Cell::new(verdict(row.verdict), tone)
        })
        .table()
}

fn bonus(row: &RankedRow, decimals: usize) -> String {
    if row.hold_bonus == 0.0 { String::new() } else { words::score_change(row.hold_bonus, decimals) }
}

/// The z-scores of each row above what they add to the score.
fn score_parts(ranking: &Ranking, rows: &[&RankedRow]) -> Vec<Block> {
    let letters: Vec<String> = ('A'..='Z').map(String::from).take(ranking.factors.len()).collect();
    let legend = letters
        .iter()
        .zip(&ranking.factors)
        .map(|(letter, factor)| {
            Fact::new(letter.as_str(), format!("{} times {}", factor.name, factor.weight))
        })
        .collect();
    let mut table = Rows::new(rows).left("SYMBOL", |row| row.symbol.to_string());
    for (place, letter) in letters.iter().enumerate() {
        table = table.right(letter, |row| {
            or_blank(row.contributions.get(place).map(|part| {
                let z_score =
                    part.z_score.map_or_else(String::new, |z| words::score_change(z, PART_DECIMALS));
                format!("{z_score}\n{}", words::score_change(part.contribution, PART_DECIMALS))
            }))
        });
    }
    let table = table.right("SCORE", |row| {
        let score = words::score_change(row.score, PART_DECIMALS);
        format!("{}\n{score}", bonus(row, PART_DECIMALS))
    });
    let explanation = "Above, the z-scores of the factors, and the bonus of a held row; below, what they add: \
                       the lower line and the bonus add up to the score.";
    vec![Block::Facts(legend), Block::Paragraph(explanation.to_owned()), Block::Table(table.table())]
}

/// The rows that were not ranked, by the test that they failed.
pub fn excluded(ranking: &Ranking) -> Vec<Block> {
    let mut by_test: Vec<(&str, Vec<(&Symbol, &Tested)>)> = Vec::new();
    for excluded in ranking.excluded() {
        match by_test.iter_mut().find(|(test, _)| *test == excluded.1.test) {
            Some((_, rows)) => rows.push(excluded),
            None => by_test.push((excluded.1.test, vec![excluded])),
        }
    }
    let item = |(test, rows): (&str, Vec<(&Symbol, &Tested)>)| {
        let names = rows.iter().map(|(symbol, tested)| with_what_it_had(symbol, tested));
        let names = some_of(names, MOST_NAMED);
        let required = rows.first().and_then(|(_, tested)| tested.required.as_ref());
        let required = required
            .filter(|required| rows.iter().all(|(_, tested)| tested.required.as_ref() == Some(*required)));
        let needed =
            required.map(|required| format!(", needed {}", words::need(required))).unwrap_or_default();
        format!("{test} ({}{needed}): {names}", rows.len()).into()
    };
    vec![Block::Items(by_test.into_iter().map(item).collect())]
}

fn with_what_it_had(symbol: &Symbol, tested: &Tested) -> String {
    match &tested.observed {
        Some(observed) => format!("{symbol} {}", words::reading(observed, tested.required.as_ref())),
        None => symbol.to_string(),
    }
}
