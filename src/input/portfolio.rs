//! The account from its JSON file and the flags that overrule it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::json;
use super::{FileKind, InputRecord};
use crate::account::{Account, LARGEST_VALUE_USD, Position};
use crate::finding::{Code, Finding, Findings};
use crate::market::new_york;
use crate::symbol::Symbol;

/// The currency that every value is in.
const CURRENCY: &str = "USD";

/// A portfolio file: the keys are closed, so that a misspelt one can't pass for a missing one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PortfolioFile {
    total_equity: Option<f64>,
    as_of: Option<String>,
    buying_power: Option<f64>,
    cash_balance: Option<f64>,
    positions: Option<Vec<PositionEntry>>,
    #[serde(rename = "metadata")]
    _metadata: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionEntry {
    symbol: String,
    quantity: f64,
    market_value: f64,
    #[serde(rename = "average_cost")]
    _average_cost: Option<f64>,
    currency: Option<String>,
}

/// What the flags say about the account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountFlags {
    /// `--portfolio`.
    pub portfolio: Option<String>,
    /// `--equity`: overrules the file's.
    pub equity_usd: Option<f64>,
    /// `--holdings`: overrules the file's positions as to what is held.
    pub holdings: Option<Vec<Symbol>>,
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
}

/// Reads the account.
pub fn read(flags: &AccountFlags) -> AccountReading {
    let mut reading = AccountReading::default();
    if let Some(path) = &flags.portfolio {
        match json::read::<PortfolioFile>(path, Code::PortfolioMissing, Code::PortfolioInvalid) {
            Ok((portfolio, file)) => {
                reading.has_portfolio = true;
                reading.take(portfolio, path);
                let mut record = InputRecord::new(FileKind::Portfolio, path, file.sha256);
                (record.first, record.last) = (reading.account.as_of, reading.account.as_of);
                reading.input = Some(record);
            }
            Err(finding) => reading.findings.push(finding.or_hint(
                "a portfolio is `{\"total_equity\": 25000, \"positions\": [{\"symbol\": \"QQQ\", \"quantity\": 3, \
                 \"market_value\": 1500}]}`, with `as_of`, `buying_power`, `cash_balance` and `metadata` as you \
                 have them",
            )),
        }
    }
    let is_without_equity = reading.has_portfolio && reading.account.equity_usd.is_none();
    if let Some(path) = flags.portfolio.as_ref().filter(|_| is_without_equity && flags.equity_usd.is_none()) {
        reading.findings.push(
            Finding::new(Code::PortfolioInvalid, "there is no `total_equity`")
                .file(path)
                .hint("add `total_equity` in US dollars, or name the equity with `--equity USD`"),
        );
    }
    if flags.equity_usd.is_some() {
        reading.account.equity_usd = flags.equity_usd;
    }
    if let Some(holdings) = &flags.holdings {
        reading.account.holdings = holdings.iter().cloned().collect();
    }
    reading
}

impl AccountReading {
    fn take(&mut self, portfolio: PortfolioFile, path: &str) {
        let mut refusals = Refusals { path, findings: Findings::default() };
        let mut date = None;
        if let Some(as_of) = portfolio.as_of.as_deref() {
            match new_york::read_date(as_of.trim()) {
                Ok(reading) => date = Some(reading.new_york()),
                Err(error) => {
                    refusals.refuse("as_of", &error.to_string(), as_of, "write the date as `YYYY-MM-DD`");
                }
            }
        }
        let totals = [
            ("total_equity", portfolio.total_equity),
            ("buying_power", portfolio.buying_power),
            ("cash_balance", portfolio.cash_balance),
        ];
        for (key, value) in totals {
            refusals.check_size(key, value.unwrap_or_default());
        }
        let mut positions = BTreeMap::new();
        for (index, entry) in portfolio.positions.unwrap_or_default().into_iter().enumerate() {
            let key = format!("positions[{index}]");
            // A line without a symbol is no position: brokers list cash so.
            let Some(symbol) = Symbol::parse(&entry.symbol) else { continue };
            if let Some(currency) =
                entry.currency.filter(|currency| !currency.trim().eq_ignore_ascii_case(CURRENCY))
            {
                let hint = "give the values in US dollars, or leave the position out";
                refusals.refuse(&key, "values are read as US dollars", &currency, hint);
            }
            refusals.check_size(&key, entry.quantity);
            refusals.check_size(&key, entry.market_value);
            let position = Position { quantity: entry.quantity, market_value_usd: entry.market_value };
            if positions.insert(symbol.clone(), position).is_some() {
                let hint = "add up the lots of a symbol to one position";
                refusals.refuse(&key, "the symbol has two positions", symbol.as_str(), hint);
            }
        }
        self.findings.extend(refusals.findings.into_vec());
        self.account = Account {
            as_of: date,
            equity_usd: portfolio.total_equity,
            buying_power_usd: portfolio.buying_power,
            cash_balance_usd: portfolio.cash_balance,
            ..Account::of_positions(positions)
        };
    }
}

