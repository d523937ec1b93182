//! A decision for people: the verdict, the targets, and what is said below them.

use chrono::NaiveDate;

use crate::amount::{PER_CENT, grouped, percent, signed, usd};
use crate::document::finding::{WHERE_ALL_STAND, causes, error_facts, fact, some_of};
use crate::document::{Block, Cell, DEFAULT_WIDTH, Document, Fact, Rows, Table, Tone};
use crate::finding::Severity;
use crate::market::calendar::Calendar;
use crate::number::Number;
use crate::plan::step::QuantityStep;
use crate::plan::{SharePlan, Side, Trade, TradeReason};
use crate::profile::words::TargetMode;
use crate::record::{ConfigChange, Record, SMALLEST_CASH_USD, Verdict};
use crate::strategy::Action;
use crate::symbol::Symbol;

/// How many causes of a blocked decision are shown before the rest is only counted.
const MOST_ERRORS: usize = 5;

/// How many names a line lists.
const MOST_NAMES: usize = 12;

/// The decision as a document.
pub fn document(record: &Record) -> Document {
    let mut document = head(record);
    blocks(record, errors(record)).into_iter().for_each(|block| document.push(block));
    document
}

/// The verdict, and below it the profile and the dates.
pub fn head(record: &Record) -> Document {
    let mut document = Document::new(record.verdict_line.clone());
    document.push(Block::Line(who_and_when(record)));
    document
}

/// The targets, and below them the errors and what else is said.
pub fn blocks(record: &Record, errors: Vec<Fact>) -> Vec<Block> {
    let line = record.share_plan.as_ref().map(share_plan).unwrap_or_default();
    let facts = errors.into_iter().chain(said(record)).collect();
    vec![Block::Table(targets(record)), Block::Line(line), Block::Facts(facts)]
}

/// The profile and the dates.
fn who_and_when(record: &Record) -> String {
    let name = match &record.display_name {
        Some(name) => format!("{name} ({})", record.profile),
        None => record.profile.clone(),
    };
    let dates = match (record.as_of, record.effective_date, record.snapshot_as_of) {
        (Some(as_of), Some(effective), _) if effective != as_of => {
            format!("as of {as_of}, effective {effective}")
        }
        (Some(as_of), _, Some(date)) => match sessions_since(record, date, as_of) {
            0 => format!("as of {as_of}, snapshot of {date}"),
            session => format!("as of {as_of}, session {session} after the snapshot of {date}"),
        },
        (Some(as_of), _, None) => format!("as of {as_of}"),
        (None, _, Some(date)) => format!("snapshot of {date}, no decision date"),
        (None, _, None) => "no decision date".to_owned(),
    };
    format!("{name}, {dates}")
}

/// Which session after a snapshot a decision is for; 0 of the snapshot's own day, and of an earlier one.
fn sessions_since(record: &Record, snapshot: NaiveDate, as_of: NaiveDate) -> usize {
    let calendar = Calendar::new(record.calendar.extra_closures.iter().copied());
    calendar.sessions_between(snapshot, calendar.session_from(as_of))
}

/// The targets, exits last; no rows where there is nothing to do. Where the columns do not fit, dollars lose their cents
/// first, then what is held now is left out: what is traded stays.
fn targets(record: &Record) -> Table {
    let tables =
        [(2, true), (0, true), (0, false)].map(|(decimals, shows_held)| table(record, decimals, shows_held));
    let [_, _, last] = &tables;
    tables.iter().find(|table| table.width() <= DEFAULT_WIDTH).unwrap_or(last).clone()
}

/// A target or an exit; what is held now and the change are US dollars.
struct Row<'a> {
    symbol: &'a Symbol,
    role: Cell,
    target: f64,
    current: Option<Number>,
    change: Option<Number>,
}

fn rows(record: &Record) -> impl Iterator<Item = Row<'_>> {
    let targets = record.positions.iter().map(|position| Row {
        symbol: &position.symbol,
        role: position.role.map_or("", |role| role.as_str()).into(),
        target: position.target(),
        current: position.current_value,
        change: position.change_value,
    });
    targets.chain(record.exits_beside_positions().map(|exit| Row {
        symbol: &exit.symbol,
        role: Cell::new("exit", Tone::Bad),
        target: 0.0,
        current: exit.current_value,
        change: exit.change_value,
    }))
}

