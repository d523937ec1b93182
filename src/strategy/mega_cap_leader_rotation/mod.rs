//! A few leaders among the largest companies: one factor score, a buffer that keeps held names in, and
//! optionally several sleeves of different concentration blended by fixed weights.

mod config;
mod recipe;
mod rule;
pub(crate) mod sheet;

pub use config::{Config, Sleeve};
pub(crate) use rule::BLANK_ELIGIBLE;
pub use rule::{BADGE, BlendMode, Diagnostics, SleeveDiagnostics, decide};
