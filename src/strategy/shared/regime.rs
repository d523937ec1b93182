//! The market regime that a benchmark's trend and the breadth of the candidates put a stock profile in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::factor_score::Candidate;
use super::screen::row_of;
use super::sector_slots::{Limits, slot_cap};
use super::sizing::Allocation;
use crate::amount::{counted, rough_percent};
use crate::feature::column::SMA200_GAP;
use crate::market::snapshot::Snapshot;
use crate::number::{Number, Share, of_count};
use crate::strategy::trace::{Names, Quantity, Trace, ratio};
use crate::strategy::{Choice, Outcome, RiskFlag, Targets};
use crate::symbol::Symbol;
use crate::words::words;

/// The snapshot column that says how far a close lies above its 200-day average, as a ratio of it.
pub const TREND_COLUMN: &str = SMA200_GAP.name;

words! {
    /// How much risk the market is good for.
    Regime, "regime":
    /// The benchmark trends up and enough candidates do.
    RiskOn = "risk_on",
    /// The benchmark does not trend up, or too few candidates do.
    SoftDefense = "soft_defense",
    /// The benchmark does not trend up and hardly any candidate does.
    HardDefense = "hard_defense",
}

impl Regime {
    /// The risk flags of the regime.
    pub fn risk_flags(self) -> BTreeSet<RiskFlag> {
        RiskFlag::HardDefense.raised_if(self == Self::HardDefense)
    }
}

/// What the rule takes from a snapshot without a row for the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentBenchmark {
    /// The trend counts as up.
    TrendsUp,
    /// The trend counts as not up.
    DoesNotTrendUp,
}

/// The keys of a config that lower the exposure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Defense {
    /// The share of the equity in stocks in soft defence.
    pub soft_defense_exposure: Share,
    /// The share of the equity in stocks in hard defence.
    pub hard_defense_exposure: Share,
    /// The breadth below which the regime is at least `soft_defense`.
    pub soft_breadth_threshold: Share,
    /// The breadth below which the regime is `hard_defense` if the benchmark does not trend up.
    pub hard_breadth_threshold: Share,
}

/// The part of a config that the regime follows from.
#[derive(Clone, Copy, Debug)]
pub struct RegimeRule<'a> {
    /// The benchmark.
    pub benchmark_symbol: &'a Symbol,
    /// What its absence means.
    pub absent_benchmark: AbsentBenchmark,
    /// The share of the equity in stocks, `risk_on`.
    pub risk_on_exposure: f64,
    /// The other regimes.
    pub defense: Defense,
}

/// The regime, and what it follows from, under the keys of the decision contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Judgement {
    /// The symbol whose trend the rule reads.
    pub benchmark_symbol: Symbol,
    /// How far the benchmark lies above its 200-day average, as a ratio of it; `None` where nobody said.
    #[serde(skip)]
    pub benchmark_gap: Option<f64>,
    /// Whether the benchmark trends up.
    pub benchmark_trend_positive: bool,
    /// The share of the candidates that trend up.
    pub breadth_ratio: Number,
    /// How much risk the market is good for.
    pub regime: Regime,
    /// The share of the equity in stocks.
    #[serde(skip)]
    pub stock_exposure: f64,
}

