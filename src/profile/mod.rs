//! Profiles as data: the manifest, the nine built-in ones, their names, and overrides of their config.
//!
//! A manifest is the only place with a profile's numbers. Nothing here reads a file or prints: a manifest of
//! the user's own comes in as text, and what is wrong with it goes out as findings.

pub mod catalog;
pub mod config;
pub mod effective;
pub mod json_problem;
pub mod key;
pub mod manifest;
pub mod overrides;
pub mod resolved;

pub use resolved::Profile;

/// The closed sets of words that a manifest is written in.
pub mod words {
    pub use crate::strategy::StrategyName;
    pub use crate::words::*;
}

use crate::finding::{Code, Finding};
use crate::suggestion::Problem;

/// What is wrong with what somebody wrote into a manifest or a config, as a finding about the file.
pub fn finding(problem: Problem, code: Code, file: &str) -> Finding {
    let finding = Finding::new(code, problem.message).file(file);
    match problem.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}
