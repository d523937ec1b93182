//! A few leaders among the largest companies: one factor score, a buffer that keeps held names in, and
//! optionally several sleeves of different concentration blended by fixed weights.

mod config;
mod recipe;
pub(super) mod rule;
pub(super) mod sheet;

pub use config::Config;
