//! Requests on files in a folder of their own.

use std::fs;

use super::request::ALL;
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
        run(&Request { snapshots: vec![folder.path("x.csv")], ..request("r1000_multifactor_defensive") })
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
        &crate::view::validation::document(report, Default::default(), screen, Default::default()),
        screen,
    )
}

#[test]
fn a_valid_file_takes_few_lines() {
    let folder = Folder::with(&[("x.csv", &valid("2025-03-31"))]);
    let report = run(&Request { snapshots: vec![folder.path("x.csv")], ..request(RUSSELL) }).unwrap();
    let text = table(&report);
    // The header, the verdict, a blank line, and the contract with the hash on two lines.
    assert_eq!(text.lines().count(), 5, "{text}");
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
        snapshots: vec![folder.path("x.csv")],
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
        snapshots: vec![folder.path("x.csv")],
        settings: vec!["benchmark_symbol=QQQ".to_owned()],
        ..request(RUSSELL)
    };
    assert_eq!(codes(&run(&by_flag).unwrap().files[0]), [Code::MissingBenchmarkRow]);
    let by_file = Request {
        snapshots: vec![folder.path("x.csv")],
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
    let report =
        run(&Request { snapshots: vec![folder.path("x.csv")], ..request(&folder.path("mine.json")) });
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
    // With names as long as these the codes have no room beside the verdicts, and stand below alone.
    assert!(verdicts[..2].iter().all(|line| line.ends_with("  invalid")), "{verdicts:?}");
    assert!(table(&report).contains("unknown_snapshot_profile"));
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
            snapshots: vec![folder.path("x.csv")],
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
        problems(&Request { snapshots: vec!["x.csv".to_owned()], ..request("tqqq_growth_income") }),
        ["profile `tqqq_growth_income` takes no feature snapshot"]
    );
    assert_eq!(
        problems(&Request { snapshots: vec!["x.csv".to_owned()], ..request("no_such") }),
        ["unknown profile `no_such`"]
    );
    assert_eq!(problems(&request(ALL)), ["`all` needs a folder"]);
    assert_eq!(problems(&request(RUSSELL)), ["no snapshot was named"]);
    assert_eq!(problems(&request("march.csv")), ["`march.csv` is where the profile is expected"]);
    let crowded = Request {
        directory: Some(".".to_owned()),
        snapshots: vec!["-".to_owned()],
        previous: Some("-".to_owned()),
        ..request(ALL)
    };
    assert_eq!(
        problems(&crowded),
        [
            "`FILE` is for one profile, `all` is for a folder of several",
            "`--previous` is for one profile, `all` is for a folder of several",
            "standard input (`-`) can be read only once",
        ]
    );
}

#[test]
fn of_several_files_none_has_a_manifest_or_an_earlier_one_of_its_own() {
    let two = Request { snapshots: vec!["a.csv".to_owned(), "b.csv".to_owned()], ..request(RUSSELL) };
    let with = |manifest: Option<&str>, previous: Option<&str>| Request {
        manifest: manifest.map(str::to_owned),
        previous: previous.map(str::to_owned),
        ..two.clone()
    };
    assert_eq!(
        problems(&with(Some("m.json"), Some("c.csv"))),
        [
            "`--manifest` is for one snapshot, and several were named",
            "`--previous` is for one snapshot, and several were named",
        ]
    );
    let both = Request { directory: Some(".".to_owned()), ..two };
    assert_eq!(problems(&both), ["`--dir` and files were both named"]);
}

#[test]
fn a_folder_of_one_profile_is_taken_in_the_order_of_the_dates() {
    let folder = Folder::with(&[
        ("a.csv", &valid("2025-04-30").replace("A23", "A24")),
        ("b.csv", &valid("2025-03-31")),
        ("c.csv", ""),
        ("d.csv", &valid("2025-02-28")),
        // Another profile's file is passed over, and so is what is no CSV.
        ("mega_cap_leader_rotation_dynamic_top20_2025-01-31.csv", ""),
        ("b.csv.manifest.txt", ""),
    ]);
    let report = run(&Request { directory: Some(folder.path("")), ..request(RUSSELL) }).unwrap();
    let read: Vec<_> = report
        .files
        .iter()
        .map(|file| {
            let name = Path::new(file.snapshot.as_deref().unwrap()).file_name().unwrap().to_str().unwrap();
            (name, file.verdict, file.changes.as_ref().and_then(|changes| changes.previous_as_of))
        })
        .collect();
    let date = |text: &str| Some(text.parse().unwrap());
    assert_eq!(
        read,
        [
            ("d.csv", Verdict::Valid, None),
            ("b.csv", Verdict::Valid, date("2025-02-28")),
            ("a.csv", Verdict::Valid, date("2025-03-31")),
            // What can't be read has no date, and comes last.
            ("c.csv", Verdict::Invalid, None),
        ]
    );
    let of_a = report.files[2].changes.as_ref().unwrap();
    assert_eq!((of_a.entered.len(), of_a.left.len()), (1, 1));
    assert!(!report.lacks_a_file);
}

