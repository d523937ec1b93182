//! What several accounts of one call share: the prices, read once.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::Request;
use super::holdings;
use crate::finding::{Bars, Finding};
use crate::input::{portfolio, prices};
use crate::symbol::Symbol;

/// The prices of a call, read for its first account with everything that the others need too.
#[derive(Debug)]
pub struct Shelf {
    symbols: BTreeSet<Symbol>,
    rule: OnceCell<(prices::Reading, Option<prices::Reading>)>,
    plan: OnceCell<prices::Reading>,
}

impl Shelf {
    /// A shelf for requests that differ in their account alone.
    pub fn new(requests: &[Request]) -> Self {
        let mut symbols = BTreeSet::new();
        for Request { account: flags, .. } in requests {
            let mut account = portfolio::read(flags).account;
            holdings::adjust(&mut account, flags);
            symbols.extend(account.positions.into_keys().chain(account.below_min_holding.into_keys()));
            symbols.extend(account.holdings);
        }
        Self { symbols, rule: OnceCell::new(), plan: OnceCell::new() }
    }

    /// Everything that any of the accounts holds.
    pub(super) fn symbols(&self) -> &BTreeSet<Symbol> {
        &self.symbols
    }

    /// The prices of the rule and those beside them, of which an account gets its own symbols.
    pub(super) fn rule(
        &self,
        own: &BTreeSet<Symbol>,
        read: impl FnOnce() -> (prices::Reading, Option<prices::Reading>),
    ) -> (prices::Reading, Option<prices::Reading>) {
        let (reading, beside) = self.rule.get_or_init(read);
        (reading.clone(), beside.as_ref().map(|beside| part(beside, own)))
    }

    /// The prices that only the share plan reads, of which an account gets its own symbols.
    pub(super) fn plan(
        &self,
        own: &BTreeSet<Symbol>,
        read: impl FnOnce() -> prices::Reading,
    ) -> prices::Reading {
        part(self.plan.get_or_init(read), own)
    }
}

/// The part of a reading that is about some symbols.
fn part(reading: &prices::Reading, own: &BTreeSet<Symbol>) -> prices::Reading {
    let mut part = reading.clone();
    part.market.retain(|symbol, _| own.contains(symbol));
    part.findings.retain(|finding| is_about(finding, own));
    part
}

/// Whether a finding is about one of some symbols, or about the file as a whole.
fn is_about(finding: &Finding, own: &BTreeSet<Symbol>) -> bool {
    let has_own_bars = |bars: &Bars| bars.symbols.is_empty() || !bars.symbols.is_disjoint(own);
    finding.symbol.as_ref().is_none_or(|symbol| own.contains(symbol))
        && finding.bars.as_ref().is_none_or(|bars| has_own_bars(bars))
}
