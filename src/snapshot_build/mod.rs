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

pub mod checks;
pub mod comparison;
mod job;
pub mod manifest;
pub mod products;
pub mod ranking;
mod reading;
pub mod report;
mod request;
pub mod stocks;
pub mod table;

#[cfg(test)]
mod build_properties;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::check;
use crate::digest::sha256_of;
use crate::finding::any_error;
use crate::pipeline::{self, Gathered, PipelineError};
use crate::profile::Profile;
use crate::validation::{self, contract_of};
use job::{Job, Outcome};
use report::Report;
pub use request::Request;
use table::{Reason, SnapshotTable};

/// The name and version of the report's shape.
pub const SCHEMA: &str = "strat.snapshot_build.v1";

/// A snapshot that was built, or the findings that say why it was not.
#[derive(Clone, Debug)]
pub struct Built {
    /// The profile.
    pub profile: Profile,
    /// The rows; `None` if an input failed.
    pub table: Option<SnapshotTable>,
    /// The rows as they are written; empty if an input failed.
    pub text: String,
    /// The newest close that the rows are computed from.
    pub price_as_of: Option<NaiveDate>,
    /// The thresholds, sizes and limits in effect.
    pub parameters: Map<String, Value>,
    /// What is said of the build; no file is written yet.
    pub report: Report,
}

/// Builds what the request names.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract. What is
/// wrong with the files stands among the findings.
pub fn run(request: &Request) -> Result<Built, PipelineError> {
    let Request { profile, rules, .. } = request;
    let takes_one = |manifest: &_| contract_of(manifest).map(drop);
    let (profile, mut gathered) =
        pipeline::resolve(profile, rules.config.as_deref(), &rules.settings, takes_one)?;
    let contract = contract_of(&profile.manifest)?;
    let Some(recipe) = profile.strategy.recipe() else {
        return Err(validation::takes_none(&profile.manifest).into());
    };
    request.check_flags(&profile.manifest, &recipe)?;
    let published = request.check.as_deref().map(comparison::read).transpose();
    let published = published.unwrap_or_else(|findings| {
        gathered.findings.extend(findings);
        None
    });
    let as_of = request.as_of.or_else(|| published.as_ref().and_then(|published| published.as_of));
    let request = &Request { as_of, ..request.clone() };
    let job = Job::new(request, &profile, contract, recipe, &mut gathered);
    let Outcome { as_of, table, text, price_as_of } = job.build(&mut gathered);
    let parameters = job.parameters();
    let Gathered { mut inputs, mut findings, lookalikes, .. } = gathered;
    pipeline::name_lookalikes(&mut findings, &lookalikes);
    check::allowance::apply(&mut findings, &rules.allow);
    if rules.is_strict {
        check::allowance::raise_warnings(&mut findings, &rules.allow);
    }
    findings.sort_by_key(|finding| finding.severity);
    let mut table = table.filter(|_| !any_error(&findings));
    let mut check = None;
    if let (Some(published), Some(built)) = (published, &table) {
        inputs.push(published.input.clone());
        let tolerance = request.tolerance.unwrap_or(comparison::DEFAULT_TOLERANCE);
        match comparison::compare(&published, built, tolerance) {
            Ok(compared) => check = Some(compared),
            Err(finding) => {
                findings.push(*finding);
                table = None;
            }
        }
    }
    let text = if table.is_some() { text } else { String::new() };
    let built = table.as_ref();
    let reason = |(reason, count): (&Reason, &usize)| (reason.to_string(), json!(count));
    let report = Report {
        schema: SCHEMA,
        strat_version: env!("CARGO_PKG_VERSION"),
        profile: profile.manifest.profile.to_string(),
        as_of,
        rows: built.map(|table| table.rows.len()),
        eligible: built.map(|table| table.eligible),
        not_eligible: built.map(|table| table.not_eligible.iter().map(reason).collect()),
        output: None,
        manifest: None,
        snapshot_sha256: built.map(|_| sha256_of(&text)),
        check,
        findings,
        inputs,
    };
    Ok(Built { profile, table, text, price_as_of, parameters, report })
}
