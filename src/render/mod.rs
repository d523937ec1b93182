//! One module a form of output. Each draws finished values; nothing is computed or decided here.

pub mod csv;
pub mod diagnostic;
pub mod explain;
pub mod grid;
pub mod json;
pub mod list;
pub mod markdown;
pub mod rule_sheet;
pub mod sheet;
pub mod table;
pub mod validation;
pub mod wrap;
