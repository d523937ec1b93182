//! A report on snapshots for people: the verdicts, then the causes, then as many details as a screen holds.

use chrono::NaiveDate;

use crate::amount::percent;
use crate::document::finding::{Cause, about, causes, grouped_count, place, some_of, tone};
use crate::document::message::{annotations, plain};
use crate::document::wrap::{end_of_path, wrapped};
use crate::document::{Align, Block, Cell, Document, Fact, Item, Screen, Table, Tone, text};
use crate::finding::{Code, Finding, Severity};
use crate::input::FileKind;
use crate::input::source::STANDARD_INPUT;
use crate::number::Number;
use crate::symbol::Symbol;
use crate::validation::{FileReport, Report, Verdict};
use crate::visible::visible;

/// How many files the table of verdicts lists.
const MOST_FILES: usize = 20;

/// How many causes are listed.
const MOST_CAUSES: usize = 20;

/// How many lines the whole text has at most, unless all details are wanted.
const MOST_LINES: usize = 60;

/// How many columns a path takes in the table of verdicts.
const PATH_WIDTH: usize = 44;

/// How many characters of a hash are enough to tell files apart at a glance.
const SHORT_HASH: usize = 12;

/// How many symbols that came or went are listed for people.
const MOST_SYMBOLS: usize = 100;

/// What the report shows beyond verdicts and causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Every finding, however many lines that takes.
    pub all: bool,
    /// The statistics of the columns.
    pub stats: bool,
}

/// The report for people within 60 lines, unless more is wanted.
pub fn document(report: &Report, detail: Detail, screen: Screen) -> Document {
    let mut document = summary(report);
    let details = details(report);
    let taken = if detail.all { details.len() } else { room(&document, &details, screen) };
    let beyond = details.len() - taken;
    let mut blocks = vec![Block::Items(details.into_iter().take(taken).collect())];
    if beyond > 0 {
        blocks.push(Block::Paragraph(format!(
            "and {} more (`--all` prints them)",
            grouped_count(beyond as u64)
        )));
    }
    document.section("details", blocks);
    if detail.stats {
        for file in report.files.iter().filter(|file| !file.columns.is_empty()) {
            document.section(format!("columns of {}", name(file)), vec![Block::Table(columns(file))]);
        }
    }
    document
}

/// The verdicts, the causes and the changes.
fn summary(report: &Report) -> Document {
    let mut document = Document::default();
    document.push(Block::Table(verdicts(report)));
    let valid_beyond = report.files.len().saturating_sub(MOST_FILES);
    if valid_beyond > 0 {
        let hidden = sorted(report).into_iter().skip(MOST_FILES);
        let invalid = hidden.filter(|file| file.verdict == Verdict::Invalid).count();
        document.push(Block::Line(match invalid {
            0 => format!("and {valid_beyond} more valid"),
            _ => format!("and {valid_beyond} more, {invalid} of them invalid"),
        }));
    }
    if let [file] = report.files.as_slice() {
        for line in [facts_line(file)].into_iter().flatten() {
            document.push(Block::Line(line));
        }
    }
    document.section("causes", vec![Block::Facts(cause_facts(report))]);
    for file in &report.files {
        let lines = changes_lines(file).into_iter().map(|head| Item { head, notes: Vec::new() }).collect();
        document.section("changes", vec![Block::Items(lines)]);
    }
    document
}

/// Invalid files first.
fn sorted(report: &Report) -> Vec<&FileReport> {
    let mut files: Vec<&FileReport> = report.files.iter().collect();
    files.sort_by_key(|file| file.verdict == Verdict::Valid);
    files
}

fn verdicts(report: &Report) -> Table {
    let mut table = Table::new(&[
        ("FILE", Align::Left),
        ("AS OF", Align::Left),
        ("ROWS", Align::Right),
        ("VERDICT", Align::Left),
        ("FIRST CAUSE", Align::Left),
    ]);
    let row = |file: &FileReport| {
        let rows = file.input(FileKind::Snapshot).and_then(|input| input.rows);
        let first = file.findings.iter().find(|finding| finding.severity != Severity::Info);
        let tone = if file.verdict == Verdict::Valid { Tone::Good } else { Tone::Bad };
        vec![
            end_of_path(&name(file), PATH_WIDTH).into(),
            as_of(file).into(),
            rows.map(|rows| rows.to_string()).unwrap_or_default().into(),
            Cell::new(file.verdict.as_str(), tone),
            first.map_or("", |finding| finding.code.as_str()).into(),
        ]
    };
    table.rows = sorted(report).into_iter().take(MOST_FILES).map(row).collect();
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

/// The causes of all files, most grave first, each with its cure below it.
fn cause_facts(report: &Report) -> Vec<Fact> {
    let mut all: Vec<Cause<'_>> = report.files.iter().flat_map(|file| causes(&file.findings)).collect();
    all.sort_by_key(|cause| (cause.severity(), std::cmp::Reverse(cause.total)));
    let fact = |cause: &Cause<'_>| Fact {
        label: Cell::new(cause.severity().as_str(), tone(cause.severity())),
        text: format!("{}: {}", cause.first.code, stands_alone(&cause.sentence())),
        notes: match cause.severity() {
            Severity::Info => Vec::new(),
            _ => cause.hint().map(|hint| format!("hint: {hint}")).into_iter().collect(),
        },
    };
    let mut facts: Vec<Fact> = all.iter().take(MOST_CAUSES).map(fact).collect();
    let beyond = all.len().saturating_sub(MOST_CAUSES);
    if beyond > 0 {
        facts.push(Fact::new("", format!("and {beyond} more causes (`--format json` has them)")));
    }
    facts
}

