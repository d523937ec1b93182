//! Daily bars from long CSV files, `symbol,as_of,close` with optional `high` and `low`.
//!
//! The files are read as streams: of the rows only those are parsed whose symbol the decision looks at,
//! and of a symbol's bars only the newest ones that the rule reaches are kept, whatever the order of the
//! rows. Of the older ones stays a fingerprint, so that two rows that disagree are found wherever they lie.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{Datelike, NaiveDate};

use super::table::{Table, TableCodes, TableError};
use super::{FileKind, InputRecord, cell};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, Severity, quoted};
use crate::market::history::{self, History, Market, PLAUSIBLE_PRICES};
use crate::strategy::PriceNeeds;
use crate::symbol::Symbol;

/// The columns that a price file must have.
const REQUIRED_COLUMNS: [&str; 3] = ["symbol", "as_of", "close"];

/// A symbol's bars are thinned when they number this many times what the rule reaches.
const THINNING_FACTOR: usize = 4;

/// What price files say.
#[derive(Debug, Default)]
pub struct PriceReading {
    /// The series of the needed symbols that have any bar up to the decision date.
    pub market: Market,
    /// The newest date of any row with a close, of all symbols; looked for only when no decision date was
    /// given.
    pub newest_date: Option<NaiveDate>,
    /// The files, in the order they were named.
    pub inputs: Vec<InputRecord>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// Reads price files for what a strategy needs. Rows after the decision date are passed over unread;
/// without one, every row's date is read to find the newest.
pub fn read(paths: &[String], needs: &PriceNeeds, as_of: Option<NaiveDate>) -> PriceReading {
    let mut shelf = Shelf::new(needs, as_of);
    let mut inputs = Vec::new();
    for (file, path) in paths.iter().enumerate() {
        match Table::open(path) {
            Ok(table) => inputs.extend(shelf.read_file(file, table)),
            Err(error) => shelf.findings.push(table_finding(path, &error)),
        }
    }
    let market = shelf.market(paths);
    PriceReading { market, newest_date: shelf.newest_date, inputs, findings: shelf.findings.into_vec() }
}

/// The codes of a price file that is no table.
const TABLE_CODES: TableCodes =
    TableCodes { missing: Code::PricesMissing, empty: Code::PricesEmpty, broken: Code::PricesParseFailed };

fn table_finding(path: &str, error: &TableError) -> Finding {
    error.finding(path, TABLE_CODES)
}

/// One bar and the line it stands on.
#[derive(Clone, Copy, Debug)]
struct Bar {
    date: NaiveDate,
    close: f64,
    high: Option<f64>,
    low: Option<f64>,
    file: usize,
    line: u64,
}

impl Bar {
    /// A number that bars of equal values share, and others but for chance do not. It reaches no output, so the
    /// hash may be whichever the standard library has.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for value in [Some(self.close), self.high, self.low] {
            value.map(f64::to_bits).hash(&mut hasher);
        }
        hasher.finish()
    }

    fn priced(&self) -> history::Bar {
        let Self { date, close, high, low, .. } = *self;
        history::Bar { high, low, ..history::Bar::from_close(date, close) }
    }

    fn archived(&self) -> ArchivedBar {
        ArchivedBar {
            date: self.date,
            close: self.close,
            fingerprint: self.fingerprint(),
            file: self.file,
            line: self.line,
        }
    }
}

/// What is kept of a bar beyond the rule's reach.
#[derive(Clone, Copy, Debug)]
struct ArchivedBar {
    date: NaiveDate,
    close: f64,
    fingerprint: u64,
    file: usize,
    line: u64,
}

/// The bars of one symbol so far.
#[derive(Debug)]
struct Book {
    symbol: Symbol,
    /// Whether its highs and lows are looked at.
    has_ranges: bool,
    bars: Vec<Bar>,
    /// The newest row without a close: its date, its file and its line.
    newest_blank: Option<(NaiveDate, usize, u64)>,
    /// The bars out of the rule's reach: those before the floor.
    archive: Vec<ArchivedBar>,
    floor: Option<NaiveDate>,
    thin_at: usize,
}

