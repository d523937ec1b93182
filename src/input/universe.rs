//! The universe of a snapshot: a CSV of the symbols that may be held, each with its sector, and where the file has
//! them the days between which the row is valid and a number that ranks it.

use chrono::NaiveDate;

use super::table::{Place, Table, TableCodes, TableError};
use super::{FileKind, InputRecord, cell};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, quoted};
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

/// The codes of a universe that is no table.
const TABLE_CODES: TableCodes = TableCodes {
    missing: Code::UniverseMissing,
    empty: Code::UniverseEmpty,
    broken: Code::UniverseParseFailed,
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
    /// The cells of the ranking columns that the file has, in the order of [`UniverseReading::ranking_columns`].
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

/// A cell of a ranking column. Whether it matters that it can't be read depends on the row's days and on the other
/// rows, so the finding is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum RankCell {
    /// Nothing stands there.
    Blank,
    /// A finite number.
    Number(f64),
    /// Something else stands there.
    Unreadable(Box<Finding>),
}

impl RankCell {
    /// The number, if the cell has one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Blank | Self::Unreadable(_) => None,
        }
    }
}

/// What a universe file says.
#[derive(Debug, Default)]
pub struct UniverseReading {
    /// The rows that have a symbol, in file order.
    pub rows: Vec<UniverseRow>,
    /// The ranking columns that the file has, in the order in which they were asked for.
    pub ranking_columns: Vec<&'static str>,
    /// The file; `None` where it could not be read to its end.
    pub input: Option<InputRecord>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Reads a universe; `ranking_columns` are those that may rank it.
pub fn read(path: &str, ranking_columns: &[&'static str]) -> UniverseReading {
    let table = match Table::open(path) {
        Ok(table) => table,
        Err(error) => return refused(error.finding(path, TABLE_CODES)),
    };
    let columns = match Columns::find(&table, ranking_columns) {
        Ok(columns) => columns,
        Err(finding) => return refused(*finding),
    };
    columns.read(table)
}

fn refused(finding: Finding) -> UniverseReading {
    UniverseReading { findings: vec![finding], ..UniverseReading::default() }
}

/// Where the columns of a universe are.
struct Columns {
    symbol: usize,
    sector: usize,
    start: Option<usize>,
    end: Option<usize>,
    ranks: Vec<(&'static str, usize)>,
}

impl Columns {
    fn find(table: &Table, ranking_columns: &[&'static str]) -> Result<Self, Box<Finding>> {
        let (Some(symbol), Some(sector)) = (table.column(SYMBOL), table.column(SECTOR)) else {
            let missing: Vec<&str> =
                [SYMBOL, SECTOR].into_iter().filter(|name| table.column(name).is_none()).collect();
            return Err(Box::new(
                Finding::new(Code::MissingColumns, format!("no column {}", quoted(&missing)))
                    .file(table.path())
                    .line(table.header_line())
                    .observed(table.names().join(","))
                    .expected(format!("{SYMBOL},{SECTOR}, and optionally {START_DATE},{END_DATE}"))
                    .hint(table.renaming(&missing).unwrap_or_else(|| {
                        "name the columns in the first line; their order and case are free".to_owned()
                    })),
            ));
        };
        let columns = Self {
            symbol,
            sector,
            start: table.column(START_DATE),
            end: table.column(END_DATE),
            ranks: ranking_columns.iter().filter_map(|name| Some((*name, table.column(name)?))).collect(),
        };
        let used = [SYMBOL, SECTOR, START_DATE, END_DATE]
            .into_iter()
            .chain(columns.ranks.iter().map(|(name, _)| *name));
        match table.repeated_among(used) {
            Some(error) => Err(Box::new(error.finding(table.path(), TABLE_CODES))),
            None => Ok(columns),
        }
    }

    fn read(&self, mut table: Table) -> UniverseReading {
        let mut findings = Findings::default();
        let mut rows = Vec::new();
        let mut blanks = BlankSymbols::default();
        loop {
            match table.next_row() {
                Ok(true) => match self.row(&table, &mut findings) {
                    Some(row) => rows.push(row),
                    None if table.bytes(self.symbol).trim_ascii().is_empty() => blanks.add(&table),
                    None => {}
                },
                Ok(false) => break,
                Err(error @ TableError::Unreadable { .. }) => {
                    return refused(error.finding(table.path(), TABLE_CODES));
                }
                Err(error) => findings.push(error.finding(table.path(), TABLE_CODES)),
            }
        }
        if table.rows() == 0 {
            let empty = TableError::Empty.finding(table.path(), TABLE_CODES);
            findings.push(Finding { message: "the file has a header and no rows".to_owned(), ..empty });
        } else if rows.is_empty() && findings.is_empty() {
            let empty = TableError::Empty.finding(table.path(), TABLE_CODES);
            findings.push(Finding { message: "no row of the file has a symbol".to_owned(), ..empty });
        }
        findings.extend(blanks.finding(table.path(), SYMBOL));
        if self.start.is_none() && self.end.is_none() {
            findings.push(undated(table.path()));
        }
        let mut record = InputRecord::new(FileKind::Universe, table.path(), table.sha256());
        record.rows = Some(table.rows());
        UniverseReading {
            rows,
            ranking_columns: self.ranks.iter().map(|(name, _)| *name).collect(),
            input: Some(record),
            findings: findings.into_vec(),
        }
    }

    /// Reads the current row; `None` where it has no symbol, or a cell of it can't be read.
    fn row(&self, table: &Table, findings: &mut Findings) -> Option<UniverseRow> {
        let broken = Code::UniverseParseFailed;
        let mut told = |finding: Box<Finding>| findings.push(*finding);
        let symbol = cell::ticker(broken, table, self.symbol, SYMBOL).map_err(&mut told).ok()??;
        let sector = cell::label(broken, table, self.sector, SECTOR).map_err(&mut told).ok();
        let mut date = |column: Option<usize>, name| match column {
            Some(column) if !table.bytes(column).trim_ascii().is_empty() => {
                cell::read_date(broken, table, column, name).map(Some).map_err(&mut told).ok()
            }
            _ => Some(None),
        };
        let (start, end) = (date(self.start, START_DATE), date(self.end, END_DATE));
        let ranks = self.ranks.iter().map(|(name, column)| {
            match cell::number(Code::UnreadableNumber, table, *column, name) {
                Ok(number) => number.map_or(RankCell::Blank, RankCell::Number),
                Err(finding) => RankCell::Unreadable(Box::new(finding.symbol(&symbol))),
            }
        });
        let ranks = ranks.collect();
        let sector = match sector? {
            "" => UNKNOWN_SECTOR.to_owned(),
            label => visible(label).into_owned(),
        };
        let (symbol_place, sector_place) = (table.place(self.symbol), table.place(self.sector));
        Some(UniverseRow { symbol, sector, start: start?, end: end?, ranks, symbol_place, sector_place })
    }
}

/// Rows that are dropped because their symbol is blank.
#[derive(Default)]
pub(super) struct BlankSymbols {
    rows: usize,
    first: Option<u64>,
}

impl BlankSymbols {
    pub(super) fn add(&mut self, table: &Table) {
        self.rows += 1;
        self.first.get_or_insert(table.line());
    }

    /// One finding for the whole file.
    pub(super) fn finding(&self, path: &str, column: &str) -> Option<Finding> {
        let line = self.first?;
        let verb = if self.rows == 1 { "has" } else { "have" };
        let message = format!("{} {verb} no symbol and {verb} no effect", counted(self.rows, "row"));
        let finding = Finding::new(Code::BlankSymbol, message).file(path).line(line).column(column);
        Some(finding.observed(self.rows).hint("name the symbol, or remove the row"))
    }
}

fn undated(path: &str) -> Finding {
    Finding::new(
        Code::UndatedUniverse,
        format!("the universe has neither `{START_DATE}` nor `{END_DATE}`, so all its rows are assumed to be known on the date"),
    )
    .file(path)
    .hint("for a date in the past use the universe as it was then, or add the two columns")
}
