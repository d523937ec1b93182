//! Rows of a price file that are not data: rows of another length than the header, and the lines below the table.

use super::dates::Refusal;
use super::problems::{BadDates, RefusedDate};
use crate::finding::{Code, Finding};
use crate::input::source::STANDARD_INPUT;
use crate::visible::shell_word;

/// The most lines below a table that are taken for a footer.
const MOST_FOOTER_LINES: usize = 20;

/// Why a row is not data.
pub(super) enum Odd {
    /// It has another number of fields than the header.
    Ragged(Box<Finding>),
    /// Its date could not be read.
    Date(RefusedDate),
    /// It names no wanted symbol, and has no date.
    Dateless,
}

/// The rows that are not data. Those without a date below the last row of data are the footer.
#[derive(Default)]
pub(super) struct OddRows {
    ragged: Counted,
    tail: Vec<(u64, Odd)>,
    has_data: bool,
}

impl OddRows {
    /// Notes a row of data: what stands above it is not a footer.
    #[inline]
    pub(super) fn see_data(&mut self, dates: &mut BadDates) {
        self.has_data = true;
        if !self.tail.is_empty() {
            self.settle(dates);
        }
    }

    /// Notes a row that is not data. A row with a date was cut or shifted; only one without a date may be a footer.
    pub(super) fn add(&mut self, line: u64, odd: Odd, has_date: bool, dates: &mut BadDates) {
        let may_be_footer = self.has_data && !has_date && self.tail.len() < MOST_FOOTER_LINES;
        self.tail.push((line, odd));
        if !may_be_footer {
            self.settle(dates);
        }
    }

    /// Takes the last rows for what they are by themselves.
    fn settle(&mut self, dates: &mut BadDates) {
        for (_, odd) in std::mem::take(&mut self.tail) {
            match odd {
                Odd::Ragged(finding) => self.ragged.add(*finding),
                Odd::Date(refused) => dates.add(refused),
                Odd::Dateless => {}
            }
        }
    }

    /// The findings: one for all rows of another length, and one for the footer.
    pub(super) fn findings(self, path: &str) -> Vec<Finding> {
        let footer = footer(path, &self.tail);
        let ragged =
            self.ragged.finding(|first, more| format!("{first}, and {more} have another number too"));
        ragged.into_iter().chain(footer).collect()
    }
}

/// The finding that the last lines are not data.
fn footer(path: &str, lines: &[(u64, Odd)]) -> Option<Finding> {
    let (first, odd) = lines.first()?;
    let (message, command) = match lines.len() {
        1 => ("the last line looks like a footer".to_owned(), "sed '$d'".to_owned()),
        many => (format!("the last {many} lines look like a footer"), format!("sed '{first},$d'")),
    };
    let hint = match path {
        STANDARD_INPUT => format!("remove it: `{command}`"),
        _ => format!("remove it: `{command} {}`", shell_word(path)),
    };
    let finding = Finding::new(Code::PricesParseFailed, message).file(path).line(*first).hint(hint);
    Some(match odd {
        Odd::Date(RefusedDate { written, .. }) if !written.is_empty() => finding.observed(written),
        _ => finding,
    })
}

/// Findings of one cause, of which the first speaks for all.
#[derive(Default)]
pub(super) struct Counted {
    first: Option<Finding>,
    count: u64,
}

impl Counted {
    pub(super) fn add(&mut self, finding: Finding) {
        self.count += 1;
        self.first.get_or_insert(finding);
    }

    /// The one finding; `of_many` makes its message from that of the first and the rows besides, as "3 more rows".
    pub(super) fn finding(self, of_many: impl Fn(&str, &str) -> String) -> Option<Finding> {
        let first = self.first?;
        let message = match self.count {
            0 | 1 => first.message.clone(),
            2 => of_many(&first.message, "1 more row"),
            count => of_many(&first.message, &format!("{} more rows", count - 1)),
        };
        Some(Finding { message, ..first })
    }
}

/// Whether a date that could not be read is that of a row of data: it begins as dates do.
pub(super) fn looks_dated(written: &str, refusal: Refusal) -> bool {
    matches!(refusal, Refusal::Midnight { .. }) || written.starts_with(|first: char| first.is_ascii_digit())
}
