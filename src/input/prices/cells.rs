//! The price and volume cells of a row.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Use;
use super::columns::{BarColumns, Field};
use super::problems::BadCells;
use crate::finding::{Code, Finding};
use crate::input::cell;
use crate::input::decimal::read_decimal;
use crate::input::table::Table;
use crate::market::history::PLAUSIBLE_PRICES;

/// The price cells of a row of a wanted symbol.
pub(super) struct Cells<'c> {
    pub table: &'c Table,
    pub bar: &'c BarColumns,
    pub book: usize,
    pub date: NaiveDate,
    pub bad_cells: &'c mut BTreeMap<Field, BadCells>,
    /// Whether no checked cell is bad.
    pub is_complete: bool,
}

impl Cells<'_> {
    /// Returns a price of the row; `None` where it is blank or bad.
    pub(super) fn price(&mut self, field: Field, column: Option<usize>, column_use: Use) -> Option<f64> {
        let column = column.filter(|_| column_use != Use::Ignored)?;
        let written = self.table.bytes(column);
        let price = read_price(written, self.bar.has_dollar_signs());
        if price.is_none() && column_use == Use::Checked && !written.trim_ascii().is_empty() {
            self.is_complete = false;
            let name = if column == self.bar.close.1 { self.bar.close.0.as_str() } else { field.name() };
            let cells = self.bad_cells.entry(field).or_insert_with(|| BadCells::new(name));
            cells.add(self.book, self.date, self.table, column);
        }
        price
    }
}

/// Reads a price; `None` where the cell holds no plausible one.
pub(super) fn read_price(written: &[u8], has_dollar_signs: bool) -> Option<f64> {
    let price = if has_dollar_signs {
        let text = std::str::from_utf8(written).ok()?.trim();
        text.strip_prefix('$').unwrap_or(text).replace(',', "").parse().ok()?
    } else {
        read_decimal(written)?
    };
    PLAUSIBLE_PRICES.contains(&price).then_some(price)
}

/// Reads a volume; `None` where the cell is blank.
///
/// # Errors
/// The finding about a cell that is not a volume, where volumes are checked.
pub(super) fn read_volume(
    table: &Table,
    column: Option<usize>,
    column_use: Use,
) -> Result<Option<f64>, Box<Finding>> {
    let Some(column) = column.filter(|_| column_use != Use::Ignored) else { return Ok(None) };
    let written = table.bytes(column);
    let number = read_decimal(written).filter(|number| number.is_finite());
    let refuse = |code: Code, message: &str| {
        let finding = cell::finding(code, message, table, Field::Volume.at(column));
        Err(Box::new(finding.expected("a number of shares from 0, or a blank cell").hint("correct the cell")))
    };
    match (column_use, number) {
        (Use::Checked, None) if std::str::from_utf8(written).is_ok_and(|text| text.trim().is_empty()) => {
            Ok(None)
        }
        (Use::Checked, None) => refuse(Code::UnreadableNumber, "the volume is not a number"),
        (Use::Checked, Some(volume)) if volume < 0.0 => refuse(Code::OutOfRange, "the volume is negative"),
        (Use::AsFound, Some(volume)) if volume <= 0.0 => Ok(None),
        (_, number) => Ok(number),
    }
}

/// The finding that a high is below the low of its row.
pub(super) fn high_below_low(table: &Table, column: usize, low: f64) -> Finding {
    cell::finding(Code::BadPrice, "the high is below the low", table, Field::High.at(column))
        .expected(format!("at least {low}"))
        .hint("correct the cells, or leave them blank to have the close used")
}
