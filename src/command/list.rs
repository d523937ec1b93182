//! `strat list`: the profiles, with what each needs and how often it runs.

use clap::{Args, ValueEnum};

use super::Answer;
use super::Result;
use super::cli::LanguageArgs;
use crate::document::Screen;
use crate::flag::not_empty;
use crate::pipeline::{self, UsageError};
use crate::profile::catalog;
use crate::profile::key::ProfileKey;
use crate::profile::manifest::Manifest;
use crate::profile::words::{InputKind, PlatformId};
use crate::view;

pub(super) const EXAMPLES: &str = "\
Examples:
  strat list
  strat list --input feature_snapshot --lang zh
  strat list --format json > profiles.json";

/// The flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    /// List only profiles that need this kind of input, such as `feature_snapshot`
    #[arg(long, value_name = "KIND")]
    pub input: Option<String>,
    /// List only profiles that this broker platform can run: ibkr, schwab, longbridge
    #[arg(long, value_name = "ID")]
    pub platform: Option<String>,
    /// Also list a profile manifest of your own; may be given again
    #[arg(long, value_name = "FILE", value_parser = not_empty())]
    pub profile: Vec<String>,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
}

/// How the list is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people, within 80 columns.
    #[default]
    Table,
    /// The whole manifest of each profile.
    Json,
    /// One row per profile.
    Csv,
}

/// Lists the built-in profiles and then the user's own.
///
/// # Errors
/// When a filter names no known input kind or platform, a profile of the user's own can't be used, or two of them share a
/// name.
pub fn answer(flags: &ListArgs, screen: Screen) -> Result<Answer> {
    let read = |path: &String| pipeline::find_profile(path).map(|(manifest, _)| manifest);
    let own: Vec<Manifest> = flags.profile.iter().map(read).collect::<Result<_, _>>()?;
    let input = flags.input.as_deref().map(InputKind::parse).transpose().map_err(UsageError::from)?;
    let platform = flags.platform.as_deref().map(PlatformId::parse).transpose().map_err(UsageError::from)?;
    refuse_repeats(&own)?;
    let mut profiles = catalog::all().map_err(UsageError::from)?;
    profiles.extend(own);
    profiles.retain(|profile| {
        input.is_none_or(|kind| profile.required_inputs.contains(&kind))
            && platform.is_none_or(|id| profile.platforms.iter().any(|platform| platform.id == id))
    });
    let text = match flags.format {
        ListFormat::Table => view::list::table(&profiles, flags.language.lang, screen),
        ListFormat::Json => view::list::json(&profiles)?,
        ListFormat::Csv => view::list::csv(&profiles)?,
    };
    Ok(Answer { text, ..Answer::default() })
}

/// The catalogue keeps its own names from being taken; this keeps the user's own apart.
fn refuse_repeats(own: &[Manifest]) -> Result<(), UsageError> {
    for (place, profile) in own.iter().enumerate() {
        let others = own.iter().take(place);
        let taken = |name: &&ProfileKey| others.clone().any(|other| other.is_called(name.as_str()));
        if let Some(name) = profile.names().find(taken) {
            let hint = "rename one of them, or name one file once";
            return Err(UsageError::new(format!("two profiles are called `{name}`"), hint));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::{Value, json};

    use super::*;
    use crate::command::CommandError;

    #[derive(Parser)]
    struct Call {
        #[command(flatten)]
        flags: ListArgs,
    }

    /// The profiles that a call lists.
    fn listed(arguments: &[&str]) -> Result<Vec<Value>> {
        let flags = Call::parse_from(["list", "--format", "json"].iter().chain(arguments)).flags;
        let list: Value = serde_json::from_str(&answer(&flags, Screen::default())?.text).unwrap();
        assert_eq!(list["schema"], "strat.profiles.v1");
        Ok(list["profiles"].as_array().unwrap().clone())
    }

    fn keys(arguments: &[&str]) -> Vec<String> {
        let profiles = listed(arguments).unwrap();
        profiles.iter().map(|profile| profile["profile"].as_str().unwrap().to_owned()).collect()
    }

    fn usage_error(arguments: &[&str]) -> UsageError {
        match listed(arguments) {
            Err(CommandError::Usage(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    /// The path of a manifest of the user's own that no platform carries out.
    fn own(folder: &tempfile::TempDir, key: &str) -> String {
        let mut manifest = serde_json::to_value(catalog::find("tqqq_growth_income").unwrap()).unwrap();
        manifest["profile"] = json!(key);
        manifest["platforms"] = json!([]);
        let path = folder.path().join(format!("{key}.json"));
        std::fs::write(&path, manifest.to_string()).unwrap();
        path.to_string_lossy().into_owned()
    }

    #[test]
    fn the_own_profiles_follow_the_built_in_ones() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(&["--profile", &own(&folder, "mine"), "--profile", &own(&folder, "another")]);
        let expected: Vec<_> = catalog::keys().chain(["mine", "another"]).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_filter_keeps_the_profiles_that_need_the_input() {
        assert_eq!(keys(&["--input", "Derived_Indicators"]), ["soxl_soxx_trend_income"]);
        assert_eq!(
            keys(&["--input", "market_history"]),
            ["global_etf_rotation", "dynamic_mega_leveraged_pullback"]
        );
        assert_eq!(keys(&["--input", "feature_snapshot"]).len(), 6);
    }

    #[test]
    fn a_filter_keeps_the_profiles_that_the_platform_can_carry_out() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(&["--platform", "ibkr", "--profile", &own(&folder, "mine")]);
        assert_eq!(keys, catalog::keys().collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_filter_names_the_known_ones() {
        let error = usage_error(&["--input", "market"]);
        assert_eq!(error.to_string(), "unknown input kind `market`");
        assert_eq!(
            error.problems[0].hint.as_deref().unwrap(),
            "did you mean `market_history`? known: market_history, benchmark_history, derived_indicators, \
             feature_snapshot, portfolio_snapshot"
        );
        let error = usage_error(&["--platform", "etrade"]);
        assert_eq!(error.to_string(), "unknown platform `etrade`");
        assert_eq!(error.problems[0].hint.as_deref().unwrap(), "known: ibkr, schwab, longbridge");
    }

    #[test]
    fn two_own_profiles_may_not_share_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let mine = own(&folder, "mine");
        let error = usage_error(&["--profile", &mine, "--profile", &mine]);
        assert_eq!(error.to_string(), "two profiles are called `mine`");
    }

    #[test]
    fn a_listed_manifest_is_a_manifest() {
        let listed = listed(&[]).unwrap();
        let read: Vec<_> =
            listed.iter().map(|text| Manifest::parse(&text.to_string(), "listed").unwrap()).collect();
        assert_eq!(read, catalog::all().unwrap());
    }
}
