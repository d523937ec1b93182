//! Why a text is no manifest, and how to mend it.

use super::json_problem::JsonProblem;
use super::key::ProfileKey;
use super::suggestion;
use super::words::{ColumnType, Effective, PlatformId, StrategyName, TargetMode};
use crate::finding::{Code, Finding};

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The text is not JSON, or a field is missing, unknown, or of another type.
    #[error(transparent)]
    Json(#[from] JsonProblem),
    /// The fields are there and contradict each other or the catalogue.
    #[error("{}", sentences(.0))]
    Contradictions(Vec<ManifestProblem>),
}

impl ManifestError {
    /// The error as findings about the manifest's file.
    pub fn findings(&self, file: &str) -> Vec<Finding> {
        match self {
            Self::Json(problem) => vec![problem.finding(Code::ProfileInvalid, file)],
            Self::Contradictions(problems) => problems.iter().map(|problem| problem.finding(file)).collect(),
        }
    }
}

fn sentences(problems: &[ManifestProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What a profile's status may be.
pub const STATUSES: [&str; 4] = ["runtime_enabled", "research_only", "disabled", "retired"];

/// Something that the fields of a manifest contradict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestProblem {
    /// The strategy computes targets in another unit.
    #[error("field `target_mode` is `{observed}`, and strategy `{strategy}` computes `{}`", strategy.facts().target_mode)]
    TargetModeOfAnotherStrategy {
        /// The strategy.
        strategy: StrategyName,
        /// The mode that the manifest names.
        observed: TargetMode,
    },
    /// The strategy decides for another session.
    #[error("field `effective` is `{}`, and strategy `{strategy}` decides for `{}`", observed.as_str(), expected.as_str())]
    EffectiveOfAnotherStrategy {
        /// The strategy.
        strategy: StrategyName,
        /// The session that the manifest names.
        observed: Effective,
        /// The session that the strategy decides for.
        expected: Effective,
    },
    /// The status is not a known word.
    #[error("field `status` is `{observed}`, which is not one of {}", STATUSES.join(", "))]
    UnknownStatus {
        /// The word.
        observed: String,
    },
    /// The strategy reads other inputs.
    #[error("field `required_inputs` is not what strategy `{strategy}` reads")]
    InputsOfAnotherStrategy {
        /// The strategy.
        strategy: StrategyName,
    },
    /// The strategy reads a snapshot and the manifest has no contract for one.
    #[error("field `snapshot` is null, and strategy `{strategy}` reads a feature snapshot")]
    NoSnapshotContract {
        /// The strategy.
        strategy: StrategyName,
    },
    /// The manifest has a contract for a snapshot that the strategy does not read.
    #[error("field `snapshot` has a contract, and strategy `{strategy}` reads no feature snapshot")]
    NeedlessSnapshotContract {
        /// The strategy.
        strategy: StrategyName,
    },
    /// A column is declared twice.
    #[error("field `snapshot.columns` names `{name}` twice")]
    RepeatedColumn {
        /// The column.
        name: String,
    },
    /// A bound on a column that holds no numbers.
    #[error("field `snapshot.columns` bounds `{name}`, which holds no numbers")]
    BoundOfNoNumber {
        /// The column.
        name: String,
    },
    /// A platform is listed twice.
    #[error("field `platforms` names `{id}` twice")]
    RepeatedPlatform {
        /// The platform.
        id: PlatformId,
    },
    /// An alias is listed twice, or is the key itself.
    #[error("field `aliases` names `{alias}`, which the profile is called already")]
    RepeatedName {
        /// The alias.
        alias: ProfileKey,
    },
    /// A built-in profile has the name.
    #[error("the name `{name}` belongs to the built-in profile `{owner}`")]
    NameTaken {
        /// The name.
        name: ProfileKey,
        /// The key of the profile that has it.
        owner: String,
    },
    /// The strategy reads a column that the manifest does not declare as it does.
    #[error(
        "field `snapshot.columns` does not declare the {kind} `{name}`, which strategy `{strategy}` reads"
    )]
    UndeclaredColumn {
        /// The strategy.
        strategy: StrategyName,
        /// The column.
        name: String,
        /// How the strategy reads it.
        kind: ColumnType,
    },
    /// A column that the strategy can't do without is declared as one that it can.
    #[error(
        "field `snapshot.columns` does not require `{name}`, which strategy `{strategy}` can't do without"
    )]
    ColumnNotRequired {
        /// The strategy.
        strategy: StrategyName,
        /// The column.
        name: String,
    },
    /// The strategy has no such config key.
    #[error("field `config` has the unknown key `{key}`")]
    UnknownConfigKey {
        /// The key.
        key: String,
        /// The keys that may have been meant.
        nearest: Vec<String>,
    },
    /// The strategy needs a config key that is not there.
    #[error("field `config` lacks the key `{key}` of strategy `{strategy}`")]
    MissingConfigKey {
        /// The strategy.
        strategy: StrategyName,
        /// The key.
        key: String,
    },
}

impl ManifestProblem {
    /// How to mend the manifest.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TargetModeOfAnotherStrategy { strategy, .. } => {
                Some(format!("write \"target_mode\": \"{}\"", strategy.facts().target_mode))
            }
            Self::EffectiveOfAnotherStrategy { expected, .. } => {
                Some(format!("write \"effective\": \"{}\"", expected.as_str()))
            }
            Self::UnknownStatus { .. } => Some("write \"status\": \"runtime_enabled\"".to_owned()),
            Self::InputsOfAnotherStrategy { strategy } => {
                let inputs: Vec<String> =
                    strategy.facts().required_inputs.iter().map(|input| format!("\"{input}\"")).collect();
                Some(format!("write \"required_inputs\": [{}]", inputs.join(", ")))
            }
            Self::NoSnapshotContract { .. } | Self::MissingConfigKey { .. } => Some(
                "start from a built-in profile of the same strategy: `strat list --format json`".to_owned(),
            ),
            Self::NeedlessSnapshotContract { .. } => Some("write \"snapshot\": null".to_owned()),
            Self::RepeatedColumn { .. } | Self::RepeatedPlatform { .. } | Self::RepeatedName { .. } => {
                Some("keep one".to_owned())
            }
            Self::BoundOfNoNumber { .. } => Some("take `above` and `at_least` away".to_owned()),
            Self::NameTaken { .. } => {
                Some("choose another name: outputs of two profiles must be told apart by it".to_owned())
            }
            Self::UndeclaredColumn { name, kind, .. } => {
                Some(format!("declare it: {{\"name\": \"{name}\", \"type\": \"{kind}\", ...}}"))
            }
            Self::ColumnNotRequired { .. } => Some("write \"required\": true".to_owned()),
            Self::UnknownConfigKey { nearest, .. } => suggestion::question(nearest),
        }
    }

    fn finding(&self, file: &str) -> Finding {
        let finding = Finding::new(Code::ProfileInvalid, self.to_string()).file(file);
        match self.hint() {
            Some(hint) => finding.hint(hint),
            None => finding,
        }
    }
}
