//! A snapshot against its sidecar manifest: every field that disagrees, at once.

use std::fmt::Display;

use serde_json::Value;

use super::Request;
use crate::digest::sha256_of_bytes;
use crate::finding::{Code, Finding, Severity, quoted};
use crate::input::InputRecord;
use crate::input::sidecar::{self, Sidecar};
use crate::input::source::{self, STANDARD_INPUT};
use crate::market::calendar::Calendar;
use crate::market::new_york::{self, DateReading};
use crate::profile::manifest::{Manifest, SnapshotContract};

/// The fields that a manifest must have.
pub const REQUIRED_FIELDS: [&str; 6] =
    [VERSION.field, PROFILE.field, CONFIG_NAME.field, AS_OF.field, SNAPSHOT_HASH.field, CONFIG_HASH.field];

/// The field that counts the snapshot's data rows, where the publisher writes it.
const ROW_COUNT_FIELD: &str = "row_count";

/// The field with the date of the newest prices that the snapshot was built with, where the publisher writes it.
const PRICE_DATE_FIELD: &str = "price_as_of";

/// The field that says whether the publisher used another source than its own.
const FALLBACK_FIELD: &str = "source_input_fallback_used";

/// The field that counts how many times in a row it did.
const FALLBACK_STREAK_FIELD: &str = "source_input_fallback_streak";

/// A field of the contract, and what is said where it is not as it should be.
struct Held {
    field: &'static str,
    code: Code,
    message: &'static str,
    hint: &'static str,
}

const VERSION: Held = Held {
    field: "contract_version",
    code: Code::FeatureSnapshotManifestContractVersionMismatch,
    message: "the snapshot was built for another contract",
    hint: "build the snapshot for this profile and contract version",
};

const PROFILE: Held = Held {
    field: "strategy_profile",
    code: Code::FeatureSnapshotManifestStrategyProfileMismatch,
    message: "the snapshot was built for another profile",
    hint: "name the snapshot of this profile, or decide with the profile that it was built for",
};

const CONFIG_NAME: Held = Held {
    field: "config_name",
    code: Code::FeatureSnapshotManifestConfigNameMismatch,
    message: "the snapshot was built with another config",
    hint: "build the snapshot with the config of this profile; a config goes by its profile's name",
};

const AS_OF: Held = Held {
    field: "snapshot_as_of",
    code: Code::FeatureSnapshotManifestAsOfMismatch,
    message: "the manifest names another date than the rows",
    hint: "have the snapshot and its manifest published again, together",
};

const SNAPSHOT_HASH: Held = Held {
    field: "snapshot_sha256",
    code: Code::FeatureSnapshotManifestSnapshotChecksumMismatch,
    message: "the snapshot's bytes are not those that the manifest was written for",
    hint: "have the snapshot and its manifest published again, together; saving or compressing the file again changes its \
           bytes",
};

const CONFIG_HASH: Held = Held {
    field: "config_sha256",
    code: Code::FeatureSnapshotManifestConfigChecksumMismatch,
    message: "the file of `--config` is not the one that the snapshot was built with",
    hint: "name the config file that the snapshot was built with, or build the snapshot with this one",
};

