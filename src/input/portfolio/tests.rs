//! What portfolio files say, and how they go wrong.

use std::io::Write;

use super::*;
use crate::account::Position;
use crate::symbol::Symbol;

fn reading(text: &str, flags: AccountFlags) -> AccountReading {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    read(&AccountFlags { portfolio: Some(file.path().to_str().unwrap().to_owned()), ..flags })
}

const FULL: &str = r#"{"total_equity": 1000.5, "as_of": "2025-01-02", "buying_power": 10, "cash_balance": 5,
    "positions": [{"symbol": " qqq ", "quantity": 0.5, "market_value": 250},
                  {"symbol": "SPY", "quantity": 0, "market_value": 0, "average_cost": 3, "currency": "usd"}],
    "metadata": {"account": "x"}}"#;

fn symbols(texts: &[&str]) -> Vec<Symbol> {
    texts.iter().filter_map(|text| Symbol::parse(text)).collect()
}

#[test]
fn half_a_share_is_held_and_none_is_not() {
    let reading = reading(FULL, AccountFlags::default());
    assert_eq!(reading.findings, vec![]);
    assert_eq!(reading.account.equity_usd, Some(1000.5));
    assert_eq!(reading.account.holdings.iter().cloned().collect::<Vec<_>>(), symbols(&["QQQ"]));
}

#[test]
fn a_line_without_a_symbol_is_no_position() {
    let text = r#"{"total_equity": 1, "positions": [{"symbol": " ", "quantity": 1, "market_value": 1}]}"#;
    let reading = reading(text, AccountFlags::default());
    assert_eq!((found(&reading).len(), reading.account.positions.len()), (0, 0));
}

#[test]
fn an_equity_on_the_command_line_will_do() {
    let flags = AccountFlags { equity_usd: Some(7.0), ..AccountFlags::default() };
    assert_eq!(found(&reading("{\"positions\": []}", flags)), vec![]);
}

#[test]
fn flags_overrule_the_file() {
    let flags = AccountFlags {
        equity_usd: Some(7.0),
        holdings: Some(Holdings(symbols(&["TLT"]))),
        ..AccountFlags::default()
    };
    let account = reading(FULL, flags).account;
    assert_eq!(account.equity_usd, Some(7.0));
    assert_eq!(account.holdings.iter().cloned().collect::<Vec<_>>(), symbols(&["TLT"]));
}

fn found(reading: &AccountReading) -> Vec<(Option<u64>, String, String)> {
    let errors = reading.findings.iter().filter(|finding| finding.is_error());
    errors.map(|f| (f.line, f.column.clone().unwrap_or_default(), f.message.clone())).collect()
}

#[test]
fn every_problem_is_reported_with_its_pointer_and_line() {
    let text = "{\"total_equity\": NaN,\n \"positons\": [],\n \"as_of\": \"yesterday\",\n \"positions\": [\n\
                {\"symbol\": \"A\", \"quantity\": \"x\", \"market_value\": -Infinity},\n\
                {\"symbol\": \"B\", \"market_value\": 1e300}]}";
    let reading = reading(text, AccountFlags { equity_usd: Some(1.0), ..AccountFlags::default() });
    let expected = [
        (2, "/positons", "unknown key `positons`"),
        (1, "/total_equity", "`NaN` is not a JSON number"),
        (3, "/as_of", "it is not written as `YYYY-MM-DD` or an ISO timestamp"),
        (5, "/positions/0/quantity", "the text is not a number"),
        (5, "/positions/0/market_value", "`-Infinity` is not a JSON number"),
        (6, "/positions/1/quantity", "there is no `quantity`"),
        (6, "/positions/1/market_value", "the number must not be above 1e15"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(line, pointer, message)| (Some(line), pointer.to_owned(), message.to_owned()))
        .collect();
    assert_eq!(found(&reading), expected);
    let hints: Vec<_> = reading.findings.iter().filter_map(|finding| finding.hint.as_deref()).collect();
    assert_eq!((hints[0], hints[1]), ("did you mean `positions`?", "write null where a number is not known"));
}

#[test]
fn numbers_may_be_texts_that_hold_one() {
    let text = r#"{"total_equity": "40000.00", "cash_balance": " 12.5 ", "buying_power": null, "as_of": "2025-01-02",
        "positions": [{"symbol": "QQQ", "quantity": "0.5", "market_value": "250", "average_cost": "400"}]}"#;
    let reading = reading(text, AccountFlags::default());
    assert_eq!(reading.findings, vec![]);
    let account = reading.account;
    assert_eq!((account.equity_usd, account.cash_balance_usd), (Some(40000.0), Some(12.5)));
    let qqq = Symbol::literal("QQQ");
    assert_eq!((account.positions[&qqq].quantity, account.average_costs[&qqq]), (0.5, 400.0));
}

