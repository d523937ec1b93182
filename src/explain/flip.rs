//! The newest closes at which a gate or the whole decision would change, all else equal.
//!
//! The strategies are pure functions, so nothing here knows their rules: one newest close is replaced, the
//! strategy is asked again, and what it answers is compared. The search moves outward from the newest close on both
//! sides until something changes, and halves the gap down to two neighbouring numbers. The recorded sides of a gate at
//! the last two closes say where they will meet, so the search looks there next (the secant method).
//!
//! A flip is the first close that gives the other answer: the number next to it, towards the newest close,
//! still does not. So "at or below" and "at or above" are exact. A gate that is not asked at all at some close
//! (a fund that falls below its average is not ranked, and a strategy that refuses asks nothing) has not changed
//! there. A refusal is another decision than any answer.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::market::history::History;
use crate::market::window::Window;
use crate::number::finite;
use crate::strategy::Strategy;
use crate::strategy::trace::{Gate, Trace};
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;

/// How far a close may fall in the search, as a ratio of the newest one.
pub const LOWEST_CHANGE_RATIO: f64 = -0.95;

/// How far a close may rise in the search, as a ratio of the newest one.
pub const HIGHEST_CHANGE_RATIO: f64 = 4.0;

/// The first step away from the newest close, as a ratio of it.
const FIRST_STEP_RATIO: f64 = 0.000_1;

/// How many times as far as the step before it each step lies from the newest close.
const STEP_GROWTH: f64 = 1.25;

/// How far around the close at which the sides of a gate should meet the search looks, as a ratio: beyond the rounding
/// of a sum over a few hundred closes, and near enough to find the exact number in a few questions.
const SECANT_MARGIN: f64 = 1e-13;

/// The close of one symbol at which something changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flip {
    /// The symbol whose newest close moves.
    pub symbol: Symbol,
    /// The first close at which the answer is another; at the next number towards the newest close it is not.
    #[serde(serialize_with = "finite")]
    pub close: f64,
    /// The change from the newest close to this one, as a ratio of the newest; below zero is lower.
    #[serde(serialize_with = "finite")]
    pub change_ratio: f64,
}

impl Flip {
    fn is_nearer_than(&self, known: Option<&Self>) -> bool {
        known.is_none_or(|known| self.change_ratio.abs() < known.change_ratio.abs())
    }
}

/// The nearest close that changes the decision, and what is decided there.
#[derive(Clone, Debug)]
pub struct DecisionFlip {
    /// The close.
    pub flip: Flip,
    /// The decision there; `None` where the strategy refuses.
    pub outcome: Option<Outcome>,
    /// The name of the gate that changes there; `None` where the decision changes without one, as when two
    /// rows of a ranking change places.
    pub gate: Option<&'static str>,
}

/// What moves the gates of a decision, and the decision itself.
#[derive(Clone, Debug, Default)]
pub struct Flips {
    /// For each gate of the trace, in its order, the nearest close that changes it.
    pub gates: Vec<Option<Flip>>,
    /// The smallest move of one close that changes the decision, of all symbols that it rests on.
    pub decision: Option<DecisionFlip>,
    /// The symbols whose closes were moved, one at a time.
    pub searched: Vec<Symbol>,
}

impl Flips {
    /// Searches the newest close of every symbol whose price a gate or the decision rests on, from 95 %
    /// below to 400 % above. `outcome` and `trace` are what the strategy answered to the inputs.
    pub fn of(strategy: &Strategy, inputs: Inputs<'_>, outcome: &Outcome, trace: &Trace) -> Self {
        let mut flips = Self { gates: vec![None; trace.gates.len()], ..Self::default() };
        for (symbol, newest) in movers(inputs, outcome, trace) {
            flips.searched.push(symbol.clone());
            let moved = inputs.window(symbol).map(Window::to_history);
            let probe = Probe { strategy, inputs, symbol, moved };
            Search::new(probe, newest, outcome, trace).run(&mut flips);
        }
        flips
    }
}

/// The symbols whose closes are moved, each with its newest close; those that a gate names first: their flips are near
/// as a rule, and a near one spares the others the far part of their search.
fn movers<'a>(inputs: Inputs<'_>, outcome: &'a Outcome, trace: &'a Trace) -> Vec<(&'a Symbol, f64)> {
    let named = trace.gates.iter().filter_map(|gate| gate.moved_by.as_ref());
    let mut seen = BTreeSet::new();
    named
        .chain(&outcome.price_symbols)
        .filter(|symbol| seen.insert(*symbol))
        .filter_map(|symbol| Some((symbol, inputs.newest_close(symbol)?)))
        .collect()
}

