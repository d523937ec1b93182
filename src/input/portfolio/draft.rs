//! A portfolio as its file states it, and the account that it makes: lots added up, what is not a share or not in US
//! dollars kept apart.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::account::{Account, LARGEST_VALUE_USD, Position};
use crate::finding::{Code, Finding, Findings, Place, quoted};
use crate::symbol::Symbol;
use crate::visible::visible;

/// The currency that every value is in.
pub(super) const CURRENCY: &str = "USD";

/// The kinds of security that are shares, in upper case.
const SHARES: [&str; 7] =
    ["STK", "EQUITY", "STOCK", "ETF", "COMMON_STOCK", "COLLECTIVE_INVESTMENT", "US_EQUITY"];

/// The longest pointer that a finding names, in characters.
const LONGEST_POINTER: usize = 80;

/// One line of a portfolio.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Its JSON pointer, or the name of the row.
    pub pointer: String,
    pub line: u64,
    pub symbol: Option<Symbol>,
    pub quantity: Option<f64>,
    pub market_value: Option<f64>,
    pub average_cost: Option<f64>,
    pub currency: Option<String>,
    pub security_type: Option<String>,
    pub account_id: Option<String>,
}

/// A portfolio as its file states it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub as_of: Option<NaiveDate>,
    pub total_equity: Option<f64>,
    pub buying_power: Option<f64>,
    pub cash_balance: Option<f64>,
    pub entries: Vec<Entry>,
    /// `metadata`.
    pub labels: Option<serde_json::Value>,
    pub findings: Findings,
    pub misuse: Option<[&'static str; 2]>,
    /// Whether so little could be read that nothing is known of the account.
    pub has_lost_its_shape: bool,
    /// Whether a part of it could not be read.
    pub has_refused: bool,
    /// Whether the equity is the sum of the positions and the cash.
    pub sums_equity: bool,
}

impl Draft {
    /// Adds a problem at a pointer.
    pub(super) fn refuse(
        &mut self,
        pointer: &str,
        place: Place,
        message: String,
        observed: &str,
        hint: &str,
    ) {
        self.has_refused = true;
        let short: String = pointer.chars().take(LONGEST_POINTER).collect();
        let finding =
            Finding::new(Code::PortfolioInvalid, message).at(place).column(visible(&short)).hint(hint);
        self.findings.push(if observed.is_empty() { finding } else { finding.observed(observed) });
    }

    /// The number if it is of a possible size.
    pub(super) fn of_possible_size(&mut self, pointer: &str, place: Place, number: f64) -> Option<f64> {
        if number.abs() <= LARGEST_VALUE_USD {
            return Some(number);
        }
        let hint = "give values in US dollars and quantities in shares, as plain numbers";
        self.refuse(
            pointer,
            place,
            format!("the number must not be above {LARGEST_VALUE_USD:e}"),
            &number.to_string(),
            hint,
        );
        None
    }

    /// The account, and what is wrong with its positions.
    pub(super) fn into_account(mut self, path: &str, account_id: Option<&str>) -> (Account, Vec<Finding>) {
        self.choose_account(account_id);
        let mut lots: BTreeMap<Symbol, Vec<Entry>> = BTreeMap::new();
        let mut foreign = BTreeMap::new();
        let mut other_securities = BTreeSet::new();
        for entry in std::mem::take(&mut self.entries) {
            // A line without a symbol is not a position: brokers list cash so.
            let Some(symbol) = entry.symbol.clone() else { continue };
            if let Some(kind) = other_security(&entry) {
                let named = Symbol::parse(&format!("{symbol} ({kind})")).unwrap_or(symbol);
                other_securities.insert(named.clone());
                lots.entry(named).or_default().push(entry);
            } else if let Some(currency) = foreign_currency(&entry) {
                foreign.insert(symbol, currency);
            } else {
                lots.entry(symbol).or_default().push(entry);
            }
        }
        if !other_securities.is_empty() {
            self.findings.push(not_shares(&other_securities));
        }
        let (positions, average_costs) = self.add_lots(lots);
        // A sum of rows that are not all known says nothing.
        if self.sums_equity && !self.has_refused {
            let invested: f64 = positions.values().map(|position| position.market_value_usd).sum();
            self.total_equity = Some(invested + self.cash_balance.unwrap_or_default());
        }
        let mut account = Account {
            as_of: self.as_of,
            equity_usd: self.total_equity,
            total_equity_usd: self.total_equity,
            is_equity_summed: self.sums_equity,
            buying_power_usd: self.buying_power,
            cash_balance_usd: self.cash_balance,
            average_costs,
            labels: self.labels,
            ..Account::of_positions(positions)
        };
        account.holdings.extend(foreign.keys().cloned());
        account.foreign = foreign;
        let findings = self.findings.into_vec().into_iter();
        (
            account,
            findings
                .map(|finding| if finding.file.is_some() { finding } else { finding.file(path) })
                .collect(),
        )
    }

