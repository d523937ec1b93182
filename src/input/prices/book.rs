//! The bars of one symbol as they are read, and the history that they make: sorted once, one bar a date.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::clock::Times;
use super::seams::Stretches;
use super::{Columns, PriceFile, Use};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, Severity};
use crate::market::history::History;
use crate::symbol::Symbol;

/// Two numbers of one symbol and date that differ by no more than this share of the larger one are one number: two
/// downloads of one history differ in the seventh digit.
const SAME_SHARE: f64 = 1e-6;

/// From so many dates with rows that disagree on, and with several times of day, the rows look like bars of hours or
/// minutes.
const FEWEST_INTRADAY_DATES: usize = 5;

/// The numbers of a row; `NaN` where a column is not read or has no value.
#[derive(Clone, Copy, Debug)]
pub(super) struct BarRow {
    pub close: f64,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub volume: f64,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowPlace {
    pub file: usize,
    pub line: u64,
}

/// The bars of one symbol so far, as columns in the order of the rows.
#[derive(Debug)]
pub(super) struct Book {
    pub symbol: Symbol,
    pub columns: Columns,
    dates: Vec<NaiveDate>,
    closes: Vec<f64>,
    opens: Vec<f64>,
    highs: Vec<f64>,
    lows: Vec<f64>,
    volumes: Vec<f64>,
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
    repeats: BTreeMap<usize, (u64, u64)>,
    /// Of each file, the first conflict by line, how many rows there are, and the symbols of all.
    conflicts: BTreeMap<usize, Conflicts>,
    /// Of each file, the dates on which rows of it disagree with an earlier one.
    conflicting_dates: BTreeMap<usize, usize>,
}

impl Book {
    pub(super) fn new(symbol: Symbol, columns: Columns) -> Self {
        Self {
            symbol,
            columns,
            dates: Vec::new(),
            closes: Vec::new(),
            opens: Vec::new(),
            highs: Vec::new(),
            lows: Vec::new(),
            volumes: Vec::new(),
            lines: Vec::new(),
            files: Vec::new(),
            times: Times::default(),
            is_ascending: true,
            newest_blank: None,
        }
    }

    /// Adds the bar of a row.
    pub(super) fn add(&mut self, date: NaiveDate, bar: BarRow, place: RowPlace) {
        if self.files.last().is_none_or(|(file, _)| *file != place.file) {
            self.files.push((place.file, self.dates.len()));
        }
        self.is_ascending = self.is_ascending && self.dates.last().is_none_or(|last| *last < date);
        self.dates.push(date);
        self.closes.push(bar.close);
        if self.columns.open != Use::Ignored {
            self.opens.push(bar.open);
        }
        if self.columns.range != Use::Ignored {
            self.highs.push(bar.high);
            self.lows.push(bar.low);
        }
        if self.columns.volume != Use::Ignored {
            self.volumes.push(bar.volume);
        }
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
            self.sort(found);
        }
        self.dates.shrink_to_fit();
        self.closes.shrink_to_fit();
        let history = History {
            dates: self.dates,
            closes: self.closes,
            opens: optional(self.opens),
            highs: optional(self.highs),
            lows: optional(self.lows),
            volumes: optional(self.volumes),
        };
        if let (Some(newest), Some(blank)) = (history.newest_date(), self.newest_blank) {
            findings.extend(newest_close_is_blank(&self.symbol, newest, blank, files));
        }
        (self.symbol, history, self.files)
    }

    /// Sorts the bars by date and keeps one a date.
    fn sort(&mut self, found: &mut Disagreements) {
        let mut order: Vec<usize> = (0..self.dates.len()).collect();
        // Rows of one date stay in the order of the files and lines.
        order.sort_by_key(|at| self.dates.get(*at));
        let mut kept = Book::new(self.symbol.clone(), self.columns);
        for group in order.chunk_by(|one, other| self.dates.get(*one) == self.dates.get(*other)) {
            let Some((date, bar, place)) = group.first().and_then(|at| self.row(*at)) else { continue };
            let bar = if group.len() == 1 { bar } else { self.merge(group, found).unwrap_or(bar) };
            kept.add(date, bar, place);
        }
        kept.newest_blank = self.newest_blank;
        *self = kept;
    }

    /// The one bar that the rows of a date make: of numbers that agree the smaller one, whatever the order of the rows.
    fn merge(&self, group: &[usize], found: &mut Disagreements) -> Option<BarRow> {
        let rows: Vec<_> = group.iter().filter_map(|at| self.row(*at)).collect();
        let ((_, first, first_place), others) = rows.split_first()?;
        let smallest = rows.iter().map(|(_, bar, _)| *bar).reduce(|one, other| one.smaller(other))?;
        let mut has_conflict = false;
        for (date, bar, place) in others {
            // A row may agree with the first one, and not with one that lies on its other side.
            let differs =
                first.disagrees(bar, self.columns).or_else(|| smallest.disagrees(bar, self.columns));
            match differs {
                None => found.add_repeat(*place),
                Some(difference) => {
                    let conflict = Conflict {
                        symbol: self.symbol.clone(),
                        date: *date,
                        first: *first_place,
                        place: *place,
                    };
                    found.add_conflict(&conflict, difference, !has_conflict);
                    has_conflict = true;
                }
            }
        }
        Some(smallest)
    }

