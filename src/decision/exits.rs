//! Held symbols that are no longer targets: those to sell, and those that the profile never sells.

use serde::Serialize;

use super::{PositionTarget, Role};
use crate::account::Account;
use crate::number::Number;
use crate::profile::words::TargetMode;
use crate::strategy::Outcome;
use crate::symbol::Symbol;

/// Why a held symbol is to be sold, as a stable word.
pub const LEFT_THE_TARGETS_CODE: &str = "left_the_targets";

/// The same for people.
const LEFT_THE_TARGETS: &str = "held, managed by the profile, no longer a target";

/// A held symbol to be sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exit {
    /// The symbol.
    pub symbol: Symbol,
    /// Why.
    pub reason: &'static str,
}

impl Exit {
    /// The exit as a target of nothing, in the profile's unit.
    pub fn as_zero_target(&self, mode: TargetMode) -> PositionTarget {
        let zero_in = |unit: TargetMode| (mode == unit).then_some(Number(0.0));
        PositionTarget {
            symbol: self.symbol.clone(),
            target_weight: zero_in(TargetMode::Weight),
            target_value: zero_in(TargetMode::Value),
            role: Some(Role::Exit),
        }
    }
}

/// The exits of an actionable outcome, and the held symbols that the profile does not manage.
pub fn of_holdings(account: &Account, outcome: &Outcome) -> (Vec<Exit>, Vec<Symbol>) {
    let targets = outcome.targets.by_symbol();
    let (ours, unmanaged) = outcome.managed_and_other(account);
    let exits = ours
        .into_iter()
        .filter(|symbol| outcome.action.is_actionable() && !targets.contains_key(*symbol))
        .map(|symbol| Exit { symbol: symbol.clone(), reason: LEFT_THE_TARGETS })
        .collect();
    (exits, unmanaged.into_iter().cloned().collect())
}
