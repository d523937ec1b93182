//! Reports on snapshots as records: shown as `validate-snapshot` drew them, compared, and checked again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Ended, Folder, ended, fixtures, run, strat};

const RUSSELL: &str = "russell_1000_multi_factor_defensive";

/// The root of the project, where the commands of the catalogue are typed.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The commands of the catalogue of findings that validate snapshots.
fn catalogue() -> Vec<String> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root().join("tests/errors")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let commands = cases.into_iter().map(|case| fs::read_to_string(case.join("command")).unwrap());
    let lines = commands.map(|command| command.trim().trim_start_matches("strat ").to_owned());
    lines.filter(|line| line.starts_with("validate-snapshot")).collect()
}

fn at_root(line: &str) -> Ended {
    ended(strat(&line.split_whitespace().collect::<Vec<_>>()).current_dir(root()))
}

#[test]
fn a_report_is_shown_as_it_was_drawn_and_proved() {
    let folder = Folder::new();
    let record = folder.path("record.json");
    let lines = catalogue();
    assert!(lines.len() > 30, "{}", lines.len());
    let forms = [
        "--format table",
        "--format table --lang zh",
        "--format markdown",
        "--format markdown --lang zh",
        "--format github",
        "--format junit",
        "--stats --width 100",
    ];
    for (place, line) in lines.iter().enumerate() {
        let made = at_root(&format!("{line} --format json"));
        fs::write(&record, &made.stdout).unwrap();
        // Each form with some of the catalogue, all of them together.
        for form in forms.iter().skip(place % 2).step_by(2).chain(&forms[..1]) {
            let drawn = at_root(&format!("{line} {form}"));
            let shown = at_root(&format!("show {record} {form}"));
            assert_eq!((shown.code, shown.stderr.as_str()), (0, ""), "{line} {form}");
            assert_eq!(shown.stdout, drawn.stdout, "{line} {form}");
        }
        let proved = at_root(&format!("verify {record}"));
        assert_eq!(proved.code, 0, "{line}: {proved:?}");
        assert!(proved.stdout.starts_with("EQUAL: "), "{proved:?}");
    }
}

/// A snapshot of which every number of one column is a word: more than a hundred findings of one code.
fn flooded(folder: &Folder, name: &str) -> String {
    let good = fs::read_to_string(fixtures().join("snapshots/mega_cap_top50.csv")).unwrap();
    let mut lines = good.lines();
    let header = lines.next().unwrap();
    let row: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut text = format!("{header}\n");
    for number in 0..150 {
        let mut cells: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
        let symbol = header.split(',').position(|name| name == "symbol").unwrap();
        let last = cells.len() - 1;
        cells[symbol] = format!("S{number:03}");
        cells[last] = "n/a!".to_owned();
        text.push_str(&format!("{}\n", cells.join(",")));
    }
    folder.file(name, text)
}

#[test]
fn a_record_with_every_finding_is_shown_with_the_first_hundred_too() {
    let folder = Folder::new();
    let snapshot = flooded(&folder, "flooded.csv");
    let line = format!("validate-snapshot mega_cap_leader_rotation_aggressive {snapshot}");
    let save =
        |flags: &str, name: &str| folder.file(name, run(&format!("{line} {flags} --format json")).stdout);
    let (limited, whole) = (save("", "limited.json"), save("--all", "whole.json"));
    let drawn = |flags: &str| run(&format!("{line} {flags}")).stdout;
    let shown = |record: &str, flags: &str| run(&format!("show {record} {flags}"));
    for form in ["", "--lang zh", "--format markdown", "--format github"] {
        assert_eq!(shown(&limited, form).stdout, drawn(form), "{form}");
        assert_eq!(shown(&whole, form).stdout, drawn(form), "{form}");
        let all = format!("--all {form}");
        assert_eq!(shown(&whole, &all).stdout, drawn(&all), "{form}");
    }
    let refused = shown(&limited, "--all");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert_eq!(
        refused.said("error"),
        ["`--all` asks for every finding, and the record has the first hundred of a code"]
    );
    // Both are what the file gives.
    for record in [&limited, &whole] {
        assert_eq!(run(&format!("verify {record}")).code, 0);
    }
}

#[test]
fn flags_and_forms_of_other_records_are_refused() {
    let folder = Folder::new();
    let line = format!("validate-snapshot {RUSSELL} snapshots/russell_1000.csv --format json");
    let report = folder.file("report.json", run(&line).stdout);
    let decision = "decide global_etf_rotation --prices prices/etf.csv --format json";
    let decision = folder.file("decision.json", run(decision).stdout);
    for (record, flags) in [
        (&report, "--format csv"),
        (&report, "--brief"),
        (&report, "--ascii"),
        (&report, "--format json --stats"),
        (&decision, "--all"),
        (&decision, "--stats"),
        (&decision, "--format junit"),
        (&decision, "--format github"),
    ] {
        let refused = run(&format!("show {record} {flags}"));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{flags}: {refused:?}");
        assert_eq!(refused.said("hint").len(), 1, "{flags}: {refused:?}");
    }
    let two_kinds = run(&format!("diff {decision} {report}"));
    assert_eq!(
        (two_kinds.code, two_kinds.said("error")),
        (
            3,
            vec![format!("{report}: one record is a decision, and the other a report on snapshots").as_str()]
        )
    );
}

