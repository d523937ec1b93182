//! The leveraged growth with an income layer, in words.

use super::words::{both, dollars, enumerated, plain, points, spaced, symbols};
use super::{Description, Rule};
use crate::amount::counted;
use crate::profile::manifest::Localized;
use crate::strategy::tqqq_growth_income::{
    Config, FULL_INCOME_MULTIPLE, INCOME_RATIO_ABOVE_TWICE, INCOME_RATIO_AT_TWICE, LEVERED, LONG_WINDOW,
    QQQ_INCOME, ReboundThresholdMode, SAFE_HAVEN, SHORT_WINDOW, SPY_INCOME, Sizing, managed_symbols,
};
use crate::strategy::trace::Trace;

/// A growth part of which every amount is the share that it takes.
const WHOLE: f64 = 1.0;

pub fn description(config: &Config) -> Description {
    let (benchmark, unlevered) = (&config.benchmark_symbol, &config.dual_drive_unlevered_symbol);
    let bars = config.fewest_closes();
    Description {
        trades: trades(config),
        prices: Some(both(
            format!("Daily closes of {benchmark}, at least {bars}."),
            format!("{benchmark} 的日收盘价，至少 {bars} 个。"),
        )),
        account: both(
            format!(
                "The equity is required: targets are US dollars. Whether {LEVERED} or {unlevered} is held decides \
                 between staying and entering."
            ),
            format!(
                "必须提供净值，目标为美元金额。是否持有 {LEVERED} 或 {unlevered} 决定是继续持有还是重新入场。"
            ),
        ),
        rules: vec![
            income(config),
            trend(config),
            pullback(config),
            at_risk(config),
            in_cash(config),
            Rule::untraced(
                "signal",
                "Signal: at risk it is `hold` if held, else `entry`; otherwise `exit` if held, else `idle`.",
                "信号：风险状态下已持有为 `hold`，未持有为 `entry`；非风险状态下已持有为 `exit`，未持有为 `idle`。",
            ),
            reported_only(config),
        ],
    }
}

fn trades(config: &Config) -> Localized {
    let (managed, cash) = (symbols(&managed_symbols(config)), both("cash", "现金"));
    let own = |symbol: &str| both(symbol, symbol);
    let growth = Sizing::at_risk(config, WHOLE, &mut Trace::default());
    let unlevered = own(config.dual_drive_unlevered_symbol.as_str());
    let risk = held([(own(LEVERED), growth.levered), (unlevered, growth.unlevered)]);
    let rest = held([(own(SAFE_HAVEN), growth.safe_haven), (cash.clone(), growth.reserved)]);
    let at_risk = match (risk.en.is_empty(), rest.en.is_empty()) {
        (true, _) => rest,
        (false, true) => risk,
        (false, false) => both(
            format!("{} (with some {})", risk.en, rest.en),
            format!("{}（另有部分{}）", risk.zh, spaced(&rest.zh)),
        ),
    };
    let growth = Sizing::in_cash(config, WHOLE, &mut Trace::default());
    let otherwise = held([(own(SAFE_HAVEN), growth.safe_haven), (cash, growth.reserved)]);
    both(
        format!(
            "{} while at risk, {} otherwise, {QQQ_INCOME} and {SPY_INCOME} as the income layer of a large account. \
             It may sell: {}.",
            at_risk.en, otherwise.en, managed.en
        ),
        format!(
            "风险状态下持有{}，否则持有{}；大账户另有 {QQQ_INCOME}、{SPY_INCOME} 收入层。可卖出的代码：{}。",
            spaced(&at_risk.zh),
            spaced(&otherwise.zh),
            managed.zh
        ),
    )
}

/// What has a share, in a row.
fn held(parts: [(Localized, f64); 2]) -> Localized {
    let parts: Vec<Localized> =
        parts.into_iter().filter(|(_, share)| *share > 0.0).map(|(name, _)| name).collect();
    enumerated(&parts)
}

