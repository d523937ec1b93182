//! What every strategy takes and gives: the other rooms ask these facts, and never which strategy it is.

use std::collections::BTreeSet;

use super::recipe::Recipe;
use super::shared::screen::Blank;
use super::shared::texts::Badge;
use super::sheet::Sheet;
use super::trace::Trace;
use super::{ConfigProblem, Inputs, Outcome, PriceNeeds};
use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::market::indicators::Indicators;
use crate::market::needs::Reach;
use crate::market::snapshot::Snapshot;
use crate::symbol::Symbol;

/// What is true of a strategy whatever its config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the platforms show beside every decision.
    pub badge: Badge,
    /// Whether indicators may stand in place of prices.
    pub takes_indicators: bool,
    /// What a blank cell says of a row's eligibility.
    pub blank_eligible: Blank,
    /// How grave it is that the benchmark's row is absent; `None` where the rule reads no such row.
    pub missing_benchmark: Option<Severity>,
    /// The columns of the benchmark's row, besides its trend, that the scores are taken against.
    pub benchmark_columns: &'static [&'static str],
    /// Whether the rule limits how many names a sector may have.
    pub counts_sectors: bool,
    /// Whether it holds leveraged products of a snapshot's underlyings.
    pub holds_products: bool,
    /// Whether the signal is the names of the targets.
    pub signal_names_targets: bool,
}

impl Facts {
    /// A strategy over prices alone.
    pub(crate) const OF_PRICES: Self = Self {
        badge: Badge::PRICES,
        takes_indicators: false,
        blank_eligible: Blank::Fails,
        missing_benchmark: None,
        benchmark_columns: &[],
        counts_sectors: false,
        holds_products: false,
        signal_names_targets: false,
    };
}

/// When a strategy decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm<'a> {
    /// After every session.
    EverySession,
    /// After every session; but for emergencies it trades at the last session of these months, 1 to 12.
    MonthEnds(&'a [u32]),
    /// Once a snapshot; where there is a window, only in so many sessions after the snapshot.
    AfterSnapshot(Option<usize>),
}

/// One strategy: its config is the value.
pub trait Rule {
    /// What is true of the strategy whatever its config.
    const FACTS: Facts;

    /// Returns which price series the rule looks at: those that the snapshot's candidates call for among them.
    fn needs(&self, _snapshot: Option<&Snapshot>) -> PriceNeeds {
        PriceNeeds::default()
    }

    /// Returns how far back the rule looks in each price series.
    fn how_far(&self) -> Reach {
        Reach::default()
    }

    /// Returns when the rule decides.
    fn rhythm(&self) -> Rhythm<'_>;

    /// Returns the symbols that the rule may hold, the snapshots' aside.
    fn own_symbols(&self) -> BTreeSet<Symbol>;

    /// Returns the fund that holds idle money.
    fn haven(&self) -> Symbol;

    /// Returns the symbols that count as idle money.
    fn safe_havens(&self) -> Vec<Symbol> {
        vec![self.haven()]
    }

    /// Returns what the strategy's snapshot is built from; `None` where it takes none.
    fn snapshot_recipe(&self) -> Option<Recipe> {
        None
    }

    /// Returns the config values that the rule can't use.
    fn misfits(&self) -> Vec<ConfigProblem>;

    /// Returns the rule sheet in a language, filled with the config.
    ///
    /// # Errors
    /// When a template cannot be filled; those of this project can.
    fn sheet(&self, language: Language) -> askama::Result<Sheet>;

    /// Decides on what the inputs show, and records in the trace as much as it keeps.
    ///
    /// # Errors
    /// The findings that say why the rule has no answer.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>>;

    /// Returns the indicators as they would be with another newest close of a symbol; `None` where the strategy takes
    /// none, or theirs of the symbol is not known.
    fn with_moved_close(&self, _: &Indicators, _: &Symbol, _close: f64) -> Option<Indicators> {
        None
    }
}
