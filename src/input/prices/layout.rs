//! How a price file lays out symbols, dates and closes, told by its header by exact rules.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::columns::{BarColumns, Field, Headings, Missing, is_bar_name, is_short};
use super::dates::DateReader;
use super::{DateFormat, PriceFile, Request, Use, table_finding};
use crate::finding::{Code, Finding, quoted};
use crate::input::table::{Table, TableError};
use crate::symbol::Symbol;

/// How a price file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A row for each symbol and date, with a symbol column.
    Long,
    /// The bars of the symbol that `--prices SYMBOL=FILE` names.
    OneSymbol,
    /// A row a date, a column of closes for each symbol.
    Wide,
    /// A row a date; two header rows name the symbols and the columns of each.
    TwoHeaderRows,
}

/// How a price file was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceShape {
    /// The layout.
    pub layout: Layout,
    /// The file's names of the date and close columns, where they are not `as_of` and `close`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<&'static str, String>,
    /// Further columns that could be the date and are not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_date_columns: Vec<String>,
    /// How many lines that repeat the header were skipped.
    #[serde(skip_serializing_if = "is_zero")]
    pub repeated_headers: u64,
    /// How many blank lines were skipped.
    #[serde(skip_serializing_if = "is_zero")]
    pub blank_lines: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Where the cells of a file's rows stand.
#[derive(Debug)]
pub(super) struct Sheet {
    pub layout: Layout,
    /// The name and place of the date column.
    pub date: (String, usize),
    pub other_dates: Vec<String>,
    pub body: Body,
    /// The header rows, as names in lower case; none in a file without a header.
    pub headers: Vec<Vec<String>>,
}

/// What a row holds besides its date.
#[derive(Debug)]
pub(super) enum Body {
    /// The bar of the symbol that the row names.
    Long { symbol: usize, bar: BarColumns },
    /// A bar for each of these symbols.
    Columns(Vec<(Symbol, BarColumns)>),
    /// The bar of one symbol; a column that must hold one text throughout may spell it another way.
    One { symbol: Symbol, spelling: Option<usize>, bar: BarColumns },
}

/// How many lines behind the first are looked at for a header.
const MOST_LINES_BEFORE_HEADER: usize = 20;

/// The first cells of two header rows, as data-frame libraries write them.
const CORNERS: [&str; 3] = ["price", "ticker", ""];

/// Groups of two header rows that are neither prices nor volumes.
const OTHER_GROUPS: [&str; 4] = ["dividends", "stock splits", "capital gains", "repaired?"];

impl Sheet {
    /// Tells the layout of a file and finds its columns.
    ///
    /// # Errors
    /// The one finding that says what the file lacks.
    pub fn recognise(
        table: &mut Table,
        file: &PriceFile,
        request: &Request<'_>,
    ) -> Result<Self, Box<Finding>> {
        if let Some(groups) = read_two_header_rows(table)? {
            return two_header_rows(table, file, request, groups);
        }
        if is_headless(table) {
            return headless(table, file, request);
        }
        let names = table.names().to_vec();
        let headings = Headings {
            names: names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect(),
            chosen: request.names,
            takes_short_names: true,
        };
        let names_symbol = |name: &str| matches!(name, "symbol" | "ticker" | "<ticker>");
        let symbol = find(&headings, Field::Symbol, table)?;
        let has_symbol_column =
            request.names.get(Field::Symbol).is_some() || symbol.is_some_and(|(name, _)| names_symbol(name));
        if !has_symbol_column && let Some(known) = known_symbols(&headings, request) {
            return wide(table, file, request, &headings, &known);
        }
        let date = find(&headings, Field::AsOf, table)?;
        let is_complete = date.is_some() && (symbol.is_some() || file.symbol.is_some());
        let bar = match headings.bar() {
            Ok(bar) if is_complete => bar,
            Err(Missing::Chosen(name)) => return Err(chosen_is_missing(table, name)),
            bar => return Err(unknown_layout(table, symbol.is_some(), date.is_some(), bar.is_ok())),
        };
        let Some(date) = date.map(|(name, place)| (name.to_owned(), place)) else {
            return Err(unknown_layout(table, true, false, true));
        };
        let used = [Some(bar.close.0.as_str()), Some(date.0.as_str()), symbol.map(|(name, _)| name)];
        refuse_repeated(table, used.into_iter().flatten().chain(used_optional(&bar, &names, request)))?;
        let spelling = symbol.map(|(_, place)| place);
        let (layout, body) = match (&file.symbol, spelling) {
            (Some(symbol), spelling) => {
                (Layout::OneSymbol, Body::One { symbol: symbol.clone(), spelling, bar })
            }
            (None, Some(symbol)) => (Layout::Long, Body::Long { symbol, bar }),
            (None, None) => return Err(unknown_layout(table, false, true, true)),
        };
        let other_dates = headings.other_dates(date.1).into_iter().map(str::to_owned).collect();
        let sheet = Self { layout, date, other_dates, body, headers: vec![names] };
        sheet.check_volume(table, request)?;
        Ok(sheet)
    }

