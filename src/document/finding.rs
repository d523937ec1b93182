//! The one place that words findings: one finding in a sentence, and many that have one cause in one.

use std::fmt::Write as _;

use super::{Cell, Fact, Tone};
use crate::amount::grouped_count;
pub use crate::finding::cause::{Cause, MOST_NAMED, causes, first_causes, some_of};
use crate::finding::{Finding, Severity};

impl Cause<'_> {
    /// The cause in one sentence with its place, the number of findings and the first names where there are several.
    pub fn sentence(&self) -> String {
        let (one, tail) = self.as_one();
        sentence(&one) + &tail
    }

    /// The same below the name of a file: of what is in that file only the line is named.
    pub fn sentence_within(&self, file: &str) -> String {
        let (one, tail) = self.as_one();
        match &one.file {
            Some(own) if own == file => {
                let line = one.line.map(|line| format!("line {line}: ")).unwrap_or_default();
                format!("{line}{}{tail}", about(&one))
            }
            _ => sentence(&one) + &tail,
        }
    }

    /// The same without the file and the line.
    pub fn about(&self) -> String {
        let (one, tail) = self.as_one();
        about(&one) + &tail
    }

    /// A finding that speaks for all of them, and what its sentence ends with.
    fn as_one(&self) -> (Finding, String) {
        let mut one = self.first.clone();
        let mut tail = String::new();
        if self.total == 1 || one.counts.is_some() {
            return (one, tail);
        }
        let symbols = self.symbols();
        if let Some(message) = self.message_about_all() {
            one.message = message;
        } else if self.first.symbol.is_some() && symbols.len() > 1 && !self.is_partial() {
            let _ = write!(tail, ": {}", some_of(symbols.iter(), MOST_NAMED));
        }
        let columns = self.columns();
        if columns.len() > 1 {
            one.column = None;
            one.message = format!("columns {}: {}", some_of(&columns, MOST_NAMED), one.message);
        }
        if self.findings.iter().any(|finding| finding.observed != one.observed) {
            one.observed = None;
        }
        if self.findings.iter().any(|finding| finding.expected != one.expected) {
            one.expected = None;
        }
        if one.line.take().is_some() {
            // Of many cells the cure says what was expected.
            one.expected = one.expected.filter(|_| one.hint.is_none());
            let first = self.lines.first().unwrap_or_default();
            let _ = match self.lines.count() {
                1 => write!(tail, " ({} times, line {first})", grouped_count(self.total)),
                rows => write!(tail, " ({} rows, first line {first})", grouped_count(rows)),
            };
        } else if symbols.len() < 2 && columns.len() < 2 {
            let _ = write!(tail, " ({} times)", grouped_count(self.total));
        }
        (one, tail)
    }
}

/// A cause as an entry: its severity as the label, its code and what is said of it, its cure below it.
pub fn fact(cause: &Cause<'_>, said: &str) -> Fact {
    let severity = cause.severity();
    let hint = cause.hint().filter(|_| severity != Severity::Info);
    Fact {
        label: Cell::new(severity.as_str(), tone(severity)),
        text: format!("{}: {said}", cause.first.code),
        notes: hint.map(|hint| format!("hint: {hint}")).into_iter().collect(),
        code: Some(cause.first.code),
    }
}

/// Where findings stand that a text only counts.
pub const WHERE_ALL_STAND: &str = "(`--format json` lists the first hundred of a kind)";

/// The first causes of errors as entries; the last one says how many findings the other causes have.
pub fn error_facts(findings: &[Finding], most: usize, more: fn(String) -> Fact) -> Vec<Fact> {
    let (causes, beyond) = first_causes(findings, Severity::Error, most);
    let more = (beyond > 0).then(|| more(grouped_count(beyond)));
    causes.iter().map(|cause| fact(cause, &cause.sentence())).chain(more).collect()
}

/// A text with the hint below it.
pub fn with_hint(text: &str, hint: Option<&str>) -> String {
    let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{text}{hint}")
}

/// A finding in one line: `FILE:LINE: column NAME: what is wrong, found X, expected Y`.
pub fn sentence(finding: &Finding) -> String {
    let mut text = String::new();
    if let Some(place) = place(finding, None) {
        let _ = write!(text, "{place}: ");
    }
    text.push_str(&about(finding));
    text
}

/// Where a finding is: `FILE:LINE`, or `FILE:LINE:CHARACTER` as editors take it.
pub fn place(finding: &Finding, character: Option<u64>) -> Option<String> {
    let mut place = finding.file.clone()?;
    for part in [finding.line, character].into_iter().flatten() {
        let _ = write!(place, ":{part}");
    }
    Some(place)
}

/// A finding without its file and line.
pub fn about(finding: &Finding) -> String {
    match &finding.column {
        Some(column) => format!("column {column}: {}", about_without_column(finding)),
        None => about_without_column(finding),
    }
}

/// A finding without its place: what is wrong, what was found and expected.
pub fn about_without_column(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if let Some(observed) = &finding.observed {
        let _ = write!(text, ", found `{observed}`");
    }
    if let Some(expected) = &finding.expected {
        let _ = write!(text, ", expected {expected}");
    }
    text
}

/// The tone of a severity.
pub fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warning,
        Severity::Info => Tone::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Code, Findings};
    use crate::symbol::Symbol;

    fn stale(symbol: &str) -> Finding {
        let symbol = Symbol::parse(symbol).unwrap();
        Finding::new(Code::StalePrice, format!("the newest close of `{symbol}` is 62 sessions old"))
            .symbol(&symbol)
            .observed("2025-03-31")
            .expected("at most 3 sessions")
            .hint("update the prices")
    }

    #[test]
    fn a_finding_is_one_line_with_its_place() {
        let finding = Finding::new(Code::BadPrice, "the close is not a price")
            .file("prices.csv")
            .line(7)
            .column("close")
            .observed("NaN")
            .expected("a finite number above 0");
        let expected = "prices.csv:7: column close: the close is not a price, found `NaN`, expected a finite number above 0";
        assert_eq!(sentence(&finding), expected);
    }

    #[test]
    fn symbols_with_one_cause_are_one_line_with_three_names() {
        let findings = ["EEM", "EFA", "EWJ", "GLD", "QQQ"].map(stale);
        let causes = causes(&findings);
        assert_eq!(causes.len(), 1);
        assert_eq!(
            causes[0].sentence(),
            "the newest close of 5 symbols (EEM, EFA, EWJ and 2 more) is 62 sessions old, found `2025-03-31`, \
             expected at most 3 sessions"
        );
    }

    #[test]
    fn cells_with_one_cause_are_counted_with_their_first_line() {
        let mut findings = Findings::default();
        for line in 62..362 {
            for column in ["a", "b"] {
                findings.push(
                    Finding::new(Code::UnreadableNumber, "the cell is not a number")
                        .file("s.csv")
                        .line(line)
                        .column(column)
                        .observed(line),
                );
            }
        }
        let findings = findings.into_vec();
        let sentences: Vec<String> = causes(&findings).iter().map(Cause::sentence).collect();
        // 300 lines of two columns; a hundred of the 600 findings were kept.
        assert_eq!(sentences, ["s.csv: columns a, b: the cell is not a number (300 rows, first line 62)"]);
    }
}
