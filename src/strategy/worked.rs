//! Small snapshots, accounts and inputs for hand-worked tests.

use std::collections::BTreeSet;

use crate::account::Account;
use crate::market::calendar::Calendar;
use crate::market::series::Market;
use crate::market::snapshot::{Cell, Row, Snapshot};
use crate::strategy::{Inputs, Outcome, Targets};
use crate::symbol::Symbol;

/// A symbol.
pub fn symbol(text: &str) -> Symbol {
    Symbol::parse(text).unwrap()
}

/// A snapshot of 31 March 2025 from a table with white space between cells; `-` is blank, `_` a space.
pub fn snapshot(table: &str) -> Snapshot {
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let columns: Vec<String> = lines.next().unwrap().split_whitespace().map(str::to_owned).collect();
    let rows = lines
        .zip(2..)
        .map(|(line, number)| {
            let texts: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(texts.len(), columns.len(), "`{line}` has as many cells as the header");
            let first = columns.iter().position(|column| column == "symbol").unwrap();
            Row {
                line: number,
                symbol: (texts[first] != "-").then(|| symbol(texts[first])),
                cells: texts.into_iter().map(cell).collect(),
            }
        })
        .collect();
    Snapshot { as_of: "2025-03-31".parse().ok(), columns, rows }
}

fn cell(text: &str) -> Cell {
    match (text, text.parse()) {
        ("-", _) => Cell::Blank,
        ("true" | "false", _) => Cell::Boolean(text == "true"),
        (_, Ok(number)) => Cell::Number(number),
        _ => Cell::Text(text.replace('_', " ")),
    }
}

/// An account that holds the named symbols.
pub fn account(equity_usd: Option<f64>, holdings: &[&str]) -> Account {
    Account {
        equity_usd,
        holdings: holdings.iter().map(|text| symbol(text)).collect::<BTreeSet<_>>(),
        ..Account::default()
    }
}

/// What surrounds a snapshot in a decision.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub calendar: Calendar,
    pub market: Market,
    pub account: Account,
}

impl World {
    /// A world with an account and nothing else.
    pub fn of(account: Account) -> Self {
        Self { account, ..Self::default() }
    }

    /// The inputs of a decision on a snapshot; `as_of` as `YYYY-MM-DD`.
    pub fn inputs<'a>(&'a self, snapshot: &'a Snapshot, as_of: Option<&str>) -> Inputs<'a> {
        Inputs {
            as_of: as_of.map(|date| date.parse().unwrap()),
            calendar: &self.calendar,
            market: &self.market,
            snapshot: Some(snapshot),
            indicators: None,
            account: &self.account,
        }
    }
}

/// The weights of an outcome as texts and numbers.
pub fn weights(outcome: &Outcome) -> Vec<(&str, f64)> {
    match &outcome.targets {
        Targets::Weights(weights) => {
            weights.iter().map(|(symbol, weight)| (symbol.as_str(), *weight)).collect()
        }
        Targets::Values(_) => panic!("the profile speaks in weights"),
    }
}

/// The diagnostics of an outcome as JSON.
pub fn diagnostics(outcome: &Outcome) -> serde_json::Value {
    serde_json::to_value(&outcome.diagnostics).unwrap()
}

/// Whether two numbers agree to 1e-12.
pub fn close_to(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12
}
