//! What is held against what the profile manages.

use std::collections::BTreeSet;

use super::{Day, reads_underlyings};
use crate::account::Account;
use crate::finding::cause::some_of;
use crate::finding::{Code, Finding, Severity};
use crate::market::snapshot::Snapshot;
use crate::strategy::shared::screen;
use crate::strategy::{Action, Outcome};
use crate::symbol::Symbol;

/// How many symbols a message names.
const MOST_NAMED: usize = 5;

/// Adds the names of the snapshot before to those that the profile may sell.
pub fn manage_previous(outcome: &mut Outcome, names: Option<&[Symbol]>) {
    let mut new = names.unwrap_or_default().to_vec();
    new.retain(|symbol| !outcome.managed_symbols.contains(symbol));
    outcome.managed_symbols.append(&mut new);
}

/// The column of a product's underlying.
const UNDERLYING: &str = "underlying_symbol";

/// Makes errors of the warnings that a held fund, or the underlying of a held product, has no price or too few: the rule
/// would sell it for want of data. Only where this very decision looks for them.
pub fn block_unpriced_holdings(day: &Day<'_>, outcome: &Outcome, findings: &mut [Finding]) {
    let held = held_and_read(day, outcome);
    let is_unpriced = |finding: &&mut Finding| {
        matches!(finding.code, Code::MissingSymbol | Code::ShortHistory)
            && finding.symbol.as_ref().is_some_and(|symbol| held.contains(symbol))
    };
    for finding in findings.iter_mut().filter(is_unpriced) {
        let Some(symbol) = &finding.symbol else { continue };
        let holding = if day.inputs.account.holds(symbol) { "it" } else { "a product of it" };
        finding.hint = Some(format!(
            "add the closes of {symbol}: the account holds {holding}; `--allow {}` decides without them, and may sell it",
            finding.code
        ));
        finding.severity = Severity::Error;
    }
}

/// The symbols whose prices this decision looks for because of what is held.
fn held_and_read(day: &Day<'_>, outcome: &Outcome) -> BTreeSet<Symbol> {
    let account = day.inputs.account;
    let ranks_funds = !day.profile.strategy.ranked_funds().is_empty();
    if ranks_funds && outcome.action == Action::Rebalance {
        account.holdings.clone()
    } else if reads_underlyings(day, outcome) {
        day.inputs.snapshot.map_or_else(BTreeSet::new, |snapshot| underlyings_of(account, snapshot))
    } else {
        BTreeSet::new()
    }
}

fn underlyings_of(account: &Account, snapshot: &Snapshot) -> BTreeSet<Symbol> {
    let column = snapshot.column(UNDERLYING);
    let held = snapshot.rows.iter().filter_map(|row| Some((row, row.symbol.clone()?)));
    held.filter(|(_, symbol)| account.holds(symbol))
        // Without the column, a row is of the underlying itself.
        .filter_map(|(row, symbol)| {
            column.map_or(Some(symbol), |at| row.text(Some(at)).and_then(Symbol::parse))
        })
        .collect()
}

/// Notes the holdings that the snapshot has no row of: where the universe has changed, they are never sold.
pub fn held_without_row(account: &Account, outcome: &Outcome, snapshot: &Snapshot) -> Option<Finding> {
    let (_, mut unmanaged) = outcome.managed_and_other(account);
    unmanaged.retain(|symbol| screen::row_of(snapshot, symbol).is_none());
    (!unmanaged.is_empty()).then(|| {
        Finding::new(
            Code::HeldWithoutRow,
            format!("held, but not in the snapshot, and therefore never sold: {}", named(unmanaged.iter().copied())),
        )
        .file(&snapshot.file)
        .observed(unmanaged.iter().map(|symbol| symbol.as_str()).collect::<Vec<_>>().join(", "))
        .hint("name the snapshot before this one with `--previous FILE`; names that left it since are sold then")
    })
}

/// Symbols in a sentence: the first ones, and how many more there are.
pub(crate) fn named<'a>(symbols: impl IntoIterator<Item = &'a Symbol>) -> String {
    some_of(symbols, MOST_NAMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_counted() {
        let symbols: Vec<Symbol> = (0..7).filter_map(|index| Symbol::parse(&format!("A{index}"))).collect();
        assert_eq!(named(&symbols), "A0, A1, A2, A3, A4 and 2 more");
        assert_eq!(named(symbols.iter().take(2)), "A0, A1");
    }
}
