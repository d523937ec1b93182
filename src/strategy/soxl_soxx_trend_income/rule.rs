//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::config::{CASH, Config, LEVERED, QQQ_INCOME, SAFE_HAVEN, SPY_INCOME, UNLEVERED};
use super::diagnostics::{BlendNumbers, Diagnostics, ExecutionAnnotations};
use super::words::{headline, texts};
use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::market::indicators::{Indicators, SHORT_WINDOW, TrendIndicators};
use crate::market::window::Window;
use crate::number::Number;
use crate::strategy::shared::requirement::{both, positive_equity, required_series};
use crate::strategy::shared::steps::{max, steps};
use crate::strategy::trace::{Claim, Comparison, Quantity, Trace, Unit};
use crate::strategy::{Inputs, Outcome, Targets, outcome};
use crate::symbol::Symbol;

/// The widest buffer around the trend average, a ratio.
const WIDEST_BUFFER: f64 = 0.25;

/// The income layer reaches its full ratio at this multiple of the equity it starts from.
pub(super) const FULL_INCOME_MULTIPLE: f64 = 2.0;

/// How much of the core is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The trend is far above its average.
    Full,
    /// The trend is above its average, or SOXL is active and the trend not yet below the exit line.
    Mid,
    /// Neither.
    Defensive,
}

impl Tier {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Mid => "mid",
            Self::Defensive => "defensive",
        }
    }

    pub(super) fn active_risk_asset(self) -> &'static str {
        match self {
            Self::Full | Self::Mid => "SOXX+SOXL",
            Self::Defensive => UNLEVERED,
        }
    }
}

/// Decides from the closes of SOXL and SOXX, or the indicators in their place, and the account.
///
/// # Errors
///
/// Findings when the equity is unknown or not above zero, a symbol has too few closes, or the indicators
/// do not give the trend.
pub fn decide(config: &Config, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
    let equity = both(positive_equity(inputs.account), income_is_long(inputs.account));
    let ((equity, ()), readings) = both(equity, Readings::of(config, inputs))?;
    let trend = readings.trend(config)?;

    let buffers = Buffers::of(config);
    let &Config { min_trade_floor, min_trade_ratio, .. } = config;
    steps! { trace; min_trade: usd = max(min_trade_floor, equity * min_trade_ratio); }
    let income = IncomeLayer::of(config, inputs.account, equity, trace);
    let income_locked_value = income.locked;
    steps! { trace; core_value: usd = max(0.0, equity - income_locked_value); }
    let lines = Lines::of(trend.average, &buffers);
    let tier = tier(inputs.account, &trend, &lines, min_trade, trace);
    let ratios = Ratios::of(config, tier, trace);
    let core_targets = CoreTargets::of(core_value, &ratios, trace);

    let threshold_value = Number(equity * config.rebalance_threshold_ratio);
    let blend = BlendNumbers {
        investable_cash: Number(investable_cash(config, inputs.account, equity)),
        current_min_trade: Number(min_trade),
        ..BlendNumbers::new(config, &trend, readings.soxl.ma_trend, tier)
    };
    let headline = headline(&trend, &lines, tier);
    let texts = texts(&headline, tier, ratios.levered + ratios.unlevered, &income, equity);
    Ok(Outcome {
        price_symbols: readings.price_symbols(),
        managed_symbols: config.managed_symbols.clone(),
        signal: tier.as_str().to_owned(),
        headline,
        cash_symbols: CASH.map(Symbol::literal).to_vec(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(threshold_value.0),
        diagnostics: outcome::Diagnostics::new(Diagnostics {
            deploy_ratio: Number(ratios.levered + ratios.unlevered),
            income_layer_ratio: Number(income.ratio),
            income_locked_ratio: Number(income.locked / equity),
            threshold_value,
            total_strategy_equity: Number(equity),
            blend: blend.clone(),
            execution_annotations: ExecutionAnnotations { trade_threshold_value: threshold_value, blend },
        }),
        reserve_usd: equity * config.cash_reserve_ratio,
        texts,
        ..Outcome::rebalance(
            Targets::Values(BTreeMap::from([
                (Symbol::literal(LEVERED), core_targets.levered),
                (Symbol::literal(UNLEVERED), core_targets.unlevered),
                (Symbol::literal(SAFE_HAVEN), core_targets.safe_haven),
                (Symbol::literal(QQQ_INCOME), income.qqq_income),
                (Symbol::literal(SPY_INCOME), income.spy_income),
            ])),
            &Symbol::literal(SAFE_HAVEN),
        )
    })
}

/// What is known of both symbols.
struct Readings {
    soxl: TrendIndicators,
    soxx: TrendIndicators,
    /// Whether it comes from prices, and not from indicators in their place.
    is_from_prices: bool,
}

impl Readings {
    fn of(config: &Config, inputs: Inputs<'_>) -> Result<Self, Vec<Finding>> {
        match inputs.indicators {
            Some(Indicators { soxl, soxx, .. }) => {
                Ok(Self { soxl: *soxl, soxx: *soxx, is_from_prices: false })
            }
            None => Self::from_prices(config, inputs),
        }
    }

    fn from_prices(config: &Config, inputs: Inputs<'_>) -> Result<Self, Vec<Finding>> {
        let series = |name| required_series(inputs, &Symbol::literal(name), config.trend_ma_window);
        let (soxl, soxx) = both(series(LEVERED), series(UNLEVERED))?;
        let trend = |series: Window<'_>| TrendIndicators {
            price: series.close(),
            ma_trend: series.average(config.trend_ma_window),
            ..TrendIndicators::default()
        };
        Ok(Self {
            soxl: trend(soxl),
            soxx: TrendIndicators {
                ma20: soxx.average(SHORT_WINDOW),
                ma20_slope: soxx.average_slope(SHORT_WINDOW),
                ..trend(soxx)
            },
            is_from_prices: true,
        })
    }

    /// The trend of the configured source; of SOXL where the source has none.
    fn trend(&self, config: &Config) -> Result<Trend, Vec<Finding>> {
        let of_soxl = || Trend::of(LEVERED, self.soxl);
        let trend = if config.blend_gate_trend_source.as_str() == UNLEVERED {
            Trend::of(UNLEVERED, self.soxx).or_else(of_soxl)
        } else {
            of_soxl()
        };
        trend.ok_or_else(|| {
            let source = &config.blend_gate_trend_source;
            vec![
                Finding::new(Code::IndicatorsInvalid, format!("there is no trend of `{source}`"))
                    .symbol(source)
                    .expected("a `price` and a `ma_trend`")
                    .hint(format!("give `price` and `ma_trend` of `{source}` in the indicators file")),
            ]
        })
    }

    fn price_symbols(&self) -> BTreeSet<Symbol> {
        let names = [LEVERED, UNLEVERED].into_iter().filter(|_| self.is_from_prices);
        names.map(Symbol::literal).collect()
    }
}

