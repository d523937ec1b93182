//! A decision as CSV.

use crate::document::csv::document;
use crate::number::Number;
use crate::plan::{LineReason, Side, TradeReason};
use crate::profile::words::TargetMode;
use crate::record::Record;
use crate::symbol::Symbol;
use crate::visible::visible;

/// The columns of a decision.
const DECISION_COLUMNS: [&str; 7] =
    ["profile", "as_of", "action", "symbol", "role", "target_weight", "target_value"];

/// A decision as one row per target and one a symbol to exit, with the role `exit` and a target of zero. A
/// decision without targets is one row without a symbol, so that "no change today" can't be read as "sell
/// everything".
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn decision(decision: &Record) -> Result<String, ::csv::Error> {
    document(&DECISION_COLUMNS, decision_rows(decision))
}

fn decision_rows(decision: &Record) -> Vec<Vec<String>> {
    let as_of = decision.as_of.map(|date| date.to_string()).unwrap_or_default();
    let row = |symbol: &str, role: &str, weight: Option<Number>, value: Option<Number>| {
        let number =
            |number: Option<Number>| number.map(|number| (number.0 + 0.0).to_string()).unwrap_or_default();
        vec![
            visible(&decision.profile).into_owned(),
            as_of.clone(),
            decision.action.as_str().to_owned(),
            symbol.to_owned(),
            role.to_owned(),
            number(weight),
            number(value),
        ]
    };
    let mut rows: Vec<_> = decision
        .positions
        .iter()
        .map(|target| {
            let role = target.role.map_or("", |role| role.as_str());
            row(target.symbol.as_str(), role, target.target_weight, target.target_value)
        })
        .collect();
    let zero_in = |unit| (decision.target_mode == Some(unit)).then_some(Number(0.0));
    rows.extend(decision.exits_beside_positions().map(|exit| {
        row(exit.symbol.as_str(), "exit", zero_in(TargetMode::Weight), zero_in(TargetMode::Value))
    }));
    if rows.is_empty() {
        rows.push(row("", "", None, None));
    }
    rows
}

/// The columns of trades.
const TRADE_COLUMNS: [&str; 6] = ["symbol", "side", "quantity", "price", "value", "reason"];

/// The trades of a decision's share plan, those of which nothing is traded too; without a portfolio the planned shares
/// as buys. A decision without a plan has none.
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn trades(decision: &Record) -> Result<String, ::csv::Error> {
    document(&TRADE_COLUMNS, trade_rows(decision))
}

fn trade_rows(decision: &Record) -> Vec<Vec<String>> {
    let Some(plan) = &decision.share_plan else { return Vec::new() };
    let price = |symbol: &Symbol, quantity: f64, value: f64| {
        let line = plan.lines.iter().find(|line| line.symbol == *symbol);
        let traded = (quantity > 0.0).then(|| value / quantity);
        line.and_then(|line| line.price.map(|price| price.0))
            .or(traded)
            .map_or_else(String::new, |usd| usd.to_string())
    };
    let of_trades = plan.trades.iter().map(|trade| {
        vec![
            trade.symbol.to_string(),
            trade.side.as_str().to_owned(),
            trade.quantity.0.to_string(),
            price(&trade.symbol, trade.quantity.0, trade.value.0),
            trade.value.0.to_string(),
            trade.reason.map_or("", TradeReason::as_str).to_owned(),
        ]
    });
    let of_lines = plan.lines.iter().map(|line| {
        let side = if line.shares.0 > 0.0 { Side::Buy } else { Side::None };
        vec![
            line.symbol.to_string(),
            side.as_str().to_owned(),
            line.shares.0.to_string(),
            price(&line.symbol, line.shares.0, line.value.0),
            line.value.0.to_string(),
            line.reason.map_or("", LineReason::as_str).to_owned(),
        ]
    });
    if plan.turnover.is_some() { of_trades.collect() } else { of_lines.collect() }
}

/// The decisions of several accounts, or their trades: the rows of each behind its account.
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn of_accounts(decisions: &[&Record], prints_trades: bool) -> Result<String, ::csv::Error> {
    let columns: &[&str] = if prints_trades { &TRADE_COLUMNS } else { &DECISION_COLUMNS };
    let header: Vec<&str> = std::iter::once("account").chain(columns.iter().copied()).collect();
    let rows = decisions.iter().flat_map(|decision| {
        let rows = if prints_trades { trade_rows(decision) } else { decision_rows(decision) };
        let account = visible(decision.account_name().unwrap_or_default()).into_owned();
        rows.into_iter().map(move |row| std::iter::once(account.clone()).chain(row).collect())
    });
    document(&header, rows)
}
