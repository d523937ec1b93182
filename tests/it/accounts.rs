//! `decide` for several accounts: the prices are read once, and each account has the record that it has alone.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ended, Folder, ended, fixtures, run, strat};

const DECIDE: &str = "decide tqqq_growth_income --prices prices/etf.csv --as-of 2025-03-31 --format json";

/// A folder of portfolios: one with the profile's funds, one with a fund that it leaves alone, one in cash, and one that
/// can't be read.
fn folder() -> Folder {
    let folder = Folder::new();
    let account = |equity: f64, positions: &[(&str, f64, f64)]| {
        let position = |(symbol, quantity, value): &(&str, f64, f64)| json!({ "symbol": symbol, "quantity": quantity, "market_value": value });
        let positions: Vec<Value> = positions.iter().map(position).collect();
        json!({ "total_equity": equity, "as_of": "2025-03-31", "positions": positions }).to_string()
    };
    // 30 QQQ at 506.12 are 15,183.60 USD.
    folder.file("held.json", account(40_000.0, &[("QQQ", 30.0, 15_183.6)]));
    folder.file("other.json", account(30_000.0, &[("VGK", 10.0, 700.0)]));
    folder.file("cash.json", account(25_000.0, &[]));
    folder.file("broken.json", "{\"total_equity\": \"much\"}");
    folder
}

fn several(folder: &Folder, names: &[&str], more: &str) -> Ended {
    let portfolios: Vec<String> =
        names.iter().map(|name| format!("--portfolio {}", folder.path(&format!("{name}.json")))).collect();
    run(&format!("{DECIDE} {} {more}", portfolios.join(" ")))
}