#[test]
fn what_breaks_the_shape_is_refused() {
    for bad in [
        "",
        "[]",
        "{}",
        "{\"total_equity\": 1e999}",
        "{\"total_equity\": NaN}",
        "{\"total_equity\": 1e300}",
        "{\"total_equity\": \"ten\"}",
        "{\"total_equity\": true}",
        "{\"total_equity\": 1, \"total_equity\": 1}",
        "{\"total_equity\": 1, \"as_of\": \"yesterday\"}",
        "{\"total_equity\": 1, \"currency\": \"HKD\"}",
        "{\"total_equity\": 1, \"metadata\": {\"base_currency\": \"EUR\"}}",
        "{\"total_equity\": 1, \"positions\": {}}",
    ] {
        let reading = reading(bad, AccountFlags::default());
        let errors = reading.findings.iter().filter(|finding| finding.is_error());
        assert!(
            errors.clone().count() > 0 && errors.clone().all(|f| f.code == Code::PortfolioInvalid),
            "{bad}"
        );
    }
}

/// A position as JSON; `more` are further keys.
fn position(symbol: &str, quantity: f64, value: f64, more: &str) -> String {
    format!("{{\"symbol\": \"{symbol}\", \"quantity\": {quantity}, \"market_value\": {value}{more}}}")
}

fn portfolio(positions: &[String], flags: AccountFlags) -> AccountReading {
    let text = format!(
        "{{\"total_equity\": 1000, \"as_of\": \"2025-01-02\", \"positions\": [{}]}}",
        positions.join(",")
    );
    reading(&text, flags)
}

fn codes(reading: &AccountReading) -> Vec<(Code, bool)> {
    reading.findings.iter().map(|finding| (finding.code, finding.is_error())).collect()
}

#[test]
fn lots_are_added_up_but_not_a_long_and_a_short_one() {
    let lots = [
        position("QQQ", 3.0, 30.0, ", \"average_cost\": 8"),
        position("qqq", 1.0, 10.0, ", \"average_cost\": 4"),
    ];
    let added = portfolio(&lots, AccountFlags::default());
    assert_eq!(codes(&added), [(Code::LotsAdded, false)]);
    let qqq = Symbol::literal("QQQ");
    assert_eq!(added.account.positions[&qqq], Position { quantity: 4.0, market_value_usd: 40.0 });
    // (3 * 8 + 1 * 4) / 4 = 7
    assert_eq!(added.account.average_costs[&qqq], 7.0);
    let both = portfolio(
        &[position("QQQ", 3.0, 30.0, ""), position("QQQ", -1.0, -10.0, "")],
        AccountFlags::default(),
    );
    assert!(codes(&both).contains(&(Code::PortfolioInvalid, true)));
}

#[test]
fn of_several_accounts_one_must_be_named() {
    let of = |id: &str| format!(", \"account_id\": \"{id}\"");
    let positions = [position("QQQ", 3.0, 30.0, &of("U1")), position("SPY", 1.0, 10.0, &of("U2"))];
    let refused = portfolio(&positions, AccountFlags::default());
    assert_eq!(refused.findings[0].message, "the positions are of 2 accounts: `U1`, `U2`");
    let named = |id: &str| {
        portfolio(&positions, AccountFlags { account_id: Some(id.to_owned()), ..AccountFlags::default() })
    };
    assert_eq!(named("U2").findings, vec![]);
    assert_eq!(named("U2").account.holdings.into_iter().collect::<Vec<_>>(), symbols(&["SPY"]));
    assert_eq!(codes(&named("U3")), [(Code::PortfolioInvalid, true)]);
    let null = portfolio(&[position("QQQ", 3.0, 30.0, ", \"account_id\": null")], AccountFlags::default());
    assert_eq!(null.findings, vec![]);
}

#[test]
fn what_is_not_a_share_is_held_under_a_name_of_its_own() {
    let option = |kind: &str| format!(", \"sec_type\": \"{kind}\"");
    for share in ["STK", "etf", "Common_Stock", "", "COLLECTIVE_INVESTMENT"] {
        let reading = portfolio(&[position("QQQ", 3.0, 30.0, &option(share))], AccountFlags::default());
        assert_eq!(reading.findings, vec![], "{share}");
        assert!(reading.account.holds(&Symbol::literal("QQQ")));
    }
    let both = [position("QQQ", 3.0, 30.0, ""), position("QQQ", 2.0, 36.0, &option("opt"))];
    let reading = portfolio(&both, AccountFlags::default());
    assert_eq!(codes(&reading), [(Code::NotAShare, false)]);
    assert_eq!(reading.account.positions[&Symbol::literal("QQQ")].quantity, 3.0);
    assert_eq!(reading.account.holdings.into_iter().collect::<Vec<_>>(), symbols(&["QQQ", "QQQ (OPT)"]));
}

