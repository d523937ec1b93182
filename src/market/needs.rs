//! Which prices a rule looks at, and how far back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::months::month_ends;
use super::window::{Window, are_equal};
use crate::symbol::Symbol;

/// Which price series a strategy looks at, and how far back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriceNeeds {
    /// The symbols, each with whether the rule can do without it.
    pub symbols: BTreeMap<Symbol, Necessity>,
    /// How far back the rule looks in each of them.
    pub reach: Reach,
    /// The symbols whose highs and lows are looked at.
    pub ranges: BTreeSet<Symbol>,
    /// Symbols that are read where the files have them, for a check alone: the rule never asks for them.
    pub checked: BTreeSet<Symbol>,
}

/// Whether a rule can do without a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Necessity {
    /// No decision without it.
    Required,
    /// The rule says what its absence means; it is warned of.
    Skippable,
}

/// How far back a rule looks in a symbol's bars: as far as the further of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// How many of the newest bars.
    pub bars: usize,
    /// How many of the newest calendar months with data; of the oldest of them the last bar is enough.
    pub months: usize,
}

impl Reach {
    /// A reach of so many bars.
    pub const fn bars(bars: usize) -> Self {
        Self { bars, months: 0 }
    }

    /// The part of a window that is in reach; all of it where it is shorter.
    pub fn cut(self, window: Window<'_>) -> Window<'_> {
        window.newest_up_to(self.bars.max(self.bars_of_months(window.dates)))
    }

    /// The oldest date that is in reach, of ascending dates; `None` where all are.
    pub fn floor(self, dates: &[NaiveDate]) -> Option<NaiveDate> {
        let bars = self.bars.max(self.bars_of_months(dates));
        let out_of_reach = dates.len().checked_sub(bars).filter(|older| *older > 0)?;
        dates.get(out_of_reach).copied()
    }

    /// How many bars lie in the newest months with data, of the oldest of them one.
    fn bars_of_months(self, dates: &[NaiveDate]) -> usize {
        let Some(older) = self.months.checked_sub(1) else { return 0 };
        month_ends(dates).nth(older).map_or(dates.len(), |oldest| dates.len() - oldest)
    }
}

/// Cuts windows one after another to a reach. The months of neighbours with the same newest dates are counted once.
#[derive(Clone, Copy, Debug)]
pub struct Cutter<'a> {
    reach: Reach,
    /// The dates of the months in reach of the window before; empty where they have to be counted.
    newest: &'a [NaiveDate],
}

impl<'a> Cutter<'a> {
    /// Cuts to a reach.
    pub fn new(reach: Reach) -> Self {
        Self { reach, newest: &[] }
    }

    /// The part of a window that is in reach.
    pub fn cut(&mut self, window: Window<'a>) -> Window<'a> {
        // Whether the months in reach begin there hangs on the dates from there on alone.
        let newest = window.newest_up_to(self.newest.len()).dates;
        if self.newest.is_empty() || !are_equal(newest, self.newest) {
            let bars = self.reach.bars_of_months(window.dates);
            // Where all bars are in reach, another window with more of them may have older months.
            let counted = if bars < window.len() { bars } else { 0 };
            self.newest = window.newest_up_to(counted).dates;
            return window.newest_up_to(self.reach.bars.max(bars));
        }
        window.newest_up_to(self.reach.bars.max(self.newest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;

    fn closes(dates: &[&str]) -> History {
        History::from_closes(dates.iter().map(|date| (date.parse().unwrap(), 1.0)))
    }

    #[test]
    fn the_further_of_bars_and_months_is_in_reach() {
        let history =
            closes(&["2025-01-02", "2025-01-30", "2025-01-31", "2025-02-03", "2025-02-28", "2025-04-01"]);
        let first = |bars, months| Reach { bars, months }.cut(history.window()).dates[0].to_string();
        // April, February and January have data: the third month is reached with the last bar of January.
        assert_eq!(first(1, 3), "2025-01-31");
        assert_eq!(first(1, 2), "2025-02-28");
        assert_eq!(first(1, 1), "2025-04-01");
        assert_eq!(first(5, 3), "2025-01-30");
        assert_eq!(first(2, 0), "2025-02-28");
        // There is no fourth month: all bars are looked at.
        assert_eq!(first(1, 4), "2025-01-02");
        assert_eq!(first(9, 4), "2025-01-02");
    }

    #[test]
    fn windows_are_cut_alike_one_after_another_and_each_by_itself() {
        let days = |dates: &[&str]| closes(dates);
        let histories = [
            days(&["2025-01-30", "2025-01-31", "2025-02-03", "2025-02-28", "2025-03-03"]),
            days(&["2024-06-03", "2025-01-31", "2025-02-03", "2025-02-28", "2025-03-03"]),
            days(&["2025-02-03", "2025-02-28", "2025-03-03"]),
            days(&["2025-01-31", "2025-02-03", "2025-02-28", "2025-03-03"]),
            days(&["2025-01-31", "2025-02-28", "2025-03-03"]),
            days(&[]),
            days(&["2025-01-02", "2025-01-31", "2025-02-28", "2025-03-03"]),
        ];
        for reach in [Reach { bars: 1, months: 3 }, Reach { bars: 4, months: 2 }, Reach::bars(2)] {
            let mut cutter = Cutter::new(reach);
            for (place, history) in histories.iter().enumerate() {
                assert_eq!(cutter.cut(history.window()), reach.cut(history.window()), "{reach:?} {place}");
            }
        }
    }
}