impl Book {
    /// Sorts the bars and archives those that the rule can't reach.
    fn thin(&mut self, reach: Reach) {
        self.bars.sort_by_key(|bar| (bar.date, bar.file, bar.line));
        if let Some(floor) = reach.floor(&self.bars) {
            self.floor = Some(floor);
            let out_of_reach = self.bars.partition_point(|bar| bar.date < floor);
            self.archive.extend(self.bars.drain(..out_of_reach).map(|bar| bar.archived()));
        }
        self.thin_at = reach.thin_at(self.bars.len());
    }
}

/// How far back a rule looks: both conditions must be met.
#[derive(Clone, Copy, Debug)]
struct Reach {
    bars: usize,
    months: usize,
}

impl Reach {
    /// How many bars are collected before they are thinned again, when so many are kept.
    fn thin_at(self, kept: usize) -> usize {
        kept.max(self.bars).saturating_mul(THINNING_FACTOR)
    }

    /// The oldest date that is still in reach; `None` while the history is shorter. Bars are sorted.
    fn floor(self, bars: &[Bar]) -> Option<NaiveDate> {
        let (mut dates, mut months) = (0, 0);
        let (mut date, mut month) = (None, None);
        for bar in bars.iter().rev() {
            if date != Some(bar.date) {
                if dates >= self.bars && months >= self.months {
                    return date;
                }
                dates += 1;
                date = Some(bar.date);
            }
            let bar_month = (bar.date.year(), bar.date.month());
            if month != Some(bar_month) {
                months += 1;
                month = Some(bar_month);
            }
        }
        None
    }
}

/// Where the needed columns of one file are.
struct Columns {
    symbol: usize,
    as_of: usize,
    close: usize,
    high: Option<usize>,
    low: Option<usize>,
}

impl Columns {
    /// Says which of the columns stand in the file more than once.
    fn repeated(&self, table: &Table) -> Option<TableError> {
        let optional = [("high", self.high), ("low", self.low)];
        let optional = optional.into_iter().filter(|(_, column)| column.is_some()).map(|(name, _)| name);
        table.repeated_among(REQUIRED_COLUMNS.into_iter().chain(optional))
    }

    fn find(table: &Table, looks_at_ranges: bool) -> Result<Self, Box<Finding>> {
        let missing: Vec<&str> =
            REQUIRED_COLUMNS.into_iter().filter(|name| table.column(name).is_none()).collect();
        let optional = |name| table.column(name).filter(|_| looks_at_ranges);
        match (table.column("symbol"), table.column("as_of"), table.column("close")) {
            (Some(symbol), Some(as_of), Some(close)) => {
                Ok(Self { symbol, as_of, close, high: optional("high"), low: optional("low") })
            }
            _ => Err(Box::new(
                Finding::new(Code::MissingColumns, format!("no column {}", quoted(&missing)))
                    .file(table.path())
                    .line(table.header_line())
                    .observed(table.names().join(","))
                    .expected(REQUIRED_COLUMNS.join(","))
                    .hint("name the columns in the first line; their order and case are free"),
            )),
        }
    }
}

/// All bars so far, and what was wrong with the rows.
struct Shelf {
    books: Vec<Book>,
    places: HashMap<Vec<u8>, usize>,
    reach: Reach,
    as_of: Option<NaiveDate>,
    newest_date: Option<NaiveDate>,
    findings: Findings,
}

