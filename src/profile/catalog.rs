//! The nine built-in profiles, and where a manifest of the user's own must agree with them.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::profile::key::ProfileKey;
use crate::profile::manifest::{Column, Manifest, START_FROM_BUILT_IN, SnapshotContract, unless_refused};
use crate::profile::words::StrategyName;
use crate::suggestion::{self, Problem};

macro_rules! built_in {
    ($($key:literal,)+) => {
        /// Each key with the text of its manifest; read only when it is asked for.
        const BUILT_IN: &[(&str, &str)] =
            &[$(($key, include_str!(concat!("../../manifests/", $key, ".json"))),)+];
    };
}

built_in! {
    "global_etf_rotation",
    "russell_1000_multi_factor_defensive",
    "tech_communication_pullback_enhancement",
    "mega_cap_leader_rotation_dynamic_top20",
    "mega_cap_leader_rotation_aggressive",
    "mega_cap_leader_rotation_top50_balanced",
    "dynamic_mega_leveraged_pullback",
    "tqqq_growth_income",
    "soxl_soxx_trend_income",
}

/// What a profile's status may be.
const STATUSES: [&str; 4] = ["runtime_enabled", "research_only", "disabled", "retired"];

/// The keys of the built-in profiles, in the order of the catalogue.
pub fn keys() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(key, _)| *key)
}

/// The built-in profile of a key or alias, in any case and surrounding white space aside.
///
/// # Errors
///
/// When no built-in profile has the name.
pub fn find(name: &str) -> Result<Manifest, Problem> {
    let (key, text) = built_in(name).ok_or_else(|| {
        let names = names();
        let nearest = suggestion::nearest(name, names.iter().map(String::as_str));
        let hint = suggestion::question_and_list(&nearest, "`strat list` shows them all");
        Problem::new(format!("unknown profile `{name}`"), hint)
    })?;
    read(key, text)
}

/// The key of the built-in profile that a key or alias means; `None` when it means none.
pub fn canonical_key(name: &str) -> Option<&'static str> {
    built_in(name).map(|(key, _)| key)
}

/// Every built-in profile, in the order of the catalogue.
///
/// # Errors
///
/// When a built-in manifest can't be read, which would be a fault of the program.
pub fn all() -> Result<Vec<Manifest>, Problem> {
    BUILT_IN.iter().map(|(key, text)| read(key, text)).collect()
}

/// The columns that contracts of other built-in profiles have and this one lacks, each with the keys of those profiles.
pub fn columns_of_other_contracts(contract: &SnapshotContract) -> BTreeMap<String, Vec<String>> {
    let mut columns = BTreeMap::<String, Vec<String>>::new();
    for manifest in all().unwrap_or_default() {
        let others = manifest.snapshot.map_or_else(Vec::new, |snapshot| snapshot.columns);
        for column in others.into_iter().filter(|column| contract.column(&column.name).is_none()) {
            columns.entry(column.name).or_default().push(manifest.profile.to_string());
        }
    }
    columns
}

/// Reads a manifest of the user's own and holds it against the catalogue.
///
/// It may not take the key or an alias of a built-in profile: two profiles of one name could not be told
/// apart in a decision, a sidecar manifest or a log. Its config must have the very keys of the strategy,
/// and its snapshot contract every column that the strategy reads, lest a column of the file be passed over
/// as unknown; bounds, further columns and all values are its own.
///
/// # Errors
///
/// Those of [`Manifest::parse`], and every disagreement with the catalogue.
pub fn parse_own(text: &str, file: &str) -> Result<Manifest, Vec<Finding>> {
    let manifest = Manifest::parse(text, file)?;
    let mut problems = names_taken(&manifest);
    if let Some(model) = model(manifest.strategy) {
        problems.extend(columns_missing(&manifest, &model));
        problems.extend(config_keys_astray(&manifest, &model));
        problems.extend(effective_of_another_strategy(&manifest, &model));
    }
    if !STATUSES.contains(&manifest.status.as_str()) {
        let message =
            format!("field `status` is `{}`, which is not one of {}", manifest.status, STATUSES.join(", "));
        problems.push(Problem::new(message, "write \"status\": \"runtime_enabled\""));
    }
    unless_refused(manifest, problems, file)
}

fn built_in(name: &str) -> Option<(&'static str, &'static str)> {
    let name = name.trim();
    // Keys come first: most callers use them, and they need no manifest to be read.
    let by_key = BUILT_IN.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let is_called = |(key, text): &&(&str, &str)| read(key, text).is_ok_and(|own| own.is_called(name));
    by_key.or_else(|| BUILT_IN.iter().find(is_called)).copied()
}

/// Every key, then every alias of the built-in profiles.
pub fn names() -> Vec<String> {
    let manifests = all().unwrap_or_default();
    let aliases = manifests.iter().flat_map(|manifest| &manifest.aliases).map(ToString::to_string);
    keys().map(str::to_owned).chain(aliases).collect()
}

