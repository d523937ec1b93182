//! Leveraged products on mega caps in a pullback: the benchmark's lines say whether to be in at all, the
//! underlyings' closes which products and how much of each.

mod benchmark;
mod config;
mod features;
mod pool;
mod portfolio;
pub(super) mod rule;
pub(super) mod sheet;

pub use config::Config;
