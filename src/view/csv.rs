//! A decision as CSV.

use crate::document::csv::document;
use crate::number::Number;
use crate::plan::{Line, LineReason, Side, Trade, TradeReason};
use crate::profile::words::TargetMode;
use crate::record::Record;
use crate::symbol::Symbol;
use crate::visible::visible;

/// The columns of a decision.
const DECISION_COLUMNS: [&str; 7] =
    ["profile", "as_of", "action", "symbol", "role", "target_weight", "target_value"];

/// A row a target and one a symbol to exit, with the role `exit` and a target of zero. A decision without targets is one
/// row without a symbol, so that "no change today" can't be read as "sell everything".
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
fn trade_rows(decision: &Record) -> Vec<Vec<String>> {
    let Some(plan) = &decision.share_plan else { return Vec::new() };
    let row = |symbol: &Symbol, side: Side, quantity: Number, value: Number, reason: &str| {
        let planned = plan.lines.iter().find(|line| line.symbol == *symbol).and_then(|line| line.price);
        let traded = (quantity.0 > 0.0).then(|| value.0 / quantity.0);
        let price = planned.map(|price| price.0).or(traded);
        vec![
            symbol.to_string(),
            side.as_str().to_owned(),
            quantity.0.to_string(),
            price.map_or_else(String::new, |usd| usd.to_string()),
            value.0.to_string(),
            reason.to_owned(),
        ]
    };
    let of_trade = |trade: &Trade| {
        let reason = trade.reason.map_or("", TradeReason::as_str);
        row(&trade.symbol, trade.side, trade.quantity, trade.value, reason)
    };
    let of_line = |line: &Line| {
        let side = if line.shares.0 > 0.0 { Side::Buy } else { Side::None };
        row(&line.symbol, side, line.shares, line.value, line.reason.map_or("", LineReason::as_str))
    };
    match plan.turnover {
        Some(_) => plan.trades.iter().map(of_trade).collect(),
        None => plan.lines.iter().map(of_line).collect(),
    }
}

/// A table of CSV: its columns, and what its rows are of a decision.
type Columns = (&'static [&'static str], fn(&Record) -> Vec<Vec<String>>);

fn columns(prints_trades: bool) -> Columns {
    if prints_trades { (&TRADE_COLUMNS, trade_rows) } else { (&DECISION_COLUMNS, decision_rows) }
}

/// A decision, or its trades.
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn of_decision(decision: &Record, prints_trades: bool) -> Result<String, ::csv::Error> {
    let (columns, rows) = columns(prints_trades);
    document(columns, rows(decision))
}

/// The decisions of several accounts, or their trades: the rows of each behind its account.
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn of_accounts(decisions: &[&Record], prints_trades: bool) -> Result<String, ::csv::Error> {
    let (columns, rows) = columns(prints_trades);
    let header: Vec<&str> = std::iter::once("account").chain(columns.iter().copied()).collect();
    let rows = decisions.iter().flat_map(|decision| {
        let account = visible(decision.account_name().unwrap_or_default()).into_owned();
        rows(decision).into_iter().map(move |row| std::iter::once(account.clone()).chain(row).collect())
    });
    document(&header, rows)
}
