//! Decisions that the profiles must reproduce: 40 a profile, from `fixtures/parity`; and those of a folder of the
//! same shape that `STRAT_FURTHER_CASES` names, such as one with real prices that may not be passed on.

use std::path::Path;

use clap::Parser;
use serde_json::{Map, Value};
use strat::command::cli::{Cli, Verb};
use strat::pipeline::{self, Request, Run};
use strat::profile::catalog;
use strat::record::Record;
use strat::strategy::trace::Trace;

use super::common::files::fixtures;

/// How far a number may be off, as a share of the larger of it and 1.
const TOLERANCE: f64 = 1e-9;

/// A weight of at most this is no position.
const NEGLIGIBLE_WEIGHT: f64 = 1e-12;

const CASES_A_PROFILE: usize = 40;

/// The profiles that give each stock the same weight: their targets are equal to the last bit.
const EQUAL_TO_THE_BIT: [&str; 4] = [
    "russell_1000_multi_factor_defensive",
    "tech_communication_pullback_enhancement",
    "mega_cap_leader_rotation_dynamic_top20",
    "mega_cap_leader_rotation_aggressive",
];

/// The variable that names a folder of further cases.
pub const FURTHER_CASES: &str = "STRAT_FURTHER_CASES";

/// The arguments with their paths where they lie here: a market may be gzipped.
fn arguments(case: &Value) -> Vec<String> {
    let root = Path::new(case["root"].as_str().unwrap());
    let mut arguments = vec!["strat".to_owned()];
    let mut is_path = false;
    for argument in case["args"].as_array().unwrap() {
        let argument = argument.as_str().unwrap();
        let written = if is_path {
            let (plain, zipped) = (root.join(argument), root.join(format!("{argument}.gz")));
            let path = [plain, zipped].into_iter().find(|path| path.is_file());
            path.unwrap_or_else(|| panic!("no {argument} in {}", root.display())).display().to_string()
        } else {
            argument.to_owned()
        };
        is_path = ["--prices", "--snapshot", "--portfolio"].contains(&argument);
        arguments.push(written);
    }
    arguments
}

/// What comes of a case.
pub fn decided(case: &Value) -> Result<Run, String> {
    pipeline::run(&request(case), Trace::full()).map_err(|error| error.to_string())
}

/// What a case asks for.
pub fn request(case: &Value) -> Request {
    let Verb::Decide(flags) = Cli::try_parse_from(arguments(case)).unwrap().verb else {
        panic!("every case decides")
    };
    let mut request = flags.request;
    request.account.portfolio = flags.accounts.portfolio.into_iter().next();
    request
}

/// The cases of a profile, each with the `root` of its files.
pub fn cases(profile: &str) -> Vec<Value> {
    let mut cases = cases_below(&fixtures().join("parity"), profile);
    assert_eq!(cases.len(), CASES_A_PROFILE);
    if let Some(root) = std::env::var_os(FURTHER_CASES) {
        cases.extend(cases_below(Path::new(&root), profile));
    }
    cases
}

