//! The first line in both languages: each row of the table of verdicts for each profile that can reach it.

use serde_json::{Value, json};

use crate::support::{Folder, run};

/// Each profile with inputs of a day on which it trades, and what of them is left out to block it.
const PROFILES: [(&str, &str, &str); 9] = [
    ("global_etf_rotation", "--prices prices/etf.csv --as-of 2025-03-31", "--prices none.csv"),
    ("tqqq_growth_income", "--prices prices/etf.csv --as-of 2025-03-31", "--prices none.csv"),
    ("soxl_soxx_trend_income", "--prices prices/etf.csv --as-of 2025-03-31", "--prices none.csv"),
    (
        "russell_1000_multi_factor_defensive",
        "--snapshot snapshots/russell_1000.csv --as-of 2025-04-01",
        "--snapshot none.csv",
    ),
    (
        "tech_communication_pullback_enhancement",
        "--snapshot snapshots/tech_communication.csv --as-of 2025-04-01",
        "--snapshot none.csv",
    ),
    (
        "mega_cap_leader_rotation_dynamic_top20",
        "--snapshot snapshots/mega_cap_top20.csv --as-of 2025-04-01",
        "--snapshot none.csv",
    ),
    (
        "mega_cap_leader_rotation_aggressive",
        "--snapshot snapshots/mega_cap_top50.csv --as-of 2025-04-01",
        "--snapshot none.csv",
    ),
    (
        "mega_cap_leader_rotation_top50_balanced",
        "--snapshot snapshots/mega_cap_top50.csv --as-of 2025-04-01",
        "--snapshot none.csv",
    ),
    (
        "dynamic_mega_leveraged_pullback",
        "--snapshot snapshots/dynamic_mega.csv --prices prices/mega_caps.csv.gz --as-of 2025-03-31",
        "--snapshot none.csv --prices prices/mega_caps.csv.gz",
    ),
];

/// The equity of the accounts.
const EQUITY: &str = "--equity 1000000";

/// Words of a signal that are the profile's own, in both languages.
const OWN_WORDS: [&str; 9] = [
    "risk_on",
    "risk_on_entry",
    "risk_on_hold",
    "soft_defense",
    "hard_defense",
    "full",
    "mid",
    "defensive",
    "json",
];

/// The text of a decision in a language, without breaks.
fn text(arguments: &str, language: &str) -> String {
    run(&format!("decide {arguments} --width 400 --lang {language}")).stdout
}

fn first(arguments: &str, language: &str) -> String {
    text(arguments, language).lines().next().unwrap().to_owned()
}

/// English words in lower case of three letters or more.
fn english_words(line: &str) -> Vec<&str> {
    line.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| {
            word.len() > 2 && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
        })
        .filter(|word| !OWN_WORDS.contains(word))
        .collect()
}

/// A portfolio that holds what a decision plans.
fn at_its_targets(arguments: &str, folder: &Folder) -> String {
    let decision = run(&format!("decide {arguments} {EQUITY} --format json")).json();
    let lines = decision["share_plan"]["lines"].as_array().unwrap();
    let positions: Vec<Value> = lines
        .iter()
        .filter(|line| line["shares"].as_f64().unwrap() > 0.0)
        .map(|line| {
            let (shares, price) = (line["shares"].as_f64().unwrap(), line["price"].as_f64().unwrap());
            json!({"symbol": line["symbol"], "quantity": shares, "market_value": shares * price})
        })
        .collect();
    let held: f64 = positions.iter().map(|position| position["market_value"].as_f64().unwrap()).sum();
    let cash = 1e6 - held;
    let portfolio = json!({
        "total_equity": 1e6, "buying_power": cash, "cash_balance": cash, "positions": positions,
        "as_of": decision["as_of"],
    });
    folder.file("portfolio.json", portfolio.to_string())
}

#[test]
fn a_rebalance_says_what_is_traded() {
    for (profile, inputs, _) in PROFILES {
        let arguments = format!("{profile} {inputs} {EQUITY}");
        let (english, chinese) = (first(&arguments, "en"), first(&arguments, "zh"));
        assert!(english.starts_with("REBALANCE for 2025-04-0"), "{profile}: {english}");
        assert!(chinese.starts_with("2025-04-0") && chinese.contains(" 调仓："), "{profile}: {chinese}");
        assert_eq!(english_words(&chinese), [] as [&str; 0], "{chinese}");
    }
    let rotation = "global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
    assert_eq!(first(rotation, "en"), "REBALANCE for 2025-04-01: sell EWY; buy USO");
    assert_eq!(first(rotation, "zh"), "2025-04-01 调仓：卖出 EWY；买入 USO");
    let names = "global_etf_rotation --prices prices/etf.csv --holdings EWY";
    assert_eq!(first(names, "en"), "REBALANCE for 2025-04-01: EWJ 50.0 %, USO 50.0 %; sell EWY");
    assert_eq!(first(names, "zh"), "2025-04-01 调仓：EWJ 50.0 %、USO 50.0 %；卖出 EWY");
    let value = "tqqq_growth_income --prices prices/etf.csv --equity 100000";
    assert_eq!(first(value, "zh"), "2025-04-01 调仓：QQQ 45,000 美元、TQQQ 45,000 美元、BOXX 8,000 美元");
}

