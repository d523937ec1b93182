//! How many names would have to change sides for a gate on a count, or on a share of the candidates, to change.

use crate::number::of_count;
use crate::strategy::trace::{Gate, Names, floor};

/// The smallest number of names, all other things equal, or `None` where the gate counts no names, or no number of them
/// changes it.
pub fn to_change(gate: &Gate) -> Option<usize> {
    let (left, right) = (gate.left.value?, gate.right.value?);
    let changes = |left: f64| gate.comparison.holds(left, right) != gate.holds;
    let most = match gate.names? {
        Names::ShareOf(all) => {
            let share = |names: f64| (0.0..=of_count(all)).contains(&names).then(|| names / of_count(all));
            let above = (left * of_count(all)).round();
            return (1..=all).find(|&names| {
                [above - of_count(names), above + of_count(names)].into_iter().filter_map(share).any(changes)
            });
        }
        Names::Count { most } => most.map_or(f64::INFINITY, of_count),
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
    use crate::strategy::trace::Quantity;

    fn count(names: usize, threshold: usize, most: Option<usize>) -> Option<usize> {
        let (left, right) = (Quantity::count("names", names), Quantity::count("threshold", threshold));
        let claim = left.at_least(right);
        to_change(&claim.counting(Names::Count { most }).to_gate("enough"))
    }

    fn breadth(above: usize, of: usize, threshold: f64) -> Option<usize> {
        let (left, right) = (
            Quantity::ratio("breadth", above as f64 / of as f64),
            Quantity::ratio("soft_breadth_threshold", threshold),
        );
        let claim = left.below(right);
        to_change(&claim.counting(Names::ShareOf(of)).to_gate("narrow"))
    }

    #[test]
    fn a_count_moves_by_whole_names() {
        assert_eq!(count(1, 4, None), Some(3));
        assert_eq!(count(4, 4, None), Some(1));
        assert_eq!(count(4, 3, None), Some(2));
        assert_eq!(count(0, 1, None), Some(1));
    }

    #[test]
    fn a_count_far_from_its_threshold_is_told_at_once() {
        assert_eq!(count(1, 1_000_000_000_001, None), Some(1_000_000_000_000));
        assert_eq!(count(0, usize::MAX, None), Some(usize::MAX));
    }

    #[test]
    fn a_count_does_not_rise_above_the_most_that_there_can_be() {
        assert_eq!(count(4, 5, Some(4)), None);
        assert_eq!(count(3, 5, Some(4)), None);
        assert_eq!(count(0, 4, Some(4)), Some(4));
    }

    #[test]
    fn a_count_that_can_not_fall_below_zero_does_not_change() {
        assert_eq!(count(2, 0, None), None);
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
    fn a_gate_that_counts_no_names_has_no_answer() {
        let (one, months) = (Quantity::count("one", 1), Quantity::count("months", 0));
        assert_eq!(to_change(&months.at_least(one).to_gate("month")), None);
    }
}
