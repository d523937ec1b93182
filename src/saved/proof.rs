//! A record proved: its decision made again from the flags and files that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

pub use super::locate::{NamedFile, Whereabouts};
use super::locate::{Paths, Search, as_value};

use crate::account::LARGEST_VALUE_USD;
use crate::decision::ContractViolation;
use crate::finding::{Code, Finding};
use crate::input::{FileKind, InputRecord};
use crate::pipeline::{self, PipelineError, Request, UsageError};
use crate::plan;
use crate::record::Record;
use crate::strategy::trace::Trace;
use crate::visible::visible;

/// The keys that are compared where another version of the program wrote the record; with the same one all are.
const OF_EVERY_VERSION: [&str; 10] = [
    "decision_id",
    "profile",
    "as_of",
    "effective_date",
    "action",
    "positions",
    "exits",
    "diagnostics",
    "findings",
    "config",
];

/// The keys that are compared apart, or are about the run and not the decision.
const ABOUT_THE_RUN: [&str; 4] = ["strat_version", "request", "inputs", "exit_code"];

/// How many characters of a hash are enough to tell files apart at a glance.
const SHORT_HASH: usize = 12;

/// A value of the record that is not what the files give.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where the value stands: `positions[QQQ].target_weight`.
    pub key: String,
    /// The value in the record; `null` where it has none.
    pub recorded: Value,
    /// The value that the files give; `null` where they give none.
    pub found: Value,
}

/// Whether a record is what its files give.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// Why the record can't be proved: what is missing, and which file is another one.
    pub obstacles: Vec<Finding>,
    /// The values that are not what the files give.
    pub differences: Vec<Difference>,
}

impl Proof {
    fn obstacle(finding: Finding) -> Self {
        Self { obstacles: vec![finding], differences: Vec::new() }
    }

    /// A record of an older strat, which did not write its flags.
    pub(super) fn without_request(strat_version: &str, path: &str) -> Self {
        let message = format!("strat {} did not write which flags it decided with", visible(strat_version));
        let hint = "`strat show` and `strat diff` read the record; one of this strat can be proved";
        Self::obstacle(Finding::new(Code::RecordUnproved, message).file(path).hint(hint))
    }

    /// A record whose flags make no command.
    pub(super) fn refused(error: &UsageError, path: &str) -> Self {
        let message = format!("the request can't be carried out: {error}");
        Self::obstacle(Finding::new(Code::RecordInvalid, message).file(path))
    }

    /// Whether the record is what its files give.
    pub fn is_equal(&self) -> bool {
        self.obstacles.is_empty() && self.differences.is_empty()
    }
}

/// Decides again from the files that a record names, and compares. `path` is the record's own.
///
/// # Errors
/// When the program breaks its own contract.
pub fn prove(record: &Record, path: &str, files: &Whereabouts) -> Result<Proof, ContractViolation> {
    let Some(request) = &record.request else {
        return Ok(Proof::without_request(&record.strat_version, path));
    };
    if let Some(flag) = beyond_its_range(request) {
        let message = format!("`{flag}` of the request is out of its range");
        return Ok(Proof::obstacle(Finding::new(Code::RecordInvalid, message).file(path)));
    }
    let located = match locate(request, record, files) {
        Ok(located) => located,
        Err(obstacles) => return Ok(Proof { obstacles, differences: Vec::new() }),
    };
    let found = match pipeline::run(&located.request, Trace::silent()) {
        Ok(run) => Record::new(&run),
        Err(PipelineError::Profile(findings)) => Record::unprofiled(request.profile.clone(), findings),
        Err(PipelineError::Usage(error)) => {
            return Ok(Proof::refused(&error, path));
        }
        Err(PipelineError::Contract(violation)) => return Err(violation),
    };
    let found = under_recorded_paths(found, &located.paths)?;
    let obstacles = compare_inputs(&record.inputs, &found.inputs, &located.paths);
    Ok(Proof { obstacles, differences: compare(record, &found)? })
}

/// The record with the recorded paths in place of those that the files have now.
fn under_recorded_paths(record: Record, paths: &Paths) -> Result<Record, ContractViolation> {
    let mut record: Record = paths.under_recorded(record)?;
    record.verdict_line.clear();
    Ok(record.judged())
}

/// A number of the request that no flag would take.
fn beyond_its_range(request: &Request) -> Option<&'static str> {
    let account = &request.account;
    let options = request.plan.as_ref().map(|plan| plan.options).unwrap_or_default();
    let is_usd = |usd: &Option<f64>| usd.is_none_or(|usd| usd.abs() <= LARGEST_VALUE_USD);
    let checks = [
        ("equity", is_usd(&account.equity_usd)),
        ("cash", is_usd(&account.cash_usd)),
        ("min_holding", account.min_holding_usd.is_none_or(|usd| (0.0..=LARGEST_VALUE_USD).contains(&usd))),
        ("fit", (plan::SMALLEST_FIT..=1.0).contains(&options.fit)),
        ("min_trade", (0.0..=LARGEST_VALUE_USD).contains(&options.min_trade_usd)),
        ("keep_step", (0.0..=plan::LARGEST_KEEP_STEP).contains(&options.keep_step)),
    ];
    checks.into_iter().find(|(_, is_within)| !is_within).map(|(flag, _)| flag)
}

/// A request with the paths of the files as they lie now.
struct Located {
    request: Request,
    paths: Paths,
}

