//! The bars of one symbol as they are read, and the history that they make: sorted once, one bar a date.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::clock::Times;
use super::columns::Field;
use super::seams::Stretches;
use super::{Columns, PriceFile, Use};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, Severity};
use crate::market::history::{Bar, History};
use crate::symbol::Symbol;

/// Two numbers of one symbol and date that differ by no more than this share of the larger one are one number: two
/// downloads of one history differ in the seventh digit.
pub(super) const SAME_SHARE: f64 = 1e-6;

/// From so many dates with rows that disagree on, and with several times of day, the rows look like bars of hours or
/// minutes.
const FEWEST_INTRADAY_DATES: usize = 5;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowPlace {
    pub file: usize,
    pub line: u64,
}

/// The bars of one symbol so far, in the order of the rows.
#[derive(Debug)]
pub(super) struct Book {
    pub symbol: Symbol,
    pub columns: Columns,
    bars: History,
    lines: Vec<u32>,
    /// The files, each with the place of its first bar.
    files: Stretches,
    /// The times of day of the rows that have one.
    pub times: Times,
    is_ascending: bool,
    /// The newest row without a close.
    newest_blank: Option<(NaiveDate, RowPlace)>,
}

/// What the bars of all symbols say about the files.
#[derive(Default)]
pub(super) struct Disagreements {
    /// Of each file, how many rows repeat an earlier one, and the line of the first.
    repeats: BTreeMap<usize, (u64, u64)>,
    conflicts: BTreeMap<usize, Conflicts>,
}

/// The rows of one file that disagree with earlier ones.
#[derive(Default)]
struct Conflicts {
    /// The finding about the first row by line.
    first: Option<(RowPlace, Finding)>,
    rows: usize,
    dates: usize,
    symbols: BTreeSet<Symbol>,
}

impl Book {
    pub(super) fn new(symbol: Symbol, columns: Columns) -> Self {
        Self {
            symbol,
            columns,
            bars: History::default(),
            lines: Vec::new(),
            files: Vec::new(),
            times: Times::default(),
            is_ascending: true,
            newest_blank: None,
        }
    }

    /// Adds the bar of a row.
    pub(super) fn add(&mut self, bar: Bar, place: RowPlace) {
        if self.files.last().is_none_or(|(file, _)| *file != place.file) {
            self.files.push((place.file, self.bars.len()));
        }
        self.is_ascending = self.is_ascending && self.bars.newest_date().is_none_or(|last| last < bar.date);
        self.bars.push(bar);
        self.lines.push(u32::try_from(place.line).unwrap_or(u32::MAX));
    }

    /// Notes a row without a close.
    pub(super) fn add_blank(&mut self, date: NaiveDate, place: RowPlace) {
        self.newest_blank = self.newest_blank.max(Some((date, place)));
    }

    /// The history of the symbol: one bar a date, oldest first; and where its bars come from.
    pub(super) fn into_history(
        mut self,
        files: &[PriceFile],
        found: &mut Disagreements,
        findings: &mut Findings,
    ) -> (Symbol, History, Stretches) {
        if !self.is_ascending {
            self.sort(files, found);
        }
        self.bars.dates.shrink_to_fit();
        self.bars.closes.shrink_to_fit();
        if let (Some(newest), Some(blank)) = (self.bars.newest_date(), self.newest_blank) {
            findings.extend(newest_close_is_blank(&self.symbol, newest, blank, files));
        }
        (self.symbol, self.bars, self.files)
    }

    /// Sorts the bars by date and keeps one a date.
    fn sort(&mut self, files: &[PriceFile], found: &mut Disagreements) {
        let date_of = |at: &usize| self.bars.dates.get(*at);
        let mut order: Vec<usize> = (0..self.bars.len()).collect();
        // Rows of one date stay in the order of the files and lines.
        order.sort_by_key(date_of);
        let mut kept = Book::new(self.symbol.clone(), self.columns);
        for group in order.chunk_by(|one, other| date_of(one) == date_of(other)) {
            let Some((bar, place)) = self.merge(group, files, found) else { continue };
            kept.add(bar, place);
        }
        kept.newest_blank = self.newest_blank;
        *self = kept;
    }

