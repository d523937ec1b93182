use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::*;
use crate::account::Position;
use crate::market::calendar::Calendar;
use crate::market::history::{History, Market};
use crate::market::needs::Necessity;
use crate::strategy::contract::Rule;
use crate::strategy::worked::{self, Traced, refusal, traced, with};
use crate::strategy::{Action, Targets};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

fn profile() -> Value {
    json!({
        "managed_symbols": ["SOXL", "SOXX", "BOXX", "QQQI", "SPYI"], "trend_ma_window": 4,
        "cash_reserve_ratio": 0.03, "min_trade_ratio": 0.01, "min_trade_floor": 100.0,
        "rebalance_threshold_ratio": 0.01, "income_layer_start_usd": 150_000.0,
        "income_layer_max_ratio": 0.15, "income_layer_qqqi_weight": 0.70,
        "income_layer_spyi_weight": 0.30, "trend_entry_buffer": 0.08, "trend_mid_buffer": 0.06,
        "trend_exit_buffer": 0.02, "attack_allocation_mode": "soxx_gate_tiered_blend",
        "blend_gate_trend_source": "SOXX", "blend_gate_soxl_weight": 0.70,
        "blend_gate_mid_soxl_weight": 0.65, "blend_gate_active_soxx_weight": 0.20,
        "blend_gate_defensive_soxx_weight": 0.15,
    })
}

/// The profile's config with an average of 4 closes and some keys changed.
fn config(changes: Value) -> Config {
    worked::config(with(profile(), changes))
}

