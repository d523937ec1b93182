//! `docs/findings.md` and `strat explain CODE` against the catalogue of findings.
//!
//! `UPDATE_EXPECTED=1 cargo test --test it findings` writes the sections of the document anew.

use std::fs;

use strat::finding::page::Page;
use strat::finding::{Code, Severity};
use strat::language::Language;

use crate::support::run;

const DOCUMENT: &str = "docs/findings.md";

/// The document as it stands in front of the sections of the codes.
fn introduction(document: &str) -> &str {
    document.split_once("\n### `").map_or(document, |(introduction, _)| introduction)
}

#[test]
fn the_document_has_the_page_of_every_code() {
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let mut expected = introduction(&document).trim_end().to_owned() + "\n";
    for code in Code::ALL {
        expected.push('\n');
        expected.push_str(&Page::new(*code, Language::En).unwrap().markdown(Language::En));
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(DOCUMENT, expected).unwrap();
        return;
    }
    assert_eq!(document, expected, "{DOCUMENT}: run with UPDATE_EXPECTED=1");
}

const HANDBOOK: &str = "docs/handbook.zh-CN.md";

/// A line of the handbook's table: what to do about a code.
fn row(code: Code) -> String {
    let page = Page::new(code, Language::Zh).unwrap();
    let severity = match page.severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
        Severity::Info => "提示",
    };
    let allowed = if page.can_be_allowed { "，可放行" } else { "" };
    let cure = page.cure.replace('\n', " ").replace('|', "\\|");
    format!("| `{code}` | {severity}{allowed} | {cure} |\n")
}

#[test]
fn the_handbook_says_what_to_do_about_every_code() {
    let document = fs::read_to_string(HANDBOOK).unwrap();
    let (begin, end) = ("<!-- findings: begin -->\n", "<!-- findings: end -->");
    let (before, rest) = document.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let rows: String = Code::ALL.iter().copied().map(row).collect();
    let expected =
        format!("{before}{begin}\n| 代码 | 级别 | 怎么办 |\n| --- | --- | --- |\n{rows}\n{end}{after}");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(HANDBOOK, expected).unwrap();
        return;
    }
    assert_eq!(document, expected, "{HANDBOOK}: run with UPDATE_EXPECTED=1");
}

#[test]
fn a_code_is_explained_in_both_languages() {
    let english = run("explain PRICE_JUMP");
    assert_eq!((english.code, english.stderr.as_str()), (0, ""));
    assert_eq!(
        english.stdout,
        "price_jump: warning; `--allow price_jump` makes it a warning\n\nA close moved unusually far: more than 40 median daily moves of the symbol (at\n\
         least 5 %, at most 60 %). It is an error beyond 60 % on the newest bar or over a\n\
         gap, and beyond a factor of 3 on any bar.\n\n\
         Example: 400.10 on Friday, 100.25 on Monday.\n\n\
         Fix: look for a split that the prices are not adjusted for.\n"
    );
    let chinese = run("explain stale_price --lang zh").stdout;
    assert!(
        chinese.starts_with("stale_price: error; `--allow stale_price` 可将其降为警告\n\n所用代码的"),
        "{chinese}"
    );
}

#[test]
fn the_codes_are_listed_without_a_profile() {
    let listed = run("explain --codes");
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    let codes: Vec<&str> = listed.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(codes, Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
    let json: serde_json::Value = serde_json::from_str(&run("explain --codes --format json").stdout).unwrap();
    assert_eq!(json["codes"][0]["code"], "feature_snapshot_missing");
}

#[test]
fn a_misspelt_name_is_looked_for_among_profiles_and_codes() {
    let found = run("explain stale_prices");
    assert_eq!(found.code, 2);
    assert_eq!(
        found.stderr,
        "error: unknown profile or finding `stale_prices`\nhint: did you mean `stale_price`? `strat list` shows \
         the profiles, `strat explain --codes` the findings\n"
    );
    assert!(run("explain tqqq_growth_incme").stderr.contains("did you mean `tqqq_growth_income`?"));
}

#[test]
fn a_code_takes_no_inputs() {
    let found = run("explain stale_price --equity 1");
    assert_eq!(found.code, 2);
    assert!(
        found.stderr.starts_with("error: `stale_price` is a finding and takes no inputs\n"),
        "{}",
        found.stderr
    );
}
