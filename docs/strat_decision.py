"""One decision of strat in quant_platform_kit's own types, for a platform that places the orders."""
import dataclasses
import json
import subprocess

from quant_platform_kit.common.strategy_contracts import PositionTarget, StrategyDecision

ACT, BLOCKED, HOLD = 0, 3, 10


class NothingToDo(Exception):
    """The decision is a hold (10: heartbeat) or blocked (3: heartbeat and alert); `decision` is the JSON."""

    def __init__(self, exit_code, decision, reason):
        super().__init__(reason)
        self.exit_code = exit_code
        self.decision = decision


def strat_decision(platform, profile, snapshot, *flags, today=None, strat="strat", timeout=60):
    """Decides `profile` on the platform's own portfolio snapshot; `flags` are strat's, such as "--prices", "closes.csv".

    Give `today`, New York's date as YYYY-MM-DD, to refuse the decision of another day. Any failure of strat but a
    blocked decision is a RuntimeError: alert, there is no decision.
    """
    command = [strat, "decide", profile, "--for", platform, "--portfolio", "-", "--exit-code", *flags]
    account = json.dumps(dataclasses.asdict(snapshot), default=str)
    done = subprocess.run(
        command, input=account, capture_output=True, encoding="utf-8", timeout=timeout, check=False
    )
    if done.returncode not in (ACT, BLOCKED, HOLD):
        raise RuntimeError(f"strat ended with {done.returncode}: {done.stderr.strip()}")
    decision = json.loads(done.stdout)
    diagnostics = decision["diagnostics"]
    if not decision["actionable"]:
        raise NothingToDo(done.returncode, decision, diagnostics.get("no_op_reason") or decision["action"])
    if today is not None and decision["as_of"] != str(today):
        raise NothingToDo(BLOCKED, decision, f"the decision is of {decision['as_of']}, not of {today}")
    keys = [field.name for field in dataclasses.fields(PositionTarget)]
    return StrategyDecision(
        positions=tuple(
            PositionTarget(**{key: position[key] for key in keys if key in position})
            for position in decision["positions"]
        ),
        risk_flags=tuple(decision["risk_flags"]),
        diagnostics=diagnostics,
    )
