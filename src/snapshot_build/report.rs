//! What is reported of a build.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use super::comparison::Comparison;
use crate::finding::Finding;
use crate::input::InputRecord;

/// The report in the form for programs.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The name and version of the report's shape.
    #[cfg_attr(test, schemars(extend("const" = super::SCHEMA)))]
    pub schema: &'static str,
    /// The version of this program.
    pub strat_version: &'static str,
    /// The profile's key.
    pub profile: String,
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
    pub check: Option<Comparison>,
    /// What was found, errors first, then warnings.
    pub findings: Vec<Finding>,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
}
