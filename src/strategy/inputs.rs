//! What a strategy may look at, and what the files say that it is taken from.

use chrono::NaiveDate;

use crate::account::Account;
use crate::finding::Finding;
use crate::market::calendar::Calendar;
use crate::market::history::{History, Market};
use crate::market::indicators::Indicators;
use crate::market::needs::{Cutter, Reach};
use crate::market::snapshot::Snapshot;
use crate::market::window::Window;
use crate::symbol::Symbol;

/// What the files say, read once.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The decision date.
    pub as_of: Option<NaiveDate>,
    /// The exchange calendar.
    pub calendar: Calendar,
    /// The histories.
    pub market: Market,
    /// The feature snapshot.
    pub snapshot: Option<Snapshot>,
    /// The names of the snapshot before, which the profile may sell too; `None` where none was named.
    pub previous_names: Option<Vec<Symbol>>,
    /// The indicators.
    pub indicators: Option<Indicators>,
    /// The account.
    pub account: Account,
    /// Whether the account's positions are known from a file.
    pub has_portfolio: bool,
    /// What is wrong with the files: an error among these blocks every decision on them.
    pub findings: Vec<Finding>,
}

impl Evidence {
    /// The evidence as a strategy takes it on the decision date.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            as_of: self.as_of,
            prices: Prices::new(&self.market).up_to(self.as_of),
            snapshot: self.snapshot.as_ref(),
            previous_names: self.previous_names.as_deref(),
            indicators: self.indicators.as_ref(),
            found: &self.findings,
            ..Inputs::new(&self.calendar, &self.market, &self.account)
        }
    }
}

/// What a strategy may look at on one day: references and dates, so that another day, another account or another close
/// is another value over the same data. Nothing is copied and nothing is allocated.
///
/// Thousands of days on one evidence (what was found in the files is told once, by the caller):
///
/// ```ignore
/// let base = Inputs { found: &[], ..evidence.inputs() };
/// for day in sessions {
///     let prices = base.prices.up_to(Some(day));
///     let inputs = Inputs { as_of: Some(day), prices, account: &account, ..base };
///     let decided = decision::decide(&profile, inputs, &options, &mut Trace::silent())?;
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The decision date; snapshot profiles may have none.
    pub as_of: Option<NaiveDate>,
    /// The prices that may be seen.
    pub prices: Prices<'a>,
    /// The exchange calendar.
    pub calendar: &'a Calendar,
    /// The feature snapshot, for the profiles that take one.
    pub snapshot: Option<&'a Snapshot>,
    /// The names of the snapshot before, which the profile may sell too; `None` where none was named.
    pub previous_names: Option<&'a [Symbol]>,
    /// Indicators in place of prices, for the profile that may take them.
    pub indicators: Option<&'a Indicators>,
    /// The account.
    pub account: &'a Account,
    /// What is wrong with the files: an error among these blocks the decision.
    pub found: &'a [Finding],
}

impl<'a> Inputs<'a> {
    /// The inputs of a decision without a date, a snapshot or indicators.
    pub fn new(calendar: &'a Calendar, market: &'a Market, account: &'a Account) -> Self {
        let prices = Prices::new(market);
        Self {
            as_of: None,
            prices,
            calendar,
            snapshot: None,
            previous_names: None,
            indicators: None,
            account,
            found: &[],
        }
    }

    /// The same with no bar beyond a rule's reach.
    #[must_use]
    pub fn within(self, reach: Reach) -> Self {
        Self { prices: self.prices.within(reach), ..self }
    }

    /// The bars of a symbol that the rule may see; `None` where there are none.
    pub fn window(self, symbol: &Symbol) -> Option<Window<'a>> {
        self.prices.window(symbol)
    }

    /// The newest close of a symbol in US dollars, from its history or the indicators in its place.
    pub fn newest_close(self, symbol: &Symbol) -> Option<f64> {
        match self.window(symbol) {
            Some(window) => window.close(),
            None => self.indicators?.of(symbol)?.price,
        }
    }
}

/// The histories as far as they may be seen: up to a day, within a reach, one of them perhaps replaced.
#[derive(Clone, Copy, Debug)]
pub struct Prices<'a> {
    market: &'a Market,
    data_date: Option<NaiveDate>,
    reach: Option<Reach>,
    replaced: Option<(&'a Symbol, &'a History)>,
    /// Windows of this day and reach that were cut before, sorted by symbol.
    cut: &'a [(&'a Symbol, Window<'a>)],
}

impl<'a> Prices<'a> {
    /// All bars of a market.
    pub fn new(market: &'a Market) -> Self {
        Self { market, data_date: None, reach: None, replaced: None, cut: &[] }
    }

