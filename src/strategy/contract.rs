//! What every strategy takes and gives: the other rooms ask these facts, and never which strategy it is.

use std::collections::BTreeSet;

use super::outcome::{ConfigProblem, Outcome};
use super::recipe::Recipe;
use super::shared::screen::Blank;
use super::shared::texts::Badge;
use super::trace::Trace;
use crate::finding::{Finding, Severity};
use crate::market::indicators::Indicators;
use crate::market::needs::{PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::number::Count;
use crate::strategy::inputs::Inputs;
use crate::symbol::Symbol;
use crate::words::{InputKind, TargetMode};

/// What is true of a strategy whatever its config.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// The unit of the targets that it computes.
    pub target_mode: TargetMode,
    /// What it can't decide without.
    pub required_inputs: &'static [InputKind],
    /// What the platforms show beside every decision.
    pub badge: Badge,
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
    /// Whether the rule needs the value of a held income fund, so that its name alone is not enough.
    pub needs_held_values: bool,
    /// The index that the rule reads and the leveraged fund of it that it holds.
    pub levered_pair: Option<LeveredPair>,
    /// A fund that falls on no day but where a dividend is not in its closes; `None` where adjusted closes don't matter.
    pub dividend_fund: Option<&'static str>,
}

/// An index and the fund of three times its daily return.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeveredPair {
    /// The index.
    pub index: &'static str,
    /// The fund that follows it.
    pub fund: &'static str,
    /// The least correlation of their daily returns; what one wrong bar leaves is below it.
    pub least_correlation: f64,
}

impl Facts {
    /// A strategy of weights that reads daily bars alone.
    pub(crate) const OF_PRICES: Self = Self {
        target_mode: TargetMode::Weight,
        required_inputs: &[InputKind::MarketHistory],
        badge: Badge::PRICES,
        blank_eligible: Blank::Fails,
        missing_benchmark: None,
        benchmark_columns: &[],
        counts_sectors: false,
        holds_products: false,
        signal_names_targets: false,
        needs_held_values: false,
        levered_pair: None,
        dividend_fund: None,
    };

    /// A strategy of weights that reads a feature snapshot alone, under this sign.
    pub(crate) const fn of_snapshots(status_icon: &'static str) -> Self {
        Self {
            required_inputs: &[InputKind::FeatureSnapshot],
            badge: Badge::snapshot(status_icon),
            ..Self::OF_PRICES
        }
    }

    /// Whether the strategy reads a feature snapshot.
    pub fn takes_snapshot(&self) -> bool {
        self.required_inputs.contains(&InputKind::FeatureSnapshot)
    }

    /// Whether indicators may stand in place of prices.
    pub fn takes_indicators(&self) -> bool {
        self.required_inputs.contains(&InputKind::DerivedIndicators)
    }

    /// Whether the strategy sizes its targets by the account's equity, so that there are none without it.
    pub fn needs_equity(&self) -> bool {
        self.required_inputs.contains(&InputKind::PortfolioSnapshot)
    }

    /// Whether the strategy reads daily bars.
    pub fn takes_prices(&self) -> bool {
        const FROM_BARS: [InputKind; 3] =
            [InputKind::MarketHistory, InputKind::BenchmarkHistory, InputKind::DerivedIndicators];
        self.required_inputs.iter().any(|kind| FROM_BARS.contains(kind))
    }
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

/// What a config expects of a snapshot's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SnapshotTerms<'a> {
    /// The symbol whose trend is the market's.
    pub benchmark: Option<&'a Symbol>,
    /// The symbol of a wider market.
    pub broad_benchmark: Option<&'a Symbol>,
    /// The sectors that candidates come from; empty for all.
    pub sector_whitelist: &'a [String],
    /// How many names are held.
    pub holdings_count: Option<usize>,
    /// The multiple of the products that are traded for their underlyings.
    pub leverage_multiple: Option<f64>,
}

