//! Leveraged growth with an income layer: TQQQ and an unlevered companion while the benchmark's trend is
//! up or it rebounds below its long average; cash otherwise; income funds once the account is large.

pub(crate) mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::market::needs::Reach;
use crate::market::series::{moving_average, newest, newest_returns};
use crate::market::trend::moving_average_slope;
use crate::market::window::Window;
use crate::number::Number;
use crate::statistics::sample_deviation;
use crate::strategy::config_check::{
    at_least_one, distinct_symbols, measurable, not_negative, problem, share,
};
use crate::strategy::requirement::{both, positive_equity, required_series, too_few_closes};
use crate::strategy::trace::{Claim, Comparison, Quantity, Trace, Unit};
use crate::strategy::{Action, ConfigProblem, Inputs, Necessity, Outcome, PriceNeeds, Targets};
use crate::symbol::Symbol;

/// The 3x fund that the strategy is about.
pub(crate) const LEVERED: &str = "TQQQ";
/// The fund that stands for cash.
pub(crate) const SAFE_HAVEN: &str = "BOXX";
/// The income fund over the S&P 500.
pub(crate) const SPY_INCOME: &str = "SPYI";
/// The income fund over the Nasdaq-100.
pub(crate) const QQQ_INCOME: &str = "QQQI";

/// The sessions of the long average.
pub(crate) const LONG_WINDOW: usize = 200;
/// The sessions of the short average.
pub(crate) const SHORT_WINDOW: usize = 20;

/// The multiple of the income threshold up to which the income ratio rises.
pub(crate) const FULL_INCOME_MULTIPLE: f64 = 2.0;
/// The income ratio that is reached, in a straight line, at twice the threshold.
pub(crate) const INCOME_RATIO_AT_TWICE: f64 = 0.40;
/// The income ratio above twice the threshold.
pub(crate) const INCOME_RATIO_ABOVE_TWICE: f64 = 0.60;

/// How the growth part of the account is spread while it is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttackAllocationMode {
    /// Fixed weights of TQQQ and its unlevered companion, entered on trend or pullback.
    FixedQqqTqqqPullback,
}