/// A folder with a snapshot of its own and the report on it.
fn reported(folder: &Folder) -> (String, String) {
    let good = fs::read(fixtures().join("snapshots/russell_1000.csv")).unwrap();
    let snapshot = folder.file("march.csv", good);
    let report = run(&format!("validate-snapshot {RUSSELL} {snapshot} --format json"));
    assert_eq!(report.code, 0, "{report:?}");
    (snapshot, folder.file("march.json", report.stdout))
}

#[test]
fn two_reports_are_compared_by_their_verdicts() {
    let folder = Folder::new();
    let (snapshot, march) = reported(&folder);
    let same = run(&format!("diff {march} {march}"));
    assert_eq!((same.code, same.stdout.as_str()), (0, "SAME VERDICTS\n"));
    // The first number of the next month's file can't be read.
    let text = fs::read_to_string(&snapshot).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let place = head.split(',').position(|name| name == "mom_6_1").unwrap();
    let mut cells: Vec<&str> = rows.lines().next().unwrap().split(',').collect();
    cells[place] = "high";
    let rest = rows.split_once('\n').unwrap().1;
    let april = folder.file("april.csv", format!("{head}\n{}\n{rest}", cells.join(",")));
    let report = run(&format!("validate-snapshot {RUSSELL} {april} --format json"));
    let report = folder.file("april.json", report.stdout);
    let changed = run(&format!("diff {march} {report} --width 200"));
    assert_eq!(changed.code, 1);
    let lines: Vec<&str> = changed.stdout.lines().collect();
    assert_eq!(lines[0], format!("CHANGED: {april} valid -> invalid"));
    assert!(
        lines[2].starts_with(&format!("snapshot  {snapshot} -> {april}, valid -> invalid, sha256 ")),
        "{lines:?}"
    );
    let found = "came  unreadable_number: column mom_6_1: the cell is not a finite number, found `high`";
    assert!(lines.iter().any(|line| line.starts_with(found)), "{lines:?}");
    let chinese = run(&format!("diff {march} {report} --lang zh"));
    assert!(chinese.stdout.starts_with(&format!("有变化：{april} 有效 -> 无效\n")), "{}", chinese.stdout);
    let json = run(&format!("diff {march} {report} --format json")).json();
    assert_eq!(
        (&json["schema"], &json["same_verdicts"]),
        (&"strat.validation_diff.v1".into(), &false.into())
    );
    assert_eq!(json["files"][0]["findings"]["came"][0]["code"], "unreadable_number");
}

#[test]
fn a_report_that_is_not_what_its_files_give_is_named() {
    let folder = Folder::new();
    let (snapshot, report) = reported(&folder);
    let verify = |flags: &str| run(&format!("verify {report} {flags}"));
    let edit = |key: &str, value: serde_json::Value| {
        let mut record: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
        record[key] = value;
        fs::write(&report, record.to_string()).unwrap();
    };
    edit("verdict", "invalid".into());
    let different = verify("");
    assert_eq!(different.code, 1);
    assert!(different.stdout.contains("verdict: recorded \"invalid\", found \"valid\""), "{different:?}");
    edit("verdict", "valid".into());
    assert_eq!(verify("").code, 0);
    // The file under another name.
    let moved = folder.path("moved.csv");
    fs::rename(&snapshot, &moved).unwrap();
    let missing = verify("");
    assert_eq!(
        (missing.code, missing.said("error")),
        (3, vec![format!("{snapshot}: the snapshot file is not there").as_str()])
    );
    assert_eq!(verify(&format!("--input snapshot={moved}")).code, 0);
    // Another file under the old name.
    fs::write(&snapshot, fs::read_to_string(&moved).unwrap() + "\n").unwrap();
    let other = verify("");
    assert_eq!(other.code, 3);
    assert!(
        other.said("error")[0].contains("the snapshot file is not the one that was decided on"),
        "{other:?}"
    );
    // A record of an older strat.
    edit("request", serde_json::Value::Null);
    assert_eq!(run(&format!("show {report}")).code, 0);
    assert_eq!(run(&format!("diff {report} {report}")).code, 0);
    let unproved = verify("");
    assert_eq!(unproved.code, 3);
    assert!(unproved.said("error")[0].contains("did not write which flags"), "{unproved:?}");
}

#[test]
fn the_report_on_a_folder_is_proved_below_a_root() {
    let folder = Folder::new();
    fs::create_dir(folder.path("months")).unwrap();
    let good = fs::read(fixtures().join("snapshots/russell_1000.csv")).unwrap();
    for month in ["january.csv", "february.csv"] {
        folder.file(&format!("months/{month}"), &good);
    }
    let here = |arguments: &[&str]| ended(strat(arguments).current_dir(folder.path("")));
    let made =
        here(&["validate-snapshot", RUSSELL, "--dir", "months", "--format", "json", "--output", "r.json"]);
    assert_eq!(made.code, 0, "{made:?}");
    let record = folder.path("r.json");
    assert_eq!(here(&["verify", &record]).code, 0);
    let at = folder.path("");
    let proved = run(&format!("verify {record} --root {at}"));
    assert_eq!(proved.code, 0, "{proved:?}");
    // A new file was not there.
    folder.file("months/march.csv", &good);
    let more = here(&["verify", &record]);
    assert_eq!(more.code, 3);
    assert!(more.said("error")[0].contains("the snapshot file is read now"), "{more:?}");
    std::fs::remove_file(folder.path("months/march.csv")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(
            fixtures().join("snapshots/russell_1000.csv"),
            folder.path("months/link.csv"),
        )
        .unwrap();
        let refused = run(&format!("verify {record} --root {at}"));
        assert_eq!(refused.code, 3);
        assert!(refused.said("error")[0].contains("the path leads out of"), "{refused:?}");
    }
}
