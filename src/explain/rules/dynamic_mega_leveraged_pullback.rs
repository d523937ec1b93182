//! The leveraged mega-cap pullback, in words.

use super::snapshot_parts::{
    Ranked, affordable_positions, held_matters_for, hold_bonus_matter, hold_buffer, hold_buffer_matter,
    scoring,
};
use super::words::{both, dollars, plain, points};
use super::{Description, Rule};
use crate::amount::counted;
use crate::profile::manifest::Localized;
use crate::strategy::dynamic_mega_leveraged_pullback::benchmark_gate::Benchmark;
use crate::strategy::dynamic_mega_leveraged_pullback::features::{
    BARS, BEST_DEPTH, DEPTH_TOLERANCE, LAGGARD_SIZE, LAGGING_RELATIVE_MOM_126, LARGEST_SIZE,
    OVERHEATED_MOM_20, OVERHEATED_SIZE, OVERHEATED_SMA_50_GAP, QUARTER_SESSIONS, SIZE_BY_DEPTH,
    THIN_SMA_200_GAP, THIN_TREND_SIZE,
};
use crate::strategy::dynamic_mega_leveraged_pullback::{Config, SCORE};
use crate::strategy::factor_score::Scope;

pub fn description(config: &Config) -> Description {
    let Config { benchmark_symbol, safe_haven, holdings_count, .. } = config;
    let (multiple, bars) = (plain(config.leverage_multiple), Benchmark::bars(config));
    let count = config.holdings_count.to_string();
    Description {
        trades: both(
            format!(
                "Up to {} of the snapshot, {}with {multiple}x a company's daily move; {safe_haven} is the safe haven, \
                 {benchmark_symbol} the benchmark.",
                counted(*holdings_count, "leveraged product"),
                if *holdings_count == 1 { "" } else { "each " }
            ),
            format!(
                "快照中最多 {holdings_count} 只 {multiple} 倍单股做多产品；避险资产为 {safe_haven}，基准为 \
                 {benchmark_symbol}。"
            ),
        ),
        prices: Some(both(
            format!(
                "Daily bars of {benchmark_symbol} with `high` and `low`, at least {bars} (a missing high or low is \
                 the close), and closes of the underlying of every candidate, at least {BARS} (a candidate with \
                 fewer is passed over; where all have fewer and there is exposure to spread, there is no decision)."
            ),
            format!(
                "{benchmark_symbol} 的日线，含 `high` 和 `low`，至少 {bars} 根（缺失的最高、最低价以收盘价代替）；\
                 以及每个候选标的的日收盘价，至少 {BARS} 个（不足则跳过该候选；\
                 若需分配敞口而所有候选都不足，则不作决策）。"
            ),
        )),
        account: account(config),
        rules: vec![
            candidates(config),
            lines(config),
            regime(config),
            features(config),
            size(),
            scoring(
                &["candidates"],
                &SCORE,
                Scope::All,
                config.hold_bonus,
                Ranked::Product,
                &both(
                    format!(
                        "pullback_quality = 1 - |depth - {}| / {}, from -1 to 1. ",
                        plain(BEST_DEPTH),
                        plain(DEPTH_TOLERANCE)
                    ),
                    format!(
                        "pullback_quality = 1 - |回调幅度 - {}| / {}，限于 -1 到 1。",
                        plain(BEST_DEPTH),
                        plain(DEPTH_TOLERANCE)
                    ),
                ),
            ),
            affordable_positions(
                Ranked::Product,
                &both(count.clone(), count),
                config.min_position_value_usd,
                &both("", ""),
            ),
            hold_buffer(Ranked::Product, config.hold_buffer, []),
            weights(config),
            reported_only(config),
        ],
    }
}

fn account(config: &Config) -> Localized {
    let matters = [both("the regime", "市场状态")]
        .into_iter()
        .chain(hold_bonus_matter(config.hold_bonus))
        .chain(hold_buffer_matter(config.hold_buffer));
    let held = held_matters_for(matters);
    both(format!("The equity is required. {}", held.en), format!("必须提供净值。{}", held.zh))
}

