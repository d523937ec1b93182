//! The pages of help: the short one of every command fits a screen, its examples run, and a misspelt name is told the
//! nearest one.

use std::fs;
use std::process::Command;

use clap::CommandFactory;

use crate::support::{Folder, ended, fixtures, run, strat};

/// The most lines of a page for `-h`, on a terminal of 80 columns.
const SCREEN: usize = 50;

/// What no example may do to the machine that the tests run on.
const STAND_INS: [(&str, &str); 1] = [("man", "cat > /dev/null")];

/// Every command with its page for `-h`; the empty name is the program's own.
fn pages() -> Vec<(String, String)> {
    let command = strat::Cli::command();
    let verbs = command.get_subcommands().map(|verb| verb.get_name().to_owned());
    let page = |verb: String| {
        let line = format!("{verb} -h");
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let page = ended(strat(&arguments).env("COLUMNS", "80"));
        assert_eq!((page.code, page.stderr.as_str()), (0, ""), "{verb}");
        (verb, page.stdout)
    };
    std::iter::once(String::new()).chain(verbs).map(page).collect()
}

/// The examples of a page, each on one line.
fn examples(page: &str) -> Vec<String> {
    let examples = page.split("Examples:\n").nth(1).unwrap_or_default();
    let lines: Vec<&str> = examples.lines().map_while(|line| line.strip_prefix("  ")).collect();
    lines.join("\n").replace(" \\\n ", "").lines().map(str::to_owned).collect()
}

#[test]
fn the_short_help_of_every_command_fits_a_screen() {
    for (verb, page) in pages() {
        let lines = page.lines().count();
        assert!(lines <= SCREEN, "`strat {verb} -h` has {lines} lines:\n{page}");
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    }
}

#[test]
fn the_long_help_has_every_flag_and_the_exit_codes() {
    let long = run("decide --help").stdout;
    for words in ["--quantity-step", "--keep-step", "--closures", "Exit codes:", "Examples:", "@FILE"] {
        assert!(long.contains(words), "{words}");
    }
    assert!(!run("decide -h").stdout.contains("--keep-step"));
}

/// A folder with the files that the examples name.
fn folder() -> Folder {
    let folder = Folder::new();
    let copy = |from: &str, to: &str| {
        let to = folder.path(to);
        fs::create_dir_all(std::path::Path::new(&to).parent().unwrap()).unwrap();
        fs::copy(fixtures().join(from), to).unwrap();
    };
    copy("prices/etf.csv", "prices.csv");
    copy("portfolios/nasdaq.json", "account.json");
    copy("build/errors/base.csv.gz", "all.csv.gz");
    copy("build/errors/weights.csv", "universe.csv");
    let published = "published/mega_cap_leader_rotation_aggressive_feature_snapshot_latest.csv";
    for to in ["latest.csv", "snapshots/2025-03-31.csv", published] {
        copy("snapshots/mega_cap_top50.csv", to);
    }
    for shell in [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions", "bin"] {
        fs::create_dir_all(folder.path(shell)).unwrap();
    }
    folder
}

