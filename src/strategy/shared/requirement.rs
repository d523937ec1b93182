//! What a strategy can't decide without, and the findings that say so.

use crate::account::Account;
use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::market::window::Window;
use crate::strategy::Inputs;
use crate::symbol::Symbol;

/// The equity in US dollars, known and above zero.
///
/// # Errors
///
/// A finding when nobody said it, or it is not above zero.
pub fn positive_equity(account: &Account) -> Result<f64, Vec<Finding>> {
    let finding = match account.equity_usd {
        None => Finding::new(Code::PortfolioMissing, "the profile sizes its targets by the account's equity")
            .expected("an equity in US dollars")
            .hint("name a portfolio with `--portfolio FILE`, or an equity with `--equity USD`"),
        Some(equity) if equity > 0.0 => return Ok(equity),
        Some(equity) => Finding::new(Code::NonPositiveEquity, "the account's equity is not above 0")
            .observed(equity)
            .expected("US dollars above 0")
            .hint("correct `total_equity`, or name the equity with `--equity USD`"),
    };
    Err(vec![finding])
}

/// Two requirements together: both values, or the findings of both.
///
/// # Errors
///
/// The findings of whichever is not met.
pub fn both<A, B>(
    first: Result<A, Vec<Finding>>,
    second: Result<B, Vec<Finding>>,
) -> Result<(A, B), Vec<Finding>> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => {
            let findings = [first.err(), second.err()];
            Err(findings.into_iter().flatten().flatten().collect())
        }
    }
}

/// What a rule reads in the bars of a symbol that it can't do without.
///
/// # Errors
///
/// A finding when the symbol has no bar, or fewer than `fewest`, or too few to read.
pub fn required<'a, T>(
    inputs: Inputs<'a>,
    symbol: &Symbol,
    fewest: usize,
    read: impl FnOnce(Window<'a>) -> Option<T>,
) -> Result<T, Vec<Finding>> {
    let bars = inputs.window(symbol).ok_or_else(|| vec![absent(symbol, fewest)])?;
    let enough = Some(bars).filter(|bars| bars.len() >= fewest);
    enough.and_then(read).ok_or_else(|| vec![too_few_closes(symbol, bars.len(), fewest)])
}

/// The finding that a symbol has no close at all.
pub fn absent(symbol: &Symbol, fewest: usize) -> Finding {
    Finding::new(Code::MissingSymbol, format!("no price of `{symbol}` up to the decision date"))
        .symbol(symbol)
        .expected(format!("at least {}", counted(fewest, "close")))
        .counts(0, fewest)
        .hint("add its closes to a file named with `--prices`")
}

/// The finding that a symbol has fewer closes than the rule needs.
pub fn too_few_closes(symbol: &Symbol, observed: usize, fewest: usize) -> Finding {
    Finding::new(Code::ShortHistory, format!("`{symbol}` has too few closes up to the decision date"))
        .symbol(symbol)
        .observed(counted(observed, "close"))
        .expected(format!("at least {}", counted(fewest, "close")))
        .counts(observed, fewest)
        .hint("add older closes to a file named with `--prices`")
}

/// The findings as errors: what may be passed over in one symbol may not be in all.
pub fn as_errors(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().map(|finding| finding.severity(Severity::Error)).collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::market::calendar::Calendar;
    use crate::market::history::{History, Market};

    fn account(equity_usd: Option<f64>) -> Account {
        Account { equity_usd, ..Account::default() }
    }

    #[test]
    fn an_equity_is_known_and_above_zero() {
        assert_eq!(positive_equity(&account(Some(0.01))), Ok(0.01));
        assert_eq!(positive_equity(&account(None)).unwrap_err()[0].code, Code::PortfolioMissing);
        let zero = positive_equity(&account(Some(0.0))).unwrap_err();
        assert_eq!((zero[0].code, zero[0].observed.as_deref()), (Code::NonPositiveEquity, Some("0")));
    }

    #[test]
    fn a_series_has_as_many_closes_as_the_rule_needs() {
        let (present, empty) = (Symbol::literal("QQQ"), Symbol::literal("SPY"));
        let bars = [(NaiveDate::MIN, 1.0), (NaiveDate::MAX, 2.0)];
        let market = Market::from([
            (present.clone(), History::from_closes(bars)),
            (empty.clone(), History::default()),
        ]);
        let (calendar, account) = (Calendar::default(), Account::default());
        let inputs = Inputs::new(&calendar, &market, &account);
        assert_eq!(required(inputs, &present, 2, Some).unwrap().len(), 2);
        let short = required(inputs, &present, 3, Some).unwrap_err().remove(0);
        assert_eq!((short.code, short.symbol), (Code::ShortHistory, Some(present)));
        assert_eq!(short.observed.as_deref(), Some("2 closes"));
        assert_eq!(short.expected.as_deref(), Some("at least 3 closes"));
        for absent in [empty, Symbol::literal("DIA")] {
            let missing = required(inputs, &absent, 1, Some).unwrap_err().remove(0);
            assert_eq!((missing.code, missing.symbol), (Code::MissingSymbol, Some(absent)));
        }
    }

    #[test]
    fn both_requirements_are_reported() {
        let codes = |findings: Vec<Finding>| findings.iter().map(|f| f.code).collect::<Vec<_>>();
        let no_equity = || positive_equity(&account(None));
        let (calendar, market, account_of_none) = (Calendar::default(), Market::new(), Account::default());
        let inputs = Inputs::new(&calendar, &market, &account_of_none);
        let no_series = || required(inputs, &Symbol::literal("QQQ"), 1, |bars| Some(bars.len()));
        assert_eq!(
            codes(both(no_equity(), no_series()).unwrap_err()),
            [Code::PortfolioMissing, Code::MissingSymbol]
        );
        assert_eq!(codes(both(Ok(1), no_series()).unwrap_err()), [Code::MissingSymbol]);
        assert_eq!(both(Ok(1), Ok(2)), Ok((1, 2)));
    }
}
