//! A snapshot against an earlier one of the same profile: what came, what went, what moved, what stood still.

use std::fmt::Display;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::snapshot::columns::{ColumnCells, Columns, ratio};
use crate::amount::{counted, rough_percent};
use crate::finding::{Code, Finding, Severity};
use crate::profile::words::ColumnType;
use crate::statistics;
use crate::symbol::Symbol;

/// A mean that moves by more than this many of the earlier file's standard deviations is worth a look: between
/// the month ends of a market in turmoil, single features moved by three.
const MOST_DEVIATIONS: f64 = 4.0;

/// A column is called frozen when more than this share of its values stayed the same.
const FROZEN_RATIO: f64 = 0.5;

/// The fewest symbols in both files of which a share says anything.
const FEWEST_COMMON: usize = 4;

/// The columns that may rightly stand still from one month to the next: the worst loss of a long window, a
/// count that the publisher caps, ranks, and what a product is.
const STANDING_COLUMNS: [&str; 6] =
    ["maxdd_126", COUNT_COLUMN, "candidate_rank", "mega_rank", "product_leverage", "product_expense_ratio"];

/// The count of a stock's days of history: where the publisher caps it, it is one number in a whole file, and another
/// in the next.
const COUNT_COLUMN: &str = "history_days";

/// What has changed since the earlier snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Changes {
    /// The earlier file, as the user named it.
    pub previous: String,
    /// The earlier file's date.
    pub previous_as_of: Option<NaiveDate>,
    /// The symbols that the earlier file did not have, sorted.
    pub entered: Vec<Symbol>,
    /// The symbols that only the earlier file had, sorted.
    pub left: Vec<Symbol>,
    /// The columns that came and went.
    pub columns: ColumnChanges,
}

/// The columns that only one of two files has, in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ColumnChanges {
    /// The columns that the earlier file did not have.
    pub added: Vec<String>,
    /// The columns that only the earlier file had.
    pub removed: Vec<String>,
}

/// A snapshot and the earlier one.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The snapshot's path.
    pub file: &'a str,
    /// The snapshot.
    pub now: &'a Columns,
    /// The earlier snapshot's path.
    pub previous_file: &'a str,
    /// The earlier snapshot.
    pub previous: &'a Columns,
}