/// Finds the sidecar manifest of a snapshot and holds the snapshot against it. What could not be learned of the
/// snapshot is not compared: `snapshot` is what reading it has told, `None` where it could not be read to its end.
pub fn examine(
    request: &Request<'_>,
    contract: &SnapshotContract,
    path: &str,
    snapshot: Option<&InputRecord>,
) -> (Option<InputRecord>, Vec<Finding>) {
    let Some(manifest) = request.manifest.map(str::to_owned).or_else(|| sidecar::find_beside(path)) else {
        return (None, Vec::from_iter(manifest_missing(request.requires_manifest, contract, path)));
    };
    let (sidecar, record) = match sidecar::read(&manifest) {
        Ok(read) => read,
        Err(finding) => return (None, vec![*finding]),
    };
    let profile = request.profile;
    let is_of_profile = |name: &str| profile.is_called(name);
    let as_of = |snapshot: &InputRecord| {
        let newest = snapshot.last?;
        AS_OF.against(&sidecar, newest, |text| new_york::read_date(text) == Ok(DateReading::Date(newest)))
    };
    let findings = [
        missing_fields(&sidecar),
        VERSION.against(&sidecar, &contract.contract_version, |version| {
            is_version_of(version, profile, contract)
        }),
        PROFILE.against(&sidecar, &profile.profile, is_of_profile),
        CONFIG_NAME.against(&sidecar, &profile.profile, is_of_profile),
        snapshot.and_then(as_of),
        price_as_of_mismatch(&sidecar),
        source_fallback(&sidecar),
        snapshot.and_then(|snapshot| SNAPSHOT_HASH.bytes(&sidecar, &snapshot.sha256, Some(path), "*.csv")),
        request
            .config_sha256
            .and_then(|sha256| CONFIG_HASH.bytes(&sidecar, sha256, request.config_file, "*.json")),
        snapshot.and_then(|snapshot| row_count_mismatch(&sidecar, snapshot.rows?)),
    ];
    (Some(record), findings.into_iter().flatten().collect())
}

impl Held {
    /// Finds that the manifest has the field and that it is not as it should be.
    fn against(
        &self,
        sidecar: &Sidecar,
        expected: impl Display,
        is_same: impl FnOnce(&str) -> bool,
    ) -> Option<Finding> {
        let value = sidecar.field(self.field).filter(|value| !is_same(&text_of(value)))?;
        let finding = field_finding(self.code, self.message, sidecar, self.field, value);
        Some(finding.expected(expected).hint(self.hint))
    }

    /// Finds that the bytes of a file are not those that the manifest was written for; where only the line ends differ,
    /// with the cure of that.
    fn bytes(&self, sidecar: &Sidecar, sha256: &str, path: Option<&str>, pattern: &str) -> Option<Finding> {
        let mut finding = self.against(sidecar, sha256, |written| written.eq_ignore_ascii_case(sha256))?;
        let written = sidecar.field(self.field).map(text_of)?;
        if path.is_some_and(|path| path != STANDARD_INPUT && fits_with_other_line_ends(path, &written)) {
            finding.message += "; only the line ends differ";
            finding = finding.hint(format!(
                "git changed the line ends: add the line `{pattern} -text` to `.gitattributes` and check the file out again"
            ));
        }
        Some(finding)
    }
}

/// Finds that there is no manifest: an error where one was asked for, a warning where the runtimes that share
/// the file would refuse it.
fn manifest_missing(is_asked_for: bool, contract: &SnapshotContract, snapshot: &str) -> Option<Finding> {
    let severity = match (is_asked_for, contract.manifest_required) {
        (true, _) => Severity::Error,
        (false, true) => Severity::Warning,
        (false, false) => return None,
    };
    let finding = Finding::new(Code::FeatureSnapshotManifestMissing, "the snapshot has no manifest")
        .severity(severity)
        .file(snapshot);
    Some(match sidecar::path_beside(snapshot) {
        Some(path) => finding
            .expected(format!("a file `{path}`"))
            .hint("publish the manifest beside the snapshot, or name it with `--manifest FILE`"),
        None => finding.hint(format!(
            "name the manifest with `--manifest FILE`: beside standard input (`{STANDARD_INPUT}`) there is none"
        )),
    })
}

/// Finds the fields of the contract that the manifest lacks, all in one finding.
fn missing_fields(sidecar: &Sidecar) -> Option<Finding> {
    // The others of another type miss what they are compared with; without `--config` this one is not compared.
    let is_said =
        |name: &str| sidecar.field(name).is_some_and(|value| name != CONFIG_HASH.field || value.is_string());
    let missing: Vec<&str> = REQUIRED_FIELDS.into_iter().filter(|name| !is_said(name)).collect();
    (!missing.is_empty()).then(|| {
        Finding::new(
            Code::FeatureSnapshotManifestMissingFields,
            format!("the manifest does not say {}", quoted(&missing)),
        )
        .file(&sidecar.path)
        .expected(REQUIRED_FIELDS.join(", "))
        .hint("have the publisher write these fields; `null` and blanks count as missing")
    })
}

