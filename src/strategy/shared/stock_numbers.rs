//! The numbers of a portfolio of stocks whose size follows the account's.

use serde::Serialize;

use super::execution_window::ExecutionWindow;
use super::regime::Judgement;
use super::sizing::Allocation;
use crate::number::Number;
use crate::strategy::{Action, Choice, Outcome};
use crate::symbol::Symbol;

/// The numbers of a portfolio of stocks, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StockNumbers {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    #[serde(flatten)]
    market: Judgement,
    /// The share of the equity that may be in stocks.
    target_stock_weight: Number,
    #[serde(flatten)]
    allocation: Allocation,
    #[serde(flatten)]
    choice: Choice,
    #[serde(flatten)]
    window: ExecutionWindow,
}

impl StockNumbers {
    /// The numbers of a rebalance.
    pub fn new(
        market: Judgement,
        target_stock_weight: f64,
        allocation: Allocation,
        choice: Choice,
        window: ExecutionWindow,
    ) -> Self {
        let actionable = Action::Rebalance.is_actionable();
        Self {
            actionable,
            market,
            target_stock_weight: Number(target_stock_weight),
            allocation,
            choice,
            window,
        }
    }

    /// The outcome, but for what only the strategy knows.
    pub fn outcome(&self, safe_haven: &Symbol) -> Outcome {
        Outcome {
            managed_symbols: self.window.managed_symbols.clone(),
            ..self.market.outcome(safe_haven, self.choice, &self.allocation)
        }
    }
}
