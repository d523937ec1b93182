//! The rule: from what the inputs show to the targets.

use std::collections::BTreeMap;

use serde::Serialize;

use super::config::{Config, LEVERED, UNLEVERED};
use super::diagnostics::{BlendNumbers, ExecutionAnnotations};
use crate::account::Account;
use crate::finding::{Code, Finding};
use crate::market::indicators::{Indicators, SHORT_WINDOW, TrendIndicators};
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::market::window::Window;
use crate::number::Number;
use crate::strategy::contract::{Facts, LeveredPair, Rhythm, Rule};
use crate::strategy::shared::dollars::{self, CASH, QQQ_INCOME, SAFE_HAVEN, SPY_INCOME};
use crate::strategy::shared::income_layer;
use crate::strategy::shared::requirement::{both, positive_equity, required};
use crate::strategy::trace::{Trace, count, max, min, ratio, step, steps, targets, usd};
use crate::strategy::{ConfigProblem, Inputs, Outcome, outcome};
use crate::symbol::Symbol;
use crate::words::{InputKind, TargetMode, words};

pub(crate) use super::diagnostics::Diagnostics;

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    target_mode: TargetMode::Value,
    required_inputs: &[InputKind::DerivedIndicators, InputKind::PortfolioSnapshot],
    needs_held_values: true,
    // Real pairs have 0.9802 at least.
    levered_pair: Some(LeveredPair { index: UNLEVERED, fund: LEVERED, least_correlation: 0.96 }),
    ..Facts::OF_PRICES
};

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

impl Rule for Config {
    /// The series where no indicators take their place.
    fn price_needs(&self, _: Option<&Snapshot>) -> PriceNeeds {
        let symbols = [LEVERED, UNLEVERED].map(|name| (Symbol::literal(name), Necessity::Required));
        PriceNeeds { symbols: BTreeMap::from(symbols), reach: self.reach(), ..PriceNeeds::default() }
    }

    /// One more than the short window, for its average a session earlier.
    fn reach(&self) -> Reach {
        Reach::bars(self.trend_ma_window.max(SHORT_WINDOW + 1))
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn own_symbols(&self) -> Vec<Symbol> {
        self.managed_symbols.to_vec()
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

    fn moved_indicators(&self, indicators: &Indicators, symbol: &Symbol, close: f64) -> Option<Indicators> {
        indicators.with_newest_close(symbol, close, *self.trend_ma_window)
    }

    fn problems(&self) -> Vec<ConfigProblem> {
        self.income_weights_problem().into_iter().collect()
    }

    /// Decides from the closes of SOXL and SOXX, or the indicators in their place, and the account.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let account = inputs.account;
        let equity = both(positive_equity(account), income_is_long(account));
        let ((equity, ()), (soxl, soxx)) = both(equity, indicators(self, inputs))?;
        let gate = Gate::read(self, soxl, soxx)?;

        let (min_trade_floor, min_trade_ratio) = (*self.min_trade_floor, *self.min_trade_ratio);
        steps! { trace; min_trade: usd = max(min_trade_floor, equity * min_trade_ratio); }
        let mut targets = BTreeMap::new();
        let (income_layer_ratio, income_locked_value) =
            fill_income_layer(self, account, equity, trace, &mut targets);
        steps! { trace; core_value: usd = max(0.0, equity - income_locked_value); }
        let blend_tier = gate.tier(account, min_trade, trace);
        let deploy_ratio = spread(self, blend_tier, core_value, trace, &mut targets);

        let threshold_value = Number(equity * *self.rebalance_threshold_ratio);
        let investable_cash = investable_cash(self, account, equity);
        let blend = BlendNumbers::new(self, investable_cash, min_trade, blend_tier, gate);
        let numbers = Diagnostics {
            deploy_ratio: Number(deploy_ratio),
            income_layer_ratio: Number(income_layer_ratio),
            income_locked_ratio: Number(income_locked_value / equity),
            threshold_value,
            total_strategy_equity: Number(equity),
            blend: blend.clone(),
            execution_annotations: ExecutionAnnotations { trade_threshold_value: threshold_value, blend },
        };
        let is_from_prices = inputs.indicators.is_none();
        let price_symbols = [LEVERED, UNLEVERED].into_iter().filter(|_| is_from_prices);
        Ok(Outcome {
            price_symbols: price_symbols.map(Symbol::literal).collect(),
            signal: blend_tier.to_string(),
            headline: numbers.blend.headline(),
            texts: numbers.texts(),
            diagnostics: outcome::Diagnostics::new(numbers),
            reserve_usd: equity * *self.cash_reserve_ratio,
            ..dollars::outcome(self, targets, threshold_value.0)
        })
    }
}

/// What is known of SOXL and SOXX: the average over the trend window, and of SOXX the short one too.
fn indicators(
    config: &Config,
    inputs: Inputs<'_>,
) -> Result<(TrendIndicators, TrendIndicators), Vec<Finding>> {
    if let Some(Indicators { soxl, soxx, .. }) = inputs.indicators {
        return Ok((*soxl, *soxx));
    }
    let window = *config.trend_ma_window;
    let known = |closes: Window<'_>| TrendIndicators {
        price: closes.close(),
        ma_trend: closes.average(window),
        ..TrendIndicators::default()
    };
    let soxl = required(inputs, &Symbol::literal(LEVERED), window, |closes| Some(known(closes)));
    let soxx = required(inputs, &Symbol::literal(UNLEVERED), window, |closes| {
        let (ma20, ma20_slope) = (closes.average(SHORT_WINDOW), closes.average_slope(SHORT_WINDOW));
        Some(TrendIndicators { ma20, ma20_slope, ..known(closes) })
    });
    both(soxl, soxx)
}

