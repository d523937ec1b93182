//! Semiconductor trend with an income layer: the trend's tier says how much of the account SOXL and SOXX
//! take; income funds are added as the account grows and never sold by the layer itself.

pub(crate) mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::finding::{Code, Finding};
pub(crate) use crate::market::indicators::SHORT_WINDOW;
use crate::market::indicators::{Indicators, SOXL, SOXX, TrendIndicators};
use crate::market::needs::Reach;
use crate::market::window::Window;
use crate::number::Number;
use crate::strategy::config_check::{at_least_one, distinct_symbols, not_negative, problem, share};
use crate::strategy::requirement::{both, positive_equity, required_series};
use crate::strategy::trace::{Claim, Comparison, Quantity, Trace, Unit};
use crate::strategy::{Action, ConfigProblem, Inputs, Necessity, Outcome, PriceNeeds, Targets};
use crate::symbol::Symbol;

/// The 3x semiconductor fund.
pub(crate) const LEVERED: &str = SOXL;
/// The semiconductor index fund.
pub(crate) const UNLEVERED: &str = SOXX;
/// The fund that stands for cash.
pub(crate) const SAFE_HAVEN: &str = "BOXX";
/// The income fund over the Nasdaq-100.
pub(crate) const QQQ_INCOME: &str = "QQQI";
/// The income fund over the S&P 500.
pub(crate) const SPY_INCOME: &str = "SPYI";

/// The widest buffer around the trend average, a ratio.
const WIDEST_BUFFER: f64 = 0.25;

/// The income layer reaches its full ratio at this multiple of the equity it starts from.
pub(crate) const FULL_INCOME_MULTIPLE: f64 = 2.0;

/// How far the income weights may add up beyond 1 by rounding.
const WEIGHT_TOLERANCE: f64 = 1e-9;

/// How the core of the account is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttackAllocationMode {
    /// SOXL and SOXX by the tier that the trend's gate gives.
    SoxxGateTieredBlend,
}

/// The numbers of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The symbols that the profile may sell.
    pub managed_symbols: Vec<Symbol>,
    /// The sessions of the trend average.
    pub trend_ma_window: usize,
    /// The share of the equity that is kept out of the investable cash.
    pub cash_reserve_ratio: f64,
    /// The share of the equity below which a trade is not worth it.
    pub min_trade_ratio: f64,
    /// The US dollars below which a trade is not worth it.
    pub min_trade_floor: f64,
    /// The share of the equity below which a difference is not worth a trade.
    pub rebalance_threshold_ratio: f64,
    /// The equity in US dollars from which on there is an income layer.
    pub income_layer_start_usd: f64,
    /// The full share of the equity that the income layer takes.
    pub income_layer_max_ratio: f64,
    /// The share of what is added to the income layer that QQQI takes.
    pub income_layer_qqqi_weight: f64,
    /// The share of what is added to the income layer that SPYI takes.
    pub income_layer_spyi_weight: f64,
    /// How far above the average the full tier begins, a ratio clamped to 0..0.25.
    pub trend_entry_buffer: f64,
    /// How far above the average the mid tier begins, a ratio clamped to 0..0.25 and to the entry buffer.
    pub trend_mid_buffer: f64,
    /// How far below the average an active position is left, a ratio clamped to 0..0.25.
    pub trend_exit_buffer: f64,
    /// How the core of the account is spread.
    pub attack_allocation_mode: AttackAllocationMode,
    /// The symbol whose trend the gate reads: SOXX or SOXL.
    pub blend_gate_trend_source: Symbol,
    /// The share of the core for SOXL in the full tier.
    pub blend_gate_soxl_weight: f64,
    /// The share of the core for SOXL in the mid tier; never more than in the full one.
    pub blend_gate_mid_soxl_weight: f64,
    /// The share of the core for SOXX in the full and mid tiers.
    pub blend_gate_active_soxx_weight: f64,
    /// The share of the core for SOXX in the defensive tier.
    pub blend_gate_defensive_soxx_weight: f64,
}

