//! A built snapshot against a published one: cells that differ, rows that only one of them has.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::table::{Cell, SnapshotTable};
use crate::finding::{Code, Finding, Findings, quoted};
use crate::input::snapshot::{DATE_COLUMNS, KIND};
use crate::input::table::{Column, Table, TableError};
use crate::input::{FileKind, InputRecord, cell};
use crate::number::{Number, of_count};
use crate::visible::visible;

/// How far numbers may differ if the user does not say, as a share of the published one, or of 1 if that is smaller.
pub const DEFAULT_TOLERANCE: f64 = 1e-9;

/// How many differing cells a comparison keeps; the rest are only counted.
const KEPT_CELLS: usize = 1000;

/// A published snapshot, its cells as they stand in the file.
#[derive(Debug)]
pub struct Published {
    path: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The date of its rows.
    pub as_of: Option<NaiveDate>,
    /// The file.
    pub input: InputRecord,
}

/// Reads a published snapshot.
///
/// # Errors
/// The findings that say why it can't be compared with.
pub fn read(path: &str) -> Result<Published, Vec<Finding>> {
    let mut table = Table::open(path, KIND).map_err(|finding| vec![*finding])?;
    let mut findings = Findings::default();
    let columns = table.names().to_vec();
    let date = table.find(&DATE_COLUMNS);
    let (mut rows, mut dates) = (Vec::new(), BTreeSet::new());
    while table.next_readable_row(&mut findings).map_err(|finding| vec![*finding])? {
        if let Some(column) = date {
            match cell::read_date(Code::FeatureSnapshotInvalidDateColumn, &table, column) {
                Ok(date) => drop(dates.insert(date)),
                Err(finding) => findings.push(*finding),
            }
        }
        let columns = (0..columns.len()).map(|place| Column { name: "", place });
        let texts = columns.map(|column| cell::text(&table, column));
        match texts.map(|text| text.map(str::to_owned)).collect() {
            Ok(cells) => rows.push(cells),
            Err(finding) => findings.push(*finding),
        }
    }
    if rows.is_empty() && findings.is_empty() {
        findings.push(table.finding(&TableError::Empty));
    }
    if let [first, .., last] = dates.iter().collect::<Vec<_>>().as_slice() {
        let message = format!("the rows have several dates, from {first} to {last}");
        findings.push(Finding::new(Code::FeatureSnapshotMixedDates, message).file(path));
    }
    if !findings.is_empty() {
        return Err(findings.into_vec());
    }
    let input = table.record(FileKind::Snapshot);
    let as_of = dates.first().copied();
    Ok(Published { path: path.to_owned(), columns, rows, as_of, input })
}

/// What differs between a built snapshot and a published one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The published snapshot.
    pub path: String,
    /// How far numbers may differ, as a share of the published one, or of 1 if that is smaller.
    pub tolerance: Number,
    /// Whether nothing differs.
    pub is_equal: bool,
    /// How many rows both have.
    pub common_rows: usize,
    /// How many cells of these rows differ.
    pub differing_cells: usize,
    /// Those cells, the first thousand.
    pub cells: Vec<CellDifference>,
    /// The symbols of rows that the published snapshot lacks.
    pub missing_rows: Vec<String>,
    /// The symbols of rows that only the published snapshot has.
    pub surplus_rows: Vec<String>,
    /// Columns that the published snapshot lacks.
    pub missing_columns: Vec<&'static str>,
}

/// A cell that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellDifference {
    /// The row's symbol; in a snapshot of products the underlying.
    pub symbol: String,
    /// The column.
    pub column: &'static str,
    /// What the published snapshot says.
    pub published: String,
    /// What was built.
    pub built: String,
}

/// Compares a built snapshot with a published one, columns by name and rows by symbol.
///
/// # Errors
/// A finding where the published snapshot lacks the column of the symbols.
pub fn compare(
    published: &Published,
    built: &SnapshotTable,
    tolerance: f64,
) -> Result<Comparison, Box<Finding>> {
    let place = |name: &str| published.columns.iter().position(|column| column == name);
    let key_name = built.key_column();
    let Some(key) = place(key_name) else {
        return Err(Box::new(
            Finding::new(Code::FeatureSnapshotMissingColumns, format!("no column {}", quoted([key_name])))
                .file(&published.path)
                .observed(published.columns.join(",")),
        ));
    };
    let key_of = |row: &[String], place: usize| row.get(place).map_or("", |cell| cell.as_str()).to_owned();
    let mut further: BTreeMap<String, Vec<&Vec<String>>> = BTreeMap::new();
    for row in &published.rows {
        further.entry(key_of(row, key)).or_default().push(row);
    }
    let places: Vec<Option<usize>> = built.columns.iter().map(|name| place(name)).collect();
    let missing = built.columns.iter().zip(&places).filter(|(_, place)| place.is_none());
    let mut comparison = Comparison {
        path: visible(&published.path).into_owned(),
        tolerance: Number(tolerance),
        is_equal: false,
        common_rows: 0,
        differing_cells: 0,
        cells: Vec::new(),
        missing_rows: Vec::new(),
        surplus_rows: Vec::new(),
        missing_columns: missing.map(|(name, _)| *name).collect(),
    };
    for row in &built.rows {
        let symbol = built.key_of(row);
        let counterpart = further.get_mut(symbol).filter(|rows| !rows.is_empty()).map(|rows| rows.remove(0));
        match counterpart {
            None => comparison.missing_rows.push(symbol.to_owned()),
            Some(counterpart) => comparison.add_row(symbol, row, counterpart, built, &places),
        }
    }
    let surplus =
        further.into_iter().flat_map(|(symbol, rows)| rows.into_iter().map(move |_| symbol.clone()));
    comparison.surplus_rows = surplus.map(|symbol| visible(&symbol).into_owned()).collect();
    comparison.is_equal = comparison.differing_cells == 0
        && comparison.missing_rows.is_empty()
        && comparison.surplus_rows.is_empty()
        && comparison.missing_columns.is_empty();
    Ok(comparison)
}

