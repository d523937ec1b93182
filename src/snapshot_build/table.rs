//! The rows of a built snapshot as they are written.

use std::collections::BTreeMap;
use std::fmt;

use crate::document::csv;
use crate::words::words;

/// A built snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotTable {
    /// The columns.
    pub columns: Vec<&'static str>,
    /// The cells of each row, one a column.
    pub rows: Vec<Vec<Cell>>,
    /// How many rows are eligible.
    pub eligible: usize,
    /// How many rows are not, by the first reason.
    pub not_eligible: BTreeMap<Reason, usize>,
}

/// A cell; its text is what is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A text or a date.
    Text(String),
    /// A whole number.
    Whole(usize),
    /// A number in the shortest digits that read back as the same number; blank if it is missing.
    Number(Option<f64>),
    /// A yes or no as the programs that read snapshots write it: `True` or `False`.
    Boolean(bool),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Whole(count) => write!(f, "{count}"),
            // Adding zero turns -0.0 into 0.0.
            Self::Number(number) => number.map_or(Ok(()), |number| write!(f, "{:?}", number + 0.0)),
            Self::Boolean(is_yes) => f.write_str(if *is_yes { "True" } else { "False" }),
        }
    }
}

/// The columns that name a row; the first that the snapshot has does.
const KEY_COLUMNS: [&str; 2] = ["underlying_symbol", "symbol"];

words! {
    /// Why a row is not eligible, in the order in which it is asked.
    Reason, "reason":
    /// It is a benchmark or the safe haven.
    Reference = "reference",
    /// There is no bar up to the date.
    NoBar = "no_bar",
    /// The newest bar is too old.
    Stale = "stale",
    /// There are too few closes.
    ShortHistory = "short_history",
    /// The close is too low.
    LowPrice = "low_price",
    /// The average turnover is too low, or not known.
    LowTurnover = "low_turnover",
    /// A feature is missing.
    MissingFeature = "missing_feature",
    /// The map names no product.
    NoProduct = "no_product",
    /// The product is not available.
    ProductUnavailable = "product_unavailable",
}

impl Reason {
    /// The reason in words for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Reference => "benchmark or safe haven",
            Self::NoBar => "no bar",
            Self::Stale => "newest bar too old",
            Self::ShortHistory => "too few closes",
            Self::LowPrice => "close too low",
            Self::LowTurnover => "turnover too low or unknown",
            Self::MissingFeature => "a feature is missing",
            Self::NoProduct => "no product",
            Self::ProductUnavailable => "product not available",
        }
    }
}

impl SnapshotTable {
    /// Adds a row; `reason` is why it is not eligible.
    pub fn push(&mut self, cells: Vec<Cell>, reason: Option<Reason>) {
        self.rows.push(cells);
        match reason {
            None => self.eligible += 1,
            Some(reason) => *self.not_eligible.entry(reason).or_default() += 1,
        }
    }

    /// The column that names a row: of products the underlying, since several rows may have no product.
    pub fn key_column(&self) -> &'static str {
        KEY_COLUMNS.into_iter().find(|name| self.columns.contains(name)).unwrap_or_default()
    }

    /// The name of a row.
    pub fn key_of<'r>(&self, row: &'r [Cell]) -> &'r str {
        let key = self.key_column();
        let name = self.columns.iter().zip(row).find_map(|(column, cell)| match cell {
            Cell::Text(text) if *column == key => Some(text.as_str()),
            _ => None,
        });
        name.unwrap_or_default()
    }

    /// The file: UTF-8, LF, quotes only where a cell needs them.
    ///
    /// # Errors
    /// When the writer fails, which in memory it does not.
    pub fn to_csv(&self) -> Result<String, ::csv::Error> {
        csv::document(&self.columns, self.rows.iter().map(|row| row.iter().map(Cell::to_string).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_they_were() {
        for number in [0.1, 1.0 / 3.0, 2.0, 1e-9, 123_456_789_012.25, -0.000_123] {
            let cell = Cell::Number(Some(number)).to_string();
            assert_eq!(cell.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
        assert_eq!(Cell::Number(Some(-0.0)).to_string(), "0.0");
        assert_eq!(Cell::Number(None).to_string(), "");
    }

    #[test]
    fn quotes_stand_where_a_cell_needs_them() {
        let mut table = SnapshotTable { columns: vec!["symbol", "sector"], ..SnapshotTable::default() };
        let row = |cells: [&str; 2]| cells.map(|cell| Cell::Text(cell.to_owned())).to_vec();
        table.push(row(["A", "Food, Drink"]), None);
        table.push(row(["B", ""]), Some(Reason::NoBar));
        assert_eq!(table.to_csv().unwrap(), "symbol,sector\nA,\"Food, Drink\"\nB,\n");
        assert_eq!((table.eligible, &table.not_eligible), (1, &BTreeMap::from([(Reason::NoBar, 1)])));
    }
}