    /// Where the numbers of the file's bars stand, of any symbol.
    pub fn bars(&self) -> impl Iterator<Item = &BarColumns> {
        let (single, many): (Option<&BarColumns>, &[(Symbol, BarColumns)]) = match &self.body {
            Body::Long { bar, .. } | Body::One { bar, .. } => (Some(bar), &[]),
            Body::Columns(groups) => (None, groups),
        };
        single.into_iter().chain(many.iter().map(|(_, bar)| bar))
    }

    /// The name of the close column, for messages.
    pub fn close_name(&self) -> &str {
        self.bars().next().map_or("close", |bar| bar.close.0.as_str())
    }

    /// Refuses a file without volumes where they are needed.
    fn check_volume(&self, table: &Table, request: &Request<'_>) -> Result<(), Box<Finding>> {
        let needs_volume =
            request.wanted.values().chain(&request.others).any(|columns| columns.volume == Use::Checked);
        if !needs_volume || self.bars().any(|bar| bar.volume.is_some()) {
            return Ok(());
        }
        let finding =
            lacks(table, &[Field::Volume.name()]).expected("a column `volume` with the shares traded");
        Err(Box::new(match self.layout {
            Layout::Wide => finding.hint("a wide file has closes alone; write a long one with volumes"),
            _ => finding.hint("add the column, or name it with `--columns volume=NAME`"),
        }))
    }

    /// The shape as the output reports it.
    pub fn shape(&self, repeated_headers: u64, blank_lines: u64) -> PriceShape {
        let named = [(Field::AsOf, self.date.0.as_str()), (Field::Close, self.close_name())];
        let is_renamed = |(field, name): &(Field, &str)| {
            *name != field.name() && !(self.layout == Layout::Wide && *field == Field::Close)
        };
        PriceShape {
            layout: self.layout,
            columns: named
                .into_iter()
                .filter(is_renamed)
                .map(|(field, name)| (field.name(), name.to_owned()))
                .collect(),
            other_date_columns: self.other_dates.clone(),
            repeated_headers,
            blank_lines,
        }
    }
}

fn find<'a>(
    headings: &Headings<'a>,
    field: Field,
    table: &Table,
) -> Result<Option<(&'a str, usize)>, Box<Finding>> {
    headings.find(field).map_err(|name| chosen_is_missing(table, name))
}

/// The names of the columns that are read besides symbol, date and close.
fn used_optional<'n>(
    bar: &BarColumns,
    names: &'n [String],
    request: &Request<'_>,
) -> impl Iterator<Item = &'n str> {
    let all = || request.wanted.values().chain(&request.others);
    let reads = |of: fn(&super::Columns) -> Use| all().any(|columns| of(columns) != Use::Ignored);
    let range = reads(|columns| columns.range);
    let used = [
        bar.rival.as_ref().map(|(_, place)| *place),
        bar.open.filter(|_| reads(|columns| columns.open)),
        bar.high.filter(|_| range),
        bar.low.filter(|_| range),
        bar.volume.filter(|_| reads(|columns| columns.volume)),
    ];
    used.into_iter().flatten().filter_map(|place| names.get(place)).map(String::as_str)
}

