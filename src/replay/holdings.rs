//! The account as it would be: cash, shares, orders sized when they are decided and filled later.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::quotes::{Quotes, Step};
use crate::number::of_count;
use crate::symbol::Symbol;

/// Days of the year that interest is counted over.
const DAYS_OF_A_YEAR: f64 = 365.0;

/// Whether an account holds fractions of shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lots {
    /// Any fraction of a share.
    Fractions,
    /// Whole shares alone.
    Whole,
}

impl Lots {
    /// The shares that may be held of so many.
    fn round(self, shares: f64) -> f64 {
        match self {
            Self::Fractions => shares,
            Self::Whole => shares.floor(),
        }
    }
}

/// At which price of a session orders are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At the opens of the day.
    Open,
    /// At the closes of the day.
    Close(Step),
}

/// An order: how many shares more or, below 0, fewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The symbol.
    pub symbol: Symbol,
    /// The change of shares.
    pub shares: f64,
    /// Whether it sells all that is held.
    pub is_exit: bool,
}

/// What the filling of a session's orders did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filled {
    /// The larger of both sides as a ratio of the equity before the cost.
    pub turnover: f64,
    /// The cost in US dollars.
    pub cost_usd: f64,
    /// Buys without a bar on the day, which lapse.
    pub unfilled: Vec<Symbol>,
    /// Sells without a bar on the day, done at the newest close.
    pub stale: Vec<Symbol>,
}

/// Orders, and the targets above 0 that no price up to the day could size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sized {
    /// The orders, by symbol.
    pub orders: Vec<Order>,
    /// The targets without a close, each with its share of the equity.
    pub unpriced: Vec<(Symbol, f64)>,
}

/// An account of cash and shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdings {
    /// The cash in US dollars; never below 0.
    pub cash_usd: f64,
    /// The shares held of each symbol, above 0.
    pub shares: BTreeMap<Symbol, f64>,
    lots: Lots,
}

impl Holdings {
    /// An account that holds cash alone.
    pub fn new(cash_usd: f64, lots: Lots) -> Self {
        Self { cash_usd, shares: BTreeMap::new(), lots }
    }

    /// Adds the interest of the calendar days since the session before.
    pub fn earn_interest(&mut self, yearly_rate: f64, days: i64) {
        if yearly_rate != 0.0 {
            let days = of_count(usize::try_from(days).unwrap_or_default());
            self.cash_usd *= (1.0 + yearly_rate).powf(days / DAYS_OF_A_YEAR);
        }
    }

    /// The value of each position in US dollars at the closes that the decision of a day sees, by symbol.
    pub fn values(&self, quotes: &Quotes<'_>, day: NaiveDate) -> Vec<(Symbol, f64)> {
        let value = |(symbol, shares): (&Symbol, &f64)| {
            let close = quotes.quote(symbol, day, Step::Decide).map_or(0.0, |quote| quote.close);
            (symbol.clone(), shares * close)
        };
        self.shares.iter().map(value).collect()
    }

    /// Turns shares of made products into shares of the products themselves on the day of their first close.
    pub fn convert(&mut self, quotes: &Quotes<'_>, day: NaiveDate) {
        for (symbol, shares) in &mut self.shares {
            if let Some(ratio) = quotes.conversion(symbol, day) {
                *shares *= ratio;
            }
        }
    }

    /// The orders that lead to target values in US dollars at the closes of a day. A target is left alone when it is
    /// within `threshold_usd` of what is held, exits aside.
    pub fn size(
        &self,
        targets_usd: &BTreeMap<Symbol, f64>,
        equity_usd: f64,
        threshold_usd: f64,
        closes: impl Fn(&Symbol) -> Option<f64>,
    ) -> Sized {
        let mut sized = Sized::default();
        for (symbol, &target) in targets_usd {
            let held = self.shares.get(symbol).copied().unwrap_or_default();
            let Some(close) = closes(symbol) else {
                if target > 0.0 {
                    sized.unpriced.push((symbol.clone(), target / equity_usd));
                }
                continue;
            };
            let is_exit = target == 0.0;
            if !is_exit && (target - held * close).abs() <= threshold_usd {
                continue;
            }
            let shares = self.lots.round(target / close) - held;
            if shares != 0.0 {
                sized.orders.push(Order { symbol: symbol.clone(), shares, is_exit });
            }
        }
        sized
    }

