//! The income layer of a large account: a share of the equity that rises with it in a straight line.

use crate::strategy::trace::{Claim, Quantity, Trace, computed};

/// The multiple of the equity that the layer begins at, at which the line ends.
pub const FULL_MULTIPLE: f64 = 2.0;

/// Returns the layer's share of the equity, and records it under its name: 0 until it begins, then a straight line, the
/// full ratio beyond it. The claims hold the equity to the start and to the end of the line; the two rules that have a
/// layer differ in which side of each an equity on it belongs to.
pub fn ratio(
    trace: &mut Trace,
    name: &'static str,
    begins: Claim<'_>,
    is_full: Claim<'_>,
    ratio_at_twice: f64,
    full_ratio: f64,
) -> f64 {
    let usd = |side: Quantity| side.value.unwrap_or_default();
    let (equity, start, twice_start) = (usd(begins.left), usd(begins.right), usd(is_full.right));
    let (ratio, formula) = if !trace.gate("income_layer_begins", begins) {
        (0.0, "the equity is too small for an income layer")
    } else if trace.gate("income_layer_is_full", is_full) {
        computed!(full_ratio)
    } else {
        computed!(ratio_at_twice * (equity - start) / (twice_start - start))
    };
    trace.step(Quantity::ratio(name, ratio), formula);
    ratio
}
