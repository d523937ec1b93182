//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{CASH, Config, LEVERED, QQQ_INCOME, SAFE_HAVEN, SPY_INCOME, UNLEVERED};
use super::diagnostics::{BlendNumbers, Diagnostics, ExecutionAnnotations};
use super::words::{headline, texts};
use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::market::indicators::{Indicators, SHORT_WINDOW, TrendIndicators};
use crate::market::window::Window;
use crate::number::Number;
use crate::strategy::shared::income_layer::Ramp;
use crate::strategy::shared::requirement::{both, positive_equity, required_series};
use crate::strategy::trace::{Quantity, Trace, count, max, min, ratio, step, steps, targets, usd};
use crate::strategy::{Inputs, Outcome, Targets, outcome};
use crate::symbol::Symbol;
use crate::words::words;

/// The widest buffer around the trend average, a ratio.
const WIDEST_BUFFER: f64 = 0.25;

words! {
    /// How much of the core is at risk.
    Tier, "tier":
    /// The trend is far above its average.
    Full = "full",
    /// The trend is above its average, or SOXL is active and the trend not yet below the exit line.
    Mid = "mid",
    /// Neither.
    Defensive = "defensive",
}

impl Tier {
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

    let (min_trade_floor, min_trade_ratio) = (*config.min_trade_floor, *config.min_trade_ratio);
    steps! { trace; min_trade: usd = max(min_trade_floor, equity * min_trade_ratio); }
    let income_layer_ratio = income_ramp(config).ratio(trace, equity);
    let mut targets = BTreeMap::new();
    let funds = IncomeFunds::of(inputs.account);
    let income_locked_value = funds.add(config, equity, income_layer_ratio, trace, &mut targets);
    steps! { trace; core_value: usd = max(0.0, equity - income_locked_value); }
    let lines = Lines::of(trend.average, &Buffers::of(config));
    let tier = tier(inputs.account, &trend, &lines, min_trade, trace);
    let ratios = Ratios::of(config, tier, trace);
    ratios.spread(core_value, trace, &mut targets);

