//! Small JSON files, read whole; what is wrong with them as findings with line and character.

use serde::de::DeserializeOwned;

use super::source::{Source, TextFile, cure, describe};
use crate::finding::{Code, Finding};
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
    Source::open(path).and_then(Source::read_text).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound { missing } else { invalid };
        let mut finding = Finding::new(code, describe(&error)).file(path);
        finding.hint = cure(&error).map(str::to_owned);
        Box::new(finding)
    })
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
