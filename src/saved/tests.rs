use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::pipeline::{self, Request};
use crate::strategy::trace::Trace;

fn file(text: &str) -> TextFile {
    TextFile { path: "record.json".to_owned(), text: text.to_owned(), sha256: String::new() }
}

/// A blocked decision, which no file is needed for.
fn blocked() -> Record {
    let request = Request { profile: "global_etf_rotation".to_owned(), ..Request::default() };
    let run = pipeline::run(&request, Trace::silent()).unwrap();
    Record::new(&run).with_request(&request)
}

fn written(record: &Record) -> Value {
    serde_json::to_value(record).unwrap()
}

fn problem(text: &str) -> Finding {
    *parse(&file(text)).unwrap_err()
}

/// What is wrong with the record of `blocked` where one value is another.
fn problem_with(change: impl Fn(&mut Value)) -> Finding {
    let mut value = written(&blocked());
    change(&mut value);
    problem(&serde_json::to_string_pretty(&value).unwrap())
}

#[test]
fn a_record_reads_back_as_it_was() {
    let record = blocked();
    let text = serde_json::to_string_pretty(&record).unwrap();
    assert_eq!(parse(&file(&text)).unwrap(), [Saved::Decision(Box::new(record.clone()))]);
    // Two records, a line each.
    let line = serde_json::to_string(&record).unwrap();
    assert_eq!(parse(&file(&format!("{line}\n{line}\n"))).unwrap().len(), 2);
    let explanation = Explanation::unprofiled(record);
    let text = serde_json::to_string(&explanation).unwrap();
    assert_eq!(parse(&file(&text)).unwrap(), [Saved::Explanation(Box::new(explanation))]);
}

#[test]
fn what_is_not_a_record_says_so() {
    for (text, message) in [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ("{}", "it is not a record: it has no `schema`"),
        ("[1]", "it is not a record: a record is a JSON object"),
        ("5", "it is not a record: a record is a JSON object"),
        ("symbol,target\nQQQ,1", "it is not valid JSON: expected value"),
        ("{\"schema\": \"strat.decision.v1\"", "it is not valid JSON: EOF while parsing an object"),
        ("{\"schema\": \"strat.profiles.v1\"}", "it is not a record: its schema is `strat.profiles.v1`"),
        ("{\"schema\": 7}", "invalid type: integer `7`, expected a string"),
    ] {
        let finding = problem(text);
        assert_eq!((finding.code, finding.message.as_str()), (Code::RecordInvalid, message), "{text}");
        assert!(finding.hint.is_some(), "{text}");
    }
}

#[test]
fn a_newer_schema_names_its_writer() {
    let finding = problem_with(|value| {
        value["schema"] = json!("strat.decision.v2");
        value["strat_version"] = json!("3.1.0");
    });
    assert_eq!(
        finding.message,
        format!(
            "strat 3.1.0 wrote the record with schema `strat.decision.v2`, strat {} reads `strat.decision.v1`",
            env!("CARGO_PKG_VERSION")
        )
    );
    assert_eq!(finding.hint.as_deref(), Some("read it with strat 3.1.0"));
    // An explanation of a decision with a newer schema.
    let mut explanation = serde_json::to_value(Explanation::unprofiled(blocked())).unwrap();
    explanation["decision"]["schema"] = json!("strat.decision.v9");
    assert!(problem(&explanation.to_string()).message.contains("`strat.decision.v9`"));
}

#[test]
fn a_value_of_another_type_has_its_place() {
    let finding = problem_with(|value| value["actionable"] = json!("yes"));
    assert_eq!(finding.message, "invalid type: string \"yes\", expected a boolean");
    // Keys are sorted in this text: the brace, the five lines of `account`, `action`, and then `actionable`.
    assert_eq!(finding.line, Some(8), "{finding:?}");
    for change in [
        |value: &mut Value| value["as_of"] = json!("2025-02-30"),
        |value: &mut Value| value["positions"] = json!([{"symbol": "QQQ", "target_weight": "0.5"}]),
        |value: &mut Value| value["positions"] = json!([{"target_weight": 0.5}]),
        |value: &mut Value| value["action"] = json!("sell everything"),
        |value: &mut Value| value["findings"] = json!([{"code": "no_such_code"}]),
        |value: &mut Value| value["findings"][0]["stands_for"] = json!(0),
        |value: &mut Value| value["findings"][0]["stands_for"] = json!(u64::MAX),
        |value: &mut Value| value["request"]["quantity"] = json!({}),
        |value: &mut Value| value["request"]["max_lag"] = json!(-1),
        |value: &mut Value| value["inputs"] = json!({}),
    ]
    .into_iter()
    .filter(|change| {
        // An unknown key is kept and passed over.
        let mut value = written(&blocked());
        change(&mut value);
        value["request"].get("quantity").is_none()
    }) {
        assert_eq!(problem_with(change).code, Code::RecordInvalid);
    }
}

#[test]
fn a_number_without_end_is_refused() {
    let text = written(&blocked()).to_string().replacen("\"cash_value\":null", "\"cash_value\":1e999", 1);
    assert!(text.contains("1e999"));
    assert_eq!(problem(&text).message, "it is not valid JSON: number out of range");
}

#[test]
fn what_an_older_strat_did_not_write_has_a_default() {
    let record = blocked();
    let mut value = written(&record);
    let object = value.as_object_mut().unwrap();
    for key in
        ["verdict", "verdict_line", "changes_needed", "config_changes", "account", "allowed", "request"]
    {
        object.remove(key).unwrap();
    }
    object.insert("a_key_of_tomorrow".to_owned(), json!([1]));
    let read = parse(&file(&value.to_string())).unwrap();
    let expected = Record { request: None, ..record };
    assert_eq!(read, [Saved::Decision(Box::new(expected))]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A record that is cut or of which bytes are changed reads back or ends in one error; whatever is read is drawn.
    #[test]
    fn a_broken_record_is_one_error(
        cut in 0_usize..8000,
        changes in proptest::collection::vec((0_usize..8000, proptest::sample::select(
            b"\"{}[]:,0919eE-.ntfu\\ \n".to_vec())), 0..4),
        is_explanation in any::<bool>(),
    ) {
        let record = blocked();
        let text = if is_explanation {
            serde_json::to_string_pretty(&Explanation::unprofiled(record)).unwrap()
        } else {
            serde_json::to_string_pretty(&record).unwrap()
        };
        let mut bytes = text.into_bytes();
        bytes.truncate(cut.max(1));
        let length = bytes.len();
        for (place, byte) in changes {
            bytes[place % length] = byte;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match parse(&file(&text)) {
            Ok(records) => for saved in records {
                let document = saved.decision().map(crate::view::decision::document);
                prop_assert!(document.is_some_and(|document| !document.blocks().is_empty()));
            },
            Err(finding) => {
                prop_assert_eq!(finding.code, Code::RecordInvalid);
                prop_assert!(!finding.message.is_empty());
            }
        }
    }

    /// Numbers read back to the bit.
    #[test]
    fn numbers_read_back_to_the_bit(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let record = Record { cash_value: Some(crate::number::Number(number)), ..blocked() };
        let text = serde_json::to_string(&record).unwrap();
        let read = parse(&file(&text)).unwrap();
        // Of the two zeros only one is written.
        let expected = (number + 0.0).to_bits();
        prop_assert_eq!(read[0].decision().unwrap().cash_value.map(|number| number.0.to_bits()), Some(expected));
    }
}
