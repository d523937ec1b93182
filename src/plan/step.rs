//! The quantities that an account can hold: multiples of one step.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much of a step a floor forgives, since a quotient of two floats rounds.
pub const FORGIVEN_STEP: f64 = 1e-9;

/// The smallest difference of two quantities that counts, in shares.
pub const SMALLEST_QUANTITY: f64 = 1e-9;

/// The largest step, in shares.
const LARGEST_STEP: f64 = 1e6;

/// What a quantity is multiplied by to be rounded: below a billionth of a share nothing counts.
const DECIMALS: f64 = 1e10;

/// The most steps that a float counts one by one: 2^53.
const MOST_STEPS: f64 = 9_007_199_254_740_992.0;

/// The smallest quantity that can be traded, in shares: 1 for whole shares, less for an account that holds fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "f64", into = "f64")]
pub struct QuantityStep {
    shares: f64,
    decimals: usize,
}

impl Default for QuantityStep {
    fn default() -> Self {
        Self { shares: 1.0, decimals: 0 }
    }
}

impl QuantityStep {
    /// The step of a number of shares; `None` unless it lies between a billionth and a million.
    pub fn new(shares: f64) -> Option<Self> {
        if !(SMALLEST_QUANTITY..=LARGEST_STEP).contains(&shares) {
            return None;
        }
        // The shortest text that reads back as the number has the decimals that the user meant.
        let text = shares.to_string();
        Some(Self { shares, decimals: text.split_once('.').map_or(0, |(_, decimals)| decimals.len()) })
    }

    /// The step in shares.
    pub fn shares(self) -> f64 {
        self.shares
    }

    /// How many whole steps a value in US dollars pays for at a price; `None` where they can't be counted.
    pub fn steps_for(self, value_usd: f64, price_usd: f64) -> Option<f64> {
        let steps = (value_usd / price_usd / self.shares + FORGIVEN_STEP).floor();
        (steps <= MOST_STEPS).then_some(steps.max(0.0))
    }

    /// How many whole steps lie in a quantity.
    pub fn steps_in(self, quantity: f64) -> f64 {
        (quantity / self.shares + FORGIVEN_STEP).floor().max(0.0)
    }

    /// A quantity without what a difference of two floats leaves behind: a number of steps, or ten decimals.
    pub fn tidied(self, quantity: f64) -> f64 {
        let steps = (quantity / self.shares).round();
        let whole = self.quantity(steps);
        let is_rounded = (whole - quantity).abs() < SMALLEST_QUANTITY.min(FORGIVEN_STEP * self.shares);
        let decimals = quantity * DECIMALS;
        match quantity {
            _ if is_rounded && steps <= MOST_STEPS => whole,
            _ if decimals.abs() <= MOST_STEPS => decimals.round() / DECIMALS,
            beyond => beyond,
        }
    }

    /// A number of steps as a quantity, with the decimals of the step: 3 steps of 0.1 are 0.3.
    pub fn quantity(self, steps: f64) -> f64 {
        let quantity = steps * self.shares;
        format!("{quantity:.*}", self.decimals).parse().unwrap_or(quantity)
    }
}

impl TryFrom<f64> for QuantityStep {
    type Error = String;

    fn try_from(shares: f64) -> Result<Self, String> {
        Self::new(shares).ok_or_else(|| format!("found {shares}, expected a quantity step"))
    }
}

impl FromStr for QuantityStep {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let step = text.trim().parse().ok().and_then(Self::new);
        step.ok_or("expected a number of shares from 0.000000001 to 1000000, such as 1 or 0.0001")
    }
}

impl From<QuantityStep> for f64 {
    fn from(step: QuantityStep) -> Self {
        step.shares
    }
}

impl fmt::Display for QuantityStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_the_decimals_of_its_step() {
        let tenth = QuantityStep::new(0.1).unwrap();
        // 3 * 0.1 is 0.30000000000000004 in floats.
        assert_eq!(tenth.quantity(3.0), 0.3);
        assert_eq!(QuantityStep::new(0.0001).unwrap().quantity(12_345.0), 1.2345);
        assert_eq!(QuantityStep::default().quantity(12.0), 12.0);
    }

    #[test]
    fn a_floor_forgives_the_rounding_of_a_quotient() {
        let tenth = QuantityStep::new(0.1).unwrap();
        // 0.3 / 0.1 is 2.9999999999999996 in floats.
        assert_eq!(tenth.steps_in(0.3), 3.0);
        assert_eq!(tenth.steps_for(0.3, 1.0), Some(3.0));
        assert_eq!(QuantityStep::default().steps_for(299.0, 100.0), Some(2.0));
    }

    #[test]
    fn what_a_sum_rounds_is_a_number_of_steps_again() {
        let tenth = QuantityStep::new(0.1).unwrap();
        // 10.3 - 9.9 is 0.40000000000000036 in floats.
        assert_eq!(tenth.tidied(10.3 - 9.9), 0.4);
        assert_eq!((tenth.tidied(0.45), tenth.tidied(0.0)), (0.45, 0.0));
        // 4.2 - 3 is 1.2000000000000002.
        assert_eq!(QuantityStep::default().tidied(4.2 - 3.0), 1.2);
        assert_eq!(QuantityStep::default().tidied(2.500_000_000_1), 2.500_000_000_1);
    }

    #[test]
    fn a_step_lies_within_its_range() {
        for shares in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-10, 2e6] {
            assert_eq!(QuantityStep::new(shares), None, "{shares}");
        }
    }

    #[test]
    fn steps_without_number_are_none() {
        assert_eq!(QuantityStep::default().steps_for(1e15, 1e-300), None);
    }
}
