//! What the command line gives a platform's program: its form, the reader in Python, the trades.

use std::process::Command;

use serde_json::json;

use crate::support::{fixtures, run, strat};

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
fn a_flag_of_the_plan_that_can_do_nothing_is_refused() {
    // A value that is the default does nothing either, and the user who gives it expects a plan.
    let of_equity = ["--quotes q.csv", "--quantity-step 1", "--sweep", "--fit 0.01", "--plan --format csv"];
    let of_positions = ["--min-trade 0", "--keep-step 0"];
    let refused = |flags: &str, equity: &str, reason: &str| {
        let run = run(&format!("decide global_etf_rotation --prices prices/etf.csv {equity} {flags}"));
        let flag = flags.split(' ').next().unwrap();
        let message = format!("error: `{flag}` does nothing without {reason}\n");
        assert!(run.code == 2 && run.stderr.contains(&message), "{flags}: {run:?}");
    };
    for flags in of_equity.into_iter().chain(of_positions) {
        refused(flags, "", "the account's equity");
    }
    for flags in of_positions {
        refused(flags, "--equity 25000", "positions");
    }
}

#[test]
fn a_record_keeps_the_flags_of_the_plan_that_were_given() {
    let base = "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
    let plan = |flags: &str| run(&format!("{base} --format json {flags}")).json()["request"]["plan"].clone();
    assert_eq!(plan(""), json!({}));
    let given = plan("--quantity-step 1 --min-trade 0 --keep-step 0.25 --fit 0.01 --sweep");
    let kept = json!({"quantity_step": 1.0, "sweep": true, "min_trade": 0.0, "keep_step": 0.25, "fit": 0.01});
    assert_eq!(given, kept);
}

#[test]
fn a_plan_is_printed_as_trades() {
    let base = "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
    let plan = &run(&format!("{base} --format json")).json()["share_plan"];
    let lines = run(&format!("{base} --format csv --plan")).stdout;
    assert_eq!(lines.lines().count(), 1 + plan["trades"].as_array().unwrap().len());
    assert!(lines.starts_with("symbol,side,quantity,price,value,reason\n"));
    assert_eq!(run(&format!("{base} --plan")).code, 2);
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
