//! The trace of a decision: what was compared, ranked and computed on the way, as values.
//!
//! A strategy takes its branches from the gates it records, so a trace can't tell another story than
//! the decision. It serializes itself as JSON has it; text and Markdown are drawn from this tree elsewhere.

mod name;

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::number::{Number, finite, finite_option, of_count};
use crate::symbol::Symbol;
pub use name::Name;
use name::read as read_name;

/// How a gate compares its two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `left > right`
    Above,
    /// `left >= right`
    AtLeast,
    /// `left < right`
    Below,
    /// `left <= right`
    AtMost,
}

impl Comparison {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }

    /// The comparison of an operator.
    pub fn parse(operator: &str) -> Option<Self> {
        let all = [Self::Above, Self::AtLeast, Self::Below, Self::AtMost];
        all.into_iter().find(|comparison| comparison.as_str() == operator)
    }

    /// Whether it holds between two numbers.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Above => left > right,
            Self::AtLeast => left >= right,
            Self::Below => left < right,
            Self::AtMost => left <= right,
        }
    }
}

/// What a number of the trace counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// A number of the rule itself that a gate holds its left side against; the config's have their keys.
    pub fn threshold(value: f64, unit: Unit) -> Self {
        Self { name: "threshold", value: Some(value), unit }
    }

    /// A score.
    pub fn score(name: &'static str, value: impl Into<Option<f64>>) -> Self {
        Self { name, value: value.into(), unit: Unit::Score }
    }
}

/// The names that the left side of a gate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// So many of them.
    Count {
        /// The most that there can be; `None` where nothing limits them.
        most: Option<usize>,
    },
    /// A share of so many.
    ShareOf(usize),
}

/// A comparison on its way into a trace: it borrows its symbols, so that a trace that keeps nothing copies nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim<'a> {
    name: &'static str,
    symbol: Option<&'a Symbol>,
    /// The left side.
    pub left: Quantity,
    /// The operator between the sides.
    pub comparison: Comparison,
    /// The right side.
    pub right: Quantity,
    /// Whether it holds.
    pub holds: bool,
    moved_by: Option<&'a Symbol>,
    names: Option<Names>,
}

impl<'a> Claim<'a> {
    /// Compares two numbers; a missing side means that the claim does not hold.
    pub fn new(name: &'static str, left: Quantity, comparison: Comparison, right: Quantity) -> Self {
        let holds = match (left.value, right.value) {
            (Some(left), Some(right)) => comparison.holds(left, right),
            _ => false,
        };
        Self { name, symbol: None, left, comparison, right, holds, moved_by: None, names: None }
    }

    /// Overrides the result when a side is missing.
    #[must_use]
    pub fn or_when_missing(mut self, holds: bool) -> Self {
        if self.left.value.is_none() || self.right.value.is_none() {
            self.holds = holds;
        }
        self
    }

    /// Names the symbol that the gate judges.
    #[must_use]
    pub fn about(self, symbol: &'a Symbol) -> Self {
        Self { symbol: Some(symbol), ..self }
    }

    /// Says whose newest close moves the gate.
    #[must_use]
    pub fn moved_by(self, symbol: &'a Symbol) -> Self {
        Self { moved_by: Some(symbol), ..self }
    }

    /// Names the symbol that the gate judges by its own closes.
    #[must_use]
    pub fn of(self, symbol: &'a Symbol) -> Self {
        self.about(symbol).moved_by(symbol)
    }

    /// Says which names the left side counts.
    #[must_use]
    pub fn counting(self, names: Names) -> Self {
        Self { names: Some(names), ..self }
    }

    /// Returns the gate as a trace keeps it.
    pub fn to_gate(self) -> Gate {
        let Self { name, symbol, left, comparison, right, holds, moved_by, names } = self;
        let (symbol, moved_by) = (symbol.cloned(), moved_by.cloned());
        Gate { name, symbol, left, comparison, right, holds, moved_by, names }
    }
}

