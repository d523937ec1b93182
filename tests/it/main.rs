//! The tests from outside: the command line, the documents, the facts and the properties, in one binary so
//! that one link serves them all.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops at the first surprise

mod calendar;
mod explain_flips;
mod manifests;
mod parity;
mod random_market;
mod support;
