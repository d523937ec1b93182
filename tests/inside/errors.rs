//! The catalogue of findings: for each code the smallest file that has it, the command that finds it, and what that
//! command prints; and files in good order, which have no finding. `UPDATE_EXPECTED=1 cargo test` writes the expectations anew; read the
//! difference before it is committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::Parser;
use serde_json::{Value, json};
use strat::command::cli::{Cli, Verb};
use strat::command::stage::Stage;
use strat::command::{CommandError, Exit};
use strat::command::{build_snapshot, decide, validate_snapshot, verify};
use strat::finding::Code;
use strat::language::phrases::{Names, chinese, hint_code};
use tempfile::TempDir;

use super::common::schemas;

const CATALOGUE: &str = "tests/errors";

/// Files like those of the catalogue, in good order.
const IN_GOOD_ORDER: &str = "tests/good";

/// Findings that a case can't be without: the more precise one does not say all that they say.
const COMPANIONS: [(&str, &str); 2] = [("missing_canary", "missing_symbol"), ("few_ranked", "short_history")];

/// Where a case that builds a snapshot writes it.
const OUTPUT: &str = "OUTPUT";

/// The folder of what the cases that build a snapshot write.
static BUILT: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fn cases() -> Vec<PathBuf> {
    cases_in(CATALOGUE)
}

fn cases_in(folder: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn code_of(case: &Path) -> &str {
    case.file_name().unwrap().to_str().unwrap()
}

/// A case's `command`, a line as it is typed at the root of the project, with its output in this form.
fn verb(case: &Path, format: &str) -> Verb {
    let line = fs::read_to_string(case.join("command")).unwrap();
    let built = BUILT.path().join("built.csv");
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| if word == OUTPUT { built.to_str().unwrap() } else { word })
        .collect();
    // What `verify` prints has one form.
    let format = if words.get(1) == Some(&"verify") { vec![] } else { vec!["--format", format] };
    Cli::try_parse_from(words.into_iter().chain(format)).unwrap().verb
}

/// What the command of a case about a snapshot prints; `None` where a case is about a decision.
fn printed(case: &Path, format: &str) -> Option<String> {
    let Verb::ValidateSnapshot(flags) = verb(case, format) else { return None };
    let answer = validate_snapshot::answer(flags, &Stage::default()).unwrap();
    let is_invalid = answer.text.contains("invalid");
    let exit = match code_of(case) {
        "feature_snapshot_missing" => Exit::Blocked,
        _ if is_invalid => Exit::Found,
        _ => Exit::Done,
    };
    assert_eq!(answer.exit, exit, "{}", case.display());
    Some(answer.text)
}

/// The findings of a case's command, and how it ends.
fn findings(case: &Path) -> Value {
    match verb(case, "json") {
        Verb::ValidateSnapshot(_) => report(case).unwrap()["files"][0]["findings"].clone(),
        Verb::Decide(flags) => {
            let answer = decide::answer(*flags, &Stage::default()).unwrap();
            schemas::assert_valid(&answer.text);
            let decision: Value = serde_json::from_str(&answer.text).unwrap();
            decision["findings"].clone()
        }
        Verb::BuildSnapshot(flags) => {
            let answer = build_snapshot::answer(*flags, &Stage::default()).unwrap();
            serde_json::to_value(answer.findings).unwrap()
        }
        Verb::Verify(flags) => {
            let findings = match verify::answer(flags, &Stage::default()) {
                Ok(answer) => {
                    assert_eq!(answer.exit, Exit::Blocked);
                    answer.findings
                }
                Err(CommandError::Inputs(findings)) => findings,
                Err(other) => panic!("{other}"),
            };
            serde_json::to_value(findings).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn is_build(case: &Path) -> bool {
    matches!(verb(case, "json"), Verb::BuildSnapshot(_))
}

/// Whether the findings come as values, and not out of JSON that was written.
fn is_unwritten(case: &Path) -> bool {
    matches!(verb(case, "json"), Verb::BuildSnapshot(_) | Verb::Verify(_))
}

/// The report without the version of the program, which is another one with each release.
fn report(case: &Path) -> Option<Value> {
    let text = printed(case, "json")?;
    schemas::assert_valid(&text);
    let mut report: Value = serde_json::from_str(&text).unwrap();
    report["strat_version"] = json!("0.0.0");
    Some(report)
}

/// Compares with a file of the case, or writes it.
fn hold_against(case: &Path, name: &str, printed: &str) {
    let path = case.join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(path, printed).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(printed, expected, "{}", path.display());
}

#[test]
fn every_code_has_a_case() {
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let cases = cases();
    let with_case: BTreeSet<&str> = cases.iter().map(|case| code_of(case)).collect();
    assert_eq!(with_case, codes);
}

#[test]
fn every_case_has_the_finding_that_it_is_named_after() {
    for case in cases() {
        let findings = findings(&case);
        let findings = findings.as_array().unwrap();
        let code = code_of(&case);
        assert!(findings.iter().any(|finding| finding["code"] == code), "{code}: {findings:#?}");
        // No other error and no other warning hides in a case. The market that snapshots are built from is so small that
        // it has warnings of its own.
        let is_build = is_build(&case);
        let is_known = |finding: &Value| {
            let severity = finding["severity"].as_str().unwrap();
            let is_companion =
                COMPANIONS.iter().any(|(of, companion)| *of == code && finding["code"] == *companion);
            finding["code"] == code
                || severity == "info"
                || is_companion
                || (is_build && severity == "warning")
        };
        let others: Vec<_> = findings.iter().filter(|finding| !is_known(finding)).collect();
        assert!(others.is_empty(), "{code}: {others:#?}");
    }
}

#[test]
fn files_in_good_order_have_no_finding() {
    for case in cases_in(IN_GOOD_ORDER) {
        let findings = findings(&case);
        let findings: Vec<_> =
            findings.as_array().unwrap().iter().filter(|finding| finding["severity"] != "info").collect();
        assert!(findings.is_empty(), "{}: {findings:#?}", case.display());
    }
}

#[test]
fn every_case_prints_what_is_expected() {
    for case in cases() {
        let Some(report) = report(&case) else {
            // Of a decision the findings alone: the rest of its output has tests of its own.
            hold_against(&case, "expected.json", &format!("{:#}\n", findings(&case)));
            continue;
        };
        hold_against(&case, "expected.json", &format!("{report:#}\n"));
        for (name, format) in
            [("expected.txt", "table"), ("expected.github", "github"), ("expected.md", "markdown")]
        {
            hold_against(&case, name, &printed(&case, format).unwrap());
        }
    }
}

#[test]
fn every_hint_has_a_stable_word_and_a_chinese_sentence() {
    for case in cases() {
        for finding in findings(&case).as_array().unwrap() {
            let Some(hint) = finding["hint"].as_str() else { continue };
            let code = hint_code(hint);
            assert!(code.is_some(), "{}: {hint}", case.display());
            if !is_unwritten(&case) {
                assert_eq!(finding["hint_code"].as_str(), code, "{hint}");
            }
            let chinese = chinese(hint, &Names::new()).unwrap();
            assert!(!chinese.is_ascii(), "{chinese}");
        }
    }
}