#[test]
fn a_file_that_is_not_there_is_no_bad_file() {
    let folder = Folder::with(&[("x.csv", &valid("2025-03-31")), ("bad.csv", "")]);
    let lacks = |names: &[&str]| {
        let snapshots = names.iter().map(|name| folder.path(name)).collect();
        run(&Request { snapshots, ..request(RUSSELL) }).unwrap().lacks_a_file
    };
    assert!(!lacks(&["x.csv", "bad.csv"]));
    assert!(lacks(&["x.csv", "bad.csv", "none.csv"]));
}

#[test]
fn what_is_allowed_is_a_warning() {
    let folder = Folder::with(&[("x.csv", &valid("2025-03-31"))]);
    let late = Request {
        snapshots: vec![folder.path("x.csv")],
        as_of: Some("2025-09-02".parse().unwrap()),
        ..request(RUSSELL)
    };
    assert_eq!(run(&late).unwrap().verdict, Verdict::Invalid);
    let allowed = Request { allow: vec![Code::FeatureSnapshotStale, Code::UnknownSector], ..late };
    let report = run(&allowed).unwrap();
    assert_eq!((report.verdict, report.counts.warnings), (Verdict::Valid, 1));
    assert_eq!(report.files[0].allowed, [Code::FeatureSnapshotStale]);
}

/// 300 rows, all of whose two numbers are bad, below a row of the benchmark.
fn flooded() -> String {
    let row = |number: usize| format!("2025-03-31,B{number},Energy,10,?,?,0.05,0.2,-0.1,true\n");
    format!(
        "{HEADER}2025-03-31,SPY,Energy,10,0.1,0.2,0.05,0.2,-0.1,true\n{}",
        (0..300).map(row).collect::<String>()
    )
}

#[test]
fn causes_count_what_the_findings_leave_out() {
    let folder = Folder::with(&[("x.csv", &flooded())]);
    let bounded = Request { snapshots: vec![folder.path("x.csv")], ..request(RUSSELL) };
    let report = run(&bounded).unwrap();
    let cause = report.causes.first().unwrap();
    // Two cells in each of 300 rows, from line 3 on; a hundred of them are kept, which are those of fifty rows.
    assert_eq!(
        (cause.code, cause.total, cause.rows, cause.first_line),
        (Code::UnreadableNumber, 600, Some(300), Some(3))
    );
    assert_eq!((cause.columns.join(" ").as_str(), cause.symbols.len()), ("mom_6_1 mom_12_1", 50));
    let unreadable = |report: &Report| {
        report.files[0].findings.iter().filter(|finding| finding.code == Code::UnreadableNumber).count()
    };
    // A hundred, and one that counts the rest.
    assert_eq!(unreadable(&report), 101);
    let whole = run(&Request { keeps_all: true, ..bounded }).unwrap();
    assert_eq!((unreadable(&whole), whole.causes[0].total), (600, 600));
}

#[test]
fn a_broken_config_of_several_files_is_one_cause() {
    let folder =
        Folder::with(&[("a.csv", &valid("2025-03-31")), ("b.csv", &valid("2025-04-30")), ("c.json", "[]")]);
    let request = Request {
        snapshots: vec![folder.path("a.csv"), folder.path("b.csv")],
        config: Some(folder.path("c.json")),
        ..request(RUSSELL)
    };
    let causes = run(&request).unwrap().causes;
    assert_eq!(
        causes.iter().map(|cause| (cause.code, cause.total)).collect::<Vec<_>>(),
        [(Code::ConfigInvalid, 1)]
    );
}

#[test]
fn a_report_has_at_most_sixty_lines_unless_all_is_wanted() {
    let mut files: Vec<(String, String)> = Vec::new();
    for number in 0..30 {
        files.push((format!("bad{number}.csv"), flooded()));
    }
    let named: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::with(&named);
    let report = run(&Request { directory: Some(folder.path("")), ..request(RUSSELL) }).unwrap();
    let text = table(&report);
    assert!(text.lines().count() <= 60, "{}", text.lines().count());
    assert!(text.contains("and 10 more, 10 of them invalid"), "{text}");
    assert!(text.contains("more (`--all` prints them)"), "{text}");
}

