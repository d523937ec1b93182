//! `strat list`: the profiles, with what each needs and how often it runs.

use anyhow::{Error, Result};
use clap::{Args, ValueEnum};

use super::Answer;
use super::cli::LanguageArgs;
use super::values::not_empty;
use crate::document::Screen;
use crate::language::Language;
use crate::pipeline::{self, UsageError};
use crate::profile::catalog::{self, CatalogError};
use crate::profile::key::ProfileKey;
use crate::profile::manifest::Manifest;
use crate::profile::words::{InputKind, PlatformId, UnknownWord};
use crate::view;

pub(super) const EXAMPLES: &str = "\
Examples:
  strat list
  strat list --input feature_snapshot --lang zh
  strat list --format json > profiles.json";

/// The flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The form of the output; JSON has every profile's whole manifest
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    /// Only profiles that need this kind of input, such as `feature_snapshot`
    #[arg(long, value_name = "KIND")]
    pub input: Option<String>,
    /// Only profiles that this broker platform can carry out: ibkr, schwab, longbridge
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
    /// The whole manifests.
    Json,
    /// One row a profile.
    Csv,
}

/// What to list, and how.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// How the list is drawn.
    pub format: ListFormat,
    /// Lists only the profiles that need this kind of input.
    pub input: Option<String>,
    /// Lists only the profiles that this platform can carry out.
    pub platform: Option<String>,
    /// The language of the table.
    pub language: Language,
    /// What the table is drawn on.
    pub screen: Screen,
    /// Profiles of the user's own, listed after the built-in ones.
    pub own: Vec<Manifest>,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A filter names what is not there.
    #[error(transparent)]
    UnknownFilter(#[from] UnknownWord),
    /// Two profiles of the user's own share a name.
    #[error("two profiles are called `{name}`")]
    RepeatedName {
        /// The name.
        name: ProfileKey,
    },
    /// A built-in manifest is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A manifest can't be written as JSON.
    #[error("the list can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A manifest can't be written as CSV.
    #[error("the list can't be written as CSV: {0}")]
    Csv(#[from] csv::Error),
}

impl ListError {
    /// How to mend the call.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownFilter(unknown) => Some(unknown.hint()),
            Self::RepeatedName { .. } => Some("rename one of them, or name one file once".to_owned()),
            Self::Catalog(error) => error.hint(),
            Self::Json(_) | Self::Csv(_) => None,
        }
    }
}

/// Lists what the flags ask for.
///
/// # Errors
///
/// When a filter or a profile of the user's own can't be used.
pub fn answer(flags: ListArgs, screen: Screen) -> Result<Answer> {
    let own = flags
        .profile
        .iter()
        .map(|path| pipeline::find_profile(path).map(|(manifest, _)| manifest))
        .collect::<Result<Vec<_>, _>>()?;
    let options = ListOptions {
        format: flags.format,
        input: flags.input,
        platform: flags.platform,
        language: flags.language.lang,
        screen,
        own,
    };
    let text = run(&options).map_err(|error| match error {
        ListError::Json(_) | ListError::Csv(_) => Error::new(error),
        _ => UsageError::new(error.to_string(), error.hint()).into(),
    })?;
    Ok(Answer { text, ..Answer::default() })
}

/// Lists the built-in profiles and then the user's own, as text that ends with a line feed.
///
/// # Errors
///
/// When a filter names no known input kind or platform, or two of the user's own profiles share a name.
pub fn run(options: &ListOptions) -> Result<String, ListError> {
    let input = options.input.as_deref().map(InputKind::parse).transpose()?;
    let platform = options.platform.as_deref().map(PlatformId::parse).transpose()?;
    refuse_repeats(&options.own)?;

    let mut profiles = catalog::all()?;
    profiles.extend(options.own.iter().cloned());
    profiles.retain(|profile| {
        input.is_none_or(|kind| profile.required_inputs.contains(&kind))
            && platform.is_none_or(|id| profile.platforms.iter().any(|platform| platform.id == id))
    });

    Ok(match options.format {
        ListFormat::Table => view::list::table(&profiles, options.language, options.screen),
        ListFormat::Json => view::list::json(&profiles)?,
        ListFormat::Csv => view::list::csv(&profiles)?,
    })
}

