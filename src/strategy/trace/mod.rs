//! The trace of a decision: what was compared, ranked and computed on the way, as values.
//!
//! A strategy takes its branches from the gates it records, so a trace can't tell another story than
//! the decision. It serializes itself as JSON has it; text and Markdown are drawn from this tree elsewhere.

mod gate;
mod name;
mod notation;
mod ranking;

use serde::{Deserialize, Serialize};

use crate::number::{Number, of_count};
use crate::symbol::Symbol;
pub use gate::{Claim, Comparison, Gate, Names};
pub use name::Name;
use name::read as read_name;
pub(crate) use notation::{computed, count, floor, max, min, ratio, step, steps, targets, usd};
pub use ranking::{
    Contribution, Examined, Factor, Need, RankedRow, Ranking, Reading, SelectionRule, Tested, Verdict,
};

/// What a number of the trace counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// US dollars: a price, a value.
    Usd,
    /// A ratio: a weight, a return, a share of names.
    Ratio,
    /// A whole number of things.
    Count,
    /// A bare score.
    Score,
}

/// A named number of the trace; `None` where it could not be computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// The stable name, in lower case with underscores: `close`, `ma200`, `breadth_ratio`.
    pub name: &'static str,
    /// The value.
    pub value: Option<f64>,
    /// What it counts.
    pub unit: Unit,
}

impl Quantity {
    /// A number in US dollars.
    pub fn usd(name: &'static str, value: impl Into<Option<f64>>) -> Self {
        Self { name, value: value.into(), unit: Unit::Usd }
    }

    /// A ratio.
    pub fn ratio(name: &'static str, value: impl Into<Option<f64>>) -> Self {
        Self { name, value: value.into(), unit: Unit::Ratio }
    }

    /// A whole number of things.
    pub fn count(name: &'static str, value: usize) -> Self {
        Self { name, value: Some(of_count(value)), unit: Unit::Count }
    }

    /// A score.
    pub fn score(name: &'static str, value: impl Into<Option<f64>>) -> Self {
        Self { name, value: value.into(), unit: Unit::Score }
    }
}

/// A number computed on the way from the gates and rankings to the targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "FlatStep", into = "FlatStep")]
pub struct Step {
    /// The ranking it follows from, where there are several: a sleeve's.
    pub ranking: Option<String>,
    /// The symbol it is about, where it is about one.
    pub symbol: Option<Symbol>,
    /// The number.
    pub quantity: Quantity,
    /// How it was computed, with the names of what went in.
    pub formula: Name,
}

/// A number computed on the way from the gates and rankings to the targets.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FlatStep {
    /// The stable name of the number.
    #[serde(deserialize_with = "read_name")]
    name: Name,
    /// The ranking that the number follows from, where there are several; else `null`.
    ranking: Option<String>,
    /// The symbol that the number is about; `null` where it is about none.
    symbol: Option<Symbol>,
    /// The number, in the unit; `null` where it could not be computed.
    value: Option<Number>,
    /// The unit of the number.
    unit: Unit,
    /// How the number was computed, with the names of what went in.
    #[serde(deserialize_with = "read_name")]
    formula: Name,
}

impl From<Step> for FlatStep {
    fn from(Step { ranking, symbol, quantity: Quantity { name, value, unit }, formula }: Step) -> Self {
        Self { name, ranking, symbol, value: value.map(Number), unit, formula }
    }
}

impl From<FlatStep> for Step {
    fn from(FlatStep { name, ranking, symbol, value, unit, formula }: FlatStep) -> Self {
        Self {
            ranking,
            symbol,
            quantity: Quantity { name, value: value.map(|value| value.0), unit },
            formula,
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        FlatStep::json_schema(generator)
    }
}

/// How much a trace keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Everything, for people.
    #[default]
    Full,
    /// The gates alone: a search for flips compares them thousands of times.
    Gates,
    /// Nothing, and without an allocation.
    Silent,
}

/// Everything that a decision compared, ranked and computed, in the order it did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// How much is kept.
    pub depth: Depth,
    /// The comparisons.
    pub gates: Vec<Gate>,
    /// The rankings.
    pub rankings: Vec<Ranking>,
    /// The numbers of the sizing.
    pub steps: Vec<Step>,
}

impl Trace {
    /// A trace that keeps everything.
    pub fn full() -> Self {
        Self::default()
    }

    /// A trace that keeps only the gates.
    pub fn gates_only() -> Self {
        Self { depth: Depth::Gates, ..Self::default() }
    }

    /// A trace that keeps nothing.
    pub fn silent() -> Self {
        Self { depth: Depth::Silent, ..Self::default() }
    }

    /// Records a gate under its name and gives back whether it holds: the branch is taken from the record.
    pub fn gate(&mut self, name: Name, claim: Claim<'_>) -> bool {
        if self.depth != Depth::Silent {
            self.gates.push(claim.to_gate(name));
        }
        claim.holds
    }

    /// Records a ranking.
    pub fn ranking(&mut self, ranking: Ranking) {
        if self.depth == Depth::Full {
            self.rankings.push(ranking);
        }
    }

    /// Records a number of the sizing.
    pub fn step(&mut self, quantity: Quantity, formula: &'static str) {
        self.keep_step(None, None, quantity, formula);
    }

    /// Records a number of the sizing that follows from one of several rankings, where it names one.
    pub fn ranking_step(&mut self, ranking: Option<&str>, quantity: Quantity, formula: &'static str) {
        self.keep_step(ranking, None, quantity, formula);
    }

    /// Records a number of the sizing of one symbol.
    pub fn symbol_step(&mut self, symbol: &Symbol, quantity: Quantity, formula: &'static str) {
        self.keep_step(None, Some(symbol), quantity, formula);
    }

    fn keep_step(
        &mut self,
        ranking: Option<&str>,
        symbol: Option<&Symbol>,
        quantity: Quantity,
        formula: &'static str,
    ) {
        if self.depth == Depth::Full {
            let (ranking, symbol) = (ranking.map(str::to_owned), symbol.cloned());
            self.steps.push(Step { ranking, symbol, quantity, formula });
        }
    }
}
