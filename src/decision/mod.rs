//! The decision under its output contract: an outcome with its date, account, exits, identity and inputs.

pub(crate) mod account_size;
pub(crate) mod contract;
pub(crate) mod exits;
pub(crate) mod identity;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::check;
use crate::check::day::Day;
use crate::finding::{Code, Finding, any_error};
use crate::number::Number;
use crate::profile::Profile;
use crate::profile::words::{Effective, TargetMode};
use crate::strategy::trace::Trace;
use crate::strategy::{Action, Inputs, Outcome, RiskFlag, Targets};
use crate::symbol::Symbol;
use crate::words::words;
use exits::Exit;

/// The name and version of the output contract.
pub const SCHEMA: &str = "strat.decision.v1";

/// A weight of at most this is no position.
pub const NEGLIGIBLE_WEIGHT: f64 = 1e-12;

words! {
    /// What a position is for.
    Role, "role":
    /// Idle money.
    SafeHaven = "safe_haven",
    /// The income layer.
    Income = "income",
    /// Held, and no longer a target.
    Exit = "exit",
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

/// A decision as it goes out: what was decided, in the unit that was asked for, with its numbers.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What was decided; the id stays that of the profile's own targets, whatever the positions are turned into.
    pub decided: Decided,
    /// The unit of the positions.
    pub target_mode: TargetMode,
    /// The risk flags, sorted.
    pub risk_flags: Vec<RiskFlag>,
    /// The strategy's own numbers and the account-size ones.
    pub diagnostics: Map<String, Value>,
}

/// A decision that breaks the contract: a fault of the program, not of an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ContractViolation(pub String);

/// What the user asks of a decision besides its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The errors that are allowed.
    pub allow: Vec<Code>,
    /// How many sessions a used symbol's newest bar may lie before the decision date.
    pub max_lag: usize,
    /// Whether exits are to stand among the positions as zero targets.
    pub explicit_exits: bool,
    /// Whether a warning blocks too, unless its code is allowed.
    pub is_strict: bool,
}

impl Default for Options {
    fn default() -> Self {
        let max_lag = check::prices::DEFAULT_MAX_LAG;
        Self { allow: Vec::new(), max_lag, explicit_exits: false, is_strict: false }
    }
}

/// What is decided on one day for one account.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision date; snapshot profiles may have none.
    pub as_of: Option<NaiveDate>,
    /// The session that the targets are for.
    pub effective_date: Option<NaiveDate>,
    /// What the strategy answered; `None` when an input blocked it.
    pub outcome: Option<Outcome>,
    /// The targets, sorted by symbol.
    pub positions: Vec<PositionTarget>,
    /// Held symbols to be sold, sorted.
    pub exits: Vec<Exit>,
    /// Held symbols that the profile will never sell, sorted.
    pub unmanaged: Vec<Symbol>,
    /// What was found about the inputs: errors first, then in the order they were found.
    pub findings: Vec<Finding>,
    /// The errors that the user allowed, which stand among the findings as warnings.
    pub allowed: Vec<Code>,
    /// The hash of what was decided; equal decisions have equal ids.
    pub decision_id: String,
}

impl Decided {
    /// What to do.
    pub fn action(&self) -> Action {
        self.outcome.as_ref().map_or(Action::Blocked, |outcome| outcome.action)
    }

    /// The code of the first error.
    pub fn first_error(&self) -> Option<Code> {
        self.findings.iter().find(|finding| finding.is_error()).map(|finding| finding.code)
    }

    /// The risk flags, sorted.
    pub fn risk_flags(&self) -> Vec<RiskFlag> {
        match &self.outcome {
            Some(outcome) => outcome.risk_flags.iter().copied().collect(),
            None => vec![RiskFlag::NoExecute],
        }
    }
}

/// Decides: the checks of the day, the rule, the contract, positions, exits, identity. It opens no file, and its cost
/// does not grow with the histories. How to ask about many days: see [`Inputs`].
///
/// An error among the findings blocks the decision: there is no outcome then, and nothing to do.
///
/// # Errors
/// When the outcome breaks a post-condition of the contract.
pub fn decide(
    profile: &Profile,
    inputs: Inputs<'_>,
    options: &Options,
    trace: &mut Trace,
) -> Result<Decided, ContractViolation> {
    let inputs = inputs.within(profile.strategy.reach());
    let needs = profile.strategy.price_needs(inputs.snapshot);
    let windows = inputs.prices.windows_of(needs.symbols.keys()).collect::<Vec<_>>();
    let inputs = Inputs { prices: inputs.prices.with_windows(&windows), ..inputs };
    let day = Day { profile, inputs, needs: &needs, windows: &windows, max_lag: options.max_lag };
    let mut findings: Vec<Finding> = inputs.found.iter().cloned().chain(day.before_the_rule()).collect();
    let mut allowed = check::allowance::apply(&mut findings, &options.allow);
    let mut outcome = None;
    let hangs_on_bars = findings.iter().any(check::day::unread::hangs_on_bars);
    if !findings.iter().any(|finding| finding.is_error() && !check::day::unread::hangs_on_bars(finding)) {
        match profile.strategy.decide(inputs, trace) {
            Ok(decided) if check::day::unread::blocks(&mut findings, &decided.price_symbols) => {}
            // What the rule lacks may be what the files hold and can't be read.
            Err(_) if hangs_on_bars => {}
            Ok(mut decided) => {
                check::day::holdings::manage_previous(&mut decided, inputs.previous_names);
                let mut more = decided.findings.clone();
                check::day::holdings::block_unpriced_holdings(&day, &decided, &mut more);
                more.extend(day.after_the_rule(&decided));
                allowed.extend(check::allowance::apply(&mut more, &options.allow));
                findings.extend(more);
                outcome = Some(decided);
            }
            Err(refusals) => findings.extend(refusals),
        }
    }
    let mut decided = Decided::new(profile, inputs, outcome, options)?;
    decided.allowed = allowed;
    decided.add_findings(profile, findings, options)?;
    Ok(decided)
}

