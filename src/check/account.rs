//! What an account's own numbers say against each other.

use crate::account::Account;
use crate::finding::{Code, Finding};

/// How far positions and cash may be off the equity, as a ratio of it.
const MISMATCH_TOLERANCE: f64 = 0.01;

/// An equity that is not above zero: nothing can be sized by it, and no target should follow from it.
pub fn non_positive_equity(account: &Account) -> Option<Finding> {
    let equity = account.equity_usd.filter(|equity| *equity <= 0.0)?;
    Some(
        Finding::new(Code::NonPositiveEquity, "the equity is not above zero")
            .observed(equity)
            .expected("US dollars above 0")
            .hint("correct `total_equity`, or name the equity with `--equity USD`"),
    )
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
        assert!(non_positive_equity(&account(0.0, 0.0, None)).is_some());
        assert!(non_positive_equity(&account(-1.0, 0.0, None)).is_some());
        assert_eq!(non_positive_equity(&account(0.01, 0.0, None)), None);
        assert_eq!(non_positive_equity(&Account::default()), None);
    }
}
