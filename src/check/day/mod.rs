//! The checks of one decision: what its day, its account and the bars in its reach say, whatever files they came from.
//!
//! A check is a function of the [`Day`]. Those of [`BEFORE_THE_RULE`] run first, and an error among their findings keeps
//! the rule from being asked; those of [`AFTER_THE_RULE`] know what this very decision read. A new check is a function
//! and a line in one of the lists. None opens a file, so that `replay` makes them on every day that it decides.

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

use self::candidates::Screening;
use super::{account, date, positions, prices as series, snapshot};

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

/// A check before the rule is asked.
pub type Check = fn(&Day<'_>) -> Vec<Finding>;

/// A check of what the rule answered.
pub type OutcomeCheck = fn(&Day<'_>, &Outcome) -> Vec<Finding>;

/// What can keep the rule from being asked, in the order that it is reported.
pub const BEFORE_THE_RULE: &[Check] =
    &[unusable_equity, stale_portfolio, unfit_date, as_of_not_given, age_of_snapshot];

/// What only the outcome shows, in the order that it is reported.
pub const AFTER_THE_RULE: &[OutcomeCheck] = &[
    foreign_positions,
    positions,
    bars_without_session,
    prices::examine,
    missing_sessions,
    stale_prices,
    outside_cadence,
    screening,
    held_without_row,
];

impl<'a> Day<'a> {
    /// The bars in reach of the symbols that a strategy asks for, those without any left out, sorted by symbol.
    pub fn windows_of(inputs: Inputs<'a>, needs: &'a PriceNeeds) -> Vec<(&'a Symbol, Window<'a>)> {
        inputs.prices.windows_of(needs.symbols.keys()).collect()
    }

    /// The bars in reach, by symbol.
    pub fn windows(&self) -> impl Iterator<Item = (&'a Symbol, Window<'a>)> {
        self.windows.iter().copied()
    }

    /// Runs the checks before the rule.
    pub fn before_the_rule(&self) -> impl Iterator<Item = Finding> {
        BEFORE_THE_RULE.iter().flat_map(|check| check(self))
    }

    /// Runs the checks of an outcome.
    pub fn after_the_rule(&self, outcome: &Outcome) -> impl Iterator<Item = Finding> {
        AFTER_THE_RULE.iter().flat_map(|check| check(self, outcome))
    }
}

fn unusable_equity(day: &Day<'_>) -> Vec<Finding> {
    // A file that can't be read says nothing of the equity: that it is missing is no second fault.
    let is_account =
        |finding: &Finding| matches!(finding.code, Code::PortfolioMissing | Code::PortfolioInvalid);
    let is_required = day.profile.strategy.facts().needs_equity() && !day.inputs.found.iter().any(is_account);
    account::unusable_equity(day.inputs.account, is_required)
}

fn bars_without_session(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    let used = prices::all_used(day, outcome);
    prices::sessions::bars_without_session(&used, day.inputs.calendar).into_iter().collect()
}

/// What no position of a managed symbol may look like.
fn positions(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    let account = day.inputs.account;
    let is_managed = |symbol: &Symbol| outcome.is_managed(symbol);
    let pairs = positions::lookalikes(account, is_managed, &outcome.managed_symbols);
    let valued = positions::valued_without_shares(account, is_managed);
    valued.into_iter().chain(positions::holding_looks_managed(&pairs)).collect()
}

/// Whether this decision read the underlyings of leveraged products: while its gate is closed, the rule reads the benchmark
/// alone.
fn reads_underlyings(day: &Day<'_>, outcome: &Outcome) -> bool {
    day.profile.strategy.facts().holds_products && outcome.price_symbols.len() > 1
}

/// Long gaps, where the history is not sparse altogether.
fn missing_sessions(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    let sparse = prices::shape::sparse_history(&prices::used(day, outcome), day.inputs.calendar);
    prices::shape::long_gaps_of_others(day.windows(), &sparse, day.inputs.calendar)
}

fn foreign_positions(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    account::foreign_positions(day.inputs.account, &outcome.managed_symbols).into_iter().collect()
}

fn stale_portfolio(day: &Day<'_>) -> Vec<Finding> {
    let Inputs { account, calendar, as_of, found, .. } = day.inputs;
    if found.iter().any(|found| found.code == Code::PortfolioNewerThanPrices) {
        return Vec::new();
    }
    as_of.and_then(|as_of| account::stale_portfolio(account, as_of, calendar)).into_iter().collect()
}

fn unfit_date(day: &Day<'_>) -> Vec<Finding> {
    let effective = day.profile.manifest.effective;
    let as_of = day.inputs.as_of;
    as_of.and_then(|as_of| date::unfit(as_of, effective, day.inputs.calendar)).into_iter().collect()
}

/// A snapshot profile is held against a date only where one is given.
fn as_of_not_given(day: &Day<'_>) -> Vec<Finding> {
    let takes_snapshot = day.profile.strategy.facts().takes_snapshot();
    let is_unknown = takes_snapshot && day.inputs.as_of.is_none();
    is_unknown.then(date::as_of_not_given).into_iter().collect()
}

/// The portfolio that decides on any day of the month is meant for its first sessions, as the other monthly ones are.
fn outside_cadence(day: &Day<'_>, _outcome: &Outcome) -> Vec<Finding> {
    if day.profile.strategy.rhythm() != Rhythm::AfterSnapshot(None) {
        return Vec::new();
    }
    let snapshot = day.inputs.snapshot.and_then(|snapshot| snapshot.as_of);
    let dates = snapshot.zip(day.inputs.as_of);
    let found =
        dates.and_then(|(snapshot, as_of)| date::outside_cadence(snapshot, as_of, day.inputs.calendar));
    found.into_iter().collect()
}

fn age_of_snapshot(day: &Day<'_>) -> Vec<Finding> {
    let snapshot = day.inputs.snapshot;
    let dated = snapshot.and_then(|snapshot| Some((snapshot, snapshot.as_of?))).zip(day.inputs.as_of);
    dated.map_or_else(Vec::new, |((snapshot, date), as_of)| {
        let future = snapshot::dates::future_as_of(date, as_of, &snapshot.file);
        future.into_iter().chain(snapshot::dates::stale(date, as_of, &snapshot.file)).collect()
    })
}

fn stale_prices(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    day.inputs.as_of.map_or_else(Vec::new, |as_of| {
        let calendar = day.inputs.calendar;
        series::stale_prices(day.windows(), &outcome.price_symbols, as_of, calendar, day.max_lag)
    })
}

fn screening(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    let (profile, inputs) = (day.profile, day.inputs);
    let screening = inputs.snapshot.map(|snapshot| Screening { profile, inputs, snapshot, outcome });
    screening.map_or_else(Vec::new, |screening| screening.examine())
}

fn held_without_row(day: &Day<'_>, outcome: &Outcome) -> Vec<Finding> {
    let Inputs { account, snapshot, previous_names, .. } = day.inputs;
    let snapshot = snapshot.filter(|_| previous_names.is_none());
    let held =
        snapshot.and_then(|snapshot| holdings::held_without_row(account, outcome, snapshot, &snapshot.file));
    held.into_iter().collect()
}