/// What a portfolio file says and can't be taken.
struct Refusals<'a> {
    path: &'a str,
    findings: Findings,
}

impl Refusals<'_> {
    fn check_size(&mut self, key: &str, value: f64) {
        if value.abs() > LARGEST_VALUE_USD {
            let hint = "give values in US dollars and quantities in shares, as plain numbers";
            self.refuse(key, "no account is so large", &value.to_string(), hint);
        }
    }

    fn refuse(&mut self, key: &str, message: &str, observed: &str, hint: &str) {
        let finding = Finding::new(Code::PortfolioInvalid, message);
        self.findings.push(finding.file(self.path).column(key).observed(observed).hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn reading(text: &str, flags: AccountFlags) -> AccountReading {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(&AccountFlags { portfolio: Some(file.path().to_str().unwrap().to_owned()), ..flags })
    }

    const FULL: &str = r#"{"total_equity": 1000.5, "as_of": "2025-01-02", "buying_power": 10, "cash_balance": 5,
        "positions": [{"symbol": " qqq ", "quantity": 0.5, "market_value": 250},
                      {"symbol": "SPY", "quantity": 0, "market_value": 0, "average_cost": 3, "currency": "usd"}],
        "metadata": {"account": "x"}}"#;

    fn symbols(texts: &[&str]) -> Vec<Symbol> {
        texts.iter().filter_map(|text| Symbol::parse(text)).collect()
    }

    #[test]
    fn half_a_share_is_held_and_none_is_not() {
        let reading = reading(FULL, AccountFlags::default());
        assert_eq!(reading.findings, vec![]);
        assert_eq!(reading.account.equity_usd, Some(1000.5));
        assert_eq!(reading.account.holdings.iter().cloned().collect::<Vec<_>>(), symbols(&["QQQ"]));
    }

    #[test]
    fn a_line_without_a_symbol_is_no_position() {
        let text = r#"{"total_equity": 1, "positions": [{"symbol": " ", "quantity": 1, "market_value": 1}]}"#;
        let reading = reading(text, AccountFlags::default());
        assert_eq!((reading.findings.len(), reading.account.positions.len()), (0, 0));
    }

    #[test]
    fn an_equity_on_the_command_line_will_do() {
        let flags = AccountFlags { equity_usd: Some(7.0), ..AccountFlags::default() };
        assert_eq!(reading("{\"positions\": []}", flags).findings, vec![]);
    }

    #[test]
    fn flags_overrule_the_file() {
        let flags = AccountFlags {
            equity_usd: Some(7.0),
            holdings: Some(symbols(&["TLT"])),
            ..AccountFlags::default()
        };
        let account = reading(FULL, flags).account;
        assert_eq!(account.equity_usd, Some(7.0));
        assert_eq!(account.holdings.iter().cloned().collect::<Vec<_>>(), symbols(&["TLT"]));
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_place() {
        let reading = reading("{\"total_equity\": 1,\n \"positons\": []}", AccountFlags::default());
        let finding = &reading.findings[0];
        assert_eq!((finding.code, finding.line), (Code::PortfolioInvalid, Some(2)));
        assert!(finding.message.contains("`positons`"), "{}", finding.message);
    }

    #[test]
    fn what_breaks_the_shape_is_refused() {
        for bad in [
            "",
            "[]",
            "{}",
            "{\"total_equity\": \"1000\"}",
            "{\"total_equity\": 1e999}",
            "{\"total_equity\": NaN}",
            "{\"total_equity\": 1e300}",
            "{\"total_equity\": 1, \"as_of\": \"yesterday\"}",
            "{\"total_equity\": 1, \"positions\": [{\"symbol\": \"A\", \"quantity\": 1, \"market_value\": 1, \"currency\": \"EUR\"}]}",
            "{\"total_equity\": 1, \"positions\": [{\"symbol\": \"A\", \"quantity\": 1, \"market_value\": 1}, {\"symbol\": \"a\", \"quantity\": 1, \"market_value\": 1}]}",
        ] {
            let codes: Vec<_> =
                reading(bad, AccountFlags::default()).findings.iter().map(|f| f.code).collect();
            assert_eq!(codes, vec![Code::PortfolioInvalid], "{bad}");
        }
    }
}