impl RegimeRule<'_> {
    /// Whether breadth, a share of the candidates, can be below the hard threshold.
    pub(crate) fn hard_defense_can_occur(&self) -> bool {
        *self.defense.hard_breadth_threshold > 0.0
    }

    /// Whether breadth, a share of the candidates, can be below the soft threshold.
    pub(crate) fn breadth_can_defend(&self) -> bool {
        *self.defense.soft_breadth_threshold > 0.0
    }

    /// Whether every regime that can occur has at least the exposure of `risk_on`.
    pub(crate) fn never_lowers_exposure(&self) -> bool {
        *self.defense.soft_defense_exposure >= self.risk_on_exposure
            && (!self.hard_defense_can_occur()
                || *self.defense.hard_defense_exposure >= self.risk_on_exposure)
    }

    /// The regimes that can occur with an exposure, each with the names that one sector may have.
    pub(crate) fn sector_slots(&self, limits: Limits) -> Vec<(&'static str, usize)> {
        let exposures = [
            (Regime::RiskOn, self.risk_on_exposure, true),
            (Regime::SoftDefense, *self.defense.soft_defense_exposure, true),
            (Regime::HardDefense, *self.defense.hard_defense_exposure, self.hard_defense_can_occur()),
        ];
        let slots = |exposure| slot_cap(&mut Trace::silent(), limits, exposure);
        exposures
            .into_iter()
            .filter(|(_, exposure, can_occur)| *can_occur && *exposure > 0.0)
            .map(|(regime, exposure, _)| (regime.as_str(), slots(exposure)))
            .collect()
    }

    /// Judges the market by the benchmark's row and the candidates' gaps to their 200-day averages.
    pub fn judge(&self, trace: &mut Trace, snapshot: &Snapshot, candidates: &[Candidate]) -> Judgement {
        let benchmark = row_of(snapshot, self.benchmark_symbol);
        let gap = benchmark.and_then(|row| row.number(snapshot.column(TREND_COLUMN)));
        let absent_trends_up = self.absent_benchmark == AbsentBenchmark::TrendsUp;
        let trends_up = Quantity::ratio("benchmark_sma200_gap", gap).above(0.0).about(self.benchmark_symbol);
        let benchmark_trend_positive = trace.gate(
            "benchmark_trend_positive",
            trends_up.or_when_missing(benchmark.is_none() && absent_trends_up),
        );
        let breadth_ratio = breadth_ratio(candidates);
        let (hard_breadth_threshold, soft_breadth_threshold) =
            (*self.defense.hard_breadth_threshold, *self.defense.soft_breadth_threshold);
        let of_candidates = Names::ShareOf(candidates.len());
        let narrower_than = |threshold| ratio!(breadth_ratio).below(threshold).counting(of_candidates);
        let below_hard = trace.gate("breadth_below_hard", narrower_than(ratio!(hard_breadth_threshold)));
        let below_soft = trace.gate("breadth_below_soft", narrower_than(ratio!(soft_breadth_threshold)));
        let (regime, stock_exposure) = if !benchmark_trend_positive && below_hard {
            (Regime::HardDefense, *self.defense.hard_defense_exposure)
        } else if !benchmark_trend_positive || below_soft {
            (Regime::SoftDefense, *self.defense.soft_defense_exposure)
        } else {
            (Regime::RiskOn, self.risk_on_exposure)
        };
        trace.step(Quantity::ratio("stock_exposure", stock_exposure), "the exposure of the regime");
        Judgement {
            benchmark_symbol: self.benchmark_symbol.clone(),
            benchmark_gap: gap,
            benchmark_trend_positive,
            breadth_ratio: Number(breadth_ratio),
            regime,
            stock_exposure,
        }
    }
}

impl Judgement {
    /// The outcome of a portfolio of stocks, but for what only its strategy knows.
    pub fn outcome(&self, safe_haven: &Symbol, choice: Choice, allocation: &Allocation) -> Outcome {
        Outcome {
            risk_flags: self.regime.risk_flags(),
            signal: self.regime.as_str().to_owned(),
            headline: self.headline(choice, safe_haven, allocation.safe_haven_weight),
            choice: Some(choice),
            is_risk_on: self.regime == Regime::RiskOn,
            ..Outcome::rebalance(Targets::Weights(allocation.weights.clone()), safe_haven)
        }
    }

    /// The signal in one line for people.
    fn headline(&self, choice: Choice, safe_haven: &Symbol, safe_haven_weight: f64) -> String {
        let trend = match (self.benchmark_gap, self.benchmark_trend_positive) {
            (Some(gap), true) => format!("{} above its 200-day average", rough_percent(gap)),
            (Some(gap), false) => format!("{} below its 200-day average", rough_percent(gap.abs())),
            (None, true) => "unknown and taken as rising".to_owned(),
            (None, false) => "unknown and taken as not rising".to_owned(),
        };
        format!(
            "{}: {} {trend}, breadth {} of {}; {} with {} of the equity, {} in {safe_haven}",
            self.regime.as_str(),
            self.benchmark_symbol,
            rough_percent(self.breadth_ratio.0),
            counted(choice.candidates, "candidate"),
            counted(choice.selected, "stock"),
            rough_percent(1.0 - safe_haven_weight),
            rough_percent(safe_haven_weight),
        )
    }
}