    /// The one bar that the rows of a date make, and where the first of them stands: of numbers that agree the smaller one,
    /// whatever the order of the rows.
    fn merge(
        &self,
        group: &[usize],
        files: &[PriceFile],
        found: &mut Disagreements,
    ) -> Option<(Bar, RowPlace)> {
        let mut rows = group.iter().filter_map(|at| self.row(*at));
        let (first, first_place) = rows.next()?;
        let smallest = rows.clone().fold(first, |smallest, (bar, _)| smaller(smallest, bar));
        let mut has_conflict = false;
        for (bar, place) in rows {
            // A row may agree with the first one, and not with one that lies on its other side.
            let differs = disagrees(&first, &bar, self.columns);
            let Some(difference) = differs.or_else(|| disagrees(&smallest, &bar, self.columns)) else {
                found.add_repeat(place);
                continue;
            };
            let conflicts = found.conflicts.entry(place.file).or_default();
            conflicts.rows += 1;
            conflicts.dates += usize::from(!has_conflict);
            has_conflict = true;
            if conflicts.first.as_ref().is_none_or(|(first, _)| place < *first) {
                let finding = conflict(&self.symbol, bar.date, (first_place, place), difference, files);
                conflicts.first = Some((place, finding));
            }
            if !conflicts.symbols.contains(&self.symbol) {
                conflicts.symbols.insert(self.symbol.clone());
            }
        }
        Some((smallest, first_place))
    }

    fn row(&self, at: usize) -> Option<(Bar, RowPlace)> {
        let of = |column: &[Option<f64>]| column.get(at).copied().flatten();
        let History { dates, closes, opens, highs, lows, volumes } = &self.bars;
        let bar = Bar {
            date: *dates.get(at)?,
            close: *closes.get(at)?,
            open: of(opens),
            high: of(highs),
            low: of(lows),
            volume: of(volumes),
        };
        let file = self.files.iter().rev().find(|(_, first)| *first <= at)?.0;
        Some((bar, RowPlace { file, line: u64::from(*self.lines.get(at)?) }))
    }
}

/// The smaller number of each column.
fn smaller(one: Bar, other: Bar) -> Bar {
    let least = |one: Option<f64>, other: Option<f64>| one.into_iter().chain(other).reduce(f64::min);
    Bar {
        date: one.date,
        close: one.close.min(other.close),
        open: least(one.open, other.open),
        high: least(one.high, other.high),
        low: least(one.low, other.low),
        volume: least(one.volume, other.volume),
    }
}

/// A column in which two rows of one date disagree, and what they say.
struct Difference {
    field: Field,
    expected: Option<f64>,
    observed: Option<f64>,
}

/// The first column in which two rows disagree, of those that are more than passed on.
fn disagrees(one: &Bar, other: &Bar, columns: Columns) -> Option<Difference> {
    let pairs = [
        (Field::Close, Some(one.close), Some(other.close), SAME_SHARE),
        (Field::Open, one.open, other.open, SAME_SHARE),
        (Field::High, one.high, other.high, SAME_SHARE),
        (Field::Low, one.low, other.low, SAME_SHARE),
        (Field::Volume, one.volume, other.volume, 0.0),
    ];
    pairs.into_iter().find_map(|(field, expected, observed, share)| {
        let are_one = match (expected, observed) {
            (Some(one), Some(other)) => are_near(one, other, share),
            (one, other) => one.is_none() && other.is_none(),
        };
        let is_checked = columns.of(field) == Use::Checked;
        (is_checked && !are_one).then_some(Difference { field, expected, observed })
    })
}