impl Shelf {
    fn new(needs: &PriceNeeds, as_of: Option<NaiveDate>) -> Self {
        let reach = Reach { bars: needs.bars.max(1), months: needs.months };
        let books: Vec<Book> = needs
            .symbols
            .keys()
            .map(|symbol| Book {
                symbol: symbol.clone(),
                has_ranges: needs.ranges.contains(symbol),
                bars: Vec::new(),
                newest_blank: None,
                archive: Vec::new(),
                floor: None,
                thin_at: reach.thin_at(0),
            })
            .collect();
        let places = books.iter().enumerate().map(|(at, book)| (book.symbol.as_str().into(), at)).collect();
        Self { books, places, reach, as_of, newest_date: None, findings: Findings::default() }
    }

    /// The book of a symbol as it is written in a file; `None` for one that nobody asked for.
    fn place_of(&self, written: &[u8]) -> Option<usize> {
        if let Some(&at) = self.places.get(written) {
            return Some(at);
        }
        let is_canonical = written.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if is_canonical {
            return None;
        }
        let symbol = Symbol::parse(std::str::from_utf8(written).ok()?)?;
        self.places.get(symbol.as_str().as_bytes()).copied()
    }

    /// Reads a file. Of a damaged one only that it is damaged is told.
    fn read_file(&mut self, file: usize, table: Table) -> Option<InputRecord> {
        let of_others = std::mem::take(&mut self.findings);
        let record = self.read_rows(file, table);
        let of_this = std::mem::replace(&mut self.findings, of_others);
        self.findings.append(of_this);
        record
    }

