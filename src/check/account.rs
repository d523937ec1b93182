//! What an account's own numbers say against each other.

use chrono::NaiveDate;

use super::prices::DEFAULT_MAX_LAG;
use crate::account::Account;
use crate::amount::counted;
use crate::finding::{Code, Finding, Severity, quoted};
use crate::market::calendar::Calendar;
use crate::strategy::shared::requirement::positive_equity;
use crate::symbol::Symbol;

/// How far positions and cash may be off the equity, as a ratio of it.
const MISMATCH_TOLERANCE: f64 = 0.01;

/// Further off than this ratio, the numbers are not those of one account. The 538 portfolios at hand are 10.0 % off at
/// most.
const LARGEST_MISMATCH: f64 = 0.25;

/// How many times the cash a buying power may be. That of the 45 portfolios at hand is 1.11 times at most.
const MOST_BUYING_POWER: f64 = 1.5;

/// An equity that no target should follow from: one that is not above zero, or none where the profile needs one.
pub fn unusable_equity(account: &Account, is_required: bool) -> Vec<Finding> {
    if account.equity_usd.is_none() && !is_required {
        return Vec::new();
    }
    positive_equity(account).err().unwrap_or_default()
}

/// Finds positions and cash that do not add up to the equity. Where the cash is not known, only that the positions alone
/// are more than the equity. Far off, it is an error: the values are in another currency, or of another account.
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
    let is_far_off = surplus > LARGEST_MISMATCH * equity.abs();
    (surplus > MISMATCH_TOLERANCE * equity.abs()).then(|| {
        Finding::new(Code::EquityMismatch, "positions and cash do not add up to `total_equity`")
            .severity(if is_far_off { Severity::Error } else { Severity::Warning })
            .observed(observed)
            .expected(format!("{equity:.2} within 1 %"))
            .hint_with_code(if is_far_off {
                "take equity, positions and cash in US dollars from the same account at the same time; `--allow {code}` \
                 decides anyway"
            } else {
                "take equity, positions and cash from the account at the same time"
            })
    })
}

/// Finds an equity of the command line that is neither that of the portfolio nor its managed part: a digit too many
/// multiplies every target.
pub fn equity_of_flag_mismatch(flag: f64, total: f64, managed: Option<f64>) -> Option<Finding> {
    let is_near = |equity: f64| (flag - equity).abs() <= MISMATCH_TOLERANCE * equity.abs();
    if is_near(total) || managed.is_some_and(is_near) {
        return None;
    }
    let managed = managed
        .filter(|managed| (managed - total).abs() > MISMATCH_TOLERANCE * total.abs())
        .map_or_else(String::new, |managed| format!(", or {managed:.2} without unmanaged positions"));
    let is_far_off = (flag - total).abs() > LARGEST_MISMATCH * total.abs();
    Some(
        Finding::new(Code::EquityMismatch, "`--equity` is not the `total_equity` of the portfolio")
            .observed(format!("{flag:.2}"))
            .expected(format!("{total:.2} within 1 %{managed}"))
            .hint(if is_far_off {
                "check `--equity` for an extra or a missing digit"
            } else {
                "leave `--equity` out, or take both from the account at the same time"
            }),
    )
}

