//! A strategy's rule sheet: its text in a language, filled with the config in effect.
//!
//! The text is a template beside the strategy. `# id: trace names` begins a section, the lines below it are one
//! paragraph. The sections `trades`, `prices` and `account` say what the strategy holds and reads; each of the
//! others is a rule, in the order that a decision follows them.

use crate::language::Language;

/// One section of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The stable name.
    pub id: String,
    /// The gates, rankings, steps and excluding tests of a decision's trace that the section explains.
    pub trace_names: Vec<String>,
    /// What it says.
    pub text: String,
}

/// What a strategy says about itself under a config, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What it may hold.
    pub trades: String,
    /// What it needs from `--prices`; `None` if it reads no prices.
    pub prices: Option<String>,
    /// What it reads from the account.
    pub account: String,
    /// The rules, in the order that a decision follows them.
    pub rules: Vec<Section>,
}

impl Sheet {
    /// Reads a filled template.
    pub fn parse(text: &str, language: Language) -> Self {
        let mut sheet = Self::default();
        for section in sections(text, language) {
            match section.id.as_str() {
                "trades" => sheet.trades = section.text,
                "prices" => sheet.prices = Some(section.text),
                "account" => sheet.account = section.text,
                _ => sheet.rules.push(section),
            }
        }
        sheet
    }
}

/// Parts a filled template into its sections. English words are separated by spaces; Chinese lines join as they are.
pub fn sections(text: &str, language: Language) -> Vec<Section> {
    let separator = match language {
        Language::En => " ",
        Language::Zh => "",
    };
    text.trim_start()
        .trim_start_matches("# ")
        .split("\n# ")
        .map(|section| {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let (id, names) = heading.split_once(": ").unwrap_or((heading, ""));
            let names = names.split(", ").map(str::trim).filter(|name| !name.is_empty());
            let lines: Vec<&str> = body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            Section {
                id: id.trim().to_owned(),
                trace_names: names.map(str::to_owned).collect(),
                text: lines.join(separator),
            }
        })
        .collect()
}

/// Makes `fn text(&Of, Language) -> askama::Result<String>` from two templates: `texts!(Of, "english.md", "chinese.md")`.
/// A template names a field of `Of` without a prefix, its method as `self.method()`, and itself as `self.0`.
macro_rules! texts {
    ($of:ty, $english:literal, $chinese:literal) => {
        #[derive(askama::Template)]
        #[template(path = $english)]
        struct English<'a>(&'a $of);

        #[derive(askama::Template)]
        #[template(path = $chinese)]
        struct Chinese<'a>(&'a $of);

        impl<'a> std::ops::Deref for English<'a> {
            type Target = $of;
            fn deref(&self) -> &Self::Target {
                self.0
            }
        }
        impl<'a> std::ops::Deref for Chinese<'a> {
            type Target = $of;
            fn deref(&self) -> &Self::Target {
                self.0
            }
        }

        /// Returns the text in a language.
        ///
        /// # Errors
        /// When a template cannot be filled; those of this project can.
        pub fn text(of: &$of, language: $crate::language::Language) -> askama::Result<String> {
            match language {
                $crate::language::Language::En => askama::Template::render(&English(of)),
                $crate::language::Language::Zh => askama::Template::render(&Chinese(of)),
            }
        }
    };
}
pub(crate) use texts;

/// Adds weighted terms up: `0.35 z(mom_6_1) - 0.1 z(vol_63)`.
pub fn weighted_sum<T: AsRef<str>>(terms: impl IntoIterator<Item = (f64, T)>) -> String {
    let mut text = String::new();
    for (weight, term) in terms {
        text.push_str(match (text.is_empty(), weight < 0.0) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        });
        text.push_str(&format!("{} {}", numbers::plain(weight.abs()), term.as_ref()));
    }
    text
}

/// Numbers as sentences have them.
mod numbers {
    use crate::amount::{PER_CENT, grouped};

    /// The digits after the first: fewer than an `f64` has, so that the noise of an addition or a multiplication does
    /// not show.
    const DIGITS: usize = 12;
    /// The most decimals of a percentage.
    const PERCENT_DECIMALS: usize = 4;

    pub fn plain(number: f64) -> String {
        format!("{:.DIGITS$e}", number + 0.0).parse::<f64>().unwrap_or(number).to_string()
    }

    pub fn points(ratio: f64) -> String {
        let rounded = format!("{:.PERCENT_DECIMALS$}", ratio * PER_CENT);
        match rounded.trim_end_matches('0').trim_end_matches('.') {
            "-0" => "0".to_owned(),
            points => points.to_owned(),
        }
    }

