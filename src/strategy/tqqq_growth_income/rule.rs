//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::config::{Config, LEVERED, LONG_WINDOW, ReboundThresholdMode};
use super::words::{dashboard, headline};
use crate::finding::Finding;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::market::window::Window;
use crate::number::Number;
use crate::statistics::sample_deviation;
use crate::strategy::contract::{Facts, LeveredPair, Rhythm, Rule};
use crate::strategy::shared::dollars::{self, CASH, QQQ_INCOME, SAFE_HAVEN, SPY_INCOME};
use crate::strategy::shared::income_layer;
use crate::strategy::shared::requirement::{both, positive_equity, required};
use crate::strategy::shared::texts::Texts;
use crate::strategy::trace::{Names, Trace, count, max, ratio, step, steps, targets, usd};
use crate::strategy::{Inputs, Outcome, outcome};
use crate::symbol::Symbol;
use crate::words::{InputKind, TargetMode, words};

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    target_mode: TargetMode::Value,
    required_inputs: &[InputKind::BenchmarkHistory, InputKind::PortfolioSnapshot],
    // Real pairs have 0.9939 at least; one wrong bar gives 0.97.
    levered_pair: Some(LeveredPair { index: "QQQ", fund: LEVERED, least_correlation: 0.98 }),
    ..Facts::OF_PRICES
};

/// The sessions of the short average.
pub(super) const SHORT_WINDOW: usize = 20;

/// The income ratio that is reached, in a straight line, at twice the threshold.
pub(super) const INCOME_RATIO_AT_TWICE: f64 = 0.40;
/// The income ratio above twice the threshold.
pub(super) const INCOME_RATIO_ABOVE_TWICE: f64 = 0.60;

words! {
    /// What the trend says of the risk, and what is held already.
    Signal, "signal":
    /// Take the risk.
    Entry = "entry",
    /// Keep the risk.
    Hold = "hold",
    /// Leave the risk.
    Exit = "exit",
    /// Stay out.
    Idle = "idle",
}

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// What the trend says of the risk.
    signal: Signal,
    /// The smallest difference worth a trade, in US dollars.
    threshold: Number,
    /// The cash kept out of the growth part, in US dollars.
    reserved: Number,
    #[serde(flatten)]
    trend: Trend,
    /// The close below which a held position is left.
    exit_line: Number,
    /// The sessions of the window of `pullback_rebound`.
    pullback_rebound_window: usize,
    /// How `pullback_rebound_threshold` is set.
    pullback_rebound_threshold_mode: ReboundThresholdMode,
    /// What the deviation of the daily returns is multiplied by.
    pullback_rebound_volatility_multiplier: Number,
    /// The account's buying power in US dollars, 0 if not given.
    real_buying_power: Number,
    /// The equity in US dollars.
    total_equity: Number,
    /// The numbers that a broker's program quotes beside its orders.
    execution_annotations: ExecutionAnnotations,
}

/// The numbers that a broker's program quotes beside its orders.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExecutionAnnotations {
    /// The smallest difference worth a trade, in US dollars.
    trade_threshold_value: Number,
    /// The cash kept out of the growth part, in US dollars.
    reserved_cash: Number,
    /// The symbol whose closes the rule reads.
    benchmark_symbol: Symbol,
    /// The benchmark's newest close.
    benchmark_price: Number,
    /// The benchmark's 200-day average.
    long_trend_value: Number,
    /// The close below which a held position is left.
    exit_line: Number,
}

impl Rule for Config {
    fn price_needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        PriceNeeds {
            symbols: BTreeMap::from([(self.benchmark_symbol.clone(), Necessity::Required)]),
            reach: self.reach(),
            checked: BTreeSet::from([Symbol::literal(LEVERED)]),
            ..PriceNeeds::default()
        }
    }

    /// One more than a window, for the returns in it and the average a session earlier.
    fn reach(&self) -> Reach {
        Reach::bars(self.fewest_closes().max(self.dual_drive_pullback_rebound_window.saturating_add(1)))
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    /// The configured symbols and the companion, which the user may have changed without listing it.
    fn own_symbols(&self) -> Vec<Symbol> {
        let companion = &self.dual_drive_unlevered_symbol;
        let unlisted = Some(companion).filter(|symbol| !self.managed_symbols.contains(symbol));
        self.managed_symbols.iter().chain(unlisted).cloned().collect()
    }

    fn safe_haven(&self) -> Symbol {
        Symbol::literal(SAFE_HAVEN)
    }

    fn safe_havens(&self) -> Vec<Symbol> {
        CASH.map(Symbol::literal).to_vec()
    }

    fn trade_threshold_ratio(&self) -> Option<f64> {
        Some(*self.rebalance_threshold_ratio)
    }

    /// Decides from the benchmark's closes and the account.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let benchmark = &self.benchmark_symbol;
        let trend = required(inputs, benchmark, self.fewest_closes(), |closes| Trend::read(self, closes));
        let (equity, trend) = both(positive_equity(inputs.account), trend)?;

        let income_ratio = income_ratio(self, equity, trace);
        steps! { trace;
            income_value: usd = equity * income_ratio;
            growth_value: usd = max(0.0, equity - income_value);
        }
        let stance = Stance::of(self, inputs, &trend, trace);
        let (reserved, mut targets) = spread(self, growth_value, stance.at_risk, trace);
        let qqqi_income_ratio = *self.qqqi_income_ratio;
        targets! { trace, targets;
            spyi: Symbol::literal(SPY_INCOME) => income_value * (1.0 - qqqi_income_ratio);
            qqqi: Symbol::literal(QQQ_INCOME) => income_value * qqqi_income_ratio;
        }

        let threshold = equity * *self.rebalance_threshold_ratio;
        let headline = headline(self, &trend, &stance);
        let dashboard = dashboard(self, inputs.account, equity, &targets, &trend);
        let texts = Texts {
            diagnostics: [("signal_display", headline.clone()), ("dashboard", dashboard.clone())].into(),
            annotations: [("signal_display", headline.clone()), ("dashboard_text", dashboard)].into(),
        };
        Ok(Outcome {
            price_symbols: BTreeSet::from([benchmark.clone()]),
            signal: stance.signal.as_str().to_owned(),
            headline,
            diagnostics: diagnostics(self, inputs, trend, stance.signal, (equity, threshold, reserved)),
            reserve_usd: max(equity * *self.execution_cash_reserve_ratio, reserved),
            texts,
            ..dollars::outcome(self, targets, threshold)
        })
    }
}