/// Where the rebound that a pullback entry needs comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReboundThresholdMode {
    /// A multiple of the deviation of the daily returns.
    VolatilityScaled,
    /// The configured number.
    Fixed,
}

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbol whose closes the rule reads.
    pub benchmark_symbol: Symbol,
    /// The symbols that the profile may sell.
    pub managed_symbols: Vec<Symbol>,
    /// The equity in US dollars from which on there is an income layer.
    pub income_threshold_usd: f64,
    /// The share of the income layer that QQQI takes; SPYI takes the rest.
    pub qqqi_income_ratio: f64,
    /// The share of the growth part that stays in cash while nothing is at risk.
    pub cash_reserve_ratio: f64,
    /// The share of the equity below which a difference is not worth a trade.
    pub rebalance_threshold_ratio: f64,
    /// The share of the equity that execution keeps in cash; no target looks at it.
    pub execution_cash_reserve_ratio: f64,
    /// How the growth part is spread while it is at risk.
    pub attack_allocation_mode: AttackAllocationMode,
    /// The share of the growth part for the unlevered companion, clamped to 0..1.
    pub dual_drive_qqq_weight: f64,
    /// The share of the growth part for TQQQ, clamped to 0..1.
    pub dual_drive_tqqq_weight: f64,
    /// The unlevered companion.
    pub dual_drive_unlevered_symbol: Symbol,
    /// The share of the growth part that stays in cash while it is at risk, clamped to 0..1.
    pub dual_drive_cash_reserve_ratio: f64,
    /// Whether a rebound below the long average may be entered.
    pub dual_drive_allow_pullback: bool,
    /// Whether an entry above the long average needs a rising short average.
    pub dual_drive_require_ma20_slope: bool,
    /// The sessions that the rebound's low and volatility are taken over.
    pub dual_drive_pullback_rebound_window: usize,
    /// Where the rebound's threshold comes from.
    pub dual_drive_pullback_rebound_threshold_mode: ReboundThresholdMode,
    /// The fixed threshold, a ratio; below zero it is zero.
    pub dual_drive_pullback_rebound_threshold: f64,
    /// What the deviation of the daily returns is multiplied by; below zero it is zero.
    pub dual_drive_pullback_rebound_volatility_multiplier: f64,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            distinct_symbols("managed_symbols", &self.managed_symbols),
            not_negative("income_threshold_usd", self.income_threshold_usd),
            share("qqqi_income_ratio", self.qqqi_income_ratio),
            share("cash_reserve_ratio", self.cash_reserve_ratio),
            not_negative("rebalance_threshold_ratio", self.rebalance_threshold_ratio),
            share("execution_cash_reserve_ratio", self.execution_cash_reserve_ratio),
            self.unlevered_symbol_problem(),
            at_least_one("dual_drive_pullback_rebound_window", self.dual_drive_pullback_rebound_window),
            measurable("dual_drive_pullback_rebound_threshold", self.dual_drive_pullback_rebound_threshold),
            measurable(
                "dual_drive_pullback_rebound_volatility_multiplier",
                self.dual_drive_pullback_rebound_volatility_multiplier,
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The companion's target would overwrite that of a fund with a part of its own.
    fn unlevered_symbol_problem(&self) -> Option<ConfigProblem> {
        let taken = [LEVERED, SAFE_HAVEN, SPY_INCOME, QQQ_INCOME];
        taken.contains(&self.dual_drive_unlevered_symbol.as_str()).then(|| {
            problem(
                "dual_drive_unlevered_symbol",
                &self.dual_drive_unlevered_symbol,
                format!("a symbol other than {}", taken.join(", ")),
            )
        })
    }

    /// The series that the rule looks at.
    pub fn price_needs(&self) -> PriceNeeds {
        PriceNeeds {
            symbols: BTreeMap::from([(self.benchmark_symbol.clone(), Necessity::Required)]),
            reach: self.reach(),
            ..PriceNeeds::default()
        }
    }

    /// How far back the rule looks: one more than a window, for the returns in it and the average a session earlier.
    pub fn reach(&self) -> Reach {
        Reach::bars(self.fewest_closes().max(self.dual_drive_pullback_rebound_window.saturating_add(1)))
    }

    /// The fewest closes that give both averages and the rebound's low.
    pub(crate) fn fewest_closes(&self) -> usize {
        LONG_WINDOW.max(self.dual_drive_pullback_rebound_window)
    }
}

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    /// What the trend says of the risk.
    pub signal: Signal,
    /// The smallest difference worth a trade, in US dollars.
    pub threshold: Number,
    /// The cash kept out of the growth part, in US dollars.
    pub reserved: Number,
    /// The benchmark's newest close.
    pub qqq_price: Number,
    /// The benchmark's 200-day average.
    pub ma200: Number,
    /// The close below which a held position is left.
    pub exit_line: Number,
    /// The benchmark's 20-day average.
    pub ma20: Number,
    /// The 20-day average less the one a session earlier.
    pub ma20_slope: Number,
    /// How far the close stands above the window's lowest, as a ratio.
    pub pullback_rebound: Number,
    /// The sessions of that window.
    pub pullback_rebound_window: usize,
    /// The rebound that an entry below the long average needs, as a ratio.
    pub pullback_rebound_threshold: Number,
    /// Where that threshold comes from.
    pub pullback_rebound_threshold_mode: ReboundThresholdMode,
    /// The deviation of the daily returns, where the threshold is scaled by it.
    pub pullback_rebound_volatility: Option<Number>,
    /// What the deviation is multiplied by.
    pub pullback_rebound_volatility_multiplier: Number,
    /// The account's buying power in US dollars, zero where nobody said.
    pub real_buying_power: Number,
    /// The equity in US dollars.
    pub total_equity: Number,
    /// The numbers that a broker's program quotes beside its orders.
    pub execution_annotations: ExecutionAnnotations,
}

/// The numbers that a broker's program quotes beside its orders.
#[derive(Clone, Debug, Serialize)]
pub struct ExecutionAnnotations {
    /// The smallest difference worth a trade, in US dollars.
    pub trade_threshold_value: Number,
    /// The cash kept out of the growth part, in US dollars.
    pub reserved_cash: Number,
    /// The symbol whose closes the rule reads.
    pub benchmark_symbol: Symbol,
    /// Its newest close.
    pub benchmark_price: Number,
    /// Its 200-day average.
    pub long_trend_value: Number,
    /// The close below which a held position is left.
    pub exit_line: Number,
}

