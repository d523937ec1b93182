//! The mega-cap leader rotation, in words.

use super::snapshot_parts::{
    Ranked, affordable_positions, equal_weights, execution_window, hold_buffer, market_trend,
    optional_account, percent, regime, rows_but, scoring,
};
use super::words::{both, dollars, list, points};
use super::{Description, Rule};
use crate::amount::counted;
use crate::profile::manifest::Localized;
use crate::strategy::factor_score::Scope;
use crate::strategy::mega_cap_leader_rotation::{Config, FEATURES, SCORE, Sleeve};

pub fn description(config: &Config) -> Description {
    let regime_rule = config.regime_rule();
    let sleeves = config.normalized_sleeves();
    let is_blended = !config.blend_sleeves.is_empty();
    let parts =
        both("`abs_maxdd_126` is the size of `maxdd_126`. ", "`abs_maxdd_126` 为 `maxdd_126` 的绝对值。");
    let mut rules = vec![
        execution_window(config.runtime_execution_window_trading_days),
        candidates(config),
        market_trend(&regime_rule, false),
        regime(&regime_rule, &both("", "")),
        scoring(&[], &SCORE, Scope::All, config.hold_bonus, Ranked::Stock, &parts),
    ];
    if is_blended {
        rules.push(blend(&sleeves));
    }
    let (count, share) = if is_blended {
        (both("the sleeve's number", "子组合只数"), both("sleeve's share x ", "子组合占比 × "))
    } else {
        let count = config.holdings_count.to_string();
        (both(count.clone(), count), both("", ""))
    };
    rules.push(affordable_positions(Ranked::Stock, &count, config.min_position_value_usd, &share));
    rules.push(hold_buffer(
        Ranked::Stock,
        config.hold_buffer,
        sleeves.iter().map(|sleeve| sleeve.name.clone()),
    ));
    rules.push(if is_blended {
        blended_weights(config)
    } else {
        equal_weights(&percent(config.single_name_cap), &config.safe_haven)
    });
    rules.push(reported_only(config));
    Description {
        trades: trades(config, &sleeves),
        prices: None,
        account: optional_account(
            &both("the hold bonus, the hold buffer", "持有加分、持有缓冲"),
            config.min_position_value_usd > 0.0,
        ),
        rules,
    }
}

fn trades(config: &Config, sleeves: &[Sleeve]) -> Localized {
    let Config { benchmark_symbol, broad_benchmark_symbol, safe_haven, .. } = config;
    let count = sleeves.iter().map(|sleeve| sleeve.holdings_count).max().unwrap_or_default();
    let stocks = counted(count, "stock");
    let held = if config.blend_sleeves.is_empty() {
        both(format!("Up to {stocks} of the snapshot"), format!("快照中最多 {count} 只股票"))
    } else {
        both(
            format!("Up to {stocks} of the snapshot in each of {}", counted(sleeves.len(), "sleeve")),
            format!("{} 个子组合，各持有快照中最多 {count} 只股票", sleeves.len()),
        )
    };
    both(
        format!(
            "{}; {safe_haven} is the safe haven, {benchmark_symbol} the benchmark and {broad_benchmark_symbol} the \
             broad one, which are never held.",
            held.en
        ),
        format!(
            "{}；避险资产为 {safe_haven}，基准为 {benchmark_symbol}，宽基基准为 {broad_benchmark_symbol}\
             （均从不持有）。",
            held.zh
        ),
    )
}

fn candidates(config: &Config) -> Rule {
    let rows = rows_but([&config.benchmark_symbol, &config.broad_benchmark_symbol, &config.safe_haven]);
    let (features, volume) = (list(FEATURES), dollars(config.min_adv20_usd));
    let tests =
        ["benchmark", "broad_benchmark", "safe_haven", "eligible", "adv20_usd"].into_iter().chain(FEATURES);
    Rule::new(
        "candidates",
        tests,
        format!(
            "Candidates: {} say yes in `eligible` (blank is no, no such column is yes), trade at least {volume} USD a \
             day (`adv20_usd`), and have a number in each of {}.",
            rows.en, features.en
        ),
        format!(
            "候选股票：{}，`eligible` 为是（空白视为否，无此列视为是），20 日日均成交额 `adv20_usd` 不低于 \
             {volume} 美元，且 {} 均有数值。",
            rows.zh, features.zh
        ),
    )
}

fn blend(sleeves: &[Sleeve]) -> Rule {
    let parts = sleeves.iter().map(|sleeve| {
        let Sleeve { name, holdings_count, .. } = sleeve;
        let (weight, cap) = (points(sleeve.weight), points(sleeve.single_name_cap));
        both(
            format!(
                "`{name}`, {weight} % of the equity, {} of at most {cap} % each",
                counted(*holdings_count, "stock")
            ),
            format!("`{name}` 占净值 {weight}%，{holdings_count} 只，单只最多 {cap}%"),
        )
    });
    let (en, zh): (Vec<String>, Vec<String>) = parts.map(|Localized { en, zh }| (en, zh)).unzip();
    Rule::new(
        "sleeves",
        ["sleeve_weight"],
        format!(
            "{} select from this ranking, each as an account of its own: {}.",
            counted(en.len(), "sleeve"),
            en.join("; ")
        ),
        format!("{} 个子组合从同一排名中各自选股，互不影响：{}。", zh.len(), zh.join("；")),
    )
}

fn blended_weights(config: &Config) -> Rule {
    let safe_haven = &config.safe_haven;
    Rule::new(
        "weights",
        ["weight", "target_weight", "safe_haven_weight"],
        format!(
            "In a sleeve each selected stock gets min(the sleeve's limit, stock exposure / selected stocks). Its \
             target is the sum over the sleeves of the sleeve's share x that weight; {safe_haven} takes the rest, \
             and everything where there is no candidate or no exposure."
        ),
        format!(
            "子组合内每只入选股票的权重为 min(子组合单只上限, 股票仓位 / 入选只数)；目标权重为各子组合“占比 × 权重”\
             之和，其余资金放入避险资产 {safe_haven}；没有候选或仓位为 0 时全部放入 {safe_haven}。"
        ),
    )
}

fn reported_only(config: &Config) -> Rule {
    let (size, reserve) = (config.dynamic_universe_size, points(config.execution_cash_reserve_ratio));
    Rule::untraced(
        "reported_only",
        format!(
            "`dynamic_universe_size` ({size}) says how many companies the snapshot is made from and \
             `execution_cash_reserve_ratio` ({reserve} %) is for the broker's program; no target looks at either."
        ),
        format!(
            "`dynamic_universe_size`（{size}）说明快照由多少家公司产生，`execution_cash_reserve_ratio`（{reserve}%）\
             供券商程序使用，两者都不影响目标。"
        ),
    )
}
