//! The rotation among exchange-traded funds, in words.

use super::snapshot_parts::{hold_bonus_matter, optional_account};
use super::words::{both, months, plain, symbols, weighted_sum};
use super::{Description, Rule};
use crate::amount::counted;
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, MONTHS_BACK, TOTAL_WEIGHT, WEIGHTS};
use crate::profile::manifest::Localized;
use crate::strategy::global_etf_rotation::Config;

pub fn description(config: &Config) -> Description {
    Description {
        trades: trades(config),
        prices: Some(prices(config)),
        account: optional_account(hold_bonus_matter(config.hold_bonus), false),
        rules: vec![
            momentum(),
            canary(config),
            rebalance_days(config),
            trend_filter(config),
            selection(config),
            weights(config),
        ],
    }
}

fn trades(config: &Config) -> Localized {
    let Config { ranking_pool, safe_haven, top_n, .. } = config;
    let (pool, pool_count) = (symbols(ranking_pool), ranking_pool.len());
    let best = match (*top_n, pool_count) {
        (_, 1) => both("The ETF that follows, while it ranks", "持有参与排名的以下 ETF"),
        (1, _) => both(
            format!("The best of these {pool_count} ETFs"),
            format!("持有以下 {pool_count} 只 ETF 中最强的 1 只"),
        ),
        (top_n, _) if top_n >= pool_count => both(
            format!("Those of these {pool_count} ETFs that rank, in equal shares"),
            format!("等权持有以下 {pool_count} 只 ETF 中参与排名的各只"),
        ),
        (top_n, _) => both(
            format!("The best {top_n} of these {pool_count} ETFs, in equal shares"),
            format!("等权持有以下 {pool_count} 只 ETF 中最强的 {top_n} 只"),
        ),
    };
    both(
        format!("{}: {}. The safe haven is {safe_haven}.", best.en, pool.en),
        format!("{}：{}。避险资产为 {safe_haven}。", best.zh, pool.zh),
    )
}

/// Whether there are enough canary assets for an emergency.
fn emergency_can_be(config: &Config) -> bool {
    config.canary_bad_threshold <= config.canary_assets.len()
}

fn prices(config: &Config) -> Localized {
    let (assets, bars) = (symbols(&config.canary_assets), config.price_needs().bars);
    let assets_en = match config.canary_assets.len() {
        1 => format!("the canary asset {}", assets.en),
        _ => format!("the canary assets {}", assets.en),
    };
    let alarm = if emergency_can_be(config) {
        both(
            " where only canary assets with too few closes make an alarm, or",
            "仅因 canary 数据不足才触发警报，或",
        )
    } else {
        both(" where", "")
    };
    both(
        format!(
            "Daily closes of the ETFs, at least {bars} of each, and of {assets_en}, at least {FEWEST_CLOSES} of \
             each, over at least {FEWEST_MONTHS} calendar months. An ETF with less is passed over, a canary asset \
             with less counts as bad. Without any canary asset there is no decision, nor{} no ETF of the file has \
             enough.",
            alarm.en
        ),
        format!(
            "上述 ETF 的日收盘价，各至少 {bars} 个；金丝雀（canary）资产 {} 的日收盘价，各至少 {FEWEST_CLOSES} 个；\
             均至少覆盖 {FEWEST_MONTHS} 个自然月。数据不足的 ETF 不参与排名，数据不足的 canary 资产视为转坏。\
             所有 canary 资产都没有数据时不作决策；{}文件中没有一只 ETF 数据足够时，也不作决策。",
            assets.zh, alarm.zh
        ),
    )
}

fn canary(config: &Config) -> Rule {
    let Config { safe_haven, canary_bad_threshold: threshold, .. } = config;
    let count = config.canary_assets.len();
    let emergency = if emergency_can_be(config) {
        both(
            format!(
                "With at least {threshold} of {count} bad, the whole account goes to {safe_haven} at once: action \
                 `emergency`."
            ),
            format!("{count} 只中至少 {threshold} 只转坏时，立即全部转入 {safe_haven}，动作为 `emergency`。"),
        )
    } else {
        both(
            format!(
                "The action `emergency` can't occur: it takes {threshold} bad ones, and there {}.",
                match count {
                    1 => "is 1 canary asset".to_owned(),
                    _ => format!("are {}", counted(count, "canary asset")),
                }
            ),
            format!("`emergency` 不会出现，因为须有 {threshold} 只转坏，而 canary 资产只有 {count} 只。"),
        )
    };
    Rule::new(
        "canary",
        ["canary_is_bad", "canary_emergency"],
        format!("Every day: a canary asset is bad when its momentum is below 0 or missing. {}", emergency.en),
        format!("每天检查：canary 资产的动量小于 0 或缺失即为转坏。{}", emergency.zh),
    )
}

fn trend_filter(config: &Config) -> Rule {
    let sma_period = config.sma_period;
    Rule::new(
        "trend_filter",
        ["close_above_sma", "sma_period"],
        format!(
            "On a rebalance day an ETF is ranked when its momentum is known and its close is above its \
             {sma_period}-day average."
        ),
        format!("调仓日只对动量已知且收盘价高于 {sma_period} 日均线的 ETF 排名。"),
    )
}

fn selection(config: &Config) -> Rule {
    let top_n = config.top_n;
    let bonus = if config.hold_bonus > 0.0 {
        let bonus = plain(config.hold_bonus);
        both(
            format!(", plus {bonus} (hold bonus) if the ETF is held"),
            format!("，已持有的 ETF 另加 {bonus}（持有加分）"),
        )
    } else {
        both("", "")
    };
    let best = match top_n {
        1 => "the best one is".to_owned(),
        _ => format!("the best {top_n} are"),
    };
    Rule::new(
        "selection",
        ["pool", "score_makes_the_cut"],
        format!(
            "Score = momentum{}; {best} selected. Equal scores keep the order of the list above.",
            bonus.en
        ),
        format!("得分 = 动量{}；选出得分最高的 {top_n} 只。得分相同时按上面列表的顺序。", bonus.zh),
    )
}

fn weights(config: &Config) -> Rule {
    let Config { safe_haven, top_n, .. } = config;
    let text = match top_n {
        1 => both(
            format!("The selected ETF gets the whole account; where none is, {safe_haven} gets it."),
            format!("入选 ETF 占全部资金；没有 ETF 入选时全部放入 {safe_haven}。"),
        ),
        _ => both(
            format!(
                "Each selected ETF gets 1/{top_n} of the account; for every one short of {top_n}, {safe_haven} gets \
                 1/{top_n}."
            ),
            format!("每只入选 ETF 占 1/{top_n}；不足 {top_n} 只时，每个空位的 1/{top_n} 放入 {safe_haven}。"),
        ),
    };
    Rule::new("weights", ["slot_weight", "target_weight"], text.en, text.zh)
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
