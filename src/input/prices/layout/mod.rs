//! How a price file lays out symbols, dates and closes, told by its header by exact rules.

mod headless;
mod refusal;
mod two_rows;
mod wide;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::{BarColumns, Field, Headings, is_short};
use super::{PriceFile, Request, Use};
use crate::finding::{Code, Finding};
use crate::input::table::Table;
use crate::symbol::Symbol;

/// How a price file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PriceShape {
    /// The layout.
    pub layout: Layout,
    /// The file's names of the date and close columns, where they are not `as_of` and `close`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<Cow<'static, str>, String>,
    /// Further columns that could be the date and are not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_date_columns: Vec<String>,
    /// How many lines that repeat the header were skipped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeated_headers: u64,
    /// How many blank lines were skipped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub blank_lines: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Where the cells of a file's rows stand.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub layout: Layout,
    /// The name and place of the date column.
    pub date: (String, usize),
    pub other_dates: Vec<String>,
    pub body: Body,
    /// The header rows, as names in lower case; none in a file without a header.
    pub headers: Vec<Vec<String>>,
    /// The symbols of its columns that are not read.
    pub passed_over: Vec<Symbol>,
}

/// What a row holds besides its date.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// The bar of the symbol that the row names.
    Long { symbol: usize, bar: BarColumns },
    /// A bar for each of these symbols.
    Columns(Vec<(Symbol, BarColumns)>),
    /// The bar of one symbol; a column that must hold one text throughout may spell it another way.
    One { symbol: Symbol, spelling: Option<usize>, bar: BarColumns },
}

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
        // Header rows hold no date, and of a file without one the first line must not be left behind.
        let sheet = if headless::is_headless(table, request) {
            headless::sheet(table, file, request)?
        } else if let Some(rows) = two_rows::read(table)? {
            two_rows::sheet(table, file, request, rows)?
        } else {
            Self::from_header(table, file, request)?
        };
        sheet.check_volume(table, request)?;
        Ok(sheet)
    }

    /// The sheet of a file with one header row.
    fn from_header(table: &mut Table, file: &PriceFile, request: &Request<'_>) -> Result<Self, Box<Finding>> {
        let names = table.names().to_vec();
        let headings = Headings::new(&names, &request.names);
        let symbol = find(&headings, Field::Symbol, table)?.map(|(name, _)| name);
        let is_long = request.names.get(Field::Symbol).is_some()
            || symbol.is_some_and(|name| matches!(name, "symbol" | "ticker" | "<ticker>"));
        if !is_long && let Some(known) = wide::known_symbols(&headings, file, request) {
            return wide::sheet(table, file, request, &headings, &known);
        }
        let sheet = Self::of_rows(table, file, request, &headings)?;
        let used = [sheet.close_name(), sheet.date.0.as_str()].into_iter().chain(symbol);
        let reads = |field: Field| request.most(field) != Use::Ignored;
        let further = |bar: &BarColumns| {
            let of_bar = Field::FURTHER.into_iter().zip(bar.further).filter(|(field, _)| reads(*field));
            of_bar.filter_map(|(_, place)| place).chain(bar.rival.as_ref().map(|(_, place)| *place))
        };
        let optional = sheet.bars().flat_map(further).filter_map(|place| names.get(place));
        let optional = optional.map(String::as_str);
        table.refuse_repeated(used.chain(optional))?;
        Ok(sheet)
    }

    /// The sheet of a file whose rows each have one bar.
    fn of_rows(
        table: &mut Table,
        file: &PriceFile,
        request: &Request<'_>,
        headings: &Headings<'_>,
    ) -> Result<Self, Box<Finding>> {
        let symbol = find(headings, Field::Symbol, table)?.map(|(_, place)| place);
        let date = find(headings, Field::AsOf, table)?;
        let bar = headings.bar().map_err(|name| refusal::chosen_is_missing(table, name))?;
        let has = [symbol.is_some(), date.is_some(), bar.is_some()];
        let (layout, body, (name, place)) = match (bar, date, symbol, &file.symbol) {
            (Some(bar), Some(date), spelling, Some(symbol)) => {
                (Layout::OneSymbol, Body::One { symbol: symbol.clone(), spelling, bar }, date)
            }
            (Some(bar), Some(date), Some(symbol), None) => (Layout::Long, Body::Long { symbol, bar }, date),
            _ => return Err(refusal::unknown_layout(table, request, has)),
        };
        Ok(Self {
            layout,
            date: (name.to_owned(), place),
            other_dates: headings.other_dates(place),
            body,
            headers: vec![table.names().to_vec()],
            passed_over: Vec::new(),
        })
    }

    /// The sheet as one of the requests that it was recognised for would find it: without the columns of symbols that
    /// only another one wants.
    pub fn narrowed(mut self, request: &Request<'_>) -> Self {
        if let Body::Columns(groups) = &mut self.body {
            let others = groups.extract_if(.., |(symbol, _)| !request.wants(symbol));
            self.passed_over.extend(others.map(|(symbol, _)| symbol));
        }
        self
    }

    /// Where the numbers of the file's bars stand, of any symbol.
    pub fn bars(&self) -> impl Iterator<Item = &BarColumns> {
        let (single, many): (Option<&BarColumns>, &[(Symbol, BarColumns)]) = match &self.body {
            Body::Long { bar, .. } | Body::One { bar, .. } => (Some(bar), &[]),
            Body::Columns(groups) => (None, groups),
        };
        single.into_iter().chain(many.iter().map(|(_, bar)| bar))
    }

    /// The column that names the symbol of a row.
    pub fn symbol_column(&self) -> Option<usize> {
        match &self.body {
            Body::Long { symbol, .. } => Some(*symbol),
            Body::One { spelling, .. } => *spelling,
            Body::Columns(_) => None,
        }
    }

    /// The name of the close column, for messages.
    pub fn close_name(&self) -> &str {
        self.bars().next().map_or(Field::Close.name(), |bar| bar.close.0.as_str())
    }

    /// Refuses a file without volumes where they are needed.
    fn check_volume(&self, table: &Table, request: &Request<'_>) -> Result<(), Box<Finding>> {
        let has_volume = |bar: &BarColumns| matches!(bar.further, [.., Some(_)]);
        if request.most(Field::Volume) != Use::Checked || self.bars().any(has_volume) {
            return Ok(());
        }
        let finding = table
            .lacks_names(Code::MissingColumns, &[Field::Volume.name()])
            .expected("a volume beside each close");
        Err(Box::new(match self.layout {
            Layout::Wide => finding.hint(
                "a file with one column per symbol has closes alone: name a file `symbol,as_of,close,volume`",
            ),
            _ => finding.hint("add the volumes, or name their column with `--columns volume=NAME`"),
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
                .map(|(field, name)| (field.name().into(), name.to_owned()))
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
    headings.find(field).map_err(|name| refusal::chosen_is_missing(table, name))
}

/// Whether a name in lower case is known as that of a field, and is not a ticker too.
fn is_plain_name(field: Field, name: &str) -> bool {
    !name.is_empty() && !is_short(name) && field.is_known_as(name)
}
