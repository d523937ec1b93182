//! A rule sheet for people.

use chrono::NaiveDate;

use crate::amount::grouped;
use crate::document::{Block, Document, Fact};
use crate::explain::rules::{ConfigChange, InputNeed, RuleSheet};
use crate::language::Language;
use crate::language::phrases::Names;
use crate::next_dates::{ExecutionWindow, NextDates, SnapshotStale, WindowPhase};
use crate::profile::manifest::Localized;
use crate::profile::words::{Effective, TargetMode};

/// The config keys whose values the manifest's cadence puts in words.
const CADENCE_KEYS: [&str; 1] = ["rebalance_months"];

/// The sheet as a title, facts, the numbered rules and the next dates.
pub fn document(sheet: &RuleSheet, language: Language) -> Document {
    let mut document = Document::new(format!("{} ({})", sheet.display_name.en, sheet.profile));
    document.push(Block::Facts(facts(sheet)));
    document.push(Block::Caption("Rules".to_owned()));
    document.push(Block::Numbered(sheet.rules.iter().map(|rule| rule.text.en.clone()).collect()));
    if let Some(next) = &sheet.next_dates {
        let which = if next.is_session { "" } else { ", which is not a session" };
        document.push(Block::Caption(format!("Dates, as of {}{which}", next.as_of)));
        document.push(Block::Facts(date_facts(next)));
    }
    document.in_language(language, &names(sheet))
}

/// What the sheet has in both languages itself.
fn names(sheet: &RuleSheet) -> Names {
    let RuleSheet { profile, display_name, trades, small_account_behavior, inputs, rules, .. } = sheet;
    let title = (format!("{} ({profile})", display_name.en), format!("{}（{profile}）", display_name.zh));
    let texts = inputs.iter().map(|need| &need.text).chain(rules.iter().map(|rule| &rule.text));
    let texts = texts.chain([trades, small_account_behavior]);
    texts.map(|Localized { en, zh }| (en.clone(), zh.clone())).chain([title]).collect()
}

fn facts(sheet: &RuleSheet) -> Vec<Fact> {
    let targets = match sheet.target_mode {
        TargetMode::Weight => "weights: shares of the equity that sum to 1",
        TargetMode::Value => "values: US dollars",
    };
    let mut facts = vec![
        Fact::new("trades", sheet.trades.en.as_str()),
        Fact::new("runs", runs(sheet)),
        Fact::new("targets", targets),
        Fact::new("based on", format!("the source library's rules of {}", sheet.rules_as_of)),
    ];
    facts.extend(sheet.inputs.iter().map(|need| Fact::new("input", input(need))));
    facts.extend(sheet.snapshot_command.iter().map(|command| Fact::new("build", format!("`{command}`"))));
    let minimum = grouped(sheet.min_recommended_equity_usd.0, 0);
    facts.push(Fact::new("minimum", format!("{minimum} USD: advice, which changes no target")));
    // The manifest says it of its own config, not of a changed one.
    let whose = if sheet.config_changes.is_empty() { "" } else { " (Under the profile's own config.)" };
    facts.push(Fact::new("below it", format!("{}{whose}", sheet.small_account_behavior.en)));
    let changed = |ConfigChange { key, manifest, effective }: &ConfigChange| {
        Fact::new("changed", format!("`{key}` is {effective}, the profile's own is {manifest}"))
    };
    facts.extend(sheet.config_changes.iter().map(changed));
    facts
}

/// How often it runs. The manifest says its cadence of its own config, not of one with other days.
fn runs(sheet: &RuleSheet) -> String {
    let has_other_days =
        sheet.config_changes.iter().any(|change| CADENCE_KEYS.contains(&change.key.as_str()));
    let whose = if has_other_days { " (under the profile's own config)" } else { "" };
    let when = match sheet.effective {
        Effective::NextSession => "a decision uses the day's close and is for the next session",
        Effective::SameDay => "a decision is for the day itself",
    };
    format!("{}{whose}; {when}", sheet.cadence)
}

fn input(need: &InputNeed) -> String {
    let flags = need.flags.iter().map(|flag| format!("`{flag}`")).collect::<Vec<_>>().join(", ");
    let kinds = need.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    let kinds = if kinds.is_empty() { kinds } else { format!(" ({kinds})") };
    format!("{flags}{kinds}. {}", need.text.en)
}

/// The next dates, each beside its label.
pub(super) fn date_facts(next: &NextDates) -> Vec<Fact> {
    let rebalance = next
        .rebalance_day
        .map(|day| format!("{}{}", day.date, if day.is_as_of { ", this very day" } else { "" }));
    let lines = [
        ("next session", next.next_session.map(|date| date.to_string())),
        ("rebalance", rebalance),
        ("window", next.execution_window.as_ref().map(window)),
        ("stale", next.snapshot_stale.map(stale)),
    ];
    lines.into_iter().filter_map(|(label, line)| Some(Fact::new(label, line?))).collect()
}

fn window(window: &ExecutionWindow) -> String {
    let days: Vec<String> = window.days.iter().map(ToString::to_string).collect();
    let snapshot = snapshot_of(window.snapshot_as_of, window.is_snapshot_assumed);
    let phase = match window.phase {
        WindowPhase::Ahead => "",
        WindowPhase::Open => ", open on this day",
        WindowPhase::Past => ", over",
    };
    format!("{}, {snapshot}{phase}", days.join(", "))
}

fn stale(stale: SnapshotStale) -> String {
    let first = stale.first_stale_day;
    let since = if stale.is_stale { format!("since {first}") } else { format!("from {first} on") };
    format!("{since}, {}", snapshot_of(stale.snapshot_as_of, stale.is_snapshot_assumed))
}

fn snapshot_of(date: NaiveDate, is_assumed: bool) -> String {
    let which = if is_assumed { "a month-end" } else { "the" };
    format!("for {which} snapshot of {date}")
}
