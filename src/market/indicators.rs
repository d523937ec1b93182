//! Indicators that somebody else computed, in place of the price series they come from.

use serde::Deserialize;

/// The indicators of the semiconductor trend profile.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Indicators {
    /// The 3x semiconductor product's.
    pub soxl: TrendIndicators,
    /// The semiconductor index fund's.
    pub soxx: TrendIndicators,
}

/// What is known of one symbol's trend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendIndicators {
    /// The newest close in US dollars.
    pub price: Option<f64>,
    /// The average of the closes over the trend window in US dollars.
    pub ma_trend: Option<f64>,
    /// The average of the newest 20 closes in US dollars.
    pub ma20: Option<f64>,
    /// The 20-day average now less the one a session earlier, in US dollars.
    pub ma20_slope: Option<f64>,
}
