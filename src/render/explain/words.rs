//! Numbers and flips of an explanation, in words.

use crate::amount::{grouped, percent, percent_with, signed};
use crate::explain::FlipRecord;
use crate::explain::nearest::NearestFlip;
use crate::number::Number;
use crate::strategy::trace::Unit;

/// How many decimals are shown at most to tell two numbers apart.
const MOST_DECIMALS: usize = 9;

/// A close of at least this many US dollars is shown to the cent, a smaller one to a hundredth of that.
const CENTS_FROM_USD: f64 = 10.0;

/// What stands for a number that could not be computed.
const UNKNOWN: &str = "unknown";

/// A number of the trace.
pub fn quantity(unit: Unit, value: Option<Number>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| with_decimals(unit, value.0, usual_decimals(unit)))
}

/// The two sides of a gate, with as many decimals as it takes to tell them apart.
pub fn sides(unit: Unit, left: Option<Number>, right: Option<Number>) -> (String, String) {
    let (Some(Number(one)), Some(Number(other))) = (left, right) else {
        return (quantity(unit, left), quantity(unit, right));
    };
    let drawn = |decimals| (with_decimals(unit, one, decimals), with_decimals(unit, other, decimals));
    let is_told_apart = |(one, other): &(String, String)| one != other;
    let usual = usual_decimals(unit);
    if one == other {
        return drawn(usual);
    }
    (usual..MOST_DECIMALS).map(drawn).find(is_told_apart).unwrap_or_else(|| drawn(MOST_DECIMALS))
}

fn usual_decimals(unit: Unit) -> usize {
    match unit {
        Unit::Usd | Unit::Ratio => 2,
        Unit::Count => 0,
        Unit::Score => 4,
    }
}

fn with_decimals(unit: Unit, value: f64, decimals: usize) -> String {
    match unit {
        Unit::Ratio => percent_with(value, decimals),
        Unit::Usd | Unit::Count | Unit::Score => grouped(value, decimals),
    }
}

/// A ratio as a percentage with its sign.
pub fn change(ratio: f64) -> String {
    signed(&percent(ratio), ratio)
}

/// A score or a part of one with its sign.
pub fn score_change(change: f64, decimals: usize) -> String {
    signed(&grouped(change, decimals), change)
}

/// The close of a flip, rounded away from the newest one so that what is said of it stays true.
pub fn flip_close(close: f64, change_ratio: f64) -> String {
    let decimals = if close >= CENTS_FROM_USD { 2 } else { 4 };
    // 10 to the power of 2 or 4.
    let scale = if decimals == 2 { 1e2 } else { 1e4 };
    let scaled = close * scale;
    grouped(if change_ratio < 0.0 { scaled.floor() } else { scaled.ceil() } / scale, decimals)
}

/// Where a gate changes: `QQQ at or below 488.97 (-6.18 %)`.
pub fn flip(flip: &FlipRecord) -> String {
    format!("{} {}", flip.symbol, place(flip.close.0, flip.change_ratio.0))
}

fn place(close: f64, change_ratio: f64) -> String {
    let side = if change_ratio < 0.0 { "below" } else { "above" };
    format!("at or {side} {} ({})", flip_close(close, change_ratio), change(change_ratio))
}

/// What the nearest flip of the decision does: "QQQ at or below 505.12 (-3.20 %) turns `hold` into `exit`".
pub fn nearest_flip(nearest: &NearestFlip) -> String {
    let NearestFlip { symbol, close, change_ratio, from, to, .. } = nearest;
    format!("{symbol} {} turns `{from}` into `{to}`", place(close.0, change_ratio.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_are_told_apart() {
        let number = |value| Some(Number(value));
        let told = |left, right| sides(Unit::Usd, number(left), number(right));
        assert_eq!(told(100.0, 99.0), ("100.00".to_owned(), "99.00".to_owned()));
        assert_eq!(told(100.001, 100.0), ("100.001".to_owned(), "100.000".to_owned()));
        assert_eq!(told(100.0, 100.0), ("100.00".to_owned(), "100.00".to_owned()));
        assert_eq!(sides(Unit::Ratio, None, number(0.0)), ("unknown".to_owned(), "0.00 %".to_owned()));
    }

    #[test]
    fn a_flip_is_rounded_away_from_the_newest_close() {
        assert_eq!(flip_close(505.129, -0.03), "505.12");
        assert_eq!(flip_close(505.121, 0.03), "505.13");
        assert_eq!(flip_close(5.051_29, -0.03), "5.0512");
        assert_eq!(flip_close(505.12, 0.03), "505.12");
    }
}
