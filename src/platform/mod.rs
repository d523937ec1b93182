//! The form in which the platforms that place orders take a decision: exits among the positions, the safe haven always
//! listed, and the texts and keys that they read. The decision, its id and every target stay what they are.

pub mod keys;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::amount::grouped;
use crate::decision::{Decision, PositionTarget, Role, account_size};
use crate::finding::Code;
use crate::number::Number;
use crate::profile::words::{PlatformId, TargetMode};
use crate::strategy::shared::texts::{Badge, Texts};
use crate::strategy::{Action, RiskFlag};
use crate::symbol::Symbol;

/// Where a value strategy's texts stand once more.
const ANNOTATIONS: &str = "execution_annotations";

/// What a platform's form is made from besides the decision.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The strategy's sign and source.
    pub badge: Badge,
    /// The fund that holds idle money.
    pub safe_haven: Symbol,
    /// The day of the feature snapshot.
    pub snapshot_as_of: Option<NaiveDate>,
    /// The path of the feature snapshot.
    pub snapshot_path: Option<&'a str>,
    /// The profile's canonical key.
    pub profile: &'a str,
    /// The account's equity in US dollars.
    pub equity_usd: Option<f64>,
    /// The smallest equity that the profile is meant for, in US dollars.
    pub min_recommended_equity_usd: f64,
}

/// Puts a decision into the form that a platform takes.
pub fn adapt(decision: &mut Decision, platform: PlatformId, facts: &Facts<'_>) {
    if decision.action().is_actionable() {
        list_exits(decision, &facts.safe_haven);
    } else if !decision.risk_flags.contains(&RiskFlag::NoExecute) {
        decision.risk_flags.push(RiskFlag::NoExecute);
        decision.risk_flags.sort_unstable();
    }
    add_texts(decision, facts);
    insert(&mut decision.diagnostics, keys::STATUS_ICON, facts.badge.status_icon);
    insert(&mut decision.diagnostics, keys::SIGNAL_SOURCE, facts.badge.signal_source);
    if let Some(date) = facts.snapshot_as_of {
        decision.diagnostics.entry(keys::SNAPSHOT_AS_OF).or_insert_with(|| json!(date));
    }
    if platform == PlatformId::Ibkr {
        add_refusal_keys(decision, facts);
    }
}

/// Lists the exits and the safe haven among the positions, each with a target of zero.
fn list_exits(decision: &mut Decision, safe_haven: &Symbol) {
    let zero = |mode: TargetMode| (decision.target_mode == mode).then_some(Number(0.0));
    let (target_weight, target_value) = (zero(TargetMode::Weight), zero(TargetMode::Value));
    let exits = decision.exits.iter().map(|exit| (exit.symbol.clone(), Role::Exit));
    // The safe haven comes first: a platform looks for its role even where it is an exit.
    let zeros: Vec<(Symbol, Role)> =
        [(safe_haven.clone(), Role::SafeHaven)].into_iter().chain(exits).collect();
    for (symbol, role) in zeros {
        if decision.positions.iter().all(|position| position.symbol != symbol) {
            let role = Some(role);
            decision.positions.push(PositionTarget { symbol, target_weight, target_value, role });
        }
    }
    decision.positions.sort_by(|one, other| one.symbol.cmp(&other.symbol));
}

/// Adds what the platforms show: the strategy's own texts, or why there is nothing to do.
fn add_texts(decision: &mut Decision, facts: &Facts<'_>) {
    let refused = |code: Code| {
        let text = format!("fail_closed | reason={code}");
        Texts::new(text.clone(), text)
    };
    let texts = match (&decision.outcome, decision.first_error()) {
        (Some(outcome), _) => outcome.texts.clone(),
        (None, Some(code)) => refused(code),
        (None, None) => Texts::default(),
    };
    for (key, text) in &texts.diagnostics {
        insert(&mut decision.diagnostics, key, text.as_str());
    }
    let (equity, minimum) = (facts.equity_usd, facts.min_recommended_equity_usd);
    if decision.action() != Action::Blocked
        && account_size::is_small(equity, minimum)
        && let Some(Value::String(signal)) = decision.diagnostics.get_mut(keys::SIGNAL_DESCRIPTION)
    {
        signal.push_str(&small_account(equity.unwrap_or_default(), minimum));
    }
    if !texts.annotations.is_empty()
        && let Some(Value::Object(annotations)) = decision.diagnostics.get_mut(ANNOTATIONS)
    {
        for (key, text) in &texts.annotations {
            insert(annotations, key, text.as_str());
        }
    }
}

fn small_account(equity_usd: f64, minimum_usd: f64) -> String {
    format!(
        " | small account warning: portfolio equity ${} is below the recommended ${}; integer-share minimum position \
         sizing may prevent backtest replication",
        grouped(equity_usd, 0),
        grouped(minimum_usd, 0)
    )
}

/// Adds what one platform renders of a refusal, and what it names its files and days by.
fn add_refusal_keys(decision: &mut Decision, facts: &Facts<'_>) {
    let is_blocked = decision.action() == Action::Blocked;
    let guard = if is_blocked { "fail_closed" } else { "proceed" };
    let added = [
        (keys::SNAPSHOT_GUARD_DECISION, Some(json!(guard))),
        (keys::FAIL_REASON, decision.first_error().filter(|_| is_blocked).map(|code| json!(code))),
        (keys::SNAPSHOT_PATH, facts.snapshot_path.map(|path| json!(path))),
        (keys::TRADE_DATE, decision.as_of.map(|date| json!(date))),
        (keys::SIGNAL_DATE, decision.as_of.map(|date| json!(date))),
        (keys::EFFECTIVE_DATE, decision.effective_date.map(|date| json!(date))),
        (keys::SAFE_HAVEN_SYMBOL, Some(json!(facts.safe_haven))),
        (keys::STRATEGY_PROFILE, Some(json!(facts.profile))),
    ];
    for (key, value) in added {
        if let Some(value) = value {
            decision.diagnostics.insert(key.to_owned(), value);
        }
    }
    let managed = decision.outcome.as_ref().map_or(&[][..], |outcome| &outcome.managed_symbols);
    let is_missing = !is_blocked && !managed.contains(&facts.safe_haven);
    let managed: Value =
        managed.iter().chain(is_missing.then_some(&facts.safe_haven)).map(|symbol| json!(symbol)).collect();
    decision.diagnostics.entry(keys::MANAGED_SYMBOLS).or_insert(managed);
}

fn insert(map: &mut Map<String, Value>, key: &str, text: &str) {
    map.insert(key.to_owned(), Value::String(text.to_owned()));
}
