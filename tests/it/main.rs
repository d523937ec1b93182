//! The tests from outside: the command line, the documents, the facts and the properties, in one binary so
//! that one link serves them all.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops at the first surprise

#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod architecture;
mod bad_input;
mod broken_records;
mod build_snapshot;
mod cookbook;
mod decide;
mod docs;
mod explain;
mod findings;
mod hazards;
mod help;
mod list;
mod messages;
mod packaging;
mod platforms;
mod recipes;
mod records;
mod replay;
mod report_records;
mod schemas;
mod share_plan;
mod shells;
mod slips;
mod style;
mod support;
mod vendors;
mod verdicts;
mod workflows;