/// Wrapping takes several spaces for one, and one may be what is wrong.
fn stands_alone(sentence: &str) -> String {
    sentence.replace("  ", " \\u{20}")
}

/// Every finding whose cause has several.
fn details(report: &Report) -> Vec<Item> {
    let all: Vec<Cause<'_>> = report.files.iter().flat_map(|file| causes(&file.findings)).collect();
    let several = all.into_iter().filter(|cause| cause.findings.len() > 1);
    several
        .flat_map(|cause| cause.findings)
        .map(|finding| Item { head: detail(finding), notes: Vec::new() })
        .collect()
}

fn detail(finding: &Finding) -> String {
    let place = place(finding, finding.character).map(|place| format!("{place}: ")).unwrap_or_default();
    stands_alone(&format!("{place}{}", about(finding)))
}

/// How many details the lines of a screen hold below a document.
fn room(document: &Document, details: &[Item], screen: Screen) -> usize {
    /// The lines around the details: a blank one, the heading, another blank one, and how many more there are.
    const AROUND: usize = 4;
    let used = text::draw(document, screen).lines().count() + AROUND;
    let mut left = MOST_LINES.saturating_sub(used);
    details
        .iter()
        .take_while(|item| {
            let lines = wrapped(&item.head, screen.width).len();
            let fits = lines <= left;
            left = left.saturating_sub(lines);
            fits
        })
        .count()
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
fn name(file: &FileReport) -> String {
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
    let hash: String = snapshot.sha256.chars().take(SHORT_HASH).collect();
    let has_unreadable_manifest =
        file.findings.iter().any(|finding| finding.code == Code::FeatureSnapshotManifestParseFailed);
    let manifest = match file.input(FileKind::Manifest) {
        Some(manifest) => format!("manifest {}", manifest.path),
        None if has_unreadable_manifest => "its manifest can't be read".to_owned(),
        None => "no manifest".to_owned(),
    };
    let contract = file.contract_version.as_ref().map(|version| format!("{version}, ")).unwrap_or_default();
    Some(format!("{contract}sha256 {hash}…, {manifest}"))
}

/// The symbols that came or went since the earlier file.
fn changes_lines(file: &FileReport) -> Vec<String> {
    let Some(changes) = &file.changes else { return Vec::new() };
    let date = changes.previous_as_of.map(|date| format!(" of {date}")).unwrap_or_default();
    let listed = |word: &str, symbols: &[Symbol]| {
        let names: Vec<String> = symbols.iter().map(ToString::to_string).collect();
        let names = if names.is_empty() { "none".to_owned() } else { some_of(&names, MOST_SYMBOLS) };
        format!("{word}: {names}")
    };
    vec![
        format!("compared with {}{date}", visible(&changes.previous)),
        listed("new", &changes.entered),
        listed("gone", &changes.left),
    ]
}

/// Where the values of each column lie.
fn columns(file: &FileReport) -> Table {
    let mut table = Table::new(&[
        ("COLUMN", Align::Left),
        ("TYPE", Align::Left),
        ("MISSING", Align::Right),
        ("MIN", Align::Right),
        ("MEDIAN", Align::Right),
        ("MAX", Align::Right),
    ]);
    let number = |number: Option<Number>| number.map(|number| short_number(number.0)).unwrap_or_default();
    table.rows = file
        .columns
        .iter()
        .map(|column| {
            let median = match column.yes_ratio {
                Some(yes) => format!("{} yes", percent(yes.0)),
                None => number(column.median),
            };
            vec![
                column.name.as_str().into(),
                column.kind.to_string().into(),
                percent(column.missing_ratio.0).into(),
                number(column.minimum).into(),
                median.into(),
                number(column.maximum).into(),
            ]
        })
        .collect();
    table
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
