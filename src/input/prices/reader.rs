//! Goes through the rows of price files and puts each wanted bar into its symbol's book.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::book::{BarRow, Book, Disagreements, RowPlace};
use super::columns::{BarColumns, Field};
use super::dates::{DateReader, Refusal};
use super::layout::{Body, Sheet};
use super::problems::{BadCells, BadDates, FileFacts, Rivals, footer, quoted_name};
use super::{Columns, PriceFile, Reading, Request, Use, open, table_finding};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings};
use crate::input::table::{Table, TableError};
use crate::input::{FileKind, InputRecord, cell};
use crate::lookalike;
use crate::market::history::{Market, PLAUSIBLE_PRICES};
use crate::symbol::Symbol;

/// How many symbols that nobody wants are remembered, so that a file of wrong cells cannot fill the memory.
const MOST_REMEMBERED: usize = 100_000;

/// The books of all symbols so far, and what was wrong with the files.
pub(super) struct Reader<'r> {
    request: &'r Request<'r>,
    books: Vec<Book>,
    /// The book of each symbol as files spell it; `None` for those that are passed over.
    places: HashMap<Vec<u8>, Option<usize>>,
    newest_day: Option<NaiveDate>,
    newest_row: Option<NaiveDate>,
    findings: Findings,
    notes: Vec<FileNotes>,
}

/// What was seen in one file.
#[derive(Default)]
struct FileNotes {
    path: String,
    separator: char,
    columns: BTreeMap<&'static str, (String, Option<usize>)>,
    bad_cells: BTreeMap<&'static str, BadCells>,
    dates: BadDates,
    rivals: Rivals,
    rival_names: Option<(String, String)>,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    blank_closes: u64,
    repeated_headers: u64,
    valid_dates: u64,
    has_times: bool,
    spelling: Option<Vec<u8>>,
    other_spelling: bool,
    /// Rows without a symbol, and the line of the first.
    blank_symbols: u64,
    first_blank_symbol: Option<u64>,
}

/// Why a row could not be read.
enum Trouble {
    /// A finding of its own.
    Found(Box<Finding>),
    /// Its date.
    Date(Refusal),
}

impl<'r> Reader<'r> {
    pub(super) fn new(request: &'r Request<'r>) -> Self {
        let books: Vec<Book> =
            request.wanted.iter().map(|(symbol, columns)| Book::new(symbol.clone(), *columns)).collect();
        let places =
            books.iter().enumerate().map(|(at, book)| (book.symbol.as_str().into(), Some(at))).collect();
        Self {
            request,
            books,
            places,
            newest_day: None,
            newest_row: None,
            findings: Findings::default(),
            notes: Vec::new(),
        }
    }

    /// Reads a file. Of a damaged one only the damage is reported.
    pub(super) fn read_file(&mut self, file: usize) -> Option<InputRecord> {
        let of_others = std::mem::take(&mut self.findings);
        let mut notes = FileNotes { separator: ',', ..FileNotes::default() };
        let record = self.read_table(file, &mut notes);
        self.notes.push(notes);
        let of_this = std::mem::replace(&mut self.findings, of_others);
        self.findings.append(of_this);
        record
    }

