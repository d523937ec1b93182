//! The decision under its output contract: an outcome with its date, account, exits, identity and inputs.

pub mod account_size;
pub mod contract;
pub mod exits;
pub mod identity;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::input::InputRecord;
use crate::market::calendar::Calendar;
use crate::number::Number;
use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::profile::words::{Effective, TargetMode};
use crate::strategy::{Action, Outcome, RiskFlag, Targets};
use crate::symbol::Symbol;
use exits::Exit;

/// The name and version of the output contract.
pub const SCHEMA: &str = "strat.decision.v1";

/// A weight of at most this is no position.
pub const NEGLIGIBLE_WEIGHT: f64 = 1e-12;

/// The funds that hold a value profile's idle money.
const VALUE_SAFE_HAVENS: [&str; 2] = ["BIL", "BOXX"];

/// The funds of a value profile's income layer.
const VALUE_INCOME: [&str; 2] = ["SPYI", "QQQI"];

/// What a position is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Idle money.
    SafeHaven,
    /// The income layer.
    Income,
}

impl Role {
    /// The role as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SafeHaven => "safe_haven",
            Self::Income => "income",
        }
    }
}

/// One target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PositionTarget {
    /// The symbol.
    pub symbol: Symbol,
    /// The target as a share of the equity, in weight profiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_weight: Option<Number>,
    /// The target in US dollars, in value profiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_value: Option<Number>,
    /// What it is for, where it is for something special.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// The exchange calendar that a decision was made on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalendarRecord {
    /// Which exchange.
    pub id: &'static str,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Closures that the user added.
    pub extra_closures: Vec<NaiveDate>,
}

impl CalendarRecord {
    /// Says which days a calendar covers.
    pub fn of(calendar: &Calendar) -> Self {
        Self {
            id: Calendar::ID,
            from: Calendar::first_date(),
            to: Calendar::last_date(),
            extra_closures: calendar.extra_closures().collect(),
        }
    }
}

/// A decision, as it is printed.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// The name and version of this shape.
    pub schema: &'static str,
    /// The version of the tool.
    pub strat_version: &'static str,
    /// The hash of what was decided; equal decisions have equal ids.
    pub decision_id: String,
    /// The profile's canonical key.
    pub profile: String,
    /// The profile's name for people.
    pub display_name: String,
    /// The decision date; snapshot profiles may have none.
    pub as_of: Option<NaiveDate>,
    /// The session that the targets are for.
    pub effective_date: Option<NaiveDate>,
    /// The unit of the targets.
    pub target_mode: TargetMode,
    /// What to do.
    pub action: Action,
    /// Whether the positions are to be acted upon.
    pub actionable: bool,
    /// The targets, sorted by symbol.
    pub positions: Vec<PositionTarget>,
    /// Held symbols to be sold, sorted.
    pub exits: Vec<Exit>,
    /// Held symbols that the profile will never sell, sorted.
    pub unmanaged: Vec<Symbol>,
    /// No profile has budgets yet; the contract has their place.
    pub budgets: Vec<Value>,
    /// The risk flags, sorted.
    pub risk_flags: Vec<RiskFlag>,
    /// The strategy's own numbers and the account-size ones.
    pub diagnostics: Map<String, Value>,
    /// Whole shares are not planned yet.
    pub share_plan: Option<Value>,
    /// What was found about the inputs.
    pub findings: Vec<Finding>,
    /// The errors that the user allowed, which stand among the findings as warnings.
    pub allowed: Vec<Code>,
    /// The config that the decision was made with.
    pub config: Config,
    /// The exchange calendar.
    pub calendar: CalendarRecord,
    /// The files.
    pub inputs: Vec<InputRecord>,
}

impl Decision {
    /// The exits that do not stand among the positions already.
    pub fn exits_beside_positions(&self) -> impl Iterator<Item = &Exit> {
        self.exits.iter().filter(|exit| self.positions.iter().all(|position| position.symbol != exit.symbol))
    }
}

/// The blocked decision where not even the profile could be read: what can be said without one.
#[derive(Clone, Debug, Serialize)]
pub struct UnprofiledBlock {
    schema: &'static str,
    strat_version: &'static str,
    decision_id: Option<String>,
    profile: String,
    display_name: Option<String>,
    as_of: Option<NaiveDate>,
    effective_date: Option<NaiveDate>,
    target_mode: Option<TargetMode>,
    action: Action,
    actionable: bool,
    positions: [PositionTarget; 0],
    exits: [Exit; 0],
    unmanaged: [Symbol; 0],
    budgets: [Value; 0],
    risk_flags: [RiskFlag; 1],
    diagnostics: Map<String, Value>,
    share_plan: Option<Value>,
    findings: Vec<Finding>,
    allowed: [Code; 0],
    config: Option<Config>,
    calendar: CalendarRecord,
    inputs: [InputRecord; 0],
}

impl UnprofiledBlock {
    /// Blocks under the name that the user gave the profile.
    pub fn new(profile: String, findings: Vec<Finding>) -> Self {
        Self {
            schema: SCHEMA,
            strat_version: env!("CARGO_PKG_VERSION"),
            decision_id: None,
            profile,
            display_name: None,
            as_of: None,
            effective_date: None,
            target_mode: None,
            action: Action::Blocked,
            actionable: false,
            positions: [],
            exits: [],
            unmanaged: [],
            budgets: [],
            risk_flags: [RiskFlag::NoExecute],
            diagnostics: Map::new(),
            share_plan: None,
            findings,
            allowed: [],
            config: None,
            calendar: CalendarRecord::of(&Calendar::default()),
            inputs: [],
        }
    }
}

