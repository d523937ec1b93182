//! The rules that several snapshot strategies share, in words.

use super::Rule;
use super::words::{both, dollars, enumerated, plain, points, score, spaced, symbols};
use crate::amount::counted;
use crate::finding::Code;
use crate::profile::manifest::Localized;
use crate::strategy::factor_score::{Scope, ScoreRule};
use crate::strategy::regime::{AbsentBenchmark, RegimeRule, TREND_COLUMN};
use crate::strategy::sector_slots::{Limits, slot_cap};
use crate::symbol::Symbol;

/// What is ranked: a stock, or a product on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranked {
    /// Stocks, of which a market regime says how much of the account they take.
    Stock,
    /// Leveraged products.
    Product,
}

impl Ranked {
    fn en(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Product => "product",
        }
    }

    fn zh(self) -> &'static str {
        match self {
            Self::Stock => "股票",
            Self::Product => "产品",
        }
    }

    fn exposure(self) -> Localized {
        match self {
            Self::Stock => both("stock exposure", "股票仓位"),
            Self::Product => both("product exposure", "产品仓位"),
        }
    }
}

/// The hold bonus as something that what is held matters for; nothing where there is none.
pub fn hold_bonus_matter(hold_bonus: f64) -> Option<Localized> {
    (hold_bonus > 0.0).then(|| both("the hold bonus", "持有加分"))
}

/// The hold buffer as something that what is held matters for; nothing where there is none.
pub fn hold_buffer_matter(buffer: i64) -> Option<Localized> {
    (buffer > 0).then(|| both("the hold buffer", "持有缓冲"))
}

/// What is held matters for these, and for the exits in any case.
pub fn held_matters_for(matters: impl IntoIterator<Item = Localized>) -> Localized {
    let matters: Vec<Localized> = matters.into_iter().chain([both("the exits", "退出清单")]).collect();
    let matters = enumerated(&matters);
    both(format!("What is held matters for {}.", matters.en), format!("当前持仓影响{}。", matters.zh))
}

/// What a profile that can do without the equity takes from the account.
pub fn optional_account(
    held_matters: impl IntoIterator<Item = Localized>,
    sizes_by_equity: bool,
) -> Localized {
    let equity = if sizes_by_equity {
        both(
            "Without an equity every account holds the full number of positions.",
            "不提供净值时按完整持仓只数给出目标。",
        )
    } else {
        both("The equity changes no target.", "净值不影响目标。")
    };
    let held = held_matters_for(held_matters);
    both(format!("Optional. {} {}", held.en, equity.en), format!("可选。{}{}", held.zh, equity.zh))
}

/// The few sessions on which a snapshot is traded.
pub fn execution_window(sessions: usize) -> Rule {
    let first = match sessions {
        1 => "first NYSE session".to_owned(),
        _ => format!("first {sessions} NYSE sessions"),
    };
    Rule::untraced(
        "execution_window",
        format!(
            "Targets are given only on the {first} after the snapshot's date; on any other day the action is `hold` \
             with the risk flag `no_execute`. Without a decision date every day will do."
        ),
        format!(
            "只在快照日期之后的前 {sessions} 个 NYSE 交易日给出目标；其他日期为 `hold`，并带风险标记 \
             `no_execute`。未给出决策日期时不限日期。"
        ),
    )
}

/// The market's trend, by the benchmark's row, which the score may need besides.
pub fn market_trend(rule: &RegimeRule<'_>, is_scored_against: bool) -> Rule {
    let benchmark = rule.benchmark_symbol;
    let code = Code::MissingBenchmarkRow;
    let absent = match rule.absent_benchmark {
        AbsentBenchmark::TrendsUp if is_scored_against => both(
            format!("A snapshot without that row is refused (`{code}`): the score needs it too."),
            format!("快照中没有该行会被拦截（`{code}`），打分也需要它。"),
        ),
        AbsentBenchmark::TrendsUp => both(
            format!(
                "A snapshot without that row is refused (`{code}`); with `--allow {code}` the trend counts as up."
            ),
            format!("快照中没有该行会被拦截（`{code}`）；用 `--allow {code}` 放行时视为趋势向上。"),
        ),
        AbsentBenchmark::DoesNotTrendUp => {
            both("Without that row the trend counts as not up.", "没有该行时也视为趋势不向上。")
        }
    };
    Rule::new(
        "market_trend",
        ["benchmark_trend_positive"],
        format!(
            "The market trends up when `{TREND_COLUMN}` in the row of {benchmark} is above 0; a blank one is not \
             up. {}",
            absent.en
        ),
        format!(
            "{benchmark} 一行的 `{TREND_COLUMN}` 大于 0 时市场趋势向上；该值缺失视为不向上。{}",
            absent.zh
        ),
    )
}

