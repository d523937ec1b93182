//! Features: one formula a function, columns of one symbol in, oldest first, a number out.
//!
//! A window that the columns are too short for is `None`, never zero. Nothing older than the window leaves a trace.
//! Strategies and snapshots call the same functions, so a number means the same in both.

pub(crate) mod column;
pub(crate) mod liquidity;
pub(crate) mod momentum;
pub(crate) mod risk;
