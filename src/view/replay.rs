//! A replay for people: the figures that they ask for first, one row per account, and what was blocked.

use crate::amount::{counted, grouped, rough_percent, usd};
use crate::document::{Block, Document, Rows, Table};
use crate::language::Language;
use crate::number::Number;
use crate::replay::Replay;
use crate::replay::diary::Blocked;

/// What stands where there is no figure.
const NONE: &str = "-";

/// The summary as a document; the files are in `folder`.
pub(crate) fn document(replay: &Replay, folder: &str, language: Language) -> Document {
    let mut document = Document::new(title(replay, language));
    document.push(Block::Table(table(replay, language)));
    document.push(Block::Paragraph(
        replay.diary.blocked().map_or_else(String::new, |blocked| said(&blocked, language)),
    ));
    document.push(Block::Paragraph(match language {
        Language::En => format!("files in {folder}; begin with report.html"),
        Language::Zh => format!("文件在 {folder}；请先看 report.html"),
    }));
    document
}

fn title(replay: &Replay, language: Language) -> String {
    let first = replay.sessions.first().copied().unwrap_or_default();
    let last = replay.sessions.last().copied().unwrap_or_default();
    let (profile, sessions) = (&replay.profile.manifest.profile, replay.sessions.len());
    match language {
        Language::En => format!("{profile} {first} to {last}, {}", counted(sessions, "session")),
        Language::Zh => format!("{profile} {first} 至 {last}，{sessions} 个交易日"),
    }
}

fn said(blocked: &Blocked, language: Language) -> String {
    let Blocked { decisions, first, last, codes, .. } = blocked;
    let codes = codes.join(", ");
    match language {
        Language::En => {
            format!("{} blocked from {first} to {last}: {codes}", counted(*decisions, "decision"))
        }
        Language::Zh => format!("{decisions} 次无法决策，{first} 至 {last}：{codes}"),
    }
}

/// A row an account.
fn table(replay: &Replay, language: Language) -> Table {
    let name = |english: &'static str, chinese: &'static str| {
        if language == Language::En { english } else { chinese }
    };
    let figure = |value: Option<Number>, text: fn(f64) -> String| {
        value.map_or_else(|| NONE.to_owned(), |number| text(number.0))
    };
    Rows::new(replay.summary())
        .left(name("ACCOUNT", "账户"), |(account, _)| account.clone())
        .right(name("FINAL USD", "期末美元"), |(_, of)| {
            figure(of.final_equity_usd, |equity| grouped(equity, 0))
        })
        .right(name("RETURN", "总收益"), |(_, of)| figure(of.total_return, rough_percent))
        .right(name("A YEAR", "年化"), |(_, of)| figure(of.cagr, rough_percent))
        .right(name("DRAWDOWN", "最大回撤"), |(_, of)| figure(of.max_drawdown, rough_percent))
        .right(name("SHARPE", "夏普"), |(_, of)| figure(of.sharpe, usd))
        .right(name("TURNOVER", "年换手"), |(_, of)| figure(of.turnover_per_year, usd))
        .right(name("BLOCKED", "无法决策"), |(_, of)| {
            of.blocked.map_or_else(|| NONE.to_owned(), |count| count.to_string())
        })
        .table()
}
