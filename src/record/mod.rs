//! The decision as it is printed: the whole record that every table, Markdown and CSV is drawn from.

mod calendar;
#[cfg(test)]
mod schema;
mod small_account;
mod verdict;

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::decision::account_size::AccountSize;
use crate::decision::exits::LEFT_THE_TARGETS_CODE;
use crate::decision::{Decision, PositionTarget, Role, SCHEMA};
use crate::finding::{self, Code, Finding};
use crate::input::InputRecord;
use crate::language::phrases::{Names, in_chinese};
use crate::market::calendar::Calendar;
use crate::next_dates::NextDates;
use crate::number::Number;
use crate::pipeline::{Request, Run};
use crate::plan::SharePlan;
use crate::profile::config::Config;
use crate::profile::words::TargetMode;
use crate::strategy::{Action, RiskFlag, Targets};
use crate::symbol::Symbol;
pub use calendar::CalendarRecord;
pub use verdict::Verdict;
pub(crate) use verdict::names;

/// The least cash that is worth a word: what shows as a cent.
pub const SMALLEST_CASH_USD: f64 = 0.005;

/// One target and what it changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Position {
    /// The symbol.
    pub symbol: Symbol,
    /// The target as a share of the equity, in weight profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_weight: Option<Number>,
    /// The target in US dollars, in value profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_value: Option<Number>,
    /// What it is for; `null` for most targets.
    pub role: Option<Role>,
    /// What the account holds of it in US dollars; `null` where no portfolio says so.
    pub current_value: Option<Number>,
    /// The target less what is held in US dollars; `null` where one of the two is not known.
    pub change_value: Option<Number>,
}

impl Position {
    /// The target in the unit of the profile.
    pub fn target(&self) -> f64 {
        self.target_weight.or(self.target_value).map_or(0.0, |target| target.0)
    }
}

/// A held symbol to be sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Exit {
    /// The symbol.
    pub symbol: Symbol,
    /// Why.
    pub reason: Cow<'static, str>,
    /// The same as a stable word; empty in a record of an older strat.
    #[serde(default)]
    pub reason_code: Cow<'static, str>,
    /// What the account holds of it in US dollars; `null` where no portfolio says so.
    pub current_value: Option<Number>,
    /// What is held, below zero; `null` where it is not known.
    pub change_value: Option<Number>,
}

/// A config key that has another value than in the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConfigChange {
    /// The key.
    pub key: String,
    /// The value in effect.
    pub value: Value,
    /// The profile's own value.
    pub profile_value: Value,
}

/// What is known of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccountRecord {
    /// The equity in US dollars; `null` if not given.
    pub equity: Option<Number>,
    /// Whether a portfolio gave the positions.
    pub has_positions: bool,
    /// What an account below the profile's minimum can hold of these targets; `null` where it is not below, or the equity
    /// is not known.
    pub small_account: Option<String>,
}

/// The lines of a decision in other languages than English.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "LocalizedDecision"))]
pub struct Localized {
    /// Simplified Chinese.
    pub zh: LocalizedLines,
}

/// The lines of a decision in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LocalizedLines {
    /// What there is to do.
    pub verdict_line: String,
    /// The signal; `null` where an input blocked the decision.
    pub headline: Option<String>,
}

