//! The page of a finding's code: what it means, an example, and the cure, in both languages.
//!
//! The texts stand in `finding.en.md` and `finding.zh.md`, a section a code. `strat explain CODE` prints a page, and
//! `docs/findings.md` is made from the same text.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Code, Severity};
use crate::language::Language;

const ENGLISH: &str = include_str!("../finding.en.md");
const CHINESE: &str = include_str!("../finding.zh.md");

/// What begins a section, in front of its code.
const SECTION: &str = "\n## ";

/// What the catalogue says about one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Page {
    /// The code.
    pub code: Code,
    /// The severity, unless the place that finds it says otherwise.
    pub severity: Severity,
    /// Whether `--allow` turns the error into a warning.
    pub can_be_allowed: bool,
    /// What the code means.
    pub meaning: &'static str,
    /// An input that has it.
    pub example: &'static str,
    /// How to fix the input.
    pub cure: &'static str,
}

impl Page {
    /// Reads the page of a code; `None` if the text has no whole section of it, which a test rules out.
    pub fn new(code: Code, language: Language) -> Option<Self> {
        let [meaning, example, cure] = section(code.as_str(), language)?;
        Some(Self {
            code,
            severity: code.severity(),
            can_be_allowed: code.can_be_allowed(),
            meaning,
            example,
            cure,
        })
    }

    /// The section of `docs/findings.md`.
    pub fn markdown(&self, language: Language) -> String {
        let Self { code, severity, can_be_allowed, meaning, example, cure } = self;
        let words = Words::new(language);
        let mut text = format!("### `{code}`\n\n*{}*", severity.as_str());
        if *can_be_allowed {
            let _ = write!(text, "; `--allow {code}` {}", words.allow);
        }
        let _ = write!(text, "\n\n{meaning}\n\n{}{example}\n\n{}{cure}\n", words.example, words.cure);
        text
    }
}

/// The words of a page that are not the code's own.
pub struct Words {
    /// Stands in front of the example.
    pub example: &'static str,
    /// Stands in front of the cure.
    pub cure: &'static str,
    /// What `--allow` does, after the flag.
    pub allow: &'static str,
}

impl Words {
    /// The words of a language.
    pub fn new(language: Language) -> Self {
        match language {
            Language::En => Self { example: "Example: ", cure: "Fix: ", allow: "makes it a warning" },
            Language::Zh => Self { example: "例：", cure: "处理：", allow: "可将其降为警告" },
        }
    }
}

fn text(language: Language) -> &'static str {
    match language {
        Language::En => ENGLISH,
        Language::Zh => CHINESE,
    }
}

/// The meaning, the example and the cure of a code, if all three are there.
fn section(code: &str, language: Language) -> Option<[&'static str; 3]> {
    let words = Words::new(language);
    let found = text(language).split(SECTION).skip(1).find_map(|section| {
        let (name, rest) = section.split_once("\n\n")?;
        (name == code).then_some(rest)
    })?;
    let mut paragraphs = found.trim_end().split("\n\n");
    let meaning = paragraphs.next()?;
    let example = paragraphs.next()?.strip_prefix(words.example)?;
    let cure = paragraphs.next()?.strip_prefix(words.cure)?;
    paragraphs.next().is_none().then_some([meaning, example, cure])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_texts_have_a_whole_section_a_code_in_the_order_of_the_codes() {
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        for language in [Language::En, Language::Zh] {
            let sections: Vec<&str> =
                text(language).lines().filter_map(|line| line.strip_prefix("## ")).collect();
            assert_eq!(sections, codes, "{language:?}");
            for code in Code::ALL {
                let page = Page::new(*code, language);
                assert!(page.is_some(), "{code}, {language:?}: meaning, example and cure, a paragraph each");
            }
        }
    }

    #[test]
    fn a_page_has_the_three_paragraphs_of_its_section() {
        let page = Page::new(Code::PriceJump, Language::En).unwrap();
        assert_eq!(
            page.meaning,
            "A close moved unusually far: more than 40 median daily moves of the symbol (at least 5 %, at most 60 %). It is an error beyond 60 % on the newest bar or over a gap, and beyond a factor of 3 on any bar."
        );
        assert_eq!(page.example, "400.10 on Friday, 100.25 on Monday.");
        assert_eq!(page.cure, "look for a split that the prices are not adjusted for.");
        assert_eq!((page.severity, page.can_be_allowed), (Severity::Warning, true));
    }
}
