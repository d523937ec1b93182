//! The files of the output folder: their columns and rows.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::diary::Diary;
use super::figures::Figures;
use super::history::{Benchmark, History};
use crate::document::csv;
use crate::number::Number;
use crate::symbol::Symbol;

/// One file of the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputFile {
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

/// A number below this, or above its inverse, is written with an exponent.
const SMALLEST_PLAIN: f64 = 1e-7;

/// The shortest form of a number that reads back the same.
pub(crate) fn shortest(number: f64) -> String {
    // Adding zero turns -0.0 into 0.0.
    let number = number + 0.0;
    let size = number.abs();
    if number == 0.0 || (SMALLEST_PLAIN..1.0 / SMALLEST_PLAIN * 1e9).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

fn or_blank<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map(text).unwrap_or_default()
}

/// `summary.csv`: a row an account, a column a figure.
pub(crate) fn summary(accounts: &[(String, Figures)]) -> Written {
    let figures = cells(&Figures::default());
    let header: Vec<&str> = std::iter::once("account").chain(figures.iter().map(|(name, _)| *name)).collect();
    let rows = accounts.iter().map(|(account, figures)| {
        std::iter::once(account.clone()).chain(cells(figures).into_iter().map(|(_, cell)| cell)).collect()
    });
    table("summary.csv", &header, rows)
}

/// Every figure with its key, blank where there is none.
pub(crate) fn cells(figures: &Figures) -> Vec<(&'static str, String)> {
    let number = |value: Option<Number>| or_blank(value, |number| shortest(number.0));
    let date = |value: Option<NaiveDate>| or_blank(value, |date| date.to_string());
    let count = |value: Option<usize>| or_blank(value, |count| count.to_string());
    let curve = &figures.curve;
    vec![
        ("total_return", number(curve.total_return)),
        ("final_equity_usd", number(curve.final_equity_usd)),
        ("cagr", number(curve.cagr)),
        ("volatility", number(curve.volatility)),
        ("sharpe", number(curve.sharpe)),
        ("max_drawdown", number(curve.max_drawdown)),
        ("drawdown_peak", date(curve.drawdown_peak)),
        ("drawdown_trough", date(curve.drawdown_trough)),
        ("drawdown_recovered", date(curve.drawdown_recovered)),
        ("longest_drawdown_days", or_blank(curve.longest_drawdown_days, |days| days.to_string())),
        ("calmar", number(curve.calmar)),
        ("turnover_per_year", number(figures.turnover_per_year)),
        ("cost_usd", number(figures.cost_usd)),
        ("trade_sessions_per_year", number(figures.trade_sessions_per_year)),
        ("average_invested", number(figures.average_invested)),
        ("average_cash", number(figures.average_cash)),
        ("decisions", count(figures.decisions)),
        ("changes", count(figures.changes)),
        ("blocked", count(figures.blocked)),
        ("first_fill", date(figures.first_fill)),
        ("benchmark_total_return", number(figures.benchmark_total_return)),
        ("benchmark_cagr", number(figures.benchmark_cagr)),
        ("benchmark_max_drawdown", number(figures.benchmark_max_drawdown)),
        ("correlation", number(figures.correlation)),
        ("beta", number(figures.beta)),
        ("cagr_gap", number(figures.cagr_gap)),
        ("weight_gap", number(figures.weight_gap)),
    ]
}

/// `portfolio_returns.csv`: the model account beside the benchmark.
pub(crate) fn returns(sessions: &[NaiveDate], model: &History, benchmark: Option<&Benchmark>) -> Written {
    let rows = sessions.iter().zip(&model.closes).enumerate().map(|(place, (date, close))| {
        let theirs = place.checked_sub(1).and_then(|place| benchmark?.returns.get(place));
        vec![
            date.to_string(),
            or_blank(close.portfolio_return, shortest),
            shortest(close.equity_usd),
            or_blank(theirs.copied(), shortest),
        ]
    });
    let header = ["as_of", "portfolio_return", "equity_usd", "benchmark_return"];
    table("portfolio_returns.csv", &header, rows)
}

