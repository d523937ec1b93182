//! A rule sheet as text within 80 columns, as Markdown, and as JSON.

use chrono::NaiveDate;

use super::list;
use crate::amount::grouped;
use crate::document::markdown::escaped;
use crate::document::wrap::{all_labelled, labelled, wrapped};
use crate::document::{DEFAULT_WIDTH, json};
use crate::explain::rules::{ConfigChange, InputNeed, RuleSheet};
use crate::language::Language;
use crate::next_dates::{ExecutionWindow, NextDates, RebalanceDay, SnapshotStale, WindowPhase};
use crate::profile::words::{Effective, TargetMode};

/// How far the text of a rule stands in: the width of its number, the full stop and a space.
const RULE_INDENT: usize = 4;

/// The config keys whose values the manifest's cadence puts in words.
const CADENCE_KEYS: [&str; 1] = ["rebalance_months"];

/// The sheet for a terminal.
pub fn text(sheet: &RuleSheet, language: Language) -> String {
    let mut text = wrapped(&title(sheet, language), DEFAULT_WIDTH).join("\n") + "\n\n";
    text.push_str(&all_labelled(&facts(sheet, language)));
    text.push_str(&format!("\n{}\n\n", Words::of(language).rules));
    for (place, rule) in (1..).zip(&sheet.rules) {
        text.push_str(&labelled(&format!("{place:>2}."), RULE_INDENT, rule.text.in_language(language)));
    }
    if let Some(next) = &sheet.next_dates {
        text.push_str(&format!("\n{}\n\n", dates_heading(next, language)));
        text.push_str(&all_labelled(&date_lines(next, language)));
    }
    text
}

/// A line under its label.
type Labelled = (&'static str, String);

/// The sheet as a heading, a list of facts, the numbered rules and a list of dates.
pub fn markdown(sheet: &RuleSheet, language: Language) -> String {
    let colon = match language {
        Language::En => ": ",
        Language::Zh => "：",
    };
    let mut text = format!("## {}\n\n", escaped(&title(sheet, language)));
    text.push_str(&bullets(&facts(sheet, language), colon));
    text.push_str(&format!("\n{}{}\n\n", Words::of(language).rules, colon.trim_end()));
    for (place, rule) in (1..).zip(&sheet.rules) {
        text.push_str(&format!("{place}. {}\n", escaped(rule.text.in_language(language))));
    }
    if let Some(next) = &sheet.next_dates {
        let (heading, dates) = (dates_heading(next, language), bullets(&date_lines(next, language), colon));
        text.push_str(&format!("\n{heading}{}\n\n{dates}", colon.trim_end()));
    }
    text
}

fn bullets(lines: &[Labelled], colon: &str) -> String {
    lines.iter().map(|(label, line)| format!("- **{label}**{colon}{}\n", escaped(line))).collect()
}

/// The sheet as JSON, in both languages.
///
/// # Errors
/// When a number is not finite; those of a manifest that was read are.
pub fn json(sheet: &RuleSheet, is_compact: bool) -> serde_json::Result<String> {
    json::document(sheet, is_compact)
}

fn title(sheet: &RuleSheet, language: Language) -> String {
    match language {
        Language::En => format!("{} ({})", sheet.display_name.en, sheet.profile),
        Language::Zh => format!("{}（{}）", sheet.display_name.zh, sheet.profile),
    }
}

/// The words of the sheet that are no rules.
struct Words {
    trades: &'static str,
    runs: &'static str,
    targets: &'static str,
    source: &'static str,
    input: &'static str,
    build: &'static str,
    minimum: &'static str,
    below: &'static str,
    changed: &'static str,
    rules: &'static str,
}

impl Words {
    fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                trades: "trades",
                runs: "runs",
                targets: "targets",
                source: "based on",
                input: "input",
                build: "build",
                minimum: "minimum",
                below: "below it",
                changed: "changed",
                rules: "Rules",
            },
            Language::Zh => Self {
                trades: "交易",
                runs: "频率",
                targets: "目标",
                source: "依据",
                input: "输入",
                build: "生成快照",
                minimum: "最低资金",
                below: "小账户",
                changed: "已改配置",
                rules: "规则",
            },
        }
    }
}

