//! What the snapshot of the profile is built from.

use super::config::Config;
use super::features;
use crate::strategy::recipe::{ProductRecipe, usable_multiples};

impl Config {
    /// What the snapshot is built from.
    pub(crate) fn recipe(&self) -> ProductRecipe {
        ProductRecipe {
            universe_size: *self.candidate_universe_size,
            multiples: usable_multiples(*self.leverage_multiple),
            fewest_closes: features::BARS,
        }
    }
}