/// What the trend says of the risk, and what is held already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

    let income = equity * income_ratio(config, equity, trace);
    trace.step(Quantity::usd("income_value", income), "equity * income_ratio");
    let growth = (equity - income).max(0.0);
    trace.step(Quantity::usd("growth_value", growth), "max(0, equity - income_value)");

    let stance = Stance::of(config, inputs, &reading, trace);
    let sizing = if stance.at_risk {
        Sizing::at_risk(config, growth, trace)
    } else {
        Sizing::in_cash(config, growth, trace)
    };

    let targets = targets(config, income, &sizing, trace);

    Ok(Outcome {
        action: Action::Rebalance,
        targets: Targets::Values(targets),
        safe_haven: Symbol::literal(SAFE_HAVEN),
        largest_weight: None,
        price_symbols: BTreeSet::from([config.benchmark_symbol.clone()]),
        risk_flags: BTreeSet::new(),
        managed_symbols: managed_symbols(config),
        signal: stance.signal().as_str().to_owned(),
        headline: headline(config, &reading, &stance),
        cash_symbols: ["BIL", SAFE_HAVEN].map(Symbol::literal).to_vec(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(equity * config.rebalance_threshold_ratio),
        choice: None,
        diagnostics: diagnostics(config, inputs, equity, &reading, &stance, &sizing),
        findings: Vec::new(),
    })
}

