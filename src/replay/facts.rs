//! What a walk has to know of a strategy: when it decides, what it may hold, where its idle money lies.

use std::collections::{BTreeMap, BTreeSet};

use super::quotes::Product;
use super::schedule::Cadence;
use crate::market::snapshot::Snapshot;
use crate::profile::words::TargetMode;
use crate::strategy::Strategy;
use crate::strategy::contract::Rhythm;
use crate::symbol::Symbol;

/// What a walk has to know of a strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// When it decides.
    pub cadence: Cadence,
    /// The months at whose last session alone it rebalances; empty if on every decision.
    pub rebalance_months: Vec<u32>,
    /// Every symbol that it may hold, the snapshots' aside.
    pub managed: BTreeSet<Symbol>,
    /// The symbols that hold idle money.
    pub safe_havens: Vec<Symbol>,
}

impl Facts {
    /// The facts of a strategy with its config.
    pub fn new(strategy: &Strategy) -> Self {
        let (cadence, months) = match strategy.rhythm() {
            Rhythm::EverySession if strategy.facts().takes_snapshot() => {
                (Cadence::DailyFromSnapshots, &[][..])
            }
            Rhythm::EverySession => (Cadence::Daily, &[][..]),
            Rhythm::MonthEnds(months) => (Cadence::Daily, months),
            Rhythm::AfterSnapshot(_) => (Cadence::AfterSnapshots, &[][..]),
        };
        Self {
            cadence,
            rebalance_months: months.to_vec(),
            managed: strategy.own_symbols().into_iter().collect(),
            safe_havens: strategy.safe_havens(),
        }
    }

    /// Whether the strategy's targets are shares of the equity.
    pub fn are_weights(strategy: &Strategy) -> bool {
        strategy.facts().target_mode == TargetMode::Weight
    }
}

/// The columns of a candidate's product.
const UNDERLYING: &str = "underlying_symbol";
const LEVERAGE: &str = "product_leverage";

/// The multiple of a product whose snapshot does not say.
const DEFAULT_LEVERAGE: f64 = 2.0;

/// The leveraged products of snapshots, oldest first, each as the first snapshot that names it says.
pub fn products<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> BTreeMap<Symbol, Product> {
    let mut products = BTreeMap::new();
    for snapshot in snapshots {
        let (underlying, leverage) = (snapshot.column(UNDERLYING), snapshot.column(LEVERAGE));
        for row in &snapshot.rows {
            let Some(symbol) = &row.symbol else { continue };
            let Some(underlying) = row.text(underlying).and_then(Symbol::parse) else { continue };
            if underlying != *symbol {
                let leverage = row.number(leverage).unwrap_or(DEFAULT_LEVERAGE);
                products.entry(symbol.clone()).or_insert(Product { underlying, leverage });
            }
        }
    }
    products
}
