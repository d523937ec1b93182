//! What was seen in one price file, and what is wrong with it as a whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::columns::{BarColumns, Field};
use super::layout::Sheet;
use super::odd_rows::{Counted, OddRows};
use super::problems::{BadCells, BadDates, FileFacts, Rivals};
use crate::amount::counted;
use crate::finding::{Code, Finding};
use crate::input::table::Table;
use crate::symbol::Symbol;

/// What was seen in one file.
#[derive(Default)]
pub(super) struct FileNotes {
    pub path: String,
    pub bad_cells: BTreeMap<Field, BadCells>,
    pub dates: BadDates,
    pub rivals: Rivals,
    pub odd_rows: OddRows,
    /// Rows whose high is below their low.
    pub crossed: Counted,
    /// Volumes that are not numbers of shares.
    pub volumes: Counted,
    /// The oldest and newest day of a bar.
    pub first: Option<NaiveDate>,
    pub last: Option<NaiveDate>,
    pub blank_closes: u64,
    pub repeated_headers: u64,
    pub valid_dates: u64,
    pub has_times: bool,
    /// How a file of one symbol spells it.
    pub spelling: Option<Vec<u8>>,
    separator: Option<char>,
    /// The file's names of columns, and their places, where only one column holds such numbers.
    columns: BTreeMap<Field, (String, usize)>,
    rival_names: Option<(String, String)>,
    /// Rows without a symbol, and the line of the first.
    blank_symbols: u64,
    first_blank_symbol: Option<u64>,
}

impl FileNotes {
    /// Notes how the file is laid out.
    pub(super) fn take_sheet(&mut self, sheet: &Sheet, table: &Table) {
        self.separator = Some(table.separator());
        let mut bars = sheet.bars();
        let single = bars.next().filter(|_| bars.next().is_none());
        if let Some(bar) = single {
            self.columns.insert(Field::Close, bar.close.clone());
            let optional = [(Field::Open, bar.open), (Field::High, bar.high), (Field::Low, bar.low)];
            for (field, place) in optional {
                let named = place.and_then(|place| Some((table.names().get(place)?.clone(), place)));
                self.columns.extend(named.map(|named| (field, named)));
            }
        }
        let rival = |bar: &BarColumns| Some((bar.close.0.clone(), bar.rival.as_ref()?.0.clone()));
        self.rival_names = sheet.bars().find_map(rival);
    }

    /// Notes the day of a bar.
    pub(super) fn see(&mut self, date: NaiveDate) {
        self.first = Some(self.first.map_or(date, |first| first.min(date)));
        self.last = self.last.max(Some(date));
    }

    /// Notes a row whose symbol is blank.
    pub(super) fn check_symbol(&mut self, written: &[u8], table: &Table) {
        if written.trim_ascii().is_empty() {
            self.blank_symbols += 1;
            self.first_blank_symbol.get_or_insert_with(|| table.line());
        }
    }

    /// What is wrong with the file as a whole, closes aside.
    pub(super) fn findings(&mut self, sheet: &Sheet) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.odd_rows).findings(&self.path);
        findings.extend(self.dates.findings(&self.path, &sheet.date.0, self.valid_dates));
        let of_many = |first: &str, more: &str| format!("{first}, and so in {more}");
        let counted_rows = [std::mem::take(&mut self.crossed), std::mem::take(&mut self.volumes)];
        findings.extend(counted_rows.into_iter().filter_map(|rows| rows.finding(of_many)));
        if let Some((close, adjusted)) = &self.rival_names {
            findings.extend(self.rivals.finding(&self.path, close, adjusted));
        }
        if let Some(line) = self.first_blank_symbol {
            let verb = if self.blank_symbols == 1 { "has" } else { "have" };
            let rows = counted(usize::try_from(self.blank_symbols).unwrap_or(usize::MAX), "row");
            findings.push(
                Finding::new(Code::BlankSymbol, format!("{rows} {verb} no symbol and {verb} no effect"))
                    .file(&self.path)
                    .line(line)
                    .column(Field::Symbol.name())
                    .observed(self.blank_symbols)
                    .hint("name the symbol, or remove the row"),
            );
        }
        findings
    }

    /// The books that have a cell in reach which is not a valid price.
    pub(super) fn bad_books(&self, floors: &[Option<NaiveDate>]) -> BTreeSet<usize> {
        self.bad_cells.values().flat_map(|cells| cells.books(floors)).collect()
    }

    /// What is wrong with its prices, for the oldest day of each book that a rule reaches, and the symbol of each.
    pub(super) fn bad_prices(&self, floors: &[Option<NaiveDate>], symbols: &[Symbol]) -> Vec<Finding> {
        let separator = self.separator.unwrap_or(',');
        let facts = FileFacts { path: &self.path, separator, columns: &self.columns };
        self.bad_cells
            .iter()
            .flat_map(|(field, cells)| cells.findings(&facts, *field, floors, symbols))
            .collect()
    }
}