#[test]
fn a_known_account_is_told_what_to_buy_and_what_cannot_be_traded() {
    let folder = Folder::new();
    let cash = json!({"total_equity": 1e6, "buying_power": 1e6, "cash_balance": 1e6, "positions": []});
    for (profile, inputs, _) in PROFILES {
        let day = inputs.split_whitespace().last().unwrap();
        let mut account = cash.clone();
        account["as_of"] = day.into();
        let account = folder.file("account.json", account.to_string());
        let arguments = format!("{profile} {inputs} --portfolio {account}");
        let (english, chinese) = (first(&arguments, "en"), first(&arguments, "zh"));
        // The fixtures have no prices of the leveraged products: nothing of them can be bought.
        let (starts, says) = match profile {
            "dynamic_mega_leveraged_pullback" => ("cannot be traded: ", "无法交易："),
            _ => ("buy ", "买入 "),
        };
        let after = english.split_once(": ").unwrap().1;
        assert!(
            english.starts_with("REBALANCE for 2025-04-0") && after.contains(starts),
            "{profile}: {english}"
        );
        assert!(chinese.contains(" 调仓：") && chinese.contains(says), "{profile}: {chinese}");
        assert_eq!(english_words(&chinese), [] as [&str; 0], "{chinese}");
        // The record has both lines, and is shown with them first.
        let record = run(&format!("decide {arguments} --format json"));
        let decision = record.json();
        assert_eq!(decision["verdict_line"], english.as_str());
        assert_eq!(decision["localized"]["zh"]["verdict_line"], chinese.as_str());
        assert_eq!(decision["changes_needed"], true, "{profile}");
        let path = folder.file("record.json", record.stdout);
        for (language, line) in [("en", &english), ("zh", &chinese)] {
            let shown = run(&format!("show {path} --width 400 --lang {language}"));
            assert_eq!(shown.stdout.lines().next(), Some(line.as_str()), "{profile}");
        }
    }
}

#[test]
fn an_account_at_its_targets_has_nothing_to_trade() {
    for (profile, inputs, _) in PROFILES {
        let folder = Folder::new();
        // The fixtures have no prices of the leveraged products.
        let quotes = folder.file("quotes.csv", "symbol,price\nAMDL,20\nAVL,30\nNVDL,40\n");
        let inputs = match profile {
            "dynamic_mega_leveraged_pullback" => format!("{inputs} --quotes {quotes}"),
            _ => inputs.to_owned(),
        };
        let portfolio = at_its_targets(&format!("{profile} {inputs}"), &folder);
        let arguments = format!("{profile} {inputs} --portfolio {portfolio}");
        let (english, chinese) = (first(&arguments, "en"), first(&arguments, "zh"));
        let at_targets = "the account is at its targets (";
        assert!(
            english.starts_with("NOTHING TO TRADE for 2025-04-0") && english.contains(at_targets),
            "{profile}: {english}"
        );
        assert!(chinese.contains(" 无需交易：账户已符合目标（"), "{profile}: {chinese}");
        assert_eq!(english_words(&chinese), [] as [&str; 0], "{chinese}");
        let decision = run(&format!("decide {arguments} --format json --exit-code"));
        assert_eq!((decision.code, &decision.json()["changes_needed"]), (10, &json!(false)), "{profile}");
        let record = folder.file("record.json", decision.stdout);
        let shown = run(&format!("show {record} --width 400 --lang zh"));
        assert_eq!(shown.stdout, text(&arguments, "zh"), "{profile}");
    }
}

#[test]
fn an_emergency_goes_to_the_safe_haven() {
    let fired = "global_etf_rotation --prices prices/etf.csv --set canary_bad_threshold=1";
    assert_eq!(first(fired, "en"), "EMERGENCY for 2025-04-01: BIL 100.0 %");
    assert_eq!(first(fired, "zh"), "2025-04-01 紧急避险：BIL 100.0 %");
    let folder = Folder::new();
    let portfolio = at_its_targets(fired, &folder);
    let done = format!("{fired} --portfolio {portfolio}");
    assert_eq!(first(&done, "en"), "NOTHING TO TRADE: the emergency of 2025-04-01 is carried out");
    assert_eq!(first(&done, "zh"), "无需交易：2025-04-01 的紧急避险已执行完毕");
}

