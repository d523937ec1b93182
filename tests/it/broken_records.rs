//! Broken records from outside: each is one error with its file's name, and exit code 3.

use serde_json::{Value, json};

use crate::support::{Folder, run};

#[test]
fn each_broken_file_is_one_error_and_exit_code_3() {
    let folder = Folder::new();
    let line = "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";
    let record = run(&format!("{line} --format json --compact")).json();
    let good = folder.file("good.json", record.to_string());
    let with = |pointer: &str, value: Value| {
        let mut broken = record.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        broken.to_string()
    };
    let text = record.to_string();
    let broken = [
        String::new(),
        "{".to_owned(),
        text[..text.len() / 2].to_owned(),
        format!("{text}{{"),
        format!("{text}\n5"),
        "[]".to_owned(),
        "symbol,target\nQQQ,1\n".to_owned(),
        "[".repeat(10_000),
        r#"{"schema":"strat.decision.v1"}"#.to_owned(),
        r#"{"schema":"strat.validation.v1"}"#.to_owned(),
        r#"{"schema":"strat.explanation.v1"}"#.to_owned(),
        r#"{"schema":"strat.profiles.v1"}"#.to_owned(),
        with("/schema", json!("strat.decision.v2")),
        with("/schema", json!("strat.validation.v9")),
        with("/as_of", json!("2025-02-30")),
        with("/positions/0/target_weight", json!("0.5")),
        with("/findings", json!(7)),
        text.replacen("\"target_weight\":0.5", "\"target_weight\":1e999", 1),
        "\u{0}\u{1}".to_owned(),
    ];
    for (place, text) in broken.iter().enumerate() {
        let path = folder.file("broken.json", text);
        for line in [
            format!("show {path}"),
            format!("verify {path}"),
            format!("diff {path} {good}"),
            format!("diff {good} {path}"),
        ] {
            let ended = run(&line);
            assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{place} {line}: {ended:?}");
            assert_eq!(ended.said("error").len(), 1, "{place} {line}: {ended:?}");
            assert!(ended.said("error")[0].starts_with(&path), "{place} {line}: {ended:?}");
        }
    }
}