fn table(record: &Record, decimals: usize, shows_held: bool) -> Table {
    let is_value = record.target_mode == Some(TargetMode::Value);
    let unit = if is_value { " USD" } else { "" };
    let equity = record.account.equity.map(|equity| equity.0);
    let divisor = if is_value { 1.0 } else { equity.unwrap_or(1.0) };
    let drawn = |amount: f64| if is_value { grouped(amount, decimals) } else { percent(amount) };
    let mut rows = Rows::new(rows(record))
        .left("SYMBOL", |row| row.symbol.as_str().to_owned())
        .left("ROLE", |row| row.role.clone())
        .right(&format!("TARGET{unit}"), |row| drawn(row.target));
    if shows_held && record.account.has_positions && (is_value || equity.is_some()) {
        rows = rows
            .right(&format!("CURRENT{unit}"), |row| {
                row.current.map(|current| drawn(current.0 / divisor)).unwrap_or_default()
            })
            .right(&format!("CHANGE{unit}"), |row| {
                let Some(change) = row.change.map(|change| change.0 / divisor) else {
                    return Cell::default();
                };
                Cell::new(signed(&drawn(change), change), direction(change))
            });
    }
    if let Some(plan) = &record.share_plan {
        rows = rows.right("SHARES", |row| {
            let line = plan.lines.iter().find(|line| line.symbol == *row.symbol);
            line.map(|line| line.shares.0.to_string()).unwrap_or_default()
        });
        if plan.turnover.is_some() {
            rows = rows.right("TRADE", |row| trade(plan, row.symbol));
        }
    }
    rows.table()
}

/// What is traded of a symbol, or why nothing is; blank where nothing is to be traded.
fn trade(plan: &SharePlan, symbol: &Symbol) -> Cell {
    let Some(trade) = plan.trades.iter().find(|trade| trade.symbol == *symbol) else {
        return Cell::default();
    };
    let traded = |tone| Cell::new(format!("{} {}", trade.side.as_str(), trade.quantity.0), tone);
    match (trade.side, trade.reason) {
        (Side::Buy, _) => traded(Tone::Good),
        (Side::Sell, _) => traded(Tone::Bad),
        (Side::None, Some(reason)) => {
            let tone = if reason.is_settled() { Tone::Plain } else { Tone::Warning };
            Cell::new(reason.as_str().replace('_', " "), tone)
        }
        (Side::None, None) => Cell::default(),
    }
}

/// The buys that the cash does not pay for in full.
fn short_of_cash(plan: &SharePlan) -> Option<String> {
    let short = plan.trades.iter().filter(|trade| trade.reason == Some(TradeReason::ShortOfCash));
    let words = |trade: &Trade| {
        let line = plan.lines.iter().find(|line| line.symbol == trade.symbol)?;
        let bought = if trade.side == Side::Buy { trade.quantity.0 } else { 0.0 };
        let wanted = line.shares.0 - trade.current_quantity.0;
        Some(format!("{bought} of {} {}", QuantityStep::default().tidied(wanted), trade.symbol))
    };
    let said: Vec<String> = short.filter_map(words).collect();
    (!said.is_empty()).then(|| format!("short of cash: it pays for {}", some_of(said, MOST_NAMES)))
}

/// The line below the table: the cash after the trades, the largest drift, and the equity from which on the targets can
/// be held.
fn share_plan(plan: &SharePlan) -> String {
    let points = grouped(plan.largest_drift.0 * PER_CENT, 2);
    let faithful = match plan.faithful_equity {
        Some(equity) => format!("{} USD", grouped(equity.0, 0)),
        None => "not known".to_owned(),
    };
    let cash = usd(plan.cash_after.0);
    format!("cash after {cash} USD, largest drift {points} points, faithful equity {faithful}")
}

