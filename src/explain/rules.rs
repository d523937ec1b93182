//! The rule sheet of a profile: what it does, in sentences that are filled with the config in effect and with the
//! strategy's own constants.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use crate::check::prices::DEFAULT_MAX_LAG;
use crate::check::snapshot::dates::MOST_MONTHS_BEFORE;
use crate::input::snapshot::{DATE_COLUMNS, SYMBOL_COLUMNS};
use crate::language::Language;
use crate::market::calendar::Calendar;
use crate::next_dates::{NextDates, next_dates};
use crate::number::Number;
use crate::profile::catalog;
use crate::profile::key::ProfileKey;
use crate::profile::manifest::{Localized, Manifest, SnapshotContract};
use crate::profile::words::{Effective, InputKind, StrategyName, TargetMode};
use crate::strategy::RULES_AS_OF;
use crate::strategy::Strategy;
use crate::strategy::recipe::Recipe;
use crate::strategy::sheet::{Section, Sheet, sections, texts};

/// One rule of a strategy, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rule {
    /// The stable name.
    pub id: String,
    /// The gates, rankings, steps and excluding tests of a decision's trace that the rule explains.
    pub trace_names: Vec<String>,
    /// What the rule says.
    pub text: Localized,
}

/// An input of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputNeed {
    /// The flags that name it.
    pub flags: &'static [&'static str],
    /// The kinds of input, as the manifest names them; empty for an input that the profile can do without.
    pub kinds: Vec<InputKind>,
    /// What has to be in it.
    pub text: Localized,
}

/// A config value that differs from the profile's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConfigChange {
    /// The config key.
    pub key: String,
    /// The value in the profile's manifest.
    pub manifest: Value,
    /// The value in effect.
    pub effective: Value,
}

/// A profile's rule sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleSheet {
    /// The name and version of the JSON shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// The profile.
    pub profile: ProfileKey,
    /// Its name for people.
    pub display_name: Localized,
    /// The strategy that it runs.
    pub strategy: StrategyName,
    /// The date of the source library whose rules the strategy follows.
    pub rules_as_of: NaiveDate,
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
    /// The command that builds its snapshot, with names of files to put in; `null` if it reads none.
    pub snapshot_command: Option<String>,
    /// The equity in US dollars below which whole shares blur the targets.
    pub min_recommended_equity_usd: Number,
    /// What a smaller account sees, under the profile's own config.
    pub small_account_behavior: Localized,
    /// The config values that differ from the profile's own.
    pub config_changes: Vec<ConfigChange>,
    /// The rules, in the order that a decision follows them.
    pub rules: Vec<Rule>,
    /// The days that come next; `null` if no day was given.
    pub next_dates: Option<NextDates>,
}

/// The name and version of the JSON shape.
const SCHEMA: &str = "strat.rule_sheet.v1";

/// Returns the rule sheet of a profile that runs a strategy with the config in effect.
///
/// # Errors
/// When a template cannot be filled; those of this project can.
pub fn rule_sheet(
    manifest: &Manifest,
    strategy: &Strategy,
    calendar: &Calendar,
    as_of: Option<NaiveDate>,
) -> askama::Result<RuleSheet> {
    let (en, zh) = (strategy.sheet(Language::En)?, strategy.sheet(Language::Zh)?);
    Ok(RuleSheet {
        schema: SCHEMA,
        profile: manifest.profile.clone(),
        display_name: manifest.display_name.clone(),
        strategy: manifest.strategy,
        rules_as_of: RULES_AS_OF,
        trades: both(&en.trades, &zh.trades),
        cadence: manifest.cadence.clone(),
        effective: manifest.effective,
        target_mode: manifest.target_mode,
        inputs: inputs(manifest, &en, &zh)?,
        snapshot_command: snapshot_command(manifest, strategy),
        min_recommended_equity_usd: Number(manifest.min_recommended_equity_usd),
        small_account_behavior: manifest.small_account_behavior.clone(),
        config_changes: config_changes(manifest, strategy),
        rules: en.rules.into_iter().zip(zh.rules).map(rule).collect(),
        next_dates: as_of.map(|as_of| next_dates(strategy, calendar, as_of, None)),
    })
}

fn both(en: &str, zh: &str) -> Localized {
    Localized { en: en.to_owned(), zh: zh.to_owned() }
}

/// The two languages of one rule; the English text names what it explains.
fn rule((en, zh): (Section, Section)) -> Rule {
    Rule { id: en.id, trace_names: en.trace_names, text: Localized { en: en.text, zh: zh.text } }
}

texts!(Common, "explain/inputs.en.md", "explain/inputs.zh.md");

/// What the inputs of every profile have in common.
#[derive(Default)]
pub struct Common {
    most_months_before: i32,
    max_lag: usize,
    dates: Vec<&'static str>,
    symbols: Vec<&'static str>,
    required: Vec<String>,
    optional: Vec<String>,
    contract_version: String,
    manifest_required: bool,
}

