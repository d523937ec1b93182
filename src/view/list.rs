//! The list of profiles as a table, JSON and CSV.

use std::fmt::Display;

use chrono::NaiveDate;
use serde::Serialize;

use crate::amount::grouped;
use crate::document::{Rows, Screen, csv, json};
use crate::language::Language;
use crate::language::phrases::Names;
use crate::profile::manifest::Manifest;
use crate::profile::words::InputKind;
use crate::strategy::RULES_AS_OF;

/// The name and version of the JSON shape.
const SCHEMA: &str = "strat.profiles.v1";

/// How far the name and cadence stand in from the key above them, so that keys can be skimmed.
const INDENT: &str = "  ";

/// The list for people, within 80 columns for the built-in profiles: the name, the cadence and the aliases stand below
/// the key, each flag of an input on its own line.
pub fn table(profiles: &[Manifest], language: Language, screen: Screen) -> String {
    let said = |text: &str| language.say(text, &Names::new());
    Rows::new(profiles)
        .left(&said("PROFILE, NAME, CADENCE"), |profile| name_cell(profile, language))
        .left(&said("TARGET"), |profile| profile.target_mode.to_string())
        .left(&said("INPUTS"), |profile| input_flags(profile).join("\n"))
        .right(&said("MIN USD"), |profile| grouped(profile.min_recommended_equity_usd, 0))
        .table()
        .draw(screen)
}

/// The key, and below it the name, the cadence and the aliases.
fn name_cell(profile: &Manifest, language: Language) -> String {
    let said = |text: &str| language.say(text, &Names::new());
    let name = profile.display_name.in_language(language).to_owned();
    let aliases = profile.aliases.iter().map(|alias| said(&format!("alias {alias}")));
    let below = [name, said(&profile.cadence)].into_iter().chain(aliases);
    below.fold(profile.profile.to_string(), |lines, line| format!("{lines}\n{INDENT}{line}"))
}

/// The flags that give a profile's inputs.
fn input_flags(profile: &Manifest) -> Vec<&'static str> {
    let mut flags: Vec<&str> = Vec::new();
    for input in &profile.required_inputs {
        let flag = match input {
            InputKind::FeatureSnapshot => "--snapshot",
            InputKind::MarketHistory | InputKind::BenchmarkHistory => "--prices",
            InputKind::DerivedIndicators => "--prices or\n--indicators",
            InputKind::PortfolioSnapshot => "--portfolio",
        };
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    flags
}

/// The list for programs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct List<'a> {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The date of the source library whose rules the strategies follow.
    rules_as_of: NaiveDate,
    /// The manifests, each whole.
    profiles: &'a [Manifest],
}

/// The whole manifests, so that one can be taken out and changed.
///
/// # Errors
///
/// When a number is not finite; a manifest that was read has none.
pub fn json(profiles: &[Manifest]) -> Result<String, serde_json::Error> {
    json::document(&List { schema: SCHEMA, rules_as_of: RULES_AS_OF, profiles }, false)
}

/// One row per profile under a header; lists are joined by `;`.
///
/// # Errors
///
/// When the writer fails, which one into memory does not.
pub fn csv(profiles: &[Manifest]) -> Result<String, ::csv::Error> {
    let header = [
        "profile",
        "aliases",
        "display_name_en",
        "display_name_zh",
        "strategy",
        "cadence",
        "effective",
        "benchmark",
        "role",
        "status",
        "domain",
        "platforms",
        "target_mode",
        "required_inputs",
        "contract_version",
        "manifest_required",
        "min_recommended_equity_usd",
    ];
    let rows = profiles.iter().map(|profile| {
        let contract = profile.snapshot.as_ref();
        vec![
            profile.profile.to_string(),
            joined(&profile.aliases, ";"),
            profile.display_name.en.clone(),
            profile.display_name.zh.clone(),
            profile.strategy.to_string(),
            profile.cadence.clone(),
            profile.effective.to_string(),
            profile.benchmark.to_string(),
            profile.role.clone(),
            profile.status.clone(),
            profile.domain.clone(),
            joined(profile.platforms.iter().map(|platform| platform.id), ";"),
            profile.target_mode.to_string(),
            joined(&profile.required_inputs, ";"),
            contract.map(|contract| contract.contract_version.clone()).unwrap_or_default(),
            contract.map(|contract| contract.manifest_required.to_string()).unwrap_or_default(),
            profile.min_recommended_equity_usd.to_string(),
        ]
    });
    csv::document(&header, rows)
}

