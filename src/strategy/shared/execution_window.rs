//! The few sessions after a monthly snapshot on which its targets may be traded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::screen;
use super::texts::Texts;
use crate::finding::{Code, Finding};
use crate::market::calendar::Calendar;
use crate::market::snapshot::Snapshot;
use crate::strategy::contract::{Rhythm, Rule};
use crate::strategy::{Action, Inputs, Outcome, RiskFlag, Targets, outcome};
use crate::symbol::Symbol;

/// The strategy's own word for a day outside the window.
const SIGNAL: &str = "no_op";

/// The window of a snapshot, as the decision date meets it, under the keys of the decision contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SnapshotWindow"))]
pub struct ExecutionWindow {
    /// The symbols that the profile may sell.
    pub managed_symbols: Vec<Symbol>,
    /// The date of the snapshot.
    pub snapshot_as_of: Option<NaiveDate>,
    // None are named when there is no decision date to hold against them.
    /// The sessions on which the profile acts on it.
    #[serde(rename = "execution_window")]
    pub allowed: Vec<NaiveDate>,
    #[serde(skip)]
    is_open: bool,
}

/// The numbers of a decision outside the window.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    /// The date of the snapshot.
    snapshot_as_of: NaiveDate,
    /// The sessions on which the profile acts on it.
    execution_window: Vec<NaiveDate>,
    /// Why nothing is to be done, as a stable word.
    no_op_reason: String,
    /// The symbols that the profile may sell.
    managed_symbols: Vec<Symbol>,
}

impl ExecutionWindow {
    /// The window of the exchange sessions that follow the snapshot's date, as many as the rule's rhythm has.
    ///
    /// # Errors
    /// `date_outside_calendar` when the calendar does not know every day of it.
    pub fn after(snapshot: &Snapshot, inputs: Inputs<'_>, rule: &impl Rule) -> Result<Self, Vec<Finding>> {
        let (managed_symbols, snapshot_as_of) = (screen::managed_symbols(rule, snapshot), snapshot.as_of);
        let (Rhythm::AfterSnapshot(Some(sessions)), Some(after), Some(as_of)) =
            (rule.rhythm(), snapshot_as_of, inputs.as_of)
        else {
            return Ok(Self { managed_symbols, snapshot_as_of, allowed: Vec::new(), is_open: true });
        };
        let sessions = inputs.calendar.next_sessions(after, sessions);
        let allowed = sessions.ok_or_else(|| vec![outside_calendar(after)])?;
        let is_open = allowed.contains(&as_of);
        Ok(Self { managed_symbols, snapshot_as_of, allowed, is_open })
    }

    /// The outcome of a day outside the window, which changes nothing; `None` inside it.
    pub fn no_op(&self, safe_haven: &Symbol) -> Option<Outcome> {
        let snapshot_as_of = self.snapshot_as_of.filter(|_| !self.is_open)?;
        let days: Vec<String> = self.allowed.iter().map(ToString::to_string).collect();
        let no_op_reason =
            format!("outside_monthly_execution_window snapshot={snapshot_as_of} allowed={}", days.join(","));
        let action = Action::Hold;
        let texts = Texts::outside_window(&no_op_reason, snapshot_as_of);
        Some(Outcome {
            action,
            risk_flags: BTreeSet::from([RiskFlag::NoExecute]),
            managed_symbols: self.managed_symbols.clone(),
            signal: SIGNAL.to_owned(),
            headline: format!(
                "no change: the snapshot of {snapshot_as_of} is traded on {} only",
                days.join(", ")
            ),
            diagnostics: outcome::Diagnostics::new(Diagnostics {
                actionable: action.is_actionable(),
                snapshot_as_of,
                execution_window: self.allowed.clone(),
                no_op_reason,
                managed_symbols: self.managed_symbols.clone(),
            }),
            texts,
            ..Outcome::rebalance(Targets::Weights(BTreeMap::new()), safe_haven)
        })
    }
}

fn outside_calendar(snapshot_as_of: NaiveDate) -> Finding {
    Finding::new(
        Code::DateOutsideCalendar,
        format!("the exchange calendar does not reach the sessions after the snapshot of `{snapshot_as_of}`"),
    )
    .observed(snapshot_as_of)
    .expected(format!("a date from {} to {}", Calendar::first_date(), Calendar::last_date()))
    .hint("take a snapshot of an earlier date, or fewer `runtime_execution_window_trading_days`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::mega_cap_leader_rotation::Config;
    use crate::strategy::worked::{World, config, diagnostics, mega_config, snapshot, symbol};

    /// A rule with a window of three sessions.
    fn rule() -> Config {
        config(mega_config())
    }

    /// The window of the snapshot of Monday 31 March 2025, met on a day.
    fn window(as_of: Option<&str>) -> ExecutionWindow {
        let table = snapshot("symbol\nA\n");
        let world = World::default();
        ExecutionWindow::after(&table, world.inputs(&table, as_of), &rule()).unwrap()
    }

    fn no_op(as_of: Option<&str>) -> Option<Outcome> {
        window(as_of).no_op(&symbol("BOXX"))
    }

    #[test]
    fn the_next_three_sessions_are_open_and_the_snapshot_s_own_day_is_not() {
        for (day, is_open) in [
            ("2025-03-31", false),
            ("2025-04-01", true),
            ("2025-04-02", true),
            ("2025-04-03", true),
            ("2025-04-04", false),
        ] {
            assert_eq!(no_op(Some(day)).is_none(), is_open, "{day}");
        }
    }

    #[test]
    fn without_a_decision_date_the_window_is_open_and_names_no_days() {
        assert!(no_op(None).is_none());
        assert!(window(None).allowed.is_empty());
    }

    #[test]
    fn a_day_outside_changes_nothing_and_says_why() {
        let outcome = no_op(Some("2025-04-04")).unwrap();
        assert_eq!(outcome.action, Action::Hold);
        assert_eq!(outcome.targets, Targets::Weights(BTreeMap::new()));
        assert_eq!(outcome.risk_flags, BTreeSet::from([RiskFlag::NoExecute]));
        assert_eq!(
            diagnostics(&outcome),
            serde_json::json!({
                "actionable": false,
                "snapshot_as_of": "2025-03-31",
                "execution_window": ["2025-04-01", "2025-04-02", "2025-04-03"],
                "no_op_reason":
                    "outside_monthly_execution_window snapshot=2025-03-31 allowed=2025-04-01,2025-04-02,2025-04-03",
                "managed_symbols": ["A", "BOXX"],
            })
        );
    }

    #[test]
    fn a_snapshot_beyond_the_calendar_has_no_window() {
        let mut table = snapshot("symbol\nA\n");
        table.as_of = "2099-01-30".parse().ok();
        let world = World::default();
        let findings =
            ExecutionWindow::after(&table, world.inputs(&table, Some("2099-02-02")), &rule()).unwrap_err();
        assert_eq!(findings[0].code, Code::DateOutsideCalendar);
    }
}
