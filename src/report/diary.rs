//! The rows of the diary as a page shows them.

use crate::amount::{grouped, percent_with};
use crate::finding::Code;
use crate::replay::diary::{Row, above_zero};
use crate::strategy::Action;
use crate::symbol::Symbol;

/// Bytes that the markup of a row of the diary takes besides its texts.
const BYTES_OF_A_ROW: usize = 90;

/// A row of the diary.
pub(super) struct DiaryRow {
    pub class: &'static str,
    pub date: String,
    pub action: String,
    pub repeats: String,
    pub headline: String,
    pub targets: String,
    pub turnover: String,
}

/// The most targets of a row that are named.
const MOST_TARGETS: usize = 6;

/// The targets above 0 of a row in words.
pub(super) fn targets(row: &Row, are_weights: bool) -> String {
    let mut targets: Vec<_> = above_zero(&row.ruling.targets).collect();
    targets.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(other.0)));
    let text = |&(symbol, target): &(&Symbol, f64)| {
        let amount = if are_weights { percent_with(target, 0) } else { grouped(target, 0) };
        // A line never ends between a symbol and its amount.
        format!("{symbol}\u{a0}{}", amount.replace(' ', "\u{a0}"))
    };
    let more = targets.len().saturating_sub(MOST_TARGETS);
    let mut texts: Vec<String> = targets.iter().take(MOST_TARGETS).map(text).collect();
    if more > 0 {
        texts.push(format!("+{more}"));
    }
    texts.join(", ")
}

fn action_word(action: Action, zh: bool) -> &'static str {
    match (action, zh) {
        (Action::Rebalance, true) => "调仓",
        (Action::Hold, true) => "不动",
        (Action::Emergency, true) => "紧急避险",
        (Action::Blocked, true) => "无法决策",
        (action, false) => action.as_str(),
    }
}

pub(super) fn diary_row(row: &Row, are_weights: bool, zh: bool) -> DiaryRow {
    let class = match row.ruling.action {
        Action::Emergency => "emergency",
        Action::Blocked => "blocked",
        _ => "z",
    };
    let codes: Vec<&str> = row.ruling.errors().map(Code::as_str).collect();
    let headline = match row.ruling.action {
        Action::Blocked => codes.join(", "),
        _ => row.ruling.headline.clone().unwrap_or_default(),
    };
    DiaryRow {
        class,
        date: row.data_date.to_string(),
        action: action_word(row.ruling.action, zh).to_owned(),
        repeats: if row.repeats > 0 { row.repeats.to_string() } else { String::new() },
        headline,
        targets: targets(row, are_weights),
        turnover: row.fill.map_or_else(String::new, |fill| percent_with(fill.turnover, 0)),
    }
}

/// The newest rows of the diary that fit into some bytes, and how many older ones there are.
pub(super) fn newest_that_fit(rows: Vec<DiaryRow>, room: usize) -> (Vec<DiaryRow>, usize) {
    let mut used = 0;
    let mut start = rows.len();
    for (place, row) in rows.iter().enumerate().rev() {
        let texts = [&row.date, &row.action, &row.repeats, &row.headline, &row.targets, &row.turnover];
        used += BYTES_OF_A_ROW + texts.iter().map(|text| text.len()).sum::<usize>();
        if used > room {
            break;
        }
        start = place;
    }
    (rows.into_iter().skip(start).collect(), start)
}
