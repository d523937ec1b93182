//! The smallest move of one close that changes the decision, in words.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::flip::DecisionFlip;
use crate::amount::{percent, usd};
use crate::decision::{self, Options};
use crate::finding::Code;
use crate::market::window::Window;
use crate::number::Number;
use crate::pipeline::Run;
use crate::strategy::trace::Trace;
use crate::strategy::{Action, Inputs, Outcome, Targets};
use crate::symbol::Symbol;

/// The nearest close that changes the decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NearestFlip {
    /// The symbol whose newest close moves.
    pub symbol: Symbol,
    /// The first close at which the decision is another.
    pub close: Number,
    /// The change from the newest close to this one, as a ratio of the newest; below zero is lower.
    pub change_ratio: Number,
    /// The newest close.
    pub newest_close: Option<Number>,
    /// The gate that changes at that close; `null` where the decision changes without one, as when two rows of a
    /// ranking change places.
    pub gate: Option<Cow<'static, str>>,
    /// The present decision, in short.
    pub from: String,
    /// The decision at that close, in short.
    pub to: String,
    /// The errors that `strat decide` would find at that close; those that can be allowed need `--allow` there.
    pub blocked_by: Vec<Code>,
}

impl NearestFlip {
    /// Says what a flip of a decision changes.
    pub fn of(decided: &Run, outcome: &Outcome, found: &DecisionFlip) -> Self {
        let flip = &found.flip;
        let newest = decided.evidence.inputs().window(&flip.symbol).and_then(Window::close);
        let (from, to) = match &found.outcome {
            Some(then) => sides(outcome, then),
            None => (outcome.signal.clone(), Action::Blocked.as_str().to_owned()),
        };
        Self {
            symbol: flip.symbol.clone(),
            close: Number(flip.close),
            change_ratio: Number(flip.change_ratio),
            newest_close: newest.map(Number),
            gate: found.gate.map(Cow::from),
            from,
            to,
            blocked_by: blocked_by(decided, &flip.symbol, flip.close),
        }
    }
}

/// The errors that a decision at another newest close has, and the one at hand has not.
fn blocked_by(decided: &Run, symbol: &Symbol, close: f64) -> Vec<Code> {
    let inputs = decided.evidence.inputs();
    let Some(window) = inputs.window(symbol) else { return Vec::new() };
    let history = window.to_history().with_newest_close(close);
    let moved = Inputs { prices: inputs.prices.with_history(symbol, &history), ..inputs };
    let options = Options { is_strict: false, ..decided.options.clone() };
    let there = decision::decide(&decided.profile, moved, &options, &mut Trace::silent());
    let findings = there.map(|there| there.findings).unwrap_or_default();
    let codes: BTreeSet<Code> =
        findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code).collect();
    codes.into_iter().collect()
}

/// What parts two decisions, in short: the signal; where that is the same, the names; where these are too,
/// the targets that differ.
fn sides(now: &Outcome, then: &Outcome) -> (String, String) {
    if now.signal != then.signal {
        return (now.signal.clone(), then.signal.clone());
    }
    if now.action != then.action {
        return (now.action.as_str().to_owned(), then.action.as_str().to_owned());
    }
    let (names_now, names_then) = (names(&now.targets), names(&then.targets));
    if names_now != names_then {
        return (names_now, names_then);
    }
    (targets_beside(&now.targets, &then.targets), targets_beside(&then.targets, &now.targets))
}

/// The symbols with a target above zero.
fn names(targets: &Targets) -> String {
    let held = targets.by_symbol().iter().filter(|(_, target)| **target > 0.0);
    held.map(|(symbol, _)| symbol.as_str()).collect::<Vec<_>>().join("+")
}

/// The targets that differ from others.
fn targets_beside(targets: &Targets, others: &Targets) -> String {
    let drawn = |target: f64| match targets {
        Targets::Weights(_) => percent(target),
        Targets::Values(_) => usd(target),
    };
    let differing = targets
        .by_symbol()
        .iter()
        .filter(|(symbol, target)| others.by_symbol().get(*symbol) != Some(*target));
    differing.map(|(symbol, target)| format!("{symbol} {}", drawn(*target))).collect::<Vec<_>>().join(", ")
}