/// `weights_history.csv`: a column a symbol that was ever held, and the cash.
pub(crate) fn weights(sessions: &[NaiveDate], model: &History) -> Written {
    let held: BTreeSet<&Symbol> =
        model.closes.iter().flat_map(|close| close.weights.iter().map(|(symbol, _)| symbol)).collect();
    let symbols = held.iter().map(|symbol| symbol.as_str());
    let columns: Vec<&str> = std::iter::once("as_of").chain(symbols).chain(["cash"]).collect();
    let rows = sessions.iter().zip(&model.closes).map(|(date, close)| {
        let mut row = vec![date.to_string()];
        row.extend(held.iter().map(|symbol| shortest(close.weight(symbol))));
        row.push(shortest(close.cash_ratio()));
        row
    });
    table("weights_history.csv", &columns, rows)
}

/// `turnover_history.csv`: turnover and cost on the session of the fill.
pub(crate) fn turnover(sessions: &[NaiveDate], model: &History) -> Written {
    let rows = sessions
        .iter()
        .zip(&model.closes)
        .map(|(date, close)| vec![date.to_string(), shortest(close.turnover), shortest(close.cost_usd)]);
    table("turnover_history.csv", &["as_of", "turnover", "cost_usd"], rows)
}

/// `accounts.csv`: the whole-share accounts, each by its name as given.
pub(crate) fn accounts(sessions: &[NaiveDate], accounts: &[(String, &History)], model: &History) -> Written {
    let rows = accounts.iter().flat_map(|(name, history)| {
        sessions.iter().zip(history.closes.iter().zip(&model.closes)).map(move |(date, (close, model))| {
            vec![
                name.clone(),
                date.to_string(),
                or_blank(close.portfolio_return, shortest),
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
pub(crate) fn decisions(diary: &Diary, has_flips: bool) -> Written {
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
            or_blank(row.fill, |fill| fill.date.to_string()),
            ruling.action.as_str().to_owned(),
            row.repeats.to_string(),
            ruling.signal.clone().unwrap_or_default(),
            ruling.headline.clone().unwrap_or_default(),
            targets.join(" "),
            or_blank(row.fill, |fill| shortest(fill.turnover)),
            or_blank(row.fill, |fill| shortest(fill.cost_usd)),
            flags.join(" "),
            findings.join(" "),
            ruling.decision_id.clone(),
        ];
        if has_flips {
            let flip = row.flip.as_ref();
            cells.push(or_blank(flip, |flip| flip.symbol.to_string()));
            cells.push(or_blank(flip, |flip| shortest(flip.close)));
            cells.push(or_blank(flip, |flip| shortest(flip.change)));
            cells.push(or_blank(flip, |flip| flip.to.clone()));
        }
        cells
    });
    table("decisions.csv", &columns, rows)
}

const STRESS: [&str; 7] =
    ["case", "variant", "total_return", "cagr", "max_drawdown", "sharpe", "final_equity_ratio"];

/// `stress.csv`: a row a walk under a changed condition; with flips the share of changes that a small move undoes.
pub(crate) fn stress(rows: &[super::stress::Row], has_flips: bool) -> Written {
    let number = |value: Option<Number>| or_blank(value, |number| shortest(number.0));
    let mut columns = STRESS.to_vec();
    if has_flips {
        columns.push("share");
    }
    let rows = rows.iter().map(|row| {
        let mut cells = vec![
            row.case.to_owned(),
            row.variant.clone(),
            number(row.total_return),
            number(row.cagr),
            number(row.max_drawdown),
            number(row.sharpe),
            number(row.final_equity_ratio),
        ];
        if has_flips {
            cells.push(number(row.share));
        }
        cells
    });
    table("stress.csv", &columns, rows)
}
