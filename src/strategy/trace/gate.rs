//! Gates: the comparisons that a decision takes its branches on.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::name::{Name, read as read_name};
use super::{Quantity, Unit};
use crate::number::Number;
use crate::symbol::Symbol;

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

/// A comparison on its way into a trace, which names it: `usd!(close).above(usd!(ma200)).of(benchmark)`. It borrows its
/// symbols, so that a trace that keeps nothing copies nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim<'a> {
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
    /// Compares two numbers; a missing side means that the claim does not hold. A bare number on the right is one of
    /// the rule itself.
    pub fn new(left: Quantity, comparison: Comparison, right: impl Side) -> Self {
        let right = right.beside(left);
        let holds = match (left.value, right.value) {
            (Some(left), Some(right)) => comparison.holds(left, right),
            _ => false,
        };
        Self { symbol: None, left, comparison, right, holds, moved_by: None, names: None }
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

    /// Returns the gate of a name, as a trace keeps it.
    pub fn to_gate(self, name: Name) -> Gate {
        let Self { symbol, left, comparison, right, holds, moved_by, names } = self;
        let (symbol, moved_by) = (symbol.cloned(), moved_by.cloned());
        Gate { name, symbol, left, comparison, right, holds, moved_by, names }
    }
}

/// The right side of a gate.
pub trait Side {
    /// Returns it as a quantity that can be held against the left side.
    fn beside(self, left: Quantity) -> Quantity;
}

impl Side for Quantity {
    fn beside(self, _: Quantity) -> Quantity {
        self
    }
}

/// A number of the rule itself; the config's have their keys.
impl Side for f64 {
    fn beside(self, left: Quantity) -> Quantity {
        Quantity { name: "threshold", value: Some(self), unit: left.unit }
    }
}

impl Quantity {
    /// Claims `self > right`.
    pub fn above<'a>(self, right: impl Side) -> Claim<'a> {
        Claim::new(self, Comparison::Above, right)
    }

    /// Claims `self >= right`.
    pub fn at_least<'a>(self, right: impl Side) -> Claim<'a> {
        Claim::new(self, Comparison::AtLeast, right)
    }

    /// Claims `self < right`.
    pub fn below<'a>(self, right: impl Side) -> Claim<'a> {
        Claim::new(self, Comparison::Below, right)
    }

    /// Claims `self <= right`.
    pub fn at_most<'a>(self, right: impl Side) -> Claim<'a> {
        Claim::new(self, Comparison::AtMost, right)
    }
}

/// One comparison that the decision took a branch on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FlatGate", into = "FlatGate")]
pub struct Gate {
    /// The stable name: `close_above_ma200`.
    pub name: Name,
    /// The symbol that the gate judges, where it judges one.
    pub symbol: Option<Symbol>,
    /// The left side.
    pub left: Quantity,
    /// The operator between the sides.
    pub comparison: Comparison,
    /// The right side.
    pub right: Quantity,
    /// Whether the comparison is true; with a missing side it is not, unless the rule says what a missing value means.
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

/// A gate as it is written: flat. Both sides have one unit.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FlatGate {
    /// The stable name: `close_above_ma200`.
    #[serde(deserialize_with = "read_name")]
    name: Name,
    /// The symbol that the gate judges; `null` where it judges none.
    symbol: Option<Symbol>,
    /// The name of the left side.
    #[serde(deserialize_with = "read_name")]
    left_name: Name,
    /// The left side, in the unit; `null` where it could not be computed.
    left: Option<Number>,
    /// The operator between the sides: `>`, `>=`, `<` or `<=`.
    op: Cow<'static, str>,
    /// The name of the right side.
    #[serde(deserialize_with = "read_name")]
    right_name: Name,
    /// The right side, in the unit; `null` where it could not be computed.
    right: Option<Number>,
    /// What both sides count.
    unit: Unit,
    /// Whether the comparison is true; with a missing side it is not, unless the rule says what a missing value means.
    holds: bool,
    /// Left less right, as a ratio of the size of right; `null` where a side is missing or right is zero.
    margin_ratio: Option<Number>,
    /// The symbol whose newest close moves the gate, all else equal; `null` where no price does.
    moved_by: Option<Symbol>,
}

impl From<Gate> for FlatGate {
    fn from(gate: Gate) -> Self {
        Self {
            margin_ratio: gate.margin_ratio().map(Number),
            name: gate.name,
            symbol: gate.symbol,
            left_name: gate.left.name,
            left: gate.left.value.map(Number),
            op: gate.comparison.as_str().into(),
            right_name: gate.right.name,
            right: gate.right.value.map(Number),
            unit: gate.left.unit,
            holds: gate.holds,
            moved_by: gate.moved_by,
        }
    }
}

impl TryFrom<FlatGate> for Gate {
    type Error = String;

    fn try_from(flat: FlatGate) -> Result<Self, String> {
        let comparison = Comparison::parse(&flat.op)
            .ok_or_else(|| format!("invalid value: string {:?}, expected `>`, `>=`, `<` or `<=`", flat.op))?;
        let side = |name, value: Option<Number>| Quantity {
            name,
            value: value.map(|value| value.0),
            unit: flat.unit,
        };
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

#[cfg(test)]
impl schemars::JsonSchema for Gate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Gate".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        FlatGate::json_schema(generator)
    }
}
