use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::*;
use crate::account::Account;
use crate::finding::Code;
use crate::market::calendar::Calendar;
use crate::market::history::History;
use crate::market::history::Market;
use crate::strategy::contract::Rule;
use crate::strategy::trace::Gate;
use crate::strategy::worked::{self, Traced, refusal, traced, with};
use crate::strategy::{Action, Targets};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

fn profile() -> Value {
    json!({
        "benchmark_symbol": "QQQ", "managed_symbols": ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI"],
        "income_threshold_usd": 1e9, "qqqi_income_ratio": 0.5, "cash_reserve_ratio": 0.02,
        "rebalance_threshold_ratio": 0.01, "execution_cash_reserve_ratio": 0.0,
        "attack_allocation_mode": "fixed_qqq_tqqq_pullback", "dual_drive_qqq_weight": 0.45,
        "dual_drive_tqqq_weight": 0.45, "dual_drive_unlevered_symbol": "QQQ",
        "dual_drive_cash_reserve_ratio": 0.02, "dual_drive_allow_pullback": true,
        "dual_drive_require_ma20_slope": true, "dual_drive_pullback_rebound_window": 20,
        "dual_drive_pullback_rebound_threshold_mode": "volatility_scaled",
        "dual_drive_pullback_rebound_threshold": 0.0,
        "dual_drive_pullback_rebound_volatility_multiplier": 2.0,
    })
}

/// The profile's config with some keys changed.
fn config(changes: Value) -> Config {
    worked::config(with(profile(), changes))
}

/// An account of 10,000 US dollars that holds the symbols.
fn account(held: &[&'static str]) -> Account {
    Account {
        equity_usd: Some(10_000.0),
        holdings: held.iter().map(|name| Symbol::literal(name)).collect(),
        ..Account::default()
    }
}

fn try_decide(config: &Config, closes: &[f64], account: &Account) -> Result<Traced, Vec<Finding>> {
    let first: NaiveDate = "2024-01-02".parse().unwrap();
    let dates = (0..).map(|day| first + Days::new(day));
    let series = History::from_closes(dates.zip(closes.iter().copied()));
    let market = Market::from([(config.benchmark_symbol.clone(), series)]);
    decide(config, Inputs::new(&Calendar::default(), &market, account))
}

fn decided(config: &Config, closes: &[f64], account: &Account) -> Traced {
    try_decide(config, closes, account).unwrap()
}

/// 199 closes at 100 and a newest one: ma200 = 100 + (newest - 100) / 200, slope = (newest - 100) / 20.
fn flat_then(newest: f64) -> Vec<f64> {
    let mut closes = vec![100.0; LONG_WINDOW];
    closes[LONG_WINDOW - 1] = newest;
    closes
}

/// 179 closes at 200, 20 at 100, then 120: ma200 = (35800 + 2000 + 120) / 200 = 189.6,
/// ma20 = (1900 + 120) / 20 = 101, slope = (120 - 100) / 20 = 1, rebound = 120/100 - 1 = 0.2.
fn pullback() -> Vec<f64> {
    [vec![200.0; 179], vec![100.0; 20], vec![120.0]].concat()
}

fn targets(outcome: &Outcome) -> [f64; 5] {
    let Targets::Values(values) = &outcome.targets else { panic!("values are wanted") };
    ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI"].map(|name| values[&Symbol::literal(name)])
}

fn assert_close(found: &[f64], expected: &[f64]) {
    let close = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-9;
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(close),
        "{found:?} is not {expected:?}"
    );
}

fn diagnostics(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.diagnostics).unwrap()
}

fn gate<'a>(outcome: &'a Traced, name: &str) -> &'a Gate {
    outcome.trace.gates.iter().find(|gate| gate.name == name).unwrap()
}

fn has_gate(outcome: &Traced, name: &str) -> bool {
    outcome.trace.gates.iter().any(|gate| gate.name == name)
}

