//! The summary for programs.

use serde::Serialize;

use super::diary::Blocked;
use super::figures::Figures;
use super::run::Replay;

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
    /// Which decisions of the model account were blocked; `null` if none was.
    blocked: Option<Blocked>,
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
        blocked: replay.diary.blocked(),
        files: files.to_vec(),
        inputs: &replay.inputs,
        findings: &replay.findings,
    };
    crate::document::json::document(&summary, false)
}
