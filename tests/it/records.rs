//! Records: what was saved is shown as the command itself drew it, byte for byte, and broken ones end in one error.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Ended, ended, run, strat};

/// Decisions of each kind: a profile each, holds, blocks, accounts of each kind, each flag that a drawing depends on.
const DECISIONS: &[&str] = &[
    "global_etf_rotation --prices prices/etf.csv",
    "global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json",
    "global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28",
    "global_etf_rotation --prices prices/etf.csv --holdings EWY,GLD --explicit-exits",
    "global_etf_rotation --prices prices/etf.csv --equity 25000 --quantity-step 0.0001 --sweep",
    "global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json --target-mode value",
    "global_etf_rotation --prices prices/etf.csv --config config/global_etf_rotation.json --set top_n=3",
    "global_etf_rotation --prices prices/etf.csv --as-of 2030-01-02",
    "global_etf_rotation --prices prices/etf.csv --set canary_bad_threshold=1 --holdings EWY,BIL",
    "global_etf_rotation --prices prices/none.csv",
    "global_etf_rotation",
    "global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json --for ibkr",
    "global_etf_rotation --prices prices/etf.csv --closures closures.txt",
    "tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json",
    "tqqq_growth_income --prices prices/etf.csv --equity 5000",
    "soxl_soxx_trend_income --prices prices/etf.csv --portfolio portfolios/semiconductors.json",
    "soxl_soxx_trend_income --indicators indicators.json --portfolio portfolios/semiconductors.json",
    "russell_1000_multi_factor_defensive --snapshot snapshots/russell_1000.csv",
    "tech_communication_pullback_enhancement --snapshot snapshots/tech_communication.csv",
    "tech_communication_pullback_enhancement --snapshot snapshots/tech_communication.csv --as-of 2025-04-01",
    "tech_communication_pullback_enhancement --snapshot snapshots/tech_communication.csv --as-of 2025-04-10",
    "mega_cap_leader_rotation_top50_balanced --snapshot snapshots/mega_cap_top50.csv --equity 40000",
    "mega_cap_leader_rotation_dynamic_top20 --snapshot snapshots/mega_cap_top20.csv",
    "mega_cap_leader_rotation_aggressive --snapshot snapshots/mega_cap_top50.csv",
    "dynamic_mega_leveraged_pullback --snapshot snapshots/dynamic_mega.csv --prices prices/mega_caps.csv.gz --equity 30000",
];

/// Explanations, with and without a symbol that is asked about.
const EXPLANATIONS: &[&str] = &[
    "global_etf_rotation --prices prices/etf.csv --symbol EWY --holdings EWY",
    "global_etf_rotation --prices prices/none.csv",
    "global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28 --symbol XLZ",
    "tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json",
    "tqqq_growth_income --prices prices/etf.csv --equity 5000 --symbol QQQ",
    "soxl_soxx_trend_income --indicators indicators.json --equity 5000",
    "russell_1000_multi_factor_defensive --snapshot snapshots/russell_1000.csv",
    "tech_communication_pullback_enhancement --snapshot snapshots/tech_communication.csv --as-of 2025-04-01",
    "dynamic_mega_leveraged_pullback --snapshot snapshots/dynamic_mega.csv --prices prices/mega_caps.csv.gz --equity 30000",
];

/// A folder with the record of a command line, which may have failed closed.
fn recorded(verb: &str, line: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let made = run(&format!("{verb} {line} --format json"));
    assert!([0, 3].contains(&made.code), "{line}: {}", made.stderr);
    let path = folder.path().join("record.json");
    fs::write(&path, made.stdout).unwrap();
    (folder, path)
}

fn shown(record: &Path, flags: &str) -> Ended {
    let mut arguments = vec!["show", record.to_str().unwrap()];
    arguments.extend(flags.split_whitespace());
    ended(&mut strat(&arguments))
}

fn assert_shown(verb: &str, line: &str, forms: &[&str]) {
    let (_folder, record) = recorded(verb, line);
    for form in forms {
        if form.contains("--plan") && !(line.contains("--portfolio") || line.contains("--equity")) {
            continue;
        }
        let for_platform = line.contains("--for");
        let drawn = run(&format!("{verb} {line} {form}"));
        let shown = shown(&record, form);
        assert_eq!((shown.code, shown.stderr.as_str()), (0, ""), "{line} {form}");
        if !for_platform || form.contains("json") {
            assert_eq!(shown.stdout, drawn.stdout, "{line} {form}");
        }
    }
}