fn read(key: &str, text: &str) -> Result<Manifest, Problem> {
    Manifest::parse(text, key).map_err(|findings| {
        let reasons: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        let message = format!("the built-in manifest of `{key}` can't be read: {}", reasons.join("; "));
        Problem { message, hint: None }
    })
}

/// The first built-in profile of a strategy: what another profile over that strategy must look like.
pub fn model(strategy: StrategyName) -> Option<Manifest> {
    BUILT_IN
        .iter()
        .filter_map(|(key, text)| read(key, text).ok())
        .find(|built_in| built_in.strategy == strategy)
}

fn names_taken(manifest: &Manifest) -> Vec<Problem> {
    let problem = |name: &ProfileKey| {
        let owner = canonical_key(name.as_str())?;
        let message = format!("the name `{name}` belongs to the built-in profile `{owner}`");
        Some(Problem::new(message, "choose another name: outputs of two profiles must be told apart by it"))
    };
    manifest.names().filter_map(problem).collect()
}

/// The session that targets are for is part of a strategy: it reads closes of the day, or a snapshot of the day before.
fn effective_of_another_strategy(manifest: &Manifest, model: &Manifest) -> Option<Problem> {
    let (observed, expected) = (manifest.effective, model.effective);
    (observed != expected).then(|| {
        let strategy = manifest.strategy;
        let message =
            format!("field `effective` is `{observed}`, and strategy `{strategy}` decides for `{expected}`");
        Problem::new(message, format!("write \"effective\": \"{expected}\""))
    })
}

fn columns_missing(manifest: &Manifest, model: &Manifest) -> Vec<Problem> {
    let (Some(own), Some(read)) = (&manifest.snapshot, &model.snapshot) else { return Vec::new() };
    let problem = |column: &_| column_problem(own, column, manifest.strategy);
    read.columns.iter().filter_map(problem).collect()
}

fn column_problem(own: &SnapshotContract, read: &Column, strategy: StrategyName) -> Option<Problem> {
    let Column { name, kind, .. } = read;
    let (fault, hint) = match own.column(name) {
        Some(column) if column.kind == *kind && (column.required || !read.required) => return None,
        Some(column) if column.kind == *kind => (
            format!("does not require `{name}`, which strategy `{strategy}` can't do without"),
            "write \"required\": true".to_owned(),
        ),
        _ => (
            format!("does not declare the {kind} `{name}`, which strategy `{strategy}` reads"),
            format!("declare it: {{\"name\": \"{name}\", \"type\": \"{kind}\", ...}}"),
        ),
    };
    Some(Problem::new(format!("field `snapshot.columns` {fault}"), hint))
}

