//! What several strategies share: the market regime, the screening and scoring of a snapshot, the sizing.

pub mod config_check;
pub mod execution_window;
pub mod factor_score;
pub mod hold_buffer;
pub mod income_layer;
pub mod regime;
pub mod requirement;
pub mod screen;
pub mod sector_slots;
pub mod sizing;
pub mod texts;
