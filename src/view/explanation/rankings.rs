//! A ranking: who was selected, who stands around the cut, and what the scores are made of.

use super::{some_of, words};
use crate::amount::counted;
use crate::document::{Align, Block, Cell, Fact, Item, Table, Tone};
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
    let has_groups = rows.iter().any(|row| row.group.is_some());
    let mut table = Table::new(&[("RANK", Align::Right), ("SYMBOL", Align::Left)]);
    if has_groups {
        table.column("GROUP", Align::Left);
    }
    if with_parts {
        for factor in &ranking.factors {
            table.column(&factor.name.to_uppercase(), Align::Right);
        }
        table.column("HELD BONUS", Align::Right);
    }
    table.column("SCORE", Align::Right);
    table.column("VERDICT", Align::Left);
    table.rows = rows
        .iter()
        .map(|row| {
            let mut cells: Vec<Cell> = vec![row.rank.to_string().into(), row.symbol.to_string().into()];
            if has_groups {
                cells.push(row.group.clone().unwrap_or_default().into());
            }
            if with_parts {
                let parts = row.contributions.iter().map(|part| words::score_change(part.contribution, 4));
                cells.extend(parts.map(Cell::from));
                cells.push(bonus(row, 4).into());
            }
            cells.push(words::score_change(row.score, 4).into());
            let tone = if row.verdict == Verdict::Selected { Tone::Good } else { Tone::Plain };
            cells.push(Cell::new(verdict(row.verdict), tone));
            cells
        })
        .collect();
    table
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
    let mut table = Table::new(&[("SYMBOL", Align::Left)]);
    letters.iter().for_each(|letter| table.column(letter, Align::Right));
    table.column("SCORE", Align::Right);
    table.rows = rows
        .iter()
        .map(|row| {
            let parts = row.contributions.iter().map(|part| {
                let z_score =
                    part.z_score.map_or_else(String::new, |z| words::score_change(z, PART_DECIMALS));
                format!("{z_score}\n{}", words::score_change(part.contribution, PART_DECIMALS))
            });
            let score = words::score_change(row.score, PART_DECIMALS);
            let last = format!("{}\n{score}", bonus(row, PART_DECIMALS));
            std::iter::once(row.symbol.to_string()).chain(parts).chain([last]).map(Cell::from).collect()
        })
        .collect();
    let explanation = "Above, the z-scores of the factors, and the bonus of a held row; below, what they add: \
                       the lower line and the bonus add up to the score.";
    vec![Block::Facts(legend), Block::Paragraph(explanation.to_owned()), Block::Table(table)]
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
        let names = rows.iter().map(|(symbol, tested)| with_what_it_had(symbol, tested)).collect();
        let required = rows.first().and_then(|(_, tested)| tested.required.as_ref());
        let required = required
            .filter(|required| rows.iter().all(|(_, tested)| tested.required.as_ref() == Some(*required)));
        let needed =
            required.map(|required| format!(", needed {}", words::need(required))).unwrap_or_default();
        Item { head: format!("{test} ({}{needed}): {}", rows.len(), some_of(names)), notes: Vec::new() }
    };
    vec![Block::Items(by_test.into_iter().map(item).collect())]
}

fn with_what_it_had(symbol: &Symbol, tested: &Tested) -> String {
    match &tested.observed {
        Some(observed) => format!("{symbol} {}", words::reading(observed, tested.required.as_ref())),
        None => symbol.to_string(),
    }
}