fn cases_below(root: &Path, profile: &str) -> Vec<Value> {
    let path = root.join("cases").join(format!("{profile}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let with_root = |line| {
        let mut case: Value = serde_json::from_str(line).unwrap();
        case["root"] = root.to_str().unwrap().into();
        case
    };
    text.lines().map(with_root).collect()
}

/// What differs, each with its path.
fn differences(expected: &Value, found: &Value, path: &str, differing: &mut Vec<String>) {
    let mut differ = || differing.push(format!("{path}: expected {expected}, found {found}"));
    match (expected, found) {
        (Value::Number(expected), Value::Number(found)) => {
            let (expected, found) = (expected.as_f64().unwrap(), found.as_f64().unwrap());
            if (found - expected).abs() > TOLERANCE * expected.abs().max(1.0) {
                differ();
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (place, (expected, found)) in expected.iter().zip(found).enumerate() {
                differences(expected, found, &format!("{path}[{place}]"), differing);
            }
        }
        (Value::Object(expected), Value::Object(found)) => {
            for (key, expected) in expected {
                match found.get(key) {
                    Some(found) => differences(expected, found, &format!("{path}.{key}"), differing),
                    None => differing.push(format!("{path}.{key}: missing")),
                }
            }
        }
        _ if expected == found => {}
        _ => differ(),
    }
}

/// The positions by symbol, without those that are none, and the names that people read.
fn positions(list: &Value) -> Map<String, Value> {
    list.as_array()
        .unwrap()
        .iter()
        .filter(|position| {
            position.get("target_weight").is_none_or(|weight| weight.as_f64().unwrap() > NEGLIGIBLE_WEIGHT)
        })
        .map(|position| {
            let mut position = position.as_object().unwrap().clone();
            let symbol = position.remove("symbol").unwrap().as_str().unwrap().to_owned();
            for key in ["name", "current_value", "change_value"] {
                position.remove(key);
            }
            position.retain(|_, value| !value.is_null());
            (symbol, Value::Object(position))
        })
        .collect()
}

fn shape(positions: &Map<String, Value>) -> Vec<(&String, Vec<&String>)> {
    positions
        .iter()
        .map(|(symbol, position)| (symbol, position.as_object().unwrap().keys().collect()))
        .collect()
}

fn check(case: &Value) -> Vec<String> {
    let found = match decided(case) {
        Ok(decided) => serde_json::to_value(Record::new(&decided)).unwrap(),
        Err(error) => return vec![error],
    };
    let expected = &case["expect"];
    let mut differing = Vec::new();
    let (wanted, had) = (positions(&expected["positions"]), positions(&found["positions"]));
    if shape(&wanted) == shape(&had) {
        let is_exact = EQUAL_TO_THE_BIT.iter().any(|profile| found["profile"] == *profile);
        if is_exact && wanted != had {
            differing.push("the targets differ in their last bits".to_owned());
        }
        differences(&Value::Object(wanted), &Value::Object(had), "positions", &mut differing);
    } else {
        differing.push(format!("positions: expected {:?}, found {:?}", shape(&wanted), shape(&had)));
    }
    for key in ["risk_flags", "diagnostics"] {
        differences(&expected[key], &found[key], key, &mut differing);
    }
    if !differing.is_empty() {
        differing.push(format!("findings: {}", found["findings"]));
    }
    differing
}

fn check_profile(profile: &str) {
    let cases = cases(profile);
    let failing: Vec<String> = cases
        .iter()
        .map(|case| (case, check(case)))
        .filter(|(_, differing)| !differing.is_empty())
        .map(|(case, differing)| format!("{} {}\n  {}", case["id"], case["args"], differing.join("\n  ")))
        .collect();
    assert!(failing.is_empty(), "{} of {} differ\n{}", failing.len(), cases.len(), failing.join("\n"));
}

macro_rules! profiles {
    ($($profile:ident,)+) => {
        pub const PROFILES: &[&str] = &[$(stringify!($profile),)+];

        $(#[test]
        fn $profile() {
            check_profile(stringify!($profile));
        })+
    };
}

profiles! {
    global_etf_rotation,
    russell_1000_multi_factor_defensive,
    tech_communication_pullback_enhancement,
    mega_cap_leader_rotation_dynamic_top20,
    mega_cap_leader_rotation_aggressive,
    mega_cap_leader_rotation_top50_balanced,
    dynamic_mega_leveraged_pullback,
    tqqq_growth_income,
    soxl_soxx_trend_income,
}

#[test]
fn every_profile_has_its_cases_and_every_case_its_profile() {
    assert_eq!(PROFILES, catalog::keys().collect::<Vec<_>>());
    let files = std::fs::read_dir(fixtures().join("parity/cases")).unwrap().count();
    assert_eq!(files, PROFILES.len());
}

#[test]
fn a_difference_is_seen() {
    let found = |expected: &str, found: &str| {
        let mut differing = Vec::new();
        let read = |text| serde_json::from_str::<Value>(text).unwrap();
        differences(&read(expected), &read(found), "x", &mut differing);
        differing
    };
    assert_eq!(found("1.0", "1.0000000005"), [""; 0]);
    assert_eq!(found("1000.0", "1000.0000005"), [""; 0]);
    assert_eq!(found("1.0", "1.000000002").len(), 1);
    assert_eq!(found(r#"{"a": [1, null]}"#, r#"{"a": [1, null], "b": 2}"#), [""; 0]);
    assert_eq!(found(r#"{"a": [1, null]}"#, r#"{"a": [1, 0]}"#), ["x.a[1]: expected null, found 0"]);
    assert_eq!(found(r#"{"a": 1}"#, "{}"), ["x.a: missing"]);
    assert_eq!(found("true", "\"true\"").len(), 1);
    assert_eq!(found("[1]", "[1, 2]").len(), 1);
}
