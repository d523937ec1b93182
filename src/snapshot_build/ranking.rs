//! From the rows of a universe to the names of a snapshot: the rows that are active on its date, one a symbol, and
//! where the profile ranks them the first of the ranking.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::input::universe::{RankCell, SECTOR, SYMBOL, Universe, UniverseRow};
use crate::symbol::Symbol;

/// The column of ranks: the smallest is the first.
const RANK: &str = "mega_rank";

/// The columns that may rank a universe: ranks, and else the first weight that the file has.
pub const RANKING_COLUMNS: [&str; 5] =
    [RANK, "source_weight", "weight", "source_market_value", "market_value"];

/// Share classes of one issuer, of which a ranking by weight takes the first.
const ISSUERS: [&[&str]; 4] =
    [&["GOOG", "GOOGL"], &["BRK.A", "BRK.B", "BRK-B", "BRKB"], &["FOX", "FOXA"], &["NWS", "NWSA"]];

/// The rows of a universe, and what is wrong with them.
type Chosen<'u> = (Vec<&'u UniverseRow>, Vec<Finding>);

/// Chooses the rows that are active on a day, in the order of the ranking, or of the file, with what is wrong with those
/// that are active; `size` is how many a ranking keeps, `None` if the profile takes all.
pub fn choose<'u>(universe: &'u Universe, path: &str, day: NaiveDate, size: Option<usize>) -> Chosen<'u> {
    let active: Vec<&UniverseRow> = universe.rows.iter().filter(|row| row.is_active_on(day)).collect();
    if active.is_empty() {
        // That there is no row at all is a finding of the reader.
        let found = (!universe.rows.is_empty()).then(|| none_active(universe, path, day));
        return (Vec::new(), Vec::from_iter(found));
    }
    let column = size.and_then(|_| column_in_use(universe, &active));
    let mut findings = column.map_or_else(Vec::new, |column| unreadable(&active, column));
    let (rows, repeats) = one_a_symbol(active, column, path);
    findings.extend(repeats);
    let (rows, found) = match (size, column) {
        (None, _) => (rows, Vec::new()),
        (Some(size), None) => unranked(rows, size, path),
        (Some(size), Some(column)) => ranked(rows, column, size, path),
    };
    findings.extend(found);
    (rows, findings)
}

/// The column that ranks the active rows, and its place among the cells.
#[derive(Clone, Copy)]
struct RankingColumn {
    name: &'static str,
    place: usize,
}

impl RankingColumn {
    fn cell(self, row: &UniverseRow) -> &RankCell {
        row.ranks.get(self.place).unwrap_or(&Ok(None))
    }

    fn number(self, row: &UniverseRow) -> Option<f64> {
        self.cell(row).as_ref().ok().copied().flatten()
    }

    fn holds_ranks(self) -> bool {
        self.name == RANK
    }
}

/// The ranks if any active row has one, else the first weight that the file has if any active row has a number there.
/// A cell that can't be read counts as a number that is meant.
fn column_in_use(universe: &Universe, active: &[&UniverseRow]) -> Option<RankingColumn> {
    let columns =
        universe.ranking_columns.iter().enumerate().map(|(place, name)| RankingColumn { name, place });
    let is_used = |column: &RankingColumn| active.iter().any(|row| *column.cell(row) != Ok(None));
    let (ranks, weights): (Vec<_>, Vec<_>) = columns.partition(|column| column.holds_ranks());
    ranks.into_iter().find(is_used).or_else(|| weights.into_iter().next().filter(is_used))
}

fn unreadable(active: &[&UniverseRow], column: RankingColumn) -> Vec<Finding> {
    let refused = active.iter().filter_map(|row| column.cell(row).as_ref().err());
    refused.map(|finding| (**finding).clone()).collect()
}

fn none_active(universe: &Universe, path: &str, day: NaiveDate) -> Finding {
    let starts = universe.rows.iter().filter_map(|row| row.start);
    let ends = universe.rows.iter().filter_map(|row| row.end);
    let span = |date: Option<NaiveDate>| date.map_or_else(|| "any day".to_owned(), |date| date.to_string());
    Finding::new(Code::UniverseNoActiveRows, format!("no row of the universe is active on {day}"))
        .file(path)
        .observed(format!("rows from {} to {}", span(starts.min()), span(ends.max())))
        .expected(format!("`start_date` <= {day} <= `end_date` in at least one row"))
        .hint("use the universe of that date, or name another date with `--as-of`")
}

/// Rows of one symbol that agree count once, at the place of the last; those that disagree are errors.
fn one_a_symbol<'u>(active: Vec<&'u UniverseRow>, column: Option<RankingColumn>, path: &str) -> Chosen<'u> {
    let value = |row: &UniverseRow| column.and_then(|column| column.number(row));
    let mut last: HashMap<&Symbol, usize> = HashMap::new();
    let mut findings = Vec::new();
    let mut repeats: Vec<&UniverseRow> = Vec::new();
    for (place, row) in active.iter().enumerate() {
        let Some(before) = last.insert(&row.symbol, place).and_then(|before| active.get(before)) else {
            continue;
        };
        if before.sector == row.sector && value(before) == value(row) {
            repeats.push(row);
        } else {
            findings.push(disagreeing(before, row, column, path));
        }
    }
    if let Some(first) = repeats.first() {
        findings.push(repeated(first, repeats.len(), path));
    }
    let rows = active.iter().enumerate().filter(|(place, row)| last.get(&row.symbol) == Some(place));
    let rows = rows.map(|(_, row)| *row).collect();
    (rows, findings)
}

