use serde_json::{Value, json};

use super::*;
use crate::strategy::Action;
use crate::strategy::RiskFlag;
use crate::strategy::trace::Verdict;
use crate::strategy::worked::{Traced, traced};
use crate::strategy::worked::{
    World, account, assert_ranked, assert_weights, config, diagnostics, excluded, mega_config, snapshot, with,
};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

const HEADER: &str = "symbol sector adv20_usd mom_6m mom_3m rel_mom_6m_vs_benchmark \
    rel_mom_6m_vs_broad_benchmark high_252_gap sma200_gap vol_63 maxdd_126 mom_12_1 eligible";
const QQQ: &str = "QQQ - 90 - - - - - 0.1 - - - true";
const A: &str = "A x 90 0.3 0.2 0.3 0.3 -0.1  0.3 0.5 -0.4 1 true";
const B: &str = "B x 90 0.3 0.2 0.1 0.1 -0.3 -0.1 0.3 -0.2 1 true";
const C: &str = "C y 90 0.1 0.0 0.3 0.3 -0.1  0.3 0.5 -0.4 1 true";
const D: &str = "D y 20 0.1 0.0 0.1 0.1 -0.3 -0.1 0.3 -0.2 1 true";

fn decided(changes: Value, rows: &[&str], account: Account) -> Traced {
    let config: Config = config(with(mega_config(), changes));
    assert_eq!(config.problems(), []);
    let (world, table) = (World::of(account), snapshot(&[&[HEADER], rows].concat().join("\n")));
    decide(&config, world.inputs(&table, None)).unwrap()
}

fn plain(changes: Value, account: Account) -> Traced {
    decided(changes, &[D, C, B, A, QQQ], account)
}

/// Each factor has two names above and two below its mean, one deviation off, so z is +1 or -1:
///   A: +0.25 +0.20 +0.20 +0.10 +0.10 +0.10 -0.025 -0.025 = 0.90
///   B: +0.25 +0.20 -0.20 -0.10 -0.10 -0.10 +0.025 +0.025 = 0.00
///   C: -0.25 -0.20 +0.20 +0.10 +0.10 +0.10 -0.025 -0.025 = 0.00
///   D: -0.90
/// B and C tie; C has the better strength against the benchmark (0.3 against 0.1).
/// QQQ is up and no threshold is above 0: risk on. Two of them, each min(0.4, 1 / 2) = 0.4.
#[test]
fn a_worked_decision() {
    let outcome = plain(json!({}), Account::default());
    assert_weights(&outcome, &[("A", 0.4), ("BOXX", 0.2), ("C", 0.4)]);
    use Verdict::{BelowTheCut, Selected};
    assert_ranked(
        &outcome.trace.rankings[0],
        &[("A", 0.9, Selected), ("C", 0.0, Selected), ("B", 0.0, BelowTheCut), ("D", -0.9, BelowTheCut)],
    );
    assert_eq!(outcome.largest_weight, Some(0.4));
    assert_eq!(
        diagnostics(&outcome),
        json!({
            "actionable": true, "benchmark_symbol": "QQQ", "broad_benchmark_symbol": "SPY",
            "benchmark_trend_positive": true, "breadth_ratio": 0.5, "regime": "risk_on",
            "target_stock_weight": 1.0, "realized_stock_weight": 0.8,
            "safe_haven_weight": 1.0 - 0.8, "selected_symbols": ["A", "C"], "selected_count": 2,
            "candidate_count": 4, "dynamic_universe_size": 20, "requested_holdings_count": 2,
            "effective_holdings_count": 2, "portfolio_total_equity": null,
            "min_position_value_usd": 3000.0, "single_name_cap": 0.4, "effective_single_name_cap": 0.4,
            "managed_symbols": ["D", "C", "B", "A", "BOXX"], "snapshot_as_of": "2025-03-31",
            "execution_window": [],
        })
    );
}

#[test]
fn a_held_name_within_the_buffer_stays_and_comes_first() {
    // Rank 3 = 2 + 1, so B stays, first in the list; with its bonus it even passes C: buffer 0 tells.
    use Verdict::{BelowTheCut, BeyondHoldBuffer, DisplacedByHeld, Selected};
    let outcome = plain(json!({"hold_bonus": 0.0}), account(None, &["B"]));
    assert_eq!(diagnostics(&outcome)["selected_symbols"], json!(["B", "A"]));
    assert_ranked(
        &outcome.trace.rankings[0],
        &[("A", 0.9, Selected), ("C", 0.0, DisplacedByHeld), ("B", 0.0, Selected), ("D", -0.9, BelowTheCut)],
    );
    let no_buffer = plain(json!({"hold_bonus": 0.0, "hold_buffer": 0}), account(None, &["B"]));
    assert_eq!(diagnostics(&no_buffer)["selected_symbols"], json!(["A", "C"]));
    assert_eq!(no_buffer.trace.rankings[0].rows[2].verdict, BeyondHoldBuffer);
    let bonus = plain(json!({"hold_buffer": 0}), account(None, &["B"]));
    assert_eq!(diagnostics(&bonus)["selected_symbols"], json!(["B", "A"]));
    assert_eq!(bonus.trace.rankings[0].rows[1].hold_bonus, 0.05);
}

