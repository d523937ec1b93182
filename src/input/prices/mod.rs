//! Daily bars from price files, in whichever layout a file has: the one reader of every command.
//!
//! A command says with a [`Request`] which files, which symbols, which columns and up to which day it reads; it gets a
//! [`Reading`]: one [`History`](crate::market::history::History) a symbol with every bar up to that day, oldest first,
//! one a date, whatever the order of the rows. Rows of symbols that nobody wants are passed over unparsed.
//!
//! ```text
//! decide          symbols of the rule; ranges `Checked` where the rule reads them; last_day = --as-of; reach of the rule
//! build-snapshot  symbols of the snapshot, volume `Checked`; last_day = --as-of, or finds_newest_day; no reach
//! replay          symbols of the rule and the account, open `AsFound`; last_day = --to; no reach
//! share plan      further symbols, read beside those of the rule in one pass: `read_beside`
//! ```
//!
//! The findings are about the files alone: what cannot be read, closes that are not prices, rows that disagree. Whether
//! a history is long or new enough is asked by the checks of a decision.

mod book;
mod cells;
mod clock;
pub(crate) mod columns;
pub(crate) mod dates;
mod file;
mod flags;
mod layout;
mod notes;
mod odd_rows;
mod pass;
mod problems;
mod reader;
mod seams;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub use columns::ColumnNames;
use columns::Field;
pub use dates::DateFormat;
pub use file::PriceFile;
pub(crate) use file::{how_to_name_files, is_data_file};
pub use flags::PriceFlags;
pub use layout::PriceShape;

use super::InputRecord;
use super::table::{SEPARATORS, TableKind};
use crate::finding::{Code, Finding};
use crate::market::history::Market;
use crate::market::needs::Reach;
use crate::strategy::PriceNeeds;
use crate::symbol::Symbol;

/// How a column besides the close is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Not at all.
    #[default]
    Ignored,
    /// Where the file has a valid number; anything else is a missing value.
    AsFound,
    /// A cell that is neither blank nor a valid number is an error.
    Checked,
}

/// Which columns of a symbol are read besides the close.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The opens.
    pub open: Use,
    /// The highs and lows.
    pub range: Use,
    /// The volumes; where they are [`Use::Checked`], a file must have the column, and rows of one date must agree in it.
    pub volume: Use,
}

impl Columns {
    /// How a column is read; the close always is.
    fn of(&self, field: Field) -> Use {
        match field {
            Field::Open => self.open,
            Field::High | Field::Low => self.range,
            Field::Volume => self.volume,
            Field::Symbol | Field::AsOf | Field::Close => Use::Checked,
        }
    }
}

/// What a command reads from price files.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The files, in the order in which they were named.
    pub files: &'a [PriceFile],
    /// `--columns`.
    pub names: ColumnNames,
    /// `--dates`.
    pub dates: &'a DateFormat,
    /// The symbols that are read.
    pub wanted: BTreeMap<Symbol, Columns>,
    /// Further symbols that the command can name before it reads prices: a wide file is known by any of them.
    pub known: BTreeSet<Symbol>,
    /// The last day that counts; rows after it are passed over with their closes unread.
    pub last_day: Option<NaiveDate>,
    /// Whether the newest day of any symbol is looked for.
    pub finds_newest_day: bool,
    /// Whether rows whose symbol is blank are worth a warning.
    pub names_blank_symbols: bool,
    /// How far back the rule looks; `None` for as far as the files go. Before it, a close that is not a price is a warning.
    pub reach: Option<Reach>,
}

impl<'a> Request<'a> {
    /// A request for the closes of nothing yet, up to the newest row.
    pub fn new(flags: &'a PriceFlags) -> Self {
        Self {
            files: &flags.files,
            names: ColumnNames::merge(&flags.columns),
            dates: flags.dates.as_ref().unwrap_or(&DateFormat::Automatic),
            wanted: BTreeMap::new(),
            known: BTreeSet::new(),
            last_day: None,
            finds_newest_day: false,
            names_blank_symbols: false,
            reach: None,
        }
    }

    /// Whether a symbol is read.
    fn wants(&self, symbol: &Symbol) -> bool {
        self.wanted.contains_key(symbol)
    }

    /// The most that a column is read of any symbol.
    fn most(&self, field: Field) -> Use {
        self.wanted.values().map(|columns| columns.of(field)).max().unwrap_or_default()
    }

    /// The request that finds the columns of the symbols of others too.
    fn joined(&self, others: &[&Self]) -> Self {
        let wanted = others.iter().flat_map(|other| other.wanted.clone()).chain(self.wanted.clone());
        Self { wanted: wanted.collect(), ..self.clone() }
    }

    /// The request of a decision: the symbols of the rule, as far back as it looks, up to a day; `known` are the further
    /// symbols that the call can name.
    pub fn for_rule(self, needs: &PriceNeeds, known: BTreeSet<Symbol>, last_day: Option<NaiveDate>) -> Self {
        let columns = |symbol| Columns {
            range: if needs.ranges.contains(symbol) { Use::Checked } else { Use::AsFound },
            volume: Use::AsFound,
            ..Columns::default()
        };
        let symbols = needs.symbols.keys().chain(&needs.checked);
        let wanted = symbols.map(|symbol| (symbol.clone(), columns(symbol))).collect();
        let finds_newest_day = last_day.is_none();
        Self { wanted, known, last_day, finds_newest_day, reach: Some(needs.reach), ..self }
    }
}

/// What price files hold.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The histories of the symbols that have any bar up to the last day: every bar, whatever the reach.
    pub market: Market,
    /// The newest day up to the last one on which any symbol has a close; `None` where it was not asked for.
    pub newest_day: Option<NaiveDate>,
    /// The newest row with a date of a wanted symbol, those after the last day counted.
    pub newest_row: Option<NaiveDate>,
    /// Of wanted symbols without a bar, how the files spell a symbol that looks like it.
    pub lookalikes: BTreeMap<Symbol, String>,
    /// The symbols that have a cell in reach which is not a valid price.
    pub with_bad_cells: BTreeSet<Symbol>,
    /// The files, in the order in which they were named.
    pub inputs: Vec<InputRecord>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// Reads price files.
pub fn read(request: &Request<'_>) -> Reading {
    let [reading] = reader::read([request]);
    reading
}

/// Reads price files once for two requests that differ in their symbols: the first reading is what [`read`] gives, and
/// the second one has the bars of further symbols and what is wrong with their rows.
pub fn read_beside(request: &Request<'_>, further: &Request<'_>) -> (Reading, Reading) {
    let [reading, beside] = reader::read([request, further]);
    (reading, beside)
}

/// What a price file is as a table.
const KIND: TableKind = TableKind {
    missing: Code::PricesMissing,
    empty: Code::PricesEmpty,
    broken: Code::PricesParseFailed,
    separators: SEPARATORS,
};

#[cfg(test)]
mod tests;
