//! The decision, walked through time: a profile decided session after session on the files as they stood on each day,
//! and what an account that follows it would have been worth.
//!
//! ```text
//! schedule   which sessions decide, as of when
//! walk       interest, fills, value, decision: one account through the sessions
//! holdings   an account of cash and shares     weights  an account of constant weights
//! quotes     prices as a session sees them     history  what an account was at each close
//! diary      what the decisions said           figures  what a history comes to
//! files      the files of the output folder
//! ```
//!
//! Nothing after the data date is there: a decision gets windows of the market that end on that day.

mod course;
pub mod decider;
pub mod diary;
pub mod facts;
pub mod figures;
pub mod files;
pub mod folder;
pub mod history;
pub mod holdings;
pub mod quotes;
mod request;
pub mod run;
pub mod schedule;
pub mod stress;
pub mod summary;
pub mod walk;
pub mod weights;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk_properties;
#[cfg(test)]
mod worked;

pub use request::Request;
pub use run::{Replay, Replayed, run};

/// What is called with the data date of each decision of a replay, those of every account and stress walk.
pub type Watch<'a> = &'a dyn Fn(chrono::NaiveDate);

/// Where orders are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FillAt {
    /// At the closes of the session after the decision.
    #[default]
    NextClose,
    /// At the opens of the session after the decision.
    NextOpen,
    /// At the closes that the decision was made on.
    Close,
}

/// How the account is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Accounting {
    /// Cash and shares, as an account would be.
    #[default]
    Holdings,
    /// Weights that stay as they are between changes, as research counts.
    ConstantWeights,
}
