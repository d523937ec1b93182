//! The files of the output folder: their columns and rows.

use std::collections::BTreeSet;

use super::course::Walked;
use super::diary::Diary;
use super::figures::Figures;
use super::history::{Benchmark, History};
use crate::document::csv;
use crate::number::Number;
use crate::symbol::Symbol;

/// One file of the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its name in the folder.
    pub name: &'static str,
    /// What is in it.
    pub text: String,
}

/// A file, or why its rows could not be written, which into memory they can.
type Written = Result<OutputFile, ::csv::Error>;

fn table(name: &'static str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Written {
    Ok(OutputFile { name, text: csv::document(header, rows)? })
}

/// The shortest form of a number that reads back the same.
pub fn shortest(number: f64) -> String {
    Number(number).to_string()
}

fn or_blank(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// `summary.csv`: a row an account, a column a figure.
pub fn summary(accounts: &[(String, Figures)]) -> Written {
    let figures = Figures::default().cells();
    let header: Vec<&str> = std::iter::once("account").chain(figures.iter().map(|(name, _)| *name)).collect();
    let rows = accounts.iter().map(|(account, figures)| {
        std::iter::once(account.clone()).chain(figures.cells().into_iter().map(|(_, cell)| cell)).collect()
    });
    table("summary.csv", &header, rows)
}

/// `portfolio_returns.csv`: the model account beside the benchmark.
pub fn returns(model: &History, benchmark: Option<&Benchmark>) -> Written {
    let rows = model.closes.iter().enumerate().map(|(place, close)| {
        let theirs = place.checked_sub(1).and_then(|place| benchmark?.returns.get(place));
        vec![
            close.date.to_string(),
            or_blank(close.portfolio_return.map(Number)),
            shortest(close.equity_usd),
            or_blank(theirs.copied().map(Number)),
        ]
    });
    let header = ["as_of", "portfolio_return", "equity_usd", "benchmark_return"];
    table("portfolio_returns.csv", &header, rows)
}

/// `weights_history.csv`: a column a symbol that was ever held, and the cash.
pub fn weights(model: &History) -> Written {
    let held: BTreeSet<&Symbol> =
        model.closes.iter().flat_map(|close| close.weights.iter().map(|(symbol, _)| symbol)).collect();
    let symbols = held.iter().map(|symbol| symbol.as_str());
    let columns: Vec<&str> = std::iter::once("as_of").chain(symbols).chain(["cash"]).collect();
    let rows = model.closes.iter().map(|close| {
        let mut row = vec![close.date.to_string()];
        row.extend(held.iter().map(|symbol| shortest(close.weight(symbol))));
        row.push(shortest(close.cash_ratio()));
        row
    });
    table("weights_history.csv", &columns, rows)
}

/// `turnover_history.csv`: turnover and cost on the session of the fill.
pub fn turnover(model: &History) -> Written {
    let rows = model
        .closes
        .iter()
        .map(|close| vec![close.date.to_string(), shortest(close.turnover), shortest(close.cost_usd)]);
    table("turnover_history.csv", &["as_of", "turnover", "cost_usd"], rows)
}

/// `accounts.csv`: the whole-share accounts, each by its name as given.
pub fn accounts(accounts: &[Walked], model: &History) -> Written {
    let rows = accounts.iter().flat_map(|Walked { name, history, .. }| {
        history.closes.iter().zip(&model.closes).map(|(close, model)| {
            vec![
                name.clone(),
                close.date.to_string(),
                or_blank(close.portfolio_return.map(Number)),
                shortest(close.equity_usd),
                shortest(close.cash_usd),
                shortest(close.weight_gap(model)),
            ]
        })
    });
    let header = ["account", "as_of", "portfolio_return", "equity_usd", "cash_usd", "weight_gap"];
    table("accounts.csv", &header, rows)
}

const DIARY: [&str; 13] = [
    "data_date",
    "as_of",
    "fill_date",
    "action",
    "repeats",
    "signal",
    "headline",
    "targets",
    "turnover",
    "cost_usd",
    "risk_flags",
    "findings",
    "decision_id",
];

const FLIPS: [&str; 4] = ["flip_symbol", "flip_close", "flip_change", "flip_to"];

/// `decisions.csv`: the diary.
pub fn decisions(diary: &Diary, has_flips: bool) -> Written {
    let mut columns = DIARY.to_vec();
    if has_flips {
        columns.extend(FLIPS);
    }
    let rows = diary.rows.iter().map(|row| {
        let ruling = &row.ruling;
        let targets: Vec<String> =
            ruling.targets.iter().map(|(symbol, target)| format!("{symbol}={}", shortest(*target))).collect();
        let flags: Vec<&str> = ruling.risk_flags.iter().map(|flag| flag.as_str()).collect();
        let mut findings: Vec<&str> = Vec::new();
        for finding in &ruling.findings {
            if !findings.contains(&finding.code.as_str()) {
                findings.push(finding.code.as_str());
            }
        }
        let mut cells = vec![
            row.data_date.to_string(),
            row.as_of.to_string(),
            or_blank(row.fill.map(|fill| fill.date)),
            ruling.action.as_str().to_owned(),
            row.repeats.to_string(),
            or_blank(ruling.signal.as_ref()),
            or_blank(ruling.headline.as_ref()),
            targets.join(" "),
            or_blank(row.fill.map(|fill| Number(fill.turnover))),
            or_blank(row.fill.map(|fill| Number(fill.cost_usd))),
            flags.join(" "),
            findings.join(" "),
            ruling.decision_id.clone(),
        ];
        if has_flips {
            let flip = row.flip.as_ref();
            cells.push(or_blank(flip.map(|flip| &flip.symbol)));
            cells.push(or_blank(flip.map(|flip| Number(flip.close))));
            cells.push(or_blank(flip.map(|flip| Number(flip.change))));
            cells.push(or_blank(flip.map(|flip| &flip.to)));
        }
        cells
    });
    table("decisions.csv", &columns, rows)
}

const STRESS: [&str; 7] =
    ["case", "variant", "total_return", "cagr", "max_drawdown", "sharpe", "final_equity_ratio"];

/// `stress.csv`: a row a walk under a changed condition; with flips the share of changes that a small move undoes.
pub fn stress(rows: &[super::stress::Row], has_flips: bool) -> Written {
    let mut columns = STRESS.to_vec();
    if has_flips {
        columns.push("share");
    }
    let rows = rows.iter().map(|row| {
        let mut cells = vec![
            row.case.to_owned(),
            row.variant.clone(),
            or_blank(row.figures.total_return),
            or_blank(row.figures.cagr),
            or_blank(row.figures.max_drawdown),
            or_blank(row.figures.sharpe),
            or_blank(row.final_equity_ratio),
        ];
        if has_flips {
            cells.push(or_blank(row.share));
        }
        cells
    });
    table("stress.csv", &columns, rows)
}
