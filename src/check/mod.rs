//! The checks that stand between readers and strategies: one function a finding.

pub mod account;
pub mod allowance;
pub mod candidates;
pub mod date;
pub mod previous;
pub mod prices;
pub mod sidecar;
pub mod snapshot;
