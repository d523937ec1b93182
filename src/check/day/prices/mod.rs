//! What the prices of a decision say: moves that no market makes, histories with holes, bars that are not a day's close.
//!
//! A finding about a symbol is an error only where this very decision read it; otherwise it is a warning.

pub(crate) mod months;
pub(crate) mod moves;
pub(crate) mod newest;
pub(crate) mod pairs;
pub(crate) mod ranges;
pub(crate) mod ranked;
pub(crate) mod rotation;
pub(crate) mod sessions;
pub(crate) mod shape;
pub(crate) mod twins;

use std::cmp::Ordering;
use std::iter;

use chrono::NaiveDate;

use super::Day;
use crate::finding::{Code, Finding, Severity};
use crate::market::window::Window;
use crate::strategy::Outcome;
use crate::symbol::Symbol;

/// A symbol that the rule may read, with the bars in its reach.
#[derive(Clone, Copy, Debug)]
pub struct Used<'a> {
    /// The symbol.
    pub symbol: &'a Symbol,
    /// Its bars in reach.
    pub window: Window<'a>,
    /// Whether this very decision read it.
    pub is_read: bool,
}

impl Used<'_> {
    /// The severity of a finding that is an error about a symbol that was read.
    pub fn worst(&self) -> Severity {
        if self.is_read { Severity::Error } else { Severity::Warning }
    }
}

/// The closes of two series on the dates that both have, newest first.
fn common_closes<'a>(one: Window<'a>, other: Window<'a>) -> impl Iterator<Item = (f64, f64)> + 'a {
    let newest_first = |window: Window<'a>| window.dates.iter().zip(window.closes).rev().peekable();
    let (mut left, mut right) = (newest_first(one), newest_first(other));
    iter::from_fn(move || {
        loop {
            match left.peek()?.0.cmp(right.peek()?.0) {
                Ordering::Greater => drop(left.next()),
                Ordering::Less => drop(right.next()),
                Ordering::Equal => return Some((*left.next()?.1, *right.next()?.1)),
            }
        }
    })
}

/// A month without a close says better what a warning about the holes of the same symbol says.
fn drop_holes_of_missing_months(findings: &mut Vec<Finding>) {
    let is_missing = |finding: &&Finding| finding.code == Code::MissingMonth;
    let symbols: Vec<Symbol> =
        findings.iter().filter(is_missing).filter_map(|finding| finding.symbol.clone()).collect();
    findings.retain(|finding| {
        let is_hole = finding.code == Code::SparseHistory && finding.severity == Severity::Warning;
        !(is_hole && finding.symbol.as_ref().is_some_and(|symbol| symbols.contains(symbol)))
    });
}

/// Every finding about the prices of a decision that only the outcome shows, the holes of histories among them.
pub fn examine(
    day: &Day<'_>,
    outcome: &Outcome,
    used: &[Used<'_>],
    sparse: &[Finding],
    as_of: NaiveDate,
) -> Vec<Finding> {
    let calendar = day.inputs.calendar;
    let mut findings = Vec::new();
    for one in used {
        findings.extend(moves::examine(one, calendar, day.max_lag, day.inputs.found));
        if *one.symbol != outcome.safe_haven {
            findings.extend(shape::frozen_price(one));
        }
    }
    findings.extend(sparse.iter().cloned());
    findings.extend(twins::twin_series(used, &outcome.safe_haven));
    findings.extend(ranges::examine(used, day));
    findings.extend(newest::filled_forward(used, as_of));
    // The time of day beside the newest row says it better.
    if !day.is_found(Code::UnfinishedBar) {
        findings.extend(newest::unfinished_bar(used, as_of));
    }
    findings.extend(pairs::examine(day));
    findings.extend(rotation::examine(day, outcome, used));
    drop_holes_of_missing_months(&mut findings);
    findings.extend(ranked::few_underlyings(day, outcome));
    findings.extend(newest::close_before_decision_date(used, outcome.action, as_of, calendar, day.max_lag));
    findings
}
