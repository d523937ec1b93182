//! What a profile's rules are, and why a decision is what it is: its trace with margins, the closes that would
//! change it, and what would have to happen for a symbol to come in or go out.

mod chart;
pub mod flip;
pub(crate) mod names;
pub(crate) mod nearest;
pub mod rules;
pub mod symbol;

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::chart::Chart;
use self::flip::{Flip, Flips};
use self::nearest::NearestFlip;
use self::symbol::SymbolAnswer;
use crate::input::FileKind;
use crate::next_dates::NextDates;
use crate::number::Number;
use crate::pipeline::Run;
use crate::record::Record;
use crate::strategy::trace::{Gate, Ranking, Step, Trace};
use crate::symbol::Symbol;

/// The name and version of the JSON shape.
pub const SCHEMA: &str = "strat.explanation.v1";

/// A decision and the reasons for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: Cow<'static, str>,
    /// The decision, as `decide` prints it.
    pub decision: Record,
    /// The short word of the decision; `null` where an input blocked it.
    pub signal: Option<String>,
    /// The signal in one line for people; `null` where an input blocked it.
    pub headline: Option<String>,
    /// The smallest move of one close that changes the decision; `null` where no single close does.
    pub nearest_flip: Option<NearestFlip>,
    /// How far flips were searched for.
    pub search: SearchRecord,
    /// The comparisons that the decision took its branches on.
    pub gates: Vec<ExplainedGate>,
    /// The rankings, every row of them.
    pub rankings: Vec<Ranking>,
    /// The numbers from the gates and rankings to the targets.
    pub steps: Vec<Step>,
    /// The files, and how old their newest rows are on the decision date.
    pub inputs: Vec<InputAge>,
    /// The price series that the rule looked at.
    pub series: Vec<SeriesRecord>,
    /// The closes of one symbol and the lines that gates compare them with; `null` without such a gate, and where a chart
    /// would show nothing: few closes, or all at one price.
    #[serde(default)]
    pub chart: Option<Chart>,
    /// The days that come next; `null` where neither the decision nor a snapshot has a date.
    pub next_dates: Option<NextDates>,
    /// Why one symbol is in or out; left out without `--symbol`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<SymbolAnswer>,
}

impl Explanation {
    /// Explains a decision with what moves it, and what it says of one symbol where somebody asks.
    pub fn of(decided: &Run, record: Record, flips: &Flips, symbol: Option<&Symbol>) -> Self {
        let mut explanation = Self {
            search: SearchRecord::of(flips.searched.clone()),
            inputs: input_ages(decided),
            series: series(decided),
            next_dates: decided.next_dates(),
            symbol: symbol.map(|symbol| SymbolAnswer::of(decided, symbol)),
            ..Self::unprofiled(record)
        };
        if let Some(outcome) = decided.outcome() {
            let nearest = flips.decision.as_ref().map(|found| NearestFlip::of(decided, outcome, found));
            let of_gates = flips.gates.iter().map(Option::as_ref).chain(std::iter::repeat(None));
            let Trace { gates, rankings, steps, .. } = &decided.trace;
            explanation.signal = Some(outcome.signal.clone());
            explanation.headline = Some(outcome.headline.clone());
            explanation.nearest_flip = nearest;
            explanation.gates =
                gates.iter().zip(of_gates).map(|(gate, flip)| ExplainedGate::new(gate, flip)).collect();
            explanation.rankings.clone_from(rankings);
            explanation.steps.clone_from(steps);
        }
        explanation.chart = Chart::of(decided, &explanation);
        explanation
    }

    /// Explains a block where not even the profile could be read: its findings are all there is.
    pub fn unprofiled(decision: Record) -> Self {
        Self {
            schema: SCHEMA.into(),
            decision,
            signal: None,
            headline: None,
            nearest_flip: None,
            search: SearchRecord::of(Vec::new()),
            gates: Vec::new(),
            rankings: Vec::new(),
            steps: Vec::new(),
            inputs: Vec::new(),
            series: Vec::new(),
            chart: None,
            next_dates: None,
            symbol: None,
        }
    }
}

/// How far flips were searched for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SearchRecord {
    /// The symbols whose newest close was moved, one at a time.
    pub symbols: Vec<Symbol>,
    /// The largest fall that was tried, as a ratio of the newest close.
    pub lowest_change_ratio: Number,
    /// The largest rise that was tried, as a ratio of the newest close.
    pub highest_change_ratio: Number,
}

impl SearchRecord {
    fn of(symbols: Vec<Symbol>) -> Self {
        Self {
            symbols,
            lowest_change_ratio: Number(flip::LOWEST_CHANGE_RATIO),
            highest_change_ratio: Number(flip::HIGHEST_CHANGE_RATIO),
        }
    }
}