/// One comparison that the decision took a branch on.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// The stable name: `close_above_ma200`.
    pub name: &'static str,
    /// The symbol that the gate judges, where it judges one.
    pub symbol: Option<Symbol>,
    /// The left side.
    pub left: Quantity,
    /// The operator between the sides.
    pub comparison: Comparison,
    /// The right side.
    pub right: Quantity,
    /// Whether it holds; a missing side never does, unless the rule says what a missing value means.
    pub holds: bool,
    /// The symbol whose newest close moves the gate, all else equal; `None` where no price does.
    pub moved_by: Option<Symbol>,
    /// The names that the left side counts; `None` where it counts none.
    pub names: Option<Names>,
}

impl Gate {
    /// How far the left side lies from the right one, as a ratio of the right one's size; `None` when a
    /// side is missing or the right one is zero.
    pub fn margin_ratio(&self) -> Option<f64> {
        let (left, right) = (self.left.value?, self.right.value?);
        (right != 0.0).then(|| (left - right) / right.abs())
    }

    /// The left side less the right one; `None` when a side is missing.
    pub fn difference(&self) -> Option<f64> {
        Some(self.left.value? - self.right.value?)
    }
}

/// Writes a gate flat: the sides as `left_name`, `left`, `right_name` and `right`.
impl Serialize for Gate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut gate = serializer.serialize_struct("Gate", 11)?;
        gate.serialize_field("name", self.name)?;
        gate.serialize_field("symbol", &self.symbol)?;
        gate.serialize_field("left_name", self.left.name)?;
        gate.serialize_field("left", &self.left.value.map(Number))?;
        gate.serialize_field("op", self.comparison.as_str())?;
        gate.serialize_field("right_name", self.right.name)?;
        gate.serialize_field("right", &self.right.value.map(Number))?;
        gate.serialize_field("unit", &self.left.unit)?;
        gate.serialize_field("holds", &self.holds)?;
        gate.serialize_field("margin_ratio", &self.margin_ratio().map(Number))?;
        gate.serialize_field("moved_by", &self.moved_by)?;
        gate.end()
    }
}

/// Reads a gate as it is written. Both sides have one unit.
impl<'de> Deserialize<'de> for Gate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Flat {
            #[serde(deserialize_with = "read_name")]
            name: Name,
            symbol: Option<Symbol>,
            #[serde(deserialize_with = "read_name")]
            left_name: Name,
            left: Option<f64>,
            op: String,
            #[serde(deserialize_with = "read_name")]
            right_name: Name,
            right: Option<f64>,
            unit: Unit,
            holds: bool,
            moved_by: Option<Symbol>,
        }
        let flat = Flat::deserialize(deserializer)?;
        let comparison = Comparison::parse(&flat.op).ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(&flat.op), &"`>`, `>=`, `<` or `<=`")
        })?;
        let side = |name, value| Quantity { name, value, unit: flat.unit };
        Ok(Self {
            name: flat.name,
            left: side(flat.left_name, flat.left),
            comparison,
            right: side(flat.right_name, flat.right),
            holds: flat.holds,
            symbol: flat.symbol,
            moved_by: flat.moved_by,
            names: None,
        })
    }
}

/// A factor of a ranking: a column and its weight in the score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// The stable name.
    #[serde(deserialize_with = "read_name")]
    pub name: Name,
    /// What its z-score (or its value, in a ranking without z-scores) is multiplied by.
    #[serde(serialize_with = "finite")]
    pub weight: f64,
}

/// What one factor gave to one row's score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The factor.
    #[serde(rename = "factor", deserialize_with = "read_name")]
    pub name: Name,
    /// The factor's value; `None` where it is missing.
    #[serde(serialize_with = "finite_option")]
    pub value: Option<f64>,
    /// Its z-score, in rankings that use them.
    #[serde(serialize_with = "finite_option")]
    pub z_score: Option<f64>,
    /// The factor's weight.
    #[serde(serialize_with = "finite")]
    pub weight: f64,
    /// What it adds to the score.
    #[serde(serialize_with = "finite")]
    pub contribution: f64,
}

