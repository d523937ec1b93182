//! How standard error speaks: JSON lines for programs, workflow commands for GitHub, and silence where it was asked for.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use strat::{Code, Severity};

use crate::support::{Ended, Folder, ended, run, strat};

/// The keys of a message, in their order.
const KEYS: [&str; 12] = [
    "schema", "severity", "code", "message", "hint", "file", "line", "column", "symbol", "profile", "as_of",
    "account",
];

/// The messages of a run, each checked against the shape of `strat.message.v1`.
fn messages(ended: &Ended) -> Vec<Value> {
    let message = |line: &str| -> Value {
        let message: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let keys: Vec<&str> = message.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = KEYS.to_vec();
        expected.sort_unstable();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected, "{line}");
        assert_eq!(message["schema"], "strat.message.v1");
        assert!(["error", "warning", "info"].contains(&message["severity"].as_str().unwrap()), "{line}");
        let code = message["code"].as_str().unwrap();
        assert!(
            !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{line}"
        );
        assert!(!message["message"].as_str().unwrap().is_empty(), "{line}");
        for key in ["hint", "file", "column", "symbol", "profile", "account", "as_of"] {
            assert!(message[key].is_null() || message[key].is_string(), "{key}: {line}");
        }
        assert!(message["line"].is_null() || message["line"].is_u64(), "{line}");
        message
    };
    ended.stderr.lines().map(message).collect()
}

fn at_root(line: &str) -> Ended {
    let words: Vec<&str> = line.split_whitespace().collect();
    ended(strat(&words).current_dir(env!("CARGO_MANIFEST_DIR")))
}

/// The commands of the catalogue of findings, each with the code that it is the smallest case of.
fn catalogue() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let case = |path: PathBuf| {
        let code = path.file_name().unwrap().to_str().unwrap().to_owned();
        let command = fs::read_to_string(path.join("command")).unwrap();
        (code, command.trim().trim_start_matches("strat ").to_owned())
    };
    cases.into_iter().map(case).collect()
}

#[test]
fn slow_every_finding_is_one_object_a_line() {
    let folder = Folder::new();
    let built = folder.path("built.csv");
    for (code, line) in catalogue() {
        let line = line.replace("OUTPUT", &built);
        let found = at_root(&format!("{line} --messages json"));
        let messages = messages(&found);
        // What is merely worth knowing stands in the output alone.
        let told = messages.iter().find(|message| message["code"] == code.as_str());
        let is_info = Code::parse(&code).unwrap().severity() == Severity::Info;
        assert!(told.is_some() || is_info || found.stderr.is_empty(), "{code}: {}", found.stderr);
        if [1, 3].contains(&found.code) {
            assert!(
                messages.iter().any(|message| message["severity"] == "error"),
                "{code}: {}",
                found.stderr
            );
        }
    }
}

#[test]
fn a_usage_error_is_one_object_a_line() {
    let rotation = "decide global_etf_rotation --prices prices/etf.csv";
    for (line, code) in [
        (format!("{rotation} --formt json"), "usage_unknown_flag"),
        (format!("{rotation} --json"), "usage_unknown_flag"),
        (format!("{rotation} extra.csv"), "usage_unknown_flag"),
        ("decied global_etf_rotation".to_owned(), "usage_unknown_command"),
        ("decide no_such_profile --prices prices/etf.csv".to_owned(), "usage_unknown_profile"),
        ("explain no_such_profile".to_owned(), "usage_unknown_profile"),
        ("validate-snapshot no_such_profile x.csv".to_owned(), "usage_unknown_profile"),
        ("decide --prices prices/etf.csv".to_owned(), "usage_missing_argument"),
        ("show".to_owned(), "usage_missing_argument"),
        ("diff one.json".to_owned(), "usage_missing_argument"),
        (format!("{rotation} --as-of 2025-03-31 --as-of 2025-03-31"), "usage_conflict"),
        (format!("{rotation} --as-of 2025-02-30"), "usage_bad_value"),
        (format!("{rotation} --equity much"), "usage_bad_value"),
        (format!("{rotation} --set topn=3"), "usage_bad_value"),
        (format!("{rotation} --compact"), "usage_bad_value"),
        (format!("{rotation} --allow no_such_code"), "usage_bad_value"),
        (format!("{rotation} --snapshot x.csv"), "usage_bad_value"),
        (format!("{rotation} @none.args"), "usage_bad_value"),
        ("validate-snapshot russell_1000_multi_factor_defensive".to_owned(), "usage_bad_value"),
        ("verify x.json --input price=x.csv".to_owned(), "usage_bad_value"),
        ("show --format xml x.json".to_owned(), "usage_bad_value"),
    ] {
        // The form is looked for before the arguments are parsed: it may stand anywhere.
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        for line in [format!("{line} --messages json"), format!("{verb} --messages=json {rest}")] {
            let refused = run(&line);
            assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{line}: {refused:?}");
            let messages = messages(&refused);
            assert_eq!(
                (messages[0]["severity"].as_str(), messages[0]["code"].as_str()),
                (Some("error"), Some(code)),
                "{line}: {}",
                refused.stderr
            );
        }
    }
    // Its own bad value is told as text.
    let refused = run(&format!("{rotation} --messages xml"));
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.starts_with("error: invalid value 'xml' for '--messages"), "{}", refused.stderr);
}

