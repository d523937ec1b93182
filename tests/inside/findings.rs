//! `docs/findings.md` and the handbook against the catalogue of findings.
//!
//! `UPDATE_EXPECTED=1 cargo test --lib inside::findings` writes what they say of the codes anew.

use std::fs;

use strat::finding::page::Page;
use strat::finding::{Code, Severity};
use strat::language::Language;

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
