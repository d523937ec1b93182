//! An explanation for people, in text and Markdown; its JSON is the explanation itself.

mod chart;
mod document;
mod gates;
mod markdown;
mod rankings;
mod symbol;
mod text;
mod words;

use std::collections::BTreeSet;

use self::chart::Canvas;
use self::document::{Block, Document, Item, Section, Table};
use crate::explain::{Explanation, InputAge, StepRecord};
use crate::finding::{self, Finding, Severity};
use crate::language::Language;
use crate::pipeline::Run;
use crate::render::diagnostic::{MOST_PRINTED, sentence};
use crate::render::grid::Align;
use crate::render::rule_sheet::date_lines;
use crate::render::sheet::Sheet;

/// The characters that a chart may be drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    /// Any: charts are drawn in Braille patterns.
    Unicode,
    /// ASCII alone.
    Ascii,
}

/// An explanation for a terminal.
pub fn text(decided: &Run, explanation: &Explanation<'_>, characters: Characters) -> String {
    text::drawn(&document(decided, explanation, characters))
}

/// An explanation as Markdown.
pub fn markdown(decided: &Run, explanation: &Explanation<'_>, characters: Characters) -> String {
    markdown::drawn(&document(decided, explanation, characters))
}

fn document(decided: &Run, explanation: &Explanation<'_>, characters: Characters) -> Document {
    let sheet = Sheet::of(decided);
    let canvas = Canvas::new(characters);
    let sections = match &explanation.symbol {
        Some(answer) => symbol::sections(decided, explanation, answer, canvas),
        None => sections(decided, explanation, &sheet, canvas),
    };
    Document {
        title: sheet.title.clone(),
        dates: sheet.dates.clone(),
        lead: lead(decided, explanation),
        sections: sections.into_iter().flatten().collect(),
    }
}

/// What would change the decision, before everything else; for one symbol, why it is in or out.
fn lead(decided: &Run, explanation: &Explanation<'_>) -> Vec<String> {
    let mut lead = Vec::new();
    lead.extend(explanation.symbol.as_ref().map(|answer| symbol::verdict(decided, answer)));
    if decided.outcome.is_none() {
        return lead;
    }
    lead.push(match &explanation.nearest_flip {
        Some(nearest) => words::nearest_flip(nearest),
        None if explanation.search.symbols.is_empty() => {
            "The decision rests on no newest close that could move.".to_owned()
        }
        None => format!(
            "No single close of {}, from {} to {} of the newest one, changes the decision.",
            some_of(explanation.search.symbols.iter().map(ToString::to_string).collect()),
            words::change(explanation.search.lowest_change_ratio.0),
            words::change(explanation.search.highest_change_ratio.0),
        ),
    });
    lead
}

fn sections(
    decided: &Run,
    explanation: &Explanation<'_>,
    sheet: &Sheet,
    canvas: Canvas,
) -> Vec<Option<Section>> {
    let mut sections = vec![blocked(&explanation.decision.findings), decision(sheet)];
    sections.push(Section::of("closes", chart::of_decision(decided, explanation, canvas)));
    sections.push(Section::of("gates", gates::blocks(&explanation.gates, &explanation.search.symbols)));
    for ranking in &explanation.rankings {
        sections.push(Section::of(format!("ranking {}", ranking.name), rankings::blocks(ranking)));
    }
    // Sleeves share one list of candidates, and what did not come on to it.
    let excluded = explanation.rankings.first().map_or(Vec::new(), rankings::excluded);
    sections.push(Section::of("left out", excluded));
    sections.push(Section::of("sizing", vec![Block::Items(steps(&explanation.steps))]));
    sections.push(Section::of("inputs", inputs(explanation)));
    let dates = explanation.next_dates.iter().flat_map(|next| date_lines(next, Language::En));
    let dates = dates.map(|(label, line)| (label.to_owned(), line)).collect();
    sections.push(Section::of("next dates", vec![Block::Facts(dates)]));
    sections
}

/// The findings that stand in the way of a decision, each hint once.
fn blocked(findings: &[Finding]) -> Option<Section> {
    let mut hinted = BTreeSet::new();
    let errors: Vec<&Finding> =
        findings.iter().filter(|finding| finding.is_error()).take(MOST_PRINTED).collect();
    let mut items = Vec::new();
    for finding in errors {
        let hint = finding.hint.iter().filter(|hint| hinted.insert(hint.as_str()));
        items.push(Item {
            head: format!("{}: {}", finding.code, sentence(finding)),
            notes: hint.map(|hint| format!("hint: {hint}")).collect(),
        });
    }
    let beyond = finding::count(findings, Severity::Error).saturating_sub(MOST_PRINTED as u64);
    let more = match beyond {
        0 => String::new(),
        _ => format!("{beyond} more (`--format json` lists the first hundred of a kind)."),
    };
    Section::of("why it is blocked", vec![Block::Items(items), Block::Paragraph(more)])
}