#[test]
fn an_up_trend_is_entered() {
    let outcome = decided(&config(json!({})), &flat_then(110.0), &account(&[]));
    assert_eq!((outcome.signal.as_str(), outcome.action), ("entry", Action::Rebalance));
    // Reserved 10000 * 0.02 = 200; 10000 * 0.45 = 4500 each; 10000 - 200 - 9000 = 800.
    assert_close(&targets(&outcome), &[4500.0, 4500.0, 800.0, 0.0, 0.0]);
    assert_eq!(
        outcome.headline,
        "QQQ 110.00 is above its 200-day average 100.05; neither TQQQ nor QQQ is held: entry"
    );
    assert_eq!(outcome.price_symbols, BTreeSet::from([Symbol::literal("QQQ")]));
    assert_eq!(outcome.largest_weight, None);
}

#[test]
fn a_close_at_its_average_is_not_above_it() {
    let outcome = decided(&config(json!({})), &flat_then(100.0), &account(&["TQQQ"]));
    assert_eq!(outcome.signal, "exit");
}

#[test]
fn the_numbers_stand_under_their_keys() {
    let mut account = account(&[]);
    account.buying_power_usd = Some(1234.5);
    let outcome = decided(&config(json!({})), &flat_then(110.0), &account);
    let found = diagnostics(&outcome);
    let number = |key: &str| found[key].as_f64().unwrap();
    // ma200 = 100 + 10/200, ma20 = 100 + 10/20, slope = 10/20, rebound = 110/100 - 1.
    assert_close(
        &["qqq_price", "ma200", "exit_line", "ma20", "ma20_slope", "pullback_rebound"].map(number),
        &[110.0, 100.05, 100.05, 100.5, 0.5, 0.1],
    );
    // 19 returns of 0 and one of 0.1: mean 0.005, squares 19 * 0.005^2 + 0.095^2 = 0.0095,
    // 0.0095 / 19 = 0.0005; twice its root is the threshold.
    let deviation = 0.0005_f64.sqrt();
    assert_close(
        &["pullback_rebound_volatility", "pullback_rebound_threshold"].map(number),
        &[deviation, 2.0 * deviation],
    );
    assert_close(
        &["threshold", "reserved", "real_buying_power", "total_equity"].map(number),
        &[100.0, 200.0, 1234.5, 10_000.0],
    );
    assert_eq!(found["signal"], "entry");
    assert_eq!(found["pullback_rebound_window"], 20);
    assert_eq!(found["pullback_rebound_threshold_mode"], "volatility_scaled");
    assert_eq!(found["pullback_rebound_volatility_multiplier"], 2.0);
    let annotations = &found["execution_annotations"];
    assert_eq!(annotations["trade_threshold_value"], found["threshold"]);
    assert_eq!(annotations["reserved_cash"], found["reserved"]);
    assert_eq!(annotations["benchmark_symbol"], "QQQ");
    assert_eq!(annotations["benchmark_price"], 110.0);
    assert_eq!(annotations["long_trend_value"], found["ma200"]);
    assert_eq!(annotations["exit_line"], found["ma200"]);
}

#[test]
fn a_falling_short_average_keeps_out_but_does_not_throw_out() {
    // The close that leaves the 20-day window is 130: slope = (110 - 130) / 20 = -1, and
    // ma200 = (198 * 100 + 130 + 110) / 200 = 100.2 lies below 110.
    let mut closes = flat_then(110.0);
    closes[LONG_WINDOW - 21] = 130.0;
    let strict = config(json!({}));
    assert_eq!(decided(&strict, &closes, &account(&[])).signal, "idle");
    assert_eq!(decided(&strict, &closes, &account(&["TQQQ"])).signal, "hold");
    assert_eq!(decided(&strict, &closes, &account(&["QQQ"])).signal, "hold");
    let lenient = config(json!({"dual_drive_require_ma20_slope": false}));
    assert_eq!(decided(&lenient, &closes, &account(&[])).signal, "entry");
}

#[test]
fn an_equal_close_leaving_the_window_is_no_rise() {
    let mut closes = flat_then(110.1);
    closes[LONG_WINDOW - 21] = 110.1;
    let outcome = decided(&config(json!({})), &closes, &account(&[]));
    assert_eq!(gate(&outcome, "ma20_slope_rising").left.value, Some(0.0));
    assert_eq!(outcome.signal, "idle");
}

