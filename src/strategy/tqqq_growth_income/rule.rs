//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::config::{Config, LEVERED, LONG_WINDOW, QQQ_INCOME, ReboundThresholdMode, SAFE_HAVEN, SPY_INCOME};
use super::diagnostics::diagnostics;
use crate::account::Account;
use crate::finding::Finding;
use crate::market::series::{moving_average, newest, newest_returns};
use crate::market::trend::moving_average_slope;
use crate::market::window::Window;
use crate::statistics::sample_deviation;
use crate::strategy::shared::requirement::{both, positive_equity, required_series, too_few_closes};
use crate::strategy::shared::steps::{computed, max, steps};
use crate::strategy::shared::texts::{self, Texts};
use crate::strategy::trace::{Claim, Comparison, Names, Quantity, Trace, Unit};
use crate::strategy::{Inputs, Outcome, Targets};
use crate::symbol::Symbol;

/// The funds that stand for cash.
pub(super) const CASH: [&str; 2] = ["BIL", SAFE_HAVEN];

/// The sessions of the short average.
pub(super) const SHORT_WINDOW: usize = 20;

/// The multiple of the income threshold up to which the income ratio rises.
pub(super) const FULL_INCOME_MULTIPLE: f64 = 2.0;
/// The income ratio that is reached, in a straight line, at twice the threshold.
pub(super) const INCOME_RATIO_AT_TWICE: f64 = 0.40;
/// The income ratio above twice the threshold.
pub(super) const INCOME_RATIO_ABOVE_TWICE: f64 = 0.60;

/// What the trend says of the risk, and what is held already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// Take the risk.
    Entry,
    /// Keep the risk.
    Hold,
    /// Leave the risk.
    Exit,
    /// Stay out.
    Idle,
}

impl Signal {
    fn new(at_risk: bool, held: bool) -> Self {
        match (at_risk, held) {
            (true, false) => Self::Entry,
            (true, true) => Self::Hold,
            (false, true) => Self::Exit,
            (false, false) => Self::Idle,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Hold => "hold",
            Self::Exit => "exit",
            Self::Idle => "idle",
        }
    }
}

/// Decides from the benchmark's closes and the account.
///
/// # Errors
///
/// Findings when the equity is unknown or not above zero, or the benchmark has too few closes.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let (equity, series) = both(
        positive_equity(inputs.account),
        required_series(inputs, &config.benchmark_symbol, config.fewest_closes()),
    )?;
    let Some(reading) = Reading::of(config, series) else {
        return Err(vec![too_few_closes(&config.benchmark_symbol, series.len(), config.fewest_closes())]);
    };

    let income_ratio = income_ratio(config, equity, trace);
    steps! { trace;
        income_value: usd = equity * income_ratio;
        growth_value: usd = max(0.0, equity - income_value);
    }

    let stance = Stance::of(config, inputs, &reading, trace);
    let sizing = if stance.at_risk {
        Sizing::at_risk(config, growth_value, trace)
    } else {
        Sizing::in_cash(config, growth_value, trace)
    };

    let targets = targets(config, income_value, &sizing, trace);
    let headline = headline(config, &reading, &stance);
    let dashboard = dashboard(config, inputs.account, equity, &targets, &reading);
    let texts = Texts {
        diagnostics: [("signal_display", headline.clone()), ("dashboard", dashboard.clone())].into(),
        annotations: [("signal_display", headline.clone()), ("dashboard_text", dashboard)].into(),
    };

    Ok(Outcome {
        price_symbols: BTreeSet::from([config.benchmark_symbol.clone()]),
        managed_symbols: managed_symbols(config),
        signal: stance.signal().as_str().to_owned(),
        headline,
        cash_symbols: CASH.map(Symbol::literal).to_vec(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(equity * config.rebalance_threshold_ratio),
        diagnostics: diagnostics(config, inputs, equity, &reading, &stance, &sizing),
        reserve_usd: f64::max(equity * config.execution_cash_reserve_ratio, sizing.reserved),
        texts,
        ..Outcome::rebalance(Targets::Values(targets), &Symbol::literal(SAFE_HAVEN))
    })
}

/// What the closes say.
pub(super) struct Reading {
    pub price: f64,
    pub ma200: f64,
    pub ma20: f64,
    pub ma20_slope: f64,
    pub rebound: f64,
    pub rebound_threshold: f64,
    /// The deviation of the daily returns, where the threshold is scaled by it.
    pub volatility: Option<f64>,
}

