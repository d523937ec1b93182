//! The identity of a decision: equal decisions have equal ids on every machine, whatever the paths.

use serde_json::json;

use super::{ContractViolation, Decision};
use crate::input::source::sha256_of;

/// What the id begins with: the name of its hash.
const PREFIX: &str = "sha256:";

/// The hash over the canonical form (JSON on one line, keys sorted) of what was decided: profile, date,
/// config, positions, exits, risk flags.
///
/// # Errors
/// When a number of the decision is not finite.
pub fn decision_id(decision: &Decision) -> Result<String, ContractViolation> {
    let broken = |error: serde_json::Error| ContractViolation(error.to_string());
    // serde_json keeps the keys of an object sorted.
    let canonical = json!({
        "profile": decision.profile,
        "as_of": decision.as_of,
        "config": decision.config,
        "positions": serde_json::to_value(&decision.positions).map_err(broken)?,
        "exits": serde_json::to_value(&decision.exits).map_err(broken)?,
        "risk_flags": serde_json::to_value(&decision.risk_flags).map_err(broken)?,
    });
    Ok(format!("{PREFIX}{}", sha256_of(&canonical.to_string())))
}
