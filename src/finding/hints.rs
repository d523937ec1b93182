//! The stable words of hints, as a record has them.

use std::collections::BTreeMap;

use super::Finding;
use crate::language::phrases::hint_code;

/// Gives the hints their stable words, as a record has them.
pub fn name_hints(findings: &mut [Finding]) {
    let mut known: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
    for finding in findings {
        let Some(hint) = &finding.hint else { continue };
        let code = *known.entry(hint.clone()).or_insert_with(|| hint_code(hint));
        finding.hint_code = code.map(str::to_owned);
    }
}
