//! The technology and communication pullback portfolio, in words.

use super::snapshot_parts::{
    Ranked, equal_weights, execution_window, hold_bonus_matter, market_trend, optional_account, percent,
    regime, rows_but, scoring, sector_slots,
};
use super::words::{both, dollars, list, plain, points, weighted_sum};
use super::{Description, Rule};
use crate::amount::counted;
use crate::profile::manifest::Localized;
use crate::strategy::sector_slots::Limits;
use crate::strategy::tech_communication_pullback::{
    BEST_DISTANCE_TO_63_DAY_HIGH, BEST_DISTANCE_TO_126_DAY_HIGH, Config, PULLBACK_WEIGHTS, RECOVERY_WEIGHTS,
    SCORE, TREND_WEIGHTS,
};

pub fn description(config: &Config) -> Description {
    let Config { benchmark_symbol, safe_haven, holdings_count, .. } = config;
    let regime_rule = config.regime_rule();
    let blank = both("; a blank one is not", "（缺失视为不大于 0）");
    let sectors = sectors(config);
    let mut rules = vec![
        execution_window(config.runtime_execution_window_trading_days),
        candidates(config),
        market_trend(&regime_rule, true),
        regime(&regime_rule, &blank),
        features(config),
        scoring(
            &["candidates"],
            &SCORE,
            config.scope(),
            config.hold_bonus,
            Ranked::Stock,
            &both("A feature that is missing scores 0. ", "缺失的因子按 0 计。"),
        ),
        small_accounts(config),
    ];
    let limits = Limits {
        holdings_count: config.holdings_count,
        single_name_cap: config.single_name_cap,
        sector_cap: config.sector_cap,
    };
    rules.push(sector_slots(&regime_rule, limits, &slots_when_small(config)));
    rules.push(equal_weights(&cap(config), safe_haven));
    rules.push(reported_only(config));
    Description {
        trades: both(
            format!(
                "Up to {} of the snapshot, {}; {safe_haven} is the safe haven, {benchmark_symbol} the benchmark, \
                 which is never held.",
                counted(*holdings_count, "stock"),
                sectors.en
            ),
            format!(
                "快照中最多 {holdings_count} 只股票，{}；避险资产为 {safe_haven}，基准为 {benchmark_symbol}\
                 （从不持有）。",
                sectors.zh
            ),
        ),
        prices: None,
        account: optional_account(hold_bonus_matter(config.hold_bonus), sizes_by_equity(config)),
        rules,
    }
}

/// Whether an account may be too small for the full number of stocks.
fn sizes_by_equity(config: &Config) -> bool {
    config.min_position_value_usd > 0.0 && config.holdings_count > 1
}

/// Whether the limit of a stock rises for an account with fewer of them.
fn single_name_cap_rises(config: &Config) -> bool {
    sizes_by_equity(config) && config.max_dynamic_single_name_cap > config.single_name_cap
}

/// Whether the limit of a sector rises for an account with fewer stocks.
fn sector_cap_rises(config: &Config) -> bool {
    sizes_by_equity(config) && config.max_dynamic_sector_cap > config.sector_cap
}

fn slots_when_small(config: &Config) -> Localized {
    match (sizes_by_equity(config), sector_cap_rises(config)) {
        (false, _) => both("", ""),
        (true, true) => both(
            " A small account does the same with its own number and limits.",
            "小账户按自己的只数和上限同样计算。",
        ),
        (true, false) => {
            both(" A small account does the same with its own number.", "小账户按自己的只数同样计算。")
        }
    }
}

fn cap(config: &Config) -> Localized {
    let cap = percent(config.single_name_cap);
    if single_name_cap_rises(config) {
        both(format!("{} or a small account's limit", cap.en), format!("{}（小账户用放宽后的上限）", cap.zh))
    } else {
        cap
    }
}

fn sectors(config: &Config) -> Localized {
    if config.sector_whitelist.is_empty() {
        return both("of any sector", "行业不限");
    }
    let sectors = list(config.sector_whitelist.iter().map(String::as_str));
    both(format!("of the sectors {}", sectors.en), format!("行业限于 {}", sectors.zh))
}

fn candidates(config: &Config) -> Rule {
    let rows = rows_but([&config.benchmark_symbol, &config.safe_haven]);
    let (sectors, volume) = (sectors(config), dollars(config.min_adv20_usd));
    Rule::new(
        "candidates",
        ["benchmark", "safe_haven", "eligible", "adv20_usd", "sector"],
        format!(
            "Candidates: {} say yes in `base_eligible` (in `eligible` where there is no such column; blank is no, \
             neither column is yes), trade at least {volume} USD a day (`adv20_usd`), and are {}.",
            rows.en, sectors.en
        ),
        format!(
            "候选股票：{}，`base_eligible` 为是（无此列时看 `eligible`；空白视为否，两列都没有则视为是），\
             20 日日均成交额 `adv20_usd` 不低于 {volume} 美元，{}。",
            rows.zh, sectors.zh
        ),
    )
}

