//! The checks that stand between readers and strategies: one function a finding.

pub mod sidecar;
pub mod snapshot;
