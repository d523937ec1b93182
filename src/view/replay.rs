//! A replay for people: the figures that they ask for first, one row per account, and what was blocked.

use crate::amount::{counted, grouped, rough_percent, usd};
use crate::document::{Block, Document, Rows, Table};
use crate::language::Language;
use crate::language::phrases::Names;
use crate::number::Number;
use crate::replay::Replay;
use crate::replay::diary::Blocked;

/// What stands where there is no figure.
const NONE: &str = "-";

/// The summary as a document; the files are in `folder`.
pub(crate) fn document(replay: &Replay, folder: &str, language: Language) -> Document {
    let first = replay.sessions.first().copied().unwrap_or_default();
    let last = replay.sessions.last().copied().unwrap_or_default();
    let sessions = counted(replay.sessions.len(), "session");
    let mut document =
        Document::new(format!("{} {first} to {last}, {sessions}", replay.profile.manifest.profile));
    document.push(Block::Table(table(replay)));
    document
        .push(Block::Paragraph(replay.diary.blocked().map_or_else(String::new, |blocked| said(&blocked))));
    document.push(Block::Paragraph(format!("files in {folder}; begin with report.html")));
    document.in_language(language, &Names::new())
}

fn said(blocked: &Blocked) -> String {
    let Blocked { decisions, first, last, codes, .. } = blocked;
    format!("{} blocked from {first} to {last}: {}", counted(*decisions, "decision"), codes.join(", "))
}

/// A row an account.
fn table(replay: &Replay) -> Table {
    let figure = |value: Option<Number>, text: fn(f64) -> String| {
        value.map_or_else(|| NONE.to_owned(), |number| text(number.0))
    };
    Rows::new(replay.summary())
        .left("ACCOUNT", |(account, _)| account.clone())
        .right("FINAL USD", |(_, of)| figure(of.final_equity_usd, |equity| grouped(equity, 0)))
        .right("RETURN", |(_, of)| figure(of.total_return, rough_percent))
        .right("A YEAR", |(_, of)| figure(of.cagr, rough_percent))
        .right("DRAWDOWN", |(_, of)| figure(of.max_drawdown, rough_percent))
        .right("SHARPE", |(_, of)| figure(of.sharpe, usd))
        .right("TURNOVER", |(_, of)| figure(of.turnover_per_year, usd))
        .right("BLOCKED", |(_, of)| of.blocked.map_or_else(|| NONE.to_owned(), |count| count.to_string()))
        .table()
}
