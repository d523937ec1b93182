//! The plan in whole shares as `decide` prints it: prices, what may be spent, trades, and how it is drawn.

use serde_json::{Value, json};

use crate::support::{Ended, Folder, ended, fixtures, run, strat_line};

const ROTATION: &str = "decide global_etf_rotation --prices prices/etf.csv";

/// EWJ closes at 318.43 and USO at 190.74 on the decision date; each is half of the equity.
const EWJ_CLOSE: f64 = 318.43;

fn plan(line: &str) -> Value {
    run(&format!("{line} --format json")).json()["share_plan"].clone()
}

fn of<'a>(list: &'a Value, symbol: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|entry| entry["symbol"] == symbol).unwrap()
}

fn codes(ended: &Ended) -> Vec<String> {
    let findings = ended.json()["findings"].as_array().unwrap().clone();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// A portfolio of positions `(symbol, quantity, value)` beside cash.
fn portfolio(folder: &Folder, cash: f64, positions: &[(&str, f64, f64)]) -> String {
    let total: f64 = cash + positions.iter().map(|(_, _, value)| value).sum::<f64>();
    let positions: Vec<Value> = positions
        .iter()
        .map(|(symbol, quantity, value)| json!({"symbol": symbol, "quantity": quantity, "market_value": value}))
        .collect();
    let account =
        json!({"as_of": "2025-03-31", "total_equity": total, "cash_balance": cash, "positions": positions});
    folder.file("account.json", account.to_string())
}

#[test]
fn a_price_comes_from_the_first_source_that_has_one() {
    let folder = Folder::new();
    let quotes = folder.file("quotes.csv", "symbol,price,as_of\nEWJ,320,2025-04-01\nUSO,-3,2025-04-01\n");
    let found = run(&format!("{ROTATION} --equity 10000 --quotes {quotes} --format json"));
    // A quote may be of a later day; one that is not above 0 is none, and a warning.
    assert_eq!((found.code, codes(&found)), (0, vec!["bad_price".to_owned()]));
    let lines = &found.json()["share_plan"]["lines"];
    let source = |symbol| {
        let line = of(lines, symbol);
        (line["price"].clone(), line["price_source"].clone(), line["price_date"].clone())
    };
    assert_eq!(source("EWJ"), (json!(320.0), json!("quotes"), json!("2025-04-01")));
    assert_eq!((source("USO").1, source("USO").2), (json!("prices"), json!("2025-03-31")));
    // 5,000 of 320 are 15.
    assert_eq!(of(lines, "EWJ")["shares"], 15.0);
    let missing = run(&format!("{ROTATION} --equity 10000 --quotes none.csv --format json"));
    assert_eq!((missing.code, missing.json()["action"].clone()), (3, json!("blocked")));
}

#[test]
fn closes_of_several_days_are_a_warning() {
    let folder = Folder::new();
    let base = "decide mega_cap_leader_rotation_top50_balanced --snapshot snapshots/mega_cap_top50.csv --equity 50000 --as-of 2025-04-02";
    let lines = &plan(base)["lines"];
    let first = lines[0]["symbol"].as_str().unwrap();
    assert_eq!(lines[0]["price_source"], "snapshot");
    let prices = folder.file("prices.csv", format!("symbol,as_of,close\n{first},2025-04-01,500\n"));
    let found = run(&format!("{base} --prices {prices} --format json"));
    assert!(codes(&found).contains(&"mixed_price_dates".to_owned()));
    let lines = &found.json()["share_plan"]["lines"];
    assert_eq!((&lines[0]["price"], &lines[0]["price_date"]), (&json!(500.0), &json!("2025-04-01")));
    assert_eq!(lines[1]["price_date"], "2025-03-31");
}

#[test]
fn targets_above_the_managed_part_name_the_equity_that_is_not() {
    let folder = Folder::new();
    let account = portfolio(&folder, 3000.0, &[("AAPL", 100.0, 20_000.0), ("SPAXX", 2000.0, 2000.0)]);
    let line = format!("{ROTATION} --portfolio {account}");
    let found = run(&format!("{line} --format json"));
    let finding = of_code(&found, "targets_exceed_managed_equity");
    assert_eq!(
        (&finding["observed"], &finding["expected"]),
        (&json!("25000.00 USD"), &json!("at most 3000.00 USD"))
    );
    let hint = finding["hint"].as_str().unwrap();
    assert!(hint.contains("`--equity 3000`"), "{hint}");
    let plan = &found.json()["share_plan"];
    assert_eq!((&plan["managed_equity"], &plan["spendable"]), (&json!(3000.0), &json!(3000.0)));
    // 3,000 of 25,000 is 0.12.
    assert_eq!(plan["scaled_by"], 0.12);
    // With 60 USD in the managed part, half of it pays for no share of either: the account is not at its targets.
    let other = Folder::new();
    let poor = portfolio(&other, 60.0, &[("AAPL", 100.0, 20_000.0)]);
    let verdict = run(&format!("{ROTATION} --portfolio {poor} --format json")).json()["verdict_line"].clone();
    assert_eq!(
        verdict,
        "NOTHING TO TRADE for 2025-04-01: the cash that may be spent does not pay for another share"
    );
    for cure in ["--equity 3000", "--cash-symbol SPAXX --equity 5000"] {
        assert!(codes(&run(&format!("{line} {cure} --format json"))).is_empty(), "{cure}");
    }
    // A cash-like holding is spent: 5,000 are managed.
    let with_cash = run(&format!("{line} --cash-symbol SPAXX --format json")).json();
    assert_eq!(with_cash["share_plan"]["managed_equity"], 5000.0);
    assert_eq!(with_cash["unmanaged"], json!(["AAPL"]));
    assert_eq!(run(&format!("{line} --cash-symbol USO")).code, 2);
}

fn of_code(ended: &Ended, code: &str) -> Value {
    let findings = ended.json()["findings"].as_array().unwrap().clone();
    findings.into_iter().find(|finding| finding["code"] == code).unwrap()
}

#[test]
fn a_position_below_the_smallest_holding_decides_nothing_and_is_no_exit() {
    let folder = Folder::new();
    let account =
        portfolio(&folder, 9900.0, &[("EWY", 0.5, 60.0), ("USO", 0.5, 40.0), ("EWJ", 31.0, 9871.33)]);
    let line = format!("{ROTATION} --portfolio {account}");
    let plain = run(&format!("{line} --format json")).json();
    assert_eq!(plain["exits"][0]["symbol"], "EWY");
    let found = run(&format!("{line} --min-holding 100 --format json")).json();
    assert_eq!(found["exits"], json!([]));
    let trades = &found["share_plan"]["trades"];
    assert_eq!(
        (&of(trades, "EWY")["side"], &of(trades, "EWY")["reason"]),
        (&json!("none"), &json!("below_min_holding"))
    );
    // The quantity of a target counts in its trade: half a share stays, the rest is bought in whole shares.
    let uso = of(trades, "USO");
    assert_eq!((&uso["side"], &uso["current_quantity"]), (&json!("buy"), &json!(0.5)));
    assert_eq!(uso["reason"], "odd_fraction");
    let (quantity, target) = (uso["quantity"].as_f64().unwrap(), uso["target_quantity"].as_f64().unwrap());
    assert_eq!(target - quantity, 0.5);
    // At 60 USD the position counts.
    assert_eq!(run(&format!("{line} --min-holding 60 --format json")).json()["exits"][0]["symbol"], "EWY");
    for refused in
        ["--holdings EWY --min-holding 100", "--min-holding 100", "--equity 10000 --min-holding 100"]
    {
        assert_eq!(run(&format!("{ROTATION} {refused}")).code, 2, "{refused}");
    }
}

#[test]
fn an_alias_is_read_before_a_holding_is_measured() {
    let folder = Folder::new();
    // Two spellings of 60 USD each are one holding of 120.
    let account = portfolio(&folder, 9880.0, &[("EWY", 0.5, 60.0), ("EWY.P", 0.5, 60.0)]);
    let line = format!("{ROTATION} --portfolio {account}");
    let plain = run(&format!("{line} --min-holding 100 --format json")).json();
    assert_eq!((&plain["exits"], &plain["unmanaged"]), (&json!([]), &json!([])));
    let found = run(&format!("{line} --alias EWY.P=EWY --min-holding 100 --format json")).json();
    assert_eq!((&found["exits"][0]["symbol"], &found["unmanaged"]), (&json!("EWY"), &json!([])));
    let sold = of(&found["share_plan"]["trades"], "EWY");
    assert_eq!((&sold["side"], &sold["quantity"]), (&json!("sell"), &json!(1.0)));
    assert_eq!(run(&format!("{line} --alias EWY.P=NONE")).code, 2);
    assert_eq!(run(&format!("{ROTATION} --alias EWY.P=EWY")).code, 2);
    let held = run(&format!("{ROTATION} --holdings EWY.P --alias EWY.P=EWY --format json")).json();
    assert_eq!(held["exits"][0]["symbol"], "EWY");
}

#[test]
fn an_account_below_at_and_above_the_minimum_has_the_same_faithful_equity() {
    for (equity, is_small) in [("2999.99", true), ("3000", false), ("3000.01", false)] {
        let line = format!("{ROTATION} --equity {equity}");
        let decision = run(&format!("{line} --format json")).json();
        assert_eq!(decision["diagnostics"]["small_account_warning"], is_small, "{equity}");
        // Half of it in EWJ: 49 steps of it are 49 * 318.43 / 0.5 = 31,206.14.
        assert_eq!((49.0 * EWJ_CLOSE / 0.5_f64).ceil(), 31_207.0);
        let plan = &decision["share_plan"];
        assert_eq!(
            (&plan["faithful_equity"], &plan["faithful_equity_symbol"]),
            (&json!(31_207.0), &json!("EWJ"))
        );
        let table = run(&line).stdout;
        assert!(table.contains("EWJ at 318.43 needs 31,207 USD"), "{table}");
        assert_eq!(table.contains("is below the 3,000.00 USD that the profile is meant for"), is_small);
    }
}

#[test]
fn a_conversion_needs_an_equity() {
    for line in [
        "decide tqqq_growth_income --prices prices/etf.csv --target-mode weight",
        "decide global_etf_rotation --prices prices/etf.csv --target-mode value",
    ] {
        assert_eq!(run(line).code, 2, "{line}");
    }
    // An account that can't be read blocks, and says so.
    let unread =
        "decide tqqq_growth_income --prices prices/etf.csv --target-mode weight --portfolio none.json";
    assert_eq!(run(unread).code, 3);
    let base =
        "decide tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json --format json";
    let (native, converted) = (run(base).json(), run(&format!("{base} --target-mode weight")).json());
    assert_eq!(native["decision_id"], converted["decision_id"]);
    // 18,000 of 40,000.
    assert_eq!(of(&converted["positions"], "QQQ")["target_weight"], 0.45);
    assert_eq!(native["share_plan"], converted["share_plan"]);
}

#[test]
fn what_the_cash_does_not_pay_for_is_said() {
    let folder = Folder::new();
    // 10,000 USD, of which 9,000 are in a fund that has lost its price since: half of 10,000 is 15 shares of EWJ.
    let account = portfolio(&folder, 1000.0, &[("EWY", 100.0, 9000.0)]);
    let quotes = folder.file("quotes.csv", "symbol,price\nEWY,1\n");
    let line = format!("{ROTATION} --portfolio {account} --quotes {quotes}");
    let table = run(&line).stdout;
    assert!(table.contains("sell 100"), "{table}");
    assert!(table.contains("short of cash: it pays for "), "{table}");
    let trades = plan(&line)["trades"].clone();
    let short = trades.as_array().unwrap().iter().filter(|trade| trade["reason"] == "short_of_cash").count();
    assert!(short > 0, "{trades}");
    let csv = run(&format!("{line} --format csv --plan")).stdout;
    assert!(csv.contains("EWY,sell,100,1,100,\n"), "{csv}");
    assert_eq!(csv.matches(",short_of_cash\n").count(), short);
}

#[test]
fn a_plan_without_a_portfolio_is_bought_from_nothing() {
    let csv = run(&format!("{ROTATION} --equity 10000 --format csv --plan")).stdout;
    // 15 * 318.43 is 4,776.45.
    assert!(csv.contains("EWJ,buy,15,318.43,4776.45,\n"), "{csv}");
    // Two shares of neither fund are paid for by 20 USD.
    let csv = run(&format!("{ROTATION} --equity 20 --format csv --plan")).stdout;
    assert!(csv.contains("EWJ,none,0,318.43,0,\n"), "{csv}");
}

#[test]
fn a_large_account_in_fractions_fits_eighty_columns() {
    let folder = Folder::new();
    let positions = [("QQQ", 30_123.5, 15_246_000.0), ("TQQQ", 160_000.25, 15_627_000.0)];
    let account = portfolio(&folder, 9_127_000.0, &positions);
    let line = format!(
        "decide tqqq_growth_income --prices prices/etf.csv --portfolio {account} --quantity-step 0.0001"
    );
    let table = run(&line).stdout;
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    assert!(table.contains("SHARES") && table.contains("TRADE") && table.contains("18,000,000"), "{table}");
}

#[test]
fn markdown_has_its_names_in_backticks() {
    let base = format!("{ROTATION} --portfolio portfolios/rotation.json");
    for line in [format!("{base} --as-of 2025-03-28"), format!("{base} --as-of 2026-06-30"), base] {
        let text = run(&format!("{line} --format markdown")).stdout;
        let outside: String = text.split('`').step_by(2).collect();
        assert!(!outside.contains('_'), "{text}");
        assert!(text.contains("`global_etf_rotation`"), "{text}");
    }
}

#[test]
fn the_table_says_why_a_change_is_not_traded() {
    let folder = Folder::new();
    // 9,994.34 USD: 4,997.17 are 15 of EWJ and 26 of USO. 16 * 318.43 is 97.71 above it, a third of a share.
    let account = portfolio(&folder, 35.59, &[("EWJ", 16.0, 5094.88), ("USO", 25.5, 4863.87)]);
    let row = |flags: &str, symbol: &str| {
        let table = run(&format!("{ROTATION} --portfolio {account} {flags}")).stdout;
        let row = table.lines().find(|line| line.starts_with(symbol)).unwrap().trim_end();
        assert!(row.chars().count() <= 80, "{table}");
        row.split_whitespace().rev().take(3).collect::<Vec<_>>().join(" ")
    };
    // The words from the last one on: the trade, and the shares of the plan.
    assert_eq!(row("", "EWJ"), "1 sell 15");
    assert_eq!(row("", "USO"), "fraction odd 26");
    assert_eq!(row("--keep-step 0.5", "EWJ"), "step kept 15");
    assert_eq!(row("--min-trade 400", "EWJ"), "threshold below 15");
}

const VALUES: &str = "decide tqqq_growth_income --portfolio portfolios/nasdaq.json --format json";

#[test]
fn a_plan_has_its_closes_from_the_one_reading_of_a_file() {
    let csv = std::fs::read(fixtures().join("prices/etf.csv")).unwrap();
    let named = run(&format!("{VALUES} --prices prices/etf.csv")).json();
    let line = of(&named["share_plan"]["lines"], "BOXX");
    // The rule reads QQQ and TQQQ; the safe haven's close is the plan's alone.
    assert_eq!((&line["price"], &line["price_source"]), (&json!(112.34), &json!("prices")));
    assert_eq!(named["share_plan"]["faithful_equity_weights"], "present_equity");
    let piped = ended(strat_line(&format!("{VALUES} --prices -")).write_stdin(csv)).json();
    assert_eq!(piped["share_plan"], named["share_plan"]);
}

#[test]
fn rows_that_only_the_plan_reads_are_a_warning() {
    let folder = Folder::new();
    let csv = std::fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let row = "BOXX,2025-03-31,112.34";
    assert!(csv.contains(row));
    let plain = run(&format!("{VALUES} --prices prices/etf.csv --as-of 2025-03-31")).json();
    for (changed, code, source) in [
        // Without its close, BOXX is worth what the account says: 960.8 / 8.55.
        ("BOXX,2025-03-31,x", "bad_price", "portfolio"),
        ("BOXX,2025-03-31,112.34\nBOXX,2025-03-31,99", "conflicting_bar", "portfolio"),
        // The close of the day before is its newest one.
        ("BOXX,31 March,112.34", "prices_parse_failed", "prices"),
    ] {
        let path = folder.file("prices.csv", csv.replace(row, changed));
        let found = run(&format!("{VALUES} --prices {path} --as-of 2025-03-31"));
        assert_eq!(found.code, 0, "{changed}");
        let finding = of_code(&found, code);
        assert_eq!(finding["severity"], "warning", "{changed}");
        let found = found.json();
        assert_eq!(found["decision_id"], plain["decision_id"], "{changed}");
        assert_eq!(of(&found["share_plan"]["lines"], "BOXX")["price_source"], source, "{changed}");
    }
}
