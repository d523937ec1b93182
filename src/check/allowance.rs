//! Errors that the user allows: they turn into warnings, and the output says so.

use super::snapshot::severity_of_a_missing_benchmark;
use crate::finding::{Code, Finding, Severity};
use crate::profile::words::StrategyName;

/// Turns the allowed errors among the findings into warnings and gives back the codes that did.
pub fn apply(findings: &mut [Finding], allow: &[Code]) -> Vec<Code> {
    let mut used = Vec::new();
    for finding in findings.iter_mut().filter(|finding| finding.is_error()) {
        if finding.code.can_be_allowed() && allow.contains(&finding.code) {
            finding.severity = Severity::Warning;
            used.push(finding.code);
        }
    }
    used.sort_unstable();
    used.dedup();
    used
}

/// Whether a code may block a decision of a strategy and be allowed to: to allow any other does nothing.
pub fn is_of_use(code: Code, strategy: StrategyName) -> bool {
    match code {
        Code::StalePrice => strategy.takes_prices(),
        Code::FeatureSnapshotStale | Code::FeatureSnapshotFutureAsOf => strategy.takes_snapshot(),
        Code::MissingBenchmarkRow => severity_of_a_missing_benchmark(strategy) == Some(Severity::Error),
        Code::UnknownSector => strategy == StrategyName::TechCommunicationPullback,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_that_can_be_allowed_is_of_use_to_these() {
        use StrategyName::{
            DynamicMegaLeveragedPullback, GlobalEtfRotation, MegaCapLeaderRotation, Russell1000MultiFactor,
            SoxlSoxxTrendIncome, TechCommunicationPullback, TqqqGrowthIncome,
        };
        let on_snapshots = vec![
            Russell1000MultiFactor,
            TechCommunicationPullback,
            MegaCapLeaderRotation,
            DynamicMegaLeveragedPullback,
        ];
        let of_use = |code: Code| -> Vec<StrategyName> {
            StrategyName::ALL.iter().copied().filter(|strategy| is_of_use(code, *strategy)).collect()
        };
        for code in Code::ALL {
            let expected = match code {
                Code::FeatureSnapshotFutureAsOf | Code::FeatureSnapshotStale => on_snapshots.clone(),
                Code::MissingBenchmarkRow => vec![Russell1000MultiFactor, TechCommunicationPullback],
                Code::UnknownSector => vec![TechCommunicationPullback],
                Code::StalePrice => vec![
                    GlobalEtfRotation,
                    DynamicMegaLeveragedPullback,
                    TqqqGrowthIncome,
                    SoxlSoxxTrendIncome,
                ],
                _ => vec![],
            };
            assert_eq!(of_use(*code), expected, "{code}");
            assert_eq!(code.can_be_allowed(), !expected.is_empty(), "{code}");
        }
    }

    #[test]
    fn only_what_can_be_allowed_is() {
        let mut findings = [Code::StalePrice, Code::BadPrice].map(|code| Finding::new(code, "x"));
        assert_eq!(apply(&mut findings, &[Code::StalePrice, Code::BadPrice]), vec![Code::StalePrice]);
        assert_eq!(findings.map(|finding| finding.severity), [Severity::Warning, Severity::Error]);
    }

    #[test]
    fn what_was_not_named_stays_an_error() {
        let mut findings = [Finding::new(Code::StalePrice, "x")];
        assert_eq!(apply(&mut findings, &[Code::FeatureSnapshotStale]), vec![]);
        assert!(findings[0].is_error());
    }
}