/// A finding about a field of the manifest.
fn field_finding(code: Code, message: &str, sidecar: &Sidecar, field: &str, value: &Value) -> Finding {
    let finding = Finding::new(code, message).file(&sidecar.path).column(field).observed(text_of(value));
    match sidecar.place(field) {
        Some(place) => finding.at(place),
        None => finding,
    }
}

/// A value as it is compared: a text trimmed, anything else as it stands in JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// Whether a version is that of the contract, be it named after an alias of the profile.
fn is_version_of(version: &str, profile: &Manifest, contract: &SnapshotContract) -> bool {
    let own = &contract.contract_version;
    let rest = own.strip_prefix(profile.profile.as_str());
    let mut spellings = profile.names().filter_map(|name| Some(format!("{name}{}", rest?)));
    version.eq_ignore_ascii_case(own) || spellings.any(|spelling| version.eq_ignore_ascii_case(&spelling))
}

/// Finds that the manifest says that the prices are older than the snapshot.
fn price_as_of_mismatch(sidecar: &Sidecar) -> Option<Finding> {
    let day = |field: &str| {
        let reading = new_york::read_date(&text_of(sidecar.field(field)?)).ok()?;
        Some(reading.new_york())
    };
    let (prices, snapshot) = (day(PRICE_DATE_FIELD)?, day(AS_OF.field)?);
    // A snapshot of a Sunday is built from Friday's prices.
    (Calendar::default().sessions_between(prices, snapshot) > 0).then(|| {
        field_finding(
            Code::FeatureSnapshotManifestPriceAsOfMismatch,
            &format!("the manifest says that the newest prices are of {prices}, before the snapshot's date"),
            sidecar,
            PRICE_DATE_FIELD,
            &Value::String(prices.to_string()),
        )
        .expected(snapshot)
        .hint_with_code(&format!(
            "build the snapshot with the prices of {snapshot}, or use it with `strat decide --allow {{code}}`"
        ))
    })
}

/// Finds that the publisher used another source than its own: an error from the second time in a row on.
fn source_fallback(sidecar: &Sidecar) -> Option<Finding> {
    let value = sidecar.field(FALLBACK_FIELD).filter(|value| **value == Value::Bool(true))?;
    let streak = sidecar.field(FALLBACK_STREAK_FIELD).and_then(Value::as_u64).unwrap_or(1);
    let code = Code::FeatureSnapshotSourceFallback;
    let finding = if streak > 1 {
        let message = format!("the snapshot was built from a fallback source, {streak} times in a row");
        field_finding(code, &message, sidecar, FALLBACK_STREAK_FIELD, &Value::from(streak))
            .severity(Severity::Error)
            .expected("at most 1")
    } else {
        let message = "the snapshot was built from a fallback source";
        field_finding(code, message, sidecar, FALLBACK_FIELD, value).expected(false)
    };
    Some(finding.hint_with_code(
        "build the snapshot again when its source is back, or use it with `strat decide --allow {code}`",
    ))
}

/// Whether a file's bytes with other line ends have the hash: programs that change line ends change nothing else.
fn fits_with_other_line_ends(path: &str, sha256: &str) -> bool {
    let Ok(bytes) = source::read_bytes(path) else { return false };
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines: Vec<&[u8]> = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let has_hash = |line_end: &[u8]| sha256.eq_ignore_ascii_case(&sha256_of_bytes(&lines.join(line_end)));
    has_hash(b"\n") || has_hash(b"\r\n")
}