fn income(config: &Config) -> Rule {
    let threshold = dollars(config.income_threshold_usd);
    let full = dollars(FULL_INCOME_MULTIPLE * config.income_threshold_usd);
    let (at_twice, above) = (points(INCOME_RATIO_AT_TWICE), points(INCOME_RATIO_ABOVE_TWICE));
    let (qqq, spy) = (points(config.qqqi_income_ratio), points(1.0 - config.qqqi_income_ratio));
    Rule::new(
        "income_layer",
        ["income_layer_begins", "income_layer_is_full", "income_ratio", "income_value", "growth_value"],
        format!(
            "The income layer takes nothing of an equity below {threshold} USD, from there in a straight line up to \
             {at_twice} % at {full} USD, and {above} % above that: {qqq} % of it {QQQ_INCOME}, {spy} % {SPY_INCOME}. \
             The rest of the equity is the growth part."
        ),
        format!(
            "净值低于 {threshold} 美元时没有收入层；从该值起线性升至 {full} 美元时的 {at_twice}%，再往上为 \
             {above}%。其中 {QQQ_INCOME} 占 {qqq}%，{SPY_INCOME} 占 {spy}%。其余净值为增长部分。"
        ),
    )
}

fn trend(config: &Config) -> Rule {
    let (benchmark, unlevered) = (&config.benchmark_symbol, &config.dual_drive_unlevered_symbol);
    let slope = if config.dual_drive_require_ma20_slope {
        both(
            format!(
                "the growth part enters only when the {SHORT_WINDOW}-day average is higher than a session before"
            ),
            format!("还须 {SHORT_WINDOW} 日均线高于前一交易日才入场"),
        )
    } else {
        both(
            format!("the growth part enters whatever the slope of the {SHORT_WINDOW}-day average"),
            format!("不论 {SHORT_WINDOW} 日均线斜率如何都入场"),
        )
    };
    Rule::new(
        "trend",
        ["risk_is_held", "close_above_ma200", "ma20_slope_rising"],
        format!(
            "The growth part is at risk while {benchmark} closes above its {LONG_WINDOW}-day average. With {LEVERED} \
             or {unlevered} held that is enough; with neither held, {}.",
            slope.en
        ),
        format!(
            "{benchmark} 收盘高于 {LONG_WINDOW} 日均线时，增长部分处于风险状态。已持有 {LEVERED} 或 {unlevered} \
             时这一条即可；两者都未持有时，{}。",
            slope.zh
        ),
    )
}

/// How far a pullback has to have rebounded.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rebound {
    /// By a multiple of the sample standard deviation of the daily returns.
    Scaled(f64),
    /// By a ratio.
    Fixed(f64),
    /// By anything.
    Any,
}

impl Rebound {
    /// What the config asks for where there are as many closes as a decision needs, or more.
    fn of(config: &Config) -> Self {
        let multiplier = config.dual_drive_pullback_rebound_volatility_multiplier.max(0.0);
        let is_scaled =
            config.dual_drive_pullback_rebound_threshold_mode == ReboundThresholdMode::VolatilityScaled;
        // One return has no sample standard deviation.
        match is_scaled && config.dual_drive_pullback_rebound_window > 1 {
            true if multiplier > 0.0 => Self::Scaled(multiplier),
            true => Self::Any,
            false => Self::without_deviation(config),
        }
    }

    /// What the config asks for where there is no sample standard deviation.
    fn without_deviation(config: &Config) -> Self {
        match config.dual_drive_pullback_rebound_threshold.max(0.0) {
            fixed if fixed > 0.0 => Self::Fixed(fixed),
            _ => Self::Any,
        }
    }

    fn text(self, window: usize) -> Localized {
        let sessions = counted(window, "session");
        match self {
            Self::Scaled(multiplier) => {
                let multiplier = plain(multiplier);
                both(
                    format!(
                        "its rebound from the lowest close of {sessions} exceeds {multiplier} times the sample \
                         standard deviation of the newest {window} daily returns"
                    ),
                    format!(
                        "较 {window} 日最低收盘价的反弹大于最近 {window} 日日收益率样本标准差的 {multiplier} 倍"
                    ),
                )
            }
            Self::Fixed(fixed) => {
                let fixed = points(fixed);
                // A close does not rise above itself.
                let never = if window == 1 {
                    both(", which it never does", "（不会出现）")
                } else {
                    both("", "")
                };
                both(
                    format!("its rebound from the lowest close of {sessions} exceeds {fixed} %{}", never.en),
                    format!("较 {window} 日最低收盘价的反弹大于 {fixed}%{}", never.zh),
                )
            }
            Self::Any => both("any rebound will do", "反弹幅度不限"),
        }
    }
}