impl<'a> SnapshotTerms<'a> {
    /// The terms of a config with a benchmark and so many holdings, and no others.
    pub(crate) fn new(benchmark: &'a Symbol, holdings_count: Count) -> Self {
        Self { benchmark: Some(benchmark), holdings_count: Some(*holdings_count), ..Self::default() }
    }
}

/// The assets whose fall is an alarm, on any day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canary<'a> {
    /// The assets: one without prices counts as bad.
    pub assets: &'a [Symbol],
    /// How many bad ones are an alarm.
    pub bad_threshold: usize,
}

/// One strategy: its config is the value.
pub trait Rule {
    /// Returns which price series the rule looks at: those that the snapshot's candidates call for among them.
    fn price_needs(&self, _snapshot: Option<&Snapshot>) -> PriceNeeds {
        PriceNeeds::default()
    }

    /// Returns how far back the rule looks in each price series.
    fn reach(&self) -> Reach {
        Reach::default()
    }

    /// Returns in how many of the newest bars the rule reads highs and lows; `None` where it reads none.
    fn range_bars(&self) -> Option<usize> {
        None
    }

    /// Returns when the rule decides.
    fn rhythm(&self) -> Rhythm<'_>;

    /// Returns the symbols that the rule may hold, the snapshots' aside.
    fn own_symbols(&self) -> Vec<Symbol> {
        vec![self.safe_haven()]
    }

    /// Returns the fund that holds idle money.
    fn safe_haven(&self) -> Symbol;

    /// Returns the symbols that count as idle money.
    fn safe_havens(&self) -> Vec<Symbol> {
        vec![self.safe_haven()]
    }

    /// Returns the smallest trade that is worth its cost, as a share of the equity; `None` where the rule has none.
    fn trade_threshold_ratio(&self) -> Option<f64> {
        None
    }

    /// Returns the assets whose fall is an alarm; `None` where the rule has none.
    fn canary(&self) -> Option<Canary<'_>> {
        None
    }

    /// Returns whether the alarm would sound without some of its assets.
    fn is_alarmed_without(&self, _absent: &[&Symbol], _inputs: Inputs<'_>) -> bool {
        false
    }

    /// Returns the funds that a rebalance ranks by their momentum, from prices alone.
    fn ranked_funds(&self) -> &[Symbol] {
        &[]
    }

    /// Returns what the config expects of a snapshot's rows.
    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms::default()
    }

    /// Returns the symbols that are no candidates whatever their rows say, each with its role.
    fn roles(&self) -> Vec<(&'static str, Symbol)> {
        let terms = self.snapshot_terms();
        let benchmarks = [("benchmark", terms.benchmark), ("broad_benchmark", terms.broad_benchmark)];
        let benchmarks = benchmarks.into_iter().filter_map(|(role, symbol)| Some((role, symbol?.clone())));
        benchmarks.chain([("safe_haven", self.safe_haven())]).collect()
    }

    /// Returns what the strategy's snapshot is built from; `None` where it takes none.
    fn recipe(&self) -> Option<Recipe> {
        None
    }

    /// Returns the config values that do not fit together; each by itself was checked as it was parsed.
    fn problems(&self) -> Vec<ConfigProblem> {
        Vec::new()
    }

    /// Decides on what the inputs show, and records in the trace as much as it keeps.
    ///
    /// # Errors
    /// The findings that say why the rule has no answer.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>>;

    /// Returns the indicators as they would be with another newest close of a symbol; `None` where the strategy takes
    /// none, or theirs of the symbol is not known.
    fn moved_indicators(&self, _: &Indicators, _: &Symbol, _close: f64) -> Option<Indicators> {
        None
    }
}

impl dyn Rule {
    /// The funds that the strategy may hold, whatever a snapshot offers.
    pub fn fund_symbols(&self) -> BTreeSet<Symbol> {
        self.own_symbols().into_iter().chain([self.safe_haven()]).collect()
    }
}
