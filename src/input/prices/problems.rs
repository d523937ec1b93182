//! What is wrong with the cells of one price file: one finding a cause, not one a row.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::dates::{Fits, Refusal};
use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::input::source::STANDARD_INPUT;
use crate::input::table::{Place, Table};
use crate::market::new_york;

/// How many different words or dates a finding quotes.
const MOST_QUOTED: usize = 5;

/// Words that programs write where they have no number.
const NO_NUMBER: [&str; 8] = ["null", "nan", "na", "n/a", "#n/a", "none", "-", "nat"];

/// Cells of one column that are not prices.
#[derive(Default)]
pub(super) struct BadCells {
    cells: Vec<BadCell>,
    words: Vec<String>,
}

struct BadCell {
    book: usize,
    date: NaiveDate,
    place: Place,
    word: usize,
}

impl BadCells {
    /// Notes a cell of the table's current row.
    pub(super) fn add(&mut self, book: usize, date: NaiveDate, table: &Table, column: usize) {
        let written = String::from_utf8_lossy(table.bytes(column)).trim().to_owned();
        let word = self.words.iter().position(|word| *word == written).unwrap_or_else(|| {
            self.words.push(written);
            self.words.len() - 1
        });
        self.cells.push(BadCell { book, date, place: table.place(column), word });
    }

    /// The findings: an error for the cells in reach, a warning for those before it.
    pub(super) fn findings(
        &self,
        file: &FileFacts<'_>,
        column: &str,
        floors: &[Option<NaiveDate>],
    ) -> Vec<Finding> {
        let is_in_reach =
            |cell: &&BadCell| floors.get(cell.book).copied().flatten().is_none_or(|floor| cell.date >= floor);
        let (inside, before): (Vec<_>, Vec<_>) = self.cells.iter().partition(is_in_reach);
        let inside = self.finding(file, column, &inside);
        let before = self.finding(file, column, &before).map(|finding| finding.severity(Severity::Warning));
        inside.into_iter().chain(before).collect()
    }

    fn finding(&self, file: &FileFacts<'_>, column: &str, cells: &[&BadCell]) -> Option<Finding> {
        let first = cells.iter().min_by_key(|cell| cell.place)?;
        let mut words: Vec<&str> = Vec::new();
        for word in cells.iter().filter_map(|cell| self.words.get(cell.word)) {
            if !words.contains(&word.as_str()) {
                words.push(word);
            }
        }
        let message = match cells.len() {
            1 => format!("the {column} is not a valid price"),
            count => format!("{} are not valid prices", counted(count, column)),
        };
        Some(
            Finding::new(Code::BadPrice, message)
                .file(file.path)
                .line(first.place.line)
                .character(first.place.character)
                .column(file.columns.get(column).map_or(column, |(name, _)| name.as_str()))
                .observed(words.iter().take(MOST_QUOTED).copied().collect::<Vec<_>>().join(", "))
                .expected("a number above 0 and at most 1e12, or a blank cell")
                .hint(hint(file, column, &words)),
        )
    }
}

/// What a file is, for the cures of its cells.
pub(super) struct FileFacts<'a> {
    pub path: &'a str,
    pub separator: char,
    /// The file's name of a column, and its place where only one column holds such numbers.
    pub columns: BTreeMap<&'static str, (String, Option<usize>)>,
}

fn hint(file: &FileFacts<'_>, column: &str, words: &[&str]) -> String {
    let is_decimal_comma = |word: &&str| {
        word.split_once(',').is_some_and(|(whole, part)| {
            let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_digits(whole) && is_digits(part)
        })
    };
    if words.iter().any(is_decimal_comma) {
        return "write a decimal point, not a comma, and no separators between thousands".to_owned();
    }
    let means_nothing =
        |word: &&str| NO_NUMBER.contains(&word.to_lowercase().as_str()) || word.parse::<f64>() == Ok(0.0);
    let is_plain_file = file.path != STANDARD_INPUT && !file.path.ends_with(".gz");
    if words.iter().all(means_nothing) && words.len() <= MOST_QUOTED && is_plain_file {
        let blanked = sed_line(file, column, words);
        return format!("leave the cells blank to have the rows skipped: {blanked}");
    }
    match column {
        "close" => "correct the cell, or leave it blank to have the row skipped".to_owned(),
        _ => "correct the cell, or leave it blank to have the close used".to_owned(),
    }
}

