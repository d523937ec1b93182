//! From targets to a plan for one account: whole shares at given prices, the trades that lead there, and the equity
//! from which on whole shares follow the weights. A pure function. The plan is advice: it changes no target.

pub mod faithful;
mod options;
pub mod price;
mod shares;
pub mod spending;
pub mod step;
mod trades;

#[cfg(test)]
mod plan_properties;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::account::Position;
use crate::decision::Role;
use crate::number::Number;
use crate::symbol::Symbol;
use crate::words::words;
pub use options::{LARGEST_KEEP_STEP, Options, SMALLEST_FIT};
use price::{PriceSource, Prices};

/// One target, in both units.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The symbol.
    pub symbol: Symbol,
    /// What it is for, where it is for something special.
    pub role: Option<Role>,
    /// The share of the equity.
    pub weight: f64,
    /// US dollars.
    pub value_usd: f64,
}

/// What the account holds, and which of it the profile may sell.
#[derive(Clone, Copy, Debug)]
pub struct Portfolio<'a> {
    /// The total equity in US dollars; `None` if the file does not give it.
    pub total_equity_usd: Option<f64>,
    /// The cash in US dollars; `None` if the file does not give it.
    pub cash_balance_usd: Option<f64>,
    /// Every position.
    pub positions: &'a BTreeMap<Symbol, Position>,
    /// The symbols that the profile may sell, its targets included.
    pub managed: &'a BTreeSet<Symbol>,
    /// The symbols that are cash.
    pub cash_symbols: &'a [Symbol],
    /// Managed symbols that are held in an unknown quantity.
    pub unknown_quantities: &'a BTreeSet<Symbol>,
    /// Managed symbols whose position is too small to count as held.
    pub below_min_holding: &'a BTreeSet<Symbol>,
    /// Whether a position has a value that is not known in US dollars.
    pub has_unknown_value: bool,
}

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The equity in US dollars; above 0.
    pub equity_usd: f64,
    /// The targets, sorted by symbol.
    pub targets: &'a [Target],
    /// The held symbols that left the targets, sorted.
    pub exits: &'a [Symbol],
    /// The prices.
    pub prices: &'a Prices,
    /// The account; `None` if its positions are not known.
    pub portfolio: Option<Portfolio<'a>>,
    /// What is never spent, in US dollars.
    pub reserve_usd: f64,
    /// The profile's own threshold for a trade in US dollars.
    pub trade_threshold_usd: f64,
    /// How the plan is made.
    pub options: Options,
    /// What the weights of the targets are.
    pub weights: Weights,
}

impl Request<'_> {
    fn price_usd(&self, symbol: &Symbol) -> Option<f64> {
        self.prices.get(symbol).map(|price| price.usd).filter(|usd| usd.is_finite() && *usd > 0.0)
    }
}

/// What the weights of targets are, by which the faithful equity is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Those of the profile, the same at every equity.
    #[default]
    Profile,
    /// Values over the present equity: at another equity the profile may ask for others.
    PresentEquity,
}

words! {
    /// Why a target has no shares.
    LineReason, "reason":
    /// No source has a price of it.
    NoPrice = "no_price",
}

/// One target in whole steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// The symbol.
    pub symbol: Symbol,
    /// What it is for; `null` for most targets.
    pub role: Option<Role>,
    /// US dollars a share; `null` without a price.
    pub price: Option<Number>,
    /// Where the price comes from.
    pub price_source: Option<PriceSource>,
    /// The day that the price is of; `null` where its source does not say.
    pub price_date: Option<NaiveDate>,
    /// The target as a share of the equity.
    pub target_weight: Number,
    /// The target in US dollars.
    pub target_value: Number,
    /// The target in US dollars after the cut to what may be spent.
    pub planned_value: Number,
    /// The number of shares.
    pub shares: Number,
    /// Their value in US dollars.
    pub value: Number,
    /// Their value as a share of the equity.
    pub weight: Number,
    /// `weight` less the target's.
    pub drift: Number,
    /// Why there are no shares, where there is no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<LineReason>,
}

words! {
    /// What is done with a symbol.
    Side, "side":
    /// Shares are sold.
    Sell = "sell",
    /// Shares are bought.
    Buy = "buy",
    /// Nothing is traded.
    None = "none",
}

words! {
    /// Why a trade is not what leads to the planned shares.
    TradeReason, "reason":
    /// The plan falls short of the held quantity by a small part of a step.
    KeptStep = "kept_step",
    /// The held quantity is not a whole number of steps, and a buy is one.
    OddFraction = "odd_fraction",
    /// The change is below the threshold.
    BelowThreshold = "below_threshold",
    /// The cash does not pay for all of it.
    ShortOfCash = "short_of_cash",
    /// The position is short.
    ShortPosition = "short_position",
    /// No source has a price.
    NoPrice = "no_price",
    /// Held, as `--holdings` says, in a quantity that no file gives.
    UnknownQuantity = "unknown_quantity",
    /// Held below `--min-holding`, and no target.
    BelowMinHolding = "below_min_holding",
}

impl TradeReason {
    /// Whether an untraded symbol is where it should be, or as near as the account allows.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::KeptStep | Self::OddFraction | Self::BelowThreshold | Self::BelowMinHolding)
    }
}

