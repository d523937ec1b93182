//! What a profile's rules are, and why a decision is what it is: its trace with margins, the closes that would
//! change it, and what would have to happen for a symbol to come in or go out.

pub mod flip;
pub mod names;
pub mod nearest;
pub mod next_dates;
pub mod rules;
pub mod symbol;

use chrono::NaiveDate;
use serde::Serialize;

use self::flip::{Flip, Flips};
use self::nearest::NearestFlip;
use self::next_dates::{NextDates, WindowPhase, next_dates};
use self::symbol::SymbolAnswer;
use crate::input::FileKind;
use crate::number::Number;
use crate::pipeline::Run;
use crate::record::Record;
use crate::strategy::trace::{
    Gate, Need, RankedRow, Ranking, Reading, SelectionRule, Step, Tested, Unit, Verdict,
};
use crate::symbol::Symbol;

/// The name and version of the JSON shape.
pub const SCHEMA: &str = "strat.explanation.v1";

/// A decision and everything that says why.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation<'a> {
    /// The name and version of this shape.
    pub schema: &'static str,
    /// The decision, as `decide` prints it.
    pub decision: &'a Record,
    /// The short word of the decision; `None` where an input blocked it.
    pub signal: Option<&'a str>,
    /// The signal in one line for people.
    pub headline: Option<&'a str>,
    /// The smallest move of one close that changes the decision; `None` where no single close does.
    pub nearest_flip: Option<NearestFlip>,
    /// Where flips were looked for.
    pub search: SearchRecord,
    /// The comparisons that the decision took its branches on.
    pub gates: Vec<GateRecord>,
    /// The rankings, every row of them.
    pub rankings: Vec<RankingRecord>,
    /// The numbers from the gates and rankings to the targets.
    pub steps: Vec<StepRecord>,
    /// The files and how old their newest row was.
    pub inputs: Vec<InputAge>,
    /// The price series that the rule looked at.
    pub series: Vec<SeriesRecord>,
    /// The days that come next; `None` where neither the decision nor a snapshot has a date.
    pub next_dates: Option<NextDates>,
    /// Why one symbol is in or out, where somebody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<SymbolAnswer>,
}

impl<'a> Explanation<'a> {
    /// Explains a decision with what moves it, and what it says of one symbol where somebody asks.
    pub fn of(decided: &'a Run, record: &'a Record, flips: &Flips, symbol: Option<&Symbol>) -> Self {
        let outcome = decided.outcome.as_ref();
        let trace = outcome.map(|_| &decided.trace);
        let gates = trace.map_or(Vec::new(), |trace| {
            let flips = flips.gates.iter().map(Option::as_ref).chain(std::iter::repeat(None));
            trace.gates.iter().zip(flips).map(|(gate, flip)| GateRecord::of(gate, flip)).collect()
        });
        Self {
            schema: SCHEMA,
            decision: record,
            signal: outcome.map(|outcome| outcome.signal.as_str()),
            headline: outcome.map(|outcome| outcome.headline.as_str()),
            nearest_flip: outcome
                .zip(flips.decision.as_ref())
                .map(|(outcome, found)| NearestFlip::of(decided, outcome, found)),
            search: SearchRecord::of(flips.searched.clone()),
            gates,
            rankings: trace
                .map_or(Vec::new(), |trace| trace.rankings.iter().map(RankingRecord::of).collect()),
            steps: trace.map_or(Vec::new(), |trace| trace.steps.iter().map(StepRecord::of).collect()),
            inputs: input_ages(decided),
            series: series(decided),
            next_dates: upcoming(decided),
            symbol: symbol.map(|symbol| SymbolAnswer::of(decided, symbol)),
        }
    }
}

/// The explanation where not even the profile could be read.
#[derive(Clone, Debug, Serialize)]
pub struct UnprofiledExplanation {
    schema: &'static str,
    decision: Record,
    signal: Option<&'static str>,
    headline: Option<&'static str>,
    nearest_flip: Option<NearestFlip>,
    search: SearchRecord,
    gates: [GateRecord; 0],
    rankings: [RankingRecord; 0],
    steps: [StepRecord; 0],
    inputs: [InputAge; 0],
    series: [SeriesRecord; 0],
    next_dates: Option<NextDates>,
}

impl UnprofiledExplanation {
    /// Explains a block: its findings are all there is.
    pub fn new(decision: Record) -> Self {
        Self {
            schema: SCHEMA,
            decision,
            signal: None,
            headline: None,
            nearest_flip: None,
            search: SearchRecord::of(Vec::new()),
            gates: [],
            rankings: [],
            steps: [],
            inputs: [],
            series: [],
            next_dates: None,
        }
    }
}

