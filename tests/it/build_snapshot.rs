//! Snapshots that are built: the cases of the pipelines, and what must not change a byte of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::support::{Ended, ended, fixtures, run, strat};

/// The columns of whole numbers.
const WHOLE: [&str; 3] = ["history_days", "candidate_rank", "mega_rank"];
/// The columns of texts.
const TEXT: [&str; 5] = ["as_of", "symbol", "trade_symbol", "underlying_symbol", "sector"];
/// The columns of `True` and `False`.
const BOOLEAN: [&str; 3] = ["eligible", "base_eligible", "product_available"];

fn root() -> PathBuf {
    fixtures().join("build")
}

fn cases(kind: &str) -> Vec<Value> {
    let text = fs::read_to_string(root().join(format!("cases/{kind}.jsonl"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn arguments(case: &Value) -> Vec<&str> {
    case["args"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap()).collect()
}

/// Builds in the folder of the cases.
fn build(arguments: &[&str]) -> Ended {
    ended(strat(arguments).current_dir(root()))
}

/// Builds into a file and gives back its text; the build must succeed.
fn built(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.csv");
    let ended = build(&[arguments, &["--output", path.to_str().unwrap()]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    fs::read_to_string(path).unwrap()
}

fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn agree(column: &str, expected: &str, found: &str) -> bool {
    if TEXT.contains(&column) || expected.is_empty() || found.is_empty() {
        return expected == found;
    }
    if BOOLEAN.contains(&column) {
        return expected.eq_ignore_ascii_case(found);
    }
    let (expected, found): (f64, f64) = (expected.parse().unwrap(), found.parse().unwrap());
    let allowed = if WHOLE.contains(&column) { 0.0 } else { 1e-9 * expected.abs().max(1.0) };
    (expected - found).abs() <= allowed
}

fn assert_same_snapshot(id: &str, expected: &str, found: &str) {
    let (expected, found) = (table(expected), table(found));
    assert_eq!(expected[0], found[0], "{id}");
    assert_eq!(expected.len(), found.len(), "{id}");
    for (expected_row, found_row) in expected.iter().zip(&found).skip(1) {
        for ((column, expected_cell), found_cell) in expected[0].iter().zip(expected_row).zip(found_row) {
            let place = format!("{id} {} {column}", expected_row[1]);
            assert!(agree(column, expected_cell, found_cell), "{place}: {expected_cell}, found {found_cell}");
        }
    }
}

fn codes(report: &Value, severity: &str) -> BTreeSet<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_severity = findings.filter(|finding| finding["severity"] == severity);
    of_severity.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

fn assert_case(case: &Value) {
    let (id, expect) = (case["id"].as_str().unwrap(), &case["expect"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.csv");
    let output = path.to_str().unwrap();
    let ended = build(&[arguments(case).as_slice(), &["--output", output, "--format", "json"]].concat());
    assert_eq!(json!(ended.code), expect["exit"], "{id}: {ended:?}");
    let written = fs::read_dir(folder.path()).unwrap().count();
    if ended.code != 0 {
        assert_eq!(written, 0, "{id}");
    }
    if ended.code == 2 {
        return;
    }
    let report = ended.json();
    for (severity, expected) in [("error", &expect["errors"]), ("warning", &expect["warnings"])] {
        for code in expected.as_array().into_iter().flatten() {
            let found = codes(&report, severity);
            assert!(found.contains(code.as_str().unwrap()), "{id}: no {severity} {code} among {found:?}");
        }
    }
    if ended.code != 0 {
        assert!(report["snapshot_sha256"].is_null() && report["output"].is_null(), "{id}: {report}");
        return;
    }
    assert_eq!(written, 2, "{id}");
    let expected = fs::read_to_string(root().join(expect["snapshot"].as_str().unwrap())).unwrap();
    assert_same_snapshot(id, &expected, &fs::read_to_string(&path).unwrap());
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(format!("{output}.manifest.json")).unwrap()).unwrap();
    for (field, value) in expect["manifest"].as_object().into_iter().flatten() {
        assert_eq!(&manifest[field], value, "{id} {field}");
    }
    assert_eq!(manifest["snapshot_sha256"], report["snapshot_sha256"], "{id}");
    assert_valid(id, &arguments(case), output);
}

/// What was built passes `validate-snapshot` without an error, and `decide` runs on it.
fn assert_valid(id: &str, arguments: &[&str], snapshot: &str) {
    let profile = arguments[1];
    let validation = build(&["validate-snapshot", profile, "--snapshot", snapshot, "--require-manifest"]);
    assert_eq!(validation.code, 0, "{id}: {validation:?}");
    let needed = |pair: &&[&str]| ["--prices", "--as-of"].contains(&pair[0]);
    let mut decide =
        vec!["decide", profile, "--snapshot", snapshot, "--equity", "100000", "--format", "json"];
    if profile == "dynamic_mega_leveraged_pullback" {
        decide.extend(arguments.windows(2).filter(needed).flatten());
    }
    let decision = build(&decide);
    assert_eq!(decision.code, 0, "{id}: {decision:?}");
    assert_eq!(decision.json()["action"], "rebalance", "{id}");
}

#[test]
fn the_cases_of_stocks_are_built_as_the_pipelines_build_them() {
    let all = ["russell", "tech", "mega"].map(cases).concat();
    assert_eq!(all.len(), 6);
    all.iter().for_each(assert_case);
}

#[test]
fn the_cases_of_products_are_built_as_the_pipelines_build_them() {
    let all = cases("dynamic");
    assert_eq!(all.len(), 1);
    all.iter().for_each(assert_case);
}

#[test]
fn the_cases_of_broken_files_write_nothing_and_name_the_finding() {
    let all = cases("errors");
    assert_eq!(all.len(), 23);
    all.iter().for_each(assert_case);
}

/// A small market: two benchmarks and five stocks over 300 sessions.
fn market() -> String {
    let mut text = String::new();
    let file = fs::File::open(root().join("errors/base.csv.gz")).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

const MEGA: [&str; 6] = [
    "build-snapshot",
    "mega_cap_leader_rotation_dynamic_top20",
    "--universe",
    "errors/weights.csv",
    "--as-of",
    "2024-05-31",
];

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn built_from(files: &[&str]) -> String {
    let prices = files.iter().flat_map(|file| ["--prices", file]);
    built(&MEGA.into_iter().chain(prices).collect::<Vec<_>>())
}

#[test]
fn rows_after_the_date_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let plain = built_from(&[&write(folder.path(), "a.csv", &market())]);
    // Later closes, one that is not a price, one without a volume, and one that contradicts another.
    let later = "AAPL,2024-06-03,1,1\nAAPL,2024-06-03,2,\nQQQ,2024-06-04,-5,x\nSPY,2030-01-01,1e9,0\n";
    let after = built_from(&[&write(folder.path(), "b.csv", &(market() + later))]);
    assert_eq!(plain, after);
    assert!(plain.contains("\n2024-05-31,AAPL,Information Technology,"), "{plain}");
}

#[test]
fn rows_of_other_symbols_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let plain = built_from(&[&write(folder.path(), "a.csv", &market())]);
    let others = "ZZZ,2024-05-30,-5,x\nZZZ,no date,,\n,2024-05-30,5,1\n";
    assert_eq!(plain, built_from(&[&write(folder.path(), "b.csv", &(market() + others))]));
}

#[test]
fn the_order_of_rows_and_files_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let text = market();
    let (header, rows) = text.split_once('\n').unwrap();
    let file =
        |name: &str, rows: &[&str]| write(folder.path(), name, &format!("{header}\n{}\n", rows.join("\n")));
    let by_symbol: Vec<&str> = rows.lines().collect();
    let mut by_date = by_symbol.clone();
    by_date.sort_by_key(|row| row.split(',').nth(1).unwrap().to_owned());
    let newest_first: Vec<&str> = by_date.iter().rev().copied().collect();
    let plain = built_from(&[&file("symbols.csv", &by_symbol)]);
    assert_eq!(plain, built_from(&[&file("dates.csv", &by_date)]));
    assert_eq!(plain, built_from(&[&file("newest.csv", &newest_first)]));
    let (first, second) = newest_first.split_at(newest_first.len() / 3);
    let (first, second) = (file("first.csv", first), file("second.csv", second));
    assert_eq!(plain, built_from(&[&first, &second]));
    assert_eq!(plain, built_from(&[&second, &first]));
}

#[test]
fn prices_come_from_standard_input_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("snapshot.csv");
    let mut command = strat(&[&MEGA[..], &["--prices", "-", "--output", output.to_str().unwrap()]].concat());
    let ended = ended(command.current_dir(root()).write_stdin(market()));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(fs::read_to_string(output).unwrap(), built_from(&["errors/base.csv.gz"]));
}

#[test]
fn standard_output_has_the_snapshot_alone() {
    let arguments = [&MEGA[..], &["--prices", "errors/base.csv.gz"]].concat();
    let printed = build(&[arguments.as_slice(), &["--output", "-", "--format", "json"]].concat());
    assert_eq!(printed.code, 0, "{printed:?}");
    assert_eq!(printed.stdout, built(&arguments));
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("m.json");
    let named = build(
        &[arguments.as_slice(), &["--output", "-", "--manifest-output", manifest.to_str().unwrap()]].concat(),
    );
    assert_eq!(named.stdout, printed.stdout);
    let manifest: Value = serde_json::from_str(&fs::read_to_string(manifest).unwrap()).unwrap();
    assert_eq!(manifest["snapshot_path"], "-");
}

#[test]
fn the_report_counts_the_rows_that_are_not_eligible_by_reason() {
    let folder = tempfile::tempdir().unwrap();
    let output = write(folder.path(), "snapshot.csv", "");
    let further = ["--prices", "errors/base.csv.gz", "--format", "json", "--output", &output];
    let report = build(&[&MEGA[..], &further].concat()).json();
    // QQQ, SPY and BOXX; the five stocks of the universe.
    assert_eq!((&report["rows"], &report["eligible"]), (&json!(8), &json!(5)));
    assert_eq!(report["not_eligible"], json!({"reference": 3}));
    let strict = ["--min-price-usd", "1000", "--min-adv20-usd", "0"];
    let report = build(&[&MEGA[..], &further, &strict].concat()).json();
    assert_eq!(report["not_eligible"], json!({"reference": 3, "low_price": 5}));
    assert!(
        codes(&report, "warning").contains("few_candidates")
            || codes(&report, "warning").contains("no_candidates")
    );
    let text = build(&[&MEGA[..], &further[..2], &further[4..], &strict].concat()).stdout;
    assert!(text.contains("not eligible  3 benchmark or safe haven\n"), "{text}");
    assert!(text.contains("5 close too low\n"), "{text}");
}

#[test]
fn the_manifest_says_what_was_in_effect() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("snapshot.csv");
    let output = output.to_str().unwrap();
    let further =
        ["--prices", "errors/base.csv.gz", "--output", output, "--generated-at", "today", "--max-lag", "2"];
    assert_eq!(build(&[&MEGA[..], &further].concat()).code, 0);
    let text = fs::read_to_string(format!("{output}.manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = manifest.as_object().unwrap().keys().collect();
    assert!(keys.is_sorted() && text.starts_with("{\n  \"config_name\""), "{text}");
    assert_eq!(manifest["generated_at"], "today");
    assert_eq!(manifest["price_as_of"], "2024-05-31");
    assert_eq!(manifest["source_project"], "strat");
    let expected = json!({
        "max_lag": 2, "min_adv20_usd": 20_000_000.0, "min_history_days": 273, "min_price_usd": 10.0, "universe_size": 20,
    });
    assert_eq!(manifest["parameters"], expected);
    let kinds: Vec<&Value> =
        manifest["inputs"].as_array().unwrap().iter().map(|input| &input["kind"]).collect();
    assert_eq!(kinds, ["universe", "prices"]);
}

/// The profile's `dynamic_universe_size` is what `--universe-size` overrides.
#[test]
fn a_config_override_is_in_effect_and_in_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let build_with = |name: &str, flags: [&str; 2]| {
        let output = folder.path().join(name).to_str().unwrap().to_owned();
        let further = [&["--prices", "errors/base.csv.gz", "--output", &output], &flags[..]].concat();
        assert_eq!(build(&[&MEGA[..], &further].concat()).code, 0);
        let manifest = fs::read_to_string(format!("{output}.manifest.json")).unwrap();
        (fs::read_to_string(output).unwrap(), serde_json::from_str::<Value>(&manifest).unwrap())
    };
    let (set, manifest) = build_with("set.csv", ["--set", "dynamic_universe_size=3"]);
    let (by_flag, plain) = build_with("flag.csv", ["--universe-size", "3"]);
    assert_eq!(set, by_flag);
    assert_ne!(set, built_from(&["errors/base.csv.gz"]));
    assert_eq!(manifest["parameters"]["set"], json!(["dynamic_universe_size=3"]));
    assert_eq!(plain["parameters"].get("set"), None);
    let unknown = build(&[&MEGA[..], &["--output", "x", "--set", "dynamic_univers_size=3"]].concat());
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `dynamic_universe_size`?"), "{}", unknown.stderr);
}

#[test]
fn a_published_snapshot_is_compared_with() {
    let folder = tempfile::tempdir().unwrap();
    let prices = ["--prices", "errors/base.csv.gz"];
    let text = built(&[&MEGA[..], &prices].concat());
    let check = |text: &str, further: &[&str]| {
        let published = write(folder.path(), "published.csv", text);
        // The date is that of the published snapshot.
        build(&[&MEGA[..4], &prices, &["--check", &published, "--format", "json"], further].concat())
    };
    let equal = check(&text, &[]);
    assert_eq!((equal.code, &equal.json()["check"]["is_equal"]), (0, &json!(true)), "{equal:?}");
    assert_eq!(equal.json()["as_of"], "2024-05-31");

    let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
    rows[1] = rows[1].replace("True", "False");
    let gone = rows.remove(2);
    rows.push(gone.replace(",BOXX,", ",ZZZ,"));
    let different = check(&rows.join("\n"), &[]);
    let comparison = &different.json()["check"];
    assert_eq!(different.code, 1, "{different:?}");
    let cell = json!([{"symbol": "AAPL", "column": "eligible", "published": "False", "built": "True"}]);
    assert_eq!(comparison["cells"], cell);
    assert_eq!(
        (&comparison["missing_rows"], &comparison["surplus_rows"]),
        (&json!(["BOXX"]), &json!(["ZZZ"]))
    );

    let shifted = text.replacen(",Information Technology,", ",Information Technology,1", 1);
    assert_eq!(check(&shifted, &[]).code, 1);
    assert_eq!(check(&shifted, &["--tolerance", "10"]).code, 0);
    assert_eq!(check("as_of,symbol\n", &[]).code, 3);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written");
}

#[test]
fn flags_that_do_nothing_are_refused() {
    for (line, message) in [
        ("russell_1000_multi_factor_defensive --output x --product-map p.csv", "can't use `--product-map`"),
        ("russell_1000_multi_factor_defensive --output x --universe-size 5", "can't use `--universe-size`"),
        ("dynamic_mega_leveraged_pullback --output x --max-lag 5", "can't use `--max-lag`"),
        ("tqqq_growth_income --output x", "takes no feature snapshot"),
        ("russell_1000_multi_factor_defensive", "--output <FILE>"),
        ("russell_1000_multi_factor_defensive --output x --check y", "cannot be used with"),
        ("russell_1000_multi_factor_defensive --output x --tolerance 1", "cannot be used with"),
        (
            "russell_1000_multi_factor_defensive --output x --universe-size 0",
            "expected a whole number from 1",
        ),
        ("russell_1000_multi_factor_defensive --output x --min-price-usd nan", "expected a number from 0"),
        ("russell_1000_multi_factor_defensive --output x --manifest-output -", "can't go to standard output"),
        ("russell_1000_multi_factor_defensive --output x --manifest-output x", "name one file"),
        ("russell_1000_multi_factor_defensive --output x --prices - --universe -", "can be read only once"),
    ] {
        let ended = run(&format!("build-snapshot {line}"));
        assert_eq!(ended.code, 2, "{line}: {ended:?}");
        assert!(ended.stderr.contains(message), "{line}: {}", ended.stderr);
    }
    assert!(!fixtures().join("x").exists());
}

#[test]
fn an_output_never_takes_the_place_of_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let prices = write(folder.path(), "prices.csv", &market());
    for further in
        [["--output", prices.as_str()].as_slice(), &["--output", "-", "--manifest-output", &prices]]
    {
        let ended = build(&[&MEGA[..], &["--prices", &prices], further].concat());
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("would overwrite the file of `--prices`"), "{}", ended.stderr);
    }
    assert_eq!(fs::read_to_string(prices).unwrap(), market());
}

#[test]
fn neither_file_is_written_where_one_can_not_be() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("snapshot.csv");
    let further = ["--prices", "errors/base.csv.gz", "--output", output.to_str().unwrap()];
    let ended = build(&[&MEGA[..], &further, &["--manifest-output", "/no/such/folder/m.json"]].concat());
    assert_eq!(ended.code, 4, "{ended:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn missing_files_are_findings() {
    let ended = run("build-snapshot dynamic_mega_leveraged_pullback --output x --format json");
    assert_eq!(ended.code, 3);
    let expected = ["prices_missing", "product_map_missing", "universe_missing"].map(str::to_owned);
    assert_eq!(codes(&ended.json(), "error"), expected.into());
}

/// A gzipped copy is the same input.
#[test]
fn gzip_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("prices");
    let mut encoder =
        flate2::write::GzEncoder::new(fs::File::create(&packed).unwrap(), flate2::Compression::fast());
    encoder.write_all(market().as_bytes()).unwrap();
    encoder.finish().unwrap();
    let plain = write(folder.path(), "a.csv", &market());
    assert_eq!(built_from(&[packed.to_str().unwrap()]), built_from(&[&plain]));
}

/// What no text file begins with.
const BINARY: &[u8] = b"\x7fELF\x02\x01\x00\x00\xff\xfe\n\x00";

/// A flag, the bytes of a bad file for it, the code of its one error and the place that the error names.
type BadFile = (&'static str, Vec<u8>, &'static str, &'static str);

fn bad_files(market: &str) -> Vec<BadFile> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(market.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let misnamed = market.replacen("symbol,", "ticker_of,", 1);
    let odd_date = "symbol,sector,weight,start_date\nAAPL,Energy,1,2024-13-01\n";
    let cases: [(&str, &[u8], &str, &str); 15] = [
        ("--prices", b"", "prices_empty", ""),
        ("--prices", b"symbol,as_of,close,volume\n", "prices_empty", ""),
        ("--prices", &packed[..packed.len() / 2], "prices_parse_failed", ""),
        ("--prices", BINARY, "prices_parse_failed", ""),
        ("--prices", misnamed.as_bytes(), "missing_columns", "line 1"),
        ("--universe", b"", "universe_empty", ""),
        ("--universe", BINARY, "universe_parse_failed", ""),
        ("--universe", b"name,sector\nAAPL,Energy\n", "missing_columns", "line 1"),
        ("--universe", b"symbol,sector,weight\n,Energy,1\n", "universe_empty", ""),
        ("--universe", odd_date.as_bytes(), "universe_parse_failed", "line 2"),
        ("--universe", b"symbol,sector,weight\nAAPL,Energy,1\nAAPL,Energy,2\n", "duplicate_symbol", "line 3"),
        (
            "--universe",
            b"symbol,sector,weight\nAAPL,Energy\nMSFT,Energy,1\n",
            "universe_parse_failed",
            "line 2",
        ),
        ("--check", b"", "feature_snapshot_empty", ""),
        ("--check", BINARY, "feature_snapshot_parse_failed", ""),
        ("--check", b"symbol\nAAPL,x\n", "feature_snapshot_parse_failed", "line 2"),
    ];
    cases.map(|(flag, bytes, code, place)| (flag, bytes.to_vec(), code, place)).into()
}

/// One kind of bad input after the other, in place of each file of a build.
#[test]
fn a_bad_file_is_one_error_with_its_place_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(path(name), bytes).unwrap();
        path(name)
    };
    let market = market();
    let (prices, universe) = (file("prices.csv", market.as_bytes()), "errors/weights.csv".to_owned());
    let built = built(&[&MEGA[..], &["--prices", &prices]].concat());
    let output = path("snapshot.csv");
    let run_with = |flag: &str, bad: &str| {
        let named = |own: &str, good: &str| if flag == own { bad.to_owned() } else { good.to_owned() };
        let (prices, universe) = (named("--prices", &prices), named("--universe", &universe));
        let target = if flag == "--check" { ["--check", bad] } else { ["--output", &output] };
        let files =
            ["--prices", &prices, "--universe", &universe, "--as-of", "2024-05-31", "--format", "json"];
        build(&[&MEGA[..2], &files, &target].concat())
    };
    for (flag, bytes, code, place) in bad_files(&market) {
        let bad = file("bad.csv", &bytes);
        let ended = run_with(flag, &bad);
        let shown = format!("{flag} {code}: {ended:?}");
        assert_eq!(ended.code, 3, "{shown}");
        let report = ended.json();
        assert!(codes(&report, "error").contains(code), "{shown}");
        let finding =
            report["findings"].as_array().unwrap().iter().find(|found| found["code"] == code).unwrap();
        assert!(place.is_empty() || format!("line {}", finding["line"]) == place, "{shown}");
        assert!(!Path::new(&output).exists() && !Path::new(&format!("{output}.manifest.json")).exists());
    }
    // A folder, and a file that is not there.
    for flag in ["--prices", "--universe", "--check"] {
        for bad in [folder.path().to_str().unwrap(), &path("none.csv")] {
            let ended = run_with(flag, bad);
            assert_eq!(
                (ended.code, ended.json()["findings"][0]["severity"].clone()),
                (3, json!("error")),
                "{flag} {bad}"
            );
        }
    }
    // The published snapshot itself is equal.
    assert_eq!(run_with("--check", &file("published.csv", built.as_bytes())).code, 0);
}