    /// Keeps the positions of the account that is named; several without a name are refused.
    fn choose_account(&mut self, account_id: Option<&str>) {
        let ids: BTreeSet<String> =
            self.entries.iter().filter_map(|entry| entry.account_id.clone()).collect();
        match account_id {
            Some(id) if ids.contains(id) => {
                self.entries.retain(|entry| entry.account_id.as_deref() == Some(id));
            }
            Some(id) => self.findings.push(
                Finding::new(Code::PortfolioInvalid, format!("no position is of account `{id}`"))
                    .observed(if ids.is_empty() {
                        "no `account_id`".to_owned()
                    } else {
                        Vec::from_iter(ids).join(", ")
                    })
                    .hint("name an account of the file with `--account ID`, or leave it out"),
            ),
            None if ids.len() > 1 => self.findings.push(
                Finding::new(
                    Code::PortfolioInvalid,
                    format!("the positions are of {} accounts: {}", ids.len(), quoted(&ids)),
                )
                .expected("the positions of one account")
                .hint("name the one that counts with `--account ID`"),
            ),
            None => {}
        }
    }

    /// One position a symbol; several lots of one are added up, but never a long and a short one.
    fn add_lots(
        &mut self,
        lots: BTreeMap<Symbol, Vec<Entry>>,
    ) -> (BTreeMap<Symbol, Position>, BTreeMap<Symbol, f64>) {
        let mut positions = BTreeMap::new();
        let mut average_costs = BTreeMap::new();
        let mut added: Vec<Symbol> = Vec::new();
        for (symbol, entries) in lots {
            let quantities: Vec<f64> = entries.iter().filter_map(|entry| entry.quantity).collect();
            let is_long_and_short = quantities.iter().any(|quantity| *quantity > 0.0)
                && quantities.iter().any(|quantity| *quantity < 0.0);
            if let (true, Some(entry)) = (is_long_and_short, entries.last()) {
                let place = Place { line: entry.line, character: 1 };
                let hint = "an option has its own line: give it a `sec_type` such as `OPT`; else correct the quantities";
                let message = "the symbol has a long and a short position".to_owned();
                self.refuse(&entry.pointer.clone(), place, message, symbol.as_str(), hint);
            }
            if entries.len() > 1 {
                added.push(symbol.clone());
            }
            let quantity: f64 = quantities.iter().sum();
            let market_value_usd: f64 = entries.iter().filter_map(|entry| entry.market_value).sum();
            let cost: Option<f64> =
                entries.iter().map(|entry| Some(entry.average_cost? * entry.quantity?)).sum();
            average_costs
                .extend(cost.filter(|_| quantity != 0.0).map(|cost| (symbol.clone(), cost / quantity)));
            positions.insert(symbol, Position { quantity, market_value_usd });
        }
        // Of a refused portfolio nothing else is said.
        if !added.is_empty() && !self.findings.has_error() {
            self.findings.push(
                Finding::new(Code::LotsAdded, format!("the lots of {} are added up", quoted(&added)))
                    .hint("nothing to do: several lots of a symbol count as one position"),
            );
        }
        (positions, average_costs)
    }
}

/// The kind of a security that is not a share; `None` of a share.
fn other_security(entry: &Entry) -> Option<String> {
    let kind = entry.security_type.as_deref()?.trim().to_uppercase();
    (!kind.is_empty() && !SHARES.contains(&kind.as_str())).then_some(kind)
}

/// The currency of a position that is not in US dollars.
fn foreign_currency(entry: &Entry) -> Option<String> {
    let currency = entry.currency.as_deref()?.trim().to_uppercase();
    (!currency.is_empty() && currency != CURRENCY).then_some(currency)
}

fn not_shares(names: &BTreeSet<Symbol>) -> Finding {
    Finding::new(
        Code::NotAShare,
        format!("{} are not shares: they are never sold or added up", quoted(names)),
    )
    .hint("nothing to do: options and the like stay as they are")
}