/// Finds that the manifest counts other rows than the snapshot has; blank lines aside, every line below the
/// header is one.
fn row_count_mismatch(sidecar: &Sidecar, rows: u64) -> Option<Finding> {
    let value = sidecar.field(ROW_COUNT_FIELD)?;
    (value.as_u64() != Some(rows)).then(|| {
        let message = if value.is_u64() {
            "the manifest counts other rows than the snapshot has"
        } else {
            "the manifest's count of rows is not a whole number"
        };
        field_finding(Code::FeatureSnapshotManifestRowCountMismatch, message, sidecar, ROW_COUNT_FIELD, value)
            .expected(rows)
            .hint(format!("{}; the file may have been cut short", AS_OF.hint))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;
    use crate::input::FileKind;
    use crate::profile::catalog;
    use crate::strategy::Strategy;

    const TECH: &str = "tech_communication_pullback_enhancement";

    const CONFIG_SHA256: &str = "00ff";

    const SNAPSHOT_SHA256: &str = "0a1b";

    /// The manifest of a snapshot of one date and two rows, after the changes.
    struct Published {
        directory: tempfile::TempDir,
    }

    impl Published {
        fn new(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Self {
            let published = Self { directory: tempfile::tempdir().unwrap() };
            let mut manifest = json!({
                "manifest_type": "feature_snapshot",
                "contract_version": format!("{TECH}.feature_snapshot.v1"),
                "strategy_profile": TECH,
                "config_name": TECH,
                "snapshot_as_of": "2025-03-31",
                "snapshot_sha256": SNAPSHOT_SHA256,
                "config_sha256": CONFIG_SHA256,
                "row_count": 2,
            });
            change(manifest.as_object_mut().unwrap());
            fs::write(published.manifest(), manifest.to_string()).unwrap();
            published
        }

        fn snapshot(&self) -> PathBuf {
            self.directory.path().join("x.csv")
        }

        fn manifest(&self) -> PathBuf {
            self.directory.path().join("x.csv.manifest.json")
        }

        fn findings(&self) -> Vec<Finding> {
            let profile = catalog::find(TECH).unwrap();
            let snapshot = InputRecord {
                rows: Some(2),
                last: "2025-03-31".parse().ok(),
                ..InputRecord::new(FileKind::Snapshot, "x.csv", SNAPSHOT_SHA256.to_owned())
            };
            let strategy = Strategy::new(profile.strategy, &profile.config).unwrap();
            let request = Request { config_sha256: Some(CONFIG_SHA256), ..Request::new(&profile, &strategy) };
            let (path, contract) = (self.snapshot(), profile.snapshot.as_ref().unwrap());
            examine(&request, contract, path.to_str().unwrap(), Some(&snapshot)).1
        }
    }

    /// What a manifest says against a snapshot `x.csv` of which nothing is known.
    fn found_in(manifest: &str) -> Vec<Finding> {
        let profile = catalog::find(TECH).unwrap();
        let strategy = Strategy::new(profile.strategy, &profile.config).unwrap();
        let request = Request { manifest: Some(manifest), ..Request::new(&profile, &strategy) };
        examine(&request, profile.snapshot.as_ref().unwrap(), "x.csv", None).1
    }

    /// What is found after one field was given another value.
    fn with(field: &str, value: Value) -> Vec<(Code, Option<String>, Option<String>)> {
        Published::new(|manifest| {
            manifest.insert(field.to_owned(), value);
        })
        .findings()
        .into_iter()
        .map(|finding| (finding.code, finding.column, finding.observed))
        .collect()
    }

    #[test]
    fn a_config_hash_that_is_no_text_is_missing() {
        let code = with(CONFIG_HASH.field, json!(5)).first().map(|(code, ..)| *code);
        assert_eq!(code, Some(Code::FeatureSnapshotManifestMissingFields));
    }

    fn mismatch(code: Code, field: &str, observed: &str) -> Vec<(Code, Option<String>, Option<String>)> {
        vec![(code, Some(field.to_owned()), Some(observed.to_owned()))]
    }

    #[test]
    fn a_manifest_that_agrees_is_silent_whatever_else_it_says() {
        assert_eq!(Published::new(|_| {}).findings(), vec![]);
        assert_eq!(with("generated_at", json!("2025-04-01T00:00:00Z")), vec![]);
    }

    #[test]
    fn aliases_resolve_in_profile_config_and_contract() {
        for (field, value) in [
            ("strategy_profile", "QQQ_Tech_Enhancement"),
            ("config_name", "qqq_tech_enhancement"),
            ("contract_version", "qqq_tech_enhancement.feature_snapshot.v1"),
        ] {
            assert_eq!(with(field, json!(value)), vec![], "{field}");
        }
    }

    #[test]
    fn each_field_that_disagrees_has_its_code() {
        for (field, value, code) in [
            ("contract_version", "v2", Code::FeatureSnapshotManifestContractVersionMismatch),
            (
                "contract_version",
                "qqq_tech_enhancement.feature_snapshot.v2",
                Code::FeatureSnapshotManifestContractVersionMismatch,
            ),
            (
                "strategy_profile",
                "mega_cap_leader_rotation_aggressive",
                Code::FeatureSnapshotManifestStrategyProfileMismatch,
            ),
            ("config_name", "mine", Code::FeatureSnapshotManifestConfigNameMismatch),
            ("snapshot_as_of", "2025-03-30", Code::FeatureSnapshotManifestAsOfMismatch),
            ("snapshot_as_of", "March", Code::FeatureSnapshotManifestAsOfMismatch),
            ("snapshot_as_of", "2025-03-31T00:00:00Z", Code::FeatureSnapshotManifestAsOfMismatch),
            ("snapshot_sha256", "abc", Code::FeatureSnapshotManifestSnapshotChecksumMismatch),
            ("config_sha256", "abc", Code::FeatureSnapshotManifestConfigChecksumMismatch),
        ] {
            assert_eq!(with(field, json!(value)), mismatch(code, field, value), "{field}");
        }
        for value in [json!(3), json!("2"), json!(-2)] {
            assert_eq!(
                with("row_count", value.clone()),
                mismatch(Code::FeatureSnapshotManifestRowCountMismatch, "row_count", &text_of(&value))
            );
        }
    }

    #[test]
    fn a_checksum_is_the_same_in_any_case() {
        assert_eq!(with("config_sha256", json!("00FF")), vec![]);
        let published = Published::new(|manifest| {
            let upper = manifest["snapshot_sha256"].as_str().unwrap().to_uppercase();
            manifest["snapshot_sha256"] = json!(upper);
        });
        assert_eq!(published.findings(), vec![]);
    }

    #[test]
    fn a_moment_of_the_day_in_new_york_is_the_day() {
        assert_eq!(with("snapshot_as_of", json!("2025-03-31T20:00:00Z")), vec![]);
    }

    #[test]
    fn all_missing_fields_stand_in_one_finding_beside_what_disagrees() {
        let findings = Published::new(|manifest| {
            manifest.remove("config_name");
            manifest.remove("row_count");
            manifest.insert("config_sha256".to_owned(), Value::Null);
            manifest.insert("strategy_profile".to_owned(), json!("mine"));
        })
        .findings();
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(
            codes,
            [
                Code::FeatureSnapshotManifestMissingFields,
                Code::FeatureSnapshotManifestStrategyProfileMismatch
            ]
        );
        assert_eq!(findings[0].message, "the manifest does not say `config_name`, `config_sha256`");
    }

    #[test]
    fn the_config_is_compared_only_where_its_file_was_named() {
        let published = Published::new(|manifest| {
            manifest.insert("config_sha256".to_owned(), json!("another"));
        });
        assert_eq!(found_in(published.manifest().to_str().unwrap()), vec![]);
    }

    #[test]
    fn the_absence_blocks_where_it_was_asked_for_and_warns_where_runtimes_would_refuse() {
        let severity = |profile: &str, is_asked_for| {
            let profile = catalog::find(profile).unwrap();
            let finding = manifest_missing(is_asked_for, profile.snapshot.as_ref().unwrap(), "x.csv");
            finding.map(|finding| finding.severity)
        };
        let russell = "russell_1000_multi_factor_defensive";
        assert_eq!(severity(TECH, true), Some(Severity::Error));
        assert_eq!(severity(TECH, false), Some(Severity::Warning));
        assert_eq!(severity(russell, true), Some(Severity::Error));
        assert_eq!(severity(russell, false), None);
    }

    #[test]
    fn a_manifest_that_was_named_must_be_there() {
        let findings = found_in("/no/such.json");
        assert_eq!(
            (findings[0].code, findings[0].severity),
            (Code::FeatureSnapshotManifestMissing, Severity::Error)
        );
    }
}
