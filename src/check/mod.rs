//! The checks that stand between readers and strategies: one function a finding.

pub mod account;
pub mod allowance;
pub mod date;
pub mod day;
pub mod positions;
pub mod previous;
pub mod prices;
pub mod sidecar;
pub mod snapshot;