    /// The bars up to a day, the data date, itself among them; all of them without one.
    #[must_use]
    pub fn up_to(self, data_date: Option<NaiveDate>) -> Self {
        Self { data_date, cut: &[], ..self }
    }

    /// The newest bars of those that a rule reaches.
    #[must_use]
    pub fn within(self, reach: Reach) -> Self {
        // What was cut to this reach before still holds.
        let cut = if self.reach == Some(reach) { self.cut } else { &[] };
        Self { reach: Some(reach), cut, ..self }
    }

    /// The same with another history of one symbol: the question "what if it had closed there". The caller copies that
    /// history once and moves its newest close between the questions.
    #[must_use]
    pub fn with_history(self, symbol: &'a Symbol, history: &'a History) -> Self {
        Self { replaced: Some((symbol, history)), cut: &[], ..self }
    }

    /// The same bars, of which these windows are not cut again; they are sorted by symbol.
    #[must_use]
    pub fn with_windows(self, cut: &'a [(&'a Symbol, Window<'a>)]) -> Self {
        Self { cut, ..self }
    }

    /// The bars of a symbol; `None` where there are none.
    pub fn window(self, symbol: &Symbol) -> Option<Window<'a>> {
        let place = self.cut.binary_search_by(|(cut, _)| (*cut).cmp(symbol)).ok();
        if let Some((_, window)) = place.and_then(|place| self.cut.get(place)) {
            return Some(*window);
        }
        let seen = self.seen(symbol)?;
        Some(self.reach.map_or(seen, |reach| reach.cut(seen))).filter(|window| !window.is_empty())
    }

    /// The bars of these symbols, those without any left out, in their order.
    pub fn windows_of(
        self,
        symbols: impl Iterator<Item = &'a Symbol>,
    ) -> impl Iterator<Item = (&'a Symbol, Window<'a>)> {
        let mut cutter = self.reach.map(Cutter::new);
        symbols.filter_map(move |symbol| {
            let seen = self.seen(symbol)?;
            let window = cutter.as_mut().map_or(seen, |cutter| cutter.cut(seen));
            (!window.is_empty()).then_some((symbol, window))
        })
    }

    /// The bars of a symbol up to the day, however far back.
    fn seen(self, symbol: &Symbol) -> Option<Window<'a>> {
        let replaced = self.replaced.filter(|(replaced, _)| *replaced == symbol).map(|(_, history)| history);
        let history = replaced.or_else(|| self.market.get(symbol))?;
        Some(self.data_date.map_or(history.window(), |day| history.up_to(day)))
    }

    /// The bars of every symbol that was read, those without any left out, sorted by symbol.
    pub fn windows(self) -> impl Iterator<Item = (&'a Symbol, Window<'a>)> {
        self.windows_of(self.market.keys())
    }
}

/// A value that copies references: `replay` makes thousands of them on one market.
const _: fn() = || {
    fn copy<T: Copy>() {}
    copy::<Inputs<'static>>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::worked::steps;

    #[test]
    fn a_rule_sees_nothing_after_the_data_date_and_nothing_beyond_its_reach() {
        // Ten days at 1 and ten at 2, up to 2025-03-31.
        let spy = Symbol::literal("SPY");
        let evidence = Evidence {
            as_of: "2025-03-23".parse().ok(),
            market: [(spy.clone(), steps(&[(10, 1.0), (10, 2.0)]))].into(),
            ..Evidence::default()
        };
        let closes = |inputs: Inputs<'_>| inputs.window(&spy).map(|window| window.closes.to_vec());
        let inputs = evidence.inputs();
        assert_eq!(closes(inputs.within(Reach::bars(3))), Some(vec![1.0, 2.0, 2.0]));
        assert_eq!(closes(inputs).map(|closes| closes.len()), Some(12));
        let early = Inputs { prices: inputs.prices.up_to("2025-03-01".parse().ok()), ..inputs };
        assert_eq!((closes(early), early.prices.windows().count()), (None, 0));
        assert_eq!(inputs.window(&Symbol::literal("QQQ")), None);
    }

    #[test]
    fn one_history_can_stand_in_for_another() {
        let (spy, qqq) = (Symbol::literal("SPY"), Symbol::literal("QQQ"));
        let evidence = Evidence {
            market: [(spy.clone(), steps(&[(2, 1.0)])), (qqq.clone(), steps(&[(2, 3.0)]))].into(),
            ..Evidence::default()
        };
        let moved = evidence.market[&spy].with_newest_close(9.0);
        let prices = evidence.inputs().prices.with_history(&spy, &moved);
        let closes: Vec<_> = prices.windows().map(|(_, window)| window.closes).collect();
        assert_eq!(closes, [[3.0, 3.0], [1.0, 9.0]]);
    }
}
