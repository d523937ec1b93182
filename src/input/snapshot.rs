//! Feature snapshots from CSV, row by row: the columns of the profile's contract as typed cells.
//!
//! Columns that the contract does not know are passed over. The reader judges single cells; what one row
//! says about another is the business of the checks.

use chrono::NaiveDate;

use super::refused_dates::RefusedDates;
use super::table::{COMMA, Column, Table, TableError, TableKind, renaming};
use super::{FileKind, InputRecord, cell};
use crate::finding::{Code, Finding, Findings, Place};
use crate::market::new_york;
use crate::market::snapshot::{Cell, Row};
use crate::profile::catalog;
use crate::profile::manifest::{self, SnapshotContract};
use crate::profile::words::ColumnType;
use crate::suggestion;
use crate::symbol::Symbol;
use crate::visible::visible;

/// The columns that may hold the date of the rows; the first that the file has does.
pub const DATE_COLUMNS: [&str; 2] = ["as_of", "snapshot_date"];

/// The columns that may hold a row's symbol; the first that the file has and the contract knows does.
pub const SYMBOL_COLUMNS: [&str; 2] = ["symbol", "trade_symbol"];

/// What other programs call the column of symbols.
const SYMBOL_ALIASES: [&str; 3] = ["ticker", "sym", "code"];

/// The column that says whether a candidate has a product to trade. Under a contract that knows it, a row
/// without a symbol stands for a candidate without a product, and is read like any other.
pub const PRODUCT_COLUMN: &str = "product_available";

/// Separators that other programs write in place of the comma.
const OTHER_SEPARATORS: [char; 3] = [';', '\t', '|'];

/// A column that the file has and the contract knows.
#[derive(Clone, Copy, Debug)]
pub struct KnownColumn<'a> {
    place: usize,
    /// What the contract says of it.
    pub column: &'a manifest::Column,
}

/// One row and its date.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedRow {
    /// The row; its cells stand in the order of [`SnapshotReader::columns`].
    pub row: Row,
    /// The date in the row's date column; `None` where it can't be read.
    pub date: Option<NaiveDate>,
    /// The places among the cells of those that can't be read; they are blank in the row.
    pub unreadable: Vec<usize>,
}

/// A snapshot file being read.
pub struct SnapshotReader<'a> {
    table: Table,
    contract: &'a SnapshotContract,
    date: Option<Column<'static>>,
    symbol: Option<Column<'static>>,
    columns: Vec<KnownColumn<'a>>,
    keeps_rows_without_symbol: bool,
    rows_with_a_symbol: u64,
    shifted_rows: u64,
    /// The oldest and the newest date of the rows.
    dates: Option<(NaiveDate, NaiveDate)>,
    is_broken: bool,
    has_lost_rows: bool,
    /// Dates that could not be read.
    refused_dates: RefusedDates,
}

impl<'a> SnapshotReader<'a> {
    /// Opens a file and reads its header; what is wrong with the header is found by
    /// [`SnapshotReader::check_header`].
    ///
    /// # Errors
    /// A finding when the file is not there, can't be read, is empty or no table.
    pub fn open(path: &str, contract: &'a SnapshotContract) -> Result<Self, Box<Finding>> {
        Table::open(path, KIND).map(|table| Self::new(table, contract))
    }

    /// Reads a snapshot from a table.
    pub fn new(table: Table, contract: &'a SnapshotContract) -> Self {
        let date = table.find(&DATE_COLUMNS);
        let known = SYMBOL_COLUMNS.into_iter().filter(|name| contract.column(name).is_some());
        let symbol = table.find(&known.collect::<Vec<_>>());
        let has_place_of_its_own =
            |name: &str| DATE_COLUMNS.contains(&name) || symbol.is_some_and(|symbol| symbol.name == name);
        let columns = contract
            .columns
            .iter()
            .filter(|column| !has_place_of_its_own(&column.name))
            .filter_map(|column| Some(KnownColumn { place: table.column(&column.name)?, column }))
            .collect();
        Self {
            table,
            contract,
            date,
            symbol,
            columns,
            keeps_rows_without_symbol: contract.column(PRODUCT_COLUMN).is_some(),
            rows_with_a_symbol: 0,
            shifted_rows: 0,
            dates: None,
            is_broken: false,
            has_lost_rows: false,
            refused_dates: RefusedDates::default(),
        }
    }

