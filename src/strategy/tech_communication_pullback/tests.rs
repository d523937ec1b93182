use serde_json::{Value, json};

use super::*;
use crate::strategy::Action;
use crate::strategy::RiskFlag;
use crate::strategy::trace::Verdict;
use crate::strategy::worked::{Traced, traced};
use crate::strategy::worked::{
    World, account, assert_ranked, assert_weights, close_to, config, diagnostics, excluded, snapshot,
    tech_config, with,
};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

const HEADER: &str = "symbol sector adv20_usd mom_6_1 mom_12_1 sma20_gap sma50_gap sma200_gap \
    ma50_over_ma200 vol_63 maxdd_126 breakout_252 dist_63_high dist_126_high rebound_20 base_eligible";
const QQQ: &str = "QQQ - - 0.10 0.20 - - 0.05 - - - - - - - -";
const A: &str = "A IT 60 0.30 0.50 0.02 0.04 0.10 0.06 0.3 -0.2 -0.05 -0.08 -0.12 0.05 true";
const B: &str = "B IT 50 0.20 0.10 0.03 -0.05 -0.10 0.02 0.2 -0.3 -0.20 -0.20 -0.30 0.15 true";

fn table(rows: &[&str]) -> String {
    [&[HEADER], rows].concat().join("\n")
}

fn attempt(changes: Value, rows: &[&str], account: Account) -> Result<Traced, Vec<Finding>> {
    let config: Config = config(with(tech_config(), changes));
    let (world, table) = (World::of(account), snapshot(&table(rows)));
    decide(&config, world.inputs(&table, None))
}

fn decided(changes: Value, rows: &[&str]) -> Traced {
    attempt(changes, rows, Account::default()).unwrap()
}

/// excess 6: A 0.30 - 0.10 = 0.20, B 0.10. Excess 12: A 0.50 - 0.20 = 0.30, B -0.10.
/// trend: A 0.45 x 0.10 - 0.35 x 0.05 + 0.20 x 0.06 = 0.0395; B -0.045 - 0.07 + 0.004 = -0.111.
/// pullback: A 0, both highs at the best distance and both gaps above 0;
///   B -0.55 x 0.12 - 0.25 x 0.18 - 0.10 x 0.05 - 0.10 x 0.10 = -0.126.
/// recovery: A 0.008 + 0.014 + 0.0125 = 0.0345; B 0.012 - 0.0175 + 0.0375 = 0.032.
/// relative: the sector's median excess is 0.10: A 0.20, B -0.20.
/// Of two names every z-score is +1 or -1; A is better but for its volatility:
///   0.25 + 0.20 + 0.15 + 0.15 + 0.10 + 0.10 - 0.03 + 0.02 = 0.94.
/// Breadth 1 of 2 = 0.5 is not below 0.5 and QQQ is up: risk on, exposure 0.8.
/// Slots: floor(0.4 / (0.8 / 2)) = 1. Weight min(0.3, 0.8 / 1) = 0.3.
#[test]
fn a_worked_decision() {
    let boxx = A.replacen('A', "BOXX", 1);
    let outcome = decided(json!({}), &[B, A, QQQ, &boxx]);
    assert_weights(&outcome, &[("A", 0.3), ("BOXX", 0.7)]);
    let ranking = &outcome.trace.rankings[0];
    assert_ranked(ranking, &[("A", 0.94, Verdict::Selected), ("B", -0.94, Verdict::SectorFull)]);
    for (row, expected) in ranking.rows.iter().zip([
        [0.30, 0.20, 0.0395, 0.0, 0.0345, 0.20, 0.3, 0.2],
        [-0.10, 0.10, -0.111, -0.126, 0.032, -0.20, 0.2, 0.3],
    ]) {
        for (part, expected) in row.contributions.iter().zip(expected) {
            assert!(close_to(part.value.unwrap(), expected), "{part:?} {expected}");
        }
    }
    assert_eq!(
        diagnostics(&outcome),
        json!({
            "actionable": true, "benchmark_symbol": "QQQ", "benchmark_trend_positive": true,
            "breadth_ratio": 0.5, "regime": "risk_on", "target_stock_weight": 0.8,
            "realized_stock_weight": 0.3, "safe_haven_weight": 0.7, "selected_symbols": ["A"],
            "selected_count": 1, "candidate_count": 2, "sector_slot_cap": 1,
            "requested_holdings_count": 2, "effective_holdings_count": 2, "target_stock_value": null,
            "min_position_value_usd": 3000.0, "effective_single_name_cap": 0.3,
            "effective_sector_cap": 0.4, "managed_symbols": ["B", "A", "BOXX"],
            "snapshot_as_of": "2025-03-31", "execution_window": [],
        })
    );
}

