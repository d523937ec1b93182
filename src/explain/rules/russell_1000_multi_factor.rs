//! The sector-neutral large-cap portfolio, in words.

use super::snapshot_parts::{
    Ranked, equal_weights, hold_bonus_matter, market_trend, optional_account, percent, regime, rows_but,
    scoring, sector_slots,
};
use super::words::{both, list};
use super::{Description, Rule};
use crate::amount::counted;
use crate::strategy::factor_score::Scope;
use crate::strategy::russell_1000_multi_factor::{Config, FEATURES, SCORE};
use crate::strategy::sector_slots::Limits;

pub fn description(config: &Config) -> Description {
    let Config { benchmark_symbol, safe_haven, holdings_count, .. } = config;
    let regime_rule = config.regime_rule();
    let limits = Limits {
        holdings_count: config.holdings_count,
        single_name_cap: config.single_name_cap,
        sector_cap: config.sector_cap,
    };
    let parts = both(
        "`abs_maxdd_126` is the size of `maxdd_126`; all blank sectors form one group. ",
        "`abs_maxdd_126` 为 `maxdd_126` 的绝对值；行业为空的归为同一组。",
    );
    Description {
        trades: both(
            format!(
                "Up to {} of the snapshot; {safe_haven} is the safe haven, {benchmark_symbol} the benchmark, which \
                 is never held.",
                counted(*holdings_count, "stock")
            ),
            format!(
                "快照中最多 {holdings_count} 只股票；避险资产为 {safe_haven}，基准为 {benchmark_symbol}（从不持有）。"
            ),
        ),
        prices: None,
        account: optional_account(hold_bonus_matter(config.hold_bonus), false),
        rules: vec![
            Rule::untraced(
                "any_day",
                "Targets are given on whatever day it is called; the rhythm is the caller's.",
                "任何一天调用都会给出目标，调仓节奏由调用方掌握。",
            ),
            candidates(config),
            market_trend(&regime_rule, false),
            regime(&regime_rule, &both("", "")),
            scoring(&["candidates"], &SCORE, Scope::Group, config.hold_bonus, Ranked::Stock, &parts),
            sector_slots(&regime_rule, limits, &both("", "")),
            equal_weights(&percent(config.single_name_cap), safe_haven),
        ],
    }
}

fn candidates(config: &Config) -> Rule {
    let rows = rows_but([&config.benchmark_symbol, &config.safe_haven]);
    let features = list(FEATURES);
    let tests = ["benchmark", "safe_haven", "eligible"].into_iter().chain(FEATURES);
    Rule::new(
        "candidates",
        tests,
        format!(
            "Candidates: {} do not say no in `eligible` and have a number in each of {}.",
            rows.en, features.en
        ),
        format!("候选股票：{}，`eligible` 不为否，且 {} 均有数值。", rows.zh, features.zh),
    )
}
