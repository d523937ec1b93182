//! What the snapshot of a strategy is built from: its columns in the order of the file, who has a row, and which rows
//! are eligible. Each strategy that reads a snapshot has a recipe.

use std::ops::RangeInclusive;

use crate::feature::column::{CLOSE, Feature, VOLUME};
use crate::symbol::Symbol;

/// The sector of a benchmark that is not in the universe.
pub const BENCHMARK_SECTOR: &str = "benchmark";

/// The fewest US dollars that a close must lie above unless the user says otherwise.
pub const MIN_PRICE_USD: f64 = 10.0;

/// The recipe of a snapshot.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// One row a stock, computed from its bars.
    Stocks(StockRecipe),
    /// One row a leveraged product, from a ranking and a map of products.
    Products(ProductRecipe),
}

impl Recipe {
    /// How many names the ranking keeps; `None` if the profile takes the whole universe.
    pub fn universe_size(&self) -> Option<usize> {
        match self {
            Self::Stocks(StockRecipe { members: Members::Ranked(size), .. }) => Some(*size),
            Self::Stocks(_) => None,
            Self::Products(recipe) => Some(recipe.universe_size),
        }
    }
}

/// The recipe of a snapshot of stocks.
#[derive(Clone, Debug)]
pub struct StockRecipe {
    /// The columns in the order of the file.
    pub columns: Vec<Column>,
    /// The features that an eligible row must have, besides the turnover.
    pub needed: &'static [Feature],
    /// Which rows of the universe have a row.
    pub members: Members,
    /// Further symbols that have a row, and are never eligible.
    pub extras: Vec<Extra>,
    /// The benchmarks that the profile reads, each with the closes that it reads of it.
    pub references: Vec<(Symbol, usize)>,
    /// What an eligible row must have.
    pub thresholds: Thresholds,
    /// The symbol of [`Column::RelativeToBenchmark`].
    pub benchmark: Symbol,
    /// The symbol of [`Column::RelativeToBroadBenchmark`].
    pub broad_benchmark: Option<Symbol>,
}

impl StockRecipe {
    /// The recipe of the whole universe with a row of the benchmark, of which the rule reads so many closes. Its table
    /// has the features, and the turnover and the eligibility under these names. A strategy states what differs.
    pub(crate) fn new(
        needed: &'static [Feature],
        turnover: Feature,
        eligible: &'static str,
        (benchmark, closes): (&Symbol, usize),
        (min_adv20_usd, min_history_days): (f64, usize),
    ) -> Self {
        let of_bars = [CLOSE, VOLUME, turnover].map(Column::Feature);
        let columns = [Column::AsOf, Column::Symbol, Column::Sector].into_iter().chain(of_bars);
        let features = needed.iter().copied().map(Column::Feature);
        let columns = columns.chain([Column::HistoryDays]).chain(features);
        Self {
            columns: columns.chain([Column::Eligible(eligible)]).collect(),
            needed,
            members: Members::All,
            extras: vec![Extra::benchmark(benchmark)],
            references: vec![(benchmark.clone(), closes)],
            thresholds: Thresholds { min_price_usd: MIN_PRICE_USD, min_adv20_usd, min_history_days },
            benchmark: benchmark.clone(),
            broad_benchmark: None,
        }
    }
}

/// A column of a snapshot of stocks.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// The snapshot's date.
    AsOf,
    /// The symbol.
    Symbol,
    /// The sector.
    Sector,
    /// A number from the row's own bars.
    Feature(Feature),
    /// How many closes there are.
    HistoryDays,
    /// A number less that of the benchmark.
    RelativeToBenchmark(&'static str, Feature),
    /// A number less that of the broad benchmark.
    RelativeToBroadBenchmark(&'static str, Feature),
    /// Whether the stock may be held.
    Eligible(&'static str),
}

impl Column {
    /// The column's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AsOf => "as_of",
            Self::Symbol => "symbol",
            Self::Sector => "sector",
            Self::Feature(feature) => feature.name,
            Self::HistoryDays => "history_days",
            Self::RelativeToBenchmark(name, _)
            | Self::RelativeToBroadBenchmark(name, _)
            | Self::Eligible(name) => name,
        }
    }
}

/// Which active rows of the universe have a row in the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    /// All.
    All,
    /// Those of these sectors; all where the list is empty.
    OfSectors(Vec<String>),
    /// The first of the ranking.
    Ranked(usize),
}

/// A symbol that has a row although it need not be in the universe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// The symbol.
    pub symbol: Symbol,
    /// Its sector where the universe does not say one.
    pub sector: &'static str,
}

impl Extra {
    /// A benchmark.
    pub fn benchmark(symbol: &Symbol) -> Self {
        Self { symbol: symbol.clone(), sector: BENCHMARK_SECTOR }
    }
}

/// What an eligible row must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// The close lies above it, in US dollars.
    pub min_price_usd: f64,
    /// The average turnover reaches it, in US dollars.
    pub min_adv20_usd: f64,
    /// The number of closes reaches it.
    pub min_history_days: usize,
}

/// Writes down the columns of a snapshot of products once: the variant, its name.
macro_rules! product_columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// A column of a snapshot of products.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProductColumn { $($(#[$doc])* $variant,)+ }

        impl ProductColumn {
            /// Every column, in the order of the file.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The column's name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

product_columns! {
    /// The snapshot's date.
    AsOf = "as_of";
    /// The product; blank if there is none.
    Symbol = "symbol";
    /// The product once more.
    TradeSymbol = "trade_symbol";
    /// The symbol that the product follows.
    UnderlyingSymbol = "underlying_symbol";
    /// The underlying's sector.
    Sector = "sector";
    /// The place in the ranking, from 1.
    CandidateRank = "candidate_rank";
    /// The same once more.
    MegaRank = "mega_rank";
    /// How many times the underlying's move the product makes.
    ProductLeverage = "product_leverage";
    /// The product's yearly cost as a share of its value.
    ProductExpenseRatio = "product_expense_ratio";
    /// Whether the product may be traded.
    ProductAvailable = "product_available";
    /// Whether the row may be held.
    Eligible = "eligible";
}

/// How far a product's multiple may lie from the configured one: funds round theirs, and one of another
/// multiple is off by a half at least.
pub const MULTIPLE_TOLERANCE: f64 = 0.05;

/// The multiples that a product may make where `multiple` is the configured one, both ends included.
pub fn usable_multiples(multiple: f64) -> RangeInclusive<f64> {
    // Bounds, not a difference: 2 - 1.95 is a little more than 0.05 in binary fractions.
    (multiple - MULTIPLE_TOLERANCE)..=(multiple + MULTIPLE_TOLERANCE)
}

/// The recipe of a snapshot of leveraged products.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductRecipe {
    /// How many names the ranking keeps.
    pub universe_size: usize,
    /// The multiples of the underlying's move that an available product may make.
    pub multiples: RangeInclusive<f64>,
    /// The closes that the profile reads of an underlying.
    pub fewest_closes: usize,
}
