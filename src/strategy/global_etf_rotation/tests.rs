use chrono::Days;
use serde_json::{Value, json};

use super::*;
use crate::account::Account;
use crate::finding::{Code, Severity};
use crate::market::history::History;
use crate::market::history::Market;
use crate::market::needs::Necessity;
use crate::strategy::contract::Rule;
use crate::strategy::trace::{Comparison, Gate, Verdict};
use crate::strategy::worked::{self, Traced, refusal, traced, with};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

/// A Monday, the last session of March.
const QUARTER_END: &str = "2025-03-31";

fn profile() -> Value {
    json!({
        "ranking_pool": ["AAA", "BBB", "CCC"], "canary_assets": ["SPY", "AGG"], "safe_haven": "BIL",
        "top_n": 2, "hold_bonus": 0.06, "canary_bad_threshold": 2, "rebalance_months": [3, 6, 9, 12],
        "sma_period": 200,
    })
}

/// A pool of three, two canary assets that are bad together, and some keys changed.
fn config(changes: Value) -> Config {
    worked::config(with(profile(), changes))
}

/// So many closes, one a day up to the date, all at 100 but the newest: every return is
/// newest/100 - 1, and so is the momentum.
fn series(as_of: &str, days: u64, newest: f64) -> History {
    let as_of: NaiveDate = as_of.parse().unwrap();
    let dates = (0..days).rev().map(|back| as_of - Days::new(back));
    History::from_closes(dates.map(|date| (date, 100.0))).with_newest_close(newest)
}