fn facts(sheet: &RuleSheet, language: Language) -> Vec<Labelled> {
    let words = Words::of(language);
    let mut lines = vec![
        (words.trades, sheet.trades.in_language(language).to_owned()),
        (words.runs, runs(sheet, language)),
        (words.targets, targets(sheet.target_mode, language).to_owned()),
        (words.source, source(sheet.rules_as_of, language)),
    ];
    lines.extend(sheet.inputs.iter().map(|need| (words.input, input(need, language))));
    let build = sheet.snapshot_command.as_ref();
    lines.extend(build.map(|command| (words.build, format!("`{command}`"))));
    lines.push((words.minimum, minimum(sheet, language)));
    lines.push((words.below, below(sheet, language)));
    lines.extend(sheet.config_changes.iter().map(|change| (words.changed, changed(change, language))));
    lines
}

fn runs(sheet: &RuleSheet, language: Language) -> String {
    let cadence = cadence(sheet, language);
    match (language, sheet.effective) {
        (Language::En, Effective::NextSession) => {
            format!("{cadence}; a decision uses the day's close and is for the next session")
        }
        (Language::En, Effective::SameDay) => format!("{cadence}; a decision is for the day itself"),
        (Language::Zh, Effective::NextSession) => {
            format!("{cadence}；根据当日收盘价决策，下一交易日执行")
        }
        (Language::Zh, Effective::SameDay) => format!("{cadence}；决策当日执行"),
    }
}

/// The manifest says its cadence of its own config, not of one with other days.
fn cadence(sheet: &RuleSheet, language: Language) -> String {
    let cadence = list::cadence(&sheet.cadence, language);
    let has_other_days =
        sheet.config_changes.iter().any(|change| CADENCE_KEYS.contains(&change.key.as_str()));
    match (language, has_other_days) {
        (_, false) => cadence.to_owned(),
        (Language::En, true) => format!("{cadence} (under the profile's own config)"),
        (Language::Zh, true) => format!("{cadence}（按未改动的配置而言）"),
    }
}

fn targets(mode: TargetMode, language: Language) -> &'static str {
    match (language, mode) {
        (Language::En, TargetMode::Weight) => "weights: shares of the equity that sum to 1",
        (Language::En, TargetMode::Value) => "values: US dollars",
        (Language::Zh, TargetMode::Weight) => "权重（weight）：占净值的比例，合计为 1",
        (Language::Zh, TargetMode::Value) => "金额（value）：美元",
    }
}

fn source(rules_as_of: NaiveDate, language: Language) -> String {
    match language {
        Language::En => format!("the source library's rules of {rules_as_of}"),
        Language::Zh => format!("源策略库 {rules_as_of} 的规则"),
    }
}

fn input(need: &InputNeed, language: Language) -> String {
    let kinds = need.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    let text = need.text.in_language(language);
    let flags: Vec<String> = need.flags.iter().map(|flag| format!("`{flag}`")).collect();
    let flags = flags.join(match language {
        Language::En => ", ",
        Language::Zh => "、",
    });
    match (language, kinds.is_empty()) {
        (Language::En, true) => format!("{flags}. {text}"),
        (Language::En, false) => format!("{flags} ({kinds}). {text}"),
        (Language::Zh, true) => format!("{flags}：{text}"),
        (Language::Zh, false) => format!("{flags}（{kinds}）：{text}"),
    }
}

fn minimum(sheet: &RuleSheet, language: Language) -> String {
    let minimum = grouped(sheet.min_recommended_equity_usd.0, 0);
    match language {
        Language::En => format!("{minimum} USD: advice, which changes no target"),
        Language::Zh => format!("{minimum} 美元（建议值，不影响目标）"),
    }
}

