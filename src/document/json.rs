//! JSON documents.

use serde::Serialize;

/// A value as a JSON document that ends with a line feed: pretty, or on one line.
///
/// # Errors
/// When a number is not finite.
pub fn document(value: &impl Serialize, is_compact: bool) -> serde_json::Result<String> {
    let text = if is_compact { serde_json::to_string(value)? } else { serde_json::to_string_pretty(value)? };
    Ok(text + "\n")
}
