//! What a walk has to know of a strategy: when it decides, what it may hold, where its idle money lies.

use std::collections::{BTreeMap, BTreeSet};

use super::quotes::Product;
use super::schedule::Cadence;
use crate::market::snapshot::Snapshot;
use crate::profile::words::TargetMode;
use crate::strategy::choice::Strategy;
use crate::symbol::Symbol;

/// The funds that hold a value profile's idle money.
const VALUE_SAFE_HAVENS: [&str; 2] = ["BIL", "BOXX"];

/// What a walk has to know of a strategy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
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
    pub(crate) fn new(strategy: &Strategy) -> Self {
        let plain = |cadence, managed: BTreeSet<Symbol>, safe_havens| Self {
            cadence,
            rebalance_months: Vec::new(),
            managed,
            safe_havens,
        };
        let one = |symbol: &Symbol| (BTreeSet::from([symbol.clone()]), vec![symbol.clone()]);
        match strategy {
            Strategy::GlobalEtfRotation(config) => {
                let managed = config.ranking_pool.iter().chain([&config.safe_haven]).cloned().collect();
                let months = config.rebalance_months.clone();
                let facts = plain(Cadence::Daily, managed, vec![config.safe_haven.clone()]);
                Self { rebalance_months: months, ..facts }
            }
            Strategy::TqqqGrowthIncome(config) => {
                let managed = config.managed_symbols.iter().chain([&config.dual_drive_unlevered_symbol]);
                plain(Cadence::Daily, managed.cloned().collect(), value_safe_havens())
            }
            Strategy::SoxlSoxxTrendIncome(config) => {
                plain(Cadence::Daily, config.managed_symbols.iter().cloned().collect(), value_safe_havens())
            }
            Strategy::DynamicMegaLeveragedPullback(config) => {
                let (managed, safe_havens) = one(&config.safe_haven);
                plain(Cadence::DailyFromSnapshots, managed, safe_havens)
            }
            Strategy::Russell1000MultiFactor(config) => {
                let (managed, safe_havens) = one(&config.safe_haven);
                plain(Cadence::AfterSnapshots, managed, safe_havens)
            }
            Strategy::TechCommunicationPullback(config) => {
                let (managed, safe_havens) = one(&config.safe_haven);
                plain(Cadence::AfterSnapshots, managed, safe_havens)
            }
            Strategy::MegaCapLeaderRotation(config) => {
                let (managed, safe_havens) = one(&config.safe_haven);
                plain(Cadence::AfterSnapshots, managed, safe_havens)
            }
        }
    }

    /// Whether the strategy's targets are shares of the equity.
    pub(crate) fn are_weights(strategy: &Strategy) -> bool {
        strategy.name().target_mode() == TargetMode::Weight
    }
}

fn value_safe_havens() -> Vec<Symbol> {
    VALUE_SAFE_HAVENS.into_iter().map(Symbol::literal).collect()
}

/// The columns of a candidate's product.
const UNDERLYING: &str = "underlying_symbol";
const LEVERAGE: &str = "product_leverage";

/// The multiple of a product whose snapshot does not say.
const DEFAULT_LEVERAGE: f64 = 2.0;

/// The leveraged products of snapshots, oldest first, each as the first snapshot that names it says.
pub(crate) fn products<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> BTreeMap<Symbol, Product> {
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
