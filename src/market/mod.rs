//! Pure market arithmetic: the exchange calendar, price series, and what is computed from them.

pub mod calendar;
pub mod history;
pub mod indicators;
pub(crate) mod momentum;
pub(crate) mod months;
pub(crate) mod needs;
pub(crate) mod new_york;
pub mod series;
pub mod snapshot;
pub(crate) mod trend;
pub(crate) mod true_range;
pub(crate) mod window;
