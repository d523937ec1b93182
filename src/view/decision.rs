//! A decision for people: the verdict, the targets, and what is said below them.

use crate::amount::{percent, signed, usd};
use crate::document::finding::{causes, grouped_count, some_of, tone};
use crate::document::{Align, Block, Cell, Document, Fact, Table, Tone};
use crate::finding::Severity;
use crate::profile::words::TargetMode;
use crate::record::{ConfigChange, Position, Record, SMALLEST_CASH_USD, Verdict};
use crate::strategy::Action;
use crate::symbol::Symbol;

/// How many causes of a blocked decision are shown before the rest is only counted.
const MOST_ERRORS: usize = 5;

/// How many names a line lists.
const MOST_NAMES: usize = 12;

/// The decision as a document.
pub fn document(record: &Record) -> Document {
    let mut document = Document::new(record.verdict_line.clone());
    document.push(Block::Line(who_and_when(record)));
    for block in blocks(record) {
        document.push(block);
    }
    document
}

/// The targets and what is said below them.
pub fn blocks(record: &Record) -> Vec<Block> {
    let mut facts = errors(record);
    facts.extend(said(record));
    vec![Block::Table(targets(record)), Block::Facts(facts)]
}

/// The same where the errors stand elsewhere.
pub fn without_errors(record: &Record) -> Vec<Block> {
    vec![Block::Table(targets(record)), Block::Facts(said(record))]
}

/// The profile and the dates.
pub fn who_and_when(record: &Record) -> String {
    let name = match &record.display_name {
        Some(name) => format!("{name} ({})", record.profile),
        None => record.profile.clone(),
    };
    let dates = match (record.as_of, record.effective_date, record.snapshot_as_of) {
        (Some(as_of), Some(effective), _) if effective != as_of => {
            format!("as of {as_of}, effective {effective}")
        }
        (Some(as_of), _, Some(date)) => format!("as of {as_of}, snapshot of {date}"),
        (Some(as_of), _, None) => format!("as of {as_of}"),
        (None, _, Some(date)) => format!("snapshot of {date}, no decision date"),
        (None, _, None) => "no decision date".to_owned(),
    };
    format!("{name}, {dates}")
}

/// The targets, exits last; no rows where there is nothing to do.
fn targets(record: &Record) -> Table {
    let is_value = record.target_mode == Some(TargetMode::Value);
    let has_current = record.account.has_positions && (is_value || record.account.equity.is_some());
    let unit = if is_value { " USD" } else { "" };
    let mut table = Table::new(&[("SYMBOL", Align::Left), ("ROLE", Align::Left)]);
    table.column(&format!("TARGET{unit}"), Align::Right);
    if has_current {
        table.column(&format!("CURRENT{unit}"), Align::Right);
        table.column(&format!("CHANGE{unit}"), Align::Right);
    }
    let equity = record.account.equity.map_or(1.0, |equity| equity.0);
    let divisor = if is_value { 1.0 } else { equity };
    let drawn = |amount: f64| if is_value { usd(amount) } else { percent(amount) };
    let row = |symbol: &Symbol, role: Cell, target: f64, current: Option<f64>, change: Option<f64>| {
        let mut cells = vec![symbol.as_str().into(), role, drawn(target).into()];
        if has_current {
            let change = change.map(|change| change / divisor);
            cells.push(current.map(|current| drawn(current / divisor)).unwrap_or_default().into());
            let text = change.map(|change| signed(&drawn(change), change)).unwrap_or_default();
            cells.push(Cell::new(text, change.map_or(Tone::Plain, direction)));
        }
        cells
    };
    let target = |position: &Position| {
        let role = position.role.map_or("", |role| role.as_str()).into();
        let (current, change) = (position.current_value, position.change_value);
        row(&position.symbol, role, position.target(), current.map(|n| n.0), change.map(|n| n.0))
    };
    table.rows.extend(record.positions.iter().map(target));
    table.rows.extend(record.exits_beside_positions().map(|exit| {
        let (current, change) = (exit.current_value, exit.change_value);
        row(&exit.symbol, Cell::new("exit", Tone::Bad), 0.0, current.map(|n| n.0), change.map(|n| n.0))
    }));
    table
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
    let causes: Vec<_> =
        causes(&record.findings).into_iter().filter(|cause| cause.severity() == Severity::Error).collect();
    let mut facts: Vec<Fact> = causes
        .iter()
        .take(MOST_ERRORS)
        .map(|cause| Fact {
            label: Cell::new("error", Tone::Bad),
            text: cause.sentence(),
            notes: cause.hint().map(|hint| format!("hint: {hint}")).into_iter().collect(),
        })
        .collect();
    let beyond: u64 = causes.iter().skip(MOST_ERRORS).map(|cause| cause.total).sum();
    if beyond > 0 {
        facts.push(Fact::new(
            Cell::new("error", Tone::Bad),
            format!("{} more (`--format json` lists the first hundred of a kind)", grouped_count(beyond)),
        ));
    }
    facts
}

fn said(record: &Record) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(record.headline.as_ref().map(|headline| Fact::new("signal", headline.as_str())));
    facts.push(Fact::new("action", action(record)));
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
    if !record.unmanaged.is_empty() {
        let names: Vec<String> = record.unmanaged.iter().map(ToString::to_string).collect();
        let names = some_of(&names, MOST_NAMES);
        facts.push(Fact::new("unmanaged", format!("{names}: held, and the profile never sells it")));
    }
    for cause in causes(&record.findings).into_iter().filter(|cause| cause.severity() != Severity::Error) {
        let label = Cell::new(cause.severity().as_str(), tone(cause.severity()));
        let notes = match cause.severity() {
            Severity::Info => Vec::new(),
            _ => cause.hint().map(|hint| format!("hint: {hint}")).into_iter().collect(),
        };
        facts.push(Fact { label, text: format!("{}: {}", cause.first.code, cause.about()), notes });
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
    let minimum = record.diagnostics.get("min_recommended_equity_usd")?.as_f64()?;
    record.account.small_account.as_ref().map(|behavior| {
        format!(
            "{} USD is below the {} USD that the profile is meant for. {behavior}",
            usd(equity.0),
            usd(minimum)
        )
    })
}
