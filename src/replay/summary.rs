//! The summary for programs.

use serde::Serialize;

use super::diary::Blocked;
use super::figures::Figures;
use super::run::Replay;

/// The name and version of the summary's JSON.
const SCHEMA: &str = "strat.replay.v1";

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary<'a> {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The version of this program.
    strat_version: &'static str,
    /// The profile's key.
    profile: String,
    /// The first session of the replay; `null` without any.
    from: Option<chrono::NaiveDate>,
    /// The last session of the replay; `null` without any.
    to: Option<chrono::NaiveDate>,
    /// How many sessions it has.
    sessions: usize,
    /// The accounts, the model first.
    accounts: Vec<Account>,
    /// Which decisions of the model account were blocked; `null` if none was.
    blocked: Option<Blocked>,
    /// The files that were written, by their names in the folder of `--output`.
    files: Vec<&'a str>,
    /// The files that were read.
    inputs: &'a [crate::input::InputRecord],
    /// What was found about them.
    findings: &'a [crate::finding::Finding],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Account {
    /// What the account is called.
    account: String,
    #[serde(flatten)]
    figures: Figures,
}

/// The figures of every account as JSON.
///
/// # Errors
/// When a number is not finite.
pub fn json(replay: &Replay, files: &[&str]) -> serde_json::Result<String> {
    let accounts = replay.summary().into_iter().map(|(account, figures)| Account { account, figures });
    let summary = Summary {
        schema: SCHEMA,
        strat_version: env!("CARGO_PKG_VERSION"),
        profile: replay.profile.manifest.profile.to_string(),
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
