//! Two records compared: what changed, and where both are explanations, which gates changed sides.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::Saved;
pub use super::change::{Change, Turnover};
use crate::amount::{grouped, percent_with};
use crate::decision::Role;
use crate::explain::{ExplainedGate, Explanation};
use crate::finding::Finding;
use crate::input::{FileKind, InputRecord};
use crate::number::Number;
use crate::profile::words::TargetMode;
use crate::record::{Record, Verdict, names};
use crate::symbol::Symbol;

/// The name and version of the JSON shape.
pub const SCHEMA: &str = "strat.diff.v1";

/// The decimals of a target in the first line, and how many more tell two targets apart at most.
const FEWEST_DECIMALS: usize = 1;
/// The decimals of a cent.
const CENTS: usize = 2;
const MOST_DECIMALS: usize = 15;

/// One of the two decisions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Side {
    /// The profile's key.
    pub profile: String,
    /// The decision date.
    pub as_of: Option<NaiveDate>,
    /// The version of the program that wrote the record.
    pub strat_version: String,
    /// The decision's id.
    pub decision_id: Option<String>,
    /// What there is to do.
    pub verdict: Verdict,
    /// The verdict in one line.
    pub verdict_line: String,
}

impl Side {
    fn new(record: &Record) -> Self {
        Self {
            profile: record.profile.clone(),
            as_of: record.as_of,
            strat_version: record.strat_version.to_string(),
            decision_id: record.decision_id.clone(),
            verdict: record.verdict,
            verdict_line: record.verdict_line.clone(),
        }
    }
}

/// A target that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TargetChange {
    /// The symbol.
    pub symbol: Symbol,
    /// The old target; zero without one.
    pub old: Number,
    /// The new target; zero without one.
    pub new: Number,
    /// The new target less the old one.
    pub change: Number,
}

/// A config key that differs; `null` where a record does not have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KeyChange {
    /// The key.
    pub key: String,
    /// The old value.
    pub old: Value,
    /// The new value.
    pub new: Value,
}

/// An input that differs. Files of one kind are compared in the order in which they were named.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputChange {
    /// What kind of input it is.
    pub kind: FileKind,
    /// The old file; `null` where there was none.
    pub old: Option<InputSide>,
    /// The new file; `null` where there is none.
    pub new: Option<InputSide>,
}

/// An input file of one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputSide {
    /// The path as the user named it.
    pub path: String,
    /// The newest date that the decision looked at.
    pub last: Option<NaiveDate>,
    /// The sha256 of the file.
    pub sha256: String,
}

impl InputSide {
    fn new(input: &InputRecord) -> Self {
        Self { path: input.path.clone(), last: input.last, sha256: input.sha256.clone() }
    }
}

/// A gate that changed sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GateChange {
    /// The old gate.
    pub old: ExplainedGate,
    /// The new gate.
    pub new: ExplainedGate,
}

/// The ranks of a symbol that came into the targets or left them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankChange {
    /// The ranking.
    pub ranking: String,
    /// The symbol.
    pub symbol: Symbol,
    /// The old rank, from 1; `null` where it was not ranked.
    pub old: Option<usize>,
    /// The new rank, from 1; `null` where it is not ranked.
    pub new: Option<usize>,
}

/// What differs between two decisions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diff {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// Whether the targets are the same; two holds are, and so are two blocked decisions.
    pub same_targets: bool,
    /// What changed, in one line.
    pub line: String,
    /// The name of the account; `null` where neither record has one.
    pub account: Option<String>,
    /// The old decision.
    pub old: Side,
    /// The new decision.
    pub new: Side,
    /// The unit of `targets`; `null` where targets are not compared.
    pub target_mode: Option<TargetMode>,
    /// The targets that differ, the largest change first.
    pub targets: Vec<TargetChange>,
    /// The exits that came and went.
    pub exits: Turnover<Symbol>,
    /// The short words of the decisions; `null` where they are equal.
    pub signal: Option<Change<Option<String>>>,
    /// The signals in one line; `null` where they are equal.
    pub headline: Option<Change<Option<String>>>,
    /// The config keys that differ; empty for records of two profiles.
    pub config: Vec<KeyChange>,
    /// The equities in US dollars; `null` where they are equal.
    pub equity: Option<Change<Option<Number>>>,
    /// The inputs that differ.
    pub inputs: Vec<InputChange>,
    /// The findings that came and went.
    pub findings: Turnover<Finding>,
    /// The gates that changed sides, where both records are explanations of one profile.
    pub gates: Vec<GateChange>,
    /// The ranks of symbols that came into the targets or left them, where both records are explanations of one profile.
    pub ranks: Vec<RankChange>,
}

