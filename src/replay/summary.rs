//! The summary on standard output.

use serde::Serialize;

use super::figures::{CurveFigures, Figures};
use super::run::Replay;
use crate::amount::{grouped, rough_percent};
use crate::number::Number;

/// The name and version of the summary's JSON.
const SCHEMA: &str = "strat.replay.v1";

#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    strat_version: &'static str,
    profile: String,
    from: Option<chrono::NaiveDate>,
    to: Option<chrono::NaiveDate>,
    sessions: usize,
    accounts: Vec<Account>,
    files: Vec<&'a str>,
    inputs: &'a [crate::input::InputRecord],
    findings: &'a [crate::finding::Finding],
}

#[derive(Serialize)]
struct Account {
    account: String,
    #[serde(flatten)]
    figures: Figures,
}

/// The figures of every account as JSON.
///
/// # Errors
/// When a number is not finite.
pub(crate) fn json(replay: &Replay, files: &[&str]) -> serde_json::Result<String> {
    let accounts = replay.summary().into_iter().map(|(account, figures)| Account { account, figures });
    let summary = Summary {
        schema: SCHEMA,
        strat_version: env!("CARGO_PKG_VERSION"),
        profile: replay.manifest.profile.to_string(),
        from: replay.sessions.first().copied(),
        to: replay.sessions.last().copied(),
        sessions: replay.sessions.len(),
        accounts: accounts.collect(),
        files: files.to_vec(),
        inputs: &replay.inputs,
        findings: &replay.findings,
    };
    crate::document::json::document(&summary, false)
}

const HEADER: [&str; 8] =
    ["ACCOUNT", "FINAL USD", "RETURN", "A YEAR", "DRAWDOWN", "SHARPE", "TURNOVER", "BLOCKED"];

/// The figures that people ask for first, a row an account.
pub(crate) fn table(replay: &Replay, folder: &str) -> String {
    let text =
        |value: Option<Number>, text: fn(f64) -> String| value.map_or_else(|| "-".to_owned(), |v| text(v.0));
    let mut rows: Vec<Vec<String>> = vec![HEADER.map(str::to_owned).to_vec()];
    for (account, figures) in replay.summary() {
        let CurveFigures { final_equity_usd, total_return, cagr, max_drawdown, sharpe, .. } = figures.curve;
        rows.push(vec![
            account,
            text(final_equity_usd, |usd| grouped(usd, 0)),
            text(total_return, rough_percent),
            text(cagr, rough_percent),
            text(max_drawdown, rough_percent),
            text(sharpe, |ratio| grouped(ratio, 2)),
            text(figures.turnover_per_year, |turnover| grouped(turnover, 2)),
            figures.blocked.map_or_else(|| "-".to_owned(), |count| count.to_string()),
        ]);
    }
    let widths: Vec<usize> = (0..HEADER.len())
        .map(|place| rows.iter().filter_map(|row| row.get(place)).map(String::len).max().unwrap_or_default())
        .collect();
    let mut out = format!(
        "{} {} to {}, {} sessions\n\n",
        replay.manifest.profile,
        replay.sessions.first().copied().unwrap_or_default(),
        replay.sessions.last().copied().unwrap_or_default(),
        replay.sessions.len()
    );
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(place, (cell, &width))| {
            if place == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out.push_str(&format!("\nfiles in {folder}; begin with report.html\n"));
    out
}
