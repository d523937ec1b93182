//! The rule sheet of a profile: what it does, in sentences whose numbers come from the config in effect and
//! from the strategy's own constants, so that the sheet and the code can't part.

mod dynamic_mega_leveraged_pullback;
mod global_etf_rotation;
mod mega_cap_leader_rotation;
mod russell_1000_multi_factor;
mod snapshot_parts;
mod soxl_soxx_trend_income;
mod tech_communication_pullback;
mod tqqq_growth_income;
mod words;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use self::words::both;
use crate::amount::counted;
use crate::check::prices::DEFAULT_MAX_LAG;
use crate::check::snapshot::dates::MOST_MONTHS_BEFORE;
use crate::explain::next_dates::{NextDates, next_dates};
use crate::input::snapshot::{DATE_COLUMNS, SYMBOL_COLUMNS};
use crate::market::calendar::Calendar;
use crate::number::Number;
use crate::profile::key::ProfileKey;
use crate::profile::manifest::{Localized, Manifest, SnapshotContract};
use crate::profile::words::{Effective, InputKind, StrategyName, TargetMode};
use crate::strategy::choice::Strategy;

/// One rule of a strategy, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The stable name.
    pub id: &'static str,
    /// The gates, rankings, steps and excluding tests of a decision's trace that the rule is about.
    pub trace_names: Vec<String>,
    /// What the rule says.
    pub text: Localized,
}

impl Rule {
    fn new<N: Into<String>>(
        id: &'static str,
        trace_names: impl IntoIterator<Item = N>,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        Self { id, trace_names: trace_names.into_iter().map(Into::into).collect(), text: both(en, zh) }
    }

    /// A rule that leaves nothing in the trace.
    fn untraced(id: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new::<String>(id, [], en, zh)
    }
}

/// What a strategy says of itself under a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it may hold.
    pub trades: Localized,
    /// What it needs of `--prices`; `None` where it takes none.
    pub prices: Option<Localized>,
    /// What it takes from the account.
    pub account: Localized,
    /// The rules, in the order that a decision goes through them.
    pub rules: Vec<Rule>,
}

/// What a strategy with its config says of itself.
pub fn description(strategy: &Strategy) -> Description {
    match strategy {
        Strategy::GlobalEtfRotation(config) => global_etf_rotation::description(config),
        Strategy::Russell1000MultiFactor(config) => russell_1000_multi_factor::description(config),
        Strategy::TechCommunicationPullback(config) => tech_communication_pullback::description(config),
        Strategy::MegaCapLeaderRotation(config) => mega_cap_leader_rotation::description(config),
        Strategy::DynamicMegaLeveragedPullback(config) => {
            dynamic_mega_leveraged_pullback::description(config)
        }
        Strategy::TqqqGrowthIncome(config) => tqqq_growth_income::description(config),
        Strategy::SoxlSoxxTrendIncome(config) => soxl_soxx_trend_income::description(config),
    }
}

/// An input of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputNeed {
    /// The flags that name it.
    pub flags: &'static [&'static str],
    /// The kinds of input, as the manifest names them; none for what the profile can decide without.
    pub kinds: Vec<InputKind>,
    /// What has to be in it.
    pub text: Localized,
}

/// A config value that is not the profile's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConfigChange {
    /// The config key.
    pub key: String,
    /// The value that the profile's manifest has.
    pub manifest: Value,
    /// The value in effect.
    pub effective: Value,
}

/// A profile's rule sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleSheet {
    /// The shape of the sheet.
    pub schema: &'static str,
    /// The profile.
    pub profile: ProfileKey,
    /// Its name for people.
    pub display_name: Localized,
    /// The strategy that it runs.
    pub strategy: StrategyName,
    /// What it may hold.
    pub trades: Localized,
    /// How often it is meant to run.
    pub cadence: String,
    /// The session that a decision is for.
    pub effective: Effective,
    /// The unit of its targets.
    pub target_mode: TargetMode,
    /// What it reads.
    pub inputs: Vec<InputNeed>,
    /// The equity in US dollars below which whole shares blur the targets.
    pub min_recommended_equity_usd: Number,
    /// What a smaller account sees; said of the profile's own config.
    pub small_account_behavior: Localized,
    /// The config values that are not the profile's own.
    pub config_changes: Vec<ConfigChange>,
    /// The rules, in the order that a decision goes through them.
    pub rules: Vec<Rule>,
    /// The days that come next, where a day was named.
    pub next_dates: Option<NextDates>,
}

