//! A record proved: its decision made again, or its snapshots checked again, from the flags and files that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Saved;
pub use super::locate::{NamedFile, Whereabouts};
use super::locate::{Paths, Search, as_value};
use crate::account::LARGEST_VALUE_USD;
use crate::decision::ContractViolation;
use crate::digest::shortened;
use crate::finding::{Code, Finding};
use crate::input::{FileKind, InputRecord};
use crate::pipeline::{self, PipelineError};
use crate::plan;
use crate::record::Record;
use crate::strategy::trace::Trace;
use crate::validation::{self, Report};
use crate::visible::visible;

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
    fn none(obstacles: Vec<Finding>) -> Self {
        Self { obstacles, differences: Vec::new() }
    }

    /// Whether the record is what its files give.
    pub fn is_equal(&self) -> bool {
        self.obstacles.is_empty() && self.differences.is_empty()
    }
}

/// A record that can be made again from the flags and files that it names.
trait Provable: Serialize + DeserializeOwned {
    /// The flags that it was made with.
    type Request: Clone;

    /// The keys that are compared where another version of the program wrote the record; with the same one all are.
    const OF_EVERY_VERSION: &'static [&'static str];

    /// The keys that are compared apart, or are about the run and not about what it found.
    const ABOUT_THE_RUN: &'static [&'static str];

    fn strat_version(&self) -> &str;

    /// `None` of an older strat, which did not write its flags.
    fn request(&self) -> Option<&Self::Request>;

    fn inputs(&self) -> Vec<&InputRecord>;

    /// A number of the request that no flag would take.
    fn beyond_its_range(_request: &Self::Request) -> Option<&'static str> {
        None
    }

    /// Puts the paths of the files as they lie now into the request.
    fn locate(request: &mut Self::Request, inputs: &[&InputRecord], search: &mut Search<'_>);

    /// What the request gives, with the recorded paths in place of those that the files have now.
    fn make_again(request: &Self::Request, paths: &Paths) -> Result<Self, PipelineError>;
}

impl Provable for Record {
    type Request = pipeline::Request;

    const OF_EVERY_VERSION: &'static [&'static str] = &[
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

    const ABOUT_THE_RUN: &'static [&'static str] = &["strat_version", "request", "inputs", "exit_code"];

    fn strat_version(&self) -> &str {
        &self.strat_version
    }

    fn request(&self) -> Option<&Self::Request> {
        self.request.as_ref()
    }

    fn inputs(&self) -> Vec<&InputRecord> {
        self.inputs.iter().collect()
    }

    fn beyond_its_range(request: &Self::Request) -> Option<&'static str> {
        let account = &request.account;
        let options = request.plan.options();
        let is_usd = |usd: &Option<f64>| usd.is_none_or(|usd| usd.abs() <= LARGEST_VALUE_USD);
        let amount = 0.0..=LARGEST_VALUE_USD;
        let checks = [
            ("equity", is_usd(&account.equity_usd)),
            ("cash", is_usd(&account.cash_usd)),
            ("min_holding", account.min_holding_usd.is_none_or(|usd| amount.contains(&usd))),
            ("fit", (plan::SMALLEST_FIT..=1.0).contains(&options.fit)),
            ("min_trade", amount.contains(&options.min_trade_usd)),
            ("keep_step", (0.0..=plan::LARGEST_KEEP_STEP).contains(&options.keep_step)),
        ];
        checks.into_iter().find(|(_, is_within)| !is_within).map(|(flag, _)| flag)
    }

    fn locate(request: &mut Self::Request, inputs: &[&InputRecord], search: &mut Search<'_>) {
        search.place_all(pipeline::files_mut(request));
        search.place_sidecar(&mut request.manifest, inputs);
        search.check_sidecars(pipeline::sidecar_of(request));
    }

    fn make_again(request: &Self::Request, paths: &Paths) -> Result<Self, PipelineError> {
        let found = match pipeline::run(request, Trace::silent()) {
            Err(PipelineError::Profile(findings)) => Self::unprofiled(request.profile.clone(), findings),
            run => Self::new(&run?),
        };
        let mut found = paths.under_recorded(found)?;
        // It quotes the paths, and is cut at a length.
        found.verdict_line.clear();
        Ok(found.judged())
    }
}

