//! The sidecar manifest that a snapshot's publisher writes beside it: what the file is, for which profile, and
//! the hash of its bytes.

use std::path::Path;

use serde_json::{Map, Value};

use super::source::STANDARD_INPUT;
use super::table::Place;
use super::{FileKind, InputRecord, json};
use crate::finding::{Code, Finding};

/// What is added to a snapshot's path for that of its sidecar manifest.
pub const SUFFIX: &str = ".manifest.json";

/// A sidecar manifest. Fields beyond those of the contract are tolerated.
#[derive(Clone, Debug, PartialEq)]
pub struct Sidecar {
    /// The path as the user named it, or as it follows from the snapshot's.
    pub path: String,
    text: String,
    fields: Map<String, Value>,
}

impl Sidecar {
    /// The value of a field; `None` where it is absent, `null` or a blank text.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    /// Where a field's name stands in the file.
    pub fn place(&self, name: &str) -> Option<Place> {
        let key = Value::from(name).to_string();
        self.text
            .match_indices(&key)
            .find(|(at, _)| {
                let behind = self.text.get(at + key.len()..).unwrap_or_default();
                behind.trim_start().starts_with(':')
            })
            .map(|(at, _)| place_of_byte(&self.text, at))
    }
}

fn place_of_byte(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |line_end| line_end + 1);
    let line = before.matches('\n').count() as u64 + 1;
    let character = before.get(line_start..).unwrap_or_default().chars().count() as u64 + 1;
    Place { line, character }
}

/// The path where the sidecar manifest of a snapshot lies by custom; `None` of standard input.
pub fn path_beside(snapshot: &str) -> Option<String> {
    (snapshot != STANDARD_INPUT).then(|| format!("{snapshot}{SUFFIX}"))
}

/// The path of the manifest that lies beside a snapshot; `None` when there is none.
pub fn find_beside(snapshot: &str) -> Option<String> {
    path_beside(snapshot).filter(|path| Path::new(path).exists())
}

/// Reads a sidecar manifest.
///
/// # Errors
/// A finding when the file is not there, can't be read, is no JSON, or no JSON object.
pub fn read(path: &str) -> Result<(Sidecar, InputRecord), Box<Finding>> {
    json::read::<Map<String, Value>>(
        path,
        Code::FeatureSnapshotManifestMissing,
        Code::FeatureSnapshotManifestParseFailed,
    )
    .map(|(fields, file)| {
        let record = InputRecord::new(FileKind::Manifest, path, file.sha256);
        (Sidecar { path: path.to_owned(), text: file.text, fields }, record)
    })
    .map_err(|finding| {
        let hint = match finding.code {
            Code::FeatureSnapshotManifestMissing => "name the manifest's file with `--manifest FILE`",
            _ => "a manifest is one JSON object; have the snapshot's publisher write it again",
        };
        Box::new(finding.hint(hint))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn reading(text: &str) -> Result<(Sidecar, InputRecord), Box<Finding>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(file.path().to_str().unwrap())
    }

    #[test]
    fn the_manifest_lies_beside_the_file_under_its_whole_name() {
        assert_eq!(path_beside("a/x.csv").as_deref(), Some("a/x.csv.manifest.json"));
        assert_eq!(path_beside("x.csv.gz").as_deref(), Some("x.csv.gz.manifest.json"));
        assert_eq!(path_beside("-"), None);
    }

    #[test]
    fn null_and_blank_fields_are_absent() {
        let (sidecar, _) = reading(r#"{"a": null, "b": " ", "c": 0, "d": "x"}"#).unwrap();
        let present: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| sidecar.field(name).is_some()).to_vec();
        assert_eq!(present, [false, false, true, true, false]);
    }

    #[test]
    fn a_field_knows_its_place() {
        let (sidecar, _) = reading("{\n \"note\": \"b\", \"x\": \"é\", \"b\" : 1\n}").unwrap();
        assert_eq!(sidecar.place("note"), Some(Place { line: 2, character: 2 }));
        // `"b"` as a value is no field; ` "note": "b", "x": "é", ` is 24 characters long.
        assert_eq!(sidecar.place("b"), Some(Place { line: 2, character: 25 }));
        assert_eq!(sidecar.place("c"), None);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "{\"a\": 1", "{\"a\": NaN}"] {
            let finding = reading(text).unwrap_err();
            assert_eq!(finding.code, Code::FeatureSnapshotManifestParseFailed, "{text}");
        }
        assert_eq!(read("/no/such").unwrap_err().code, Code::FeatureSnapshotManifestMissing);
    }
}
