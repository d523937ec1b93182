//! One pass over the rows of a price file: each wanted bar goes into its symbol's book.

use chrono::NaiveDate;

use super::book::{RowPlace, SAME_SHARE, are_near};
use super::cells::{self, Cells};
use super::columns::{BarColumns, Field};
use super::dates::{DateReader, Refusal};
use super::layout::{Body, Sheet};
use super::notes::FileNotes;
use super::odd_rows::Trouble;
use super::problems::RefusedDate;
use super::reader::Reader;
use super::{DateFormat, Use};
use crate::finding::{Code, Finding};
use crate::input::cell;
use crate::input::table::{Table, TableError};
use crate::market::history::Bar;
use crate::symbol::Symbol;

/// A pass over the rows of one file.
pub(super) struct Pass<'p, 'r> {
    reader: &'p mut Reader<'r>,
    file: usize,
    sheet: &'p Sheet,
    notes: FileNotes,
    dates: DateReader<'r>,
    /// A symbol as the row before spells it, and its book: files list a symbol's bars together as a rule.
    last_symbol: (Vec<u8>, Option<usize>),
    /// Of a file with columns of symbols, the books and where their bars stand.
    columns: Vec<(usize, &'p BarColumns)>,
    /// Whether the rows behind the last one have no meaning.
    pub has_stopped: bool,
}

impl<'p, 'r> Pass<'p, 'r> {
    pub(super) fn new(reader: &'p mut Reader<'r>, file: usize, sheet: &'p Sheet, table: &Table) -> Self {
        let mut columns = Vec::new();
        if let Body::Columns(groups) = &sheet.body {
            let mut place = |symbol: &Symbol| reader.place_of(symbol.as_str().as_bytes());
            columns.extend(groups.iter().filter_map(|(symbol, bar)| Some((place(symbol)?, bar))));
            for symbol in &sheet.passed_over {
                place(symbol);
            }
        }
        let dates = DateReader::new(reader.request.dates);
        let notes = FileNotes::new(sheet, table, reader.request);
        let last_symbol = (Vec::new(), None);
        Self { reader, file, sheet, notes, dates, last_symbol, columns, has_stopped: false }
    }

