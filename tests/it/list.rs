//! `strat list` from outside.

use serde_json::Value;

use crate::support::{Ended, Folder, run};

#[track_caller]
fn assert_ended(line: &str, code: i32, stdout: &str, stderr: &str) {
    let expected = Ended { code, stdout: stdout.to_owned(), stderr: stderr.to_owned() };
    assert_eq!(run(line), expected, "strat {line}");
}

/// The first cells of the rows below the header.
fn keys(csv: &str) -> Vec<&str> {
    csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect()
}

#[test]
fn the_nine_profiles_in_the_order_of_the_catalogue() {
    let found = run("list --format csv");
    assert_eq!((found.code, found.stderr.as_str()), (0, ""));
    assert_eq!(
        keys(&found.stdout),
        [
            "global_etf_rotation",
            "russell_1000_multi_factor_defensive",
            "tech_communication_pullback_enhancement",
            "mega_cap_leader_rotation_dynamic_top20",
            "mega_cap_leader_rotation_aggressive",
            "mega_cap_leader_rotation_top50_balanced",
            "dynamic_mega_leveraged_pullback",
            "tqqq_growth_income",
            "soxl_soxx_trend_income",
        ]
    );
}

#[test]
fn a_table_in_english_and_in_chinese() {
    assert_ended(
        "list --input derived_indicators",
        0,
        "\
PROFILE, NAME, CADENCE                  TARGET  INPUTS        MIN USD
soxl_soxx_trend_income                  value   --prices or     1,000
  SOXL/SOXX Semiconductor Trend Income          --indicators
  daily                                         --portfolio
",
        "",
    );
    assert_ended(
        "list --input derived_indicators --lang zh",
        0,
        "\
策略、名称、频率            目标   输入          最低美元
soxl_soxx_trend_income      value  --prices or      1,000
  SOXL/SOXX 半导体趋势收益         --indicators
  日频                             --portfolio
",
        "",
    );
}

#[test]
fn the_table_fits_a_terminal() {
    for line in ["list", "list --lang zh"] {
        let found = run(line);
        assert!(found.stdout.lines().all(|line| line.chars().count() <= 80), "{}", found.stdout);
        assert!(found.stdout.lines().all(|line| line == line.trim_end()));
    }
}

#[test]
fn json_has_the_whole_manifests() {
    let list = run("list --format json").json();
    assert_eq!(list["schema"], "strat.profiles.v1");
    assert_eq!(list["rules_as_of"], "2026-04-18");
    let profiles = list["profiles"].as_array().unwrap();
    assert_eq!(profiles.len(), 9);
    assert!(profiles.iter().all(|profile| profile["config"].as_object().is_some_and(|c| !c.is_empty())));
}

#[test]
fn filters_keep_what_they_name() {
    assert_eq!(
        keys(&run("list --format csv --input MARKET_HISTORY").stdout),
        ["global_etf_rotation", "dynamic_mega_leveraged_pullback"]
    );
    assert_eq!(keys(&run("list --format csv --platform schwab").stdout).len(), 9);
}

#[test]
fn an_unknown_filter_names_the_known_ones() {
    assert_ended(
        "list --input prices",
        2,
        "",
        "error: unknown input kind `prices`\n\
         hint: known: market_history, benchmark_history, derived_indicators, feature_snapshot, portfolio_snapshot\n",
    );
    assert_ended(
        "list --platform etrade",
        2,
        "",
        "error: unknown platform `etrade`\nhint: known: ibkr, schwab, longbridge\n",
    );
}

#[test]
fn a_profile_of_the_users_own_is_listed_last() {
    let folder = Folder::new();
    let mut manifest = run("list --format json").json()["profiles"][0].clone();
    manifest["profile"] = "mine".into();
    manifest["aliases"] = Value::Array(Vec::new());
    let path = folder.file("mine.json", manifest.to_string());
    let found = run(&format!("list --format csv --profile {path}"));
    assert_eq!(keys(&found.stdout).last(), Some(&"mine"));
    assert_ended(
        &format!("list --profile {path} --profile {path}"),
        2,
        "",
        "error: two profiles are called `mine`\nhint: rename one of them, or name one file once\n",
    );
}

#[test]
fn a_manifest_that_is_not_there_blocks() {
    assert_ended(
        "list --profile nowhere.json",
        3,
        "",
        "error: nowhere.json: no such file\n\
         hint: correct the path; one that is not absolute starts at the current folder\n",
    );
}

#[test]
fn without_a_verb_there_is_help() {
    let found = run("");
    assert_eq!((found.code, found.stdout.as_str()), (2, ""));
    assert!(found.stderr.contains("Usage: strat [OPTIONS] <COMMAND>"));
    let found = run("--version");
    assert_eq!(found.stdout, format!("strat {}\n", env!("CARGO_PKG_VERSION")));
}