#[test]
fn a_down_trend_is_left_and_not_entered() {
    let config = config(json!({"cash_reserve_ratio": 0.05}));
    let outcome = decided(&config, &flat_then(90.0), &account(&["TQQQ"]));
    assert_eq!(outcome.signal, "exit");
    // Reserved 10000 * 0.05 = 500, the rest to BOXX; zero means "sell it".
    assert_close(&targets(&outcome), &[0.0, 0.0, 9500.0, 0.0, 0.0]);
    assert_eq!(decided(&config, &flat_then(90.0), &account(&[])).signal, "idle");
}

#[test]
fn a_rebound_below_the_long_average_is_entered() {
    // 19 returns of 0 and one of 0.2: mean 0.01, squares 19 * 0.01^2 + 0.19^2 = 0.038, 0.038 / 19 =
    // 0.002, root 0.0447: 2 of them are below the rebound of 0.2, 5 (0.2236) above.
    let twice = config(json!({}));
    let outcome = decided(&twice, &pullback(), &account(&[]));
    assert_eq!(outcome.signal, "entry");
    assert_eq!(
        outcome.headline,
        "QQQ 120.00 is not above its 200-day average 189.60, and rebounds from a pullback; \
         neither TQQQ nor QQQ is held: entry"
    );
    assert_eq!(decided(&twice, &pullback(), &account(&["TQQQ", "QQQ"])).signal, "hold");
    let five_times = config(json!({"dual_drive_pullback_rebound_volatility_multiplier": 5.0}));
    assert_eq!(decided(&five_times, &pullback(), &account(&[])).signal, "idle");
    // A multiplier below zero is zero, and a threshold of zero asks for nothing.
    let below_zero = config(json!({"dual_drive_pullback_rebound_volatility_multiplier": -5.0}));
    assert_eq!(decided(&below_zero, &pullback(), &account(&[])).signal, "entry");
}

#[test]
fn a_pullback_may_be_forbidden() {
    let config = config(json!({"dual_drive_allow_pullback": false}));
    let outcome = decided(&config, &pullback(), &account(&["TQQQ"]));
    assert_eq!(outcome.signal, "exit");
    assert!(!has_gate(&outcome, "close_above_ma20"));
}

#[test]
fn a_pullback_needs_a_rising_short_average_even_where_an_entry_does_not() {
    // 180 closes at 200, 19 at 100, then 120: the close that leaves is 200, slope (120 - 200) / 20 = -4.
    let closes = [vec![200.0; 180], vec![100.0; 19], vec![120.0]].concat();
    // No rebound is asked for.
    let config = config(json!({
        "dual_drive_require_ma20_slope": false, "dual_drive_pullback_rebound_volatility_multiplier": 0.0,
    }));
    let outcome = decided(&config, &closes, &account(&[]));
    assert!(gate(&outcome, "close_above_ma20").holds && gate(&outcome, "any_rebound_will_do").holds);
    assert_eq!(outcome.signal, "idle");
}

#[test]
fn a_pullback_needs_a_close_above_the_short_average() {
    // 178 closes at 200, the leaving one at 90, 18 at 100, one at 150, then 102.4: ma20 =
    // (1800 + 150 + 102.4) / 20 = 102.62; slope (102.4 - 90) / 20 = 0.62; no rebound is asked for.
    let closes = [vec![200.0; 179], vec![90.0], vec![100.0; 18], vec![150.0, 102.4]].concat();
    let config = config(json!({"dual_drive_pullback_rebound_volatility_multiplier": 0.0}));
    let outcome = decided(&config, &closes, &account(&[]));
    assert!(gate(&outcome, "ma20_slope_rising").holds && gate(&outcome, "any_rebound_will_do").holds);
    assert_eq!(outcome.signal, "idle");
}

