//! The income layer of a large account: a share of the equity that rises with it in a straight line.

use crate::strategy::trace::{Claim, Quantity, Trace, computed, usd};

/// The multiple of the equity that the layer begins at, at which its share is reached.
pub const FULL_MULTIPLE: f64 = 2.0;

/// How the layer's share follows the equity. The two rules that have one differ in which side of each edge an equity
/// on it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    /// The equity in US dollars that the layer begins at, under the name that the trace has for it.
    pub start: Quantity,
    /// The name of the share.
    pub name: &'static str,
    /// The name of the equity at which the line ends, twice the start.
    pub end_name: &'static str,
    /// Asks whether the layer begins at an equity.
    pub begins: fn(Quantity, Quantity) -> Claim<'static>,
    /// Asks whether the line has ended at an equity.
    pub is_full: fn(Quantity, Quantity) -> Claim<'static>,
    /// The share that the line ends in.
    pub ratio_at_twice: f64,
    /// The share beyond the line.
    pub full_ratio: f64,
}

impl Ramp {
    /// Returns the layer's share of the equity, and records it.
    pub fn ratio(self, trace: &mut Trace, equity: f64) -> f64 {
        let Self { ratio_at_twice, full_ratio, .. } = self;
        let start = self.start.value.unwrap_or_default();
        let twice_start = FULL_MULTIPLE * start;
        let end = Quantity::usd(self.end_name, twice_start);
        let (ratio, formula) = if !trace.gate("income_layer_begins", (self.begins)(usd!(equity), self.start))
        {
            (0.0, "the equity is too small for an income layer")
        } else if trace.gate("income_layer_is_full", (self.is_full)(usd!(equity), end)) {
            computed!(full_ratio)
        } else {
            computed!(ratio_at_twice * (equity - start) / (twice_start - start))
        };
        trace.step(Quantity::ratio(self.name, ratio), formula);
        ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(equity: f64) -> (f64, &'static str) {
        let ramp = Ramp {
            start: Quantity::usd("income_threshold_usd", 100_000.0),
            name: "income_ratio",
            end_name: "twice_income_threshold_usd",
            begins: Quantity::at_least,
            is_full: Quantity::above,
            ratio_at_twice: 0.4,
            full_ratio: 0.6,
        };
        let mut trace = Trace::full();
        let ratio = ramp.ratio(&mut trace, equity);
        (ratio, trace.steps.first().unwrap().formula)
    }

    #[test]
    fn the_share_rises_in_a_straight_line_between_the_edges() {
        assert_eq!(ratio(99_999.99), (0.0, "the equity is too small for an income layer"));
        let line = "ratio_at_twice * (equity - start) / (twice_start - start)";
        assert_eq!(ratio(100_000.0), (0.0, line));
        assert_eq!(ratio(150_000.0), (0.2, line)); // 0.4 * 50,000 / 100,000
        assert_eq!(ratio(200_000.0), (0.4, line));
        assert_eq!(ratio(200_000.01), (0.6, "full_ratio"));
    }
}
