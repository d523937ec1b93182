//! Selects from a ranking with a buffer that keeps held names in: a held name leaves only when its rank
//! falls well below the cut, so that small changes of rank do not trade.

use crate::account::Account;
use crate::strategy::trace::{RankedRow, Ranking, SelectionRule, Verdict};

/// Selects `count` rows and records every row's verdict.
///
/// First every held row with a rank of at most `count + max(0, buffer)`, in rank order; then the others by
/// rank; the first `count` of them all stay. Gives the places of the selected rows in that order.
pub fn select(ranking: &mut Ranking, account: &Account, count: usize, buffer: i64) -> Vec<usize> {
    ranking.selection = SelectionRule::HoldBuffer { count, buffer };
    let last_kept_rank = count.saturating_add(usize::try_from(buffer).unwrap_or(0));
    let is_kept = |row: &RankedRow| row.rank <= last_kept_rank && account.holds(&row.symbol);
    let (kept, others): (Vec<usize>, Vec<usize>) =
        (0..ranking.rows.len()).partition(|&place| ranking.rows.get(place).is_some_and(is_kept));
    let selected: Vec<usize> = kept.into_iter().chain(others).take(count).collect();
    let mut is_selected = vec![false; ranking.rows.len()];
    for place in &selected {
        is_selected.get_mut(*place).into_iter().for_each(|mark| *mark = true);
    }
    for (row, is_selected) in ranking.rows.iter_mut().zip(is_selected) {
        row.verdict = if is_selected {
            Verdict::Selected
        } else if count == 0 {
            Verdict::NoExposure
        } else if account.holds(&row.symbol) && row.rank > last_kept_rank {
            Verdict::BeyondHoldBuffer
        } else if row.rank <= count {
            Verdict::DisplacedByHeld
        } else {
            Verdict::BelowTheCut
        };
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::worked::{account, symbol};

    fn ranking() -> Ranking {
        let rows = ["A", "B", "C", "D", "E"].iter().zip(1..).map(|(name, rank)| RankedRow {
            symbol: symbol(name),
            group: None,
            rank,
            score: 0.0,
            contributions: Vec::new(),
            hold_bonus: 0.0,
            verdict: Verdict::Selected,
        });
        Ranking { rows: rows.collect(), ..Ranking::default() }
    }

    fn selected(holdings: &[&str], count: usize, buffer: i64) -> (Vec<usize>, Vec<Verdict>) {
        let mut ranking = ranking();
        let selected = select(&mut ranking, &account(None, holdings), count, buffer);
        (selected, ranking.rows.iter().map(|row| row.verdict).collect())
    }

    #[test]
    fn nothing_held_takes_the_best() {
        use Verdict::{BelowTheCut, Selected};
        assert_eq!(
            selected(&[], 2, 2),
            (vec![0, 1], vec![Selected, Selected, BelowTheCut, BelowTheCut, BelowTheCut])
        );
    }

    #[test]
    fn a_held_name_at_the_edge_of_the_buffer_stays_and_comes_first() {
        use Verdict::{BelowTheCut, DisplacedByHeld, Selected};
        // Rank 4 = 2 + 2.
        assert_eq!(
            selected(&["D"], 2, 2),
            (vec![3, 0], vec![Selected, DisplacedByHeld, BelowTheCut, Selected, BelowTheCut])
        );
    }

    #[test]
    fn a_held_name_beyond_the_buffer_leaves() {
        use Verdict::{BelowTheCut, BeyondHoldBuffer, Selected};
        assert_eq!(
            selected(&["E"], 2, 2),
            (vec![0, 1], vec![Selected, Selected, BelowTheCut, BelowTheCut, BeyondHoldBuffer])
        );
    }

    #[test]
    fn more_held_names_than_places_keep_the_best_of_them() {
        use Verdict::{BelowTheCut, DisplacedByHeld, Selected};
        assert_eq!(
            selected(&["B", "C", "D"], 2, 2),
            (vec![1, 2], vec![DisplacedByHeld, Selected, Selected, BelowTheCut, BelowTheCut])
        );
    }

    #[test]
    fn a_buffer_below_zero_is_none() {
        assert_eq!(selected(&["C"], 2, -1).0, [0, 1]);
        assert_eq!(selected(&["B"], 2, -1).0, [1, 0]);
    }

    #[test]
    fn no_place_selects_nothing() {
        let (places, verdicts) = selected(&["A"], 0, 2);
        assert!(places.is_empty());
        assert_eq!(verdicts, [Verdict::NoExposure; 5]);
    }
}
