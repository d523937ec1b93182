//! The post-conditions of the contract, checked on every outcome before anything is printed.

use super::ContractViolation;
use crate::profile::words::TargetMode;
use crate::strategy::{Action, Outcome, RiskFlag, Targets};

/// How far from 1 the weights may sum.
const SUM_TOLERANCE: f64 = 1e-9;

/// How far above its cap a weight may lie: the rounding of one division.
const CAP_TOLERANCE: f64 = 1e-12;

/// Checks that an outcome keeps what the contract promises: one target mode, finite targets, none negative,
/// weights that sum to 1 and lie within their cap, no positions unless they are to be acted upon.
///
/// # Errors
/// The first post-condition that does not hold.
pub fn check(outcome: &Outcome, target_mode: TargetMode) -> Result<(), ContractViolation> {
    let (targets, mode) = match &outcome.targets {
        Targets::Weights(targets) => (targets, TargetMode::Weight),
        Targets::Values(targets) => (targets, TargetMode::Value),
    };
    let violated = |message: String| Err(ContractViolation(message));
    if mode != target_mode {
        return violated(format!("targets are in {mode}, the profile's are in {target_mode}"));
    }
    if outcome.action == Action::Blocked {
        return violated("a strategy can't block; it refuses".to_owned());
    }
    if outcome.action.is_actionable() == targets.is_empty() {
        return violated(format!("{} targets on {:?}", targets.len(), outcome.action));
    }
    if (outcome.action == Action::Emergency) != outcome.risk_flags.contains(&RiskFlag::Emergency) {
        return violated("the emergency flag and the action disagree".to_owned());
    }
    for (symbol, target) in targets {
        if !target.is_finite() || *target < 0.0 {
            return violated(format!("the target of {symbol} is {target}"));
        }
        let is_capped = mode == TargetMode::Weight && *symbol != outcome.safe_haven;
        if let Some(cap) = outcome.largest_weight.filter(|cap| is_capped && *target > cap + CAP_TOLERANCE) {
            return violated(format!("the weight of {symbol} is {target}, above its cap {cap}"));
        }
    }
    let sum: f64 = targets.values().sum();
    if mode == TargetMode::Weight && !targets.is_empty() && (sum - 1.0).abs() > SUM_TOLERANCE {
        return violated(format!("the weights sum to {sum}"));
    }
    Ok(())
}
