//! Accounts with one slip.

#![allow(clippy::too_many_lines)] // tables

use serde_json::{Value, json};

use super::Good::{Account, Indicators, Nasdaq, Semiconductors};
use super::{BEFORE, Case, NEWEST, Slip, slip};

/// Puts these positions, beside cash, in an account of 40,000.
fn positions(case: &mut Case, positions: &[Value]) {
    let value = |position: &Value| position["market_value"].as_f64().unwrap_or_default();
    let cash = 40_000.0 - positions.iter().map(value).sum::<f64>();
    let account = case.portfolio();
    account["positions"] = positions.into();
    account["cash_balance"] = cash.into();
    account["buying_power"] = cash.into();
}

fn position(symbol: &str, quantity: f64, value: f64) -> Value {
    json!({ "symbol": symbol, "quantity": quantity, "market_value": value })
}

/// The position of the account in good order, with a further key.
fn with(key: &str, value: Value) -> Value {
    let mut position = position("QQQ", 10.0, 5061.2);
    position[key] = value;
    position
}

/// A position at the close of a day.
fn at_close(case: &mut Case, symbol: &str, quantity: f64, day: &str) -> Value {
    position(symbol, quantity, quantity * case.prices().close(symbol, day))
}

fn spelled(case: &mut Case, symbol: &str) {
    let value = case.prices().close("TQQQ", NEWEST);
    positions(case, &[position(symbol, 1.0, value)]);
}

fn indicator(case: &mut Case, symbol: &str, key: &str, value: Value) {
    case.indicators.as_mut().unwrap()[symbol][key] = value;
}

pub(super) fn slips() -> Vec<Slip> {
    let mut slips = holdings();
    slips.extend(values());
    slips.extend(calls());
    slips
}

fn holdings() -> Vec<Slip> {
    const LOOKS: &[&str] = &["error holding_looks_managed"];
    vec![
        slip(LOOKS, "TQQQ.US", Account, |case| spelled(case, "TQQQ.US")),
        slip(LOOKS, "US.TQQQ", Account, |case| spelled(case, "US.TQQQ")),
        slip(LOOKS, "TQQQ US EQUITY", Account, |case| spelled(case, "TQQQ US EQUITY")),
        slip(LOOKS, "NASDAQ:TQQQ", Account, |case| spelled(case, "NASDAQ:TQQQ")),
        slip(LOOKS, "TQQQ:NASDAQ", Account, |case| spelled(case, "TQQQ:NASDAQ")),
        slip(LOOKS, "TQQQ.O", Account, |case| spelled(case, "TQQQ.O")),
        slip(LOOKS, "$TQQQ", Account, |case| spelled(case, "$TQQQ")),
        slip(LOOKS, "TQQQ*", Account, |case| spelled(case, "TQQQ*")),
        slip(LOOKS, "TQQQ in full-width letters", Account, |case| {
            spelled(case, "\u{ff34}\u{ff31}\u{ff31}\u{ff31}")
        }),
        slip(&[], "TQQQ.TO, a share of Toronto", Account, |case| spelled(case, "TQQQ.TO")),
        slip(&["info not_a_share"], "an option under its underlying's symbol", Account, |case| {
            let mut option = position("QQQ", 2.0, 300.0);
            option["sec_type"] = json!("OPT");
            positions(case, &[option]);
        }),
        slip(&[], "a share with the name of its kind", Account, |case| {
            positions(case, &[with("asset_class", json!("us_equity"))]);
        }),
        slip(&["error portfolio_invalid [--account"], "the positions of two accounts", Account, |case| {
            let other = position("TQQQ", 0.0, 0.0);
            let mut other = other;
            other["account_id"] = json!("B");
            positions(case, &[with("account_id", json!("A")), other]);
        }),
        slip(&["info lots_added"], "two lots of one symbol", Account, |case| {
            positions(case, &[position("QQQ", 2.0, 1012.24), position("QQQ", 10.0, 5061.2)]);
        }),
        slip(&["error portfolio_invalid"], "a long and a short lot of one symbol", Account, |case| {
            positions(case, &[position("QQQ", -2.0, -1012.24), position("QQQ", 10.0, 5061.2)]);
        }),
        slip(&["warning short_position"], "a share that was sold short", Account, |case| {
            positions(case, &[position("QQQ", 10.0, 5061.2), position("SPY", -1.0, -300.0)]);
        }),
        slip(&["info foreign_currency_position"], "one share in another currency", Account, |case| {
            let mut foreign = position("SHOP.TO", 5.0, 700.0);
            foreign["currency"] = json!("CAD");
            positions(case, &[position("QQQ", 10.0, 5061.2), foreign]);
        }),
        slip(&["error portfolio_invalid"], "a managed share in another currency", Account, |case| {
            positions(case, &[with("currency", json!("CAD"))]);
        }),
    ]
}

