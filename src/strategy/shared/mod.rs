//! What several strategies share: the market regime, the screening and scoring of a snapshot, the sizing.

pub(crate) mod config_check;
pub(crate) mod dollars;
pub(crate) mod execution_window;
pub(crate) mod factor_score;
pub(crate) mod hold_buffer;
pub(crate) mod income_layer;
pub(crate) mod regime;
pub(crate) mod requirement;
pub(crate) mod screen;
pub(crate) mod sector_slots;
pub(crate) mod sizing;
pub(crate) mod stock_numbers;
pub(crate) mod texts;
