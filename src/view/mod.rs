//! One module a value: each turns a finished value into a document. Nothing is computed or decided here.

pub mod build;
pub mod csv;
pub mod decision;
pub mod diff;
pub mod explanation;
pub mod finding_page;
pub mod list;
pub mod proof;
pub(crate) mod replay;
pub mod rule_sheet;
pub mod validation;