fn refuse_repeated<'n>(table: &Table, used: impl Iterator<Item = &'n str>) -> Result<(), Box<Finding>> {
    match table.repeated_among(used) {
        Some(error) => Err(Box::new(table_finding(table.path(), &error))),
        None => Ok(()),
    }
}

/// The symbols that the command knows and a header without a close column names; `None` of a file that is not wide.
fn known_symbols<'a>(headings: &Headings<'a>, request: &Request<'_>) -> Option<Vec<&'a str>> {
    let without_short = |field: Field| {
        let has = |name: &&str| field.is_known_as(name) && !is_short(name) && !name.is_empty();
        headings.names.iter().map(|(name, _)| *name).any(|name| has(&name))
    };
    if without_short(Field::Close) || request.names.get(Field::Close).is_some() {
        return None;
    }
    let is_known = |name: &str| {
        Symbol::parse(name)
            .is_some_and(|symbol| request.wanted.contains_key(&symbol) || request.known.contains(&symbol))
    };
    let known: Vec<&str> =
        headings.names.iter().map(|(name, _)| *name).filter(|name| is_known(name)).collect();
    (!known.is_empty()).then_some(known)
}

/// The columns of a wide file: a date, and a column of closes for each symbol.
fn wide(
    table: &Table,
    file: &PriceFile,
    request: &Request<'_>,
    headings: &Headings<'_>,
    known: &[&str],
) -> Result<Sheet, Box<Finding>> {
    let dates = Headings { names: headings.names.clone(), chosen: request.names, takes_short_names: false };
    let Some((name, place)) = find(&dates, Field::AsOf, table)? else {
        let finding = lacks(table, &[Field::AsOf.name()]);
        return Err(Box::new(
            finding
                .expected("a date column beside the symbols")
                .hint("name the date column `date`, or say which it is with `--columns as_of=NAME`"),
        ));
    };
    if let Some(symbol) = &file.symbol {
        return Err(Box::new(
            Finding::new(
                Code::MissingColumns,
                format!(
                    "the file has a column for each of several symbols, and no close column for `{symbol}`"
                ),
            )
            .file(table.path())
            .line(table.header_line())
            .observed(table.names().join(","))
            .hint(format!("name the file without `{symbol}=`")),
        ));
    }
    refuse_repeated(table, known.iter().copied().chain([name]))?;
    let other_dates = dates.other_dates(place);
    let is_wanted = |symbol: &Symbol| request.others.is_some() || request.wanted.contains_key(symbol);
    let groups = headings
        .names
        .iter()
        .filter(|(header, at)| *at != place && !other_dates.contains(header))
        .filter_map(|(header, at)| {
            Some((Symbol::parse(header).filter(is_wanted)?, BarColumns::from_close(header, *at)))
        })
        .collect();
    let sheet = Sheet {
        layout: Layout::Wide,
        date: (name.to_owned(), place),
        other_dates: other_dates.into_iter().map(str::to_owned).collect(),
        body: Body::Columns(groups),
        headers: vec![table.names().to_vec()],
    };
    sheet.check_volume(table, request)?;
    Ok(sheet)
}

/// Two header rows: of each column the symbol and the name.
struct TwoRows {
    columns: Vec<(Symbol, String, usize)>,
    headers: Vec<Vec<String>>,
    date_name: String,
}

