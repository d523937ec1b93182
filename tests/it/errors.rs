//! The catalogue of findings about snapshots: for each code the smallest file that has it, the command that finds
//! it, and what that command prints. `UPDATE_EXPECTED=1 cargo test` writes the expectations anew; read the
//! difference before it is committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Value, json};
use strat::cli::{Cli, Verb};
use strat::command::Exit;
use strat::command::validate_snapshot::answer;
use strat::finding::Code;

const CATALOGUE: &str = "tests/errors";

/// The codes about snapshots, their manifests and rows stand together in the list of all codes.
const FIRST: Code = Code::FeatureSnapshotMissing;
const LAST: Code = Code::ColumnFrozen;

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(CATALOGUE).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn code_of(case: &Path) -> &str {
    case.file_name().unwrap().to_str().unwrap()
}

/// What a case's `command`, a line as it is typed at the root of the project, prints in this form.
fn printed(case: &Path, format: &str) -> String {
    let line = fs::read_to_string(case.join("command")).unwrap();
    let cli = Cli::try_parse_from(line.split_whitespace().chain(["--format", format])).unwrap();
    let Verb::ValidateSnapshot(flags) = cli.verb else { panic!("{line}") };
    let answer = answer(flags).unwrap();
    let exit = if answer.text.contains("unsound") { Exit::Unsound } else { Exit::Done };
    assert_eq!(answer.exit, exit, "{line}");
    answer.text
}

/// The report without the version of the program, which is another one with each release.
fn report(case: &Path) -> Value {
    let mut report: Value = serde_json::from_str(&printed(case, "json")).unwrap();
    report["strat_version"] = json!("0.0.0");
    report
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
fn every_code_about_snapshots_has_a_case() {
    let place = |code| Code::ALL.iter().position(|other| *other == code).unwrap();
    let codes: BTreeSet<&str> =
        Code::ALL[place(FIRST)..=place(LAST)].iter().map(|code| code.as_str()).collect();
    let cases = cases();
    assert_eq!(cases.iter().map(|case| code_of(case)).collect::<BTreeSet<_>>(), codes);
}

#[test]
fn every_case_has_the_finding_that_it_is_named_after() {
    for case in cases() {
        let report = report(&case);
        let findings = report["files"][0]["findings"].as_array().unwrap();
        let code = code_of(&case);
        assert!(findings.iter().any(|finding| finding["code"] == code), "{code}: {findings:#?}");
        // No other error and no other warning hides in a case.
        let others: Vec<_> = findings
            .iter()
            .filter(|finding| finding["code"] != code && finding["severity"] != "info")
            .collect();
        assert!(others.is_empty(), "{code}: {others:#?}");
    }
}

#[test]
fn every_case_prints_what_is_expected() {
    for case in cases() {
        hold_against(&case, "expected.txt", &printed(&case, "table"));
        hold_against(&case, "expected.github", &printed(&case, "github"));
        hold_against(&case, "expected.md", &printed(&case, "markdown"));
        hold_against(&case, "expected.json", &format!("{:#}\n", report(&case)));
    }
}