/// A decision, as it is printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Record {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: Cow<'static, str>,
    /// The version of the tool.
    pub strat_version: Cow<'static, str>,
    /// The hash of what was decided; equal decisions have equal ids. `null` where the profile can't be read.
    pub decision_id: Option<String>,
    /// The profile's canonical key.
    pub profile: String,
    /// The profile's name for people; `null` where the profile can't be read.
    pub display_name: Option<String>,
    /// The decision date; snapshot profiles may have none.
    pub as_of: Option<NaiveDate>,
    /// The session that the targets are for.
    pub effective_date: Option<NaiveDate>,
    /// The unit of the targets; `null` where the profile can't be read.
    pub target_mode: Option<TargetMode>,
    /// The unit of the profile's own targets, which `--target-mode` may convert.
    pub native_target_mode: Option<TargetMode>,
    /// What the rule says.
    pub action: Action,
    /// Whether the positions are to be acted upon.
    pub actionable: bool,
    /// What there is to do.
    #[serde(default)]
    pub verdict: Verdict,
    /// The same in one line for people.
    #[serde(default)]
    pub verdict_line: String,
    /// Whether something is to be traded; `null` on hold, on blocked, and where no portfolio gives the positions.
    pub changes_needed: Option<bool>,
    /// The largest change of a symbol in US dollars, traded or not: by the share plan, or without one by the targets; `null`
    /// where `changes_needed` is `null` because no portfolio gives positions.
    #[serde(default)]
    pub largest_change: Option<Number>,
    /// The short word of the decision; `null` where an input blocked it.
    pub signal: Option<String>,
    /// The signal in one line for people; `null` where an input blocked it.
    pub headline: Option<String>,
    /// `verdict_line` and `headline` in other languages; `null` in a record of an older strat.
    #[serde(default)]
    pub localized: Option<Localized>,
    /// The targets, sorted by symbol.
    pub positions: Vec<Position>,
    /// Held symbols to be sold, sorted.
    pub exits: Vec<Exit>,
    /// What the targets leave in cash, in US dollars; `null` in weight profiles and without an equity.
    pub cash_value: Option<Number>,
    /// Held symbols that the profile will never sell, sorted; `null` on a blocked decision that read no portfolio.
    pub unmanaged: Option<Vec<Symbol>>,
    /// The portfolio's `metadata`, passed on as it is; left out where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_labels: Option<Value>,
    /// No profile has budgets yet; the contract has their place.
    #[serde(default)]
    pub budgets: Vec<Value>,
    /// The risk flags, sorted.
    pub risk_flags: Vec<RiskFlag>,
    /// The strategy's own numbers and the account-size ones.
    #[cfg_attr(test, schemars(schema_with = "schema::of_diagnostics"))]
    pub diagnostics: Map<String, Value>,
    /// The plan in whole shares; `null` without an equity or any price, on hold and on blocked.
    pub share_plan: Option<SharePlan>,
    /// The smallest change worth a trade in US dollars; `null` where an input blocked the decision.
    pub trade_threshold: Option<Number>,
    /// What was found about the inputs.
    pub findings: Vec<Finding>,
    /// The errors that the user allowed, which stand among the findings as warnings.
    #[serde(default)]
    pub allowed: Vec<Code>,
    /// The config that the decision was made with; `null` where the profile can't be read.
    pub config: Option<Config>,
    /// Where it differs from the profile's own.
    #[serde(default)]
    pub config_changes: Vec<ConfigChange>,
    /// The account.
    #[serde(default)]
    pub account: AccountRecord,
    /// The date of the snapshot; `null` without one.
    pub snapshot_as_of: Option<NaiveDate>,
    /// The days that come next; `null` where neither the decision nor a snapshot has a date.
    pub next_dates: Option<NextDates>,
    /// The exchange calendar.
    pub calendar: CalendarRecord,
    /// The files.
    pub inputs: Vec<InputRecord>,
    /// The flags that it was made with; `null` in a record of an older strat. It is not part of the id.
    #[serde(default)]
    pub request: Option<Request>,
    /// With several accounts: the exit code of this one; left out of a single decision. It is not part of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u8>,
}