fn lines(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What an account has alone, with the exit code that a call of its own ends with.
fn alone(folder: &Folder, name: &str, more: &str) -> Value {
    let ended = run(&format!("{DECIDE} --portfolio {} {more}", folder.path(&format!("{name}.json"))));
    let mut record = ended.json();
    record["exit_code"] = json!(ended.code);
    record
}

#[test]
fn each_account_has_the_record_that_it_has_alone() {
    let folder = folder();
    let names = ["held", "other", "cash", "broken"];
    let ended = several(&folder, &names, "");
    let alone: Vec<Value> = names.iter().map(|name| alone(&folder, name, "")).collect();
    assert_eq!(lines(&ended), alone);
    let codes: Vec<_> = alone.iter().map(|record| record["exit_code"].as_i64().unwrap()).collect();
    assert_eq!((codes, ended.code), (vec![0, 0, 0, 3], 3));
    // What the files have in common is said once.
    assert_eq!(ended.said("error").len(), 1, "{}", ended.stderr);
}

/// A bad close of a symbol that one account holds is no finding of the others, whichever is named first.
#[test]
fn a_bad_close_is_a_finding_of_the_accounts_that_hold_it() {
    let folder = folder();
    let etf = fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let prices = folder.file("prices.csv", format!("{etf}ZZZ,2025-03-28,10\nZZZ,2025-03-31,abc\n"));
    let position = json!({ "symbol": "ZZZ", "quantity": 10.0, "market_value": 100.0 });
    let holds = json!({ "total_equity": 30_000.0, "as_of": "2025-03-31", "positions": [position] });
    folder.file("holds.json", holds.to_string());
    let decide = |names: &[&str]| {
        let portfolios: Vec<String> = names
            .iter()
            .map(|name| format!("--portfolio {}", folder.path(&format!("{name}.json"))))
            .collect();
        let line = format!("decide tqqq_growth_income --prices {prices} --as-of 2025-03-31 --format json");
        run(&format!("{line} --compact {}", portfolios.join(" ")))
    };
    let findings = |ended: &Ended| -> Vec<Value> {
        lines(ended).into_iter().map(|record| record["findings"].clone()).collect()
    };
    let (holds, cash) = (findings(&decide(&["holds"])).remove(0), findings(&decide(&["cash"])).remove(0));
    assert!(holds.as_array().unwrap().iter().any(|finding| finding["code"] == "bad_price"), "{holds}");
    assert_eq!(cash, json!([]));
    assert_eq!(findings(&decide(&["holds", "cash"])), [holds.clone(), cash.clone()]);
    assert_eq!(findings(&decide(&["cash", "holds"])), [cash, holds]);
}

#[test]
fn what_only_some_accounts_have_is_said_with_their_portfolios() {
    let folder = folder();
    let position = json!({ "symbol": "QQQ", "quantity": 30.0, "market_value": 15_183.6 });
    let odd = json!({ "total_equity": 40_000.0, "cash_balance": 0.0, "as_of": "2025-03-31", "positions": [position] });
    let path = folder.file("odd.json", odd.to_string());
    let ended = several(&folder, &["held", "odd"], "");
    assert_eq!(ended.code, 3);
    let errors = ended.said("error");
    let begins = format!("{path}: positions and cash do not add up to `total_equity`");
    assert!(errors.len() == 1 && errors[0].starts_with(&begins), "{errors:?}");
}

#[test]
fn the_exit_code_is_the_worst() {
    let folder = folder();
    // On a day between quarters the rotation holds.
    let hold = |names: &[&str], more: &str| {
        let portfolios: Vec<String> = names
            .iter()
            .map(|name| format!("--portfolio {}", folder.path(&format!("{name}.json"))))
            .collect();
        let line =
            "decide global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28 --format json --exit-code";
        run(&format!("{line} {} {more}", portfolios.join(" ")))
    };
    assert_eq!(hold(&["cash", "other"], "").code, 10);
    assert_eq!(hold(&["cash", "broken", "other"], "").code, 3);
    assert_eq!(several(&folder, &["cash", "other"], "--exit-code").code, 0);
}

#[test]
fn a_folder_gets_a_file_an_account() {
    let folder = folder();
    let decisions = folder.path("decisions");
    let ended = several(&folder, &["held", "broken"], &format!("--output-dir {decisions}"));
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    let summary =
        format!("strat: tqqq_growth_income 2025-03-31: 2 accounts in {decisions}: 1 BLOCKED, 1 REBALANCE");
    assert!(ended.stderr.lines().any(|line| line == summary), "{}", ended.stderr);
    for name in ["held", "broken"] {
        let path = Path::new(&decisions).join(format!("{name}.json"));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), alone(&folder, name, ""));
        assert!(text.starts_with("{\n"), "{text}");
    }
    let one = several(&folder, &["cash"], &format!("--output-dir {decisions} --compact"));
    assert_eq!(one.code, 0);
    let text = fs::read_to_string(Path::new(&decisions).join("cash.json")).unwrap();
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn the_lines_are_shown_and_proved() {
    let folder = folder();
    let ended = several(&folder, &["held", "cash"], "");
    let records = folder.file("records.json", &ended.stdout);
    let shown = run(&format!("show {records}"));
    assert_eq!((shown.code, shown.stdout.matches("REBALANCE for").count()), (0, 2), "{shown:?}");
    let proved = run(&format!("verify {records}"));
    assert_eq!(proved.code, 0, "{proved:?}");
}

#[test]
fn prices_may_come_from_standard_input() {
    let folder = folder();
    let portfolios = ["held", "cash"].map(|name| folder.path(&format!("{name}.json")));
    let mut line =
        vec!["decide", "tqqq_growth_income", "--prices", "-", "--as-of", "2025-03-31", "--format", "json"];
    portfolios.iter().for_each(|portfolio| line.extend(["--portfolio", portfolio]));
    let prices = fs::read(crate::support::fixtures().join("prices/etf.csv")).unwrap();
    let from_file = several(&folder, &["held", "cash"], "");
    let ended = ended(strat(&line).write_stdin(prices));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let targets =
        |ended: &Ended| lines(ended).iter().map(|line| line["positions"].clone()).collect::<Vec<_>>();
    assert_eq!(targets(&ended), targets(&from_file));
}

