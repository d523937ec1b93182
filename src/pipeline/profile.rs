//! The profile of a request, and its config in effect.

use std::path::{MAIN_SEPARATOR, Path};

use super::{Gathered, PipelineError, UsageError};
use crate::decision::ContractViolation;
use crate::finding::{Code, Finding, Findings};
use crate::input::prices::{how_to_name_files, is_data_file};
use crate::input::{FileKind, InputRecord, json};
use crate::profile::config::Config;
use crate::profile::effective;
use crate::profile::manifest::Manifest;
use crate::profile::{self, Profile, catalog, overrides};
use crate::strategy::ConfigProblem;
use crate::suggestion::Problem;

/// The profile of a key, an alias or a path.
///
/// # Errors
/// When nothing is called so, or the manifest at the path can't be used.
pub fn find_profile(name: &str) -> Result<(Manifest, Option<InputRecord>), PipelineError> {
    // A shell pattern behind `--prices` leaves a data file where PROFILE is expected.
    let left_over = is_data_file(name).then(|| how_to_name_files("*.csv"));
    if !is_path(name) {
        let manifest = catalog::find(name).map_err(|Problem { message, hint }| {
            let meant = || path_meant(name).into_iter().chain(hint).collect::<Vec<_>>().join("; ");
            UsageError::new(message, left_over.unwrap_or_else(meant))
        })?;
        return Ok((manifest, None));
    }
    let file = json::read_text(name, Code::ProfileInvalid, Code::ProfileInvalid)?;
    let manifest = catalog::parse_own(&file.text, name).map_err(|findings| {
        let hint = left_over.as_deref().unwrap_or(PROFILE_FORM);
        let findings = findings.into_iter().map(|finding| finding.or_hint(hint));
        PipelineError::Profile(findings.collect::<Findings>().into_vec())
    })?;
    check_own_config(&manifest, name)?;
    Ok((manifest, Some(InputRecord::new(FileKind::Profile, name, file.sha256))))
}

/// Whether a profile is named by the path of its manifest.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains(MAIN_SEPARATOR) || name.to_lowercase().ends_with(".json")
}

/// How to name the file that goes by a profile's name, if one does.
fn path_meant(name: &str) -> Option<String> {
    let path = Path::new(".").join(name);
    path.is_file().then(|| format!("`{}` names the file", path.display()))
}

/// The config of a manifest of the user's own is held to what the built-in ones are held to.
fn check_own_config(manifest: &Manifest, path: &str) -> Result<(), PipelineError> {
    let model = catalog::model(manifest.strategy)
        .ok_or_else(|| ContractViolation(format!("no built-in profile runs {}", manifest.strategy)))?;
    let finding = |problem| effective::finding(problem, Code::ProfileInvalid, path);
    effective::strategy(manifest.strategy, &model.config, &manifest.config)
        .map(drop)
        .map_err(|problems| PipelineError::Profile(problems.into_iter().map(finding).collect()))
}

/// The profile of a name with the config in effect, and what was read on the way. `check` refuses flags that the profile
/// can't use.
///
/// What is wrong with `--set` is wrong with the flags; what is wrong with the file of `--config` blocks.
///
/// # Errors
/// When nothing is called so, a manifest of the user's own can't be used, or the flags are wrong.
pub(crate) fn resolve(
    name: &str,
    config: Option<&str>,
    settings: &[String],
    check: impl FnOnce(&Manifest) -> Result<(), UsageError>,
) -> Result<(Profile, Gathered), PipelineError> {
    let (manifest, input) = find_profile(name)?;
    check(&manifest)?;
    let mut gathered = Gathered::default();
    gathered.inputs.extend(input);
    let mut base = manifest.config.clone();
    if let Some(path) = config {
        match read_config_file(path, &manifest, &mut gathered) {
            Ok(config) => base = config,
            Err(findings) => gathered.findings.extend(findings),
        }
    }
    let config = overrides::apply(&base, None, settings).map_err(|problems| UsageError { problems })?;
    let problem = |ConfigProblem { key, observed, expected }| {
        Problem::new(format!("config key `{key}` can't be {observed}"), format!("expected {expected}"))
    };
    let strategy = effective::strategy(manifest.strategy, &manifest.config, &config)
        .map_err(|problems| UsageError { problems: problems.into_iter().map(problem).collect() })?;
    let profile = Profile::new(manifest, strategy).map_err(|error| ContractViolation(error.to_string()))?;
    Ok((profile, gathered))
}

/// What a config file looks like, for who has another file.
const CONFIG_FORM: &str = "a config file is one JSON object of the profile's config keys, such as \
    `{\"hold_bonus\": 0.03}`; `strat list --format json` shows every key";

/// What a profile manifest looks like, for who has another file.
const PROFILE_FORM: &str = "start from a manifest of `strat list --format json`, with a name of your own";

/// The manifest's config with a config file over it, checked whole.
fn read_config_file(
    path: &str,
    manifest: &Manifest,
    gathered: &mut Gathered,
) -> Result<Config, Vec<Finding>> {
    let file = json::read_text(path, Code::ConfigInvalid, Code::ConfigInvalid).map_err(|f| vec![*f])?;
    let overriding = crate::profile::config::parse(&file.text)
        .map_err(|problem| vec![problem.finding(Code::ConfigInvalid, path).hint(CONFIG_FORM)])?;
    gathered.inputs.push(InputRecord::new(FileKind::Config, path, file.sha256));
    let limited = |findings: Vec<Finding>| findings.into_iter().collect::<Findings>().into_vec();
    let config =
        overrides::apply(&manifest.config, Some(&overriding), &[] as &[&str]).map_err(|problems| {
            let finding = |problem| profile::finding(problem, Code::ConfigInvalid, path);
            limited(problems.into_iter().map(finding).collect())
        })?;
    effective::strategy(manifest.strategy, &manifest.config, &config).map_err(|problems| {
        let finding = |problem| effective::finding(problem, Code::ConfigInvalid, path);
        limited(problems.into_iter().map(finding).collect())
    })?;
    Ok(config)
}
