//! Every command prints JSON of its schema, and every file that strat reads has one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};
use strat::SchemaName;

use crate::common::schemas::{problems, problems_with, schema, validator};
use crate::support::{Folder, fixtures, run};

/// The built-in profiles, by their manifests.
fn profiles() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_schema_is_one() {
    for name in SchemaName::value_variants() {
        let schema = schema(*name);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(jsonschema::meta::is_valid(&schema), "{}", name.as_str());
        let printed = run(&format!("schema {}", name.as_str()));
        assert_eq!((printed.code, printed.stdout.as_str()), (0, name.text()));
    }
    assert_eq!(run("schema snapshot").stdout, SchemaName::SnapshotManifest.text());
    let unknown = run("schema decison");
    assert_eq!((unknown.code, unknown.said("hint")), (2, vec!["did you mean `decision`?"]), "{unknown:?}");
}

#[test]
fn every_file_of_the_folder_has_a_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let files: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let named = SchemaName::value_variants().iter().map(|name| format!("{}.json", name.as_str()));
    assert_eq!(files, named.collect());
}

#[test]
fn a_schema_refuses_what_the_program_never_writes() {
    let decision =
        run("decide tqqq_growth_income --prices prices/etf.csv --equity 25000 --format json").json();
    assert_eq!(problems(&decision), [] as [String; 0]);
    for (pointer, value) in [
        ("/action", json!("buy")),
        ("/actionable", json!("yes")),
        ("/as_of", json!("31.03.2025")),
        ("/schema", json!("strat.decision.v1 ")),
        ("/positions/0/target_value", json!("2000")),
        ("/findings", json!(null)),
        ("/exits", json!([{}])),
        ("/diagnostics/total_equity", json!(null)),
    ] {
        let mut broken = decision.clone();
        *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(!problems_with("decision", &broken).is_empty(), "{pointer}");
    }
    let mut more = decision.clone();
    more["position"] = json!([]);
    assert_eq!(problems(&more).len(), 1);
    let mut less = decision;
    less.as_object_mut().unwrap().remove("verdict");
    assert_eq!(problems(&less).len(), 1);
}

/// Every profile and every command with JSON, on fixtures: `support::run` holds each answer against its schema.
#[test]
fn every_command_prints_json_of_its_schema() {
    let mut names = BTreeSet::new();
    let mut name_of = |line: &str| {
        let ended = run(line);
        names.extend(ended.json()["schema"].as_str().map(str::to_owned));
        ended
    };
    for profile in profiles() {
        name_of(&format!("explain {profile} --format json --as-of 2025-03-31"));
    }
    name_of("explain --codes --format json");
    name_of("explain stale_price --format json");
    name_of("list --format json");
    for (profile, snapshot) in [
        ("russell_1000_multi_factor_defensive", "russell_1000"),
        ("tech_communication_pullback_enhancement", "tech_communication"),
        ("mega_cap_leader_rotation_dynamic_top20", "mega_cap_top20"),
        ("mega_cap_leader_rotation_aggressive", "mega_cap_top50"),
        ("mega_cap_leader_rotation_top50_balanced", "mega_cap_top50"),
        ("dynamic_mega_leveraged_pullback", "dynamic_mega"),
        ("mega_cap_leader_rotation_aggressive", "russell_1000"),
    ] {
        let snapshot = format!("snapshots/{snapshot}.csv");
        name_of(&format!("validate-snapshot {profile} {snapshot} --stats --format json"));
        name_of(&format!("validate-snapshot {profile} {snapshot} --previous {snapshot} --format json"));
        name_of(&format!("decide {profile} --snapshot {snapshot} --as-of 2025-06-30 --format json"));
    }
    let folder = Folder::new();
    let (old, new) = (folder.path("old.json"), folder.path("new.json"));
    for (day, path) in [("2025-03-28", &old), ("2025-03-31", &new)] {
        let line = format!("explain global_etf_rotation --prices prices/etf.csv --as-of {day} --format json");
        fs::write(path, name_of(&line).stdout).unwrap();
    }
    name_of(&format!("diff {old} {new} --format json"));
    name_of(&format!("show {new} --format json"));
    let report = folder.path("report.json");
    let line = "validate-snapshot tech_communication_pullback_enhancement snapshots/tech_communication.csv";
    fs::write(&report, name_of(&format!("{line} --format json")).stdout).unwrap();
    name_of(&format!("diff {report} {report} --format json"));
    name_of(&format!("show {report} --format json"));
    for platform in ["ibkr", "schwab", "longbridge"] {
        let line = "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
        name_of(&format!("{line} --for {platform}"));
    }
    let walk = "replay global_etf_rotation --prices prices/etf.csv --from 2025-03-03 --to 2025-03-31";
    name_of(&format!("{walk} --output-dir {} --format json", folder.path("walk")));
    assert_eq!(
        names.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "strat.codes.v1",
            "strat.decision.v1",
            "strat.diff.v1",
            "strat.explanation.v1",
            "strat.profiles.v1",
            "strat.replay.v1",
            "strat.rule_sheet.v1",
            "strat.validation.v1",
            "strat.validation_diff.v1",
        ]
    );
}

