//! `strat explain` from outside.

use serde_json::Value;

use crate::support::{Ended, run};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

const ROTATION: &str = "global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
const GROWTH: &str = "tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json";
const LEVERAGED: &str = "dynamic_mega_leveraged_pullback --prices prices/mega_caps.csv.gz \
                         --snapshot snapshots/dynamic_mega.csv --equity 90000 --as-of 2025-03-31";

/// A part of a JSON document as it stands one level further in.
fn indented(json: &str) -> String {
    json.trim_end().replace('\n', "\n  ")
}

#[test]
fn the_decision_is_the_one_of_decide_to_the_byte() {
    for inputs in [
        ROTATION,
        "global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28",
        GROWTH,
        "soxl_soxx_trend_income --indicators indicators.json --equity 20000",
        "russell_1000_multi_factor_defensive --snapshot snapshots/russell_1000.csv --as-of 2025-04-02",
        "global_etf_rotation --prices nowhere.csv",
    ] {
        let decided = run(&format!("decide {inputs} --format json"));
        let explained = run(&format!("explain {inputs} --format json"));
        assert_eq!((explained.code, &explained.stderr), (decided.code, &decided.stderr), "{inputs}");
        let decision = format!("\n  \"decision\": {},\n", indented(&decided.stdout));
        assert!(explained.stdout.contains(&decision), "{inputs}: {}", explained.stdout);
    }
}

#[test]
fn the_smallest_move_that_changes_the_decision_stands_at_the_top() {
    let text = run(&format!("explain {GROWTH}"));
    let second_paragraph = text.stdout.split("\n\n").nth(1);
    assert_eq!(
        second_paragraph,
        // TQQQ does not fall with QQQ in the question, which `decide` would notice.
        Some(
            "QQQ at or below 443.48 (-12.37 %) turns \"stay invested\" into `exit`; `strat\ndecide` needs `--allow pair_mismatch` there"
        ),
        "{}",
        text.stdout
    );
    let json = run(&format!("explain {GROWTH} --format json")).json();
    let nearest = &json["nearest_flip"];
    assert_eq!(nearest["symbol"], "QQQ");
    assert_eq!((&nearest["from"], &nearest["to"]), (&"hold".into(), &"exit".into()));
    assert_eq!(nearest["gate"], "close_above_ma200");
    let gates = list(&json["gates"]);
    let gate = gates.iter().find(|gate| gate["name"] == "close_above_ma200").unwrap();
    assert_eq!((&gate["flip"]["close"], &gate["op"]), (&nearest["close"], &">".into()));
}

#[test]
fn a_flip_can_be_tried_on_the_command_line() {
    let json = run(&format!("explain {GROWTH} --format json")).json();
    let close = number(&json["nearest_flip"]["close"]);
    // QQQ alone moves there, and TQQQ does not: `decide` notices.
    assert_eq!(list(&json["nearest_flip"]["blocked_by"]), [Value::from("pair_mismatch")]);
    let prices = std::fs::read_to_string(crate::support::fixtures().join("prices/etf.csv")).unwrap();
    let newest = prices.lines().find(|line| line.starts_with("QQQ,2025-03-31,")).unwrap();
    let columns: Vec<&str> = prices.lines().next().unwrap().split(',').collect();
    let place = columns.iter().position(|name| *name == "close").unwrap();
    let folder = crate::support::Folder::new();
    let signal_at = |close: f64| {
        let mut cells: Vec<String> = newest.split(',').map(str::to_owned).collect();
        cells[place] = close.to_string();
        let path = folder.file("moved.csv", prices.replace(newest, &cells.join(",")));
        let line = GROWTH.replace("prices/etf.csv", &path);
        run(&format!("decide {line} --allow pair_mismatch --format json")).json()["diagnostics"]["signal"]
            .clone()
    };
    assert_eq!(signal_at(close), "exit");
    assert_eq!(signal_at(close.next_up()), "hold");
}