/// What stands around an outcome, or around a refusal, in its decision.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The profile.
    pub manifest: &'a Manifest,
    /// The config in effect.
    pub config: Config,
    /// The decision date.
    pub as_of: Option<NaiveDate>,
    /// The exchange calendar.
    pub calendar: &'a Calendar,
    /// The account.
    pub account: &'a Account,
    /// What was found about the inputs.
    pub findings: Vec<Finding>,
    /// The errors that the user allowed.
    pub allowed: Vec<Code>,
    /// The files.
    pub inputs: Vec<InputRecord>,
    /// Whether exits are to stand among the positions as zero targets.
    pub explicit_exits: bool,
}

/// A decision that breaks the contract: a fault of the program, not of an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ContractViolation(pub String);

/// Puts an outcome under the contract.
///
/// # Errors
/// When the outcome breaks a post-condition of the contract.
pub fn of_outcome(frame: Frame<'_>, outcome: &Outcome) -> Result<Decision, ContractViolation> {
    contract::check(outcome, frame.manifest.target_mode)?;
    let mut decision = framed(frame.clone())?;
    let mut diagnostics = match serde_json::to_value(&outcome.diagnostics) {
        Ok(Value::Object(diagnostics)) => diagnostics,
        Ok(_) => return Err(ContractViolation("the diagnostics are no object".to_owned())),
        Err(error) => return Err(ContractViolation(error.to_string())),
    };
    diagnostics.append(&mut decision.diagnostics);
    decision.diagnostics = diagnostics;
    decision.action = outcome.action;
    decision.actionable = outcome.action.is_actionable();
    decision.risk_flags = outcome.risk_flags.iter().copied().collect();
    decision.positions = positions(outcome);
    (decision.exits, decision.unmanaged) = exits::of_holdings(frame.account, outcome);
    if frame.explicit_exits {
        decision
            .positions
            .extend(decision.exits.iter().map(|exit| exit.as_zero_target(frame.manifest.target_mode)));
        decision.positions.sort_by(|one, other| one.symbol.cmp(&other.symbol));
    }
    decision.decision_id = identity::decision_id(&decision)?;
    Ok(decision)
}

/// The decision that an input failed: do nothing.
///
/// # Errors
/// When a number of the account is not finite.
pub fn blocked(frame: Frame<'_>) -> Result<Decision, ContractViolation> {
    let mut decision = framed(frame)?;
    decision.decision_id = identity::decision_id(&decision)?;
    Ok(decision)
}

fn framed(frame: Frame<'_>) -> Result<Decision, ContractViolation> {
    let manifest = frame.manifest;
    let effective_date = match manifest.effective {
        Effective::NextSession => frame.as_of.and_then(|as_of| frame.calendar.next_session(as_of)),
        Effective::SameDay => frame.as_of,
    };
    let diagnostics =
        account_size::diagnostics(frame.account.equity_usd, manifest.min_recommended_equity_usd)
            .map_err(|error| ContractViolation(error.to_string()))?;
    Ok(Decision {
        schema: SCHEMA,
        strat_version: env!("CARGO_PKG_VERSION"),
        decision_id: String::new(),
        profile: manifest.profile.to_string(),
        display_name: manifest.display_name.en.clone(),
        as_of: frame.as_of,
        effective_date,
        target_mode: manifest.target_mode,
        action: Action::Blocked,
        actionable: false,
        positions: Vec::new(),
        exits: Vec::new(),
        unmanaged: Vec::new(),
        budgets: Vec::new(),
        risk_flags: vec![RiskFlag::NoExecute],
        diagnostics,
        share_plan: None,
        findings: frame.findings,
        allowed: frame.allowed,
        config: frame.config,
        calendar: CalendarRecord::of(frame.calendar),
        inputs: frame.inputs,
    })
}

fn positions(outcome: &Outcome) -> Vec<PositionTarget> {
    match &outcome.targets {
        Targets::Weights(weights) => weights
            .iter()
            .filter(|(_, weight)| **weight > NEGLIGIBLE_WEIGHT)
            .map(|(symbol, weight)| PositionTarget {
                symbol: symbol.clone(),
                target_weight: Some(Number(*weight)),
                target_value: None,
                role: (*symbol == outcome.safe_haven).then_some(Role::SafeHaven),
            })
            .collect(),
        Targets::Values(values) => values
            .iter()
            .map(|(symbol, value)| PositionTarget {
                symbol: symbol.clone(),
                target_weight: None,
                target_value: Some(Number(*value)),
                role: value_role(symbol),
            })
            .collect(),
    }
}

fn value_role(symbol: &Symbol) -> Option<Role> {
    if VALUE_SAFE_HAVENS.contains(&symbol.as_str()) {
        Some(Role::SafeHaven)
    } else if VALUE_INCOME.contains(&symbol.as_str()) {
        Some(Role::Income)
    } else {
        None
    }
}