impl Reading {
    /// `None` when there are too few closes.
    fn of(config: &Config, series: Window<'_>) -> Option<Self> {
        let closes = series.closes;
        let price = series.close()?;
        let window = config.dual_drive_pullback_rebound_window;
        let low = lowest(newest(closes, window)?)?;
        let volatility = match config.dual_drive_pullback_rebound_threshold_mode {
            ReboundThresholdMode::VolatilityScaled => {
                newest_returns(closes, window).and_then(|returns| sample_deviation(&returns))
            }
            ReboundThresholdMode::Fixed => None,
        };
        let multiplier = config.dual_drive_pullback_rebound_volatility_multiplier.max(0.0);
        let fixed_threshold = config.dual_drive_pullback_rebound_threshold.max(0.0);
        Some(Self {
            price,
            ma200: moving_average(closes, LONG_WINDOW)?,
            ma20: moving_average(closes, SHORT_WINDOW)?,
            ma20_slope: moving_average_slope(closes, SHORT_WINDOW)?,
            rebound: price / low - 1.0,
            rebound_threshold: volatility.map_or(fixed_threshold, |volatility| volatility * multiplier),
            volatility,
        })
    }
}

fn lowest(closes: &[f64]) -> Option<f64> {
    closes.iter().copied().reduce(f64::min)
}

/// Whether the growth part is at risk, and why.
pub(super) struct Stance {
    /// Which of TQQQ and its companion are held.
    pub held: Vec<Symbol>,
    pub above_long_average: bool,
    pub by_pullback: bool,
    pub at_risk: bool,
}

impl Stance {
    fn of(config: &Config, inputs: Inputs<'_>, reading: &Reading, trace: &mut Trace) -> Self {
        let benchmark = &config.benchmark_symbol;
        let held: Vec<Symbol> = [Symbol::literal(LEVERED), config.dual_drive_unlevered_symbol.clone()]
            .into_iter()
            .filter(|symbol| inputs.account.holds(symbol))
            .collect();
        let is_held = trace.gate(
            Claim::new(
                "risk_is_held",
                Quantity::count("held_risk_symbols", held.len()),
                Comparison::Above,
                Quantity::threshold(0.0, Unit::Count),
            )
            .counting(Names::Count { most: None }),
        );
        let above_long_average = trace.gate(
            Claim::new(
                "close_above_ma200",
                Quantity::usd("close", reading.price),
                Comparison::Above,
                Quantity::usd("ma200", reading.ma200),
            )
            .of(benchmark),
        );
        let rising = trace.gate(
            Claim::new(
                "ma20_slope_rising",
                Quantity::usd("ma20_slope", reading.ma20_slope),
                Comparison::Above,
                Quantity::threshold(0.0, Unit::Usd),
            )
            .of(benchmark),
        );
        let slope_will_do = rising || !config.dual_drive_require_ma20_slope;
        let by_trend = above_long_average && (is_held || slope_will_do);
        let by_pullback = config.dual_drive_allow_pullback
            && pullback_gates(config, reading, trace)
            && !above_long_average
            && rising;
        Self { held, above_long_average, by_pullback, at_risk: by_trend || by_pullback }
    }

    pub(super) fn signal(&self) -> Signal {
        Signal::new(self.at_risk, !self.held.is_empty())
    }
}

/// Whether the close stands above the short average and has rebounded far enough.
fn pullback_gates(config: &Config, reading: &Reading, trace: &mut Trace) -> bool {
    let benchmark = &config.benchmark_symbol;
    let above_short_average = trace.gate(
        Claim::new(
            "close_above_ma20",
            Quantity::usd("close", reading.price),
            Comparison::Above,
            Quantity::usd("ma20", reading.ma20),
        )
        .of(benchmark),
    );
    let threshold = Quantity::ratio("pullback_rebound_threshold", reading.rebound_threshold);
    let mut any_rebound_will_do = Claim::new(
        "any_rebound_will_do",
        threshold,
        Comparison::AtMost,
        Quantity::threshold(0.0, Unit::Ratio),
    )
    .about(benchmark);
    if reading.volatility.is_some() {
        any_rebound_will_do = any_rebound_will_do.moved_by(benchmark);
    }
    let rebounded = trace.gate(any_rebound_will_do)
        || trace.gate(
            Claim::new(
                "rebound_above_threshold",
                Quantity::ratio("pullback_rebound", reading.rebound),
                Comparison::Above,
                threshold,
            )
            .of(benchmark),
        );
    above_short_average && rebounded
}