/// The regime and the share of the account that it gives to stocks.
pub fn regime(rule: &RegimeRule<'_>, blank_gap: &Localized) -> Rule {
    let hard_can_be = rule.hard_breadth_threshold > 0.0;
    let (hard_breadth, soft_breadth) =
        (points(rule.hard_breadth_threshold), points(rule.soft_breadth_threshold));
    let (hard_exposure, soft_exposure, full_exposure) = (
        points(rule.hard_defense_exposure),
        points(rule.soft_defense_exposure),
        points(rule.risk_on_exposure),
    );
    let hard = if hard_can_be {
        both(
            format!(
                "`hard_defense`, {hard_exposure} % of the account in stocks and a risk flag: trend not up and \
                 breadth below {hard_breadth} %."
            ),
            format!(
                "`hard_defense`：趋势不向上且市场宽度低于 {hard_breadth}%，股票仓位 \
                 {hard_exposure}%，并带风险标记。"
            ),
        )
    } else {
        both(
            format!("`hard_defense` can't occur: breadth is never below {hard_breadth} %."),
            format!("`hard_defense` 不会出现，因为市场宽度不会低于 {hard_breadth}%。"),
        )
    };
    // The first share that is named says what it is a share of.
    let of_what = if hard_can_be { "" } else { " of the account in stocks" };
    let soft = if rule.soft_breadth_threshold > 0.0 {
        both(
            format!(
                "`soft_defense`, {soft_exposure} %{of_what}: trend not up, or breadth below {soft_breadth} %."
            ),
            format!("`soft_defense`：趋势不向上或市场宽度低于 {soft_breadth}%，股票仓位 {soft_exposure}%。"),
        )
    } else {
        both(
            format!("`soft_defense`, {soft_exposure} %{of_what}: trend not up."),
            format!("`soft_defense`：趋势不向上，股票仓位 {soft_exposure}%。"),
        )
    };
    let is_never_lower = |exposure: f64| exposure >= rule.risk_on_exposure;
    let never_lowers = is_never_lower(rule.soft_defense_exposure)
        && (!hard_can_be || is_never_lower(rule.hard_defense_exposure));
    let same = if never_lowers {
        both(" So the market never lowers the exposure.", "因此市场状态不会降低仓位。")
    } else {
        both("", "")
    };
    Rule::new(
        "regime",
        ["breadth_below_hard", "breadth_below_soft", "stock_exposure"],
        format!(
            "Market breadth is the share of candidates whose `{TREND_COLUMN}` is above 0{}. {} {} `risk_on`, \
             {full_exposure} %: otherwise.{}",
            blank_gap.en, hard.en, soft.en, same.en
        ),
        format!(
            "市场宽度是候选股票中 `{TREND_COLUMN}` 大于 0 的比例{}。{}{}`risk_on`：其余情况，股票仓位 \
             {full_exposure}%。{}",
            blank_gap.zh, hard.zh, soft.zh, same.zh
        ),
    )
}

/// The score and the order of equal scores.
pub fn scoring(
    trace_names: &[&str],
    rule: &ScoreRule,
    scope: Scope,
    hold_bonus: f64,
    ranked: Ranked,
    parts: &Localized,
) -> Rule {
    let among = match scope {
        Scope::All if ranked == Ranked::Product => {
            both("among the candidates that are left", "在剩余候选中计算")
        }
        Scope::All => both("among all candidates", "在全部候选中计算"),
        Scope::Group => both("among the candidates of the same sector", "在同行业候选中计算"),
    };
    let last = match ranked {
        Ranked::Stock => both("symbol", "代码"),
        Ranked::Product => both("underlying", "标的代码"),
    };
    let ties = |join: &str| rule.tie_breakers.join(join);
    let bonus = if hold_bonus > 0.0 {
        let bonus = plain(hold_bonus);
        both(
            format!(", plus {bonus} (hold bonus) if the {} is held", ranked.en()),
            format!("；已持有的{}另加 {bonus}（持有加分）", ranked.zh()),
        )
    } else {
        both("", "")
    };
    Rule::new(
        "score",
        trace_names.iter().copied(),
        format!(
            "Score = {}, each z a z-score {}{}. {}Equal scores: the larger {}, then the {} in alphabetical order.",
            score(rule),
            among.en,
            bonus.en,
            parts.en,
            ties(", then the larger "),
            last.en
        ),
        format!(
            "得分 = {}，z 为{}的 z 分数{}。{}得分相同时依次比较 {}（大者优先），再按{}字母顺序。",
            score(rule),
            among.zh,
            bonus.zh,
            parts.zh,
            ties("、"),
            last.zh
        ),
    )
}