/// What holds of a file with just as many closes as the window: they give one return too few for it.
fn short_of_returns(config: &Config) -> Localized {
    let window = config.dual_drive_pullback_rebound_window;
    let (usual, without_deviation) = (Rebound::of(config), Rebound::without_deviation(config));
    let is_scaled =
        config.dual_drive_pullback_rebound_threshold_mode == ReboundThresholdMode::VolatilityScaled;
    if !is_scaled || window < LONG_WINDOW || usual == without_deviation {
        return both("", "");
    }
    let instead = match without_deviation {
        Rebound::Fixed(fixed) => {
            let fixed = points(fixed);
            both(format!("the rebound has to exceed {fixed} %"), format!("反弹须大于 {fixed}%"))
        }
        any => any.text(window),
    };
    both(
        format!(" With no more than {window} closes, one short of {window} returns, {}.", instead.en),
        format!("收盘价只有 {window} 个时不足以得出 {window} 个日收益率，此时{}。", instead.zh),
    )
}

fn pullback(config: &Config) -> Rule {
    let trace_names = ["close_above_ma20", "any_rebound_will_do", "rebound_above_threshold"];
    let benchmark = &config.benchmark_symbol;
    if !config.dual_drive_allow_pullback {
        return Rule::new(
            "pullback",
            trace_names,
            format!("Not above its {LONG_WINDOW}-day average, {benchmark} is never a reason to be at risk."),
            format!("{benchmark} 未站上 {LONG_WINDOW} 日均线时，不会处于风险状态。"),
        );
    }
    let rebound = Rebound::of(config).text(config.dual_drive_pullback_rebound_window);
    let short = short_of_returns(config);
    Rule::new(
        "pullback",
        trace_names,
        format!(
            "Not above its {LONG_WINDOW}-day average, the growth part is at risk too, held or not, while {benchmark} \
             closes above its {SHORT_WINDOW}-day average, that average is higher than a session before, and {}.{}",
            rebound.en, short.en
        ),
        format!(
            "{benchmark} 未站上 {LONG_WINDOW} 日均线时，若收盘高于 {SHORT_WINDOW} 日均线、该均线高于前一交易日，\
             且{}，无论是否已持有，增长部分也处于风险状态。{}",
            rebound.zh, short.zh
        ),
    )
}

fn at_risk(config: &Config) -> Rule {
    let sizing = Sizing::at_risk(config, WHOLE, &mut Trace::default());
    let unlevered_symbol = &config.dual_drive_unlevered_symbol;
    let (levered, unlevered) = (points(sizing.levered), points(sizing.unlevered));
    let (safe_haven, cash) = (points(sizing.safe_haven), points(sizing.reserved));
    Rule::new(
        "at_risk",
        ["reserved", "weights_exceed_what_is_left", "weight_scale", "target_value"],
        format!(
            "At risk, the growth part is {levered} % {LEVERED}, {unlevered} % {unlevered_symbol}, {safe_haven} % \
             {SAFE_HAVEN} and {cash} % cash."
        ),
        format!(
            "风险状态下，增长部分配置为 {LEVERED} {levered}%、{unlevered_symbol} {unlevered}%、{SAFE_HAVEN} \
             {safe_haven}%、现金 {cash}%。"
        ),
    )
}

fn in_cash(config: &Config) -> Rule {
    let sizing = Sizing::in_cash(config, WHOLE, &mut Trace::default());
    let (safe_haven, cash) = (points(sizing.safe_haven), points(sizing.reserved));
    let unlevered = &config.dual_drive_unlevered_symbol;
    Rule::new(
        "not_at_risk",
        ["reserved", "target_value"],
        format!(
            "Otherwise {LEVERED} and {unlevered} are sold, and the growth part is {safe_haven} % {SAFE_HAVEN} and \
             {cash} % cash."
        ),
        format!("否则卖出 {LEVERED} 和 {unlevered}，增长部分为 {SAFE_HAVEN} {safe_haven}%、现金 {cash}%。"),
    )
}

fn reported_only(config: &Config) -> Rule {
    let threshold = points(config.rebalance_threshold_ratio);
    let reserve = points(config.execution_cash_reserve_ratio);
    Rule::untraced(
        "reported_only",
        format!(
            "For the broker's program only: a difference below {threshold} % of the equity is not worth a trade \
             (`rebalance_threshold_ratio`), `execution_cash_reserve_ratio` is {reserve} %. No target depends on these."
        ),
        format!(
            "仅供券商程序使用、不影响目标：与目标的差额低于净值的 {threshold}% 时不值得交易\
             （`rebalance_threshold_ratio`），`execution_cash_reserve_ratio` 为 {reserve}%。"
        ),
    )
}
