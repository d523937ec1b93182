//! Decisions in the form of the platforms: the same decision, exits and safe haven among the positions, and the texts
//! of a file that `STRAT_PLATFORM_TEXTS` names, such as `texts.jsonl` of the platforms' own runs.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};
use strat::pipeline::{self, Run};
use strat::platform::keys;
use strat::profile::words::PlatformId;
use strat::record::Record;
use strat::strategy::trace::Trace;

use crate::parity::{FURTHER_CASES, PROFILES, cases, request};
use crate::support::{fixtures, run, strat};

/// The variable that names the file of texts.
const TEXTS: &str = "STRAT_PLATFORM_TEXTS";

const PLATFORMS: [PlatformId; 3] = [PlatformId::Ibkr, PlatformId::Schwab, PlatformId::Longbridge];

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
        let is_known = keys::OF_EVERY_PLATFORM.contains(&key.as_str())
            || (is_ibkr && keys::OF_IBKR.contains(&key.as_str()));
        assert!(is_known, "{id}: {key}");
    }
    assert!(keys::NEVER.iter().all(|key| !diagnostics.contains_key(*key)), "{id}");
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

#[test]
fn a_platform_takes_json_and_nothing_else() {
    let base = "decide global_etf_rotation --prices prices/etf.csv --for ibkr";
    assert_eq!(run(base).json()["schema"], "strat.decision.v1");
    for flags in ["--format csv", "--format table", "--explicit-exits", "--target-mode weight"] {
        assert_eq!(run(&format!("{base} {flags}")).code, 2, "{flags}");
    }
    assert_eq!(run("decide global_etf_rotation --prices prices/etf.csv --for robinhood").code, 2);
}

/// Stand-ins for the two dataclasses and the snapshot of quant_platform_kit.
const STAND_INS: &str = r#"
import dataclasses, datetime, sys, types
@dataclasses.dataclass(frozen=True)
class PositionTarget:
    symbol: str
    target_weight: float | None = None
    target_value: float | None = None
    role: str | None = None
    order_preference: str | None = None
@dataclasses.dataclass(frozen=True)
class StrategyDecision:
    positions: tuple = ()
    budgets: tuple = ()
    risk_flags: tuple = ()
    diagnostics: dict = dataclasses.field(default_factory=dict)
@dataclasses.dataclass(frozen=True)
class Position:
    symbol: str
    quantity: float
    market_value: float
    average_cost: float | None = None
    currency: str = "USD"
@dataclasses.dataclass(frozen=True)
class AccountPosition(Position):
    account_id: str | None = None
@dataclasses.dataclass(frozen=True)
class Snapshot:
    as_of: datetime.datetime
    total_equity: float
    buying_power: float | None = None
    cash_balance: float | None = None
    positions: tuple = ()
    metadata: dict = dataclasses.field(default_factory=dict)
for name in ("quant_platform_kit", "quant_platform_kit.common", "quant_platform_kit.common.strategy_contracts"):
    sys.modules[name] = types.ModuleType(name)
module = sys.modules["quant_platform_kit.common.strategy_contracts"]
module.PositionTarget, module.StrategyDecision = PositionTarget, StrategyDecision
sys.path.insert(0, sys.argv[1])
from strat_decision import NothingToDo, strat_decision
when = datetime.datetime(2025, 3, 31, 20, 0, tzinfo=datetime.timezone.utc)
for kind in (Position, AccountPosition):
    held = (kind("EWY", 10.0, 580.0, 57.5), kind("USO", 5.0, 390.0))
    snapshot = Snapshot(when, 10000.0, 9000.0, 9030.0, held, {"account_hash": "x"})
    decided = lambda *flags, **more: strat_decision("ibkr", "global_etf_rotation", snapshot,
        "--prices", sys.argv[3], *flags, strat=sys.argv[2], **more)
    decision = decided("--as-of", "2025-03-31", today="2025-03-31")
    targets = {position.symbol: (position.target_weight, position.role) for position in decision.positions}
    assert targets == {"BIL": (0.0, "safe_haven"), "EWJ": (0.5, None), "EWY": (0.0, "exit"), "USO": (0.5, None)}, targets
    for code, flags, more in ((10, ("--as-of", "2025-03-28"), {}), (3, ("--as-of", "2026-12-31"), {}),
                              (3, ("--as-of", "2025-03-31"), {"today": "2025-04-01"})):
        try:
            decided(*flags, **more)
        except NothingToDo as nothing:
            assert nothing.exit_code == code, (nothing.exit_code, code)
        else:
            raise AssertionError(flags)
    try:
        decided("--misspelt")
    except RuntimeError:
        pass
    else:
        raise AssertionError("a usage error is no decision")
"#;

#[test]
fn the_reader_returns_a_decision_or_says_that_there_is_nothing_to_do() {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 is not installed");
        return;
    }
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let output = Command::new("python3")
        .args(["-B", "-c", STAND_INS])
        .args([docs.as_os_str(), env!("CARGO_BIN_EXE_strat").as_ref()])
        .arg(fixtures().join("prices/etf.csv"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_plan_is_printed_as_trades() {
    let base = "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
    let plan = &run(&format!("{base} --format json")).json()["share_plan"];
    let lines = run(&format!("{base} --format csv --plan")).stdout;
    assert_eq!(lines.lines().count(), 1 + plan["trades"].as_array().unwrap().len());
    assert!(lines.starts_with("symbol,side,quantity,price,value,reason\n"));
    assert_eq!(run(&format!("{base} --plan")).code, 2);
    for idle in ["--sweep", "--plan --format csv", "--fit 0.02"] {
        let line = format!("decide global_etf_rotation --prices prices/etf.csv {idle}");
        assert_eq!(run(&line).code, 2, "{idle}");
    }
    // Half of 10,000 USD of each fund, whatever the profile's unit.
    let values = run(
        "decide global_etf_rotation --prices prices/etf.csv --equity 10000 --target-mode value --format json",
    );
    let positions = values.json()["positions"].clone();
    assert_eq!(
        (&positions[0]["target_value"], &values.json()["native_target_mode"]),
        (&json!(5000.0), &json!("weight"))
    );
    let without = strat(&["decide", "global_etf_rotation", "--target-mode", "value", "--prices"])
        .arg(fixtures().join("prices/etf.csv"))
        .output()
        .unwrap();
    assert_eq!(without.status.code(), Some(2));
}