#[test]
fn what_is_of_one_account_is_refused_with_several() {
    let folder = folder();
    for (more, message) in [
        ("--equity 5", "`--equity` is for one account, and several were named"),
        ("--holdings QQQ", "`--holdings` is for one account, and several were named"),
        ("--cash 5", "`--cash` is for one account, and several were named"),
        ("--output x.json", "`--output` holds one decision"),
    ] {
        let ended = several(&folder, &["held", "cash"], more);
        assert_eq!((ended.code, ended.said("error")), (2, vec![message]), "{more}");
    }
    let (held, cash) = (folder.path("held.json"), folder.path("cash.json"));
    let two = format!("tqqq_growth_income --prices prices/etf.csv --portfolio {held} --portfolio {cash}");
    for format in ["", "--format table", "--format csv", "--format markdown"] {
        let ended = run(&format!("decide {two} {format}"));
        assert_eq!(
            (ended.code, ended.said("error")),
            (2, vec!["several accounts can only be printed as JSON"]),
            "{format}"
        );
    }
    assert_eq!(run(&format!("explain {two}")).code, 2);
    let twice = several(&folder, &["held", "held"], &format!("--output-dir {}", folder.path("x")));
    assert!(twice.code == 2 && twice.stderr.contains("would both be written to"), "{twice:?}");
    let stream = run(&format!("{DECIDE} --portfolio {held} --portfolio -"));
    assert!(stream.code == 2 && stream.stderr.contains("can be read only once"), "{stream:?}");
    let none = run(&format!("{DECIDE} --equity 5 --output-dir {}", folder.path("x")));
    assert!(none.code == 2 && none.stderr.contains("does nothing without an account"), "{none:?}");
    assert!(!Path::new(&folder.path("x")).exists());
}

/// The blocks of the cookbook about many accounts, run in a folder with three of them.
#[cfg(unix)]
mod cookbook {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    /// The blocks of a kind in the section.
    fn blocks(kind: &str) -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cookbook.md");
        let text = fs::read_to_string(path).unwrap();
        let section = text.split("\n## Many accounts").nth(1).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let opening = format!("```{kind}\n");
        let blocks = section.split(opening.as_str()).skip(1);
        blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    }

    fn kitchen() -> Folder {
        let folder = Folder::new();
        let fixtures = crate::support::fixtures();
        for name in ["accounts", "bin", "decisions"] {
            fs::create_dir(folder.path(name)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_strat"), folder.path("bin/strat")).unwrap();
        fs::copy(fixtures.join("prices/etf.csv"), folder.path("prices.csv")).unwrap();
        for name in ["first", "second", "third"] {
            fs::copy(fixtures.join("portfolios/nasdaq.json"), folder.path(&format!("accounts/{name}.json")))
                .unwrap();
        }
        folder
    }

    fn run_in(folder: &Folder, program: &str, arguments: &[&str]) -> std::process::Output {
        let path = format!("{}:{}", folder.path("bin"), std::env::var("PATH").unwrap());
        Command::new(program)
            .args(arguments)
            .current_dir(folder.path(""))
            .env_remove("STRATEGY_PROFILE")
            .envs([("PATH", path.as_str()), ("ACCOUNT", "second")])
            .output()
            .unwrap()
    }

    #[test]
    fn every_shell_block_decides() {
        let steps = blocks("yaml").into_iter().map(|yaml| {
            let run = yaml.split("run: |\n").nth(1).unwrap().to_owned();
            run.lines().map(|line| format!("{}\n", line.trim_start())).collect::<String>()
        });
        let scripts: Vec<String> = blocks("bash").into_iter().chain(steps).collect();
        assert_eq!(scripts.len(), 3);
        for script in scripts {
            let folder = kitchen();
            let done = run_in(&folder, "bash", &["-euo", "pipefail", "-c", &script]);
            assert!(done.status.success(), "{script}\n{}", String::from_utf8_lossy(&done.stderr));
            let record = fs::read_to_string(folder.path("decisions/second.json")).unwrap();
            let record: Value = serde_json::from_str(&record).unwrap();
            assert_eq!(record["verdict"], "rebalance");
        }
    }

    #[test]
    fn the_cluster_decides_each_account() {
        let [program] = blocks("python").try_into().unwrap();
        let folder = kitchen();
        if !run_in(&folder, "python3", &["-c", "import dask.bag"]).status.success() {
            eprintln!("skipped: this python3 has no dask (`pip install \"dask[bag]\"`)");
            return;
        }
        folder.file("many.py", program);
        let done = run_in(&folder, "python3", &["many.py"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let said = String::from_utf8(done.stdout).unwrap();
        assert_eq!(
            said,
            "accounts/first.json rebalance\naccounts/second.json rebalance\naccounts/third.json rebalance\n"
        );
    }
}
