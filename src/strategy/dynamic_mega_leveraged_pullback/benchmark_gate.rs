//! The benchmark's lines: an exit line and an entry line above its average, the wider apart the wider the
//! benchmark swings.

use super::config::Config;
use crate::market::series::{moving_average, return_over};
use crate::market::true_range::average_true_range;
use crate::market::window::Window;

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
        Self { scale: *config.atr_entry_scale, floor: *config.entry_line_floor, cap: *config.entry_line_cap }
    }

    /// The line whose crossing from above ends every position.
    pub fn exit(config: &Config) -> Self {
        Self { scale: -*config.atr_exit_scale, floor: *config.exit_line_floor, cap: *config.exit_line_cap }
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
        let atr = average_true_range(series, *config.atr_period)?;
        Some(Self {
            close,
            sma: moving_average(series.closes, *config.sma_period)?,
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
}

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
}
