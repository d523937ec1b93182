//! The benchmark's lines: an exit line and an entry line above its average, the wider apart the wider the
//! benchmark swings.

use super::Config;
use crate::market::series::{moving_average, newest, return_over};
use crate::market::true_range::average_true_range;
use crate::market::window::Window;
use crate::number::of_count;

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
    pub fn measure(series: Window<'_>, config: &Config) -> Option<Self> {
        let close = series.close()?;
        let atr = average_true_range(series, config.atr_period)?;
        Some(Self {
            close,
            sma: moving_average(series.closes, config.sma_period)?,
            atr,
            atr_ratio: atr / close,
            mom_126: return_over(series.closes, MOMENTUM_SESSIONS)?,
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
    /// does not move with the close. Whatever a form gives is measured again before it is believed; where
    /// several hold, which takes a scale of about the period, the one nearest to the close is given.
    pub fn flip_close(&self, series: Window<'_>, config: &Config, rule: LineRule) -> Option<f64> {
        let closes = newest(series.closes, config.sma_period)?;
        let others: f64 = closes.iter().rev().skip(1).sum();
        let period = of_count(config.sma_period);
        let at_bound = |multiplier: f64| multiplier * others / (period - multiplier);
        let between = {
            let shift = rule.scale * self.atr;
            let (leading, half) = (period - 1.0, (others + shift) / 2.0);
            (half + (half * half + leading * shift * others).sqrt()) / leading
        };
        let lies_on_the_line = |close: &f64| {
            close.is_finite() && *close > 0.0 && {
                let moved = series.to_history().with_newest_close(*close);
                let moved = Self::measure(moved.window(), config);
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::market::history::History;
    use crate::strategy::worked::{close_to, config, leveraged_config, steps, with};

    fn changed(changes: Value) -> Config {
        config(with(leveraged_config(), changes))
    }

    /// 126 closes of 100 and one of 110. Average of 4: (300 + 110) / 4 = 102.5. True ranges of the newest
    /// two: 10 and 0, mean 5. Momentum 110 / 100 - 1.
    fn benchmark() -> History {
        steps(&[(126, 100.0), (1, 110.0)])
    }

    #[test]
    fn a_worked_benchmark() {
        let measured = Benchmark::measure(benchmark().window(), &changed(json!({}))).unwrap();
        assert_eq!((measured.close, measured.sma, measured.atr), (110.0, 102.5, 5.0));
        assert_eq!(measured.atr_ratio, 5.0 / 110.0);
        assert!(close_to(measured.mom_126, 0.1));
    }

    #[test]
    fn the_multipliers_move_with_the_range_between_floor_and_cap() {
        // 5 / 110 = 0.04545...
        let multiplier = |changes, rule: fn(&Config) -> LineRule| {
            let config = changed(changes);
            Benchmark::measure(benchmark().window(), &config).unwrap().line(rule(&config)).multiplier
        };
        assert_eq!(multiplier(json!({}), LineRule::entry), 1.0 + 5.0 / 110.0);
        assert_eq!(multiplier(json!({"atr_entry_scale": 0.5}), LineRule::entry), 1.04);
        assert_eq!(multiplier(json!({"atr_entry_scale": 2.0}), LineRule::entry), 1.08);
        assert_eq!(multiplier(json!({}), LineRule::exit), 1.02);
        let exit = json!({"atr_exit_scale": 1.0, "exit_line_floor": 0.9, "exit_line_cap": 1.02});
        assert_eq!(multiplier(exit, LineRule::exit), 1.0 - 5.0 / 110.0);
        // A floor above the cap wins.
        assert_eq!(multiplier(json!({"exit_line_cap": 0.98}), LineRule::exit), 1.02);
    }

    #[test]
    fn the_longest_window_says_how_many_bars_are_needed() {
        assert_eq!(Benchmark::bars(&changed(json!({}))), 127);
        assert_eq!(Benchmark::bars(&changed(json!({"sma_period": 200}))), 200);
        assert_eq!(Benchmark::bars(&changed(json!({"atr_period": 300}))), 301);
        let short = steps(&[(126, 100.0)]);
        assert_eq!(Benchmark::measure(short.window(), &changed(json!({}))), None);
    }

    #[test]
    fn the_flip_close_at_a_fixed_multiplier_has_a_closed_form() {
        // c = 1.02 x 300 / (4 - 1.02) = 306 / 2.98
        let config = changed(json!({}));
        let (series, rule) = (benchmark(), LineRule::exit(&config));
        let flip = Benchmark::measure(series.window(), &config)
            .unwrap()
            .flip_close(series.window(), &config, rule)
            .unwrap();
        assert!((flip - 306.0 / 2.98).abs() < 1e-9);
    }

    #[test]
    fn the_flip_close_between_the_bounds_lies_on_its_own_line() {
        // With a high and a low the newest true range does not move with the close.
        let config = changed(json!({"entry_line_floor": 1.0, "entry_line_cap": 1.5}));
        let mut series = benchmark();
        series.highs = vec![None; series.len()];
        series.lows = vec![None; series.len()];
        *series.highs.last_mut().unwrap() = Some(112.0);
        *series.lows.last_mut().unwrap() = Some(104.0);
        let rule = LineRule::entry(&config);
        let flip = Benchmark::measure(series.window(), &config)
            .unwrap()
            .flip_close(series.window(), &config, rule)
            .unwrap();
        let moved = Benchmark::measure(series.with_newest_close(flip).window(), &config).unwrap();
        assert!(moved.line(rule).multiplier > 1.0 && moved.line(rule).multiplier < 1.5);
        assert!((moved.line(rule).level - flip).abs() < 1e-9);
        // ATR = (12 + 0) / 2 = 6; 3 c^2 - 306 c - 1800 = 0: c = (306 + sqrt(306^2 + 21600)) / 6
        assert!((flip - (306.0 + (306.0_f64 * 306.0 + 21_600.0).sqrt()) / 6.0).abs() < 1e-9);
    }

    #[test]
    fn a_range_that_moves_with_the_close_has_no_closed_form() {
        let config = changed(json!({"entry_line_floor": 1.0, "entry_line_cap": 1.5}));
        let (series, rule) = (benchmark(), LineRule::entry(&config));
        let flip =
            Benchmark::measure(series.window(), &config).unwrap().flip_close(series.window(), &config, rule);
        // But where the close does not move, neither does the range: at 100 the multiplier is its floor.
        assert_eq!(flip, Some(100.0));
        let config = changed(json!({"entry_line_floor": 0.9, "entry_line_cap": 5.0, "atr_entry_scale": 3.0}));
        let rule = LineRule::entry(&config);
        let closed_form = |series: &History| {
            Benchmark::measure(series.window(), &config).unwrap().flip_close(series.window(), &config, rule)
        };
        assert_eq!(closed_form(&steps(&[(125, 100.0), (1, 140.0), (1, 110.0)])), None);
    }
}
