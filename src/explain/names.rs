//! How many names would have to change sides for a gate on a count, or on a share of the candidates, to change.

use crate::number::of_count;
use crate::strategy::shared::steps::floor;
use crate::strategy::trace::{Gate, Trace};

/// The left side of the gates on the share of the candidates that stand above their average.
const BREADTH: &str = "breadth_ratio";

/// The count of the bad canary assets, and the gate that each of them is judged by.
const CANARY_COUNT: &str = "canary_bad_count";
const CANARY_GATE: &str = "canary_is_bad";

/// The left sides that count names: other counts are of shares, or of matches of the calendar.
const COUNTS: [&str; 3] = [CANARY_COUNT, "held_risk_symbols", "held_candidates"];

/// The smallest number of names, all other things equal, or `None` where the gate is on neither names nor
/// breadth, or no number of them changes it.
pub fn to_change(gate: &Gate, trace: &Trace) -> Option<usize> {
    let (left, right) = (gate.left.value?, gate.right.value?);
    let changes = |left: f64| gate.comparison.holds(left, right) != gate.holds;
    if gate.left.name == BREADTH {
        let candidates = trace.rankings.first()?.rows.len();
        let above = (left * of_count(candidates)).round();
        let ratio =
            |names: f64| (0.0..=of_count(candidates)).contains(&names).then(|| names / of_count(candidates));
        return (1..=candidates).find(|&names| {
            [above - of_count(names), above + of_count(names)].into_iter().filter_map(ratio).any(changes)
        });
    }
    if !COUNTS.contains(&gate.left.name) {
        return None;
    }
    // There can't be more bad canary assets than there are canary assets.
    let most = if gate.left.name == CANARY_COUNT {
        of_count(trace.gates.iter().filter(|gate| gate.name == CANARY_GATE).count())
    } else {
        f64::INFINITY
    };
    // Fewer names than lie between the two sides change nothing, and one more than those does if any number does.
    let between = floor((left - right).abs()).max(1);
    [between, between.saturating_add(1)].into_iter().find(|&names| {
        let (fewer, more) = (left - of_count(names), left + of_count(names));
        (fewer >= 0.0 && changes(fewer)) || (more <= most && changes(more))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::trace::{Claim, Comparison, Quantity, RankedRow, Ranking, Verdict};
    use crate::symbol::Symbol;

    fn at_least(name: &'static str, names: usize, threshold: usize) -> Gate {
        let (left, right) = (Quantity::count(name, names), Quantity::count("threshold", threshold));
        Claim::new("names", left, Comparison::AtLeast, right).to_gate()
    }

    /// How many of four canary assets have to change sides.
    fn count(bad: usize, threshold: usize) -> Option<usize> {
        let gates =
            vec![at_least("canary", 0, 0); 4].into_iter().map(|gate| Gate { name: CANARY_GATE, ..gate });
        to_change(
            &at_least(CANARY_COUNT, bad, threshold),
            &Trace { gates: gates.collect(), ..Trace::default() },
        )
    }

    fn breadth(above: usize, of: usize, threshold: f64) -> Option<usize> {
        let row = RankedRow {
            symbol: Symbol::literal("A"),
            group: None,
            rank: 1,
            score: 0.0,
            contributions: Vec::new(),
            hold_bonus: 0.0,
            verdict: Verdict::Selected,
        };
        let ranking = Ranking { rows: vec![row; of], ..Ranking::default() };
        let gate = Claim::new(
            "breadth_below_soft",
            Quantity::ratio("breadth_ratio", above as f64 / of as f64),
            Comparison::Below,
            Quantity::ratio("soft_breadth_threshold", threshold),
        );
        to_change(&gate.to_gate(), &Trace { rankings: vec![ranking], ..Trace::default() })
    }

    #[test]
    fn a_count_moves_by_whole_names() {
        assert_eq!(count(1, 4), Some(3));
        assert_eq!(count(4, 4), Some(1));
        assert_eq!(count(4, 3), Some(2));
        assert_eq!(count(0, 1), Some(1));
    }

    #[test]
    fn a_count_far_from_its_threshold_is_told_at_once() {
        let count =
            |held, threshold| to_change(&at_least("held_candidates", held, threshold), &Trace::default());
        assert_eq!(count(1, 1_000_000_000_001), Some(1_000_000_000_000));
        assert_eq!(count(0, usize::MAX), Some(usize::MAX));
    }

    #[test]
    fn there_are_no_more_bad_canary_assets_than_canary_assets() {
        assert_eq!(count(4, 5), None);
        assert_eq!(count(3, 5), None);
        assert_eq!(count(0, 4), Some(4));
    }

    #[test]
    fn a_count_that_can_not_fall_below_zero_does_not_change() {
        assert_eq!(count(2, 0), None);
    }

    #[test]
    fn breadth_moves_by_whole_candidates() {
        // 11 of 20 is 0.55, which is not below 0.55: 10 is. 5 of 20 needs six more to reach 11.
        assert_eq!(breadth(11, 20, 0.55), Some(1));
        assert_eq!(breadth(5, 20, 0.55), Some(6));
        // No share of names is below zero.
        assert_eq!(breadth(5, 20, 0.0), None);
        assert_eq!(breadth(0, 0, 0.5), None);
    }

    #[test]
    fn matches_of_the_calendar_are_no_names() {
        let one = Quantity::count("one", 1);
        let months = Quantity::count("rebalance_months_that_match", 0);
        let gate = Claim::new("month_is_a_rebalance_month", months, Comparison::AtLeast, one);
        assert_eq!(to_change(&gate.to_gate(), &Trace::default()), None);
    }
}