#[test]
fn a_small_account_holds_fewer_with_wider_caps() {
    // 5,000 x 0.8 = 4,000; floor(4,000 / 3,000) = 1 of 2 holdings.
    // Single cap max(0.3, min(0.4, 0.8 / 1)) = 0.4, sector cap max(0.4, 0.6) = 0.6.
    let outcome = attempt(json!({}), &[QQQ, A, B], account(Some(5_000.0), &[])).unwrap();
    assert_weights(&outcome, &[("A", 0.4), ("BOXX", 0.6)]);
    assert_eq!(outcome.largest_weight, Some(0.4));
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["target_stock_value"], 4_000.0);
    assert_eq!(numbers["effective_holdings_count"], 1);
    assert_eq!(numbers["effective_sector_cap"], 0.6);
}

#[test]
fn a_small_account_s_single_cap_is_no_more_than_its_share() {
    // 15,000 x 0.8 / 3,000 = 4 of 5 holdings: min(0.4, 0.8 / 4) = 0.2, above the 0.1 of the config.
    let changes = json!({"holdings_count": 5, "single_name_cap": 0.1});
    let outcome = attempt(changes, &[QQQ, A, B], account(Some(15_000.0), &[])).unwrap();
    assert_eq!(diagnostics(&outcome)["effective_single_name_cap"], 0.2);
}

#[test]
fn caps_above_the_small_account_s_stay() {
    let changes = json!({"single_name_cap": 0.5, "sector_cap": 0.9});
    let outcome = attempt(changes, &[QQQ, A, B], account(Some(5_000.0), &[])).unwrap();
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["effective_single_name_cap"], 0.5);
    assert_eq!(numbers["effective_sector_cap"], 0.9);
}

#[test]
fn an_account_that_carries_all_holdings_keeps_the_config_s_caps() {
    // 7,500 x 0.8 = 6,000; floor(6,000 / 3,000) = 2.
    let outcome = attempt(json!({}), &[QQQ, A, B], account(Some(7_500.0), &[])).unwrap();
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["effective_holdings_count"], 2);
    assert_eq!(numbers["effective_single_name_cap"], 0.3);
    assert_eq!(numbers["target_stock_value"], 6_000.0);
}

#[test]
fn without_a_smallest_position_the_account_has_no_say() {
    let changes = json!({"min_position_value_usd": 0.0});
    let outcome = attempt(changes, &[QQQ, A, B], account(Some(500.0), &[])).unwrap();
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["effective_holdings_count"], 2);
    assert_eq!(numbers["target_stock_value"], Value::Null);
}

#[test]
fn the_universe_is_eligible_traded_and_whitelisted() {
    let ineligible = A.replacen('A', "NO", 1).replace("true", "false");
    let blank = A.replacen('A', "BLANK", 1).replace("true", "-");
    let thin = A.replacen("A IT 60", "THIN IT 49", 1);
    let untold = A.replacen("A IT 60", "UNTOLD IT -", 1);
    let other = A.replacen("A IT", "OTHER Energy", 1);
    let rows = [QQQ, A, &ineligible, &blank, &thin, &untold, &other];
    let outcome = decided(json!({}), &rows);
    assert_eq!(
        excluded(&outcome.trace.rankings[0]),
        [
            ("QQQ", "benchmark"),
            ("NO", "eligible"),
            ("BLANK", "eligible"),
            ("THIN", "adv20_usd"),
            ("UNTOLD", "adv20_usd"),
            ("OTHER", "sector"),
        ]
    );
    assert_eq!(diagnostics(&outcome)["candidate_count"], 1);
    let all = decided(json!({"sector_whitelist": []}), &rows);
    assert_eq!(diagnostics(&all)["candidate_count"], 2);
}

#[test]
fn base_eligible_comes_before_eligible_and_neither_means_yes() {
    let candidate_count = |header: &str, cells: &str| {
        let table =
            snapshot(&format!("symbol sector adv20_usd {header}\nA IT 60 {cells}\nQQQ - - {cells}\n"));
        let (config, world) = (config(tech_config()), World::default());
        diagnostics(&decide(&config, world.inputs(&table, None)).unwrap())["candidate_count"].clone()
    };
    assert_eq!(candidate_count("base_eligible eligible", "true false"), 1);
    assert_eq!(candidate_count("base_eligible eligible", "false true"), 0);
    assert_eq!(candidate_count("eligible", "false"), 0);
    assert_eq!(candidate_count("vol_63", "1"), 1);
}

#[test]
fn a_missing_feature_scores_zero_and_a_missing_gap_narrows_the_breadth() {
    // C is A without its gap: no trend, no pullback, all else the mean of A and B's opposite signs.
    let c = "C IT 60 - - - - - - - - - - - - true";
    let outcome = decided(json!({}), &[QQQ, A, B, c]);
    let row = &outcome.trace.rankings[0].rows[1];
    assert_eq!((row.symbol.as_str(), row.score), ("C", 0.0));
    assert!(row.contributions.iter().all(|part| part.value.is_none()));
    // 1 of 3 above: below the soft threshold.
    let numbers = diagnostics(&outcome);
    assert!(close_to(numbers["breadth_ratio"].as_f64().unwrap(), 1.0 / 3.0));
    assert_eq!(numbers["regime"], "soft_defense");
}

