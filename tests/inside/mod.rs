//! The tests from inside, compiled with the library: what they look at is not among the items that it shows to others.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops at the first surprise

#[path = "../common/mod.rs"]
mod common;

mod broken_records;
mod calendar;
mod errors;
mod explain;
mod explain_flips;
mod findings;
mod manifests;
mod parity;
mod platforms;
mod properties;
mod random_market;
mod records;
mod rule_sheets;
mod snapshots;
