//! The account from a portfolio file, JSON or CSV, and the flags that override it.

mod csv;
mod draft;
mod flags;
mod json;

use std::io;

use super::source::Source;
use super::table::TableError;
use super::{FileKind, InputRecord};
use crate::account::Account;
use crate::finding::{Code, Finding, any_error};
pub use flags::{AccountFlags, Holdings};

/// What a portfolio looks like, for the errors of a file that is none.
const SHAPE: &str = "a portfolio is `{\"total_equity\": 25000, \"positions\": [{\"symbol\": \"QQQ\", \"quantity\": 3, \
                     \"market_value\": 1500}]}`, with `as_of`, `buying_power`, `cash_balance` and `metadata` as you have \
                     them; or CSV `symbol,quantity,market_value`";

/// What is known of the account, and what is wrong with its file.
#[derive(Debug, Default)]
pub struct AccountReading {
    /// The account.
    pub account: Account,
    /// Whether positions are known from a file.
    pub has_portfolio: bool,
    /// The portfolio file.
    pub input: Option<InputRecord>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// A flag that does not go with the file: what is wrong, and the cure.
    pub misuse: Option<[&'static str; 2]>,
}

/// Reads the account.
pub fn read(flags: &AccountFlags) -> AccountReading {
    let mut reading = AccountReading::default();
    if let Some(path) = &flags.portfolio {
        reading = read_file(path, flags).unwrap_or_else(|finding| AccountReading {
            findings: vec![finding.or_hint(SHAPE)],
            ..AccountReading::default()
        });
        let is_read = reading.has_portfolio && !any_error(&reading.findings);
        if is_read && reading.account.equity_usd.or(flags.equity_usd).is_none() {
            reading.findings.push(
                Finding::new(Code::PortfolioInvalid, "there is no `total_equity`")
                    .file(path)
                    .hint("add `total_equity` in US dollars, or name the equity with `--equity USD`"),
            );
        }
    }
    if flags.equity_usd.is_some() {
        reading.account.equity_usd = flags.equity_usd;
    }
    if let Some(Holdings(holdings)) = &flags.holdings {
        reading.account.holdings = holdings.iter().cloned().collect();
    }
    reading
}

/// Reads a file: JSON where its first character is that of an object or a list, otherwise CSV.
fn read_file(path: &str, flags: &AccountFlags) -> Result<AccountReading, Box<Finding>> {
    let refuse = |error: io::Error| TableError::from(error).finding(path, csv::KIND);
    let source = Source::open(path).map_err(refuse)?;
    let is_json = source.begins_as_json() || source.is_blank();
    let (draft, mut record) = if is_json {
        let file = source.read_text().map_err(refuse)?;
        let mut draft = json::read(&file)?;
        if flags.cash_usd.is_some() {
            let message = "`--cash` goes with a portfolio in CSV, and this one is JSON";
            draft.misuse = Some([message, "write `cash_balance` in the file, or leave `--cash` out"]);
        }
        (draft, InputRecord::new(FileKind::Portfolio, path, file.sha256))
    } else {
        csv::read(source, flags)?
    };
    let (has_portfolio, misuse) = (!draft.has_lost_its_shape, draft.misuse);
    let (account, mut findings) = draft.into_account(path, flags.account_id.as_deref());
    if account.as_of.is_none() && !any_error(&findings) {
        findings.insert(0, undated(path, is_json));
    }
    (record.first, record.last) = (account.as_of, account.as_of);
    Ok(AccountReading { account, has_portfolio, input: Some(record), findings, misuse })
}

fn undated(path: &str, is_json: bool) -> Finding {
    let hint = if is_json {
        "add `as_of`, so that an old file is noticed"
    } else {
        "write the account as JSON with an `as_of`, so that an old file is noticed; CSV has no column for it"
    };
    Finding::new(Code::PortfolioUndated, "the portfolio does not say which day it is of")
        .file(path)
        .expected("`as_of` with the day of the account")
        .hint(hint)
}

#[cfg(test)]
mod tests;
