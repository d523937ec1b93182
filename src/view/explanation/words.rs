//! Numbers and flips of an explanation, in words.

use crate::amount::{grouped, percent, percent_with, signed};
use crate::explain::flip::Flip;
use crate::explain::nearest::NearestFlip;
use crate::finding::Code;
use crate::strategy::trace::{Gate, Need, Quantity, Reading, Unit};

/// How many decimals are shown at most to tell two numbers apart.
const MOST_DECIMALS: usize = 9;

/// A close of at least this many US dollars is shown to the cent.
const CENTS_FROM_USD: f64 = 10.0;

/// The decimals of a smaller close, and one more for each place by which it lies below one US dollar.
const SMALL_PRICE_DECIMALS: usize = 4;

/// What a growth profile does that holds on to its positions.
const STAY_INVESTED: &str = "\"stay invested\"";

/// What stands for a number that could not be computed.
const UNKNOWN: &str = "unknown";

/// A number of the trace.
pub fn quantity(quantity: Quantity) -> String {
    let Quantity { value, unit, .. } = quantity;
    value.map_or_else(|| UNKNOWN.to_owned(), |value| with_decimals(unit, value, usual_decimals(unit, value)))
}

/// The two sides of a gate, with as many decimals as it takes to tell them apart.
pub fn sides(gate: &Gate) -> (String, String) {
    let unit = gate.left.unit;
    let (Some(one), Some(other)) = (gate.left.value, gate.right.value) else {
        return (quantity(gate.left), quantity(Quantity { unit, ..gate.right }));
    };
    let drawn = |decimals| (with_decimals(unit, one, decimals), with_decimals(unit, other, decimals));
    let is_told_apart = |(one, other): &(String, String)| one != other;
    let usual = usual_decimals(unit, one).min(usual_decimals(unit, other));
    let most = MOST_DECIMALS.max(usual);
    if one == other {
        return drawn(usual);
    }
    (usual..most).map(drawn).find(is_told_apart).unwrap_or_else(|| drawn(most))
}

