//! CSV documents.

use crate::decision::{Decision, PositionTarget};
use crate::number::Number;

/// Rows under a header as CSV text.
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn document(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<String, ::csv::Error> {
    let mut text = Vec::new();
    let mut writer = ::csv::Writer::from_writer(&mut text);
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    drop(writer);
    // Every field was text, so the whole is.
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The columns of a decision.
const DECISION_COLUMNS: [&str; 7] =
    ["profile", "as_of", "action", "symbol", "role", "target_weight", "target_value"];

/// A decision as one row a target and one a symbol to exit, with the role `exit` and a target of zero. A
/// decision without targets is one row without a symbol, so that "no change today" can't be read as "sell
/// everything".
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn decision(decision: &Decision) -> Result<String, ::csv::Error> {
    let as_of = decision.as_of.map(|date| date.to_string()).unwrap_or_default();
    let row = |symbol: &str, role: &str, target: Option<&PositionTarget>| {
        let number = |number: Option<Number>| number.map(|number| number.0.to_string()).unwrap_or_default();
        vec![
            decision.profile.clone(),
            as_of.clone(),
            decision.action.as_str().to_owned(),
            symbol.to_owned(),
            role.to_owned(),
            number(target.and_then(|target| target.target_weight)),
            number(target.and_then(|target| target.target_value)),
        ]
    };
    let mut rows: Vec<_> = decision
        .positions
        .iter()
        .map(|target| row(target.symbol.as_str(), target.role.map_or("", |role| role.as_str()), Some(target)))
        .collect();
    rows.extend(
        decision
            .exits_beside_positions()
            .map(|exit| row(exit.symbol.as_str(), "exit", Some(&exit.as_zero_target(decision.target_mode)))),
    );
    if rows.is_empty() {
        rows.push(row("", "", None));
    }
    document(&DECISION_COLUMNS, rows)
}
