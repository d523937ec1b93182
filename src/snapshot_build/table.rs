//! The rows of a built snapshot as they are written.

use std::collections::BTreeMap;

/// A built snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotTable {
    /// The columns, each with what its cells hold.
    pub columns: Vec<(&'static str, CellKind)>,
    /// The cells of each row, one a column.
    pub rows: Vec<Vec<String>>,
    /// How many rows are eligible.
    pub eligible: usize,
    /// How many rows are not, by the first reason.
    pub not_eligible: BTreeMap<Reason, usize>,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// A text or a date.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// `True` or `False`.
    Boolean,
}

/// The columns that name a row; the first that the snapshot has does.
const KEY_COLUMNS: [&str; 2] = ["underlying_symbol", "symbol"];

/// Why a row is not eligible, in the order in which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is a benchmark or the safe haven.
    Reference,
    /// There is no bar up to the date.
    NoBar,
    /// The newest bar is too old.
    Stale,
    /// There are too few closes.
    ShortHistory,
    /// The close is too low.
    LowPrice,
    /// The average turnover is too low, or not known.
    LowTurnover,
    /// A feature is missing.
    MissingFeature,
    /// The map names no product.
    NoProduct,
    /// The product is not available.
    ProductUnavailable,
}

impl Reason {
    /// The reason as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::NoBar => "no_bar",
            Self::Stale => "stale",
            Self::ShortHistory => "short_history",
            Self::LowPrice => "low_price",
            Self::LowTurnover => "low_turnover",
            Self::MissingFeature => "missing_feature",
            Self::NoProduct => "no_product",
            Self::ProductUnavailable => "product_unavailable",
        }
    }

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
    pub fn push(&mut self, cells: Vec<String>, reason: Option<Reason>) {
        self.rows.push(cells);
        match reason {
            None => self.eligible += 1,
            Some(reason) => *self.not_eligible.entry(reason).or_default() += 1,
        }
    }

    /// The column that names a row: of products the underlying, since several rows may have no product.
    pub fn key_column(&self) -> &'static str {
        let has = |name: &&&str| self.columns.iter().any(|(column, _)| *column == **name);
        KEY_COLUMNS.iter().find(has).copied().unwrap_or_default()
    }

    /// The name of a row.
    pub fn key_of<'r>(&self, row: &'r [String]) -> &'r str {
        let key = self.key_column();
        let place = self.columns.iter().position(|(column, _)| *column == key);
        place.and_then(|place| row.get(place)).map_or("", String::as_str)
    }

    /// The file: UTF-8, LF, quotes only where a cell needs them.
    ///
    /// # Errors
    /// When the writer fails, which in memory it does not.
    pub fn to_csv(&self) -> csv::Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| std::io::Error::other(error).into())
    }
}

/// A number as it is written: the shortest digits that read back as the same number; blank if it is missing.
pub fn number_cell(number: Option<f64>) -> String {
    // Adding zero turns -0.0 into 0.0.
    number.map_or_else(String::new, |number| format!("{:?}", number + 0.0))
}

/// A yes or no as the programs that read snapshots write it.
pub fn boolean_cell(is_yes: bool) -> String {
    if is_yes { "True" } else { "False" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_they_were() {
        for number in [0.1, 1.0 / 3.0, 2.0, 1e-9, 123_456_789_012.25, -0.000_123] {
            assert_eq!(number_cell(Some(number)).parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
        assert_eq!(number_cell(Some(-0.0)), "0.0");
        assert_eq!(number_cell(None), "");
    }

    #[test]
    fn quotes_stand_where_a_cell_needs_them() {
        let mut table = SnapshotTable {
            columns: vec![("symbol", CellKind::Text), ("sector", CellKind::Text)],
            ..SnapshotTable::default()
        };
        table.push(vec!["A".to_owned(), "Food, Drink".to_owned()], None);
        table.push(vec!["B".to_owned(), String::new()], Some(Reason::NoBar));
        assert_eq!(table.to_csv().unwrap(), "symbol,sector\nA,\"Food, Drink\"\nB,\n");
        assert_eq!((table.eligible, &table.not_eligible), (1, &BTreeMap::from([(Reason::NoBar, 1)])));
    }
}
