//! An explanation for people: the verdict, what would change it, and every step to it.

mod brief;
mod chart;
pub(super) mod gates;
mod rankings;
mod symbol;
mod words;

pub use self::brief::brief;
use crate::document::finding::{WHERE_ALL_STAND, error_facts, some_of};
use crate::document::message::MOST_PRINTED;
use crate::document::wrap::end_of_path;
use crate::document::{Block, Cell, Document, Fact, Item, Rows};
use crate::explain::Explanation;
use crate::record::Record;
use crate::strategy::Action;
use crate::strategy::trace::Step;
use crate::view::decision;
use crate::view::rule_sheet::date_facts;

/// The characters that a chart may be drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    /// Any: charts are drawn in Braille patterns.
    Unicode,
    /// ASCII alone.
    Ascii,
}

/// A heading and what stands below it.
type Section = (String, Vec<Block>);

fn section(heading: impl Into<String>, blocks: Vec<Block>) -> Section {
    (heading.into(), blocks)
}

/// The explanation as a document.
pub fn document(explanation: &Explanation, characters: Characters) -> Document {
    let sections = match &explanation.symbol {
        Some(answer) => symbol::sections(explanation, answer, characters),
        None => sections(explanation, characters),
    };
    let mut document = head(explanation);
    sections.into_iter().for_each(|(heading, blocks)| document.section(heading, blocks));
    document
}

/// What stands before the sections.
fn head(explanation: &Explanation) -> Document {
    let mut document = decision::head(&explanation.decision);
    lead(explanation).into_iter().for_each(|sentence| document.push(Block::Lead(sentence)));
    document
}

/// What would change the decision, before everything else; for one symbol, why it is in or out.
fn lead(explanation: &Explanation) -> Vec<String> {
    let record = &explanation.decision;
    let mut lead = Vec::new();
    lead.extend(explanation.symbol.as_ref().map(|answer| symbol::verdict(record, answer)));
    if record.action == Action::Blocked {
        return lead;
    }
    lead.push(match &explanation.nearest_flip {
        Some(nearest) => words::nearest_flip(nearest),
        None if explanation.search.symbols.is_empty() => {
            "No prices are used, so no price move can change it.".to_owned()
        }
        None => format!(
            "No single close of {}, from {} to {} of the newest one, changes the decision.",
            some_of(&explanation.search.symbols, MOST_NAMED),
            words::change(explanation.search.lowest_change_ratio.0),
            words::change(explanation.search.highest_change_ratio.0),
        ),
    });
    lead
}

fn sections(explanation: &Explanation, characters: Characters) -> Vec<Section> {
    let record = &explanation.decision;
    let mut sections = vec![
        blocked(record),
        section("decision", decision::blocks(record, Vec::new())),
        section("closes", chart::blocks(explanation.chart.as_ref(), characters)),
        section("gates", gates::blocks(&explanation.gates, &explanation.search.symbols)),
    ];
    for ranking in &explanation.rankings {
        sections.push(section(format!("ranking {}", ranking.name), rankings::blocks(ranking)));
    }
    // Sleeves share one list of candidates, and what did not come on to it.
    let excluded = explanation.rankings.first().map_or(Vec::new(), rankings::excluded);
    sections.push(section("left out", excluded));
    sections.push(section("sizing", vec![Block::Items(steps(&explanation.steps))]));
    sections.push(section("inputs", inputs(explanation)));
    sections.push(section(
        "next dates",
        vec![Block::Facts(explanation.next_dates.as_ref().map(date_facts).unwrap_or_default())],
    ));
    sections
}

/// The causes that stand in the way of a decision, each with its hint.
fn errors(record: &Record) -> Vec<Fact> {
    error_facts(&record.findings, MOST_PRINTED, |beyond| {
        Fact::new("more", format!("{beyond} {WHERE_ALL_STAND}"))
    })
}

fn blocked(record: &Record) -> Section {
    section("why it is blocked", vec![Block::Facts(errors(record))])
}

/// The numbers on the way to the targets; those that differ only in their symbol stand together.
fn steps(steps: &[Step]) -> Vec<Item> {
    let mut drawn: Vec<(&Step, Vec<String>)> = Vec::new();
    for step in steps {
        let symbol = step.symbol.iter().map(ToString::to_string);
        let is_same = |known: &&mut (&Step, Vec<String>)| {
            let what = |step: &Step| (step.quantity, step.ranking.clone(), step.formula);
            what(known.0) == what(step)
        };
        match drawn.iter_mut().find(is_same) {
            Some(known) => known.1.extend(symbol),
            None => drawn.push((step, symbol.collect())),
        }
    }
    let item = |(step, symbols): (&Step, Vec<String>)| {
        let ranking = step.ranking.iter().map(|ranking| format!(" in {ranking}")).collect::<String>();
        let of = if symbols.is_empty() { String::new() } else { format!(" of {}", symbols.join(", ")) };
        let value = words::quantity(step.quantity);
        format!("{}{ranking}{of} = {value}: {}", step.quantity.name, step.formula).into()
    };
    drawn.into_iter().map(item).collect()
}

/// How many characters of a path the table of inputs has room for.
const PATH_WIDTH: usize = 24;

fn inputs(explanation: &Explanation) -> Vec<Block> {
    let old: Vec<String> = explanation
        .series
        .iter()
        .filter_map(|series| Some((series, series.age_sessions.filter(|age| *age > 0)?)))
        .map(|(series, age)| format!("{} by {age}", series.symbol))
        .collect();
    let behind = if old.is_empty() {
        String::new()
    } else {
        format!("Sessions between the newest close and the decision date: {}.", some_of(old, MOST_NAMED))
    };
    let table = Rows::new(&explanation.inputs)
        .left("KIND", |input| input.kind.as_str().to_owned())
        .right("ROWS", |input| or_blank(input.rows))
        .left("FIRST", |input| or_blank(input.first))
        .left("LAST", |input| or_blank(input.last))
        .right("AGE", |input| or_blank(input.age_sessions))
        .left("FILE", |input| end_of_path(&input.path, PATH_WIDTH))
        .table();
    vec![Block::Table(table), Block::Paragraph(behind)]
}

fn or_blank(value: Option<impl ToString>) -> Cell {
    value.map(|value| value.to_string()).unwrap_or_default().into()
}

/// How many names a sentence lists before the rest is only counted.
const MOST_NAMED: usize = 12;