/// What became of a ranked row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is among the targets.
    Selected,
    /// Its sector already had all the slots it may have.
    SectorFull,
    /// Better rows had filled the places.
    BelowTheCut,
    /// There was no place to fill, whatever the rank: no exposure.
    NoExposure,
    /// It is held, and its rank lies beyond the hold buffer.
    BeyondHoldBuffer,
    /// It ranked, and held names within the hold buffer took the places before it.
    DisplacedByHeld,
}

/// One row of a ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankedRow {
    /// Its rank, from 1.
    pub rank: usize,
    /// The symbol that would be traded.
    pub symbol: Symbol,
    /// Its sector or underlying, where the rule looks at it.
    pub group: Option<String>,
    /// Its score: the contributions and the bonus, added up.
    #[serde(serialize_with = "finite")]
    pub score: f64,
    /// What became of it.
    pub verdict: Verdict,
    /// What each factor gave, in the order of the ranking's factors.
    pub contributions: Vec<Contribution>,
    /// The bonus for being held, zero where it is not.
    #[serde(serialize_with = "finite")]
    pub hold_bonus: f64,
}

/// What a test found in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A number.
    Number(f64),
    /// A yes or a no.
    Boolean(bool),
    /// A word, or several.
    Text(String),
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Boolean(answer) => answer.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reading {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match (text.parse::<bool>(), number_as_written(&text)) {
            (Ok(answer), _) => Self::Boolean(answer),
            (Err(_), Some(number)) => Self::Number(number),
            (Err(_), None) => Self::Text(text),
        })
    }
}

/// The finite number that is written with exactly this text.
fn number_as_written(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite() && number.to_string() == text)
}

/// What a test needs in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// A yes.
    Yes,
    /// Any number.
    ANumber,
    /// A number on one side of a bound.
    Bound(Comparison, f64),
    /// What the words say.
    Text(String),
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => formatter.write_str("true"),
            Self::ANumber => formatter.write_str("a number"),
            Self::Bound(comparison, bound) => write!(formatter, "{} {bound}", comparison.as_str()),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

impl Serialize for Need {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let written = [Self::Yes, Self::ANumber].into_iter().find(|need| need.to_string() == text);
        let bound = || {
            let (operator, bound) = text.split_once(' ')?;
            Some(Self::Bound(Comparison::parse(operator)?, number_as_written(bound)?))
        };
        Ok(written.or_else(bound).unwrap_or(Self::Text(text)))
    }
}

/// A test on the way into a ranking, as one row took it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// The stable name: `eligible`, `adv20_usd`, `mom_6_1`.
    #[serde(deserialize_with = "read_name")]
    pub test: Name,
    /// Whether the row passed.
    #[serde(skip)]
    pub passed: bool,
    /// What it had.
    pub observed: Option<Reading>,
    /// What it needed.
    pub required: Option<Need>,
}

/// A row and the tests that were made of it: all that could be, whether or not it had failed before.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// The symbol.
    pub symbol: Symbol,
    /// The tests in the order they are made.
    pub tests: Vec<Tested>,
}

impl Examined {
    /// The first test that the row failed; `None` where it is ranked.
    pub fn first_failure(&self) -> Option<&Tested> {
        self.tests.iter().find(|tested| !tested.passed)
    }
}

/// How rows are selected from a ranking. It is recorded so that the question "what if this row ranked
/// elsewhere" is answered by the very rule that selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum SelectionRule {
    /// No row, whatever its rank.
    #[default]
    Nothing,
    /// The best rows.
    Best {
        /// How many.
        count: usize,
    },
    /// The best rows of which no group has more than its slots.
    SectorSlots {
        /// How many.
        count: usize,
        /// How many of one group.
        slot_cap: usize,
    },
    /// Held rows a little below the cut first, then the best.
    HoldBuffer {
        /// How many.
        count: usize,
        /// How many ranks below the cut a held row stays.
        buffer: i64,
    },
}