#[test]
fn a_hold_says_what_comes_next() {
    let rotation = "global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28";
    assert_eq!(first(rotation, "en"), "HOLD: the next rebalance is 2025-03-31");
    assert_eq!(first(rotation, "zh"), "暂不调仓：下一个调仓日为 2025-03-31");
    for (profile, inputs, _) in PROFILES
        .iter()
        .filter(|(profile, ..)| profile.starts_with("tech_communication") || profile.starts_with("mega_cap"))
    {
        let on = |day: &str| format!("{profile} {}", inputs.replace("2025-04-01", day));
        let over =
            "HOLD: the execution window of the snapshot of 2025-03-31 is over; the next snapshot decides";
        assert_eq!(first(&on("2025-04-10"), "en"), over, "{profile}");
        assert_eq!(
            first(&on("2025-04-10"), "zh"),
            "暂不调仓：2025-03-31 快照的执行窗口已过，等待下一份快照",
            "{profile}"
        );
        assert_eq!(
            first(&on("2025-03-31"), "en"),
            "HOLD: the execution window of the snapshot of 2025-03-31 opens 2025-04-01",
            "{profile}"
        );
        assert_eq!(
            first(&on("2025-03-31"), "zh"),
            "暂不调仓：2025-03-31 快照的执行窗口从 2025-04-01 开始",
            "{profile}"
        );
    }
}

#[test]
fn a_block_says_why() {
    for (profile, _, without) in PROFILES {
        let arguments = format!("{profile} {without} --as-of 2025-04-01 {EQUITY}");
        assert!(first(&arguments, "en").starts_with("BLOCKED: none.csv: no such file"), "{profile}");
        assert!(first(&arguments, "zh").starts_with("无法决策：none.csv：没有这个文件"), "{profile}");
    }
    let stale = "tqqq_growth_income --prices prices/etf.csv --equity 100000 --as-of 2025-06-30";
    let english = "BLOCKED: the newest close of `QQQ` is 62 sessions older than the decision date 2025-06-30";
    assert_eq!(first(stale, "en"), english);
    assert_eq!(first(stale, "zh"), "无法决策：`QQQ` 的最新收盘价比决策日 2025-06-30 早 62 个交易日");
}

#[test]
fn a_decision_in_chinese_has_no_english_but_names_and_findings() {
    for (profile, inputs, _) in PROFILES {
        for arguments in [format!("{profile} {inputs}"), format!("{profile} {inputs} {EQUITY}")] {
            let text = text(&arguments, "zh");
            let lines = text.lines().filter(|line| {
                let is_note = line.starts_with("  ");
                let is_finding =
                    ["警告", "提示", "错误", "风控", "配置"].iter().any(|word| line.starts_with(word));
                let is_title = line.contains(profile);
                !is_note && !is_finding && !is_title && !line.starts_with("无法决策")
            });
            for line in lines {
                assert_eq!(english_words(line), [] as [&str; 0], "{profile}: {line}");
            }
        }
    }
}

#[test]
fn json_and_csv_are_the_same_in_both_languages() {
    for format in ["json", "csv"] {
        let line = format!("decide global_etf_rotation --prices prices/etf.csv --format {format} --lang");
        assert_eq!(run(&format!("{line} en")), run(&format!("{line} zh")));
    }
}

#[test]
fn a_finding_is_the_sentence_of_its_code_above_the_particular_message() {
    let found = run("decide global_etf_rotation --prices none.csv --lang zh --width 200");
    let sentence = found.stdout.lines().position(|line| line.starts_with("错误  prices_missing："));
    let message =
        found.stdout.lines().position(|line| line.contains("prices_missing: none.csv: no such file"));
    assert_eq!(message, sentence.map(|place| place + 1), "{}", found.stdout);
    let folder = Folder::new();
    let broken = folder.file("x.csv", "as_of,symbol\n");
    let report = run(&format!("validate-snapshot russell_1000_multi_factor_defensive {broken} --lang zh"));
    assert_eq!(report.code, 1);
    assert!(report.stdout.starts_with("文件") && report.stdout.contains("  无效  "), "{}", report.stdout);
    assert!(report.stdout.contains("\n原因\n错误  feature_snapshot_"), "{}", report.stdout);
}