/// Reads two header rows if the first two lines are such; otherwise the second line is the next row again.
fn read_two_header_rows(table: &mut Table) -> Result<Option<TwoRows>, Box<Finding>> {
    let first = table.names().to_vec();
    let is_corner = |row: &[String]| row.first().is_some_and(|cell| CORNERS.contains(&cell.as_str()));
    if !is_corner(&first) {
        return Ok(None);
    }
    let next = |table: &mut Table| match table.next_row() {
        Ok(true) => Ok(Some(table.row_as_names())),
        Ok(false) => Ok(None),
        Err(TableError::Ragged { .. }) => Ok(Some(Vec::new())),
        Err(error) => Err(Box::new(table_finding(table.path(), &error))),
    };
    let Some(second) = next(table)? else { return Ok(None) };
    let is_names = |row: &[String]| {
        row.iter().skip(1).all(|name| is_bar_name(name) || OTHER_GROUPS.contains(&name.as_str()))
    };
    let pairs = match (is_names(&first), is_names(&second)) {
        _ if !is_corner(&second) || second.len() < 2 => None,
        (true, true) if second.first().is_some_and(|corner| corner == "price") => Some((&second, &first)),
        (true, _) => Some((&first, &second)),
        (false, true) => Some((&second, &first)),
        (false, false) => None,
    };
    let columns = pairs.and_then(|(names, symbols)| {
        let columns = names.iter().zip(symbols).enumerate().skip(1);
        columns
            .map(|(place, (name, symbol))| {
                Some((Symbol::parse(symbol).filter(Symbol::is_plausible)?, name.clone(), place))
            })
            .collect::<Option<Vec<_>>>()
    });
    let Some(columns) = columns else {
        table.put_back();
        return Ok(None);
    };
    let mut headers = vec![first, second];
    let mut date_name = "date".to_owned();
    if let Some(third) = next(table)? {
        let is_date_row = third.first().is_some_and(|name| Field::AsOf.names().contains(&name.as_str()))
            && third.iter().skip(1).all(String::is_empty);
        if is_date_row {
            date_name = third.first().filter(|name| !name.is_empty()).cloned().unwrap_or(date_name);
            headers.push(third);
        } else {
            table.put_back();
        }
    }
    Ok(Some(TwoRows { columns, headers, date_name }))
}

