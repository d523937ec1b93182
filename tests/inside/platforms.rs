//! Decisions in the form of the platforms: the same decision, exits and safe haven among the positions, and the texts
//! of a file that `STRAT_PLATFORM_TEXTS` names, such as `texts.jsonl` of the platforms' own runs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use strat::pipeline::{self, Run};
use strat::platform::keys;
use strat::profile::words::PlatformId;
use strat::record::Record;
use strat::strategy::trace::Trace;

use super::parity::{FURTHER_CASES, PROFILES, cases, request};

/// The variable that names the file of texts.
const TEXTS: &str = "STRAT_PLATFORM_TEXTS";

const PLATFORMS: [PlatformId; 3] = [PlatformId::Ibkr, PlatformId::Schwab, PlatformId::Longbridge];

/// Every key that the form of any platform may add to the diagnostics.
const OF_EVERY_PLATFORM: &[&str] = &[
    keys::SIGNAL_DESCRIPTION,
    keys::STATUS_ICON,
    keys::SIGNAL_SOURCE,
    keys::SNAPSHOT_AS_OF,
    "status_description",
    "canary_status",
    "signal_display",
    "market_status",
    "signal_message",
    "deploy_ratio_text",
    "income_ratio_text",
    "income_locked_ratio_text",
    "dashboard",
];

/// Every key that the form of InteractiveBrokersPlatform may add besides.
const OF_IBKR: &[&str] = &[
    keys::SNAPSHOT_GUARD_DECISION,
    keys::FAIL_REASON,
    keys::SNAPSHOT_PATH,
    keys::TRADE_DATE,
    keys::SIGNAL_DATE,
    keys::EFFECTIVE_DATE,
    keys::SAFE_HAVEN_SYMBOL,
    keys::MANAGED_SYMBOLS,
    keys::STRATEGY_PROFILE,
];

/// Keys that would override what a platform trades, or how: never among the diagnostics.
const NEVER: &[&str] =
    &["allocation", "dry_run_only", "dry_run_price_fallbacks", "risk_flags", "feature_snapshot_path"];

fn decided(case: &Value, platform: Option<PlatformId>) -> Run {
    pipeline::run(&pipeline::Request { platform, ..request(case) }, Trace::silent()).unwrap()
}

fn json(run: &Run) -> Value {
    serde_json::to_value(Record::new(run)).unwrap()
}

fn texts() -> BTreeMap<String, Value> {
    let Some(path) = std::env::var_os(TEXTS) else { return BTreeMap::new() };
    let lines = std::fs::read_to_string(path).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line["expect"].clone()))
        .collect()
}

/// Checks one decision on one platform: points 1 to 3 of the form, its keys, and its texts where they are known.
fn check(id: &str, platform: PlatformId, plain: &Value, found: &Value, texts: Option<&Value>) {
    let unchanged = ["decision_id", "action", "actionable", "exits", "share_plan", "findings", "as_of"];
    for key in unchanged {
        assert_eq!(found[key], plain[key], "{id}: {key}");
    }
    let listed = found["positions"].as_array().unwrap();
    let of = |symbol: &Value| listed.iter().find(|position| position["symbol"] == *symbol);
    for position in plain["positions"].as_array().unwrap() {
        assert_eq!(of(&position["symbol"]), Some(position), "{id}");
    }
    if found["actionable"] == true {
        for exit in plain["exits"].as_array().unwrap() {
            let zero = of(&exit["symbol"]).unwrap();
            let target = zero.get("target_weight").or(zero.get("target_value")).unwrap();
            assert_eq!(target, &json!(0.0), "{id}");
            assert!(["exit", "safe_haven"].contains(&zero["role"].as_str().unwrap()), "{id}");
        }
        assert!(listed.iter().any(|position| position["role"] == "safe_haven"), "{id}");
        assert!(listed.is_sorted_by_key(|position| position["symbol"].as_str()), "{id}");
    } else {
        assert!(listed.is_empty() && found["risk_flags"].as_array().unwrap().contains(&json!("no_execute")));
        assert!(found["diagnostics"]["no_op_reason"].is_string(), "{id}");
    }
    check_keys(id, platform, plain, found);
    if let Some(Value::Object(expected)) = texts {
        for (key, text) in expected {
            assert_eq!(found["diagnostics"].get(key), Some(text), "{id}: {key}");
        }
    }
}