#[test]
fn an_explanation_is_drawn_in_chinese_and_in_short() {
    let line = "explain tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json";
    let found = run(&format!("{line} --lang zh --width 200"));
    assert!(found.stdout.starts_with("2025-04-01 调仓：买入 QQQ、TQQQ、BOXX\n"), "{}", found.stdout);
    let flip = "QQQ 收盘价若不高于 443.48（-12.37 %），“继续持有” 变为 `exit`；届时 `strat decide` 需要 `--allow pair_mismatch`";
    assert!(found.stdout.lines().any(|line| line == flip), "{}", found.stdout);
    for heading in ["决策", "收盘价", "条件", "仓位计算", "输入文件", "后续日期"] {
        assert!(found.stdout.lines().any(|line| line == heading), "{heading}: {}", found.stdout);
    }
    for (profile, inputs, without) in PROFILES {
        for inputs in [inputs, without] {
            for language in ["en", "zh"] {
                let line = format!("explain {profile} {inputs} --equity 100000 --brief --lang {language}");
                let brief = run(&line).stdout;
                assert!((3..=15).contains(&brief.lines().count()), "{line}: {brief}");
            }
        }
    }
}

#[test]
fn a_small_account_is_told_what_it_can_hold_of_these_targets() {
    // EWJ at 68 USD and USO at 78 USD: 100 USD buy no more than half of each, and 50 USD none.
    let small = "global_etf_rotation --prices prices/etf.csv --equity 100";
    let decision = run(&format!("decide {small} --format json")).json();
    let lines = decision["share_plan"]["lines"].as_array().unwrap();
    let held = lines.iter().filter(|line| line["shares"].as_f64().unwrap() > 0.0).count();
    let faithful = decision["share_plan"]["faithful_equity"].as_f64().unwrap();
    let grouped = format!("{},{:03.0}", (faithful / 1000.0).floor(), faithful % 1000.0);
    let sentence =
        format!("It holds {held} of 2 targets; {grouped} USD hold them all within 1 point of their weights");
    assert_eq!(decision["account"]["small_account"], sentence.as_str());
    assert!(text(small, "en").contains(&sentence));
    let chinese = format!(
        "只买得起 2 个目标中的 {held} 个；净值达到 {grouped} 美元时可全部持有，权重偏差在 1 个百分点以内"
    );
    assert!(text(small, "zh").contains(&chinese), "{}", text(small, "zh"));
    // A larger account, and one that holds, are told nothing.
    for large in ["--equity 1000000", "--equity 100 --as-of 2025-03-28"] {
        let line = format!("decide global_etf_rotation --prices prices/etf.csv {large} --format json");
        assert_eq!(run(&line).json()["account"]["small_account"], Value::Null, "{large}");
    }
}

#[test]
fn the_largest_change_is_the_number_of_the_line() {
    // 20 shares of EWJ too many of some 7,300: below the threshold of a million US dollars.
    let rotation = "global_etf_rotation --prices prices/etf.csv";
    let folder = Folder::new();
    let portfolio = at_its_targets(rotation, &folder);
    let line = format!("{rotation} --portfolio {portfolio}");
    let record = run(&format!("decide {line} --format json")).json();
    assert_eq!((&record["verdict"], &record["largest_change"]), (&"nothing_to_trade".into(), &0.0.into()));
    let known = run("decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json --format json").json();
    let trades = known["share_plan"]["trades"].as_array().unwrap();
    let largest = trades.iter().map(|trade| trade["value"].as_f64().unwrap()).fold(0.0, f64::max);
    assert_eq!(known["largest_change"], largest);
    let unknown =
        run("decide global_etf_rotation --prices prices/etf.csv --equity 9000 --format json").json();
    assert_eq!(unknown["largest_change"], Value::Null);
    // An exit says why in prose and as a word.
    assert_eq!(known["exits"][0]["reason_code"], "left_the_targets");
}

#[test]
fn hints_are_in_chinese() {
    let blocked = text("tqqq_growth_income --prices prices/none.csv", "zh");
    assert!(blocked.contains("建议："), "{blocked}");
    let stale = "tqqq_growth_income --prices prices/etf.csv --equity 100000 --as-of 2025-06-30";
    let stale = text(stale, "zh");
    assert!(stale.contains("建议：补上较新的收盘价，或用 `--as-of 2025-03-31` 按那一天决策"), "{stale}");
}

#[test]
fn a_changed_config_stands_in_the_table() {
    let rotation = "decide global_etf_rotation --prices prices/etf.csv --as-of 2025-03-31";
    let line = |changes: &str| {
        let table = run(&format!("{rotation} {changes}")).stdout;
        table.lines().find(|line| line.starts_with("config")).map(str::to_owned)
    };
    assert_eq!(line("--set hold_bonus=0.05").as_deref(), Some("config   hold_bonus 0.05 (profile: 0.02)"));
    // The profile's own number is no change.
    assert_eq!(line("--set hold_bonus=0.02"), None);
}
