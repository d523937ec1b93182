//! A decision as CSV.

use crate::document::csv::document;
use crate::number::Number;
use crate::profile::words::TargetMode;
use crate::record::Record;

/// The columns of a decision.
const DECISION_COLUMNS: [&str; 7] =
    ["profile", "as_of", "action", "symbol", "role", "target_weight", "target_value"];

/// A decision as one row a target and one a symbol to exit, with the role `exit` and a target of zero. A
/// decision without targets is one row without a symbol, so that "no change today" can't be read as "sell
/// everything".
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn decision(decision: &Record) -> Result<String, ::csv::Error> {
    let as_of = decision.as_of.map(|date| date.to_string()).unwrap_or_default();
    let row = |symbol: &str, role: &str, weight: Option<Number>, value: Option<Number>| {
        let number = |number: Option<Number>| number.map(|number| number.0.to_string()).unwrap_or_default();
        vec![
            decision.profile.clone(),
            as_of.clone(),
            decision.action.as_str().to_owned(),
            symbol.to_owned(),
            role.to_owned(),
            number(weight),
            number(value),
        ]
    };
    let mut rows: Vec<_> = decision
        .positions
        .iter()
        .map(|target| {
            let role = target.role.map_or("", |role| role.as_str());
            row(target.symbol.as_str(), role, target.target_weight, target.target_value)
        })
        .collect();
    let zero_in = |unit| (decision.target_mode == Some(unit)).then_some(Number(0.0));
    rows.extend(decision.exits_beside_positions().map(|exit| {
        row(exit.symbol.as_str(), "exit", zero_in(TargetMode::Weight), zero_in(TargetMode::Value))
    }));
    if rows.is_empty() {
        rows.push(row("", "", None, None));
    }
    document(&DECISION_COLUMNS, rows)
}
