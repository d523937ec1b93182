//! Snapshots as people have them: the sound ones pass, the broken ones never break the program.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use strat::check::snapshot::{Request, examine};
use strat::finding::{Code, Finding, Severity};
use strat::profile::catalog;
use strat::strategy::Strategy;

use super::common::files::fixtures;

/// The profiles that a snapshot of this name is for.
fn profiles(name: &str) -> &'static [&'static str] {
    let family = [
        ("russell", &["russell_1000_multi_factor_defensive"] as &[&str]),
        ("tech", &["tech_communication_pullback_enhancement"]),
        ("top20", &["mega_cap_leader_rotation_dynamic_top20"]),
        ("mega_cap_top20", &["mega_cap_leader_rotation_dynamic_top20"]),
        ("top50", &["mega_cap_leader_rotation_aggressive", "mega_cap_leader_rotation_top50_balanced"]),
        (
            "mega_cap_top50",
            &["mega_cap_leader_rotation_aggressive", "mega_cap_leader_rotation_top50_balanced"],
        ),
        ("mega2x", &["dynamic_mega_leveraged_pullback"]),
        ("dynamic_mega", &["dynamic_mega_leveraged_pullback"]),
    ];
    family.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, profiles)| *profiles).unwrap()
}

fn snapshots() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = ["snapshots", "parity/snapshots"]
        .iter()
        .flat_map(|folder| fs::read_dir(fixtures().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .collect();
    paths.sort();
    paths
}

fn findings(profile: &str, path: &Path) -> Vec<Finding> {
    let profile = catalog::find(profile).unwrap();
    let strategy = Strategy::new(profile.strategy, &profile.config).unwrap();
    examine(&Request { snapshot: path.to_str(), ..Request::new(&profile, &strategy) }).findings
}

#[test]
fn sound_snapshots_with_blanks_odd_case_and_ties_have_no_error() {
    let paths = snapshots();
    assert!(paths.len() > 60, "{}", paths.len());
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        for profile in profiles(name) {
            let errors: Vec<Code> = findings(profile, &path)
                .into_iter()
                .filter(|finding| finding.severity == Severity::Error)
                .map(|finding| finding.code)
                .collect();
            // One of the files lacks its benchmark on purpose.
            let expected: &[Code] = if name == "russell-09" { &[Code::MissingBenchmarkRow] } else { &[] };
            assert_eq!(errors, expected, "{name}");
        }
    }
}

#[test]
fn sound_snapshots_are_not_warned_of_without_need() {
    for path in snapshots() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        for profile in profiles(name) {
            let warned: Vec<Code> = findings(profile, &path)
                .into_iter()
                .filter(|finding| finding.severity == Severity::Warning)
                .map(|finding| finding.code)
                // Four of them have momentums a little below -1.
                .filter(|code| !matches!(code, Code::FeatureSnapshotManifestMissing | Code::OutOfRange))
                .collect();
            assert_eq!(warned, [], "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever becomes of a file's bytes, every finding has a place that is in the file.
    #[test]
    fn a_damaged_file_is_reported_on(
        profile in 0..2_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let (name, profile) = [
            ("snapshots/dynamic_mega.csv", "dynamic_mega_leveraged_pullback"),
            ("snapshots/mega_cap_top20.csv", "mega_cap_leader_rotation_dynamic_top20"),
        ][profile];
        let mut bytes = fs::read(fixtures().join(name)).unwrap();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged.csv");
        fs::write(&path, &bytes).unwrap();
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        for finding in findings(profile, &path) {
            prop_assert!(finding.line.is_none_or(|line| (1..=lines).contains(&line)), "{finding:?}");
            let longest = bytes.len() as u64 + 1;
            prop_assert!(finding.character.is_none_or(|character| (1..=longest).contains(&character)));
        }
    }
}
