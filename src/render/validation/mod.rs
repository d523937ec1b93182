//! A report on snapshots, one module a form; its JSON is the report itself.

pub mod github;
pub mod markdown;
pub mod table;

use crate::amount::counted;
use crate::finding::{Code, Finding};
use crate::input::FileKind;
use crate::input::source::STANDARD_INPUT;
use crate::symbol::Symbol;
use crate::validation::{Counts, FileReport};
use crate::visible::visible;

/// How many characters of a hash are enough to tell files apart at a glance.
const SHORT_HASH: usize = 12;

/// How many symbols that came or went are listed for people.
const MOST_SYMBOLS: usize = 100;

/// Where a finding is: `FILE:LINE:CHARACTER`, as editors take it.
fn place(finding: &Finding) -> Option<String> {
    let mut place = finding.file.clone()?;
    for part in [finding.line, finding.character].into_iter().flatten() {
        place.push_str(&format!(":{part}"));
    }
    Some(place)
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
fn verdict_line(file: &FileReport) -> String {
    let verdict = file.verdict.as_str();
    match (&file.contract_version, &file.profile) {
        (Some(contract), _) => format!("{} is {verdict} for {contract}", name(file)),
        (None, Some(profile)) => format!("{} is {verdict} for {profile}", name(file)),
        (None, None) => format!("{} is {verdict}", name(file)),
    }
}

/// The date, the rows, the hash and whether there is a manifest, in one line; `None` of a file that could not be
/// read.
fn facts_line(file: &FileReport) -> Option<String> {
    let snapshot = file.input(FileKind::Snapshot)?;
    let date = file.as_of.map_or_else(|| "without a date".to_owned(), |date| format!("as of {date}"));
    let rows = counted(snapshot.rows.unwrap_or_default(), "row");
    let hash: String = snapshot.sha256.chars().take(SHORT_HASH).collect();
    let has_unreadable_manifest =
        file.findings.iter().any(|finding| finding.code == Code::FeatureSnapshotManifestParseFailed);
    let manifest = match file.input(FileKind::Manifest) {
        Some(manifest) => format!("manifest {}", manifest.path),
        None if has_unreadable_manifest => "its manifest can't be read".to_owned(),
        None => "no manifest".to_owned(),
    };
    Some(format!("{date}, {rows}, sha256 {hash}…, {manifest}"))
}

/// What has changed since the earlier file: the symbols, for of the rest the findings speak.
fn changes_lines(file: &FileReport) -> Vec<String> {
    let Some(changes) = &file.changes else { return Vec::new() };
    let date = changes.previous_as_of.map(|date| format!(" of {date}")).unwrap_or_default();
    let listed = |word: &str, symbols: &[Symbol]| {
        let shown: Vec<&str> = symbols.iter().take(MOST_SYMBOLS).map(Symbol::as_str).collect();
        match symbols.len().saturating_sub(shown.len()) {
            _ if symbols.is_empty() => format!("{word}: none"),
            0 => format!("{word}: {}", shown.join(" ")),
            beyond => {
                format!("{word}: {} and {beyond} more (`--format json` lists them)", shown.join(" "))
            }
        }
    };
    vec![
        format!("compared with {}{date}", visible(&changes.previous)),
        listed("new", &changes.entered),
        listed("gone", &changes.left),
    ]
}

/// How many findings there are, in words.
fn counts_line(counts: Counts) -> String {
    let Counts { errors, warnings, infos } = counts;
    format!("{}, {}, {}", counted(errors, "error"), counted(warnings, "warning"), counted(infos, "note"))
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