impl Record {
    /// Records a decision.
    pub fn new(decided: &Run) -> Self {
        let (decision, manifest) = (decided.decision.clone(), &decided.profile.manifest);
        let (action, outcome) = (decision.action(), decided.outcome());
        let Decision { decided: own, target_mode, risk_flags, diagnostics } = decision;
        let held = Held::new(decided);
        let config = decided.profile.config.clone();
        let record = Self {
            decision_id: Some(own.decision_id),
            display_name: Some(manifest.display_name.en.clone()),
            as_of: own.as_of,
            effective_date: own.effective_date,
            target_mode: Some(target_mode),
            native_target_mode: Some(manifest.target_mode),
            action,
            actionable: action.is_actionable(),
            signal: outcome.map(|outcome| outcome.signal.clone()),
            headline: outcome.map(|outcome| outcome.headline.clone()),
            positions: own.positions.iter().map(|position| held.position(position)).collect(),
            exits: own.exits.iter().map(|exit| held.exit(&exit.symbol, exit.reason)).collect(),
            cash_value: cash_value(decided).map(Number),
            unmanaged: (action != Action::Blocked || decided.evidence.has_portfolio).then_some(own.unmanaged),
            account_labels: decided.evidence.account.labels.clone(),
            risk_flags,
            diagnostics,
            share_plan: decided.share_plan.clone(),
            trade_threshold: outcome.map(|_| Number(decided.trade_threshold_usd)),
            allowed: own.allowed,
            config_changes: config_changes(&config, &manifest.config),
            config: Some(config),
            account: account(decided),
            snapshot_as_of: decided.evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of),
            next_dates: decided.next_dates(),
            calendar: CalendarRecord::of(&decided.evidence.calendar),
            inputs: decided.inputs.clone(),
            ..Self::unprofiled(manifest.profile.to_string(), own.findings)
        };
        record.with_verdict()
    }

    /// The blocked decision where not even the profile can be read, under the name that the user gave it.
    pub fn unprofiled(profile: String, mut findings: Vec<Finding>) -> Self {
        finding::name_hints(&mut findings);
        let record = Self {
            schema: SCHEMA.into(),
            strat_version: env!("CARGO_PKG_VERSION").into(),
            decision_id: None,
            profile,
            display_name: None,
            as_of: None,
            effective_date: None,
            target_mode: None,
            native_target_mode: None,
            action: Action::Blocked,
            actionable: false,
            verdict: Verdict::Blocked,
            verdict_line: verdict::blocked_line(&findings),
            changes_needed: None,
            largest_change: None,
            signal: None,
            headline: None,
            localized: None,
            positions: Vec::new(),
            exits: Vec::new(),
            cash_value: None,
            unmanaged: None,
            account_labels: None,
            budgets: Vec::new(),
            risk_flags: vec![RiskFlag::NoExecute],
            diagnostics: Map::new(),
            share_plan: None,
            trade_threshold: None,
            findings,
            allowed: Vec::new(),
            config: None,
            config_changes: Vec::new(),
            account: AccountRecord::default(),
            snapshot_as_of: None,
            next_dates: None,
            calendar: CalendarRecord::of(&Calendar::default()),
            inputs: Vec::new(),
            request: None,
            exit_code: None,
        };
        record.with_localized()
    }

    /// The same with the flags that it was made with.
    #[must_use]
    pub fn with_request(self, request: &Request) -> Self {
        Self { request: Some(request.clone()), ..self }
    }

    /// The same with its verdict, where an older strat did not write one.
    #[must_use]
    pub fn judged(self) -> Self {
        if self.verdict_line.is_empty() { self.with_verdict() } else { self }
    }

    fn with_verdict(mut self) -> Self {
        verdict::judge(&mut self);
        self.with_localized()
    }

    fn with_localized(mut self) -> Self {
        let chinese = |line: &str| in_chinese(line, &Names::new());
        let zh = LocalizedLines {
            verdict_line: chinese(&self.verdict_line),
            headline: self.headline.as_deref().map(chinese),
        };
        self.localized = Some(Localized { zh });
        self
    }

    /// The lines that the record has in Chinese, each after its English one.
    pub fn names_in_chinese(&self) -> Names {
        let Some(Localized { zh }) = &self.localized else { return Names::new() };
        let headline = self.headline.clone().zip(zh.headline.clone());
        std::iter::once((self.verdict_line.clone(), zh.verdict_line.clone())).chain(headline).collect()
    }

    /// What tells the account from others: its id, or the path of its portfolio.
    pub fn account_name(&self) -> Option<&str> {
        let flags = &self.request.as_ref()?.account;
        flags.account_id.as_deref().or(flags.portfolio.as_deref())
    }

    /// The exits that do not stand among the positions already.
    pub fn exits_beside_positions(&self) -> impl Iterator<Item = &Exit> {
        self.exits.iter().filter(|exit| self.positions.iter().all(|position| position.symbol != exit.symbol))
    }

    /// The equity in US dollars below which whole shares blur the targets; `None` where the profile can't be read.
    pub fn minimum_usd(&self) -> Option<f64> {
        let size = AccountSize::deserialize(&self.diagnostics).ok()?;
        Some(size.min_recommended_equity_usd.0)
    }

    /// How many symbols are bought and sold; `None` where the account is not known.
    pub fn trade_counts(&self) -> Option<(usize, usize)> {
        verdict::trade_counts(self)
    }
}

