//! What the flags say about the account.

use std::collections::BTreeSet;
use std::str::FromStr;

use clap::Args;
use serde::{Deserialize, Serialize, Serializer};

use crate::flag::{not_empty, not_negative_usd, usd};
use crate::serial::is_default;
use crate::symbol::Symbol;

/// What the flags say about the account.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct AccountFlags {
    /// The account's file: JSON or CSV.
    // `decide` takes several, one for each account.
    #[arg(skip)]
    #[serde(skip_serializing_if = "is_default")]
    pub portfolio: Option<String>,
    /// The account's equity in US dollars; overrides the portfolio's
    #[arg(long = "equity", value_name = "USD", value_parser = usd, allow_negative_numbers = true, help_heading = "Account")]
    #[serde(rename = "equity", skip_serializing_if = "is_default")]
    pub equity_usd: Option<f64>,
    /// The cash in US dollars, for a portfolio in CSV
    #[arg(long = "cash", hide_short_help = true, value_name = "USD", value_parser = usd, allow_negative_numbers = true, help_heading = "Account")]
    #[serde(rename = "cash", skip_serializing_if = "is_default")]
    pub cash_usd: Option<f64>,
    /// The one account of a portfolio with several, by its `account_id`
    #[arg(long = "account", hide_short_help = true, value_name = "ID", value_parser = not_empty(), help_heading = "Account")]
    #[serde(rename = "account", skip_serializing_if = "is_default")]
    pub account_id: Option<String>,
    /// The held symbols, separated by commas, or `none`; overrides the portfolio's
    #[arg(long, hide_short_help = true, value_name = "A,B", help_heading = "Account")]
    #[serde(skip_serializing_if = "is_default")]
    pub holdings: Option<Holdings>,
    /// A held symbol that is cash, such as a money market fund; may be given again
    #[arg(long = "cash-symbol", hide_short_help = true, value_name = "SYMBOL", help_heading = "Account")]
    #[serde(rename = "cash_symbol", skip_serializing_if = "is_default", serialize_with = "as_set")]
    #[cfg_attr(test, schemars(with = "BTreeSet<Symbol>"))]
    pub cash_symbols: Vec<Symbol>,
    /// Read a holding's spelling as a symbol of the profile, such as `META.O=META`; may be given again
    #[arg(long = "alias", hide_short_help = true, value_name = "HELD=PROFILE", value_parser = alias, help_heading = "Account")]
    #[serde(rename = "alias", skip_serializing_if = "is_default")]
    pub aliases: Vec<(Symbol, Symbol)>,
    /// A position worth less than this, in US dollars, counts as not held [default: 0]
    #[arg(long = "min-holding", hide_short_help = true, value_name = "USD", value_parser = not_negative_usd, allow_negative_numbers = true, help_heading = "Account")]
    #[serde(rename = "min_holding", skip_serializing_if = "is_default")]
    pub min_holding_usd: Option<f64>,
}

/// Writes each symbol once, in order.
fn as_set<S: Serializer>(symbols: &[Symbol], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(symbols.iter().collect::<BTreeSet<_>>())
}

/// The symbols that an account holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Holdings(pub Vec<Symbol>);

/// The word for an account that holds nothing.
const NO_HOLDINGS: &str = "none";

impl FromStr for Holdings {
    type Err = String;

    /// Reads symbols between commas. With another separator, the whole list would be one symbol.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case(NO_HOLDINGS) {
            return Ok(Self(Vec::new()));
        }
        let symbols: Vec<Symbol> = text.split(',').filter_map(Symbol::parse).collect();
        if symbols.is_empty() {
            return Err(format!("it names no symbol; `{NO_HOLDINGS}` says that nothing is held"));
        }
        match symbols.iter().find(|symbol| !symbol.is_plausible() || symbol.as_str().contains(' ')) {
            Some(symbol) => Err(format!(
                "`{symbol}` is not a symbol; expected symbols separated by commas, such as QQQ,TQQQ"
            )),
            None => Ok(Self(symbols)),
        }
    }
}

fn alias(text: &str) -> Result<(Symbol, Symbol), String> {
    let parts = text.split_once('=').and_then(|(held, name)| Some((held.parse().ok()?, name.parse().ok()?)));
    parts.ok_or_else(|| {
        "expected the holding's spelling and the profile's symbol, such as META.O=META".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holdings_may_be_none() {
        assert_eq!("none".parse(), Ok(Holdings(Vec::new())));
        for unset in ["", " ", ","] {
            assert!(unset.parse::<Holdings>().is_err(), "{unset}");
        }
        assert_eq!(" a, B,".parse().map(|Holdings(symbols)| symbols.len()), Ok(2));
    }

    #[test]
    fn a_record_has_each_cash_symbol_once() {
        let cash_symbols = ["SPAXX", "FDRXX", "SPAXX"].map(Symbol::literal).into();
        let flags = AccountFlags { cash_symbols, ..AccountFlags::default() };
        assert_eq!(serde_json::to_string(&flags).unwrap(), r#"{"cash_symbol":["FDRXX","SPAXX"]}"#);
    }
}
