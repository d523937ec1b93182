//! Leveraged growth with an income layer: TQQQ and an unlevered companion while the benchmark's trend is
//! up or it rebounds below its long average; cash otherwise; income funds once the account is large.

mod config;
mod rule;
pub(crate) mod sheet;

pub(crate) use config::SAFE_HAVEN;
pub use config::{AttackAllocationMode, Config, ReboundThresholdMode};
pub(crate) use rule::managed_symbols;
pub use rule::{BADGE, Diagnostics, ExecutionAnnotations, Signal, decide};