impl Comparison<'_> {
    /// Compares the two files: what came and went, and every finding.
    pub fn examine(&self) -> (Changes, Vec<Finding>) {
        let changes = self.changes();
        let mut findings = Vec::from_iter(
            self.previous
                .as_of
                .zip(self.now.as_of)
                .and_then(|(previous, now)| not_earlier(previous, now, self.previous_file)),
        );
        // Two files of one date are alike by right.
        let is_of_another_date = self.now.as_of != self.previous.as_of;
        findings.extend(self.changed(Code::SymbolsChanged, "symbol", &changes.entered, &changes.left));
        findings.extend(self.columns_changed(&changes.columns));
        for (now, previous) in self.numbers_in_both() {
            findings.extend(self.column_shifted(now, previous));
            if is_of_another_date {
                findings.extend(self.column_frozen(now, previous));
            }
        }
        (changes, findings)
    }

    fn changes(&self) -> Changes {
        let only_in = |one: &Columns, other: &Columns| {
            let mut symbols: Vec<Symbol> = one
                .symbols()
                .filter(|(symbol, _)| other.row_of(symbol).is_none())
                .map(|(s, _)| s.clone())
                .collect();
            symbols.sort();
            symbols
        };
        Changes {
            previous: self.previous_file.to_owned(),
            previous_as_of: self.previous.as_of,
            entered: only_in(self.now, self.previous),
            left: only_in(self.previous, self.now),
            columns: ColumnChanges {
                added: names_only_in(self.now, self.previous),
                removed: names_only_in(self.previous, self.now),
            },
        }
    }

    /// Finds that columns came or went: a warning where the contract knows one of them.
    fn columns_changed(&self, changes: &ColumnChanges) -> Option<Finding> {
        let ColumnChanges { added, removed } = changes;
        let is_known = |name: &String| [self.now, self.previous].iter().any(|file| file.knows(name));
        let severity =
            if added.iter().chain(removed).any(is_known) { Severity::Warning } else { Severity::Info };
        let finding = self.changed(Code::ColumnsChanged, "column", added, removed)?;
        Some(finding.severity(severity))
    }

    /// Finds that things came or went.
    fn changed<T: Display>(&self, code: Code, what: &str, new: &[T], gone: &[T]) -> Option<Finding> {
        let added = new.iter().map(|one| format!("+{one}"));
        let listed: Vec<String> = added.chain(gone.iter().map(|one| format!("-{one}"))).collect();
        (!listed.is_empty()).then(|| {
            let message =
                format!("since {}: {} new, {} gone", self.since(), counted(new.len(), what), gone.len());
            Finding::new(code, message).file(self.file).observed(listed.join(" "))
        })
    }

    /// The columns of numbers that both files have.
    fn numbers_in_both(&self) -> impl Iterator<Item = (&ColumnCells, &ColumnCells)> {
        self.now
            .columns
            .iter()
            .filter(|column| column.kind == ColumnType::Number)
            .filter_map(|column| Some((column, self.previous.column(&column.name)?)))
    }

    /// How a message names the earlier file: by its date, or else by its path.
    fn since(&self) -> String {
        self.previous.as_of.map_or_else(|| format!("`{}`", self.previous_file), |date| date.to_string())
    }

    /// Finds that a column's mean moved by several of the earlier file's standard deviations; where the earlier
    /// values were all the same, that it moved at all.
    fn column_shifted(&self, now: &ColumnCells, previous: &ColumnCells) -> Option<Finding> {
        let before = previous.numbers();
        let (new_mean, old_mean) = (statistics::mean(&now.numbers())?, statistics::mean(&before)?);
        let deviation = statistics::population_deviation(&before)?;
        if deviation == 0.0 && now.name == COUNT_COLUMN {
            return None;
        }
        let shift = (new_mean - old_mean).abs();
        (before.len() > 1 && shift > MOST_DEVIATIONS * deviation).then(|| {
            let by = if deviation > 0.0 {
                format!("by {:.2} of the earlier standard deviations", shift / deviation)
            } else {
                "where all earlier values were the same".to_owned()
            };
            Finding::new(
                Code::ColumnShifted,
                format!("the mean of `{}` moved since {} {by}", now.name, self.since()),
            )
            .file(self.file)
            .column(&now.name)
            .observed(new_mean)
            .expected(format!("about {old_mean}"))
            .hint("look for another unit, another scale, or another universe")
        })
    }

    /// Finds that most values of a column are those of the earlier file, to the digit.
    fn column_frozen(&self, now: &ColumnCells, previous: &ColumnCells) -> Option<Finding> {
        if STANDING_COLUMNS.contains(&now.name.as_str()) {
            return None;
        }
        let pairs: Vec<(f64, f64)> = self
            .now
            .symbols()
            .filter_map(|(symbol, place)| {
                let before = self.previous.row_of(symbol)?;
                Some((now.number(place.row)?, previous.number(before.row)?))
            })
            .collect();
        let same = pairs.iter().filter(|(now, before)| now == before).count();
        let same_ratio = ratio(same, pairs.len());
        (pairs.len() >= FEWEST_COMMON && same_ratio > FROZEN_RATIO).then(|| {
            Finding::new(
                Code::ColumnFrozen,
                format!(
                    "{same} of {} values of `{}` are those of {}, to the digit",
                    pairs.len(),
                    now.name,
                    self.since()
                ),
            )
            .file(self.file)
            .column(&now.name)
            .observed(rough_percent(same_ratio))
            .expected(format!("at most {}", rough_percent(FROZEN_RATIO)))
            .values(same_ratio, FROZEN_RATIO)
            .hint("check that the program that builds the snapshot uses the prices of the new month")
        })
    }
}

/// Finds that the earlier snapshot is of the same date or a later one.
pub fn not_earlier(previous: NaiveDate, now: NaiveDate, file: &str) -> Option<Finding> {
    (previous >= now).then(|| {
        Finding::new(Code::PreviousNotEarlier, "the snapshot of `--previous` is not earlier than this one")
            .file(file)
            .observed(previous)
            .expected(format!("a date before {now}"))
            .hint("name the snapshot of the month before with `--previous`")
    })
}

