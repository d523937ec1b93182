//! The trades that lead from what is held to the planned shares.

use std::cmp::Ordering;

use super::step::{QuantityStep, SMALLEST_QUANTITY};
use super::{Line, Overspent, Portfolio, Request, Side, Trade, TradeReason};
use crate::account::Position;
use crate::decision::Role;
use crate::number::Number;
use crate::symbol::Symbol;

/// The least cash below zero that is a fault, in US dollars; a floor forgives 1e-9 of a step.
const FORGIVEN_CASH_USD: f64 = 0.01;

/// The same as a share of the money that moves.
const FORGIVEN_CASH_RATIO: f64 = 1e-9;

/// All trades, and the money that they move, in US dollars.
pub(super) struct Traded {
    pub trades: Vec<Trade>,
    pub bought_usd: f64,
    pub sold_usd: f64,
    pub cash_after_usd: f64,
}

/// What is to happen with one symbol.
#[derive(Clone, Debug)]
struct Wish<'a> {
    symbol: &'a Symbol,
    /// The quantity that is held.
    current: f64,
    /// The change in shares; below zero for a sell.
    change: f64,
    /// US dollars a share; 0 for a sell without a price.
    price_usd: f64,
    /// The planned shares; `None` of what has no line in the plan.
    planned_shares: Option<f64>,
    /// The planned value in US dollars.
    planned_usd: f64,
    /// Whether the target is zero or the symbol left the targets.
    is_left: bool,
    is_safe_haven: bool,
    /// What a sell without a price brings in US dollars.
    unpriced_usd: f64,
    reason: Option<TradeReason>,
}

impl<'a> Wish<'a> {
    /// A symbol of which nothing is traded.
    fn untouched(symbol: &'a Symbol, current: f64, reason: TradeReason) -> Self {
        Self {
            symbol,
            current,
            change: 0.0,
            price_usd: 0.0,
            planned_shares: None,
            planned_usd: 0.0,
            is_left: false,
            is_safe_haven: false,
            unpriced_usd: 0.0,
            reason: Some(reason),
        }
    }

    /// A position that is sold whole: at its price, else at its value.
    fn sold_whole(symbol: &'a Symbol, position: Position, price_usd: Option<f64>) -> Self {
        Self {
            change: -position.quantity,
            price_usd: price_usd.unwrap_or_default(),
            is_left: true,
            unpriced_usd: if price_usd.is_none() { position.market_value_usd.max(0.0) } else { 0.0 },
            reason: None,
            ..Self::untouched(symbol, position.quantity, TradeReason::NoPrice)
        }
    }

    fn side(&self) -> Side {
        if self.change > 0.0 {
            Side::Buy
        } else if self.change < 0.0 {
            Side::Sell
        } else {
            Side::None
        }
    }

    fn value_usd(&self) -> f64 {
        match self.side() {
            Side::None => 0.0,
            _ => self.change.abs() * self.price_usd + self.unpriced_usd,
        }
    }

    /// Leaves the position as it is.
    fn stop(&mut self, reason: TradeReason) {
        self.change = 0.0;
        self.reason = Some(reason);
    }

    fn into_trade(self, step: QuantityStep) -> Trade {
        let target = match self.planned_shares {
            // The sum of a position and a change rounds; the plan's number does not.
            Some(planned) if self.reason.is_none() => planned,
            _ if self.side() == Side::None => self.current,
            _ if self.change + self.current == 0.0 => 0.0,
            _ => step.tidied(self.current + self.change),
        };
        Trade {
            symbol: self.symbol.clone(),
            side: self.side(),
            // What is sold whole is sold to the last decimal.
            quantity: Number(if self.change + self.current == 0.0 {
                self.change.abs()
            } else {
                step.tidied(self.change.abs())
            }),
            value: Number(self.value_usd()),
            current_quantity: Number(self.current),
            target_quantity: Number(target),
            reason: self.reason,
        }
    }
}

