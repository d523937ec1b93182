//! Files with two header rows, as data-frame libraries write them: one names the columns, the other the symbols.

use std::collections::BTreeSet;

use super::{Body, Layout, Sheet, refusal};
use crate::finding::{Code, Finding};
use crate::input::prices::columns::{Field, Headings, is_bar_name};
use crate::input::prices::{PriceFile, Request};
use crate::input::table::{Table, TableError};
use crate::symbol::Symbol;

/// The first cells of two header rows.
const CORNERS: [&str; 3] = [PRICE_CORNER, "ticker", ""];

/// The first cell of the row that names the columns.
const PRICE_CORNER: &str = "price";

/// Groups that are neither prices nor volumes.
const OTHER_GROUPS: [&str; 4] = ["dividends", "stock splits", "capital gains", "repaired?"];

/// Two header rows: of each column the symbol and the name.
pub(super) struct TwoRows {
    columns: Vec<(Symbol, String, usize)>,
    headers: Vec<Vec<String>>,
    date_name: String,
}

/// Reads two header rows if the first two lines are such; otherwise the second line is the next row again.
///
/// # Errors
/// When the lines cannot be read.
pub(super) fn read(table: &mut Table) -> Result<Option<TwoRows>, Box<Finding>> {
    let first = table.names().to_vec();
    if !is_corner(&first) {
        return Ok(None);
    }
    let Some(second) = next_names(table)? else { return Ok(None) };
    let Some(columns) = pair(&first, &second) else {
        table.put_back();
        return Ok(None);
    };
    table.count_as_header();
    let mut rows = TwoRows { columns, headers: vec![first, second], date_name: "date".to_owned() };
    if let Some(third) = next_names(table)? {
        let is_date_row = third.first().is_some_and(|name| Field::AsOf.names().contains(&name.as_str()))
            && third.iter().skip(1).all(String::is_empty);
        if is_date_row {
            table.count_as_header();
            rows.date_name = third.first().filter(|name| !name.is_empty()).cloned().unwrap_or(rows.date_name);
            rows.headers.push(third);
        } else {
            table.put_back();
        }
    }
    Ok(Some(rows))
}

fn is_corner(row: &[String]) -> bool {
    row.first().is_some_and(|cell| CORNERS.contains(&cell.as_str()))
}

/// The cells of the next row as names; `None` behind the last row, and none of a row of another length.
fn next_names(table: &mut Table) -> Result<Option<Vec<String>>, Box<Finding>> {
    match table.next_row() {
        Ok(true) => Ok(Some(table.row_as_names())),
        Ok(false) => Ok(None),
        Err(TableError::Ragged { .. }) => Ok(Some(Vec::new())),
        Err(error) => Err(Box::new(table.finding(&error))),
    }
}

/// The symbol, name and place of each column; `None` where the rows are not two header rows.
fn pair(first: &[String], second: &[String]) -> Option<Vec<(Symbol, String, usize)>> {
    if !is_corner(second) || second.len() < 2 {
        return None;
    }
    let is_names = |row: &[String]| {
        row.iter().skip(1).all(|name| is_bar_name(name) || OTHER_GROUPS.contains(&name.as_str()))
    };
    let (names, symbols) = match (is_names(first), is_names(second)) {
        // Every ticker is a name too, as LOW and OPEN are: the corner tells.
        (true, true) if second.first().is_some_and(|corner| corner == PRICE_CORNER) => (second, first),
        (true, _) => (first, second),
        (false, true) => (second, first),
        (false, false) => return None,
    };
    let columns = names.iter().zip(symbols).enumerate().skip(1);
    columns
        .map(|(place, (name, symbol))| {
            Some((Symbol::parse(symbol).filter(Symbol::is_plausible)?, name.clone(), place))
        })
        .collect()
}

/// The columns of a file with two header rows.
///
/// # Errors
/// When it has no closes, a column twice, or several symbols where one was named.
pub(super) fn sheet(
    table: &Table,
    file: &PriceFile,
    request: &Request<'_>,
    rows: TwoRows,
) -> Result<Sheet, Box<Finding>> {
    let symbols: BTreeSet<&Symbol> = rows.columns.iter().map(|(symbol, ..)| symbol).collect();
    if let (Some(named), true) = (&file.symbol, symbols.len() > 1) {
        let message = format!("the file has {} symbols, and one was named", symbols.len());
        return Err(Box::new(
            Finding::new(Code::MissingColumns, message)
                .file(table.path())
                .line(table.header_line())
                .hint(format!("name the file without `{named}=`")),
        ));
    }
    let is_wanted = |symbol: &Symbol| file.symbol.is_some() || request.wants(symbol);
    let (wanted, passed_over): (Vec<&Symbol>, Vec<&Symbol>) =
        symbols.into_iter().partition(|symbol| is_wanted(symbol));
    let mut groups = Vec::new();
    for symbol in wanted {
        let columns = rows.columns.iter().filter(|(of, ..)| of == symbol);
        let names: Vec<(&str, usize)> = columns.map(|(_, name, place)| (name.as_str(), *place)).collect();
        refuse_double(table, symbol, &names)?;
        let headings = Headings { names, chosen: &request.names, takes_short_names: true };
        let bar = headings.bar().map_err(|name| refusal::chosen_is_missing(table, name))?;
        groups.extend(bar.map(|bar| (file.symbol.as_ref().unwrap_or(symbol).clone(), bar)));
    }
    if groups.is_empty() && !rows.columns.iter().any(|(_, name, _)| Field::Close.is_known_as(name)) {
        return Err(Box::new(
            table.lacks_names(Code::MissingColumns, &[Field::Close.name()]).hint("export the closes too"),
        ));
    }
    let passed_over = passed_over.into_iter().cloned().collect();
    Ok(Sheet {
        layout: Layout::TwoHeaderRows,
        date: (rows.date_name, 0),
        other_dates: Vec::new(),
        body: Body::Columns(groups),
        headers: rows.headers,
        passed_over,
    })
}

fn refuse_double(table: &Table, symbol: &Symbol, names: &[(&str, usize)]) -> Result<(), Box<Finding>> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|(name, _)| !seen.insert(*name)) {
        None => Ok(()),
        Some((name, _)) => Err(Box::new(
            Finding::new(
                Code::PricesParseFailed,
                format!("the header names `{name}` of `{symbol}` more than once"),
            )
            .file(table.path())
            .line(table.header_line())
            .hint("keep one column of each name"),
        )),
    }
}