fn candidates(config: &Config) -> Rule {
    let size = config.candidate_universe_size;
    let first = match size {
        1 => "first".to_owned(),
        _ => format!("first {size}"),
    };
    Rule::new(
        "candidates",
        ["eligible", "product_available", "underlying_symbol", "first_of_its_underlying", "candidate_rank"],
        format!(
            "Candidates: the rows that say yes in `eligible` and `product_available` (blank is no, no such column is \
             yes) and name an underlying (`underlying_symbol`; without that column the symbol itself). In the order \
             of `candidate_rank` (without that column `mega_rank`), then of the underlying: the first row of each \
             underlying, and of those the {first}."
        ),
        format!(
            "候选产品：`eligible` 与 `product_available` 均为是（空白视为否，无此列视为是），且有标的\
             （`underlying_symbol`；无此列时为代码本身）的行。按 `candidate_rank`（无此列时为 `mega_rank`）、\
             再按标的代码排序，每个标的取第一行，共取前 {size} 个。"
        ),
    )
}

/// A multiplier of the average: fixed where its bounds leave no room, else moved by the true range.
fn multiplier(scale: f64, sign: &str, floor: f64, cap: f64) -> String {
    let (floor_text, cap_text) = (plain(floor), plain(cap));
    if floor >= cap {
        floor_text
    } else {
        format!("max({floor_text}, min({cap_text}, 1 {sign} {} x ATR / close))", plain(scale))
    }
}

fn lines(config: &Config) -> Rule {
    let Config { benchmark_symbol, sma_period, atr_period, .. } = config;
    let entry = multiplier(config.atr_entry_scale, "+", config.entry_line_floor, config.entry_line_cap);
    let exit = multiplier(config.atr_exit_scale, "-", config.exit_line_floor, config.exit_line_cap);
    Rule::untraced(
        "benchmark_lines",
        format!(
            "The entry line is the {sma_period}-day average of {benchmark_symbol} x {entry}, the exit line is the \
             same average x {exit}. ATR is the average true range of {}.",
            counted(*atr_period, "session")
        ),
        format!(
            "入场线 = {benchmark_symbol} 的 {sma_period} 日均线 × {}，离场线 = 同一均线 × {}。ATR 为 {atr_period} \
             日平均真实波幅。",
            entry.replace(" x ATR / close", " × ATR / 收盘价"),
            exit.replace(" x ATR / close", " × ATR / 收盘价")
        ),
    )
}

fn regime(config: &Config) -> Rule {
    let (benchmark, exposure) = (&config.benchmark_symbol, points(config.max_product_exposure));
    let (multiple, carried) =
        (plain(config.leverage_multiple), points(config.max_product_exposure * config.leverage_multiple));
    Rule::new(
        "regime",
        ["close_below_exit_line", "candidate_held", "close_above_entry_line", "product_exposure"],
        format!(
            "Every day, the first that holds: {benchmark} closes below its exit line: `hard_defense`, 0 % and a risk \
             flag. A candidate is held: `risk_on_hold_band`, {exposure} % of the account in products. {benchmark} \
             closes above its entry line: `risk_on_entry`, {exposure} %. Else `entry_wait`, 0 %. {exposure} % in \
             {multiple}x products carries {carried} % of the account in the underlyings."
        ),
        format!(
            "每天按顺序取第一个成立的：{benchmark} 收盘低于离场线为 `hard_defense`，产品仓位 0%，并带风险标记；\
             持有任一候选产品为 `risk_on_hold_band`，产品仓位 {exposure}%；{benchmark} 收盘高于入场线为 \
             `risk_on_entry`，产品仓位 {exposure}%；否则为 `entry_wait`，产品仓位 0%。{exposure}% 的 {multiple} \
             倍产品相当于 {carried}% 的标的敞口。"
        ),
    )
}

fn features(config: &Config) -> Rule {
    let benchmark = &config.benchmark_symbol;
    Rule::new(
        "features",
        ["underlying_closes"],
        format!(
            "From the underlying's closes: mom_k is the return over k sessions, relative_mom_126 is mom_126 less \
             that of {benchmark}, sma_k_gap is how far the close lies above its k-day average, depth is how far it \
             lies below the highest close of {QUARTER_SESSIONS} sessions, vol_63 is the yearly volatility. With \
             fewer than {BARS} closes the candidate is passed over."
        ),
        format!(
            "由标的收盘价计算：mom_k 为 k 日涨幅，relative_mom_126 为 mom_126 减去 {benchmark} 的 mom_126，\
             sma_k_gap 为收盘价高出 k 日均线的幅度，回调幅度为收盘价低于 {QUARTER_SESSIONS} 日最高收盘价的幅度，\
             vol_63 为年化波动率。收盘价少于 {BARS} 个的候选跳过。"
        ),
    )
}

