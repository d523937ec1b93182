use serde_json::json;

use super::*;
use crate::account::Account;
use crate::strategy::RiskFlag;
use crate::strategy::trace::Verdict;
use crate::strategy::worked::{Traced, traced};
use crate::strategy::worked::{
    World, account, assert_ranked, assert_weights, config, diagnostics, excluded, refusal, russell_config,
    snapshot, with,
};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

const TABLE: &str = "
    symbol sector mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126 eligible
    SPY    -      -       -         0.05      -      -         true
    A      tech   0.3     0.4       0.10      0.2    -0.1      true
    B      tech   0.1     0.2      -0.05      0.3    -0.2      -
    C      energy 0.2     0.1       0.02      0.4    -0.3      true
    D      energy 0.1     0.3       0.04      0.2    -0.5      true
    E      tech   9       9         9         9      -9        false
    F      tech   9       9         9         -      -9        true
    BOXX   -      9       9         9         9      -9        true";

fn decided(changes: serde_json::Value, table: &str, account: Account) -> Traced {
    let config: Config = config(with(russell_config(), changes));
    let (world, table) = (World::of(account), snapshot(table));
    decide(&config, world.inputs(&table, None)).unwrap()
}

/// In a sector of two every z-score is +1 or -1, so a score is the sum of signed weights:
///   A: 0.35 + 0.30 + 0.15 + 0.10 (less volatile) + 0.10 (smaller drawdown) = 1.00; B the opposite.
///   C: 0.35 - 0.30 - 0.15 - 0.10 (more volatile) + 0.10 (smaller drawdown) = -0.10; D the opposite.
/// Breadth: A, C, D of 4 = 0.75, and SPY is up: risk on, exposure 1.
/// Slots a sector: floor(0.5 / (1 / 3)) = floor(1.5) = 1. So A and D; each min(0.3, 1 / 2) = 0.3.
#[test]
fn a_worked_decision() {
    let outcome = decided(json!({}), TABLE, Account::default());
    assert_weights(&outcome, &[("A", 0.3), ("BOXX", 0.4), ("D", 0.3)]);
    let ranking = &outcome.trace.rankings[0];
    use Verdict::{SectorFull, Selected};
    assert_ranked(
        ranking,
        &[("A", 1.0, Selected), ("D", 0.1, Selected), ("C", -0.1, SectorFull), ("B", -1.0, SectorFull)],
    );
    assert_eq!(
        excluded(ranking),
        [("SPY", "benchmark"), ("E", "eligible"), ("F", "vol_63"), ("BOXX", "safe_haven")]
    );
    assert_eq!(
        diagnostics(&outcome),
        json!({
            "benchmark_symbol": "SPY", "benchmark_trend_positive": true, "breadth_ratio": 0.75,
            "regime": "risk_on", "stock_exposure": 1.0, "selected_symbols": ["A", "D"],
            "candidate_count": 4, "sector_slot_cap": 1,
            "managed_symbols": ["A", "B", "C", "D", "E", "F", "BOXX"],
        })
    );
    assert!(outcome.risk_flags.is_empty());
    assert_eq!(outcome.signal, "risk_on");
    assert_eq!(
        outcome.headline,
        "risk_on: SPY 5.0 % above its 200-day average, breadth 75.0 % of 4 candidates; \
         2 stocks with 60.0 % of the equity, 40.0 % in BOXX"
    );
}

#[test]
fn being_held_lifts_a_score_by_the_bonus() {
    // C: -0.10 + 0.25 = 0.15, now above D's 0.10 and first of its sector.
    let outcome = decided(json!({}), TABLE, account(None, &["C"]));
    assert_weights(&outcome, &[("A", 0.3), ("BOXX", 0.4), ("C", 0.3)]);
}

#[test]
fn the_weight_is_the_exposure_s_share_below_the_cap() {
    // Slots: floor(0.7 / (1 / 3)) = 2: A, D, C; each min(0.4, 1 / 3).
    let outcome = decided(json!({"sector_cap": 0.7, "single_name_cap": 0.4}), TABLE, Account::default());
    let third = 1.0 / 3.0;
    assert_weights(&outcome, &[("A", third), ("C", third), ("D", third)]);
}