#[cfg(unix)]
#[test]
fn the_examples_of_every_command_run() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder();
    symlink(env!("CARGO_BIN_EXE_strat"), folder.path("bin/strat")).unwrap();
    for (name, script) in STAND_INS {
        let path = folder.file(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", folder.path("bin"), std::env::var("PATH").unwrap_or_default());
    let shell = |line: &str| {
        Command::new("bash")
            .args(["-euo", "pipefail", "-c", line])
            .current_dir(folder.path(""))
            .env_remove("STRATEGY_PROFILE")
            .envs([
                ("PATH", path.as_str()),
                ("HOME", &folder.path("")),
                ("GITHUB_STEP_SUMMARY", "summary.md"),
            ])
            .output()
            .unwrap()
    };
    for (record, equity) in [("old", 20000), ("new", 25000), ("decision", 30000)] {
        let line = format!("--prices prices.csv --equity {equity} --format json --output {record}.json");
        assert!(shell(&format!("strat decide tqqq_growth_income {line}")).status.success());
    }
    for (verb, page) in pages() {
        let examples = examples(&page);
        assert!(examples.len() >= 3, "`strat {verb} -h` has {} examples", examples.len());
        for example in examples {
            assert!(example.starts_with("strat ") && example.contains(&verb), "{example}");
            let profile = " mega_cap_leader_rotation_dynamic_top20 ";
            let line = example.replace("all.csv", "all.csv.gz").replace(" PROFILE ", profile);
            let done = shell(&line);
            // Two decisions that differ end `diff` with 1, as its page says.
            let is_done = done.status.success() || (verb == "diff" && done.status.code() == Some(1));
            assert!(is_done, "{line}\n{}", String::from_utf8_lossy(&done.stderr));
        }
    }
}

#[test]
fn a_misspelt_name_is_told_the_nearest() {
    let folder = Folder::new();
    let prices = fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let renamed = folder.file("prices.csv", prices.replacen("close", "clsoe", 1));
    let snapshot = fs::read_to_string(fixtures().join("snapshots/tech_communication.csv")).unwrap();
    let snapshot = folder.file("snapshot.csv", snapshot.replacen("sma200_gap", "sma200_gpa", 1));
    let universe = folder.file("universe.csv", "symbol,sectr\nA,Technology\n");
    let account = folder.file("account.csv", "symbol,quantiy,market_value\nQQQ,1,500\n");
    let rotation = "decide global_etf_rotation --prices prices/etf.csv";
    for (line, meant) in [
        ("decide tqqq_growth_incme --prices prices/etf.csv".to_owned(), "did you mean `tqqq_growth_income`?"),
        (format!("{rotation} --set topn=3"), "did you mean `top_n`?"),
        (format!("{rotation} --pries x"), "did you mean `--prices`?"),
        (format!("{rotation} --format jsn"), "did you mean `json`?"),
        (format!("{rotation} --allow stale_prce"), "did you mean `stale_price`?"),
        ("explain stale_prce".to_owned(), "did you mean `stale_price`?"),
        (format!("{rotation} --columns clos=x"), "did you mean `close`?"),
        (format!("{rotation} --columns close=clsoe"), "did you mean `close`?"),
        (format!("decide global_etf_rotation --prices {renamed}"), "rename `clsoe` to `close`"),
        (
            format!("decide tech_communication_pullback_enhancement --snapshot {snapshot}"),
            "rename `sma200_gpa` to `sma200_gap`",
        ),
        (format!("{rotation} --portfolio {account}"), "rename `quantiy` to `quantity`"),
        (
            format!(
                "build-snapshot mega_cap_leader_rotation_dynamic_top20 --prices build/errors/base.csv.gz --universe \
                 {universe} --output {}",
                folder.path("built.csv")
            ),
            "rename `sectr` to `sector`",
        ),
        ("decid global_etf_rotation".to_owned(), "did you mean `decide`?"),
        ("list --input feature_snapsht".to_owned(), "did you mean `feature_snapshot`?"),
        (format!("{rotation} --for ibrk"), "did you mean `ibkr`?"),
        ("man decid".to_owned(), "did you mean `decide`?"),
        ("decide tqqq_income".to_owned(), "did you mean `tqqq_growth_income`?"),
        ("schema snapshots".to_owned(), "did you mean `snapshot_build` or `snapshot_manifest`?"),
        ("completions pwsh".to_owned(), "did you mean `powershell`?"),
        (format!("{rotation} --format md"), "did you mean `markdown`?"),
        (format!("{rotation} --lang cn"), "did you mean `zh`?"),
        (format!("{rotation} --langauge zh"), "did you mean `--lang`?"),
        (format!("{rotation} --no-color"), "write `--color never`"),
        (format!("{rotation} --as-of 31.03.2025"), "did you mean `2025-03-31`?"),
        (format!("{rotation} --allow price_stale"), "did you mean `stale_price`?"),
        (format!("{rotation} --allow bad_prices"), "did you mean `bad_price`?"),
    ] {
        let ended = run(&line);
        assert!([2, 3].contains(&ended.code), "{line}: {ended:?}");
        assert!(ended.stderr.contains(meant), "{line}: {}", ended.stderr);
    }
}
