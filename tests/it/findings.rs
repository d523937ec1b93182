//! The table of findings against the codes.

use std::collections::BTreeMap;
use std::fs;

use strat::finding::Code;

/// The rows of the document's tables: the code, and its other cells.
fn rows() -> Vec<(String, Vec<String>)> {
    fs::read_to_string("docs/findings.md")
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(code, rest)| {
            let cells = rest.trim_end_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
            (code.to_owned(), cells)
        })
        .collect()
}

#[test]
fn the_table_has_every_code_once_in_the_order_of_the_codes() {
    let documented: Vec<String> = rows().into_iter().map(|(code, _)| code).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(documented, codes);
}

#[test]
fn the_table_has_the_severity_of_each_code_and_whether_it_can_be_allowed() {
    let documented: BTreeMap<String, Vec<String>> = rows().into_iter().collect();
    for code in Code::ALL {
        let cells = &documented[code.as_str()];
        assert_eq!(cells[0], code.severity().as_str(), "{code}");
        assert_eq!(cells[1] == "yes", code.can_be_allowed(), "{code}");
        assert!(!cells[2].is_empty(), "{code}");
    }
}