/// The trend that the gate reads.
pub(super) struct Trend {
    pub symbol: Symbol,
    pub price: f64,
    pub average: f64,
    pub known: TrendIndicators,
}

impl Trend {
    fn of(name: &'static str, known: TrendIndicators) -> Option<Self> {
        Some(Self { symbol: Symbol::literal(name), price: known.price?, average: known.ma_trend?, known })
    }

    /// The gate that asks whether the price stands above a line, a multiple of the average.
    fn above(&self, name: &'static str, line_name: &'static str, line: f64) -> Claim<'_> {
        let (price, line) = (Quantity::usd("close", self.price), Quantity::usd(line_name, line));
        Claim::new(name, price, Comparison::Above, line).of(&self.symbol)
    }
}

/// The buffers around the trend average as they are used, ratios.
pub(super) struct Buffers {
    /// Above the average: the full tier.
    pub(crate) entry: f64,
    /// Above the average: the mid tier.
    pub(crate) mid: f64,
    /// Below the average: the end of the mid tier for an active position.
    pub(crate) exit: f64,
}

impl Buffers {
    /// The configured buffers, clamped.
    pub(crate) fn of(config: &Config) -> Self {
        let entry = config.trend_entry_buffer.clamp(0.0, WIDEST_BUFFER);
        Self {
            entry,
            mid: config.trend_mid_buffer.clamp(0.0, WIDEST_BUFFER).min(entry),
            exit: config.trend_exit_buffer.clamp(0.0, WIDEST_BUFFER),
        }
    }
}