fn market(as_of: &str, newest_closes: &[(&'static str, f64)]) -> Market {
    let long = |&(name, newest)| (Symbol::literal(name), series(as_of, 456, newest));
    newest_closes.iter().map(long).collect()
}

fn try_decide(
    config: &Config,
    as_of: Option<&str>,
    market: &Market,
    held: &[&'static str],
) -> Result<Traced, Vec<Finding>> {
    let account =
        Account { holdings: held.iter().map(|name| Symbol::literal(name)).collect(), ..Account::default() };
    decide(
        config,
        Inputs {
            as_of: as_of.map(|date| date.parse().unwrap()),
            ..Inputs::new(&Calendar::default(), market, &account)
        },
    )
}

/// Decides at the end of a quarter, with the canary assets up.
fn at_quarter_end(config: &Config, pool: &[(&'static str, f64)], held: &[&'static str]) -> Traced {
    let newest_closes = [&[("SPY", 101.0), ("AGG", 101.0)], pool].concat();
    try_decide(config, Some(QUARTER_END), &market(QUARTER_END, &newest_closes), held).unwrap()
}

fn weights(outcome: &Outcome) -> Vec<(&str, f64)> {
    let Targets::Weights(weights) = &outcome.targets else { panic!("weights are wanted") };
    weights.iter().map(|(symbol, weight)| (symbol.as_str(), *weight)).collect()
}

fn diagnostics(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.diagnostics).unwrap()
}

fn names(symbols: &BTreeSet<Symbol>) -> Vec<&str> {
    symbols.iter().map(Symbol::as_str).collect()
}

fn gate<'a>(outcome: &'a Traced, name: &str, symbol: &'static str) -> &'a Gate {
    let symbol = Some(Symbol::literal(symbol));
    outcome.trace.gates.iter().find(|gate| gate.name == name && gate.symbol == symbol).unwrap()
}

fn assert_near(found: Option<f64>, expected: f64) {
    assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?} is not {expected}");
}

#[test]
fn the_best_funds_share_the_account() {
    let outcome = at_quarter_end(&config(json!({})), &[("AAA", 110.0), ("BBB", 120.0), ("CCC", 105.0)], &[]);
    assert_eq!(outcome.action, Action::Rebalance);
    assert_eq!(weights(&outcome), [("AAA", 0.5), ("BBB", 0.5)]);
    assert_eq!(outcome.signal, "AAA+BBB");
    assert_eq!(
        outcome.headline,
        "0 of 2 canary assets are bad (emergency from 2); best of 3 funds above their 200-day average: \
         BBB 0.2000, AAA 0.1000"
    );
    assert_eq!(outcome.largest_weight, Some(0.5));
    assert_eq!(names(&outcome.price_symbols), ["AAA", "AGG", "BBB", "CCC", "SPY"]);
    let managed: Vec<_> = outcome.managed_symbols.iter().map(Symbol::as_str).collect();
    assert_eq!(managed, ["AAA", "BBB", "CCC", "BIL"]);
    let found = diagnostics(&outcome);
    assert_eq!((&found["actionable"], &found["rebalance_day"]), (&json!(true), &json!(true)));
    assert_near(found["scores"]["CCC"].as_f64(), 0.05);
    assert_near(found["canary_momentum"]["AGG"].as_f64(), 0.01);
    assert_eq!((outcome.risk_flags.len(), outcome.findings.len()), (0, 0));
}

#[test]
fn the_ranking_is_in_the_trace() {
    let pool = [("AAA", 110.0), ("BBB", 120.0), ("CCC", 105.0)];
    let outcome = at_quarter_end(&config(json!({})), &pool, &["CCC"]);
    // CCC is held: 0.05 + 0.06 = 0.11 beats the 0.10 of AAA.
    assert_eq!(weights(&outcome), [("BBB", 0.5), ("CCC", 0.5)]);
    let ranking = &outcome.trace.rankings[0];
    let rows: Vec<_> =
        ranking.rows.iter().map(|row| (row.symbol.as_str(), row.rank, row.hold_bonus, row.verdict)).collect();
    assert_eq!(
        rows,
        [
            ("BBB", 1, 0.0, Verdict::Selected),
            ("CCC", 2, 0.06, Verdict::Selected),
            ("AAA", 3, 0.0, Verdict::BelowTheCut),
        ]
    );
    assert_eq!(gate(&outcome, "score_makes_the_cut", "CCC").moved_by, Some(Symbol::literal("CCC")));
}

#[test]
fn ties_keep_the_order_of_the_pool() {
    let tied = [("AAA", 110.0), ("BBB", 110.0), ("CCC", 110.0)];
    assert_eq!(at_quarter_end(&config(json!({})), &tied, &[]).signal, "AAA+BBB");
    let turned = config(json!({"ranking_pool": ["CCC", "BBB", "AAA"]}));
    let outcome = at_quarter_end(&turned, &tied, &[]);
    assert_eq!(outcome.signal, "BBB+CCC");
    assert_eq!(gate(&outcome, "score_makes_the_cut", "BBB").comparison, Comparison::AtLeast);
    assert_eq!(gate(&outcome, "score_makes_the_cut", "AAA").comparison, Comparison::Above);
}

#[test]
fn slots_without_a_fund_go_to_the_safe_haven() {
    let pool = [("AAA", 110.0), ("BBB", 99.0), ("CCC", 100.0)];
    let outcome = at_quarter_end(&config(json!({"top_n": 4})), &pool, &[]);
    assert_eq!(weights(&outcome), [("AAA", 0.25), ("BIL", 0.75)]);
    assert_eq!(outcome.signal, "AAA+BIL");
    // A close at its average is not above it.
    let excluded: Vec<_> =
        outcome.trace.rankings[0].excluded().map(|(symbol, tested)| (symbol.as_str(), tested.test)).collect();
    assert_eq!(excluded, [("BBB", "close_above_sma"), ("CCC", "close_above_sma")]);
    assert!(outcome.trace.gates.iter().all(|gate| gate.name != "score_makes_the_cut"));
}

#[test]
fn without_any_fund_all_goes_to_the_safe_haven_and_no_flag_is_raised() {
    let pool = [("AAA", 90.0), ("BBB", 99.0), ("CCC", 100.0)];
    let outcome = at_quarter_end(&config(json!({"top_n": 3})), &pool, &[]);
    assert_eq!(weights(&outcome), [("BIL", 1.0)]);
    assert_eq!((outcome.action, outcome.risk_flags.len()), (Action::Rebalance, 0));
    assert_eq!(
        outcome.headline,
        "0 of 2 canary assets are bad (emergency from 2); no fund stands above its 200-day \
         average: all into BIL"
    );
}

#[test]
fn a_safe_haven_in_the_pool_keeps_its_slot_and_takes_the_unused_ones() {
    let config = config(json!({"safe_haven": "AAA", "top_n": 4}));
    let outcome = at_quarter_end(&config, &[("AAA", 110.0), ("BBB", 120.0), ("CCC", 90.0)], &[]);
    assert_eq!(weights(&outcome), [("AAA", 0.75), ("BBB", 0.25)]);
}

#[test]
fn bad_canary_assets_send_all_to_the_safe_haven_on_any_day() {
    for as_of in [QUARTER_END, "2025-03-26"] {
        let market = market(as_of, &[("SPY", 99.0), ("AGG", 99.9), ("AAA", 110.0)]);
        let outcome = try_decide(&config(json!({})), Some(as_of), &market, &[]).unwrap();
        assert_eq!(outcome.action, Action::Emergency);
        assert_eq!(outcome.risk_flags, BTreeSet::from([RiskFlag::Emergency]));
        assert_eq!(weights(&outcome), [("BIL", 1.0)]);
        assert_eq!(outcome.signal, "emergency");
        assert_eq!(outcome.headline, "2 of 2 canary assets are bad (emergency from 2): all into BIL");
        // Only the canary decided.
        assert_eq!(names(&outcome.price_symbols), ["AGG", "SPY"]);
        assert_eq!(outcome.trace.rankings, []);
        let found = diagnostics(&outcome);
        assert_eq!(found["canary_bad_count"], 2);
        assert_eq!(found["rebalance_day"], as_of == QUARTER_END);
        assert_eq!(found.get("scores"), None);
        assert!(gate(&outcome, "canary_is_bad", "SPY").holds);
    }
}

#[test]
fn a_canary_asset_without_momentum_either_way_is_not_bad() {
    let market = market(QUARTER_END, &[("SPY", 100.0), ("AGG", 99.0)]);
    let outcome = try_decide(&config(json!({})), Some(QUARTER_END), &market, &[]).unwrap();
    assert_eq!(diagnostics(&outcome)["canary_bad_count"], 1);
    assert_eq!(outcome.action, Action::Rebalance);
}

#[test]
fn a_canary_asset_without_enough_data_is_bad_and_told_of() {
    let mut short = market(QUARTER_END, &[("AGG", 99.0), ("AAA", 1.0), ("BBB", 1.0), ("CCC", 1.0)]);
    let told = |market: &Market, threshold: usize| {
        let config = config(json!({"canary_bad_threshold": threshold}));
        let outcome = try_decide(&config, Some(QUARTER_END), market, &[]).unwrap();
        assert_eq!(outcome.action, Action::Emergency);
        let found = diagnostics(&outcome);
        assert_eq!(found["canary_momentum"]["SPY"], Value::Null);
        assert_eq!(found["canary_bad_count"], 2);
        assert_eq!(outcome.findings.len(), 1);
        assert!(!outcome.findings[0].is_error());
        (outcome.findings[0].clone(), found["missing_symbols"].clone())
    };
    let (finding, missing) = told(&short, 2);
    assert_eq!((finding.code, missing), (Code::MissingSymbol, json!(["SPY"])));
    short.insert(Symbol::literal("SPY"), series(QUARTER_END, 252, 110.0));
    let (finding, missing) = told(&short, 1);
    assert_eq!((finding.code, missing), (Code::ShortHistory, json!([])));
    assert_eq!(finding.observed.as_deref(), Some("252 closes"));
    assert_eq!(finding.expected.as_deref(), Some("at least 253 closes"));
    // 365 closes from 2024-04-01 on lie in 12 months.
    short.insert(Symbol::literal("SPY"), series(QUARTER_END, 365, 110.0));
    let (finding, _) = told(&short, 1);
    assert_eq!((finding.code, finding.observed.as_deref()), (Code::ShortHistory, Some("12 months")));
}

#[test]
fn an_alarm_that_hangs_on_a_short_history_is_refused() {
    // AGG is bad for its closes, SPY for want of them: without SPY there is no alarm at two.
    let mut short = market(QUARTER_END, &[("AGG", 99.0), ("AAA", 1.0), ("BBB", 1.0), ("CCC", 1.0)]);
    short.insert(Symbol::literal("SPY"), series(QUARTER_END, 252, 110.0));
    let refusal = try_decide(&config(json!({})), Some(QUARTER_END), &short, &[]).unwrap_err();
    let found: Vec<_> = refusal.iter().map(|f| (f.code, f.is_error(), f.symbol.clone())).collect();
    assert_eq!(found, [(Code::ShortHistory, true, Some(Symbol::literal("SPY")))]);
}

#[test]
fn other_days_change_no_target() {
    // A Friday before the last session, and the last session of a month that is not configured.
    for as_of in ["2025-03-28", "2025-04-30"] {
        let market = market(as_of, &[("SPY", 101.0), ("AGG", 99.0), ("AAA", 110.0)]);
        let outcome = try_decide(&config(json!({})), Some(as_of), &market, &[]).unwrap();
        assert_eq!((outcome.action, outcome.signal.as_str()), (Action::Hold, "hold"));
        assert_eq!(weights(&outcome), []);
        assert_eq!(names(&outcome.price_symbols), ["AGG", "SPY"]);
        assert_eq!(
            outcome.headline,
            "1 of 2 canary assets is bad (emergency from 2); not a rebalance day: no change of targets"
        );
        let found = diagnostics(&outcome);
        assert_eq!((&found["actionable"], &found["rebalance_day"]), (&json!(false), &json!(false)));
    }
}

#[test]
fn good_friday_moves_the_rebalance_to_thursday() {
    let as_of = "2024-03-28";
    let market = market(as_of, &[("SPY", 101.0), ("AGG", 101.0), ("AAA", 110.0)]);
    let outcome = try_decide(&config(json!({})), Some(as_of), &market, &[]).unwrap();
    assert_eq!(outcome.action, Action::Rebalance);
}

#[test]
fn funds_without_enough_data_are_passed_over_and_told_of() {
    let mut market = market(QUARTER_END, &[("SPY", 101.0), ("AGG", 101.0), ("AAA", 110.0)]);
    market.insert(Symbol::literal("BBB"), series(QUARTER_END, 252, 150.0));
    let outcome = try_decide(&config(json!({})), Some(QUARTER_END), &market, &[]).unwrap();
    assert_eq!(weights(&outcome), [("AAA", 0.5), ("BIL", 0.5)]);
    let told: Vec<_> = outcome.findings.iter().map(|f| (f.code, f.severity, f.symbol.clone())).collect();
    assert_eq!(
        told,
        [
            (Code::ShortHistory, Severity::Warning, Some(Symbol::literal("BBB"))),
            (Code::MissingSymbol, Severity::Warning, Some(Symbol::literal("CCC"))),
        ]
    );
    assert_eq!(names(&outcome.price_symbols), ["AAA", "AGG", "BBB", "SPY"]);
    let observed: Vec<_> = outcome.trace.rankings[0]
        .excluded()
        .map(|(_, tested)| tested.observed.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(observed, ["252 closes in 9 months", "0 closes in 0 months"]);
}

#[test]
fn a_fund_without_its_average_is_passed_over() {
    // 456 closes give a momentum, but no average over 457, which CCC alone has.
    let config = config(json!({"sma_period": 457}));
    let mut market = market(QUARTER_END, &[("SPY", 101.0), ("AGG", 101.0), ("AAA", 110.0), ("BBB", 110.0)]);
    market.insert(Symbol::literal("CCC"), series(QUARTER_END, 457, 110.0));
    let outcome = try_decide(&config, Some(QUARTER_END), &market, &[]).unwrap();
    assert_eq!(weights(&outcome), [("BIL", 0.5), ("CCC", 0.5)]);
    assert_eq!(outcome.findings.len(), 2);
    assert_eq!(outcome.findings[0].expected.as_deref(), Some("at least 457 closes"));
    assert_eq!(outcome.trace.rankings[0].excluded().next().unwrap().1.test, "sma_period");
    assert_eq!(config.reach().bars, 457);
}

#[test]
fn a_pool_in_which_no_fund_can_be_judged_is_refused_and_one_that_is_not_there_is_passed_over() {
    let mut short = market(QUARTER_END, &[("SPY", 101.0), ("AGG", 101.0)]);
    let outcome = try_decide(&config(json!({})), Some(QUARTER_END), &short, &[]).unwrap();
    assert_eq!(weights(&outcome), [("BIL", 1.0)]);
    assert!(outcome.headline.ends_with("no fund of the pool has any price: all into BIL"));
    short.insert(Symbol::literal("AAA"), series(QUARTER_END, 252, 110.0));
    let refusal = try_decide(&config(json!({})), Some(QUARTER_END), &short, &[]).unwrap_err();
    let found: Vec<_> = refusal.iter().map(|f| (f.code, f.is_error(), f.symbol.clone())).collect();
    assert_eq!(found, [(Code::ShortHistory, true, Some(Symbol::literal("AAA")))]);
    // On another day nothing hangs on the pool.
    short = market("2025-04-30", &[("SPY", 101.0), ("AGG", 101.0)]);
    short.insert(Symbol::literal("AAA"), series("2025-04-30", 252, 110.0));
    assert!(try_decide(&config(json!({})), Some("2025-04-30"), &short, &[]).is_ok());
}

#[test]
fn without_a_date_or_any_canary_data_there_is_no_decision() {
    let up = market(QUARTER_END, &[("SPY", 101.0)]);
    let findings = try_decide(&config(json!({})), None, &up, &[]).unwrap_err();
    assert_eq!(findings[0].message, "there is no decision date");
    let no_canary = market(QUARTER_END, &[("AAA", 101.0)]);
    let findings = try_decide(&config(json!({})), Some(QUARTER_END), &no_canary, &[]).unwrap_err();
    assert_eq!((findings.len(), findings[0].code), (1, Code::NoMarketData));
    assert!(findings[0].is_error());
}

#[test]
fn every_symbol_may_be_passed_over() {
    let needs = config(json!({})).price_needs(None);
    let symbols: Vec<_> = needs.symbols.keys().map(Symbol::as_str).collect();
    assert_eq!(symbols, ["AAA", "AGG", "BBB", "CCC", "SPY"]);
    assert!(needs.symbols.values().all(|necessity| *necessity == Necessity::Skippable));
    assert_eq!((needs.reach.bars, needs.reach.months), (253, 13));
}

#[test]
fn what_the_rule_can_not_use_is_refused() {
    let (count, months) = ("a whole number from 1", "at least one month, each from 1 to 12");
    for (key, value, expected) in [
        ("ranking_pool", json!([]), "at least one symbol"),
        ("ranking_pool", json!(["AAA", "aaa "]), "each symbol once (`AAA` is repeated)"),
        ("canary_assets", json!([]), "at least one symbol"),
        ("top_n", json!(0), count),
        ("hold_bonus", json!(-0.01), "a number from 0 to 1e15"),
        ("canary_bad_threshold", json!(0), count),
        ("rebalance_months", json!([]), months),
        ("rebalance_months", json!([3, 13]), months),
        ("rebalance_months", json!([0]), months),
        ("sma_period", json!(0), count),
    ] {
        assert_eq!(refusal::<Config>(profile(), json!({key: value})).as_deref(), Some(expected), "{key}");
    }
    assert!(refusal::<Config>(profile(), json!({"sma_days": 200})).is_some());
}
