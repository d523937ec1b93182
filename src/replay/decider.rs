//! The decisions of a walk: the one core, asked once a turn with what stood in the files on that day.

use std::collections::BTreeMap;

use super::Watch;
use super::diary::{NearestFlip, Ruling, above_zero};
use super::run::Evidence;
use super::schedule::Turn;
use super::walk::Decide;
use crate::account::Account;
use crate::decision::{self, Decided, Options};
use crate::explain::flip::{DecisionFlip, Flips};
use crate::pipeline::PipelineError;
use crate::profile::Profile;
use crate::strategy::inputs::{Inputs, Prices};
use crate::strategy::trace::Trace;
use crate::strategy::{Action, Outcome};
use crate::symbol::Symbol;

/// Decides with the core that `strat decide` uses.
pub struct Decider<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The histories, read once, of which each decision sees windows, and the snapshots.
    pub evidence: &'a Evidence,
    /// What is allowed, and how old prices may be.
    pub options: Options,
    /// Who is told of each decision.
    pub watch: Watch<'a>,
}

impl Decider<'_> {
    /// What the decision of a turn may see.
    fn inputs<'b>(&'b self, turn: &Turn, account: &'b Account) -> Inputs<'b> {
        let Evidence { calendar, market, folder } = self.evidence;
        let dated = turn.snapshot.and_then(|place| folder.snapshots.get(place));
        Inputs {
            as_of: Some(turn.as_of),
            prices: Prices::new(market).up_to(Some(turn.data_date)),
            snapshot: dated.map(|dated| &dated.snapshot),
            found: dated.map_or(&[], |dated| dated.findings.as_slice()),
            ..Inputs::new(calendar, market, account)
        }
    }

    fn decided(&self, turn: &Turn, account: &Account, trace: &mut Trace) -> Result<Decided, PipelineError> {
        let max_lag = self.options.max_lag.saturating_add(turn.extra_lag);
        let options = Options { max_lag, ..self.options.clone() };
        Ok(decision::decide(self.profile, self.inputs(turn, account), &options, trace)?)
    }

    /// The signal without numbers. The rotation's own signal is the names of its targets, which the diary has anyway.
    fn signal(&self, outcome: &Outcome) -> String {
        let names_targets = self.profile.strategy.facts().signal_names_targets;
        if names_targets { outcome.action.as_str().to_owned() } else { outcome.signal.clone() }
    }
}

impl Decide for Decider<'_> {
    fn decide(&self, turn: &Turn, account: &Account) -> Result<Ruling, PipelineError> {
        (self.watch)(turn.data_date);
        let decided = self.decided(turn, account, &mut Trace::silent())?;
        let target = |position: &decision::PositionTarget| {
            Some((position.symbol.clone(), position.target_weight.or(position.target_value)?.0))
        };
        let targets: BTreeMap<Symbol, f64> = decided.positions.iter().filter_map(target).collect();
        let (action, risk_flags) = (decided.action(), decided.risk_flags());
        let (signal, headline) = match decided.outcome {
            Some(outcome) => (Some(self.signal(&outcome)), Some(outcome.headline)),
            None => (None, None),
        };
        let Decided { findings, decision_id, .. } = decided;
        Ok(Ruling { action, targets, signal, headline, risk_flags, findings, decision_id })
    }

    fn flip(&self, turn: &Turn, account: &Account) -> Option<NearestFlip> {
        let mut trace = Trace::full();
        let outcome = self.decided(turn, account, &mut trace).ok()?.outcome?;
        let strategy = &self.profile.strategy;
        let inputs = self.inputs(turn, account).within(strategy.reach());
        let DecisionFlip { flip, outcome, .. } = Flips::of(strategy, inputs, &outcome, &trace).decision?;
        let to = words(outcome.as_ref());
        Some(NearestFlip { symbol: flip.symbol, close: flip.close, change: flip.change_ratio, to })
    }
}

/// What a decision says, in a few words.
fn words(outcome: Option<&Outcome>) -> String {
    let Some(outcome) = outcome else { return Action::Blocked.as_str().to_owned() };
    let targets = above_zero(outcome.targets.by_symbol());
    let names: Vec<&str> = targets.map(|(symbol, _)| symbol.as_str()).collect();
    if names.is_empty() { outcome.action.as_str().to_owned() } else { names.join("+") }
}
