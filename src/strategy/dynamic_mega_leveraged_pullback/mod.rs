//! Leveraged products on mega caps in a pullback: the benchmark's lines say whether to be in at all, the
//! underlyings' closes which products and how much of each.

pub(crate) mod benchmark_gate;
mod config;
pub(crate) mod features;
mod recipe;
mod rule;
pub(crate) mod sheet;

pub use config::Config;
pub(crate) use rule::BLANK_ELIGIBLE;
pub use rule::{BADGE, Diagnostics, Regime, decide};