impl Decided {
    /// Puts an outcome under the contract; without one the decision is blocked.
    fn new(
        profile: &Profile,
        inputs: Inputs<'_>,
        outcome: Option<Outcome>,
        options: &Options,
    ) -> Result<Self, ContractViolation> {
        let manifest = &profile.manifest;
        let effective_date = match manifest.effective {
            Effective::NextSession => inputs.as_of.and_then(|as_of| inputs.calendar.next_session(as_of)),
            Effective::SameDay => inputs.as_of.map(|as_of| inputs.calendar.session_from(as_of)),
        };
        let mut decided = Self {
            as_of: inputs.as_of,
            effective_date,
            outcome,
            positions: Vec::new(),
            exits: Vec::new(),
            unmanaged: Vec::new(),
            findings: Vec::new(),
            allowed: Vec::new(),
            decision_id: String::new(),
        };
        if let Some(outcome) = &decided.outcome {
            contract::check(outcome, manifest.target_mode)?;
            decided.positions = positions(outcome);
            (decided.exits, decided.unmanaged) = exits::of_holdings(inputs.account, outcome);
        }
        // The id is that of the profile's own targets, before anything is added to them.
        decided.decision_id = identity::decision_id(profile, &decided)?;
        if options.explicit_exits {
            let zeros = decided.exits.iter().map(|exit| exit.as_zero_target(manifest.target_mode));
            decided.positions.extend(zeros);
            decided.positions.sort_by(|one, other| one.symbol.cmp(&other.symbol));
        }
        Ok(decided)
    }
}

impl Decided {
    /// Adds findings; an error among them blocks the decision, and so does a warning of a strict run.
    ///
    /// # Errors
    /// When a number of the decision is not finite.
    pub fn add_findings(
        &mut self,
        profile: &Profile,
        mut more: Vec<Finding>,
        options: &Options,
    ) -> Result<(), ContractViolation> {
        if options.is_strict {
            self.allowed.extend(check::allowance::raise_warnings(&mut more, &options.allow));
        }
        self.allowed.sort_unstable();
        self.allowed.dedup();
        let blocks = any_error(&more);
        self.findings.extend(more);
        // Errors first, then warnings; within a severity in the order they were found.
        self.findings.sort_by_key(|finding| finding.severity);
        if blocks && self.outcome.is_some() {
            (self.outcome, self.positions, self.exits, self.unmanaged) =
                (None, Vec::new(), Vec::new(), Vec::new());
            self.decision_id = identity::decision_id(profile, self)?;
        }
        Ok(())
    }
}

impl Decision {
    /// Makes a decision ready to go out.
    ///
    /// # Errors
    /// When a number of the account or the diagnostics is not finite.
    pub fn new(
        profile: &Profile,
        decided: Decided,
        equity_usd: Option<f64>,
    ) -> Result<Self, ContractViolation> {
        let manifest = &profile.manifest;
        let broken = |error: serde_json::Error| ContractViolation(error.to_string());
        let mut diagnostics = match &decided.outcome {
            None => Map::new(),
            Some(outcome) => match serde_json::to_value(&outcome.diagnostics).map_err(broken)? {
                Value::Object(diagnostics) => diagnostics,
                _ => return Err(ContractViolation("the diagnostics are not an object".to_owned())),
            },
        };
        let minimum_usd = manifest.min_recommended_equity_usd;
        diagnostics.append(&mut account_size::diagnostics(equity_usd, minimum_usd).map_err(broken)?);
        // Why nothing is to be done, where the rule does not say it itself.
        let error = decided.first_error().filter(|_| decided.action() == Action::Blocked);
        if let Some(code) = error {
            diagnostics.insert("no_op_reason".to_owned(), code.as_str().into());
        }
        let (target_mode, risk_flags) = (manifest.target_mode, decided.risk_flags());
        Ok(Self { decided, target_mode, risk_flags, diagnostics })
    }
}

impl std::ops::Deref for Decision {
    type Target = Decided;

    fn deref(&self) -> &Decided {
        &self.decided
    }
}

impl std::ops::DerefMut for Decision {
    fn deref_mut(&mut self) -> &mut Decided {
        &mut self.decided
    }
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
                role: role(symbol, outcome),
            })
            .collect(),
        Targets::Values(values) => values
            .iter()
            .map(|(symbol, value)| PositionTarget {
                symbol: symbol.clone(),
                target_weight: None,
                target_value: Some(Number(*value)),
                role: role(symbol, outcome),
            })
            .collect(),
    }
}

fn role(symbol: &Symbol, outcome: &Outcome) -> Option<Role> {
    if *symbol == outcome.safe_haven || outcome.cash_symbols.contains(symbol) {
        return Some(Role::SafeHaven);
    }
    outcome.income_symbols.contains(symbol).then_some(Role::Income)
}