fn decision(sheet: &Sheet) -> Option<Section> {
    let header = sheet.header.clone();
    let facts = sheet.lines.iter().map(|(label, line)| ((*label).to_owned(), line.clone())).collect();
    let targets = Table { rows: sheet.rows.clone(), ..Table::new(&header) };
    Section::of("decision", vec![Block::Table(targets), Block::Facts(facts)])
}

/// The numbers on the way to the targets; those that differ only in their symbol stand together.
fn steps(steps: &[StepRecord]) -> Vec<Item> {
    let mut drawn: Vec<(&StepRecord, Vec<String>)> = Vec::new();
    for step in steps {
        let symbol = step.symbol.iter().map(ToString::to_string);
        let is_same = |known: &&mut (&StepRecord, Vec<String>)| {
            let what =
                |step: &StepRecord| (step.name, step.ranking.clone(), step.value, step.unit, step.formula);
            what(known.0) == what(step)
        };
        match drawn.iter_mut().find(is_same) {
            Some(known) => known.1.extend(symbol),
            None => drawn.push((step, symbol.collect())),
        }
    }
    let item = |(step, symbols): (&StepRecord, Vec<String>)| {
        let ranking = step.ranking.iter().map(|ranking| format!(" in {ranking}")).collect::<String>();
        let of = if symbols.is_empty() { String::new() } else { format!(" of {}", symbols.join(", ")) };
        let value = words::quantity(step.unit, step.value);
        let head = format!("{}{ranking}{of} = {value}: {}", step.name, step.formula);
        Item { head, notes: Vec::new() }
    };
    drawn.into_iter().map(item).collect()
}

/// How many characters of a path the table of inputs has room for.
const PATH_WIDTH: usize = 24;

fn inputs(explanation: &Explanation<'_>) -> Vec<Block> {
    let mut table = Table::new(&[
        ("KIND", Align::Left),
        ("ROWS", Align::Right),
        ("FIRST", Align::Left),
        ("LAST", Align::Left),
        ("SESSIONS OLD", Align::Right),
        ("FILE", Align::Left),
    ]);
    table.rows = explanation.inputs.iter().map(input_row).collect();
    let old: Vec<String> = explanation
        .series
        .iter()
        .filter_map(|series| Some((series, series.age_sessions.filter(|age| *age > 0)?)))
        .map(|(series, age)| format!("{} by {age}", series.symbol))
        .collect();
    let behind = if old.is_empty() {
        String::new()
    } else {
        format!("Sessions between the newest close and the decision date: {}.", some_of(old))
    };
    vec![Block::Table(table), Block::Paragraph(behind)]
}

fn input_row(input: &InputAge) -> Vec<String> {
    let or_blank = |text: Option<String>| text.unwrap_or_default();
    vec![
        input.kind.as_str().to_owned(),
        or_blank(input.rows.map(|rows| rows.to_string())),
        or_blank(input.first.map(|date| date.to_string())),
        or_blank(input.last.map(|date| date.to_string())),
        or_blank(input.age_sessions.map(|age| age.to_string())),
        shortened(&input.path),
    ]
}

/// The end of a path, which tells files apart better than its beginning.
fn shortened(path: &str) -> String {
    let length = path.chars().count();
    if length <= PATH_WIDTH {
        return path.to_owned();
    }
    let mark = "...";
    let end: String = path.chars().skip(length + mark.len() - PATH_WIDTH).collect();
    format!("{mark}{end}")
}

/// How many names a sentence lists before the rest is only counted.
const MOST_NAMED: usize = 12;

/// The first of several names and how many more there are.
fn some_of(names: Vec<String>) -> String {
    let beyond = names.len().saturating_sub(MOST_NAMED);
    let named = names.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(", ");
    if beyond == 0 { named } else { format!("{named} and {beyond} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_keeps_its_end() {
        assert_eq!(shortened("prices.csv"), "prices.csv");
        let path = shortened("/srv/market/2025/prices-of-the-quarter.csv");
        assert_eq!((path.as_str(), path.chars().count()), ("...es-of-the-quarter.csv", PATH_WIDTH));
    }

    #[test]
    fn many_names_are_counted() {
        let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(some_of(names(2)), "0, 1");
        assert!(some_of(names(14)).ends_with("11 and 2 more"));
    }
}
