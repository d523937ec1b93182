//! Sector labels against a whitelist: a label that is spelt another way drops its rows without a word.

use std::collections::BTreeMap;

use super::columns::ratio;
use crate::amount::{counted, rough_percent};
use crate::finding::{Code, Finding, Place};

/// The column of sector labels.
pub const SECTOR_COLUMN: &str = "sector";

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
pub fn misspelt_sectors(labels: &Labels, whitelist: &[String]) -> Vec<Finding> {
    labels
        .iter()
        .filter(|(label, _)| !whitelist.contains(label))
        .filter_map(|(label, rows)| {
            let entry = whitelist.iter().find(|entry| is_probably(label, entry))?;
            Some(misspelt(label, *rows, entry))
        })
        .collect()
}

/// Finds entries of the whitelist that catch no row, not even a misspelt one.
pub fn absent_sectors(labels: &Labels, whitelist: &[String]) -> Vec<Finding> {
    let is_absent =
        |entry: &&String| !labels.keys().any(|label| label == *entry || is_probably(label, entry));
    whitelist.iter().filter(is_absent).map(|entry| without_rows(entry, labels)).collect()
}

/// How many rows a file has at least of which its labels say anything.
const FEWEST_ROWS: usize = 8;

/// The most that labels may be of the rows, and rows without a label of all.
const MOST_RATIO: f64 = 0.5;

/// Labels that mean that the sector is not known, in lower case.
const NO_LABELS: [&str; 2] = ["nan", "unknown"];

/// Finds labels that can't be sectors: most rows have none, nearly every row has its own, or one sector has two names.
/// `rows` counts the rows that may be candidates, with and without a label.
pub fn suspect_sectors(labels: &Labels, rows: usize) -> Option<Finding> {
    let is_known = |label: &str| !NO_LABELS.contains(&label.to_lowercase().as_str());
    let known: Vec<&str> = labels.keys().map(String::as_str).filter(|label| is_known(label)).collect();
    let labelled: usize =
        labels.iter().filter(|(label, _)| is_known(label)).map(|(_, label)| label.rows).sum();
    let without = rows.saturating_sub(labelled);
    let (message, observed) = if rows < FEWEST_ROWS {
        return None;
    } else if ratio(without, rows) > MOST_RATIO {
        (format!("{without} of {rows} rows have no sector"), rough_percent(ratio(without, rows)))
    } else if ratio(known.len(), rows) > MOST_RATIO {
        (format!("{rows} rows have {} sectors", known.len()), counted(known.len(), "label"))
    } else {
        let (shorter, longer) = one_within_another(&known)?;
        (format!("`{shorter}` and `{longer}` look like one sector"), format!("{shorter}, {longer}"))
    };
    Some(
        Finding::new(Code::SuspectSectors, format!("{message}, so the limits by sector do not hold"))
            .column(SECTOR_COLUMN)
            .observed(observed)
            .expected("one label for each sector, in every row")
            .hint("write the same label for all names of a sector"),
    )
}

/// Two labels of which one holds all words of the other.
fn one_within_another<'a>(labels: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let parted: Vec<(&str, Vec<String>)> = labels.iter().map(|label| (*label, words(label))).collect();
    parted.iter().find_map(|(shorter, few)| {
        let holds_all = |(label, many): &&(&'a str, Vec<String>)| {
            label != shorter && !few.is_empty() && few.iter().all(|word| many.contains(word))
        };
        parted.iter().find(holds_all).map(|(longer, _)| (*shorter, *longer))
    })
}

fn misspelt(label: &str, LabelRows { place, rows }: LabelRows, entry: &str) -> Finding {
    let plural = if rows == 1 { "row has" } else { "rows have" };
    Finding::new(
        Code::UnknownSector,
        format!(
            "{rows} {plural} the sector `{label}`, which is not in `sector_whitelist`, and would be excluded"
        ),
    )
    .at(place)
    .column(SECTOR_COLUMN)
    .observed(label)
    .expected(entry)
    .hint(format!(
        "write `{entry}` in the file, or add `{label}` to the config key `sector_whitelist`; `strat decide \
         --allow {}` excludes them",
        Code::UnknownSector
    ))
}

fn without_rows(entry: &str, labels: &Labels) -> Finding {
    let labels: Vec<&str> = labels.keys().map(String::as_str).collect();
    Finding::new(Code::UnknownSector, format!("no row has the sector `{entry}` of `sector_whitelist`"))
        .column(SECTOR_COLUMN)
        .observed(labels.join(", "))
        .expected(entry)
        .hint_with_code(
            "spell the sector in the file as in the config, or remove it from the config key `sector_whitelist`; `strat \
             decide --allow {code}` goes on without it",
        )
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
            .flat_map(|check| check(&labels, &whitelist))
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

    fn suspected(texts: &[(&str, usize)], rows: usize) -> Option<String> {
        let place = Place { line: 2, character: 1 };
        let labels =
            texts.iter().map(|(text, rows)| ((*text).to_owned(), LabelRows { place, rows: *rows })).collect();
        suspect_sectors(&labels, rows).map(|finding| finding.message)
    }

    #[test]
    fn most_rows_without_a_sector_are_suspect() {
        assert_eq!(suspected(&[("Energy", 5)], 10), None);
        let message = "6 of 10 rows have no sector, so the limits by sector do not hold";
        assert_eq!(suspected(&[("Energy", 4)], 10).as_deref(), Some(message));
        assert_eq!(suspected(&[("Energy", 4), ("nan", 5), ("Unknown", 1)], 10).as_deref(), Some(message));
    }

    #[test]
    fn a_sector_for_each_row_is_suspect() {
        let own: Vec<(String, usize)> = (0..5).map(|number| (format!("A{number}"), 1)).collect();
        let texts: Vec<(&str, usize)> = own.iter().map(|(text, rows)| (text.as_str(), *rows)).collect();
        assert!(suspected(&[&texts[..], &[("Energy", 5)]].concat(), 11).is_some());
        assert_eq!(suspected(&[&texts[..], &[("Energy", 7)]].concat(), 12), None);
    }

    #[test]
    fn two_names_of_one_sector_are_suspect() {
        let rows = |other| suspected(&[("Technology", 4), (other, 4)], 8);
        assert!(
            rows("Information Technology").unwrap().starts_with("`Technology` and `Information Technology`")
        );
        assert_eq!(rows("Energy"), None);
        assert_eq!(suspected(&[("Consumer Staples", 4), ("Consumer Discretionary", 4)], 8), None);
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
