//! A report on snapshots for people: the verdicts, then the causes, then as many details as a screen holds.

use chrono::NaiveDate;

use crate::amount::{grouped_count, percent};
use crate::digest::shortened;
use crate::document::finding::{Cause, about, fact, place, some_of};
use crate::document::message::{annotations, plain};
use crate::document::wrap::{end_of_path, width_of};
use crate::document::{Block, Cell, DEFAULT_WIDTH, Document, Fact, Item, Rows, Screen, Table, Tone, text};
use crate::finding::{Code, Finding, Severity};
use crate::input::FileKind;
use crate::input::source::STANDARD_INPUT;
use crate::language::Language;
use crate::language::phrases::Names;
use crate::number::Number;
use crate::symbol::Symbol;
use crate::validation::{FileReport, Report, Verdict};
use crate::visible::visible;

/// How many files the table of verdicts lists.
const MOST_FILES: usize = 20;

/// How many lines the whole text has at most, unless all details are wanted.
const MOST_LINES: usize = 60;

/// How many lines are seen at a glance: causes that fit have their cures beside them.
const LINES_AT_A_GLANCE: usize = 10;

/// How many columns a path takes in the table of verdicts.
const PATH_WIDTH: usize = 44;

/// How many symbols that came or went are listed for people.
const MOST_SYMBOLS: usize = 12;

/// What the report shows beyond verdicts and causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Every finding, however many lines that takes.
    pub all: bool,
    /// The statistics of the columns.
    pub stats: bool,
}

/// The report for people within 60 lines, unless more is wanted.
pub fn document(report: &Report, detail: Detail, screen: Screen, language: Language) -> Document {
    let most = if detail.all { usize::MAX } else { MOST_LINES };
    let mut room = Room { left: most, screen, language };
    let mut document = Document::default();
    verdict_blocks(report).into_iter().for_each(|block| document.push(block));
    let foot = foot(report);
    let used = room.lines_of(&document) + room.lines_of(&foot);
    room.left = most.saturating_sub(used);
    let mut causes: Vec<Fact> = report.causes().iter().map(|cause| cause_fact(report, cause)).collect();
    let mut alone = document.clone();
    alone.section("causes", vec![Block::Facts(causes.clone())]);
    // All causes are seen before the first cure is.
    let are_seen_at_once = room.lines_of(&alone) <= LINES_AT_A_GLANCE;
    let cures = if are_seen_at_once { Vec::new() } else { cures(&mut causes, report) };
    document.section("causes", vec![Block::Facts(room.facts(causes))]);
    document.section("cures", vec![Block::Facts(room.facts(cures))]);
    document
        .section("changes", vec![Block::Items(room.items(report.files.iter().flat_map(changes).collect()))]);
    document.section("details", vec![Block::Items(room.items(details(report)))]);
    foot.blocks().iter().for_each(|block| document.push(block.clone()));
    if detail.stats {
        for file in report.files.iter().filter(|file| !file.columns.is_empty()) {
            document.section(format!("columns of {}", name(file)), vec![Block::Table(columns(file))]);
        }
    }
    document.in_language(language, &Names::new())
}

/// The lines that are left of those that the text may have.
struct Room {
    left: usize,
    screen: Screen,
    language: Language,
}

impl Room {
    /// A blank line, the heading and another blank line.
    const AROUND: usize = 3;

    /// How many lines a document takes, as it is drawn.
    fn lines_of(&self, document: &Document) -> usize {
        let document = document.clone().in_language(self.language, &Names::new());
        text::draw(&document, self.screen).lines().count()
    }

    /// As many facts as there is room for, and how many more there are.
    fn facts(&mut self, facts: Vec<Fact>) -> Vec<Fact> {
        // The longest label makes room for all.
        let widest = facts.iter().map(|fact| fact.label.text.clone()).max_by_key(|label| width_of(label));
        let label = Cell::from(widest.unwrap_or_default());
        let alone = |fact: &Fact| Block::Facts(vec![Fact { label: label.clone(), ..fact.clone() }]);
        self.fitting(facts, alone, |more| Fact::new("", more))
    }

    /// As many entries as there is room for, and how many more there are.
    fn items(&mut self, items: Vec<Item>) -> Vec<Item> {
        self.fitting(items, |item| Block::Items(vec![item.clone()]), Item::from)
    }