#[test]
fn what_is_not_a_finding_has_a_code_too() {
    let record = run("show prices/etf.csv --messages json");
    assert_eq!((record.code, &messages(&record)[0]["code"]), (3, &"record_invalid".into()));
    let missing = run("diff none.json none2.json --messages json");
    assert_eq!((missing.code, &messages(&missing)[0]["code"]), (3, &"record_missing".into()));
    let unwritten =
        run("decide global_etf_rotation --prices prices/etf.csv --output nowhere/x.json --messages json");
    assert_eq!((unwritten.code, &messages(&unwritten)[0]["code"]), (4, &"output_unwritten".into()));
}

#[test]
fn a_message_names_the_profile_the_day_and_the_account() {
    let folder = Folder::new();
    let output = folder.path("decision.json");
    let line = format!(
        "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json --format json \
         --output {output} --messages json"
    );
    let done = messages(&run(&line)).pop().unwrap();
    assert_eq!((&done["severity"], &done["code"]), (&"info".into(), &"done".into()));
    assert_eq!(done["message"], "global_etf_rotation 2025-03-31 rotation.json: REBALANCE, 1 buy, 1 sell");
    assert_eq!(done["profile"], "global_etf_rotation");
    assert_eq!(done["as_of"], "2025-03-31");
    assert_eq!(done["account"], "portfolios/rotation.json");
    // Standard output never has messages; with `--format json` the findings stand in both.
    let blocked =
        run("decide tqqq_growth_income --prices prices/none.csv --equity 9000 --format json --messages json");
    let (messages, decision) = (messages(&blocked), blocked.json());
    assert_eq!(messages[0]["code"], decision["findings"][0]["code"]);
    assert_eq!(messages[0]["account"], Value::Null);
}

#[test]
fn github_gets_one_annotation_a_cause() {
    let line = "decide global_etf_rotation --prices prices/none.csv --messages github";
    let found = run(line);
    let first = found.stderr.lines().next().unwrap();
    assert!(first.starts_with("::error file=prices/none.csv,title=prices_missing::no such file"), "{first}");
    assert!(first.contains("%0Ahint: "), "{first}");
    let from_root = run(&format!("{line} --path-prefix ./data/"));
    assert!(from_root.stderr.starts_with("::error file=data/prices/none.csv,"), "{}", from_root.stderr);
    let usage = run("decide global_etf_rotation --formt json --messages github");
    assert!(
        usage.stderr.starts_with("::error title=usage_unknown_flag::unexpected argument"),
        "{}",
        usage.stderr
    );
    // The closing line is a line of the log.
    let folder = Folder::new();
    let line = format!(
        "decide global_etf_rotation --prices prices/etf.csv --output {} --messages github",
        folder.path("x.txt")
    );
    assert_eq!(run(&line).stderr, "strat: global_etf_rotation 2025-03-31: REBALANCE, 2 targets\n");
}

