//! The numbers of the profile: each type says which of them the rule can use.

use serde::{Deserialize, Serialize};

use crate::number::{Count, Positive, Share, Threshold, Usd};
use crate::symbol::Symbol;

/// The config; it has no defaults, so that a profile's numbers stand in its manifest alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose lines open and close the whole portfolio.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub benchmark_symbol: Symbol,
    /// Where the equity outside the products goes.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub safe_haven: Symbol,
    /// How many of the snapshot's candidates are looked at.
    pub candidate_universe_size: Count,
    /// How many products are held by an account large enough.
    pub holdings_count: Count,
    /// The largest weight of one product.
    pub single_name_cap: Threshold,
    /// The smallest position worth having in US dollars; 0 asks for all holdings whatever the equity.
    pub min_position_value_usd: f64,
    /// How many ranks below the cut a held product stays; below 0 means 0.
    pub hold_buffer: i64,
    /// What being held adds to a score.
    pub hold_bonus: Threshold,
    /// The share of the equity in products while the benchmark's gate is open.
    pub max_product_exposure: Share,
    /// How many times the underlying's move a product makes.
    pub leverage_multiple: Positive,
    /// The smallest 20-day average of a day's trading in US dollars; reported only.
    pub min_adv20_usd: Usd,
    /// The sessions of the benchmark's average true range.
    pub atr_period: Count,
    /// The sessions of the benchmark's average.
    pub sma_period: Count,
    /// How much of the average true range, as a ratio of the close, lifts the entry line.
    pub atr_entry_scale: Threshold,
    /// The smallest entry multiplier.
    pub entry_line_floor: Positive,
    /// The largest entry multiplier.
    pub entry_line_cap: Positive,
    /// How much of the average true range, as a ratio of the close, lowers the exit line.
    pub atr_exit_scale: Threshold,
    /// The smallest exit multiplier.
    pub exit_line_floor: Positive,
    /// The largest exit multiplier, unless the smallest is larger.
    pub exit_line_cap: Positive,
    /// The history that a broker program fetches; reported only.
    pub history_duration: String,
    /// The bars that a broker program fetches; reported only.
    pub history_bar_size: String,
    /// How many sessions after the snapshot a broker program may trade it; reported only.
    pub runtime_execution_window_trading_days: usize,
    /// The share of the equity that the broker program keeps in cash; reported only.
    pub execution_cash_reserve_ratio: Share,
}
