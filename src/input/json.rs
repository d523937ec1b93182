//! Small JSON files, read whole; what is wrong with them as findings with line and character.

use serde::de::DeserializeOwned;

use super::json_tree::{self, Tree};
use super::source::{Source, TextFile};
use super::table::{TableError, TableKind};
use crate::finding::{Code, Finding, Place};
use crate::profile::json_problem::JsonProblem;

/// Reads a JSON file into a type that knows its shape.
///
/// # Errors
/// A finding under `missing` where the file is not there, and under `invalid` where it can't be read, is no
/// JSON, or has another shape.
pub fn read<T: DeserializeOwned>(
    path: &str,
    missing: Code,
    invalid: Code,
) -> Result<(T, TextFile), Box<Finding>> {
    let file = read_text(path, missing, invalid)?;
    let value = parse(&file, invalid)?;
    Ok((value, file))
}

/// Reads a small text file.
///
/// # Errors
/// A finding under `missing` where the file is not there, and under `invalid` where it can't be read.
pub fn read_text(path: &str, missing: Code, invalid: Code) -> Result<TextFile, Box<Finding>> {
    let kind = TableKind { missing, empty: invalid, broken: invalid, separators: &[] };
    let file = Source::open(path).and_then(Source::read_text);
    file.map_err(|error| TableError::from(error).finding(path, kind).into())
}

/// Parses the text of a JSON file.
///
/// # Errors
/// A finding with the place where the text stops being what is expected.
pub fn parse<T: DeserializeOwned>(file: &TextFile, invalid: Code) -> Result<T, Box<Finding>> {
    if file.text.trim().is_empty() {
        return Err(Box::new(Finding::new(invalid, "the file is empty").file(&file.path)));
    }
    let refuse =
        |error: serde_json::Error| Box::new(JsonProblem::of(&error, &file.text).finding(invalid, &file.path));
    // A list would pass for an object whose values stand in the order of its keys.
    if file.text.trim_start().starts_with('[') {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&file.text).map_err(refuse)?;
    }
    serde_json::from_str(&file.text).map_err(refuse)
}

/// Where a key of the outermost object of a JSON text stands; `None` where it does not, or the text is none.
pub fn place_of_key(text: &str, name: &str) -> Option<Place> {
    let Tree::Object(entries) = json_tree::read(text)?.value else { return None };
    let (_, at, _) = entries.iter().find(|(key, ..)| key == name)?;
    Some(place_of_byte(text, *at))
}

/// The place of a byte of a text.
pub(super) fn place_of_byte(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |line_end| line_end + 1);
    let line = before.matches('\n').count() as u64 + 1;
    let character = before.get(line_start..).unwrap_or_default().chars().count() as u64 + 1;
    Place { line, character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_the_outermost_object_knows_its_place() {
        // The `b` of the value, of the inner object and of the list are no keys of the outermost one.
        let text = "{\n \"note\": \"b\", \"x\": {\"b\": [\"b\"]}, \"é\\\"\": 1, \"\\u0062\" : 1\n}";
        let place = |name| place_of_key(text, name).map(|place| (place.line, place.character));
        assert_eq!(place("note"), Some((2, 2)));
        // ` "note": "b", "x": {"b": ["b"]}, ` is 34 characters long, and `"é\"": 1, ` 10.
        assert_eq!(place("é\""), Some((2, 34)));
        assert_eq!(place("b"), Some((2, 44)));
        assert_eq!(place("c"), None);
        assert_eq!(place_of_key("[\"b\"]", "b"), None);
        assert_eq!(place_of_key("{\"b", "b"), None);
    }
}