    fn read_table(&mut self, file: usize, notes: &mut FileNotes) -> Option<InputRecord> {
        let named: &PriceFile = self.request.files.get(file)?;
        notes.path.clone_from(&named.path);
        let opened = open(&named.path).and_then(|mut table| {
            Sheet::recognise(&mut table, named, self.request).map(|sheet| (table, sheet))
        });
        let (mut table, sheet) = match opened {
            Ok(opened) => opened,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        notes.take_sheet(&sheet, &table);
        self.check_kind(&sheet, &table);
        if let Some(finding) = self.missing_volume(&sheet, &table) {
            self.findings.push(finding);
            return None;
        }
        self.read_rows(file, &mut table, &sheet, notes)?;
        if table.rows() == 0 {
            let empty = table_finding(table.path(), &TableError::Empty);
            self.findings.push(Finding { message: "the file has a header and no rows".to_owned(), ..empty });
        }
        self.findings.extend(notes.findings(&sheet, table.lines_read()));
        let mut record = InputRecord::new(FileKind::Prices, table.path(), table.sha256());
        record.rows = Some(table.rows() - notes.repeated_headers);
        record.first = notes.first;
        record.last = notes.last;
        record.blank_closes = Some(notes.blank_closes);
        record.shape = Some(Box::new(sheet.shape(notes.repeated_headers, table.blank_lines())));
        Some(record)
    }

    /// Finds that a file has no volumes where they are needed.
    fn missing_volume(&self, sheet: &Sheet, table: &Table) -> Option<Finding> {
        let is_needed = self.request.wanted.values().any(|columns| columns.volume == Use::Checked);
        if !is_needed || sheet.bars().any(|bar| bar.volume.is_some()) {
            return None;
        }
        let finding = Finding::new(Code::MissingColumns, "no column `volume`")
            .file(table.path())
            .line(table.header_line())
            .expected("a volume beside each close");
        Some(match &sheet.body {
            Body::Columns(_) => finding.hint(
                "a file with a column a symbol has closes alone: name a file `symbol,as_of,close,volume`",
            ),
            _ => finding
                .observed(table.names().join(","))
                .hint("add the volumes, or name their column with `--columns volume=NAME`"),
        })
    }

    /// Refuses raw ranges and opens beside an adjusted close, where a rule reads them.
    fn check_kind(&mut self, sheet: &Sheet, table: &Table) {
        let reads = |of: fn(&Columns) -> Use| {
            self.request
                .wanted
                .values()
                .chain(&self.request.others)
                .any(|columns| of(columns) == Use::Checked)
        };
        let is_read = |field: Field| match field {
            Field::Open => reads(|columns| columns.open),
            _ => reads(|columns| columns.range),
        };
        let raw: BTreeSet<&str> = sheet
            .bars()
            .flat_map(|bar| &bar.raw_beside_adjusted)
            .filter(|(field, _)| is_read(*field))
            .map(|(_, name)| name.as_str())
            .collect();
        if raw.is_empty() {
            return;
        }
        let raw: Vec<&str> = raw.into_iter().collect();
        self.findings.push(
            Finding::new(
                Code::AmbiguousClose,
                format!("{} are not adjusted as `{}` is", crate::finding::quoted(&raw), sheet.close_name()),
            )
            .file(table.path())
            .line(table.header_line())
            .expected("highs and lows of the same kind as the close")
            .hint(format!(
                "add `adj_high` and `adj_low`, or name all three: `--columns close={},high=NAME,low=NAME`",
                quoted_name(sheet.close_name())
            )),
        );
    }

    /// Reads the rows; `None` where the file could not be read to its end.
    fn read_rows(
        &mut self,
        file: usize,
        table: &mut Table,
        sheet: &Sheet,
        notes: &mut FileNotes,
    ) -> Option<()> {
        let mut dates = DateReader::new(self.request.dates);
        let mut last_symbol: (Vec<u8>, Option<usize>) = (Vec::new(), None);
        let mut ragged: Option<Ragged> = None;
        loop {
            match table.next_row() {
                Ok(true) => self.findings.extend(ragged.take().map(|ragged| ragged.finding)),
                Ok(false) => break,
                Err(error) => {
                    self.findings.extend(ragged.take().map(|ragged| ragged.finding));
                    if matches!(error, TableError::Unreadable { is_damaged: true, .. }) {
                        self.findings.clear();
                        notes.bad_cells.clear();
                    }
                    let finding = table_finding(table.path(), &error);
                    match error {
                        TableError::Ragged { .. } => {
                            ragged = Some(Ragged::new(table, sheet, &mut dates, finding))
                        }
                        TableError::Unreadable { .. } => {
                            self.findings.push(finding);
                            return None;
                        }
                        _ => self.findings.push(finding),
                    }
                    continue;
                }
            }
            let result = match &sheet.body {
                Body::Long { symbol, bar } => {
                    let written = table.bytes(*symbol);
                    // Files list a symbol's bars together as a rule: the last answer is mostly the next one.
                    if last_symbol.0 != written {
                        last_symbol.0.clear();
                        last_symbol.0.extend_from_slice(written);
                        last_symbol.1 = self.place_of(written);
                    }
                    match last_symbol.1 {
                        Some(book) => self.read_bar(file, table, sheet, (book, bar), &mut dates, notes),
                        None => {
                            if self.request.names_blank_symbols {
                                notes.check_symbol(table.bytes(*symbol), table);
                            }
                            self.read_other(table, sheet, (*symbol, bar), &mut dates)
                        }
                    }
                }
                Body::One { symbol, spelling, bar } => {
                    notes.check_spelling(spelling.map(|column| table.bytes(column)));
                    match self.place_of(symbol.as_str().as_bytes()) {
                        Some(book) => self.read_bar(file, table, sheet, (book, bar), &mut dates, notes),
                        None => self.read_other(table, sheet, (sheet.date.1, bar), &mut dates),
                    }
                }
                Body::Columns(groups) => self.read_columns(file, table, sheet, groups, &mut dates, notes),
            };
            match result {
                Ok(()) => {}
                Err(_) if is_header(table, sheet) => self.take_header_line(table, sheet, notes),
                Err(Trouble::Date(refusal)) => notes.dates.add(refusal, table, sheet.date.1),
                Err(Trouble::Found(finding)) => self.findings.push(*finding),
            }
        }
        self.findings.extend(ragged.map(Ragged::of_last_line));
        notes.has_times = dates.has_several_times();
        Some(())
    }

    /// A further header line: skipped if it repeats the first one; otherwise the columns behind it are other ones.
    fn take_header_line(&mut self, table: &Table, sheet: &Sheet, notes: &mut FileNotes) {
        let names = table.row_as_names();
        if sheet.headers.contains(&names) {
            notes.repeated_headers += 1;
            return;
        }
        self.findings.push(
            Finding::new(
                Code::PricesParseFailed,
                "the line is a header with other columns than the first one",
            )
            .file(table.path())
            .line(table.line())
            .observed(names.join(","))
            .expected(sheet.headers.first().map_or_else(String::new, |first| first.join(",")))
            .hint("write the parts of the file to files of their own, and name each with `--prices`"),
        );
    }

    /// The book of a symbol as a file spells it; `None` for one that nobody wants.
    fn place_of(&mut self, written: &[u8]) -> Option<usize> {
        if let Some(&place) = self.places.get(written) {
            return place;
        }
        let symbol = std::str::from_utf8(written).ok().and_then(Symbol::parse);
        let place = symbol.and_then(|symbol| {
            let known = self.places.get(symbol.as_str().as_bytes()).copied().flatten();
            known.or_else(|| {
                let columns = self.request.others.filter(|_| symbol.is_plausible())?;
                self.books.push(Book::new(symbol.clone(), columns));
                let place = self.books.len() - 1;
                self.places.insert(symbol.as_str().into(), Some(place));
                Some(place)
            })
        });
        if place.is_some() || self.places.len() < MOST_REMEMBERED {
            self.places.insert(written.to_vec(), place);
        }
        place
    }

    /// Reads the date of a row of a symbol that is passed over, for the newest day. A row without a symbol or without a
    /// close does not count.
    fn read_other(
        &mut self,
        table: &Table,
        sheet: &Sheet,
        (symbol, bar): (usize, &BarColumns),
        dates: &mut DateReader<'_>,
    ) -> Result<(), Trouble> {
        if !self.request.finds_newest_day {
            // No date begins with a letter but one of a pattern.
            let begins_with_letter = table.bytes(sheet.date.1).first().is_some_and(u8::is_ascii_alphabetic);
            return if begins_with_letter && is_header(table, sheet) {
                Err(Trouble::Date(Refusal::Blank))
            } else {
                Ok(())
            };
        }
        if [symbol, bar.close.1].iter().any(|column| table.bytes(*column).trim_ascii().is_empty()) {
            return Ok(());
        }
        let date = dates.read(table.bytes(sheet.date.1)).map_err(Trouble::Date)?;
        self.count_newest(date);
        Ok(())
    }

    fn count_newest(&mut self, date: NaiveDate) {
        if self.request.finds_newest_day && self.request.last_day.is_none_or(|last| date <= last) {
            self.newest_day = self.newest_day.max(Some(date));
        }
    }

    /// Reads a row that has the bars of several symbols.
    fn read_columns(
        &mut self,
        file: usize,
        table: &Table,
        sheet: &Sheet,
        groups: &[(Symbol, BarColumns)],
        dates: &mut DateReader<'_>,
        notes: &mut FileNotes,
    ) -> Result<(), Trouble> {
        for (symbol, bar) in groups {
            let Some(book) = self.place_of(symbol.as_str().as_bytes()) else { continue };
            if table.bytes(bar.close.1).trim_ascii().is_empty() {
                continue;
            }
            self.read_bar(file, table, sheet, (book, bar), dates, notes)?;
        }
        if self.request.finds_newest_day
            && (0..table.names().len())
                .any(|at| at != sheet.date.1 && !table.bytes(at).trim_ascii().is_empty())
        {
            let date = dates.read(table.bytes(sheet.date.1)).map_err(Trouble::Date)?;
            self.count_newest(date);
        }
        Ok(())
    }

    /// Reads the bar of a wanted symbol.
    fn read_bar(
        &mut self,
        file: usize,
        table: &Table,
        sheet: &Sheet,
        (at, bar): (usize, &BarColumns),
        dates: &mut DateReader<'_>,
        notes: &mut FileNotes,
    ) -> Result<(), Trouble> {
        let date = dates.read(table.bytes(sheet.date.1)).map_err(Trouble::Date)?;
        notes.valid_dates += 1;
        self.newest_row = self.newest_row.max(Some(date));
        if self.request.last_day.is_some_and(|last| date > last) {
            return Ok(());
        }
        let Some(book) = self.books.get_mut(at) else { return Ok(()) };
        let place = RowPlace { file, line: table.line() };
        let mut cells =
            Cells { table, bar, book: at, date, bad_cells: &mut notes.bad_cells, is_complete: true };
        let Some(close) = cells.price("close", Some(bar.close.1), Use::Checked) else {
            if cells.is_complete {
                notes.blank_closes += 1;
                book.add_blank(date, place);
            }
            return Ok(());
        };
        let columns = book.columns;
        let open = cells.price("open", bar.open, columns.open);
        let high = cells.price("high", bar.high, columns.range);
        let low = cells.price("low", bar.low, columns.range);
        let is_complete = cells.is_complete;
        let volume = match read_volume(table, bar.volume, columns.volume) {
            Ok(volume) => volume,
            Err(finding) => {
                self.findings.push(*finding);
                None
            }
        };
        if let (Some(high), Some(low), Some(column), Use::Checked) = (high, low, bar.high, columns.range)
            && high < low
        {
            let finding = cell::finding(Code::BadPrice, "the high is below the low", table, column, "high");
            return Err(Trouble::Found(Box::new(
                finding
                    .expected(format!("at least {low}"))
                    .hint("correct the cells, or leave them blank to have the close used"),
            )));
        }
        if let Some((_, adjusted)) = &bar.rival
            && !are_one(close, read_price(table.bytes(*adjusted), bar.has_dollar_signs()))
        {
            notes.rivals.add(table.line(), table.bytes(bar.close.1), table.bytes(*adjusted));
        }
        if !is_complete {
            return Ok(());
        }
        notes.see(date);
        let nan = f64::NAN;
        let row = BarRow {
            close,
            open: open.unwrap_or(nan),
            high: high.unwrap_or(nan),
            low: low.unwrap_or(nan),
            volume: volume.unwrap_or(nan),
        };
        book.add(date, row, place);
        self.count_newest(date);
        Ok(())
    }

    /// What the files hold, sorted.
    pub(super) fn finish(mut self, inputs: Vec<InputRecord>) -> Reading {
        let files = self.request.files;
        let mut found = Disagreements::default();
        let mut market = Market::new();
        let mut floors = Vec::with_capacity(self.books.len());
        let mut of_books = Findings::default();
        for book in self.books {
            let (symbol, history) = book.into_history(files, &mut found, &mut of_books);
            floors.push(self.request.reach.and_then(|reach| reach.floor(&history.dates)));
            if !history.is_empty() {
                market.insert(symbol, history);
            }
        }
        for notes in &self.notes {
            self.findings.extend(notes.bad_prices(&floors));
        }
        let passed_over: Vec<&str> = self
            .places
            .iter()
            .filter(|(_, place)| place.is_none())
            .filter_map(|(written, _)| std::str::from_utf8(written).ok())
            .collect();
        let missing = self.request.wanted.keys().filter(|symbol| !market.contains_key(*symbol));
        let lookalikes = missing
            .filter_map(|symbol| {
                let alike = passed_over.iter().filter(|written| lookalike::spells(written, symbol)).min()?;
                Some((symbol.clone(), (*alike).to_owned()))
            })
            .collect();
        let has_times = |file: usize| self.notes.get(file).is_some_and(|notes| notes.has_times);
        found.findings(files, has_times, &mut self.findings);
        self.findings.append(of_books);
        Reading {
            market,
            newest_day: self.newest_day,
            newest_row: self.newest_row,
            lookalikes,
            inputs,
            findings: self.findings.into_vec(),
        }
    }
}

impl FileNotes {
    fn take_sheet(&mut self, sheet: &Sheet, table: &Table) {
        self.separator = table.separator();
        let mut bars = sheet.bars();
        let single = bars.next().filter(|_| bars.next().is_none());
        if let Some(bar) = single {
            self.columns.insert("close", (bar.close.0.clone(), Some(bar.close.1)));
            let optional = [("open", bar.open), ("high", bar.high), ("low", bar.low)];
            for (name, place) in optional {
                let of_file = place.and_then(|place| table.names().get(place));
                self.columns.extend(of_file.map(|of_file| (name, (of_file.clone(), place))));
            }
        }
        let rival = |bar: &BarColumns| Some((bar.close.0.clone(), bar.rival.as_ref()?.0.clone()));
        self.rival_names = sheet.bars().find_map(rival);
    }

