//! A record proved: its decision made again from the flags and files that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::account::LARGEST_VALUE_USD;
use crate::decision::ContractViolation;
use crate::finding::{Code, Finding};
use crate::input::source::STANDARD_INPUT;
use crate::input::{FileKind, InputRecord};
use crate::pipeline::{self, PipelineError, Request};
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
const ABOUT_THE_RUN: [&str; 3] = ["strat_version", "request", "inputs"];

/// How many characters of a hash are enough to tell files apart at a glance.
const SHORT_HASH: usize = 12;

/// Where the files of a record are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The folder that recorded paths are looked for in; `None` to open them as they stand.
    pub root: Option<String>,
    /// Files that are named anew.
    pub named: Vec<NamedFile>,
}

/// A file that takes the place of a recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The kind of the input.
    pub kind: FileKind,
    /// Which one of its kind, from 1.
    pub place: usize,
    /// The path.
    pub path: String,
}

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
        let message = format!("strat {} did not write which flags it decided with", record.strat_version);
        let hint = "`strat show` and `strat diff` read the record; one of this strat can be proved";
        return Ok(Proof::obstacle(Finding::new(Code::RecordUnproved, message).file(path).hint(hint)));
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
            let message = format!("the request can't be carried out: {error}");
            return Ok(Proof::obstacle(Finding::new(Code::RecordInvalid, message).file(path)));
        }
        Err(PipelineError::Contract(violation)) => return Err(violation),
    };
    let found = under_recorded_paths(found, &located.renamed)?;
    Ok(Proof { obstacles: compare_inputs(record, &found, &located), differences: compare(record, &found)? })
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
    /// Each path that is another one now, and the recorded one.
    renamed: Vec<(String, String)>,
}

impl Located {
    /// The path now of a recorded one.
    fn path_now<'a>(&'a self, recorded: &'a str) -> &'a str {
        let renamed = self.renamed.iter().find(|(_, known)| known == recorded);
        renamed.map_or(recorded, |(now, _)| now)
    }
}

fn locate(request: &Request, record: &Record, files: &Whereabouts) -> Result<Located, Vec<Finding>> {
    let mut located = Located { request: request.clone(), renamed: Vec::new() };
    let mut obstacles = Vec::new();
    let named = |kind: FileKind, place: usize| {
        files.named.iter().rev().find(|file| (file.kind, file.place) == (kind, place))
    };
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, path) in pipeline::files_mut(&mut located.request) {
        let place = places.entry(kind.as_str()).or_default();
        *place += 1;
        let now = match (named(kind, *place), &files.root) {
            (Some(file), _) => Ok(file.path.clone()),
            (None, _) if *path == STANDARD_INPUT => Err(from_standard_input(kind, *place)),
            (None, Some(root)) => within(root, path),
            (None, None) => Ok(path.clone()),
        };
        match now {
            Ok(now) => {
                if now != *path {
                    located.renamed.push((now.clone(), path.clone()));
                }
                *path = now;
            }
            Err(obstacle) => obstacles.push(*obstacle),
        }
    }
    locate_sidecar(&mut located, record, files, named(FileKind::Manifest, 1), &mut obstacles);
    // A path that is part of another one must not be replaced in it.
    located.renamed.sort_by_key(|(now, _)| std::cmp::Reverse(now.len()));
    if obstacles.is_empty() { Ok(located) } else { Err(obstacles) }
}

/// The manifest beside the snapshot, which no flag named.
fn locate_sidecar(
    located: &mut Located,
    record: &Record,
    files: &Whereabouts,
    named: Option<&NamedFile>,
    obstacles: &mut Vec<Finding>,
) {
    if located.request.manifest.is_some() {
        return;
    }
    let recorded = record.inputs.iter().find(|input| input.kind == FileKind::Manifest);
    if let (Some(file), Some(recorded)) = (named, recorded) {
        located.request.manifest = Some(file.path.clone());
        located.renamed.push((file.path.clone(), recorded.path.clone()));
        return;
    }
    let Some(beside) = pipeline::sidecar_of(&located.request) else { return };
    if let Some(root) = files.root.as_deref().filter(|root| leaves(root, Path::new(&beside))) {
        obstacles.push(outside(root, &beside));
    } else if let Some(recorded) = recorded.filter(|recorded| recorded.path != beside) {
        located.renamed.push((beside, recorded.path.clone()));
    }
}

