//! What the rule sees in an underlying's closes, and how large a position that is worth.

use crate::feature::momentum::{average_gap, high_gap};
use crate::feature::risk::yearly_volatility;
use crate::market::series::{newest, return_over};
use crate::market::window::Window;
use crate::strategy::shared::screen::Tests;
use crate::strategy::trace::{Claim, Comparison, Need, Reading, Trace, ratio};
use crate::symbol::Symbol;

/// How many closes an underlying needs: the 252-session return looks at one more.
pub const BARS: usize = 253;

/// The sessions of the returns that tell an overheated name, the trend, and the year.
const MONTH_SESSIONS: usize = 20;
const HALF_YEAR_SESSIONS: usize = 126;
const YEAR_SESSIONS: usize = 252;

/// The closes of the two averages.
const SHORT_AVERAGE: usize = 50;
const LONG_AVERAGE: usize = 200;

/// The sessions of the volatility and of the high that a pullback is measured from.
pub const QUARTER_SESSIONS: usize = 63;

/// The tests of a pullback's depth, in turn: up to which depth (exclusive) a position has which size. Deeper, it
/// has none.
pub const SIZE_BY_DEPTH: [(&str, f64, f64); 4] = [
    ("pullback_slight", 0.02, 0.45),
    ("pullback_small", 0.06, 0.85),
    ("pullback_medium", 0.16, 1.25),
    ("pullback_not_too_deep", 0.28, 0.75),
];

/// The 20-session return beyond which a name has run too far.
pub const OVERHEATED_MOM_20: f64 = 0.18;
/// The gap to the 50-day average beyond which a name has run too far.
pub const OVERHEATED_SMA_50_GAP: f64 = 0.16;
/// What the size of a name that has run too far is multiplied by.
pub const OVERHEATED_SIZE: f64 = 0.50;

/// The gap to the 200-day average below which the trend is thin.
pub const THIN_SMA_200_GAP: f64 = 0.03;
/// What the size is multiplied by in a thin trend.
pub const THIN_TREND_SIZE: f64 = 0.60;

/// The 126-session return relative to the benchmark below which a name lags.
pub const LAGGING_RELATIVE_MOM_126: f64 = -0.08;
/// What the size of a name that lags is multiplied by.
pub const LAGGARD_SIZE: f64 = 0.50;

/// The largest size.
pub const LARGEST_SIZE: f64 = 1.30;

/// The pullback depth of the highest quality.
pub const BEST_DEPTH: f64 = 0.10;
/// The distance from the best depth at which quality is 0.
pub const DEPTH_TOLERANCE: f64 = 0.10;

/// What the rule sees in an underlying; all ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features {
    /// The return over 20 sessions.
    pub mom_20: f64,
    /// The return over 126 sessions.
    pub mom_126: f64,
    /// The return over 252 sessions.
    pub mom_252: f64,
    /// The 126-session return less the benchmark's.
    pub relative_mom_126: f64,
    /// The close's distance to its 50-day average, as a ratio of the average.
    pub sma_50_gap: f64,
    /// The close's distance to its 200-day average, as a ratio of the average.
    pub sma_200_gap: f64,
    /// How far the close lies below the highest close of 63 sessions, as a ratio of that.
    pub pullback_depth: f64,
    /// The yearly deviation of the newest 63 daily returns.
    pub vol_63: f64,
}

impl Features {
    /// Measures an underlying; `None` when it has fewer than 253 closes.
    pub fn measure(series: Window<'_>, benchmark_mom_126: f64) -> Option<Self> {
        let closes = newest(series.closes, BARS)?;
        let mom_126 = return_over(closes, HALF_YEAR_SESSIONS)?;
        Some(Self {
            mom_20: return_over(closes, MONTH_SESSIONS)?,
            mom_126,
            mom_252: return_over(closes, YEAR_SESSIONS)?,
            relative_mom_126: mom_126 - benchmark_mom_126,
            sma_50_gap: average_gap(closes, SHORT_AVERAGE)?,
            sma_200_gap: average_gap(closes, LONG_AVERAGE)?,
            pullback_depth: high_gap(closes, QUARTER_SESSIONS)?.min(0.0).abs(),
            vol_63: yearly_volatility(closes, QUARTER_SESSIONS)?,
        })
    }

    /// How close the pullback is to the best one, from -1 to 1.
    pub fn pullback_quality(&self) -> f64 {
        (1.0 - (self.pullback_depth - BEST_DEPTH).abs() / DEPTH_TOLERANCE).clamp(-1.0, 1.0)
    }

