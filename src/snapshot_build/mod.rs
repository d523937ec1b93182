//! From price histories and a universe to a feature snapshot and its manifest: the way that `build-snapshot` goes.
//!
//! Files are read, the universe is cut to the day, each row is computed from the bars up to that day, and the result is
//! looked at with the eyes of `validate-snapshot` before anything is written. Nothing dated after the day takes part.
//!
//! ```text
//! request     what to build                    reading   its files
//! job         from the files to the rows       ranking   who is in the universe
//! stocks      rows computed from bars          products  rows of leveraged products
//! checks      what inputs and rows say         table     the rows as they are written
//! manifest    the file beside the snapshot     report    what is said of a build
//! comparison  against a published snapshot
//! ```

pub(crate) mod checks;
pub(crate) mod comparison;
mod job;
pub(crate) mod manifest;
pub(crate) mod products;
pub(crate) mod ranking;
mod reading;
pub(crate) mod report;
mod request;
pub(crate) mod stocks;
pub(crate) mod table;

#[cfg(test)]
mod build_properties;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::check;
use crate::finding::{Finding, any_error};
use crate::input::{FileKind, InputRecord};
use crate::pipeline::{self, Gathered, PipelineError};
use crate::profile::Profile;
use crate::strategy::recipe::Recipe;
use crate::validation;
use comparison::Comparison;
use job::{Job, Outcome};
pub use request::Request;
use table::SnapshotTable;

/// The name and version of the report's shape.
pub const SCHEMA: &str = "strat.snapshot_build.v1";

/// A snapshot that was built, or the findings that say why it was not.
#[derive(Clone, Debug)]
pub struct Built {
    /// The profile.
    pub profile: Profile,
    /// The snapshot's date; `None` if it is not known.
    pub as_of: Option<NaiveDate>,
    /// The rows; `None` if an input failed.
    pub table: Option<SnapshotTable>,
    /// The rows as they are written; empty if an input failed.
    pub text: String,
    /// The newest close that the rows are computed from.
    pub price_as_of: Option<NaiveDate>,
    /// The thresholds, sizes and limits in effect.
    pub parameters: Map<String, Value>,
    /// With `--check`: what differs from the published snapshot; `None` if an input failed.
    pub comparison: Option<Comparison>,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// What was found, errors first, then warnings.
    pub findings: Vec<Finding>,
}

impl Built {
    /// The version of the snapshot's contract.
    pub fn contract_version(&self) -> &str {
        self.profile.manifest.snapshot.as_ref().map_or("", |contract| &contract.contract_version)
    }

    /// The config file that was named: its path as the user gave it and its sha256.
    pub fn config(&self) -> Option<(&str, &str)> {
        let input = self.inputs.iter().find(|input| input.kind == FileKind::Config)?;
        Some((&input.path, &input.sha256))
    }
}

/// Builds what the request names.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract. What is
/// wrong with the files stands among the findings.
pub fn run(request: &Request) -> Result<Built, PipelineError> {
    let (manifest, profile_input) = pipeline::find_profile(&request.inputs.profile)?;
    let Some(contract) = manifest.snapshot.clone() else {
        return Err(validation::takes_none(&manifest).into());
    };
    let mut gathered = Gathered::default();
    gathered.inputs.extend(profile_input);
    let profile = pipeline::effective_profile(&request.inputs, manifest, &mut gathered)?;
    let Some(recipe) = profile.strategy.recipe() else {
        return Err(validation::takes_none(&profile.manifest).into());
    };
    request.check_flags(&profile.manifest, &recipe)?;
    let published = request.check.as_deref().map(comparison::read).transpose();
    let published = published.unwrap_or_else(|findings| {
        gathered.findings.extend(findings);
        None
    });
    let as_of = request.inputs.as_of.or_else(|| published.as_ref().and_then(|published| published.as_of));
    let request =
        &Request { inputs: pipeline::Request { as_of, ..request.inputs.clone() }, ..request.clone() };
    let job = Job { request, profile: &profile, contract: &contract };
    let outcome = match recipe {
        Recipe::Stocks(recipe) => job.build_stocks(recipe, &mut gathered),
        Recipe::Products(recipe) => job.build_products(recipe, &mut gathered),
    };
    let Gathered { mut inputs, mut findings, lookalikes, .. } = gathered;
    pipeline::name_lookalikes(&mut findings, &lookalikes);
    check::allowance::apply(&mut findings, &request.inputs.allow);
    if request.inputs.is_strict {
        check::allowance::raise_warnings(&mut findings, &request.inputs.allow);
    }
    findings.sort_by_key(|finding| finding.severity);
    let Outcome { as_of, table, text, price_as_of, parameters } = outcome;
    let mut table = table.filter(|_| !any_error(&findings));
    let mut comparison = None;
    if let (Some(published), Some(built)) = (published, &table) {
        inputs.push(published.input.clone());
        let tolerance = request.tolerance.unwrap_or(comparison::DEFAULT_TOLERANCE);
        match comparison::compare(&published, built, tolerance) {
            Ok(compared) => comparison = Some(compared),
            Err(finding) => {
                findings.push(*finding);
                table = None;
            }
        }
    }
    let text = if table.is_some() { text } else { String::new() };
    Ok(Built { profile, as_of, table, text, price_as_of, parameters, comparison, inputs, findings })
}
