//! The verdict: what there is to do, in one line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Record;
use crate::amount::{rough_percent, usd};
use crate::finding::Finding;
use crate::finding::cause::{causes, some_of};
use crate::next_dates::WindowPhase;
use crate::number::Number;
use crate::plan::{SharePlan, Side, Trade, TradeReason};
use crate::profile::words::TargetMode;
use crate::strategy::Action;
use crate::symbol::Symbol;

/// How many names a side of the line lists.
const MOST_NAMES: usize = 5;

/// A change of at most this many US dollars is none: what shows as a cent.
const SMALLEST_CHANGE_USD: f64 = 0.01;

/// The longest reason of a blocked decision that the line repeats, in characters.
const LONGEST_REASON: usize = 160;

/// What there is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Trade to the targets.
    Rebalance,
    /// The account is at its targets.
    NothingToTrade,
    /// Trade to the safe haven now.
    Emergency,
    /// The rule changes nothing today.
    Hold,
    /// An input failed.
    #[default]
    Blocked,
}

impl Verdict {
    /// The verdict as its line begins.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rebalance => "REBALANCE",
            Self::NothingToTrade => "NOTHING TO TRADE",
            Self::Emergency => "EMERGENCY",
            Self::Hold => "HOLD",
            Self::Blocked => "BLOCKED",
        }
    }
}

/// Judges a record.
pub(super) fn judge(record: &mut Record) {
    let changes = match record.action {
        Action::Rebalance | Action::Emergency => Changes::of(record),
        Action::Hold | Action::Blocked => None,
    };
    record.largest_change = changes.as_ref().map(|changes| Number(changes.largest_usd));
    (record.verdict, record.verdict_line, record.changes_needed) = verdict(record, changes);
}

/// The verdict, its line, and whether something is to be traded: `None` where that is not known or not asked.
fn verdict(record: &Record, changes: Option<Changes>) -> (Verdict, String, Option<bool>) {
    let verdict = match record.action {
        Action::Blocked => return (Verdict::Blocked, blocked_line(&record.findings), None),
        Action::Hold => return (Verdict::Hold, hold_line(record), None),
        Action::Rebalance => Verdict::Rebalance,
        Action::Emergency => Verdict::Emergency,
    };
    let day = for_day(record.effective_date);
    let Some(changes) = changes else {
        let mut line = format!("{}{day}: {}", verdict.words(), targets(record));
        if !record.exits.is_empty() {
            line.push_str(&format!("; sell {}", names(record.exits.iter().map(|exit| &exit.symbol))));
        }
        return (verdict, line, None);
    };
    if changes.is_unknown() {
        return (verdict, format!("{}{day}: {}", verdict.words(), targets(record)), None);
    }
    if changes.is_nothing() {
        let line = match (verdict, record.effective_date) {
            (Verdict::Emergency, Some(date)) => {
                format!("NOTHING TO TRADE: the emergency of {date} is carried out")
            }
            _ => format!("NOTHING TO TRADE{day}: {}", changes.why_nothing),
        };
        return (Verdict::NothingToTrade, line, Some(false));
    }
    let sides = [("sell", &changes.sells), ("buy", &changes.buys)];
    let sides: Vec<String> = sides
        .into_iter()
        .filter(|(_, symbols)| !symbols.is_empty())
        .map(|(word, symbols)| format!("{word} {}", names(symbols)))
        .chain(changes.untradable())
        .collect();
    (verdict, format!("{}{day}: {}", verdict.words(), sides.join("; ")), Some(true))
}

/// How many symbols are bought and sold.
pub(super) fn trade_counts(record: &Record) -> Option<(usize, usize)> {
    Changes::of(record).map(|changes| (changes.buys.len(), changes.sells.len()))
}

fn for_day(date: Option<NaiveDate>) -> String {
    date.map(|date| format!(" for {date}")).unwrap_or_default()
}

/// The first five of several names, and how many more there are.
pub(crate) fn names<N: ToString>(names: impl IntoIterator<Item = N>) -> String {
    some_of(names, MOST_NAMES)
}

