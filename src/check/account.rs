//! What an account's own numbers say against each other.

use chrono::NaiveDate;

use super::prices::DEFAULT_MAX_LAG;
use crate::account::Account;
use crate::amount::counted;
use crate::finding::{Code, Finding, quoted};
use crate::market::calendar::Calendar;
use crate::strategy::shared::requirement::positive_equity;
use crate::symbol::Symbol;

/// How far positions and cash may be off the equity, as a ratio of it.
const MISMATCH_TOLERANCE: f64 = 0.01;

/// An equity that no target should follow from: one that is not above zero, or none where the profile needs one.
pub fn unusable_equity(account: &Account, is_required: bool) -> Vec<Finding> {
    if account.equity_usd.is_none() && !is_required {
        return Vec::new();
    }
    positive_equity(account).err().unwrap_or_default()
}

/// Positions and cash that do not add up to the equity. Without a word of the cash, only that the positions alone are
/// more than all of it.
pub fn equity_mismatch(account: &Account) -> Option<Finding> {
    let equity = account.equity_usd?;
    if account.positions.is_empty() {
        return None;
    }
    let invested: f64 = account.positions.values().map(|position| position.market_value_usd).sum();
    let (surplus, observed) = match account.cash_balance_usd {
        Some(cash) => {
            ((invested + cash - equity).abs(), format!("{invested:.2} in positions and {cash:.2} in cash"))
        }
        None => (invested - equity, format!("{invested:.2} in positions")),
    };
    (surplus > MISMATCH_TOLERANCE * equity.abs()).then(|| {
        Finding::new(Code::EquityMismatch, "positions and cash do not add up to `total_equity`")
            .observed(observed)
            .expected(format!("{equity:.2} within 1 %"))
            .hint("take equity, positions and cash from one moment of the account")
    })
}

/// Positions that are not in US dollars: an error of a symbol that the profile manages, whose value the decision needs;
/// of any other one its value is not known.
pub fn foreign_positions(account: &Account, managed: &[Symbol]) -> Option<Finding> {
    let (ours, others): (Vec<&Symbol>, Vec<&Symbol>) =
        account.foreign.keys().partition(|symbol| managed.contains(symbol));
    let named = |symbols: &[&Symbol]| {
        let names = symbols.iter().map(|symbol| {
            let currency = account.foreign.get(*symbol).map_or("", String::as_str);
            format!("`{symbol}` ({currency})")
        });
        names.collect::<Vec<_>>().join(", ")
    };
    if !ours.is_empty() {
        let finding = Finding::new(
            Code::PortfolioInvalid,
            format!("the profile manages {}, whose value is not in US dollars", named(&ours)),
        );
        return Some(finding.hint("give the values in US dollars, or leave the positions out"));
    }
    (!others.is_empty()).then(|| {
        Finding::new(
            Code::ForeignCurrencyPosition,
            format!("the value of {} in US dollars is not known", named(&others)),
        )
        .hint("nothing to do: the profile does not manage them")
    })
}

/// Positions of less than nothing: no rule here holds any, so that none of them is counted as held or sold.
pub fn short_positions(account: &Account) -> Option<Finding> {
    let short = account.positions.iter().filter(|(_, position)| position.quantity < 0.0);
    let names: Vec<&str> = short.map(|(symbol, _)| symbol.as_str()).collect();
    (!names.is_empty()).then(|| {
        Finding::new(
            Code::ShortPosition,
            format!("the account is short of {}, which no decision counts as held or closes", quoted(&names)),
        )
        .expected("quantities above 0")
        .hint("close short positions by hand; the targets are those of an account without them")
    })
}

/// A portfolio of after the decision, or of more than [`DEFAULT_MAX_LAG`] sessions before it: what was held then may
/// not be what is held.
pub fn stale_portfolio(account: &Account, as_of: NaiveDate, calendar: &Calendar) -> Option<Finding> {
    let portfolio = account.as_of?;
    let is_of_the_day = portfolio <= as_of && calendar.sessions_between(portfolio, as_of) <= DEFAULT_MAX_LAG;
    (!is_of_the_day).then(|| {
        Finding::new(
            Code::PortfolioStale,
            format!("the portfolio is of another day than the decision, {as_of}"),
        )
        .observed(portfolio)
        .expected(format!("at most {} before {as_of}", counted(DEFAULT_MAX_LAG, "session")))
        .hint("take the account of the day, or correct its `as_of`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Position;

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
        // Without a word of the cash, the positions may be any part of the equity, but not more than all of it.
        assert_eq!(equity_mismatch(&account(1000.0, 889.0, None)), None);
        assert_eq!(equity_mismatch(&account(1000.0, 1010.0, None)), None);
        assert!(equity_mismatch(&account(1000.0, 1011.0, None)).is_some());
    }

    #[test]
    fn a_position_in_another_currency_is_an_error_where_the_profile_manages_it() {
        let foreign = [(Symbol::literal("0700.HK"), "HKD".to_owned())].into();
        let account = Account { foreign, ..Account::default() };
        let found = |managed: &[Symbol]| foreign_positions(&account, managed).map(|f| (f.code, f.message));
        assert_eq!(
            found(&[Symbol::literal("QQQ")]),
            Some((
                Code::ForeignCurrencyPosition,
                "the value of `0700.HK` (HKD) in US dollars is not known".to_owned()
            ))
        );
        assert_eq!(found(&[Symbol::literal("0700.HK")]).map(|(code, _)| code), Some(Code::PortfolioInvalid));
        assert_eq!(foreign_positions(&Account::default(), &[]), None);
    }

    #[test]
    fn a_portfolio_of_another_day_is_told_of() {
        // 2025-04-01 is one session after 2025-03-31, and 2025-04-04 four.
        let of_march = Account { as_of: "2025-03-31".parse().ok(), ..Account::default() };
        let told =
            |as_of: &str| stale_portfolio(&of_march, as_of.parse().unwrap(), &Calendar::default()).is_some();
        assert_eq!(
            ["2025-03-28", "2025-03-31", "2025-04-03", "2025-04-04"].map(told),
            [true, false, false, true]
        );
        assert_eq!(stale_portfolio(&Account::default(), NaiveDate::MAX, &Calendar::default()), None);
    }

    #[test]
    fn a_short_position_is_told_of() {
        let mut account = account(1000.0, 0.0, None);
        assert_eq!(short_positions(&account), None);
        let short = Position { quantity: -0.5, market_value_usd: -10.0 };
        account.positions.insert(Symbol::literal("SPY"), short);
        assert_eq!(
            short_positions(&account).unwrap().message,
            "the account is short of `SPY`, which no decision counts as held or closes"
        );
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