    /// Fills orders: all sells, then of each buy the share that the cash pays for together with the cost.
    pub fn fill(
        &mut self,
        orders: &[Order],
        quotes: &Quotes<'_>,
        day: NaiveDate,
        at: At,
        cost_ratio: f64,
    ) -> Filled {
        let mut filled = Filled::default();
        let mut equity = self.cash_usd + self.value_before(orders, quotes, day, at);
        let (mut sells, mut buys) = (Vec::new(), Vec::new());
        for order in orders {
            match (fill_price(quotes, &order.symbol, day, at), order.shares < 0.0) {
                (Some((price, is_of_day)), true) => {
                    if !is_of_day {
                        filled.stale.push(order.symbol.clone());
                    }
                    sells.push((order, price));
                }
                (Some((price, true)), false) => buys.push((order, price)),
                (_, false) => filled.unfilled.push(order.symbol.clone()),
                (None, true) => {}
            }
        }
        let sold: f64 = sells.iter().map(|(order, price)| -order.shares * price).sum();
        let bought: f64 = buys.iter().map(|(order, price)| order.shares * price).sum();
        let part = affordable(self.cash_usd, sold, bought, cost_ratio);
        for (order, _) in sells {
            self.change(&order.symbol, order.shares, order.is_exit);
        }
        let mut done = 0.0;
        for (order, price) in buys {
            let shares = self.lots.round(part * order.shares);
            done += shares * price;
            self.change(&order.symbol, shares, false);
        }
        let turned = sold.max(done);
        filled.cost_usd = cost_ratio * turned;
        self.cash_usd = (self.cash_usd + sold - done - filled.cost_usd).max(0.0);
        if equity <= 0.0 {
            equity = f64::INFINITY;
        }
        filled.turnover = turned / equity;
        filled
    }

    /// The value of all positions before a fill: ordered symbols at their fill prices, others at their newest close,
    /// which at the opens is one of a day before.
    fn value_before(&self, orders: &[Order], quotes: &Quotes<'_>, day: NaiveDate, at: At) -> f64 {
        let value = |(symbol, shares): (&Symbol, &f64)| {
            let is_ordered = orders.iter().any(|order| order.symbol == *symbol);
            let price = match (is_ordered, at) {
                (true, _) => fill_price(quotes, symbol, day, at).map(|(price, _)| price),
                (false, At::Open) => quotes.close_before(symbol, day),
                (false, At::Close(step)) => quotes.quote(symbol, day, step).map(|quote| quote.close),
            };
            shares * price.unwrap_or_default()
        };
        self.shares.iter().map(value).sum()
    }

    fn change(&mut self, symbol: &Symbol, shares: f64, is_exit: bool) {
        let held = self.shares.entry(symbol.clone()).or_default();
        *held = if is_exit { 0.0 } else { *held + shares };
        if *held <= 0.0 {
            self.shares.remove(symbol);
        }
    }
}

/// Whether every order's symbol has an open on the day.
pub fn all_have_opens(orders: &[Order], quotes: &Quotes<'_>, day: NaiveDate) -> bool {
    orders
        .iter()
        .all(|order| quotes.quote(&order.symbol, day, Step::Fill).is_some_and(|quote| quote.open.is_some()))
}

/// The price that an order is filled at, and whether it is of the day; `None` without any.
fn fill_price(quotes: &Quotes<'_>, symbol: &Symbol, day: NaiveDate, at: At) -> Option<(f64, bool)> {
    match at {
        At::Open => {
            let quote = quotes.quote(symbol, day, Step::Fill)?;
            Some(quote.open.map_or((quote.close, false), |open| (open, true)))
        }
        At::Close(step) => {
            let quote = quotes.quote(symbol, day, step)?;
            Some((quote.close, quote.is_of_day))
        }
    }
}

/// The largest share of the buys, up to 1, that the cash pays for together with the cost of the larger side.
fn affordable(cash: f64, sold: f64, bought: f64, cost_ratio: f64) -> f64 {
    if bought <= 0.0 {
        return 0.0;
    }
    let mut part = (cash + sold - cost_ratio * sold) / bought;
    if part * bought > sold {
        part = (cash + sold) / (bought * (1.0 + cost_ratio));
    }
    part.clamp(0.0, 1.0)
}