    fn read_rows(&mut self, file: usize, mut table: Table) -> Option<InputRecord> {
        let columns = match Columns::find(&table, self.books.iter().any(|book| book.has_ranges)) {
            Ok(columns) => columns,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        if let Some(error) = columns.repeated(&table) {
            self.findings.push(table_finding(table.path(), &error));
        }
        let mut seen = Seen::default();
        let mut last_symbol: (Vec<u8>, Option<usize>) = (Vec::new(), None);
        loop {
            match table.next_row() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    if matches!(error, TableError::Unreadable { is_damaged: true, .. }) {
                        self.findings.clear();
                    }
                    self.findings.push(table_finding(table.path(), &error));
                    if matches!(error, TableError::Unreadable { .. }) {
                        return None;
                    }
                    continue;
                }
            }
            let written = table.bytes(columns.symbol);
            // Files list a symbol's bars together as a rule: the last answer is mostly the next one.
            if last_symbol.0 != written {
                last_symbol.0.clear();
                last_symbol.0.extend_from_slice(written);
                last_symbol.1 = self.place_of(written);
            }
            let result = match last_symbol.1 {
                Some(book) => self.read_bar(book, file, &table, &columns, &mut seen),
                None if self.as_of.is_none() => self.read_other_date(&table, &columns),
                None => Ok(()),
            };
            if let Err(finding) = result {
                self.findings.push(*finding);
            }
        }
        if table.rows() == 0 {
            let empty = table_finding(table.path(), &TableError::Empty);
            self.findings.push(Finding { message: "the file has a header and no rows".to_owned(), ..empty });
        }
        let mut record = InputRecord::new(FileKind::Prices, table.path(), table.sha256());
        record.rows = Some(table.rows());
        record.first = seen.first;
        record.last = seen.last;
        record.blank_closes = Some(seen.blank_closes);
        Some(record)
    }

    /// Reads a row of a needed symbol.
    fn read_bar(
        &mut self,
        book: usize,
        file: usize,
        table: &Table,
        columns: &Columns,
        seen: &mut Seen,
    ) -> Result<(), Box<Finding>> {
        let date = cell::read_date(Code::PricesParseFailed, table, columns.as_of, "as_of")?;
        if self.as_of.is_some_and(|as_of| date > as_of) {
            return Ok(());
        }
        let reach = self.reach;
        let Some(book) = self.books.get_mut(book) else { return Ok(()) };
        let Some(close) = read_price(table, columns.close, "close")? else {
            seen.blank_closes += 1;
            book.newest_blank = book.newest_blank.max(Some((date, file, table.line())));
            return Ok(());
        };
        let of_range = |column: Option<usize>, name| match column.filter(|_| book.has_ranges) {
            Some(column) => read_price(table, column, name),
            None => Ok(None),
        };
        let (high, low) = (of_range(columns.high, "high")?, of_range(columns.low, "low")?);
        if let (Some(high), Some(low), Some(column)) = (high, low, columns.high)
            && high < low
        {
            return Err(Box::new(
                cell::finding(Code::BadPrice, "the high lies below the low", table, column, "high")
                    .expected(format!("at least {low}"))
                    .hint("correct the cells, or leave them blank to have the close taken"),
            ));
        }
        seen.date(date);
        self.newest_date = self.newest_date.max(Some(date));
        let bar = Bar { date, close, high, low, file, line: table.line() };
        if book.floor.is_some_and(|floor| date < floor) {
            book.archive.push(bar.archived());
            return Ok(());
        }
        book.bars.push(bar);
        if book.bars.len() >= book.thin_at {
            book.thin(reach);
        }
        Ok(())
    }

    /// Reads the date of a row of another symbol, for the newest date of the file.
    ///
    /// A row without a symbol or without a close is none.
    fn read_other_date(&mut self, table: &Table, columns: &Columns) -> Result<(), Box<Finding>> {
        if [columns.symbol, columns.close].iter().any(|column| table.bytes(*column).trim_ascii().is_empty()) {
            return Ok(());
        }
        let date = cell::read_date(Code::PricesParseFailed, table, columns.as_of, "as_of")?;
        self.newest_date = self.newest_date.max(Some(date));
        Ok(())
    }

    /// The series of the symbols that have any bar: one bar a date, oldest first.
    fn market(&mut self, paths: &[String]) -> Market {
        let reach = self.reach;
        let mut repeats = Repeats::default();
        let mut market = Market::new();
        for book in &mut self.books {
            book.thin(reach);
            book.archive.sort_by_key(|bar| (bar.date, bar.file, bar.line));
            let mut first: Option<ArchivedBar> = None;
            let mut series = History::default();
            let in_reach = book.bars.iter().map(|bar| (bar.archived(), Some(bar)));
            for (bar, kept) in book.archive.iter().map(|bar| (*bar, None)).chain(in_reach) {
                match first.filter(|first| first.date == bar.date) {
                    Some(first) if first.fingerprint == bar.fingerprint => repeats.add(&bar),
                    Some(first) => self.findings.push(conflict(&book.symbol, &first, &bar, paths)),
                    None => {
                        first = Some(bar);
                        if let Some(bar) = kept {
                            series.push(bar.priced());
                        }
                    }
                }
            }
            if let (Some(newest), Some(blank)) = (series.newest_date(), book.newest_blank) {
                self.findings.extend(newest_close_is_blank(&book.symbol, newest, blank, paths));
            }
            if !series.is_empty() {
                market.insert(book.symbol.clone(), series);
            }
        }
        self.findings.extend(repeats.findings(paths));
        market
    }
}

/// The rows of each file that repeat an earlier one value for value: how many, and the first one's line.
#[derive(Default)]
struct Repeats(BTreeMap<usize, (u64, u64)>);

impl Repeats {
    fn add(&mut self, bar: &ArchivedBar) {
        let (count, line) = self.0.entry(bar.file).or_insert((0, bar.line));
        *count += 1;
        *line = bar.line.min(*line);
    }

    fn findings(self, paths: &[String]) -> impl Iterator<Item = Finding> {
        self.0.into_iter().map(|(file, (count, line))| {
            Finding::new(
                Code::ConflictingBar,
                format!(
                    "{} of used symbols say again, value for value, what an earlier row says",
                    counted(count, "row")
                ),
            )
            .severity(Severity::Warning)
            .file(path_of(paths, file))
            .line(line)
            .observed(count)
            .hint("drop the repeated rows")
        })
    }
}

/// What a file's used rows span.
#[derive(Default)]
struct Seen {
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    blank_closes: u64,
}