/// The columns of a file with two header rows.
fn two_header_rows(
    table: &Table,
    file: &PriceFile,
    request: &Request<'_>,
    rows: TwoRows,
) -> Result<Sheet, Box<Finding>> {
    let symbols: BTreeSet<&Symbol> = rows.columns.iter().map(|(symbol, ..)| symbol).collect();
    if let (Some(named), true) = (&file.symbol, symbols.len() > 1) {
        return Err(Box::new(
            Finding::new(
                Code::MissingColumns,
                format!("the file has {} symbols, and one was named", symbols.len()),
            )
            .file(table.path())
            .line(table.header_line())
            .hint(format!("name the file without `{named}=`")),
        ));
    }
    let mut groups = Vec::new();
    let is_wanted = |symbol: &Symbol| {
        file.symbol.is_some() || request.others.is_some() || request.wanted.contains_key(symbol)
    };
    for symbol in symbols.into_iter().filter(|symbol| is_wanted(symbol)) {
        let names: Vec<(&str, usize)> = rows
            .columns
            .iter()
            .filter(|(of, ..)| of == symbol)
            .map(|(_, name, place)| (name.as_str(), *place))
            .collect();
        refuse_double(table, symbol, &names)?;
        let headings = Headings { names, chosen: request.names, takes_short_names: true };
        match headings.bar() {
            Ok(bar) => groups.push((file.symbol.clone().unwrap_or_else(|| symbol.clone()), bar)),
            Err(Missing::Chosen(name)) => return Err(chosen_is_missing(table, name)),
            Err(Missing::Close) => {}
        }
    }
    if groups.is_empty() && !rows.columns.iter().any(|(_, name, _)| Field::Close.is_known_as(name)) {
        return Err(Box::new(lacks(table, &[Field::Close.name()]).hint("export the closes too")));
    }
    let sheet = Sheet {
        layout: Layout::TwoHeaderRows,
        date: (rows.date_name, 0),
        other_dates: Vec::new(),
        body: Body::Columns(groups),
        headers: rows.headers,
    };
    sheet.check_volume(table, request)?;
    Ok(sheet)
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

/// Whether the first line is data: a cell of it is a date, and no cell is a known name.
fn is_headless(table: &Table) -> bool {
    let is_known = |name: &String| {
        !name.is_empty() && Field::ALL.into_iter().any(|field| field.is_known_as(name) && !is_short(name))
    };
    !table.names().iter().any(is_known) && table.names().iter().any(|name| is_date(name))
}

fn is_date(text: &str) -> bool {
    let date: Option<NaiveDate> = DateReader::new(&DateFormat::AsWritten).read(text.as_bytes()).ok();
    date.is_some()
}

/// A file without a header, whose columns `--columns` names by position.
fn headless(table: &mut Table, file: &PriceFile, request: &Request<'_>) -> Result<Sheet, Box<Finding>> {
    if !request.names.are_positions() {
        let positions = if file.symbol.is_some() { "as_of=1,close=2" } else { "symbol=1,as_of=2,close=3" };
        return Err(Box::new(
            Finding::new(Code::MissingColumns, "the first line is data, not a header")
                .file(table.path())
                .line(table.header_line())
                .observed(table.names().join(","))
                .hint(format!(
                    "name the columns in a first line, or by position with `--columns {positions}`"
                )),
        ));
    }
    let names = table.names().to_vec();
    let headings = Headings {
        names: names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect(),
        chosen: request.names,
        takes_short_names: false,
    };
    let symbol = find(&headings, Field::Symbol, table)?;
    let date = find(&headings, Field::AsOf, table)?;
    let bar = match headings.bar() {
        Err(Missing::Chosen(name)) => return Err(chosen_is_missing(table, name)),
        bar => bar.ok(),
    };
    let (layout, body, date) = match (bar, date, symbol, &file.symbol) {
        (Some(bar), Some(date), symbol, Some(named)) => {
            let spelling = symbol.map(|(_, place)| place);
            (Layout::OneSymbol, Body::One { symbol: named.clone(), spelling, bar }, date)
        }
        (Some(bar), Some(date), Some((_, symbol)), None) => (Layout::Long, Body::Long { symbol, bar }, date),
        (bar, date, symbol, _) => {
            return Err(unknown_layout(table, symbol.is_some(), date.is_some(), bar.is_some()));
        }
    };
    table.read_header_as_row();
    let date = (date.0.to_owned(), date.1);
    let sheet = Sheet { layout, date, other_dates: Vec::new(), body, headers: Vec::new() };
    sheet.check_volume(table, request)?;
    Ok(sheet)
}

/// A finding that columns are missing.
fn lacks(table: &Table, names: &[&str]) -> Finding {
    Finding::new(Code::MissingColumns, format!("no column {}", quoted(names)))
        .file(table.path())
        .line(table.header_line())
        .observed(table.names().join(","))
}

fn chosen_is_missing(table: &Table, name: &str) -> Box<Finding> {
    Box::new(lacks(table, &[name]).hint("name one of the file's columns with `--columns`"))
}

/// The finding about a header that no layout takes: what is missing, and what the file seems to be.
fn unknown_layout(table: &mut Table, has_symbol: bool, has_date: bool, has_close: bool) -> Box<Finding> {
    let parts = [(Field::Symbol, has_symbol), (Field::AsOf, has_date), (Field::Close, has_close)];
    let missing: Vec<&str> = parts.iter().filter(|(_, has)| !has).map(|(field, _)| field.name()).collect();
    let finding = lacks(table, &missing).expected("symbol,as_of,close");
    if let Some(line) = later_header(table) {
        let message = format!("line {} is not a header; line {line} looks like one", table.header_line());
        let hint = format!("remove the lines before it: `tail -n +{line} {}`", table.path());
        return Box::new(Finding { message, ..finding }.hint(hint));
    }
    Box::new(match missing.as_slice() {
        ["symbol"] => finding.hint(format!(
            "name the symbol whose prices these are: `--prices QQQ={}`; or add a column `symbol`",
            table.path()
        )),
        ["symbol", "close"] => finding.hint(
            "add the columns, or name them with `--columns`; a file with a column for each symbol must have one of the \
             symbols that the profile reads",
        ),
        _ => finding.hint("name the columns in the first line, or with `--columns symbol=...,as_of=...,close=...`"),
    })
}

/// The line of a later row that looks like a header: it names a date and a close.
fn later_header(table: &mut Table) -> Option<u64> {
    for _ in 0..MOST_LINES_BEFORE_HEADER {
        match table.next_row() {
            Ok(true) | Err(TableError::Ragged { .. }) => {}
            _ => return None,
        }
        let names = table.row_as_names();
        let has = |field: Field| {
            names.iter().any(|name| !name.is_empty() && !is_short(name) && field.is_known_as(name))
        };
        if has(Field::AsOf) && has(Field::Close) {
            return Some(table.line());
        }
    }
    None
}
