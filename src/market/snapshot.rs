//! A feature snapshot as typed rows: one date, one row a symbol, blanks as missing.

use chrono::NaiveDate;

use crate::symbol::Symbol;

/// One cell of a snapshot, read as its column's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// The cell is blank, or the column is not in the file.
    Blank,
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A text, trimmed, not blank.
    Text(String),
}

/// One row of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The line of the file that the row begins on, from 1.
    pub line: u64,
    /// The row's symbol; `None` where the cell is blank.
    pub symbol: Option<Symbol>,
    /// The cells, in the order of the snapshot's columns.
    pub cells: Vec<Cell>,
}

/// A column that a snapshot has: its place among a row's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnIndex(usize);

impl Row {
    /// The number in a column; `None` where it is blank or the column is absent.
    pub fn number(&self, column: Option<ColumnIndex>) -> Option<f64> {
        match self.cell(column) {
            Some(Cell::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The yes or no in a column; `None` where it is blank or the column is absent.
    pub fn boolean(&self, column: Option<ColumnIndex>) -> Option<bool> {
        match self.cell(column) {
            Some(Cell::Boolean(boolean)) => Some(*boolean),
            _ => None,
        }
    }

    /// The text in a column; `None` where it is blank or the column is absent.
    pub fn text(&self, column: Option<ColumnIndex>) -> Option<&str> {
        match self.cell(column) {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn cell(&self, column: Option<ColumnIndex>) -> Option<&Cell> {
        column.and_then(|ColumnIndex(place)| self.cells.get(place))
    }
}

/// A feature snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The file, as the user named it.
    pub file: String,
    /// The date of the rows.
    pub as_of: Option<NaiveDate>,
    /// The names of the columns that the file has and the profile knows, in lower case, but for the date and
    /// the symbol, which have places of their own; a row's cells stand in this order.
    pub columns: Vec<String>,
    /// The rows in file order; one without a symbol only where a candidate may lack a product to trade.
    pub rows: Vec<Row>,
}

impl Snapshot {
    /// The place of a column; `None` when the file does not have it.
    pub fn column(&self, name: &str) -> Option<ColumnIndex> {
        self.columns.iter().position(|column| column == name).map(ColumnIndex)
    }
}