impl Provable for Report {
    type Request = validation::Request;

    const OF_EVERY_VERSION: &'static [&'static str] = &["verdict", "files", "as_of"];

    const ABOUT_THE_RUN: &'static [&'static str] = &["strat_version", "request"];

    fn strat_version(&self) -> &str {
        &self.strat_version
    }

    fn request(&self) -> Option<&Self::Request> {
        self.request.as_ref()
    }

    fn inputs(&self) -> Vec<&InputRecord> {
        self.files.iter().flat_map(|file| &file.inputs).collect()
    }

    fn locate(request: &mut Self::Request, inputs: &[&InputRecord], search: &mut Search<'_>) {
        search.place_all(validation::files_mut(request));
        request.directory.iter_mut().for_each(|folder| search.place_folder(folder));
        search.place_sidecar(&mut request.manifest, inputs);
        search.check_sidecars(validation::sidecars_of(request));
    }

    fn make_again(request: &Self::Request, paths: &Paths) -> Result<Self, PipelineError> {
        Ok(paths.under_recorded(validation::run(request)?)?)
    }
}

/// Makes a record again from the flags and files that it names, and compares. `path` is the record's own.
///
/// # Errors
/// When the program breaks its own contract.
pub fn prove(saved: &Saved, path: &str, files: &Whereabouts) -> Result<Proof, ContractViolation> {
    match saved {
        Saved::Decision(record) => prove_one(record.as_ref(), path, files),
        Saved::Explanation(explanation) => prove_one(&explanation.decision, path, files),
        Saved::Report(report) => prove_one(report.as_ref(), path, files),
    }
}

fn prove_one<R: Provable>(record: &R, path: &str, files: &Whereabouts) -> Result<Proof, ContractViolation> {
    let unproved = |code, message: String| Finding::new(code, message).file(path);
    let Some(request) = record.request() else {
        let writer = visible(record.strat_version());
        let message = format!("strat {writer} did not write which flags it decided with");
        let hint = "`strat show` and `strat diff` read the record; one of this strat can be proved";
        return Ok(Proof::none(vec![unproved(Code::RecordUnproved, message).hint(hint)]));
    };
    if let Some(flag) = R::beyond_its_range(request) {
        let message = format!("`{flag}` of the request is out of its range");
        return Ok(Proof::none(vec![unproved(Code::RecordInvalid, message)]));
    }
    let (mut request, inputs) = (request.clone(), record.inputs());
    let mut search = Search::new(files);
    R::locate(&mut request, &inputs, &mut search);
    let paths = match search.found() {
        Ok(paths) => paths,
        Err(obstacles) => return Ok(Proof::none(obstacles)),
    };
    let found = match R::make_again(&request, &paths) {
        Ok(found) => found,
        Err(PipelineError::Usage(error)) => {
            let message = format!("the request can't be carried out: {error}");
            return Ok(Proof::none(vec![unproved(Code::RecordInvalid, message)]));
        }
        Err(PipelineError::Profile(obstacles)) => return Ok(Proof::none(obstacles)),
        Err(PipelineError::Contract(violation)) => return Err(violation),
    };
    let is_same_version = record.strat_version() == found.strat_version();
    let differences = compare_keys(record, &found, |key| {
        if is_same_version { !R::ABOUT_THE_RUN.contains(&key) } else { R::OF_EVERY_VERSION.contains(&key) }
    })?;
    Ok(Proof { obstacles: compare_inputs(&inputs, &found.inputs(), &paths), differences })
}

/// The recorded files that are missing or have other bytes, and those that were not there.
fn compare_inputs(recorded: &[&InputRecord], found: &[&InputRecord], paths: &Paths) -> Vec<Finding> {
    let mut left = found.to_vec();
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
    let message = format!("the {} file is not the one that was decided on", recorded.kind.as_str());
    Finding::new(Code::InputChanged, message)
        .file(&recorded.path)
        .observed(format!("sha256 {}", shortened(sha256)))
        .expected(format!("sha256 {}", shortened(&recorded.sha256)))
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

/// The values that differ under the keys that are compared.
///
/// # Errors
/// When a number is not finite.
fn compare_keys<T: Serialize>(
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
