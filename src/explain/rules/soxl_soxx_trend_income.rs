//! The semiconductor trend with an income layer, in words.

use super::words::{both, dollars, plain, points, symbols};
use super::{Description, Rule};
use crate::profile::manifest::Localized;
use crate::strategy::soxl_soxx_trend_income::{
    Buffers, Config, FULL_INCOME_MULTIPLE, LEVERED, Lines, QQQ_INCOME, Ratios, SAFE_HAVEN, SHORT_WINDOW,
    SPY_INCOME, Tier, UNLEVERED,
};
use crate::strategy::trace::Trace;

/// An average of which every line is the multiple that it is.
const AVERAGE: f64 = 1.0;

pub fn description(config: &Config) -> Description {
    let window = config.trend_ma_window;
    Description {
        trades: trades(config),
        prices: Some(both(
            format!(
                "Daily closes of {LEVERED} and {UNLEVERED}, at least {window} of each; or in their place indicators: \
                 `price` and `ma_trend` of both, the latter over {window} sessions."
            ),
            format!(
                "{LEVERED} 和 {UNLEVERED} 的日收盘价，各至少 {window} 个；或以指标代替：两者的 `price` 和 `ma_trend`\
                 （{window} 日均线）。"
            ),
        )),
        account: both(
            format!(
                "The equity is required: targets are US dollars. Whether {LEVERED} is held matters for the tier, and \
                 what the portfolio has in {QQQ_INCOME} and {SPY_INCOME} is kept; `--holdings` names no amounts."
            ),
            format!(
                "必须提供净值，目标为美元金额。是否持有 {LEVERED} 影响档位；组合文件中 {QQQ_INCOME}、{SPY_INCOME} \
                 的市值会被保留，`--holdings` 不含金额。"
            ),
        ),
        rules: vec![
            income(config),
            lines(config),
            active(config),
            tiers(config),
            targets(),
            reported_only(config),
        ],
    }
}

/// Whether the income layer ever wants anything.
fn income_layer_grows(config: &Config) -> bool {
    config.income_layer_max_ratio > 0.0
}

fn trades(config: &Config) -> Localized {
    let managed = symbols(&config.managed_symbols);
    let income = if income_layer_grows(config) {
        both(
            format!("{QQQ_INCOME} and {SPY_INCOME} as the income layer of a larger account"),
            format!("较大账户另有 {QQQ_INCOME}、{SPY_INCOME} 收入层"),
        )
    } else {
        both(
            format!("{QQQ_INCOME} and {SPY_INCOME} only as far as they are held already"),
            format!("{QQQ_INCOME}、{SPY_INCOME} 只保留已持有的部分"),
        )
    };
    both(
        format!(
            "{LEVERED} and {UNLEVERED} in three tiers, {SAFE_HAVEN} for the rest, {}. It may sell: {}.",
            income.en, managed.en
        ),
        format!(
            "按三档持有 {LEVERED} 和 {UNLEVERED}，其余为 {SAFE_HAVEN}；{}。可卖出的代码：{}。",
            income.zh, managed.zh
        ),
    )
}

fn income(config: &Config) -> Rule {
    let layer = if income_layer_grows(config) { growing_layer(config) } else { layer_as_it_is() };
    Rule::new(
        "income_layer",
        [
            "income_layer_begins",
            "income_layer_is_full",
            "income_layer_ratio",
            "income_held_value",
            "income_locked_value",
            "income_added_value",
            "core_value",
        ],
        format!("{} The rest of the equity is the core.", layer.en),
        format!("{}其余净值为核心部分。", layer.zh),
    )
}

fn growing_layer(config: &Config) -> Localized {
    let start = dollars(config.income_layer_start_usd);
    let full = dollars(FULL_INCOME_MULTIPLE * config.income_layer_start_usd);
    let most = points(config.income_layer_max_ratio);
    let (qqq, spy) = (points(config.income_layer_qqqi_weight), points(config.income_layer_spyi_weight));
    both(
        format!(
            "The income layer takes nothing of an equity up to {start} USD, from there in a straight line up to {most} \
             % at {full} USD and beyond. {QQQ_INCOME} and {SPY_INCOME} that are held are never sold for it; what they \
             lack is added, {qqq} % {QQQ_INCOME} and {spy} % {SPY_INCOME}."
        ),
        format!(
            "净值不超过 {start} 美元时没有收入层；往上线性升至 {full} 美元及以上的 {most}%。已持有的 {QQQ_INCOME} 和 \
             {SPY_INCOME} 只增不减，不足部分按 {QQQ_INCOME} {qqq}%、{SPY_INCOME} {spy}% 补足。"
        ),
    )
}

/// The layer where it never wants anything: what is held in it stays.
fn layer_as_it_is() -> Localized {
    both(
        format!(
            "The income layer is what is held of {QQQ_INCOME} and {SPY_INCOME}: nothing is sold for the core, and \
             nothing is added."
        ),
        format!("收入层仅为已持有的 {QQQ_INCOME} 和 {SPY_INCOME}，不减也不增。"),
    )
}