/// The share of the equity that the income layer takes: nothing below the threshold, then a straight line
/// to 0.40 at twice the threshold, 0.60 above.
fn income_ratio(config: &Config, equity: f64, trace: &mut Trace) -> f64 {
    let threshold = config.income_threshold_usd;
    let full = FULL_INCOME_MULTIPLE * threshold;
    let begins = trace.gate(Claim::new(
        "income_layer_begins",
        Quantity::usd("equity", equity),
        Comparison::AtLeast,
        Quantity::usd("income_threshold_usd", threshold),
    ));
    let (ratio, formula) = if !begins {
        (0.0, "0 below income_threshold_usd")
    } else if trace.gate(Claim::new(
        "income_layer_is_full",
        Quantity::usd("equity", equity),
        Comparison::Above,
        Quantity::usd("twice_income_threshold_usd", full),
    )) {
        (INCOME_RATIO_ABOVE_TWICE, "0.60 above twice income_threshold_usd")
    } else {
        let ratio = INCOME_RATIO_AT_TWICE * (equity - threshold) / (full - threshold);
        (ratio, "0.40 * (equity - income_threshold_usd) / income_threshold_usd")
    };
    trace.step(Quantity::ratio("income_ratio", ratio), formula);
    ratio
}

/// The growth part in US dollars, spread.
pub(super) struct Sizing {
    /// The target of TQQQ.
    pub(crate) levered: f64,
    /// The target of its unlevered companion.
    pub(crate) unlevered: f64,
    /// The target of BOXX.
    pub(crate) safe_haven: f64,
    /// What stays in cash.
    pub(crate) reserved: f64,
}

impl Sizing {
    /// The growth part while it is at risk.
    pub(crate) fn at_risk(config: &Config, growth: f64, trace: &mut Trace) -> Self {
        let reserved = growth * config.dual_drive_cash_reserve_ratio.clamp(0.0, 1.0);
        trace.step(
            Quantity::usd("reserved", reserved),
            "growth_value * dual_drive_cash_reserve_ratio, the ratio clamped to 0..1",
        );
        let mut levered_weight = config.dual_drive_tqqq_weight.clamp(0.0, 1.0);
        let mut unlevered_weight = config.dual_drive_qqq_weight.clamp(0.0, 1.0);
        let (weight_sum, unreserved_ratio) = (levered_weight + unlevered_weight, 1.0 - reserved / growth);
        let mut formulas = [
            "growth_value * dual_drive_tqqq_weight, the weight clamped to 0..1",
            "growth_value * dual_drive_qqq_weight, the weight clamped to 0..1",
        ];
        if trace.gate(Claim::new(
            "weights_exceed_what_is_left",
            Quantity::ratio("weight_sum", weight_sum),
            Comparison::Above,
            Quantity::ratio("unreserved_ratio", unreserved_ratio),
        )) {
            steps! { trace; weight_scale: ratio = unreserved_ratio / weight_sum; }
            levered_weight *= weight_scale;
            unlevered_weight *= weight_scale;
            formulas = [
                "growth_value * dual_drive_tqqq_weight * weight_scale, the weight clamped to 0..1",
                "growth_value * dual_drive_qqq_weight * weight_scale, the weight clamped to 0..1",
            ];
        }
        let [of_levered, of_unlevered] = formulas;
        let (levered, unlevered) = (growth * levered_weight, growth * unlevered_weight);
        let safe_haven = (growth - reserved - levered - unlevered).max(0.0);
        trace.symbol_step(&Symbol::literal(LEVERED), Quantity::usd("target_value", levered), of_levered);
        trace.symbol_step(
            &config.dual_drive_unlevered_symbol,
            Quantity::usd("target_value", unlevered),
            of_unlevered,
        );
        trace.symbol_step(
            &Symbol::literal(SAFE_HAVEN),
            Quantity::usd("target_value", safe_haven),
            "max(0, growth_value - reserved - the levered and unlevered targets)",
        );
        Self { levered, unlevered, safe_haven, reserved }
    }