/// What a smaller account sees. The manifest says it of its own config, not of a changed one.
fn below(sheet: &RuleSheet, language: Language) -> String {
    let below = sheet.small_account_behavior.in_language(language);
    match (language, sheet.config_changes.is_empty()) {
        (_, true) => below.to_owned(),
        (Language::En, false) => format!("{below} (Under the profile's own config.)"),
        (Language::Zh, false) => format!("{below}（按未改动的配置而言。）"),
    }
}

fn changed(change: &ConfigChange, language: Language) -> String {
    let ConfigChange { key, manifest, effective } = change;
    match language {
        Language::En => format!("`{key}` is {effective}, the profile's own is {manifest}"),
        Language::Zh => format!("`{key}` 为 {effective}，原配置为 {manifest}"),
    }
}

fn dates_heading(next: &NextDates, language: Language) -> String {
    let as_of = next.as_of;
    match (language, next.is_session) {
        (Language::En, true) => format!("Dates, as of {as_of}"),
        (Language::En, false) => format!("Dates, as of {as_of}, which is not a session"),
        (Language::Zh, true) => format!("日期（截至 {as_of}）"),
        (Language::Zh, false) => format!("日期（截至 {as_of}，非交易日）"),
    }
}

/// The next dates, each under its label.
pub fn date_lines(next: &NextDates, language: Language) -> Vec<Labelled> {
    let labels = match language {
        Language::En => ["next session", "rebalance", "window", "stale"],
        Language::Zh => ["下一交易日", "调仓日", "执行窗口", "快照过期"],
    };
    let lines = [
        next.next_session.map(|date| date.to_string()),
        next.rebalance_day.map(|day| rebalance(day, language)),
        next.execution_window.as_ref().map(|days| window(days, language)),
        next.snapshot_stale.map(|day| stale(day, language)),
    ];
    labels.into_iter().zip(lines).filter_map(|(label, line)| Some((label, line?))).collect()
}

fn rebalance(day: RebalanceDay, language: Language) -> String {
    match (language, day.is_as_of) {
        (_, false) => day.date.to_string(),
        (Language::En, true) => format!("{}, this very day", day.date),
        (Language::Zh, true) => format!("{}，即当日", day.date),
    }
}

fn window(window: &ExecutionWindow, language: Language) -> String {
    let days: Vec<String> = window.days.iter().map(ToString::to_string).collect();
    let snapshot = snapshot_of(window.snapshot_as_of, window.is_snapshot_assumed, language);
    let (phase_en, phase_zh) = match window.phase {
        WindowPhase::Ahead => ("", ""),
        WindowPhase::Open => (", open on this day", "，当日可执行"),
        WindowPhase::Past => (", over", "，已过"),
    };
    match language {
        Language::En => format!("{}, {snapshot}{phase_en}", days.join(", ")),
        Language::Zh => format!("{}，{snapshot}{phase_zh}", days.join("、")),
    }
}

fn stale(stale: SnapshotStale, language: Language) -> String {
    let first = stale.first_stale_day;
    let snapshot = snapshot_of(stale.snapshot_as_of, stale.is_snapshot_assumed, language);
    match (language, stale.is_stale) {
        (Language::En, false) => format!("from {first} on, {snapshot}"),
        (Language::En, true) => format!("since {first}, {snapshot}"),
        (Language::Zh, false) => format!("{first} 起，{snapshot}"),
        (Language::Zh, true) => format!("自 {first} 起已过期，{snapshot}"),
    }
}

fn snapshot_of(date: NaiveDate, is_assumed: bool, language: Language) -> String {
    match (language, is_assumed) {
        (Language::En, true) => format!("for a month-end snapshot of {date}"),
        (Language::En, false) => format!("for the snapshot of {date}"),
        (Language::Zh, true) => format!("对应 {date} 的月末快照"),
        (Language::Zh, false) => format!("对应 {date} 的快照"),
    }
}
