//! Sector labels against a whitelist: a label that is spelt another way drops its rows without a word.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding};
use crate::input::table::Place;

/// How many edits (a character more, less or other, or two swapped) still make a label the whitelist's, misspelt.
const MOST_EDITS: usize = 1;

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

/// Finds labels that a whitelist entry was probably meant to catch: their rows would drop out without a word.
pub fn misspelt_sectors(labels: &Labels, whitelist: &[String], file: &str, column: &str) -> Vec<Finding> {
    labels
        .iter()
        .filter(|(label, _)| !whitelist.contains(label))
        .filter_map(|(label, rows)| {
            let entry = whitelist.iter().find(|entry| is_probably(label, entry))?;
            Some(misspelt(label, *rows, entry, file, column))
        })
        .collect()
}

/// Finds entries of the whitelist that catch no row, not even a misspelt one.
pub fn absent_sectors(labels: &Labels, whitelist: &[String], file: &str, column: &str) -> Vec<Finding> {
    let is_absent =
        |entry: &&String| !labels.keys().any(|label| label == *entry || is_probably(label, entry));
    whitelist.iter().filter(is_absent).map(|entry| without_rows(entry, labels, file, column)).collect()
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
        format!(
            "{rows} {plural} the sector `{label}`, which `sector_whitelist` does not have, and would drop out"
        ),
    )
    .file(file)
    .line(place.line)
    .character(place.character)
    .column(column)
    .observed(label)
    .expected(entry)
    .hint(format!(
        "write `{entry}` in the file, or add `{label}` to the config key `sector_whitelist`; `strat decide \
         --allow {}` lets them drop out",
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
            "spell the sector in the file as in the config, or take it out of the config key `sector_whitelist`; `strat \
             decide --allow {}` does without it",
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
        let labels = labels(texts);
        [misspelt_sectors, absent_sectors]
            .into_iter()
            .flat_map(|check| check(&labels, &whitelist, "x.csv", "sector"))
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