#[test]
fn hard_defence_without_exposure_is_all_safe_haven() {
    // SPY down and breadth 0.75 below 0.8: hard defence, exposure 0.
    let falling = TABLE.replace("0.05      -      -         true", "-0.05 - - true");
    let changes = json!({"hard_breadth_threshold": 0.8, "soft_breadth_threshold": 0.9});
    let outcome = decided(changes, &falling, Account::default());
    assert_weights(&outcome, &[("BOXX", 1.0)]);
    assert_eq!(outcome.risk_flags, [RiskFlag::HardDefense].into());
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["regime"], "hard_defense");
    assert_eq!(numbers["stock_exposure"], 0.0);
    assert_eq!(numbers["candidate_count"], 4);
    assert_eq!(numbers["selected_symbols"], json!([]));
    assert_eq!(numbers.get("sector_slot_cap"), None);
}

#[test]
fn without_a_candidate_everything_is_in_the_safe_haven() {
    let table = "symbol sector mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126\nSPY - - - 0.1 - -\n";
    let outcome = decided(json!({}), table, Account::default());
    assert_weights(&outcome, &[("BOXX", 1.0)]);
    let numbers = diagnostics(&outcome);
    // No candidate has a breadth of 0, which is below the soft threshold; half would be allowed.
    assert_eq!((&numbers["breadth_ratio"], &numbers["regime"]), (&json!(0.0), &json!("soft_defense")));
    assert_eq!(numbers["stock_exposure"], 0.0);
}

#[test]
fn an_absent_benchmark_counts_as_up_and_absent_eligibility_as_yes() {
    let table = "symbol sector mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126\nA x 1 1 1 1 -1\n";
    let numbers = diagnostics(&decided(json!({}), table, Account::default()));
    assert_eq!(numbers["regime"], "risk_on");
    assert_eq!(numbers["selected_symbols"], json!(["A"]));
}

#[test]
fn blank_sectors_are_one_sector() {
    let table = "
        symbol sector mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126
        A      -      1       1        1          1      -1
        B      -      2       1        1          1      -1";
    let outcome = decided(json!({}), table, Account::default());
    let ranking = &outcome.trace.rankings[0];
    assert_eq!(ranking.rows[0].group.as_deref(), Some("unknown"));
    // Only mom_6_1 differs, by one deviation from the mean on each side; one slot a sector.
    use Verdict::{SectorFull, Selected};
    assert_ranked(ranking, &[("B", 0.35, Selected), ("A", -0.35, SectorFull)]);
}

#[test]
fn a_tie_goes_to_the_larger_momentum_then_to_the_symbol() {
    // Each alone in its sector: all scores 0.
    let table = "
        symbol sector mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126
        D      d      2       1        1          1      -1
        C      c      1       1        1          1      -1
        B      b      1       1        1          1      -1
        A      a      0       2        1          1      -1";
    let outcome = decided(json!({}), table, Account::default());
    let order: Vec<_> = outcome.trace.rankings[0].rows.iter().map(|row| row.symbol.as_str()).collect();
    assert_eq!(order, ["A", "D", "B", "C"]);
}

#[test]
fn values_that_the_rule_can_not_use_are_problems() {
    let error = |changes| refusal::<Config>(russell_config(), changes);
    let expected = |text: &str| Some(text.to_owned());
    assert_eq!(error(json!({"holdings_count": 0})), expected("a whole number from 1"));
    assert_eq!(error(json!({"hold_bonus": -0.1})), expected("a number from 0 to 1e15"));
    assert_eq!(
        error(json!({"soft_defense_exposure": 1.1})),
        expected("a number from 0 to 1; 1.1 looks like percent")
    );
    assert_eq!(error(json!({"hard_defense_exposure": 0.0, "sector_cap": 1.0})), None);
    assert!(error(json!({"holding_count": 3})).is_some());
}

#[test]
fn without_a_snapshot_there_is_no_decision() {
    let (world, table) = (World::default(), snapshot("symbol\n"));
    let inputs = Inputs { snapshot: None, ..world.inputs(&table, None) };
    let findings = decide(&config(russell_config()), inputs).unwrap_err();
    assert_eq!(findings[0].code, crate::finding::Code::FeatureSnapshotMissing);
}