/// The prices at which the tier changes, in US dollars.
pub(super) struct Lines {
    /// Above it: the full tier.
    pub(crate) entry: f64,
    /// Above it: the mid tier.
    pub(crate) mid: f64,
    /// Above it: the mid tier while SOXL is active.
    pub(crate) exit: f64,
}

impl Lines {
    /// The lines about an average.
    pub(crate) fn of(average: f64, buffers: &Buffers) -> Self {
        Self {
            entry: average * (1.0 + buffers.entry),
            mid: average * (1.0 + buffers.mid),
            exit: average * (1.0 - buffers.exit),
        }
    }
}

/// The tier: full above the entry line; mid above the mid line, or while SOXL is active above the exit
/// line; else defensive.
fn tier(account: &Account, trend: &Trend, lines: &Lines, min_trade: f64, trace: &mut Trace) -> Tier {
    let above_entry = trace.gate(trend.above("close_above_entry_line", "trend_entry_line", lines.entry));
    let above_mid = trace.gate(trend.above("close_above_mid_line", "trend_mid_line", lines.mid));
    let above_exit = trace.gate(trend.above("close_above_exit_line", "trend_exit_line", lines.exit));
    let active = is_active(account, min_trade, trace);
    if above_entry {
        Tier::Full
    } else if above_mid || (active && above_exit) {
        Tier::Mid
    } else {
        Tier::Defensive
    }
}

/// Whether SOXL is held: a quantity above zero, or a value that a trade is worth.
fn is_active(account: &Account, min_trade: f64, trace: &mut Trace) -> bool {
    let soxl = Symbol::literal(LEVERED);
    let quantity = Claim::new(
        "soxl_quantity_held",
        Quantity::count("held", usize::from(account.holds(&soxl))),
        Comparison::Above,
        Quantity::threshold(0.0, Unit::Count),
    );
    let value = Claim::new(
        "soxl_value_above_min_trade",
        Quantity::usd("market_value", account.market_value_usd(&soxl)),
        Comparison::Above,
        Quantity::usd("min_trade", min_trade),
    );
    let (quantity, value) = (trace.gate(quantity.about(&soxl)), trace.gate(value.about(&soxl)));
    quantity || value
}