/// An account with (symbol, quantity, market value) positions.
fn account(equity: f64, positions: &[(&'static str, f64, f64)]) -> Account {
    let position = |&(name, quantity, market_value_usd)| {
        (Symbol::literal(name), Position { quantity, market_value_usd })
    };
    Account { equity_usd: Some(equity), ..Account::of_positions(positions.iter().map(position).collect()) }
}

fn series(closes: &[f64]) -> History {
    let first: NaiveDate = "2024-01-02".parse().unwrap();
    History::from_closes((0..).map(|day| first + Days::new(day)).zip(closes.iter().copied()))
}

fn try_decide(
    config: &Config,
    market: &Market,
    indicators: Option<&Indicators>,
    account: &Account,
) -> Result<Traced, Vec<Finding>> {
    let calendar = Calendar::default();
    let inputs = Inputs { indicators, ..Inputs::new(&calendar, market, account) };
    decide(config, inputs)
}

/// Decides with SOXL at 10, 10, 10, 10 and SOXX at 100, 100, 100 and a newest close.
fn decided(config: &Config, newest: f64, account: &Account) -> Traced {
    let market = Market::from([
        (Symbol::literal(LEVERED), series(&[10.0; 4])),
        (Symbol::literal(UNLEVERED), series(&[100.0, 100.0, 100.0, newest])),
    ]);
    try_decide(config, &market, None, account).unwrap()
}

fn targets(outcome: &Outcome) -> [f64; 5] {
    let Targets::Values(values) = &outcome.targets else { panic!("values are wanted") };
    assert_eq!(values.len(), 5);
    [LEVERED, UNLEVERED, SAFE_HAVEN, QQQ_INCOME, SPY_INCOME].map(|name| values[&Symbol::literal(name)])
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

fn numbers<const N: usize>(found: &Value, keys: [&str; N]) -> [f64; N] {
    keys.map(|key| found[key].as_f64().unwrap_or_else(|| panic!("{key} is {}", found[key])))
}

#[test]
fn far_above_the_average_the_tier_is_full() {
    // (300 + 120) / 4 = 105; the entry line 105 * 1.08 = 113.4 lies below 120.
    let outcome = decided(&config(json!({})), 120.0, &account(10_000.0, &[]));
    assert_eq!((outcome.signal.as_str(), outcome.action), ("full", Action::Rebalance));
    assert_close(&targets(&outcome), &[7000.0, 2000.0, 1000.0, 0.0, 0.0]);
    assert_eq!(
        outcome.headline,
        "SOXX 120.00 against its entry line 113.40, mid line 111.30 and exit line 102.90: full tier"
    );
    let read = [LEVERED, UNLEVERED].map(Symbol::literal);
    assert_eq!(outcome.price_symbols, BTreeSet::from(read));
}

#[test]
fn between_entry_and_mid_line_the_tier_is_mid() {
    // (300 + 110) / 4 = 102.5; entry line 110.7, mid line 108.65.
    let outcome = decided(&config(json!({})), 110.0, &account(10_000.0, &[]));
    assert_eq!(outcome.signal, "mid");
    assert_close(&targets(&outcome), &[6500.0, 2000.0, 1500.0, 0.0, 0.0]);
}

#[test]
fn below_the_mid_line_only_an_active_position_stays() {
    // At 100 the average is 100, the mid line 106, the exit line 98.
    let config = config(json!({}));
    let tier = |newest, account: &Account| decided(&config, newest, account).signal.clone();
    let idle = decided(&config, 100.0, &account(10_000.0, &[]));
    assert_eq!(idle.signal, "defensive");
    assert_close(&targets(&idle), &[0.0, 1500.0, 8500.0, 0.0, 0.0]);
    // A fraction of a share is active; so is a value above max(100, 10000 * 0.01) = 100, not at it.
    assert_eq!(tier(100.0, &account(10_000.0, &[("SOXL", 0.5, 5.0)])), "mid");
    assert_eq!(tier(100.0, &account(10_000.0, &[("SOXL", 0.0, 100.01)])), "mid");
    assert_eq!(tier(100.0, &account(10_000.0, &[("SOXL", 0.0, 100.0)])), "defensive");
    // What `--holdings` names is active without a position to show for it.
    let named = Account { holdings: [Symbol::literal("SOXL")].into(), ..account(10_000.0, &[]) };
    assert_eq!(tier(100.0, &named), "mid");
    // 1 % of 20000 is 200.
    assert_eq!(tier(100.0, &account(20_000.0, &[("SOXL", 0.0, 150.0)])), "defensive");
    // At 97 the average is 99.25, the exit line 97.265.
    assert_eq!(tier(97.0, &account(10_000.0, &[("SOXL", 5.0, 50.0)])), "defensive");
}

#[test]
fn the_mid_weight_never_exceeds_the_full_one() {
    let config = config(json!({"blend_gate_mid_soxl_weight": 0.75}));
    let outcome = decided(&config, 110.0, &account(10_000.0, &[]));
    assert_close(&targets(&outcome), &[7000.0, 2000.0, 1000.0, 0.0, 0.0]);
}

#[test]
fn weights_that_exceed_the_core_are_scaled_to_it() {
    let scaled = config(json!({"blend_gate_soxl_weight": 0.9, "blend_gate_active_soxx_weight": 0.3}));
    // 0.9 / 1.2 and 0.3 / 1.2.
    let outcome = decided(&scaled, 120.0, &account(10_000.0, &[]));
    assert_close(&targets(&outcome), &[7500.0, 2500.0, 0.0, 0.0, 0.0]);
    assert_eq!(diagnostics(&outcome)["deploy_ratio"], 1.0);
}

#[test]
fn buffers_are_clamped() {
    let wide = config(json!({
        "trend_entry_buffer": 0.3, "trend_mid_buffer": 0.4, "trend_exit_buffer": -0.1,
    }));
    let found = diagnostics(&decided(&wide, 100.0, &account(10_000.0, &[])));
    let buffers = ["trend_entry_buffer", "trend_mid_buffer", "trend_exit_buffer"];
    assert_eq!(numbers(&found, buffers), [0.25, 0.25, 0.0]);
    let lines = ["trend_entry_line", "trend_mid_line", "trend_exit_line"];
    assert_close(&numbers(&found, lines), &[125.0, 125.0, 100.0]);
    let crossed = config(json!({"trend_mid_buffer": 0.1}));
    let found = diagnostics(&decided(&crossed, 100.0, &account(10_000.0, &[])));
    assert_eq!(numbers(&found, buffers), [0.08, 0.08, 0.02]);
}

#[test]
fn the_income_layer_grows_with_the_account() {
    let config = config(json!({}));
    let income = |equity: f64| {
        let [.., qqqi, spyi] = targets(&decided(&config, 100.0, &account(equity, &[])));
        [qqqi, spyi]
    };
    assert_close(&income(150_000.0), &[0.0, 0.0]);
    // Half way: 0.075 of 225000 = 16875, 0.7 and 0.3 of it.
    assert_close(&income(225_000.0), &[11_812.5, 5_062.5]);
    // 0.15 of 300000 = 45000, of 400000 = 60000.
    assert_close(&income(300_000.0), &[31_500.0, 13_500.0]);
    assert_close(&income(400_000.0), &[42_000.0, 18_000.0]);
}

#[test]
fn an_income_fund_that_is_held_short_is_refused_and_not_made_a_target_below_zero() {
    let market = Market::from([
        (Symbol::literal(LEVERED), series(&[10.0; 4])),
        (Symbol::literal(UNLEVERED), series(&[100.0; 4])),
    ]);
    for equity in [10_000.0, 400_000.0] {
        let short = account(equity, &[(SPY_INCOME, -1.0, -50.0)]);
        let refusal = try_decide(&config(json!({})), &market, None, &short).unwrap_err();
        let found: Vec<_> = refusal.iter().map(|f| (f.code, f.symbol.clone())).collect();
        assert_eq!(found, [(Code::PortfolioInvalid, Some(Symbol::literal(SPY_INCOME)))]);
    }
}

#[test]
fn what_the_income_layer_has_stays_and_what_is_missing_is_added() {
    let config = config(json!({}));
    // No layer is due below the start, yet 4000 are there: the core is 6000, 0.15 of it 900.
    let small = account(10_000.0, &[("QQQI", 30.0, 3000.0), ("SPYI", 20.0, 1000.0)]);
    let outcome = decided(&config, 100.0, &small);
    assert_close(&targets(&outcome), &[0.0, 900.0, 5100.0, 3000.0, 1000.0]);
    let found = diagnostics(&outcome);
    assert_close(&numbers(&found, ["income_layer_ratio", "income_locked_ratio"]), &[0.0, 0.4]);
    // 45000 are due, 5000 there: 40000 are added, 28000 and 12000; the core is 255000.
    let large = account(300_000.0, &[("QQQI", 10.0, 1000.0), ("SPYI", 80.0, 4000.0)]);
    let outcome = decided(&config, 100.0, &large);
    assert_close(&targets(&outcome), &[0.0, 38_250.0, 216_750.0, 29_000.0, 16_000.0]);
    // More is there than the equity: nothing is left for the core.
    let borrowed = account(10_000.0, &[("QQQI", 90.0, 9000.0), ("SPYI", 80.0, 4000.0)]);
    let outcome = decided(&config, 120.0, &borrowed);
    assert_close(&targets(&outcome), &[0.0, 0.0, 0.0, 9000.0, 4000.0]);
}

#[test]
fn the_numbers_stand_under_their_keys() {
    let mut account = account(10_000.0, &[]);
    account.buying_power_usd = Some(2500.0);
    account.cash_balance_usd = Some(9000.0);
    let found = diagnostics(&decided(&config(json!({})), 110.0, &account));
    assert_close(
        &numbers(&found, ["deploy_ratio", "threshold_value", "total_strategy_equity"]),
        &[0.85, 100.0, 10_000.0],
    );
    // Cash 2500 - 10000 * 0.03; SOXL's lines 10 * 1.08 and 10 * 0.98; SOXX's 102.5 with its buffers.
    let keys = [
        "investable_cash",
        "current_min_trade",
        "soxl_entry_line",
        "soxl_exit_line",
        "trend_entry_line",
        "trend_mid_line",
        "trend_exit_line",
        "trend_price",
        "trend_ma",
    ];
    let expected = [2200.0, 100.0, 10.8, 9.8, 110.7, 108.65, 100.45, 110.0, 102.5];
    assert_close(&numbers(&found, keys), &expected);
    let annotations = &found["execution_annotations"];
    assert_close(&numbers(annotations, keys), &expected);
    assert_eq!(annotations["trade_threshold_value"], 100.0);
    for place in [&found, annotations] {
        assert_eq!(place["active_risk_asset"], "SOXX+SOXL");
        assert_eq!(place["blend_tier"], "mid");
        assert_eq!(place["allocation_mode"], "soxx_gate_tiered_blend");
        assert_eq!(place["trend_symbol"], "SOXX");
        // Four closes have no 20-day average.
        assert_eq!((&place["trend_ma20"], &place["trend_ma20_slope"]), (&Value::Null, &Value::Null));
    }
    let defensive = diagnostics(&decided(&config(json!({})), 100.0, &account));
    assert_eq!(defensive["active_risk_asset"], "SOXX");
    assert_eq!(defensive["deploy_ratio"], 0.15);
}

#[test]
fn cash_serves_where_there_is_no_buying_power() {
    let cash = |buying_power_usd, cash_balance_usd| {
        let account = Account { buying_power_usd, cash_balance_usd, ..account(10_000.0, &[]) };
        investable_cash(&config(json!({})), &account, 10_000.0)
    };
    // Less the reserve of 300, never below zero.
    assert_eq!(cash(Some(0.0), Some(1000.0)), 700.0);
    assert_eq!(cash(None, Some(1000.0)), 700.0);
    assert_eq!(cash(Some(100.0), Some(1000.0)), 0.0);
    assert_eq!(cash(None, None), 0.0);
}

#[test]
fn the_short_average_of_soxx_is_reported() {
    let mut closes = vec![100.0; 21];
    closes[20] = 110.0;
    let market = Market::from([
        (Symbol::literal(LEVERED), series(&closes)),
        (Symbol::literal(UNLEVERED), series(&closes)),
    ]);
    let found =
        |config: &Config| diagnostics(&try_decide(config, &market, None, &account(10_000.0, &[])).unwrap());
    // (1900 + 110) / 20 = 100.5 now, 100 a session earlier.
    let soxx = found(&config(json!({})));
    assert_close(&numbers(&soxx, ["trend_ma20", "trend_ma20_slope"]), &[100.5, 0.5]);
    let soxl = found(&config(json!({"blend_gate_trend_source": "soxl"})));
    assert_eq!(soxl["trend_symbol"], "SOXL");
    assert_eq!((&soxl["trend_ma20"], &soxl["trend_ma20_slope"]), (&Value::Null, &Value::Null));
}

#[test]
fn indicators_take_the_place_of_prices() {
    let indicators = Indicators {
        as_of: None,
        soxl: TrendIndicators { price: Some(9.0), ma_trend: Some(10.0), ..TrendIndicators::default() },
        soxx: TrendIndicators {
            price: Some(120.0),
            ma_trend: Some(105.0),
            ma20: Some(110.0),
            ma20_slope: Some(-0.5),
        },
    };
    let decided = |indicators: &Indicators| {
        try_decide(&config(json!({})), &Market::new(), Some(indicators), &account(10_000.0, &[]))
    };
    let outcome = decided(&indicators).unwrap();
    assert_eq!(outcome.signal, "full");
    assert_eq!(outcome.price_symbols, BTreeSet::new());
    let found = diagnostics(&outcome);
    let keys = ["trend_ma", "trend_ma20", "trend_ma20_slope", "soxl_entry_line"];
    assert_close(&numbers(&found, keys), &[105.0, 110.0, -0.5, 10.8]);
    let entry = &outcome.trace.gates.iter().find(|gate| gate.name == "close_above_entry_line").unwrap();
    assert_eq!(entry.moved_by, Some(Symbol::literal(UNLEVERED)));

    let no_soxl = Indicators { soxl: TrendIndicators::default(), ..indicators.clone() };
    let found = diagnostics(&decided(&no_soxl).unwrap());
    assert_eq!((&found["soxl_entry_line"], &found["soxl_exit_line"]), (&Value::Null, &Value::Null));

    // SOXX without an average: SOXL's price 9 and average 10, exit line 9.8.
    let no_soxx = Indicators { soxx: TrendIndicators { ma_trend: None, ..indicators.soxx }, ..indicators };
    let outcome = decided(&no_soxx).unwrap();
    assert_eq!(
        (outcome.signal.as_str(), &diagnostics(&outcome)["trend_symbol"]),
        ("defensive", &json!("SOXL"))
    );

    let findings = decided(&Indicators::default()).unwrap_err();
    assert_eq!(
        (findings[0].code, &findings[0].symbol),
        (Code::IndicatorsInvalid, &Some(Symbol::literal(UNLEVERED)))
    );
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let market = Market::from([(Symbol::literal(UNLEVERED), series(&[100.0; 3]))]);
    let findings = try_decide(&config(json!({})), &market, None, &Account::default()).unwrap_err();
    let told: Vec<_> = findings.iter().map(|finding| (finding.code, finding.symbol.clone())).collect();
    assert_eq!(
        told,
        [
            (Code::PortfolioMissing, None),
            (Code::MissingSymbol, Some(Symbol::literal(LEVERED))),
            (Code::ShortHistory, Some(Symbol::literal(UNLEVERED))),
        ]
    );
    assert_eq!(findings[2].observed.as_deref(), Some("3 closes"));
    assert_eq!(findings[2].expected.as_deref(), Some("at least 4 closes"));
    let broke = account(0.0, &[]);
    let findings = try_decide(&config(json!({})), &Market::new(), None, &broke).unwrap_err();
    assert_eq!(findings[0].code, Code::NonPositiveEquity);
}

#[test]
fn the_needs_reach_back_over_both_averages() {
    assert_eq!(config(json!({})).reach().bars, 21);
    let needs = config(json!({"trend_ma_window": 140})).price_needs(None);
    assert_eq!(needs.reach.bars, 140);
    assert_eq!(needs.symbols[&Symbol::literal(LEVERED)], Necessity::Required);
    assert_eq!(needs.symbols[&Symbol::literal(UNLEVERED)], Necessity::Required);
}

#[test]
fn what_the_rule_can_not_use_is_refused() {
    let beyond = json!({"trend_entry_buffer": 0.3, "trend_mid_buffer": 0.4, "trend_exit_buffer": -1.0});
    assert_eq!(refusal::<Config>(profile(), beyond), None);
    let (share, amount) = ("a number from 0 to 1", "a number from 0 to 1e15");
    let percent = "a number from 0 to 1; 70 looks like percent";
    for (key, value, expected) in [
        ("managed_symbols", json!(["SOXL", "SOXL"]), "each symbol once (`SOXL` is repeated)"),
        ("trend_ma_window", json!(0), "a whole number from 1"),
        ("cash_reserve_ratio", json!(-1.5), share),
        ("min_trade_ratio", json!(-0.1), amount),
        ("min_trade_floor", json!(-1.0), amount),
        ("rebalance_threshold_ratio", json!(-0.1), amount),
        ("income_layer_start_usd", json!(-1.0), amount),
        ("income_layer_max_ratio", json!(70), percent),
        ("income_layer_qqqi_weight", json!(-0.1), share),
        ("income_layer_spyi_weight", json!(-0.1), share),
        ("blend_gate_soxl_weight", json!(70.0), percent),
        ("blend_gate_mid_soxl_weight", json!(-1.0), share),
        ("blend_gate_active_soxx_weight", json!(-1.0), share),
        ("blend_gate_defensive_soxx_weight", json!(-1.0), share),
        ("blend_gate_trend_source", json!("SMH"), "SOXX or SOXL"),
    ] {
        assert_eq!(refusal::<Config>(profile(), json!({key: value})).as_deref(), Some(expected), "{key}");
    }
}

#[test]
fn income_weights_that_exceed_what_is_added_are_a_problem() {
    assert_eq!(config(json!({})).problems(), []);
    // 0.7 for QQQI and 0.4 for SPYI.
    let problems = config(json!({"income_layer_spyi_weight": 0.4})).problems();
    assert_eq!(
        problems.into_iter().map(|problem| problem.key).collect::<Vec<_>>(),
        ["income_layer_spyi_weight"]
    );
}

#[test]
fn a_key_or_a_mode_that_nobody_knows_is_refused() {
    for (key, value) in [("trend_window", json!(140)), ("attack_allocation_mode", json!("all_in"))] {
        assert!(refusal::<Config>(profile(), json!({key: value})).is_some(), "{key}");
    }
}
