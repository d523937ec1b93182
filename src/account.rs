//! The account that a decision is made for: its equity, its cash, what it holds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::symbol::Symbol;

/// The largest value of an account or a position in US dollars, far above any account's: within it no sum or
/// product of a decision leaves the range of a number.
pub const LARGEST_VALUE_USD: f64 = 1e15;

/// One position of an account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// The number of shares; below zero for a short position.
    pub quantity: f64,
    /// The value of the position in US dollars.
    pub market_value_usd: f64,
}

/// What is known of the account, after the flags have had their say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// The date that the portfolio file says its numbers are of.
    pub as_of: Option<NaiveDate>,
    /// The total equity in US dollars; `None` when nobody said.
    pub equity_usd: Option<f64>,
    /// The buying power in US dollars.
    pub buying_power_usd: Option<f64>,
    /// The cash in US dollars.
    pub cash_balance_usd: Option<f64>,
    /// The positions of the portfolio file.
    pub positions: BTreeMap<Symbol, Position>,
    /// The average cost of a share in US dollars, of the positions that state it.
    pub average_costs: BTreeMap<Symbol, f64>,
    /// The positions that are not in US dollars, each with its currency; their value is not known.
    pub foreign: BTreeMap<Symbol, String>,
    /// The portfolio's `metadata`, passed on to the output.
    pub labels: Option<serde_json::Value>,
    /// The total equity that the portfolio file gives, in US dollars.
    pub total_equity_usd: Option<f64>,
    /// Whether that is the sum of the positions and the cash, since the file states none.
    pub is_equity_summed: bool,
    /// The positions below `--min-holding`, which count as not held.
    pub below_min_holding: BTreeMap<Symbol, Position>,
    /// The held symbols: `--holdings` if given, else every position with a quantity above zero.
    pub holdings: BTreeSet<Symbol>,
}

impl Account {
    /// An account that holds every position with a quantity above zero; of its equity and cash nothing is known.
    pub fn of_positions(positions: BTreeMap<Symbol, Position>) -> Self {
        let held = positions.iter().filter(|(_, position)| position.quantity > 0.0);
        Self { holdings: held.map(|(symbol, _)| symbol.clone()).collect(), positions, ..Self::default() }
    }

    /// A share of the equity in US dollars; 0 where the equity is not known.
    pub fn share_usd(&self, ratio: f64) -> f64 {
        self.equity_usd.map_or(0.0, |equity| equity * ratio)
    }

    /// Whether the symbol is held; a fraction of a share counts.
    pub fn holds(&self, symbol: &Symbol) -> bool {
        self.holdings.contains(symbol)
    }

    /// The value of the position in a symbol in US dollars, zero where there is none.
    pub fn market_value_usd(&self, symbol: &Symbol) -> f64 {
        self.positions.get(symbol).map_or(0.0, |position| position.market_value_usd)
    }
}
