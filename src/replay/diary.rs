//! The diary: a row each time a decision says something else than the one before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::schedule::Turn;
use crate::finding::{Code, Finding, Severity};
use crate::strategy::{Action, RiskFlag};
use crate::symbol::Symbol;

/// What a decision of the walk said.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    /// What to do.
    pub action: Action,
    /// The targets: shares of the equity, or US dollars.
    pub targets: BTreeMap<Symbol, f64>,
    /// The signal in one word without numbers; `None` where the decision is blocked.
    pub signal: Option<String>,
    /// The signal in a sentence with the numbers of the day.
    pub headline: Option<String>,
    /// The risk flags.
    pub risk_flags: Vec<RiskFlag>,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
    /// The identity of the decision.
    pub decision_id: String,
}

impl Ruling {
    /// The codes of what blocks it, without repeats.
    pub fn errors(&self) -> impl Iterator<Item = Code> + '_ {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.code).collect::<BTreeSet<Code>>().into_iter()
    }
}

/// The fill of a decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// The session of the fill.
    pub date: NaiveDate,
    /// Its turnover as a ratio.
    pub turnover: f64,
    /// Its cost in US dollars.
    pub cost_usd: f64,
}

/// The nearest move of one close that would have changed a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestFlip {
    /// Whose close.
    pub symbol: Symbol,
    /// The close at which the decision changes.
    pub close: f64,
    /// Its distance from the close of the day, as a ratio.
    pub change: f64,
    /// What the decision becomes.
    pub to: String,
}

/// A run of decisions that said the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The newest day that the first decision saw.
    pub data_date: NaiveDate,
    /// The date of the first decision.
    pub as_of: NaiveDate,
    /// What it said.
    pub ruling: Ruling,
    /// The fill of the first decision; `None` without one.
    pub fill: Option<Fill>,
    /// How many decisions after it said the same.
    pub repeats: usize,
    /// The data date of the last of them.
    pub last_date: NaiveDate,
    /// Whether the first decision changed the targets of the actionable one before.
    pub is_change: bool,
    /// The nearest flip of the first decision.
    pub flip: Option<NearestFlip>,
}

/// How often a finding was met, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// In how many decisions.
    pub count: usize,
    /// The data date of the first.
    pub first: NaiveDate,
    /// The data date of the last.
    pub last: NaiveDate,
}

/// The decisions of a walk that were blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Blocked {
    /// How many.
    pub decisions: usize,
    /// In how many spells.
    pub spells: usize,
    /// The data date of the first.
    pub first: NaiveDate,
    /// The data date of the last.
    pub last: NaiveDate,
    /// What blocked them, sorted.
    pub codes: Vec<&'static str>,
}

/// The diary of a walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diary {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The findings of all its decisions.
    pub findings: BTreeMap<Code, Met>,
    /// The row whose first decision is not filled yet.
    awaiting: Option<usize>,
    /// The row whose fill is under way.
    filling: Option<usize>,
}

impl Diary {
    /// Enters a decision; `true` when it begins a row.
    pub fn enter(&mut self, turn: &Turn, ruling: &Ruling, is_change: bool) -> bool {
        self.awaiting = None;
        let codes: BTreeSet<Code> = ruling.findings.iter().map(|finding| finding.code).collect();
        for code in codes {
            let met = Met { count: 0, first: turn.data_date, last: turn.data_date };
            let met = self.findings.entry(code).or_insert(met);
            met.count += 1;
            met.last = turn.data_date;
        }
        match self.rows.last_mut() {
            Some(row) if says_the_same(&row.ruling, ruling) => {
                row.repeats += 1;
                row.last_date = turn.data_date;
                false
            }
            _ => {
                self.awaiting = Some(self.rows.len());
                self.rows.push(Row {
                    data_date: turn.data_date,
                    as_of: turn.as_of,
                    ruling: ruling.clone(),
                    fill: None,
                    repeats: 0,
                    last_date: turn.data_date,
                    is_change,
                    flip: None,
                });
                true
            }
        }
    }

    /// The decisions that were blocked; `None` if none was.
    pub fn blocked(&self) -> Option<Blocked> {
        let blocked = || self.rows.iter().filter(|row| row.ruling.action == Action::Blocked);
        let (first, last) = (blocked().next()?, blocked().next_back()?);
        let codes: BTreeSet<&str> = blocked().flat_map(|row| row.ruling.errors()).map(Code::as_str).collect();
        Some(Blocked {
            decisions: blocked().map(|row| row.repeats + 1).sum(),
            spells: blocked().count(),
            first: first.data_date,
            last: last.last_date,
            codes: codes.into_iter().collect(),
        })
    }

    /// The orders of the newest decision are filled.
    pub fn start_fill(&mut self) {
        self.filling = self.awaiting.take();
    }

    /// Enters what the fill under way did, if its decision began a row.
    pub fn enter_fill(&mut self, fill: Fill) {
        if let Some(row) = self.filling.take().and_then(|place| self.rows.get_mut(place)) {
            row.fill = Some(fill);
        }
    }
}

/// Whether two decisions say the same: the action, the signal and the names of the targets above 0.
fn says_the_same(one: &Ruling, other: &Ruling) -> bool {
    one.action == other.action && one.signal == other.signal && name_the_same(&one.targets, &other.targets)
}

/// The targets above 0, by symbol.
pub fn above_zero(targets: &BTreeMap<Symbol, f64>) -> impl Iterator<Item = (&Symbol, f64)> {
    targets.iter().map(|(symbol, target)| (symbol, *target)).filter(|(_, target)| *target > 0.0)
}

/// Whether the same symbols have a target above 0.
pub fn name_the_same(one: &BTreeMap<Symbol, f64>, other: &BTreeMap<Symbol, f64>) -> bool {
    above_zero(one).map(|(symbol, _)| symbol).eq(above_zero(other).map(|(symbol, _)| symbol))
}
