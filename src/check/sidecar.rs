//! A snapshot against its sidecar manifest: one function a finding, all of them at once.

use chrono::NaiveDate;
use serde_json::Value;

use crate::digest::sha256_of_bytes;
use crate::finding::{Code, Finding, Severity, quoted};
use crate::input::InputRecord;
use crate::input::sidecar::{self, Sidecar};
use crate::input::source::{self, STANDARD_INPUT};
use crate::market::calendar::Calendar;
use crate::market::new_york::{self, DateReading};
use crate::profile::manifest::{Manifest, SnapshotContract};

/// The fields that a manifest must have.
pub const REQUIRED_FIELDS: [&str; 6] = [
    "contract_version",
    "strategy_profile",
    "config_name",
    "snapshot_as_of",
    "snapshot_sha256",
    CONFIG_HASH_FIELD,
];

/// The field with the hash of the config file that the snapshot was built with.
const CONFIG_HASH_FIELD: &str = "config_sha256";

/// The field that counts the snapshot's data rows, where the publisher writes it.
const ROW_COUNT_FIELD: &str = "row_count";

/// The field with the date of the newest prices that the snapshot was built with, where the publisher writes it.
const PRICE_DATE_FIELD: &str = "price_as_of";

/// The field that says whether the publisher used another source than its own.
const FALLBACK_FIELD: &str = "source_input_fallback_used";

/// The field that counts how many times in a row it did.
const FALLBACK_STREAK_FIELD: &str = "source_input_fallback_streak";

/// The cure of every mismatch that a publisher causes.
const PUBLISH_AGAIN: &str = "have the snapshot and its manifest published again, together";

/// Which manifest to look at, and what to hold it against.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The path of the manifest; `None` for the one beside the snapshot, where there is one.
    pub manifest: Option<&'a str>,
    /// Whether its absence blocks.
    pub is_required: bool,
    /// The path of the snapshot; `-` is standard input.
    pub snapshot_path: &'a str,
    /// What reading the snapshot has told; `None` where it could not be read to its end.
    pub snapshot: Option<&'a InputRecord>,
    /// The profile that the snapshot is for.
    pub profile: &'a Manifest,
    /// The contract of the snapshot.
    pub contract: &'a SnapshotContract,
    /// The path of the config file, where one was named.
    pub config: Option<&'a str>,
    /// The sha256 of the config file, where one was named.
    pub config_sha256: Option<&'a str>,
}

