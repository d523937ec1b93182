//! Findings that have one cause, together.

use std::collections::BTreeSet;

use super::lines::Lines;
use super::{CauseKey, Finding, Severity, cause_of};
use crate::symbol::Symbol;

/// Findings with one cause: they differ in their cell, their symbol, or what was found there.
#[derive(Clone, Debug)]
pub struct Cause<'a> {
    /// The first of them.
    pub first: &'a Finding,
    /// All that were kept, in order.
    pub findings: Vec<&'a Finding>,
    /// How many there are, those that were only counted too.
    pub total: u64,
    /// The lines that they are on.
    pub lines: Lines,
    /// The columns of those that were only counted.
    counted_columns: BTreeSet<String>,
}

/// How many names a sentence lists before the rest is only counted.
pub const MOST_NAMED: usize = 3;

/// The causes of findings, in the order of the first of each.
pub fn causes(findings: &[Finding]) -> Vec<Cause<'_>> {
    let mut causes: Vec<(CauseKey, Cause<'_>)> = Vec::new();
    for finding in findings {
        let key = cause_of(finding);
        if causes.iter().all(|(known, _)| *known != key) {
            causes.push((key.clone(), Cause::new(finding)));
        }
        if let Some((_, cause)) = causes.iter_mut().find(|(known, _)| *known == key) {
            cause.add(finding);
        }
    }
    causes.into_iter().map(|(_, cause)| cause).collect()
}

impl<'a> Cause<'a> {
    /// A cause that has no finding yet; its first one speaks for it.
    fn new(first: &'a Finding) -> Self {
        let (findings, lines, counted_columns) = (Vec::new(), Lines::default(), BTreeSet::new());
        Self { first, findings, total: 0, lines, counted_columns }
    }

    fn add(&mut self, finding: &'a Finding) {
        self.total += finding.stands_for;
        finding.line.into_iter().for_each(|line| self.lines.insert(line));
        match &finding.counts {
            Some(flood) => {
                self.lines.append(&flood.lines);
                self.counted_columns.extend(flood.columns.iter().cloned());
            }
            None => self.findings.push(finding),
        }
    }

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

    /// The message of the first finding, about all symbols of the cause where they stand in it; `None` where it is about
    /// one, or names none.
    pub fn message_about_all(&self) -> Option<String> {
        let first = self.first.symbol.as_ref()?;
        let symbols = self.symbols();
        let quoted = format!("`{first}`");
        if symbols.len() < 2 || !self.first.message.contains(&quoted) {
            return None;
        }
        let all = match symbols.get(..MOST_NAMED).filter(|_| self.is_partial()) {
            Some(named) => format!("many symbols ({} and others)", some_of(named, MOST_NAMED)),
            None => format!("{} symbols ({})", symbols.len(), some_of(&symbols, MOST_NAMED)),
        };
        let message = self.first.message.replacen(&quoted, &all, 1);
        Some(match self.first.message.starts_with(&quoted) {
            true => message.replacen(" has ", " have ", 1).replacen(" is ", " are ", 1),
            false => message,
        })
    }

    /// Whether some of its findings were only counted, so that not all symbols are known.
    pub fn is_partial(&self) -> bool {
        self.total > self.findings.len() as u64
    }

    /// The columns that it is about, each once.
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for column in self.findings.iter().filter_map(|finding| finding.column.as_ref()) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        let counted: Vec<String> =
            self.counted_columns.iter().filter(|column| !columns.contains(column)).cloned().collect();
        columns.extend(counted);
        columns
    }
}

/// The first causes of a severity, and how many findings the others have.
pub fn first_causes(findings: &[Finding], severity: Severity, most: usize) -> (Vec<Cause<'_>>, u64) {
    let mut of_severity: Vec<_> =
        causes(findings).into_iter().filter(|cause| cause.severity() == severity).collect();
    let beyond = of_severity.iter().skip(most).map(|cause| cause.total).sum();
    of_severity.truncate(most);
    (of_severity, beyond)
}

/// The first of several names and how many more there are.
pub fn some_of<N: ToString>(names: impl IntoIterator<Item = N>, most: usize) -> String {
    let mut names = names.into_iter().map(|name| name.to_string());
    let named = names.by_ref().take(most).collect::<Vec<_>>().join(", ");
    match names.count() {
        0 => named,
        beyond => format!("{named} and {beyond} more"),
    }
}