/// Whether two outcomes tell the account to do the same.
pub fn same_decision(one: &Outcome, other: &Outcome) -> bool {
    one.action == other.action && one.signal == other.signal && one.targets == other.targets
}

/// The answer of the gate with a name and a symbol; `None` where it was not asked.
pub fn answer(trace: &Trace, name: &str, symbol: Option<&Symbol>) -> Option<bool> {
    find(trace, name, symbol).map(|gate| gate.holds)
}

fn find<'a>(trace: &'a Trace, name: &str, symbol: Option<&Symbol>) -> Option<&'a Gate> {
    trace.gates.iter().find(|gate| gate.name == name && gate.symbol.as_ref() == symbol)
}

/// What the strategy answers at another close.
struct Answer {
    outcome: Outcome,
    trace: Trace,
}

/// The inputs that the strategy is asked about with the newest close of one symbol moved.
struct Probe<'a> {
    strategy: &'a Strategy,
    inputs: Inputs<'a>,
    symbol: &'a Symbol,
    /// The symbol's history, whose newest close is moved; `None` where indicators stand in its place.
    moved: Option<History>,
}

impl Probe<'_> {
    /// What the strategy decides with another newest close of the symbol; `None` where it refuses.
    fn answer_at(&mut self, close: f64) -> Option<Answer> {
        let mut trace = Trace::gates_only();
        let outcome = match &mut self.moved {
            Some(history) => {
                history.set_newest_close(close);
                let prices = self.inputs.prices.with_history(self.symbol, history);
                self.strategy.decide(Inputs { prices, ..self.inputs }, &mut trace)
            }
            None => {
                let moved = self.strategy.moved_indicators(self.inputs.indicators?, self.symbol, close)?;
                self.strategy.decide(Inputs { indicators: Some(&moved), ..self.inputs }, &mut trace)
            }
        };
        outcome.ok().map(|outcome| Answer { outcome, trace })
    }
}

/// What the search waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// The gate at a place of the trace.
    Gate(usize),
    /// The decision.
    Decision,
}

/// One direction of a search. A close stands in it under a key: the nearer to the newest close, the smaller.
struct Side {
    is_down: bool,
    /// The close that was asked about last.
    frontier: f64,
    /// The closes that are still to be asked about, and whether each is a step of the search, not a meeting of two sides
    /// between steps.
    pending: BTreeMap<u64, bool>,
    /// What has been found in this direction.
    found: BTreeSet<Target>,
    /// Of each gate, by its place in the trace, the last close with both sides and how far apart they were.
    measured: BTreeMap<usize, (f64, f64)>,
}

impl Side {
    fn new(is_down: bool, newest: f64) -> Self {
        let (pending, found, measured) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let mut side = Self { is_down, frontier: newest, pending, found, measured };
        let farthest = if is_down { LOWEST_CHANGE_RATIO } else { HIGHEST_CHANGE_RATIO };
        let steps = std::iter::successors(Some(FIRST_STEP_RATIO), |step| Some(step * STEP_GROWTH));
        let steps = steps.take_while(|step| *step < farthest.abs()).chain([farthest.abs()]);
        side.pending = steps.map(|step| (side.key(newest * (1.0 + step.copysign(farthest))), true)).collect();
        side
    }

    /// The bits of positive numbers are in their order.
    fn key(&self, close: f64) -> u64 {
        if self.is_down { !close.to_bits() } else { close.to_bits() }
    }

    fn close(&self, key: u64) -> f64 {
        f64::from_bits(if self.is_down { !key } else { key })
    }

    /// The nearest close that is still to be asked about.
    fn next(&self) -> Option<f64> {
        self.pending.first_key_value().map(|(key, _)| self.close(*key))
    }

    /// Takes the difference of a gate's sides at a step, and looks where the line through it and the one before is
    /// zero, if that lies before the next step. A meeting farther away is found again, and better, from the step
    /// before it; closes between two steps are too near each other for a slope that is more than rounding.
    fn measure(&mut self, place: usize, close: f64, difference: f64) {
        let Some((before, earlier)) = self.measured.insert(place, (close, difference)) else { return };
        let slope = (difference - earlier) / (close - before);
        let meeting = close - difference / slope;
        let next_step = self.pending.iter().find(|(_, is_step)| **is_step);
        let Some(step) = next_step.map(|(key, _)| self.close(*key)) else { return };
        if (close.min(step)..=close.max(step)).contains(&meeting) {
            self.add([meeting * (1.0 - SECANT_MARGIN), meeting * (1.0 + SECANT_MARGIN)]);
        }
    }