#[test]
fn a_decision_is_shown_as_it_was_drawn() {
    let forms =
        ["--format table", "--format markdown", "--format csv", "--format csv --plan", "--format json"];
    // Chinese in one of its two forms each.
    let chinese = ["--lang zh", "--format markdown --lang zh"];
    for (place, line) in DECISIONS.iter().enumerate() {
        assert_shown("decide", line, &[&forms[..], &chinese[place % 2..=place % 2]].concat());
    }
    assert_shown("decide", DECISIONS[1], &["--width 60", "--width 120", "--color always"]);
}

#[test]
fn an_explanation_is_shown_as_it_was_drawn() {
    for line in EXPLANATIONS {
        assert_shown("explain", line, &["--format text", "--format markdown", "--lang zh"]);
        if !line.contains("--symbol") {
            assert_shown("explain", line, &["--brief", "--brief --lang zh"]);
        }
    }
    assert_shown("explain", EXPLANATIONS[0], &["--format markdown --lang zh"]);
    assert_shown("explain", EXPLANATIONS[3], &["--format json", "--ascii", "--width 100"]);
}

#[test]
fn a_file_that_is_no_record_is_one_error() {
    let missing = run("show none.json");
    assert_eq!((missing.code, missing.said("error").len()), (3, 1), "{missing:?}");
    assert_eq!(missing.said("error")[0], "none.json: no such file");
    let csv = run("show prices/etf.csv");
    assert_eq!((csv.code, csv.said("error").len(), csv.stdout.as_str()), (3, 1, ""), "{csv:?}");
    let portfolio = run("show portfolios/nasdaq.json");
    assert_eq!(
        (portfolio.code, portfolio.said("error")),
        (3, vec!["portfolios/nasdaq.json: it is not a record: it has no `schema`"])
    );
}

#[test]
fn a_flag_that_does_nothing_for_a_record_is_refused() {
    let (_folder, decision) = recorded("decide", DECISIONS[0]);
    let (_folder, explanation) = recorded("explain", EXPLANATIONS[0]);
    for (record, flags) in [
        (&decision, "--ascii"),
        (&decision, "--brief"),
        (&decision, "--format json --brief"),
        (&decision, "--plan"),
        (&decision, "--format json --ascii"),
        (&explanation, "--format csv"),
    ] {
        let refused = shown(record, flags);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{flags}");
    }
}

#[test]
fn the_records_of_several_accounts_are_drawn_one_below_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.jsonl");
    let lines = [DECISIONS[1], DECISIONS[3]];
    let record = |line: &str| run(&format!("decide {line} --format json --compact")).stdout;
    fs::write(&path, lines.map(record).concat()).unwrap();
    let table = |line: &str| run(&format!("decide {line}")).stdout;
    assert_eq!(shown(&path, "").stdout, lines.map(table).join("\n"));
    let csv = shown(&path, "--format csv").stdout;
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows[0], "account,profile,as_of,action,symbol,role,target_weight,target_value");
    assert_eq!(rows[1], "portfolios/rotation.json,global_etf_rotation,2025-03-31,rebalance,EWJ,,0.5,");
    assert_eq!(rows.iter().filter(|row| row.starts_with("account,")).count(), 1);
}

#[test]
fn a_stranger_s_record_can_not_drive_a_terminal() {
    let (folder, path) = recorded("decide", DECISIONS[0]);
    let text = fs::read_to_string(&path).unwrap();
    let bell = text.replacen("\"REBALANCE", "\"\\u001b]0;title\\u0007REBALANCE", 1);
    assert_ne!(text, bell);
    let path = folder.path().join("bell.json");
    fs::write(&path, bell).unwrap();
    for form in ["", "--format markdown", "--format csv"] {
        let shown = shown(&path, form);
        assert!(!shown.stdout.contains(['\u{1b}', '\u{7}']), "{}", shown.stdout);
    }
}

#[test]
fn the_request_is_the_flags_that_were_given() {
    let (_folder, path) = recorded("decide", DECISIONS[6]);
    let record: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(
        record["request"],
        serde_json::json!({
            "profile": "global_etf_rotation",
            "prices": [{"path": "prices/etf.csv"}],
            "config": "config/global_etf_rotation.json",
            "set": ["top_n=3"],
            "plan": {},
        })
    );
}

/// The difference of the records of two command lines.
fn differing(verb: &str, old: &str, new: &str, flags: &str) -> Ended {
    let (_old_folder, old) = recorded(verb, old);
    let (_new_folder, new) = recorded(verb, new);
    let mut arguments = vec!["diff", old.to_str().unwrap(), new.to_str().unwrap()];
    arguments.extend(flags.split_whitespace());
    ended(&mut strat(&arguments))
}

