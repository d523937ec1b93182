//! Where and why a JSON text can't be read.

use serde_json::error::Category;

use crate::finding::{Code, Finding};

/// What is wrong with a JSON text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, character {character}: {message}")]
pub struct JsonProblem {
    /// The line, from 1.
    pub line: u64,
    /// The position in the line, in characters from 1: where reading stopped.
    pub character: u64,
    /// What is wrong.
    pub message: String,
}

impl JsonProblem {
    /// The problem as a finding about a file.
    pub fn finding(&self, code: Code, file: &str) -> Finding {
        Finding::new(code, self.message.clone()).file(file).line(self.line).character(self.character)
    }

    /// The problem that a reader met in a text.
    pub fn of(error: &serde_json::Error, text: &str) -> Self {
        // The error's own text ends with its place, which is kept apart here.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = error.to_string();
        let reason = message.strip_suffix(&place).unwrap_or(&message);
        Self {
            line: error.line().max(1) as u64,
            character: character(text, error.line(), error.column()),
            message: match error.classify() {
                _ if text.trim().is_empty() => "the file is empty".to_owned(),
                Category::Syntax | Category::Eof => format!("it is not valid JSON: {reason}"),
                Category::Data | Category::Io => in_words(reason),
            },
        }
    }
}

/// What stands before the name of a type.
const EXPECTED: &str = ", expected ";

/// The names of types in a reader's reason, and what people call them.
const TYPES: [(&str, &str); 8] = [
    ("f64", "a number"),
    ("i32", "a whole number"),
    ("i64", "a whole number"),
    ("u32", "a whole number from 0"),
    ("u64", "a whole number from 0"),
    ("usize", "a whole number from 0"),
    ("a map", "an object"),
    ("a sequence", "a list"),
];

/// What a reader calls a value of the wrong type.
const FOUND_SEQUENCE: &str = "invalid type: sequence";

/// A reader's reason without the names that types have in its code.
fn in_words(reason: &str) -> String {
    let Some((found, expected)) = reason.rsplit_once(EXPECTED) else { return reason.to_owned() };
    let found = if found == FOUND_SEQUENCE { "invalid type: list" } else { found };
    format!("{found}{EXPECTED}{}", type_in_words(expected))
}

/// What people call a type that a reader names by its name in code; any other words as they are.
pub fn type_in_words(name: &str) -> &str {
    match TYPES.iter().find(|(known, _)| *known == name) {
        Some((_, words)) => words,
        None if name.starts_with("struct ") => "an object",
        None => name,
    }
}

/// The character, from 1, of a line's `bytes`-th byte.
fn character(text: &str, line: usize, bytes: usize) -> u64 {
    let line = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let reached = line.char_indices().take_while(|(start, _)| *start < bytes).count();
    reached.max(1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> JsonProblem {
        JsonProblem::of(&serde_json::from_str::<Vec<String>>(text).unwrap_err(), text)
    }

    #[test]
    fn the_place_is_counted_in_characters() {
        // The bad `x` is the seventh character of its line; the three wide ones before it are three bytes each.
        assert_eq!(
            problem("[\n\"全球轮\",x]").to_string(),
            "line 2, character 7: it is not valid JSON: expected value"
        );
    }

    #[test]
    fn types_have_the_names_that_people_use() {
        let message = |problem: serde_json::Error| JsonProblem::of(&problem, "x").message;
        assert_eq!(
            message(serde_json::from_str::<f64>("\"1\"").unwrap_err()),
            "invalid type: string \"1\", expected a number"
        );
        assert_eq!(
            message(serde_json::from_str::<serde_json::Map<String, serde_json::Value>>("[]").unwrap_err()),
            "invalid type: list, expected an object"
        );
        assert_eq!(
            message(serde_json::from_str::<usize>("-1").unwrap_err()),
            "invalid value: integer `-1`, expected a whole number from 0"
        );
    }

    #[test]
    fn an_empty_text_ends_at_its_first_character() {
        assert_eq!(problem("").to_string(), "line 1, character 1: the file is empty");
        assert_eq!(
            problem("[").to_string(),
            "line 1, character 1: it is not valid JSON: EOF while parsing a list"
        );
    }
}