    /// The first of several entries that fit, and behind them how many do not, for which a line is kept. `alone` is an
    /// entry by itself.
    fn fitting<T>(&mut self, entries: Vec<T>, alone: impl Fn(&T) -> Block, more: fn(String) -> T) -> Vec<T> {
        if entries.is_empty() || self.left <= Self::AROUND {
            return Vec::new();
        }
        self.left -= Self::AROUND;
        let count = entries.len();
        let mut taken = Vec::new();
        for (entry, place) in entries.into_iter().zip(1..) {
            let mut document = Document::default();
            document.push(alone(&entry));
            let lines = self.lines_of(&document);
            if lines + usize::from(place < count) > self.left {
                break;
            }
            self.left -= lines;
            taken.push(entry);
        }
        let beyond = count - taken.len();
        if beyond > 0 {
            self.left = self.left.saturating_sub(1);
            taken.push(more(format!("and {} more (`--all` prints them)", grouped_count(beyond as u64))));
        }
        taken
    }
}

/// The verdict of each file.
fn verdict_blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Table(verdicts(report))];
    let beyond = report.files.len().saturating_sub(MOST_FILES);
    if beyond > 0 {
        let hidden = sorted(report).into_iter().skip(MOST_FILES);
        let invalid = hidden.filter(|file| file.verdict == Verdict::Invalid).count();
        blocks.push(Block::Line(match invalid {
            0 => format!("and {beyond} more valid"),
            _ => format!("and {beyond} more, {invalid} of them invalid"),
        }));
    }
    blocks
}

/// What the one file of a report was held against.
fn foot(report: &Report) -> Document {
    let mut foot = Document::default();
    if let [file] = report.files.as_slice() {
        facts_line(file).into_iter().for_each(|line| foot.push(Block::Paragraph(line)));
    }
    foot
}

/// Invalid files first.
fn sorted(report: &Report) -> Vec<&FileReport> {
    let mut files: Vec<&FileReport> = report.files.iter().collect();
    files.sort_by_key(|file| file.verdict == Verdict::Valid);
    files
}

fn verdicts(report: &Report) -> Table {
    let mut table = Rows::new(sorted(report).into_iter().take(MOST_FILES))
        .left("FILE", |file| end_of_path(&name(file), PATH_WIDTH))
        .left("AS OF", |file| as_of(file))
        .right("ROWS", |file| {
            let rows = file.input(FileKind::Snapshot).and_then(|input| input.rows);
            rows.map(|rows| rows.to_string()).unwrap_or_default()
        })
        .left("VERDICT", |file| {
            let tone = if file.verdict == Verdict::Valid { Tone::Good } else { Tone::Bad };
            Cell::new(file.verdict.as_str(), tone)
        })
        .left("FIRST CAUSE", |file| {
            let first = file.findings.iter().find(|finding| finding.severity != Severity::Info);
            first.map_or("", |finding| finding.code.as_str())
        })
        .table();
    // The causes stand below; where their codes make the lines too long, the files stand alone.
    if table.width() > DEFAULT_WIDTH {
        table.header.pop();
        table.rows.iter_mut().for_each(|row| drop(row.pop()));
    }
    table
}

fn as_of(file: &FileReport) -> String {
    let is_mixed = file.findings.iter().any(|finding| finding.code == Code::FeatureSnapshotMixedDates);
    if is_mixed {
        "mixed".to_owned()
    } else {
        file.as_of.map(|date: NaiveDate| date.to_string()).unwrap_or_default()
    }
}

/// A cause with its cure below it. Of a single file the name stands above.
fn cause_fact(report: &Report, cause: &Cause<'_>) -> Fact {
    let sentence = match report.files.as_slice() {
        [file] => cause.sentence_within(file.snapshot.as_deref().unwrap_or_default()),
        _ => cause.sentence(),
    };
    fact(cause, &stands_alone(&sentence))
}

/// Takes the cures from below the causes: each once, beside the code that it is for.
fn cures(causes: &mut [Fact], report: &Report) -> Vec<Fact> {
    causes.iter_mut().for_each(|fact| fact.notes.clear());
    let mut cures: Vec<Fact> = Vec::new();
    for cause in report.causes().iter().filter(|cause| cause.severity() != Severity::Info) {
        let Some(hint) = cause.hint() else { continue };
        if cures.iter().all(|known| known.text != hint) {
            cures.push(Fact::new(cause.first.code.as_str(), hint));
        }
    }
    cures
}

/// Wrapping takes several spaces for one, and one may be what is wrong.
fn stands_alone(sentence: &str) -> String {
    sentence.replace("  ", " \\u{20}")
}