#[test]
fn the_first_line_of_a_difference_says_what_changed() {
    let first = |old: &str, new: &str| {
        let ended = differing("decide", old, new, "");
        assert_eq!(ended.stderr, "");
        (ended.code, ended.stdout.lines().next().unwrap_or_default().to_owned())
    };
    let rebalance = "global_etf_rotation --prices prices/etf.csv";
    let hold = "global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28";
    let day_before = "global_etf_rotation --prices prices/etf.csv --as-of 2025-03-27";
    assert_eq!(first(rebalance, rebalance), (0, "SAME TARGETS".to_owned()));
    assert_eq!(first(day_before, hold), (0, "SAME TARGETS".to_owned()));
    let no_targets = "CHANGED: HOLD -> REBALANCE (no targets to compare)";
    assert_eq!(first(hold, rebalance), (1, no_targets.to_owned()));
    let three = "global_etf_rotation --prices prices/etf.csv --set top_n=3";
    let (code, line) = first(rebalance, three);
    // A third of the equity each in place of a half: one more fund is bought.
    assert_eq!(code, 1);
    assert!(line.starts_with("CHANGED: buys ") && line.contains("50.0 % -> 33.3 %"), "{line}");
}

#[test]
fn a_difference_shows_only_what_differs() {
    let old = "global_etf_rotation --prices prices/etf.csv --equity 20000";
    let new = "global_etf_rotation --prices prices/etf.csv --equity 25000 --set top_n=3";
    let text = differing("decide", old, new, "").stdout;
    for part in ["config    top_n 2 -> 3", "equity    20,000.00 USD -> 25,000.00 USD"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("INPUTS") && !text.contains("FINDINGS"), "{text}");
    let json = differing("decide", old, new, "--format json").json();
    assert_eq!(json["schema"], "strat.diff.v1");
    assert_eq!((&json["same_targets"], &json["target_mode"]), (&false.into(), &"weight".into()));
    assert_eq!(json["config"], serde_json::json!([{"key": "top_n", "old": 2, "new": 3}]));
    assert_eq!(json["inputs"], serde_json::json!([]));
    let markdown = differing("decide", old, new, "--format markdown").stdout;
    assert!(markdown.starts_with("## CHANGED: buys "), "{markdown}");
}