    /// The growth part while it is not.
    pub(crate) fn in_cash(config: &Config, growth_value: f64, trace: &mut Trace) -> Self {
        let cash_reserve_ratio = config.cash_reserve_ratio;
        steps! { trace; reserved: usd = growth_value * cash_reserve_ratio; }
        let (safe_haven, of_safe_haven) = computed!(max(0.0, growth_value - reserved));
        for symbol in [&Symbol::literal(LEVERED), &config.dual_drive_unlevered_symbol] {
            trace.symbol_step(symbol, Quantity::usd("target_value", 0.0), "out of the market");
        }
        trace.symbol_step(
            &Symbol::literal(SAFE_HAVEN),
            Quantity::usd("target_value", safe_haven),
            of_safe_haven,
        );
        Self { levered: 0.0, unlevered: 0.0, safe_haven, reserved }
    }
}

fn targets(config: &Config, income_value: f64, sizing: &Sizing, trace: &mut Trace) -> BTreeMap<Symbol, f64> {
    let (spy_income, qqq_income) = (Symbol::literal(SPY_INCOME), Symbol::literal(QQQ_INCOME));
    let qqqi_income_ratio = config.qqqi_income_ratio;
    let (spy_value, of_spy) = computed!(income_value * (1.0 - qqqi_income_ratio));
    trace.symbol_step(&spy_income, Quantity::usd("target_value", spy_value), of_spy);
    let (qqq_value, of_qqq) = computed!(income_value * qqqi_income_ratio);
    trace.symbol_step(&qqq_income, Quantity::usd("target_value", qqq_value), of_qqq);
    BTreeMap::from([
        (Symbol::literal(LEVERED), sizing.levered),
        (config.dual_drive_unlevered_symbol.clone(), sizing.unlevered),
        (Symbol::literal(SAFE_HAVEN), sizing.safe_haven),
        (spy_income, spy_value),
        (qqq_income, qqq_value),
    ])
}

/// The configured symbols and the companion, which the user may have changed without listing it.
pub(crate) fn managed_symbols(config: &Config) -> Vec<Symbol> {
    let mut managed = config.managed_symbols.clone();
    if !managed.contains(&config.dual_drive_unlevered_symbol) {
        managed.push(config.dual_drive_unlevered_symbol.clone());
    }
    managed
}

/// The account and the benchmark on four lines.
fn dashboard(
    config: &Config,
    account: &Account,
    equity: f64,
    targets: &BTreeMap<Symbol, f64>,
    reading: &Reading,
) -> String {
    let held = |symbol: &Symbol| format!("{symbol}: {}", texts::dollars(account.market_value_usd(symbol)));
    let held: Vec<String> = targets.keys().map(held).collect();
    format!(
        "Equity: {} | Buying power: {}\n{}\n{}: {} | MA{LONG_WINDOW}: {} | Exit: {}",
        texts::dollars(equity),
        texts::dollars(account.buying_power_usd.unwrap_or(0.0)),
        held.join(" | "),
        config.benchmark_symbol,
        texts::dollars(reading.price),
        texts::dollars(reading.ma200),
        texts::dollars(reading.ma200),
    )
}

fn headline(config: &Config, reading: &Reading, stance: &Stance) -> String {
    let side = if stance.above_long_average { "above" } else { "not above" };
    let why = if stance.by_pullback {
        ", and rebounds from a pullback".to_owned()
    } else if stance.above_long_average && !stance.at_risk {
        format!(", and its {SHORT_WINDOW}-day average is not rising (by {:.2})", reading.ma20_slope)
    } else {
        String::new()
    };
    let held: Vec<&str> = stance.held.iter().map(Symbol::as_str).collect();
    let holding = match held.as_slice() {
        [] => format!("neither {LEVERED} nor {} is held", config.dual_drive_unlevered_symbol),
        [one] => format!("{one} is held"),
        several => format!("{} are held", several.join(" and ")),
    };
    format!(
        "{} {:.2} is {side} its {LONG_WINDOW}-day average {:.2}{why}; {holding}: {}",
        config.benchmark_symbol,
        reading.price,
        reading.ma200,
        // The word `hold` is kept for a day without a change of targets.
        match stance.signal() {
            Signal::Hold => "stay invested",
            signal => signal.as_str(),
        }
    )
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
