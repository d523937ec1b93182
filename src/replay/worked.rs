//! What the tests of a walk share: five sessions, markets and decisions made to order, and the worked example.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::FillAt;
use super::diary::{Diary, Ruling};
use super::holdings::{Holdings, Lots};
use super::quotes::Quotes;
use super::schedule::{Cadence, Schedule, Turn};
use super::walk::{Book, Decide, State, Terms, Walk};
use crate::account::Account;
use crate::market::calendar::Calendar;
use crate::market::history::{Bar, History as Bars, Market};
use crate::pipeline::PipelineError;
use crate::strategy::Action;
use crate::symbol::Symbol;

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Five sessions from Monday on.
pub(super) const SESSIONS: [&str; 5] = ["2025-03-31", "2025-04-01", "2025-04-02", "2025-04-03", "2025-04-04"];

pub(super) fn sessions() -> Vec<NaiveDate> {
    SESSIONS.map(date).to_vec()
}

pub(super) fn bars(closes: &[Option<f64>]) -> Bars {
    let bar = |(day, close): (NaiveDate, &Option<f64>)| Some(Bar::from_close(day, (*close)?));
    sessions().into_iter().zip(closes).filter_map(bar).collect()
}

pub(super) fn market(series: &[(&'static str, &[f64])]) -> Market {
    let history = |closes: &[f64]| bars(&closes.iter().copied().map(Some).collect::<Vec<_>>());
    series.iter().map(|(name, closes)| (Symbol::literal(name), history(closes))).collect()
}

/// Decisions by data date.
pub(super) struct Scripted(pub(super) BTreeMap<NaiveDate, BTreeMap<Symbol, f64>>);

impl Scripted {
    pub(super) fn new(decisions: &[(usize, &[(&'static str, f64)])]) -> Self {
        let targets = |targets: &[(&'static str, f64)]| {
            targets.iter().map(|(name, target)| (Symbol::literal(name), *target)).collect()
        };
        Self(decisions.iter().map(|(place, named)| (date(SESSIONS[*place]), targets(named))).collect())
    }
}

impl Decide for Scripted {
    fn decide(&self, turn: &Turn, _: &Account) -> Result<Ruling, PipelineError> {
        let targets = self.0.get(&turn.data_date).cloned();
        let action = if targets.is_some() { Action::Rebalance } else { Action::Hold };
        Ok(Ruling {
            action,
            targets: targets.unwrap_or_default(),
            signal: Some(action.as_str().to_owned()),
            headline: None,
            risk_flags: Vec::new(),
            findings: Vec::new(),
            decision_id: String::new(),
        })
    }
}

pub(super) fn terms(fill: FillAt, cost_bps: f64) -> Terms {
    Terms {
        fill,
        delay: 0,
        cost_ratio: cost_bps / 10_000.0,
        trade_threshold: 0.0,
        cash_rate: 0.0,
        are_weights: true,
        finds_flips: false,
    }
}

pub(super) fn walked(market: &Market, terms: &Terms, script: &Scripted, book: Book) -> State {
    let (first, last) = (date(SESSIONS[0]), date(SESSIONS[4]));
    let schedule = Schedule::new(&Cadence::Daily, first, last, &[], &Calendar::default());
    assert_eq!(schedule.sessions, sessions());
    let quotes = Quotes::new(market);
    let walk = Walk { schedule: &schedule, quotes: &quotes, terms, decider: script };
    walk.run(State::new(book, Some(Diary::default()))).unwrap()
}

pub(super) fn model(equity: f64) -> Book {
    Book::Holdings(Holdings::new(equity, Lots::Fractions))
}

pub(super) fn near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0), "got {got}, expected {expected}");
}

pub(super) fn worked() -> (Market, Scripted) {
    let market = market(&[("A", &[10.0, 11.0, 12.1, 12.1, 12.1]), ("B", &[20.0, 20.0, 19.0, 20.9, 20.9])]);
    (market, Scripted::new(&[(0, &[("A", 0.5), ("B", 0.5)]), (2, &[("B", 1.0)])]))
}
