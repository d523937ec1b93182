//! Pure market arithmetic: the exchange calendar, price series, and what is computed from them.

pub mod calendar;
pub mod history;
pub mod indicators;
pub mod momentum;
pub mod needs;
pub mod new_york;
pub mod series;
pub mod snapshot;
pub mod trend;
pub mod true_range;
pub mod window;
