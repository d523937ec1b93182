//! What the platforms that place orders show of a decision, in their own form: compact English, of which their
//! Chinese tables replace substrings. `A=x B=y` is their shape, not this program's.

use std::collections::BTreeMap;

use super::regime::Judgement;
use crate::amount::{PER_CENT, grouped};
use crate::strategy::trace::RankedRow;

/// How many of the best rows a text names.
const NAMED_ROWS: usize = 5;

/// What the platforms show beside every decision of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// A sign in front of a message.
    pub status_icon: &'static str,
    /// What the signal was taken from.
    pub signal_source: &'static str,
}

impl Badge {
    /// The badge of a strategy on daily closes.
    pub const PRICES: Self = Self { status_icon: "🐤", signal_source: "daily_market_history" };

    /// The badge of a strategy on a feature snapshot.
    pub const fn snapshot(status_icon: &'static str) -> Self {
        Self { status_icon, signal_source: "feature_snapshot" }
    }
}

/// The texts of one decision, each under the key that the platforms read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Those among the diagnostics.
    pub diagnostics: BTreeMap<&'static str, String>,
    /// Those among the execution annotations.
    pub annotations: BTreeMap<&'static str, String>,
}

impl Texts {
    /// A signal and a status.
    pub fn new(signal: String, status: String) -> Self {
        let diagnostics = [("signal_description", signal), ("status_description", status)].into();
        Self { diagnostics, annotations: BTreeMap::new() }
    }

    /// The texts of a day outside the execution window.
    pub fn outside_window(no_op_reason: &str, snapshot_as_of: chrono::NaiveDate) -> Self {
        Self::new(
            "monthly snapshot cadence | waiting inside execution window".to_owned(),
            format!("no-op | reason={no_op_reason} | snapshot_as_of={snapshot_as_of} 00:00:00"),
        )
    }

    /// The texts of a portfolio of stocks; `picks` is what stands behind the regime, blank where nothing is held.
    pub fn of_stocks(judgement: &Judgement, picks: &str, target: f64, realized: f64) -> Self {
        let (regime, breadth) = (judgement.regime.as_str(), share(judgement.breadth_ratio.0));
        let space = if picks.is_empty() { "" } else { " " };
        let signal =
            format!("regime={regime} breadth={breadth} benchmark_trend={}{space}{picks}", trend(judgement));
        let status = format!(
            "regime={regime} | breadth={breadth} | target_stock={} | realized_stock={}",
            share(target),
            share(realized)
        );
        Self::new(signal, status)
    }
}

/// The share of the equity that may be in stocks, and the one that is.
pub fn stock_weights(target: f64, realized: f64) -> String {
    format!("target_stock={} realized_stock={}", share(target), share(realized))
}

/// The market alone, in the words of a status.
pub fn market_status(judgement: &Judgement) -> String {
    let (breadth, regime) = (share(judgement.breadth_ratio.0), judgement.regime.as_str());
    format!("breadth={breadth} | regime={regime} | benchmark={}", trend(judgement))
}

/// The direction of the benchmark in one word.
fn trend(judgement: &Judgement) -> &'static str {
    if judgement.benchmark_trend_positive { "up" } else { "down" }
}

/// A ratio as a percentage with one decimal and no space.
pub fn share(ratio: f64) -> String {
    format!("{:.1}%", ratio * PER_CENT)
}

/// An amount of US dollars to the cent.
pub fn dollars(amount: f64) -> String {
    format!("${}", grouped(amount, 2))
}

/// The best rows with their scores: `A(1.23), B(0.98)`.
pub fn best<'a>(
    rows: impl IntoIterator<Item = &'a RankedRow>,
    name: impl Fn(&RankedRow) -> String,
) -> String {
    let named: Vec<String> =
        rows.into_iter().take(NAMED_ROWS).map(|row| format!("{}({:.2})", name(row), row.score)).collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_one_decimal() {
        assert_eq!(
            (share(0.627_906), share(0.0), share(1.0)),
            ("62.8%".into(), "0.0%".into(), "100.0%".into())
        );
    }
}