/// The `sed` line that blanks these words of a column; of all columns where each holds closes.
fn sed_line(file: &FileFacts<'_>, column: &str, words: &[&str]) -> String {
    let escaped = words.iter().map(|word| {
        word.chars().fold(String::new(), |mut text, character| {
            if ".@+*?()[]{}^$|\\".contains(character) {
                text.push('\\');
            }
            text.push(character);
            text
        })
    });
    let words = escaped.collect::<Vec<_>>().join("|");
    let separator = match file.separator {
        '|' => "\\|".to_owned(),
        '\t' => "\\t".to_owned(),
        other => other.to_string(),
    };
    let path = file.path;
    match file.columns.get(column).and_then(|(_, place)| *place) {
        Some(place) => {
            let not_separator =
                if file.separator == '|' { "[^|]".to_owned() } else { format!("[^{separator}]") };
            format!(
                "`sed -E 's@^(({not_separator}*{separator}){{{place}}})({words})({separator}|\\r?$)@\\1\\4@' {path}`"
            )
        }
        None => {
            format!("`sed -E ':a; s@{separator}({words})({separator}|\\r?$)@{separator}\\2@; ta' {path}`")
        }
    }
}

/// Dates of one file that cannot be read.
#[derive(Default)]
pub(super) struct BadDates {
    first: BTreeMap<Kind, (Place, String, Refusal, u64)>,
    fits: Fits,
    last_line: u64,
}

/// What a finding about dates is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Blank,
    Form,
    Midnight,
}

impl BadDates {
    /// Notes the date cell of the table's current row.
    pub(super) fn add(&mut self, refusal: Refusal, table: &Table, column: usize) {
        let written = String::from_utf8_lossy(table.bytes(column)).trim().to_owned();
        let kind = match refusal {
            Refusal::Blank => Kind::Blank,
            Refusal::Midnight { .. } => Kind::Midnight,
            Refusal::Form(_) | Refusal::Pattern | Refusal::Digits(_) => Kind::Form,
        };
        if kind == Kind::Form {
            self.fits.narrow(&written);
        }
        self.last_line = table.line();
        let place = table.place(column);
        self.first.entry(kind).or_insert((place, written, refusal, 0)).3 += 1;
    }

    /// The findings, one a cause. `valid` is how many dates of the file could be read, `last_line` the file's last one.
    pub(super) fn findings(&self, path: &str, column: &str, valid: u64, last_line: u64) -> Vec<Finding> {
        self.first
            .values()
            .map(|(place, written, refusal, count)| {
                let is_footer = *count == 1
                    && place.line == last_line
                    && !matches!(refusal, Refusal::Midnight { .. })
                    && !written.starts_with(|first: char| first.is_ascii_digit())
                    && valid > 0;
                let finding =
                    if is_footer { footer(path, place.line) } else { self.finding(refusal, *count, valid) };
                let finding = finding.file(path).line(place.line).character(place.character).column(column);
                if written.is_empty() { finding } else { finding.observed(written) }
            })
            .collect()
    }

    fn finding(&self, refusal: &Refusal, count: u64, valid: u64) -> Finding {
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
                match self.fits.patterns() {
                    [] => finding.hint("write dates as `YYYY-MM-DD`"),
                    _ if valid > 0 => finding.hint("write all dates of a file in one form, such as `YYYY-MM-DD`"),
                    [one] => finding.hint(format!("name the form with `--dates '{one}'`, which fits every date")),
                    [first, second, ..] => finding.hint(format!(
                        "name the form: `--dates '{first}'` and `--dates '{second}'` both fit every date"
                    )),
                }
            }
        }
    }
}

/// The finding that the last line is not data.
pub(super) fn footer(path: &str, line: u64) -> Finding {
    Finding::new(Code::PricesParseFailed, "the last line looks like a footer")
        .file(path)
        .line(line)
        .hint("remove it: `sed '$d' FILE`")
}

/// Rows in which a close and an adjusted close differ.
#[derive(Default)]
pub(super) struct Rivals {
    first: Option<(u64, String, String)>,
    count: u64,
}

impl Rivals {
    pub(super) fn add(&mut self, line: u64, close: &[u8], adjusted: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        self.first.get_or_insert_with(|| (line, text(close), text(adjusted)));
        self.count += 1;
    }

    pub(super) fn finding(&self, path: &str, close: &str, adjusted: &str) -> Option<Finding> {
        let (line, first, second) = self.first.as_ref()?;
        Some(
            Finding::new(
                Code::AmbiguousClose,
                format!("`{close}` and `{adjusted}` differ in {}", counted(self.count, "row")),
            )
            .file(path)
            .line(*line)
            .observed(format!("{first} and {second}"))
            .expected("one of the two to be named")
            .hint(format!(
                "the rules want closes adjusted for splits and dividends: `--columns close={}`",
                quoted_name(adjusted)
            )),
        )
    }
}

/// A column's name as a shell takes it.
pub(super) fn quoted_name(name: &str) -> String {
    if name.contains([' ', ',', '/', '<']) { format!("'\"{name}\"'") } else { name.to_owned() }
}
