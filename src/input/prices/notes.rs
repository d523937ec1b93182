//! What was seen in one price file, and what is wrong with it as a whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::columns::{BarColumns, Field};
use super::layout::Sheet;
use super::odd_rows::OddRows;
use super::problems::{BadCells, BadDates, Floor};
use super::{Request, Use};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, quoted};
use crate::input::counted::Counted;
use crate::input::table::Table;
use crate::input::universe::{BlankSymbols, blank_symbols};
use crate::symbol::Symbol;

/// What was seen in one file.
#[derive(Default)]
pub(super) struct FileNotes {
    /// What is wrong with its rows.
    pub findings: Findings,
    pub bad_cells: BTreeMap<Field, BadCells>,
    pub dates: BadDates,
    /// Rows in which a close and an adjusted close differ: the line, and both.
    pub rivals: Counted<(u64, String, String)>,
    pub odd_rows: OddRows,
    /// Rows whose high is below their low.
    pub crossed: Counted<Finding>,
    /// Volumes that are not numbers of shares.
    pub volumes: Counted<Finding>,
    /// The oldest and newest day of a bar.
    pub days: Option<(NaiveDate, NaiveDate)>,
    pub blank_closes: u64,
    pub repeated_headers: u64,
    pub has_times: bool,
    /// How a file of one symbol spells it.
    pub spelling: Option<Vec<u8>>,
    pub path: String,
    pub separator: char,
    /// The file's names of columns, and their places, where only one column holds such numbers.
    pub columns: BTreeMap<Field, (String, usize)>,
    blank_symbols: BlankSymbols,
}

impl FileNotes {
    /// Notes how the file is laid out, and what of it contradicts the request.
    pub(super) fn new(sheet: &Sheet, table: &Table, request: &Request<'_>) -> Self {
        let mut columns = BTreeMap::new();
        let mut bars = sheet.bars();
        if let (Some(bar), None) = (bars.next(), bars.next()) {
            columns.insert(Field::Close, bar.close.clone());
            columns.extend(Field::FURTHER.into_iter().zip(bar.further).filter_map(|(field, place)| {
                let name = table.names().get(place?)?;
                Some((field, (name.clone(), place?)))
            }));
        }
        Self {
            findings: raw_beside_adjusted(sheet, table, request).into_iter().collect(),
            path: table.path().to_owned(),
            separator: table.separator(),
            columns,
            ..Self::default()
        }
    }

    /// Notes the day of a bar.
    pub(super) fn see(&mut self, date: NaiveDate) {
        let (first, last) = self.days.unwrap_or((date, date));
        self.days = Some((first.min(date), last.max(date)));
    }

    /// Notes a row whose symbol is blank.
    pub(super) fn check_symbol(&mut self, written: &[u8], line: u64) {
        if written.trim_ascii().is_empty() {
            self.blank_symbols.add(line);
        }
    }

    /// Finds what is wrong with the file as a whole, closes aside.
    pub(super) fn conclude(&mut self, sheet: &Sheet) {
        self.findings.extend(std::mem::take(&mut self.odd_rows).findings(&self.path));
        self.findings.extend(self.dates.findings(&self.path, &sheet.date.0));
        let of_many = |first: &str, more: &str| format!("{first}, and so in {more}");
        self.findings.extend(self.crossed.finding(of_many));
        self.findings.extend(self.volumes.finding(of_many));
        let rival = |bar: &BarColumns| Some((bar.close.0.clone(), bar.rival.as_ref()?.0.clone()));
        let names = sheet.bars().find_map(rival);
        self.findings.extend(names.and_then(|names| ambiguous_close(&self.rivals, &self.path, names)));
        self.findings.extend(blank_symbols(&self.blank_symbols, &self.path, Field::Symbol.name()));
    }

    /// The symbols that have a cell in reach which is not a valid price.
    pub(super) fn with_bad_cells(&self, floors: &[Floor]) -> BTreeSet<Symbol> {
        self.bad_cells.values().flat_map(|cells| cells.in_reach(floors)).collect()
    }

    /// What is wrong with its prices.
    pub(super) fn bad_prices(&self, floors: &[Floor]) -> Vec<Finding> {
        let findings = self.bad_cells.iter().map(|(field, cells)| cells.findings(self, *field, floors));
        findings.flatten().collect()
    }
}

/// Refuses raw ranges and opens beside an adjusted close, where a rule reads them.
fn raw_beside_adjusted(sheet: &Sheet, table: &Table, request: &Request<'_>) -> Option<Finding> {
    let raw = sheet.bars().flat_map(|bar| &bar.raw_beside_adjusted);
    let read = raw.filter(|(field, _)| request.most(*field) == Use::Checked);
    let raw: BTreeSet<&str> = read.map(|(_, name)| name.as_str()).collect();
    let close = sheet.close_name();
    (!raw.is_empty()).then(|| {
        Finding::new(Code::AmbiguousClose, format!("{} are not adjusted as `{close}` is", quoted(&raw)))
            .file(table.path())
            .line(table.header_line())
            .expected("highs and lows of the same kind as the close")
            .hint(format!(
                "add `adj_high` and `adj_low`, or name all three: `--columns close={},high=NAME,low=NAME`",
                quoted_name(close)
            ))
    })
}

/// Finds rows in which a close and an adjusted close differ.
fn ambiguous_close(
    rivals: &Counted<(u64, String, String)>,
    path: &str,
    (close, adjusted): (String, String),
) -> Option<Finding> {
    let (line, first, second) = rivals.first()?;
    let message = format!("`{close}` and `{adjusted}` differ in {}", counted(rivals.count(), "row"));
    Some(
        Finding::new(Code::AmbiguousClose, message)
            .file(path)
            .line(*line)
            .observed(format!("{first} and {second}"))
            .expected("one of the two to be named")
            .hint(format!(
                "the rules want closes adjusted for splits and dividends: `--columns close={}`",
                quoted_name(&adjusted)
            )),
    )
}

/// A column's name as a shell takes it.
fn quoted_name(name: &str) -> String {
    if name.contains([' ', ',', '/', '<']) { format!("'\"{name}\"'") } else { name.to_owned() }
}