fn lines(config: &Config) -> Rule {
    let (source, window) = (&config.blend_gate_trend_source, config.trend_ma_window);
    let Lines { entry, mid, exit } = Lines::of(AVERAGE, &Buffers::of(config));
    let (entry, mid, exit) = (plain(entry), plain(mid), plain(exit));
    let instead = if source.as_str() == UNLEVERED {
        both(
            format!(" Where the indicators lack those of {UNLEVERED}, {LEVERED}'s are taken."),
            format!("指标文件缺少 {UNLEVERED} 时改用 {LEVERED}。"),
        )
    } else {
        both("", "")
    };
    Rule::new(
        "trend_lines",
        ["close_above_entry_line", "close_above_mid_line", "close_above_exit_line"],
        format!(
            "Three lines about the {window}-day average of {source}, which its close has to be above: entry line, \
             average x {entry}; mid line, x {mid}; exit line, x {exit}.{}",
            instead.en
        ),
        format!(
            "以 {source} 的 {window} 日均线为基础的三条线：入场线为均线 × {entry}，中档线 × {mid}，离场线 × \
             {exit}；以收盘价是否高于各线判断。{}",
            instead.zh
        ),
    )
}

fn active(config: &Config) -> Rule {
    let (floor, ratio) = (dollars(config.min_trade_floor), points(config.min_trade_ratio));
    Rule::new(
        "active",
        ["soxl_quantity_held", "soxl_value_above_min_trade", "min_trade"],
        format!(
            "{LEVERED} is active when it is held or its market value is above max({floor} USD, {ratio} % of \
             the equity)."
        ),
        format!("已持有 {LEVERED}，或其市值大于 max({floor} 美元, 净值的 {ratio}%) 时视为在场（active）。"),
    )
}

fn tiers(config: &Config) -> Rule {
    let shares = |tier| {
        let Ratios { levered, unlevered, .. } = Ratios::of(config, tier, &mut Trace::default());
        let rest = (1.0 - levered - unlevered).max(0.0);
        let parts = [(LEVERED, levered), (UNLEVERED, unlevered), (SAFE_HAVEN, rest)];
        let drawn = |percent: &str, join: &str, first: bool| {
            let part = |(symbol, ratio): (&str, f64)| match first {
                true => format!("{}{percent} {symbol}", points(ratio)),
                false => format!("{symbol} {}{percent}", points(ratio)),
            };
            parts.map(part).join(join)
        };
        both(drawn(" %", ", ", true), drawn("%", "、", false))
    };
    let (full, mid, defensive) = (shares(Tier::Full), shares(Tier::Mid), shares(Tier::Defensive));
    Rule::new(
        "tier",
        ["ratios_exceed_the_core", "core_ratio"],
        format!(
            "Shares of the core. Above the entry line, tier `full`: {}. Else above the mid line, or above the exit \
             line with {LEVERED} active, tier `mid`: {}. Else tier `defensive`: {}.",
            full.en, mid.en, defensive.en
        ),
        format!(
            "核心部分的配置：高于入场线为 `full` 档：{}；否则高于中档线，或 {LEVERED} 在场且高于离场线，为 `mid` 档：\
             {}；否则为 `defensive` 档：{}。",
            full.zh, mid.zh, defensive.zh
        ),
    )
}

fn targets() -> Rule {
    Rule::new(
        "targets",
        ["target_value"],
        format!(
            "Every symbol has a target in US dollars every day: {LEVERED}, {UNLEVERED} and {SAFE_HAVEN} their share of \
             the core, {QQQ_INCOME} and {SPY_INCOME} what they are worth and what is added. 0 means: sell it."
        ),
        format!(
            "每天都给出每个代码的美元目标：{LEVERED}、{UNLEVERED}、{SAFE_HAVEN} 为核心部分的相应比例，{QQQ_INCOME}、\
             {SPY_INCOME} 为现有市值加补足部分。目标为 0 表示卖出。"
        ),
    )
}

fn reported_only(config: &Config) -> Rule {
    let threshold = points(config.rebalance_threshold_ratio);
    let reserve = points(config.cash_reserve_ratio);
    Rule::untraced(
        "reported_only",
        format!(
            "For the broker's program only: a difference below {threshold} % of the equity is not worth a trade \
             (`rebalance_threshold_ratio`), investable cash is the cash beyond {reserve} % of the equity \
             (`cash_reserve_ratio`), and the {SHORT_WINDOW}-day average of {UNLEVERED}. No target depends on these."
        ),
        format!(
            "仅供券商程序使用、不影响目标：与目标的差额低于净值的 {threshold}% 时不值得交易\
             （`rebalance_threshold_ratio`）；可投资现金为现金超出净值 {reserve}% 的部分（`cash_reserve_ratio`）。\
             {UNLEVERED} 的 {SHORT_WINDOW} 日均线也只作参考。"
        ),
    )
}