/// The trades of an account, and the cash after them.
///
/// # Errors
/// When the buys would leave less than no cash.
pub(super) fn trade(
    request: &Request<'_>,
    portfolio: &Portfolio<'_>,
    lines: &[Line],
) -> Result<Traded, Overspent> {
    let cash_usd = portfolio.cash_usd(request.equity_usd);
    let mut wishes = wishes(request, portfolio, lines);
    keep_steps(&mut wishes, request, cash_usd);
    let threshold_usd = f64::max(request.options.min_trade_usd, request.trade_threshold_usd);
    for wish in wishes.iter_mut().filter(|wish| !wish.is_left && wish.side() != Side::None) {
        if wish.value_usd() < threshold_usd {
            wish.stop(TradeReason::BelowThreshold);
        }
    }
    wishes.sort_by(in_order_of_payment);
    let sold_usd = sum(&wishes, Side::Sell);
    pay(&mut wishes, cash_usd + sold_usd - request.reserve_usd, request.options.step);
    let bought_usd = sum(&wishes, Side::Buy);
    let cash_after_usd = cash_usd + sold_usd - bought_usd;
    if bought_usd > 0.0 && cash_after_usd < -forgiven_usd(cash_usd.abs() + sold_usd + bought_usd) {
        return Err(Overspent { cash_usd: cash_after_usd });
    }
    // A buy that the cash does not pay for at all stands among what is not traded.
    wishes.sort_by(|one, other| {
        let is_untraded = one.side() == Side::None && other.side() == Side::None;
        one.side().cmp(&other.side()).then_with(|| match is_untraded {
            true => one.symbol.cmp(other.symbol),
            false => Ordering::Equal,
        })
    });
    let trades = wishes.into_iter().map(|wish| wish.into_trade(request.options.step));
    Ok(Traded { trades: trades.collect(), bought_usd, sold_usd, cash_after_usd })
}

fn forgiven_usd(moved_usd: f64) -> f64 {
    f64::max(FORGIVEN_CASH_USD, FORGIVEN_CASH_RATIO * moved_usd)
}

fn sum(wishes: &[Wish<'_>], side: Side) -> f64 {
    wishes.iter().filter(|wish| wish.side() == side).map(Wish::value_usd).sum()
}

/// Sells by symbol; buys by their dollars, the largest first, the safe haven last, ties by symbol.
fn in_order_of_payment(one: &Wish<'_>, other: &Wish<'_>) -> Ordering {
    let by_payment = if (one.side(), other.side()) == (Side::Buy, Side::Buy) {
        let by_value = other.value_usd().total_cmp(&one.value_usd());
        one.is_safe_haven.cmp(&other.is_safe_haven).then(by_value)
    } else {
        one.side().cmp(&other.side())
    };
    by_payment.then_with(|| one.symbol.cmp(other.symbol))
}

/// What is to happen with every target, every exit, and every position too small to count.
fn wishes<'a>(request: &Request<'a>, portfolio: &Portfolio<'a>, lines: &'a [Line]) -> Vec<Wish<'a>> {
    let position = |symbol: &Symbol| {
        let none = Position { quantity: 0.0, market_value_usd: 0.0 };
        portfolio.positions.get(symbol).copied().unwrap_or(none)
    };
    let is_line = |symbol: &Symbol| lines.iter().any(|line| line.symbol == *symbol);
    let of_lines = lines.iter().map(|line| {
        let wish = wish_of_line(line, position(&line.symbol), request.options.step);
        unless_unknown(wish, portfolio)
    });
    let of_exits = request.exits.iter().filter(|symbol| !is_line(symbol)).map(|symbol| {
        let position = position(symbol);
        let wish = if position.quantity < 0.0 {
            Wish::untouched(symbol, position.quantity, TradeReason::ShortPosition)
        } else {
            Wish::sold_whole(symbol, position, request.price_usd(symbol))
        };
        unless_unknown(wish, portfolio)
    });
    let is_listed = |symbol: &Symbol| is_line(symbol) || request.exits.contains(symbol);
    let too_small = portfolio.below_min_holding.iter().filter(|symbol| !is_listed(symbol));
    let of_small = too_small
        .map(|symbol| Wish::untouched(symbol, position(symbol).quantity, TradeReason::BelowMinHolding));
    of_lines.chain(of_exits).chain(of_small).collect()
}

