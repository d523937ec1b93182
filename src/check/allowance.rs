//! What the user allows: errors turn into warnings, and the output says so; with `--strict` all other warnings turn into
//! errors.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Severity};

/// Turns the allowed errors among the findings into warnings and gives back the codes that did.
pub fn apply(findings: &mut [Finding], allow: &[Code]) -> Vec<Code> {
    let mut used = BTreeSet::new();
    for finding in findings.iter_mut().filter(|finding| finding.is_error() && is_allowed(finding, allow)) {
        finding.severity = Severity::Warning;
        used.insert(finding.code);
    }
    used.into_iter().collect()
}

/// Whether an error stands in the way that the user does not allow.
pub fn any_blocking(findings: &[Finding], allow: &[Code]) -> bool {
    findings.iter().any(|finding| finding.is_error() && !is_allowed(finding, allow))
}

fn is_allowed(finding: &Finding, allow: &[Code]) -> bool {
    finding.code.can_be_allowed() && allow.contains(&finding.code)
}

/// Turns warnings into errors, but for those of the codes that are allowed; gives these back.
pub fn raise_warnings(findings: &mut [Finding], allow: &[Code]) -> Vec<Code> {
    let mut used = BTreeSet::new();
    for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Warning) {
        if allow.contains(&finding.code) {
            used.insert(finding.code);
        } else {
            finding.severity = Severity::Error;
        }
    }
    used.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_strict_run_keeps_only_the_warnings_that_are_allowed() {
        let mut findings =
            [Code::PriceJump, Code::FilledForward, Code::MissingValues].map(|code| Finding::new(code, ""));
        assert_eq!(
            raise_warnings(&mut findings, &[Code::FilledForward, Code::StalePrice]),
            [Code::FilledForward]
        );
        let severities = findings.map(|finding| finding.severity);
        assert_eq!(severities, [Severity::Error, Severity::Warning, Severity::Info]);
    }
}