fn features(config: &Config) -> Rule {
    let benchmark = &config.benchmark_symbol;
    let miss = |column: &str, best: f64| {
        format!("|{column} {} {}|", if best < 0.0 { "+" } else { "-" }, plain(best.abs()))
    };
    let trend =
        weighted_sum(TREND_WEIGHTS.into_iter().zip(["sma200_gap", "breakout_252", "ma50_over_ma200"]));
    let pullback = weighted_sum(PULLBACK_WEIGHTS.into_iter().zip([
        miss("dist_63_high", BEST_DISTANCE_TO_63_DAY_HIGH),
        miss("dist_126_high", BEST_DISTANCE_TO_126_DAY_HIGH),
        "max(-sma50_gap, 0)".to_owned(),
        "max(-sma200_gap, 0)".to_owned(),
    ]));
    let recovery = weighted_sum(RECOVERY_WEIGHTS.into_iter().zip(["sma20_gap", "sma50_gap", "rebound_20"]));
    Rule::untraced(
        "factors",
        format!(
            "Factors: excess_mom_k = mom_k less that of {benchmark}; trend = {trend}; pullback = {pullback}, best at \
             {} % below the 63-day and {} % below the 126-day high; recovery = {recovery}; sector_relative_mom_12_1 \
             = excess_mom_12_1 less its sector's median; abs_maxdd_126 = |maxdd_126|.",
            points(-BEST_DISTANCE_TO_63_DAY_HIGH),
            points(-BEST_DISTANCE_TO_126_DAY_HIGH)
        ),
        format!(
            "因子：excess_mom_k = mom_k 减去 {benchmark} 的 mom_k；trend = {trend}；pullback = {pullback}，\
             距 63 日高点 {}%、距 126 日高点 {}% 时最佳；recovery = {recovery}；sector_relative_mom_12_1 = \
             excess_mom_12_1 减去所在行业的中位数；abs_maxdd_126 = |maxdd_126|。",
            points(-BEST_DISTANCE_TO_63_DAY_HIGH),
            points(-BEST_DISTANCE_TO_126_DAY_HIGH)
        ),
    )
}

fn small_accounts(config: &Config) -> Rule {
    let trace_names = [
        "target_stock_value",
        "effective_holdings_count",
        "effective_single_name_cap",
        "effective_sector_cap",
    ];
    let (id, count) = ("small_accounts", config.holdings_count);
    if !sizes_by_equity(config) {
        return Rule::new(
            id,
            trace_names,
            format!("The account holds up to {}, whatever its equity.", counted(count, "stock")),
            format!("无论净值多少，最多都持有 {count} 只股票。"),
        );
    }
    let smallest = dollars(config.min_position_value_usd);
    let limits = limits_when_small(config);
    Rule::new(
        id,
        trace_names,
        format!(
            "With a known equity, the number of stocks is max(1, min({count}, floor(equity x stock exposure / \
             {smallest} USD))). Where that is fewer than {count}, {}.",
            limits.en
        ),
        format!(
            "已知净值时，持有只数为 max(1, min({count}, floor(净值 × 股票仓位 / {smallest} 美元)))。少于 {count} \
             只时，{}。",
            limits.zh
        ),
    )
}

/// What becomes of the two limits where an account holds fewer stocks than the full number.
fn limits_when_small(config: &Config) -> Localized {
    let (single, sector) = (points(config.single_name_cap), points(config.sector_cap));
    let (widest_single, widest_sector) =
        (points(config.max_dynamic_single_name_cap), points(config.max_dynamic_sector_cap));
    let of_stock = both(
        format!(
            "the limit of a stock is stock exposure / number, but at least {single} % and at most {widest_single} %"
        ),
        format!("单只上限为 股票仓位 / 只数，但不低于 {single}%、不高于 {widest_single}%"),
    );
    let of_sector = both(
        format!("the limit of a sector rises from {sector} % to {widest_sector} %"),
        format!("行业上限从 {sector}% 放宽到 {widest_sector}%"),
    );
    match (single_name_cap_rises(config), sector_cap_rises(config)) {
        (true, true) => both(
            format!("{}, and {}", of_stock.en, of_sector.en),
            format!("{}，{}", of_stock.zh, of_sector.zh),
        ),
        (true, false) => of_stock,
        (false, true) => of_sector,
        (false, false) => both("the limits stay as they are", "各上限不变"),
    }
}

fn reported_only(config: &Config) -> Rule {
    let reserve = points(config.execution_cash_reserve_ratio);
    Rule::untraced(
        "reported_only",
        format!(
            "`execution_cash_reserve_ratio` ({reserve} %) is for the broker's program; no target depends on it."
        ),
        format!("`execution_cash_reserve_ratio`（{reserve}%）供券商程序使用，不影响目标。"),
    )
}