#[test]
fn a_fixed_threshold_takes_no_notice_of_volatility() {
    let fixed = |threshold: f64| {
        config(json!({
            "dual_drive_pullback_rebound_threshold_mode": "fixed",
            "dual_drive_pullback_rebound_threshold": threshold,
        }))
    };
    // The rebound is 0.2.
    let reached = decided(&fixed(0.1), &pullback(), &account(&[]));
    assert_eq!(reached.signal, "entry");
    assert_eq!(diagnostics(&reached)["pullback_rebound_volatility"], Value::Null);
    assert_eq!(diagnostics(&reached)["pullback_rebound_threshold"], 0.1);
    assert_eq!(decided(&fixed(0.25), &pullback(), &account(&[])).signal, "idle");
    // Below zero is zero: any rebound will do.
    let none = decided(&fixed(-1.0), &pullback(), &account(&[]));
    assert_eq!(none.signal, "entry");
    assert!(!has_gate(&none, "rebound_above_threshold"));
}

#[test]
fn without_a_deviation_the_fixed_threshold_serves() {
    // One return has no sample deviation, and one close rebounds from itself by nothing.
    let one_session = |threshold: f64| {
        config(json!({
            "dual_drive_pullback_rebound_window": 1,
            "dual_drive_pullback_rebound_threshold": threshold,
        }))
    };
    let outcome = decided(&one_session(0.05), &pullback(), &account(&[]));
    assert_eq!(outcome.signal, "idle");
    assert_eq!(diagnostics(&outcome)["pullback_rebound_volatility"], Value::Null);
    assert_eq!(decided(&one_session(0.0), &pullback(), &account(&[])).signal, "entry");
}

#[test]
fn the_income_layer_grows_with_the_account() {
    let config = config(json!({"income_threshold_usd": 100_000.0, "qqqi_income_ratio": 0.7}));
    let income = |equity: f64| {
        let account = Account { equity_usd: Some(equity), ..account(&[]) };
        let [.., spyi, qqqi] = targets(&decided(&config, &flat_then(90.0), &account));
        [spyi, qqqi]
    };
    assert_close(&income(99_999.0), &[0.0, 0.0]);
    assert_close(&income(100_000.0), &[0.0, 0.0]);
    // Half way: 0.40 * 0.5 = 0.2 of 150000 = 30000, of which QQQI 0.7.
    assert_close(&income(150_000.0), &[9_000.0, 21_000.0]);
    // At twice the threshold 0.40 of 200000 = 80000; beyond it 0.60 of 200010 = 120006.
    assert_close(&income(200_000.0), &[24_000.0, 56_000.0]);
    assert_close(&income(200_010.0), &[36_001.8, 84_004.2]);
}

#[test]
fn the_growth_part_is_what_the_income_layer_leaves() {
    let config = config(json!({"income_threshold_usd": 100_000.0}));
    let account = Account { equity_usd: Some(200_000.0), ..account(&[]) };
    // 200000 - 80000 = 120000: reserved 2400, 54000 each, 120000 - 2400 - 108000 = 9600.
    assert_close(
        &targets(&decided(&config, &flat_then(110.0), &account)),
        &[54_000.0, 54_000.0, 9_600.0, 40_000.0, 40_000.0],
    );
}

#[test]
fn weights_beyond_what_is_left_are_scaled_down() {
    let config = config(json!({"dual_drive_qqq_weight": 0.6, "dual_drive_tqqq_weight": 0.6}));
    // 1.2 into 0.98: 0.49 each.
    assert_close(
        &targets(&decided(&config, &flat_then(110.0), &account(&[]))),
        &[4900.0, 4900.0, 0.0, 0.0, 0.0],
    );
}

