//! Technology and communication stocks in a rising trend that have pulled back: relative strength, trend,
//! pullback and recovery, sectors capped, with caps that widen for accounts too small for all holdings.

mod config;
mod recipe;
mod rule;
pub(crate) mod sheet;

pub use config::{Config, Normalization, ResidualProxy, ScoreTemplate};
pub(crate) use rule::BLANK_ELIGIBLE;
pub use rule::{BADGE, Diagnostics, decide};
