//! What is wrong with the cells of one price file: one finding a cause, not one a row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::columns::Field;
use super::dates::{PATTERNS, Refusal, narrow};
use super::notes::FileNotes;
use crate::amount::counted;
use crate::finding::{Code, Finding, Place, Severity};
use crate::input::counted::Counted;
use crate::input::source::STANDARD_INPUT;
use crate::input::table::Table;
use crate::market::new_york;
use crate::symbol::Symbol;
use crate::visible::shell_word;

/// How many different words or dates a finding quotes.
const MOST_QUOTED: usize = 5;

/// Words that programs write where they have no number.
const NO_NUMBER: [&str; 8] = ["null", "nan", "na", "n/a", "#n/a", "none", "-", "nat"];

/// The most words that a command blanks.
const MOST_BLANKED: usize = 16;

/// Cells of one column that are not prices.
pub(super) struct BadCells {
    /// The file's name of the column of the first.
    name: String,
    cells: Vec<BadCell>,
    words: Vec<String>,
}

struct BadCell {
    book: usize,
    date: NaiveDate,
    place: Place,
    word: usize,
}

/// The symbol of a book, and the oldest day that a rule reaches of it.
pub(super) type Floor = (Symbol, Option<NaiveDate>);

impl BadCell {
    /// The symbol of the cell, where a rule reaches it.
    fn in_reach(&self, floors: &[Floor]) -> Option<Symbol> {
        let (symbol, floor) = floors.get(self.book)?;
        floor.is_none_or(|floor| self.date >= floor).then(|| symbol.clone())
    }
}

impl BadCells {
    /// Cells of a column with this name in the file.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), cells: Vec::new(), words: Vec::new() }
    }

    /// Notes a cell of the table's current row.
    pub(super) fn add(&mut self, book: usize, date: NaiveDate, table: &Table, column: usize) {
        let written = table.lossy(column);
        let word = self.words.iter().position(|word| *word == written).unwrap_or_else(|| {
            self.words.push(written);
            self.words.len() - 1
        });
        self.cells.push(BadCell { book, date, place: table.place(column), word });
    }

    /// The findings: an error for the cells in reach, a warning for those before it.
    pub(super) fn findings(&self, file: &FileNotes, field: Field, floors: &[Floor]) -> Vec<Finding> {
        let is_inside = |cell: &&BadCell| cell.in_reach(floors).is_some();
        let (inside, before): (Vec<_>, Vec<_>) = self.cells.iter().partition(is_inside);
        let inside = self.finding(file, field, &inside);
        let inside = inside.map(|finding| finding.bars(self.in_reach(floors), None));
        let before = self.finding(file, field, &before).map(|finding| finding.severity(Severity::Warning));
        inside.into_iter().chain(before).collect()
    }

    /// The symbols that have such a cell in reach.
    pub(super) fn in_reach(&self, floors: &[Floor]) -> impl Iterator<Item = Symbol> {
        self.cells.iter().filter_map(|cell| cell.in_reach(floors))
    }

    fn finding(&self, file: &FileNotes, field: Field, cells: &[&BadCell]) -> Option<Finding> {
        let first = cells.iter().min_by_key(|cell| cell.place)?;
        let mut words: Vec<&str> = Vec::new();
        for word in cells.iter().filter_map(|cell| self.words.get(cell.word)) {
            if !words.contains(&word.as_str()) {
                words.push(word);
            }
        }
        let message = match cells.len() {
            1 => format!("the {} is not a valid price", field.name()),
            count => format!("{} are not valid prices", counted(count, field.name())),
        };
        let name = file.columns.get(&field).map_or(self.name.as_str(), |(name, _)| name.as_str());
        Some(
            Finding::new(Code::BadPrice, message)
                .file(&file.path)
                .at(first.place)
                .column(name)
                .observed(words.iter().take(MOST_QUOTED).copied().collect::<Vec<_>>().join(", "))
                .expected("a number above 0 and at most 1e12, or a blank cell")
                .hint(hint(file, field, &words)),
        )
    }
}

fn hint(file: &FileNotes, field: Field, words: &[&str]) -> String {
    if words.iter().any(|word| is_decorated(word)) {
        return "write plain numbers: a decimal point, not a comma, no `$`, and no separators between thousands"
            .to_owned();
    }
    let is_plain_file = file.path != STANDARD_INPUT && !file.path.ends_with(".gz");
    let patterns: Option<BTreeSet<String>> = words.iter().map(|word| blanked_pattern(word)).collect();
    if let Some(patterns) = patterns.filter(|found| found.len() <= MOST_BLANKED && is_plain_file) {
        let command = sed_line(file, field, &patterns);
        return format!("leave the cells blank to have the rows skipped: `{command}`");
    }
    match field {
        Field::Close => "correct the cell, or leave it blank to have the row skipped".to_owned(),
        _ => "correct the cell, or leave it blank to have the close used".to_owned(),
    }
}