    pub fn dollars(amount: f64) -> String {
        let decimals = plain(amount).split_once('.').map_or(0, |(_, decimals)| decimals.len());
        grouped(amount, decimals)
    }
}

/// The filters of the templates.
pub(crate) mod filters {
    use std::fmt::Display;

    use askama::{Result, Values, filter_fn};

    use super::numbers;
    use crate::strategy::shared::factor_score::ScoreRule;

    /// A number of a template, or a reference to one: a template passes constants by value and fields by reference.
    pub trait Numeric {
        /// The number itself.
        fn value(&self) -> f64;
    }
    impl Numeric for f64 {
        fn value(&self) -> f64 {
            *self
        }
    }
    /// A number of a config.
    macro_rules! numeric {
        ($($name:ident),+) => {$(
            impl Numeric for crate::number::$name {
                fn value(&self) -> f64 {
                    **self
                }
            }
        )+};
    }
    numeric!(Share, Threshold, Usd, Positive, Ratio);
    impl<N: Numeric> Numeric for &N {
        fn value(&self) -> f64 {
            (*self).value()
        }
    }

    /// A number with as many digits as it takes.
    #[filter_fn]
    pub fn num<N: Numeric>(number: N, _: &dyn Values) -> Result<String> {
        Ok(numbers::plain(number.value()))
    }

    /// A ratio as the number before a percent sign, to four decimals: 0.025 as `2.5`.
    #[filter_fn]
    pub fn pct<N: Numeric>(ratio: N, _: &dyn Values) -> Result<String> {
        Ok(numbers::points(ratio.value()))
    }

    /// An amount with a comma between thousands.
    #[filter_fn]
    pub fn usd<N: Numeric>(amount: N, _: &dyn Values) -> Result<String> {
        Ok(numbers::dollars(amount.value()))
    }

    /// Words as an English sentence lists them: `a, b and c`.
    #[filter_fn]
    pub fn listed<I: IntoIterator<Item: Display>>(words: I, _: &dyn Values) -> Result<String> {
        let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
        Ok(match words.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            _ => words.concat(),
        })
    }

    /// A score as a sum of weighted z-scores.
    #[filter_fn]
    pub fn score(rule: ScoreRule, _: &dyn Values) -> Result<String> {
        let terms = rule.factors.iter().map(|factor| (factor.weight, format!("z({})", factor.name)));
        Ok(super::weighted_sum(terms))
    }
}

#[cfg(test)]
mod tests {
    use super::numbers::{dollars, plain, points};
    use super::*;

    #[test]
    fn numbers_show_no_noise_and_lose_no_digit() {
        // 0.55 * 100 is 55.00000000000001, 1 - 0.45 - 0.45 - 0.02 is 0.08000000000000004.
        assert_eq!(points(0.55), "55");
        assert_eq!(points(1.0 - 0.45 - 0.45 - 0.02), "8");
        assert_eq!(points(0.0251), "2.51");
        assert_eq!(points(0.000_001_2), "0.0001");
        assert_eq!(points(2.0), "200");
        assert_eq!([points(-0.0), points(-1e-18), points(1e-18)], ["0"; 3]);
        assert_eq!(plain(1.0 + 0.08), "1.08");
        assert_eq!(plain(0.123_456_789_01), "0.12345678901");
        assert_eq!(dollars(1e9), "1,000,000,000");
        assert_eq!(dollars(2500.5), "2,500.5");
    }

    #[test]
    fn weights_carry_their_signs() {
        assert_eq!(weighted_sum([(0.5, "a"), (-0.25, "b"), (0.1, "c")]), "0.5 a - 0.25 b + 0.1 c");
        assert_eq!(weighted_sum([(-1.0, "a")]), "-1 a");
    }

    #[test]
    fn a_section_is_a_heading_and_a_paragraph() {
        let text = "\n# trades\nThis\nand that.\n\n# trend: a, b\n  One. \n\nTwo.\n# signal\nThree.\n";
        let sheet = Sheet::parse(text, Language::En);
        assert_eq!((sheet.trades.as_str(), sheet.prices), ("This and that.", None));
        let rules: Vec<_> = sheet.rules.iter().map(|rule| (rule.id.as_str(), rule.text.as_str())).collect();
        assert_eq!(rules, [("trend", "One. Two."), ("signal", "Three.")]);
        assert_eq!(sheet.rules[0].trace_names, ["a", "b"]);
        assert_eq!(Sheet::parse(text, Language::Zh).trades, "Thisand that.");
    }
}
