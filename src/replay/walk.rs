//! The walk of one account: interest, fills, value, decision, session after session.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::FillAt;
use super::diary::{Diary, Fill, NearestFlip, Ruling};
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
pub(crate) trait Decide {
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
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Terms {
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
    /// Whether the diary has the nearest flip of each row.
    pub finds_flips: bool,
}

/// How an account is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Book {
    /// Cash and shares.
    Holdings(Holdings),
    /// Constant weights, with the equity in US dollars that a value of 1 stands for.
    Weights(ConstantWeights, f64),
}

/// What a walk met besides its figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
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
pub(crate) struct Idle {
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
pub(crate) struct State {
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
pub(crate) struct Walk<'a> {
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
    pub(crate) fn new(book: Book, keeps_diary: bool) -> Self {
        let diary = keeps_diary.then(Diary::default);
        Self {
            book,
            pending: None,
            idle: Vec::new(),
            history: History::default(),
            diary,
            notes: Notes::default(),
        }
    }

    /// Changes constant weights at the close of a day; the next return pays for it.
    fn change_weights(&mut self, weights: BTreeMap<Symbol, f64>, day: NaiveDate) {
        let Book::Weights(account, _) = &mut self.book else { return };
        if account.change(weights) > NEGLIGIBLE_TURNOVER {
            self.history.tally.first_fill.get_or_insert(day);
        }
        if let Some(diary) = &mut self.diary {
            diary.start_fill();
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
    pub(crate) fn run(&self, mut state: State) -> Result<State, PipelineError> {
        for place in 0..self.schedule.sessions.len() {
            self.step(&mut state, place, true)?;
        }
        Ok(state)
    }

    /// One session. `decides` is false for a decision that is left out.
    ///
    /// # Errors
    /// Those of the decision.
    pub(crate) fn step(&self, state: &mut State, place: usize, decides: bool) -> Result<(), PipelineError> {
        let Some(&day) = self.schedule.sessions.get(place) else { return Ok(()) };
        let before = place.checked_sub(1).and_then(|place| self.schedule.sessions.get(place)).copied();
        let mut filled = self.open_and_close(state, before, day);
        let turn = self.schedule.turns.get(place).and_then(Option::as_ref).filter(|_| decides);
        if let Some(turn) = turn {
            let now = self.decide(state, turn, day)?;
            filled = now.or(filled);
        }
        self.record(state, day, filled.unwrap_or_default());
        Ok(())
    }

    /// Interest, the fill at the opens, the fill at the closes, and the first closes of products.
    fn open_and_close(&self, state: &mut State, before: Option<NaiveDate>, day: NaiveDate) -> Option<Filled> {
        let before = before?;
        if let Book::Holdings(holdings) = &mut state.book {
            holdings.earn_interest(self.terms.cash_rate, (day - before).num_days());
        }
        let earned = if let Book::Weights(account, equity_usd) = &mut state.book {
            let usd_before = account.value * *equity_usd;
            let earned = account.earn(self.quotes, before, day, self.terms.cost_ratio);
            let filled =
                Filled { turnover: earned.turnover, cost_usd: earned.cost * usd_before, ..Filled::default() };
            state.enter_fill(before, &filled);
            Some(filled)
        } else {
            None
        };
        let filled = match due(&mut state.pending) {
            Some(Change::Orders(orders)) => {
                let at = self.fill_at(&orders, day, &mut state.notes);
                self.fill(state, &orders, day, at)
            }
            Some(Change::Weights(weights)) => {
                state.change_weights(weights, day);
                None
            }
            None => None,
        };
        if let Book::Holdings(holdings) = &mut state.book {
            holdings.convert(self.quotes, day);
        }
        earned.or(filled)
    }

    /// Fills orders of an account of shares.
    fn fill(&self, state: &mut State, orders: &[Order], day: NaiveDate, at: At) -> Option<Filled> {
        let Book::Holdings(holdings) = &mut state.book else { return None };
        let filled = holdings.fill(orders, self.quotes, day, at, self.terms.cost_ratio);
        if let Some(diary) = &mut state.diary {
            diary.start_fill();
        }
        state.enter_fill(day, &filled);
        if filled.turnover > NEGLIGIBLE_TURNOVER {
            state.history.tally.first_fill.get_or_insert(day);
        }
        state.notes.unfilled.extend(filled.unfilled.iter().map(|symbol| (day, symbol.clone())));
        state.notes.stale.extend(filled.stale.iter().map(|symbol| (day, symbol.clone())));
        Some(filled)
    }

    /// Where the orders of a day are filled: at the opens only if each symbol has one.
    fn fill_at(&self, orders: &[Order], day: NaiveDate, notes: &mut Notes) -> At {
        if self.terms.fill != FillAt::NextOpen {
            return At::Close(Step::Fill);
        }
        if all_have_opens(orders, self.quotes, day) {
            return At::Open;
        }
        notes.missing_opens.push(day);
        At::Close(Step::Fill)
    }

    /// The decision of a session, and its orders; with fills at the close, what they did.
    fn decide(
        &self,
        state: &mut State,
        turn: &Turn,
        day: NaiveDate,
    ) -> Result<Option<Filled>, PipelineError> {
        let account = self.account(&state.book, day);
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
        state.idle = Vec::new();
        Ok(self.order(state, ruling.targets, day))
    }

    /// Turns targets into orders, and fills them where fills are at the closes of the decision.
    fn order(&self, state: &mut State, targets: BTreeMap<Symbol, f64>, day: NaiveDate) -> Option<Filled> {
        let close = |symbol: &Symbol| self.quotes.quote(symbol, day, Step::Decide).map(|quote| quote.close);
        let change = match &state.book {
            Book::Holdings(holdings) => {
                let equity = holdings.equity(self.quotes, day, Step::Decide);
                let targets = self.target_values(holdings, targets, equity);
                let sized = holdings.size(&targets, equity, self.terms.trade_threshold * equity, close);
                state.idle = sized.unpriced;
                Change::Orders(sized.orders)
            }
            Book::Weights(..) => {
                let unpriced =
                    targets.iter().filter(|(symbol, weight)| **weight > 0.0 && close(symbol).is_none());
                state.idle = unpriced.map(|(symbol, weight)| (symbol.clone(), *weight)).collect();
                Change::Weights(targets)
            }
        };
        let wait = match (self.terms.fill, self.terms.delay.checked_sub(1)) {
            (FillAt::Close, None) => {
                return match change {
                    Change::Orders(orders) => self.fill(state, &orders, day, At::Close(Step::Decide)),
                    Change::Weights(weights) => {
                        state.change_weights(weights, day);
                        None
                    }
                };
            }
            (FillAt::Close, Some(wait)) => wait,
            _ => self.terms.delay,
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

    /// The account of a day's close as a decision gets it.
    fn account(&self, book: &Book, day: NaiveDate) -> Account {
        let mut positions = BTreeMap::new();
        let (equity, cash) = match book {
            Book::Holdings(holdings) => {
                let values = holdings.values(self.quotes, day, Step::Decide);
                let equity = values.iter().map(|(_, value)| value).sum::<f64>() + holdings.cash_usd;
                for ((symbol, market_value_usd), &quantity) in
                    values.into_iter().zip(holdings.shares.values())
                {
                    positions.insert(symbol, Position { quantity, market_value_usd });
                }
                (equity, holdings.cash_usd)
            }
            Book::Weights(account, equity_usd) => {
                let equity = equity_usd * account.value;
                for (symbol, weight) in &account.weights {
                    let market_value_usd = weight * equity;
                    let close = self.quotes.quote(symbol, day, Step::Decide).map_or(1.0, |quote| quote.close);
                    let quantity = market_value_usd / close;
                    positions.insert(symbol.clone(), Position { quantity, market_value_usd });
                }
                (equity, 0.0)
            }
        };
        Account {
            as_of: Some(day),
            equity_usd: Some(equity),
            buying_power_usd: Some(cash),
            cash_balance_usd: Some(cash),
            ..Account::of_positions(positions)
        }
    }

    /// Writes down the close of a session.
    fn record(&self, state: &mut State, day: NaiveDate, filled: Filled) {
        let (equity_usd, cash_usd, weights) = match &state.book {
            Book::Holdings(holdings) => {
                let mut weights = holdings.values(self.quotes, day, Step::Decide);
                let equity = weights.iter().map(|(_, value)| value).sum::<f64>() + holdings.cash_usd;
                for (_, value) in &mut weights {
                    *value /= equity;
                }
                (equity, holdings.cash_usd, weights)
            }
            Book::Weights(account, equity_usd) => {
                let weights = account.weights.iter().map(|(symbol, weight)| (symbol.clone(), *weight));
                (equity_usd * account.value, 0.0, weights.collect())
            }
        };
        for (symbol, weight) in &state.idle {
            let fresh = Idle { first: day, last: day, sessions: 0, weight_sum: 0.0 };
            let idle = state.notes.unpriced.entry(symbol.clone()).or_insert(fresh);
            (idle.last, idle.sessions, idle.weight_sum) = (day, idle.sessions + 1, idle.weight_sum + weight);
        }
        let before = state.history.closes.last().map(|close| close.equity_usd);
        state.history.closes.push(Close {
            portfolio_return: before.map(|before| equity_usd / before - 1.0),
            equity_usd,
            cash_usd,
            turnover: filled.turnover,
            cost_usd: filled.cost_usd,
            weights,
        });
    }
}
