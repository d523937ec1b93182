//! Rows of a price file that are not data: rows of another length than the header, and the lines below the table.

use super::problems::{BadDates, RefusedDate};
use crate::finding::{Code, Finding};
use crate::input::counted::Counted;
use crate::input::source::STANDARD_INPUT;
use crate::visible::shell_word;

/// The most lines below a table that are taken for a footer.
const MOST_FOOTER_LINES: usize = 20;

/// Why a row could not be read.
pub(super) enum Trouble {
    /// A finding behind which the file has no meaning.
    Fatal(Box<Finding>),
    /// Its date.
    Date(RefusedDate),
    /// It has another number of fields than the header.
    Ragged(Box<Finding>),
    /// It names no wanted symbol and has no date: it may be a header line or a part of the footer.
    Dateless,
}

/// The rows that are not data. Those without a date below the last row of data are the footer.
#[derive(Default)]
pub(super) struct OddRows {
    ragged: Counted<Finding>,
    tail: Vec<(u64, Trouble)>,
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
    pub(super) fn add(&mut self, line: u64, odd: Trouble, has_date: bool, dates: &mut BadDates) {
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
                Trouble::Ragged(finding) => self.ragged.add(*finding),
                Trouble::Date(refused) => dates.add(refused),
                _ => {}
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
fn footer(path: &str, lines: &[(u64, Trouble)]) -> Option<Finding> {
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
        Trouble::Date(RefusedDate { written, .. }) if !written.is_empty() => finding.observed(written),
        _ => finding,
    })
}