/// What the closes say.
struct Reading {
    price: f64,
    ma200: f64,
    ma20: f64,
    ma20_slope: f64,
    rebound: f64,
    rebound_threshold: f64,
    /// The deviation of the daily returns, where the threshold is scaled by it.
    volatility: Option<f64>,
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
struct Stance {
    /// Which of TQQQ and its companion are held.
    held: Vec<Symbol>,
    above_long_average: bool,
    by_pullback: bool,
    at_risk: bool,
}

impl Stance {
    fn of(config: &Config, inputs: Inputs<'_>, reading: &Reading, trace: &mut Trace) -> Self {
        let benchmark = &config.benchmark_symbol;
        let held: Vec<Symbol> = [Symbol::literal(LEVERED), config.dual_drive_unlevered_symbol.clone()]
            .into_iter()
            .filter(|symbol| inputs.account.holds(symbol))
            .collect();
        let is_held = trace.gate(Claim::new(
            "risk_is_held",
            Quantity::count("held_risk_symbols", held.len()),
            Comparison::Above,
            Quantity::threshold(0.0, Unit::Count),
        ));
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

    fn signal(&self) -> Signal {
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
pub(crate) struct Sizing {
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
        let (wanted, available) = (levered_weight + unlevered_weight, 1.0 - reserved / growth);
        let mut formulas = [
            "growth_value * dual_drive_tqqq_weight, the weight clamped to 0..1",
            "growth_value * dual_drive_qqq_weight, the weight clamped to 0..1",
        ];
        if trace.gate(Claim::new(
            "weights_exceed_what_is_left",
            Quantity::ratio("weight_sum", wanted),
            Comparison::Above,
            Quantity::ratio("unreserved_ratio", available),
        )) {
            let scale = available / wanted;
            trace.step(Quantity::ratio("weight_scale", scale), "unreserved_ratio / weight_sum");
            levered_weight *= scale;
            unlevered_weight *= scale;
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
    pub(crate) fn in_cash(config: &Config, growth: f64, trace: &mut Trace) -> Self {
        let reserved = growth * config.cash_reserve_ratio;
        trace.step(Quantity::usd("reserved", reserved), "growth_value * cash_reserve_ratio");
        let safe_haven = (growth - reserved).max(0.0);
        for symbol in [&Symbol::literal(LEVERED), &config.dual_drive_unlevered_symbol] {
            trace.symbol_step(symbol, Quantity::usd("target_value", 0.0), "out of the market");
        }
        trace.symbol_step(
            &Symbol::literal(SAFE_HAVEN),
            Quantity::usd("target_value", safe_haven),
            "max(0, growth_value - reserved)",
        );
        Self { levered: 0.0, unlevered: 0.0, safe_haven, reserved }
    }
}

fn targets(config: &Config, income: f64, sizing: &Sizing, trace: &mut Trace) -> BTreeMap<Symbol, f64> {
    let (spy_income, qqq_income) = (Symbol::literal(SPY_INCOME), Symbol::literal(QQQ_INCOME));
    let (spy_value, qqq_value) =
        (income * (1.0 - config.qqqi_income_ratio), income * config.qqqi_income_ratio);
    let of_spy = "income_value * (1 - qqqi_income_ratio)";
    trace.symbol_step(&spy_income, Quantity::usd("target_value", spy_value), of_spy);
    let of_qqq = "income_value * qqqi_income_ratio";
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
        stance.signal().as_str()
    )
}

fn diagnostics(
    config: &Config,
    inputs: Inputs<'_>,
    equity: f64,
    reading: &Reading,
    stance: &Stance,
    sizing: &Sizing,
) -> crate::strategy::Diagnostics {
    let threshold = Number(equity * config.rebalance_threshold_ratio);
    let (price, ma200) = (Number(reading.price), Number(reading.ma200));
    crate::strategy::Diagnostics::TqqqGrowthIncome(Diagnostics {
        signal: stance.signal(),
        threshold,
        reserved: Number(sizing.reserved),
        qqq_price: price,
        ma200,
        exit_line: ma200,
        ma20: Number(reading.ma20),
        ma20_slope: Number(reading.ma20_slope),
        pullback_rebound: Number(reading.rebound),
        pullback_rebound_window: config.dual_drive_pullback_rebound_window,
        pullback_rebound_threshold: Number(reading.rebound_threshold),
        pullback_rebound_threshold_mode: config.dual_drive_pullback_rebound_threshold_mode,
        pullback_rebound_volatility: reading.volatility.map(Number),
        pullback_rebound_volatility_multiplier: Number(
            config.dual_drive_pullback_rebound_volatility_multiplier,
        ),
        real_buying_power: Number(inputs.account.buying_power_usd.unwrap_or(0.0)),
        total_equity: Number(equity),
        execution_annotations: ExecutionAnnotations {
            trade_threshold_value: threshold,
            reserved_cash: Number(sizing.reserved),
            benchmark_symbol: config.benchmark_symbol.clone(),
            benchmark_price: price,
            long_trend_value: ma200,
            exit_line: ma200,
        },
    })
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use serde_json::{Value, json};

    use super::*;
    use crate::account::Account;
    use crate::finding::Code;
    use crate::market::calendar::Calendar;
    use crate::market::history::History;
    use crate::market::history::Market;
    use crate::strategy::trace::Gate;
    use crate::strategy::worked::{Traced, traced};

    fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
        traced(super::decide, config, inputs)
    }

    /// The profile's config with some keys changed.
    fn config(changes: Value) -> Config {
        let mut config = json!({
            "benchmark_symbol": "QQQ", "managed_symbols": ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI"],
            "income_threshold_usd": 1e9, "qqqi_income_ratio": 0.5, "cash_reserve_ratio": 0.02,
            "rebalance_threshold_ratio": 0.01, "execution_cash_reserve_ratio": 0.0,
            "attack_allocation_mode": "fixed_qqq_tqqq_pullback", "dual_drive_qqq_weight": 0.45,
            "dual_drive_tqqq_weight": 0.45, "dual_drive_unlevered_symbol": "QQQ",
            "dual_drive_cash_reserve_ratio": 0.02, "dual_drive_allow_pullback": true,
            "dual_drive_require_ma20_slope": true, "dual_drive_pullback_rebound_window": 20,
            "dual_drive_pullback_rebound_threshold_mode": "volatility_scaled",
            "dual_drive_pullback_rebound_threshold": 0.0,
            "dual_drive_pullback_rebound_volatility_multiplier": 2.0,
        });
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        serde_json::from_value(config).unwrap()
    }

    /// An account of 10,000 US dollars that holds the symbols.
    fn account(held: &[&'static str]) -> Account {
        Account {
            equity_usd: Some(10_000.0),
            holdings: held.iter().map(|name| Symbol::literal(name)).collect(),
            ..Account::default()
        }
    }

    fn try_decide(config: &Config, closes: &[f64], account: &Account) -> Result<Traced, Vec<Finding>> {
        let first: NaiveDate = "2024-01-02".parse().unwrap();
        let dates = (0..).map(|day| first + Days::new(day));
        let series = History::from_closes(dates.zip(closes.iter().copied()));
        let market = Market::from([(config.benchmark_symbol.clone(), series)]);
        decide(config, Inputs::new(&Calendar::default(), &market, account))
    }

    fn decided(config: &Config, closes: &[f64], account: &Account) -> Traced {
        try_decide(config, closes, account).unwrap()
    }

    /// 199 closes at 100 and a newest one: ma200 = 100 + (newest - 100) / 200, slope = (newest - 100) / 20.
    fn flat_then(newest: f64) -> Vec<f64> {
        let mut closes = vec![100.0; LONG_WINDOW];
        closes[LONG_WINDOW - 1] = newest;
        closes
    }

    /// 179 closes at 200, 20 at 100, then 120: ma200 = (35800 + 2000 + 120) / 200 = 189.6,
    /// ma20 = (1900 + 120) / 20 = 101, slope = (120 - 100) / 20 = 1, rebound = 120/100 - 1 = 0.2.
    fn pullback() -> Vec<f64> {
        [vec![200.0; 179], vec![100.0; 20], vec![120.0]].concat()
    }

    fn targets(outcome: &Outcome) -> [f64; 5] {
        let Targets::Values(values) = &outcome.targets else { panic!("values are wanted") };
        ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI"].map(|name| values[&Symbol::literal(name)])
    }

    fn assert_close(found: &[f64], expected: &[f64]) {
        let close = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-9;
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(close),
            "{found:?} is not {expected:?}"
        );
    }

    fn diagnostics(outcome: &Outcome) -> Value {
        serde_json::to_value(&outcome.diagnostics).unwrap()
    }

    fn gate<'a>(outcome: &'a Traced, name: &str) -> &'a Gate {
        outcome.trace.gates.iter().find(|gate| gate.name == name).unwrap()
    }

