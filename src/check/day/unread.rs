//! What is wrong with bars that this very decision did not read: an alarm must not hang on a fund that nobody looks at.

use std::collections::BTreeSet;

use crate::finding::{Finding, Severity, any_error};
use crate::symbol::Symbol;

/// Whether a finding of the readers is an error only where the decision reads the bars that it is about.
pub fn hangs_on_bars(finding: &Finding) -> bool {
    finding.is_error() && finding.bars.is_some()
}

/// Makes warnings of the errors about bars of symbols that a decision did not read; returns whether an error is left.
pub fn blocks(findings: &mut [Finding], read: &BTreeSet<Symbol>) -> bool {
    for finding in findings.iter_mut().filter(|finding| hangs_on_bars(finding)) {
        if finding.bars.as_ref().is_some_and(|bars| bars.symbols.is_disjoint(read)) {
            finding.severity = Severity::Warning;
        }
    }
    any_error(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn an_error_about_bars_that_nobody_read_is_a_warning() {
        let symbols =
            |names: &[&str]| names.iter().filter_map(|name| Symbol::parse(name)).collect::<BTreeSet<_>>();
        let blocks_on = |about: &[&str], read: &[&str]| {
            let mut findings = [Finding::new(Code::BadPrice, "x").bars(symbols(about), None)];
            (blocks(&mut findings, &symbols(read)), findings[0].severity)
        };
        assert_eq!(blocks_on(&["XLE"], &["SPY", "EFA"]), (false, Severity::Warning));
        assert_eq!(blocks_on(&["XLE", "EFA"], &["SPY", "EFA"]), (true, Severity::Error));
        let mut others = [Finding::new(Code::PricesParseFailed, "x")];
        assert!(blocks(&mut others, &symbols(&["SPY"])));
    }
}