    let threshold_value = Number(equity * *config.rebalance_threshold_ratio);
    let deploy_ratio = ratios.soxl() + ratios.soxx();
    let income_locked_ratio = income_locked_value / equity;
    let blend = BlendNumbers {
        investable_cash: Number(investable_cash(config, inputs.account, equity)),
        current_min_trade: Number(min_trade),
        ..BlendNumbers::new(config, &trend, readings.soxl.ma_trend, tier)
    };
    let headline = headline(&trend, &lines, tier);
    let texts = texts(&headline, tier, [deploy_ratio, income_layer_ratio, income_locked_ratio]);
    Ok(Outcome {
        price_symbols: readings.price_symbols(),
        managed_symbols: config.managed_symbols.to_vec(),
        signal: tier.as_str().to_owned(),
        headline,
        cash_symbols: CASH.map(Symbol::literal).to_vec(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(threshold_value.0),
        diagnostics: outcome::Diagnostics::new(Diagnostics {
            deploy_ratio: Number(deploy_ratio),
            income_layer_ratio: Number(income_layer_ratio),
            income_locked_ratio: Number(income_locked_ratio),
            threshold_value,
            total_strategy_equity: Number(equity),
            blend: blend.clone(),
            execution_annotations: ExecutionAnnotations { trade_threshold_value: threshold_value, blend },
        }),
        reserve_usd: equity * *config.cash_reserve_ratio,
        texts,
        ..Outcome::rebalance(Targets::Values(targets), &Symbol::literal(SAFE_HAVEN))
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
        let series = |name| required_series(inputs, &Symbol::literal(name), *config.trend_ma_window);
        let (soxl, soxx) = both(series(LEVERED), series(UNLEVERED))?;
        let trend = |series: Window<'_>| TrendIndicators {
            price: series.close(),
            ma_trend: series.average(*config.trend_ma_window),
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
    let (close, source) = (trend.price, &trend.symbol);
    let &Lines { entry: trend_entry_line, mid: trend_mid_line, exit: trend_exit_line } = lines;
    let above = |line| usd!(close).above(line).of(source);
    let above_entry = trace.gate("close_above_entry_line", above(usd!(trend_entry_line)));
    let above_mid = trace.gate("close_above_mid_line", above(usd!(trend_mid_line)));
    let above_exit = trace.gate("close_above_exit_line", above(usd!(trend_exit_line)));
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
    let (held, market_value) = (usize::from(account.holds(&soxl)), account.market_value_usd(&soxl));
    let quantity = trace.gate("soxl_quantity_held", count!(held).above(0.0).about(&soxl));
    let value =
        trace.gate("soxl_value_above_min_trade", usd!(market_value).above(usd!(min_trade)).about(&soxl));
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

/// The market value of the income funds, in US dollars.
struct IncomeFunds {
    qqqi: f64,
    spyi: f64,
}

impl IncomeFunds {
    fn of(account: &Account) -> Self {
        let value = |name| account.market_value_usd(&Symbol::literal(name));
        Self { qqqi: value(QQQ_INCOME), spyi: value(SPY_INCOME) }
    }

    /// Gives the funds what they have, and what the layer lacks in the configured shares; returns what the layer then
    /// holds.
    fn add(
        &self,
        config: &Config,
        equity: f64,
        income_layer_ratio: f64,
        trace: &mut Trace,
        targets: &mut BTreeMap<Symbol, f64>,
    ) -> f64 {
        let &Self { qqqi: qqqi_held, spyi: spyi_held } = self;
        let (income_layer_qqqi_weight, income_layer_spyi_weight) =
            (*config.income_layer_qqqi_weight, *config.income_layer_spyi_weight);
        steps! { trace;
            income_held_value: usd = qqqi_held + spyi_held;
            income_locked_value: usd = max(income_held_value, equity * income_layer_ratio);
            income_added_value: usd = income_locked_value - income_held_value;
        }
        targets! { trace, targets;
            qqqi: Symbol::literal(QQQ_INCOME) => qqqi_held + income_added_value * income_layer_qqqi_weight;
            spyi: Symbol::literal(SPY_INCOME) => spyi_held + income_added_value * income_layer_spyi_weight;
        }
        income_locked_value
    }
}

/// The share of the equity for the income layer: nothing up to the start, then a straight line to the
/// full ratio at twice the start.
fn income_ramp(config: &Config) -> Ramp {
    Ramp {
        start: usd!(*config.income_layer_start_usd),
        name: "income_layer_ratio",
        end_name: "twice_income_layer_start_usd",
        begins: Quantity::above,
        is_full: Quantity::at_least,
        ratio_at_twice: *config.income_layer_max_ratio,
        full_ratio: *config.income_layer_max_ratio,
    }
}

/// The shares of the core: the tier's weights, divided by their sum where that is above 1.
pub(super) struct Ratios {
    soxl_weight: f64,
    soxx_weight: f64,
    divisor: f64,
}

impl Ratios {
    /// The shares of a tier.
    pub(super) fn of(config: &Config, tier: Tier, trace: &mut Trace) -> Self {
        let soxl_in_full = *config.blend_gate_soxl_weight;
        let (soxl_weight, soxx_weight) = match tier {
            Tier::Full => (soxl_in_full, *config.blend_gate_active_soxx_weight),
            Tier::Mid => {
                (min(*config.blend_gate_mid_soxl_weight, soxl_in_full), *config.blend_gate_active_soxx_weight)
            }
            Tier::Defensive => (0.0, *config.blend_gate_defensive_soxx_weight),
        };
        let ratio_sum = soxl_weight + soxx_weight;
        let exceeds = trace.gate("ratios_exceed_the_core", ratio!(ratio_sum).above(1.0));
        Self { soxl_weight, soxx_weight, divisor: if exceeds { ratio_sum } else { 1.0 } }
    }

    /// The share of SOXL.
    pub(super) fn soxl(&self) -> f64 {
        self.soxl_weight / self.divisor
    }

    /// The share of SOXX.
    pub(super) fn soxx(&self) -> f64 {
        self.soxx_weight / self.divisor
    }

    /// Gives SOXL and SOXX their shares of the core, and BOXX the rest.
    fn spread(&self, core_value: f64, trace: &mut Trace, targets: &mut BTreeMap<Symbol, f64>) {
        let &Self { soxl_weight, soxx_weight, divisor } = self;
        let (soxl, soxx) = (Symbol::literal(LEVERED), Symbol::literal(UNLEVERED));
        let soxl_ratio = step!(trace, of &soxl, core_ratio: ratio = soxl_weight / divisor);
        targets! { trace, targets; soxl_value: soxl => core_value * soxl_ratio; }
        let soxx_ratio = step!(trace, of &soxx, core_ratio: ratio = soxx_weight / divisor);
        targets! { trace, targets;
            soxx_value: soxx => core_value * soxx_ratio;
            boxx_value: Symbol::literal(SAFE_HAVEN) => max(0.0, core_value - soxl_value - soxx_value);
        }
    }
}

/// The cash beyond the reserve: the buying power where there is any, else the cash balance.
fn investable_cash(config: &Config, account: &Account, equity: f64) -> f64 {
    let buying_power = account.buying_power_usd.filter(|&buying_power| buying_power != 0.0);
    let cash = buying_power.or(account.cash_balance_usd).unwrap_or(0.0);
    max(0.0, cash - equity * *config.cash_reserve_ratio)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
