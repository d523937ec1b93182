//! What the readers of tables have in common: dates, and findings about a single cell.

use chrono::NaiveDate;

use super::table::Table;
use crate::finding::{Code, Finding};
use crate::market::new_york::{self, DateReading};

/// A finding about a cell of a table's current row, with what stands there unless it is blank.
pub fn finding(code: Code, message: impl Into<String>, table: &Table, column: usize, name: &str) -> Finding {
    let place = table.place(column);
    let finding = Finding::new(code, message)
        .file(table.path())
        .line(place.line)
        .character(place.character)
        .column(name);
    match table.bytes(column) {
        blank if blank.trim_ascii().is_empty() => finding,
        written => finding.observed(String::from_utf8_lossy(written)),
    }
}

/// Reads the date in a cell.
///
/// # Errors
/// A finding under the code where the cell holds none, or one of two: midnight of another zone is another date in
/// New York.
pub fn read_date(code: Code, table: &Table, column: usize, name: &str) -> Result<NaiveDate, Box<Finding>> {
    if let Some(date) = new_york::read_plain_date(table.bytes(column)) {
        return Ok(date);
    }
    let refuse = |message: String, hint: &str| {
        let finding = finding(code, message, table, column, name);
        Box::new(finding.expected(new_york::DATE_FORMS).hint(hint))
    };
    let Ok(text) = table.text(column) else {
        return Err(refuse("the cell is not UTF-8 text".to_owned(), "save the file as CSV in UTF-8"));
    };
    if text.is_empty() {
        return Err(refuse("the date is blank".to_owned(), "write dates as `YYYY-MM-DD`"));
    }
    match new_york::read_date(text) {
        Ok(DateReading::Midnight { written, new_york }) => Err(refuse(
            format!("midnight of another zone is {new_york} in New York, and {written} may be meant"),
            "write the plain date of the session",
        )),
        Ok(reading) => Ok(reading.new_york()),
        Err(error) => Err(refuse(error.to_string(), "write dates as `YYYY-MM-DD`")),
    }
}