impl Common {
    /// The columns of a snapshot's contract; none of a profile without a snapshot.
    fn new(contract: Option<&SnapshotContract>) -> Self {
        let limits =
            Self { most_months_before: MOST_MONTHS_BEFORE, max_lag: DEFAULT_MAX_LAG, ..Self::default() };
        let Some(contract) = contract else { return limits };
        let alternatives = |names: &[&'static str]| -> Vec<&'static str> {
            names.iter().copied().filter(|name| contract.column(name).is_some()).collect()
        };
        let (dates, symbols) = (alternatives(&DATE_COLUMNS), alternatives(&SYMBOL_COLUMNS));
        let others = |is_required: bool| -> Vec<String> {
            let columns = contract.columns.iter().filter(|column| column.required == is_required);
            let names = columns.map(|column| column.name.as_str());
            names.filter(|name| !dates.contains(name) && !symbols.contains(name)).map(str::to_owned).collect()
        };
        Self {
            required: others(true),
            optional: others(false),
            contract_version: contract.contract_version.clone(),
            manifest_required: contract.manifest_required,
            dates,
            symbols,
            ..limits
        }
    }
}

fn inputs(manifest: &Manifest, en: &Sheet, zh: &Sheet) -> askama::Result<Vec<InputNeed>> {
    let kinds = |kinds: &[InputKind]| {
        let needs = |kind: &&InputKind| manifest.required_inputs.contains(kind);
        kinds.iter().filter(needs).copied().collect::<Vec<_>>()
    };
    let common = Common::new(manifest.snapshot.as_ref());
    let common_in = |language| text(&common, language).map(|text| sections(&text, language));
    let (common_en, common_zh) = (common_in(Language::En)?, common_in(Language::Zh)?);
    let common: Vec<Rule> = common_en.into_iter().zip(common_zh).map(rule).collect();
    let said = |id: &str| common.iter().find(|rule| rule.id == id).map(|rule| rule.text.clone());
    let snapshot = manifest.snapshot.as_ref().and_then(|_| said("snapshot")).map(|text| InputNeed {
        flags: &["--snapshot FILE"],
        kinds: kinds(&[InputKind::FeatureSnapshot]),
        text,
    });
    let takes_indicators = manifest.strategy.facts().takes_indicators();
    let prices = en.prices.as_ref().zip(zh.prices.as_ref()).zip(said("price_age"));
    let prices = prices.map(|((prices_en, prices_zh), age)| InputNeed {
        flags: if takes_indicators { &["--prices FILE", "--indicators FILE"] } else { &["--prices FILE"] },
        kinds: kinds(&[InputKind::MarketHistory, InputKind::BenchmarkHistory, InputKind::DerivedIndicators]),
        text: Localized { en: format!("{prices_en} {}", age.en), zh: format!("{prices_zh}{}", age.zh) },
    });
    let account = InputNeed {
        flags: &["--portfolio FILE", "--equity USD", "--holdings A,B"],
        kinds: kinds(&[InputKind::PortfolioSnapshot]),
        text: both(&en.account, &zh.account),
    };
    Ok(snapshot.into_iter().chain(prices).chain([account]).collect())
}

/// Returns the command that builds the snapshot of a profile; a profile of one's own is named by its file.
fn snapshot_command(manifest: &Manifest, strategy: &Strategy) -> Option<String> {
    let product_map = match strategy.recipe()? {
        Recipe::Stocks(_) => "",
        Recipe::Products(_) => " --product-map products.csv",
    };
    let profile = catalog::canonical_key(manifest.profile.as_str()).unwrap_or("PROFILE.json");
    Some(format!(
        "strat build-snapshot {profile} --prices prices.csv --universe universe.csv{product_map} --output snapshot.csv"
    ))
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

    fn sheet(profile: &str, changes: &[(&str, Value)]) -> RuleSheet {
        let manifest = catalog::find(profile).unwrap();
        let mut config = manifest.config.clone();
        config.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let strategy = Strategy::new(manifest.strategy, &config).unwrap();
        rule_sheet(&manifest, &strategy, &Calendar::default(), None).unwrap()
    }

    fn rule<'a>(sheet: &'a RuleSheet, id: &str) -> &'a Localized {
        &sheet.rules.iter().find(|rule| rule.id == id).unwrap().text
    }

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        for profile in catalog::keys() {
            let sheet = sheet(profile, &[]);
            let mut ids: Vec<_> = sheet.rules.iter().map(|rule| rule.id.clone()).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), count, "{profile}");
        }
    }

    #[test]
    fn both_languages_have_the_same_sections() {
        for manifest in catalog::all().unwrap() {
            let strategy = Strategy::new(manifest.strategy, &manifest.config).unwrap();
            let sheet = |language| strategy.sheet(language).unwrap();
            let ids = |sheet: Sheet| -> Vec<String> { sheet.rules.into_iter().map(|rule| rule.id).collect() };
            assert_eq!(ids(sheet(Language::En)), ids(sheet(Language::Zh)), "{}", manifest.profile);
            assert_eq!(sheet(Language::En).prices.is_some(), sheet(Language::Zh).prices.is_some());
        }
    }

    #[test]
    fn a_changed_config_shows_in_the_sentences_and_is_named() {
        let changed = sheet("global_etf_rotation", &[("top_n", json!(3)), ("hold_bonus", json!(0.05))]);
        assert!(rule(&changed, "selection").en.contains("The best 3"));
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