impl Seen {
    fn date(&mut self, date: NaiveDate) {
        self.first = Some(self.first.map_or(date, |first| first.min(date)));
        self.last = self.last.max(Some(date));
    }
}

fn path_of(paths: &[String], file: usize) -> &str {
    paths.get(file).map_or("", String::as_str)
}

/// Finds that the newest row of a symbol has no close, so that an older one is taken for the newest.
fn newest_close_is_blank(
    symbol: &Symbol,
    newest: NaiveDate,
    (date, file, line): (NaiveDate, usize, u64),
    paths: &[String],
) -> Option<Finding> {
    (date > newest).then(|| {
        Finding::new(
            Code::StalePrice,
            format!("`{symbol}` has no close on {date}, and that of {newest} is taken for the newest"),
        )
        .severity(Severity::Warning)
        .file(path_of(paths, file))
        .line(line)
        .column("close")
        .symbol(symbol)
        .expected("a close")
        .hint("write the close once it is known, and decide again")
    })
}

fn conflict(symbol: &Symbol, first: &ArchivedBar, second: &ArchivedBar, paths: &[String]) -> Finding {
    let finding = Finding::new(
        Code::ConflictingBar,
        format!(
            "`{symbol}` has another bar of {} on line {} of {}, with other values",
            first.date,
            first.line,
            path_of(paths, first.file)
        ),
    )
    .file(path_of(paths, second.file))
    .line(second.line)
    .symbol(symbol)
    .hint("keep the row that is right");
    if first.close == second.close {
        return finding.column("high").expected("the high and low of the other row");
    }
    finding.column("close").observed(second.close).expected(first.close)
}

