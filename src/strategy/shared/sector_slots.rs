//! Selects from a ranking so that no sector takes more than its share.

use std::collections::BTreeMap;

use super::regime::Judgement;
use super::sizing::{Allocation, equal_weight, symbols_at};
use super::texts::{self, Texts};
use crate::number::of_count;
use crate::strategy::Choice;
use crate::strategy::trace::{Ranking, SelectionRule, Trace, Verdict, floor, max, steps};
use crate::symbol::Symbol;

/// How many names, and how large each and each sector may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many names.
    pub holdings_count: usize,
    /// The largest weight of one name.
    pub single_name_cap: f64,
    /// The largest weight of one sector.
    pub sector_cap: f64,
}

/// A ranking's best names within the limits, and their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The symbols, best first.
    pub selected: Vec<Symbol>,
    /// The best of them with their scores, for the platforms' texts.
    pub best: String,
    /// How many names one sector might have; `None` when nothing was to be selected.
    pub sector_slot_cap: Option<usize>,
    /// The weights, the safe haven's among them.
    pub allocation: Allocation,
    /// What it was chosen from; all that is affordable is wanted.
    pub choice: Choice,
}

/// Selects from the ranking within the limits and gives each name the same weight; the safe haven gets the rest. Without
/// a ranked row or an exposure it gets everything. The ranking, with its verdicts, goes into the trace.
pub fn fill(
    trace: &mut Trace,
    mut ranking: Ranking,
    limits: Limits,
    stock_exposure: f64,
    safe_haven: &Symbol,
) -> Selection {
    let (mut selected, mut best, mut sector_slots) = (Vec::new(), String::new(), None);
    if !ranking.rows.is_empty() && stock_exposure > 0.0 {
        let slot_cap = slot_cap(trace, limits, stock_exposure);
        ranking.selection = SelectionRule::SectorSlots { count: limits.holdings_count, slot_cap };
        let places = select(&mut ranking, limits.holdings_count, slot_cap);
        selected = symbols_at(&ranking, &places);
        let rows = places.iter().filter_map(|&place| ranking.rows.get(place));
        best = texts::best(rows, |row| row.symbol.to_string());
        sector_slots = Some(slot_cap);
    } else {
        for row in &mut ranking.rows {
            row.verdict = Verdict::NoExposure;
        }
    }
    let (candidates, wanted) = (ranking.rows.len(), limits.holdings_count);
    let choice = Choice { candidates, wanted, affordable: wanted, selected: selected.len() };
    trace.ranking(ranking);
    let weight = equal_weight(trace, None, stock_exposure, selected.len(), limits.single_name_cap);
    let allocation = Allocation::of_equal_weights(&selected, weight, safe_haven);
    allocation.record(trace, safe_haven, "weight");
    Selection { selected, best, sector_slot_cap: sector_slots, allocation, choice }
}

impl Selection {
    /// What the platforms show; `exposure` is what they call the share of the equity that may be in stocks.
    pub fn texts(&self, judgement: &Judgement, target: f64, exposure: &str) -> Texts {
        let picks = match self.selected.len() {
            _ if target <= 0.0 => String::new(),
            0 => "no_selection".to_owned(),
            count => format!("{exposure} selected={count} top={}", self.best),
        };
        Texts::of_stocks(judgement, &picks, target, self.allocation.invested)
    }
}

/// Returns how many names one sector may have, and records it.
pub(crate) fn slot_cap(trace: &mut Trace, limits: Limits, stock_exposure: f64) -> usize {
    let Limits { holdings_count, sector_cap, .. } = limits;
    let holdings_count = of_count(holdings_count);
    steps! { trace; sector_slot_cap: count = max(1, floor(sector_cap / (stock_exposure / holdings_count))); }
    sector_slot_cap
}

/// Walks down the ranking, passes over full sectors and stops at `count`; records every row's verdict.
/// Gives the places of the selected rows in rank order.
pub fn select(ranking: &mut Ranking, count: usize, slot_cap: usize) -> Vec<usize> {
    let mut taken: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let mut selected = Vec::new();
    for (place, row) in ranking.rows.iter_mut().enumerate() {
        if selected.len() >= count {
            row.verdict = Verdict::BelowTheCut;
            continue;
        }
        let in_sector = taken.entry(row.group.as_deref()).or_default();
        if *in_sector >= slot_cap {
            row.verdict = Verdict::SectorFull;
            continue;
        }
        *in_sector += 1;
        row.verdict = Verdict::Selected;
        selected.push(place);
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::trace::RankedRow;
    use crate::strategy::worked::symbol;

    #[test]
    fn slots_are_whole_and_at_least_one() {
        let slot_cap = |sector_cap, exposure, holdings_count| {
            let limits = Limits { holdings_count, single_name_cap: 1.0, sector_cap };
            slot_cap(&mut Trace::silent(), limits, exposure)
        };
        assert_eq!(slot_cap(0.20, 0.5, 10), 4); // 0.2 / 0.05
        assert_eq!(slot_cap(0.40, 0.8, 8), 4); // 0.4 / 0.1
        assert_eq!(slot_cap(0.20, 1.0, 24), 4); // 0.2 / 0.041666... = 4.8
        assert_eq!(slot_cap(0.10, 1.0, 5), 1); // 0.1 / 0.2 = 0.5
    }

    #[test]
    fn a_full_sector_is_passed_over_until_the_places_are_filled() {
        let sectors = ["x", "x", "x", "y", "x", "y", "z"];
        let rows = sectors.iter().zip(1..).map(|(sector, rank)| RankedRow {
            symbol: symbol(&format!("S{rank}")),
            group: Some((*sector).to_owned()),
            rank,
            score: 0.0,
            contributions: Vec::new(),
            hold_bonus: 0.0,
            verdict: Verdict::BelowTheCut,
        });
        let mut ranking = Ranking { rows: rows.collect(), ..Ranking::default() };
        assert_eq!(select(&mut ranking, 4, 2), [0, 1, 3, 5]);
        let verdicts: Vec<_> = ranking.rows.iter().map(|row| row.verdict).collect();
        use Verdict::{BelowTheCut, SectorFull, Selected};
        assert_eq!(verdicts, [Selected, Selected, SectorFull, Selected, SectorFull, Selected, BelowTheCut]);
    }
}
