//! What is held against what the profile manages.

use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::market::snapshot::Snapshot;
use crate::strategy::Outcome;
use crate::strategy::shared::screen;
use crate::symbol::Symbol;

/// How many symbols a message names.
const MOST_NAMED: usize = 5;

/// Adds the names of the snapshot before to those that the profile may sell.
pub fn manage_previous(outcome: &mut Outcome, names: Option<&[Symbol]>) {
    let new: Vec<Symbol> = names
        .unwrap_or_default()
        .iter()
        .filter(|symbol| !outcome.managed_symbols.contains(symbol))
        .cloned()
        .collect();
    outcome.managed_symbols.extend(new);
}

/// Notes the holdings that the snapshot has no row of: where the universe has changed, they are never sold.
pub fn held_without_row(
    account: &Account,
    outcome: &Outcome,
    snapshot: &Snapshot,
    file: &str,
) -> Option<Finding> {
    let (_, mut unmanaged) = outcome.managed_and_other(account);
    unmanaged.retain(|symbol| screen::row_of(snapshot, symbol).is_none());
    (!unmanaged.is_empty()).then(|| {
        Finding::new(
            Code::HeldWithoutRow,
            format!("held, but not in the snapshot, and therefore never sold: {}", named(unmanaged.iter().copied())),
        )
        .file(file)
        .observed(unmanaged.iter().map(|symbol| symbol.as_str()).collect::<Vec<_>>().join(", "))
        .hint("name the snapshot before this one with `--previous FILE`; names that left it since are sold then")
    })
}

/// Symbols in a sentence: the first ones, and how many more there are.
pub(crate) fn named<'a>(symbols: impl IntoIterator<Item = &'a Symbol>) -> String {
    let symbols: Vec<&str> = symbols.into_iter().map(Symbol::as_str).collect();
    let (first, more) = symbols.split_at(symbols.len().min(MOST_NAMED));
    let listed = first.join(", ");
    if more.is_empty() { listed } else { format!("{listed} and {} more", more.len()) }
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