/// The share of candidates above their 200-day average, one without a gap counting as not above; 0 of none.
fn breadth_ratio(candidates: &[Candidate]) -> f64 {
    if candidates.is_empty() {
        return 0.0;
    }
    let above =
        candidates.iter().filter_map(|candidate| candidate.sma200_gap).filter(|gap| *gap > 0.0).count();
    of_count(above) / of_count(candidates.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::worked::{gapped, snapshot, symbol};

    fn share(value: f64) -> Share {
        Share::try_from(value).unwrap()
    }

    fn judged(benchmark_gap: &str, absent: AbsentBenchmark, gaps: &[Option<f64>]) -> Judgement {
        let rule = RegimeRule {
            benchmark_symbol: &symbol("SPY"),
            absent_benchmark: absent,
            risk_on_exposure: 1.0,
            defense: Defense {
                soft_defense_exposure: share(0.6),
                hard_defense_exposure: share(0.1),
                soft_breadth_threshold: share(0.5),
                hard_breadth_threshold: share(0.25),
            },
        };
        let table = match benchmark_gap {
            "absent" => snapshot("symbol sma200_gap\nA 1\n"),
            gap => snapshot(&format!("symbol sma200_gap\nSPY {gap}\n")),
        };
        rule.judge(&mut Trace::default(), &table, &gapped(gaps))
    }

    /// Four gaps, the given number of them above 0.
    fn breadth(above: usize) -> Vec<Option<f64>> {
        (0..4).map(|index| (index < above).then_some(0.1)).collect()
    }

    #[test]
    fn the_regime_follows_trend_and_breadth() {
        use Regime::{HardDefense, RiskOn, SoftDefense};
        for (gap, above, regime, exposure) in [
            ("0.01", 2, RiskOn, 1.0),       // breadth 0.5 is not below 0.5
            ("0.01", 1, SoftDefense, 0.6),  // up, but narrow
            ("0.01", 0, SoftDefense, 0.6),  // up: never hard, however narrow
            ("-0.01", 4, SoftDefense, 0.6), // broad, but not up
            ("-0.01", 1, SoftDefense, 0.6), // breadth 0.25 is not below 0.25
            ("-0.01", 0, HardDefense, 0.1),
            ("0", 4, SoftDefense, 0.6), // a gap of 0 is not above 0
            ("-", 4, SoftDefense, 0.6), // a row without a gap is not up
        ] {
            let judgement = judged(gap, AbsentBenchmark::TrendsUp, &breadth(above));
            assert_eq!((judgement.regime, judgement.stock_exposure), (regime, exposure), "{gap} {above}");
        }
    }

    #[test]
    fn an_absent_benchmark_means_what_the_rule_says() {
        assert!(judged("absent", AbsentBenchmark::TrendsUp, &breadth(4)).benchmark_trend_positive);
        assert!(!judged("absent", AbsentBenchmark::DoesNotTrendUp, &breadth(4)).benchmark_trend_positive);
    }

    #[test]
    fn breadth_counts_gaps_above_zero_and_none_of_none() {
        assert_eq!(breadth_ratio(&gapped(&[Some(0.1), Some(0.0), Some(-0.1), None])), 0.25);
        assert_eq!(breadth_ratio(&[]), 0.0);
    }

    #[test]
    fn only_the_hardest_defence_raises_a_flag() {
        assert!(Regime::RiskOn.risk_flags().is_empty());
        assert!(Regime::SoftDefense.risk_flags().is_empty());
        assert_eq!(Regime::HardDefense.risk_flags(), BTreeSet::from([RiskFlag::HardDefense]));
    }
}