/// Finds a buying power that seems to include borrowed money.
pub fn buying_power_exceeds_cash(account: &Account) -> Option<Finding> {
    let (power, cash) = (account.buying_power_usd?, account.cash_balance_usd?);
    let slack = account.equity_usd.unwrap_or_default().max(0.0) * MISMATCH_TOLERANCE;
    let most = MOST_BUYING_POWER * cash.max(0.0) + slack;
    (power > most).then(|| {
        Finding::new(Code::BuyingPowerExceedsCash, "the buying power seems to include borrowed money")
            .observed(format!("a buying power of {power:.2} and {cash:.2} in cash"))
            .expected(format!("at most {most:.2}"))
            .values(power, most)
            .hint("write the cash under `buying_power`, or leave it out")
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
    let names: Vec<&Symbol> = short.map(|(symbol, _)| symbol).collect();
    (!names.is_empty()).then(|| {
        Finding::new(
            Code::ShortPosition,
            format!(
                "the account is short of {}, which decisions neither count as held nor close",
                quoted(&names)
            ),
        )
        .expected("quantities above 0")
        .hint("close short positions by hand; the targets are those of an account without them")
    })
}

/// A portfolio of more than one session after the newest row of the prices: they have stopped arriving.
pub fn newer_than_prices(
    account: &Account,
    newest_row: Option<NaiveDate>,
    calendar: &Calendar,
) -> Option<Finding> {
    let (portfolio, newest_row) = (account.as_of?, newest_row?);
    let sessions = calendar.sessions_between(newest_row, portfolio);
    (sessions > MOST_SESSIONS_LATER).then(|| {
        Finding::new(
            Code::PortfolioNewerThanPrices,
            format!(
                "the portfolio is of {portfolio}, {} after the newest price",
                counted(sessions, "session")
            ),
        )
        .observed(portfolio)
        .expected(format!("prices up to {portfolio}, and not only to {newest_row}"))
        .hint("download the prices again: the files seem to be out of date")
    })
}

/// An account that is read the next morning is one session later than the closes, and than the decision.
const MOST_SESSIONS_LATER: usize = 1;

/// A portfolio of more than one session after the decision, or of more than [`DEFAULT_MAX_LAG`] before it: what was held
/// then may not be what is held.
pub fn stale_portfolio(account: &Account, as_of: NaiveDate, calendar: &Calendar) -> Option<Finding> {
    let portfolio = account.as_of?;
    let is_of_the_day = calendar.sessions_between(as_of, portfolio) <= MOST_SESSIONS_LATER
        && calendar.sessions_between(portfolio, as_of) <= DEFAULT_MAX_LAG;
    (!is_of_the_day).then(|| {
        Finding::new(Code::PortfolioStale, format!("the portfolio is not of the decision date {as_of}"))
            .observed(portfolio)
            .expected(format!(
                "at most {} before {as_of}, or one after it",
                counted(DEFAULT_MAX_LAG, "session")
            ))
            .counts(calendar.sessions_between(portfolio, as_of), DEFAULT_MAX_LAG)
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
    fn a_quarter_off_is_another_account() {
        let severity = |invested| equity_mismatch(&account(1000.0, invested, Some(0.0))).map(|f| f.severity);
        assert_eq!(severity(750.0), Some(Severity::Warning));
        assert_eq!(severity(749.0), Some(Severity::Error));
        assert_eq!(severity(7800.0), Some(Severity::Error));
    }

    #[test]
    fn an_equity_of_the_command_line_is_the_total_or_the_managed_one() {
        let found = |flag, managed| equity_of_flag_mismatch(flag, 25_000.0, managed).is_some();
        assert!(!found(25_250.0, None));
        assert!(found(25_251.0, None));
        // A slip of one digit, and the cure that the managed part is.
        assert!(found(250_000.0, Some(5_000.0)));
        assert!(!found(5_000.0, Some(5_000.0)));
    }

    #[test]
    fn buying_power_is_about_the_cash() {
        let found = |power, cash, equity| {
            let account = Account {
                equity_usd: equity,
                buying_power_usd: Some(power),
                cash_balance_usd: cash,
                ..Account::default()
            };
            buying_power_exceeds_cash(&account).is_some()
        };
        // 1.5 times 20,000 and 1 % of 20,000 are 30,200.
        assert!(!found(30_200.0, Some(20_000.0), Some(20_000.0)));
        assert!(found(30_201.0, Some(20_000.0), Some(20_000.0)));
        assert!(found(61_350.0, Some(-500.0), None));
        assert!(!found(61_350.0, None, None));
    }

    #[test]
    fn a_portfolio_of_another_day_is_told_of() {
        // 2025-04-01 is one session after 2025-03-31, and 2025-04-04 four.
        let of_march = Account { as_of: "2025-03-31".parse().ok(), ..Account::default() };
        let told =
            |as_of: &str| stale_portfolio(&of_march, as_of.parse().unwrap(), &Calendar::default()).is_some();
        // The account that is read on the morning after 2025-03-28 is of 2025-03-31.
        assert_eq!(
            ["2025-03-27", "2025-03-28", "2025-03-31", "2025-04-03", "2025-04-04"].map(told),
            [true, false, false, false, true]
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
            "the account is short of `SPY`, which decisions neither count as held nor close"
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
