//! Rotation among exchange-traded funds: at the end of chosen months the best by momentum among those
//! above their average; any day all into the safe haven when enough canary assets turn bad.

mod config;
mod rule;
pub(crate) mod sheet;

pub use config::Config;
pub use rule::{BADGE, Diagnostics, decide};