    /// Adds closes that lie ahead and within the range.
    fn add(&mut self, closes: [f64; 2]) {
        let Some((&farthest, _)) = self.pending.last_key_value() else { return };
        let reached = self.key(self.frontier);
        for key in closes.map(|close| self.key(close)) {
            if reached < key && key <= farthest {
                self.pending.entry(key).or_insert(false);
            }
        }
    }
}

/// The search over the newest close of one symbol.
struct Search<'a> {
    probe: Probe<'a>,
    newest: f64,
    /// What the strategy answered to the inputs as they are.
    outcome: &'a Outcome,
    trace: &'a Trace,
    targets: Vec<Target>,
    best: BTreeMap<Target, Flip>,
}

impl<'a> Search<'a> {
    fn new(probe: Probe<'a>, newest: f64, outcome: &'a Outcome, trace: &'a Trace) -> Self {
        let gates = trace.gates.iter().enumerate();
        let moved = gates.filter(|(_, gate)| gate.moved_by.as_ref() == Some(probe.symbol));
        let targets = moved.map(|(place, _)| Target::Gate(place)).chain([Target::Decision]).collect();
        Self { probe, newest, outcome, trace, targets, best: BTreeMap::new() }
    }

    /// Moves outward on both sides, the nearer one first, until nothing nearer can be found.
    fn run(mut self, flips: &mut Flips) {
        let decision_bound = flips.decision.as_ref().map(|found| found.flip.change_ratio.abs());
        let [mut down, mut up] = [true, false].map(|is_down| Side::new(is_down, self.newest));
        for side in [&mut down, &mut up] {
            self.measure(side, self.newest, self.trace);
        }
        loop {
            let (next_down, next_up) = (down.next(), up.next());
            let distance = |close: Option<f64>| close.map_or(f64::INFINITY, |close| self.distance(close));
            let reached = self.distance_of_frontier(&down).min(self.distance_of_frontier(&up));
            if self.targets.iter().all(|target| self.is_settled(*target, reached, decision_bound)) {
                break;
            }
            let (side, next) = if distance(next_down) <= distance(next_up) {
                (&mut down, next_down)
            } else {
                (&mut up, next_up)
            };
            let Some(close) = next else { break };
            self.visit(side, close);
        }
        self.report(flips);
    }

    fn distance(&self, close: f64) -> f64 {
        self.change_ratio(close).abs()
    }

    fn change_ratio(&self, close: f64) -> f64 {
        close / self.newest - 1.0
    }

    /// How far a side has been searched.
    fn distance_of_frontier(&self, side: &Side) -> f64 {
        if side.pending.is_empty() { f64::INFINITY } else { self.distance(side.frontier) }
    }

    /// Whether no flip of the target can lie nearer than the best one known.
    fn is_settled(&self, target: Target, reached: f64, decision_bound: Option<f64>) -> bool {
        let bound = decision_bound.filter(|_| target == Target::Decision);
        let best = self.best.get(&target).map(|flip| flip.change_ratio.abs());
        best.into_iter().chain(bound).any(|known| known <= reached)
    }

    /// Asks about a close, and narrows down what has changed since the one before it on this side.
    fn visit(&mut self, side: &mut Side, close: f64) {
        let before = std::mem::replace(&mut side.frontier, close);
        let is_step = side.pending.remove(&side.key(close));
        let answer = self.probe.answer_at(close);
        if let Some(answer) = answer.as_ref().filter(|_| is_step == Some(true)) {
            self.measure(side, close, &answer.trace);
        }
        let changed: Vec<Target> = self
            .targets
            .iter()
            .copied()
            .filter(|target| !side.found.contains(target) && self.has_changed(*target, answer.as_ref()))
            .collect();
        for target in changed {
            side.found.insert(target);
            let flip = self.narrowed(target, before, close);
            self.keep(target, flip);
        }
    }

    /// Measures the gates that have not been found to change on a side.
    fn measure(&self, side: &mut Side, close: f64, trace: &Trace) {
        for target in &self.targets {
            let Target::Gate(place) = target else { continue };
            let of = self.trace.gates.get(*place).filter(|_| !side.found.contains(target));
            let gate = of.and_then(|of| find(trace, of.name, of.symbol.as_ref()));
            if let Some(difference) = gate.and_then(Gate::difference) {
                side.measure(*place, close, difference);
            }
        }
    }

