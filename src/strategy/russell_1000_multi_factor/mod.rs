//! A defensive large-cap stock portfolio: five factors compared within each sector, sectors capped, and a
//! stock exposure that shrinks with the market's trend and breadth.

mod config;
mod recipe;
mod rule;
pub(crate) mod sheet;

pub use config::Config;
pub(crate) use rule::BLANK_ELIGIBLE;
pub use rule::{BADGE, Diagnostics, decide};
