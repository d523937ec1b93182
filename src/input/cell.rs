//! What the readers of tables have in common: dates, and findings about a single cell.

use chrono::NaiveDate;

use super::table::{Column, Table};
use crate::finding::{Code, Finding};
use crate::market::new_york::{self, DateReading};
use crate::symbol::Symbol;

/// What a yes may look like, in lower case.
const YES: [&str; 5] = ["1", "1.0", "true", "yes", "y"];
/// What a no may look like, in lower case.
const NO: [&str; 5] = ["0", "0.0", "false", "no", "n"];

/// The largest size of a number in a table, far above any price, volume or ratio: within it no sum or difference of
/// two features leaves the range of a number.
const LARGEST_NUMBER: f64 = 1e15;

/// The cure of a cell that holds no usable number.
const MEND_NUMBER: &str = "correct the cell, or leave it blank where the value is not known";

/// A finding about a cell of a table's current row, with what stands there unless it is blank.
pub fn finding(code: Code, message: impl Into<String>, table: &Table, column: Column<'_>) -> Finding {
    let place = table.place(column.place);
    let finding = Finding::new(code, message).file(table.path()).at(place).column(column.name);
    match table.bytes(column.place) {
        blank if blank.trim_ascii().is_empty() => finding,
        written => finding.observed(String::from_utf8_lossy(written)),
    }
}

/// Reads the date in a cell.
///
/// # Errors
/// A finding where the cell holds none, or one of two: midnight of another zone is another date in
/// New York.
pub fn read_date(code: Code, table: &Table, column: Column<'_>) -> Result<NaiveDate, Box<Finding>> {
    if let Some(date) = new_york::read_plain_date(table.bytes(column.place)) {
        return Ok(date);
    }
    let refuse = |message: String, hint: &str| {
        let finding = finding(code, message, table, column);
        Box::new(finding.expected(new_york::DATE_FORMS).hint(hint))
    };
    let Ok(text) = table.text(column.place) else {
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

/// The trimmed text of a cell.
///
/// # Errors
/// A finding where the bytes are not UTF-8 text.
pub fn text<'t>(table: &'t Table, column: Column<'_>) -> Result<&'t str, Box<Finding>> {
    table.text(column.place).map_err(|error| {
        let finding = finding(table.broken(), "the cell is not UTF-8 text", table, column);
        Box::new(finding.hint(error.hint().unwrap_or_default()))
    })
}

/// The trimmed text of a name or a label. One that goes on behind a line end with commas is most likely rows that
/// a stray quote has swallowed.
///
/// # Errors
/// A finding where that is so, or the bytes are not UTF-8 text.
pub fn label<'t>(table: &'t Table, column: Column<'_>) -> Result<&'t str, Box<Finding>> {
    let text = text(table, column)?;
    let has_swallowed_rows = text.split_once('\n').is_some_and(|(_, further)| further.contains(','));
    if has_swallowed_rows {
        let message = "the cell holds whole lines, so a quote is not closed where it should be";
        let finding = finding(table.broken(), message, table, column);
        return Err(Box::new(finding.hint("close the quote, or write the file again")));
    }
    Ok(text)
}

/// The symbol in a cell; `None` where it is blank.
///
/// # Errors
/// A finding where the cell holds something that is not a ticker.
pub fn ticker(table: &Table, column: Column<'_>) -> Result<Option<Symbol>, Box<Finding>> {
    let symbol = label(table, column).map(Symbol::parse)?;
    if symbol.as_ref().is_some_and(|symbol| !symbol.is_plausible()) {
        let finding = finding(table.broken(), "the cell is not a ticker", table, column);
        return Err(Box::new(finding.expected("a symbol such as `BRK.B`").hint("correct the symbol")));
    }
    Ok(symbol)
}

/// The number in a cell; `None` where it is blank.
///
/// # Errors
/// `unreadable_number` where the cell holds no finite number, `out_of_range` where it is beyond all measure, and the
/// finding of [`text`].
pub fn number(table: &Table, column: Column<'_>) -> Result<Option<f64>, Box<Finding>> {
    let text = text(table, column)?;
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse::<f64>().ok();
    match number.filter(|number| number.is_finite()) {
        Some(number) if number.abs() <= LARGEST_NUMBER => Ok(Some(number)),
        Some(_) => Err(Box::new(
            finding(Code::OutOfRange, "the number is too large", table, column)
                .expected(format!("a number from -{LARGEST_NUMBER:e} to {LARGEST_NUMBER:e}"))
                .hint(MEND_NUMBER),
        )),
        None => Err(Box::new(
            finding(Code::UnreadableNumber, "the cell is not a finite number", table, column)
                .expected("a number such as `-0.125` or `1.5e9`, or a blank cell")
                .hint(MEND_NUMBER),
        )),
    }
}

/// The yes or no in a cell; `None` where it is blank.
///
/// # Errors
/// `unreadable_boolean` where the cell is neither.
pub fn boolean(table: &Table, column: Column<'_>) -> Result<Option<bool>, Box<Finding>> {
    let text = text(table, column)?;
    if text.is_empty() {
        return Ok(None);
    }
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is_one_of(&YES), is_one_of(&NO)) {
        (true, _) => Ok(Some(true)),
        (_, true) => Ok(Some(false)),
        _ => Err(Box::new(
            finding(Code::UnreadableBoolean, "the cell is neither yes nor no", table, column)
                .expected("`true` or `false`, `yes` or `no`, `y` or `n`, `1` or `0`")
                .hint("write `true` or `false`"),
        )),
    }
}