fn usual_decimals(unit: Unit, value: f64) -> usize {
    match unit {
        Unit::Usd if value > 0.0 && value < 1.0 => price_decimals(value),
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

/// How many significant digits a number of a test is shown with.
const SIGNIFICANT_DIGITS: i32 = 6;

/// From which power of ten on, and below which, a number of a test is shown as a multiple of one.
const PLAIN_POWERS: std::ops::Range<i32> = -4..7;

/// A number to six significant digits.
pub fn shortened(number: f64) -> String {
    let digits = SIGNIFICANT_DIGITS.unsigned_abs() as usize - 1;
    let scientific = format!("{number:.digits$e}");
    let Some((mantissa, power)) = scientific.split_once('e') else { return scientific };
    let trimmed = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    match power.parse::<i32>() {
        Ok(exponent) if PLAIN_POWERS.contains(&exponent) => {
            let decimals = usize::try_from(SIGNIFICANT_DIGITS - 1 - exponent).unwrap_or(0);
            trimmed(&format!("{number:.decimals$}"))
        }
        _ => format!("{}e{power}", trimmed(mantissa)),
    }
}

/// What a test found, next to what it needed: in full where the two would look alike.
pub fn reading(reading: &Reading, need: Option<&Need>) -> String {
    match (reading, need) {
        (Reading::Number(number), Some(Need::Bound(_, bound)))
            if number != bound && shortened(*number) == shortened(*bound) =>
        {
            number.to_string()
        }
        (Reading::Number(number), _) => shortened(*number),
        (Reading::Boolean(_) | Reading::Text(_), _) => reading.to_string(),
    }
}

/// What a test needed.
pub fn need(need: &Need) -> String {
    match need {
        Need::Bound(comparison, bound) => format!("{} {}", comparison.as_str(), shortened(*bound)),
        Need::Yes | Need::ANumber | Need::Text(_) => need.to_string(),
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
    let decimals = price_decimals(close);
    let scale = 10.0_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
    let step = if change_ratio < 0.0 { -1.0 } else { 1.0 };
    let scaled = if change_ratio < 0.0 { (close * scale).floor() } else { (close * scale).ceil() };
    // A product that is rounded itself may lie a step short of the close.
    let is_true = |rounded: f64| {
        let read: Result<f64, _> = format!("{rounded:.decimals$}").parse();
        read.is_ok_and(|read| if change_ratio < 0.0 { read <= close } else { read >= close })
    };
    let nearest = scaled / scale;
    grouped(if is_true(nearest) { nearest } else { (scaled + step) / scale }, decimals)
}

/// How many decimals a price is shown with.
fn price_decimals(price: f64) -> usize {
    if price >= CENTS_FROM_USD {
        return 2;
    }
    let below_one =
        (0..MOST_DECIMALS).take_while(|&place| price * 10.0_f64.powi(place_of(place)) < 1.0).count();
    SMALL_PRICE_DECIMALS + below_one
}

/// A place after the decimal point as a power of ten.
fn place_of(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

/// Where a gate changes: `QQQ at or below 488.97 (-6.18 %)`.
pub fn flip(flip: &Flip) -> String {
    format!("{} {}", flip.symbol, place(flip.close, flip.change_ratio))
}

fn place(close: f64, change_ratio: f64) -> String {
    let side = if change_ratio < 0.0 { "below" } else { "above" };
    format!("at or {side} {} ({})", flip_close(close, change_ratio), change(change_ratio))
}

/// The signals of the growth profiles beside `hold`.
const GROWTH_SIGNALS: [&str; 3] = ["entry", "exit", "idle"];

/// A signal as it is printed. The word `hold` is kept for a day without a change of targets: beside another signal of a
/// growth profile it means to stay invested.
fn signal(signal: &str, other: &str) -> String {
    if signal == "hold" && GROWTH_SIGNALS.contains(&other) {
        return STAY_INVESTED.to_owned();
    }
    format!("`{signal}`")
}

/// What the nearest flip of the decision does: "QQQ at or below 505.12 (-3.20 %) turns "stay invested" into `exit`".
pub fn nearest_flip(nearest: &NearestFlip) -> String {
    let NearestFlip { symbol, close, change_ratio, from, to, blocked_by, .. } = nearest;
    let (from, to) = (signal(from, to), signal(to, from));
    let flip = format!("{symbol} {} turns {from} into {to}", place(close.0, change_ratio.0));
    let (allowable, firm): (Vec<Code>, Vec<Code>) = blocked_by.iter().partition(|code| code.can_be_allowed());
    let allowed = allowable.iter().map(|code| format!("; `strat decide` needs `--allow {code}` there"));
    // The high and the low of the day do not move with the close here.
    let blocked = firm.iter().map(|code| format!("; `strat decide` blocks there with `{code}`"));
    allowed.chain(blocked).fold(flip, |flip, more| flip + &more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_are_told_apart() {
        let compared = |left: Quantity, right: Quantity| sides(&left.above(right).to_gate("gate"));
        let told =
            |left: f64, right: f64| compared(Quantity::usd("left", left), Quantity::usd("right", right));
        assert_eq!(told(100.0, 99.0), ("100.00".to_owned(), "99.00".to_owned()));
        assert_eq!(told(100.001, 100.0), ("100.001".to_owned(), "100.000".to_owned()));
        assert_eq!(told(100.0, 100.0), ("100.00".to_owned(), "100.00".to_owned()));
        assert_eq!(told(0.176, 0.0), ("0.18".to_owned(), "0.00".to_owned()));
        assert_eq!(told(0.05, 0.049), ("0.050000".to_owned(), "0.049000".to_owned()));
        assert_eq!(
            compared(Quantity::ratio("left", None), Quantity::ratio("right", 0.0)),
            ("unknown".to_owned(), "0.00 %".to_owned())
        );
    }

    #[test]
    fn numbers_of_tests_are_short_and_stay_apart() {
        let shown = [1.2e9, 2e7, 0.123_456_789, 1_234.567_89, 100.0, -0.05, 0.0, 1.5e-7].map(shortened);
        assert_eq!(shown, ["1.2e9", "2e7", "0.123457", "1234.57", "100", "-0.05", "0", "1.5e-7"]);
        let bound = Need::Bound(crate::strategy::trace::Comparison::AtLeast, 2e7);
        assert_eq!(reading(&Reading::Number(19_999_999.9), Some(&bound)), "19999999.9");
        assert_eq!(need(&bound), ">= 2e7");
    }

    #[test]
    fn a_flip_is_rounded_away_from_the_newest_close() {
        assert_eq!(flip_close(505.129, -0.03), "505.12");
        assert_eq!(flip_close(505.121, 0.03), "505.13");
        assert_eq!(flip_close(5.051_29, -0.03), "5.0512");
        assert_eq!(flip_close(505.12, 0.03), "505.12");
        assert_eq!(flip_close(0.051_239_9, -0.03), "0.051239");
        assert_eq!(flip_close(0.000_049_000_9, 0.03), "0.000049001");
        for close in [505.12_f64.next_down(), 505.12, 505.12_f64.next_up(), 1.1_f64.next_down(), 0.3] {
            for change in [-0.01, 0.01] {
                let read: f64 = flip_close(close, change).parse().unwrap();
                assert!(if change < 0.0 { read <= close } else { read >= close }, "{read} of {close}");
            }
        }
    }
}