/// The name and version of the JSON shape.
const SCHEMA: &str = "strat.rule_sheet.v1";

/// The rule sheet of a profile that runs a strategy with the config in effect.
pub fn rule_sheet(
    manifest: &Manifest,
    strategy: &Strategy,
    calendar: &Calendar,
    as_of: Option<NaiveDate>,
) -> RuleSheet {
    let Description { trades, prices, account, rules } = description(strategy);
    RuleSheet {
        schema: SCHEMA,
        profile: manifest.profile.clone(),
        display_name: manifest.display_name.clone(),
        strategy: manifest.strategy,
        trades,
        cadence: manifest.cadence.clone(),
        effective: manifest.effective,
        target_mode: manifest.target_mode,
        inputs: inputs(manifest, prices, account),
        min_recommended_equity_usd: Number(manifest.min_recommended_equity_usd),
        small_account_behavior: manifest.small_account_behavior.clone(),
        config_changes: config_changes(manifest, strategy),
        rules,
        next_dates: as_of.map(|as_of| next_dates(strategy, calendar, as_of, None)),
    }
}

fn inputs(manifest: &Manifest, prices: Option<Localized>, account: Localized) -> Vec<InputNeed> {
    let kinds = |kinds: &[InputKind]| {
        let needs = |kind: &&InputKind| manifest.required_inputs.contains(kind);
        kinds.iter().filter(needs).copied().collect::<Vec<_>>()
    };
    let snapshot = manifest.snapshot.as_ref().map(|contract| InputNeed {
        flags: &["--snapshot FILE"],
        kinds: kinds(&[InputKind::FeatureSnapshot]),
        text: snapshot_columns(contract),
    });
    let takes_indicators = manifest.strategy == StrategyName::SoxlSoxxTrendIncome;
    let prices = prices.map(|text| InputNeed {
        flags: if takes_indicators { &["--prices FILE", "--indicators FILE"] } else { &["--prices FILE"] },
        kinds: kinds(&[InputKind::MarketHistory, InputKind::BenchmarkHistory, InputKind::DerivedIndicators]),
        text: both(format!("{} {}", text.en, max_lag().en), format!("{}{}", text.zh, max_lag().zh)),
    });
    let account = InputNeed {
        flags: &["--portfolio FILE", "--equity USD", "--holdings A,B"],
        kinds: kinds(&[InputKind::PortfolioSnapshot]),
        text: account,
    };
    snapshot.into_iter().chain(prices).chain([account]).collect()
}

/// How old a price may be.
fn max_lag() -> Localized {
    both(
        format!(
            "A price that the decision rests on is refused when it is more than {DEFAULT_MAX_LAG} sessions old \
             (`--max-lag`)."
        ),
        format!("决策所依据的价格若早于决策日超过 {DEFAULT_MAX_LAG} 个交易日会被拦截（`--max-lag`）。"),
    )
}