    fn see(&mut self, date: NaiveDate) {
        self.first = Some(self.first.map_or(date, |first| first.min(date)));
        self.last = self.last.max(Some(date));
    }

    /// Notes a row whose symbol is blank.
    fn check_symbol(&mut self, written: &[u8], table: &Table) {
        if written.trim_ascii().is_empty() {
            self.blank_symbols += 1;
            self.first_blank_symbol.get_or_insert_with(|| table.line());
        }
    }

    /// Notes how a file of one symbol spells it: it must be the same in every row.
    fn check_spelling(&mut self, written: Option<&[u8]>) {
        let Some(written) = written else { return };
        match &self.spelling {
            None => self.spelling = Some(written.to_vec()),
            Some(first) => self.other_spelling |= first != written,
        }
    }

    /// What is wrong with the file as a whole, closes aside.
    fn findings(&self, sheet: &Sheet, last_line: u64) -> Vec<Finding> {
        let mut findings = self.dates.findings(&self.path, &sheet.date.0, self.valid_dates, last_line);
        if let Some((close, adjusted)) = &self.rival_names {
            findings.extend(self.rivals.finding(&self.path, close, adjusted));
        }
        if let Some(line) = self.first_blank_symbol {
            let verb = if self.blank_symbols == 1 { "has" } else { "have" };
            let rows = counted(usize::try_from(self.blank_symbols).unwrap_or(usize::MAX), "row");
            findings.push(
                Finding::new(Code::BlankSymbol, format!("{rows} {verb} no symbol and {verb} no effect"))
                    .file(&self.path)
                    .line(line)
                    .column("symbol")
                    .observed(self.blank_symbols)
                    .hint("name the symbol, or take the row out"),
            );
        }
        if self.other_spelling {
            findings.push(
                Finding::new(Code::PricesParseFailed, "the file has several symbols, and one was named")
                    .file(&self.path)
                    .hint("name the file without `SYMBOL=`"),
            );
        }
        findings
    }

