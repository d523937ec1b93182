//! The manifest of a profile: everything that tells it from another profile over the same strategy.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::finding::{Code, Finding};
use crate::language::Language;
use crate::number::exact_integer;
use crate::profile;
use crate::profile::config::{self, Config};
use crate::profile::json_problem::JsonProblem;
use crate::profile::key::ProfileKey;
use crate::profile::words::{
    ColumnType, Effective, InputKind, PlatformId, SchemaVersion, StrategyName, TargetMode,
};
use crate::suggestion::Problem;
use crate::symbol::Symbol;

/// A profile: its names, its strategy with every number of the config, what it needs, who it is for.
///
/// Every field is mandatory and no other is known, so that a missing or misspelt one can't pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The shape of the manifest.
    pub schema: SchemaVersion,
    /// The canonical key.
    pub profile: ProfileKey,
    /// Older keys that mean the same profile.
    pub aliases: Vec<ProfileKey>,
    /// The name for people.
    pub display_name: Localized,
    /// What the profile does, in a sentence or two.
    pub description: Localized,
    /// The strategy that the profile runs.
    pub strategy: StrategyName,
    /// How often the profile is meant to run.
    #[serde(deserialize_with = "not_blank")]
    pub cadence: String,
    /// The session that a decision is for.
    pub effective: Effective,
    /// The symbol that people measure the profile against.
    #[serde(deserialize_with = "crate::symbol::ticker")]
    pub benchmark: Symbol,
    /// The profile's part among the others, as a word.
    #[serde(deserialize_with = "not_blank")]
    pub role: String,
    /// Whether runtimes may use the profile, as a word.
    #[serde(deserialize_with = "not_blank")]
    pub status: String,
    /// The market that the profile trades, as a word.
    #[serde(deserialize_with = "not_blank")]
    pub domain: String,
    /// The broker platforms that can carry out the profile's decisions.
    pub platforms: Vec<Platform>,
    /// The unit of the profile's targets.
    pub target_mode: TargetMode,
    /// What the profile can't decide without.
    pub required_inputs: Vec<InputKind>,
    /// The contract of the feature snapshot; `null` for a profile that takes none.
    // The named function is the one serde uses anyway; naming it makes an absent field an error.
    #[serde(deserialize_with = "Option::deserialize")]
    pub snapshot: Option<SnapshotContract>,
    /// The equity in US dollars below which whole shares blur the targets: advice, never a limit.
    #[serde(deserialize_with = "positive", serialize_with = "plain_number")]
    pub min_recommended_equity_usd: f64,
    /// What a smaller account does to the profile, for people.
    pub small_account_behavior: Localized,
    /// Every number of the strategy.
    #[serde(deserialize_with = "config::without_repeats")]
    pub config: Config,
}

/// A text in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Localized {
    /// The English text.
    #[serde(deserialize_with = "not_blank")]
    pub en: String,
    /// The Chinese text.
    #[serde(deserialize_with = "not_blank")]
    pub zh: String,
}

impl Localized {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }
}

/// A broker platform that can carry out a profile's decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// The platform's short name.
    pub id: PlatformId,
    /// The repository of the platform's program.
    #[serde(deserialize_with = "not_blank")]
    pub repository: String,
    /// The unit that the platform works in; another one is converted to it.
    pub target_mode: TargetMode,
}

/// What a feature snapshot must look like for a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SnapshotContract {
    /// The version that the snapshot's sidecar manifest must name.
    #[serde(deserialize_with = "not_blank")]
    pub contract_version: String,
    /// Whether runtimes refuse a snapshot without a sidecar manifest.
    pub manifest_required: bool,
    /// The columns that the profile knows.
    pub columns: Vec<Column>,
}

impl SnapshotContract {
    /// The column of a name; `None` when the profile does not know it.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column of a feature snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The name in the header, in lower case.
    #[serde(deserialize_with = "column_name")]
    pub name: String,
    /// How its cells are read.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether a snapshot without it breaks the contract.
    pub required: bool,
    /// A number that the cells must lie above.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "plain_bound")]
    pub above: Option<f64>,
    /// The least number that the cells may hold.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "plain_bound")]
    pub at_least: Option<f64>,
}

