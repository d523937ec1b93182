//! Prices as a session sees them: the newest close, whether it is of the day, the open of the day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::figures::SESSIONS_OF_A_YEAR;
use super::history::History;
use crate::market::history::Market;
use crate::symbol::Symbol;

/// The price that a made product starts from, in US dollars.
const MADE_START_USD: f64 = 100.0;

/// The price of one symbol on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// The newest close up to the day, in US dollars.
    pub close: f64,
    /// Whether that close is of the day itself.
    pub is_of_day: bool,
    /// The open of the day, where the file has one.
    pub open: Option<f64>,
}

/// A leveraged product: what its price is made from before its first close.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The symbol of its underlying.
    pub underlying: Symbol,
    /// The multiple of the underlying's return.
    pub leverage: f64,
}

/// A product's prices before its own first close.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    dates: Vec<NaiveDate>,
    prices: Vec<f64>,
    /// The first close of the product itself; `None` if the file has none.
    first_close: Option<NaiveDate>,
}

/// Whose step of a session asks for a price: they differ on the day of a made product's first close alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Valuing and filling, before the decision of the day.
    Fill,
    /// The decision and its orders.
    Decide,
}

/// The prices of a walk.
#[derive(Clone, Debug)]
pub struct Quotes<'a> {
    market: &'a Market,
    made: BTreeMap<Symbol, Made>,
}

impl<'a> Quotes<'a> {
    /// The prices of the files alone.
    pub fn new(market: &'a Market) -> Self {
        Self { market, made: BTreeMap::new() }
    }

    /// The prices of the files, and made ones of each product up to its first close. A product's first close is seen
    /// on the first session at or after it, so `sessions` says which one that is.
    pub fn with_products(
        market: &'a Market,
        products: &BTreeMap<Symbol, Product>,
        expense_ratio: f64,
        sessions: &[NaiveDate],
    ) -> Self {
        let mut made = BTreeMap::new();
        for (symbol, product) in products {
            let Some(underlying) = market.get(&product.underlying) else { continue };
            let first_close =
                market.get(symbol).and_then(|series| series.dates.first().copied()).map(|first| {
                    let place = sessions.partition_point(|&session| session < first);
                    sessions.get(place).copied().unwrap_or(first)
                });
            let prices = made_prices(&underlying.closes, product.leverage, expense_ratio);
            made.insert(symbol.clone(), Made { dates: underlying.dates.clone(), prices, first_close });
        }
        Self { market, made }
    }

    /// The price of a symbol on a day; `None` without any close up to it.
    pub fn quote(&self, symbol: &Symbol, day: NaiveDate, step: Step) -> Option<Quote> {
        if let Some(made) = self.made_on(symbol, day, step) {
            let place = made.dates.partition_point(|&date| date <= day).checked_sub(1)?;
            let (&close, &date) = (made.prices.get(place)?, made.dates.get(place)?);
            return (close > 0.0).then_some(Quote { close, is_of_day: date == day, open: None });
        }
        let window = self.market.get(symbol)?.up_to(day);
        let is_of_day = window.date()? == day;
        let open = if is_of_day { window.opens.last().copied().flatten() } else { None };
        Some(Quote { close: window.close()?, is_of_day, open })
    }

    /// The newest close strictly before a day.
    pub fn close_before(&self, symbol: &Symbol, day: NaiveDate) -> Option<f64> {
        Some(self.quote(symbol, day.pred_opt()?, Step::Fill)?.close)
    }

    /// What one made share is worth in shares of the product itself, on the day of its first close; `None` on every
    /// other day.
    pub fn conversion(&self, symbol: &Symbol, day: NaiveDate) -> Option<f64> {
        let made = self.made.get(symbol)?;
        if made.first_close != Some(day) {
            return None;
        }
        let own = self.quote(symbol, day, Step::Decide)?.close;
        let place = made.dates.partition_point(|&date| date <= day).checked_sub(1)?;
        Some(made.prices.get(place)? / own)
    }

    /// The products that an account held at made prices.
    pub fn made_and_held(&self, history: &History) -> Vec<Symbol> {
        let mut held = BTreeSet::new();
        for close in history.closes.iter().filter(|_| !self.made.is_empty()) {
            let symbols = close.weights.iter().map(|(symbol, _)| symbol);
            held.extend(
                symbols.filter(|symbol| self.made_on(symbol, close.date, Step::Decide).is_some()).cloned(),
            );
        }
        held.into_iter().collect()
    }

    /// The made prices of a symbol where they count on the day.
    fn made_on(&self, symbol: &Symbol, day: NaiveDate, step: Step) -> Option<&Made> {
        let made = self.made.get(symbol)?;
        let is_made = match (made.first_close, step) {
            (None, _) => true,
            (Some(first), Step::Fill) => day <= first,
            (Some(first), Step::Decide) => day < first,
        };
        is_made.then_some(made)
    }
}

/// The price of a made product at each close of its underlying: `max(-1, leverage * r - expense / 252)` a bar.
fn made_prices(closes: &[f64], leverage: f64, expense_ratio: f64) -> Vec<f64> {
    let mut price = MADE_START_USD;
    let mut before: Option<f64> = None;
    closes
        .iter()
        .map(|&close| {
            if let Some(before) = before {
                let change =
                    (leverage * (close / before - 1.0) - expense_ratio / SESSIONS_OF_A_YEAR).max(-1.0);
                price *= 1.0 + change;
            }
            before = Some(close);
            price
        })
        .collect()
}
