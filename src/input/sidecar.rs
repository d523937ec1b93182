//! The sidecar manifest that a snapshot's publisher writes beside it: what the file is, for which profile, and
//! the hash of its bytes.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::source::STANDARD_INPUT;
use super::{FileKind, InputRecord, json};
use crate::finding::{Code, Finding, Place};
use crate::profile::config::without_repeats;

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
        json::place_of_key(&self.text, name)
    }
}

/// The fields of a manifest, none twice: of a repeated one it can't be known which is meant.
#[derive(Deserialize)]
#[serde(transparent)]
struct Fields(#[serde(deserialize_with = "without_repeats")] Map<String, Value>);

/// The path where the sidecar manifest of a snapshot lies by custom; `None` of standard input.
pub fn path_beside(snapshot: &str) -> Option<String> {
    (snapshot != STANDARD_INPUT).then(|| format!("{snapshot}{SUFFIX}"))
}

/// The path of the manifest that lies beside a snapshot; `None` when there is none. A link that leads nowhere is a
/// manifest that can't be read, not none.
pub fn find_beside(snapshot: &str) -> Option<String> {
    path_beside(snapshot).filter(|path| Path::new(path).symlink_metadata().is_ok())
}

/// Reads a sidecar manifest.
///
/// # Errors
/// A finding when the file is not there, can't be read, is no JSON, no JSON object, or has a field twice.
pub fn read(path: &str) -> Result<(Sidecar, InputRecord), Box<Finding>> {
    json::read::<Fields>(path, Code::FeatureSnapshotManifestMissing, Code::FeatureSnapshotManifestParseFailed)
        .map(|(Fields(fields), file)| {
            let record = InputRecord::new(FileKind::Manifest, path, file.sha256);
            (Sidecar { path: path.to_owned(), text: file.text, fields }, record)
        })
        .map_err(|finding| {
            Box::new(
                finding
                    .or_hint("a manifest is one JSON object; have the snapshot's publisher write it again"),
            )
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

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_a_manifest_that_can_not_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = folder.path().join("x.csv").to_str().unwrap().to_owned();
        assert_eq!(find_beside(&snapshot), None);
        std::os::unix::fs::symlink("gone", path_beside(&snapshot).unwrap()).unwrap();
        let path = find_beside(&snapshot).unwrap();
        assert_eq!(read(&path).unwrap_err().code, Code::FeatureSnapshotManifestMissing);
    }

    #[test]
    fn null_and_blank_fields_are_absent() {
        let (sidecar, _) = reading(r#"{"a": null, "b": " ", "c": 0, "d": "x"}"#).unwrap();
        let present: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| sidecar.field(name).is_some()).to_vec();
        assert_eq!(present, [false, false, true, true, false]);
    }

    #[test]
    fn a_field_that_stands_twice_is_refused() {
        let finding = reading("{\"a\": 1,\n \"a\": 1}").unwrap_err();
        assert_eq!((finding.message.as_str(), finding.line), ("the key `a` appears twice", Some(2)));
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
