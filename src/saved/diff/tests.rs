use super::*;
use crate::record::Position;
use crate::strategy::Action;

/// A rebalance with these targets.
fn rebalance(unit: TargetMode, targets: &[(&'static str, f64)]) -> Record {
    let position = |(symbol, target): &(&'static str, f64)| Position {
        symbol: Symbol::literal(symbol),
        target_weight: (unit == TargetMode::Weight).then_some(Number(*target)),
        target_value: (unit == TargetMode::Value).then_some(Number(*target)),
        role: None,
        current_value: None,
        change_value: None,
    };
    Record {
        action: Action::Rebalance,
        actionable: true,
        verdict: Verdict::Rebalance,
        target_mode: Some(unit),
        positions: targets.iter().map(position).collect(),
        ..Record::unprofiled("mine".to_owned(), Vec::new())
    }
}

fn weights(targets: &[(&'static str, f64)]) -> Record {
    rebalance(TargetMode::Weight, targets)
}

fn still(action: Action, verdict: Verdict) -> Record {
    Record { action, verdict, ..Record::unprofiled("mine".to_owned(), Vec::new()) }
}

fn line(old: &Record, new: &Record) -> (bool, String) {
    let diff = Diff::of_decisions(old, new);
    (diff.same_targets, diff.line)
}

fn changed(text: &str) -> (bool, String) {
    (false, format!("CHANGED: {text}"))
}

fn same() -> (bool, String) {
    (true, "SAME TARGETS".to_owned())
}

#[test]
fn what_comes_is_bought_and_what_goes_is_sold() {
    let old = weights(&[("EWJ", 0.5), ("EWY", 0.5)]);
    let new = weights(&[("EWJ", 0.5), ("USO", 0.5)]);
    assert_eq!(line(&old, &new), changed("buys USO, sells EWY"));
    assert_eq!(line(&old, &old), same());
    // A target of zero is none.
    assert_eq!(line(&old, &weights(&[("EWJ", 0.5), ("EWY", 0.5), ("GLD", 0.0)])), same());
    let old = weights(&[("A", 0.5), ("B", 0.5)]);
    // C comes with 0.2; A falls by 0.2 and B stays.
    let new = weights(&[("A", 0.3), ("B", 0.5), ("C", 0.2)]);
    assert_eq!(line(&old, &new), changed("buys C; A 50.0 % -> 30.0 %"));
}

#[test]
fn other_targets_are_named_old_and_new() {
    let old = weights(&[("QQQ", 0.4), ("TQQQ", 0.6)]);
    // QQQ rises by 0.1 and TQQQ falls by as much: ties stand by symbol.
    let new = weights(&[("QQQ", 0.5), ("TQQQ", 0.5)]);
    assert_eq!(line(&old, &new), changed("QQQ 40.0 % -> 50.0 %, TQQQ 60.0 % -> 50.0 %"));
    let close = weights(&[("QQQ", 0.400_04), ("TQQQ", 0.6)]);
    assert_eq!(line(&old, &close), changed("QQQ 40.000 % -> 40.004 %"));
    let values = |qqq: f64| rebalance(TargetMode::Value, &[("QQQ", qqq)]);
    assert_eq!(line(&values(45_000.0), &values(50_000.0)), changed("QQQ 45,000 USD -> 50,000 USD"));
    assert_eq!(line(&values(45_000.0), &values(45_000.25)), changed("QQQ 45,000 USD -> 45,000.25 USD"));
}

#[test]
fn at_most_five_are_named() {
    let old = weights(&[("A", 0.2), ("B", 0.2), ("C", 0.2), ("D", 0.2), ("E", 0.1), ("F", 0.1)]);
    let new = weights(&[("G", 1.0)]);
    assert_eq!(line(&old, &new), changed("buys G, sells A, B, C, D, E and 1 more"));
}

#[test]
fn a_hold_names_no_buy_and_no_sell() {
    let old = weights(&[("EWJ", 1.0)]);
    let hold = still(Action::Hold, Verdict::Hold);
    let blocked = still(Action::Blocked, Verdict::Blocked);
    assert_eq!(line(&old, &hold), changed("REBALANCE -> HOLD (no targets to compare)"));
    assert_eq!(line(&hold, &old), changed("HOLD -> REBALANCE (no targets to compare)"));
    assert_eq!(line(&hold, &blocked), changed("HOLD -> BLOCKED (no targets to compare)"));
    assert_eq!(line(&hold, &hold), same());
    assert_eq!(line(&blocked, &blocked), same());
    assert!(Diff::of_decisions(&old, &hold).targets.is_empty());
}

#[test]
fn two_profiles_are_compared_and_said() {
    let old = weights(&[("EWJ", 1.0)]);
    let new = Record { profile: "yours".to_owned(), ..old.clone() };
    assert_eq!(line(&old, &new), (true, "SAME TARGETS (two profiles: mine -> yours)".to_owned()));
}

#[test]
fn two_units_are_compared_by_the_equity() {
    let old = weights(&[("QQQ", 0.5), ("BIL", 0.5)]);
    let mut new = rebalance(TargetMode::Value, &[("QQQ", 500.0), ("BIL", 500.0)]);
    assert_eq!(line(&old, &new), changed("REBALANCE -> REBALANCE (no targets to compare)"));
    new.account.equity = Some(Number(1000.0));
    assert_eq!(line(&old, &new), same());
}

#[test]
fn only_what_differs_is_kept() {
    let old = weights(&[("EWJ", 1.0)]);
    let diff = Diff::of_decisions(&old, &old);
    assert!(diff.exits.is_empty() && diff.findings.is_empty() && diff.config.is_empty());
    assert_eq!((diff.signal, diff.headline, diff.equity), (None, None, None));
    assert!(diff.inputs.is_empty());
}

#[test]
fn files_of_one_kind_are_paired_in_their_order() {
    let input = |kind, path: &str, hash: &str| InputRecord::new(kind, path, hash.to_owned());
    let old = [input(FileKind::Prices, "a.csv", "1"), input(FileKind::Prices, "b.csv", "2")];
    let new = [input(FileKind::Prices, "a.csv", "3"), input(FileKind::Portfolio, "p.json", "4")];
    let changes = super::inputs(&old, &new);
    let named = |side: &Option<InputSide>| side.as_ref().map(|side| side.path.clone());
    let named: Vec<_> =
        changes.iter().map(|change| (change.kind, named(&change.old), named(&change.new))).collect();
    let path = |path: &str| Some(path.to_owned());
    assert_eq!(
        named,
        [
            (FileKind::Prices, path("a.csv"), path("a.csv")),
            (FileKind::Prices, path("b.csv"), None),
            (FileKind::Portfolio, None, path("p.json")),
        ]
    );
}