/// `amounts` are the equity, the smallest difference worth a trade, and the cash kept out of the growth part.
fn diagnostics(
    config: &Config,
    inputs: Inputs<'_>,
    trend: Trend,
    signal: Signal,
    amounts: (f64, f64, f64),
) -> outcome::Diagnostics {
    let (total_equity, threshold, reserved) = amounts;
    let (threshold, reserved, ma200) = (Number(threshold), Number(reserved), trend.ma200);
    outcome::Diagnostics::new(Diagnostics {
        signal,
        threshold,
        reserved,
        trend,
        exit_line: ma200,
        pullback_rebound_window: *config.dual_drive_pullback_rebound_window,
        pullback_rebound_threshold_mode: config.dual_drive_pullback_rebound_threshold_mode,
        pullback_rebound_volatility_multiplier: Number(
            *config.dual_drive_pullback_rebound_volatility_multiplier,
        ),
        real_buying_power: Number(inputs.account.buying_power_usd.unwrap_or(0.0)),
        total_equity: Number(total_equity),
        execution_annotations: ExecutionAnnotations {
            trade_threshold_value: threshold,
            reserved_cash: reserved,
            benchmark_symbol: config.benchmark_symbol.clone(),
            benchmark_price: trend.close,
            long_trend_value: ma200,
            exit_line: ma200,
        },
    })
}

/// The share of the equity that the income layer takes: nothing below the threshold, then a straight line
/// to 0.40 at twice the threshold, 0.60 above.
fn income_ratio(config: &Config, equity: f64, trace: &mut Trace) -> f64 {
    let twice_income_threshold_usd = config.twice_income_threshold_usd();
    let begins = usd!(equity).at_least(usd!(*config.income_threshold_usd));
    let is_full = usd!(equity).above(usd!(twice_income_threshold_usd));
    let (at_twice, above) = (INCOME_RATIO_AT_TWICE, INCOME_RATIO_ABOVE_TWICE);
    income_layer::ratio(trace, "income_ratio", begins, is_full, at_twice, above)
}

/// What the benchmark's closes say, under the keys of the decision contract.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trend {
    /// The benchmark's newest close.
    #[serde(rename = "qqq_price")]
    pub(super) close: Number,
    /// The benchmark's 200-day average.
    pub(super) ma200: Number,
    /// The benchmark's 20-day average.
    ma20: Number,
    /// The 20-day average less the one a session earlier.
    pub(super) ma20_slope: Number,
    /// How far the close stands above the window's lowest, as a ratio.
    pullback_rebound: Number,
    /// The rebound that an entry below the long average needs, as a ratio.
    pullback_rebound_threshold: Number,
    /// The deviation of the daily returns, where the threshold is scaled by it.
    pullback_rebound_volatility: Option<Number>,
}

impl Trend {
    /// `None` when there are too few closes.
    fn read(config: &Config, closes: Window<'_>) -> Option<Self> {
        let window = *config.dual_drive_pullback_rebound_window;
        let close = closes.close()?;
        let volatility = match config.dual_drive_pullback_rebound_threshold_mode {
            ReboundThresholdMode::VolatilityScaled => {
                closes.newest_returns(window).and_then(|returns| sample_deviation(&returns))
            }
            ReboundThresholdMode::Fixed => None,
        };
        let multiplier = max(0.0, *config.dual_drive_pullback_rebound_volatility_multiplier);
        let fixed_threshold = max(0.0, *config.dual_drive_pullback_rebound_threshold);
        let threshold = volatility.map_or(fixed_threshold, |volatility| volatility * multiplier);
        Some(Self {
            close: Number(close),
            ma200: Number(closes.average(LONG_WINDOW)?),
            ma20: Number(closes.average(SHORT_WINDOW)?),
            ma20_slope: Number(closes.average_slope(SHORT_WINDOW)?),
            pullback_rebound: Number(close / closes.lowest(window)? - 1.0),
            pullback_rebound_threshold: Number(threshold),
            pullback_rebound_volatility: volatility.map(Number),
        })
    }

