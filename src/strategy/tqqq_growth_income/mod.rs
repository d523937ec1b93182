//! Leveraged growth with an income layer: TQQQ and an unlevered companion while the benchmark's trend is
//! up or it rebounds below its long average; cash otherwise; income funds once the account is large.

mod config;
pub(super) mod rule;
pub(super) mod sheet;
mod words;

pub use config::Config;