#[test]
fn a_held_name_beyond_the_buffer_leaves() {
    let outcome = plain(json!({}), account(None, &["D"]));
    assert_eq!(diagnostics(&outcome)["selected_symbols"], json!(["A", "C"]));
    assert_eq!(outcome.trace.rankings[0].rows[3].verdict, Verdict::BeyondHoldBuffer);
}

#[test]
fn a_small_account_holds_fewer() {
    // 5,000 / 3,000: one.
    let outcome = plain(json!({}), account(Some(5_000.0), &[]));
    assert_weights(&outcome, &[("A", 0.4), ("BOXX", 0.6)]);
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["effective_holdings_count"], 1);
    assert_eq!(numbers["portfolio_total_equity"], 5_000.0);
    let all = plain(json!({"min_position_value_usd": 0.0}), account(Some(5_000.0), &[]));
    assert_eq!(diagnostics(&all)["effective_holdings_count"], 2);
}

#[test]
fn candidates_pass_every_test_and_have_every_feature() {
    let thin = D.replacen("D y 20", "THIN y 19", 1);
    let no = A.replacen('A', "NO", 1).replace("true", "false");
    let blank = A.replacen('A', "BLANK", 1).replace("true", "-");
    let young = A.replacen('A', "YOUNG", 1).replace("1 true", "- true");
    let (spy, boxx) = (A.replacen('A', "SPY", 1), A.replacen('A', "BOXX", 1));
    let rows = [QQQ, A, &thin, &no, &blank, &young, &spy, &boxx];
    let outcome = decided(json!({}), &rows, Account::default());
    assert_eq!(
        excluded(&outcome.trace.rankings[0]),
        [
            ("QQQ", "benchmark"),
            ("THIN", "adv20_usd"),
            ("NO", "eligible"),
            ("BLANK", "eligible"),
            ("YOUNG", "mom_12_1"),
            ("SPY", "broad_benchmark"),
            ("BOXX", "safe_haven"),
        ]
    );
    let managed = &diagnostics(&outcome)["managed_symbols"];
    assert_eq!(managed, &json!(["A", "THIN", "NO", "BLANK", "YOUNG", "BOXX"]));
}

#[test]
fn an_absent_benchmark_is_not_up() {
    let outcome = decided(json!({}), &[A, B, C, D], Account::default());
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["regime"], "soft_defense");
    assert_eq!(numbers["target_stock_weight"], 0.5);
    // 0.5 / 2 = 0.25 each
    assert_weights(&outcome, &[("A", 0.25), ("BOXX", 0.5), ("C", 0.25)]);
}

#[test]
fn hard_defence_raises_its_flag() {
    let falling = QQQ.replace("0.1", "-0.1");
    let rows = [A, B, C, D, &falling];
    let changes = json!({"hard_breadth_threshold": 0.6, "soft_breadth_threshold": 0.7});
    let outcome = decided(changes, &rows, Account::default());
    assert_eq!(outcome.risk_flags, [RiskFlag::HardDefense].into());
    assert_eq!(diagnostics(&outcome)["target_stock_weight"], 0.25);
}

#[test]
fn no_candidate_or_no_exposure_is_all_safe_haven() {
    let empty = decided(json!({}), &[QQQ], Account::default());
    assert_weights(&empty, &[("BOXX", 1.0)]);
    let idle = plain(json!({"risk_on_exposure": 0.0}), account(Some(1e6), &["A"]));
    assert_weights(&idle, &[("BOXX", 1.0)]);
    let numbers = diagnostics(&idle);
    assert_eq!(numbers["effective_holdings_count"], 0);
    assert_eq!(numbers["candidate_count"], 4);
    assert_eq!(numbers.get("effective_single_name_cap"), None);
}

fn sleeves() -> Value {
    json!({"blend_sleeves": [
        {"name": "one", "weight": 3, "holdings_count": 1, "single_name_cap": 0.8},
        {"name": "two", "weight": 1, "holdings_count": 2, "single_name_cap": 0.5},
    ]})
}

