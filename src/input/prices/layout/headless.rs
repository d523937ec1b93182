//! Files without a header: their first line is data, and `--columns` names their columns by position.

use super::{Sheet, is_plain_name};
use crate::finding::{Code, Finding};
use crate::input::prices::columns::{Field, Headings};
use crate::input::prices::dates::{DateReader, has_known_form};
use crate::input::prices::{DateFormat, PriceFile, Request};
use crate::input::table::Table;

/// Whether the first line is data: a cell of it is a date in some form, and no cell is a known name.
pub(super) fn is_headless(table: &Table, request: &Request<'_>) -> bool {
    let is_known = |name: &String| Field::ALL.into_iter().any(|field| is_plain_name(field, name));
    let is_date = |name: &String| {
        let reads = |format: &DateFormat| DateReader::new(format).read(name.as_bytes()).is_ok();
        // A bare number may be a column's name; a date of one is told by its digits all the same.
        reads(&DateFormat::AsWritten) || reads(request.dates) || has_known_form(name)
    };
    !table.names().iter().any(is_known) && table.names().iter().any(is_date)
}

/// The columns of a file without a header.
///
/// # Errors
/// When `--columns` does not name them by position.
pub(super) fn sheet(
    table: &mut Table,
    file: &PriceFile,
    request: &Request<'_>,
) -> Result<Sheet, Box<Finding>> {
    if !request.names.are_positions() {
        let positions = if file.symbol.is_some() { "as_of=1,close=2" } else { "symbol=1,as_of=2,close=3" };
        return Err(Box::new(
            table.header_finding(Code::MissingColumns, "the first line is data, not a header").hint(format!(
                "name the columns in a first line, or by position with `--columns {positions}`"
            )),
        ));
    }
    let names = table.names().to_vec();
    let headings = Headings { takes_short_names: false, ..Headings::new(&names, &request.names) };
    let sheet = Sheet::of_rows(table, file, request, &headings)?;
    table.put_back();
    Ok(Sheet { other_dates: Vec::new(), headers: Vec::new(), ..sheet })
}