fn values() -> Vec<Slip> {
    vec![
        slip(
            &["warning targets_exceed_managed_equity"],
            "a share of another profile for most of the equity",
            Account,
            |case| {
                positions(case, &[position("AAPL", 100.0, 38000.0)]);
            },
        ),
        slip(
            &["warning position_mismatch"],
            "ten shares with the value of a tenth of one",
            Account,
            |case| {
                positions(case, &[position("QQQ", 10.0, 55.0)]);
            },
        ),
        slip(&["info position_mismatch"], "a value at cost", Account, |case| {
            let mut at_cost = position("QQQ", 10.0, 3000.0);
            at_cost["average_cost"] = json!(300);
            positions(case, &[at_cost]);
        }),
        slip(&["error portfolio_invalid"], "no share with a value", Account, |case| {
            positions(case, &[position("QQQ", 0.0, 5500.0)]);
        }),
        slip(&["error portfolio_invalid [currency]"], "an account in Hong Kong dollars", Account, |case| {
            case.portfolio()["currency"] = json!("HKD");
        }),
        slip(&["error portfolio_invalid [base_currency]"], "the same among labels", Account, |case| {
            case.portfolio()["metadata"] = json!({ "base_currency": "HKD" });
        }),
        slip(&["error equity_mismatch"], "parts that are a quarter less than the equity", Account, |case| {
            case.portfolio()["cash_balance"] = json!(20_000);
            case.portfolio()["buying_power"] = json!(20_000);
        }),
        slip(&["warning equity_mismatch"], "parts that are a tenth less than the equity", Account, |case| {
            case.portfolio()["cash_balance"] = json!(31_000);
            case.portfolio()["buying_power"] = json!(31_000);
        }),
        slip(
            &["warning equity_mismatch [--equity]"],
            "an equity on the command line with a digit too many",
            Account,
            |case| {
                case.flags("", "--equity 400000");
            },
        ),
        slip(&["warning buying_power_exceeds_cash"], "borrowing power for cash", Account, |case| {
            case.portfolio()["buying_power"] = json!(120_000);
        }),
        slip(&["warning positions_lag_prices"], "positions at the close before", Account, |case| {
            let both = ["QQQ", "TQQQ"].map(|symbol| at_close(case, symbol, 10.0, BEFORE));
            positions(case, &both);
        }),
        slip(&[], "positions at the newest close", Account, |case| {
            let both = ["QQQ", "TQQQ"].map(|symbol| at_close(case, symbol, 10.0, NEWEST));
            positions(case, &both);
        }),
        slip(&["warning portfolio_stale"], "an account of a week ago", Account, |case| {
            case.portfolio()["as_of"] = json!("2025-03-20");
        }),
        slip(&["info portfolio_undated"], "an account without a date", Account, |case| {
            case.portfolio().as_object_mut().unwrap().remove("as_of");
        }),
    ]
}

fn calls() -> Vec<Slip> {
    vec![
        slip(&["usage [45 looks like percent]"], "a share of 45", Nasdaq, |case| {
            case.flags("", "--set dual_drive_qqq_weight=45");
        }),
        slip(&["usage"], "a share below 0", Nasdaq, |case| {
            case.flags("", "--set dual_drive_qqq_weight=-0.2")
        }),
        slip(&["usage"], "holdings of an unset variable", Nasdaq, |case| case.flags("", "--holdings=")),
        slip(&[], "holdings that are none", Nasdaq, |case| case.flags("", "--holdings none")),
        slip(&["usage"], "an income fund without its value", Semiconductors, |case| {
            case.flags("", "--holdings SOXL,QQQI");
        }),
        slip(&["usage"], "no --as-of where it is required", Nasdaq, |case| {
            case.flags(" --as-of 2025-03-31", " --require-as-of");
        }),
        slip(&["warning indicator_fallback"], "no trend of SOXX", Indicators, |case| {
            case.indicators.as_mut().unwrap()["soxx"].as_object_mut().unwrap().remove("ma_trend");
        }),
        slip(&["error stale_price"], "indicators of a week ago", Indicators, |case| {
            case.indicators.as_mut().unwrap()["as_of"] = json!("2025-03-20");
        }),
        slip(&["error out_of_range"], "a price ten times its average", Indicators, |case| {
            indicator(case, "soxx", "price", json!(2833));
        }),
    ]
}
