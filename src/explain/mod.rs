//! What a profile's rules are, and why a decision came out as it did.

pub mod next_dates;
pub mod rules;