fn joined(members: impl IntoIterator<Item = impl Display>, separator: &str) -> String {
    members.into_iter().map(|member| member.to_string()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DEFAULT_WIDTH;
    use crate::document::wrap::width_of;
    use crate::profile::catalog;

    fn two() -> Vec<Manifest> {
        vec![
            catalog::find("mega_cap_leader_rotation_top50_balanced").unwrap(),
            catalog::find("dynamic_mega_leveraged_pullback").unwrap(),
        ]
    }

    #[test]
    fn the_table_in_english() {
        assert_eq!(
            table(&two(), Language::En, Screen::default()),
            "\
PROFILE, NAME, CADENCE                     TARGET  INPUTS       MIN USD
mega_cap_leader_rotation_top50_balanced    weight  --snapshot    10,000
  Mega Cap Leader Rotation Top50 Balanced
  monthly
  alias russell_top50_leader_rotation
dynamic_mega_leveraged_pullback            weight  --snapshot    10,000
  Dynamic Mega Leveraged Pullback                  --prices
  monthly snapshot + daily runtime                 --portfolio
"
        );
    }

    #[test]
    fn the_table_in_chinese_counts_a_wide_character_as_two() {
        assert_eq!(
            table(&two(), Language::Zh, Screen::default()),
            "\
策略、名称、频率                         目标    输入         最低美元
mega_cap_leader_rotation_top50_balanced  weight  --snapshot     10,000
  Mega Cap Top50 平衡龙头轮动
  月频
  别名 russell_top50_leader_rotation
dynamic_mega_leveraged_pullback          weight  --snapshot     10,000
  Mega Cap 2x 回调策略                           --prices
  月频快照 + 日频运行                            --portfolio
"
        );
    }

    #[test]
    fn the_table_of_all_fits_a_terminal() {
        for language in [Language::En, Language::Zh] {
            let table = table(&catalog::all().unwrap(), language, Screen::default());
            assert!(table.lines().all(|line| width_of(line) <= DEFAULT_WIDTH), "{table}");
        }
    }

    #[test]
    fn every_built_in_cadence_has_chinese_words() {
        for profile in catalog::all().unwrap() {
            assert!(!Language::Zh.say(&profile.cadence, &Names::new()).is_ascii(), "{}", profile.cadence);
        }
    }

    #[test]
    fn the_rows_in_csv() {
        let text = csv(&two()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "profile,aliases,display_name_en,display_name_zh,strategy,cadence,effective,benchmark,role,status,domain,\
             platforms,target_mode,required_inputs,contract_version,manifest_required,min_recommended_equity_usd",
                "mega_cap_leader_rotation_top50_balanced,russell_top50_leader_rotation,Mega Cap Leader Rotation Top50 Balanced,\
             Mega Cap Top50 平衡龙头轮动,mega_cap_leader_rotation,monthly,same_day,QQQ,balanced_leader_rotation,\
             runtime_enabled,us_equity,ibkr;schwab;longbridge,weight,feature_snapshot,\
             mega_cap_leader_rotation_top50_balanced.feature_snapshot.v1,true,10000",
                "dynamic_mega_leveraged_pullback,,Dynamic Mega Leveraged Pullback,Mega Cap 2x 回调策略,\
             dynamic_mega_leveraged_pullback,monthly snapshot + daily runtime,next_session,QQQ,\
             offensive_leveraged_pullback,runtime_enabled,us_equity,ibkr;schwab;longbridge,weight,\
             feature_snapshot;market_history;benchmark_history;portfolio_snapshot,\
             dynamic_mega_leveraged_pullback.feature_snapshot.v1,true,10000",
            ]
        );
    }
}