/// The targets, largest first; those of zero are left out.
fn targets(record: &Record) -> String {
    let mut positions: Vec<_> = record.positions.iter().filter(|position| position.target() > 0.0).collect();
    positions.sort_by(|one, other| {
        other.target().total_cmp(&one.target()).then_with(|| one.symbol.cmp(&other.symbol))
    });
    if positions.is_empty() {
        return "all in cash".to_owned();
    }
    let drawn = |amount: f64| match record.target_mode {
        Some(TargetMode::Value) => format!("{} USD", usd(amount).trim_end_matches(".00")),
        _ => rough_percent(amount),
    };
    names(positions.iter().map(|position| format!("{} {}", position.symbol, drawn(position.target()))))
}

/// What is traded: the trades of the share plan, or without one the changes above the threshold.
struct Changes {
    sells: Vec<String>,
    buys: Vec<String>,
    /// What should be traded and cannot be, each with its reason.
    stuck: Vec<String>,
    /// Whether a symbol is held in an unknown quantity.
    has_unknown: bool,
    /// Why nothing is traded, where that is so.
    why_nothing: String,
    /// The largest change in US dollars, traded or not.
    largest_usd: f64,
}

impl Changes {
    /// `None` where a portfolio does not give what is held, or a target has no value in US dollars.
    fn of(record: &Record) -> Option<Self> {
        if !record.account.has_positions {
            return None;
        }
        if let Some(plan) = record.share_plan.as_ref().filter(|plan| plan.turnover.is_some()) {
            return Some(Self::of_plan(record, plan));
        }
        let threshold_usd = threshold(record);
        let mut all: Vec<(f64, &str, bool)> = Vec::new();
        for position in &record.positions {
            // A held target of zero is an exit by another name.
            let is_exit = position.target() == 0.0 && position.current_value.is_some_and(|held| held.0 > 0.0);
            all.push((position.change_value?.0, position.symbol.as_str(), is_exit));
        }
        for exit in record.exits_beside_positions() {
            all.push((exit.change_value?.0, exit.symbol.as_str(), true));
        }
        let largest_usd = all.iter().map(|(change, ..)| change.abs()).fold(0.0, f64::max);
        all.retain(|(change, _, is_exit)| *is_exit || change.abs() > threshold_usd);
        all.sort_by(|one, other| other.0.abs().total_cmp(&one.0.abs()).then_with(|| one.1.cmp(other.1)));
        let side = |is_sell: bool| {
            let of_side = all.iter().filter(|(change, _, is_exit)| (*change < 0.0 || *is_exit) == is_sell);
            of_side.map(|(_, symbol, _)| (*symbol).to_owned()).collect()
        };
        Some(Self {
            sells: side(true),
            buys: side(false),
            stuck: Vec::new(),
            has_unknown: false,
            why_nothing: at_targets(&largest_change(largest_usd, threshold_usd)),
            largest_usd,
        })
    }

    fn of_plan(record: &Record, plan: &SharePlan) -> Self {
        let named = |side: Side| -> Vec<String> {
            let trades = plan.trades.iter().filter(|trade| trade.side == side);
            trades.map(|trade| trade.symbol.to_string()).collect()
        };
        let untraded = || plan.trades.iter().filter(|trade| trade.side == Side::None);
        let mut stuck: BTreeMap<&Symbol, &str> = untraded()
            .filter_map(|trade| Some((&trade.symbol, trade.reason?)))
            .filter(|(_, reason)| !reason.is_settled() && *reason != TradeReason::UnknownQuantity)
            .map(|(symbol, reason)| (symbol, reason.as_str()))
            .collect();
        for line in plan.lines.iter().filter(|line| line.target_value.0 > 0.0) {
            if let Some(reason) = line.reason {
                stuck.entry(&line.symbol).or_insert(reason.as_str());
            }
        }
        let is_below =
            |trade: &&Trade| trade.side == Side::None && trade.reason == Some(TradeReason::BelowThreshold);
        let below = plan.trades.iter().filter(is_below).map(|trade| untraded_usd(plan, trade));
        let changes = plan.trades.iter().map(|trade| trade.value.0.max(untraded_usd(plan, trade)));
        let step = if plan.quantity_step.0 == 1.0 { "share" } else { "step" };
        let why_nothing = match below.reduce(f64::max) {
            _ if plan.scaled_by.is_some() => {
                format!("the cash that may be spent does not pay for another {step}")
            }
            Some(largest_usd) => at_targets(&largest_change(largest_usd, threshold(record))),
            None => at_targets(&format!("less than one {step} of each")),
        };
        Self {
            sells: named(Side::Sell),
            buys: named(Side::Buy),
            stuck: stuck
                .into_iter()
                .map(|(symbol, reason)| format!("{symbol} ({})", reason.replace('_', " ")))
                .collect(),
            has_unknown: untraded().any(|trade| trade.reason == Some(TradeReason::UnknownQuantity)),
            why_nothing,
            largest_usd: changes.fold(0.0, f64::max),
        }
    }

