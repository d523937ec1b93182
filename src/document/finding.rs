//! The one place that words findings: one finding in a sentence, and many that have one cause in one.

use std::fmt::Write as _;

use crate::finding::{Finding, Severity, cause_of};
use crate::symbol::Symbol;

use super::Tone;

/// How many names a sentence lists before the rest is only counted.
const MOST_NAMED: usize = 3;

/// Findings with one cause: they differ in their cell, their symbol, or what was found there.
#[derive(Clone, Debug)]
pub struct Cause<'a> {
    /// The first of them.
    pub first: &'a Finding,
    /// All that were kept, in order.
    pub findings: Vec<&'a Finding>,
    /// How many there are, those that were only counted too.
    pub total: u64,
}

/// The causes of findings, in the order of the first of each.
pub fn causes(findings: &[Finding]) -> Vec<Cause<'_>> {
    let mut causes: Vec<(crate::finding::CauseKey, Cause<'_>)> = Vec::new();
    for finding in findings {
        let key = cause_of(finding);
        match causes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, cause)) => {
                cause.total += finding.stands_for;
                if finding.counts.is_none() {
                    cause.findings.push(finding);
                }
            }
            None => causes
                .push((key, Cause { first: finding, findings: vec![finding], total: finding.stands_for })),
        }
    }
    causes.into_iter().map(|(_, cause)| cause).collect()
}

impl<'a> Cause<'a> {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.first.severity
    }

    /// The cure, if one is known.
    pub fn hint(&self) -> Option<&'a str> {
        self.first.hint.as_deref()
    }

    /// The symbols that it is about, each once.
    pub fn symbols(&self) -> Vec<&'a Symbol> {
        let mut symbols: Vec<&Symbol> = Vec::new();
        for symbol in self.findings.iter().filter_map(|finding| finding.symbol.as_ref()) {
            if !symbols.contains(&symbol) {
                symbols.push(symbol);
            }
        }
        symbols
    }

    /// The columns that it is about, each once.
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for column in self.findings.iter().filter_map(|finding| finding.column.as_ref()) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        columns
    }

    /// The cause in one sentence with its place, the number of findings and the first names where there are several.
    pub fn sentence(&self) -> String {
        let (one, tail) = self.as_one();
        sentence(&one) + &tail
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
        let names: Vec<String> = symbols.iter().map(ToString::to_string).collect();
        if let Some(symbol) = self.first.symbol.as_ref().filter(|_| symbols.len() > 1) {
            let quoted = format!("`{symbol}`");
            if one.message.contains(&quoted) {
                let all = format!("{} symbols ({})", symbols.len(), some_of(&names, MOST_NAMED));
                let is_subject = one.message.starts_with(&quoted);
                one.message = one.message.replacen(&quoted, &all, 1);
                if is_subject {
                    one.message = one.message.replacen(" has ", " have ", 1).replacen(" is ", " are ", 1);
                }
            } else {
                let _ = write!(tail, ": {}", some_of(&names, MOST_NAMED));
            }
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
        if symbols.len() < 2 || one.line.is_some() {
            let _ = write!(tail, " ({} times", grouped_count(self.total));
            if let Some(line) = one.line.take() {
                let _ = write!(tail, ", first in line {line}");
            }
            tail.push(')');
        }
        (one, tail)
    }
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

/// The first of several names and how many more there are.
pub fn some_of(names: &[String], most: usize) -> String {
    let named = names.iter().take(most).map(String::as_str).collect::<Vec<_>>();
    match (named.split_last(), names.len().saturating_sub(most)) {
        (_, beyond @ 1..) => format!("{} and {beyond} more", named.join(", ")),
        _ => named.join(", "),
    }
}

/// A count with a comma between thousands.
pub fn grouped_count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
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
        // 300 lines of two columns, of which a hundred findings were kept.
        assert_eq!(
            sentences,
            ["s.csv: columns a, b: the cell is not a number (600 times, first in line 62)",]
        );
    }
}
