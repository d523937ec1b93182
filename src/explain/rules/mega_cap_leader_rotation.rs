//! The mega-cap leader rotation, in words.

use super::snapshot_parts::{
    Ranked, affordable_positions, equal_weights, execution_window, hold_bonus_matter, hold_buffer,
    hold_buffer_matter, market_trend, optional_account, percent, regime, rows_but, scoring,
};
use super::words::{both, dollars, enumerated, list, points};
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
            hold_bonus_matter(config.hold_bonus).into_iter().chain(hold_buffer_matter(config.hold_buffer)),
            config.min_position_value_usd > 0.0,
        ),
        rules,
    }
}

fn trades(config: &Config, sleeves: &[Sleeve]) -> Localized {
    let (held, benchmarks, safe_haven) = (held(sleeves), benchmarks(config), &config.safe_haven);
    both(
        format!("{}; {safe_haven} is the safe haven, {}.", held.en, benchmarks.en),
        format!("{}；避险资产为 {safe_haven}，{}。", held.zh, benchmarks.zh),
    )
}

/// How many stocks each sleeve may hold; a config without sleeves is one of its own.
fn held(sleeves: &[Sleeve]) -> Localized {
    let counts: Vec<usize> = sleeves.iter().map(|sleeve| sleeve.holdings_count).collect();
    match counts[..] {
        [count] => both(
            format!("Up to {} of the snapshot", counted(count, "stock")),
            format!("快照中最多 {count} 只股票"),
        ),
        [count, ref others @ ..] if others.iter().all(|other| *other == count) => both(
            format!("Up to {} of the snapshot in each of {} sleeves", counted(count, "stock"), counts.len()),
            format!("{} 个子组合，各持有快照中最多 {count} 只股票", counts.len()),
        ),
        _ => {
            let each: Vec<Localized> =
                counts.iter().map(|count| both(count.to_string(), format!("{count} 只"))).collect();
            let each = enumerated(&each);
            both(
                format!("Up to {} stocks of the snapshot in {} sleeves", each.en, counts.len()),
                format!("{} 个子组合，分别最多持有 {}快照中的股票", counts.len(), each.zh),
            )
        }
    }
}

fn benchmarks(config: &Config) -> Localized {
    let (benchmark, broad) = (&config.benchmark_symbol, &config.broad_benchmark_symbol);
    if benchmark == broad {
        return both(
            format!("{benchmark} both the benchmark and the broad one, which is never held"),
            format!("基准和宽基基准均为 {benchmark}（从不持有）"),
        );
    }
    both(
        format!("{benchmark} the benchmark and {broad} the broad one, which are never held"),
        format!("基准为 {benchmark}，宽基基准为 {broad}（均从不持有）"),
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
    let select = match sleeves.len() {
        1 => "1 sleeve selects from this ranking, as an account of its own".to_owned(),
        count => format!("{count} sleeves select from this ranking, each as an account of its own"),
    };
    let select_zh = match sleeves.len() {
        1 => "1 个子组合从该排名中选股".to_owned(),
        count => format!("{count} 个子组合从同一排名中各自选股，互不影响"),
    };
    Rule::new(
        "sleeves",
        ["sleeve_weight"],
        format!("{select}: {}.", en.join("; ")),
        format!("{select_zh}：{}。", zh.join("；")),
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
             `execution_cash_reserve_ratio` ({reserve} %) is for the broker's program; no target depends on either."
        ),
        format!(
            "`dynamic_universe_size`（{size}）说明快照由多少家公司产生，`execution_cash_reserve_ratio`（{reserve}%）\
             供券商程序使用，两者都不影响目标。"
        ),
    )
}
