//! The closes that a chart of an explanation shows: those of one symbol, against the lines that gates hold them to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{ExplainedGate, Explanation};
use crate::number::Number;
use crate::pipeline::Run;
use crate::strategy::trace::Unit;
use crate::symbol::Symbol;

/// The left side of the gates that hold a close against a line.
const CLOSE: &str = "close";

/// The fewest closes that make a chart worth its lines.
const FEWEST_CLOSES: usize = 20;

/// The closes of one symbol that the rule looked at, and the lines that gates compare the newest one with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Chart {
    /// The symbol.
    pub symbol: Symbol,
    /// The date of the oldest close.
    pub first: NaiveDate,
    /// The date of the newest close.
    pub last: NaiveDate,
    /// The closes in US dollars, oldest first.
    pub closes: Vec<Number>,
    /// The lines, in the order of their gates.
    pub lines: Vec<ChartLine>,
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChartLine {
    /// The name of the number: `ma200`.
    pub name: String,
    /// The number in US dollars.
    pub value: Number,
}

impl Chart {
    /// The chart of the symbol that was asked about; else of the one whose close would change the decision first, or
    /// else of the first one that a gate holds against a line.
    pub(super) fn of(decided: &Run, explanation: &Explanation) -> Option<Self> {
        if let Some(answer) = &explanation.symbol {
            return Self::of_symbol(decided, explanation, &answer.symbol);
        }
        let nearest = explanation.nearest_flip.iter().map(|nearest| &nearest.symbol);
        let gates = explanation.gates.iter().filter(|gate| holds_a_close(gate));
        let gated = gates.filter_map(|gate| gate.gate.moved_by.as_ref());
        nearest.chain(gated).find_map(|symbol| Self::of_symbol(decided, explanation, symbol))
    }

    /// `None` where no gate holds the symbol's close against a line, there are few closes, or all lie at one price.
    fn of_symbol(decided: &Run, explanation: &Explanation, symbol: &Symbol) -> Option<Self> {
        let gates = explanation.gates.iter().filter(|gate| gate.gate.moved_by.as_ref() == Some(symbol));
        let lines: Vec<ChartLine> = gates
            .filter(|gate| holds_a_close(gate))
            .map(|gate| gate.gate.right)
            .filter_map(|right| Some(ChartLine { name: right.name.to_owned(), value: Number(right.value?) }))
            .collect();
        let inputs = decided.evidence.inputs().within(decided.profile.strategy.reach());
        let series = inputs.window(symbol).filter(|series| series.len() >= FEWEST_CLOSES)?;
        let (first, last) = (*series.dates.first()?, series.date()?);
        let closes = series.closes.iter().copied().map(Number).collect();
        let chart = Self { symbol: symbol.clone(), first, last, closes, lines };
        (!chart.lines.is_empty() && chart.has_height()).then_some(chart)
    }

    fn has_height(&self) -> bool {
        let mut levels = self.closes.iter().chain(self.lines.iter().map(|line| &line.value));
        levels.next().is_some_and(|first| levels.any(|level| level.0 != first.0))
    }
}

fn holds_a_close(explained: &ExplainedGate) -> bool {
    let left = explained.gate.left;
    left.name == CLOSE && left.unit == Unit::Usd
}