/// Checks that the income funds are not held short: the layer keeps what is there, and no target is below zero.
///
/// # Errors
///
/// A finding for each fund with a value below zero.
fn income_is_long(account: &Account) -> Result<(), Vec<Finding>> {
    let short = [QQQ_INCOME, SPY_INCOME].map(Symbol::literal).into_iter().filter_map(|symbol| {
        let value = account.market_value_usd(&symbol);
        (value < 0.0).then(|| {
            Finding::new(Code::PortfolioInvalid, format!("the income fund `{symbol}` has a negative value"))
                .symbol(&symbol)
                .observed(value)
                .expected("a long position, or none")
                .hint("close the short position, or correct its `market_value`")
        })
    });
    let findings: Vec<Finding> = short.collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// The income funds in US dollars: what is there stays, what is missing is added.
pub(super) struct IncomeLayer {
    pub ratio: f64,
    pub locked: f64,
    pub qqq_income: f64,
    pub spy_income: f64,
}

impl IncomeLayer {
    fn of(config: &Config, account: &Account, equity: f64, trace: &mut Trace) -> Self {
        let income_layer_ratio = income_ratio(config, equity, trace);
        let qqq_held = account.market_value_usd(&Symbol::literal(QQQ_INCOME));
        let spy_held = account.market_value_usd(&Symbol::literal(SPY_INCOME));
        let income_held_value = qqq_held + spy_held;
        trace.step(
            Quantity::usd("income_held_value", income_held_value),
            "market value of QQQI + that of SPYI",
        );
        steps! { trace;
            income_locked_value: usd = max(income_held_value, equity * income_layer_ratio);
            income_added_value: usd = income_locked_value - income_held_value;
        }
        let (qqq_income, spy_income) = (
            qqq_held + income_added_value * config.income_layer_qqqi_weight,
            spy_held + income_added_value * config.income_layer_spyi_weight,
        );
        trace.symbol_step(
            &Symbol::literal(QQQ_INCOME),
            Quantity::usd("target_value", qqq_income),
            "its market value + income_added_value * income_layer_qqqi_weight",
        );
        trace.symbol_step(
            &Symbol::literal(SPY_INCOME),
            Quantity::usd("target_value", spy_income),
            "its market value + income_added_value * income_layer_spyi_weight",
        );
        Self { ratio: income_layer_ratio, locked: income_locked_value, qqq_income, spy_income }
    }
}

/// The share of the equity for the income layer: nothing up to the start, then a straight line to the
/// full ratio at twice the start.
fn income_ratio(config: &Config, equity: f64, trace: &mut Trace) -> f64 {
    let start = config.income_layer_start_usd;
    let full = FULL_INCOME_MULTIPLE * start;
    let begins = trace.gate(Claim::new(
        "income_layer_begins",
        Quantity::usd("equity", equity),
        Comparison::Above,
        Quantity::usd("income_layer_start_usd", start),
    ));
    let (ratio, formula) = if !begins {
        (0.0, "0 up to income_layer_start_usd")
    } else if trace.gate(Claim::new(
        "income_layer_is_full",
        Quantity::usd("equity", equity),
        Comparison::AtLeast,
        Quantity::usd("twice_income_layer_start_usd", full),
    )) {
        (config.income_layer_max_ratio, "income_layer_max_ratio")
    } else {
        let ratio = config.income_layer_max_ratio * (equity - start) / (full - start);
        (ratio, "income_layer_max_ratio * (equity - income_layer_start_usd) / income_layer_start_usd")
    };
    trace.step(Quantity::ratio("income_layer_ratio", ratio), formula);
    ratio
}

/// The shares of the core.
pub(super) struct Ratios {
    /// That of SOXL.
    pub(crate) levered: f64,
    /// That of SOXX.
    pub(crate) unlevered: f64,
    /// How they came about.
    formula: &'static str,
}

impl Ratios {
    /// The shares of a tier.
    pub(crate) fn of(config: &Config, tier: Tier, trace: &mut Trace) -> Self {
        let active_unlevered = config.blend_gate_active_soxx_weight;
        let (levered, unlevered) = match tier {
            Tier::Full => (config.blend_gate_soxl_weight, active_unlevered),
            Tier::Mid => {
                (config.blend_gate_mid_soxl_weight.min(config.blend_gate_soxl_weight), active_unlevered)
            }
            Tier::Defensive => (0.0, config.blend_gate_defensive_soxx_weight),
        };
        let (mut levered, mut unlevered) = (levered.clamp(0.0, 1.0), unlevered.clamp(0.0, 1.0));
        let mut formula = "the tier's weight, clamped to 0..1";
        let sum = levered + unlevered;
        if trace.gate(Claim::new(
            "ratios_exceed_the_core",
            Quantity::ratio("ratio_sum", sum),
            Comparison::Above,
            Quantity::threshold(1.0, Unit::Ratio),
        )) {
            levered /= sum;
            unlevered /= sum;
            formula = "the tier's weight, clamped to 0..1, / ratio_sum";
        }
        Self { levered, unlevered, formula }
    }
}

/// The core in US dollars, spread.
struct CoreTargets {
    levered: f64,
    unlevered: f64,
    safe_haven: f64,
}

impl CoreTargets {
    fn of(core: f64, ratios: &Ratios, trace: &mut Trace) -> Self {
        let (levered, unlevered) = (core * ratios.levered, core * ratios.unlevered);
        let safe_haven = (core - levered - unlevered).max(0.0);
        for (name, ratio, value) in
            [(LEVERED, ratios.levered, levered), (UNLEVERED, ratios.unlevered, unlevered)]
        {
            let symbol = Symbol::literal(name);
            trace.symbol_step(&symbol, Quantity::ratio("core_ratio", ratio), ratios.formula);
            trace.symbol_step(&symbol, Quantity::usd("target_value", value), "core_value * core_ratio");
        }
        trace.symbol_step(
            &Symbol::literal(SAFE_HAVEN),
            Quantity::usd("target_value", safe_haven),
            "max(0, core_value - the targets of SOXL and SOXX)",
        );
        Self { levered, unlevered, safe_haven }
    }
}

/// The cash beyond the reserve: the buying power where there is any, else the cash balance.
fn investable_cash(config: &Config, account: &Account, equity: f64) -> f64 {
    let buying_power = account.buying_power_usd.filter(|&buying_power| buying_power != 0.0);
    let cash = buying_power.or(account.cash_balance_usd).unwrap_or(0.0);
    (cash - equity * config.cash_reserve_ratio).max(0.0)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
