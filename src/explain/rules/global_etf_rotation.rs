//! The rotation among exchange-traded funds, in words.

use super::words::{both, months, plain, symbols, weighted_sum};
use super::{Description, Rule};
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, MONTHS_BACK, TOTAL_WEIGHT, WEIGHTS};
use crate::strategy::global_etf_rotation::Config;

pub fn description(config: &Config) -> Description {
    let Config { safe_haven, top_n, sma_period, .. } = config;
    let (pool, canary) = (symbols(&config.ranking_pool), symbols(&config.canary_assets));
    let (pool_count, canary_count) = (config.ranking_pool.len(), config.canary_assets.len());
    let bars = config.price_needs().bars;
    Description {
        trades: both(
            format!(
                "The best {top_n} of these {pool_count} ETFs, in equal shares: {}. The safe haven is {safe_haven}.",
                pool.en
            ),
            format!(
                "等权持有以下 {pool_count} 只 ETF 中最强的 {top_n} 只：{}。避险资产为 {safe_haven}。",
                pool.zh
            ),
        ),
        prices: Some(both(
            format!(
                "Daily closes of the ETFs and of the canary assets {}, {bars} of each, over at least \
                 {FEWEST_MONTHS} calendar months. An ETF with less is passed over, a canary asset with less than \
                 {FEWEST_CLOSES} counts as bad. Without any canary asset there is no decision, nor where only \
                 canary assets with too few closes make an alarm, or no ETF of the file has enough.",
                canary.en
            ),
            format!(
                "上述 ETF 及 canary 资产 {} 的日收盘价，各 {bars} 个，至少覆盖 {FEWEST_MONTHS} 个自然月。\
                 数据不足的 ETF 不参与排名，不足 {FEWEST_CLOSES} 个的 canary 资产视为转坏。\
                 所有 canary 资产都没有数据时不作决策；仅因 canary 数据不足才触发警报，\
                 或文件中没有一只 ETF 数据足够时，也不作决策。",
                canary.zh
            ),
        )),
        account: super::snapshot_parts::optional_account(&both("the hold bonus", "持有加分"), false),
        rules: vec![
            momentum(),
            Rule::new(
                "canary",
                ["canary_is_bad", "canary_emergency"],
                format!(
                    "Every day: a canary asset is bad when its momentum is below 0 or missing. With at least {} of \
                     {canary_count} bad, the whole account goes to {safe_haven} at once: action `emergency`.",
                    config.canary_bad_threshold
                ),
                format!(
                    "每天检查：canary 资产的动量小于 0 或缺失即为转坏。{canary_count} 只中至少 {} 只转坏时，\
                     立即全部转入 {safe_haven}，动作为 `emergency`。",
                    config.canary_bad_threshold
                ),
            ),
            rebalance_days(config),
            Rule::new(
                "trend_filter",
                ["close_above_sma", "sma_period"],
                format!(
                    "On a rebalance day an ETF is ranked when its momentum is known and its close is above its \
                     {sma_period}-day average."
                ),
                format!("调仓日只对动量已知且收盘价高于 {sma_period} 日均线的 ETF 排名。"),
            ),
            Rule::new(
                "selection",
                ["pool", "score_makes_the_cut"],
                format!(
                    "Score = momentum, plus {} (hold bonus) if the ETF is held; the best {top_n} are selected. \
                     Equal scores keep the order of the list above.",
                    plain(config.hold_bonus)
                ),
                format!(
                    "得分 = 动量，已持有的 ETF 另加 {}（持有加分）；选出得分最高的 {top_n} 只。\
                     得分相同时按上面列表的顺序。",
                    plain(config.hold_bonus)
                ),
            ),
            Rule::new(
                "weights",
                ["slot_weight", "target_weight"],
                format!(
                    "Each selected ETF gets 1/{top_n} of the account; for every one short of {top_n}, {safe_haven} \
                     gets 1/{top_n}."
                ),
                format!(
                    "每只入选 ETF 占 1/{top_n}；不足 {top_n} 只时，每个空位的 1/{top_n} 放入 {safe_haven}。"
                ),
            ),
        ],
    }
}

fn momentum() -> Rule {
    let terms = |multiple: &'static str| {
        let terms = WEIGHTS.into_iter().zip(MONTHS_BACK);
        weighted_sum(terms.map(|(weight, months)| (weight, format!("{multiple}R{months}"))))
    };
    let total = plain(TOTAL_WEIGHT);
    Rule::new(
        "momentum",
        ["momentum_13612w"],
        format!(
            "Momentum (13612W) = ({}) / {total}, with Rk the return of the newest close over the last close of k \
             calendar months before. It is missing with fewer than {FEWEST_CLOSES} closes or {FEWEST_MONTHS} \
             calendar months.",
            terms("x ")
        ),
        format!(
            "动量（13612W）=（{}）/ {total}，Rk 为最新收盘价相对 k 个自然月前月末收盘价的涨幅。\
             收盘价少于 {FEWEST_CLOSES} 个或不足 {FEWEST_MONTHS} 个自然月时动量缺失。",
            terms("× ")
        ),
    )
}

fn rebalance_days(config: &Config) -> Rule {
    let months = months(&config.rebalance_months);
    Rule::new(
        "rebalance_day",
        ["month_is_a_rebalance_month", "session_is_the_last_of_its_month"],
        format!(
            "Otherwise the account is rebalanced on the last NYSE session of {}; on any other day the action is \
             `hold` and no target changes.",
            months.en
        ),
        format!("否则只在 {}的最后一个 NYSE 交易日调仓；其他日期为 `hold`，目标不变。", months.zh),
    )
}
