//! `strat replay` from outside: the worked example of its document, its files, and a folder that stays as it was.

use std::fs;
use std::path::Path;

use crate::support::{Ended, ended, strat};

const PROFILE: &str = "mega_cap_leader_rotation_aggressive";

fn walk(folder: &Path, to: &str, more: &[&str]) -> Ended {
    let mut arguments =
        vec!["replay", PROFILE, "--prices", "replay/prices.csv", "--snapshots", "replay/snapshots"];
    arguments.extend(["--config", "replay/pair.json", "--from", "2025-03-31", "--to", to]);
    arguments.extend(["--model-equity", "1000", "--equity", "1000", "--turnover-cost-bps", "10"]);
    arguments.extend(["--benchmark", "none", "--output-dir", folder.to_str().unwrap()]);
    arguments.extend(more);
    ended(&mut strat(&arguments))
}

fn rows(folder: &Path, file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn the_worked_example_of_the_document() {
    let folder = tempfile::tempdir().unwrap();
    walk(folder.path(), "2025-04-04", &[]);
    let returns = rows(folder.path(), "portfolio_returns.csv");
    assert_eq!(returns[1][..2], ["2025-03-31", ""]);
    assert!((number(&returns[2][1]) + 0.000_999_001).abs() < 1e-9);
    assert!((number(&returns[5][2]) - 1_072.161_172_161).abs() < 1e-9);
    let turnover = rows(folder.path(), "turnover_history.csv");
    assert!((number(&turnover[2][1]) - 0.999_000_999).abs() < 1e-9);
    assert!((number(&turnover[4][2]) - 0.575_614_861).abs() < 1e-9);
    let accounts = rows(folder.path(), "accounts.csv");
    assert!((number(&accounts[5][4]) - 4.9378).abs() < 1e-9);
    let report = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains("What this cannot tell"));
    assert!(!report.contains("<script") && !report.contains("http"));
}

#[test]
fn a_shorter_walk_has_the_same_rows() {
    let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    walk(whole.path(), "2025-04-04", &[]);
    walk(cut.path(), "2025-04-02", &[]);
    for file in ["portfolio_returns.csv", "turnover_history.csv", "weights_history.csv"] {
        let (whole, cut) = (rows(whole.path(), file), rows(cut.path(), file));
        assert_eq!(cut.len(), 4, "{file}");
        assert_eq!(whole[..4], cut[..], "{file}");
    }
}

#[test]
fn a_walk_that_fails_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("summary.csv"), "mine").unwrap();
    // The directory takes the place of the report, so the files before it must not be replaced.
    fs::create_dir(folder.path().join("report.html")).unwrap();
    walk(folder.path(), "2025-04-04", &[]);
    assert_eq!(fs::read_to_string(folder.path().join("summary.csv")).unwrap(), "mine");
    let missing = folder.path().join("new").join("folder");
    walk(&missing, "2025-04-04", &["--fill", "next-open", "--accounting", "constant-weights"]);
    assert!(!folder.path().join("new").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