fn size() -> Rule {
    let by_depth =
        SIZE_BY_DEPTH.map(|(_, bound, size)| format!("< {} %: {}", points(bound), plain(size))).join(", ");
    let by_depth_zh = SIZE_BY_DEPTH
        .map(|(_, bound, size)| format!("小于 {}% 为 {}", points(bound), plain(size)))
        .join("，");
    let (hot_mom, hot_gap, hot_size) =
        (points(OVERHEATED_MOM_20), points(OVERHEATED_SMA_50_GAP), plain(OVERHEATED_SIZE));
    let (thin_gap, thin_size) = (points(THIN_SMA_200_GAP), plain(THIN_TREND_SIZE));
    let (lag, lag_size, largest) =
        (points(LAGGING_RELATIVE_MOM_126), plain(LAGGARD_SIZE), plain(LARGEST_SIZE));
    Rule::new(
        "size_multiplier",
        [
            "sma_200_gap",
            "sma_200_gap_above_zero",
            "mom_126",
            "mom_126_above_zero",
            "pullback_depth",
            "mom_20_overheated",
            "sma_50_gap_overheated",
            "sma_200_gap_thin",
            "relative_mom_126_lagging",
            "size_multiplier",
        ]
        .into_iter()
        .chain(SIZE_BY_DEPTH.map(|(name, ..)| name)),
        format!(
            "A candidate needs sma_200_gap and mom_126 above 0. Its size multiplier follows from its depth: {by_depth}, \
             deeper: none, and it drops out. x {hot_size} if mom_20 > {hot_mom} % or sma_50_gap > {hot_gap} %; x \
             {thin_size} if sma_200_gap < {thin_gap} %; x {lag_size} if relative_mom_126 < {lag} %; at most \
             {largest}."
        ),
        format!(
            "候选须 sma_200_gap 和 mom_126 均大于 0。仓位系数由回调幅度决定：{by_depth_zh}，更深则剔除。mom_20 > {hot_mom}% 或 \
             sma_50_gap > {hot_gap}% 时 × {hot_size}；sma_200_gap < {thin_gap}% 时 × {thin_size}；\
             relative_mom_126 < {lag}% 时 × {lag_size}；最大 {largest}。"
        ),
    )
}

fn weights(config: &Config) -> Rule {
    let (cap, safe_haven) = (points(config.single_name_cap), &config.safe_haven);
    Rule::new(
        "weights",
        ["base_weight", "weight", "scale", "target_weight", "safe_haven_weight"],
        format!(
            "Each selected product gets min({cap} %, product exposure / selected products x its size multiplier) of \
             the account; if together they exceed the product exposure, all are scaled down to it. {safe_haven} \
             takes the rest."
        ),
        format!(
            "每只入选产品的权重为 min({cap}%, 产品仓位 / 入选只数 × 仓位系数)；合计超过产品仓位时按比例缩减。\
             其余资金放入避险资产 {safe_haven}。"
        ),
    )
}

fn reported_only(config: &Config) -> Rule {
    let (window, volume) = (config.runtime_execution_window_trading_days, dollars(config.min_adv20_usd));
    let reserve = points(config.execution_cash_reserve_ratio);
    let (duration, bar) = (&config.history_duration, &config.history_bar_size);
    Rule::untraced(
        "reported_only",
        format!(
            "For other programs only: `min_adv20_usd` ({volume} USD), \
             `runtime_execution_window_trading_days` ({window}), `history_duration` ({duration}), `history_bar_size` \
             ({bar}), `execution_cash_reserve_ratio` ({reserve} %). No target depends on these."
        ),
        format!(
            "仅供其他程序使用、不影响目标：`min_adv20_usd`（{volume} 美元）、\
             `runtime_execution_window_trading_days`（{window}）、`history_duration`（{duration}）、\
             `history_bar_size`（{bar}）、`execution_cash_reserve_ratio`（{reserve}%）。"
        ),
    )
}