#[test]
fn a_build_server_gets_a_case_a_check() {
    let folder = Folder::with(&[("x.csv", &flooded()), ("gone.csv", "")]);
    let request =
        Request { snapshots: vec![folder.path("x.csv"), folder.path("gone.csv")], ..request(RUSSELL) };
    let xml = crate::view::junit::draw(&run(&request).unwrap()).unwrap();
    let checks = Code::ALL.iter().filter(|code| code.is_about_snapshots()).count();
    assert_eq!(xml.matches("<testcase ").count(), 2 * checks);
    // The cells, the candidates that are therefore missing, and the empty file.
    assert_eq!(xml.matches("<failure ").count(), 3, "{xml}");
    assert!(xml.contains("<failure message=\"") && xml.contains("type=\"unreadable_number\""), "{xml}");
    // Of the empty file nothing but that it is empty is known.
    assert_eq!(xml.matches("<skipped ").count(), checks - 1);
}

/// The causes of a report are all named in its first ten lines, and it has at most sixty.
fn assert_seen_at_a_glance(text: &str, causes: &[&str]) {
    let head: String = text.lines().take(10).map(|line| line.to_owned() + "\n").collect();
    for cause in causes {
        assert!(head.contains(cause), "{cause}:\n{text}");
    }
    assert!(text.lines().count() <= 60, "{text}");
}

#[test]
fn the_causes_of_the_worst_file_are_seen_at_a_glance() {
    let row = |number: usize| {
        let date = ["2025-03-31", "31/03/2025", "2025-02-30"][number % 3];
        format!("{date},S{},Energy,?,?,0.2,0.05,?,-0.1,true\n", number / 6)
    };
    let worst = format!("{HEADER}{}", (0..3000).map(row).collect::<String>());
    let folder = Folder::with(&[("x.csv", &worst)]);
    let report = run(&Request { snapshots: vec![folder.path("x.csv")], ..request(RUSSELL) }).unwrap();
    let codes = ["unreadable_number", "duplicate_symbol", "feature_snapshot_invalid_date_column"];
    assert_seen_at_a_glance(&table(&report), &codes);
    // 9,000 bad cells, 2,500 rows too many of 500 symbols, 2,000 bad dates of two kinds: one annotation a cause.
    let github = crate::view::validation::github(&report, None);
    let annotations: Vec<&str> = github.lines().filter(|line| line.starts_with("::error ")).collect();
    assert!(annotations.len() <= 10, "{github}");
    for (code, count) in [(codes[0], 1), (codes[1], 1), (codes[2], 2)] {
        let title = format!("title={code}::");
        assert_eq!(annotations.iter().filter(|line| line.contains(&title)).count(), count, "{code}");
    }
}

#[test]
fn columns_in_percent_are_one_cause_a_severity() {
    let percent = valid("2025-03-31").replace(",0.1,0.2,0.05,0.2,-0.1,", ",10,20,5,20,-10,");
    let folder = Folder::with(&[("x.csv", &percent)]);
    let report = run(&Request { snapshots: vec![folder.path("x.csv")], ..request(RUSSELL) }).unwrap();
    let causes: Vec<_> = report.causes.iter().filter(|cause| cause.code == Code::LooksLikePercent).collect();
    // Numbers that no ratio can be block; the others warn.
    assert!(causes.len() <= 2, "{causes:?}");
    assert_eq!(causes.iter().map(|cause| cause.columns.len()).sum::<usize>(), 5);
    assert_seen_at_a_glance(&table(&report), &["looks_like_percent: column"]);
}

#[test]
fn rows_shifted_by_a_field_are_one_cause() {
    let shifted = valid("2025-03-31").replace("\n2025-03-31,", "\nx,2025-03-31,");
    let short = |line: &str| line.trim_end_matches(",true").trim_end_matches(",false").to_owned() + "\n";
    let shifted: String = shifted.lines().map(short).collect();
    let folder = Folder::with(&[("x.csv", &shifted)]);
    let report = run(&Request { snapshots: vec![folder.path("x.csv")], ..request(RUSSELL) }).unwrap();
    assert_eq!(report.causes[0].code, Code::ColumnsShifted);
    assert_seen_at_a_glance(&table(&report), &["columns_shifted"]);
}

#[test]
fn the_bad_one_of_twelve_months_stands_first() {
    let mut files: Vec<(String, String)> = Vec::new();
    for date in [
        "2024-01-31",
        "2024-02-29",
        "2024-03-28",
        "2024-04-30",
        "2024-05-31",
        "2024-06-28",
        "2024-07-31",
        "2024-08-30",
        "2024-09-30",
        "2024-10-31",
        "2024-11-29",
        "2024-12-31",
    ] {
        let text = valid(date);
        let text = if date == "2024-07-31" { text.replace(",0.1,", ",?,") } else { text };
        files.push((format!("{date}.csv"), text));
    }
    let named: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::with(&named);
    let report = run(&Request { directory: Some(folder.path("")), ..request(RUSSELL) }).unwrap();
    let text = table(&report);
    let first = text.lines().nth(1).unwrap();
    assert!(first.contains("2024-07-31.csv") && first.contains("invalid  unreadable_number"), "{text}");
    assert!(text.lines().count() <= 60, "{text}");
}
