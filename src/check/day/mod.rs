//! The checks of one decision: what its day, its account and the bars in its reach say, whatever files they came from.
//!
//! The checks of [`Day::before_the_rule`] run first, and an error among their findings keeps the rule from being asked; those
//! of [`Day::after_the_rule`] know what this very decision read. None opens a file, so that `replay` makes them on every
//! day that it decides.

pub(crate) mod candidates;
pub(crate) mod holdings;
pub(crate) mod prices;
pub(crate) mod unread;

use crate::finding::{Code, Finding};
use crate::market::needs::PriceNeeds;
use crate::market::window::Window;
use crate::profile::Profile;
use crate::strategy::contract::Rhythm;
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;

use self::prices::{Used, sessions, shape};
use super::snapshot::dates;
use super::{account, date, positions, prices as series};

/// What a check of a decision may look at.
#[derive(Clone, Copy, Debug)]
pub struct Day<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// What the strategy sees, cut to its reach.
    pub inputs: Inputs<'a>,
    /// The price series that the strategy asks for.
    pub needs: &'a PriceNeeds,
    /// The bars in reach of these series, those without any left out, sorted by symbol: every check looks at them.
    pub windows: &'a [(&'a Symbol, Window<'a>)],
    /// How many sessions a used symbol's newest bar may lie before the decision date.
    pub max_lag: usize,
}

impl<'a> Day<'a> {
    /// What can keep the rule from being asked, in the order that it is reported.
    pub fn before_the_rule(&self) -> Vec<Finding> {
        let Inputs { account, calendar, snapshot, .. } = self.inputs;
        let facts = self.profile.strategy.facts();
        // A file that can't be read says nothing of the equity: that it is missing is no second fault.
        let has_account = !self.is_found(Code::PortfolioMissing) && !self.is_found(Code::PortfolioInvalid);
        let mut findings = account::unusable_equity(account, facts.needs_equity() && has_account);
        let Some(as_of) = self.inputs.as_of else {
            // A snapshot profile is held against a date only where one is given.
            findings.extend(facts.takes_snapshot().then(date::as_of_not_given));
            return findings;
        };
        if !self.is_found(Code::PortfolioNewerThanPrices) {
            findings.extend(account::stale_portfolio(account, as_of, calendar));
        }
        findings.extend(date::unfit(as_of, self.profile.manifest.effective, calendar));
        if let Some((snapshot, date)) = snapshot.and_then(|snapshot| Some((snapshot, snapshot.as_of?))) {
            let found = dates::future_as_of(date, as_of).into_iter().chain(dates::stale(date, as_of));
            findings.extend(found.map(|finding| finding.file(&snapshot.file)));
        }
        findings
    }

    /// What only the outcome shows, in the order that it is reported.
    pub fn after_the_rule(&self, outcome: &Outcome) -> Vec<Finding> {
        let Inputs { account, calendar, as_of, snapshot, previous_names, .. } = self.inputs;
        let is_managed = |symbol: &Symbol| outcome.is_managed(symbol);
        let lookalikes = positions::lookalikes(account, is_managed, &outcome.managed_symbols);
        let all = self.used(outcome);
        // Those with too few closes for the rule are left out: `short_history` says so.
        let fewest = self.needs.reach.bars.saturating_sub(1).max(2);
        let long: Vec<Used<'_>> = all.iter().copied().filter(|one| one.window.len() >= fewest).collect();
        let sparse = shape::sparse_history(&long, calendar);
        let mut findings = Vec::from_iter(account::foreign_positions(account, &outcome.managed_symbols));
        findings.extend(positions::valued_without_shares(account, is_managed));
        findings.extend(positions::holding_looks_managed(&lookalikes));
        findings.extend(sessions::bars_without_session(&all, calendar));
        if let Some(as_of) = as_of {
            findings.extend(prices::examine(self, outcome, &long, &sparse, as_of));
        }
        findings.extend(series::missing_sessions(&all, &sparse, calendar));
        if let Some(as_of) = as_of {
            findings.extend(series::stale_prices(&all, as_of, calendar, self.max_lag));
            // The portfolio that decides on any day of the month is meant for its first sessions, as the other monthly ones.
            let snapshot = snapshot.and_then(|snapshot| snapshot.as_of);
            let snapshot = snapshot.filter(|_| self.profile.strategy.rhythm() == Rhythm::AfterSnapshot(None));
            findings.extend(snapshot.and_then(|snapshot| date::outside_cadence(snapshot, as_of, calendar)));
        }
        findings.extend(candidates::examine(self.profile, self.inputs, outcome));
        let snapshot = snapshot.filter(|_| previous_names.is_none());
        findings.extend(snapshot.and_then(|snapshot| holdings::held_without_row(account, outcome, snapshot)));
        findings
    }

    /// Whether something is found before the decision.
    fn is_found(&self, code: Code) -> bool {
        self.inputs.found.iter().any(|found| found.code == code)
    }

    /// Every used symbol that has a bar, sorted.
    fn used(&self, outcome: &Outcome) -> Vec<Used<'a>> {
        let is_read = |symbol: &Symbol| outcome.price_symbols.contains(symbol);
        let used = |(symbol, window)| Used { symbol, window, is_read: is_read(symbol) };
        self.windows.iter().copied().map(used).collect()
    }
}

/// Whether this decision read the underlyings of leveraged products: while its gate is closed, the rule reads the benchmark
/// alone.
fn reads_underlyings(day: &Day<'_>, outcome: &Outcome) -> bool {
    day.profile.strategy.facts().holds_products && outcome.price_symbols.len() > 1
}
