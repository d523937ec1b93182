//! The account from a portfolio file, JSON or CSV, and the flags that override it.

mod csv;
mod draft;
mod json;

use std::collections::BTreeSet;
use std::io;

use serde::{Deserialize, Serialize};

use super::source::Source;
use super::table::TableError;
use super::{FileKind, InputRecord};
use crate::account::Account;
use crate::finding::{Code, Finding, any_error};
use crate::serial::is_default;
use crate::symbol::Symbol;

/// What a portfolio looks like, for the errors of a file that is none.
const SHAPE: &str = "a portfolio is `{\"total_equity\": 25000, \"positions\": [{\"symbol\": \"QQQ\", \"quantity\": 3, \
                     \"market_value\": 1500}]}`, with `as_of`, `buying_power`, `cash_balance` and `metadata` as you have \
                     them; or CSV `symbol,quantity,market_value`";

/// What the flags say about the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct AccountFlags {
    /// `--portfolio`.
    #[serde(skip_serializing_if = "is_default")]
    pub portfolio: Option<String>,
    /// `--equity`: overrides the file's.
    #[serde(rename = "equity", skip_serializing_if = "is_default")]
    pub equity_usd: Option<f64>,
    /// `--holdings`: overrides the file's positions as to what is held.
    #[serde(skip_serializing_if = "is_default")]
    pub holdings: Option<Vec<Symbol>>,
    /// `--cash`: the cash beside a portfolio in CSV.
    #[serde(rename = "cash", skip_serializing_if = "is_default")]
    pub cash_usd: Option<f64>,
    /// `--account`: the one account of several in a portfolio that counts.
    #[serde(rename = "account", skip_serializing_if = "is_default")]
    pub account_id: Option<String>,
    /// `--cash-symbol`: held symbols that are cash.
    #[serde(rename = "cash_symbol", skip_serializing_if = "is_default")]
    pub cash_symbols: BTreeSet<Symbol>,
    /// `--alias`: a holding's spelling and the profile's symbol.
    #[serde(rename = "alias", skip_serializing_if = "is_default")]
    pub aliases: Vec<(Symbol, Symbol)>,
    /// `--min-holding`: positions of fewer US dollars count as not held.
    #[serde(rename = "min_holding", skip_serializing_if = "is_default")]
    pub min_holding_usd: Option<f64>,
}

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
    if let Some(holdings) = &flags.holdings {
        reading.account.holdings = holdings.iter().cloned().collect();
    }
    reading
}

/// Reads a file: JSON where its first character is that of an object or a list, otherwise CSV.
fn read_file(path: &str, flags: &AccountFlags) -> Result<AccountReading, Box<Finding>> {
    let refuse = |error: io::Error| TableError::from(error).finding(path, csv::KIND);
    let source = Source::open(path).map_err(refuse)?;
    let (draft, mut record) = if source.begins_as_json() || source.is_blank() {
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
        findings.insert(0, undated(path));
    }
    (record.first, record.last) = (account.as_of, account.as_of);
    Ok(AccountReading { account, has_portfolio, input: Some(record), findings, misuse })
}

fn undated(path: &str) -> Finding {
    Finding::new(Code::PortfolioUndated, "the portfolio does not say which day it is of")
        .file(path)
        .expected("`as_of` with the day of the account")
        .hint("add `as_of`, so that an old file is noticed")
}

#[cfg(test)]
mod tests;
