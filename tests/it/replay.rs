//! `strat replay` from outside: the worked example of its document, its files, and a folder that stays as it was.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use strat::Calendar;

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

/// A file of fifteen years, so that a walk takes long enough to be stopped.
fn long_prices(folder: &Path) -> String {
    let calendar = Calendar::default();
    let mut day = NaiveDate::from_ymd_opt(2010, 1, 4).unwrap();
    let mut text = "symbol,as_of,close\n".to_owned();
    let close_of = |start: f64, place: i32| start + 0.01 * f64::from(place) + 0.5 * f64::from(place % 7);
    let mut levered = 50.0;
    for place in 0..3900 {
        let (qqq, boxx) = (close_of(100.0, place), close_of(110.0, place));
        // Three times the return of each session, as the fund does it.
        levered *= if place == 0 { 1.0 } else { 1.0 + 3.0 * (qqq / close_of(100.0, place - 1) - 1.0) };
        for (symbol, close) in [("QQQ", qqq), ("TQQQ", levered), ("BOXX", boxx)] {
            text.push_str(&format!("{symbol},{day},{close:.6}\n"));
        }
        day = calendar.next_session(day).unwrap();
    }
    let path = folder.join("prices.csv");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn a_walk_that_is_stopped_leaves_the_folder_as_it_was() {
    use std::os::unix::process::ExitStatusExt as _;

    let folder = tempfile::tempdir().unwrap();
    let prices = long_prices(folder.path());
    let output = folder.path().join("out");
    fs::create_dir(&output).unwrap();
    fs::write(output.join("summary.csv"), "mine").unwrap();
    // The whole-share accounts and the stress walks make hundreds of thousands of decisions.
    let mut walk = std::process::Command::new(assert_cmd::cargo::cargo_bin("strat"))
        .args(["replay", "tqqq_growth_income", "--prices", &prices, "--from", "2011-01-03", "--stress"])
        .args(["--equity", "3000", "--equity", "5000", "--output-dir", output.to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    walk.kill().unwrap();
    let ended = walk.wait_with_output().unwrap();
    assert!(ended.status.signal().is_some(), "it ended by itself: {ended:?}");
    // There is no line of progress where nobody watches a terminal.
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
    assert_eq!(names(&output), ["summary.csv"]);
    assert_eq!(fs::read_to_string(output.join("summary.csv")).unwrap(), "mine");
}

/// A limit of 2 KiB a file stands for a full disk: the report does not fit.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_does_not_fit_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("new").join("out");
    let run = || {
        let limited = "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"";
        let mut command = assert_cmd::Command::new("sh");
        command.current_dir(crate::support::fixtures()).args(["-c", limited]);
        command.arg(assert_cmd::cargo::cargo_bin("strat")).args([
            "replay",
            PROFILE,
            "--prices",
            "replay/prices.csv",
        ]);
        command.args([
            "--snapshots",
            "replay/snapshots",
            "--config",
            "replay/pair.json",
            "--from",
            "2025-03-31",
        ]);
        ended(command.args(["--output-dir", output.to_str().unwrap()]))
    };
    let failed = run();
    assert_eq!((failed.code, failed.stdout.as_str()), (4, ""), "{failed:?}");
    assert!(failed.stderr.contains("report.html"), "{failed:?}");
    assert!(!folder.path().join("new").exists());
    fs::create_dir_all(&output).unwrap();
    fs::write(output.join("decisions.csv"), "mine").unwrap();
    assert_eq!(run().code, 4);
    assert_eq!(names(&output), ["decisions.csv"]);
    assert_eq!(fs::read_to_string(output.join("decisions.csv")).unwrap(), "mine");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_refused_before_the_walk() {
    let failed = walk(Path::new("/proc/strat"), "2025-04-04", &[]);
    assert_eq!((failed.code, failed.stdout.as_str()), (4, ""), "{failed:?}");
    assert!(failed.stderr.starts_with("error: /proc"), "{failed:?}");
}

#[test]
fn the_summary_says_what_was_blocked_from_when_to_when_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let prices = long_prices(folder.path());
    let output = folder.path().join("out");
    let arguments =
        ["replay", "tqqq_growth_income", "--prices", &prices, "--from", "2010-10-01", "--to", "2010-10-29"];
    let run = |more: &[&str]| {
        let output = ["--output-dir", output.to_str().unwrap()];
        ended(&mut strat(&[&arguments[..], &output, more].concat()))
    };
    // The 200th close since 2010-01-04 is that of 2010-10-18: the 11 sessions before it are blocked.
    let table = run(&[]);
    assert_eq!(table.code, 0, "{table:?}");
    let expected = "\n11 decisions blocked from 2010-10-01 to 2010-10-15: short_history\n";
    assert!(table.stdout.contains(expected), "{table:?}");
    let chinese = run(&["--lang", "zh"]).stdout;
    assert!(chinese.starts_with("tqqq_growth_income 2010-10-01 至 2010-10-29，21 个交易日\n"), "{chinese}");
    assert!(chinese.contains("\n11 次无法决策，2010-10-01 至 2010-10-15：short_history\n"), "{chinese}");
    let blocked = &run(&["--format", "json"]).json()["blocked"];
    assert_eq!(blocked["decisions"], 11);
    assert_eq!(blocked["codes"], serde_json::json!(["short_history"]));
}

#[test]
fn a_holding_whose_prices_end_is_named_in_the_report() {
    let note = "Prices of <b>B</b> end on 2025-04-04, and the account still holds it at its last close.";
    let has_note = |to: &str| {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(walk(folder.path(), to, &[]).code, 0);
        fs::read_to_string(folder.path().join("report.html")).unwrap().contains(note)
    };
    // Seven days without a close are a long weekend with a late file.
    assert!(!has_note("2025-04-11"));
    assert!(has_note("2025-04-14"));
}

/// Constant weights have no cash: before the first change, of the close of 2025-04-01, the account is in the safe haven,
/// and the half of A, of which the file has no close, earns nothing.
#[test]
fn the_report_speaks_of_cash_only_where_the_account_can_hold_some() {
    let folder = tempfile::tempdir().unwrap();
    let (prices, output) = (folder.path().join("prices.csv"), folder.path().join("out"));
    let rows: String =
        ["03-03", "03-31", "04-01", "04-02", "04-03"].map(|day| format!("B,2025-{day},20\n")).concat();
    fs::write(&prices, format!("symbol,as_of,close\n{rows}")).unwrap();
    let report = |accounting: &str| {
        let mut arguments = vec!["replay", PROFILE, "--prices", prices.to_str().unwrap(), "--snapshots"];
        arguments.extend(["replay/snapshots", "--config", "replay/pair.json", "--from", "2025-03-03"]);
        arguments.extend(["--to", "2025-04-01", "--accounting", accounting, "--benchmark", "none"]);
        arguments.extend(["--output-dir", output.to_str().unwrap()]);
        let ended = ended(&mut strat(&arguments));
        assert_eq!(ended.code, 0, "{ended:?}");
        fs::read_to_string(output.join("report.html")).unwrap()
    };
    let (constant, holdings) = (report("constant-weights"), report("holdings"));
    // From 3 March to 1 April there are 29 days.
    let idle = |place: &str| format!("The account was all in {place} for its first 29 days");
    assert!(constant.contains(&idle("the safe haven")) && holdings.contains(&idle("cash")));
    let unpriced = |end: &str| format!("50.0 % of the equity on average {end}.");
    assert!(constant.contains(&unpriced("earned nothing")) && holdings.contains(&unpriced("stayed in cash")));
}