#[test]
fn a_position_in_another_currency_has_no_known_value() {
    let foreign =
        [position("0700.HK", 3.0, 900.0, ", \"currency\": \"hkd\""), position("QQQ", 1.0, 10.0, "")];
    let reading = portfolio(&foreign, AccountFlags::default());
    assert_eq!(reading.findings, vec![]);
    let symbol = Symbol::literal("0700.HK");
    assert_eq!(reading.account.foreign[&symbol], "HKD");
    assert!(reading.account.holds(&symbol) && !reading.account.positions.contains_key(&symbol));
}

#[test]
fn a_portfolio_without_a_date_is_named() {
    let undated = reading("{\"total_equity\": 1}", AccountFlags::default());
    assert_eq!(codes(&undated), [(Code::PortfolioUndated, false)]);
    let labelled = reading(FULL, AccountFlags::default());
    assert_eq!(labelled.account.labels, Some(serde_json::json!({"account": "x"})));
}

#[test]
fn a_table_of_positions_is_an_account() {
    // 250 + 1,000.5 in positions and 49.5 in cash are an equity of 1,300.
    let text = "\u{feff}Symbol;Market Value;Qty\r\nQQQ;250;0.5\r\nSPY;1000.5;2\r\nCASH;49.5;\r\n";
    let reading = reading(text, AccountFlags::default());
    assert_eq!(codes(&reading), [(Code::PortfolioUndated, false)]);
    // There is no column for a date.
    assert!(reading.findings[0].hint.as_ref().unwrap().contains("as JSON"));
    let account = &reading.account;
    assert_eq!((account.equity_usd, account.cash_balance_usd), (Some(1300.0), Some(49.5)));
    assert_eq!(account.holdings.iter().cloned().collect::<Vec<_>>(), symbols(&["QQQ", "SPY"]));
    assert_eq!(reading.input.unwrap().rows, Some(3));
}

#[test]
fn a_row_of_blank_cells_is_no_position() {
    let reading = self::reading("symbol,quantity,market_value\nQQQ,1,100\n, ,\n", AccountFlags::default());
    assert_eq!(codes(&reading), [(Code::PortfolioUndated, false)]);
    assert_eq!(reading.account.equity_usd, Some(100.0));
    // A row without a symbol alone is none either, and its value must be a number.
    let reading = self::reading("symbol,quantity,market_value\nQQQ,1,100\n,1,\n", AccountFlags::default());
    assert_eq!(codes(&reading), [(Code::PortfolioInvalid, true)]);
}

#[test]
fn cash_comes_from_a_row_or_a_flag_and_never_from_both() {
    let flags = AccountFlags { cash_usd: Some(50.0), ..AccountFlags::default() };
    let rows = "symbol,quantity,market_value\nQQQ,1,100\n";
    assert_eq!(reading(rows, flags.clone()).account.equity_usd, Some(150.0));
    assert!(reading(&format!("{rows}CASH,,1\n"), flags.clone()).misuse.is_some());
    assert!(reading(FULL, flags).misuse.is_some());
    // With a quantity CASH is a share: the ticker of Pathward Financial.
    let share = reading(&format!("{rows}CASH,2,150\n"), AccountFlags::default()).account;
    assert_eq!((share.cash_balance_usd, share.equity_usd), (None, Some(250.0)));
}

#[test]
fn a_table_that_is_not_an_account_is_refused() {
    for (text, message) in [
        ("symbol,shares\nQQQ,1\n", "no column `quantity`, `market_value`"),
        ("symbol,quantity,market_value\nQQQ,,5\n", "the cell is blank"),
        ("symbol,quantity,market_value\nQQQ,1,\"$1,500\"\n", "the cell is not a plain number"),
        ("symbol,quantity,market_value\nQQQ,NaN,1\n", "the cell is not a plain number"),
        ("symbol,quantity,market_value\nQQQ,1\n", "the row has 2 fields, the header has 3"),
        ("symbol,qty,qty,market_value\nQQQ,1,1,5\n", "the header names `qty` more than once"),
    ] {
        let reading = reading(text, AccountFlags::default());
        assert_eq!(reading.findings[0].message, message, "{text}");
        // A sum of rows that are not all known is not made.
        assert_eq!(reading.account.equity_usd, None, "{text}");
        assert_eq!(reading.findings[0].code, Code::PortfolioInvalid);
    }
}