fn unless_unknown<'a>(wish: Wish<'a>, portfolio: &Portfolio<'_>) -> Wish<'a> {
    if portfolio.unknown_quantities.contains(wish.symbol) {
        return Wish::untouched(wish.symbol, 0.0, TradeReason::UnknownQuantity);
    }
    wish
}

fn wish_of_line<'a>(line: &'a Line, position: Position, step: QuantityStep) -> Wish<'a> {
    let current = position.quantity;
    let is_left = line.target_value.0 <= 0.0;
    if current < 0.0 {
        return Wish::untouched(&line.symbol, current, TradeReason::ShortPosition);
    }
    let Some(price) = line.price else {
        return match (is_left, current > 0.0) {
            (true, true) => Wish::sold_whole(&line.symbol, position, None),
            _ => Wish::untouched(&line.symbol, current, TradeReason::NoPrice),
        };
    };
    let wanted = line.shares.0 - current;
    let mut wish = Wish {
        price_usd: price.0,
        planned_shares: Some(line.shares.0),
        planned_usd: line.planned_value.0,
        is_left,
        is_safe_haven: line.role == Some(Role::SafeHaven),
        change: wanted,
        reason: None,
        ..Wish::untouched(&line.symbol, current, TradeReason::NoPrice)
    };
    if wanted.abs() < SMALLEST_QUANTITY {
        wish.change = 0.0;
    } else if wanted > 0.0 {
        wish.change = step.quantity(step.steps_in(wanted));
        wish.reason = ((wish.change - wanted).abs() >= SMALLEST_QUANTITY).then_some(TradeReason::OddFraction);
    }
    wish
}

/// Keeps held steps that the plan falls short of by a small part of a step, while the cash stays above the reserve:
/// the smallest shortfall first, ties by symbol.
fn keep_steps(wishes: &mut [Wish<'_>], request: &Request<'_>, cash_usd: f64) {
    let (keep_step, step) = (request.options.keep_step, request.options.step.shares());
    if keep_step <= 0.0 {
        return;
    }
    let mut free_usd = cash_usd + sum(wishes, Side::Sell) - sum(wishes, Side::Buy) - request.reserve_usd;
    let shortfall = |wish: &Wish<'_>| wish.current * wish.price_usd - wish.planned_usd;
    // A held fraction above that step is no step to keep.
    let is_one_step = |wish: &Wish<'_>| -wish.change <= step + SMALLEST_QUANTITY;
    let mut kept: Vec<&mut Wish<'_>> = wishes
        .iter_mut()
        .filter(|wish| wish.side() == Side::Sell && !wish.is_left && is_one_step(wish))
        .filter(|wish| shortfall(wish) < keep_step * wish.price_usd * step)
        .collect();
    kept.sort_by(|one, other| {
        shortfall(one).total_cmp(&shortfall(other)).then_with(|| one.symbol.cmp(other.symbol))
    });
    for wish in kept {
        let unsold_usd = wish.value_usd();
        if unsold_usd <= free_usd + FORGIVEN_CASH_RATIO * unsold_usd {
            free_usd -= unsold_usd;
            wish.stop(TradeReason::KeptStep);
        }
    }
}

/// Cuts the buys to what the money pays for, in the order in which they stand.
fn pay(wishes: &mut [Wish<'_>], mut money_usd: f64, step: QuantityStep) {
    let asked_usd = sum(wishes, Side::Buy);
    if asked_usd <= money_usd + FORGIVEN_CASH_RATIO * (asked_usd + money_usd.abs()) {
        return;
    }
    for wish in wishes.iter_mut().filter(|wish| wish.side() == Side::Buy) {
        let paid = step.steps_for(money_usd.max(0.0), wish.price_usd).map(|steps| step.quantity(steps));
        if let Some(paid) = paid.filter(|paid| *paid < wish.change) {
            wish.change = paid;
            wish.reason = Some(TradeReason::ShortOfCash);
        }
        money_usd -= wish.value_usd();
    }
}