/// The walk down the ranking past full sectors.
pub fn sector_slots(rule: &RegimeRule<'_>, limits: Limits, when_small: &Localized) -> Rule {
    let Limits { holdings_count, sector_cap, .. } = limits;
    let exposures = [
        ("risk_on", rule.risk_on_exposure, true),
        ("soft_defense", rule.soft_defense_exposure, true),
        ("hard_defense", rule.hard_defense_exposure, rule.hard_breadth_threshold > 0.0),
    ];
    let slots = exposures
        .into_iter()
        .filter(|(_, exposure, can_be)| *can_be && *exposure > 0.0)
        .map(|(regime, exposure, _)| (slot_cap(sector_cap, exposure, holdings_count), regime));
    let en: Vec<String> = slots.clone().map(|(slots, regime)| format!("{slots} in `{regime}`")).collect();
    let zh: Vec<String> = slots.map(|(slots, regime)| format!("`{regime}` {slots} 只")).collect();
    let sector_cap = points(sector_cap);
    Rule::new(
        "sector_slots",
        ["sector_slot_cap"],
        format!(
            "From the top of the ranking down to {}, passing over full sectors. One sector may have max(1, \
             floor({sector_cap} % / (stock exposure / {holdings_count}))) of them: {}.{}",
            counted(holdings_count, "stock"),
            en.join(", "),
            when_small.en
        ),
        format!(
            "从排名最高的开始选，跳过已满的行业，选满 {holdings_count} 只为止。单一行业最多 max(1, \
             floor({sector_cap}% / (股票仓位 / {holdings_count}))) 只：{}。{}",
            zh.join("，"),
            when_small.zh
        ),
    )
}

/// The weight of each selected stock, at most the cap as it is written, and the rest.
pub fn equal_weights(cap: &Localized, safe_haven: &Symbol) -> Rule {
    Rule::new(
        "weights",
        ["weight", "target_weight", "safe_haven_weight"],
        format!(
            "Each selected stock gets min({}, stock exposure / selected stocks) of the account; {safe_haven} takes \
             the rest, and everything where there is no candidate or no exposure.",
            cap.en
        ),
        format!(
            "每只入选股票的权重为 min({}, 股票仓位 / 入选只数)，其余资金放入避险资产 {safe_haven}；\
             没有候选或仓位为 0 时全部放入 {safe_haven}。",
            cap.zh
        ),
    )
}

/// A ratio as a percentage.
pub fn percent(ratio: f64) -> Localized {
    both(format!("{} %", points(ratio)), format!("{}%", points(ratio)))
}

/// How many positions an account carries.
///
/// `sleeve` is the factor of the formula that a sleeve's share is.
pub fn affordable_positions(
    ranked: Ranked,
    holdings_count: &Localized,
    min_position_value_usd: f64,
    sleeve: &Localized,
) -> Rule {
    let trace_names = ["effective_holdings_count"];
    let id = "affordable_positions";
    if min_position_value_usd <= 0.0 {
        return Rule::new(
            id,
            trace_names,
            format!("The number of {}s is {}, whatever the equity.", ranked.en(), holdings_count.en),
            format!("不论净值多少，持有只数均为{}。", spaced(&holdings_count.zh)),
        );
    }
    let smallest = dollars(min_position_value_usd);
    let exposure = ranked.exposure();
    Rule::new(
        id,
        trace_names,
        format!(
            "Positions of less than {smallest} USD are avoided: the number of {}s is max(1, min({}, floor(equity x \
             {}{} / {smallest} USD))); none without exposure.",
            ranked.en(),
            holdings_count.en,
            sleeve.en,
            exposure.en
        ),
        format!(
            "避免单个仓位低于 {smallest} 美元：持有只数为 max(1, min({}, floor(净值 × {}{} / {smallest} \
             美元)))；仓位为 0 时不持有。",
            holdings_count.zh, sleeve.zh, exposure.zh
        ),
    )
}

/// The places that held names keep.
pub fn hold_buffer(ranked: Ranked, buffer: i64, trace_names: impl IntoIterator<Item = String>) -> Rule {
    let id = "hold_buffer";
    if buffer <= 0 {
        return Rule::new(
            id,
            trace_names,
            format!(
                "The best {}s of the ranking are selected, held or not: there is no hold buffer.",
                ranked.en()
            ),
            format!("不论是否已持有，按排名选取{}，没有持有缓冲。", ranked.zh()),
        );
    }
    Rule::new(
        id,
        trace_names,
        format!(
            "Held {0}s whose rank is at most that number plus {buffer} are taken first, in the order of their ranks; \
             the places left go to the best of the others.",
            ranked.en()
        ),
        format!(
            "已持有且排名不超过持有只数加 {buffer} 的{0}按排名优先入选（持有缓冲），剩余名额由其余{0}按排名补足。",
            ranked.zh()
        ),
    )
}

/// The rows that may be candidates, as the beginning of a sentence.
pub fn rows_but<'a>(excluded: impl IntoIterator<Item = &'a Symbol>) -> Localized {
    let excluded = symbols(excluded);
    both(format!("the rows, {} aside, that", excluded.en), format!("除 {} 以外的各行中", excluded.zh))
}