    fn bad_prices(&self, floors: &[Option<NaiveDate>]) -> Vec<Finding> {
        let facts = FileFacts { path: &self.path, separator: self.separator, columns: self.columns.clone() };
        self.bad_cells.iter().flat_map(|(column, cells)| cells.findings(&facts, column, floors)).collect()
    }
}

/// The price cells of a row of a wanted symbol.
struct Cells<'c> {
    table: &'c Table,
    bar: &'c BarColumns,
    book: usize,
    date: NaiveDate,
    bad_cells: &'c mut BTreeMap<&'static str, BadCells>,
    /// Whether no checked cell is bad.
    is_complete: bool,
}

impl Cells<'_> {
    /// A price of the row; `None` where it is blank or bad.
    fn price(&mut self, name: &'static str, column: Option<usize>, column_use: Use) -> Option<f64> {
        let column = column.filter(|_| column_use != Use::Ignored)?;
        let written = self.table.bytes(column);
        let price = read_price(written, self.bar.has_dollar_signs());
        if price.is_none() && column_use == Use::Checked && !written.trim_ascii().is_empty() {
            self.is_complete = false;
            self.bad_cells.entry(name).or_default().add(self.book, self.date, self.table, column);
        }
        price
    }
}

/// Reads a price; `None` where the cell holds no plausible one.
fn read_price(written: &[u8], has_dollar_signs: bool) -> Option<f64> {
    let text = std::str::from_utf8(written).ok()?.trim();
    let price: f64 = match has_dollar_signs {
        true => text.strip_prefix('$').unwrap_or(text).replace(',', "").parse().ok()?,
        false => text.parse().ok()?,
    };
    PLAUSIBLE_PRICES.contains(&price).then_some(price)
}

