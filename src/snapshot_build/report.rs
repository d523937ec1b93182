//! What is reported of a build.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::comparison::Comparison;
use super::{Built, SCHEMA};
use crate::digest::sha256_of;
use crate::finding::Finding;
use crate::input::InputRecord;
use crate::visible::visible;

/// The report in the form for programs.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report<'a> {
    /// The name and version of the report's shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// The version of this program.
    pub strat_version: &'static str,
    /// The profile's key.
    pub profile: &'a str,
    /// The snapshot's date; `null` if it is not known.
    pub as_of: Option<NaiveDate>,
    /// How many rows the snapshot has; `null` if it was not built.
    pub rows: Option<usize>,
    /// How many of them are eligible; `null` if it was not built.
    pub eligible: Option<usize>,
    /// How many of them are not, by the first reason; `null` if it was not built.
    pub not_eligible: Option<Map<String, Value>>,
    /// The path of the snapshot; `null` if it was not written.
    pub output: Option<String>,
    /// The path of the manifest; `null` if it was not written.
    pub manifest: Option<String>,
    /// The sha256 of the snapshot's bytes; `null` if it was not built.
    pub snapshot_sha256: Option<String>,
    /// With `--check`: what differs from the published snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<&'a Comparison>,
    /// What was found, errors first, then warnings.
    pub findings: &'a [Finding],
    /// The files that were read.
    pub inputs: &'a [InputRecord],
}

impl<'a> Report<'a> {
    /// The report of a build; the paths are those of the files that were written.
    pub fn new(built: &'a Built, output: Option<&str>, manifest: Option<&str>) -> Self {
        let table = built.table.as_ref();
        let shown = |path: &str| visible(path).into_owned();
        Self {
            schema: SCHEMA,
            strat_version: env!("CARGO_PKG_VERSION"),
            profile: built.profile.manifest.profile.as_str(),
            as_of: built.as_of,
            rows: table.map(|table| table.rows.len()),
            eligible: table.map(|table| table.eligible),
            not_eligible: table.map(|table| {
                table
                    .not_eligible
                    .iter()
                    .map(|(reason, count)| (reason.as_str().to_owned(), json!(count)))
                    .collect()
            }),
            output: output.map(shown),
            manifest: manifest.map(shown),
            snapshot_sha256: table.map(|_| sha256_of(&built.text)),
            check: built.comparison.as_ref(),
            findings: &built.findings,
            inputs: &built.inputs,
        }
    }
}
