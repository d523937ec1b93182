//! Broken records: cut, of other schemas, with values of other types and numbers beyond all bounds. Each reads back or ends
//! in one error, and whatever reads back is drawn, compared and proved without a fault of the program.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use strat::document::{Screen, markdown, text};
use strat::finding::{Code, Finding};
use strat::input::source::TextFile;
use strat::language::Language;
use strat::language::phrases::Names;
use strat::saved::diff::Diff;
use strat::saved::proof::{Whereabouts, prove};
use strat::saved::report_diff::ReportDiff;
use strat::saved::{self, Saved};
use strat::view;
use strat::view::explanation::Characters;
use strat::view::validation::Detail;

/// A record of each kind: a decision for an account, a blocked one, an explanation, two reports.
const COMMANDS: [&str; 5] = [
    "decide global_etf_rotation --prices fixtures/prices/etf.csv --portfolio fixtures/portfolios/rotation.json --compact",
    "decide tqqq_growth_income --prices fixtures/prices/none.csv --compact",
    "explain tqqq_growth_income --prices fixtures/prices/etf.csv --portfolio fixtures/portfolios/nasdaq.json",
    "validate-snapshot russell_1000_multi_factor_defensive fixtures/snapshots/russell_1000.csv --compact",
    "validate-snapshot russell_1000_multi_factor_defensive fixtures/snapshots/tech_communication.csv fixtures/none.csv --compact",
];

static RECORDS: LazyLock<Vec<Value>> = LazyLock::new(|| COMMANDS.iter().map(|line| made(line)).collect());

/// What a command prints as JSON.
fn made(line: &str) -> Value {
    let words = format!("strat {line} --format json");
    let cli = strat::parse(words.split_whitespace().map(Into::into)).unwrap();
    serde_json::from_str(&strat::answer(cli).unwrap().text).unwrap()
}

fn parse(text: &str) -> Result<Vec<Saved>, Box<Finding>> {
    let file = TextFile { path: "record.json".to_owned(), text: text.to_owned(), sha256: String::new() };
    saved::parse(&file)
}

/// Where each value of a record stands, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                pointers(value, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// Draws a record in every form, compares it with itself, and proves it in an empty folder.
fn use_up(record: &Saved) {
    let screen = Screen::default();
    for language in [Language::En, Language::Zh] {
        let document = match record {
            Saved::Decision(record) => {
                view::decision::document(record).in_language(language, &view::names_of(record))
            }
            Saved::Explanation(explanation) => {
                let names = view::names_of(&explanation.decision);
                view::explanation::document(explanation, Characters::Unicode).in_language(language, &names)
            }
            Saved::Report(report) => {
                view::validation::document(report, Detail { all: true, stats: true }, screen, language)
            }
        };
        assert!(!text::draw(&document, screen).is_empty());
        assert!(!markdown::draw(&document, language).is_empty());
    }
    // A folder that is not there: nothing of this machine is read.
    let nowhere = Whereabouts { root: Some("nowhere".to_owned()), named: Vec::new() };
    prove(record, "record.json", &nowhere).unwrap();
    match record {
        Saved::Report(report) => {
            let diff = ReportDiff::new(report, report);
            assert!(diff.same_verdicts);
            text::draw(&view::diff::of_reports(&diff).in_language(Language::Zh, &Names::new()), screen);
            view::junit::draw(report).unwrap();
            view::validation::github(report, None);
        }
        Saved::Decision(_) | Saved::Explanation(_) => {
            let decision = record.decision().unwrap();
            view::csv::of_decision(decision, false).unwrap();
            view::csv::of_decision(decision, true).unwrap();
            text::draw(&view::diff::document(&Diff::new(record, record).unwrap(), None), screen);
        }
    }
}

#[test]
fn whole_records_are_used_up() {
    for record in RECORDS.iter() {
        use_up(&parse(&record.to_string()).unwrap()[0]);
    }
}

#[test]
fn a_report_about_no_file_is_one_error() {
    let mut report = RECORDS.iter().find(|record| record["schema"] == "strat.validation.v1").unwrap().clone();
    report["files"] = json!([]);
    assert_eq!(parse(&report.to_string()).unwrap_err().code, Code::RecordInvalid);
}

#[test]
fn a_record_that_is_cut_at_any_byte_is_one_error() {
    // The smallest of them: each cut is a text of its own.
    let text = RECORDS[1].to_string();
    for end in 0..text.len() {
        let Some(cut) = text.get(..end) else { continue };
        let finding = parse(cut).expect_err("it is cut");
        assert_eq!(finding.code, Code::RecordInvalid, "{end}");
        assert!(!finding.message.is_empty() && finding.hint.is_some(), "{end}: {finding:?}");
    }
}

/// What stands in place of a value: other types, and numbers beyond all bounds.
fn odd_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(0.1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!(-1e308),
        json!(5e-324),
        json!(""),
        json!("x"),
        json!("\u{1b}[31m\n\u{202e}"),
        json!("9999-12-31"),
        json!("x".repeat(5000)),
        json!([]),
        json!([null, 1e308]),
        json!({}),
        json!({"a": {"b": []}}),
    ]
}

proptest! {
    // The same records on every run: a build fails for what was changed in it, and not by luck.
    #![proptest_config(ProptestConfig {
        cases: 250,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A record with one or two values of other types is used up, or is one error.
    #[test]
    fn slow_a_record_with_odd_values_is_used_up_or_one_error(
        kind in 0..COMMANDS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), prop::sample::select(odd_values())), 1..3),
        is_removed in any::<bool>(),
    ) {
        let mut record = RECORDS[kind].clone();
        for (place, value) in changes {
            let mut places = Vec::new();
            pointers(&record, "", &mut places);
            let pointer = place.get(&places).clone();
            match (pointer.rsplit_once('/'), is_removed) {
                (Some((parent, key)), true) => {
                    if let Some(Value::Object(map)) = record.pointer_mut(parent) {
                        map.remove(key);
                    }
                }
                _ => *record.pointer_mut(&pointer).unwrap() = value,
            }
        }
        match parse(&record.to_string()) {
            Ok(records) => records.iter().for_each(use_up),
            Err(finding) => {
                prop_assert_eq!(finding.code, Code::RecordInvalid);
                prop_assert!(!finding.message.is_empty());
            }
        }
    }
}