/// Checks which keys the diagnostics have, and what those of a refusal say.
fn check_keys(id: &str, platform: PlatformId, plain: &Value, found: &Value) {
    let (diagnostics, before) =
        (found["diagnostics"].as_object().unwrap(), plain["diagnostics"].as_object().unwrap());
    let is_ibkr = platform == PlatformId::Ibkr;
    for key in diagnostics.keys().filter(|key| !before.contains_key(*key)) {
        let is_known =
            OF_EVERY_PLATFORM.contains(&key.as_str()) || (is_ibkr && OF_IBKR.contains(&key.as_str()));
        assert!(is_known, "{id}: {key}");
    }
    assert!(NEVER.iter().all(|key| !diagnostics.contains_key(*key)), "{id}");
    assert!(
        diagnostics[keys::STATUS_ICON].is_string() && diagnostics[keys::SIGNAL_SOURCE].is_string(),
        "{id}"
    );
    if !is_ibkr {
        return;
    }
    let is_blocked = found["action"] == "blocked";
    assert_eq!(diagnostics[keys::SNAPSHOT_GUARD_DECISION] == "fail_closed", is_blocked, "{id}");
    assert_eq!(diagnostics.get(keys::FAIL_REASON).is_some(), is_blocked, "{id}");
    assert_eq!(diagnostics[keys::STRATEGY_PROFILE], found["profile"], "{id}");
    let managed = diagnostics[keys::MANAGED_SYMBOLS].as_array().unwrap();
    for position in found["positions"].as_array().unwrap() {
        assert!(managed.contains(&position["symbol"]), "{id}: {} is not managed", position["symbol"]);
    }
}

/// Checks one case on every platform.
fn check_case(case: &Value, texts: &BTreeMap<String, Value>) {
    let id = case["id"].as_str().unwrap();
    let run = decided(case, None);
    let plain = json(&run);
    for platform in PLATFORMS {
        check(id, platform, &plain, &json(&run.clone().adapted(platform)), texts.get(id));
    }
}

/// Checks every case of profiles; gives back the cases whose texts were compared.
fn check_profiles(profiles: &[&str]) -> BTreeSet<String> {
    let texts = texts();
    let mut compared = BTreeSet::new();
    for case in profiles.iter().flat_map(|profile| cases(profile)) {
        check_case(&case, &texts);
        compared.extend(case["id"].as_str().filter(|id| texts.contains_key(*id)).map(str::to_owned));
    }
    compared
}

#[test]
fn slow_every_case_is_the_same_decision_on_every_platform() {
    let (first, second) = PROFILES.split_at(PROFILES.len() / 2);
    // Two threads halve the time: a run reads files, and the checks wait for none.
    let compared: BTreeSet<String> = std::thread::scope(|scope| {
        let halves = [first, second].map(|half| scope.spawn(move || check_profiles(half)));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let texts = texts();
    if std::env::var_os(FURTHER_CASES).is_some() {
        assert_eq!(compared.len(), texts.len(), "every text belongs to a case");
    } else {
        assert_eq!(compared.is_empty(), texts.is_empty());
    }
}

#[test]
fn a_request_for_a_platform_gives_the_decision_in_its_form() {
    for profile in PROFILES {
        for case in cases(profile).iter().take(2) {
            let plain = decided(case, None);
            for platform in PLATFORMS {
                let asked = decided(case, Some(platform));
                assert_eq!(json(&asked), json(&plain.clone().adapted(platform)), "{}", case["id"]);
            }
        }
    }
}