#[test]
fn a_flood_is_ten_annotations_and_a_folded_group() {
    let folder = Folder::new();
    let header = "as_of,symbol,sector,close,volume,adv20_usd,history_days,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,\
                  eligible\n";
    // Each row has a cause of its own: another kind of column that can't be read, a date, a repeated symbol.
    let mut text = header.to_owned();
    for number in 0..40 {
        let date = ["31/03/2025", "2025-02-30", "soon", "2025-03-31"][number % 4];
        text.push_str(&format!("{date},S{},Energy,?,?,-5,-3,?,?,9,-2,7,perhaps\n", number / 3));
    }
    let snapshot = folder.file("x.csv", text);
    let line = format!("validate-snapshot russell_1000_multi_factor_defensive {snapshot} --format github");
    let github = run(&line).stdout;
    for word in ["::error ", "::warning "] {
        let annotations: Vec<&str> = github.lines().filter(|line| line.starts_with(word)).collect();
        assert!(annotations.len() <= 10, "{github}");
        let mut titles: Vec<&str> = annotations.iter().filter_map(|line| line.split("::").nth(2)).collect();
        let count = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), count, "each names a cause of its own: {annotations:?}");
    }
    let group = github.split_once("::group::").unwrap().1;
    let (inside, after) = group.split_once("::endgroup::").unwrap();
    assert!(inside.lines().skip(1).all(|line| !line.starts_with("::")), "{inside}");
    assert!(after.contains("strat: ") && after.contains(" is invalid for "), "{after}");
}

#[test]
fn quiet_runs_say_errors_alone() {
    let folder = Folder::new();
    let output = folder.path("x.json");
    // A warning: snapshots without a decision date are not held against one.
    let warned = "decide russell_1000_multi_factor_defensive --snapshot snapshots/russell_1000.csv";
    assert!(!run(warned).said("warning").is_empty());
    for form in ["text", "json", "github"] {
        for line in [
            format!("{warned} --format json"),
            format!("decide global_etf_rotation --prices prices/etf.csv --output {output}"),
            format!(
                "validate-snapshot russell_1000_multi_factor_defensive snapshots/russell_1000.csv --output {output}"
            ),
        ] {
            let quiet = run(&format!("{line} --messages {form} --quiet"));
            assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""), "{line}");
        }
        let blocked = "decide global_etf_rotation --prices prices/none.csv --format json";
        for flag in ["-q", "--quiet"] {
            let (quiet, loud) = (
                run(&format!("{blocked} --messages {form} {flag}")),
                run(&format!("{blocked} --messages {form}")),
            );
            assert!(quiet.stderr.contains("no such file"), "{quiet:?}");
            assert_eq!(quiet.stderr, loud.stderr);
        }
    }
    let blocked = run("decide global_etf_rotation --prices prices/none.csv -q");
    assert_eq!((blocked.said("error").len(), blocked.said("hint").len()), (1, 1), "{blocked:?}");
}

#[test]
fn each_verb_with_an_output_ends_with_a_line() {
    let folder = Folder::new();
    let record = folder
        .file("record.json", run("decide global_etf_rotation --prices prices/etf.csv --format json").stdout);
    let output = folder.path("x.txt");
    let rotation = "--prices prices/etf.csv";
    let russell = "russell_1000_multi_factor_defensive";
    for (line, closing) in [
        (
            format!("decide global_etf_rotation {rotation}"),
            "global_etf_rotation 2025-03-31: REBALANCE, 2 targets".to_owned(),
        ),
        (
            format!("decide global_etf_rotation {rotation} --as-of 2025-03-28"),
            "global_etf_rotation 2025-03-28: HOLD".to_owned(),
        ),
        (
            format!("explain global_etf_rotation {rotation}"),
            "global_etf_rotation 2025-03-31: REBALANCE, 2 targets".to_owned(),
        ),
        (format!("validate-snapshot {russell} snapshots/russell_1000.csv"), format!("{russell}: VALID")),
        (format!("show {record}"), format!("{record}: shown")),
        (format!("diff {record} {record}"), "SAME TARGETS".to_owned()),
    ] {
        let done = run(&format!("{line} --output {output}"));
        assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{line}: {done:?}");
        assert_eq!(done.stderr.lines().last(), Some(format!("strat: {closing}").as_str()), "{line}");
    }
}