/// A ranking, best row first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// The stable name: `pool`, `candidates`, or a sleeve's.
    pub name: String,
    /// The factors of the score, in the order they are added up.
    pub factors: Vec<Factor>,
    /// How rows were selected.
    pub selection: SelectionRule,
    /// The ranked rows.
    pub rows: Vec<RankedRow>,
    /// The tests that a row has to pass to be ranked, in the order they are made.
    #[serde(deserialize_with = "name::read_list")]
    pub tests: Vec<Name>,
    /// The tests of every row that could have been ranked, in input order; the rows that failed one go out.
    #[serde(rename = "excluded", serialize_with = "excluded_rows", deserialize_with = "read_excluded")]
    pub examined: Vec<Examined>,
}

/// A row that was not ranked, with the first test it failed.
#[derive(Clone, Copy, Debug, Serialize)]
struct Excluded<'a> {
    symbol: &'a Symbol,
    #[serde(flatten)]
    tested: &'a Tested,
}

fn excluded_rows<S: Serializer>(examined: &[Examined], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(excluded(examined).map(|(symbol, tested)| Excluded { symbol, tested }))
}

/// Reads rows that were not ranked: of their tests only the one they failed is known.
fn read_excluded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Examined>, D::Error> {
    #[derive(Deserialize)]
    struct Read {
        symbol: Symbol,
        #[serde(flatten)]
        tested: Tested,
    }
    let rows = Vec::<Read>::deserialize(deserializer)?.into_iter();
    Ok(rows.map(|Read { symbol, tested }| Examined { symbol, tests: vec![tested] }).collect())
}

fn excluded(examined: &[Examined]) -> impl Iterator<Item = (&Symbol, &Tested)> {
    examined.iter().filter_map(|row| Some((&row.symbol, row.first_failure()?)))
}

impl Ranking {
    /// The rows that were not ranked, each with the first test it failed, in input order.
    pub fn excluded(&self) -> impl Iterator<Item = (&Symbol, &Tested)> {
        excluded(&self.examined)
    }
}

/// A number computed on the way from the gates and rankings to the targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The ranking it follows from, where there are several: a sleeve's.
    pub ranking: Option<String>,
    /// The symbol it is about, where it is about one.
    pub symbol: Option<Symbol>,
    /// The number.
    pub quantity: Quantity,
    /// How it was computed, with the names of what went in.
    pub formula: &'static str,
}

/// Writes a step flat, between the parts of its number.
impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("Step", 6)?;
        step.serialize_field("name", self.quantity.name)?;
        step.serialize_field("ranking", &self.ranking)?;
        step.serialize_field("symbol", &self.symbol)?;
        step.serialize_field("value", &self.quantity.value.map(Number))?;
        step.serialize_field("unit", &self.quantity.unit)?;
        step.serialize_field("formula", self.formula)?;
        step.end()
    }
}

/// Reads a step as it is written.
impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Flat {
            #[serde(deserialize_with = "read_name")]
            name: Name,
            ranking: Option<String>,
            symbol: Option<Symbol>,
            value: Option<f64>,
            unit: Unit,
            #[serde(deserialize_with = "read_name")]
            formula: Name,
        }
        let Flat { name, ranking, symbol, value, unit, formula } = Flat::deserialize(deserializer)?;
        Ok(Self { ranking, symbol, quantity: Quantity { name, value, unit }, formula })
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

    /// Records a gate and gives back whether it holds: the branch is taken from the record.
    pub fn gate(&mut self, claim: Claim<'_>) -> bool {
        if self.depth != Depth::Silent {
            self.gates.push(claim.to_gate());
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