fn snapshot_columns(contract: &SnapshotContract) -> Localized {
    let alternatives = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| contract.column(name).is_some()).collect()
    };
    let (dates, symbols) = (alternatives(&DATE_COLUMNS), alternatives(&SYMBOL_COLUMNS));
    let others = |required: bool| {
        let columns = contract.columns.iter().filter(move |column| column.required == required);
        let names = columns.map(|column| column.name.as_str());
        names.filter(|name| !dates.contains(name) && !symbols.contains(name)).collect::<Vec<_>>()
    };
    let required = |or: &str| {
        let mut names = vec![dates.join(or), symbols.join(or)];
        names.extend(others(true).into_iter().map(str::to_owned));
        names
    };
    let required_en = words::list(required(" or ").iter().map(String::as_str)).en;
    let required_zh = words::list(required(" 或 ").iter().map(String::as_str)).zh;
    let known = words::list(others(false));
    let version = &contract.contract_version;
    let manifest = if contract.manifest_required {
        both(
            format!("The runtimes refuse it without a sidecar manifest of contract `{version}`."),
            format!("必须附带契约版本为 `{version}` 的配套清单文件（sidecar manifest），否则运行时拒收。"),
        )
    } else {
        both(
            format!("A sidecar manifest of contract `{version}` is optional."),
            format!("可附带契约版本为 `{version}` 的配套清单文件（sidecar manifest）。"),
        )
    };
    both(
        format!(
            "CSV, one row a symbol, all rows of one date, refused when it is later than the decision date, or more \
             than {} earlier (by month number). Required columns: {required_en}. Read when they are there: {}. {}",
            most_months_before(),
            known.en,
            manifest.en
        ),
        format!(
            "CSV，每个代码一行，所有行同一日期；日期晚于决策日，或早于决策日超过 {MOST_MONTHS_BEFORE} 个自然月（按月份相减），\
             会被拦截。必需列：{required_zh}。有则读取：{}。{}",
            known.zh, manifest.zh
        ),
    )
}

/// How much older than the decision date a snapshot may be.
fn most_months_before() -> String {
    match MOST_MONTHS_BEFORE {
        1 => "one calendar month".to_owned(),
        months => counted(months, "calendar month"),
    }
}

/// Both configs in their printed form, so that `1` and `1.0` are one value.
fn config_changes(manifest: &Manifest, strategy: &Strategy) -> Vec<ConfigChange> {
    let printed = |strategy: &Strategy| strategy.config().unwrap_or_default();
    let own = Strategy::new(manifest.strategy, &manifest.config)
        .map_or_else(|_| manifest.config.clone(), |own| printed(&own));
    printed(strategy)
        .into_iter()
        .filter_map(|(key, effective)| {
            let manifest = own.get(&key).cloned().unwrap_or_default();
            (manifest != effective).then_some(ConfigChange { key, manifest, effective })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::catalog;

    fn sheet(profile: &str, changes: &[(&str, Value)]) -> RuleSheet {
        let manifest = catalog::find(profile).unwrap();
        let mut config = manifest.config.clone();
        config.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let strategy = Strategy::new(manifest.strategy, &config).unwrap();
        rule_sheet(&manifest, &strategy, &Calendar::default(), None)
    }

    fn rule<'a>(sheet: &'a RuleSheet, id: &str) -> &'a Localized {
        &sheet.rules.iter().find(|rule| rule.id == id).unwrap().text
    }

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        for profile in catalog::keys() {
            let sheet = sheet(profile, &[]);
            let mut ids: Vec<_> = sheet.rules.iter().map(|rule| rule.id).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), count, "{profile}");
        }
    }

    #[test]
    fn a_changed_config_shows_in_the_sentences_and_is_named() {
        let changed = sheet("global_etf_rotation", &[("top_n", json!(3)), ("hold_bonus", json!(0.05))]);
        assert!(rule(&changed, "selection").en.contains("the best 3"));
        assert!(rule(&changed, "selection").zh.contains("0.05"));
        let keys: Vec<_> = changed
            .config_changes
            .iter()
            .map(|change| (change.key.as_str(), change.manifest.clone(), change.effective.clone()))
            .collect();
        assert_eq!(keys, [("hold_bonus", json!(0.02), json!(0.05)), ("top_n", json!(2), json!(3))]);
    }

    #[test]
    fn the_same_number_written_otherwise_is_no_change() {
        let sheet =
            sheet("tech_communication_pullback_enhancement", &[("hard_defense_exposure", json!(0.0))]);
        assert_eq!(sheet.config_changes, []);
    }
}
