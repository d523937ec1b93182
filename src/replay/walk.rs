//! The walk of one account: interest, fills, value, decision, session after session.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::FillAt;
use super::diary::{Diary, Fill, NearestFlip, Ruling, above_zero};
use super::history::{Close, History};
use super::holdings::{At, Filled, Holdings, Order, all_have_opens};
use super::quotes::{Quotes, Step};
use super::schedule::{Schedule, Turn};
use super::weights::{ConstantWeights, NEGLIGIBLE_TURNOVER};
use crate::account::{Account, Position};
use crate::pipeline::PipelineError;
use crate::strategy::Action;
use crate::symbol::Symbol;

/// Decides: the one thing of a walk that is not accounting.
pub trait Decide {
    /// The decision of a turn for an account.
    ///
    /// # Errors
    /// When the program breaks its own contract.
    fn decide(&self, turn: &Turn, account: &Account) -> Result<Ruling, PipelineError>;

    /// The smallest move of one close that changes the decision of a turn; `None` where none does.
    fn flip(&self, _: &Turn, _: &Account) -> Option<NearestFlip> {
        None
    }
}

/// The conventions of a walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Where orders are filled.
    pub fill: FillAt,
    /// Further sessions that orders wait for their fill.
    pub delay: usize,
    /// The cost of turnover as a ratio.
    pub cost_ratio: f64,
    /// No order for less than this share of the equity, exits aside.
    pub trade_threshold: f64,
    /// Yearly interest of cash.
    pub cash_rate: f64,
    /// Whether targets are shares of the equity; else US dollars.
    pub are_weights: bool,
    /// Whether the diary, where one is kept, has the nearest flip of each row.
    pub finds_flips: bool,
}

/// How an account is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Book {
    /// Cash and shares.
    Holdings(Holdings),
    /// Constant weights.
    Weights(ConstantWeights),
}

/// An account at the closes of a day.
struct Valued {
    equity_usd: f64,
    cash_usd: f64,
    /// Each position with its share of the equity, by symbol.
    positions: Vec<(Symbol, Position, f64)>,
}

impl Valued {
    /// The account as a decision gets it.
    fn into_account(self, day: NaiveDate) -> Account {
        let positions = self.positions.into_iter().map(|(symbol, position, _)| (symbol, position));
        Account {
            as_of: Some(day),
            equity_usd: Some(self.equity_usd),
            buying_power_usd: Some(self.cash_usd),
            cash_balance_usd: Some(self.cash_usd),
            ..Account::of_positions(positions.collect())
        }
    }
}

impl Book {
    /// The account at the closes of a day, as the decision of the day sees them.
    fn value(&self, quotes: &Quotes<'_>, day: NaiveDate) -> Valued {
        match self {
            Self::Holdings(holdings) => {
                let values = holdings.values(quotes, day);
                let cash_usd = holdings.cash_usd;
                let equity_usd = values.iter().map(|(_, value)| value).sum::<f64>() + cash_usd;
                let held = values.into_iter().zip(holdings.shares.values());
                let positions = held.map(|((symbol, market_value_usd), &quantity)| {
                    (symbol, Position { quantity, market_value_usd }, market_value_usd / equity_usd)
                });
                Valued { equity_usd, cash_usd, positions: positions.collect() }
            }
            Self::Weights(account) => {
                let equity_usd = account.equity_usd();
                let positions = account.weights.iter().map(|(symbol, &weight)| {
                    let market_value_usd = weight * equity_usd;
                    let close = quotes.quote(symbol, day, Step::Decide).map_or(1.0, |quote| quote.close);
                    let position = Position { quantity: market_value_usd / close, market_value_usd };
                    (symbol.clone(), position, weight)
                });
                Valued { equity_usd, cash_usd: 0.0, positions: positions.collect() }
            }
        }
    }
}

/// What a walk met besides its figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    /// Targets without a price, by symbol.
    pub unpriced: BTreeMap<Symbol, Idle>,
    /// Buys that lapsed because the day had no bar.
    pub unfilled: Vec<(NaiveDate, Symbol)>,
    /// Sells at a close of a day before.
    pub stale: Vec<(NaiveDate, Symbol)>,
    /// Sessions whose orders waited for the close because an open was missing.
    pub missing_opens: Vec<NaiveDate>,
}

/// A target that stayed in cash.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Idle {
    /// The first session of it.
    pub first: NaiveDate,
    /// The last one.
    pub last: NaiveDate,
    /// How many sessions.
    pub sessions: usize,
    /// The sum of the shares of the equity over those sessions.
    pub weight_sum: f64,
}

