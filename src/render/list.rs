//! The list of profiles as a table, JSON and CSV.

use std::fmt::Display;

use serde::Serialize;
use tabled::builder::Builder;
use tabled::settings::object::{Columns, Rows};
use tabled::settings::{Alignment, Padding, Style};

use crate::language::Language;
use crate::profile::manifest::Manifest;

/// The name and version of the JSON shape.
const SCHEMA: &str = "strat.profiles.v1";

/// How far the name and cadence stand in from the key above them, so that keys can be skimmed.
const INDENT: &str = "  ";

/// The spaces between two columns.
const GAP: usize = 2;

/// Digits between two thousands separators.
const GROUP: usize = 3;

/// The list for people, within 80 columns for the built-in profiles: the name and the cadence stand below the
/// key, each input on its own line.
pub fn table(profiles: &[Manifest], language: Language) -> String {
    let header = match language {
        Language::En => ["PROFILE, NAME, CADENCE", "TARGET", "INPUTS", "MIN USD"],
        Language::Zh => ["策略、名称、频率", "目标", "输入", "最低美元"],
    };
    let mut builder = Builder::default();
    builder.push_record(header);
    for profile in profiles {
        builder.push_record([
            format!(
                "{}\n{INDENT}{}\n{INDENT}{}",
                profile.profile,
                profile.display_name.in_language(language),
                cadence(&profile.cadence, language)
            ),
            profile.target_mode.to_string(),
            joined(&profile.required_inputs, "\n"),
            grouped(profile.min_recommended_equity_usd),
        ]);
    }
    let last = header.len() - 1;
    let mut table = builder.build();
    table
        .with(Style::empty())
        .modify(Rows::new(..), Padding::new(0, GAP, 0, 0))
        .modify(Columns::new(last..), Padding::zero())
        .modify(Columns::new(last..), Alignment::right());
    // Cells are filled up with spaces, which a terminal that wraps, or a diff, would show at the line's end.
    table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The whole manifests, so that one can be taken out and changed.
///
/// # Errors
///
/// When a number is not finite; a manifest that was read has none.
pub fn json(profiles: &[Manifest]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct List<'a> {
        schema: &'static str,
        profiles: &'a [Manifest],
    }

    let text = serde_json::to_string_pretty(&List { schema: SCHEMA, profiles })?;
    Ok(text + "\n")
}

/// One row a profile under a header; lists are joined by `;`.
///
/// # Errors
///
/// When the writer fails, which one into memory does not.
pub fn csv(profiles: &[Manifest]) -> Result<String, csv::Error> {
    let mut text = Vec::new();
    let mut writer = csv::Writer::from_writer(&mut text);
    writer.write_record([
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
    ])?;
    for profile in profiles {
        let contract = profile.snapshot.as_ref();
        writer.write_record([
            profile.profile.as_str(),
            &joined(&profile.aliases, ";"),
            &profile.display_name.en,
            &profile.display_name.zh,
            profile.strategy.as_str(),
            &profile.cadence,
            profile.effective.as_str(),
            profile.benchmark.as_str(),
            &profile.role,
            &profile.status,
            &profile.domain,
            &joined(profile.platforms.iter().map(|platform| platform.id), ";"),
            profile.target_mode.as_str(),
            &joined(&profile.required_inputs, ";"),
            contract.map_or("", |contract| &contract.contract_version),
            &contract.map(|contract| contract.manifest_required.to_string()).unwrap_or_default(),
            &profile.min_recommended_equity_usd.to_string(),
        ])?;
    }
    writer.flush()?;
    drop(writer);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn joined(members: impl IntoIterator<Item = impl Display>, separator: &str) -> String {
    members.into_iter().map(|member| member.to_string()).collect::<Vec<_>>().join(separator)
}

/// The cadence for people; one that is not among the built-in ones stays as it is written.
fn cadence(cadence: &str, language: Language) -> &str {
    match (language, cadence) {
        (Language::Zh, "daily") => "日频",
        (Language::Zh, "monthly") => "月频",
        (Language::Zh, "quarterly + daily canary") => "季度轮动 + 每日 canary",
        (Language::Zh, "monthly snapshot + daily runtime") => "月频快照 + 日频运行",
        _ => cadence,
    }
}

/// An amount in whole US dollars with a comma between thousands.
fn grouped(amount_usd: f64) -> String {
    let digits = format!("{amount_usd:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(GROUP) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use tabled::grid::util::string::get_line_width;

    use super::*;
    use crate::profile::catalog;

    /// The columns of a terminal that the table must fit.
    const TERMINAL_WIDTH: usize = 80;

    fn two() -> Vec<Manifest> {
        vec![
            catalog::find("mega_cap_leader_rotation_top50_balanced").unwrap(),
            catalog::find("dynamic_mega_leveraged_pullback").unwrap(),
        ]
    }

    #[test]
    fn the_table_in_english() {
        assert_eq!(
            table(&two(), Language::En),
            "\
PROFILE, NAME, CADENCE                     TARGET  INPUTS              MIN USD
mega_cap_leader_rotation_top50_balanced    weight  feature_snapshot     10,000
  Mega Cap Leader Rotation Top50 Balanced
  monthly
dynamic_mega_leveraged_pullback            weight  feature_snapshot     10,000
  Dynamic Mega Leveraged Pullback                  market_history
  monthly snapshot + daily runtime                 benchmark_history
                                                   portfolio_snapshot
"
        );
    }

    #[test]
    fn the_table_in_chinese_counts_a_wide_character_as_two() {
        assert_eq!(
            table(&two(), Language::Zh),
            "\
策略、名称、频率                         目标    输入                最低美元
mega_cap_leader_rotation_top50_balanced  weight  feature_snapshot      10,000
  Mega Cap Top50 平衡龙头轮动
  月频
dynamic_mega_leveraged_pullback          weight  feature_snapshot      10,000
  Mega Cap 2x 回调策略                           market_history
  月频快照 + 日频运行                            benchmark_history
                                                 portfolio_snapshot
"
        );
    }

    #[test]
    fn the_table_of_all_fits_a_terminal() {
        for language in [Language::En, Language::Zh] {
            let table = table(&catalog::all().unwrap(), language);
            assert!(table.lines().all(|line| get_line_width(line) <= TERMINAL_WIDTH), "{table}");
        }
    }

    #[test]
    fn every_built_in_cadence_has_chinese_words() {
        for profile in catalog::all().unwrap() {
            assert!(!cadence(&profile.cadence, Language::Zh).is_ascii(), "{}", profile.cadence);
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
                "mega_cap_leader_rotation_top50_balanced,,Mega Cap Leader Rotation Top50 Balanced,\
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

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(500.0), "500");
        assert_eq!(grouped(30_000.0), "30,000");
        assert_eq!(grouped(1_234_567.4), "1,234,567");
    }
}