    /// The file, with the current row.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// How many of the rows read so far have a date where the symbol stands, or a ticker where the date stands.
    pub fn shifted_rows(&self) -> u64 {
        self.shifted_rows
    }

    /// The columns that the file has and the contract knows, without those of the date and the symbol.
    pub fn columns(&self) -> &[KnownColumn<'a>] {
        &self.columns
    }

    /// The name of the column that holds the symbols; `None` when the file has none.
    pub fn symbol_column(&self) -> Option<&'static str> {
        self.symbol.map(|column| column.name)
    }

    /// The name of the column that holds the dates; `None` when the file has none.
    pub fn date_column(&self) -> Option<&'static str> {
        self.date.map(|column| column.name)
    }

    /// The place of the current row's cell of a column, the date and the symbol among them.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.table.column(name).map(|column| self.table.place(column))
    }

    /// A finding about the current row's cell of a column.
    pub fn cell_finding(&self, code: Code, message: impl Into<String>, name: &str) -> Finding {
        match self.table.find(&[name]) {
            Some(column) => cell::finding(code, message, &self.table, column),
            None => Finding::new(code, message).file(self.table.path()).line(self.table.line()).column(name),
        }
    }

    /// Finds what the header lacks and what it has more than once: every column at once.
    pub fn check_header(&self, findings: &mut Findings) {
        let used = self.contract.columns.iter().map(|column| column.name.as_str()).chain(self.date_column());
        findings.extend(self.table.refuse_repeated(used).err().map(|finding| *finding));
        let missing = self.missing_columns();
        if !missing.is_empty() {
            findings.push(self.missing_columns_finding(&missing));
        }
        if self.date.is_none() {
            let message = "no column says which date the rows are of";
            findings.push(
                self.table
                    .header_finding(Code::FeatureSnapshotMissingDateColumn, message)
                    .expected("a column `as_of`, or else `snapshot_date`")
                    .hint("add a column `as_of` with the date of the snapshot in every row"),
            );
        }
    }

    fn missing_columns(&self) -> Vec<&'a str> {
        let mut missing: Vec<&str> = self
            .contract
            .columns
            .iter()
            .filter(|column| column.required && self.table.column(&column.name).is_none())
            .map(|column| column.name.as_str())
            .collect();
        // A contract that takes the symbol from either of two columns requires none of them by name.
        if let [symbol, ..] = SYMBOL_COLUMNS
            && self.symbol.is_none()
            && !missing.contains(&symbol)
        {
            missing.insert(0, symbol);
        }
        missing
    }

    fn missing_columns_finding(&self, missing: &[&str]) -> Finding {
        let finding = self.table.lacks_names(Code::FeatureSnapshotMissingColumns, missing);
        let finding = finding.expected(missing.join(","));
        match self.other_separator() {
            Some(separator) => finding.hint(format!(
                "the header is separated by `{}`: write the file with commas",
                separator.escape_default()
            )),
            None => finding.hint(self.renaming_hint(missing)),
        }
    }

    /// The separator of a file that is no comma-separated table.
    fn other_separator(&self) -> Option<char> {
        let [only] = self.table.names() else { return None };
        OTHER_SEPARATORS.into_iter().find(|separator| only.contains(*separator))
    }

    /// Which of the file's unknown columns may be the missing ones under another name.
    fn renaming_hint(&self, missing: &[&str]) -> String {
        let foreign = catalog::columns_of_other_contracts(self.contract);
        let (other_profiles, unknown): (Vec<&str>, Vec<&str>) = self
            .table
            .names()
            .iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty() && self.contract.column(name).is_none())
            .partition(|name| foreign.contains_key(*name));
        let meant_by = |name: &str| {
            let alias = SYMBOL_ALIASES.into_iter().find(|alias| unknown.contains(alias));
            let misspelt = || unknown.iter().copied().find(|other| suggestion::is_misspelling(other, name));
            alias.filter(|_| SYMBOL_COLUMNS.contains(&name)).or_else(misspelt)
        };
        if let Some(renaming) = renaming(missing, meant_by) {
            return renaming;
        }
        // A column of another window is another factor, and no name for this one.
        match other_profiles.first().and_then(|name| Some((name, foreign.get(*name)?))) {
            Some((name, profiles)) => format!(
                "`{name}` is a column of {}: name the snapshot of this profile, or the profile of this snapshot",
                profiles.join(", ")
            ),
            None => "build the snapshot with these columns; their order and case are free".to_owned(),
        }
    }

    /// Reads the next row; `None` after the last one, or where reading can't go on.
    ///
    /// A row whose symbol is blank is passed over with a warning, unless the contract knows products: then a
    /// blank symbol stands for a candidate without one. A row without anything in it is always passed over.
    pub fn next_row(&mut self, findings: &mut Findings) -> Option<DatedRow> {
        loop {
            match self.table.next_row() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    if matches!(error, TableError::Unreadable { is_damaged: true, .. }) {
                        findings.clear();
                    }
                    findings.push(self.table.finding(&error));
                    if matches!(error, TableError::Unreadable { .. }) {
                        self.is_broken = true;
                        return None;
                    }
                    self.has_lost_rows = true;
                    continue;
                }
            }
            self.shifted_rows += u64::from(self.is_shifted());
            let symbol = match self.read_symbol() {
                Ok(symbol) => symbol,
                Err(finding) => {
                    findings.push(*finding);
                    self.has_lost_rows = true;
                    continue;
                }
            };
            if symbol.is_some() {
                self.rows_with_a_symbol += 1;
            } else if let Some(column) = self.symbol
                && (!self.keeps_rows_without_symbol || self.table.is_blank_row())
            {
                let message = "the row has no symbol and is skipped";
                let finding = cell::finding(Code::BlankSymbol, message, &self.table, column);
                findings.push(finding.hint("name the symbol, or remove the row"));
                continue;
            }
            return Some(self.read_row(symbol, findings));
        }
    }

    /// Whether the current row has a date where the symbol stands, or a ticker where the date stands.
    fn is_shifted(&self) -> bool {
        let text = |column: Option<Column<'_>>| {
            column.and_then(|column| self.table.text(column.place).ok()).unwrap_or_default()
        };
        let is_ticker = |text: &str| {
            text.starts_with(|first: char| first.is_ascii_alphabetic())
                && Symbol::parse(text).is_some_and(|symbol| symbol.is_plausible())
        };
        let (symbol, date) = (text(self.symbol), text(self.date));
        (symbol.starts_with(|first: char| first.is_ascii_digit()) && new_york::read_date(symbol).is_ok())
            || is_ticker(date)
    }

    /// The symbol of the current row; `None` where the cell is blank, or the file has no such column.
    fn read_symbol(&self) -> Result<Option<Symbol>, Box<Finding>> {
        let ticker = |column| cell::ticker(&self.table, column);
        self.symbol.map_or(Ok(None), ticker)
    }

    fn read_row(&mut self, symbol: Option<Symbol>, findings: &mut Findings) -> DatedRow {
        let date = self.date.and_then(|column| {
            let read = cell::read_date(Code::FeatureSnapshotInvalidDateColumn, &self.table, column);
            read.map_err(|finding| self.refused_dates.add(about(*finding, symbol.as_ref()), findings)).ok()
        });
        if let Some(date) = date {
            let (first, last) = self.dates.unwrap_or((date, date));
            self.dates = Some((first.min(date), last.max(date)));
        }
        let mut unreadable = Vec::new();
        let mut cells = Vec::with_capacity(self.columns.len());
        for (place, known) in self.columns.iter().enumerate() {
            cells.push(match self.read_cell(*known) {
                Ok(cell) => cell,
                Err(finding) => {
                    findings.push(about(*finding, symbol.as_ref()));
                    unreadable.push(place);
                    Cell::Blank
                }
            });
        }
        DatedRow { row: Row { line: self.table.line(), symbol, cells }, date, unreadable }
    }

    fn read_cell(&self, known: KnownColumn<'_>) -> Result<Cell, Box<Finding>> {
        let table = &self.table;
        let column = Column { name: &known.column.name, place: known.place };
        let text =
            |text: &str| if text.is_empty() { Cell::Blank } else { Cell::Text(visible(text).into_owned()) };
        Ok(match known.column.kind {
            ColumnType::Symbol => cell::ticker(table, column)?
                .map_or(Cell::Blank, |symbol| Cell::Text(symbol.as_str().to_owned())),
            ColumnType::Text => text(cell::label(table, column)?),
            // A date that is not the row's own is kept as `YYYY-MM-DD`.
            ColumnType::Date => match cell::text(table, column)? {
                "" => Cell::Blank,
                _ => {
                    let code = Code::FeatureSnapshotInvalidDateColumn;
                    Cell::Text(cell::read_date(code, table, column)?.to_string())
                }
            },
            ColumnType::Number => cell::number(table, column)?.map_or(Cell::Blank, Cell::Number),
            ColumnType::Boolean => cell::boolean(table, column)?.map_or(Cell::Blank, Cell::Boolean),
        })
    }

    /// After the last row: whether there are rows and every one of them could be read, so that of a symbol that was
    /// not seen it can be said that it is missing.
    pub fn is_whole(&self) -> bool {
        let has_rows = match self.symbol {
            Some(_) => self.rows_with_a_symbol > 0,
            None => self.table.rows() > 0,
        };
        !self.is_broken && !self.has_lost_rows && has_rows
    }

    /// Whether the file has every column that the contract requires.
    pub fn has_required_columns(&self) -> bool {
        self.missing_columns().is_empty() && self.date.is_some()
    }

    /// After the last row: the record of the file; `None` when it could not be read to its end, so that its
    /// hash is not known.
    pub fn finish(mut self, findings: &mut Findings) -> Option<InputRecord> {
        findings.extend(std::mem::take(&mut self.refused_dates).findings());
        if self.is_broken {
            return None;
        }
        let path = self.table.path();
        if self.table.rows() == 0 {
            findings.push(empty(path, "the file has a header and no rows"));
        } else if self.rows_with_a_symbol == 0 && self.symbol.is_some() {
            findings.push(empty(path, "no row of the file has a symbol"));
        }
        let (first, last) = self.dates.unzip();
        Some(InputRecord { first, last, ..self.table.record(FileKind::Snapshot) })
    }
}

fn empty(path: &str, message: &str) -> Finding {
    Finding::new(Code::FeatureSnapshotEmpty, message)
        .file(path)
        .expected("at least one row with a symbol")
        .hint("write the file again; the program that writes it may have failed half-way")
}

fn about(finding: Finding, symbol: Option<&Symbol>) -> Finding {
    match symbol {
        Some(symbol) => finding.symbol(symbol),
        None => finding,
    }
}

/// What a snapshot is as a table.
pub const KIND: TableKind = TableKind {
    missing: Code::FeatureSnapshotMissing,
    empty: Code::FeatureSnapshotEmpty,
    broken: Code::FeatureSnapshotParseFailed,
    separators: COMMA,
};