/// Where flips were looked for.
#[derive(Clone, Debug, Serialize)]
pub struct SearchRecord {
    /// The symbols whose newest close was moved, one at a time.
    pub symbols: Vec<Symbol>,
    /// How far down, as a ratio of the newest close.
    pub lowest_change_ratio: Number,
    /// How far up, as a ratio of the newest close.
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

/// A gate and what would change it.
#[derive(Clone, Debug, Serialize)]
pub struct GateRecord {
    /// The stable name.
    pub name: &'static str,
    /// The symbol that the gate judges.
    pub symbol: Option<Symbol>,
    /// What the left side is.
    pub left_name: &'static str,
    /// The left side; `None` where it could not be computed.
    pub left: Option<Number>,
    /// The operator: `>`, `>=`, `<`, `<=`.
    pub op: &'static str,
    /// What the right side is.
    pub right_name: &'static str,
    /// The right side; `None` where it could not be computed.
    pub right: Option<Number>,
    /// What both sides count.
    pub unit: Unit,
    /// Whether the gate holds.
    pub holds: bool,
    /// How far left lies from right, as a ratio of the right side's size; `None` where that is zero.
    pub margin_ratio: Option<Number>,
    /// Whose newest close moves the gate.
    pub moved_by: Option<Symbol>,
    /// The nearest close that changes the gate; `None` where no price moves it or none in the range does.
    pub flip: Option<FlipRecord>,
    /// How many names would have to change sides for a gate on a count or a breadth to change.
    pub names_to_change: Option<usize>,
}

impl GateRecord {
    fn of(gate: &Gate, flip: Option<&Flip>) -> Self {
        Self {
            name: gate.name,
            symbol: gate.symbol.clone(),
            left_name: gate.left.name,
            left: gate.left.value.map(Number),
            op: gate.comparison.as_str(),
            right_name: gate.right.name,
            right: gate.right.value.map(Number),
            unit: gate.left.unit,
            holds: gate.holds,
            margin_ratio: gate.margin_ratio().map(Number),
            moved_by: gate.moved_by.clone(),
            flip: flip.map(FlipRecord::of),
            names_to_change: names::to_change(gate),
        }
    }
}

/// The first close with the other answer: at it and beyond the gate has changed, just short of it not.
#[derive(Clone, Debug, Serialize)]
pub struct FlipRecord {
    /// Whose newest close moves.
    pub symbol: Symbol,
    /// The close.
    pub close: Number,
    /// How far that is from the newest close, as a ratio of it.
    pub change_ratio: Number,
}

impl FlipRecord {
    fn of(flip: &Flip) -> Self {
        Self {
            symbol: flip.symbol.clone(),
            close: Number(flip.close),
            change_ratio: Number(flip.change_ratio),
        }
    }
}

/// A ranking.
#[derive(Clone, Debug, Serialize)]
pub struct RankingRecord {
    /// The stable name.
    pub name: String,
    /// The factors, in the order that their contributions add up.
    pub factors: Vec<FactorRecord>,
    /// How rows were selected.
    pub selection: SelectionRule,
    /// The rows, best first.
    pub rows: Vec<RankedRowRecord>,
    /// The tests that a row has to pass to be ranked, in the order they are made.
    pub tests: Vec<&'static str>,
    /// The rows that were not ranked.
    pub excluded: Vec<ExcludedRecord>,
}

/// A factor of a ranking.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FactorRecord {
    /// The stable name.
    pub name: &'static str,
    /// What its z-score, or its value where there are none, is multiplied by.
    pub weight: Number,
}

/// A row of a ranking; its contributions and its bonus add up to its score.
#[derive(Clone, Debug, Serialize)]
pub struct RankedRowRecord {
    /// Its rank, from 1.
    pub rank: usize,
    /// The symbol that would be traded.
    pub symbol: Symbol,
    /// Its sector or underlying, where the rule looks at it.
    pub group: Option<String>,
    /// Its score.
    pub score: Number,
    /// What became of it.
    pub verdict: Verdict,
    /// What each factor gave.
    pub contributions: Vec<ContributionRecord>,
    /// The bonus for being held.
    pub hold_bonus: Number,
}

/// What one factor gave to a row's score.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ContributionRecord {
    /// The factor.
    pub factor: &'static str,
    /// The factor's value.
    pub value: Option<Number>,
    /// Its z-score.
    pub z_score: Option<Number>,
    /// The factor's weight.
    pub weight: Number,
    /// What it adds to the score.
    pub contribution: Number,
}

/// A row that was not ranked.
#[derive(Clone, Debug, Serialize)]
pub struct ExcludedRecord {
    /// The symbol.
    pub symbol: Symbol,
    /// The first test it failed.
    pub test: &'static str,
    /// What it had.
    pub observed: Option<Reading>,
    /// What it needed.
    pub required: Option<Need>,
}