impl Comparison {
    fn add_row(
        &mut self,
        symbol: &str,
        row: &[Cell],
        counterpart: &[String],
        built: &SnapshotTable,
        places: &[Option<usize>],
    ) {
        self.common_rows += 1;
        for ((name, cell), place) in built.columns.iter().zip(row).zip(places) {
            let Some(published) = place.and_then(|place| counterpart.get(place)) else { continue };
            if are_equal(published, cell, self.tolerance.0) {
                continue;
            }
            self.differing_cells += 1;
            if self.cells.len() < KEPT_CELLS {
                self.cells.push(CellDifference {
                    symbol: symbol.to_owned(),
                    column: name,
                    published: visible(published).into_owned(),
                    built: cell.to_string(),
                });
            }
        }
    }
}

/// Whether two cells agree: numbers to the tolerance, a yes or no in any case, anything else exactly.
fn are_equal(published: &str, built: &Cell, tolerance: f64) -> bool {
    let is_near = |built: f64, tolerance: f64| {
        published
            .parse()
            .is_ok_and(|published: f64| (built - published).abs() <= tolerance * published.abs().max(1.0))
    };
    match built {
        Cell::Text(built) => published == built,
        Cell::Boolean(_) => published.eq_ignore_ascii_case(&built.to_string()),
        Cell::Whole(count) => is_near(of_count(*count), 0.0),
        Cell::Number(None) => published.is_empty(),
        Cell::Number(Some(built)) => is_near(*built, tolerance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_to_the_tolerance_and_all_else_exactly() {
        let equal = |published: &str, built: Cell| are_equal(published, &built, 1e-9);
        let number = |number| Cell::Number(Some(number));
        // 1e-9 * max(1, 2000) = 2e-6.
        assert!(equal("2000", number(2000.0000019)));
        assert!(!equal("2000", number(2000.0000021)));
        assert!(equal("0.1", number(0.1000000009)));
        assert!(!equal("0.1", number(0.1000000011)));
        assert!(!equal("n/a", number(1.0)));
        assert!(!equal("", number(0.0)));
        assert!(equal("", Cell::Number(None)));
        assert!(equal("252.0", Cell::Whole(252)));
        assert!(!equal("252.0000001", Cell::Whole(252)));
        assert!(equal("true", Cell::Boolean(true)));
        assert!(!equal("1", Cell::Boolean(true)));
        assert!(!equal("energy", Cell::Text("Energy".to_owned())));
    }

    fn built() -> SnapshotTable {
        let mut table = SnapshotTable { columns: vec!["symbol", "close"], ..SnapshotTable::default() };
        for (symbol, close) in [("A", 1.0), ("B", 2.0)] {
            table.push(vec![Cell::Text(symbol.to_owned()), Cell::Number(Some(close))], None);
        }
        table
    }

    fn published(text: &str) -> Published {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path().to_str().unwrap()).unwrap()
    }

    #[test]
    fn every_difference_is_named() {
        let published = published("note,close,symbol\nx,1.5,A\nx,3,C\nx,1.0,A\n");
        let comparison = compare(&published, &built(), DEFAULT_TOLERANCE).unwrap();
        let cell = |built: &str, published: &str| CellDifference {
            symbol: "A".to_owned(),
            column: "close",
            published: published.to_owned(),
            built: built.to_owned(),
        };
        assert_eq!(comparison.cells, [cell("1.0", "1.5")]);
        assert_eq!((comparison.differing_cells, comparison.common_rows), (1, 1));
        assert_eq!(comparison.missing_rows, ["B"]);
        // The second row of A has no counterpart.
        assert_eq!(comparison.surplus_rows, ["A", "C"]);
        assert!(!comparison.is_equal);
    }

    #[test]
    fn a_missing_column_differs_and_a_further_one_does_not() {
        let equal = compare(&published("symbol,close,x\nB,2,0\nA,1,0\n"), &built(), 0.0).unwrap();
        assert!(equal.is_equal);
        let lacking = compare(&published("symbol\nA\nB\n"), &built(), 0.0).unwrap();
        assert_eq!((lacking.missing_columns.as_slice(), lacking.is_equal), (["close"].as_slice(), false));
        let keyless = compare(&published("close\n1\n"), &built(), 0.0).unwrap_err();
        assert_eq!(keyless.code, Code::FeatureSnapshotMissingColumns);
    }
}
