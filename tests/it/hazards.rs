//! What must not go wrong with an operator's files: one test a hazard, named after it.

use serde_json::{Value, json};

use crate::support::{Ended, Folder, Prices, date, ended, fixtures, run, sessions, strat_line};

/// The last session of the first quarter of 2025.
const QUARTER_END: &str = "2025-03-31";

/// Enough sessions for a 13-month momentum.
const LONG: usize = 300;

/// The four canary assets and three funds: `EWY` grows fastest, `EWT` second, `GLD` falls.
fn rotation_market(count: usize, last: &str) -> Prices {
    let dates = sessions(count, date(last));
    ["SPY", "EFA", "EEM", "AGG"]
        .iter()
        .fold(Prices::default(), |prices, symbol| prices.growing(symbol, 0.0005, &dates))
        .growing("EWY", 0.002, &dates)
        .growing("EWT", 0.001, &dates)
        .growing("GLD", -0.001, &dates)
}

const ROTATION_POOL: &str = "--set ranking_pool=[\"EWY\",\"EWT\",\"GLD\"]";

fn rotation(prices: &str, more: &str) -> Ended {
    let folder = Folder::new();
    let path = folder.file("prices.csv", prices);
    run(&format!("decide global_etf_rotation --prices {path} {ROTATION_POOL} {more}"))
}

/// The weights of a decision of the rotation by symbol.
fn weights(decision: &Value) -> Value {
    let positions = decision["positions"].as_array().unwrap().iter();
    positions
        .map(|position| (position["symbol"].as_str().unwrap(), position["target_weight"].clone()))
        .collect()
}

/// QQQ above its averages.
fn qqq(count: usize) -> Prices {
    Prices::default().growing("QQQ", 0.001, &sessions(count, date(QUARTER_END)))
}

fn tqqq(prices: &str, more: &str) -> Ended {
    let folder = Folder::new();
    let path = folder.file("prices.csv", prices);
    run(&format!("decide tqqq_growth_income --prices {path} --equity 10000 {more}"))
}

#[test]
fn one_hundred_and_fifty_bars_open_no_leveraged_position() {
    let found = tqqq(&qqq(150).csv(), "--format json");
    assert_eq!(found.code, 3);
    assert_eq!(
        found.said("error"),
        [
            "`QQQ` has too few closes up to the decision date, found `150 closes`, expected at least 200 closes"
        ]
    );
    let decision = found.json();
    assert_eq!((&decision["action"], &decision["positions"]), (&json!("blocked"), &json!([])));
    assert_eq!(decision["findings"][0]["code"], "short_history");
    assert_eq!(tqqq(&qqq(199).csv(), "").code, 3);
    assert_eq!(tqqq(&qqq(200).csv(), "").code, 0);
}

#[test]
fn one_hundred_and_thirty_nine_bars_open_no_leveraged_semiconductor_position() {
    let decide = |count: usize| {
        let dates = sessions(count, date(QUARTER_END));
        let folder = Folder::new();
        let prices = Prices::default().growing("SOXL", 0.003, &dates).growing("SOXX", 0.001, &dates);
        let path = folder.file("prices.csv", prices.csv());
        run(&format!("decide soxl_soxx_trend_income --prices {path} --equity 10000"))
    };
    let found = decide(139);
    assert_eq!(found.code, 3);
    assert_eq!(
        found.said("error"),
        [
            "2 symbols (SOXL, SOXX) have too few closes up to the decision date, found `139 closes`, expected at \
             least 140 closes"
        ]
    );
    assert_eq!(decide(140).code, 0);
}

