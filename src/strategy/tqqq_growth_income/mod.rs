//! Leveraged growth with an income layer: TQQQ and an unlevered companion while the benchmark's trend is
//! up or it rebounds below its long average; cash otherwise; income funds once the account is large.

mod config;
mod rule;
pub(crate) mod sheet;

pub use config::{AttackAllocationMode, Config, ReboundThresholdMode};
pub use rule::{Diagnostics, ExecutionAnnotations, Signal, decide};