/// Finds the sidecar manifest of a snapshot and holds the snapshot against it. What could not be learned of the
/// snapshot is not compared.
pub fn examine(request: &Request<'_>) -> (Option<InputRecord>, Vec<Finding>) {
    let Request { snapshot, contract, .. } = *request;
    let path = request.manifest.map(str::to_owned).or_else(|| sidecar::find_beside(request.snapshot_path));
    let Some(path) = path else {
        let missing = manifest_missing(request.is_required, contract, request.snapshot_path);
        return (None, Vec::from_iter(missing));
    };
    let (sidecar, record) = match sidecar::read(&path) {
        Ok(read) => read,
        Err(finding) => return (None, vec![*finding]),
    };
    let sha256 = snapshot.map(|snapshot| snapshot.sha256.as_str());
    let findings = [
        missing_fields(&sidecar),
        contract_version_mismatch(&sidecar, request.profile, contract),
        strategy_profile_mismatch(&sidecar, request.profile),
        config_name_mismatch(&sidecar, request.profile),
        snapshot.and_then(|snapshot| as_of_mismatch(&sidecar, snapshot.last?)),
        price_as_of_mismatch(&sidecar),
        source_fallback(&sidecar),
        sha256.and_then(|sha256| snapshot_checksum_mismatch(&sidecar, sha256, request.snapshot_path)),
        request.config_sha256.and_then(|sha256| config_checksum_mismatch(&sidecar, sha256, request.config)),
        snapshot.and_then(|snapshot| row_count_mismatch(&sidecar, snapshot.rows?)),
    ];
    (Some(record), findings.into_iter().flatten().collect())
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
        |name: &str| sidecar.field(name).is_some_and(|value| name != CONFIG_HASH_FIELD || value.is_string());
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

/// Finds a field that the manifest has and that is not as it should be.
fn mismatch(
    sidecar: &Sidecar,
    code: Code,
    field: &str,
    is_same: impl FnOnce(&str) -> bool,
    message: &str,
) -> Option<Finding> {
    let value = sidecar.field(field).filter(|value| !is_same(&text_of(value)))?;
    Some(field_finding(code, message, sidecar, field, value))
}

/// Finds another contract version; one that is named after an alias of the profile is the same.
fn contract_version_mismatch(
    sidecar: &Sidecar,
    profile: &Manifest,
    contract: &SnapshotContract,
) -> Option<Finding> {
    let version = &contract.contract_version;
    let rest = version.strip_prefix(profile.profile.as_str());
    let is_same = |observed: &str| {
        let mut spellings = profile.names().filter_map(|name| Some(format!("{name}{}", rest?)));
        observed.eq_ignore_ascii_case(version)
            || spellings.any(|spelling| observed.eq_ignore_ascii_case(&spelling))
    };
    let code = Code::FeatureSnapshotManifestContractVersionMismatch;
    let message = "the snapshot was built for another contract";
    mismatch(sidecar, code, "contract_version", is_same, message).map(|finding| {
        finding.expected(version).hint("build the snapshot for this profile and contract version")
    })
}

/// Finds a snapshot that was built for another profile.
fn strategy_profile_mismatch(sidecar: &Sidecar, profile: &Manifest) -> Option<Finding> {
    let code = Code::FeatureSnapshotManifestStrategyProfileMismatch;
    let message = "the snapshot was built for another profile";
    mismatch(sidecar, code, "strategy_profile", |name| profile.is_called(name), message).map(|finding| {
        let hint = "name the snapshot of this profile, or decide with the profile that it was built for";
        finding.expected(&profile.profile).hint(hint)
    })
}

/// Finds a snapshot that was built with another config: a config goes by the name of the profile that it is the
/// config of.
fn config_name_mismatch(sidecar: &Sidecar, profile: &Manifest) -> Option<Finding> {
    let code = Code::FeatureSnapshotManifestConfigNameMismatch;
    let message = "the snapshot was built with another config";
    mismatch(sidecar, code, "config_name", |name| profile.is_called(name), message).map(|finding| {
        let hint = "build the snapshot with the config of this profile; a config goes by its profile's name";
        finding.expected(&profile.profile).hint(hint)
    })
}

/// Finds that the manifest names another date than the rows.
fn as_of_mismatch(sidecar: &Sidecar, newest: NaiveDate) -> Option<Finding> {
    let code = Code::FeatureSnapshotManifestAsOfMismatch;
    let is_same = |text: &str| new_york::read_date(text) == Ok(DateReading::Date(newest));
    let message = "the manifest names another date than the rows";
    mismatch(sidecar, code, "snapshot_as_of", is_same, message)
        .map(|finding| finding.expected(newest).hint(PUBLISH_AGAIN))
}

/// Finds that the manifest says that the prices are older than the snapshot.
fn price_as_of_mismatch(sidecar: &Sidecar) -> Option<Finding> {
    let day = |field: &str| match new_york::read_date(&text_of(sidecar.field(field)?)) {
        Ok(reading) => Some(reading.new_york()),
        Err(_) => None,
    };
    let (prices, snapshot) = (day(PRICE_DATE_FIELD)?, day("snapshot_as_of")?);
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
        .hint(format!(
            "build the snapshot with the prices of {snapshot}, or use it with `strat decide --allow {}`",
            Code::FeatureSnapshotManifestPriceAsOfMismatch
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
    Some(finding.hint(format!(
        "build the snapshot again when its source is back, or use it with `strat decide --allow {code}`"
    )))
}

/// Whether a file's bytes with other line ends have the hash: programs that change line ends change nothing else.
fn fits_with_other_line_ends(path: &str, sha256: &str) -> bool {
    let Ok(bytes) = source::read_bytes(path) else { return false };
    let line_feeds = without_carriage_returns(&bytes);
    let both: Vec<u8> = line_feeds.iter().flat_map(crlf).copied().collect();
    [line_feeds, both].iter().any(|bytes| sha256.eq_ignore_ascii_case(&sha256_of_bytes(bytes)))
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let is_kept = |byte: &u8, next: Option<&u8>| !(*byte == b'\r' && next == Some(&b'\n'));
    bytes.iter().zip(next).filter(|(byte, next)| is_kept(byte, *next)).map(|(byte, _)| *byte).collect()
}

/// A byte with the carriage return that Windows writes before a line feed.
fn crlf(byte: &u8) -> &[u8] {
    if *byte == b'\n' { b"\r\n" } else { std::slice::from_ref(byte) }
}

/// Finds that the bytes of a file are not those that the manifest was written for; where only the line ends differ, with
/// the cure of that.
fn checksum_mismatch(
    sidecar: &Sidecar,
    code: Code,
    (field, sha256): (&str, &str),
    message: &str,
    (path, pattern): (Option<&str>, &str),
) -> Option<Finding> {
    let mut finding =
        mismatch(sidecar, code, field, |written| written.eq_ignore_ascii_case(sha256), message)?;
    let written = sidecar.field(field).map(text_of)?;
    if path.is_some_and(|path| path != STANDARD_INPUT && fits_with_other_line_ends(path, &written)) {
        finding.message += "; only the line ends differ";
        finding = finding.hint(format!(
            "git changed the line ends: add the line `{pattern} -text` to `.gitattributes` and check the file out again"
        ));
    }
    Some(finding.expected(sha256))
}

/// Finds that the snapshot's bytes are not those that the manifest was written for.
fn snapshot_checksum_mismatch(sidecar: &Sidecar, sha256: &str, path: &str) -> Option<Finding> {
    let code = Code::FeatureSnapshotManifestSnapshotChecksumMismatch;
    let message = "the snapshot's bytes are not those that the manifest was written for";
    let hint = format!("{PUBLISH_AGAIN}; saving or compressing the file again changes its bytes");
    checksum_mismatch(sidecar, code, ("snapshot_sha256", sha256), message, (Some(path), "*.csv"))
        .map(|finding| finding.or_hint(hint))
}

/// Finds that the config file's bytes are not those that the snapshot was built with.
fn config_checksum_mismatch(sidecar: &Sidecar, sha256: &str, path: Option<&str>) -> Option<Finding> {
    let code = Code::FeatureSnapshotManifestConfigChecksumMismatch;
    let message = "the file of `--config` is not the one that the snapshot was built with";
    let hint = "name the config file that the snapshot was built with, or build the snapshot with this one";
    checksum_mismatch(sidecar, code, (CONFIG_HASH_FIELD, sha256), message, (path, "*.json"))
        .map(|finding| finding.or_hint(hint))
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
            .hint(format!("{PUBLISH_AGAIN}; the file may have been cut short"))
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
            let path = self.snapshot();
            let request = Request {
                snapshot_path: path.to_str().unwrap(),
                snapshot: Some(&snapshot),
                config_sha256: Some(CONFIG_SHA256),
                ..request(&profile)
            };
            examine(&request).1
        }
    }

    /// A look at the manifest of a snapshot `x.csv` of which nothing is known.
    fn request(profile: &Manifest) -> Request<'_> {
        Request {
            manifest: None,
            is_required: true,
            snapshot_path: "x.csv",
            snapshot: None,
            profile,
            contract: profile.snapshot.as_ref().unwrap(),
            config: None,
            config_sha256: None,
        }
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
        let code = with(CONFIG_HASH_FIELD, json!(5)).first().map(|(code, ..)| *code);
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
        let profile = catalog::find(TECH).unwrap();
        let path = published.manifest();
        assert_eq!(examine(&Request { manifest: path.to_str(), ..request(&profile) }).1, vec![]);
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
        let profile = catalog::find(TECH).unwrap();
        let findings = examine(&Request { manifest: Some("/no/such.json"), ..request(&profile) }).1;
        assert_eq!(
            (findings[0].code, findings[0].severity),
            (Code::FeatureSnapshotManifestMissing, Severity::Error)
        );
    }
}
