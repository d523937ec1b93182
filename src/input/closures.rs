//! Exchange closures that were decreed after a release: one date per line.

use chrono::NaiveDate;

use super::{FileKind, InputRecord, Read, Reading, json};
use crate::finding::{Code, Finding, Findings};
use crate::market::calendar::Calendar;
use crate::market::new_york;

/// What begins a comment.
const COMMENT: char = '#';

/// Reads a file of closures: blank lines and what follows a `#` are passed over.
///
/// # Errors
/// When it can't be read.
pub fn read(path: &str) -> Read<Vec<NaiveDate>> {
    let file = json::read_text(path, Code::ClosuresInvalid, Code::ClosuresInvalid)?;
    let (mut closures, mut findings) = (Vec::new(), Findings::default());
    let calendar = Calendar::default();
    for (number, line) in (1..).zip(file.text.lines()) {
        let written = line.split(COMMENT).next().unwrap_or_default().trim();
        if written.is_empty() {
            continue;
        }
        match new_york::read_plain_date(written.as_bytes()) {
            Some(date) if calendar.covers(date) => closures.push(date),
            Some(_) => findings.push(beyond_calendar().file(path).line(number).observed(written)),
            None => findings.push(no_date().file(path).line(number).observed(written)),
        }
    }
    let input = Some(InputRecord::new(FileKind::Closures, path, file.sha256));
    Ok(Reading { value: closures, input, findings: findings.into_vec() })
}

fn no_date() -> Finding {
    Finding::new(Code::ClosuresInvalid, "the line is not a date")
        .expected("one date per line as `YYYY-MM-DD`")
        .hint("write one date per line; what follows a `#` is a comment")
}

/// On a day that the calendar does not know nothing could be closed: it is a slip of the pen.
fn beyond_calendar() -> Finding {
    Finding::new(Code::ClosuresInvalid, "the exchange calendar does not reach the closure")
        .expected(format!("a date from {} to {}", Calendar::first_date(), Calendar::last_date()))
        .hint("correct the date, or remove the line")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn reading(text: &str) -> Reading<Vec<NaiveDate>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(file.path().to_str().unwrap()).unwrap()
    }

    #[test]
    fn comments_and_blank_lines_are_passed_over() {
        let reading = reading("# decreed\n\n2027-03-05 # mourning\r\n2027-03-08\n");
        assert_eq!(reading.findings, vec![]);
        assert_eq!(reading.value, ["2027-03-05", "2027-03-08"].map(|date| date.parse().unwrap()));
    }

    #[test]
    fn a_line_that_is_no_date_is_named() {
        let finding = &reading("2027-03-05\n2027-3-8\n").findings[0];
        assert_eq!(
            (finding.code, finding.line, finding.observed.as_deref()),
            (Code::ClosuresInvalid, Some(2), Some("2027-3-8"))
        );
    }

    #[test]
    fn a_closure_beyond_the_calendar_is_named() {
        let reading = reading("1989-12-29\n2035-12-31\n2052-03-05\n");
        let named: Vec<_> =
            reading.findings.iter().map(|f| (f.code, f.line, f.observed.as_deref())).collect();
        assert_eq!(
            named,
            [
                (Code::ClosuresInvalid, Some(1), Some("1989-12-29")),
                (Code::ClosuresInvalid, Some(3), Some("2052-03-05")),
            ]
        );
        assert_eq!(reading.findings[1].expected.as_deref(), Some("a date from 1990-01-01 to 2035-12-31"));
        assert_eq!(reading.value, ["2035-12-31".parse().unwrap()]);
    }
}