    /// Whether the close has rebounded far enough below the long average, on a rising short one.
    fn rebounds(&self, config: &Config, is_rising: bool, trace: &mut Trace) -> bool {
        let &Self { close, ma20, pullback_rebound, pullback_rebound_threshold, .. } = self;
        let benchmark = &config.benchmark_symbol;
        let is_above_short = trace.gate("close_above_ma20", usd!(close).above(usd!(ma20)).of(benchmark));
        let mut any = ratio!(pullback_rebound_threshold).at_most(0.0).about(benchmark);
        if self.pullback_rebound_volatility.is_some() {
            // Only a scaled threshold moves with the newest close.
            any = any.moved_by(benchmark);
        }
        let far = ratio!(pullback_rebound).above(ratio!(pullback_rebound_threshold)).of(benchmark);
        let is_far = trace.gate("any_rebound_will_do", any) || trace.gate("rebound_above_threshold", far);
        is_above_short && is_far && is_rising
    }
}

/// Whether the growth part is at risk, and why.
pub(super) struct Stance {
    /// Which of TQQQ and its companion are held.
    pub held: Vec<Symbol>,
    pub is_above: bool,
    pub at_risk: bool,
    pub signal: Signal,
}

impl Stance {
    /// At risk above the long average with something held or a rising short average, and while rebounding below it.
    fn of(config: &Config, inputs: Inputs<'_>, trend: &Trend, trace: &mut Trace) -> Self {
        let &Trend { close, ma200, ma20_slope, .. } = trend;
        let benchmark = &config.benchmark_symbol;
        let mut held = vec![Symbol::literal(LEVERED), config.dual_drive_unlevered_symbol.clone()];
        held.retain(|symbol| inputs.account.holds(symbol));
        let held_risk_symbols = held.len();
        let is_held = trace
            .gate("risk_is_held", count!(held_risk_symbols).above(0.0).counting(Names::Count { most: None }));
        let is_above = trace.gate("close_above_ma200", usd!(close).above(usd!(ma200)).of(benchmark));
        let is_rising = trace.gate("ma20_slope_rising", usd!(ma20_slope).above(0.0).of(benchmark));
        let enters = is_rising || !config.dual_drive_require_ma20_slope;
        let rebounds = config.dual_drive_allow_pullback && trend.rebounds(config, is_rising, trace);
        let at_risk = if is_above { is_held || enters } else { rebounds };
        let signal = match (at_risk, is_held) {
            (true, false) => Signal::Entry,
            (true, true) => Signal::Hold,
            (false, true) => Signal::Exit,
            (false, false) => Signal::Idle,
        };
        Self { held, is_above, at_risk, signal }
    }
}

/// Spreads the growth part: what stays in cash, and the targets, all in US dollars. TQQQ, its companion and BOXX while it
/// is at risk; BOXX alone otherwise.
pub(super) fn spread(
    config: &Config,
    growth_value: f64,
    at_risk: bool,
    trace: &mut Trace,
) -> (f64, BTreeMap<Symbol, f64>) {
    let (tqqq, boxx) = (Symbol::literal(LEVERED), Symbol::literal(SAFE_HAVEN));
    let unlevered = &config.dual_drive_unlevered_symbol;
    let mut targets = BTreeMap::new();
    if !at_risk {
        let cash_reserve_ratio = *config.cash_reserve_ratio;
        steps! { trace; reserved: usd = growth_value * cash_reserve_ratio; }
        targets! { trace, targets;
            tqqq_value: tqqq => 0.0;
            qqq_value: unlevered => 0.0;
            boxx_value: boxx => max(0.0, growth_value - reserved);
        }
        return (reserved, targets);
    }
    let dual_drive_cash_reserve_ratio = *config.dual_drive_cash_reserve_ratio;
    let (tqqq_weight, qqq_weight) = (*config.dual_drive_tqqq_weight, *config.dual_drive_qqq_weight);
    steps! { trace; reserved: usd = growth_value * dual_drive_cash_reserve_ratio; }
    let (weight_sum, unreserved_ratio) = (tqqq_weight + qqq_weight, 1.0 - reserved / growth_value);
    let exceeds = ratio!(weight_sum).above(ratio!(unreserved_ratio));
    let weight_scale = if trace.gate("weights_exceed_what_is_left", exceeds) {
        step!(trace, weight_scale: ratio = unreserved_ratio / weight_sum)
    } else {
        1.0
    };
    targets! { trace, targets;
        tqqq_value: tqqq => growth_value * (tqqq_weight * weight_scale);
        qqq_value: unlevered => growth_value * (qqq_weight * weight_scale);
        boxx_value: boxx => max(0.0, growth_value - reserved - tqqq_value - qqq_value);
    }
    (reserved, targets)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