fn config_keys_astray(manifest: &Manifest, model: &Manifest) -> Vec<Problem> {
    let known = || model.config.keys().map(String::as_str);
    let unknown = manifest.config.keys().filter(|key| !model.config.contains_key(*key)).map(|key| Problem {
        message: format!("field `config` has the unknown key `{key}`"),
        hint: suggestion::question(&suggestion::nearest(key, known())),
    });
    let missing = known().filter(|key| !manifest.config.contains_key(*key)).map(|key| {
        let message = format!("field `config` lacks the key `{key}` of strategy `{}`", manifest.strategy);
        Problem::new(message, START_FROM_BUILT_IN)
    });
    unknown.chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A manifest of a user's own, made from a built-in one.
    fn own(key: &str) -> Value {
        let mut manifest = serde_json::to_value(find(key).unwrap()).unwrap();
        manifest["profile"] = json!("mine");
        manifest["aliases"] = json!([]);
        manifest
    }

    #[test]
    fn a_manifest_that_contradicts_its_strategy_is_refused() {
        let mut manifest = own("tqqq_growth_income");
        // What results are compared with may be any symbol.
        manifest["benchmark"] = json!("VOO");
        assert!(parse_own(&manifest.to_string(), "mine.json").is_ok());
        manifest["effective"] = json!("same_day");
        manifest["status"] = json!("live");
        assert_eq!(
            problems(&manifest),
            [
                "field `effective` is `same_day`, and strategy `tqqq_growth_income` decides for `next_session`",
                "field `status` is `live`, which is not one of runtime_enabled, research_only, disabled, retired",
            ]
        );
    }

    fn problems(manifest: &Value) -> Vec<String> {
        let findings = parse_own(&manifest.to_string(), "mine.json").unwrap_err();
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn every_manifest_is_filed_under_its_key() {
        let keys: Vec<_> = keys().collect();
        let profiles: Vec<_> =
            all().unwrap().into_iter().map(|manifest| manifest.profile.to_string()).collect();
        assert_eq!(profiles, keys);
    }

    #[test]
    fn a_name_means_one_profile() {
        let mut names: Vec<_> = all()
            .unwrap()
            .iter()
            .flat_map(|manifest| manifest.names().cloned().collect::<Vec<_>>())
            .collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_profile_is_found_by_key_or_alias_in_any_case() {
        for (name, key) in [
            ("tqqq_growth_income", "tqqq_growth_income"),
            ("  TQQQ_Growth_Income\n", "tqqq_growth_income"),
            ("global_macro_etf_rotation", "global_etf_rotation"),
            ("R1000_MULTIFACTOR_DEFENSIVE", "russell_1000_multi_factor_defensive"),
            ("qqq_tech_enhancement", "tech_communication_pullback_enhancement"),
        ] {
            assert_eq!(find(name).unwrap().profile.as_str(), key);
            assert_eq!(canonical_key(name), Some(key));
        }
        assert_eq!(canonical_key("mega"), None);
    }

    #[test]
    fn an_unknown_profile_names_close_matches() {
        for (name, hint) in [
            ("tqqq", "did you mean `tqqq_growth_income`? `strat list` shows them all"),
            ("soxl_soxx_trend_incme", "did you mean `soxl_soxx_trend_income`? `strat list` shows them all"),
            ("global-etf-rotation", "did you mean `global_etf_rotation`? `strat list` shows them all"),
            (
                "mega_cap_leader_rotation_agressive",
                "did you mean `mega_cap_leader_rotation_aggressive`? `strat list` shows them all",
            ),
            ("r1000", "did you mean `r1000_multifactor_defensive`? `strat list` shows them all"),
            (
                "mega",
                "did you mean `mega_cap_leader_rotation_dynamic_top20`, `mega_cap_leader_rotation_aggressive`, \
                 `mega_cap_leader_rotation_top50_balanced` or `dynamic_mega_leveraged_pullback`? `strat list` \
                 shows them all",
            ),
            ("buy low", "`strat list` shows them all"),
        ] {
            let error = find(name).unwrap_err();
            assert_eq!(error.to_string(), format!("unknown profile `{name}`"));
            assert_eq!(error.hint.as_deref(), Some(hint));
        }
    }

    #[test]
    fn an_own_manifest_may_change_values_bounds_and_columns() {
        for key in keys() {
            let mut manifest = own(key);
            manifest["min_recommended_equity_usd"] = json!(2500.5);
            if let Some(contract) = manifest["snapshot"].as_object_mut() {
                contract["columns"].as_array_mut().unwrap().push(json!(
                    {"name": "beta", "type": "number", "required": false}
                ));
            }
            assert_eq!(
                parse_own(&manifest.to_string(), "mine.json").unwrap().profile.as_str(),
                "mine",
                "{key}"
            );
        }
    }

    #[test]
    fn an_own_manifest_may_not_take_a_built_in_name() {
        let mut manifest = own("global_etf_rotation");
        manifest["profile"] = json!("tqqq_growth_income");
        manifest["aliases"] = json!(["qqq_tech_enhancement"]);
        assert_eq!(
            problems(&manifest),
            [
                "the name `tqqq_growth_income` belongs to the built-in profile `tqqq_growth_income`",
                "the name `qqq_tech_enhancement` belongs to the built-in profile \
             `tech_communication_pullback_enhancement`",
            ]
        );
    }

    #[test]
    fn an_own_manifest_declares_every_column_that_the_strategy_reads() {
        let mut manifest = own("russell_1000_multi_factor_defensive");
        let columns = manifest["snapshot"]["columns"].as_array_mut().unwrap();
        columns.retain(|column| column["name"] != "eligible");
        for column in columns {
            if column["name"] == "sector" {
                column["type"] = json!("number");
            }
            if column["name"] == "mom_12_1" {
                column["required"] = json!(false);
            }
        }
        assert_eq!(
            problems(&manifest),
            [
                "field `snapshot.columns` does not declare the text `sector`, which strategy \
             `russell_1000_multi_factor` reads",
                "field `snapshot.columns` does not require `mom_12_1`, which strategy `russell_1000_multi_factor` \
             can't do without",
                "field `snapshot.columns` does not declare the boolean `eligible`, which strategy \
             `russell_1000_multi_factor` reads",
            ]
        );
    }

    #[test]
    fn an_own_manifest_has_the_very_config_keys_of_the_strategy() {
        let mut manifest = own("soxl_soxx_trend_income");
        let config = manifest["config"].as_object_mut().unwrap();
        let window = config.remove("trend_ma_window").unwrap();
        config.insert("trend_ma_windw".to_owned(), window);
        let findings = parse_own(&manifest.to_string(), "mine.json").unwrap_err();
        let texts: Vec<_> =
            findings.iter().map(|finding| (finding.message.as_str(), finding.hint.as_deref())).collect();
        assert_eq!(
            texts,
            [
                (
                    "field `config` has the unknown key `trend_ma_windw`",
                    Some("did you mean `trend_ma_window`?")
                ),
                (
                    "field `config` lacks the key `trend_ma_window` of strategy `soxl_soxx_trend_income`",
                    Some("start from a built-in profile of the same strategy: `strat list --format json`")
                ),
            ]
        );
    }
}
