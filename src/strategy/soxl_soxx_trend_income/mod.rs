//! Semiconductor trend with an income layer: the trend's tier says how much of the account SOXL and SOXX
//! take; income funds are added as the account grows and never sold by the layer itself.

mod config;
mod rule;
pub(crate) mod sheet;

pub use config::{AttackAllocationMode, Config};
pub(crate) use rule::SAFE_HAVEN;
pub use rule::{BADGE, BlendNumbers, Diagnostics, ExecutionAnnotations, Tier, decide};