    fn has_gate(outcome: &Traced, name: &str) -> bool {
        outcome.trace.gates.iter().any(|gate| gate.name == name)
    }

    #[test]
    fn an_up_trend_is_entered() {
        let outcome = decided(&config(json!({})), &flat_then(110.0), &account(&[]));
        assert_eq!((outcome.signal.as_str(), outcome.action), ("entry", Action::Rebalance));
        // Reserved 10000 * 0.02 = 200; 10000 * 0.45 = 4500 each; 10000 - 200 - 9000 = 800.
        assert_close(&targets(&outcome), &[4500.0, 4500.0, 800.0, 0.0, 0.0]);
        assert_eq!(
            outcome.headline,
            "QQQ 110.00 is above its 200-day average 100.05; neither TQQQ nor QQQ is held: entry"
        );
        assert_eq!(outcome.price_symbols, BTreeSet::from([Symbol::literal("QQQ")]));
        assert_eq!(outcome.largest_weight, None);
    }

    #[test]
    fn a_close_at_its_average_is_not_above_it() {
        let outcome = decided(&config(json!({})), &flat_then(100.0), &account(&["TQQQ"]));
        assert_eq!(outcome.signal, "exit");
    }

    #[test]
    fn the_numbers_stand_under_their_keys() {
        let mut account = account(&[]);
        account.buying_power_usd = Some(1234.5);
        let outcome = decided(&config(json!({})), &flat_then(110.0), &account);
        let found = diagnostics(&outcome);
        let number = |key: &str| found[key].as_f64().unwrap();
        // ma200 = 100 + 10/200, ma20 = 100 + 10/20, slope = 10/20, rebound = 110/100 - 1.
        assert_close(
            &["qqq_price", "ma200", "exit_line", "ma20", "ma20_slope", "pullback_rebound"].map(number),
            &[110.0, 100.05, 100.05, 100.5, 0.5, 0.1],
        );
        // 19 returns of 0 and one of 0.1: mean 0.005, squares 19 * 0.005^2 + 0.095^2 = 0.0095,
        // 0.0095 / 19 = 0.0005; twice its root is the threshold.
        let deviation = 0.0005_f64.sqrt();
        assert_close(
            &["pullback_rebound_volatility", "pullback_rebound_threshold"].map(number),
            &[deviation, 2.0 * deviation],
        );
        assert_close(
            &["threshold", "reserved", "real_buying_power", "total_equity"].map(number),
            &[100.0, 200.0, 1234.5, 10_000.0],
        );
        assert_eq!(found["signal"], "entry");
        assert_eq!(found["pullback_rebound_window"], 20);
        assert_eq!(found["pullback_rebound_threshold_mode"], "volatility_scaled");
        assert_eq!(found["pullback_rebound_volatility_multiplier"], 2.0);
        let annotations = &found["execution_annotations"];
        assert_eq!(annotations["trade_threshold_value"], found["threshold"]);
        assert_eq!(annotations["reserved_cash"], found["reserved"]);
        assert_eq!(annotations["benchmark_symbol"], "QQQ");
        assert_eq!(annotations["benchmark_price"], 110.0);
        assert_eq!(annotations["long_trend_value"], found["ma200"]);
        assert_eq!(annotations["exit_line"], found["ma200"]);
    }

