//! The account as the flags have it read: other spellings, cash-like holdings, positions too small to count.

use super::share_plan::{PlanPrices, Planned};
use super::{Request, UsageError};
use crate::account::{Account, Position};
use crate::check::{account, positions};
use crate::decision::Decided;
use crate::finding::{Finding, quoted};
use crate::input::portfolio::AccountFlags;
use crate::profile::Profile;
use crate::strategy::{Evidence, Outcome};
use crate::suggestion::Problem;
use crate::symbol::Symbol;

/// Reads holdings under the profile's spelling, takes cash-like ones out of what is held, and sets positions apart that
/// are too small to count.
pub(super) fn adjust(account: &mut Account, flags: &AccountFlags) {
    for (held, name) in &flags.aliases {
        positions::rename(account, held, name);
    }
    for symbol in &flags.cash_symbols {
        account.holdings.remove(symbol);
    }
    let smallest = flags.min_holding_usd.unwrap_or_default();
    let is_small = |symbol: &Symbol, position: &Position| {
        position.quantity > 0.0
            && position.market_value_usd < smallest
            && !flags.cash_symbols.contains(symbol)
    };
    let (small, kept) = std::mem::take(&mut account.positions)
        .into_iter()
        .partition(|(symbol, position)| is_small(symbol, position));
    (account.below_min_holding, account.positions) = (small, kept);
    account.holdings.retain(|symbol| !account.below_min_holding.contains_key(symbol));
}

/// Checks what the account says against the newest closes, and `--equity` against the portfolio.
pub(super) fn check(
    request: &Request,
    evidence: &Evidence,
    decided: &Decided,
    prices: Option<&PlanPrices>,
    planned: &Planned,
) -> Vec<Finding> {
    let Some(outcome) = &decided.outcome else { return Vec::new() };
    let account = &evidence.account;
    let closes_of = |symbol: &Symbol| {
        let of_plan = || prices?.window(symbol, evidence);
        evidence.inputs().window(symbol).or_else(of_plan)
    };
    let mut findings = positions::against_closes(account, |symbol| outcome.is_managed(symbol), closes_of);
    // On a hold no target follows from the equity, and a sum of positions is no equity that a file states.
    let stated =
        account.total_equity_usd.filter(|_| outcome.action.is_actionable() && !account.is_equity_summed);
    if let (Some(flag), Some(total)) = (request.account.equity_usd, stated) {
        findings.extend(account::equity_of_flag_mismatch(flag, total, planned.managed_equity_usd));
    }
    findings
}

/// The first flag about the account that can do nothing.
pub(super) fn check_flags(flags: &AccountFlags) -> Option<Problem> {
    let has_portfolio = flags.portfolio.is_some();
    let add_portfolio = "add `--portfolio FILE`";
    let (message, hint) = if flags.min_holding_usd.is_some() && flags.holdings.is_some() {
        (
            "`--min-holding` needs values, and `--holdings` has none",
            "leave one of the two out, or give the positions with `--portfolio FILE`",
        )
    } else if flags.min_holding_usd.is_some() && !has_portfolio {
        ("`--min-holding` does nothing without `--portfolio`", add_portfolio)
    } else if !flags.cash_symbols.is_empty() && !has_portfolio {
        ("`--cash-symbol` does nothing without `--portfolio`", add_portfolio)
    } else if !flags.aliases.is_empty() && !has_portfolio && flags.holdings.is_none() {
        ("`--alias` does nothing without an account", "add `--portfolio FILE` or `--holdings A,B`")
    } else {
        return None;
    };
    Some(Problem::new(message, hint))
}

/// Refuses a cash-like holding that the profile manages, and an alias of a symbol that it does not. The names of a
/// snapshot come and go, so that an alias of one that is not there this month is none of the flags' faults.
///
/// # Errors
/// With the first of them.
pub(super) fn check_symbols(
    flags: &AccountFlags,
    takes_snapshot: bool,
    outcome: &Outcome,
) -> Result<(), UsageError> {
    let is_managed = |symbol: &Symbol| outcome.is_managed(symbol);
    if let Some(symbol) = flags.cash_symbols.iter().find(|symbol| is_managed(symbol)) {
        let message = format!("`--cash-symbol {symbol}`: the profile manages {symbol}, so it is not cash");
        return Err(UsageError::new(message, "leave the flag out"));
    }
    let unknown = flags.aliases.iter().find(|(_, name)| !is_managed(name));
    if let Some((held, name)) = unknown.filter(|_| !takes_snapshot) {
        let message = format!("`--alias {held}={name}`: {name} is not a symbol of the profile");
        let hint = "write the holding's spelling, `=`, and the profile's symbol";
        return Err(UsageError::new(message, hint));
    }
    Ok(())
}

/// Refuses an income fund that only `--holdings` names, where the rule needs its value: without one it would be bought
/// once more.
///
/// # Errors
/// With the funds.
pub(super) fn check_values(
    profile: &Profile,
    flags: &AccountFlags,
    account: &Account,
    outcome: &Outcome,
) -> Result<(), UsageError> {
    if !profile.strategy.facts().needs_held_values || flags.holdings.is_none() {
        return Ok(());
    }
    let without_value: Vec<&str> = outcome
        .income_symbols
        .iter()
        .filter(|symbol| account.holds(symbol) && !account.positions.contains_key(*symbol))
        .map(Symbol::as_str)
        .collect();
    if without_value.is_empty() {
        return Ok(());
    }
    let names = quoted(&without_value);
    Err(UsageError::new(
        format!("`--holdings` names {names}, and the rule needs the value of the position"),
        "give the positions with `--portfolio FILE`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(text: &'static str) -> Symbol {
        Symbol::literal(text)
    }

    fn account(positions: &[(&'static str, f64, f64)]) -> Account {
        let positions = positions.iter().map(|(name, quantity, market_value_usd)| {
            (symbol(name), Position { quantity: *quantity, market_value_usd: *market_value_usd })
        });
        Account::of_positions(positions.collect())
    }

    #[test]
    fn an_alias_adds_the_quantities_of_both_spellings() {
        let mut account = account(&[("META.O", 2.0, 1000.0), ("META", 1.0, 500.0)]);
        let aliases = vec![(symbol("META.O"), symbol("META")), (symbol("NONE"), symbol("QQQ"))];
        adjust(&mut account, &AccountFlags { aliases, ..AccountFlags::default() });
        assert_eq!(account.positions[&symbol("META")], Position { quantity: 3.0, market_value_usd: 1500.0 });
        assert_eq!((account.positions.len(), account.holdings.len()), (1, 1));
    }

    #[test]
    fn a_position_below_the_smallest_holding_is_set_apart() {
        let mut account = account(&[("TQQQ", 0.5, 30.0), ("QQQ", 1.0, 500.0), ("SPAXX", 10.0, 10.0)]);
        let flags = AccountFlags {
            min_holding_usd: Some(100.0),
            cash_symbols: [symbol("SPAXX")].into(),
            ..AccountFlags::default()
        };
        adjust(&mut account, &flags);
        assert_eq!(account.holdings, [symbol("QQQ")].into());
        assert_eq!(account.below_min_holding.keys().collect::<Vec<_>>(), [&symbol("TQQQ")]);
        assert_eq!(account.positions.len(), 2);
        assert_eq!(account.market_value_usd(&symbol("TQQQ")), 0.0);
    }
}