impl Config {
    /// The values that the rule can't use.
    pub fn problems(&self) -> Vec<ConfigProblem> {
        [
            distinct_symbols("managed_symbols", &self.managed_symbols),
            at_least_one("trend_ma_window", self.trend_ma_window),
            share("cash_reserve_ratio", self.cash_reserve_ratio),
            not_negative("min_trade_ratio", self.min_trade_ratio),
            not_negative("min_trade_floor", self.min_trade_floor),
            not_negative("rebalance_threshold_ratio", self.rebalance_threshold_ratio),
            not_negative("income_layer_start_usd", self.income_layer_start_usd),
            share("income_layer_max_ratio", self.income_layer_max_ratio),
            share("income_layer_qqqi_weight", self.income_layer_qqqi_weight),
            share("income_layer_spyi_weight", self.income_layer_spyi_weight),
            self.income_weights_problem(),
            self.trend_source_problem(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Together the income funds can't take more than is added to the layer.
    fn income_weights_problem(&self) -> Option<ConfigProblem> {
        let sum = self.income_layer_qqqi_weight + self.income_layer_spyi_weight;
        (sum > 1.0 + WEIGHT_TOLERANCE).then(|| {
            let expected = "a weight that adds up to at most 1 with `income_layer_qqqi_weight`";
            problem("income_layer_spyi_weight", &self.income_layer_spyi_weight, expected)
        })
    }

    fn trend_source_problem(&self) -> Option<ConfigProblem> {
        (![LEVERED, UNLEVERED].contains(&self.blend_gate_trend_source.as_str())).then(|| {
            problem(
                "blend_gate_trend_source",
                &self.blend_gate_trend_source,
                format!("{UNLEVERED} or {LEVERED}"),
            )
        })
    }

    /// The indicators as they would be with another newest close of a symbol; `None` where theirs of it is not known.
    pub(crate) fn moved_indicators(
        &self,
        indicators: &Indicators,
        symbol: &Symbol,
        close: f64,
    ) -> Option<Indicators> {
        let mut moved = indicators.clone();
        let trend = moved.of_mut(symbol)?;
        trend.price?;
        *trend = trend.with_newest_close(close, self.trend_ma_window);
        Some(moved)
    }

    /// The series that the rule looks at, where no indicators take their place.
    pub fn price_needs(&self) -> PriceNeeds {
        let symbols = [LEVERED, UNLEVERED].map(|name| (Symbol::literal(name), Necessity::Required));
        PriceNeeds { symbols: BTreeMap::from(symbols), reach: self.reach(), ..PriceNeeds::default() }
    }

    /// How far back the rule looks: one more than the short window, for its average a session earlier.
    pub fn reach(&self) -> Reach {
        Reach::bars(self.trend_ma_window.max(SHORT_WINDOW + 1))
    }
}

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostics {
    /// The share of the core that SOXL and SOXX take together.
    pub deploy_ratio: Number,
    /// The share of the equity that the income layer should have.
    pub income_layer_ratio: Number,
    /// The share of the equity that the income layer has or gets, whichever is more.
    pub income_locked_ratio: Number,
    /// The smallest difference worth a trade, in US dollars.
    pub threshold_value: Number,
    /// The equity in US dollars.
    pub total_strategy_equity: Number,
    /// The numbers that stand here and among the annotations alike.
    #[serde(flatten)]
    pub blend: BlendNumbers,
    /// The numbers that a broker's program quotes beside its orders.
    pub execution_annotations: ExecutionAnnotations,
}

/// The numbers that a broker's program quotes beside its orders.
#[derive(Clone, Debug, Serialize)]
pub struct ExecutionAnnotations {
    /// The smallest difference worth a trade, in US dollars.
    pub trade_threshold_value: Number,
    /// The numbers that stand among the diagnostics too.
    #[serde(flatten)]
    pub blend: BlendNumbers,
}

/// The numbers of the trend's gate and of what may be traded.
#[derive(Clone, Debug, Serialize)]
pub struct BlendNumbers {
    /// The funds that carry the risk in this tier.
    pub active_risk_asset: &'static str,
    /// The cash beyond the reserve, in US dollars.
    pub investable_cash: Number,
    /// The smallest trade worth making, in US dollars.
    pub current_min_trade: Number,
    /// How the core is spread.
    pub allocation_mode: AttackAllocationMode,
    /// The entry buffer as it was used.
    pub trend_entry_buffer: Number,
    /// The mid buffer as it was used.
    pub trend_mid_buffer: Number,
    /// The exit buffer as it was used.
    pub trend_exit_buffer: Number,
    /// The tier.
    pub blend_tier: Tier,
    /// SOXL's average with the entry buffer, in US dollars.
    pub soxl_entry_line: Option<Number>,
    /// SOXL's average with the exit buffer, in US dollars.
    pub soxl_exit_line: Option<Number>,
    /// The close above which the tier is full.
    pub trend_entry_line: Number,
    /// The close above which the tier is mid.
    pub trend_mid_line: Number,
    /// The close above which the tier stays mid while SOXL is active.
    pub trend_exit_line: Number,
    /// The symbol whose trend was read.
    pub trend_symbol: Symbol,
    /// Its newest close.
    pub trend_price: Number,
    /// Its trend average.
    pub trend_ma: Number,
    /// Its 20-day average.
    pub trend_ma20: Option<Number>,
    /// Its 20-day average less the one a session earlier.
    pub trend_ma20_slope: Option<Number>,
}

/// How much of the core is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Mid => "mid",
            Self::Defensive => "defensive",
        }
    }