/// Whether a word is a number with a decimal comma, a currency sign or separators between thousands.
fn is_decorated(word: &str) -> bool {
    let number = word.trim_start_matches(['$', '€', '£', '-']);
    let is_part = |character: char| character.is_ascii_digit() || ".,' ".contains(character);
    number.starts_with(|first: char| first.is_ascii_digit())
        && number.chars().all(is_part)
        && (number.contains([',', '\'', ' ']) || word.contains(['$', '€', '£']))
}

/// The pattern of a word that means that there is no price; `None` of any other.
fn blanked_pattern(word: &str) -> Option<String> {
    if word.parse::<f64>().is_ok_and(|number| number < 0.0) {
        // The closes of long ago that an adjustment has brought below zero are all different.
        return Some("-[0-9.eE+-]+".to_owned());
    }
    let means_nothing = NO_NUMBER.contains(&word.to_lowercase().as_str()) || word.parse::<f64>() == Ok(0.0);
    means_nothing.then(|| {
        word.chars().fold(String::new(), |mut text, character| {
            if ".@+*?()[]{}^$|\\".contains(character) {
                text.push('\\');
            }
            text.push(character);
            text
        })
    })
}

/// The `sed` command that blanks these words of a column; of all columns where each holds closes.
fn sed_line(file: &FileNotes, field: Field, patterns: &BTreeSet<String>) -> String {
    let words = patterns.iter().map(String::as_str).collect::<Vec<_>>().join("|");
    let separator = match file.separator {
        '|' => "\\|".to_owned(),
        '\t' => "\\t".to_owned(),
        other => other.to_string(),
    };
    let path = shell_word(&file.path);
    match file.columns.get(&field) {
        Some((_, place)) => {
            let not_separator =
                if file.separator == '|' { "[^|]".to_owned() } else { format!("[^{separator}]") };
            format!(
                "sed -E 's@^(({not_separator}*{separator}){{{place}}})\"?({words})\"?({separator}|\\r?$)@\\1\\4@' {path}"
            )
        }
        None => {
            format!("sed -E ':a; s@{separator}\"?({words})\"?({separator}|\\r?$)@{separator}\\2@; ta' {path}")
        }
    }
}

/// A date cell that cannot be read.
pub(super) struct RefusedDate {
    pub refusal: Refusal,
    pub written: String,
    place: Place,
}

impl RefusedDate {
    /// The date cell of the table's current row.
    pub(super) fn new(refusal: Refusal, table: &Table, column: usize) -> Self {
        Self { refusal, written: table.lossy(column), place: table.place(column) }
    }

    /// Whether the row is one of data: its date begins as dates do.
    pub(super) fn looks_dated(&self) -> bool {
        let begins_with_digit = self.written.starts_with(|first: char| first.is_ascii_digit());
        matches!(self.refusal, Refusal::Midnight { .. }) || begins_with_digit
    }
}

/// Dates of one file that cannot be read.
pub(super) struct BadDates {
    refused: BTreeMap<Kind, Counted<RefusedDate>>,
    /// The patterns that every date seen so far fits.
    fits: Vec<&'static str>,
    /// Whether a row that is passed over has a date of another form than people write by hand.
    has_other_forms: bool,
    /// Whether any date could be read.
    pub has_valid: bool,
}

/// What a finding about dates is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Blank,
    Form,
    Midnight,
}

impl Default for BadDates {
    fn default() -> Self {
        Self { refused: BTreeMap::new(), fits: PATTERNS.to_vec(), has_other_forms: false, has_valid: false }
    }
}

impl BadDates {
    /// Notes a date.
    pub(super) fn add(&mut self, refused: RefusedDate) {
        let kind = match refused.refusal {
            Refusal::Blank => Kind::Blank,
            Refusal::Midnight { .. } => Kind::Midnight,
            Refusal::Form(_) | Refusal::Pattern | Refusal::Digits(_) => Kind::Form,
        };
        if kind == Kind::Form {
            narrow(&mut self.fits, &refused.written);
        }
        self.refused.entry(kind).or_default().add(refused);
    }

