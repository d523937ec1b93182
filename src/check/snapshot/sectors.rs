//! Sector labels against a whitelist: a label that is spelt another way drops its rows without a word.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Severity};
use crate::input::table::Place;

/// How many edits (a character more, less or other, or two swapped) still make a label the whitelist's, misspelt.
const MOST_EDITS: usize = 1;

/// The names of the eleven sectors that the industry classifies by (GICS), and their common short forms. A
/// file whose labels are all of these has no sector spelt another way: one that it lacks is not there.
const KNOWN_SECTORS: [&str; 14] = [
    "Communication",
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Healthcare",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
    "unknown",
];

/// A sector label: where it stands first, and in how many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelRows {
    /// Where it stands first.
    pub place: Place,
    /// How many rows have it.
    pub rows: usize,
}

/// The labels of the rows.
pub type Labels = BTreeMap<String, LabelRows>;

/// Finds labels that a whitelist entry was probably meant to catch, and entries that catch no row.
///
/// An entry without rows is an error where a label that nobody knows may be its rows under another name, or
/// where no entry has any; it is a warning where every label is a known sector's.
pub fn unknown_sector(labels: &Labels, whitelist: &[String], file: &str, column: &str) -> Vec<Finding> {
    let is_known = |label: &String| KNOWN_SECTORS.contains(&label.as_str()) || whitelist.contains(label);
    let has_any = labels.keys().any(|label| whitelist.contains(label));
    let severity = if has_any && labels.keys().all(is_known) { Severity::Warning } else { Severity::Error };
    let mut findings: Vec<Finding> = labels
        .iter()
        .filter(|(label, _)| !whitelist.contains(label))
        .filter_map(|(label, rows)| {
            let entry = whitelist.iter().find(|entry| is_probably(label, entry))?;
            Some(misspelt(label, *rows, entry, file, column))
        })
        .collect();
    findings.extend(
        whitelist
            .iter()
            .filter(|entry| {
                !labels.contains_key(*entry) && !labels.keys().any(|label| is_probably(label, entry))
            })
            .map(|entry| without_rows(entry, labels, file, column).severity(severity)),
    );
    findings
}

fn misspelt(
    label: &str,
    LabelRows { place, rows }: LabelRows,
    entry: &str,
    file: &str,
    column: &str,
) -> Finding {
    let plural = if rows == 1 { "row has" } else { "rows have" };
    Finding::new(
        Code::UnknownSector,
        format!("{rows} {plural} the sector `{label}`, which `sector_whitelist` does not have, and would drop out"),
    )
    .file(file)
    .line(place.line)
    .character(place.character)
    .column(column)
    .observed(label)
    .expected(entry)
    .hint(format!(
        "write `{entry}` in the file, or add `{label}` to the config key `sector_whitelist`; if they shall drop \
         out, allow it with `--allow {}`",
        Code::UnknownSector
    ))
}

fn without_rows(entry: &str, labels: &Labels, file: &str, column: &str) -> Finding {
    let labels: Vec<&str> = labels.keys().map(String::as_str).collect();
    Finding::new(Code::UnknownSector, format!("no row has the sector `{entry}` of `sector_whitelist`"))
        .file(file)
        .column(column)
        .observed(labels.join(", "))
        .expected(entry)
        .hint(format!(
            "spell the sector in the file as in the config, or take it out of the config key `sector_whitelist`; if \
             none is expected, allow it with `--allow {}`",
            Code::UnknownSector
        ))
}

/// Whether a label is an entry in another case or spacing, one edit away from it, or has one word more or less.
fn is_probably(label: &str, entry: &str) -> bool {
    let (label, entry) = (words(label), words(entry));
    if are_alike(&label, &entry) {
        return true;
    }
    let (longer, shorter) = if label.len() > entry.len() { (&label, &entry) } else { (&entry, &label) };
    longer.len() == shorter.len() + 1
        && !shorter.is_empty()
        && (0..longer.len()).any(|left_out| {
            let (before, after) = longer.split_at(left_out);
            are_alike(&[before, after.get(1..).unwrap_or_default()].concat(), shorter)
        })
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

fn are_alike(left: &[String], right: &[String]) -> bool {
    strsim::osa_distance(&left.join(" "), &right.join(" ")) <= MOST_EDITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(texts: &[&str]) -> Labels {
        texts
            .iter()
            .zip(2..)
            .map(|(text, line)| {
                ((*text).to_owned(), LabelRows { place: Place { line, character: 3 }, rows: 1 })
            })
            .collect()
    }

    fn found(texts: &[&str]) -> Vec<(Option<String>, Option<u64>)> {
        let whitelist = ["Information Technology", "Communication"].map(str::to_owned);
        unknown_sector(&labels(texts), &whitelist, "x.csv", "sector")
            .into_iter()
            .map(|finding| (finding.observed, finding.line))
            .collect()
    }

    #[test]
    fn labels_as_the_whitelist_spells_them_are_known() {
        assert_eq!(found(&["Communication", "Information Technology", "Health Care", "benchmark"]), vec![]);
    }

    #[test]
    fn a_label_a_word_or_an_edit_away_is_named_with_its_line() {
        for label in [
            "Communication Services",
            "Communications",
            "Comunication",
            "Communicaiton",
            "communication",
            "Communications Services",
        ] {
            assert_eq!(
                found(&["Information Technology", label]),
                vec![(Some(label.to_owned()), Some(3))],
                "{label}"
            );
        }
        for label in ["Technology", "INFORMATION  TECHNOLOGY", "Information-Technology"] {
            assert_eq!(found(&["Communication", label]), vec![(Some(label.to_owned()), Some(3))], "{label}");
        }
    }

    #[test]
    fn an_entry_without_rows_is_named() {
        assert_eq!(
            found(&["Communication", "Health Care"]),
            vec![(Some("Communication, Health Care".to_owned()), None)]
        );
        assert_eq!(found(&["IT", "Telecommunication Services"]).len(), 2);
    }
}
