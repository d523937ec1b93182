//! The shell steps of the action and of the example workflows, run by the shell that GitHub runs them with, with
//! stand-ins for the runner's files.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Folder, fixtures};

/// The step of a workflow with a name: its script, without the indentation.
fn script(file: &str, step: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap();
    let rest = text.split(&format!("- name: {step}\n")).nth(1).unwrap_or_else(|| panic!("{file}: no {step}"));
    let mut lines = rest.lines().skip_while(|line| line.trim() != "run: |").skip(1).peekable();
    let indent = lines.peek().map_or(0, |line| line.len() - line.trim_start().len());
    let is_inside = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() >= indent;
    lines.take_while(is_inside).map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

fn at(folder: &Folder, name: &str) -> PathBuf {
    folder.path(name).into()
}

/// What a step left behind.
struct Done {
    code: i32,
    output: String,
    summary: String,
    outputs: String,
    folder: Folder,
}

/// Where the snapshots of a repository lie, and the one that is there.
const SNAPSHOT: &str = "snapshots/tech_communication_pullback_enhancement_feature_snapshot_latest.csv";

/// Runs a step in a folder with prices, an account and a snapshot.
fn step(file: &str, name: &str, variables: &[(&str, &str)]) -> Done {
    let folder = Folder::new();
    let root = fixtures();
    for (from, to) in [
        ("prices/etf.csv", "prices.csv"),
        ("portfolios/nasdaq.json", "account.json"),
        ("snapshots/tech_communication.csv", SNAPSHOT),
    ] {
        let to = at(&folder, to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root.join(from), to).unwrap();
    }
    let bin = at(&folder, "bin");
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_strat"), bin.join("strat")).unwrap();
    step_in(folder, file, name, variables)
}

/// Runs a step in a folder that has its files.
fn step_in(folder: Folder, file: &str, name: &str, variables: &[(&str, &str)]) -> Done {
    let bin = at(&folder, "bin");
    for left in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_PATH"] {
        let _ = fs::remove_file(at(&folder, left));
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut environment: BTreeMap<&str, String> =
        variables.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    environment.insert("PATH", path);
    for file in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_PATH"] {
        environment.insert(file, at(&folder, file).display().to_string());
    }
    environment.insert("RUNNER_TEMP", folder.path(""));
    let ran = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script(file, name)])
        .current_dir(folder.path(""))
        .env_remove("STRATEGY_PROFILE")
        .envs(&environment)
        .output()
        .unwrap();
    let left = |file: &str| fs::read_to_string(at(&folder, file)).unwrap_or_default();
    let output = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    Done {
        code: ran.status.code().unwrap(),
        output,
        summary: left("GITHUB_STEP_SUMMARY"),
        outputs: left("GITHUB_OUTPUT"),
        folder,
    }
}

/// The action's deciding step.
fn decide(arguments: &str, as_of: &str) -> Done {
    let variables = [
        ("PROFILE", "tqqq_growth_income"),
        ("ARGUMENTS", arguments),
        ("AS_OF", as_of),
        ("FOLDER", "decision"),
    ];
    step("action.yml", "Decide", &variables)
}

#[test]
fn the_action_leaves_a_record_a_summary_and_its_outputs() {
    let done = decide("--prices prices.csv --portfolio account.json", "2025-03-31");
    assert_eq!(done.code, 0, "{}", done.output);
    assert!(done.summary.starts_with("## REBALANCE for 2025-04-01"), "{}", done.summary);
    assert_eq!(done.outputs, "verdict=rebalance\nrecord=decision/decision.json\n");
    assert!(at(&done.folder, "decision/decision.json").is_file());
}

#[test]
fn a_blocked_decision_fails_the_job_and_stands_in_the_summary() {
    let done = decide("--prices prices.csv --portfolio account.json", "2025-06-30");
    assert_eq!(done.code, 3, "{}", done.output);
    assert!(done.output.contains("::error"), "{}", done.output);
    assert!(done.summary.starts_with("## BLOCKED"), "{}", done.summary);
    assert!(done.outputs.starts_with("verdict=blocked\n"), "{}", done.outputs);
}

#[test]
fn a_misspelt_flag_fails_the_job_and_leaves_no_record() {
    let done = decide("--price prices.csv", "2025-03-31");
    assert_eq!((done.code, done.summary.as_str(), done.outputs.as_str()), (2, "", ""));
}

#[test]
fn without_a_date_the_action_takes_new_yorks() {
    let done = decide("--prices prices.csv --portfolio account.json", "");
    // The closes of the fixture are older than any day on which this runs.
    assert_eq!(done.code, 3, "{}", done.output);
}

#[test]
fn a_release_is_taken_only_with_its_checksum() {
    // A stand-in for the download: an archive with a program, and a checksum that is right or wrong.
    let curl = "curl() { while [ $# -gt 1 ]; do [ \"$1\" = --output ] && file=$2; shift; done\n\
                case $file in *.sha256) (cd \"$RUNNER_TEMP\" && sha256sum \"${file%.sha256}\" | sed \"$DAMAGE\" > \"$file\") ;;\n\
                *) name=${file%.tar.gz}; mkdir -p \"$name\"; cp bin/strat \"$name/strat\"; tar -czf \"$file\" \"$name\" ;; esac; }\n";
    for (damage, code) in [("", 0), ("s/^./x/", 1)] {
        let folder = Folder::new();
        fs::create_dir_all(at(&folder, "bin")).unwrap();
        fs::write(at(&folder, "bin/strat"), "#!/bin/sh\n").unwrap();
        let done = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
            .arg(format!("{curl}{}", script("action.yml", "Install strat")))
            .current_dir(folder.path(""))
            .env("RUNNER_TEMP", folder.path(""))
            .env("GITHUB_PATH", at(&folder, "path"))
            .envs([("VERSION", "v0.1.0"), ("MACHINE", "x86_64"), ("TARGET", "unknown-linux-gnu")])
            .envs([("REPOSITORY", "owner/strat"), ("SOURCE", "."), ("DAMAGE", damage)])
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(code), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(at(&folder, "path").is_file(), code == 0);
    }
}

#[test]
fn the_snapshots_of_a_pull_request_are_checked() {
    let file = "examples/workflows/check-snapshots.yml";
    let name = "Check every snapshot";
    let done = step(file, name, &[]);
    assert_eq!(done.code, 0, "{}", done.output);
    assert!(done.summary.contains("tech_communication_pullback_enhancement"), "{}", done.summary);
    assert!(at(&done.folder, "validation.json").is_file());
    let snapshot = at(&done.folder, SNAPSHOT);
    let broken = fs::read_to_string(&snapshot).unwrap().replacen(",201.65,", ",x201.65,", 1);
    fs::write(&snapshot, broken).unwrap();
    let done = step_in(done.folder, file, name, &[]);
    assert_eq!(done.code, 1, "{}", done.output);
    assert!(done.output.contains(&format!("::error file={SNAPSHOT},line=")), "{}", done.output);
    assert!(done.summary.contains("invalid"), "{}", done.summary);
}

#[test]
fn the_daily_run_says_what_there_is_to_do() {
    for (verdict, expected) in [
        ("rebalance", "::notice::there is something to trade: rebalance\n"),
        ("nothing_to_trade", "nothing_to_trade\n"),
    ] {
        let done =
            step("examples/workflows/daily-dry-run.yml", "Say what there is to do", &[("VERDICT", verdict)]);
        assert_eq!((done.code, done.output.as_str()), (0, expected));
    }
}
