//! A defensive large-cap stock portfolio: five factors compared within each sector, sectors capped, and a
//! stock exposure that shrinks with the market's trend and breadth.

mod config;
mod recipe;
pub(super) mod rule;
pub(super) mod sheet;

pub use config::Config;
