//! Indicators that somebody else computed, in place of the price series they come from.

use serde::Deserialize;

use crate::number::of_count;
use crate::symbol::Symbol;

/// The 3x semiconductor product.
pub const SOXL: &str = "SOXL";
/// The semiconductor index fund.
pub const SOXX: &str = "SOXX";

/// The indicators of the semiconductor trend profile.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Indicators {
    /// The date of the newest closes that they are computed from, as the file writes it.
    pub as_of: Option<String>,
    /// The 3x semiconductor product's.
    pub soxl: TrendIndicators,
    /// The semiconductor index fund's.
    pub soxx: TrendIndicators,
}

impl Indicators {
    /// What is known of a symbol; `None` of one that they are not about.
    pub fn of(&self, symbol: &Symbol) -> Option<&TrendIndicators> {
        match symbol.as_str() {
            SOXL => Some(&self.soxl),
            SOXX => Some(&self.soxx),
            _ => None,
        }
    }

    /// The indicators with another newest close of a symbol; `None` of one without a price. `window` is that of `ma_trend`.
    #[must_use]
    pub fn with_newest_close(&self, symbol: &Symbol, close: f64, window: usize) -> Option<Self> {
        let moved = self.of(symbol)?;
        moved.price?;
        let moved = moved.with_newest_close(close, window);
        Some(match symbol.as_str() {
            SOXL => Self { soxl: moved, ..self.clone() },
            _ => Self { soxx: moved, ..self.clone() },
        })
    }
}

/// What is known of one symbol's trend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

/// The sessions of the short average.
pub const SHORT_WINDOW: usize = 20;

impl TrendIndicators {
    /// The indicators with another newest close: each average moves by its part of the change. `window` is that of
    /// `ma_trend`.
    #[must_use]
    pub fn with_newest_close(&self, close: f64, window: usize) -> Self {
        let Some(price) = self.price else { return *self };
        let moved = |average: Option<f64>, window| {
            average.map(|average| average + (close - price) / of_count(window))
        };
        Self {
            price: Some(close),
            ma_trend: moved(self.ma_trend, window),
            ma20: moved(self.ma20, SHORT_WINDOW),
            // The average a session earlier stays where it is.
            ma20_slope: moved(self.ma20_slope, SHORT_WINDOW),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_newest_close_moves_each_average_by_its_part() {
        let known = TrendIndicators {
            price: Some(110.0),
            ma_trend: Some(101.0),
            ma20: Some(105.0),
            ma20_slope: Some(0.5),
        };
        // 10 closes with a mean of 101 and a newest of 110: at 120 the mean is 102; 10 / 20 = 0.5.
        let moved = known.with_newest_close(120.0, 10);
        let expected = TrendIndicators {
            price: Some(120.0),
            ma_trend: Some(102.0),
            ma20: Some(105.5),
            ma20_slope: Some(1.0),
        };
        assert_eq!(moved, expected);
    }
}
