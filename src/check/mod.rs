//! The checks that stand between readers and strategies: one function a finding.

pub(crate) mod account;
pub(crate) mod allowance;
pub(crate) mod date;
pub(crate) mod day;
pub(crate) mod positions;
pub(crate) mod previous;
pub(crate) mod prices;
pub mod snapshot;
