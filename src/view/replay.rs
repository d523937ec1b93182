//! A replay for people: the figures that they ask for first, one row per account, and what was blocked.

use crate::amount::{counted, grouped, rough_percent};
use crate::document::{Align, Block, Cell, Document, Table};
use crate::language::Language;
use crate::number::Number;
use crate::replay::Replay;
use crate::replay::diary::Blocked;
use crate::replay::figures::{CurveFigures, Figures};

/// What stands where there is no figure.
const NONE: &str = "-";

/// The columns after the account, in both languages.
const COLUMNS: [(&str, &str); 7] = [
    ("FINAL USD", "期末美元"),
    ("RETURN", "总收益"),
    ("A YEAR", "年化"),
    ("DRAWDOWN", "最大回撤"),
    ("SHARPE", "夏普"),
    ("TURNOVER", "年换手"),
    ("BLOCKED", "无法决策"),
];

/// The summary as a document; the files are in `folder`.
pub(crate) fn document(replay: &Replay, folder: &str, language: Language) -> Document {
    let is_english = language == Language::En;
    let mut document = Document::new(title(replay, language));
    let mut table = Table::new(&[(if is_english { "ACCOUNT" } else { "账户" }, Align::Left)]);
    for (english, chinese) in COLUMNS {
        table.column(if is_english { english } else { chinese }, Align::Right);
    }
    table.rows = replay.summary().into_iter().map(|(account, figures)| row(account, &figures)).collect();
    document.push(Block::Table(table));
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
    let (profile, sessions) = (&replay.manifest.profile, replay.sessions.len());
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

fn row(account: String, figures: &Figures) -> Vec<Cell> {
    let text = |value: Option<Number>, text: fn(f64) -> String| {
        value.map_or_else(|| NONE.to_owned(), |number| text(number.0))
    };
    let CurveFigures { final_equity_usd, total_return, cagr, max_drawdown, sharpe, .. } = &figures.curve;
    let cells = [
        account,
        text(*final_equity_usd, |usd| grouped(usd, 0)),
        text(*total_return, rough_percent),
        text(*cagr, rough_percent),
        text(*max_drawdown, rough_percent),
        text(*sharpe, |ratio| grouped(ratio, 2)),
        text(figures.turnover_per_year, |turnover| grouped(turnover, 2)),
        figures.blocked.map_or_else(|| NONE.to_owned(), |count| count.to_string()),
    ];
    cells.into_iter().map(Cell::from).collect()
}