    /// What an equal weight is multiplied by: above 0, at most 1.30; `None` without a rising trend and after too
    /// deep a pullback, which the tests then say. The gates are about the product; its underlying's closes move them.
    pub fn size_multiplier(
        &self,
        product: &Symbol,
        underlying: &Symbol,
        tests: &mut Tests,
        trace: &mut Trace,
    ) -> Option<f64> {
        let &Self { mom_20, mom_126, relative_mom_126, sma_50_gap, sma_200_gap, pullback_depth, .. } = self;
        let mut asked = |name, claim: Claim<'_>| trace.gate(name, claim.about(product).moved_by(underlying));
        let (rises, has_risen) = (ratio!(sma_200_gap).above(0.0), ratio!(mom_126).above(0.0));
        tests.gate("sma_200_gap", rises);
        tests.gate("mom_126", has_risen);
        let (rises, has_risen) =
            (asked("sma_200_gap_above_zero", rises), asked("mom_126_above_zero", has_risen));
        let by_depth = SIZE_BY_DEPTH
            .into_iter()
            .find_map(|(name, bound, size)| asked(name, ratio!(pullback_depth).below(bound)).then_some(size));
        // The edges part sizes; a pullback that lies below the last of them passes.
        let needed = SIZE_BY_DEPTH.last().map(|(_, deepest, _)| Need::Bound(Comparison::Below, *deepest));
        let observed = Reading::Number(pullback_depth);
        tests.record("pullback_depth", by_depth.is_some(), Some(observed), needed);
        let by_depth = by_depth.filter(|_| rises && has_risen)?;
        let has_jumped = asked("mom_20_overheated", ratio!(mom_20).above(OVERHEATED_MOM_20));
        let is_stretched = asked("sma_50_gap_overheated", ratio!(sma_50_gap).above(OVERHEATED_SMA_50_GAP));
        let is_thin = asked("sma_200_gap_thin", ratio!(sma_200_gap).below(THIN_SMA_200_GAP));
        let lags =
            asked("relative_mom_126_lagging", ratio!(relative_mom_126).below(LAGGING_RELATIVE_MOM_126));
        let reductions =
            [(has_jumped || is_stretched, OVERHEATED_SIZE), (is_thin, THIN_TREND_SIZE), (lags, LAGGARD_SIZE)];
        let reduced = reductions
            .into_iter()
            .filter(|(applies, _)| *applies)
            .fold(by_depth, |size, (_, reduction)| size * reduction);
        Some(reduced.clamp(0.0, LARGEST_SIZE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;

    /// A name whose size is its depth's alone.
    fn sound(pullback_depth: f64) -> Features {
        Features {
            mom_20: 0.18,
            mom_126: 0.2,
            mom_252: 0.3,
            relative_mom_126: -0.08,
            sma_50_gap: 0.16,
            sma_200_gap: 0.03,
            pullback_depth,
            vol_63: 0.4,
        }
    }

    /// The size, the first failed test and the names of the gates that were asked.
    fn judged(features: Features) -> (Option<f64>, Option<&'static str>, Vec<&'static str>) {
        let symbol = crate::strategy::worked::symbol("X");
        let (mut tests, mut trace) = (Tests::default(), Trace::default());
        let size = features.size_multiplier(&symbol, &symbol, &mut tests, &mut trace);
        let failure = tests.of(&symbol).first_failure().map(|tested| tested.test);
        (size, failure, trace.gates.iter().map(|gate| gate.name).collect())
    }

    fn failed_test(features: Features) -> &'static str {
        let (size, failure, _) = judged(features);
        assert_eq!(size, None);
        failure.unwrap()
    }

    #[test]
    fn the_edges_are_asked_in_turn_and_the_reductions_of_sound_names_alone() {
        let always = ["sma_200_gap_above_zero", "mom_126_above_zero", "pullback_slight"];
        let reductions =
            ["mom_20_overheated", "sma_50_gap_overheated", "sma_200_gap_thin", "relative_mom_126_lagging"];
        let (_, _, slight) = judged(sound(0.0));
        assert_eq!(slight, always.into_iter().chain(reductions).collect::<Vec<_>>());
        let (_, _, deep) = judged(sound(0.3));
        let edges = ["pullback_small", "pullback_medium", "pullback_not_too_deep"];
        assert_eq!(deep, always.into_iter().chain(edges).collect::<Vec<_>>());
    }

    #[test]
    fn the_size_follows_the_depth_of_the_pullback() {
        for (depth, size) in [
            (0.0, 0.45),
            (0.0199, 0.45),
            (0.02, 0.85),
            (0.0599, 0.85),
            (0.06, 1.25),
            (0.1599, 1.25),
            (0.16, 0.75),
            (0.2799, 0.75),
        ] {
            assert_eq!(judged(sound(depth)).0, Some(size), "{depth}");
        }
        assert_eq!(failed_test(sound(0.28)), "pullback_depth");
    }

    #[test]
    fn a_name_without_a_rising_trend_has_no_size() {
        assert_eq!(failed_test(Features { sma_200_gap: 0.0, ..sound(0.1) }), "sma_200_gap");
        assert_eq!(failed_test(Features { mom_126: 0.0, ..sound(0.1) }), "mom_126");
    }

    #[test]
    fn each_warning_sign_reduces_the_size() {
        let size = |features: Features| judged(features).0.unwrap();
        assert_eq!(size(Features { mom_20: 0.181, ..sound(0.1) }), 1.25 * 0.5);
        assert_eq!(size(Features { sma_50_gap: 0.161, ..sound(0.1) }), 1.25 * 0.5);
        // Both signs of overheating count once.
        assert_eq!(size(Features { mom_20: 0.181, sma_50_gap: 0.161, ..sound(0.1) }), 1.25 * 0.5);
        assert_eq!(size(Features { sma_200_gap: 0.029, ..sound(0.1) }), 1.25 * 0.6);
        assert_eq!(size(Features { relative_mom_126: -0.081, ..sound(0.1) }), 1.25 * 0.5);
        let all = Features { mom_20: 0.2, sma_200_gap: 0.01, relative_mom_126: -0.1, ..sound(0.1) };
        assert_eq!(size(all), 1.25 * 0.5 * 0.6 * 0.5);
    }

    #[test]
    fn quality_falls_on_both_sides_of_the_best_depth() {
        assert_eq!(sound(0.10).pullback_quality(), 1.0);
        assert_eq!(sound(0.0).pullback_quality(), 0.0); // 1 - 0.10 / 0.10
        assert!((sound(0.15).pullback_quality() - 0.5).abs() < 1e-12); // 1 - 0.05 / 0.10
        assert_eq!(sound(0.9).pullback_quality(), -1.0); // 1 - 8, clamped
    }

    /// Closes 1000, 1001, ... 1252, but for 1400 as the 63rd newest, which replaces 1190.
    fn climbing() -> History {
        let mut series = crate::strategy::worked::steps(&[(BARS, 0.0)]);
        for (close, level) in series.closes.iter_mut().zip(1000_u32..) {
            *close = f64::from(level);
        }
        series.closes[190] = 1400.0;
        series
    }

    #[test]
    fn features_of_a_worked_series() {
        let features = Features::measure(climbing().window(), 0.1).unwrap();
        let near =
            |value: f64, expected: f64| assert!((value - expected).abs() < 1e-12, "{value} {expected}");
        near(features.mom_20, 1252.0 / 1232.0 - 1.0);
        near(features.mom_126, 1252.0 / 1126.0 - 1.0);
        near(features.mom_252, 1252.0 / 1000.0 - 1.0);
        near(features.relative_mom_126, 1252.0 / 1126.0 - 1.0 - 0.1);
        // Means of a run are half way between its ends; 1400 lifts the longer one by 210 / 200.
        near(features.sma_50_gap, 1252.0 / 1227.5 - 1.0);
        near(features.sma_200_gap, 1252.0 / (1152.5 + 1.05) - 1.0);
        near(features.pullback_depth, 1.0 - 1252.0 / 1400.0);
        // 63 returns: up to 1400, down from it, and 61 steps of 1 from 1191 to 1252.
        let steps = (1191..1252).map(|level| 1.0 / f64::from(level));
        let returns: Vec<f64> =
            [1400.0 / 1189.0 - 1.0, 1191.0 / 1400.0 - 1.0].into_iter().chain(steps).collect();
        let mean = returns.iter().sum::<f64>() / 63.0;
        let variance = returns.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 63.0;
        near(features.vol_63, (variance * 252.0).sqrt());
    }

    #[test]
    fn one_close_too_few_is_no_feature() {
        let mut series = climbing();
        series.closes.remove(0);
        assert_eq!(Features::measure(series.window(), 0.1), None);
    }
}
