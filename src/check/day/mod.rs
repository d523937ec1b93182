//! The checks of one decision: what the values of a day say, and what the rule made of them.

pub mod candidates;
pub mod holdings;