#[test]
fn a_gate_that_changed_sides_says_why() {
    // Both days of the fixture: the close is above its line on the first and below on the second, or the other way.
    let prices = fs::read_to_string(crate::support::fixtures().join("prices/etf.csv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crash.csv");
    // The newest close of QQQ falls by 13 %, below its 200-day average; TQQQ stays where it is.
    let crashed: String = prices
        .lines()
        .map(|line| match line.strip_prefix("QQQ,2025-03-31,") {
            Some(_) => "QQQ,2025-03-31,440.00\n".to_owned(),
            None => format!("{line}\n"),
        })
        .collect();
    assert_ne!(crashed, prices);
    fs::write(&path, crashed).unwrap();
    let old = "tqqq_growth_income --prices prices/etf.csv --equity 90000 --as-of 2025-02-14";
    let new = format!(
        "tqqq_growth_income --prices {} --equity 90000 --as-of 2025-03-31 --allow pair_mismatch",
        path.display()
    );
    let text = differing("explain", old, &new, "").stdout;
    assert!(text.contains("WHY"), "{text}");
    assert!(text.contains("close_above_ma200 of QQQ: met -> not met"), "{text}");
}

#[test]
fn arguments_may_stand_in_a_file() {
    let archive = Archive::new();
    let lines = ["# every evening", "global_etf_rotation", "--prices=etf.csv", "", "--as-of=2025-03-31"];
    fs::write(archive.path("daily.args"), lines.join("\n")).unwrap();
    let from_file = archive.run(&["decide", "@daily.args", "--format", "csv"]);
    let typed = archive.run(&["decide", "global_etf_rotation", "--prices", "etf.csv", "--format", "csv"]);
    assert_eq!((from_file.code, from_file), (0, typed));
    let missing = archive.run(&["decide", "@none.args"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    assert!(missing.stderr.contains("'@none.args': there is no such file"), "{}", missing.stderr);
}

/// A folder with files of its own: prices, an account, a config, and the record of a decision from them.
struct Archive {
    folder: TempDir,
}

const ARCHIVED: &[&str] = &[
    "decide",
    "global_etf_rotation",
    "--prices",
    "etf.csv",
    "--portfolio",
    "account.json",
    "--config",
    "config.json",
    "--as-of",
    "2025-03-31",
    "--format",
    "json",
    "--output",
    "record.json",
];

impl Archive {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Self { folder };
        let fixtures = crate::support::fixtures();
        for (from, to) in [
            ("prices/etf.csv", "etf.csv"),
            ("portfolios/rotation.json", "account.json"),
            ("config/global_etf_rotation.json", "config.json"),
        ] {
            fs::copy(fixtures.join(from), archive.path(to)).unwrap();
        }
        let made = archive.run(ARCHIVED);
        assert_eq!(made.code, 0, "{made:?}");
        archive
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        ended(strat(arguments).current_dir(self.folder.path()))
    }

    fn verify(&self, flags: &[&str]) -> Ended {
        self.run(&[&["verify", "record.json"], flags].concat())
    }

    /// Replaces the first piece of a file.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "no {from} in {name}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    fn record(&self) -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(self.path("record.json")).unwrap()).unwrap()
    }

    /// Changes the record.
    fn edit_record(&self, change: impl Fn(&mut serde_json::Value)) {
        let mut record = self.record();
        change(&mut record);
        fs::write(self.path("record.json"), serde_json::to_string_pretty(&record).unwrap()).unwrap();
    }
}

#[test]
fn a_record_is_what_its_files_give() {
    let archive = Archive::new();
    let equal = archive.verify(&[]);
    // `sha256:` and twelve digits.
    let id = archive.record()["decision_id"].as_str().unwrap()[..19].to_owned();
    assert_eq!(
        (equal.code, equal.stdout, equal.stderr.as_str()),
        (0, format!("EQUAL: global_etf_rotation 2025-03-31 account.json, {id}…\n"), "")
    );
    // A blocked decision, and an explanation.
    archive.run(&["decide", "global_etf_rotation", "--format", "json", "--output", "record.json"]);
    assert_eq!(archive.verify(&[]).code, 0);
    let explained = [
        "explain",
        "global_etf_rotation",
        "--prices",
        "etf.csv",
        "--format",
        "json",
        "--output",
        "record.json",
    ];
    assert_eq!(archive.run(&explained).code, 0);
    assert_eq!(archive.verify(&[]).code, 0);
}

#[test]
fn a_file_that_changed_is_named() {
    for (name, from, to) in [
        // A close, a holding, a config number.
        ("etf.csv", "EWY,2023-12-19,101.81", "EWY,2023-12-19,101.82"),
        ("account.json", "\"quantity\": ", "\"quantity\": 1"),
        ("config.json", "0.", "0.0"),
    ] {
        let archive = Archive::new();
        archive.edit(name, from, to);
        let changed = archive.verify(&[]);
        assert_eq!(changed.code, 3, "{name}: {changed:?}");
        assert!(changed.stdout.starts_with("NOT PROVED: "), "{changed:?}");
        assert!(changed.said("error")[0].starts_with(&format!("{name}: the ")), "{changed:?}");
        assert!(changed.said("error")[0].contains("is not the one that was decided on"), "{changed:?}");
    }
}

#[test]
fn a_file_that_is_missing_is_named() {
    let archive = Archive::new();
    fs::rename(archive.path("etf.csv"), archive.path("moved.csv")).unwrap();
    let missing = archive.verify(&[]);
    assert_eq!((missing.code, missing.said("error")), (3, vec!["etf.csv: the prices file is not there"]));
    let named = archive.verify(&["--input", "prices=moved.csv"]);
    assert_eq!(named.code, 0, "{named:?}");
}

#[test]
fn a_record_that_was_edited_is_different() {
    let differs = |change: fn(&mut serde_json::Value), key: &str| {
        let archive = Archive::new();
        archive.edit_record(change);
        let different = archive.verify(&[]);
        assert_eq!(different.code, 1, "{key}: {different:?}");
        assert!(different.stdout.contains(key), "{key}: {}", different.stdout);
    };
    // One digit of a target, a weight beyond 1, the date, a config number, a file's date, a trade.
    differs(
        |record| {
            let weight = record["positions"][0]["target_weight"].as_f64().unwrap();
            record["positions"][0]["target_weight"] = (weight + 1e-9).into();
        },
        "positions[EWJ].target_weight: recorded ",
    );
    differs(|record| record["positions"][0]["target_weight"] = 1.01.into(), "target_weight: recorded 1.01");
    differs(|record| record["as_of"] = "2025-03-28".into(), "as_of: recorded \"2025-03-28\"");
    differs(|record| record["config"]["top_n"] = 9.into(), "config.top_n: recorded 9");
    differs(|record| record["diagnostics"]["canary_bad_count"] = 3.into(), "diagnostics.canary_bad_count");
    differs(|record| record["share_plan"]["trades"][0]["quantity"] = 1.5.into(), "share_plan.trades[");
    differs(
        |record| {
            record["findings"] =
                serde_json::json!([{"code": "lots_added", "severity": "info", "message": "x"}]);
        },
        "findings[lots_added]: recorded {",
    );
    differs(|record| record["request"]["as_of"] = "2025-03-28".into(), "action: recorded \"rebalance\"");
}

#[test]
fn a_record_of_an_older_strat_is_shown_and_not_proved() {
    let archive = Archive::new();
    let drawn = archive.run(&["show", "record.json"]).stdout;
    archive.edit_record(|record| {
        record.as_object_mut().unwrap().remove("request");
        record["strat_version"] = "0.0.1".into();
    });
    assert_eq!(archive.run(&["show", "record.json"]).stdout, drawn);
    assert_eq!(archive.run(&["diff", "record.json", "record.json"]).code, 0);
    let unproved = archive.verify(&[]);
    assert_eq!(
        (unproved.code, unproved.said("error")),
        (3, vec!["record.json: strat 0.0.1 did not write which flags it decided with"])
    );
    // One with flags whose numbers differ names both versions.
    let archive = Archive::new();
    archive.edit_record(|record| {
        record["strat_version"] = "0.0.1".into();
        record["positions"][0]["target_weight"] = 0.25.into();
    });
    let different = archive.verify(&[]);
    let versions = format!("recorded by strat 0.0.1, decided again by strat {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(different.code, 1);
    assert!(different.stdout.contains(&versions), "{}", different.stdout);
}

#[test]
fn a_stranger_s_record_opens_nothing_outside_of_the_root() {
    let archive = Archive::new();
    let root = archive.folder.path().to_str().unwrap().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let from_elsewhere = |flags: &[&str]| {
        let record = archive.path("record.json");
        let arguments = [&["verify", record.to_str().unwrap()], flags].concat();
        ended(strat(&arguments).current_dir(elsewhere.path()))
    };
    assert_eq!(from_elsewhere(&[]).code, 3);
    assert_eq!(from_elsewhere(&["--root", &root]).code, 0);
    let outside = archive.path("etf.csv").to_str().unwrap().to_owned();
    for path in ["/etc/hostname", "../etf.csv", "a/../../etf.csv", &outside] {
        archive.edit_record(|record| record["request"]["prices"][0]["path"] = path.into());
        let refused = from_elsewhere(&["--root", &root]);
        assert_eq!(refused.code, 3, "{path}: {refused:?}");
        assert!(refused.said("error")[0].contains("the path leads out of"), "{refused:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_root() {
    let archive = Archive::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("etf.csv");
    fs::rename(archive.path("etf.csv"), &target).unwrap();
    std::os::unix::fs::symlink(&target, archive.path("etf.csv")).unwrap();
    assert_eq!(archive.verify(&[]).code, 0);
    let refused = archive.verify(&["--root", "."]);
    assert_eq!(refused.code, 3);
    assert!(refused.said("error")[0].starts_with("etf.csv: the path leads out of"), "{refused:?}");
}

#[test]
fn standard_input_is_named_anew() {
    let archive = Archive::new();
    let prices = fs::read_to_string(archive.path("etf.csv")).unwrap();
    let arguments =
        ["decide", "global_etf_rotation", "--prices", "-", "--format", "json", "--output", "record.json"];
    let made = strat(&arguments).current_dir(archive.folder.path()).write_stdin(prices).output().unwrap();
    assert!(made.status.success());
    let unnamed = archive.verify(&[]);
    assert_eq!(
        (unnamed.code, unnamed.said("error"), unnamed.said("hint")),
        (
            3,
            vec!["-: the prices of the record came from standard input"],
            vec!["name the file with `--input prices=FILE`"]
        )
    );
    let named = archive.verify(&["--input", "prices=etf.csv"]);
    assert_eq!(named.code, 0, "{named:?}");
    for wrong in ["prices", "price=etf.csv", "prices.0=etf.csv", "prices="] {
        assert_eq!(archive.verify(&["--input", wrong]).code, 2, "{wrong}");
    }
}