    /// Notes the date of a row that is passed over, as far as it tells the form of the file's dates.
    #[inline]
    pub(super) fn see_other(&mut self, written: &[u8]) {
        match written {
            [_, _, _, _, b'-', ..] => self.has_other_forms = true,
            [_, b'/' | b'-' | b'.' | b' ', ..]
            | [_, _, b'/' | b'-' | b'.' | b' ', ..]
            | [_, _, _, _, b'/' | b'.', ..] => narrow(&mut self.fits, &String::from_utf8_lossy(written)),
            _ => self.has_other_forms = true,
        }
    }

    /// The findings, one a cause.
    pub(super) fn findings(&self, path: &str, column: &str) -> Vec<Finding> {
        let finding = |refused: &Counted<RefusedDate>| {
            let RefusedDate { refusal, written, place } = refused.first()?;
            let finding = self.finding(refusal, refused.count()).file(path).at(*place).column(column);
            Some(if written.is_empty() { finding } else { finding.observed(written) })
        };
        self.refused.values().filter_map(finding).collect()
    }

    fn finding(&self, refusal: &Refusal, count: u64) -> Finding {
        let new = |message: String| Finding::new(Code::PricesParseFailed, message);
        let of_many = |one: &str, many: &str| {
            if count == 1 { one.to_owned() } else { format!("{} {many}", counted(count, "date")) }
        };
        match refusal {
            Refusal::Blank => new(of_many("the date is blank", "are blank"))
                .expected(new_york::DATE_FORMS)
                .hint("write dates as `YYYY-MM-DD`"),
            Refusal::Midnight { written, new_york } => new(format!(
                "midnight of another zone is {new_york} in New York, and {written} may be meant{}",
                if count == 1 { String::new() } else { format!(" ({} so)", counted(count, "date")) }
            ))
            .expected(new_york::DATE_FORMS)
            .hint(
                "`--dates as-written` takes the dates as they stand, for vendors that write a session's date so; else write \
                 plain dates",
            ),
            Refusal::Pattern => new(of_many("the date does not fit `--dates`", "do not fit `--dates`"))
                .hint("name the pattern that fits every date of every price file, or leave `--dates` out"),
            Refusal::Digits(digits) => new(format!("a number of {} is not a date", counted(*digits, "digit")))
                .expected("`YYYYMMDD`, or seconds, milliseconds or nanoseconds since 1970 (10, 13 or 19 digits)")
                .hint("write dates as `YYYY-MM-DD`"),
            Refusal::Form(error) => {
                let finding = match count {
                    1 => new(error.to_string()),
                    _ => new(format!("{} cannot be read: {error}", counted(count, "date"))),
                };
                let finding = finding.expected(new_york::DATE_FORMS);
                match self.fits.as_slice() {
                    [] => finding.hint("write dates as `YYYY-MM-DD`"),
                    _ if self.has_valid || self.has_other_forms => finding.hint("write all dates of a file in one form, such as `YYYY-MM-DD`"),
                    [one] => finding.hint(format!("name the form with `--dates '{one}'`, which fits every date")),
                    [first, second, ..] => finding.hint(format!(
                        "name the form: `--dates '{first}'` and `--dates '{second}'` both fit every date"
                    )),
                }
            }
        }
    }
}

/// How many lines the sheets of spreadsheet programs have, now and in the older format.
const SHEET_LINES: [u64; 2] = [1_048_576, 65_536];

/// Finds that a file has as many lines as a sheet of a spreadsheet program, which drops what is below.
pub(super) fn cut_at_row_limit(path: &str, lines: u64) -> Option<Finding> {
    SHEET_LINES.contains(&lines).then(|| {
        Finding::new(
            Code::CutAtRowLimit,
            format!("the file has {lines} lines, as many as a sheet of a spreadsheet program: the rest seems to be cut off"),
        )
        .file(path)
        .line(lines)
        .observed(lines)
        .expected("a file that is not cut")
        .hint_with_code(
            "export the prices without a spreadsheet program, or as several files; `--allow {code}` takes the file as it is",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_marks_is_told_from_a_word() {
        for word in ["404,94", "1.404,94", "1,404.94", "$404.94", "-$1", "1 404"] {
            assert!(is_decorated(word), "{word}");
        }
        for word in ["404.94", "-3.5", "null", "-", "", "n,a"] {
            assert!(!is_decorated(word), "{word}");
        }
    }

    #[test]
    fn words_without_a_price_are_blanked_and_others_are_not() {
        assert_eq!(blanked_pattern("0.00").as_deref(), Some("0\\.00"));
        assert_eq!(blanked_pattern("NaN").as_deref(), Some("NaN"));
        assert_eq!(blanked_pattern("-3.5"), blanked_pattern("-12"));
        assert_eq!((blanked_pattern("5OO"), blanked_pattern("1e400")), (None, None));
    }
}