impl Manifest {
    /// Reads a manifest, by itself; what the catalogue has to say about one of the user's own is
    /// [`crate::profile::catalog::parse_own`].
    ///
    /// # Errors
    ///
    /// With line and character when the text is not JSON or a field is missing, unknown or of another type;
    /// with every contradiction when the fields do not go together. The findings are about `file`.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Finding>> {
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| vec![JsonProblem::of(&error, text).finding(Code::ProfileInvalid, file)])?;
        let problems = manifest.contradictions();
        unless_refused(manifest, problems, file)
    }

    /// Whether a name, in any case and surrounding white space aside, is the profile's key or an alias.
    pub fn is_called(&self, name: &str) -> bool {
        self.names().any(|own| own.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// The key and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &ProfileKey> {
        std::iter::once(&self.profile).chain(&self.aliases)
    }

    fn contradictions(&self) -> Vec<Problem> {
        let (strategy, facts) = (self.strategy, self.strategy.facts());
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: String, hint: String| {
            problems.push(Problem::new(format!("field `{field}` {message}"), hint));
        };
        if self.target_mode != facts.target_mode {
            let message = format!(
                "is `{}`, and strategy `{strategy}` computes `{}`",
                self.target_mode, facts.target_mode
            );
            refuse("target_mode", message, format!("write \"target_mode\": \"{}\"", facts.target_mode));
        }
        if !same_members(&self.required_inputs, facts.required_inputs) {
            let inputs: Vec<String> =
                facts.required_inputs.iter().map(|input| format!("\"{input}\"")).collect();
            let hint = format!("write \"required_inputs\": [{}]", inputs.join(", "));
            refuse("required_inputs", format!("is not what strategy `{strategy}` reads"), hint);
        }
        match &self.snapshot {
            None if facts.takes_snapshot() => {
                let message = format!("is null, and strategy `{strategy}` reads a feature snapshot");
                refuse("snapshot", message, START_FROM_BUILT_IN.to_owned());
            }
            Some(_) if !facts.takes_snapshot() => {
                let message = format!("has a contract, and strategy `{strategy}` reads no feature snapshot");
                refuse("snapshot", message, "write \"snapshot\": null".to_owned());
            }
            _ => {}
        }
        let columns = self.snapshot.as_ref().map_or(&[][..], |contract| &contract.columns);
        let keep_one = || "keep one".to_owned();
        for name in repeated(columns.iter().map(|column| &column.name)) {
            refuse("snapshot.columns", format!("names `{name}` twice"), keep_one());
        }
        for Column { name, .. } in columns.iter().filter(|column| column.bounds_no_number()) {
            let hint = "remove `above` and `at_least`".to_owned();
            refuse("snapshot.columns", format!("bounds `{name}`, which holds no numbers"), hint);
        }
        for id in repeated(self.platforms.iter().map(|platform| &platform.id)) {
            refuse("platforms", format!("names `{id}` twice"), keep_one());
        }
        for alias in repeated(self.names()) {
            refuse("aliases", format!("names `{alias}`, which the profile is called already"), keep_one());
        }
        problems
    }
}

/// The cure of a manifest that lacks what its strategy needs.
pub(super) const START_FROM_BUILT_IN: &str =
    "start from a built-in profile of the same strategy: `strat list --format json`";

/// The manifest, where nothing is wrong with it.
///
/// # Errors
/// With every problem, as findings about its file.
pub(super) fn unless_refused(
    manifest: Manifest,
    problems: Vec<Problem>,
    file: &str,
) -> Result<Manifest, Vec<Finding>> {
    let finding = |problem| profile::finding(problem, Code::ProfileInvalid, file);
    if problems.is_empty() { Ok(manifest) } else { Err(problems.into_iter().map(finding).collect()) }
}

impl Column {
    fn bounds_no_number(&self) -> bool {
        self.kind != ColumnType::Number && (self.above.is_some() || self.at_least.is_some())
    }
}

/// Whether two lists have the same members, in whatever order, none twice.
fn same_members(left: &[InputKind], right: &[InputKind]) -> bool {
    left.len() == right.len() && right.iter().all(|member| left.contains(member))
}

/// The members that stand in a list a second time.
fn repeated<'a, T: Ord>(members: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut seen = BTreeSet::new();
    members.filter(|member| !seen.insert(*member)).collect()
}

fn not_blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Err(de::Error::custom("the text is blank"));
    }
    // These texts reach terminals and table cells as they are.
    if text.contains(char::is_control) {
        return Err(de::Error::custom("the text holds a control character or a line break"));
    }
    Ok(text)
}