#[test]
fn a_cut_file_does_not_sell_everything() {
    // The rule counts a canary asset without a momentum as bad: four cut histories would be an emergency.
    let found = rotation(&rotation_market(150, QUARTER_END).csv(), "--format json");
    assert_eq!(found.code, 3);
    let decision = found.json();
    assert_eq!(decision["action"], "blocked");
    let short: Vec<_> = decision["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "short_history" && finding["severity"] == "error")
        .map(|finding| finding["symbol"].as_str().unwrap())
        .collect();
    assert_eq!(short, ["SPY", "EFA", "EEM", "AGG"]);
    assert!(
        found.stderr.contains("4 symbols (SPY, EFA, EEM and 1 more) have too few closes"),
        "{}",
        found.stderr
    );
}

#[test]
fn one_blank_last_bar_sells_nothing() {
    let whole = qqq(LONG);
    let blank =
        whole.csv().replace(&format!("QQQ,{QUARTER_END},{}", whole.0[LONG - 1].close), "QQQ,2025-03-31,");
    assert!(blank.ends_with("QQQ,2025-03-31,\n"));
    let shorter = whole.clone().keeping(|row| row.date < date(QUARTER_END));
    let of = |csv: &str, more: &str| {
        let found = tqqq(csv, &format!("--holdings TQQQ --format json {more}"));
        assert_eq!((found.code, found.said("error").len()), (0, 0));
        found.json()
    };
    let found = of(&blank, "");
    // That an older close stands for the newest is told, and where.
    let told = tqqq(&blank, "--holdings TQQQ");
    let warned = told.said("warning");
    assert_eq!(warned.len(), 1);
    assert!(
        warned[0].ends_with(
            ":301: column close: `QQQ` has no close on 2025-03-31; its newest close is of 2025-03-28, expected a close"
        ),
        "{warned:?}"
    );
    assert_eq!((&found["action"], &found["diagnostics"]["signal"]), (&json!("rebalance"), &json!("hold")));
    assert_eq!(found["inputs"][0]["blank_closes"], 1);
    // A blank close is no close: the decision is that of the file without the row.
    assert_eq!(found["decision_id"], of(&shorter.csv(), "")["decision_id"]);
    // Where the date is named, the newest close is one session old, and the output says so.
    let named = of(&blank, "--as-of 2025-03-31");
    assert_eq!(named["positions"], found["positions"]);
    let severities: Vec<_> =
        named["findings"].as_array().unwrap().iter().map(|f| (&f["code"], &f["severity"])).collect();
    let stale = json!("stale_price");
    let (warning, before) = (json!("warning"), json!("close_before_decision_date"));
    assert_eq!(severities, [(&stale, &warning), (&before, &warning), (&stale, &json!("info"))]);
}

#[test]
fn weekends_that_were_filled_up_are_told_of() {
    // 140 sessions and the weekends between them are more than 200 bars, of days that no average is over.
    let traded = sessions(140, date(QUARTER_END));
    let every_day = traded[0].iter_days().take_while(|day| *day <= date(QUARTER_END)).collect::<Vec<_>>();
    let found = tqqq(&Prices::default().growing("QQQ", 0.001, &every_day).csv(), "--format json");
    let finding = &found.json()["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("bar_without_session"), &json!("error")));
    assert!(found.said("error")[0].contains("lie on days on which the exchange is closed"));
    assert!(found.said("hint")[0].starts_with("the calendar was filled"));
}

#[test]
fn a_gap_of_months_blocks() {
    let gap = |row: &crate::support::Row| row.date < date("2024-10-01") || row.date > date("2024-12-31");
    let found = tqqq(&qqq(LONG).keeping(gap).csv(), "");
    assert_eq!(found.code, 3);
    // The rule reaches 200 bars, and October to December have 23 + 20 + 21 = 64 sessions: 64 of 264 are 24.2 %.
    assert_eq!(
        found.said("error"),
        [
            "`QQQ` has no close on 64 of 264 sessions that the rule reaches, found `24.2 %`, expected at most 2.0 %"
        ]
    );
}

#[test]
fn the_price_file_of_another_profile_sells_nothing() {
    let found = run(
        "decide dynamic_mega_leveraged_pullback --snapshot snapshots/dynamic_mega.csv --prices prices/etf.csv \
         --as-of 2025-03-31 --equity 50000 --set exit_line_floor=0.5 --set exit_line_cap=0.5 --set entry_line_cap=0.6 \
         --set entry_line_floor=0.6",
    );
    assert_eq!(found.code, 3, "{}", found.stderr);
    assert!(
        found.said("error").iter().all(|error| error.contains("is skipped: no price of")),
        "{}",
        found.stderr
    );
    assert!(!found.said("error").is_empty());
}

#[test]
fn a_pool_that_was_cut_short_sells_nothing() {
    let canary = ["SPY", "EFA", "EEM", "AGG"];
    let market = rotation_market(LONG, QUARTER_END);
    let cut_from = sessions(150, date(QUARTER_END))[0];
    let csv = market.keeping(|row| row.date >= cut_from || canary.contains(&row.symbol.as_str())).csv();
    let found = rotation(&csv, "--holdings EWY --format json");
    assert_eq!((found.code, &found.json()["action"]), (3, &json!("blocked")));
}

#[test]
fn a_short_income_fund_blocks_and_makes_no_target_below_zero() {
    let folder = Folder::new();
    let portfolio = folder.file(
        "portfolio.json",
        "{\"total_equity\": 10000, \"positions\": [{\"symbol\": \"SPYI\", \"quantity\": -1, \"market_value\": -50}]}",
    );
    let found = run(&format!(
        "decide soxl_soxx_trend_income --prices prices/etf.csv --as-of 2025-03-31 --portfolio {portfolio} --format json"
    ));
    assert_eq!((found.code, &found.json()["action"]), (3, &json!("blocked")));
}

#[test]
fn a_list_with_another_separator_is_no_holding() {
    for holdings in ["QQQ;TQQQ", "QQQ|TQQQ", "[QQQ]"] {
        let found = tqqq(&qqq(LONG).csv(), &format!("--holdings {holdings}"));
        assert_eq!(found.code, 2, "{holdings}");
        assert!(found.stderr.contains("expected symbols separated by commas"), "{}", found.stderr);
    }
}

#[test]
fn a_file_that_is_sorted_newest_first_decides_the_same() {
    let ascending = rotation_market(LONG, QUARTER_END);
    let mut descending = ascending.clone();
    descending.0.reverse();
    let of = |prices: &Prices| rotation(&prices.csv(), "--holdings GLD --format json").json();
    let (first, second) = (of(&ascending), of(&descending));
    assert_eq!(weights(&first), json!({"EWT": 0.5, "EWY": 0.5}));
    for key in ["decision_id", "positions", "exits", "diagnostics", "findings"] {
        assert_eq!(first[key], second[key], "{key}");
    }
}

#[test]
fn a_symbol_whose_data_ended_months_ago_is_never_bought() {
    // EWY ranked first when its data ended; the others go on.
    let market = rotation_market(LONG + 60, QUARTER_END);
    let ended = market.keeping(|row| row.symbol != "EWY" || row.date <= date("2024-12-31")).csv();
    let found = rotation(&ended, "--format json");
    assert_eq!(found.code, 3);
    // 2025-01: 20 sessions, as the 9th was a day of mourning; 2025-02: 19; 2025-03: 21.
    assert_eq!(
        found.stderr,
        "error: the newest close of `EWY` is 60 sessions older than the decision date 2025-03-31, \
         found `2024-12-31`, expected at most 3 sessions before 2025-03-31\n\
         hint: add the newer closes, or decide for that day with `--as-of 2024-12-31`; `--max-lag N` says how many sessions old a close may be\n"
    );
    assert_eq!(found.json()["positions"], json!([]));

    let lag = |sessions: usize| rotation(&ended, &format!("--max-lag {sessions}")).code;
    assert_eq!((lag(59), lag(60)), (3, 0));

    let allowed = rotation(&ended, "--allow stale_price --format json");
    assert_eq!(allowed.code, 0);
    assert_eq!(allowed.said("warning").len(), 1);
    let decision = allowed.json();
    assert_eq!(decision["allowed"], json!(["stale_price"]));
    assert_eq!(decision["findings"][0]["severity"], "warning");
    assert_eq!(weights(&decision), json!({"EWT": 0.5, "EWY": 0.5}));
}

#[test]
fn good_friday_at_a_months_end_skips_no_quarter() {
    let market = |last: &str| rotation_market(LONG, last).csv();
    let on = |last: &str| rotation(&market(last), "--format json").json();
    let thursday = on("2024-03-28");
    assert_eq!(
        (&thursday["action"], &thursday["as_of"], &thursday["effective_date"]),
        (&json!("rebalance"), &json!("2024-03-28"), &json!("2024-04-01"))
    );
    assert_eq!(on("2024-03-27")["action"], "hold");
    assert_eq!(on("2024-04-01")["action"], "hold");
}

#[test]
fn a_repeated_row_changes_no_weight() {
    let csv = rotation_market(LONG, QUARTER_END).csv();
    let last = csv.lines().rfind(|line| line.starts_with("EWY")).unwrap();
    let repeated = rotation(&format!("{csv}{last}\n{last}\n"), "--format json");
    assert_eq!(repeated.code, 0);
    assert_eq!(weights(&repeated.json()), json!({"EWT": 0.5, "EWY": 0.5}));
    assert_eq!(repeated.said("warning").len(), 1);
    assert_eq!(repeated.json()["decision_id"], rotation(&csv, "--format json").json()["decision_id"]);
}

#[test]
fn rows_that_contradict_each_other_block() {
    let csv = rotation_market(LONG, QUARTER_END).csv();
    // The file has 7 symbols of 300 rows under its header.
    let found = rotation(&format!("{csv}EWY,{QUARTER_END},1\n"), "--format json");
    assert_eq!(found.code, 3);
    let finding = &found.json()["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["line"], &finding["column"], &finding["observed"]),
        (&json!("conflicting_bar"), &json!(2102), &json!("close"), &json!("1"))
    );
}

#[test]
fn a_time_with_a_zone_falls_on_its_new_york_day() {
    // One in the morning in Greenwich on the first of April is nine in the evening of the 31st in New York.
    let csv = rotation_market(LONG, QUARTER_END).csv();
    let of = |as_of: &str| rotation(&csv, &format!("--as-of {as_of} --format json")).json();
    let decision = of("2025-04-01T01:00:00Z");
    assert_eq!((&decision["as_of"], &decision["action"]), (&json!(QUARTER_END), &json!("rebalance")));
    assert_eq!(of("2025-03-31T23:59:59-04:00")["as_of"], QUARTER_END);
    assert_eq!(of("2025-04-01T09:30:00-04:00")["action"], "hold");
    // The same in the rows of the file.
    let zoned = csv.replace("2025-03-31,", "2025-04-01T01:00:00Z,");
    assert_eq!(rotation(&zoned, "--format json").json()["decision_id"], of(QUARTER_END)["decision_id"]);
}

#[test]
fn half_a_share_counts_as_held() {
    let signal = |quantity: f64| {
        let folder = Folder::new();
        let portfolio = json!({
            "total_equity": 10000,
            "positions": [{"symbol": "TQQQ", "quantity": quantity, "market_value": 50.0 * quantity}]
        });
        let path = folder.file("portfolio.json", portfolio.to_string());
        let found = tqqq(&qqq(LONG).csv(), &format!("--portfolio {path} --format json"));
        found.json()["diagnostics"]["signal"].clone()
    };
    assert_eq!(signal(0.5), "hold");
    assert_eq!(signal(0.0), "entry");
}

#[test]
fn a_configured_0_stays_0() {
    let found = tqqq(&qqq(LONG).csv(), "--set dual_drive_qqq_weight=0 --format json").json();
    assert_eq!(found["config"]["dual_drive_qqq_weight"], 0.0);
    let target = |symbol: &str| {
        let positions = found["positions"].as_array().unwrap();
        positions.iter().find(|position| position["symbol"] == symbol).unwrap()["target_value"].clone()
    };
    // 10 000 USD: 45 % in TQQQ, nothing in QQQ, 2 % in cash, the other 53 % in BOXX.
    assert_eq!((target("TQQQ"), target("QQQ"), target("BOXX")), (json!(4500.0), json!(0.0), json!(5300.0)));

    let bonus = rotation(
        &rotation_market(LONG, QUARTER_END).csv(),
        "--set hold_bonus=0 --holdings EWT --format json",
    );
    let bonus = bonus.json();
    assert_eq!(bonus["config"]["hold_bonus"], 0.0);
    let unheld = rotation(&rotation_market(LONG, QUARTER_END).csv(), "--format json").json();
    assert_eq!(bonus["diagnostics"]["scores"]["EWT"], unheld["diagnostics"]["scores"]["EWT"]);
}

#[test]
fn nan_never_lands_in_the_json() {
    let csv = rotation_market(LONG, QUARTER_END).csv();
    for bad in ["NaN", "nan", "inf", "-inf", "1e400", "0", "-1"] {
        let last = csv.lines().rfind(|line| line.starts_with("EWY")).unwrap();
        let (start, _) = last.rsplit_once(',').unwrap();
        let found = rotation(&csv.replace(last, &format!("{start},{bad}")), "--format json");
        assert_eq!(found.code, 3, "{bad}");
        let decision = found.json();
        assert_eq!(decision["findings"][0]["code"], "bad_price", "{bad}");
        assert_eq!(decision["positions"], json!([]));
    }
    // A momentum that is not known is null and not NaN.
    let without = csv.replace("EFA,", "EFX,");
    let found = rotation(&without, "--format json");
    assert!(!found.stdout.contains("NaN") && !found.stdout.contains("inf"), "{}", found.stdout);
    assert_eq!(found.json()["diagnostics"]["canary_momentum"]["EFA"], Value::Null);
    // Numbers that overflow where they are multiplied are refused too.
    let first = csv.lines().nth(1).unwrap();
    let (symbol_and_date, _) = first.rsplit_once(',').unwrap();
    let huge = csv.replace(first, &format!("{symbol_and_date},1e308"));
    let found = rotation(&huge, "--format json");
    assert!(!found.stdout.contains("NaN") && !found.stdout.contains("inf"), "{}", found.stdout);
}

#[test]
fn a_holding_that_left_the_targets_is_named_and_sold() {
    let csv = rotation_market(LONG, QUARTER_END).csv();
    let decision = rotation(&csv, "--holdings GLD,BIL,AAPL --format json").json();
    assert_eq!(
        decision["exits"],
        json!([
            {
                "symbol": "BIL", "reason": "held, managed by the profile, no longer a target",
                "reason_code": "left_the_targets", "current_value": null, "change_value": null,
            },
            {
                "symbol": "GLD", "reason": "held, managed by the profile, no longer a target",
                "reason_code": "left_the_targets", "current_value": null, "change_value": null,
            },
        ])
    );
    assert_eq!(decision["unmanaged"], json!(["AAPL"]));
    assert_eq!(weights(&decision), json!({"EWT": 0.5, "EWY": 0.5}));

    let explicit = rotation(&csv, "--holdings GLD,BIL,AAPL --explicit-exits --format json").json();
    assert_eq!(weights(&explicit), json!({"BIL": 0.0, "EWT": 0.5, "EWY": 0.5, "GLD": 0.0}));
    assert_eq!(explicit["exits"], decision["exits"]);
}

#[test]
fn a_hold_exits_nothing() {
    let csv = rotation_market(LONG, "2025-03-28").csv();
    let decision = rotation(&csv, "--holdings GLD,AAPL --explicit-exits --format json").json();
    assert_eq!(decision["action"], "hold");
    assert_eq!((&decision["exits"], &decision["positions"]), (&json!([]), &json!([])));
}

#[test]
fn no_change_today_and_sell_everything_do_not_look_alike() {
    // On the 31st every fund stands below its average: all of it goes into BIL. On the 28th nothing is to do.
    let falling = rotation_market(LONG, QUARTER_END);
    let dates = sessions(LONG, date(QUARTER_END));
    let falling = falling
        .keeping(|row| !["EWY", "EWT"].contains(&row.symbol.as_str()))
        .growing("EWY", -0.001, &dates)
        .growing("EWT", -0.001, &dates)
        .csv();
    let of = |more: &str| {
        let found = rotation(&falling, &format!("--holdings EWY {more}"));
        assert_eq!(found.code, 0, "{}", found.stderr);
        found.stdout
    };
    assert_eq!(
        of("--format csv"),
        "profile,as_of,action,symbol,role,target_weight,target_value\n\
         global_etf_rotation,2025-03-31,rebalance,BIL,safe_haven,1,\n\
         global_etf_rotation,2025-03-31,rebalance,EWY,exit,0,\n"
    );
    assert_eq!(
        of("--format csv --as-of 2025-03-28"),
        "profile,as_of,action,symbol,role,target_weight,target_value\n\
         global_etf_rotation,2025-03-28,hold,,,,\n"
    );
    for (format, sells, waits) in [
        (
            "table",
            "\naction   rebalance: these are the targets\n",
            "\naction  hold: no change; next rebalance 2025-03-31\n",
        ),
        (
            "markdown",
            "\n- **action**: rebalance: these are the targets\n",
            "\n- **action**: hold: no change; next rebalance 2025-03-31\n",
        ),
        ("json", "\n  \"action\": \"rebalance\",\n", "\n  \"action\": \"hold\",\n"),
    ] {
        let (selling, waiting) =
            (of(&format!("--format {format}")), of(&format!("--format {format} --as-of 2025-03-28")));
        assert!(selling.contains(sells) && !selling.contains(waits), "{selling}");
        assert!(waiting.contains(waits) && !waiting.contains(sells), "{waiting}");
        assert!(selling.contains("BIL"), "{selling}");
        assert!(format == "json" || !waiting.contains("BIL"), "{waiting}");
    }
}

#[test]
fn the_clock_of_the_machine_decides_nothing() {
    let line = "decide global_etf_rotation --prices prices/etf.csv --format json";
    let in_zone = |zone: &str| ended(strat_line(line).env("TZ", zone).env("LC_ALL", "de_DE.UTF-8"));
    assert_eq!(in_zone("Asia/Tokyo"), in_zone("America/Los_Angeles"));
    assert_eq!(in_zone("UTC"), run(line));
}

const TECH: &str =
    "decide tech_communication_pullback_enhancement --as-of 2025-04-01 --format json --snapshot";

fn tech_snapshot() -> String {
    std::fs::read_to_string(fixtures().join("snapshots/tech_communication.csv")).unwrap()
}

#[test]
fn neither_of_two_dates_in_a_snapshot_wins() {
    // The fourth row below the header is of the month before.
    let text = tech_snapshot();
    let row = text.lines().nth(4).unwrap();
    let mixed = text.replace(row, &row.replace("2025-03-31", "2025-02-28"));
    let folder = Folder::new();
    let found = run(&format!("{TECH} {}", folder.file("snapshot.csv", mixed)));
    assert_eq!(found.code, 3);
    let decision = found.json();
    assert_eq!(decision["positions"], json!([]));
    let finding = &decision["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["line"], &finding["observed"]),
        (&json!("feature_snapshot_mixed_dates"), &json!(5), &json!("2025-03-31, 2025-02-28"))
    );
}

#[test]
fn a_sector_by_another_name_drops_out_of_no_whitelist_unseen() {
    let folder = Folder::new();
    let renamed = tech_snapshot().replace(",Communication,", ",Communication Services,");
    let path = folder.file("snapshot.csv", renamed);
    let found = run(&format!("{TECH} {path}"));
    assert_eq!(found.code, 3);
    let decision = found.json();
    let finding = &decision["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["observed"], &finding["expected"]),
        (&json!("unknown_sector"), &json!("Communication Services"), &json!("Communication"))
    );
    assert_eq!(run(&format!("{TECH} {path} --allow unknown_sector")).code, 0);
    let config = folder.file(
        "config.json",
        json!({"sector_whitelist": ["Information Technology", "Communication Services"]}).to_string(),
    );
    let renamed = run(&format!("{TECH} {path} --config {config}")).json();
    let original = run(&format!("{TECH} snapshots/tech_communication.csv")).json();
    assert_eq!(renamed["positions"], original["positions"]);
}

#[test]
fn an_account_that_can_not_be_of_the_day_is_told_of() {
    let folder = Folder::new();
    let portfolio = folder.file(
        "portfolio.json",
        "{\"total_equity\": 25000, \"as_of\": \"2025-03-25\", \"positions\": [\
         {\"symbol\": \"QQQI\", \"quantity\": 475, \"market_value\": 30000},\
         {\"symbol\": \"QQQ\", \"quantity\": -3, \"market_value\": -1500}]}",
    );
    let found = run(&format!(
        "decide tqqq_growth_income --prices prices/etf.csv --as-of 2025-03-31 --portfolio {portfolio} --format json"
    ));
    let decision = found.json();
    let codes: Vec<_> =
        decision["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["equity_mismatch", "short_position", "portfolio_stale"]);
    assert_eq!((found.code, found.said("warning").len()), (0, 3));
    // A short position is not held.
    assert_eq!(decision["diagnostics"]["signal"], "entry");
}

#[test]
fn an_alarm_hangs_on_no_fund_that_nobody_reads() {
    // 2025-03-18 is no rebalance day: the rule reads the canary assets alone.
    let prices = std::fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let folder = Folder::new();
    let codes = |more: &str, as_of: &str| {
        let path = folder.file("prices.csv", format!("{prices}{more}"));
        let found = run(&format!("decide global_etf_rotation --prices {path} --as-of {as_of} --format json"));
        let json = found.json();
        let findings = json["findings"].as_array().unwrap().iter();
        let told =
            |one: &Value| Some((one["code"].as_str()?.to_owned(), one["severity"].as_str()?.to_owned()));
        (json["action"].as_str().unwrap().to_owned(), findings.filter_map(told).collect::<Vec<_>>())
    };
    let found = |action: &str, code: &str, severity: &str| {
        (action.to_owned(), vec![(code.to_owned(), severity.to_owned())])
    };
    for (fund, canary, code) in [
        ("XLE,2025-03-11,80\n", "EFA,2025-03-11,50\n", "conflicting_bar"),
        ("XLE,2025-03-16,null\n", "EFA,2025-03-16,null\n", "bad_price"),
    ] {
        assert_eq!(codes(fund, "2025-03-18"), found("hold", code, "warning"));
        assert_eq!(codes(fund, "2025-03-31"), found("blocked", code, "error"));
        assert_eq!(codes(canary, "2025-03-18"), found("blocked", code, "error"));
    }
    // TQQQ is looked at beside QQQ, and decides nothing.
    let path = folder.file("prices.csv", format!("{prices}TQQQ,2025-03-16,null\n"));
    let found = run(&format!(
        "decide tqqq_growth_income --prices {path} --as-of 2025-03-31 --equity 25000 --format json"
    ));
    assert_eq!(
        (found.code, &found.json()["findings"][0]["severity"]),
        (0, &json!("warning")),
        "{}",
        found.stdout
    );
}

#[test]
fn a_step_between_two_files_is_one_finding() {
    let text = std::fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let folder = Folder::new();
    let part = |is_new: bool, scale: f64| {
        let rows = text.lines().filter_map(|line| line.strip_prefix("QQQ,")?.split_once(','));
        let rows = rows.filter(|(date, _)| (*date >= "2025-02-14") == is_new);
        let rows: String = rows
            .map(|(date, close)| format!("QQQ,{date},{}\n", close.parse::<f64>().unwrap() * scale))
            .collect();
        format!("symbol,as_of,close\n{rows}")
    };
    let (old, new) = (folder.file("old.csv", part(false, 1.0)), folder.file("new.csv", part(true, 0.5)));
    let found = run(&format!(
        "decide tqqq_growth_income --prices {old} --prices {new} --as-of 2025-03-31 --equity 25000 --format json"
    ));
    let json = found.json();
    let codes: Vec<_> = json["findings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["seam_jump"]);
}

/// A job that keeps both streams in one log reads the reason once; apart, each stream has it.
#[cfg(unix)]
#[test]
fn a_log_of_both_streams_says_the_reason_once() {
    let folder = Folder::new();
    let log = folder.path("log.txt");
    for verb in ["decide", "explain"] {
        let line = format!(
            "\"$STRAT\" {verb} tqqq_growth_income --prices prices/etf.csv --as-of 2025-04-30 --equity 25000"
        );
        let said = |redirection: &str| {
            let script = format!("{line} {redirection}");
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .current_dir(fixtures())
                .env("STRAT", env!("CARGO_BIN_EXE_strat"))
                .env_remove("STRATEGY_PROFILE")
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(3), "{script}");
            let text = [output.stdout, output.stderr, std::fs::read(&log).unwrap_or_default()].concat();
            String::from_utf8(text).unwrap().matches("hint: add the newer closes").count()
        };
        assert_eq!(said("2>&1"), 1, "{verb}");
        assert_eq!(said(&format!("> {log} 2>&1")), 1, "{verb}");
        std::fs::remove_file(&log).unwrap();
        assert_eq!(said(""), 2, "{verb}");
    }
}