#[test]
fn a_symbol_is_told_why_it_is_out_and_what_would_bring_it_in() {
    let answer = &run(&format!("explain {ROTATION} --symbol ewy --format json")).json()["symbol"];
    assert_eq!(answer["standing"], "not_selected");
    assert_eq!((&answer["is_held"], &answer["target"]), (&true.into(), &Value::Null));
    let tests = list(&answer["tests"]);
    assert!(tests.len() == 3 && tests.iter().all(|test| test["result"] == "passed"));
    let rank = &answer["ranks"][0];
    let change = &rank["smallest_change"];
    assert_eq!((&change["passes"], &change["rank"]), (&"USO".into(), &2.into()));
    let risen = number(&rank["score"]) + number(&change["change"]);
    assert!((risen - number(&change["score"])).abs() < 1e-9, "{change}");
    let text = run(&format!("explain {ROTATION} --symbol ewy")).stdout;
    assert!(text.contains("EWY is out: it is held and ranked, but not selected."), "{text}");
    assert!(text.contains("would bring it in, at rank 2"), "{text}");
}

#[test]
fn a_symbol_that_failed_a_test_is_told_which() {
    let line = "explain tech_communication_pullback_enhancement --snapshot snapshots/tech_communication.csv \
                --as-of 2025-04-02 --symbol boxx";
    let answer = &run(&format!("{line} --format json")).json()["symbol"];
    // The safe haven is never ranked, and is a target all the same.
    assert_eq!(answer["standing"], "target");
    let results: Vec<_> =
        list(&answer["tests"]).iter().map(|test| test["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["passed", "failed", "failed", "passed", "failed"]);
    let text = run(line).stdout;
    for said in [
        "eligible    failed: has false, needs true\n",
        "adv20_usd   passed: has 3e10, needs >= 5e7\n",
        "sector      failed: has defense, needs Information Technology, Communication\n",
    ] {
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_test_that_needs_those_before_it_is_not_asked_of_one_that_failed_them() {
    let json = run(&format!("explain {LEVERAGED} --symbol xomx --format json")).json();
    let results = |json: &Value| -> Vec<String> {
        let tests = list(&json["symbol"]["tests"]).iter();
        tests.map(|test| format!("{} {}", test["test"], test["result"]).replace('"', "")).collect()
    };
    // Its closes are read, so all three of them are judged.
    assert_eq!(
        results(&json)[5..],
        ["underlying_closes passed", "sma_200_gap failed", "mom_126 failed", "pullback_depth passed"]
    );
    // A small pullback passes because it is not too deep, whatever edge parts its size.
    assert_eq!(json["symbol"]["tests"][8]["required"], "< 0.28");
    let folder = crate::support::Folder::new();
    let table =
        std::fs::read_to_string(crate::support::fixtures().join("snapshots/dynamic_mega.csv")).unwrap();
    let barred: String = table
        .lines()
        .map(|line| if line.contains(",XOMX,") { line.replace("True", "False") } else { line.to_owned() } + "\n")
        .collect();
    let path = folder.file("barred.csv", barred);
    let line = LEVERAGED.replace("snapshots/dynamic_mega.csv", &path);
    let json = run(&format!("explain {line} --symbol xomx --format json")).json();
    assert_eq!(
        results(&json)[..4],
        [
            "eligible failed",
            "product_available failed",
            "underlying_symbol passed",
            "first_of_its_underlying not_asked",
        ]
    );
    assert_eq!(json["symbol"]["tests"][3]["because"], "asked only of what passes the tests before");
}

#[test]
fn a_misspelt_symbol_is_told_of_one_that_is_meant() {
    let ended = run(&format!("explain {ROTATION} --symbol EWYY"));
    assert_eq!(ended.code, 0);
    assert!(ended.stdout.contains("EWYY is not part of this decision. Did you mean EWY?"), "{ended:?}");
    let json = run(&format!("explain {ROTATION} --symbol EWYY --format json")).json();
    assert_eq!(json["symbol"]["spelt_much_the_same"], serde_json::json!(["EWY"]));
}

#[test]
fn a_blocked_decision_explains_its_findings() {
    let Ended { code, stdout, stderr } = run("explain global_etf_rotation --prices nowhere.csv");
    assert_eq!(code, 3);
    assert_eq!(
        stdout,
        "\
BLOCKED: nowhere.csv: no such file
Global ETF Rotation (global_etf_rotation), no decision date

WHY IT IS BLOCKED
error  prices_missing: nowhere.csv: no such file
       hint: correct the path; one that is not absolute starts at the current
       folder

DECISION
action  blocked: an input failed: do nothing
flags   no_execute
"
    );
    assert!(stderr.starts_with("error: nowhere.csv: no such file\n"));
    let json = run("explain global_etf_rotation --prices nowhere.csv --format json").json();
    assert_eq!(json["decision"]["findings"][0]["code"], "prices_missing");
    assert!(list(&json["gates"]).is_empty() && json["nearest_flip"].is_null());
}

#[test]
fn a_profile_that_can_not_be_read_is_explained_as_blocked() {
    let ended = run("explain nowhere.json --equity 1 --format json");
    assert_eq!(ended.code, 3);
    assert_eq!(ended.json()["decision"]["action"], "blocked");
    assert_eq!(ended.json()["schema"], "strat.explanation.v1");
}

#[test]
fn flags_that_would_do_nothing_are_refused() {
    for (line, message) in [
        (format!("explain {GROWTH} --brief --symbol QQQ"), "`--brief` and `--symbol` were both given"),
        (format!("explain {GROWTH} --brief --format json"), "`--brief` and `--format json` were both given"),
        (
            "explain tqqq_growth_income --symbol QQQ".to_owned(),
            "`--symbol QQQ` asks about a decision, and no input was named",
        ),
        (
            "explain tqqq_growth_income --brief".to_owned(),
            "`--brief` asks about a decision, and no input was named",
        ),
        ("explain --codes --brief".to_owned(), "`--brief` asks about a decision, and no input was named"),
        (
            "explain stale_price --symbol QQQ".to_owned(),
            "`--symbol QQQ` asks about a decision, and no input was named",
        ),
        (
            "explain tqqq_growth_income --ascii".to_owned(),
            "`--ascii` is about charts, and the rules have none",
        ),
        (
            "explain tqqq_growth_income --config - --closures -".to_owned(),
            "standard input (`-`) can be read only once",
        ),
        (format!("explain {GROWTH} --ascii --format json"), "`--ascii` is about charts, and JSON has none"),
    ] {
        let ended = run(&line);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{line}");
        assert_eq!(ended.said("error"), [message], "{line}");
    }
}

#[test]
fn a_decision_by_underlyings_names_the_one_that_would_change_it() {
    let json = run(&format!("explain {LEVERAGED} --format json")).json();
    let searched = list(&json["search"]["symbols"]);
    assert!(searched.contains(&"QQQ".into()) && searched.len() > 2, "{searched:?}");
    let nearest = &json["nearest_flip"];
    assert!(searched.contains(&nearest["symbol"]) && nearest["from"] != nearest["to"], "{nearest}");
}

#[test]
fn without_an_input_the_rules_are_printed() {
    let sheet =
        run("explain tqqq_growth_income --format json --as-of 2025-03-28 --set dual_drive_qqq_weight=0.4");
    assert_eq!((sheet.code, sheet.stderr.as_str()), (0, ""));
    let json = sheet.json();
    assert_eq!(json["schema"], "strat.rule_sheet.v1");
    assert_eq!(json["config_changes"][0]["key"], "dual_drive_qqq_weight");
    assert_eq!(json["next_dates"]["next_session"], "2025-03-31");
    let chinese = run("explain tqqq_growth_income --as-of 2025-03-28 --lang zh");
    assert!(chinese.code == 0 && chinese.stdout.contains("下一交易日"), "{chinese:?}");
    assert!(run("explain tqqq_growth_income --format markdown").stdout.starts_with("## "));
    assert_eq!(
        run("explain tqqq_growth_income").stdout,
        run("explain tqqq_growth_income --format table").stdout
    );
}

#[test]
fn rules_of_a_config_that_can_not_be_read_are_not_printed() {
    let ended = run("explain tqqq_growth_income --config nowhere.json");
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    assert!(ended.stderr.starts_with("error: nowhere.json: "), "{ended:?}");
}

#[test]
fn rules_have_no_dates_beyond_the_calendar() {
    for day in ["2036-03-31", "2035-12-31", "1989-12-29"] {
        for format in ["text", "json"] {
            let ended = run(&format!("explain global_etf_rotation --as-of {day} --format {format}"));
            assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{day}");
            assert_eq!(
                ended.said("error"),
                [format!(
                    "the exchange calendar does not reach the decision date and its next session, found `{day}`, \
                     expected a date from 1990-01-01 to before 2035-12-31"
                )]
            );
        }
    }
    assert_eq!(run("explain global_etf_rotation --as-of 2035-12-28").code, 0);
}

#[test]
fn the_dates_that_come_next_lie_after_the_decision() {
    let dates = run(&format!("explain {ROTATION} --format json")).json()["next_dates"].clone();
    assert_eq!(dates["next_session"], "2025-04-01");
    // The decision is of a rebalance day: the next one is three months off.
    assert_eq!(dates["rebalance_day"]["date"], "2025-06-30");
    let tech = "explain tech_communication_pullback_enhancement --snapshot snapshots/tech_communication.csv \
                --format json --as-of";
    let window = |as_of: &str| run(&format!("{tech} {as_of}")).json()["next_dates"].clone();
    let days = |dates: &Value| dates["execution_window"]["days"].clone();
    let (open, over) = (window("2025-04-02"), window("2025-04-04"));
    assert_eq!(days(&open), serde_json::json!(["2025-04-01", "2025-04-02", "2025-04-03"]));
    assert_eq!(days(&over), serde_json::json!(["2025-05-01", "2025-05-02", "2025-05-05"]));
    assert_eq!(open["snapshot_stale"]["first_stale_day"], "2025-05-01");
}

/// The heads of the steps in text, one line each.
fn sizing(line: &str) -> String {
    let text = run(line).stdout;
    let (_, steps) = text.split_once("\nSIZING\n").unwrap();
    let steps = steps.split("\n\n").next().unwrap();
    steps.replace("\n    ", " ")
}

#[test]
fn the_steps_of_sleeves_name_their_sleeve() {
    let line = "explain mega_cap_leader_rotation_top50_balanced --snapshot snapshots/mega_cap_top50.csv --as-of 2025-04-02";
    let json = run(&format!("{line} --format json")).json();
    let sleeves: Vec<_> = list(&json["rankings"]).iter().map(|ranking| ranking["name"].clone()).collect();
    assert_eq!(sleeves.len(), 2);
    let of_name = |name: &str| -> Vec<Value> {
        let steps = list(&json["steps"]).iter().filter(|step| step["name"] == name);
        steps.map(|step| step["ranking"].clone()).collect()
    };
    assert_eq!(of_name("sleeve_weight"), sleeves);
    assert_eq!(of_name("effective_holdings_count"), sleeves);
    assert_eq!(of_name("safe_haven_weight"), [Value::Null]);
    let text = sizing(line);
    for sleeve in &sleeves {
        let said = format!("sleeve_weight in {} = ", sleeve.as_str().unwrap());
        assert!(text.contains(&said), "{text}");
    }
    // The equity is not known, and the formula says so.
    assert!(text.contains("holdings_count, as the equity is unknown"), "{text}");
}

#[test]
fn a_portfolio_without_sleeves_has_no_word_of_them() {
    let line = "explain mega_cap_leader_rotation_dynamic_top20 --snapshot snapshots/mega_cap_top20.csv --equity 1000000 \
                --as-of 2025-04-02";
    let text = sizing(line);
    assert!(text.contains("floor(equity * exposure / min_position_value_usd)"), "{text}");
    assert!(!text.contains("sleeve"), "{text}");
}

#[test]
fn what_is_held_or_only_looked_at_is_told_of_where_nothing_is_ranked() {
    let said = |more: &str| {
        let text =
            run(&format!("explain global_etf_rotation --prices prices/etf.csv --holdings EWY,AAPL {more}"))
                .stdout;
        text.split("\n\n").nth(1).unwrap().replace('\n', " ").trim().to_owned()
    };
    assert_eq!(
        said("--as-of 2025-03-31 --set canary_bad_threshold=1 --symbol EWY"),
        "EWY is out: it is held and to be sold, as the canary sends everything to the safe haven."
    );
    assert_eq!(
        said("--as-of 2025-03-31 --set canary_bad_threshold=1 --symbol EWT"),
        "EWT is out: nothing is ranked in an emergency."
    );
    assert_eq!(said("--as-of 2025-03-28 --symbol SPY"), "SPY is read and never bought.");
    assert_eq!(said("--as-of 2025-03-31 --symbol AAPL"), "AAPL is held, and the profile never sells it.");
}

#[test]
fn on_a_day_of_no_change_nothing_is_ranked() {
    let line = "explain global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28 --symbol ewy";
    let text = run(line).stdout;
    assert!(text.contains("\nNothing is ranked today: EWY stays as it is.\n"), "{text}");
    let json = run(&format!("{line} --format json")).json();
    assert_eq!(json["symbol"]["standing"], "nothing_ranked");
}

#[test]
fn the_safe_haven_is_named_as_such() {
    let said = |line: &str| {
        let text = run(&format!("explain global_etf_rotation --prices prices/etf.csv {line}")).stdout;
        text.split("\n\n").nth(1).unwrap().replace('\n', " ").trim().to_owned()
    };
    assert_eq!(
        said("--as-of 2025-03-31 --set canary_bad_threshold=1 --symbol BIL"),
        "BIL is in: its target is 100.00 %. It is the safe haven of the profile."
    );
    assert_eq!(
        said("--as-of 2025-03-31 --set canary_bad_threshold=1 --symbol BIL --lang zh"),
        "BIL 入选：目标为 100.00 %。它是策略的避险资产。"
    );
    assert_eq!(
        said("--as-of 2025-03-28 --symbol BIL"),
        "Nothing is ranked today: BIL stays as it is. It is the safe haven of the profile."
    );
    let json = run("explain global_etf_rotation --prices prices/etf.csv --symbol BIL --format json").json();
    assert_eq!(json["symbol"]["is_safe_haven"], true);
}

#[test]
fn an_underlying_points_to_its_product() {
    let line = format!("explain {LEVERAGED} --symbol nvda");
    let json = run(&format!("{line} --format json")).json();
    assert_eq!(json["symbol"]["traded_as"], serde_json::json!(["NVDL"]));
    let text = run(&line).stdout;
    let said = "NVDA itself is not traded, NVDL is traded for it: ask with `--symbol NVDL`.";
    assert!(text.contains(said), "{text}");
}

#[test]
fn a_blocked_explanation_prints_a_cause_and_its_hint_once() {
    let folder = crate::support::Folder::new();
    let rows: String = (1..=28).map(|close| format!("EWY,2025-02-03,{close}\n")).collect();
    let path = folder.file("broken.csv", format!("symbol,as_of,close\n{rows}"));
    let ended = run(&format!("explain global_etf_rotation --prices {path}"));
    assert_eq!(ended.code, 3);
    let (_, findings) = ended.stdout.split_once("\nWHY IT IS BLOCKED\n").unwrap();
    let findings = findings.split("\nDECISION\n").next().unwrap();
    let causes = findings.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())).count();
    let hints = findings.lines().filter(|line| line.trim_start().starts_with("hint:")).count();
    assert!((1..=3).contains(&causes) && hints == causes, "{findings}");
}