#[test]
fn relative_strength_is_measured_within_the_sector() {
    // One name a sector is its own median: relative 0 for both.
    let b = B.replace("IT", "Communication");
    let outcome = decided(json!({}), &[QQQ, A, &b]);
    let rows = &outcome.trace.rankings[0].rows;
    assert!(rows.iter().all(|row| row.contributions[5].value == Some(0.0)));
    // ... and the score loses 0.10.
    assert_ranked(
        &outcome.trace.rankings[0],
        &[("A", 0.84, Verdict::Selected), ("B", -0.84, Verdict::Selected)],
    );
    // Compared within sectors of one, nobody stands out.
    let within = decided(json!({"normalization": "sector"}), &[QQQ, A, &b]);
    assert!(within.trace.rankings[0].rows.iter().all(|row| row.score == 0.0));
}

#[test]
fn universe_is_another_name_of_universe_cross_sectional() {
    let outcome = decided(json!({"normalization": "universe"}), &[QQQ, A, B]);
    assert!(close_to(outcome.trace.rankings[0].rows[0].score, 0.94));
}

#[test]
fn being_held_lifts_a_score_by_the_bonus() {
    let changes = json!({"hold_bonus": 1.9});
    let outcome = attempt(changes, &[QQQ, A, B], account(None, &["B"])).unwrap();
    assert_weights(&outcome, &[("B", 0.3), ("BOXX", 0.7)]);
}

#[test]
fn scoring_needs_the_benchmark_s_row() {
    let findings = attempt(json!({}), &[A, B], Account::default()).unwrap_err();
    assert_eq!(findings[0].code, Code::MissingBenchmarkRow);
    assert!(findings[0].message.contains("`QQQ`"));
}

#[test]
fn an_empty_universe_or_no_exposure_is_all_safe_haven() {
    let empty = decided(json!({"soft_breadth_threshold": 0.0}), &[]);
    assert_weights(&empty, &[("BOXX", 1.0)]);
    let numbers = diagnostics(&empty);
    assert_eq!((&numbers["candidate_count"], &numbers["target_stock_weight"]), (&json!(0), &json!(0.0)));

    // QQQ down and breadth 0.5 below 0.6: hard defence, exposure 0; the caps are the config's.
    let falling = QQQ.replace("0.05", "-0.05");
    let changes = json!({"hard_breadth_threshold": 0.6});
    let outcome = attempt(changes, &[&falling, A, B], account(Some(5_000.0), &[])).unwrap();
    assert_weights(&outcome, &[("BOXX", 1.0)]);
    assert_eq!(outcome.risk_flags, [RiskFlag::HardDefense].into());
    let numbers = diagnostics(&outcome);
    assert_eq!((&numbers["target_stock_weight"], &numbers["candidate_count"]), (&json!(0.0), &json!(2)));
    assert_eq!(numbers["target_stock_value"], Value::Null);
    assert_eq!(numbers["effective_holdings_count"], 2);
    assert_eq!(numbers.get("sector_slot_cap"), None);
}

#[test]
fn outside_the_execution_window_nothing_changes() {
    let (config, world) = (config::<Config>(tech_config()), World::default());
    let table = snapshot(&table(&[QQQ, A, B]));
    let inside = decide(&config, world.inputs(&table, Some("2025-04-03"))).unwrap();
    assert_eq!(inside.action, Action::Rebalance);
    assert_eq!(diagnostics(&inside)["execution_window"], json!(["2025-04-01", "2025-04-02", "2025-04-03"]));
    let outside = decide(&config, world.inputs(&table, Some("2025-04-04"))).unwrap();
    assert_eq!(outside.action, Action::Hold);
    assert_eq!(diagnostics(&outside)["managed_symbols"], json!(["A", "B", "BOXX"]));
}

#[test]
fn words_outside_the_closed_sets_are_refused() {
    for changes in [
        json!({"normalization": "none"}),
        json!({"score_template": "momentum"}),
        json!({"residual_proxy": "beta"}),
    ] {
        assert!(serde_json::from_value::<Config>(with(tech_config(), changes)).is_err());
    }
}

#[test]
fn a_tie_goes_to_the_larger_excess_then_to_the_stronger_trend() {
    // Each alone in its sector: all scores 0. C and B share an excess, larger than
    // A's; B's gap, and so its trend, is smaller than C's.
    let rows = ["A IT", "B Communication", "C Energy"].map(|name| A.replacen("A IT", name, 1));
    let a = rows[0].replace("0.50", "0.40");
    let b = rows[1].replace("0.04 0.10", "0.04 0.08");
    let changes = json!({"normalization": "sector", "sector_whitelist": []});
    let outcome = decided(changes, &[QQQ, &a, &b, &rows[2]]);
    let order: Vec<_> = outcome.trace.rankings[0].rows.iter().map(|row| row.symbol.as_str()).collect();
    assert_eq!(order, ["C", "B", "A"]);
}

#[test]
fn without_exposure_the_benchmark_s_row_is_not_missed() {
    let outcome = decided(json!({"risk_on_exposure": 0.0}), &[A, B]);
    assert_weights(&outcome, &[("BOXX", 1.0)]);
}
