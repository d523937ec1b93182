//! The universe of a snapshot: a CSV of the symbols that may be held, each with its sector, and where the file has
//! them the days between which the row is valid and a number that ranks it.

use chrono::NaiveDate;

use super::counted::Counted;
use super::table::{COMMA, Column, NAME_COLUMNS, Table, TableKind};
use super::{FileKind, Read, Reading, cell};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, Place};
use crate::symbol::Symbol;
use crate::visible::visible;

/// The column of the symbols.
pub const SYMBOL: &str = "symbol";

/// The column of the sectors.
pub const SECTOR: &str = "sector";

/// The columns of the first and the last day on which a row is valid, both included.
pub const START_DATE: &str = "start_date";
/// See [`START_DATE`].
pub const END_DATE: &str = "end_date";

/// The sector of a row that names none.
const UNKNOWN_SECTOR: &str = "unknown";

const KIND: TableKind = TableKind {
    missing: Code::UniverseMissing,
    empty: Code::UniverseEmpty,
    broken: Code::UniverseParseFailed,
    separators: COMMA,
};

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct UniverseRow {
    /// The symbol.
    pub symbol: Symbol,
    /// The sector; `unknown` where the cell is blank.
    pub sector: String,
    /// The first day on which the row is valid; `None` if it is not limited.
    pub start: Option<NaiveDate>,
    /// The last day on which the row is valid; `None` if it is not limited.
    pub end: Option<NaiveDate>,
    /// The cells of the ranking columns that the file has, in the order of [`Universe::ranking_columns`].
    pub ranks: Vec<RankCell>,
    /// Where the symbol stands.
    pub symbol_place: Place,
    /// Where the sector stands.
    pub sector_place: Place,
}

impl UniverseRow {
    /// Whether the row is valid on a day.
    pub fn is_active_on(&self, day: NaiveDate) -> bool {
        self.start.is_none_or(|start| start <= day) && self.end.is_none_or(|end| day <= end)
    }
}

/// A cell of a ranking column: a number, blank, or why it can't be read. Whether that matters depends on the row's days and
/// on the other rows.
pub type RankCell = Result<Option<f64>, Box<Finding>>;

/// What a universe file says.
#[derive(Debug, Default)]
pub struct Universe {
    /// The rows that have a symbol, in file order.
    pub rows: Vec<UniverseRow>,
    /// The ranking columns that the file has, in the order in which they were asked for.
    pub ranking_columns: Vec<&'static str>,
}

/// Reads a universe; `ranking_columns` are those that may rank it.
///
/// # Errors
/// When it is not a table, or lacks a column.
pub fn read(path: &str, ranking_columns: &[&'static str]) -> Read<Universe> {
    let mut table = Table::open(path, KIND)?;
    let columns = Columns::find(&table, ranking_columns)?;
    let (mut rows, mut findings, mut blanks) = (Vec::new(), Findings::default(), BlankSymbols::default());
    while table.next_readable_row(&mut findings)? {
        match columns.row(&table, &mut findings) {
            Some(row) => rows.push(row),
            None if table.is_blank(columns.symbol.place) => blanks.add(table.line()),
            None => {}
        }
    }
    if table.rows() == 0 || rows.is_empty() && findings.is_empty() {
        findings.push(table.no_rows("no row of the file has a symbol"));
    }
    findings.extend(blank_symbols(&blanks, path, SYMBOL));
    if columns.start.is_none() && columns.end.is_none() {
        findings.push(undated(path));
    }
    let ranking_columns = columns.ranks.iter().map(|column| column.name).collect();
    let input = Some(table.record(FileKind::Universe));
    Ok(Reading { value: Universe { rows, ranking_columns }, input, findings: findings.into_vec() })
}

/// Where the columns of a universe are.
struct Columns {
    symbol: Column<'static>,
    sector: Column<'static>,
    start: Option<Column<'static>>,
    end: Option<Column<'static>>,
    ranks: Vec<Column<'static>>,
}

impl Columns {
    fn find(table: &Table, ranking_columns: &[&'static str]) -> Result<Self, Box<Finding>> {
        let names = [SYMBOL, SECTOR, START_DATE, END_DATE];
        let [Some(symbol), Some(sector), start, end] = names.map(|name| table.find(&[name])) else {
            return Err(Box::new(
                table
                    .lacks(Code::MissingColumns, &[&[SYMBOL], &[SECTOR]])
                    .expected(format!("{SYMBOL},{SECTOR}, and optionally {START_DATE},{END_DATE}"))
                    .or_hint(NAME_COLUMNS),
            ));
        };
        let ranks: Vec<_> = ranking_columns.iter().filter_map(|name| table.find(&[name])).collect();
        table.refuse_repeated(names.into_iter().chain(ranks.iter().map(|column| column.name)))?;
        Ok(Self { symbol, sector, start, end, ranks })
    }

    /// Reads the current row; `None` where it has no symbol, or a cell of it can't be read.
    fn row(&self, table: &Table, findings: &mut Findings) -> Option<UniverseRow> {
        let mut told = |finding: Box<Finding>| findings.push(*finding);
        let symbol = cell::ticker(table, self.symbol).map_err(&mut told).ok()??;
        let sector = cell::label(table, self.sector).map_err(&mut told).ok();
        let mut date = |column: Option<Column<'_>>| match column {
            Some(column) if !table.is_blank(column.place) => {
                cell::read_date(KIND.broken, table, column).map(Some).map_err(&mut told).ok()
            }
            _ => Some(None),
        };
        let (start, end) = (date(self.start), date(self.end));
        let rank = |column: &Column<'_>| {
            cell::number(table, *column).map_err(|finding| Box::new(finding.symbol(&symbol)))
        };
        let ranks = self.ranks.iter().map(rank).collect();
        let sector = match sector? {
            "" => UNKNOWN_SECTOR.to_owned(),
            label => visible(label).into_owned(),
        };
        let (symbol_place, sector_place) = (table.place(self.symbol.place), table.place(self.sector.place));
        Some(UniverseRow { symbol, sector, start: start?, end: end?, ranks, symbol_place, sector_place })
    }
}

/// The lines of the rows that are dropped because their symbol is blank.
pub(super) type BlankSymbols = Counted<u64>;

/// The one finding about them.
pub(super) fn blank_symbols(blanks: &BlankSymbols, path: &str, column: &str) -> Option<Finding> {
    let verb = if blanks.count() == 1 { "has" } else { "have" };
    let message = format!("{} {verb} no symbol and {verb} no effect", counted(blanks.count(), "row"));
    let finding = Finding::new(Code::BlankSymbol, message).file(path).line(*blanks.first()?).column(column);
    Some(finding.observed(blanks.count()).hint("name the symbol, or remove the row"))
}

fn undated(path: &str) -> Finding {
    Finding::new(
        Code::UndatedUniverse,
        format!("the universe has neither `{START_DATE}` nor `{END_DATE}`, so all its rows are assumed to be known on the date"),
    )
    .file(path)
    .hint("for a date in the past use the universe as it was then, or add the two columns")
}
