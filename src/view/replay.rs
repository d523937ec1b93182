//! A replay for people: the figures that they ask for first, a row an account, and what was blocked.

use crate::amount::{counted, grouped, rough_percent};
use crate::document::{Align, Block, Cell, Document, Table};
use crate::number::Number;
use crate::replay::Replay;
use crate::replay::diary::Blocked;
use crate::replay::figures::{CurveFigures, Figures};

/// What stands where there is no figure.
const NONE: &str = "-";

/// The summary as a document; the files are in `folder`.
pub(crate) fn document(replay: &Replay, folder: &str) -> Document {
    let (first, last) = (replay.sessions.first().copied(), replay.sessions.last().copied());
    let mut document = Document::new(format!(
        "{} {} to {}, {} sessions",
        replay.manifest.profile,
        first.unwrap_or_default(),
        last.unwrap_or_default(),
        replay.sessions.len()
    ));
    let mut table = Table::new(&[("ACCOUNT", Align::Left)]);
    for name in ["FINAL USD", "RETURN", "A YEAR", "DRAWDOWN", "SHARPE", "TURNOVER", "BLOCKED"] {
        table.column(name, Align::Right);
    }
    table.rows = replay.summary().into_iter().map(|(account, figures)| row(account, &figures)).collect();
    document.push(Block::Table(table));
    if let Some(Blocked { decisions, first, last, codes, .. }) = replay.diary.blocked() {
        let (decisions, codes) = (counted(decisions, "decision"), codes.join(", "));
        document.push(Block::Paragraph(format!("{decisions} blocked from {first} to {last}: {codes}")));
    }
    document.push(Block::Paragraph(format!("files in {folder}; begin with report.html")));
    document
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