/// Every finding whose cause has several.
fn details(report: &Report) -> Vec<Item> {
    let several = report.causes().into_iter().filter(|cause| cause.findings.len() > 1);
    several.flat_map(|cause| cause.findings).map(|finding| detail(finding).into()).collect()
}

fn detail(finding: &Finding) -> String {
    let place = place(finding, finding.character).map(|place| format!("{place}: ")).unwrap_or_default();
    stands_alone(&format!("{place}{}", about(finding)))
}

/// The report as workflow commands, then each file's verdict as a line of the log.
pub fn github(report: &Report, path_prefix: Option<&str>) -> String {
    let findings: Vec<Finding> = report.files.iter().flat_map(|file| file.findings.iter().cloned()).collect();
    let mut text = annotations(&findings, path_prefix);
    for file in &report.files {
        text.push_str(&format!("strat: {}\n", plain(&verdict_line(file))));
    }
    text
}

/// How the report names a file.
pub(super) fn name(file: &FileReport) -> String {
    match file.snapshot.as_deref() {
        Some(STANDARD_INPUT) => "standard input".to_owned(),
        Some(path) => visible(path).into_owned(),
        None => "the snapshot".to_owned(),
    }
}

/// What was validated, for whom, and the verdict, in one line.
pub fn verdict_line(file: &FileReport) -> String {
    let verdict = file.verdict.as_str();
    match file.contract_version.as_ref().or(file.profile.as_ref()) {
        Some(contract) => format!("{} is {verdict} for {contract}", name(file)),
        None => format!("{} is {verdict}", name(file)),
    }
}

/// The contract, the hash and whether there is a manifest; `None` of a file that could not be read.
fn facts_line(file: &FileReport) -> Option<String> {
    let snapshot = file.input(FileKind::Snapshot)?;
    let has_unreadable_manifest =
        file.findings.iter().any(|finding| finding.code == Code::FeatureSnapshotManifestParseFailed);
    let manifest = match file.input(FileKind::Manifest) {
        Some(manifest) => format!("manifest {}", manifest.path),
        None if has_unreadable_manifest => "its manifest can't be read".to_owned(),
        None => "no manifest".to_owned(),
    };
    let contract = file.contract_version.as_ref().map(|version| format!("{version}, ")).unwrap_or_default();
    Some(format!("{contract}sha256 {}, {manifest}", shortened(&snapshot.sha256)))
}

/// The symbols that came or went since the earlier file.
fn changes(file: &FileReport) -> Vec<Item> {
    let Some(changes) = &file.changes else { return Vec::new() };
    let date = changes.previous_as_of.map(|date| format!(" of {date}")).unwrap_or_default();
    let listed = |word: &str, symbols: &[Symbol]| {
        let names = if symbols.is_empty() { "none".to_owned() } else { some_of(symbols, MOST_SYMBOLS) };
        format!("{word}: {names}")
    };
    vec![Item {
        head: format!("{} against {}{date}", name(file), visible(&changes.previous)),
        notes: vec![listed("new", &changes.entered), listed("gone", &changes.left)],
    }]
}

/// Where the values of each column lie.
fn columns(file: &FileReport) -> Table {
    let number = |number: Option<Number>| number.map(|number| short_number(number.0)).unwrap_or_default();
    Rows::new(&file.columns)
        .left("COLUMN", |column| column.name.clone())
        .left("TYPE", |column| column.kind.to_string())
        .right("MISSING", |column| percent(column.missing_ratio.0))
        .right("MIN", |column| number(column.minimum))
        .right("MEDIAN", |column| match column.yes_ratio {
            Some(yes) => format!("{} yes", percent(yes.0)),
            None => number(column.median),
        })
        .right("MAX", |column| number(column.maximum))
        .table()
}

/// A number in as few characters as tell it: up to six digits, with an exponent where it is large or tiny.
fn short_number(number: f64) -> String {
    const LARGE: f64 = 1e6;
    const TINY: f64 = 1e-4;
    const MOST_DECIMALS: usize = 4;
    let size = number.abs();
    if size >= LARGE || (size > 0.0 && size < TINY) {
        return format!("{number:.2e}");
    }
    let text = format!("{number:.MOST_DECIMALS$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_and_tells_its_size() {
        for (number, text) in [
            (0.0, "0"),
            (-0.00001, "-1.00e-5"),
            (0.05, "0.05"),
            (-0.123_456, "-0.1235"),
            (2.0, "2"),
            (501.0, "501"),
            (451.93, "451.93"),
            (1_355_295_550.04, "1.36e9"),
        ] {
            assert_eq!(short_number(number), text);
        }
    }
}
