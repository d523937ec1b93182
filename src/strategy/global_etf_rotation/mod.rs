//! Rotation among exchange-traded funds: at the end of chosen months the best by momentum among those
//! above their average; any day all into the safe haven when enough canary assets turn bad.

mod config;
mod findings;
mod ranking;
pub(super) mod rule;
pub(super) mod sheet;
mod words;

pub use config::Config;
