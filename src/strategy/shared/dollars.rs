//! What the strategies with targets in US dollars share: the funds for cash and income, and the outcome.

use std::collections::BTreeMap;

use crate::strategy::contract::Rule;
use crate::strategy::{Outcome, Targets};
use crate::symbol::Symbol;

/// The fund that takes what the targets leave.
pub const SAFE_HAVEN: &str = "BOXX";
/// The funds that stand for cash.
pub const CASH: [&str; 2] = ["BIL", SAFE_HAVEN];
/// The income fund over the S&P 500.
pub const SPY_INCOME: &str = "SPYI";
/// The income fund over the Nasdaq-100.
pub const QQQ_INCOME: &str = "QQQI";

/// Returns the outcome of targets in US dollars, but for what only its strategy knows. A difference below the threshold,
/// in US dollars, is not worth a trade.
pub fn outcome(rule: &impl Rule, targets: BTreeMap<Symbol, f64>, trade_threshold_usd: f64) -> Outcome {
    Outcome {
        managed_symbols: rule.own_symbols(),
        cash_symbols: rule.safe_havens(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(trade_threshold_usd),
        ..Outcome::rebalance(Targets::Values(targets), &rule.safe_haven())
    }
}
