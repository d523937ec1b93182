//! Prices of a plan: each with its source and its date.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::symbol::Symbol;
use crate::words::words;

words! {
    /// Where a price comes from, the first that has one.
    PriceSource, "price source":
    /// `--quotes`.
    Quotes = "quotes",
    /// The newest close of `--prices` at or before the decision date.
    Prices = "prices",
    /// The `close` of the feature snapshot.
    Snapshot = "snapshot",
    /// The value of a held position over its quantity.
    Portfolio = "portfolio",
}

impl PriceSource {
    /// Whether the price is the close of a session.
    fn is_close(self) -> bool {
        matches!(self, Self::Prices | Self::Snapshot)
    }
}

/// The price of one share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// US dollars a share, above 0.
    pub usd: f64,
    /// Where it comes from.
    pub source: PriceSource,
    /// The day that it is of, where its source says so.
    pub date: Option<NaiveDate>,
}

/// The prices of a plan by symbol.
pub type Prices = BTreeMap<Symbol, Price>;

/// The days of the closes among the prices, each with its symbols; more than one is worth a warning.
pub fn close_dates(prices: &Prices) -> BTreeMap<NaiveDate, Vec<&Symbol>> {
    let mut dates: BTreeMap<NaiveDate, Vec<&Symbol>> = BTreeMap::new();
    for (symbol, price) in prices.iter().filter(|(_, price)| price.source.is_close()) {
        if let Some(date) = price.date {
            dates.entry(date).or_default().push(symbol);
        }
    }
    dates
}