/// The catalogue keeps its own names from being taken; this keeps the user's own apart.
fn refuse_repeats(own: &[Manifest]) -> Result<(), ListError> {
    for (place, profile) in own.iter().enumerate() {
        let others = own.iter().take(place);
        let taken = |name: &&ProfileKey| others.clone().any(|other| other.is_called(name.as_str()));
        if let Some(name) = profile.names().find(taken) {
            return Err(ListError::RepeatedName { name: name.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn own(key: &str) -> Manifest {
        let mut manifest = serde_json::to_value(catalog::find("tqqq_growth_income").unwrap()).unwrap();
        manifest["profile"] = json!(key);
        manifest["platforms"] = json!([]);
        catalog::parse_own(&manifest.to_string()).unwrap()
    }

    /// The keys that a call lists.
    fn listed(options: ListOptions) -> Vec<String> {
        let text = run(&ListOptions { format: ListFormat::Json, ..options }).unwrap();
        let list: Value = serde_json::from_str(&text).unwrap();
        let profiles = list["profiles"].as_array().unwrap();
        profiles.iter().map(|profile| profile["profile"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_own_profiles_follow_the_built_in_ones() {
        let keys = listed(ListOptions { own: vec![own("mine"), own("another")], ..ListOptions::default() });
        let expected: Vec<_> = catalog::keys().chain(["mine", "another"]).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_filter_keeps_the_profiles_that_need_the_input() {
        let with_input =
            |kind: &str| listed(ListOptions { input: Some(kind.to_owned()), ..ListOptions::default() });
        assert_eq!(with_input("Derived_Indicators"), ["soxl_soxx_trend_income"]);
        assert_eq!(with_input("market_history"), ["global_etf_rotation", "dynamic_mega_leveraged_pullback"]);
        assert_eq!(with_input("feature_snapshot").len(), 6);
    }

    #[test]
    fn a_filter_keeps_the_profiles_that_the_platform_can_carry_out() {
        let keys = listed(ListOptions {
            platform: Some("ibkr".to_owned()),
            own: vec![own("mine")],
            ..ListOptions::default()
        });
        assert_eq!(keys, catalog::keys().collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_filter_names_the_known_ones() {
        let error =
            run(&ListOptions { input: Some("market".to_owned()), ..ListOptions::default() }).unwrap_err();
        assert_eq!(error.to_string(), "unknown input kind `market`");
        assert_eq!(
            error.hint().unwrap(),
            "did you mean `market_history`? known: market_history, benchmark_history, derived_indicators, \
             feature_snapshot, portfolio_snapshot"
        );
        let error =
            run(&ListOptions { platform: Some("etrade".to_owned()), ..ListOptions::default() }).unwrap_err();
        assert_eq!(error.to_string(), "unknown platform `etrade`");
        assert_eq!(error.hint().unwrap(), "known: ibkr, schwab, longbridge");
    }

    #[test]
    fn two_own_profiles_may_not_share_a_name() {
        let error =
            run(&ListOptions { own: vec![own("mine"), own("mine")], ..ListOptions::default() }).unwrap_err();
        assert_eq!(error.to_string(), "two profiles are called `mine`");
    }

    #[test]
    fn a_listed_manifest_is_a_manifest() {
        let text = run(&ListOptions { format: ListFormat::Json, ..ListOptions::default() }).unwrap();
        let list: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(list["schema"], "strat.profiles.v1");
        let read: Vec<_> = list["profiles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| Manifest::parse(&text.to_string()).unwrap())
            .collect();
        assert_eq!(read, catalog::all().unwrap());
    }
}
