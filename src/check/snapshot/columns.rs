//! The columns of a snapshot side by side, kept compactly: what a summary, a count of blanks and a
//! comparison with an earlier file need.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::amount::rough_percent;
use crate::finding::{Code, Finding};
use crate::input::snapshot::{DATE_COLUMNS, DatedRow, SYMBOL_COLUMNS, SnapshotReader};
use crate::market::snapshot::Cell;
use crate::number::{Number, of_count};
use crate::profile::manifest::Column;
use crate::profile::words::ColumnType;
use crate::statistics;
use crate::symbol::Symbol;

/// The cells of one column over all rows that have been read.
#[derive(Clone, Debug)]
pub struct ColumnCells {
    /// The column's name, in lower case.
    pub name: String,
    /// How its cells are read.
    pub kind: ColumnType,
    /// Whether the contract requires the column.
    pub is_required: bool,
    rows: usize,
    blanks: usize,
    yes: usize,
    /// One a row of a column of numbers, `NaN` for a blank: every number that was read is finite.
    numbers: Vec<f64>,
}

impl ColumnCells {
    fn new(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            kind: column.kind,
            is_required: column.required,
            rows: 0,
            blanks: 0,
            yes: 0,
            numbers: Vec::new(),
        }
    }

    /// Adds a row's cell; a gap that is as it should be does not count, and a cell that can't be read is no blank.
    fn add(&mut self, cell: &Cell, is_expected_gap: bool, is_readable: bool) {
        let number = match cell {
            Cell::Number(number) => *number,
            _ => f64::NAN,
        };
        if self.kind == ColumnType::Number {
            self.numbers.push(number);
        }
        if !is_expected_gap {
            self.rows += 1;
            self.blanks += usize::from(*cell == Cell::Blank && is_readable);
            self.yes += usize::from(*cell == Cell::Boolean(true));
        }
    }

    /// Whether no row has anything in the column.
    pub fn is_blank(&self) -> bool {
        self.blanks == self.rows
    }

    /// The share of the rows whose cell is blank; 0 of no rows.
    pub fn missing_ratio(&self) -> f64 {
        ratio(self.blanks, self.rows)
    }

    /// The numbers of the column, without the blanks, in file order.
    pub fn numbers(&self) -> Vec<f64> {
        self.numbers.iter().copied().filter(|number| !number.is_nan()).collect()
    }

    /// The number in a row, counted from 0; `None` where it is blank or the column holds no numbers.
    pub fn number(&self, row: usize) -> Option<f64> {
        self.numbers.get(row).copied().filter(|number| !number.is_nan())
    }

    /// Where the column's values lie.
    pub fn summary(&self) -> ColumnSummary {
        let numbers = self.numbers();
        let least = numbers.iter().copied().reduce(f64::min);
        let largest = numbers.iter().copied().reduce(f64::max);
        ColumnSummary {
            name: self.name.clone(),
            kind: self.kind,
            is_required: self.is_required,
            missing_ratio: Number(self.missing_ratio()),
            minimum: least.map(Number),
            median: statistics::median(&numbers).map(Number),
            maximum: largest.map(Number),
            yes_ratio: (self.kind == ColumnType::Boolean && self.rows > 0)
                .then(|| Number(ratio(self.yes, self.rows))),
        }
    }
}

/// One column in a few numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ColumnSummary {
    /// The column's name, in lower case.
    pub name: String,
    /// How its cells are read.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether the contract requires the column.
    #[serde(rename = "required")]
    pub is_required: bool,
    /// The share of the rows whose cell is blank.
    pub missing_ratio: Number,
    /// The smallest number; `null` where there are none.
    pub minimum: Option<Number>,
    /// The median of the numbers; `null` where there are none.
    pub median: Option<Number>,
    /// The largest number; `null` where there are none.
    pub maximum: Option<Number>,
    /// The share of the rows that say yes; `null` of a column that holds no booleans.
    pub yes_ratio: Option<Number>,
}

/// All columns of a file, and where each symbol stands in them.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The columns in the order of the contract.
    pub columns: Vec<ColumnCells>,
    /// The newest date of the rows.
    pub as_of: Option<NaiveDate>,
    /// The names of all columns of the file, also of those that the contract does not know.
    pub names: Vec<String>,
    symbols: HashMap<Symbol, RowPlace>,
    rows: usize,
}

/// A row: its number from 0, and the line it begins on from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// The number of the row, counted from 0.
    pub row: usize,
    /// The line.
    pub line: u64,
}

impl Columns {
    /// No rows yet of these columns.
    pub fn new<'a>(columns: impl Iterator<Item = &'a Column>) -> Self {
        Self { columns: columns.map(ColumnCells::new).collect(), ..Self::default() }
    }

    /// No rows yet of the columns of a file.
    pub fn of(reader: &SnapshotReader<'_>) -> Self {
        let names = reader.table().names().to_vec();
        Self { names, ..Self::new(reader.columns().iter().map(|known| known.column)) }
    }

    /// Adds a row; its cells stand in the order of the columns. Those that could not be read are no blanks.
    ///
    /// A row without a symbol is a candidate without a product: that its symbols are blank is no gap.
    pub fn add(&mut self, DatedRow { row, date, unreadable }: &DatedRow) {
        let has_symbol = row.symbol.is_some();
        self.as_of = self.as_of.max(*date);
        for (place, (column, cell)) in self.columns.iter_mut().zip(&row.cells).enumerate() {
            let is_expected_gap = !has_symbol && column.kind == ColumnType::Symbol;
            column.add(cell, is_expected_gap, !unreadable.contains(&place));
        }
        if let Some(symbol) = &row.symbol {
            self.symbols.entry(symbol.clone()).or_insert(RowPlace { row: self.rows, line: row.line });
        }
        self.rows += 1;
    }

    /// Whether the contract knows a column of the file.
    pub fn knows(&self, name: &str) -> bool {
        self.column(name).is_some() || DATE_COLUMNS.contains(&name) || SYMBOL_COLUMNS.contains(&name)
    }

    /// The first row of a symbol.
    pub fn row_of(&self, symbol: &Symbol) -> Option<RowPlace> {
        self.symbols.get(symbol).copied()
    }

    /// The symbols, each with its first row, in no order.
    pub fn symbols(&self) -> impl Iterator<Item = (&Symbol, RowPlace)> {
        self.symbols.iter().map(|(symbol, row)| (symbol, *row))
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&ColumnCells> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Where the values of each column lie.
    pub fn summaries(&self) -> Vec<ColumnSummary> {
        self.columns.iter().map(ColumnCells::summary).collect()
    }
}

/// Finds the columns that have blank cells, with the share of them.
pub fn missing_values(columns: &Columns) -> Vec<Finding> {
    columns
        .columns
        .iter()
        .filter(|column| column.blanks > 0)
        .map(|column| {
            let (blanks, rows) = (column.blanks, column.rows);
            Finding::new(
                Code::MissingValues,
                format!(
                    "{blanks} of {rows} rows {} no `{}`",
                    if blanks == 1 { "has" } else { "have" },
                    column.name
                ),
            )
            .column(&column.name)
            .observed(rough_percent(column.missing_ratio()))
            .hint("the rule says what a blank means; fill it where the value is known")
        })
        .collect()
}

/// The share of a part in the whole; 0 of nothing.
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { of_count(part) / of_count(whole) }
}