#[test]
fn a_reserve_of_the_whole_growth_part_buys_nothing() {
    let all_reserved = config(json!({"dual_drive_cash_reserve_ratio": 1.0}));
    let outcome = decided(&all_reserved, &flat_then(110.0), &account(&[]));
    assert_close(&targets(&outcome), &[0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn another_companion_takes_the_place_of_qqq() {
    let config = config(json!({"dual_drive_unlevered_symbol": "qqqm"}));
    let outcome = decided(&config, &flat_then(110.0), &account(&["QQQM"]));
    assert_eq!(outcome.signal, "hold");
    let Targets::Values(values) = &outcome.targets else { panic!("values are wanted") };
    let names: Vec<_> = values.keys().map(Symbol::as_str).collect();
    assert_eq!(names, ["BOXX", "QQQI", "QQQM", "SPYI", "TQQQ"]);
    // QQQ is no target now, but still one to sell; QQQM becomes one.
    let managed: Vec<_> = outcome.managed_symbols.iter().map(Symbol::as_str).collect();
    assert_eq!(managed, ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI", "QQQM"]);
    // What was once the companion no longer counts as risk.
    assert_eq!(decided(&config, &flat_then(110.0), &account(&["QQQ"])).signal, "entry");
}

#[test]
fn too_few_closes_are_refused() {
    let findings = try_decide(&config(json!({})), &[100.0; 199], &account(&[])).unwrap_err();
    let short = &findings[0];
    assert_eq!((findings.len(), short.code), (1, Code::ShortHistory));
    assert_eq!(short.symbol, Some(Symbol::literal("QQQ")));
    assert_eq!(
        (short.observed.as_deref(), short.expected.as_deref()),
        (Some("199 closes"), Some("at least 200 closes"))
    );
    let wide = config(json!({"dual_drive_pullback_rebound_window": 300}));
    let findings = try_decide(&wide, &[100.0; 299], &account(&[])).unwrap_err();
    assert_eq!(findings[0].expected.as_deref(), Some("at least 300 closes"));
    assert_eq!(wide.reach().bars, 301);
}

#[test]
fn prices_and_equity_are_refused_together() {
    let account = Account { equity_usd: Some(-1.0), ..Account::default() };
    let findings = try_decide(&config(json!({})), &[], &account).unwrap_err();
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::NonPositiveEquity, Code::MissingSymbol]);
}

#[test]
fn what_the_rule_can_not_use_is_refused() {
    let below = json!({
        "dual_drive_pullback_rebound_threshold": -1.0,
        "dual_drive_pullback_rebound_volatility_multiplier": -1.0,
    });
    assert_eq!(refusal::<Config>(profile(), below), None);
    let (share, ratio) = ("a number from 0 to 1", "a number from -1e15 to 1e15");
    let other = "a symbol other than TQQQ, BOXX, SPYI, QQQI";
    for (key, value, expected) in [
        ("managed_symbols", json!([]), "at least one symbol"),
        ("income_threshold_usd", json!(-1.0), "a number from 0 to 1e15"),
        ("qqqi_income_ratio", json!(1.1), "a number from 0 to 1; 1.1 looks like percent"),
        ("cash_reserve_ratio", json!(-0.1), share),
        ("rebalance_threshold_ratio", json!(-0.1), "a number from 0 to 1e15"),
        ("execution_cash_reserve_ratio", json!(2.0), "a number from 0 to 1; 2 looks like percent"),
        ("dual_drive_qqq_weight", json!(45.0), "a number from 0 to 1; 45 looks like percent"),
        ("dual_drive_tqqq_weight", json!(-0.2), share),
        ("dual_drive_cash_reserve_ratio", json!(-0.1), share),
        ("dual_drive_unlevered_symbol", json!("TQQQ"), other),
        ("dual_drive_unlevered_symbol", json!("boxx"), other),
        ("dual_drive_unlevered_symbol", json!("SPYI"), other),
        ("dual_drive_unlevered_symbol", json!("QQQI"), other),
        ("dual_drive_pullback_rebound_window", json!(0), "a whole number from 1"),
        ("dual_drive_pullback_rebound_threshold", json!(1e16), ratio),
        ("dual_drive_pullback_rebound_volatility_multiplier", json!(-1e16), ratio),
    ] {
        assert_eq!(refusal::<Config>(profile(), json!({key: value})).as_deref(), Some(expected), "{key}");
    }
}

#[test]
fn a_key_or_a_mode_that_nobody_knows_is_refused() {
    for (key, value) in [
        ("dual_drive_qqq_wieght", json!(0.5)),
        ("attack_allocation_mode", json!("all_in")),
        ("dual_drive_pullback_rebound_threshold_mode", json!("scaled")),
    ] {
        assert!(refusal::<Config>(profile(), json!({key: value})).is_some(), "{key}");
    }
    let mut missing = profile();
    missing.as_object_mut().unwrap().remove("cash_reserve_ratio");
    assert!(refusal::<Config>(missing, json!({})).is_some());
}
