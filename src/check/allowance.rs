//! Errors that the user allows: they turn into warnings, and the output says so.

use crate::finding::{Code, Finding, Severity};

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
}
