//! Whether a snapshot has enough candidates for what the profile selects.

use serde_json::Value;

use crate::finding::{Code, Finding};
use crate::profile::config::Config;
use crate::profile::words::StrategyName;
use crate::strategy::Outcome;

/// Finds that there are fewer candidates than the profile selects.
pub fn few_candidates(candidate_count: usize, wanted: usize, file: &str) -> Option<Finding> {
    (candidate_count < wanted).then(|| {
        Finding::new(
            Code::FewCandidates,
            match candidate_count {
                1 => format!("1 row is a candidate, and the profile selects {wanted}"),
                _ => format!("{candidate_count} rows are candidates, and the profile selects {wanted}"),
            },
        )
        .file(file)
        .observed(candidate_count)
        .expected(format!("at least {wanted}"))
        .hint("look for blank features, rows that are not eligible, and a universe that is too small")
    })
}

/// The same by the count of the strategy itself.
///
/// The leveraged profile is left out: its count falls with the market, and what its file offers is counted as
/// the rows are read.
pub fn few_candidates_of(
    outcome: &Outcome,
    strategy: StrategyName,
    config: &Config,
    file: &str,
) -> Option<Finding> {
    if strategy == StrategyName::DynamicMegaLeveragedPullback {
        return None;
    }
    let Ok(Value::Object(diagnostics)) = serde_json::to_value(&outcome.diagnostics) else { return None };
    let count = |object: &Config, key: &str| usize::try_from(object.get(key)?.as_u64()?).ok();
    let candidate_count = count(&diagnostics, "candidate_count")?;
    let wanted =
        count(&diagnostics, "requested_holdings_count").or_else(|| count(config, "holdings_count"))?;
    few_candidates(candidate_count, wanted, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_candidates_as_are_selected_are_enough() {
        assert_eq!(few_candidates(24, 24, "x.csv"), None);
        let finding = few_candidates(23, 24, "x.csv").unwrap();
        assert_eq!(finding.message, "23 rows are candidates, and the profile selects 24");
        let finding = few_candidates(1, 24, "x.csv").unwrap();
        assert_eq!(finding.message, "1 row is a candidate, and the profile selects 24");
    }
}
