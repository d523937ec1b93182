//! How a plan is made.

use super::step::QuantityStep;

/// How far a target may be off its weight at the faithful equity, unless `--fit` says otherwise.
const DEFAULT_FIT: f64 = 0.01;

/// The smallest fit: below it the equity that would be asked for is beyond any account.
pub const SMALLEST_FIT: f64 = 1e-6;

/// The largest part of a step that `--keep-step` may forgive.
pub const LARGEST_KEEP_STEP: f64 = 0.5;

/// How a plan is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The smallest quantity that can be traded.
    pub step: QuantityStep,
    /// Whether what the floors leave over is spent too.
    pub sweep: bool,
    /// Changes of fewer US dollars are not traded, exits and targets of zero aside.
    pub min_trade_usd: f64,
    /// A held step is kept while the plan falls short of it by less than this part of a step; 0 keeps none.
    pub keep_step: f64,
    /// How far a target may be off its weight at the faithful equity, as a ratio of the equity; above 0.
    pub fit: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            step: QuantityStep::default(),
            sweep: false,
            min_trade_usd: 0.0,
            keep_step: 0.0,
            fit: DEFAULT_FIT,
        }
    }
}
