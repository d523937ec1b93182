//! A report for people: three lines when all is well, else every error and warning with its place and cure, what
//! is merely worth knowing in a line each, and the columns.

use super::{changes_lines, counts_line, facts_line, place, short_number, verdict_line};
use crate::amount::{counted, percent};
use crate::finding::{Finding, Severity};
use crate::render::grid::{self, Align};
use crate::render::wrap::{TERMINAL_WIDTH, labelled, wrapped};
use crate::validation::{Counts, FileReport, Report};

/// How far the lines of a finding stand in from its code.
const INDENT: &str = "  ";

/// The width of the labels of a finding: the indent, the longest of them, and a gap.
const LABEL_WIDTH: usize = 12;

/// How many places a finding that stands in many is shown with.
const MOST_PLACES: usize = 8;

/// The report on all files, one after the other.
pub fn report(report: &Report) -> String {
    let mut text = report.files.iter().map(file).collect::<Vec<_>>().join("\n");
    if report.files.len() > 1 {
        text.push_str(&format!(
            "\n{}: {}: {}\n",
            counted(report.files.len(), "file"),
            report.verdict.as_str(),
            counts_line(report.counts)
        ));
    }
    text
}

fn file(file: &FileReport) -> String {
    let counts = file.counts();
    let facts = facts_line(file).map(|facts| facts + "\n").unwrap_or_default();
    let verdict = verdict_line(file);
    if counts.errors == 0 && counts.warnings == 0 {
        return format!("{verdict}\n{facts}{}\n{}", notes(counts, &file.findings), changes(file));
    }
    let mut text = format!("{verdict}\n{facts}\n");
    let (notes, grave): (Vec<&Finding>, Vec<&Finding>) =
        file.findings.iter().partition(|finding| finding.severity == Severity::Info);
    for group in groups(&grave) {
        text.push_str(&group.drawn());
        text.push('\n');
    }
    for note in &notes {
        let line = format!("note: {}: {}", note.code, note.message);
        text.push_str(&(wrapped(&line, TERMINAL_WIDTH).join("\n") + "\n"));
    }
    if !notes.is_empty() {
        text.push('\n');
    }
    if file.changes.is_some() {
        text.push_str(&(changes(file) + "\n"));
    }
    if !file.columns.is_empty() {
        text.push_str(&columns(file));
        text.push('\n');
    }
    text.push_str(&format!("{}: {}\n", file.verdict.as_str(), counts_line(counts)));
    text
}

/// What has changed since the earlier file, where one was named.
fn changes(file: &FileReport) -> String {
    changes_lines(file).iter().map(|line| wrapped(line, TERMINAL_WIDTH).join("\n") + "\n").collect()
}

/// The counts, with the codes of the notes.
fn notes(counts: Counts, findings: &[Finding]) -> String {
    let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.dedup();
    let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
    format!("{}{codes}", counts_line(counts))
}

/// Findings that differ in their place and what was found there alone.
struct Group<'a> {
    first: &'a Finding,
    all: Vec<&'a Finding>,
}

/// The findings in groups, in the order of the first of each.
fn groups<'a>(findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for &finding in findings {
        let is_like = |group: &&mut Group<'_>| {
            let first = group.first;
            (first.severity, first.code, &first.message, &first.expected, &first.hint)
                == (finding.severity, finding.code, &finding.message, &finding.expected, &finding.hint)
        };
        match groups.iter_mut().find(is_like) {
            Some(group) => group.all.push(finding),
            None => groups.push(Group { first: finding, all: vec![finding] }),
        }
    }
    groups
}

impl Group<'_> {
    fn drawn(&self) -> String {
        let mut text = format!("{}: {}\n", self.first.severity.as_str(), self.first.code);
        let mut add = |label: &str, line: &str| {
            text.push_str(&labelled(&format!("{INDENT}{label}"), LABEL_WIDTH, line));
        };
        add("what", &self.first.message);
        for finding in self.all.iter().take(MOST_PLACES) {
            if let Some(found) = found_at(finding) {
                add(if finding.file.is_some() { "at" } else { "found" }, &found);
            }
        }
        let beyond = self.all.len().saturating_sub(MOST_PLACES);
        if beyond > 0 {
            add("", &format!("and {beyond} more (`--format json` lists them)"));
        }
        if let Some(expected) = &self.first.expected {
            add("expected", expected);
        }
        if let Some(hint) = &self.first.hint {
            add("fix", hint);
        }
        text
    }
}

/// The place of a finding, its column and symbol, and what was found there.
fn found_at(finding: &Finding) -> Option<String> {
    let column = finding.column.as_ref().map(|column| format!("column {column}"));
    let symbol = finding.symbol.as_ref().map(ToString::to_string);
    let place: Vec<String> = [place(finding), column, symbol].into_iter().flatten().collect();
    // Wrapping takes several spaces for one, and one may be what is wrong.
    let observed = finding.observed.as_ref().map(|observed| observed.replace("  ", " \\u{20}"));
    match (place.is_empty(), observed) {
        (true, None) => None,
        (true, Some(observed)) => Some(format!("`{observed}`")),
        (false, None) => Some(place.join(", ")),
        (false, Some(observed)) => Some(format!("{}: found `{observed}`", place.join(", "))),
    }
}

/// Where the values of each column lie.
fn columns(file: &FileReport) -> String {
    let header = [
        ("COLUMN", Align::Left),
        ("TYPE", Align::Left),
        ("MISSING", Align::Right),
        ("MIN", Align::Right),
        ("MEDIAN", Align::Right),
        ("MAX", Align::Right),
    ];
    grid::drawn(
        &header,
        file.columns.iter().map(|column| {
            let number = |number: Option<crate::number::Number>| {
                number.map(|number| short_number(number.0)).unwrap_or_default()
            };
            let median = match column.yes_ratio {
                Some(yes) => format!("{} yes", percent(yes.0)),
                None => number(column.median),
            };
            vec![
                column.name.clone(),
                column.kind.to_string(),
                percent(column.missing_ratio.0),
                number(column.minimum),
                median,
                number(column.maximum),
            ]
        }),
    )
}