/// A change that waits for its fill.
#[derive(Clone, Debug, PartialEq)]
struct Pending {
    change: Change,
    /// Sessions that it waits besides the next.
    wait: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Change {
    Orders(Vec<Order>),
    Weights(BTreeMap<Symbol, f64>),
}

/// The change that is due on a session; one that waits is a session nearer.
fn due(pending: &mut Option<Pending>) -> Option<Change> {
    match pending {
        Some(Pending { wait, .. }) if *wait > 0 => {
            *wait -= 1;
            None
        }
        _ => pending.take().map(|pending| pending.change),
    }
}

/// An account in the middle of a walk.
#[derive(Clone, Debug)]
pub struct State {
    book: Book,
    pending: Option<Pending>,
    idle: Vec<(Symbol, f64)>,
    /// Closes and counts so far.
    pub history: History,
    /// The diary, where one is kept.
    pub diary: Option<Diary>,
    /// What was met on the way.
    pub notes: Notes,
}

/// What a walk goes through, the same for each account.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    /// The sessions and decisions.
    pub schedule: &'a Schedule,
    /// The prices that the account is valued and filled at.
    pub quotes: &'a Quotes<'a>,
    /// The conventions.
    pub terms: &'a Terms,
    /// The decisions.
    pub decider: &'a dyn Decide,
}

impl State {
    /// An account before its first session.
    pub fn new(book: Book, diary: Option<Diary>) -> Self {
        Self {
            book,
            pending: None,
            idle: Vec::new(),
            history: History::default(),
            diary,
            notes: Notes::default(),
        }
    }

    /// Enters a fill in the diary; a negligible one is none.
    fn enter_fill(&mut self, date: NaiveDate, filled: &Filled) {
        if let Some(diary) = self.diary.as_mut().filter(|_| filled.turnover > NEGLIGIBLE_TURNOVER) {
            diary.enter_fill(Fill { date, turnover: filled.turnover, cost_usd: filled.cost_usd });
        }
    }
}