/// Weights 3 and 1 are 0.75 and 0.25. Sleeve one: A 0.8, BOXX 0.2. Sleeve two: A 0.5, C 0.5.
/// A 0.75 x 0.8 + 0.25 x 0.5 = 0.725; C 0.25 x 0.5 = 0.125; BOXX 0.75 x 0.2 = 0.15.
#[test]
fn a_worked_blend() {
    let outcome = plain(sleeves(), Account::default());
    assert_weights(&outcome, &[("A", 0.725), ("BOXX", 0.15), ("C", 0.125)]);
    // No name can weigh more than in every sleeve at its cap: 0.75 x 0.8 + 0.25 x 0.5.
    assert!((outcome.largest_weight.unwrap() - 0.725).abs() < 1e-12);
    let names: Vec<_> = outcome.trace.rankings.iter().map(|ranking| ranking.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(outcome.trace.rankings[0].rows[1].verdict, Verdict::BelowTheCut);
    assert_eq!(outcome.trace.rankings[1].rows[1].verdict, Verdict::Selected);
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["blend_mode"], "fixed_weighted_sleeves");
    assert_eq!(numbers["selected_symbols"], json!(["A", "C"]));
    assert_eq!(numbers["effective_holdings_count"], 2);
    assert_eq!(numbers["requested_holdings_count"], 2);
    assert_eq!(numbers["single_name_cap"], 0.8);
    assert_eq!(numbers["effective_single_name_cap"], 0.8);
    assert!((numbers["target_stock_weight"].as_f64().unwrap() - 0.85).abs() < 1e-12);
    assert_eq!(numbers["target_stock_weight"], numbers["realized_stock_weight"]);
    assert_eq!(
        numbers["blend_sleeves"][1],
        json!({
            "name": "two", "weight": 0.25, "holdings_count": 2, "single_name_cap": 0.5,
            "selected_symbols": ["A", "C"], "realized_stock_weight": 1.0, "safe_haven_weight": 0.0,
        })
    );
    assert!(numbers["blend_sleeves"][0]["safe_haven_weight"].as_f64().unwrap() > 0.19);
}

#[test]
fn each_sleeve_has_its_share_of_the_equity() {
    // Sleeve two: 20,000 x 0.25 = 5,000 carries one position: A 0.5, BOXX 0.5.
    // A 0.75 x 0.8 + 0.25 x 0.5 = 0.725; BOXX 0.75 x 0.2 + 0.25 x 0.5 = 0.275.
    let outcome = plain(sleeves(), account(Some(20_000.0), &[]));
    assert_weights(&outcome, &[("A", 0.725), ("BOXX", 0.275)]);
    assert_eq!(diagnostics(&outcome)["portfolio_total_equity"], 20_000.0);
}

#[test]
fn a_blend_without_exposure_is_all_safe_haven() {
    let outcome = plain(with(sleeves(), json!({"risk_on_exposure": 0.0})), Account::default());
    assert_weights(&outcome, &[("BOXX", 1.0)]);
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["effective_holdings_count"], 0);
    assert_eq!(numbers.get("effective_single_name_cap"), None);
}

#[test]
fn a_sleeve_without_weight_count_or_cap_is_a_problem() {
    for key in ["weight", "holdings_count", "single_name_cap"] {
        let mut changes = sleeves();
        changes["blend_sleeves"][1][key] = json!(0);
        let config: Config = config(with(mega_config(), changes));
        let keys: Vec<_> = config.problems().into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["blend_sleeves"], "{key}");
    }
    let mut beyond = sleeves();
    beyond["blend_sleeves"][0]["weight"] = json!(1e308);
    assert_eq!(config::<Config>(with(mega_config(), beyond)).problems().len(), 1);
}

#[test]
fn outside_the_execution_window_nothing_changes() {
    let (config, world) = (config::<Config>(mega_config()), World::default());
    let table = snapshot(&[HEADER, QQQ, A].join("\n"));
    let outcome = decide(&config, world.inputs(&table, Some("2025-04-04"))).unwrap();
    assert_eq!(outcome.action, Action::Hold);
    assert_eq!(diagnostics(&outcome)["managed_symbols"], json!(["A", "BOXX"]));
    let inside = decide(&config, world.inputs(&table, Some("2025-04-01"))).unwrap();
    assert_eq!(inside.action, Action::Rebalance);
}

/// Of two, every z-score is +1 or -1, or 0 where they agree. B: 0.25 (mom_6m) - 0.20 (mom_3m) - 0.025
/// (more volatile) - 0.025 (larger drawdown) = 0, A too; both are as strong against the benchmark.
#[test]
fn the_second_tie_breaker_is_the_six_month_momentum() {
    let a = "A x 90 0.1 0.2 0.1 0.1 -0.1 0.1 0.3 -0.2 1 true";
    let b = "B x 90 0.3 0.0 0.1 0.1 -0.1 0.1 0.5 -0.4 1 true";
    let outcome = decided(json!({}), &[QQQ, a, b], Account::default());
    use Verdict::Selected;
    assert_ranked(&outcome.trace.rankings[0], &[("B", 0.0, Selected), ("A", 0.0, Selected)]);
}