#[test]
fn messages_are_of_their_schema() {
    for line in [
        "decide tqqq_growth_income --prices prices/etf.csv --equity 25000 --as-of 2025-06-30",
        "decide tqqq_growth_income --prices none.csv",
        "decide tqqq_growth_incme --prices prices/etf.csv",
        "decide --zzz",
    ] {
        let ended = run(&format!("{line} --messages json"));
        let documents: Vec<Value> =
            ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!documents.is_empty());
        assert!(documents.iter().all(|document| document["schema"] == "strat.message.v1"));
        let problems: Vec<String> = documents.iter().flat_map(problems).collect();
        assert!(problems.is_empty(), "{line}: {problems:?}");
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn what_strat_reads_is_of_its_schema() {
    let of_schema = |name: &str, document: &Value| problems_with(name, document);
    for name in ["rotation", "nasdaq", "semiconductors"] {
        let path = fixtures().join(format!("portfolios/{name}.json"));
        assert_eq!(of_schema("portfolio", &read(&path)), [] as [String; 0]);
    }
    let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests");
    for profile in profiles() {
        let mut manifest = read(&manifests.join(format!("{profile}.json")));
        assert_eq!(of_schema("profile", &manifest), [] as [String; 0], "{profile}");
        // Its config is that of its strategy, and of no other one.
        manifest["config"]["no_such_key"] = json!(1);
        assert_eq!(of_schema("profile", &manifest).len(), 1, "{profile}");
    }
    let manifest = read(&fixtures().join("snapshots/tech_communication.csv.manifest.json"));
    let lenient = validator(&schema(SchemaName::SnapshotManifest));
    assert!(lenient.is_valid(&manifest));
    let mut without = manifest;
    without.as_object_mut().unwrap().remove("config_sha256");
    assert!(!lenient.is_valid(&without));
    let indicators =
        json!({ "soxl": { "price": 20, "ma_trend": 18 }, "soxx": { "price": 230, "ma_trend": 215 } });
    assert_eq!(of_schema("indicators", &indicators), [] as [String; 0]);
    assert_eq!(of_schema("indicators", &json!({ "soxl": { "prise": 20 } })).len(), 1);
}

/// The account and the indicators that the page on files shows.
#[test]
fn what_the_page_on_files_shows_is_of_its_schema() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/files.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    for (name, block) in ["portfolio", "indicators"].iter().zip(blocks) {
        let problems = problems_with(name, &serde_json::from_str(block).unwrap());
        assert_eq!(problems, [] as [String; 0], "{name}");
    }
}

/// The keys of a portfolio stand in its reader and in its schema: an unknown key is told all of them.
#[test]
fn the_portfolio_has_the_keys_that_its_reader_knows() {
    let schema = schema(SchemaName::Portfolio);
    let keys = |properties: &Value| properties.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let folder = Folder::new();
    for (text, properties) in [
        (r#"{"total_equity": 1, "zzzzzzzzzz": 1}"#, &schema["properties"]),
        (
            r#"{"total_equity": 1, "positions": [{"symbol": "A", "quantity": 1, "market_value": 1, "zzzzzzzzzz": 1}]}"#,
            &schema["$defs"]["PortfolioPosition"]["properties"],
        ),
    ] {
        let path = folder.file("portfolio.json", text);
        let ended = run(&format!("decide global_etf_rotation --prices prices/etf.csv --portfolio {path}"));
        let hint = ended.stderr.lines().find_map(|line| line.strip_prefix("hint: the keys are ")).unwrap();
        let known: BTreeSet<String> = hint.split(", ").map(str::to_owned).collect();
        assert_eq!(keys(properties), known);
    }
}