impl RankingRecord {
    fn of(ranking: &Ranking) -> Self {
        Self {
            name: ranking.name.clone(),
            factors: ranking
                .factors
                .iter()
                .map(|factor| FactorRecord { name: factor.name, weight: Number(factor.weight) })
                .collect(),
            selection: ranking.selection,
            rows: ranking.rows.iter().map(|row| RankedRowRecord::of(row, ranking)).collect(),
            tests: ranking.tests.clone(),
            excluded: ranking.excluded().map(ExcludedRecord::of).collect(),
        }
    }
}

impl RankedRowRecord {
    fn of(row: &RankedRow, ranking: &Ranking) -> Self {
        Self {
            rank: row.rank,
            symbol: row.symbol.clone(),
            group: row.group.clone(),
            score: Number(row.score),
            verdict: row.verdict,
            contributions: ranking
                .factors
                .iter()
                .zip(&row.contributions)
                .map(|(factor, part)| ContributionRecord {
                    factor: factor.name,
                    value: part.value.map(Number),
                    z_score: part.z_score.map(Number),
                    weight: Number(factor.weight),
                    contribution: Number(part.contribution),
                })
                .collect(),
            hold_bonus: Number(row.hold_bonus),
        }
    }
}

impl ExcludedRecord {
    fn of((symbol, tested): (&Symbol, &Tested)) -> Self {
        let Tested { test, observed, required, .. } = tested.clone();
        Self { symbol: symbol.clone(), test, observed, required }
    }
}

/// A number on the way to the targets.
#[derive(Clone, Debug, Serialize)]
pub struct StepRecord {
    /// The stable name.
    pub name: &'static str,
    /// The ranking it follows from, where there are several: a sleeve's.
    pub ranking: Option<String>,
    /// The symbol it is about.
    pub symbol: Option<Symbol>,
    /// The number; `None` where it could not be computed.
    pub value: Option<Number>,
    /// What it counts.
    pub unit: Unit,
    /// How it was computed.
    pub formula: &'static str,
}

impl StepRecord {
    fn of(step: &Step) -> Self {
        Self {
            name: step.quantity.name,
            ranking: step.ranking.clone(),
            symbol: step.symbol.clone(),
            value: step.quantity.value.map(Number),
            unit: step.quantity.unit,
            formula: step.formula,
        }
    }
}

/// A file and how old its newest row was on the decision date.
#[derive(Clone, Debug, Serialize)]
pub struct InputAge {
    /// What kind of input it is.
    pub kind: FileKind,
    /// The path as the user named it.
    pub path: String,
    /// How many rows it has.
    pub rows: Option<u64>,
    /// The oldest date among the rows that the decision looked at.
    pub first: Option<NaiveDate>,
    /// The newest date among them.
    pub last: Option<NaiveDate>,
    /// How many sessions lie after the newest date up to the decision date.
    pub age_sessions: Option<usize>,
}

fn input_ages(decided: &Run) -> Vec<InputAge> {
    let inputs = decided.decision.inputs.iter();
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
#[derive(Clone, Debug, Serialize)]
pub struct SeriesRecord {
    /// Whose series it is.
    pub symbol: Symbol,
    /// How many closes.
    pub closes: usize,
    /// The date of the oldest of them.
    pub first: Option<NaiveDate>,
    /// The date of the newest close.
    pub last: Option<NaiveDate>,
    /// The newest close in US dollars.
    pub newest_close: Option<Number>,
    /// How many sessions lie after the newest close up to the decision date.
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

/// The days that come after the decision date: a rebalance day and an execution window that are over give way
/// to the next ones.
pub(crate) fn upcoming(decided: &Run) -> Option<NextDates> {
    let evidence = &decided.evidence;
    let snapshot = evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
    let as_of = evidence.as_of.or(snapshot)?;
    let from = |day, snapshot| next_dates(&decided.profile.strategy, &evidence.calendar, day, snapshot);
    let mut dates = from(as_of, snapshot);
    if dates.rebalance_day.is_some_and(|day| day.is_as_of) {
        dates.rebalance_day = from(as_of.succ_opt()?, snapshot).rebalance_day;
    }
    if dates.execution_window.as_ref().is_some_and(|window| window.phase == WindowPhase::Past) {
        dates.execution_window = from(as_of, None).execution_window;
    }
    Some(dates)
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
            to_value(Explanation::of(&decided, &Record::new(&decided), &Flips::default(), None)).unwrap();
        let block = Record::unprofiled("mine.json".to_owned(), Vec::new());
        assert_eq!(keys(to_value(UnprofiledExplanation::new(block)).unwrap()), keys(blocked));
    }
}
