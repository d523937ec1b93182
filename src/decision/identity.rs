//! The identity of a decision: equal decisions have equal ids on every machine, whatever the paths.

use serde::Serialize;

use super::{ContractViolation, Decided};
use crate::digest::sha256_of;
use crate::profile::Profile;

/// What the id begins with: the name of its hash.
const PREFIX: &str = "sha256:";

/// The hash over the canonical form (JSON on one line, keys sorted) of what was decided: action, profile, date,
/// config, positions, exits, risk flags. A hold and a blocked decision of one day differ.
///
/// # Errors
/// When a number of the decision is not finite.
pub fn decision_id(profile: &Profile, decided: &Decided) -> Result<String, ContractViolation> {
    // The config is written once a profile: it is most of the text. The other keys stand about it in their order.
    let canonical = format!(
        "{{\"action\":{},\"as_of\":{},\"config\":{},\"exits\":{},\"positions\":{},\"profile\":{},\"risk_flags\":{}}}",
        on_one_line(&decided.action())?,
        on_one_line(&decided.as_of)?,
        profile.canonical_config(),
        on_one_line(&decided.exits)?,
        on_one_line(&decided.positions)?,
        on_one_line(&profile.manifest.profile.to_string())?,
        on_one_line(&decided.risk_flags())?,
    );
    Ok(format!("{PREFIX}{}", sha256_of(&canonical)))
}

/// A value as JSON on one line. A value of its own comes between, since it sorts the keys.
fn on_one_line(value: &impl Serialize) -> Result<String, ContractViolation> {
    serde_json::to_value(value)
        .map(|value| value.to_string())
        .map_err(|error| ContractViolation(error.to_string()))
}