impl Diff {
    /// Compares two records; `None` where one of them is not a decision.
    pub fn new(old: &Saved, new: &Saved) -> Option<Self> {
        let mut diff = Self::of_decisions(old.decision()?, new.decision()?);
        let is_one_profile = diff.old.profile == diff.new.profile;
        if let (Some(old), Some(new), true) = (old.explanation(), new.explanation(), is_one_profile) {
            diff.gates = gates(old, new);
            diff.ranks = ranks(old, new, &diff.targets);
        }
        Some(diff)
    }

    /// Compares two decisions.
    pub fn of_decisions(old: &Record, new: &Record) -> Self {
        let compared = Compared::new(old, new);
        let (same_targets, line) = first_line(old, new, compared.as_ref());
        let (target_mode, targets) =
            compared.map_or((None, Vec::new()), |compared| (Some(compared.unit), compared.changes));
        let symbols = |record: &Record| -> Vec<Symbol> {
            record.exits.iter().map(|exit| exit.symbol.clone()).collect()
        };
        Self {
            schema: SCHEMA,
            same_targets,
            line,
            account: new.account_name().or(old.account_name()).map(str::to_owned),
            old: Side::new(old),
            new: Side::new(new),
            target_mode,
            targets,
            exits: turnover(symbols(old), symbols(new)),
            signal: Change::of(old.signal.clone(), new.signal.clone()),
            headline: Change::of(old.headline.clone(), new.headline.clone()),
            config: config(old, new),
            equity: Change::of(old.account.equity, new.account.equity),
            inputs: inputs(&old.inputs, &new.inputs),
            findings: turnover(old.findings.clone(), new.findings.clone()),
            gates: Vec::new(),
            ranks: Vec::new(),
        }
    }
}

/// The targets of two decisions in one unit.
struct Compared {
    unit: TargetMode,
    /// Those that differ, the largest change first.
    changes: Vec<TargetChange>,
}

impl Compared {
    /// `None` unless both decisions are to be acted upon and have one unit, if need be by the equity.
    fn new(old: &Record, new: &Record) -> Option<Self> {
        if !(old.actionable && new.actionable) {
            return None;
        }
        let (old_unit, new_unit) = (old.target_mode?, new.target_mode?);
        let unit = if old_unit == new_unit { old_unit } else { TargetMode::Weight };
        let (old, new) = (targets(old, unit)?, targets(new, unit)?);
        let symbols: BTreeSet<&Symbol> = old.keys().chain(new.keys()).collect();
        let change = |symbol: &Symbol| {
            let target = |targets: &BTreeMap<Symbol, f64>| targets.get(symbol).copied().unwrap_or(0.0);
            let (old, new) = (target(&old), target(&new));
            let symbol = symbol.clone();
            TargetChange { symbol, old: Number(old), new: Number(new), change: Number(new - old) }
        };
        let mut changes: Vec<TargetChange> =
            symbols.into_iter().map(change).filter(|change| change.old != change.new).collect();
        let size = |change: &TargetChange| change.change.0.abs();
        changes.sort_by(|one, other| {
            size(other).total_cmp(&size(one)).then_with(|| one.symbol.cmp(&other.symbol))
        });
        Some(Self { unit, changes })
    }
}

/// The targets above zero in a unit; `None` where the equity that would convert them is not known.
fn targets(record: &Record, unit: TargetMode) -> Option<BTreeMap<Symbol, f64>> {
    let divisor = match (record.target_mode?, unit) {
        (TargetMode::Value, TargetMode::Weight) => {
            record.account.equity.map(|equity| equity.0).filter(|equity| *equity > 0.0)?
        }
        _ => 1.0,
    };
    let held = record.positions.iter().filter(|position| position.role != Some(Role::Exit));
    let targets = held.map(|position| (position.symbol.clone(), position.target() / divisor));
    Some(targets.filter(|(_, target)| *target != 0.0).collect())
}

/// Whether the targets are the same, and what changed in one line.
fn first_line(old: &Record, new: &Record, compared: Option<&Compared>) -> (bool, String) {
    let (is_same, mut line) = match compared {
        Some(compared) if compared.changes.is_empty() => (true, "SAME TARGETS".to_owned()),
        Some(compared) => (false, format!("CHANGED: {}", changes_in_words(compared))),
        None if !old.actionable && !new.actionable && old.action == new.action => {
            (true, "SAME TARGETS".to_owned())
        }
        None => {
            let words = format!("{} -> {}", old.verdict.words(), new.verdict.words());
            (false, format!("CHANGED: {words} (no targets to compare)"))
        }
    };
    if old.profile != new.profile {
        line.push_str(&format!(" (two profiles: {} -> {})", old.profile, new.profile));
    }
    (is_same, line)
}