/// Whether two numbers differ by no more than a share of the larger one.
pub(super) fn are_near(one: f64, other: f64, share: f64) -> bool {
    (one - other).abs() <= share * one.abs().max(other.abs())
}

/// The finding that a row disagrees with the first one of its date.
fn conflict(
    symbol: &Symbol,
    date: NaiveDate,
    (first, place): (RowPlace, RowPlace),
    Difference { field, expected, observed }: Difference,
    files: &[PriceFile],
) -> Finding {
    let written = |number: Option<f64>| number.map_or("blank".to_owned(), |number| number.to_string());
    let (line, path) = (first.line, path_of(files, first.file));
    Finding::new(
        Code::ConflictingBar,
        format!("`{symbol}` has two bars on {date}; the other one is line {line} of {path}"),
    )
    .file(path_of(files, place.file))
    .line(place.line)
    .column(field.name())
    .symbol(symbol)
    .observed(written(observed))
    .expected(written(expected))
    .hint("keep the row that is right")
}

impl Conflicts {
    /// The one finding of a file: its first row, and how many more there are.
    fn finding(self, path: &str, has_times: bool) -> Option<Finding> {
        let Self { first, rows, dates, symbols } = self;
        let (_, mut finding) = first?;
        if dates >= FEWEST_INTRADAY_DATES && has_times {
            finding = intraday(path, dates, rows);
        } else if rows > 1 {
            let verb = if rows == 2 { "disagrees" } else { "disagree" };
            finding.message += &format!("; {} {verb}", counted(rows - 1, "more row"));
        }
        Some(finding.bars(symbols, None))
    }
}

impl Disagreements {
    fn add_repeat(&mut self, place: RowPlace) {
        let (count, line) = self.repeats.entry(place.file).or_insert((0, place.line));
        *count += 1;
        *line = place.line.min(*line);
    }

    /// The findings: one a file for conflicts, and one for repeats.
    pub(super) fn findings(
        self,
        files: &[PriceFile],
        has_times: impl Fn(usize) -> bool,
        findings: &mut Findings,
    ) {
        for (file, conflicts) in self.conflicts {
            findings.extend(conflicts.finding(path_of(files, file), has_times(file)));
        }
        for (file, (count, line)) in self.repeats {
            let verb = if count == 1 { "repeats" } else { "repeat" };
            findings.push(
                Finding::new(
                    Code::ConflictingBar,
                    format!("{} of used symbols {verb} an earlier row", counted(count, "row")),
                )
                .severity(Severity::Warning)
                .file(path_of(files, file))
                .line(line)
                .observed(count)
                .hint("remove the repeated rows"),
            );
        }
    }
}

fn intraday(path: &str, dates: usize, rows: usize) -> Finding {
    // The first row of each date is not among those that disagree.
    let a_day = (rows + dates).div_ceil(dates.max(1));
    Finding::new(Code::ConflictingBar, format!("about {a_day} bars a day: this looks intraday"))
        .file(path)
        .observed(counted(rows, "row"))
        .expected("one bar a day")
        .hint("export daily bars; the newest row of a day is not always its close")
}

pub(super) fn path_of(files: &[PriceFile], file: usize) -> &str {
    files.get(file).map_or("", |file| file.path.as_str())
}

/// Finds that the newest row of a symbol has no close, so that an older one is taken for the newest.
fn newest_close_is_blank(
    symbol: &Symbol,
    newest: NaiveDate,
    (date, place): (NaiveDate, RowPlace),
    files: &[PriceFile],
) -> Option<Finding> {
    (date > newest).then(|| {
        Finding::new(
            Code::StalePrice,
            format!("`{symbol}` has no close on {date}; its newest close is of {newest}"),
        )
        .severity(Severity::Warning)
        .file(path_of(files, place.file))
        .line(place.line)
        .column("close")
        .symbol(symbol)
        .expected("a close")
        .hint("write the close once it is known, and decide again")
    })
}