impl Walk<'_> {
    /// Walks an account from its first session to the last.
    ///
    /// # Errors
    /// Those of the decisions.
    pub fn run(&self, mut state: State) -> Result<State, PipelineError> {
        for place in 0..self.schedule.sessions.len() {
            self.step(&mut state, place, true)?;
        }
        Ok(state)
    }

    /// One session. `decides` is false for a decision that is left out.
    ///
    /// # Errors
    /// Those of the decision.
    pub fn step(&self, state: &mut State, place: usize, decides: bool) -> Result<(), PipelineError> {
        let Some(&day) = self.schedule.sessions.get(place) else { return Ok(()) };
        let before = place.checked_sub(1).and_then(|place| self.schedule.sessions.get(place));
        let mut filled = before.and_then(|&before| self.open_and_close(state, before, day));
        if let Some(turn) = self.schedule.turns.get(place).and_then(Option::as_ref).filter(|_| decides) {
            filled = self.decide(state, turn, day)?.or(filled);
        }
        self.record(state, day, filled.unwrap_or_default());
        Ok(())
    }

    /// Interest, the fill at the opens, the fill at the closes, and the first closes of products.
    fn open_and_close(&self, state: &mut State, before: NaiveDate, day: NaiveDate) -> Option<Filled> {
        let paid = match &mut state.book {
            Book::Holdings(holdings) => {
                holdings.earn_interest(self.terms.cash_rate, (day - before).num_days());
                None
            }
            Book::Weights(account) => Some(account.earn(self.quotes, before, day, self.terms.cost_ratio)),
        };
        if let Some(paid) = &paid {
            state.enter_fill(before, paid);
        }
        let filled = due(&mut state.pending).and_then(|change| self.fill(state, change, day, Step::Fill));
        if let Book::Holdings(holdings) = &mut state.book {
            holdings.convert(self.quotes, day);
        }
        paid.or(filled)
    }

    /// Fills the change of a decision. That of constant weights is paid for by the next return.
    fn fill(&self, state: &mut State, change: Change, day: NaiveDate, step: Step) -> Option<Filled> {
        if let Some(diary) = &mut state.diary {
            diary.start_fill();
        }
        let (turnover, filled) = match (&mut state.book, change) {
            (Book::Holdings(holdings), Change::Orders(orders)) => {
                let at = self.fill_at(&orders, day, step, &mut state.notes);
                let filled = holdings.fill(&orders, self.quotes, day, at, self.terms.cost_ratio);
                (filled.turnover, Some(filled))
            }
            (Book::Weights(account), Change::Weights(weights)) => (account.change(weights), None),
            _ => return None,
        };
        if turnover > NEGLIGIBLE_TURNOVER {
            state.history.tally.first_fill.get_or_insert(day);
        }
        if let Some(filled) = &filled {
            state.enter_fill(day, filled);
            state.notes.unfilled.extend(filled.unfilled.iter().map(|symbol| (day, symbol.clone())));
            state.notes.stale.extend(filled.stale.iter().map(|symbol| (day, symbol.clone())));
        }
        filled
    }

    /// Where the orders of a day are filled: at the opens only if each symbol has one.
    fn fill_at(&self, orders: &[Order], day: NaiveDate, step: Step, notes: &mut Notes) -> At {
        if self.terms.fill != FillAt::NextOpen {
            return At::Close(step);
        }
        if all_have_opens(orders, self.quotes, day) {
            return At::Open;
        }
        notes.missing_opens.push(day);
        At::Close(step)
    }

    /// The decision of a session, and its orders; with fills at the close, what they did.
    fn decide(
        &self,
        state: &mut State,
        turn: &Turn,
        day: NaiveDate,
    ) -> Result<Option<Filled>, PipelineError> {
        let valued = state.book.value(self.quotes, day);
        let equity_usd = valued.equity_usd;
        let account = valued.into_account(day);
        let ruling = self.decider.decide(turn, &account)?;
        let is_actionable = ruling.action.is_actionable();
        let is_change =
            is_actionable && state.history.tally.count_actionable(&ruling.targets, self.terms.are_weights);
        state.history.tally.blocked += usize::from(ruling.action == Action::Blocked);
        if let Some(diary) = &mut state.diary {
            let is_news = diary.enter(turn, &ruling, is_change);
            if let Some(row) = diary.rows.last_mut().filter(|_| is_news && self.terms.finds_flips) {
                row.flip = self.decider.flip(turn, &account);
            }
        }
        if !is_actionable {
            return Ok(None);
        }
        Ok(self.order(state, ruling.targets, equity_usd, day))
    }

    /// Turns targets into orders, and fills them where fills are at the closes of the decision.
    fn order(
        &self,
        state: &mut State,
        targets: BTreeMap<Symbol, f64>,
        equity_usd: f64,
        day: NaiveDate,
    ) -> Option<Filled> {
        let close = |symbol: &Symbol| self.quotes.quote(symbol, day, Step::Decide).map(|quote| quote.close);
        let (change, unpriced) = match &state.book {
            Book::Holdings(holdings) => {
                let targets = self.target_values(holdings, targets, equity_usd);
                let threshold_usd = self.terms.trade_threshold * equity_usd;
                let sized = holdings.size(&targets, equity_usd, threshold_usd, close);
                (Change::Orders(sized.orders), sized.unpriced)
            }
            Book::Weights(_) => {
                let unpriced = above_zero(&targets).filter(|(symbol, _)| close(symbol).is_none());
                let unpriced = unpriced.map(|(symbol, weight)| (symbol.clone(), weight)).collect();
                (Change::Weights(targets), unpriced)
            }
        };
        state.idle = unpriced;
        let wait = match (self.terms.fill, self.terms.delay) {
            (FillAt::Close, 0) => return self.fill(state, change, day, Step::Decide),
            (FillAt::Close, delay) => delay - 1,
            (_, delay) => delay,
        };
        state.pending = Some(Pending { change, wait });
        None
    }

    /// The targets in US dollars; what a weight profile holds and does not name has 0.
    fn target_values(
        &self,
        holdings: &Holdings,
        targets: BTreeMap<Symbol, f64>,
        equity: f64,
    ) -> BTreeMap<Symbol, f64> {
        if !self.terms.are_weights {
            return targets;
        }
        let mut values: BTreeMap<Symbol, f64> =
            targets.into_iter().map(|(symbol, weight)| (symbol, weight * equity)).collect();
        for symbol in holdings.shares.keys() {
            values.entry(symbol.clone()).or_insert(0.0);
        }
        values
    }

    /// Writes down the close of a session.
    fn record(&self, state: &mut State, day: NaiveDate, filled: Filled) {
        let Valued { equity_usd, cash_usd, positions } = state.book.value(self.quotes, day);
        for (symbol, weight) in &state.idle {
            let fresh = Idle { first: day, last: day, sessions: 0, weight_sum: 0.0 };
            let idle = state.notes.unpriced.entry(symbol.clone()).or_insert(fresh);
            (idle.last, idle.sessions, idle.weight_sum) = (day, idle.sessions + 1, idle.weight_sum + weight);
        }
        let before = state.history.closes.last().map(|close| close.equity_usd);
        state.history.closes.push(Close {
            date: day,
            portfolio_return: before.map(|before| equity_usd / before - 1.0),
            equity_usd,
            cash_usd,
            turnover: filled.turnover,
            cost_usd: filled.cost_usd,
            weights: positions.into_iter().map(|(symbol, _, weight)| (symbol, weight)).collect(),
        });
    }
}