    fn active_risk_asset(self) -> &'static str {
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
    let min_trade = config.min_trade_floor.max(equity * config.min_trade_ratio);
    trace.step(Quantity::usd("min_trade", min_trade), "max(min_trade_floor, equity * min_trade_ratio)");
    let income = IncomeLayer::of(config, inputs.account, equity, trace);
    let core = (equity - income.locked).max(0.0);
    trace.step(Quantity::usd("core_value", core), "max(0, equity - income_locked_value)");
    let lines = Lines::of(trend.average, &buffers);
    let tier = tier(inputs.account, &trend, &lines, min_trade, trace);
    let ratios = Ratios::of(config, tier, trace);
    let core_targets = CoreTargets::of(core, &ratios, trace);

    let threshold_value = Number(equity * config.rebalance_threshold_ratio);
    let soxl_lines = readings.soxl.ma_trend.map(|average| Lines::of(average, &buffers));
    let blend = BlendNumbers {
        active_risk_asset: tier.active_risk_asset(),
        investable_cash: Number(investable_cash(config, inputs.account, equity)),
        current_min_trade: Number(min_trade),
        allocation_mode: config.attack_allocation_mode,
        trend_entry_buffer: Number(buffers.entry),
        trend_mid_buffer: Number(buffers.mid),
        trend_exit_buffer: Number(buffers.exit),
        blend_tier: tier,
        soxl_entry_line: soxl_lines.as_ref().map(|lines| Number(lines.entry)),
        soxl_exit_line: soxl_lines.as_ref().map(|lines| Number(lines.exit)),
        trend_entry_line: Number(lines.entry),
        trend_mid_line: Number(lines.mid),
        trend_exit_line: Number(lines.exit),
        trend_symbol: trend.symbol.clone(),
        trend_price: Number(trend.price),
        trend_ma: Number(trend.average),
        trend_ma20: trend.known.ma20.map(Number),
        trend_ma20_slope: trend.known.ma20_slope.map(Number),
    };
    Ok(Outcome {
        action: Action::Rebalance,
        targets: Targets::Values(BTreeMap::from([
            (Symbol::literal(LEVERED), core_targets.levered),
            (Symbol::literal(UNLEVERED), core_targets.unlevered),
            (Symbol::literal(SAFE_HAVEN), core_targets.safe_haven),
            (Symbol::literal(QQQ_INCOME), income.qqq_income),
            (Symbol::literal(SPY_INCOME), income.spy_income),
        ])),
        safe_haven: Symbol::literal(SAFE_HAVEN),
        largest_weight: None,
        price_symbols: readings.price_symbols(),
        risk_flags: BTreeSet::new(),
        managed_symbols: config.managed_symbols.clone(),
        signal: tier.as_str().to_owned(),
        headline: headline(&trend, &lines, tier),
        cash_symbols: ["BIL", SAFE_HAVEN].map(Symbol::literal).to_vec(),
        income_symbols: [SPY_INCOME, QQQ_INCOME].map(Symbol::literal).to_vec(),
        trade_threshold_usd: Some(threshold_value.0),
        choice: None,
        diagnostics: crate::strategy::Diagnostics::SoxlSoxxTrendIncome(Box::new(Diagnostics {
            deploy_ratio: Number(ratios.levered + ratios.unlevered),
            income_layer_ratio: Number(income.ratio),
            income_locked_ratio: Number(income.locked / equity),
            threshold_value,
            total_strategy_equity: Number(equity),
            blend: blend.clone(),
            execution_annotations: ExecutionAnnotations { trade_threshold_value: threshold_value, blend },
        })),
        findings: Vec::new(),
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
            Some(Indicators { soxl, soxx }) => Ok(Self { soxl: *soxl, soxx: *soxx, is_from_prices: false }),
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
struct Trend {
    symbol: Symbol,
    price: f64,
    average: f64,
    known: TrendIndicators,
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
pub(crate) struct Buffers {
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
pub(crate) struct Lines {
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
            Finding::new(Code::PortfolioInvalid, format!("the income fund `{symbol}` has a value below zero"))
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
struct IncomeLayer {
    ratio: f64,
    locked: f64,
    qqq_income: f64,
    spy_income: f64,
}

impl IncomeLayer {
    fn of(config: &Config, account: &Account, equity: f64, trace: &mut Trace) -> Self {
        let ratio = income_ratio(config, equity, trace);
        let qqq_held = account.market_value_usd(&Symbol::literal(QQQ_INCOME));
        let spy_held = account.market_value_usd(&Symbol::literal(SPY_INCOME));
        let have = qqq_held + spy_held;
        let locked = have.max(equity * ratio);
        let added = locked - have;
        trace.step(Quantity::usd("income_held_value", have), "market value of QQQI + that of SPYI");
        trace.step(
            Quantity::usd("income_locked_value", locked),
            "max(income_held_value, equity * income_layer_ratio)",
        );
        trace.step(Quantity::usd("income_added_value", added), "income_locked_value - income_held_value");
        let (qqq_income, spy_income) = (
            qqq_held + added * config.income_layer_qqqi_weight,
            spy_held + added * config.income_layer_spyi_weight,
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
        Self { ratio, locked, qqq_income, spy_income }
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
pub(crate) struct Ratios {
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

fn headline(trend: &Trend, lines: &Lines, tier: Tier) -> String {
    format!(
        "{} {:.2} against its entry line {:.2}, mid line {:.2} and exit line {:.2}: {} tier",
        trend.symbol,
        trend.price,
        lines.entry,
        lines.mid,
        lines.exit,
        tier.as_str()
    )
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use serde_json::{Value, json};

    use super::*;
    use crate::account::Position;
    use crate::market::calendar::Calendar;
    use crate::market::history::{History, Market};
    use crate::strategy::worked::{Traced, traced};

    fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
        traced(super::decide, config, inputs)
    }

    /// The profile's config with an average of 4 closes and some keys changed.
    fn config(changes: Value) -> Config {
        let mut config = json!({
            "managed_symbols": ["SOXL", "SOXX", "BOXX", "QQQI", "SPYI"], "trend_ma_window": 4,
            "cash_reserve_ratio": 0.03, "min_trade_ratio": 0.01, "min_trade_floor": 100.0,
            "rebalance_threshold_ratio": 0.01, "income_layer_start_usd": 150_000.0,
            "income_layer_max_ratio": 0.15, "income_layer_qqqi_weight": 0.70,
            "income_layer_spyi_weight": 0.30, "trend_entry_buffer": 0.08, "trend_mid_buffer": 0.06,
            "trend_exit_buffer": 0.02, "attack_allocation_mode": "soxx_gate_tiered_blend",
            "blend_gate_trend_source": "SOXX", "blend_gate_soxl_weight": 0.70,
            "blend_gate_mid_soxl_weight": 0.65, "blend_gate_active_soxx_weight": 0.20,
            "blend_gate_defensive_soxx_weight": 0.15,
        });
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        serde_json::from_value(config).unwrap()
    }

    /// An account with (symbol, quantity, market value) positions.
    fn account(equity: f64, positions: &[(&'static str, f64, f64)]) -> Account {
        let position = |&(name, quantity, market_value_usd)| {
            (Symbol::literal(name), Position { quantity, market_value_usd })
        };
        Account {
            equity_usd: Some(equity),
            ..Account::of_positions(positions.iter().map(position).collect())
        }
    }

    fn series(closes: &[f64]) -> History {
        let first: NaiveDate = "2024-01-02".parse().unwrap();
        History::from_closes((0..).map(|day| first + Days::new(day)).zip(closes.iter().copied()))
    }

    fn try_decide(
        config: &Config,
        market: &Market,
        indicators: Option<&Indicators>,
        account: &Account,
    ) -> Result<Traced, Vec<Finding>> {
        let calendar = Calendar::default();
        let inputs = Inputs { indicators, ..Inputs::new(&calendar, market, account) };
        decide(config, inputs)
    }

    /// Decides with SOXL at 10, 10, 10, 10 and SOXX at 100, 100, 100 and a newest close.
    fn decided(config: &Config, newest: f64, account: &Account) -> Traced {
        let market = Market::from([
            (Symbol::literal(LEVERED), series(&[10.0; 4])),
            (Symbol::literal(UNLEVERED), series(&[100.0, 100.0, 100.0, newest])),
        ]);
        try_decide(config, &market, None, account).unwrap()
    }

    fn targets(outcome: &Outcome) -> [f64; 5] {
        let Targets::Values(values) = &outcome.targets else { panic!("values are wanted") };
        assert_eq!(values.len(), 5);
        [LEVERED, UNLEVERED, SAFE_HAVEN, QQQ_INCOME, SPY_INCOME].map(|name| values[&Symbol::literal(name)])
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

    fn numbers<const N: usize>(found: &Value, keys: [&str; N]) -> [f64; N] {
        keys.map(|key| found[key].as_f64().unwrap_or_else(|| panic!("{key} is {}", found[key])))
    }

    #[test]
    fn far_above_the_average_the_tier_is_full() {
        // (300 + 120) / 4 = 105; the entry line 105 * 1.08 = 113.4 lies below 120.
        let outcome = decided(&config(json!({})), 120.0, &account(10_000.0, &[]));
        assert_eq!((outcome.signal.as_str(), outcome.action), ("full", Action::Rebalance));
        assert_close(&targets(&outcome), &[7000.0, 2000.0, 1000.0, 0.0, 0.0]);
        assert_eq!(
            outcome.headline,
            "SOXX 120.00 against its entry line 113.40, mid line 111.30 and exit line 102.90: full tier"
        );
        let read = [LEVERED, UNLEVERED].map(Symbol::literal);
        assert_eq!(outcome.price_symbols, BTreeSet::from(read));
    }

    #[test]
    fn between_entry_and_mid_line_the_tier_is_mid() {
        // (300 + 110) / 4 = 102.5; entry line 110.7, mid line 108.65.
        let outcome = decided(&config(json!({})), 110.0, &account(10_000.0, &[]));
        assert_eq!(outcome.signal, "mid");
        assert_close(&targets(&outcome), &[6500.0, 2000.0, 1500.0, 0.0, 0.0]);
    }

    #[test]
    fn below_the_mid_line_only_an_active_position_stays() {
        // At 100 the average is 100, the mid line 106, the exit line 98.
        let config = config(json!({}));
        let tier = |newest, account: &Account| decided(&config, newest, account).signal.clone();
        let idle = decided(&config, 100.0, &account(10_000.0, &[]));
        assert_eq!(idle.signal, "defensive");
        assert_close(&targets(&idle), &[0.0, 1500.0, 8500.0, 0.0, 0.0]);
        // A fraction of a share is active; so is a value above max(100, 10000 * 0.01) = 100, not at it.
        assert_eq!(tier(100.0, &account(10_000.0, &[("SOXL", 0.5, 5.0)])), "mid");
        assert_eq!(tier(100.0, &account(10_000.0, &[("SOXL", 0.0, 100.01)])), "mid");
        assert_eq!(tier(100.0, &account(10_000.0, &[("SOXL", 0.0, 100.0)])), "defensive");
        // What `--holdings` names is active without a position to show for it.
        let named = Account { holdings: [Symbol::literal("SOXL")].into(), ..account(10_000.0, &[]) };
        assert_eq!(tier(100.0, &named), "mid");
        // 1 % of 20000 is 200.
        assert_eq!(tier(100.0, &account(20_000.0, &[("SOXL", 0.0, 150.0)])), "defensive");
        // At 97 the average is 99.25, the exit line 97.265.
        assert_eq!(tier(97.0, &account(10_000.0, &[("SOXL", 5.0, 50.0)])), "defensive");
    }

    #[test]
    fn the_mid_weight_never_exceeds_the_full_one() {
        let config = config(json!({"blend_gate_mid_soxl_weight": 0.75}));
        let outcome = decided(&config, 110.0, &account(10_000.0, &[]));
        assert_close(&targets(&outcome), &[7000.0, 2000.0, 1000.0, 0.0, 0.0]);
    }

    #[test]
    fn weights_are_clamped_and_scaled_to_the_core() {
        let scaled = config(json!({"blend_gate_soxl_weight": 0.9, "blend_gate_active_soxx_weight": 0.3}));
        // 0.9 / 1.2 and 0.3 / 1.2.
        let outcome = decided(&scaled, 120.0, &account(10_000.0, &[]));
        assert_close(&targets(&outcome), &[7500.0, 2500.0, 0.0, 0.0, 0.0]);
        assert_eq!(diagnostics(&outcome)["deploy_ratio"], 1.0);
        let clamped = config(json!({"blend_gate_soxl_weight": 5.0, "blend_gate_active_soxx_weight": -1.0}));
        let outcome = decided(&clamped, 120.0, &account(10_000.0, &[]));
        assert_close(&targets(&outcome), &[10_000.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn buffers_are_clamped() {
        let wide = config(json!({
            "trend_entry_buffer": 0.3, "trend_mid_buffer": 0.4, "trend_exit_buffer": -0.1,
        }));
        let found = diagnostics(&decided(&wide, 100.0, &account(10_000.0, &[])));
        let buffers = ["trend_entry_buffer", "trend_mid_buffer", "trend_exit_buffer"];
        assert_eq!(numbers(&found, buffers), [0.25, 0.25, 0.0]);
        let lines = ["trend_entry_line", "trend_mid_line", "trend_exit_line"];
        assert_close(&numbers(&found, lines), &[125.0, 125.0, 100.0]);
        let crossed = config(json!({"trend_mid_buffer": 0.1}));
        let found = diagnostics(&decided(&crossed, 100.0, &account(10_000.0, &[])));
        assert_eq!(numbers(&found, buffers), [0.08, 0.08, 0.02]);
    }

    #[test]
    fn the_income_layer_grows_with_the_account() {
        let config = config(json!({}));
        let income = |equity: f64| {
            let [.., qqqi, spyi] = targets(&decided(&config, 100.0, &account(equity, &[])));
            [qqqi, spyi]
        };
        assert_close(&income(150_000.0), &[0.0, 0.0]);
        // Half way: 0.075 of 225000 = 16875, 0.7 and 0.3 of it.
        assert_close(&income(225_000.0), &[11_812.5, 5_062.5]);
        // 0.15 of 300000 = 45000, of 400000 = 60000.
        assert_close(&income(300_000.0), &[31_500.0, 13_500.0]);
        assert_close(&income(400_000.0), &[42_000.0, 18_000.0]);
    }

    #[test]
    fn an_income_fund_that_is_held_short_is_refused_and_not_made_a_target_below_zero() {
        let market = Market::from([
            (Symbol::literal(LEVERED), series(&[10.0; 4])),
            (Symbol::literal(UNLEVERED), series(&[100.0; 4])),
        ]);
        for equity in [10_000.0, 400_000.0] {
            let short = account(equity, &[(SPY_INCOME, -1.0, -50.0)]);
            let refusal = try_decide(&config(json!({})), &market, None, &short).unwrap_err();
            let found: Vec<_> = refusal.iter().map(|f| (f.code, f.symbol.clone())).collect();
            assert_eq!(found, [(Code::PortfolioInvalid, Some(Symbol::literal(SPY_INCOME)))]);
        }
    }

    #[test]
    fn what_the_income_layer_has_stays_and_what_is_missing_is_added() {
        let config = config(json!({}));
        // No layer is due below the start, yet 4000 are there: the core is 6000, 0.15 of it 900.
        let small = account(10_000.0, &[("QQQI", 30.0, 3000.0), ("SPYI", 20.0, 1000.0)]);
        let outcome = decided(&config, 100.0, &small);
        assert_close(&targets(&outcome), &[0.0, 900.0, 5100.0, 3000.0, 1000.0]);
        let found = diagnostics(&outcome);
        assert_close(&numbers(&found, ["income_layer_ratio", "income_locked_ratio"]), &[0.0, 0.4]);
        // 45000 are due, 5000 there: 40000 are added, 28000 and 12000; the core is 255000.
        let large = account(300_000.0, &[("QQQI", 10.0, 1000.0), ("SPYI", 80.0, 4000.0)]);
        let outcome = decided(&config, 100.0, &large);
        assert_close(&targets(&outcome), &[0.0, 38_250.0, 216_750.0, 29_000.0, 16_000.0]);
        // More is there than the equity: nothing is left for the core.
        let borrowed = account(10_000.0, &[("QQQI", 90.0, 9000.0), ("SPYI", 80.0, 4000.0)]);
        let outcome = decided(&config, 120.0, &borrowed);
        assert_close(&targets(&outcome), &[0.0, 0.0, 0.0, 9000.0, 4000.0]);
    }

    #[test]
    fn the_numbers_stand_under_their_keys() {
        let mut account = account(10_000.0, &[]);
        account.buying_power_usd = Some(2500.0);
        account.cash_balance_usd = Some(9000.0);
        let found = diagnostics(&decided(&config(json!({})), 110.0, &account));
        assert_close(
            &numbers(&found, ["deploy_ratio", "threshold_value", "total_strategy_equity"]),
            &[0.85, 100.0, 10_000.0],
        );
        // Cash 2500 - 10000 * 0.03; SOXL's lines 10 * 1.08 and 10 * 0.98; SOXX's 102.5 with its buffers.
        let keys = [
            "investable_cash",
            "current_min_trade",
            "soxl_entry_line",
            "soxl_exit_line",
            "trend_entry_line",
            "trend_mid_line",
            "trend_exit_line",
            "trend_price",
            "trend_ma",
        ];
        let expected = [2200.0, 100.0, 10.8, 9.8, 110.7, 108.65, 100.45, 110.0, 102.5];
        assert_close(&numbers(&found, keys), &expected);
        let annotations = &found["execution_annotations"];
        assert_close(&numbers(annotations, keys), &expected);
        assert_eq!(annotations["trade_threshold_value"], 100.0);
        for place in [&found, annotations] {
            assert_eq!(place["active_risk_asset"], "SOXX+SOXL");
            assert_eq!(place["blend_tier"], "mid");
            assert_eq!(place["allocation_mode"], "soxx_gate_tiered_blend");
            assert_eq!(place["trend_symbol"], "SOXX");
            // Four closes have no 20-day average.
            assert_eq!((&place["trend_ma20"], &place["trend_ma20_slope"]), (&Value::Null, &Value::Null));
        }
        let defensive = diagnostics(&decided(&config(json!({})), 100.0, &account));
        assert_eq!(defensive["active_risk_asset"], "SOXX");
        assert_eq!(defensive["deploy_ratio"], 0.15);
    }

    #[test]
    fn cash_serves_where_there_is_no_buying_power() {
        let cash = |buying_power_usd, cash_balance_usd| {
            let account = Account { buying_power_usd, cash_balance_usd, ..account(10_000.0, &[]) };
            investable_cash(&config(json!({})), &account, 10_000.0)
        };
        // Less the reserve of 300, never below zero.
        assert_eq!(cash(Some(0.0), Some(1000.0)), 700.0);
        assert_eq!(cash(None, Some(1000.0)), 700.0);
        assert_eq!(cash(Some(100.0), Some(1000.0)), 0.0);
        assert_eq!(cash(None, None), 0.0);
    }

    #[test]
    fn the_short_average_of_soxx_is_reported() {
        let mut closes = vec![100.0; 21];
        closes[20] = 110.0;
        let market = Market::from([
            (Symbol::literal(LEVERED), series(&closes)),
            (Symbol::literal(UNLEVERED), series(&closes)),
        ]);
        let found = |config: &Config| {
            diagnostics(&try_decide(config, &market, None, &account(10_000.0, &[])).unwrap())
        };
        // (1900 + 110) / 20 = 100.5 now, 100 a session earlier.
        let soxx = found(&config(json!({})));
        assert_close(&numbers(&soxx, ["trend_ma20", "trend_ma20_slope"]), &[100.5, 0.5]);
        let soxl = found(&config(json!({"blend_gate_trend_source": "soxl"})));
        assert_eq!(soxl["trend_symbol"], "SOXL");
        assert_eq!((&soxl["trend_ma20"], &soxl["trend_ma20_slope"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn indicators_take_the_place_of_prices() {
        let indicators = Indicators {
            soxl: TrendIndicators { price: Some(9.0), ma_trend: Some(10.0), ..TrendIndicators::default() },
            soxx: TrendIndicators {
                price: Some(120.0),
                ma_trend: Some(105.0),
                ma20: Some(110.0),
                ma20_slope: Some(-0.5),
            },
        };
        let decided = |indicators: &Indicators| {
            try_decide(&config(json!({})), &Market::new(), Some(indicators), &account(10_000.0, &[]))
        };
        let outcome = decided(&indicators).unwrap();
        assert_eq!(outcome.signal, "full");
        assert_eq!(outcome.price_symbols, BTreeSet::new());
        let found = diagnostics(&outcome);
        let keys = ["trend_ma", "trend_ma20", "trend_ma20_slope", "soxl_entry_line"];
        assert_close(&numbers(&found, keys), &[105.0, 110.0, -0.5, 10.8]);
        let entry = &outcome.trace.gates.iter().find(|gate| gate.name == "close_above_entry_line").unwrap();
        assert_eq!(entry.moved_by, Some(Symbol::literal(UNLEVERED)));

        let no_soxl = Indicators { soxl: TrendIndicators::default(), ..indicators.clone() };
        let found = diagnostics(&decided(&no_soxl).unwrap());
        assert_eq!((&found["soxl_entry_line"], &found["soxl_exit_line"]), (&Value::Null, &Value::Null));

        // SOXX without an average: SOXL's price 9 and average 10, exit line 9.8.
        let no_soxx =
            Indicators { soxx: TrendIndicators { ma_trend: None, ..indicators.soxx }, ..indicators };
        let outcome = decided(&no_soxx).unwrap();
        assert_eq!(
            (outcome.signal.as_str(), &diagnostics(&outcome)["trend_symbol"]),
            ("defensive", &json!("SOXL"))
        );

        let findings = decided(&Indicators::default()).unwrap_err();
        assert_eq!(
            (findings[0].code, &findings[0].symbol),
            (Code::IndicatorsInvalid, &Some(Symbol::literal(UNLEVERED)))
        );
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let market = Market::from([(Symbol::literal(UNLEVERED), series(&[100.0; 3]))]);
        let findings = try_decide(&config(json!({})), &market, None, &Account::default()).unwrap_err();
        let told: Vec<_> = findings.iter().map(|finding| (finding.code, finding.symbol.clone())).collect();
        assert_eq!(
            told,
            [
                (Code::PortfolioMissing, None),
                (Code::MissingSymbol, Some(Symbol::literal(LEVERED))),
                (Code::ShortHistory, Some(Symbol::literal(UNLEVERED))),
            ]
        );
        assert_eq!(findings[2].observed.as_deref(), Some("3 closes"));
        assert_eq!(findings[2].expected.as_deref(), Some("at least 4 closes"));
        let broke = account(0.0, &[]);
        let findings = try_decide(&config(json!({})), &Market::new(), None, &broke).unwrap_err();
        assert_eq!(findings[0].code, Code::NonPositiveEquity);
    }

    #[test]
    fn the_needs_reach_back_over_both_averages() {
        assert_eq!(config(json!({})).reach().bars, 21);
        let needs = config(json!({"trend_ma_window": 140})).price_needs();
        assert_eq!(needs.reach.bars, 140);
        assert_eq!(needs.symbols[&Symbol::literal(LEVERED)], Necessity::Required);
        assert_eq!(needs.symbols[&Symbol::literal(UNLEVERED)], Necessity::Required);
    }

    #[test]
    fn what_the_rule_can_use_is_no_problem() {
        assert_eq!(config(json!({})).problems(), []);
        let clamped = config(json!({
            "trend_entry_buffer": 0.3, "trend_mid_buffer": 0.4, "trend_exit_buffer": -1.0,
            "blend_gate_soxl_weight": 7.0, "blend_gate_active_soxx_weight": -1.0,
        }));
        assert_eq!(clamped.problems(), []);
    }

    #[test]
    fn what_the_rule_can_not_use_is_named() {
        for (key, value) in [
            ("managed_symbols", json!(["SOXL", "SOXL"])),
            ("trend_ma_window", json!(0)),
            ("cash_reserve_ratio", json!(1.5)),
            ("min_trade_ratio", json!(-0.1)),
            ("min_trade_floor", json!(-1.0)),
            ("rebalance_threshold_ratio", json!(-0.1)),
            ("income_layer_start_usd", json!(-1.0)),
            ("income_layer_max_ratio", json!(1.1)),
            ("income_layer_qqqi_weight", json!(-0.1)),
            ("income_layer_spyi_weight", json!(-0.1)),
            ("income_layer_spyi_weight", json!(0.4)),
            ("blend_gate_trend_source", json!("SMH")),
        ] {
            let keys: Vec<_> = config(json!({key: value})).problems().iter().map(|p| p.key).collect();
            assert_eq!(keys, [key]);
        }
    }

    #[test]
    fn a_key_or_a_mode_that_nobody_knows_is_refused() {
        let valid = serde_json::to_value(config(json!({}))).unwrap();
        for (key, value) in [("trend_window", json!(140)), ("attack_allocation_mode", json!("all_in"))] {
            let mut changed = valid.clone();
            changed[key] = value;
            assert!(serde_json::from_value::<Config>(changed).is_err(), "{key}");
        }
    }
}
