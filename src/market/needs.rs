//! Which prices a rule looks at, and how far back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::window::Window;
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

/// The most bars that a calendar month can have, one a date.
const MOST_BARS_OF_A_MONTH: usize = 31;

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
        let mut older = dates;
        let mut oldest_in_reach = dates.len();
        for _ in 0..self.months {
            let Some(first_of_month) = older.last().and_then(|date| date.with_day(1)) else {
                return dates.len();
            };
            oldest_in_reach = older.len() - 1;
            // The month begins among its most bars: a search through all of them would cost most of a long walk.
            let (before, newest) = older.split_at(older.len().saturating_sub(MOST_BARS_OF_A_MONTH));
            let before_month = before.len() + newest.partition_point(|date| *date < first_of_month);
            older = older.get(..before_month).unwrap_or_default();
        }
        dates.len() - oldest_in_reach
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
}