    #[test]
    fn a_falling_short_average_keeps_out_but_does_not_throw_out() {
        // The close that leaves the 20-day window is 130: slope = (110 - 130) / 20 = -1, and
        // ma200 = (198 * 100 + 130 + 110) / 200 = 100.2 lies below 110.
        let mut closes = flat_then(110.0);
        closes[LONG_WINDOW - 21] = 130.0;
        let strict = config(json!({}));
        assert_eq!(decided(&strict, &closes, &account(&[])).signal, "idle");
        assert_eq!(decided(&strict, &closes, &account(&["TQQQ"])).signal, "hold");
        assert_eq!(decided(&strict, &closes, &account(&["QQQ"])).signal, "hold");
        let lenient = config(json!({"dual_drive_require_ma20_slope": false}));
        assert_eq!(decided(&lenient, &closes, &account(&[])).signal, "entry");
    }

    #[test]
    fn an_equal_close_leaving_the_window_is_no_rise() {
        let mut closes = flat_then(110.1);
        closes[LONG_WINDOW - 21] = 110.1;
        let outcome = decided(&config(json!({})), &closes, &account(&[]));
        assert_eq!(gate(&outcome, "ma20_slope_rising").left.value, Some(0.0));
        assert_eq!(outcome.signal, "idle");
    }

    #[test]
    fn a_down_trend_is_left_and_not_entered() {
        let config = config(json!({"cash_reserve_ratio": 0.05}));
        let outcome = decided(&config, &flat_then(90.0), &account(&["TQQQ"]));
        assert_eq!(outcome.signal, "exit");
        // Reserved 10000 * 0.05 = 500, the rest to BOXX; zero means "sell it".
        assert_close(&targets(&outcome), &[0.0, 0.0, 9500.0, 0.0, 0.0]);
        assert_eq!(decided(&config, &flat_then(90.0), &account(&[])).signal, "idle");
    }

    #[test]
    fn a_rebound_below_the_long_average_is_entered() {
        // 19 returns of 0 and one of 0.2: mean 0.01, squares 19 * 0.01^2 + 0.19^2 = 0.038, 0.038 / 19 =
        // 0.002, root 0.0447: 2 of them are below the rebound of 0.2, 5 (0.2236) above.
        let twice = config(json!({}));
        let outcome = decided(&twice, &pullback(), &account(&[]));
        assert_eq!(outcome.signal, "entry");
        assert_eq!(
            outcome.headline,
            "QQQ 120.00 is not above its 200-day average 189.60, and rebounds from a pullback; \
             neither TQQQ nor QQQ is held: entry"
        );
        assert_eq!(decided(&twice, &pullback(), &account(&["TQQQ", "QQQ"])).signal, "hold");
        let five_times = config(json!({"dual_drive_pullback_rebound_volatility_multiplier": 5.0}));
        assert_eq!(decided(&five_times, &pullback(), &account(&[])).signal, "idle");
        // A multiplier below zero is zero, and a threshold of zero asks for nothing.
        let below_zero = config(json!({"dual_drive_pullback_rebound_volatility_multiplier": -5.0}));
        assert_eq!(decided(&below_zero, &pullback(), &account(&[])).signal, "entry");
    }

    #[test]
    fn a_pullback_may_be_forbidden() {
        let config = config(json!({"dual_drive_allow_pullback": false}));
        let outcome = decided(&config, &pullback(), &account(&["TQQQ"]));
        assert_eq!(outcome.signal, "exit");
        assert!(!has_gate(&outcome, "close_above_ma20"));
    }

    #[test]
    fn a_pullback_needs_a_rising_short_average_even_where_an_entry_does_not() {
        // 180 closes at 200, 19 at 100, then 120: the close that leaves is 200, slope (120 - 200) / 20 = -4.
        let closes = [vec![200.0; 180], vec![100.0; 19], vec![120.0]].concat();
        // No rebound is asked for.
        let config = config(json!({
            "dual_drive_require_ma20_slope": false, "dual_drive_pullback_rebound_volatility_multiplier": 0.0,
        }));
        let outcome = decided(&config, &closes, &account(&[]));
        assert!(gate(&outcome, "close_above_ma20").holds && gate(&outcome, "any_rebound_will_do").holds);
        assert_eq!(outcome.signal, "idle");
    }

    #[test]
    fn a_pullback_needs_a_close_above_the_short_average() {
        // 178 closes at 200, the leaving one at 90, 18 at 100, one at 150, then 102.4: ma20 =
        // (1800 + 150 + 102.4) / 20 = 102.62; slope (102.4 - 90) / 20 = 0.62; no rebound is asked for.
        let closes = [vec![200.0; 179], vec![90.0], vec![100.0; 18], vec![150.0, 102.4]].concat();
        let config = config(json!({"dual_drive_pullback_rebound_volatility_multiplier": 0.0}));
        let outcome = decided(&config, &closes, &account(&[]));
        assert!(gate(&outcome, "ma20_slope_rising").holds && gate(&outcome, "any_rebound_will_do").holds);
        assert_eq!(outcome.signal, "idle");
    }