fn from_standard_input(kind: FileKind, place: usize) -> Box<Finding> {
    let number = if place > 1 { format!(".{place}") } else { String::new() };
    let message = format!("the {kind} of the record came from standard input", kind = kind.as_str());
    let hint = format!("name the file with `--input {}{number}=FILE`", kind.as_str());
    Box::new(Finding::new(Code::InputMissing, message).file(STANDARD_INPUT).hint(hint))
}

/// A recorded path below a folder.
fn within(root: &str, path: &str) -> Result<String, Box<Finding>> {
    let relative = Path::new(path);
    let mut depth = 0_i64;
    for component in relative.components() {
        depth += match component {
            Component::Normal(_) => 1,
            Component::CurDir => 0,
            Component::ParentDir => -1,
            Component::RootDir | Component::Prefix(_) => i64::MIN / 2,
        };
        if depth < 0 {
            return Err(Box::new(outside(root, path)));
        }
    }
    let below: PathBuf = Path::new(root).join(relative);
    if leaves(root, &below) {
        return Err(Box::new(outside(root, path)));
    }
    Ok(below.to_string_lossy().into_owned())
}

/// Whether a path that exists leads out of a folder once its links are followed.
fn leaves(root: &str, path: &Path) -> bool {
    match (std::fs::canonicalize(root), std::fs::canonicalize(path)) {
        (Ok(root), Ok(path)) => !path.starts_with(root),
        _ => false,
    }
}

fn outside(root: &str, path: &str) -> Finding {
    Finding::new(Code::PathOutsideRoot, format!("the path leads out of `{}`", visible(root)))
        .file(path)
        .hint("name the file with `--input KIND=FILE`, or leave `--root` out for a record that you trust")
}

/// The record with the recorded paths in place of those that the files have now: messages quote paths too.
fn under_recorded_paths(record: Record, renamed: &[(String, String)]) -> Result<Record, ContractViolation> {
    if renamed.is_empty() {
        return Ok(record);
    }
    let mut value = as_value(&record)?;
    rename(&mut value, renamed);
    let mut record: Record =
        serde_json::from_value(value).map_err(|error| ContractViolation(error.to_string()))?;
    record.verdict_line.clear();
    Ok(record.judged())
}

fn rename(value: &mut Value, renamed: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (now, recorded) in renamed {
                let (now, recorded) = (visible(now), visible(recorded));
                if text.contains(now.as_ref()) {
                    *text = text.replace(now.as_ref(), &recorded);
                    break;
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rename(value, renamed)),
        Value::Object(map) => map.values_mut().for_each(|value| rename(value, renamed)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The recorded files that are missing or have other bytes, and those that were not there.
fn compare_inputs(record: &Record, found: &Record, located: &Located) -> Vec<Finding> {
    let mut left: Vec<&InputRecord> = found.inputs.iter().collect();
    let mut obstacles = Vec::new();
    for recorded in &record.inputs {
        let twin = left.iter().position(|input| input.kind == recorded.kind && input.path == recorded.path);
        match twin.map(|place| left.remove(place)) {
            Some(input) if input.sha256 == recorded.sha256 => {}
            Some(input) => obstacles.push(changed(recorded, &input.sha256)),
            None => obstacles.push(gone(recorded, located)),
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

fn gone(recorded: &InputRecord, located: &Located) -> Finding {
    let is_there = Path::new(located.path_now(&recorded.path)).exists();
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
    let is_compared = |key: &str| {
        if is_same_version { !ABOUT_THE_RUN.contains(&key) } else { OF_EVERY_VERSION.contains(&key) }
    };
    let (Value::Object(recorded), Value::Object(found)) = (as_value(record)?, as_value(found)?) else {
        return Err(ContractViolation("a record is no object".to_owned()));
    };
    let mut differences = Vec::new();
    let keys: BTreeSet<&String> = recorded.keys().chain(found.keys()).collect();
    for key in keys.into_iter().filter(|key| is_compared(key)) {
        let value = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
        compare_values(key.clone(), &value(&recorded), &value(&found), &mut differences);
    }
    Ok(differences)
}

fn as_value(record: &Record) -> Result<Value, ContractViolation> {
    serde_json::to_value(record).map_err(|error| ContractViolation(error.to_string()))
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
                let name = ["symbol", "key", "code"].iter().find_map(|name| value.get(name)?.as_str());
                let label = name.map(|name| format!("[{name}]")).filter(|label| !parts.contains_key(label));
                parts.insert(label.unwrap_or_else(|| format!("[{place}]")), value);
            }
            Some(parts)
        }
        _ => None,
    }
}
