//! Technology and communication stocks in a rising trend that have pulled back: relative strength, trend,
//! pullback and recovery, sectors capped, with caps that widen for accounts too small for all holdings.

mod config;
mod recipe;
pub(super) mod rule;
pub(super) mod sheet;

pub use config::Config;
