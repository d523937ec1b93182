//! The benchmark's lines: an exit line and an entry line above its average, the wider apart the wider the
//! benchmark swings.

use super::Config;
use crate::market::series::{PriceSeries, moving_average, newest, return_over};
use crate::market::true_range::average_true_range;
use crate::strategy::sizing::as_ratio;

/// The sessions of the benchmark's own momentum.
pub const MOMENTUM_SESSIONS: usize = 126;

/// A line of the benchmark: its average times a multiplier, `clamp(1 + scale * ATR / close, floor, cap)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineRule {
    /// How much of the average true range, as a ratio of the close, moves the line; below 0 moves it down.
    scale: f64,
    floor: f64,
    cap: f64,
}

impl LineRule {
    /// The line whose crossing from below starts a position.
    pub fn entry(config: &Config) -> Self {
        Self { scale: config.atr_entry_scale, floor: config.entry_line_floor, cap: config.entry_line_cap }
    }

    /// The line whose crossing from above ends every position.
    pub fn exit(config: &Config) -> Self {
        Self { scale: -config.atr_exit_scale, floor: config.exit_line_floor, cap: config.exit_line_cap }
    }

    fn multiplier(self, atr_ratio: f64) -> f64 {
        self.floor.max(self.cap.min(1.0 + atr_ratio * self.scale))
    }
}

/// A line as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// What the average is multiplied by.
    pub multiplier: f64,
    /// The line in US dollars.
    pub level: f64,
}

/// The benchmark on the decision date, prices in US dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Benchmark {
    /// The newest close.
    pub close: f64,
    /// The average of the closes.
    pub sma: f64,
    /// The average true range.
    pub atr: f64,
    /// The average true range as a ratio of the close.
    pub atr_ratio: f64,
    /// The return over the newest 126 sessions.
    pub mom_126: f64,
}

impl Benchmark {
    /// How many bars the benchmark needs.
    pub fn bars(config: &Config) -> usize {
        config.sma_period.max(config.atr_period.saturating_add(1)).max(MOMENTUM_SESSIONS + 1)
    }

    /// Measures the benchmark; `None` when its series is too short.
    pub fn measure(series: &PriceSeries, config: &Config) -> Option<Self> {
        let close = series.newest_close()?;
        let atr = average_true_range(series, config.atr_period)?;
        Some(Self {
            close,
            sma: moving_average(&series.closes, config.sma_period)?,
            atr,
            atr_ratio: atr / close,
            mom_126: return_over(&series.closes, MOMENTUM_SESSIONS)?,
        })
    }

    /// A line as it stands.
    pub fn line(&self, rule: LineRule) -> Line {
        let multiplier = rule.multiplier(self.atr_ratio);
        Line { multiplier, level: self.sma * multiplier }
    }

    /// The newest close that would lie on the line, all other prices as they are; `None` where none of the
    /// closed forms holds.
    ///
    /// With `n` the period, `S` the sum of the other closes and the multiplier at its floor or cap `m`, the
    /// close is `m (S + c) / n`, so `c = m S / (n - m)`. Between them the multiplier is `1 + k / c` with
    /// `k = scale * ATR`, so `(n - 1) c^2 - (S + k) c - k S = 0`; that holds only while the newest true range
    /// does not move with the close. Whatever a form gives is measured again before it is believed.
    pub fn flip_close(&self, series: &PriceSeries, config: &Config, rule: LineRule) -> Option<f64> {
        let closes = newest(&series.closes, config.sma_period)?;
        let others: f64 = closes.iter().rev().skip(1).sum();
        let period = as_ratio(config.sma_period);
        let at_bound = |multiplier: f64| multiplier * others / (period - multiplier);
        let between = {
            let shift = rule.scale * self.atr;
            let (leading, half) = (period - 1.0, (others + shift) / 2.0);
            (half + (half * half + leading * shift * others).sqrt()) / leading
        };
        let lies_on_the_line = |close: &f64| {
            close.is_finite() && *close > 0.0 && {
                let moved = Self::measure(&series.with_newest_close(*close), config);
                moved.is_some_and(|moved| (moved.line(rule).level - close).abs() <= SAME_PRICE * close)
            }
        };
        [at_bound(rule.floor), at_bound(rule.cap), between]
            .into_iter()
            .filter(lies_on_the_line)
            .min_by(|left, right| (left - self.close).abs().total_cmp(&(right - self.close).abs()))
    }
}

/// How far apart two prices may lie, as a ratio, to be the same but for rounding.
const SAME_PRICE: f64 = 1e-9;