fn read_volume(table: &Table, column: Option<usize>, column_use: Use) -> Result<Option<f64>, Box<Finding>> {
    let Some(column) = column.filter(|_| column_use != Use::Ignored) else { return Ok(None) };
    let text = std::str::from_utf8(table.bytes(column)).unwrap_or("?").trim();
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let refuse = |code: Code, message: &str| {
        let finding = cell::finding(code, message, table, column, "volume");
        Err(Box::new(finding.expected("a number of shares from 0, or a blank cell").hint("correct the cell")))
    };
    match (column_use, number) {
        (Use::Checked, None) if !text.is_empty() => {
            refuse(Code::UnreadableNumber, "the volume is not a number")
        }
        (Use::Checked, Some(volume)) if volume < 0.0 => refuse(Code::OutOfRange, "the volume is negative"),
        (Use::AsFound, Some(volume)) if volume <= 0.0 => Ok(None),
        (_, number) => Ok(number),
    }
}

/// Whether two closes agree to a millionth of their size.
fn are_one(close: f64, adjusted: Option<f64>) -> bool {
    const SAME_SHARE: f64 = 1e-6;
    adjusted.is_some_and(|adjusted| (close - adjusted).abs() <= SAME_SHARE * close.max(adjusted))
}

/// Whether the current row is a header line: its date cell is not a date, and its date or symbol cell holds a known name
/// of that column.
fn is_header(table: &Table, sheet: &Sheet) -> bool {
    let name_in = |column: usize| String::from_utf8_lossy(table.bytes(column)).trim().to_lowercase();
    let is_name = |field: Field, name: &str| !name.is_empty() && field.names().contains(&name);
    let date = name_in(sheet.date.1);
    let is_date_name = is_name(Field::AsOf, &date)
        || !date.is_empty() && sheet.headers.iter().any(|header| header.get(sheet.date.1) == Some(&date));
    let symbol = match &sheet.body {
        Body::Long { symbol, .. } => Some(*symbol),
        Body::One { spelling, .. } => *spelling,
        Body::Columns(_) => None,
    };
    is_date_name || symbol.is_some_and(|column| is_name(Field::Symbol, &name_in(column)))
}

/// A row of another length than the header.
struct Ragged {
    finding: Finding,
    footer: Option<Finding>,
}

impl Ragged {
    fn new(table: &Table, sheet: &Sheet, dates: &mut DateReader<'_>, finding: Finding) -> Self {
        let date = table.bytes(sheet.date.1);
        let begins_as_date = date.first().is_some_and(u8::is_ascii_digit);
        let is_data = begins_as_date || dates.read(date).is_ok() || is_header(table, sheet);
        Self { finding, footer: (!is_data).then(|| footer(table.path(), table.line())) }
    }

    /// The finding about the last line: a line without a date is a footer, one with a date was cut.
    fn of_last_line(self) -> Finding {
        self.footer.unwrap_or(self.finding)
    }
}