/// The symbol that decides the faithful equity.
fn faithful(record: &Record) -> Option<String> {
    let plan = record.share_plan.as_ref()?;
    let (equity, symbol) = (plan.faithful_equity?, plan.faithful_equity_symbol.as_ref()?);
    let price = plan.lines.iter().find(|line| line.symbol == *symbol)?.price?;
    let weights = match record.native_target_mode {
        Some(TargetMode::Value) => ", with the weights of the present equity",
        _ => "",
    };
    Some(format!("{symbol} at {} needs {} USD{weights}", usd(price.0), grouped(equity.0, 0)))
}

fn direction(change: f64) -> Tone {
    match change {
        change if change > 0.0 => Tone::Good,
        change if change < 0.0 => Tone::Bad,
        _ => Tone::Plain,
    }
}

/// The first causes of a blocked decision, each with its cure below it.
fn errors(record: &Record) -> Vec<Fact> {
    error_facts(&record.findings, MOST_ERRORS, |beyond| {
        Fact::new(Cell::new("error", Tone::Bad), format!("{beyond} more {WHERE_ALL_STAND}"))
    })
}

fn said(record: &Record) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(record.headline.as_ref().map(|headline| Fact::new("signal", headline.as_str())));
    facts.push(Fact::new("action", action(record)));
    let short = record.share_plan.as_ref().and_then(short_of_cash);
    facts.extend(short.map(|short| Fact::new(Cell::new("cash", Tone::Warning), short)));
    facts.extend(faithful(record).map(|faithful| Fact::new("faithful", faithful)));
    facts.extend(cash(record).map(|cash| Fact::new("cash", cash)));
    facts.extend(record.config_changes.iter().map(|change| Fact::new("config", config(change))));
    if !record.risk_flags.is_empty() {
        let flags: Vec<&str> = record.risk_flags.iter().map(|flag| flag.as_str()).collect();
        facts.push(Fact::new("flags", flags.join(", ")));
    }
    facts.extend(
        record
            .exits
            .iter()
            .map(|exit| Fact::new(Cell::new("exit", Tone::Bad), format!("{}: {}", exit.symbol, exit.reason))),
    );
    if let Some(unmanaged) = record.unmanaged.as_ref().filter(|unmanaged| !unmanaged.is_empty()) {
        let names = some_of(unmanaged, MOST_NAMES);
        facts.push(Fact::new("unmanaged", format!("{names}: held, and the profile never sells it")));
    }
    for cause in causes(&record.findings).into_iter().filter(|cause| cause.severity() != Severity::Error) {
        facts.push(fact(&cause, &cause.about()));
    }
    facts.extend(account(record).map(|warning| Fact::new("account", warning)));
    facts
}

fn action(record: &Record) -> String {
    let meaning = match record.action {
        Action::Rebalance if record.verdict == Verdict::NothingToTrade => "the account is at these targets",
        Action::Rebalance => "these are the targets",
        Action::Hold => "no change",
        Action::Emergency => "the canary fired: go to the safe haven now",
        Action::Blocked => "an input failed: do nothing",
    };
    let next = match (record.action, &record.next_dates) {
        (Action::Hold, Some(dates)) => match (dates.rebalance_day, &dates.execution_window) {
            (Some(day), _) => format!("; next rebalance {}", day.date),
            (None, Some(window)) => window
                .days
                .first()
                .map(|day| format!("; next execution window from {day}"))
                .unwrap_or_default(),
            (None, None) => String::new(),
        },
        _ => String::new(),
    };
    format!("{}: {meaning}{next}", record.action.as_str())
}

fn cash(record: &Record) -> Option<String> {
    let (cash, equity) = (record.cash_value?.0, record.account.equity?.0);
    (cash >= SMALLEST_CASH_USD).then(|| format!("{} of {} USD stay in cash", usd(cash), usd(equity)))
}

fn config(change: &ConfigChange) -> String {
    format!("{} {} (profile: {})", change.key, change.value, change.profile_value)
}

/// The account-size warning in plain words.
fn account(record: &Record) -> Option<String> {
    let Some(equity) = record.account.equity else {
        return record.actionable.then(|| "account size not checked: no equity was given".to_owned());
    };
    let (behavior, minimum) = (record.account.small_account.as_ref()?, usd(record.minimum_usd()?));
    Some(format!(
        "{} USD is below the {minimum} USD that the profile is meant for. {behavior}",
        usd(equity.0)
    ))
}