    fn is_nothing(&self) -> bool {
        self.sells.is_empty() && self.buys.is_empty() && self.stuck.is_empty()
    }

    fn is_unknown(&self) -> bool {
        self.is_nothing() && self.has_unknown
    }

    /// What should be traded and cannot be, as the end of the line.
    fn untradable(&self) -> Option<String> {
        (!self.stuck.is_empty()).then(|| format!("cannot be traded: {}", names(&self.stuck)))
    }
}

/// What a symbol is off the planned shares, in US dollars; 0 of one without a price.
fn untraded_usd(plan: &SharePlan, trade: &Trade) -> f64 {
    let line = plan.lines.iter().find(|line| line.symbol == trade.symbol);
    let Some((line, price)) = line.and_then(|line| Some((line, line.price?))) else { return 0.0 };
    (line.shares.0 - trade.current_quantity.0).abs() * price.0
}

fn at_targets(how_close: &str) -> String {
    format!("the account is at its targets ({how_close})")
}

fn largest_change(largest_usd: f64, threshold_usd: f64) -> String {
    format!("largest change {} USD, threshold {} USD", usd(largest_usd), usd(threshold_usd))
}

/// The largest change that is not traded, in US dollars.
fn threshold(record: &Record) -> f64 {
    record.trade_threshold.map_or(SMALLEST_CHANGE_USD, |threshold| threshold.0.max(SMALLEST_CHANGE_USD))
}

fn hold_line(record: &Record) -> String {
    let dates = record.next_dates.as_ref();
    if let Some((dates, next)) = dates.and_then(|dates| Some((dates, dates.rebalance_day?.date))) {
        return match dates.passed_rebalance_day {
            Some(passed) => format!("HOLD: the last rebalance was {passed}, the next is {next}"),
            None => format!("HOLD: the next rebalance is {next}"),
        };
    }
    let window = dates.and_then(|dates| dates.execution_window.as_ref());
    match (record.snapshot_as_of, window) {
        (Some(snapshot), Some(window))
            if window.phase == WindowPhase::Ahead && !window.is_snapshot_assumed =>
        {
            let opens = window.days.first().map(|day| format!(" opens {day}")).unwrap_or_default();
            format!("HOLD: the execution window of the snapshot of {snapshot}{opens}")
        }
        (Some(snapshot), _) => {
            format!(
                "HOLD: the execution window of the snapshot of {snapshot} is over; the next snapshot decides"
            )
        }
        _ => "HOLD: no change of targets".to_owned(),
    }
}

/// The first cause of an error, and how many more causes there are.
pub(super) fn blocked_line(findings: &[Finding]) -> String {
    let errors: Vec<Finding> = findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    let causes = causes(&errors);
    let Some(first) = causes.first() else {
        return "BLOCKED: an input failed".to_owned();
    };
    let mut reason = first.message_about_all().unwrap_or_else(|| first.first.message.clone());
    if let Some(file) = &first.first.file {
        reason = format!("{file}: {reason}");
    }
    if reason.chars().count() > LONGEST_REASON {
        reason = reason.chars().take(LONGEST_REASON).chain(['…']).collect();
    }
    match causes.len().saturating_sub(1) {
        0 => format!("BLOCKED: {reason}"),
        1 => format!("BLOCKED: {reason}; 1 more error"),
        more => format!("BLOCKED: {reason}; {more} more errors"),
    }
}