    #[test]
    fn a_fixed_threshold_takes_no_notice_of_volatility() {
        let fixed = |threshold: f64| {
            config(json!({
                "dual_drive_pullback_rebound_threshold_mode": "fixed",
                "dual_drive_pullback_rebound_threshold": threshold,
            }))
        };
        // The rebound is 0.2.
        let reached = decided(&fixed(0.1), &pullback(), &account(&[]));
        assert_eq!(reached.signal, "entry");
        assert_eq!(diagnostics(&reached)["pullback_rebound_volatility"], Value::Null);
        assert_eq!(diagnostics(&reached)["pullback_rebound_threshold"], 0.1);
        assert_eq!(decided(&fixed(0.25), &pullback(), &account(&[])).signal, "idle");
        // Below zero is zero: any rebound will do.
        let none = decided(&fixed(-1.0), &pullback(), &account(&[]));
        assert_eq!(none.signal, "entry");
        assert!(!has_gate(&none, "rebound_above_threshold"));
    }

    #[test]
    fn without_a_deviation_the_fixed_threshold_serves() {
        // One return has no sample deviation, and one close rebounds from itself by nothing.
        let one_session = |threshold: f64| {
            config(json!({
                "dual_drive_pullback_rebound_window": 1,
                "dual_drive_pullback_rebound_threshold": threshold,
            }))
        };
        let outcome = decided(&one_session(0.05), &pullback(), &account(&[]));
        assert_eq!(outcome.signal, "idle");
        assert_eq!(diagnostics(&outcome)["pullback_rebound_volatility"], Value::Null);
        assert_eq!(decided(&one_session(0.0), &pullback(), &account(&[])).signal, "entry");
    }

    #[test]
    fn the_income_layer_grows_with_the_account() {
        let config = config(json!({"income_threshold_usd": 100_000.0, "qqqi_income_ratio": 0.7}));
        let income = |equity: f64| {
            let account = Account { equity_usd: Some(equity), ..account(&[]) };
            let [.., spyi, qqqi] = targets(&decided(&config, &flat_then(90.0), &account));
            [spyi, qqqi]
        };
        assert_close(&income(99_999.0), &[0.0, 0.0]);
        assert_close(&income(100_000.0), &[0.0, 0.0]);
        // Half way: 0.40 * 0.5 = 0.2 of 150000 = 30000, of which QQQI 0.7.
        assert_close(&income(150_000.0), &[9_000.0, 21_000.0]);
        // At twice the threshold 0.40 of 200000 = 80000; beyond it 0.60 of 200010 = 120006.
        assert_close(&income(200_000.0), &[24_000.0, 56_000.0]);
        assert_close(&income(200_010.0), &[36_001.8, 84_004.2]);
    }

    #[test]
    fn the_growth_part_is_what_the_income_layer_leaves() {
        let config = config(json!({"income_threshold_usd": 100_000.0}));
        let account = Account { equity_usd: Some(200_000.0), ..account(&[]) };
        // 200000 - 80000 = 120000: reserved 2400, 54000 each, 120000 - 2400 - 108000 = 9600.
        assert_close(
            &targets(&decided(&config, &flat_then(110.0), &account)),
            &[54_000.0, 54_000.0, 9_600.0, 40_000.0, 40_000.0],
        );
    }

    #[test]
    fn weights_beyond_what_is_left_are_scaled_down() {
        let config = config(json!({"dual_drive_qqq_weight": 0.6, "dual_drive_tqqq_weight": 0.6}));
        // 1.2 into 0.98: 0.49 each.
        assert_close(
            &targets(&decided(&config, &flat_then(110.0), &account(&[]))),
            &[4900.0, 4900.0, 0.0, 0.0, 0.0],
        );
    }

