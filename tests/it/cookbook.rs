//! Every `sh` recipe of the cookbook, run as people run them: by `bash -e` and `bash -euo pipefail`, on a good day and on
//! bad ones. What matters is whether the broker's program was started.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::fixtures;

/// The shells that recipes run in.
const SHELLS: [&[&str]; 2] = [&["-e"], &["-euo", "pipefail"]];

/// What a day is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DayKind {
    /// The profiles trade.
    Good,
    /// The rotation holds, and the account of the growth profile is at its targets.
    Hold,
    /// A price of the newest day can't be read.
    Blocked,
    /// The clock says nothing.
    EmptyDate,
    /// A flag is misspelt.
    MisspeltFlag,
}

const DAYS: [DayKind; 5] =
    [DayKind::Good, DayKind::Hold, DayKind::Blocked, DayKind::EmptyDate, DayKind::MisspeltFlag];

/// The recipes, in the order of the document.
fn recipes() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cookbook.md");
    let text = fs::read_to_string(path).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn write_program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A folder with the files of the recipes, and stand-ins for the clock, the broker's program and `strat`.
fn folder(kind: DayKind) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let day = match kind {
        DayKind::Hold => "2025-03-28",
        DayKind::EmptyDate => "",
        _ => "2025-03-31",
    };
    write_program(path, "date", &format!("test \"$TZ\" = America/New_York && echo '{day}'"));
    write_program(path, "broker-program", "test -s decision.json && touch broker-was-started");
    let more = if kind == DayKind::MisspeltFlag { " --formt json" } else { "" };
    write_program(path, "strat", &format!("exec '{}' \"$@\"{more}", env!("CARGO_BIN_EXE_strat")));
    let mut prices = fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    if kind == DayKind::Blocked {
        prices = prices
            .replace("QQQ,2025-03-31,", "QQQ,2025-03-31,n/a")
            .replace("SPY,2025-03-31,", "SPY,2025-03-31,n/a");
    }
    fs::write(path.join("prices.csv"), prices).unwrap();
    fs::copy(path.join("prices.csv"), path.join("prices.csv.gz")).unwrap();
    fs::write(path.join("account.json"), account(kind)).unwrap();
    // A decision of the day before that must never be carried out.
    fs::write(path.join("decision.json"), r#"{"as_of": "2025-03-30", "decision_id": "old"}"#).unwrap();
    folder
}

/// The account of the growth profile: on the day of a hold it is at the targets of that day.
fn account(kind: DayKind) -> String {
    if kind != DayKind::Hold {
        return fs::read_to_string(fixtures().join("portfolios/nasdaq.json")).unwrap();
    }
    let decided = crate::support::run(
        "decide tqqq_growth_income --prices prices/etf.csv --equity 40000 --holdings QQQ,TQQQ --as-of 2025-03-28 --format json",
    );
    let positions: Vec<_> = decided.json()["positions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|position| position["target_value"] != 0.0)
        // A share for a dollar each would be out of place: the quantity is of no account to this test but above 0.
        .map(|position| {
            let close = close_of(position["symbol"].as_str().unwrap());
            let value = position["target_value"].as_f64().unwrap();
            serde_json::json!({"symbol": position["symbol"], "quantity": value / close, "market_value": value})
        })
        .collect();
    serde_json::json!({"as_of": "2025-03-28", "total_equity": 40000, "positions": positions}).to_string()
}

fn close_of(symbol: &str) -> f64 {
    let prices = fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let row = prices.lines().find(|line| line.starts_with(&format!("{symbol},2025-03-28,")));
    row.map_or(100.0, |row| row.split(',').nth(2).unwrap().parse().unwrap())
}

/// How a recipe ended, and whether the broker's program was started.
fn run(recipe: &str, shell: &[&str], kind: DayKind) -> (bool, bool, String) {
    let folder = folder(kind);
    let path = folder.path();
    fs::write(path.join("recipe.sh"), recipe.replace("/srv/strategy", path.to_str().unwrap())).unwrap();
    let search = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(shell)
        .arg("recipe.sh")
        .current_dir(path)
        .env("PATH", search)
        .env_remove("STRATEGY_PROFILE")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), path.join("broker-was-started").exists(), printed)
}

#[test]
fn slow_the_broker_is_started_on_a_good_day_alone() {
    let trading: Vec<String> =
        recipes().into_iter().filter(|recipe| recipe.contains("broker-program")).collect();
    assert!(trading.len() >= 3, "{trading:?}");
    for recipe in &trading {
        for shell in SHELLS {
            for kind in DAYS {
                let (is_done, is_started, _) = run(recipe, shell, kind);
                // Without `--exit-code` an account at its targets is handed on as it is.
                let hands_on_hold = kind == DayKind::Hold && !recipe.contains("--exit-code");
                assert_eq!(
                    is_started,
                    kind == DayKind::Good || hands_on_hold,
                    "{kind:?} {shell:?}\n{recipe}"
                );
                let ends_well = matches!(kind, DayKind::Good | DayKind::Hold);
                assert_eq!(is_done, ends_well, "{kind:?} {shell:?}\n{recipe}");
            }
        }
    }
}

#[test]
fn slow_the_other_recipes_print_only_on_days_that_decide() {
    let reading: Vec<String> =
        recipes().into_iter().filter(|recipe| !recipe.contains("broker-program")).collect();
    assert!(!reading.is_empty());
    let lines = reading.iter().find(|recipe| recipe.contains("@tsv")).unwrap();
    for shell in SHELLS {
        for kind in DAYS {
            let (_, _, printed) = run(lines, shell, kind);
            assert_eq!(!printed.is_empty(), kind == DayKind::Good, "{kind:?} {shell:?}: {printed}");
        }
    }
    let ids = reading.iter().find(|recipe| recipe.contains("decision_id")).unwrap();
    let (is_same, ..) = run(ids, SHELLS[0], DayKind::Good);
    assert!(!is_same, "two files that are not there are not the same decision");
    // The fixture reaches back for the newest dates alone.
    let quarters = reading.iter().find(|recipe| recipe.contains("for day in")).unwrap();
    let quarters = &quarters.replace("2024-03-28 2024-06-28 2024-09-30 2024-12-31", "2025-03-28 2025-03-31");
    for shell in SHELLS {
        let (is_done, _, printed) = run(quarters, shell, DayKind::Good);
        assert!(is_done && printed.lines().count() > 2, "{printed}");
        assert!(!run(quarters, shell, DayKind::MisspeltFlag).0);
    }
    assert_eq!(reading.len(), 3, "a recipe without a test: {reading:?}");
}