/// The trend that the tier follows from and the lines about its average, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gate {
    /// SOXL's average with the entry buffer, in US dollars.
    soxl_entry_line: Option<Number>,
    /// SOXL's average with the exit buffer, in US dollars.
    soxl_exit_line: Option<Number>,
    #[serde(flatten)]
    pub(super) lines: Lines,
    #[serde(flatten)]
    pub(super) trend: Trend,
}

impl Gate {
    /// Reads the trend of the configured source; that of SOXL where the source has none.
    fn read(config: &Config, soxl: TrendIndicators, soxx: TrendIndicators) -> Result<Self, Vec<Finding>> {
        let source = &config.blend_gate_trend_source;
        let of_soxx = (source.as_str() == UNLEVERED).then(|| Trend::of(UNLEVERED, soxx)).flatten();
        let trend = of_soxx.or_else(|| Trend::of(LEVERED, soxl)).ok_or_else(|| {
            vec![
                Finding::new(Code::IndicatorsInvalid, format!("there is no trend of `{source}`"))
                    .symbol(source)
                    .expected("a `price` and a `ma_trend`")
                    .hint(format!("give `price` and `ma_trend` of `{source}` in the indicators file")),
            ]
        })?;
        let buffers = Buffers::of(config);
        let soxl_lines = soxl.ma_trend.map(|average| Lines::of(average, buffers));
        Ok(Self {
            soxl_entry_line: soxl_lines.map(|lines| lines.trend_entry_line),
            soxl_exit_line: soxl_lines.map(|lines| lines.trend_exit_line),
            lines: Lines::of(trend.trend_ma.0, buffers),
            trend,
        })
    }

    /// The tier: full above the entry line; mid above the mid line, or while SOXL is active above the exit
    /// line; else defensive.
    fn tier(&self, account: &Account, min_trade: f64, trace: &mut Trace) -> Tier {
        let (close, source) = (self.trend.trend_price, &self.trend.trend_symbol);
        let Lines { trend_entry_line, trend_mid_line, trend_exit_line } = self.lines;
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
}

/// The trend that the gate reads.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trend {
    /// The symbol whose trend was read.
    pub(super) trend_symbol: Symbol,
    /// The newest close of `trend_symbol`.
    pub(super) trend_price: Number,
    /// The trend average of `trend_symbol`.
    trend_ma: Number,
    /// The 20-day average of `trend_symbol`.
    trend_ma20: Option<Number>,
    /// The 20-day average of `trend_symbol` less the one a session earlier.
    trend_ma20_slope: Option<Number>,
}

impl Trend {
    fn of(name: &'static str, known: TrendIndicators) -> Option<Self> {
        Some(Self {
            trend_symbol: Symbol::literal(name),
            trend_price: Number(known.price?),
            trend_ma: Number(known.ma_trend?),
            trend_ma20: known.ma20.map(Number),
            trend_ma20_slope: known.ma20_slope.map(Number),
        })
    }
}

/// The buffers around the trend average as they are used, ratios.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Buffers {
    /// The entry buffer as it was used.
    trend_entry_buffer: Number,
    /// The mid buffer as it was used.
    trend_mid_buffer: Number,
    /// The exit buffer as it was used.
    trend_exit_buffer: Number,
}

impl Buffers {
    /// The configured buffers, clamped; the mid one is at most the entry one.
    pub(super) fn of(config: &Config) -> Self {
        let entry = config.trend_entry_buffer.clamp(0.0, WIDEST_BUFFER);
        Self {
            trend_entry_buffer: Number(entry),
            trend_mid_buffer: Number(config.trend_mid_buffer.clamp(0.0, WIDEST_BUFFER).min(entry)),
            trend_exit_buffer: Number(config.trend_exit_buffer.clamp(0.0, WIDEST_BUFFER)),
        }
    }
}