    #[test]
    fn weights_and_the_reserve_are_clamped() {
        let above = config(json!({
            "dual_drive_qqq_weight": -1.0, "dual_drive_tqqq_weight": 3.0,
            "dual_drive_cash_reserve_ratio": -0.5,
        }));
        let outcome = decided(&above, &flat_then(110.0), &account(&[]));
        assert_close(&targets(&outcome), &[10_000.0, 0.0, 0.0, 0.0, 0.0]);
        let all_reserved = config(json!({"dual_drive_cash_reserve_ratio": 1.5}));
        let outcome = decided(&all_reserved, &flat_then(110.0), &account(&[]));
        assert_close(&targets(&outcome), &[0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn another_companion_takes_the_place_of_qqq() {
        let config = config(json!({"dual_drive_unlevered_symbol": "qqqm"}));
        let outcome = decided(&config, &flat_then(110.0), &account(&["QQQM"]));
        assert_eq!(outcome.signal, "hold");
        let Targets::Values(values) = &outcome.targets else { panic!("values are wanted") };
        let names: Vec<_> = values.keys().map(Symbol::as_str).collect();
        assert_eq!(names, ["BOXX", "QQQI", "QQQM", "SPYI", "TQQQ"]);
        // QQQ is no target now, but still one to sell; QQQM becomes one.
        let managed: Vec<_> = outcome.managed_symbols.iter().map(Symbol::as_str).collect();
        assert_eq!(managed, ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI", "QQQM"]);
        // What was once the companion no longer counts as risk.
        assert_eq!(decided(&config, &flat_then(110.0), &account(&["QQQ"])).signal, "entry");
    }

    #[test]
    fn too_few_closes_are_refused() {
        let findings = try_decide(&config(json!({})), &[100.0; 199], &account(&[])).unwrap_err();
        let short = &findings[0];
        assert_eq!((findings.len(), short.code), (1, Code::ShortHistory));
        assert_eq!(short.symbol, Some(Symbol::literal("QQQ")));
        assert_eq!(
            (short.observed.as_deref(), short.expected.as_deref()),
            (Some("199 closes"), Some("at least 200 closes"))
        );
        let wide = config(json!({"dual_drive_pullback_rebound_window": 300}));
        let findings = try_decide(&wide, &[100.0; 299], &account(&[])).unwrap_err();
        assert_eq!(findings[0].expected.as_deref(), Some("at least 300 closes"));
        assert_eq!(wide.reach().bars, 301);
    }

    #[test]
    fn prices_and_equity_are_refused_together() {
        let account = Account { equity_usd: Some(-1.0), ..Account::default() };
        let findings = try_decide(&config(json!({})), &[], &account).unwrap_err();
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::NonPositiveEquity, Code::MissingSymbol]);
    }

    #[test]
    fn what_the_rule_can_use_is_no_problem() {
        assert_eq!(config(json!({})).problems(), []);
        let clamped = config(json!({
            "dual_drive_qqq_weight": 7.0, "dual_drive_tqqq_weight": -1.0,
            "dual_drive_cash_reserve_ratio": 2.0, "dual_drive_pullback_rebound_threshold": -1.0,
            "dual_drive_pullback_rebound_volatility_multiplier": -1.0,
        }));
        assert_eq!(clamped.problems(), []);
    }

    #[test]
    fn what_the_rule_can_not_use_is_named() {
        for (key, value) in [
            ("managed_symbols", json!([])),
            ("income_threshold_usd", json!(-1.0)),
            ("qqqi_income_ratio", json!(1.1)),
            ("cash_reserve_ratio", json!(-0.1)),
            ("rebalance_threshold_ratio", json!(-0.1)),
            ("execution_cash_reserve_ratio", json!(2.0)),
            ("dual_drive_unlevered_symbol", json!("TQQQ")),
            ("dual_drive_unlevered_symbol", json!("boxx")),
            ("dual_drive_unlevered_symbol", json!("SPYI")),
            ("dual_drive_unlevered_symbol", json!("QQQI")),
            ("dual_drive_pullback_rebound_window", json!(0)),
            ("dual_drive_pullback_rebound_threshold", json!(1e16)),
            ("dual_drive_pullback_rebound_volatility_multiplier", json!(-1e16)),
        ] {
            let keys: Vec<_> = config(json!({key: value})).problems().iter().map(|p| p.key).collect();
            assert_eq!(keys, [key]);
        }
    }

    #[test]
    fn a_key_or_a_mode_that_nobody_knows_is_refused() {
        let valid = serde_json::to_value(config(json!({}))).unwrap();
        for (key, value) in [
            ("dual_drive_qqq_wieght", json!(0.5)),
            ("attack_allocation_mode", json!("all_in")),
            ("dual_drive_pullback_rebound_threshold_mode", json!("scaled")),
        ] {
            let mut changed = valid.clone();
            changed[key] = value;
            assert!(serde_json::from_value::<Config>(changed).is_err(), "{key}");
        }
        let mut missing = valid;
        missing.as_object_mut().unwrap().remove("cash_reserve_ratio");
        assert!(serde_json::from_value::<Config>(missing).is_err());
    }
}