fn locate(request: &Request, record: &Record, files: &Whereabouts) -> Result<Located, Vec<Finding>> {
    let mut request = request.clone();
    let mut search = Search::new(files);
    for (kind, path) in pipeline::files_mut(&mut request) {
        search.place(kind, path);
    }
    if request.manifest.is_none() {
        let recorded = record.inputs.iter().find(|input| input.kind == FileKind::Manifest);
        request.manifest = search.named_sidecar(recorded);
    }
    if let Some(beside) = pipeline::sidecar_of(&request) {
        search.check_sidecar(&beside);
    }
    Ok(Located { request, paths: search.found()? })
}

/// The recorded files that are missing or have other bytes, and those that were not there.
pub(super) fn compare_inputs(recorded: &[InputRecord], found: &[InputRecord], paths: &Paths) -> Vec<Finding> {
    let mut left: Vec<&InputRecord> = found.iter().collect();
    let mut obstacles = Vec::new();
    for recorded in recorded {
        let twin = left.iter().position(|input| input.kind == recorded.kind && input.path == recorded.path);
        match twin.map(|place| left.remove(place)) {
            Some(input) if input.sha256 == recorded.sha256 => {}
            Some(input) => obstacles.push(changed(recorded, &input.sha256)),
            None => obstacles.push(gone(recorded, paths)),
        }
    }
    obstacles.extend(left.into_iter().map(|input| {
        let message =
            format!("the {} file is read now, and the record does not name it", input.kind.as_str());
        Finding::new(Code::InputChanged, message).file(&input.path)
    }));
    obstacles
}

fn changed(recorded: &InputRecord, sha256: &str) -> Finding {
    let short = |hash: &str| format!("sha256 {}…", hash.chars().take(SHORT_HASH).collect::<String>());
    let message = format!("the {} file is not the one that was decided on", recorded.kind.as_str());
    Finding::new(Code::InputChanged, message)
        .file(&recorded.path)
        .observed(short(sha256))
        .expected(short(&recorded.sha256))
        .hint(how_to_name(recorded.kind))
}

fn gone(recorded: &InputRecord, paths: &Paths) -> Finding {
    let is_there = Path::new(paths.path_now(&recorded.path)).exists();
    let (code, message) = if is_there {
        (Code::InputChanged, format!("the {} file can't be read as it was", recorded.kind.as_str()))
    } else {
        (Code::InputMissing, format!("the {} file is not there", recorded.kind.as_str()))
    };
    Finding::new(code, message).file(&recorded.path).hint(how_to_name(recorded.kind))
}

fn how_to_name(kind: FileKind) -> String {
    format!("name the file that was decided on with `--input {}=FILE`", kind.as_str())
}

/// The values of a record that differ from those that were found.
fn compare(record: &Record, found: &Record) -> Result<Vec<Difference>, ContractViolation> {
    let is_same_version = record.strat_version == found.strat_version;
    compare_keys(record, found, |key| {
        if is_same_version { !ABOUT_THE_RUN.contains(&key) } else { OF_EVERY_VERSION.contains(&key) }
    })
}

/// The values that differ under the keys that are compared.
///
/// # Errors
/// When a number is not finite.
pub(super) fn compare_keys<T: Serialize>(
    recorded: &T,
    found: &T,
    is_compared: impl Fn(&str) -> bool,
) -> Result<Vec<Difference>, ContractViolation> {
    let (Value::Object(recorded), Value::Object(found)) = (as_value(recorded)?, as_value(found)?) else {
        return Err(ContractViolation("a record is not an object".to_owned()));
    };
    let mut differences = Vec::new();
    let keys: BTreeSet<&String> = recorded.keys().chain(found.keys()).collect();
    for key in keys.into_iter().filter(|key| is_compared(key)) {
        let value = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
        compare_values(key.clone(), &value(&recorded), &value(&found), &mut differences);
    }
    Ok(differences)
}

fn compare_values(key: String, recorded: &Value, found: &Value, differences: &mut Vec<Difference>) {
    if recorded == found {
        return;
    }
    match (children(recorded), children(found)) {
        (Some(recorded), Some(found)) => {
            let labels: BTreeSet<&String> = recorded.keys().chain(found.keys()).collect();
            for label in labels {
                let value =
                    |all: &BTreeMap<String, &Value>| all.get(label).map_or(Value::Null, |v| (*v).clone());
                compare_values(format!("{key}{label}"), &value(&recorded), &value(&found), differences);
            }
        }
        _ => differences.push(Difference { key, recorded: recorded.clone(), found: found.clone() }),
    }
}

/// The parts of a value, each under what is written behind the key: `.target_weight`, `[QQQ]`. `None` of a value that
/// has no parts.
fn children(value: &Value) -> Option<BTreeMap<String, &Value>> {
    match value {
        Value::Object(map) => Some(map.iter().map(|(key, value)| (format!(".{key}"), value)).collect()),
        Value::Array(list) => {
            let mut parts = BTreeMap::new();
            for (place, value) in list.iter().enumerate() {
                let name =
                    ["symbol", "key", "code", "snapshot"].iter().find_map(|name| value.get(name)?.as_str());
                let label = name.map(|name| format!("[{name}]")).filter(|label| !parts.contains_key(label));
                parts.insert(label.unwrap_or_else(|| format!("[{place}]")), value);
            }
            Some(parts)
        }
        _ => None,
    }
}