/// Headers are matched in lower case, so a column named otherwise would never be found.
fn column_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = not_blank(deserializer)?;
    if name.trim() != name || name.to_lowercase() != name {
        return Err(de::Error::custom(format!(
            "the column name `{}` is not trimmed lower case",
            name.escape_debug()
        )));
    }
    Ok(name)
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number > 0.0 {
        Ok(number)
    } else {
        Err(de::Error::custom(format!("found {number}, expected a number above 0")))
    }
}

/// Writes 3000 as `3000`, as the manifests have it, and not as `3000.0`.
fn plain_number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match exact_integer(*number) {
        Some(integer) => serializer.serialize_i64(integer),
        None => serializer.serialize_f64(*number),
    }
}

fn plain_bound<S: Serializer>(bound: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match bound {
        Some(number) => plain_number(number, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn mega() -> Value {
        serde_json::from_str(include_str!("../../manifests/mega_cap_leader_rotation_aggressive.json"))
            .unwrap()
    }

    fn parse(manifest: &Value) -> Result<Manifest, Vec<Finding>> {
        Manifest::parse(&manifest.to_string(), "mine.json")
    }

    /// The one finding about a manifest.
    fn refusal(text: &str) -> Finding {
        let mut findings = Manifest::parse(text, "mine.json").unwrap_err();
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.remove(0)
    }

    /// The one contradiction of a manifest, and its hint.
    fn contradiction(manifest: &Value) -> (String, String) {
        let finding = refusal(&manifest.to_string());
        (finding.message, finding.hint.unwrap())
    }

    fn json_message(manifest: &Value) -> String {
        let finding = refusal(&manifest.to_string());
        assert!(finding.line.is_some(), "{finding:?}");
        finding.message
    }

    /// The pointers of every object of a manifest, but for the config, which the strategy checks.
    fn objects(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.push(pointer.to_owned());
                for (name, field) in fields.iter().filter(|(name, _)| *name != "config") {
                    objects(field, &format!("{pointer}/{name}"), found);
                }
            }
            Value::Array(members) => {
                for (place, member) in members.iter().enumerate() {
                    objects(member, &format!("{pointer}/{place}"), found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_field_is_mandatory_and_no_other_is_known() {
        let whole = mega();
        assert!(parse(&whole).is_ok());
        let mut pointers = Vec::new();
        objects(&whole, "", &mut pointers);
        assert_eq!(pointers.len(), 1 + 3 + 3 + 1 + 18, "manifest, texts, platforms, snapshot, columns");
        for pointer in pointers {
            let names: Vec<String> =
                whole.pointer(&pointer).unwrap().as_object().unwrap().keys().cloned().collect();
            for name in names.iter().filter(|name| !["above", "at_least"].contains(&name.as_str())) {
                let mut lacking = whole.clone();
                lacking.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name);
                assert_eq!(json_message(&lacking), format!("missing field `{name}`"), "{pointer}");
            }
            let mut odd = whole.clone();
            odd.pointer_mut(&pointer).unwrap()["colour"] = json!("blue");
            assert!(json_message(&odd).starts_with("unknown field `colour`"), "{pointer}");
        }
    }

    #[test]
    fn what_no_field_may_hold_is_refused() {
        for (pointer, value, message) in [
            (
                "/schema",
                json!("strat.profile.v2"),
                "unknown schema `strat.profile.v2`; did you mean `strat.profile.v1`? known: strat.profile.v1",
            ),
            (
                "/profile",
                json!("Mine"),
                "`Mine` is not a profile key: lower-case letters, digits and underscores",
            ),
            ("/aliases/0", json!(""), "`` is not a profile key: lower-case letters, digits and underscores"),
            ("/display_name/zh", json!(" "), "the text is blank"),
            ("/role", json!("\u{1b}[31m"), "the text holds a control character or a line break"),
            (
                "/platforms/0/id",
                json!("ikbr"),
                "unknown platform `ikbr`; did you mean `ibkr`? known: ibkr, schwab, longbridge",
            ),
            ("/min_recommended_equity_usd", json!(0), "found 0, expected a number above 0"),
            ("/snapshot/columns/4/name", json!("Close"), "the column name `Close` is not trimmed lower case"),
            ("/benchmark", json!(""), "invalid value: string \"\", expected a ticker symbol"),
        ] {
            let mut manifest = mega();
            manifest["aliases"] = json!(["mine"]);
            *manifest.pointer_mut(pointer).unwrap() = value;
            assert_eq!(json_message(&manifest), message, "{pointer}");
        }
    }

    #[test]
    fn a_bad_field_is_named_with_its_line() {
        let text = "{\n  \"schema\": \"strat.profile.v1\",\n  \"profile\": \"A b\",\n  \"aliases\": []\n}";
        let finding = refusal(text);
        assert_eq!((finding.line, finding.character), (Some(3), Some(18)), "{finding:?}");
    }

    #[test]
    fn a_config_key_may_not_stand_twice() {
        let text = mega().to_string().replace("\"hold_buffer\":2", "\"hold_buffer\":2,\"hold_buffer\":3");
        assert_eq!(refusal(&text).message, "the key `hold_buffer` appears twice");
    }

    #[test]
    fn fields_that_contradict_the_strategy_are_refused() {
        let mut manifest = mega();
        manifest["target_mode"] = json!("value");
        assert_eq!(
            contradiction(&manifest),
            (
                "field `target_mode` is `value`, and strategy `mega_cap_leader_rotation` computes `weight`"
                    .to_owned(),
                "write \"target_mode\": \"weight\"".to_owned()
            )
        );

        let mut manifest = mega();
        manifest["required_inputs"] = json!(["market_history"]);
        assert_eq!(
            contradiction(&manifest),
            (
                "field `required_inputs` is not what strategy `mega_cap_leader_rotation` reads".to_owned(),
                "write \"required_inputs\": [\"feature_snapshot\"]".to_owned()
            )
        );

        let mut manifest = mega();
        manifest["snapshot"] = json!(null);
        assert_eq!(
            contradiction(&manifest).0,
            "field `snapshot` is null, and strategy `mega_cap_leader_rotation` reads a feature snapshot"
        );

        let mut manifest: Value =
            serde_json::from_str(include_str!("../../manifests/tqqq_growth_income.json")).unwrap();
        manifest["snapshot"] = mega()["snapshot"].clone();
        assert_eq!(
            contradiction(&manifest),
            (
                "field `snapshot` has a contract, and strategy `tqqq_growth_income` reads no feature snapshot"
                    .to_owned(),
                "write \"snapshot\": null".to_owned()
            )
        );
    }

    #[test]
    fn what_stands_twice_is_refused() {
        let mut manifest = mega();
        manifest["snapshot"]["columns"][3] = manifest["snapshot"]["columns"][2].clone();
        assert_eq!(contradiction(&manifest).0, "field `snapshot.columns` names `symbol` twice");

        let mut manifest = mega();
        manifest["platforms"][1] = manifest["platforms"][0].clone();
        assert_eq!(contradiction(&manifest).0, "field `platforms` names `ibkr` twice");

        let mut manifest = mega();
        manifest["aliases"] = json!(["mega_cap_leader_rotation_aggressive"]);
        assert_eq!(
            contradiction(&manifest).0,
            "field `aliases` names `mega_cap_leader_rotation_aggressive`, which the profile is called already"
        );
    }

    #[test]
    fn a_bound_belongs_to_a_number() {
        let mut manifest = mega();
        manifest["snapshot"]["columns"][3]["above"] = json!(1);
        assert_eq!(
            contradiction(&manifest),
            (
                "field `snapshot.columns` bounds `sector`, which holds no numbers".to_owned(),
                "remove `above` and `at_least`".to_owned()
            )
        );
    }

    #[test]
    fn every_contradiction_is_a_finding() {
        let mut manifest = mega();
        manifest["target_mode"] = json!("value");
        manifest["required_inputs"] = json!([]);
        let findings = parse(&manifest).unwrap_err();
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| {
            finding.code == Code::ProfileInvalid
                && finding.file.as_deref() == Some("mine.json")
                && finding.hint.is_some()
        }));
    }

    #[test]
    fn a_manifest_is_written_as_it_was_read() {
        let manifest = parse(&mega()).unwrap();
        assert_eq!(serde_json::to_value(&manifest).unwrap(), mega());
    }

    #[test]
    fn a_profile_is_called_by_its_key_and_aliases_in_any_case() {
        let mut manifest = mega();
        manifest["aliases"] = json!(["boldest"]);
        let manifest = parse(&manifest).unwrap();
        assert!(manifest.is_called(" Mega_Cap_Leader_Rotation_Aggressive "));
        assert!(manifest.is_called("BOLDEST"));
        assert!(!manifest.is_called("bold"));
    }
}