    /// Takes the table's next row, or what is wrong with it.
    pub(super) fn take(&mut self, row: &Result<bool, TableError>, table: &Table) {
        let result = match row {
            Ok(_) => self.read_row(table),
            Err(error) => self.take_error(table, error),
        };
        let trouble = match result {
            Ok(()) => return self.notes.odd_rows.see_data(&mut self.notes.dates),
            Err(_) if self.is_header(table) => match self.take_header_line(table) {
                Ok(()) => return,
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        };
        self.take_trouble(table, trouble);
    }

    /// Takes the end of the rows; `is_whole` says whether the file could be read to it.
    pub(super) fn finish(mut self, is_whole: bool) {
        self.notes.has_times = is_whole && !self.has_stopped && self.dates.has_several_times();
        if is_whole {
            self.notes.conclude(self.sheet);
        }
        self.reader.take_notes(self.notes);
    }

    /// Notes a row that could not be read.
    fn take_trouble(&mut self, table: &Table, trouble: Trouble) {
        let is_undated = match &trouble {
            Trouble::Date(refused) => refused.refusal == Refusal::Blank,
            other => matches!(other, Trouble::Dateless),
        };
        if is_undated && table.is_blank_row() {
            return;
        }
        let (trouble, has_date) = match trouble {
            Trouble::Fatal(finding) => {
                self.has_stopped = true;
                return self.notes.findings.push(*finding);
            }
            Trouble::Date(refused) if refused.looks_dated() => (Trouble::Date(refused), true),
            Trouble::Ragged(finding) => {
                let date = table.bytes(self.sheet.date.1);
                let has_date = date.first().is_some_and(u8::is_ascii_digit) || self.dates.read(date).is_ok();
                (Trouble::Ragged(finding), has_date)
            }
            other => (other, false),
        };
        self.notes.odd_rows.add(table.line(), trouble, has_date, &mut self.notes.dates);
    }

    /// Reads the date of the current row.
    fn read_date(&mut self, table: &Table) -> Result<NaiveDate, Trouble> {
        let column = self.sheet.date.1;
        let read = self.dates.read(table.bytes(column));
        self.notes.dates.has_valid |= read.is_ok();
        read.map_err(|refusal| Trouble::Date(RefusedDate::new(refusal, table, column)))
    }

    /// Takes what is wrong with a row of the table.
    fn take_error(&mut self, table: &Table, error: &TableError) -> Result<(), Trouble> {
        if matches!(error, TableError::Unreadable { is_damaged: true, .. }) {
            self.notes.findings.clear();
            self.notes.bad_cells.clear();
        }
        let finding = table.finding(error);
        match error {
            TableError::Ragged { .. } => Err(Trouble::Ragged(Box::new(finding))),
            TableError::Unreadable { .. } => Err(Trouble::Fatal(Box::new(finding))),
            _ => {
                self.notes.findings.push(finding);
                Ok(())
            }
        }
    }

    fn read_row(&mut self, table: &Table) -> Result<(), Trouble> {
        let sheet = self.sheet;
        match &sheet.body {
            Body::Long { symbol, bar } => {
                let written = table.bytes(*symbol);
                if self.last_symbol.0 != written {
                    self.last_symbol.0.clear();
                    self.last_symbol.0.extend_from_slice(written);
                    self.last_symbol.1 = self.reader.place_of(written);
                }
                match self.last_symbol.1 {
                    Some(book) => self.read_bar(table, book, bar),
                    None => {
                        if self.reader.request.names_blank_symbols {
                            self.notes.check_symbol(written, table.line());
                        }
                        self.read_other(table, *symbol, bar)
                    }
                }
            }
            Body::One { symbol, spelling, bar } => {
                if let Some(column) = spelling {
                    self.check_spelling(table, symbol, *column)?;
                }
                match self.reader.place_of(symbol.as_str().as_bytes()) {
                    Some(book) => self.read_bar(table, book, bar),
                    None => self.read_other(table, sheet.date.1, bar),
                }
            }
            Body::Columns(_) => self.read_columns(table),
        }
    }

    /// Whether the current row is a header line: its date cell is not a date, and its date or symbol cell holds a known
    /// name of that column. One whose date column has no name must repeat the first one.
    fn is_header(&mut self, table: &Table) -> bool {
        let name_in = |column: usize| table.field_as_name(column);
        let is_name = |field: Field, name: &str| !name.is_empty() && field.names().contains(&name);
        let place = self.sheet.date.1;
        let date = name_in(place);
        let is_of_header = |header: &Vec<String>| header.get(place) == Some(&date);
        let repeats = || self.sheet.headers.contains(&table.row_as_names()) && !table.is_blank_row();
        let has_name = is_name(Field::AsOf, &date)
            || date.is_empty() && repeats()
            || !date.is_empty() && self.sheet.headers.iter().any(is_of_header)
            || self.sheet.symbol_column().is_some_and(|column| is_name(Field::Symbol, &name_in(column)));
        has_name && self.dates.read(table.bytes(place)).is_err()
    }

    /// Takes a further header line: skipped if it repeats the first one; otherwise the columns behind it are other ones.
    fn take_header_line(&mut self, table: &Table) -> Result<(), Trouble> {
        let names = table.row_as_names();
        if self.sheet.headers.contains(&names) {
            self.notes.repeated_headers += 1;
            return Ok(());
        }
        let first = self.sheet.headers.first();
        Err(Trouble::Fatal(Box::new(
            Finding::new(
                Code::PricesParseFailed,
                "the line is a header with other columns than the first one",
            )
            .file(table.path())
            .line(table.line())
            .observed(names.join(","))
            .expected(first.map_or_else(|| "rows alone".to_owned(), |first| first.join(",")))
            .hint("write the parts of the file to files of their own, and name each with `--prices`"),
        )))
    }

    /// Refuses a second symbol in a file of one.
    fn check_spelling(&mut self, table: &Table, symbol: &Symbol, column: usize) -> Result<(), Trouble> {
        let written = table.bytes(column);
        let Some(first) = &self.notes.spelling else {
            self.notes.spelling = Some(written.to_vec());
            return Ok(());
        };
        if first == written {
            return Ok(());
        }
        let message = "the file has several symbols, and one was named";
        let finding = cell::finding(table.broken(), message, table, Field::Symbol.at(column));
        Err(Trouble::Fatal(Box::new(
            finding
                .expected(String::from_utf8_lossy(first))
                .hint(format!("name the file without `{symbol}=`")),
        )))
    }

    /// Passes over the row of a symbol that is not wanted. Its date is read where the newest day is looked for, and where
    /// every date must fit `--dates`. A row without a symbol or without a close does not count.
    fn read_other(&mut self, table: &Table, symbol: usize, bar: &BarColumns) -> Result<(), Trouble> {
        let request = self.reader.request;
        let date = table.bytes(self.sheet.date.1);
        if *request.dates == DateFormat::Automatic {
            // A date that may be read without a flag begins with a digit.
            if !date.first().is_some_and(u8::is_ascii_digit) && self.dates.read(date).is_err() {
                return Err(Trouble::Dateless);
            }
            if !request.finds_newest_day {
                self.notes.dates.see_other(date);
                return Ok(());
            }
        }
        if [symbol, bar.close.1].iter().any(|column| table.is_blank(*column)) {
            return Ok(());
        }
        let date = self.read_date(table)?;
        self.reader.count_newest(date);
        Ok(())
    }

    /// Reads a row that has the bars of several symbols.
    fn read_columns(&mut self, table: &Table) -> Result<(), Trouble> {
        let date_column = self.sheet.date.1;
        let mut has_close = false;
        for at in 0..self.columns.len() {
            let Some(&(book, bar)) = self.columns.get(at) else { continue };
            if table.is_blank(bar.close.1) {
                continue;
            }
            has_close = true;
            self.read_bar(table, book, bar)?;
        }
        let is_blank = |at: usize| at == date_column || table.is_blank(at);
        if self.reader.request.finds_newest_day && !(0..table.names().len()).all(is_blank) {
            let date = self.read_date(table)?;
            self.reader.count_newest(date);
        } else if !has_close {
            let date = table.bytes(date_column);
            if date.first().is_some_and(u8::is_ascii_digit) {
                self.notes.dates.see_other(date);
            } else {
                // A header line or a footer, whose other cells are blank.
                self.read_date(table)?;
            }
        }
        Ok(())
    }

    /// Reads the bar of a wanted symbol.
    fn read_bar(&mut self, table: &Table, at: usize, bar: &BarColumns) -> Result<(), Trouble> {
        let date = self.read_date(table)?;
        self.reader.newest_row = self.reader.newest_row.max(Some(date));
        if self.reader.request.last_day.is_some_and(|last| date > last) {
            return Ok(());
        }
        let place = RowPlace { file: self.file, line: table.line() };
        let Some((close, row)) = self.read_cells(table, at, bar, date) else { return Ok(()) };
        if let Some((_, adjusted)) = &bar.rival
            && !cells::read_price(table.bytes(*adjusted), bar.has_dollar_signs())
                .is_some_and(|adjusted| are_near(close, adjusted, SAME_SHARE))
        {
            self.notes.rivals.add((table.line(), table.lossy(bar.close.1), table.lossy(*adjusted)));
        }
        if let (Some(row), Some(book)) = (row, self.reader.books.get_mut(at)) {
            self.notes.see(date);
            if let Some(clock) = self.dates.clock(table.bytes(self.sheet.date.1)) {
                book.times.add(date, clock);
            }
            book.add(row, place);
            self.reader.count_newest(date);
        }
        Ok(())
    }

    /// The close of a row, and its bar unless a cell of it is bad; `None` where the row has no close.
    fn read_cells(
        &mut self,
        table: &Table,
        at: usize,
        bar: &BarColumns,
        date: NaiveDate,
    ) -> Option<(f64, Option<Bar>)> {
        let book = self.reader.books.get_mut(at)?;
        let columns = book.columns;
        let mut cells =
            Cells { table, bar, book: at, date, bad_cells: &mut self.notes.bad_cells, is_complete: true };
        let Some(close) = cells.price(Field::Close, Some(bar.close.1), Use::Checked) else {
            if cells.is_complete {
                self.notes.blank_closes += 1;
                book.add_blank(date, RowPlace { file: self.file, line: table.line() });
            }
            return None;
        };
        let [open, high_column, low, volume] = bar.further;
        let open = cells.price(Field::Open, open, columns.open);
        let high = cells.price(Field::High, high_column, columns.range);
        let low = cells.price(Field::Low, low, columns.range);
        let is_complete = cells.is_complete;
        let volume = cells::read_volume(table, volume, columns.volume);
        let volume = volume.map_err(|finding| self.notes.volumes.add(*finding)).ok().flatten();
        if let (Some(high), Some(low), Some(column), Use::Checked) = (high, low, high_column, columns.range)
            && high < low
        {
            self.notes.crossed.add(cells::high_below_low(table, column, low));
            return None;
        }
        let bar = Bar { date, close, open, high, low, volume };
        Some((close, is_complete.then_some(bar)))
    }
}