/// The names of columns that one file has and the other has not, in file order.
fn names_only_in(one: &Columns, other: &Columns) -> Vec<String> {
    one.names.iter().filter(|name| !name.is_empty() && !other.names.contains(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::snapshot::DatedRow;
    use crate::market::snapshot::{Cell, Row};
    use crate::profile::catalog;
    use crate::profile::manifest::Column;

    /// The columns `close`, `maxdd_126` of rows such as `A 1 -0.5`.
    fn columns(as_of: &str, rows: &[&str]) -> Columns {
        columns_named(["close", "maxdd_126"], as_of, rows)
    }

    fn columns_named(names: [&str; 2], as_of: &str, rows: &[&str]) -> Columns {
        let contract = catalog::find("mega_cap_leader_rotation_aggressive").unwrap().snapshot.unwrap();
        let known: Vec<&Column> = names.iter().map(|name| contract.column(name).unwrap()).collect();
        let mut columns = Columns::new(known.into_iter());
        columns.as_of = Some(as_of.parse().unwrap());
        for (row, line) in rows.iter().zip(2..) {
            let mut words = row.split(' ');
            let symbol = Symbol::parse(words.next().unwrap());
            let cells = words.map(|word| word.parse().map_or(Cell::Blank, Cell::Number)).collect();
            columns.add(&DatedRow { row: Row { line, symbol, cells }, date: None, unreadable: Vec::new() });
        }
        columns
    }

    fn compared(now: &Columns, previous: &Columns) -> (Changes, Vec<Finding>) {
        Comparison { file: "new.csv", now, previous_file: "old.csv", previous }.examine()
    }

    fn codes(now: &Columns, previous: &Columns) -> Vec<(Code, Option<String>)> {
        compared(now, previous).1.into_iter().map(|finding| (finding.code, finding.column)).collect()
    }

    #[test]
    fn what_came_and_went_is_listed() {
        let now = columns("2025-04-30", &["B 1 -1", "C 2 -1", "D 3 -1"]);
        let previous = columns("2025-03-31", &["A 1 -1", "B 2 -1", "C 3 -1"]);
        let (changes, findings) = compared(&now, &previous);
        assert_eq!(changes.entered, [Symbol::parse("D").unwrap()]);
        assert_eq!(changes.left, [Symbol::parse("A").unwrap()]);
        assert_eq!(findings[0].message, "since 2025-03-31: 1 symbol new, 1 gone");
        assert_eq!(findings[0].observed.as_deref(), Some("+D -A"));
    }

    #[test]
    fn columns_that_come_and_go_are_listed() {
        let file = |date: &str, names: &str| {
            let mut file = columns(date, &["A 1 -1"]);
            file.names = names.split(' ').map(str::to_owned).collect();
            file
        };
        let previous = file("2025-03-31", "symbol close maxdd_126 note");
        let found = |names: &str| {
            let (changes, findings) = compared(&file("2025-04-30", names), &previous);
            let found = findings.into_iter().find(|finding| finding.code == Code::ColumnsChanged);
            (changes.columns, found.map(|finding| (finding.severity, finding.observed.unwrap_or_default())))
        };
        assert_eq!(found("symbol close note maxdd_126"), (ColumnChanges::default(), None));
        // The contract does not know `note`, and knows `close`.
        assert_eq!(found("symbol close maxdd_126").1, Some((Severity::Info, "-note".to_owned())));
        let (columns, finding) = found("symbol maxdd_126 note");
        assert_eq!(columns.removed, ["close"]);
        assert_eq!(finding, Some((Severity::Warning, "-close".to_owned())));
    }

    #[test]
    fn a_mean_that_moves_by_more_than_four_deviations_is_named() {
        // 1, 3: mean 2, deviation 1. Means 6 and 6.5 lie 4 and 4.5 deviations away.
        let previous = columns("2025-03-31", &["A 1 -1", "B 3 -1"]);
        assert_eq!(codes(&columns("2025-04-30", &["A 5 -1", "B 7 -1"]), &previous), []);
        let now = columns("2025-04-30", &["A 6 -1", "B 7 -1"]);
        assert_eq!(codes(&now, &previous), [(Code::ColumnShifted, Some("close".to_owned()))]);
        assert_eq!(
            compared(&now, &previous).1[0].message,
            "the mean of `close` moved since 2025-03-31 by 4.50 of the earlier standard deviations"
        );
    }

    #[test]
    fn a_constant_that_moves_at_all_is_named() {
        let previous = columns("2025-03-31", &["A 1 -1", "B 3 -1"]);
        let now = columns("2025-04-30", &["A 1.5 -0.5", "B 3.5 -0.5"]);
        assert_eq!(codes(&now, &previous), [(Code::ColumnShifted, Some("maxdd_126".to_owned()))]);
    }

    #[test]
    fn a_count_that_the_publisher_caps_may_move() {
        let names = ["close", "history_days"];
        let previous = columns_named(names, "2025-03-31", &["A 1 502", "B 3 502"]);
        let now = columns_named(names, "2025-04-30", &["A 1.5 500", "B 3.5 500"]);
        assert_eq!(codes(&now, &previous), []);
        // 250 and 254: mean 252, deviation 2. A mean of 21 is another unit.
        let previous = columns_named(names, "2025-03-31", &["A 1 250", "B 3 254"]);
        let now = columns_named(names, "2025-04-30", &["A 1.5 20", "B 3.5 22"]);
        assert_eq!(codes(&now, &previous), [(Code::ColumnShifted, Some("history_days".to_owned()))]);
    }

    #[test]
    fn values_that_stand_still_in_more_than_half_of_the_rows_are_named() {
        let previous = columns("2025-03-31", &["A 1 -1", "B 2 -1", "C 3 -1", "D 4 -1", "E - -1"]);
        let half = columns("2025-04-30", &["D 4 -1", "C 3 -1", "B 2.5 -1", "A 1.5 -1", "E - -1"]);
        assert_eq!(codes(&half, &previous), []);
        let most = columns("2025-04-30", &["D 4 -1", "C 3 -1", "B 2 -1", "A 1.5 -1", "E - -1"]);
        assert_eq!(codes(&most, &previous), [(Code::ColumnFrozen, Some("close".to_owned()))]);
    }

    #[test]
    fn a_file_of_the_same_date_or_a_later_one_is_not_the_earlier() {
        let now = columns("2025-03-31", &["A 1 -1", "B 2 -1", "C 3 -1", "D 4 -1"]);
        assert_eq!(codes(&now, &now), [(Code::PreviousNotEarlier, None)]);
        let later = columns("2025-04-30", &["A 2 -1", "B 3 -1", "C 4 -1", "D 5 -1"]);
        assert_eq!(codes(&now, &later), [(Code::PreviousNotEarlier, None)]);
    }
}
