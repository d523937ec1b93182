//! Reads price files into one book a symbol, and says what is wrong with all of them together.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::book::{Book, Disagreements};
use super::clock::unfinished_bars;
use super::columns::Field;
use super::layout::Sheet;
use super::notes::FileNotes;
use super::pass::{Pass, read_rows};
use super::problems::{cut_at_row_limit, quoted_name};
use super::seams::Seams;
use super::{Columns, Reading, Request, Use, open, table_finding};
use crate::finding::{Code, Finding, Findings, quoted};
use crate::input::table::{Table, TableError};
use crate::input::{FileKind, InputRecord};
use crate::lookalike::Spellings;
use crate::market::history::Market;
use crate::symbol::Symbol;

/// How many symbols that are not wanted are remembered, so that a file of wrong cells cannot fill the memory.
const MOST_REMEMBERED: usize = 100_000;

/// The books of all symbols so far, and what was wrong with the files.
pub(super) struct Reader<'r> {
    pub(super) request: &'r Request<'r>,
    pub(super) books: Vec<Book>,
    /// The book of each symbol as files spell it; `None` for those that are passed over.
    places: HashMap<Vec<u8>, Option<usize>>,
    newest_day: Option<NaiveDate>,
    pub(super) newest_row: Option<NaiveDate>,
    pub(super) findings: Findings,
    notes: Vec<FileNotes>,
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

    /// Reads a file, in the same pass for a second reader too. Of a damaged one only the damage is reported.
    pub(super) fn read_file(&mut self, file: usize, beside: Option<&mut Reader<'_>>) -> Option<InputRecord> {
        let Some(beside) = beside else {
            return self.with_notes(|reader, notes| reader.read_table(file, notes, None));
        };
        self.with_notes(|reader, notes| {
            beside.with_notes(|beside, notes_beside| {
                reader.read_table(file, notes, Some((beside, notes_beside)))
            })
        })
    }

    /// Reads a file with notes of its own, and its findings apart from those of the files before.
    fn with_notes<T>(&mut self, read: impl FnOnce(&mut Self, &mut FileNotes) -> T) -> T {
        let of_others = std::mem::take(&mut self.findings);
        let mut notes = FileNotes::default();
        let result = read(self, &mut notes);
        self.notes.push(notes);
        let of_this = std::mem::replace(&mut self.findings, of_others);
        self.findings.append(of_this);
        result
    }

    fn read_table(
        &mut self,
        file: usize,
        notes: &mut FileNotes,
        mut beside: Option<(&mut Reader<'_>, &mut FileNotes)>,
    ) -> Option<InputRecord> {
        let named = self.request.files.get(file)?;
        notes.path.clone_from(&named.path);
        let further = beside.as_ref().map(|(reader, _)| &reader.request.wanted);
        let request = self.request.joined(further);
        let opened = open(named)
            .and_then(|mut table| Sheet::recognise(&mut table, named, &request).map(|sheet| (table, sheet)));
        let (mut table, sheet) = match opened {
            Ok(opened) => opened,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        let sheet_beside = further.map(|wanted| sheet.clone().narrowed(wanted));
        let sheet = if further.is_some() { sheet.narrowed(&self.request.wanted) } else { sheet };
        self.take_sheet(&sheet, &table, notes);
        if let (Some((reader, notes)), Some(sheet)) = (&mut beside, &sheet_beside) {
            reader.take_sheet(sheet, &table, notes);
        }
        let pass = Pass::new(self, file, &sheet, notes);
        let pass_beside = beside.as_mut().zip(sheet_beside.as_ref());
        let pass_beside = pass_beside.map(|((reader, notes), sheet)| Pass::new(reader, file, sheet, notes));
        read_rows(&mut table, pass, pass_beside)?;
        if table.rows() == notes.repeated_headers {
            let empty = table_finding(table.path(), &TableError::Empty);
            self.findings.push(Finding { message: "the file has a header and no rows".to_owned(), ..empty });
        }
        self.findings.extend(notes.findings(&sheet));
        self.findings.extend(cut_at_row_limit(table.path(), table.lines_read()));
        // What is wrong with the file as a whole is said once.
        if let (Some((reader, notes)), Some(sheet)) = (beside, &sheet_beside) {
            reader.findings.extend(notes.findings(sheet));
        }
        let mut record = InputRecord::new(FileKind::Prices, table.path(), table.sha256());
        record.rows = Some(table.rows() - notes.repeated_headers);
        record.first = notes.first;
        record.last = notes.last;
        record.blank_closes = Some(notes.blank_closes);
        record.shape = Some(Box::new(sheet.shape(notes.repeated_headers, table.blank_lines())));
        Some(record)
    }

    /// Notes how a file is laid out, and what of it contradicts the request.
    fn take_sheet(&mut self, sheet: &Sheet, table: &Table, notes: &mut FileNotes) {
        table.path().clone_into(&mut notes.path);
        notes.take_sheet(sheet, table);
        self.check_kind(sheet, table);
    }

    /// Refuses raw ranges and opens beside an adjusted close, where a rule reads them.
    fn check_kind(&mut self, sheet: &Sheet, table: &Table) {
        let reads = |of: fn(&Columns) -> Use| {
            let mut all = self.request.wanted.values().chain(&self.request.others);
            all.any(|columns| of(columns) == Use::Checked)
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
        let close = sheet.close_name();
        self.findings.push(
            Finding::new(
                Code::AmbiguousClose,
                format!("{} are not adjusted as `{close}` is", quoted(&raw)),
            )
            .file(table.path())
            .line(table.header_line())
            .expected("highs and lows of the same kind as the close")
            .hint(format!(
                "add `adj_high` and `adj_low`, or name all three: `--columns close={},high=NAME,low=NAME`",
                quoted_name(close)
            )),
        );
    }

    /// The book of a symbol as a file spells it; `None` for one that is not wanted.
    pub(super) fn place_of(&mut self, written: &[u8]) -> Option<usize> {
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

    /// Notes the day of a row with a close.
    pub(super) fn count_newest(&mut self, date: NaiveDate) {
        if self.request.finds_newest_day && self.request.last_day.is_none_or(|last| date <= last) {
            self.newest_day = self.newest_day.max(Some(date));
        }
    }

    /// What the files hold, sorted.
    pub(super) fn finish(mut self, inputs: Vec<InputRecord>) -> Reading {
        let files = self.request.files;
        let mut found = Disagreements::default();
        let mut market = Market::new();
        let mut floors = Vec::with_capacity(self.books.len());
        let names: Vec<Symbol> = self.books.iter().map(|book| book.symbol.clone()).collect();
        let mut of_books = Findings::default();
        let mut seams = Seams::default();
        let mut unfinished = Vec::new();
        for mut book in self.books {
            let times = std::mem::take(&mut book.times);
            let (symbol, history, stretches) = book.into_history(files, &mut found, &mut of_books);
            let floor = self.request.reach.and_then(|reach| reach.floor(&history.dates));
            seams.add(&symbol, &history, &stretches, floor);
            floors.push(floor);
            let time = times.unfinished(history.newest_date());
            unfinished.extend(time.map(|time| (symbol.clone(), time)));
            if !history.is_empty() {
                market.insert(symbol, history);
            }
        }
        let mut with_bad_cells = BTreeSet::new();
        for notes in &self.notes {
            self.findings.extend(notes.bad_prices(&floors, &names));
            let books = notes.bad_books(&floors);
            with_bad_cells.extend(books.into_iter().filter_map(|book| names.get(book).cloned()));
        }
        let missing = self.request.wanted.keys().filter(|symbol| !market.contains_key(*symbol));
        let spellings = Spellings::new(missing);
        let passed_over = self.places.iter().filter(|(_, place)| place.is_none());
        let mut alike: Vec<(&Symbol, &str)> = passed_over
            .filter_map(|(written, _)| std::str::from_utf8(written).ok())
            .filter_map(|written| Some((spellings.find(written)?, written)))
            .collect();
        // Of several spellings the first in the alphabet, whatever the order of the table.
        alike.sort_by(|one, other| other.cmp(one));
        let lookalikes =
            alike.into_iter().map(|(symbol, written)| (symbol.clone(), written.to_owned())).collect();
        let has_times = |file: usize| self.notes.get(file).is_some_and(|notes| notes.has_times);
        found.findings(files, has_times, &mut self.findings);
        self.findings.append(of_books);
        self.findings.extend(seams.findings(files));
        self.findings.extend(unfinished_bars(&unfinished));
        Reading {
            market,
            newest_day: self.newest_day,
            newest_row: self.newest_row,
            lookalikes,
            with_bad_cells,
            inputs,
            findings: self.findings.into_vec(),
        }
    }
}