/// What is bought and sold, and what has another target.
fn changes_in_words(compared: &Compared) -> String {
    let (mut buys, mut sells, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for TargetChange { symbol, old, new, .. } in &compared.changes {
        match (old.0, new.0) {
            (0.0, _) => buys.push(symbol),
            (_, 0.0) => sells.push(symbol),
            (old, new) => {
                let (old, new) = told_apart(compared.unit, old, new, FEWEST_DECIMALS);
                moved.push(format!("{symbol} {old} -> {new}"));
            }
        }
    }
    let sides = [("buys", buys), ("sells", sells)].into_iter().filter(|(_, symbols)| !symbols.is_empty());
    let sides: Vec<String> = sides.map(|(word, symbols)| format!("{word} {}", names(symbols))).collect();
    let parts = [sides.join(", "), names(moved)].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

/// Two targets with as many decimals as it takes to tell them apart.
pub fn told_apart(unit: TargetMode, old: f64, new: f64, fewest: usize) -> (String, String) {
    let drawn = |amount: f64, decimals: usize| match unit {
        TargetMode::Weight => percent_with(amount, decimals),
        TargetMode::Value => {
            let text = grouped(amount, decimals.max(CENTS));
            // A sentence has whole dollars without cents.
            let text = text.strip_suffix(".00").filter(|_| decimals < CENTS).unwrap_or(&text);
            format!("{text} USD")
        }
    };
    let both = |decimals| (drawn(old, decimals), drawn(new, decimals));
    (fewest..MOST_DECIMALS).map(both).find(|(old, new)| old != new).unwrap_or_else(|| both(MOST_DECIMALS))
}

/// What only one of two lists has.
pub(super) fn turnover<T: PartialEq + Clone>(old: Vec<T>, new: Vec<T>) -> Turnover<T> {
    let came = new.iter().filter(|value| !old.contains(value)).cloned().collect();
    let went = old.into_iter().filter(|value| !new.contains(value)).collect();
    Turnover { came, went }
}

fn config(old: &Record, new: &Record) -> Vec<KeyChange> {
    // Another profile has other keys.
    let of_one_profile = Some((old, new)).filter(|_| old.profile == new.profile);
    let Some((Some(old), Some(new))) = of_one_profile.map(|(old, new)| (&old.config, &new.config)) else {
        return Vec::new();
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |key: &String| {
        let value = |config: &crate::profile::config::Config| config.get(key).cloned().unwrap_or(Value::Null);
        KeyChange { key: key.clone(), old: value(old), new: value(new) }
    };
    keys.into_iter().map(change).filter(|change| change.old != change.new).collect()
}

/// Pairs the files of one kind in the order in which they were named.
fn inputs(old: &[InputRecord], new: &[InputRecord]) -> Vec<InputChange> {
    let mut kinds: Vec<FileKind> = Vec::new();
    for input in old.iter().chain(new) {
        if !kinds.contains(&input.kind) {
            kinds.push(input.kind);
        }
    }
    let of_kind = |kind: FileKind| {
        let sides = |inputs: &[InputRecord]| -> Vec<InputSide> {
            inputs.iter().filter(|input| input.kind == kind).map(InputSide::new).collect()
        };
        let (old, new) = (sides(old), sides(new));
        let pair = move |place: usize| (old.get(place).cloned(), new.get(place).cloned());
        (0..)
            .map(pair)
            .take_while(|pair| *pair != (None, None))
            .filter(|(old, new)| old != new)
            .map(move |(old, new)| InputChange { kind, old, new })
    };
    kinds.into_iter().flat_map(of_kind).collect()
}

/// The gates that both explanations asked and answered differently.
fn gates(old: &Explanation, new: &Explanation) -> Vec<GateChange> {
    let twin = |explained: &ExplainedGate| {
        let gate = &explained.gate;
        let is_twin =
            |other: &&ExplainedGate| other.gate.name == gate.name && other.gate.symbol == gate.symbol;
        old.gates.iter().find(is_twin).filter(|other| other.gate.holds != gate.holds)
    };
    let changed = |gate: &ExplainedGate| Some(GateChange { old: twin(gate)?.clone(), new: gate.clone() });
    new.gates.iter().filter_map(changed).collect()
}

/// Where what came into the targets, and what left them, stands in the rankings.
fn ranks(old: &Explanation, new: &Explanation, targets: &[TargetChange]) -> Vec<RankChange> {
    let rank = |explanation: &Explanation, ranking: &str, symbol: &Symbol| {
        let ranking = explanation.rankings.iter().find(|other| other.name == ranking)?;
        ranking.rows.iter().find(|row| row.symbol == *symbol).map(|row| row.rank)
    };
    let mut changes = Vec::new();
    let moved = targets.iter().filter(|change| change.old.0 == 0.0 || change.new.0 == 0.0);
    for TargetChange { symbol, .. } in moved {
        for ranking in &new.rankings {
            let (old, new) = (rank(old, &ranking.name, symbol), rank(new, &ranking.name, symbol));
            if old != new {
                changes.push(RankChange { ranking: ranking.name.clone(), symbol: symbol.clone(), old, new });
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests;