/// What the account holds now, where a portfolio says so.
struct Held<'a> {
    decided: &'a Run,
    is_known: bool,
}

impl<'a> Held<'a> {
    fn new(decided: &'a Run) -> Self {
        Self { decided, is_known: decided.evidence.has_portfolio && decided.outcome().is_some() }
    }

    /// US dollars. A symbol that only `--holdings` names is held in an unknown quantity.
    fn value_usd(&self, symbol: &Symbol) -> Option<f64> {
        let account = &self.decided.evidence.account;
        let is_unknown = account.holds(symbol) && !account.positions.contains_key(symbol);
        (self.is_known && !is_unknown).then(|| account.market_value_usd(symbol))
    }

    fn position(&self, target: &PositionTarget) -> Position {
        let PositionTarget { symbol, target_weight, target_value, role } = target.clone();
        let equity = self.decided.evidence.account.equity_usd;
        let target_usd = match (target_value, target_weight, equity) {
            (Some(value), ..) => Some(value.0),
            (None, Some(weight), Some(equity)) => Some(weight.0 * equity),
            _ => None,
        };
        let current = self.value_usd(&symbol);
        let change = target_usd.zip(current).map(|(target, current)| target - current);
        Position {
            symbol,
            target_weight,
            target_value,
            role,
            current_value: current.map(Number),
            change_value: change.map(Number),
        }
    }

    fn exit(&self, symbol: &Symbol, reason: &'static str) -> Exit {
        let current = self.value_usd(symbol);
        Exit {
            symbol: symbol.clone(),
            reason: reason.into(),
            reason_code: LEFT_THE_TARGETS_CODE.into(),
            current_value: current.map(Number),
            change_value: current.map(|current| Number(0.0 - current)),
        }
    }
}

/// The part of the equity that the targets of a value profile leave in cash.
fn cash_value(decided: &Run) -> Option<f64> {
    let equity = decided.evidence.account.equity_usd?;
    match &decided.outcome()?.targets {
        Targets::Values(values) if !values.is_empty() => Some(equity - values.values().sum::<f64>()),
        _ => None,
    }
}

fn config_changes(config: &Config, own: &Config) -> Vec<ConfigChange> {
    // A number is the same one however it is written: 0 and 0.0.
    let is_same =
        |one: &Value, other: &Value| one == other || one.as_f64().is_some_and(|n| other.as_f64() == Some(n));
    let is_changed = |(key, value): &(&String, &Value)| !own.get(*key).is_some_and(|own| is_same(own, value));
    let change = |(key, value): (&String, &Value)| ConfigChange {
        key: key.clone(),
        value: value.clone(),
        profile_value: own.get(key).cloned().unwrap_or(Value::Null),
    };
    config.iter().filter(is_changed).map(change).collect()
}

fn account(decided: &Run) -> AccountRecord {
    AccountRecord {
        equity: decided.evidence.account.equity_usd.map(Number),
        has_positions: decided.evidence.has_portfolio,
        small_account: small_account::in_words(decided),
    }
}
