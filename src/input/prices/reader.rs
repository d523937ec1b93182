//! Reads price files into one book a symbol, and says what is wrong with all of them together.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::book::{Book, Disagreements};
use super::clock::unfinished_bars;
use super::layout::Sheet;
use super::notes::FileNotes;
use super::pass::Pass;
use super::problems::cut_at_row_limit;
use super::seams::Seams;
use super::{Reading, Request};
use crate::finding::Findings;
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
    findings: Findings,
    notes: Vec<FileNotes>,
}

/// Reads the files of the first request for all of them in one pass. The others want further symbols alone: the records of
/// the files, and what is wrong with a file as a whole, stand in the first reading.
pub(super) fn read<const N: usize>(requests: [&Request<'_>; N]) -> [Reading; N] {
    let mut readers = requests.map(Reader::new);
    let files = requests.first().map_or(0, |request| request.files.len());
    let inputs = (0..files).filter_map(|file| read_file(&mut readers, &requests, file)).collect();
    let mut readings = readers.map(Reader::finish);
    if let Some(first) = readings.first_mut() {
        first.inputs = inputs;
    }
    readings
}

/// Reads a file for all readers. Of a damaged one only the damage is reported.
fn read_file(readers: &mut [Reader<'_>], requests: &[&Request<'_>], file: usize) -> Option<InputRecord> {
    let (request, others) = requests.split_first()?;
    let named = request.files.get(file)?;
    let joined = request.joined(others);
    let opened = named
        .open()
        .and_then(|mut table| Sheet::recognise(&mut table, named, &joined).map(|sheet| (table, sheet)));
    let (mut table, sheet) = match opened {
        Ok(opened) => opened,
        Err(finding) => {
            readers.iter_mut().for_each(|reader| reader.notes.push(FileNotes::default()));
            readers.first_mut()?.findings.push(*finding);
            return None;
        }
    };
    let sheet_for = |request: &&Request<'_>| {
        let sheet = sheet.clone();
        if others.is_empty() { sheet } else { sheet.narrowed(request) }
    };
    let sheets: Vec<Sheet> = requests.iter().map(sheet_for).collect();
    let mut passes: Vec<Pass<'_, '_>> = readers
        .iter_mut()
        .zip(&sheets)
        .map(|(reader, sheet)| Pass::new(reader, file, sheet, &table))
        .collect();
    while passes.first().is_some_and(|pass| !pass.has_stopped) {
        let row = table.next_row();
        if matches!(row, Ok(false)) {
            break;
        }
        passes.iter_mut().filter(|pass| !pass.has_stopped).for_each(|pass| pass.take(&row, &table));
    }
    let is_whole = passes.first().is_some_and(|pass| !pass.has_stopped);
    passes.into_iter().for_each(|pass| pass.finish(is_whole));
    // What is wrong with the file as a whole is said once.
    let (first, sheet) = (readers.first_mut()?, sheets.first()?);
    let notes = first.notes.last().filter(|_| is_whole)?;
    let rows = table.rows() - notes.repeated_headers;
    if rows == 0 {
        first.findings.push(table.no_rows("the file has a header and no rows"));
    }
    first.findings.extend(cut_at_row_limit(table.path(), table.lines_read()));
    let (first_day, last_day) = notes.days.unzip();
    Some(InputRecord {
        rows: Some(rows),
        first: first_day,
        last: last_day,
        blank_closes: Some(notes.blank_closes),
        shape: Some(Box::new(sheet.shape(notes.repeated_headers, table.blank_lines()))),
        ..table.record(FileKind::Prices)
    })
}

impl<'r> Reader<'r> {
    fn new(request: &'r Request<'r>) -> Self {
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

    /// Takes what was seen in a file.
    pub(super) fn take_notes(&mut self, mut notes: FileNotes) {
        self.findings.append(std::mem::take(&mut notes.findings));
        self.notes.push(notes);
    }

    /// The book of a symbol as a file spells it; `None` for one that is not wanted.
    pub(super) fn place_of(&mut self, written: &[u8]) -> Option<usize> {
        if let Some(&place) = self.places.get(written) {
            return place;
        }
        let symbol = std::str::from_utf8(written).ok().and_then(Symbol::parse);
        let place = symbol.and_then(|symbol| self.places.get(symbol.as_str().as_bytes()).copied().flatten());
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
    fn finish(mut self) -> Reading {
        let files = self.request.files;
        let mut found = Disagreements::default();
        let mut market = Market::new();
        let mut floors = Vec::with_capacity(self.books.len());
        let mut of_books = Findings::default();
        let mut seams = Seams::default();
        let mut unfinished = Vec::new();
        for mut book in self.books {
            let times = std::mem::take(&mut book.times);
            let (symbol, history, stretches) = book.into_history(files, &mut found, &mut of_books);
            let floor = self.request.reach.and_then(|reach| reach.floor(&history.dates));
            seams.add(&symbol, &history, &stretches, floor);
            floors.push((symbol.clone(), floor));
            let time = times.unfinished(history.newest_date());
            unfinished.extend(time.map(|time| (symbol.clone(), time)));
            if !history.is_empty() {
                market.insert(symbol, history);
            }
        }
        let mut with_bad_cells = BTreeSet::new();
        for notes in &self.notes {
            self.findings.extend(notes.bad_prices(&floors));
            with_bad_cells.extend(notes.with_bad_cells(&floors));
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
            inputs: Vec::new(),
            findings: self.findings.into_vec(),
        }
    }
}