/// What leads from the held quantity of a symbol to the planned one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trade {
    /// The symbol.
    pub symbol: Symbol,
    /// Buy, sell or none.
    pub side: Side,
    /// The number of shares that are traded.
    pub quantity: Number,
    /// Their value in US dollars.
    pub value: Number,
    /// The number of shares that are held before.
    pub current_quantity: Number,
    /// The number of shares that are held after.
    pub target_quantity: Number,
    /// Why it is not what leads to the planned shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<TradeReason>,
}

/// A position that the profile never sells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unmanaged {
    /// The symbol.
    pub symbol: Symbol,
    /// Its value in US dollars.
    pub value: Number,
}

/// A plan for one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SharePlan {
    /// The equity that the decision used, in US dollars.
    pub equity: Number,
    /// The equity less the positions that the profile does not manage; `null` without a portfolio.
    pub managed_equity: Option<Number>,
    /// What is never spent, in US dollars.
    pub reserve: Number,
    /// What may be spent on the targets, in US dollars.
    pub spendable: Number,
    /// What every target but the safe haven was multiplied by; `null` where nothing was scaled.
    pub scaled_by: Option<Number>,
    /// The smallest quantity that can be traded, in shares.
    pub quantity_step: Number,
    /// The targets, sorted by symbol.
    pub lines: Vec<Line>,
    /// Sells, then buys in the order that they are paid for, then what is not traded; empty without a portfolio.
    pub trades: Vec<Trade>,
    /// The positions that the profile never sells, sorted by symbol.
    pub unmanaged: Vec<Unmanaged>,
    /// The value of all lines in US dollars.
    pub invested: Number,
    /// The cash after the trades in US dollars; without a portfolio, the equity less `invested`.
    pub cash_after: Number,
    /// That cash as a share of the equity.
    pub cash_weight: Number,
    /// The largest drift of a line, in size.
    pub largest_drift: Number,
    /// Half the sum of all drifts in size, cash counted as a line.
    pub total_drift: Number,
    /// The larger of buys and sells as a share of the equity; `null` without a portfolio.
    pub turnover: Option<Number>,
    /// The smallest equity in whole US dollars from which on every target is within `fit` of its weight; `null` where
    /// a target that asks for one has no price.
    pub faithful_equity: Option<Number>,
    /// The symbol that decides it.
    pub faithful_equity_symbol: Option<Symbol>,
    /// By which weights: `profile`, the same at every equity, or `present_equity`, values over the present one.
    #[serde(default)]
    pub faithful_equity_weights: Weights,
    /// How far a target may be off its weight at the faithful equity.
    pub fit: Number,
}

/// A plan that spends money which is not there: a fault of the program, not of an input.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the buys of the share plan leave {cash_usd} USD of cash")]
pub struct Overspent {
    /// The cash after all trades in US dollars.
    pub cash_usd: f64,
}

/// Plans the shares of targets; `None` where no symbol has a price.
///
/// # Errors
/// When the buys would leave less than no cash.
pub fn share_plan(request: &Request<'_>) -> Result<Option<SharePlan>, Overspent> {
    let mut symbols = request.targets.iter().map(|target| &target.symbol).chain(request.exits);
    if !symbols.any(|symbol| request.price_usd(symbol).is_some()) {
        return Ok(None);
    }
    let equity = request.equity_usd;
    let managed = request.portfolio.and_then(|portfolio| portfolio.managed_equity_usd(equity));
    let spendable =
        f64::max(managed.map_or(equity, |managed| managed.min(equity)) - request.reserve_usd, 0.0);
    let cut = spending::cut(request.targets, spendable);
    let lines = shares::lines(request, &cut.planned_usd);
    let invested: f64 = lines.iter().map(|line| line.value.0).sum();
    let traded = request.portfolio.map(|portfolio| trades::trade(request, &portfolio, &lines)).transpose()?;
    let cash_after = traded.as_ref().map_or(equity - invested, |traded| traded.cash_after_usd);
    let targets: f64 = request.targets.iter().map(|target| target.value_usd).sum();
    let drifts = || lines.iter().map(|line| line.drift.0.abs());
    let cash_drift = ((targets - invested) / equity).abs();
    let options = &request.options;
    let (faithful_equity, faithful_equity_symbol) = faithful::of_lines(&lines, options.step, options.fit);
    Ok(Some(SharePlan {
        equity: Number(equity),
        managed_equity: managed.map(Number),
        reserve: Number(request.reserve_usd),
        spendable: Number(spendable),
        scaled_by: cut.scaled_by.map(Number),
        quantity_step: Number(options.step.shares()),
        invested: Number(invested),
        cash_after: Number(cash_after),
        cash_weight: Number(cash_after / equity),
        largest_drift: Number(drifts().fold(0.0, f64::max)),
        total_drift: Number((drifts().sum::<f64>() + cash_drift) / 2.0),
        turnover: traded.as_ref().map(|traded| Number(f64::max(traded.bought_usd, traded.sold_usd) / equity)),
        trades: traded.map_or_else(Vec::new, |traded| traded.trades),
        unmanaged: request.portfolio.map_or_else(Vec::new, |portfolio| portfolio.unmanaged()),
        lines,
        faithful_equity: faithful_equity.map(Number),
        faithful_equity_symbol,
        faithful_equity_weights: request.weights,
        fit: Number(options.fit),
    }))
}
