//! Requests on files in a folder of their own.

use std::fs;

use super::*;
use crate::finding::Code;

const RUSSELL: &str = "russell_1000_multi_factor_defensive";
const HEADER: &str = "as_of,symbol,sector,close,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,eligible\n";

/// As many sectors as the rule's slots need: of 24 slots each may take four.
const SECTORS: [&str; 6] = ["Energy", "Utilities", "Materials", "Industrials", "Financials", "Health Care"];

/// A valid snapshot: the benchmark, the safe haven and as many candidates as the profile selects.
fn valid(date: &str) -> String {
    let row = |symbol: &str, close: usize, eligible: bool| {
        let sector = SECTORS[close % SECTORS.len()];
        format!("{date},{symbol},{sector},{close},0.1,0.2,0.05,0.2,-0.1,{eligible}\n")
    };
    let candidates: String = (0..24).map(|number| row(&format!("A{number}"), 100 + number, true)).collect();
    format!("{HEADER}{}{}{candidates}", row("SPY", 500, false), row("BOXX", 110, false))
}

/// A folder, and a file of it as a path.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            fs::write(folder.0.path().join(name), text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

fn request(profile: &str) -> Request {
    Request { profile: profile.to_owned(), ..Request::default() }
}

fn problems(request: &Request) -> Vec<String> {
    match run(request) {
        Err(PipelineError::Usage(error)) => {
            error.problems.into_iter().map(|problem| problem.message).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn codes(file: &FileReport) -> Vec<Code> {
    file.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_valid_file_is_reported_with_its_columns() {
    let folder = Folder::with(&[("x.csv", &valid("2025-03-31"))]);
    let report =
        run(&Request { snapshot: Some(folder.path("x.csv")), ..request("r1000_multifactor_defensive") })
            .unwrap();
    assert_eq!((report.verdict, report.counts), (Verdict::Valid, Counts::default()));
    let file = &report.files[0];
    assert_eq!(file.profile.as_deref(), Some(RUSSELL));
    assert_eq!(file.as_of, Some("2025-03-31".parse().unwrap()));
    let close = file.columns.iter().find(|column| column.name == "close").unwrap();
    // SPY 500, BOXX 110, and 100 to 123: the 13th and 14th of the 26 are 111 and 112.
    assert_eq!(close.median.map(|median| median.0), Some(111.5));
}

/// The report as a table of 80 columns.
fn table(report: &Report) -> String {
    let screen = crate::document::Screen::default();
    crate::document::text::draw(
        &crate::view::validation::document(report, Default::default(), screen),
        screen,
    )
}

#[test]
fn a_valid_file_takes_few_lines() {
    let folder = Folder::with(&[("x.csv", &valid("2025-03-31"))]);
    let report = run(&Request { snapshot: Some(folder.path("x.csv")), ..request(RUSSELL) }).unwrap();
    let text = table(&report);
    // The header, the verdict, and the contract with the hash on two lines.
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.lines().nth(1).is_some_and(|line| line.contains("26  valid")), "{text}");
}

#[test]
fn all_findings_come_at_once_errors_first() {
    let text = valid("2025-03-31")
        .replace("SPY", "SPX")
        .replace("A3,Utilities,103", "A2,Utilities,-1")
        .replace("A4,Materials,104,0.1", "A4,Materials,104,?")
        .replace("A5", "");
    let folder = Folder::with(&[("x.csv", &text), ("x.csv.manifest.json", "{}")]);
    let request = Request {
        snapshot: Some(folder.path("x.csv")),
        as_of: Some("2025-06-02".parse().unwrap()),
        ..request(RUSSELL)
    };
    assert_eq!(
        codes(&run(&request).unwrap().files[0]),
        [
            Code::DuplicateSymbol,
            Code::UnreadableNumber,
            Code::OutOfRange,
            Code::FeatureSnapshotStale,
            Code::MissingBenchmarkRow,
            Code::FeatureSnapshotManifestMissingFields,
            Code::BlankSymbol,
            // A2 twice and A3 gone, A4 without a feature, A5 gone: of 24 stocks 22 rows are candidates.
            Code::FewCandidates,
        ]
    );
}

#[test]
fn a_config_in_effect_changes_what_is_looked_for() {
    let folder =
        Folder::with(&[("x.csv", &valid("2025-03-31")), ("config.json", "{\"holdings_count\": 25}")]);
    let by_flag = Request {
        snapshot: Some(folder.path("x.csv")),
        settings: vec!["benchmark_symbol=QQQ".to_owned()],
        ..request(RUSSELL)
    };
    assert_eq!(codes(&run(&by_flag).unwrap().files[0]), [Code::MissingBenchmarkRow]);
    let by_file = Request {
        snapshot: Some(folder.path("x.csv")),
        config: Some(folder.path("config.json")),
        ..request(RUSSELL)
    };
    assert_eq!(codes(&run(&by_file).unwrap().files[0]), [Code::FewCandidates]);
}

#[test]
fn a_manifest_of_the_users_own_has_its_own_columns_and_bounds() {
    let mut profile = serde_json::to_value(catalog::find(RUSSELL).unwrap()).unwrap();
    profile["profile"] = "mine".into();
    profile["aliases"] = serde_json::json!([]);
    let columns = profile["snapshot"]["columns"].as_array_mut().unwrap();
    columns.push(serde_json::json!({"name": "beta", "type": "number", "required": true, "at_least": 0}));
    let text = valid("2025-03-31").replace("eligible\n", "eligible,beta\n").replace("e\n", "e,1\n");
    let text = text.replace("eligible,beta,1\n", "eligible,beta\n").replacen("true,1\n", "true,-1\n", 1);
    let folder = Folder::with(&[("x.csv", &text), ("mine.json", &profile.to_string())]);
    let report = run(&Request { snapshot: Some(folder.path("x.csv")), ..request(&folder.path("mine.json")) });
    let finding = &report.unwrap().files[0].findings[0];
    assert_eq!((finding.code, finding.column.as_deref()), (Code::OutOfRange, Some("beta")));
}

#[test]
fn every_snapshot_of_a_folder_is_validated_and_other_files_are_not() {
    let folder = Folder::with(&[
        (&format!("{RUSSELL}_feature_snapshot_latest.csv"), &valid("2025-03-31")),
        ("R1000_Multifactor_Defensive_feature_snapshot_latest.CSV", &valid("2025-04-30")),
        ("tqqq_growth_income_feature_snapshot_latest.csv", ""),
        ("ruscell_feature_snapshot_latest.csv", ""),
        (&format!("{RUSSELL}_feature_snapshot_2025-02-28.csv"), ""),
        ("notes.txt", ""),
    ]);
    let all = Request { directory: Some(folder.path("")), ..request("ALL") };
    let report = run(&all).unwrap();
    let files: Vec<_> =
        report.files.iter().map(|file| (file.profile.as_deref(), file.verdict, codes(file))).collect();
    assert_eq!(
        files,
        [
            (Some(RUSSELL), Verdict::Valid, vec![]),
            (None, Verdict::Invalid, vec![Code::UnknownSnapshotProfile]),
            (Some(RUSSELL), Verdict::Valid, vec![]),
            (Some("tqqq_growth_income"), Verdict::Invalid, vec![Code::UnknownSnapshotProfile]),
        ]
    );
    assert_eq!(report.verdict, Verdict::Invalid);
    let verdicts: Vec<String> = table(&report).lines().skip(1).take(4).map(str::to_owned).collect();
    assert!(
        verdicts[..2].iter().all(|line| line.contains("  invalid  unknown_snapshot_profile")),
        "{verdicts:?}"
    );
    assert!(verdicts[2..].iter().all(|line| line.ends_with("  valid")), "{verdicts:?}");
}

#[test]
fn a_folder_without_snapshots_is_no_success() {
    let folder = Folder::with(&[("notes.txt", "")]);
    for directory in [folder.path(""), folder.path("no such folder")] {
        let report = run(&Request { directory: Some(directory), ..request(ALL) }).unwrap();
        assert_eq!(codes(&report.files[0]), [Code::FeatureSnapshotMissing]);
        assert_eq!(report.verdict, Verdict::Invalid);
    }
}

#[test]
fn an_earlier_file_is_compared_with_and_only_its_absence_counts_against_it() {
    let now = valid("2025-04-30").replace("A23", "A24");
    let previous = valid("2025-03-31").replace("SPY", "").replace(",0.2,-0.1", ",0.2,?");
    let folder = Folder::with(&[
        ("x.csv", &now),
        ("old.csv", &previous),
        ("empty.csv", ""),
        ("page.csv", "<html>\n</html>\n"),
    ]);
    let compared = |name: &str| {
        let request = Request {
            snapshot: Some(folder.path("x.csv")),
            previous: Some(folder.path(name)),
            ..request(RUSSELL)
        };
        run(&request).unwrap().files.remove(0)
    };
    let file = compared("old.csv");
    // Every value but the date is the same: the columns that may not stand still are all named.
    assert!(codes(&file).iter().all(|code| matches!(code, Code::ColumnFrozen | Code::SymbolsChanged)));
    let changes = file.changes.unwrap();
    let names =
        |symbols: &[crate::symbol::Symbol]| symbols.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (names(&changes.entered), names(&changes.left)),
        (vec!["A24".into(), "SPY".into()], vec!["A23".into()])
    );
    assert_eq!(codes(&compared("empty.csv")), [Code::FeatureSnapshotEmpty]);
    let page = compared("page.csv");
    assert_eq!(codes(&page), [Code::FeatureSnapshotParseFailed]);
    assert_eq!((page.verdict, page.changes), (Verdict::Invalid, None));
    assert_eq!(codes(&compared("no such file")), [Code::FeatureSnapshotMissing]);
}

#[test]
fn flags_that_would_be_passed_over_are_refused() {
    assert_eq!(
        problems(&request("tqqq_growth_income")),
        ["profile `tqqq_growth_income` takes no feature snapshot"]
    );
    assert_eq!(problems(&request("no_such")), ["unknown profile `no_such`"]);
    assert_eq!(problems(&request(ALL)), ["`all` needs a folder"]);
    assert_eq!(
        problems(&Request { directory: Some(".".to_owned()), ..request(RUSSELL) }),
        ["`--dir` needs `all` in place of a profile"]
    );
    let crowded = Request {
        directory: Some(".".to_owned()),
        snapshot: Some("-".to_owned()),
        previous: Some("-".to_owned()),
        ..request(ALL)
    };
    assert_eq!(
        problems(&crowded),
        [
            "`--snapshot` is about one file, `all` about a folder",
            "`--previous` is about one file, `all` about a folder",
            "standard input (`-`) can be read only once",
        ]
    );
}