/// Reads a price; `None` where the cell is blank.
fn read_price(table: &Table, column: usize, name: &str) -> Result<Option<f64>, Box<Finding>> {
    let text = std::str::from_utf8(table.bytes(column)).unwrap_or("?").trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(price) if PLAUSIBLE_PRICES.contains(&price) => Ok(Some(price)),
        _ => Err(Box::new(
            cell::finding(Code::BadPrice, format!("the {name} is no price"), table, column, name)
                .expected("a number above 0 and at most 1e12, or a blank cell")
                .hint(match name {
                    "close" => "correct the cell, or leave it blank to have the row skipped",
                    _ => "correct the cell, or leave it blank to have the close taken",
                }),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::strategy::Necessity;

    fn needs(symbols: &[&str], bars: usize, months: usize) -> PriceNeeds {
        PriceNeeds {
            symbols: symbols.iter().map(|text| (Symbol::parse(text).unwrap(), Necessity::Required)).collect(),
            bars,
            months,
            ..PriceNeeds::default()
        }
    }

    fn reading(text: &str, needs: &PriceNeeds, as_of: Option<&str>) -> PriceReading {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(&[file.path().to_str().unwrap().to_owned()], needs, as_of.map(date))
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn closes(reading: &PriceReading, symbol: &str) -> Vec<f64> {
        reading.market.get(&Symbol::parse(symbol).unwrap()).map(|s| s.closes.clone()).unwrap_or_default()
    }

    #[test]
    fn rows_in_any_order_are_one_ascending_series() {
        let text = "close,extra,AS_OF, Symbol\n3,,2025-01-03, qqq\n1,,2025-01-01,QQQ\n2,,2025-01-02T16:00:00,Qqq\n9,,2025-01-02,SPY\n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-31"));
        assert_eq!(reading.findings, vec![]);
        assert_eq!(closes(&reading, "QQQ"), vec![1.0, 2.0, 3.0]);
        assert_eq!(reading.market.len(), 1);
        assert_eq!(reading.inputs[0].rows, Some(4));
        assert_eq!(reading.inputs[0].last, Some(date("2025-01-03")));
    }

    #[test]
    fn rows_after_the_decision_date_are_not_even_read() {
        let text = "symbol,as_of,close\nQQQ,2025-01-02,2\nQQQ,2025-01-03,oops\n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-02"));
        assert_eq!(reading.findings, vec![]);
        assert_eq!(closes(&reading, "QQQ"), vec![2.0]);
    }

    #[test]
    fn the_newest_date_is_that_of_any_symbol_with_a_close() {
        let text = "symbol,as_of,close\nQQQ,2025-01-02,2\nSPY,2025-01-06,5\nSPY,2025-01-07,\n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), None);
        assert_eq!(reading.newest_date, Some(date("2025-01-06")));
    }

    #[test]
    fn a_blank_close_is_skipped_and_counted() {
        let text = "symbol,as_of,close\nQQQ,2025-01-02,2\nQQQ,2025-01-03, \n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
        assert_eq!(closes(&reading, "QQQ"), vec![2.0]);
        assert_eq!(reading.inputs[0].blank_closes, Some(1));
        // That the newest one is blank is told.
        let told: Vec<_> = reading.findings.iter().map(|f| (f.code, f.severity, f.line)).collect();
        assert_eq!(told, [(Code::StalePrice, Severity::Warning, Some(3))]);
        let text = "symbol,as_of,close\nQQQ,2025-01-02,\nQQQ,2025-01-03,2\n";
        assert_eq!(self::reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03")).findings, vec![]);
    }

    #[test]
    fn a_row_without_a_symbol_is_no_row() {
        let text = "symbol,as_of,close\nQQQ,2025-01-02,2\n ,2025-01-06,2\n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), None);
        assert_eq!((reading.newest_date, reading.findings), (Some(date("2025-01-02")), vec![]));
    }

    #[test]
    fn highs_and_lows_are_looked_at_where_the_rule_does_and_have_to_lie_in_their_order() {
        let needs = PriceNeeds { ranges: [Symbol::literal("QQQ")].into(), ..needs(&["QQQ", "NVDA"], 5, 0) };
        let text = "symbol,as_of,close,high,low\nQQQ,2025-01-02,2,3,1\nNVDA,2025-01-02,2,0,x\n";
        let sound = reading(text, &needs, None);
        assert_eq!(sound.findings, vec![]);
        assert_eq!(sound.market[&Symbol::literal("QQQ")].highs, [Some(3.0)]);
        let text = "symbol,as_of,close,high,low\nQQQ,2025-01-02,2,1,3\n";
        let finding = &reading(text, &needs, None).findings[0];
        assert_eq!((finding.code, finding.line, finding.character), (Code::BadPrice, Some(2), Some(18)));
        assert_eq!(finding.message, "the high lies below the low");
    }

    #[test]
    fn of_a_damaged_file_only_the_damage_is_told() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(b"symbol,as_of,close\nQQQ,2025-01-02,x\n").unwrap();
        let mut packed = encoder.finish().unwrap();
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&packed).unwrap();
        let paths = ["/no/such/file".to_owned(), file.path().to_str().unwrap().to_owned()];
        let found: Vec<_> = read(&paths, &needs(&["QQQ"], 5, 0), None)
            .findings
            .iter()
            .map(|finding| (finding.code, finding.message.clone()))
            .collect();
        assert_eq!(
            found,
            [
                (Code::PricesMissing, "no such file".to_owned()),
                (Code::PricesParseFailed, "its gzip stream is damaged".to_owned()),
            ]
        );
    }

    #[test]
    fn every_close_that_is_no_price_is_named() {
        for bad in ["NaN", "inf", "1e400", "1e308", "1e-320", "-5", "0", "1.2.3", "1,000", "null"] {
            let text = format!("symbol,as_of,close\nQQQ,2025-01-02,\"{bad}\"\n");
            let reading = reading(&text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
            let finding = &reading.findings[0];
            assert_eq!(
                (finding.code, finding.line, finding.character, finding.observed.as_deref()),
                (Code::BadPrice, Some(2), Some(16), Some(bad)),
            );
        }
    }

    #[test]
    fn repeated_bars_warn_and_disagreeing_ones_fail() {
        let text =
            "symbol,as_of,close\nQQQ,2025-01-02,2\nQQQ,2025-01-02,2.0\nQQQ,2025-01-03,3\nQQQ,2025-01-03,4\n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
        let found: Vec<_> = reading.findings.iter().map(|f| (f.code, f.severity, f.line)).collect();
        assert_eq!(
            found,
            vec![
                (Code::ConflictingBar, Severity::Error, Some(5)),
                (Code::ConflictingBar, Severity::Warning, Some(3)),
            ]
        );
        assert_eq!(closes(&reading, "QQQ"), vec![2.0, 3.0]);
    }

    #[test]
    fn rows_that_disagree_are_found_beyond_the_reach_too() {
        let start = date("2024-01-01");
        let rows: String =
            (1..=300).map(|day| format!("QQQ,{},{day}\n", start + chrono::TimeDelta::days(day))).collect();
        let text = format!("symbol,as_of,close\n{rows}QQQ,2024-01-02,999\nQQQ,2024-01-03,2\n");
        let reading = reading(&text, &needs(&["QQQ"], 3, 0), Some("2025-01-01"));
        let found: Vec<_> = reading.findings.iter().map(|f| (f.severity, f.line)).collect();
        assert_eq!(found, [(Severity::Error, Some(302)), (Severity::Warning, Some(303))]);
        assert_eq!(closes(&reading, "QQQ"), [298.0, 299.0, 300.0]);
    }

    #[test]
    fn only_the_reach_of_the_rule_is_kept_whatever_the_order() {
        let start = date("2020-01-01");
        let rows: Vec<String> =
            (1..=900).map(|day| format!("QQQ,{},{day}\n", start + chrono::TimeDelta::days(day))).collect();
        let ascending = format!("symbol,as_of,close\n{}", rows.concat());
        let descending = format!("symbol,as_of,close\n{}", rows.iter().rev().cloned().collect::<String>());
        // 900 days on is 2022-06-19; three bars alone reach three days back, the last closes of four months
        // (June, May, April, March) reach to 31 March.
        let needs = needs(&["QQQ"], 3, 4);
        let first = reading(&ascending, &needs, Some("2025-01-01"));
        let second = reading(&descending, &needs, Some("2025-01-01"));
        assert_eq!(first.market, second.market);
        let series = first.market.values().next().unwrap();
        assert_eq!(series.dates[0], date("2022-03-31"));
        assert_eq!(series.newest_close(), Some(900.0));
    }

    #[test]
    fn midnight_utc_is_refused_as_ambiguous() {
        let text = "symbol,as_of,close\nQQQ,2025-01-02T00:00:00Z,2\nQQQ,2025-01-02T21:00:00Z,2\n";
        let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
        let lines: Vec<_> = reading.findings.iter().map(|f| (f.code, f.line)).collect();
        assert_eq!(lines, vec![(Code::PricesParseFailed, Some(2))]);
    }

    #[test]
    fn files_that_are_no_price_files_are_refused() {
        let code = |text: &str| reading(text, &needs(&["QQQ"], 5, 0), None).findings[0].code;
        assert_eq!(code(""), Code::PricesEmpty);
        assert_eq!(code("symbol,as_of,close\n"), Code::PricesEmpty);
        assert_eq!(code("symbol,date,close\nQQQ,2025-01-02,2\n"), Code::MissingColumns);
        assert_eq!(code("symbol,as_of,close\nQQQ,2025-01\n"), Code::PricesParseFailed);
        assert_eq!(code("symbol,as_of,close\nQQQ,03/01/2025,2\n"), Code::PricesParseFailed);
        assert_eq!(
            read(&["/no/such/file".to_owned()], &needs(&[], 1, 0), None).findings[0].code,
            Code::PricesMissing
        );
    }
}