    fn row(&self, at: usize) -> Option<(NaiveDate, BarRow, RowPlace)> {
        let of = |column: &[f64]| column.get(at).copied().unwrap_or(f64::NAN);
        let bar = BarRow {
            close: of(&self.closes),
            open: of(&self.opens),
            high: of(&self.highs),
            low: of(&self.lows),
            volume: of(&self.volumes),
        };
        let file = self.files.iter().rev().find(|(_, first)| *first <= at)?.0;
        Some((*self.dates.get(at)?, bar, RowPlace { file, line: u64::from(*self.lines.get(at)?) }))
    }
}

/// The rows of one file that disagree with earlier ones.
struct Conflicts {
    first: (Conflict, Difference),
    rows: usize,
    symbols: BTreeSet<Symbol>,
}

/// A column in which two rows of one date disagree, and what they say.
#[derive(Clone, Copy)]
struct Difference {
    column: &'static str,
    observed: f64,
    expected: f64,
}

impl BarRow {
    fn smaller(self, other: Self) -> Self {
        // `f64::min` passes over a NaN.
        Self {
            close: self.close.min(other.close),
            open: self.open.min(other.open),
            high: self.high.min(other.high),
            low: self.low.min(other.low),
            volume: self.volume.min(other.volume),
        }
    }

    /// The first column in which two rows disagree, of those that are more than passed on.
    fn disagrees(&self, other: &Self, columns: Columns) -> Option<Difference> {
        let pairs = [
            ("close", Use::Checked, self.close, other.close, SAME_SHARE),
            ("open", columns.open, self.open, other.open, SAME_SHARE),
            ("high", columns.range, self.high, other.high, SAME_SHARE),
            ("low", columns.range, self.low, other.low, SAME_SHARE),
            ("volume", columns.volume, self.volume, other.volume, 0.0),
        ];
        pairs.into_iter().find_map(|(column, column_use, expected, observed, share)| {
            let are_one = expected.is_nan() && observed.is_nan()
                || (expected - observed).abs() <= share * expected.abs().max(observed.abs());
            (column_use == Use::Checked && !are_one).then_some(Difference { column, observed, expected })
        })
    }
}

#[derive(Clone)]
struct Conflict {
    symbol: Symbol,
    date: NaiveDate,
    first: RowPlace,
    place: RowPlace,
}

impl Conflicts {
    /// The one finding of a file: its first row, and how many more there are.
    fn finding(self, files: &[PriceFile]) -> Finding {
        let (conflict, difference) = self.first;
        let mut finding = conflict.finding(difference, files).bars(self.symbols, None);
        match self.rows {
            0 | 1 => {}
            2 => finding.message += "; 1 more row disagrees",
            rows => finding.message += &format!("; {} more rows disagree", rows - 1),
        }
        finding
    }
}

impl Conflict {
    fn finding(&self, difference: Difference, files: &[PriceFile]) -> Finding {
        let written = |number: f64| if number.is_nan() { "blank".to_owned() } else { number.to_string() };
        Finding::new(
            Code::ConflictingBar,
            format!(
                "`{}` has two bars on {}; the other one is line {} of {}",
                self.symbol,
                self.date,
                self.first.line,
                path_of(files, self.first.file)
            ),
        )
        .file(path_of(files, self.place.file))
        .line(self.place.line)
        .column(difference.column)
        .symbol(&self.symbol)
        .observed(written(difference.observed))
        .expected(written(difference.expected))
        .hint("keep the row that is right")
    }
}

impl Disagreements {
    fn add_repeat(&mut self, place: RowPlace) {
        let (count, line) = self.repeats.entry(place.file).or_insert((0, place.line));
        *count += 1;
        *line = place.line.min(*line);
    }

    fn add_conflict(&mut self, conflict: &Conflict, difference: Difference, is_first_of_date: bool) {
        let file = conflict.place.file;
        *self.conflicting_dates.entry(file).or_default() += usize::from(is_first_of_date);
        let first = || (conflict.clone(), difference);
        let known = self.conflicts.entry(file).or_insert_with(|| Conflicts {
            first: first(),
            rows: 0,
            symbols: BTreeSet::new(),
        });
        known.rows += 1;
        if conflict.place < known.first.0.place {
            known.first = first();
        }
        if !known.symbols.contains(&conflict.symbol) {
            known.symbols.insert(conflict.symbol.clone());
        }
    }

    /// The findings: one a file for repeats, and one for conflicts.
    pub(super) fn findings(
        self,
        files: &[PriceFile],
        has_times: impl Fn(usize) -> bool,
        findings: &mut Findings,
    ) {
        for (file, conflicts) in self.conflicts {
            let dates = self.conflicting_dates.get(&file).copied().unwrap_or_default();
            findings.push(match dates >= FEWEST_INTRADAY_DATES && has_times(file) {
                true => intraday(path_of(files, file), dates, conflicts.rows).bars(conflicts.symbols, None),
                false => conflicts.finding(files),
            });
        }
        for (file, (count, line)) in self.repeats {
            findings.push(
                Finding::new(
                    Code::ConflictingBar,
                    format!(
                        "{} of used symbols {} an earlier row",
                        counted(count, "row"),
                        if count == 1 { "repeats" } else { "repeat" }
                    ),
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

fn optional(column: Vec<f64>) -> Vec<Option<f64>> {
    if column.iter().all(|value| value.is_nan()) {
        return Vec::new();
    }
    column.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect()
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
