//! Checks that the configs of several strategies share: each gives the problem, or nothing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::account::LARGEST_VALUE_USD;
use crate::strategy::ConfigProblem;
use crate::symbol::Symbol;

/// A problem with a config value, which is quoted as JSON.
pub fn problem(key: &'static str, observed: &impl Serialize, expected: impl Into<String>) -> ConfigProblem {
    // A config value came out of JSON, so it can't fail to go back; were it to, nothing is quoted.
    let observed = serde_json::to_string(observed).unwrap_or_default();
    ConfigProblem { key, observed, expected: expected.into() }
}

/// A count that has to be 1 or more.
pub fn at_least_one(key: &'static str, value: usize) -> Option<ConfigProblem> {
    (value == 0).then(|| problem(key, &value, "a whole number from 1"))
}

/// The largest size of a number of a config, that of the largest account: within it no product with an equity, a
/// price or a volatility leaves the range of a number, and a decision could not be printed with one that did.
const LARGEST: f64 = LARGEST_VALUE_USD;

/// A number that has to be zero or more, and not beyond all measure.
pub fn not_negative(key: &'static str, value: f64) -> Option<ConfigProblem> {
    (!(0.0..=LARGEST).contains(&value))
        .then(|| problem(key, &value, format!("a number from 0 to {LARGEST:e}")))
}

/// A number that has to be above zero, and not beyond all measure.
pub fn above_zero(key: &'static str, value: f64) -> Option<ConfigProblem> {
    let will_do = value > 0.0 && value <= LARGEST;
    (!will_do).then(|| problem(key, &value, format!("a number above 0 and at most {LARGEST:e}")))
}

/// A number of either sign that must not be beyond all measure.
pub fn measurable(key: &'static str, value: f64) -> Option<ConfigProblem> {
    let will_do = value.abs() <= LARGEST;
    (!will_do).then(|| problem(key, &value, format!("a number from -{LARGEST:e} to {LARGEST:e}")))
}

/// A share of something that has to lie within 0 and 1.
pub fn share(key: &'static str, value: f64) -> Option<ConfigProblem> {
    (!(0.0..=1.0).contains(&value)).then(|| {
        let looks_like = if value > 1.0 { format!("; {value} looks like percent") } else { String::new() };
        problem(key, &value, format!("a number from 0 to 1{looks_like}"))
    })
}

/// A list of symbols that has to name at least one, and each once.
pub fn distinct_symbols(key: &'static str, symbols: &[Symbol]) -> Option<ConfigProblem> {
    if symbols.is_empty() {
        return Some(problem(key, &symbols, "at least one symbol"));
    }
    let mut seen = BTreeSet::new();
    let repeated = symbols.iter().find(|symbol| !seen.insert(*symbol))?;
    Some(problem(key, &symbols, format!("each symbol once (`{repeated}` is repeated)")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_themselves_will_do() {
        assert_eq!(at_least_one("top_n", 1), None);
        assert_eq!(not_negative("hold_bonus", 0.0), None);
        assert_eq!(above_zero("leverage_multiple", 0.01), None);
        assert_eq!(not_negative("min_trade_ratio", 1e15), None);
        assert_eq!(above_zero("entry_line_floor", 1e15), None);
        assert_eq!(measurable("multiplier", -1e15), None);
        assert_eq!(share("ratio", 0.0), None);
        assert_eq!(share("ratio", 1.0), None);
    }

    #[test]
    fn a_value_beyond_its_bounds_is_quoted() {
        assert_eq!(at_least_one("top_n", 0).unwrap().observed, "0");
        assert_eq!(not_negative("hold_bonus", -0.5).unwrap().observed, "-0.5");
        assert_eq!(share("ratio", 45.0).unwrap().expected, "a number from 0 to 1; 45 looks like percent");
        assert!(above_zero("leverage_multiple", 0.0).is_some());
        assert!(above_zero("leverage_multiple", f64::NAN).is_some());
        assert_eq!(not_negative("hold_bonus", 1e16).unwrap().expected, "a number from 0 to 1e15");
        assert!(not_negative("hold_bonus", f64::NAN).is_some());
        assert_eq!(
            above_zero("leverage_multiple", 1e16).unwrap().expected,
            "a number above 0 and at most 1e15"
        );
        assert_eq!(measurable("multiplier", 1e16).unwrap().expected, "a number from -1e15 to 1e15");
        assert!(measurable("multiplier", f64::NAN).is_some());
        assert!(share("ratio", -0.1).is_some());
        assert!(share("ratio", f64::NAN).is_some());
    }

    #[test]
    fn symbols_stand_once() {
        let symbols = |names: &[&'static str]| -> Vec<Symbol> {
            names.iter().map(|name| Symbol::literal(name)).collect()
        };
        assert_eq!(distinct_symbols("pool", &symbols(&["A", "B"])), None);
        assert!(distinct_symbols("pool", &[]).is_some());
        let repeated = distinct_symbols("pool", &symbols(&["A", "B", "A"])).unwrap();
        assert_eq!(repeated.observed, r#"["A","B","A"]"#);
        assert_eq!(repeated.expected, "each symbol once (`A` is repeated)");
    }
}
