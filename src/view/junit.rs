//! A report on snapshots as JUnit XML, as build servers read it: a test suite a file, one test case per check.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::validation::name;
use crate::document::finding::{Cause, causes, with_hint};
use crate::finding::{Code, Severity};
use crate::validation::{self, FileReport};

/// The report as XML. A check with an error has failed; warnings stand in the output of their case. What was not looked
/// at, because the file could not be read, was skipped.
///
/// # Errors
/// When the XML can't be written.
pub fn draw(report: &validation::Report) -> Result<String, SerializeError> {
    let mut junit = Report::new("strat validate-snapshot");
    for file in &report.files {
        let mut suite = TestSuite::new(name(file));
        let causes = causes(&file.findings);
        suite.add_test_cases(codes(&causes).into_iter().map(|code| case(file, code, &causes)));
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

/// The checks of a snapshot, and what else was found.
fn codes(causes: &[Cause<'_>]) -> Vec<Code> {
    let mut codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.is_about_snapshots()).collect();
    for cause in causes {
        if !codes.contains(&cause.first.code) {
            codes.push(cause.first.code);
        }
    }
    codes
}

fn case(file: &FileReport, code: Code, causes: &[Cause<'_>]) -> TestCase {
    let of_code = causes.iter().filter(|cause| cause.first.code == code);
    let (errors, others): (Vec<_>, Vec<_>) = of_code.partition(|cause| cause.severity() == Severity::Error);
    // A cause with its cure below it.
    let said = |cause: &Cause<'_>| with_hint(&cause.sentence(), cause.hint());
    let errors: Vec<String> = errors.into_iter().map(said).collect();
    let status = match errors.first().and_then(|error| error.lines().next()) {
        Some(first) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(code.as_str()).set_message(first).set_description(errors.join("\n"));
            status
        }
        None if file.columns.is_empty() && others.is_empty() => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("the file could not be read");
            status
        }
        None => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(code.as_str(), status);
    case.set_classname(name(file));
    let with_severity = |cause: &Cause<'_>| format!("{}: {}", cause.severity().as_str(), said(cause));
    let others: Vec<String> = others.into_iter().map(with_severity).collect();
    if !others.is_empty() {
        case.set_system_out(others.join("\n"));
    }
    case
}
