//! What an account's own numbers say against each other.

use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::strategy::requirement::positive_equity;

/// How far positions and cash may be off the equity, as a ratio of it.
const MISMATCH_TOLERANCE: f64 = 0.01;

/// An equity that no target should follow from: one that is not above zero, or none where the profile needs one.
pub fn unusable_equity(account: &Account, is_required: bool) -> Vec<Finding> {
    if account.equity_usd.is_none() && !is_required {
        return Vec::new();
    }
    positive_equity(account).err().unwrap_or_default()
}

/// Positions and cash that do not add up to the equity. Looked for only where a file says all three.
pub fn equity_mismatch(account: &Account) -> Option<Finding> {
    let (equity, cash) = (account.equity_usd?, account.cash_balance_usd?);
    if account.positions.is_empty() {
        return None;
    }
    let invested: f64 = account.positions.values().map(|position| position.market_value_usd).sum();
    let total = invested + cash;
    ((total - equity).abs() > MISMATCH_TOLERANCE * equity.abs()).then(|| {
        Finding::new(Code::EquityMismatch, "positions and cash do not add up to `total_equity`")
            .observed(format!("{invested:.2} in positions and {cash:.2} in cash"))
            .expected(format!("{equity:.2} within 1 %"))
            .hint("take equity, positions and cash from one moment of the account")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Position;
    use crate::symbol::Symbol;

    fn account(equity: f64, invested: f64, cash: Option<f64>) -> Account {
        let position = Position { quantity: 1.0, market_value_usd: invested };
        Account {
            equity_usd: Some(equity),
            cash_balance_usd: cash,
            positions: [(Symbol::literal("QQQ"), position)].into(),
            ..Account::default()
        }
    }

    #[test]
    fn one_percent_is_let_pass_and_more_is_not() {
        // 890 + 100 = 990 is 1 % off 1000; 889 + 100 = 989 is 1.1 % off.
        assert_eq!(equity_mismatch(&account(1000.0, 890.0, Some(100.0))), None);
        assert!(equity_mismatch(&account(1000.0, 889.0, Some(100.0))).is_some());
        assert_eq!(equity_mismatch(&account(1000.0, 889.0, None)), None);
    }

    #[test]
    fn nothing_follows_from_an_equity_of_nothing() {
        let code = |account: &Account, is_required| {
            unusable_equity(account, is_required).first().map(|finding| finding.code)
        };
        assert_eq!(code(&account(0.0, 0.0, None), false), Some(Code::NonPositiveEquity));
        assert_eq!(code(&account(-1.0, 0.0, None), true), Some(Code::NonPositiveEquity));
        assert_eq!(code(&account(0.01, 0.0, None), true), None);
        assert_eq!(code(&Account::default(), false), None);
        assert_eq!(code(&Account::default(), true), Some(Code::PortfolioMissing));
    }
}
