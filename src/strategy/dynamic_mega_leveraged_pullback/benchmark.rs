//! The benchmark's lines, an exit line and an entry line above its average, the wider apart the wider the benchmark
//! swings; and the regime that they and the holdings give.

use std::collections::BTreeSet;

use serde::Serialize;

use super::config::Config;
use crate::market::series::return_over;
use crate::market::true_range::average_true_range;
use crate::market::window::Window;
use crate::number::{Number, Positive};
use crate::strategy::RiskFlag;
use crate::strategy::trace::{Names, Trace, computed, count, ratio, usd};
use crate::words::words;

/// The sessions of the benchmark's own momentum.
const MOMENTUM_SESSIONS: usize = 126;

/// What the benchmark's bars say, under the keys of the decision contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Benchmark {
    /// The benchmark's newest close in US dollars.
    pub benchmark_close: Number,
    /// The benchmark's long average in US dollars.
    pub benchmark_sma: Number,
    /// How far the close lies above the average, as a ratio of it.
    pub benchmark_sma_gap: Number,
    /// The benchmark's average true range in US dollars.
    pub benchmark_atr: Number,
    /// The benchmark's average true range as a ratio of the close.
    pub benchmark_atr_pct: Number,
    /// The close above which products are bought, in US dollars.
    pub benchmark_entry_line: Number,
    /// The close below which products are sold, in US dollars.
    pub benchmark_exit_line: Number,
    /// The entry line as a ratio of the average.
    pub benchmark_entry_multiplier: Number,
    /// The exit line as a ratio of the average.
    pub benchmark_exit_multiplier: Number,
    /// The benchmark's return over 126 sessions, as a ratio.
    pub benchmark_mom_126: Number,
}

impl Benchmark {
    /// How many bars the benchmark needs.
    pub fn bars(config: &Config) -> usize {
        config.sma_period.max(config.atr_period.saturating_add(1)).max(MOMENTUM_SESSIONS + 1)
    }

    /// Measures the benchmark; `None` when its series is too short.
    pub fn measure(bars: Window<'_>, config: &Config) -> Option<Self> {
        let (close, sma) = (bars.close()?, bars.average(*config.sma_period)?);
        let atr = average_true_range(bars, *config.atr_period)?;
        let atr_pct = atr / close;
        let within = |floor: Positive, cap: Positive, multiplier: f64| floor.max(cap.min(multiplier));
        let entry = 1.0 + atr_pct * *config.atr_entry_scale;
        let entry = within(config.entry_line_floor, config.entry_line_cap, entry);
        let exit = 1.0 - atr_pct * *config.atr_exit_scale;
        let exit = within(config.exit_line_floor, config.exit_line_cap, exit);
        Some(Self {
            benchmark_close: Number(close),
            benchmark_sma: Number(sma),
            benchmark_sma_gap: Number(close / sma - 1.0),
            benchmark_atr: Number(atr),
            benchmark_atr_pct: Number(atr_pct),
            benchmark_entry_line: Number(sma * entry),
            benchmark_exit_line: Number(sma * exit),
            benchmark_entry_multiplier: Number(entry),
            benchmark_exit_multiplier: Number(exit),
            benchmark_mom_126: Number(return_over(bars.closes, MOMENTUM_SESSIONS)?),
        })
    }
}

words! {
    /// What the benchmark's lines and the holdings say.
    PullbackRegime, "regime":
    /// The benchmark is below its exit line: out.
    HardDefense = "hard_defense",
    /// A product is held and the benchmark is not below its exit line: stay in.
    RiskOnHoldBand = "risk_on_hold_band",
    /// Nothing is held and the benchmark is above its entry line: go in.
    RiskOnEntry = "risk_on_entry",
    /// Nothing is held and the benchmark is between its lines: wait.
    EntryWait = "entry_wait",
}

impl PullbackRegime {
    /// The risk flags of the regime.
    pub fn risk_flags(self) -> BTreeSet<RiskFlag> {
        RiskFlag::HardDefense.raised_if(self == Self::HardDefense)
    }
}

/// The regime and what it follows from, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gate {
    #[serde(flatten)]
    pub benchmark: Benchmark,
    /// Whether the account holds any product now.
    current_risk_active: bool,
    /// How much risk the market is good for.
    pub regime: PullbackRegime,
    /// The share of the equity that may be in products.
    pub target_product_exposure: Number,
}

impl Gate {
    /// Out below the exit line; else in with what is held; else in above the entry line.
    pub fn of(config: &Config, benchmark: Benchmark, held_candidates: usize, trace: &mut Trace) -> Self {
        let (symbol, close) = (&config.benchmark_symbol, benchmark.benchmark_close);
        let (exit_line, entry_line) = (benchmark.benchmark_exit_line, benchmark.benchmark_entry_line);
        let is_below_exit =
            trace.gate("close_below_exit_line", usd!(close).below(usd!(exit_line)).of(symbol));
        let is_held = count!(held_candidates).above(0.0).counting(Names::Count { most: None });
        let current_risk_active = trace.gate("candidate_held", is_held);
        let is_above_entry =
            trace.gate("close_above_entry_line", usd!(close).above(usd!(entry_line)).of(symbol));
        let max_product_exposure = *config.max_product_exposure;
        let (in_the_market, out) = (computed!(max_product_exposure), (0.0, "out of the market"));
        let (regime, (product_exposure, formula)) = if is_below_exit {
            (PullbackRegime::HardDefense, out)
        } else if current_risk_active {
            (PullbackRegime::RiskOnHoldBand, in_the_market)
        } else if is_above_entry {
            (PullbackRegime::RiskOnEntry, in_the_market)
        } else {
            (PullbackRegime::EntryWait, out)
        };
        trace.step(ratio!(product_exposure), formula);
        Self { benchmark, current_risk_active, regime, target_product_exposure: Number(product_exposure) }
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
        let numbers = [measured.benchmark_close, measured.benchmark_sma, measured.benchmark_atr];
        assert_eq!(numbers, [Number(110.0), Number(102.5), Number(5.0)]);
        assert_eq!(measured.benchmark_atr_pct, Number(5.0 / 110.0));
        assert!(close_to(measured.benchmark_mom_126.0, 0.1));
    }

    #[test]
    fn the_multipliers_move_with_the_range_between_floor_and_cap() {
        // 5 / 110 = 0.04545...
        let measured = |changes| Benchmark::measure(benchmark().window(), &changed(changes)).unwrap();
        let entry = |changes| measured(changes).benchmark_entry_multiplier.0;
        let exit = |changes| measured(changes).benchmark_exit_multiplier.0;
        assert_eq!(entry(json!({})), 1.0 + 5.0 / 110.0);
        assert_eq!(entry(json!({"atr_entry_scale": 0.5})), 1.04);
        assert_eq!(entry(json!({"atr_entry_scale": 2.0})), 1.08);
        assert_eq!(exit(json!({})), 1.02);
        let wide = json!({"atr_exit_scale": 1.0, "exit_line_floor": 0.9, "exit_line_cap": 1.02});
        assert_eq!(exit(wide), 1.0 - 5.0 / 110.0);
        // A floor above the cap wins.
        assert_eq!(exit(json!({"exit_line_cap": 0.98})), 1.02);
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