    /// Whether the answer, or the refusal where there is none, differs in what the search waits for.
    fn has_changed(&self, target: Target, asked: Option<&Answer>) -> bool {
        match target {
            Target::Decision => asked.is_none_or(|asked| !same_decision(self.outcome, &asked.outcome)),
            Target::Gate(place) => self.trace.gates.get(place).zip(asked).is_some_and(|(gate, asked)| {
                answer(&asked.trace, gate.name, gate.symbol.as_ref()) == Some(!gate.holds)
            }),
        }
    }

    /// The first changed close between one that is not and one that is, where the change is the only one
    /// between them.
    fn narrowed(&mut self, target: Target, unchanged: f64, changed: f64) -> f64 {
        if let Some(close) = self.flip_of_a_gate_within(target, unchanged, changed) {
            return close;
        }
        let (mut unchanged, mut changed) = (unchanged.to_bits(), changed.to_bits());
        while unchanged.abs_diff(changed) > 1 {
            let middle = unchanged.min(changed) + unchanged.abs_diff(changed) / 2;
            if self.changes_at(target, f64::from_bits(middle)) {
                changed = middle;
            } else {
                unchanged = middle;
            }
        }
        f64::from_bits(changed)
    }

    fn changes_at(&mut self, target: Target, close: f64) -> bool {
        let answer = self.probe.answer_at(close);
        self.has_changed(target, answer.as_ref())
    }

    /// A decision mostly changes with a gate whose flip is known already: two questions instead of dozens.
    fn flip_of_a_gate_within(&mut self, target: Target, unchanged: f64, changed: f64) -> Option<f64> {
        if target != Target::Decision {
            return None;
        }
        let between = unchanged.min(changed)..=unchanged.max(changed);
        let mut known: Vec<f64> =
            self.best.values().map(|flip| flip.close).filter(|close| between.contains(close)).collect();
        known.sort_by(|one, other| self.distance(*one).total_cmp(&self.distance(*other)));
        known.into_iter().find(|&close| {
            self.changes_at(target, close) && !self.changes_at(target, toward(close, self.newest))
        })
    }

    fn keep(&mut self, target: Target, close: f64) {
        let flip = Flip { symbol: self.probe.symbol.clone(), close, change_ratio: self.change_ratio(close) };
        if flip.is_nearer_than(self.best.get(&target)) {
            self.best.insert(target, flip);
        }
    }

    fn report(mut self, flips: &mut Flips) {
        for (target, flip) in std::mem::take(&mut self.best) {
            match target {
                Target::Gate(place) => {
                    if let Some(slot) = flips.gates.get_mut(place) {
                        *slot = Some(flip);
                    }
                }
                Target::Decision => {
                    if flip.is_nearer_than(flips.decision.as_ref().map(|known| &known.flip)) {
                        flips.decision = Some(self.decision_flip(flip));
                    }
                }
            }
        }
    }

    /// The flip of the decision with what is decided there, and the gate that the two closes part.
    fn decision_flip(&mut self, flip: Flip) -> DecisionFlip {
        let there = self.probe.answer_at(flip.close);
        let just_short = self.probe.answer_at(toward(flip.close, self.newest));
        let both = just_short.as_ref().zip(there.as_ref());
        let symbol = self.probe.symbol;
        let gate = both.and_then(|(before, after)| parting_gate(&before.trace, &after.trace, symbol));
        DecisionFlip { flip, outcome: there.map(|there| there.outcome), gate }
    }
}

/// The gate that answers differently in two traces: one that the symbol moves before all others.
fn parting_gate(before: &Trace, after: &Trace, symbol: &Symbol) -> Option<&'static str> {
    let parting = |gate: &&Gate| {
        answer(after, gate.name, gate.symbol.as_ref()).is_some_and(|holds| holds != gate.holds)
    };
    let mut parted: Vec<&Gate> = before.gates.iter().filter(parting).collect();
    parted.sort_by_key(|gate| gate.moved_by.as_ref() != Some(symbol));
    parted.first().map(|gate| gate.name)
}

/// The number next to a close on its way to another.
pub fn toward(close: f64, goal: f64) -> f64 {
    if close > goal { close.next_down() } else { close.next_up() }
}
