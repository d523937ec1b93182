//! Turns market data files into target portfolio weights for nine US-equity strategy profiles, and says
//! why. A pure function of its files: no network, no clock, no state, no orders.
//!
//! Data passes through each module once, downhill: the command line names a profile and files; `input`
//! reads the files into typed values and findings; `strategy` turns them into an outcome; `decision` puts
//! the outcome under the output contract; `record` is what is printed of it; `view` turns that into a document, which
//! `document` draws.

pub mod account;
pub mod amount;
pub mod check;
pub mod command;
pub mod decision;
mod digest;
pub mod document;
pub mod explain;
mod feature;
pub mod finding;
pub mod input;
pub mod language;
mod lookalike;
pub mod market;
mod next_dates;
mod number;
pub mod pipeline;
mod plan;
pub mod platform;
pub mod profile;
pub mod record;
pub mod replay;
mod report;
pub mod saved;
mod serial;
pub mod snapshot_build;
mod statistics;
pub mod strategy;
mod suggestion;
pub mod symbol;
mod validation;
pub mod view;
mod visible;
mod words;
