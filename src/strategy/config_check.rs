//! Collects the config values that a rule can't use.

use serde::Serialize;

use super::ConfigProblem;

/// The problems of one config, one call a key.
#[derive(Debug, Default)]
pub struct ConfigCheck {
    problems: Vec<ConfigProblem>,
}

impl ConfigCheck {
    /// Requires that `holds`; otherwise the value is a problem, and `expected` says what the rule can use.
    #[must_use]
    pub fn require(mut self, key: &'static str, value: &impl Serialize, holds: bool, expected: &str) -> Self {
        if !holds {
            let observed = serde_json::to_string(value).unwrap_or_else(|error| error.to_string());
            self.problems.push(ConfigProblem { key, observed, expected: expected.to_owned() });
        }
        self
    }

    /// Requires a share of something: from 0 to 1.
    #[must_use]
    pub fn share(self, key: &'static str, value: f64) -> Self {
        self.require(key, &value, (0.0..=1.0).contains(&value), "a number from 0 to 1")
    }

    /// Requires a finite number of at least 0.
    #[must_use]
    pub fn not_negative(self, key: &'static str, value: f64) -> Self {
        self.require(key, &value, value.is_finite() && value >= 0.0, "a number of at least 0")
    }

    /// Requires a finite number above 0.
    #[must_use]
    pub fn above_zero(self, key: &'static str, value: f64) -> Self {
        self.require(key, &value, value.is_finite() && value > 0.0, "a number above 0")
    }

    /// Requires a count of at least 1.
    #[must_use]
    pub fn at_least_one(self, key: &'static str, count: usize) -> Self {
        self.require(key, &count, count >= 1, "a whole number of at least 1")
    }

    /// Every problem, in the order of the calls.
    pub fn problems(self) -> Vec<ConfigProblem> {
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_no_problem_and_what_does_not_is_named() {
        let problems = ConfigCheck::default()
            .share("fits", 1.0)
            .share("above", 1.5)
            .not_negative("zero", 0.0)
            .not_negative("below", -1.0)
            .above_zero("nothing", 0.0)
            .at_least_one("one", 1)
            .at_least_one("none", 0)
            .problems();
        let keys: Vec<_> = problems.iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["above", "below", "nothing", "none"]);
        assert_eq!(problems[0].observed, "1.5");
        assert_eq!(problems[0].expected, "a number from 0 to 1");
    }

    #[test]
    fn what_is_no_number_is_never_in_range() {
        let problems = ConfigCheck::default()
            .share("share", f64::NAN)
            .not_negative("not_negative", f64::INFINITY)
            .above_zero("above_zero", f64::NAN)
            .problems();
        assert_eq!(problems.len(), 3);
    }
}
