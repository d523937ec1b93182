//! A profile with its strategy: resolved once from a manifest and the overrides, and from there on a value.

use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::strategy::Strategy;

/// A profile's facts and its strategy with the config in effect. The rooms above ask it, never a name and a map.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The facts: names, unit, effective day, snapshot contract, equity advice. Its config is the profile's own.
    pub manifest: Manifest,
    /// The strategy with the config in effect.
    pub strategy: Strategy,
    /// That config as it is printed, for output alone: every key, each number in its one form.
    pub config: Config,
    /// The same on one line, as the decision's identity is taken over it.
    canonical_config: String,
}

impl Profile {
    /// A manifest with its strategy.
    ///
    /// # Errors
    /// When a value of the config can't be written as JSON.
    pub fn new(manifest: Manifest, strategy: Strategy) -> serde_json::Result<Self> {
        let config = strategy.config()?;
        let canonical_config = serde_json::to_string(&config)?;
        Ok(Self { manifest, strategy, config, canonical_config })
    }

    /// The config on one line, its keys sorted.
    pub fn canonical_config(&self) -> &str {
        &self.canonical_config
    }
}