/// The size of the room with the sign of whether the gate is met.
fn room_ratio(gate: &Gate, flip: Option<&Flip>) -> Option<f64> {
    let size = match flip {
        Some(flip) => (1.0 / (1.0 + flip.change_ratio) - 1.0).abs(),
        None => gate.margin_ratio()?.abs(),
    };
    Some(if gate.holds { size } else { -size })
}

/// A gate and what would change it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExplainedGate {
    /// The gate.
    #[serde(flatten)]
    pub gate: Gate,
    /// The room before the gate changes: above 0 where it is met, below 0 where it is not, whichever way it compares. Its
    /// size is the distance of the newest close from the close of `flip`, as a ratio of the latter; without a `flip` it
    /// is the size of `margin_ratio`. `null` where neither is known.
    #[serde(default)]
    pub room_ratio: Option<Number>,
    /// The nearest close that changes the gate; `null` where no price moves it or none in the range does.
    pub flip: Option<Flip>,
    /// How many names would have to change sides for the gate to change; `null` where it compares no count or share of
    /// names, and where no number of them changes it.
    pub names_to_change: Option<usize>,
}

impl ExplainedGate {
    fn new(gate: &Gate, flip: Option<&Flip>) -> Self {
        let room_ratio = room_ratio(gate, flip).map(Number);
        Self { gate: gate.clone(), room_ratio, flip: flip.cloned(), names_to_change: names::to_change(gate) }
    }
}

/// A file, and how old its newest row is on the decision date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputAge {
    /// What kind of input it is.
    pub kind: FileKind,
    /// The path as the user named it.
    pub path: String,
    /// How many data rows it has; `null` where it has none.
    pub rows: Option<u64>,
    /// The oldest date among the rows that the decision looked at.
    pub first: Option<NaiveDate>,
    /// The newest date among the rows that the decision looked at.
    pub last: Option<NaiveDate>,
    /// The sessions after the newest date, up to and with the decision date.
    pub age_sessions: Option<usize>,
}

fn input_ages(decided: &Run) -> Vec<InputAge> {
    let inputs = decided.inputs.iter();
    inputs
        .map(|input| InputAge {
            kind: input.kind,
            path: input.path.clone(),
            rows: input.rows,
            first: input.first,
            last: input.last,
            age_sessions: input.last.and_then(|last| age_sessions(decided, last)),
        })
        .collect()
}

/// How many sessions the decision date lies after a date.
fn age_sessions(decided: &Run, date: NaiveDate) -> Option<usize> {
    let calendar = &decided.evidence.calendar;
    let as_of = decided.evidence.as_of.filter(|as_of| calendar.covers(*as_of) && calendar.covers(date))?;
    Some(calendar.sessions_between(date, as_of))
}

/// The part of a price series that the rule looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeriesRecord {
    /// The symbol.
    pub symbol: Symbol,
    /// How many closes the rule looked at.
    pub closes: usize,
    /// The date of the oldest of these closes.
    pub first: Option<NaiveDate>,
    /// The date of the newest close.
    pub last: Option<NaiveDate>,
    /// The newest close in US dollars.
    pub newest_close: Option<Number>,
    /// The sessions after the newest close, up to and with the decision date.
    pub age_sessions: Option<usize>,
}

fn series(decided: &Run) -> Vec<SeriesRecord> {
    let windows = decided.evidence.inputs().prices.within(decided.profile.strategy.reach()).windows();
    windows
        .map(|(symbol, series)| SeriesRecord {
            symbol: symbol.clone(),
            closes: series.len(),
            first: series.dates.first().copied(),
            last: series.date(),
            newest_close: series.close().map(Number),
            age_sessions: series.date().and_then(|last| age_sessions(decided, last)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, to_value};

    use super::*;
    use crate::pipeline::{self, Request};
    use crate::strategy::trace::Trace;

    #[test]
    fn an_explanation_has_the_same_keys_whatever_blocked_it() {
        let keys = |explanation: Value| -> Vec<String> {
            explanation.as_object().unwrap().keys().cloned().collect()
        };
        // No prices were named.
        let request = Request { profile: "global_etf_rotation".to_owned(), ..Request::default() };
        let decided = pipeline::run(&request, Trace::full()).unwrap();
        let blocked =
            to_value(Explanation::of(&decided, Record::new(&decided), &Flips::default(), None)).unwrap();
        let block = Record::unprofiled("mine.json".to_owned(), Vec::new());
        assert_eq!(keys(to_value(Explanation::unprofiled(block)).unwrap()), keys(blocked));
    }
}
