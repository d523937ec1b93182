//! Turns market data files into target portfolio weights for nine US-equity strategy profiles, and says
//! why. A pure function of its files: no network, no clock, no state, no orders.
//!
//! Data passes through each module once, downhill: the command line names a profile and files; `input`
//! reads the files into typed values and findings; `strategy` turns them into an outcome; `decision` puts
//! the outcome under the output contract; `record` is what is printed of it; `view` turns that into a document, which
//! `document` draws.

mod account;
mod amount;
mod check;
mod command;
mod decision;
mod digest;
mod document;
mod explain;
mod feature;
mod finding;
mod flag;
mod input;
mod language;
mod lookalike;
mod market;
mod next_dates;
mod number;
mod pipeline;
mod plan;
mod platform;
mod profile;
mod record;
mod replay;
mod report;
mod saved;
mod serial;
mod snapshot_build;
mod statistics;
mod strategy;
mod suggestion;
mod symbol;
mod validation;
mod view;
mod visible;
mod words;

// The tests from inside name the crate as those from outside do.
#[cfg(test)]
extern crate self as strat;
#[cfg(test)]
#[path = "../tests/inside/mod.rs"]
mod inside;

pub use command::arguments::parse;
pub use command::cli::Cli;
pub use command::schema::SchemaName;
pub use command::usage::Refusal;
pub use command::{Answer, CommandError, Exit, answer, run};
pub use finding::{Code, Finding, Severity};
pub use market::calendar::Calendar;
