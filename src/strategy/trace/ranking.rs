//! Rankings: rows in the order of their scores, with the tests that a row has to pass to be among them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Comparison;
use super::name::{self, Name, read as read_name};
use crate::number::{finite, finite_option};
use crate::symbol::Symbol;

/// A factor of a ranking: a column and its weight in the score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Factor {
    /// The stable name.
    #[serde(deserialize_with = "read_name")]
    pub name: Name,
    /// What its z-score (or its value, in a ranking without z-scores) is multiplied by.
    #[serde(serialize_with = "finite")]
    pub weight: f64,
}

/// What one factor adds to one row's score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Contribution {
    /// The factor.
    #[serde(rename = "factor", deserialize_with = "read_name")]
    pub name: Name,
    /// The factor's value; `null` where it is missing.
    #[serde(serialize_with = "finite_option")]
    pub value: Option<f64>,
    /// The factor's z-score; `null` in rankings without z-scores.
    #[serde(serialize_with = "finite_option")]
    pub z_score: Option<f64>,
    /// The factor's weight.
    #[serde(serialize_with = "finite")]
    pub weight: f64,
    /// What the factor adds to the score.
    #[serde(serialize_with = "finite")]
    pub contribution: f64,
}

/// What became of a ranked row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RowVerdict"))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The row is among the targets.
    Selected,
    /// Better rows of the same sector fill the slots that one sector may have.
    SectorFull,
    /// Better rows fill the places.
    BelowTheCut,
    /// There is no place to fill, whatever the rank: the rule wants no exposure.
    NoExposure,
    /// The symbol is held, and the rank lies beyond the hold buffer.
    BeyondHoldBuffer,
    /// Held symbols within the hold buffer fill the places that the rank would give.
    DisplacedByHeld,
}

/// One row of a ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankedRow {
    /// The rank, from 1.
    pub rank: usize,
    /// The symbol that would be traded.
    pub symbol: Symbol,
    /// The sector or underlying; `null` where the rule does not look at it.
    pub group: Option<String>,
    /// The score: the sum of the contributions and the bonus.
    #[serde(serialize_with = "finite")]
    pub score: f64,
    /// What became of the row.
    pub verdict: Verdict,
    /// What each factor adds to the score, in the order of the ranking's factors.
    pub contributions: Vec<Contribution>,
    /// The bonus for a symbol that is held; zero for the others.
    #[serde(serialize_with = "finite")]
    pub hold_bonus: f64,
}

/// What a test found in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
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

impl From<Reading> for String {
    fn from(reading: Reading) -> Self {
        reading.to_string()
    }
}

impl From<String> for Reading {
    fn from(text: String) -> Self {
        match (text.parse::<bool>(), number_as_written(&text)) {
            (Ok(answer), _) => Self::Boolean(answer),
            (Err(_), Some(number)) => Self::Number(number),
            (Err(_), None) => Self::Text(text),
        }
    }
}

/// The finite number that is written with exactly this text.
fn number_as_written(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite() && number.to_string() == text)
}

/// What a test needs in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
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

impl From<Need> for String {
    fn from(need: Need) -> Self {
        need.to_string()
    }
}

impl From<String> for Need {
    fn from(text: String) -> Self {
        let written = [Self::Yes, Self::ANumber].into_iter().find(|need| need.to_string() == text);
        let bound = || {
            let (operator, bound) = text.split_once(' ')?;
            Some(Self::Bound(Comparison::parse(operator)?, number_as_written(bound)?))
        };
        written.or_else(bound).unwrap_or(Self::Text(text))
    }
}

/// A test on the way into a ranking, as one row took it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tested {
    /// The stable name: `eligible`, `adv20_usd`, `mom_6_1`.
    #[serde(deserialize_with = "read_name")]
    pub test: Name,
    /// Whether the row passed.
    #[serde(skip)]
    pub passed: bool,
    /// What the test found in the row.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub observed: Option<Reading>,
    /// What the test requires.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
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

/// How rows are selected from a ranking.
// It is recorded so that the rule that selected also answers what would happen to a row at another rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum SelectionRule {
    /// No row, whatever its rank.
    #[default]
    Nothing,
    /// The best rows.
    Best {
        /// How many rows.
        count: usize,
    },
    /// The best rows, with a limit for the rows of one group.
    SectorSlots {
        /// How many rows.
        count: usize,
        /// How many rows of one group at most.
        slot_cap: usize,
    },
    /// Held rows a little below the cut first, then the best.
    HoldBuffer {
        /// How many rows.
        count: usize,
        /// How many ranks below the cut a held row stays.
        buffer: i64,
    },
}

/// A ranking, best row first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// The rows that were not ranked, in input order.
    #[cfg_attr(test, schemars(with = "Vec<Excluded<'static>>"))]
    #[serde(rename = "excluded", serialize_with = "excluded_rows", deserialize_with = "read_excluded")]
    pub examined: Vec<Examined>,
}

/// A row that was not ranked, with the first test it failed.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Excluded<'a> {
    /// The symbol.
    symbol: &'a Symbol,
    /// The test.
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