fn disagreeing(
    before: &UniverseRow,
    row: &UniverseRow,
    column: Option<RankingColumn>,
    path: &str,
) -> Finding {
    let line = before.symbol_place.line;
    let finding = Finding::new(
        Code::DuplicateSymbol,
        format!("`{}` has another active row on line {line}, and the two disagree", row.symbol),
    )
    .file(path)
    .line(row.symbol_place.line)
    .symbol(&row.symbol)
    .hint("keep the row that is right, or give the rows days that do not overlap");
    match column.filter(|_| before.sector == row.sector) {
        None => finding
            .character(row.sector_place.character)
            .column(SECTOR)
            .observed(&row.sector)
            .expected(&before.sector),
        Some(column) => {
            let text =
                |row| column.number(row).map_or_else(|| "a blank cell".to_owned(), |value| value.to_string());
            finding.column(column.name).observed(text(row)).expected(text(before))
        }
    }
}

fn repeated(first: &UniverseRow, count: usize, path: &str) -> Finding {
    let message = format!("{} of the universe repeat an earlier active row", counted(count, "row"));
    Finding::new(Code::DuplicateSymbol, message)
        .severity(Severity::Warning)
        .file(path)
        .at(first.symbol_place)
        .column(SYMBOL)
        .symbol(&first.symbol)
        .observed(count)
        .hint("keep one row per symbol")
}

/// All rows in file order where there are places for all of them.
fn unranked<'u>(rows: Vec<&'u UniverseRow>, size: usize, path: &str) -> Chosen<'u> {
    if rows.len() <= size {
        return (rows, Vec::new());
    }
    let finding = Finding::new(
        Code::UniverseUnranked,
        format!(
            "the universe has {} on the date for {}, and no column that ranks them",
            counted(rows.len(), "active symbol"),
            counted(size, "place")
        ),
    )
    .file(path)
    .observed(rows.len())
    .expected(format!("at most {size}, or numbers in one of {}", RANKING_COLUMNS.join(", ")))
    .hint("add a column of ranks or weights, or raise `--universe-size`");
    (Vec::new(), vec![finding])
}

/// The first rows by rank, or by weight with one share class an issuer.
fn ranked<'u>(rows: Vec<&'u UniverseRow>, column: RankingColumn, size: usize, path: &str) -> Chosen<'u> {
    let all = rows.len();
    let mut valued: Vec<(f64, &UniverseRow)> =
        rows.into_iter().filter_map(|row| Some((column.number(row)?, row))).collect();
    valued.sort_by(|(left, left_row), (right, right_row)| {
        // Adding zero folds -0.0 into 0.0, which `total_cmp` would part.
        let by_value = (left + 0.0).total_cmp(&(right + 0.0));
        let by_value = if column.holds_ranks() { by_value } else { by_value.reverse() };
        by_value.then_with(|| left_row.symbol.cmp(&right_row.symbol))
    });
    let mut findings = Vec::from_iter(without_value(all - valued.len(), column, path));
    let mut rows: Vec<&UniverseRow> = valued.iter().map(|(_, row)| *row).collect();
    if column.holds_ranks() {
        findings.extend(equal_ranks(&valued, path));
    } else {
        let mut issuers = HashSet::new();
        rows.retain(|row| issuers.insert(issuer(&row.symbol)));
    }
    rows.truncate(size);
    (rows, findings)
}

/// The issuer of a share: its first share class stands for it.
fn issuer(symbol: &Symbol) -> &str {
    let classes = ISSUERS.iter().find(|classes| classes.contains(&symbol.as_str()));
    classes.and_then(|classes| classes.first()).copied().unwrap_or_else(|| symbol.as_str())
}

fn without_value(count: usize, column: RankingColumn, path: &str) -> Option<Finding> {
    (count > 0).then(|| {
        let verb = if count == 1 { "has" } else { "have" };
        let message = format!(
            "{} {verb} no `{}` and {verb} no place in the ranking",
            counted(count, "active symbol"),
            column.name
        );
        Finding::new(Code::MissingValues, message).file(path).column(column.name).observed(count)
    })
}

/// Two symbols of one rank are ordered by name, which the file may not have meant.
fn equal_ranks(valued: &[(f64, &UniverseRow)], path: &str) -> Option<Finding> {
    let mut by_rank: BTreeMap<u64, Vec<&UniverseRow>> = BTreeMap::new();
    for (rank, row) in valued {
        by_rank.entry((rank + 0.0).to_bits()).or_default().push(row);
    }
    let shared: Vec<&Vec<&UniverseRow>> = by_rank.values().filter(|rows| rows.len() > 1).collect();
    let first = shared.iter().min_by_key(|rows| rows.iter().map(|row| row.symbol_place.line).max())?;
    let [one, other, ..] = first.as_slice() else { return None };
    Some(
        Finding::new(
            Code::DuplicateRank,
            format!(
                "{} of `{RANK}` stand in several rows, such as those of `{}` and `{}`",
                counted(shared.len(), "value"),
                one.symbol,
                other.symbol
            ),
        )
        .file(path)
        .line(one.symbol_place.line.max(other.symbol_place.line))
        .column(RANK)
        .symbol(&other.symbol)
        .observed(shared.len())
        .expected("a rank of its own for each symbol")
        .hint("rank the symbols from 1 on, none twice; equal ranks are ordered by symbol"),
    )
}
