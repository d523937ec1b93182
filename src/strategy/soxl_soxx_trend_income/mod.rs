//! Semiconductor trend with an income layer: the trend's tier says how much of the account SOXL and SOXX
//! take; income funds are added as the account grows and never sold by the layer itself.

mod config;
mod diagnostics;
pub(super) mod rule;
pub(super) mod sheet;

pub use config::Config;