/// The prices at which the tier changes, in US dollars.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lines {
    /// The close above which the tier is full.
    pub(super) trend_entry_line: Number,
    /// The close above which the tier is mid.
    pub(super) trend_mid_line: Number,
    /// The close above which the tier stays mid while SOXL is active.
    pub(super) trend_exit_line: Number,
}

impl Lines {
    /// The lines about an average.
    pub(super) fn of(average: f64, buffers: Buffers) -> Self {
        Self {
            trend_entry_line: Number(average * (1.0 + buffers.trend_entry_buffer.0)),
            trend_mid_line: Number(average * (1.0 + buffers.trend_mid_buffer.0)),
            trend_exit_line: Number(average * (1.0 - buffers.trend_exit_buffer.0)),
        }
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

/// Gives the income funds the market value that they have, and what the layer lacks in the configured shares; returns the
/// share of the equity that the layer should have, and what it then holds in US dollars.
fn fill_income_layer(
    config: &Config,
    account: &Account,
    equity: f64,
    trace: &mut Trace,
    targets: &mut BTreeMap<Symbol, f64>,
) -> (f64, f64) {
    let income_layer_ratio = income_layer_ratio(config, equity, trace);
    let (qqqi, spyi) = (Symbol::literal(QQQ_INCOME), Symbol::literal(SPY_INCOME));
    let (qqqi_held, spyi_held) = (account.market_value_usd(&qqqi), account.market_value_usd(&spyi));
    let (income_layer_qqqi_weight, income_layer_spyi_weight) =
        (*config.income_layer_qqqi_weight, *config.income_layer_spyi_weight);
    steps! { trace;
        income_held_value: usd = qqqi_held + spyi_held;
        income_locked_value: usd = max(income_held_value, equity * income_layer_ratio);
        income_added_value: usd = income_locked_value - income_held_value;
    }
    targets! { trace, targets;
        qqqi_value: qqqi => qqqi_held + income_added_value * income_layer_qqqi_weight;
        spyi_value: spyi => spyi_held + income_added_value * income_layer_spyi_weight;
    }
    (income_layer_ratio, income_locked_value)
}

/// The share of the equity for the income layer: nothing up to the start, then a straight line to the
/// full ratio at twice the start.
fn income_layer_ratio(config: &Config, equity: f64, trace: &mut Trace) -> f64 {
    let twice_income_layer_start_usd = config.twice_income_layer_start_usd();
    let begins = usd!(equity).above(usd!(*config.income_layer_start_usd));
    let is_full = usd!(equity).at_least(usd!(twice_income_layer_start_usd));
    let largest = *config.income_layer_max_ratio;
    income_layer::ratio(trace, "income_layer_ratio", begins, is_full, largest, largest)
}

/// Gives SOXL and SOXX the tier's shares of the core, divided by their sum where that is above 1, and BOXX the rest;
/// returns the share of the core that SOXL and SOXX take together.
pub(super) fn spread(
    config: &Config,
    tier: Tier,
    core_value: f64,
    trace: &mut Trace,
    targets: &mut BTreeMap<Symbol, f64>,
) -> f64 {
    let soxl_in_full = *config.blend_gate_soxl_weight;
    let active_soxx = *config.blend_gate_active_soxx_weight;
    let (soxl_weight, soxx_weight) = match tier {
        Tier::Full => (soxl_in_full, active_soxx),
        Tier::Mid => (min(*config.blend_gate_mid_soxl_weight, soxl_in_full), active_soxx),
        Tier::Defensive => (0.0, *config.blend_gate_defensive_soxx_weight),
    };
    let ratio_sum = soxl_weight + soxx_weight;
    let exceeds = trace.gate("ratios_exceed_the_core", ratio!(ratio_sum).above(1.0));
    let divisor = if exceeds { ratio_sum } else { 1.0 };
    let (soxl, soxx) = (Symbol::literal(LEVERED), Symbol::literal(UNLEVERED));
    let soxl_ratio = step!(trace, of &soxl, core_ratio: ratio = soxl_weight / divisor);
    targets! { trace, targets; soxl_value: soxl => core_value * soxl_ratio; }
    let soxx_ratio = step!(trace, of &soxx, core_ratio: ratio = soxx_weight / divisor);
    targets! { trace, targets;
        soxx_value: soxx => core_value * soxx_ratio;
        boxx_value: Symbol::literal(SAFE_HAVEN) => max(0.0, core_value - soxl_value - soxx_value);
    }
    soxl_ratio + soxx_ratio
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
