//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{Config, LEVERED, LONG_WINDOW, QQQ_INCOME, ReboundThresholdMode, SAFE_HAVEN, SPY_INCOME};
use super::diagnostics::diagnostics;
use super::words::{dashboard, headline};
use crate::finding::Finding;
use crate::market::window::Window;
use crate::statistics::sample_deviation;
use crate::strategy::shared::income_layer::Ramp;
use crate::strategy::shared::requirement::{both, positive_equity, required_series, too_few_closes};
use crate::strategy::shared::texts::Texts;
use crate::strategy::trace::{Names, Quantity, Trace, count, max, ratio, step, steps, targets, usd};
use crate::strategy::{Inputs, Outcome, Targets};
use crate::symbol::Symbol;
use crate::words::words;

/// The funds that stand for cash.
pub(super) const CASH: [&str; 2] = ["BIL", SAFE_HAVEN];

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

/// Decides from the benchmark's closes and the account.
///
/// # Errors
///
/// Findings when the equity is unknown or not above zero, or the benchmark has too few closes.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let fewest = config.fewest_closes();
    let (equity, closes) =
        both(positive_equity(inputs.account), required_series(inputs, &config.benchmark_symbol, fewest))?;
    let trend = Trend::read(config, closes)
        .ok_or_else(|| vec![too_few_closes(&config.benchmark_symbol, closes.len(), fewest)])?;

    let income_ratio = income_ramp(config).ratio(trace, equity);
    steps! { trace;
        income_value: usd = equity * income_ratio;
        growth_value: usd = max(0.0, equity - income_value);
    }
    let stance = Stance::of(config, inputs, &trend, trace);
    let Growth { reserved, mut targets } = Growth::spread(config, growth_value, stance.at_risk, trace);
    let qqqi_income_ratio = *config.qqqi_income_ratio;
    targets! { trace, targets;
        spyi: Symbol::literal(SPY_INCOME) => income_value * (1.0 - qqqi_income_ratio);
        qqqi: Symbol::literal(QQQ_INCOME) => income_value * qqqi_income_ratio;
    }

    let headline = headline(config, &trend, &stance);
    let dashboard = dashboard(config, inputs.account, equity, &targets, &trend);
    let texts = Texts {
        diagnostics: [("signal_display", headline.clone()), ("dashboard", dashboard.clone())].into(),
        annotations: [("signal_display", headline.clone()), ("dashboard_text", dashboard)].into(),
    };
    Ok(Outcome {
        price_symbols: BTreeSet::from([config.benchmark_symbol.clone()]),
        managed_symbols: config.managed(),
        signal: stance.signal.as_str().to_owned(),
        headline,
        cash_symbols: CASH.map(Symbol::literal).to_vec(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(equity * *config.rebalance_threshold_ratio),
        diagnostics: diagnostics(config, inputs, equity, &trend, stance.signal, reserved),
        reserve_usd: max(equity * *config.execution_cash_reserve_ratio, reserved),
        texts,
        ..Outcome::rebalance(Targets::Values(targets), &Symbol::literal(SAFE_HAVEN))
    })
}

/// The share of the equity that the income layer takes: nothing below the threshold, then a straight line
/// to 0.40 at twice the threshold, 0.60 above.
fn income_ramp(config: &Config) -> Ramp {
    Ramp {
        start: usd!(*config.income_threshold_usd),
        name: "income_ratio",
        end_name: "twice_income_threshold_usd",
        begins: Quantity::at_least,
        is_full: Quantity::above,
        ratio_at_twice: INCOME_RATIO_AT_TWICE,
        full_ratio: INCOME_RATIO_ABOVE_TWICE,
    }
}

/// What the benchmark's closes say, prices in US dollars.
#[derive(Clone, Copy)]
pub(super) struct Trend {
    pub close: f64,
    pub ma200: f64,
    pub ma20: f64,
    pub ma20_slope: f64,
    pub pullback_rebound: f64,
    pub pullback_rebound_threshold: f64,
    /// The deviation of the daily returns, where the threshold is scaled by it.
    pub volatility: Option<f64>,
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
        Some(Self {
            close,
            ma200: closes.average(LONG_WINDOW)?,
            ma20: closes.average(SHORT_WINDOW)?,
            ma20_slope: closes.average_slope(SHORT_WINDOW)?,
            pullback_rebound: close / closes.lowest(window)? - 1.0,
            pullback_rebound_threshold: volatility
                .map_or(fixed_threshold, |volatility| volatility * multiplier),
            volatility,
        })
    }

    /// Whether the close has rebounded far enough below the long average, on a rising short one.
    fn rebounds(&self, config: &Config, is_rising: bool, trace: &mut Trace) -> bool {
        let &Self { close, ma20, pullback_rebound, pullback_rebound_threshold, .. } = self;
        let benchmark = &config.benchmark_symbol;
        let is_above_short = trace.gate("close_above_ma20", usd!(close).above(usd!(ma20)).of(benchmark));
        let mut any = ratio!(pullback_rebound_threshold).at_most(0.0).about(benchmark);
        if self.volatility.is_some() {
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

/// The growth part in US dollars, spread.
pub(super) struct Growth {
    /// What stays in cash.
    pub reserved: f64,
    /// The targets of TQQQ, its companion and BOXX.
    pub targets: BTreeMap<Symbol, f64>,
}

impl Growth {
    /// TQQQ, its companion and BOXX while the growth part is at risk; BOXX alone otherwise.
    pub(super) fn spread(config: &Config, growth_value: f64, at_risk: bool, trace: &mut Trace) -> Self {
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
            return Self { reserved, targets };
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
        Self { reserved, targets }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
