//! Files that can't be used: for each kind of input, what is said of each way to be broken. One clear error
//! that names the file, and the line where there is one; exit code 3; no target; no panic.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Ended, Folder, fixtures, run};

/// One kind of input: a line with `FILE` where the file stands.
struct Kind {
    line: &'static str,
    /// A file of the kind that can be used.
    good: &'static str,
}

const PRICES: Kind =
    Kind { line: "decide tqqq_growth_income --prices FILE --equity 10000", good: "prices/etf.csv" };
const SECOND_PRICES: Kind = Kind {
    line: "decide global_etf_rotation --prices prices/etf.csv --prices FILE",
    good: "prices/mega_caps.csv.gz",
};
const PORTFOLIO: Kind = Kind {
    line: "decide tqqq_growth_income --prices prices/etf.csv --portfolio FILE",
    good: "portfolios/nasdaq.json",
};
const INDICATORS: Kind =
    Kind { line: "decide soxl_soxx_trend_income --indicators FILE --equity 10000", good: "indicators.json" };
const CONFIG: Kind = Kind {
    line: "decide global_etf_rotation --prices prices/etf.csv --config FILE",
    good: "config/global_etf_rotation.json",
};
const CLOSURES: Kind =
    Kind { line: "decide global_etf_rotation --prices prices/etf.csv --closures FILE", good: "closures.txt" };
const PROFILE: Kind =
    Kind { line: "decide FILE --prices prices/etf.csv", good: "../manifests/global_etf_rotation.json" };

const KINDS: [&Kind; 7] = [&PRICES, &SECOND_PRICES, &PORTFOLIO, &INDICATORS, &CONFIG, &CLOSURES, &PROFILE];

fn decide(kind: &Kind, path: &str, more: &str) -> Ended {
    run(&format!("{} {more}", kind.line.replace("FILE", path)))
}

/// Decides on a file of these bytes and gives what is said in place of its path and the rest.
fn said_of(kind: &Kind, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let folder = Folder::new();
    let path = folder.file("input.json", bytes);
    let found = decide(kind, &path, "--format csv");
    assert_blocked(kind, &found);
    let of = |word| found.said(word).into_iter().map(|line| line.replace(&path, "FILE")).collect();
    (of("error"), of("hint"))
}

#[track_caller]
fn assert_blocked(kind: &Kind, found: &Ended) {
    assert_eq!(found.code, 3, "{}: {}", kind.line, found.stderr);
    for word in ["panicked", "RUST_BACKTRACE", "src/"] {
        assert!(!found.stderr.contains(word), "{}", found.stderr);
    }
    // No target: at most the header and the one row that says so.
    for row in found.stdout.lines().skip(1) {
        assert!(row.ends_with(",blocked,,,,"), "{}", found.stdout);
    }
    assert!(found.stdout.lines().count() <= 2, "{}", found.stdout);
}

/// One error, its words with `FILE` for the path.
#[track_caller]
fn assert_says(kind: &Kind, bytes: impl AsRef<[u8]>, error: &str) {
    let (errors, hints) = said_of(kind, bytes.as_ref());
    assert_eq!(errors, [error], "{}", kind.line);
    // What was expected is the cure, or a hint is.
    assert!(!hints.is_empty() || error.contains(", expected "), "{error}: no cure");
}

#[test]
fn the_good_files_are_good() {
    for kind in KINDS {
        // A copy of a built-in manifest may not take its name: that is said, and nothing else is wrong.
        let found = decide(kind, kind.good, "--format csv");
        let code = if std::ptr::eq(kind, &PROFILE) { 3 } else { 0 };
        assert_eq!(found.code, code, "{}: {}", kind.line, found.stderr);
    }
}

#[test]
fn a_missing_file() {
    for kind in KINDS {
        let found = decide(kind, "no/such/file.json", "--format csv");
        assert_blocked(kind, &found);
        assert_eq!(
            found.stderr,
            "error: no/such/file.json: no such file\n\
             hint: correct the path; one that is not absolute starts at the current folder\n"
        );
    }
}

#[test]
fn a_directory() {
    for kind in KINDS {
        let found = decide(kind, "./prices/", "--format csv");
        assert_blocked(kind, &found);
        let said = "error: ./prices/: it is a folder, not a file\nhint: name a file in it";
        // For prices the hint goes on: a folder may be meant as all of its files.
        let takes_files = std::ptr::eq(kind, &PRICES) || std::ptr::eq(kind, &SECOND_PRICES);
        let more = if takes_files { "; for all of them repeat `--prices` for each file: " } else { "\n" };
        assert!(found.stderr.starts_with(&format!("{said}{more}")), "{}", found.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.file("closed.json", "{}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        return; // Permissions do not bind this user.
    }
    for kind in KINDS {
        let found = decide(kind, &path, "--format csv");
        assert_blocked(kind, &found);
        assert_eq!(
            found.stderr,
            format!("error: {path}: permission denied\nhint: let the user that runs `strat` read the file\n")
        );
    }
}

#[test]
fn an_empty_file() {
    for (kind, error) in [
        (&PRICES, "FILE: the file is empty"),
        (&SECOND_PRICES, "FILE: the file is empty"),
        (&PORTFOLIO, "FILE: the file is empty"),
        (&INDICATORS, "FILE: the file is empty"),
        (&CONFIG, "FILE:1: the file is empty"),
        (&PROFILE, "FILE:1: the file is empty"),
    ] {
        assert_says(kind, "", error);
        assert_says(kind, "\u{feff}", error);
    }
    // No closures were decreed: nothing is wrong with that.
    let folder = Folder::new();
    let path = folder.file("closures.txt", "");
    assert_eq!(decide(&CLOSURES, &path, "").code, 0);
}

#[test]
fn binary_bytes() {
    let bytes = [0u8, 159, 146, 150, 255, 10, 13, 44, 34, 7, 0, 255];
    for kind in KINDS {
        let (errors, hints) = said_of(kind, &bytes);
        // What does not begin as JSON does may be a portfolio in CSV.
        let is_table = [&PRICES, &SECOND_PRICES, &PORTFOLIO].iter().any(|table| std::ptr::eq(kind, *table));
        let expected =
            if is_table { "FILE:1: the file is not UTF-8 text" } else { "FILE: it is not UTF-8 text" };
        assert_eq!(errors, [expected], "{}", kind.line);
        assert_eq!(hints.len(), 1, "{}", kind.line);
    }
}

#[test]
fn a_gzip_stream_that_was_cut_off() {
    for kind in KINDS {
        let text = match std::fs::read(fixtures().join(kind.good)) {
            Ok(bytes) if bytes.starts_with(&[0x1f, 0x8b]) => bytes,
            Ok(bytes) => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(&bytes).unwrap();
                encoder.finish().unwrap()
            }
            Err(error) => panic!("{error}"),
        };
        assert_says(kind, &text[..text.len() / 2], "FILE: its gzip stream ends too early");
        assert_says(kind, &text[..text.len() - 3], "FILE: its gzip stream ends too early");
    }
}

#[test]
fn a_text_that_was_cut_off() {
    assert_says(
        &PRICES,
        "symbol,as_of,close\nQQQ,2025-03-31,5",
        "`QQQ` has too few closes up to the decision date, found `1 close`, expected at least 200 closes",
    );
    assert_says(
        &PRICES,
        "symbol,as_of,close\nQQQ,2025-03-28,500\nQQQ,2025-0",
        "FILE:3: the row has 2 fields, the header has 3",
    );
    assert_says(
        &PRICES,
        "symbol,as_of,close\nQQQ,2025-03-28,500\n\"QQQ,2025-03-31,5",
        "FILE:3: the file ends inside a field in double quotes",
    );
    assert_says(&PRICES, "symbol,as_of,close\n", "FILE: the file has a header and no rows");
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": 25000,\n\"positions\": [",
        "FILE:2: it is not valid JSON: EOF while parsing a list",
    );
    assert_says(
        &INDICATORS,
        "{\"soxl\": {\"price\": 4",
        "FILE:1: it is not valid JSON: EOF while parsing an object",
    );
    assert_says(&CONFIG, "{\n\"top_n\"", "FILE:2: it is not valid JSON: EOF while parsing an object");
    assert_says(
        &CLOSURES,
        "2025-04-01\n2025-0",
        "FILE:2: the line is not a date, found `2025-0`, expected one date per line as `YYYY-MM-DD`",
    );
    let manifest = std::fs::read_to_string(fixtures().join(PROFILE.good)).unwrap();
    let (errors, _) = said_of(&PROFILE, &manifest.as_bytes()[..manifest.len() - 20]);
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].starts_with("FILE:") && errors[0].contains(": it is not valid JSON: EOF"),
        "{errors:?}"
    );
}

#[test]
fn a_file_of_another_kind() {
    let read = |path: &str| std::fs::read(fixtures().join(path)).unwrap();
    assert_says(&PRICES, read("portfolios/nasdaq.json"), "FILE: this is JSON, not CSV");
    assert_says(
        &PORTFOLIO,
        read("prices/etf.csv"),
        "FILE:1: no column `quantity`, `market_value`, found `symbol,as_of,close`, expected JSON, or CSV \
         `symbol,quantity,market_value`",
    );
    for kind in [&INDICATORS, &CONFIG, &PROFILE] {
        assert_says(kind, read("prices/etf.csv"), "FILE:1: it is not valid JSON: expected value");
    }
    assert_says(
        &INDICATORS,
        read("portfolios/nasdaq.json"),
        "FILE:3: unknown field `total_equity`, expected one of `as_of`, `soxl`, `soxx`",
    );
    // A whole file of lines that are no dates is one cause.
    let (errors, hints) = said_of(&CLOSURES, &read("prices/etf.csv"));
    assert_eq!((errors.len(), hints.len()), (1, 1));
    assert!(errors[0].ends_with("(10,881 rows, first line 1)"), "{}", errors[0]);
}

#[test]
fn a_wrong_column_or_key() {
    assert_says(
        &PRICES,
        "name,when,close\nQQQ,2025-03-31,500\n",
        "FILE:1: no column `symbol`, `as_of`, found `name,when,close`, expected symbol,as_of,close",
    );
    assert_says(
        &PRICES,
        "symbol,as_of,close,Close\nSPY,2025-03-31,1,1\n",
        "FILE:1: the header names `close` more than once",
    );
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": 1,\n\"positons\": []}",
        "FILE:2: column /positons: unknown key `positons`",
    );
    assert_says(&PORTFOLIO, "{}", "FILE: there is no `total_equity`");
    assert_says(&PORTFOLIO, "[]", "FILE:1: column /: expected an object, found a list");
    assert_says(
        &INDICATORS,
        "{\"soxl\": {\"price\": 20, \"ma\": 18}}",
        "FILE:1: unknown field `ma`, expected one of `price`, `ma_trend`, `ma20`, `ma20_slope`",
    );
    assert_says(&CONFIG, "{\"topn\": 3}", "FILE: unknown config key `topn`");
    assert_says(&CONFIG, "[1]", "FILE:1: invalid type: list, expected an object");
}

#[test]
fn a_value_of_another_type() {
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": \"ten\"}",
        "FILE:1: column /total_equity: the text is not a number, found `ten`",
    );
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": NaN}",
        "FILE:1: column /total_equity: `NaN` is not a JSON number",
    );
    assert_says(
        &CONFIG,
        "{\"top_n\": \"two\"}",
        "FILE: column top_n: the rule can't use the value, found `\"two\"`, expected a whole number from 0",
    );
    assert_says(
        &INDICATORS,
        "{\"soxl\": {\"price\": -1, \"ma_trend\": 1}, \"soxx\": {\"price\": 1, \"ma_trend\": 1}}",
        "FILE: column soxl.price: `soxl.price` is not a valid price, found `-1`, expected a number above 0 and at most 1e12",
    );
}

#[test]
fn a_blank_cell() {
    assert_says(
        &PRICES,
        "symbol,as_of,close\nQQQ,,500\n",
        "FILE:2: column as_of: the date is blank, expected `YYYY-MM-DD` or an ISO timestamp",
    );
    // Rows without a close or a symbol are passed over: of the one file with no other rows nothing is left.
    let folder = Folder::new();
    let path = folder.file("prices.csv", "symbol,as_of,close\nQQQ,2025-03-31,\n,2025-03-31,500\n");
    let found = decide(&PRICES, &path, "--format csv");
    assert_blocked(&PRICES, &found);
    assert_eq!(found.said("error").len(), 1, "{}", found.stderr);
}

#[test]
fn a_repeated_row_or_key() {
    assert_says(
        &PRICES,
        format!("{}QQQ,2025-03-31,1\n", std::fs::read_to_string(fixtures().join(PRICES.good)).unwrap()),
        "FILE:10882: column close: `QQQ` has two bars on 2025-03-31; the other one is line 8961 of FILE, \
         found `1`, expected 506.12",
    );
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": 1,\n\"total_equity\": 2}",
        "FILE:2: column /total_equity: the key `total_equity` appears twice",
    );
    assert_says(&CONFIG, "{\"top_n\": 2,\n\"top_n\": 2}", "FILE:2: the key `top_n` appears twice");
    assert_says(&INDICATORS, "{\"soxl\": {},\n\"soxl\": {}, \"soxx\": {}}", "FILE:2: duplicate field `soxl`");
}

#[test]
fn an_odd_date() {
    for (written, error) in [
        ("03/31/2025", "it is not written as `YYYY-MM-DD` or an ISO timestamp"),
        ("2025-3-31", "it is not written as `YYYY-MM-DD` or an ISO timestamp"),
        ("2025-02-29", "the calendar has no such day"),
        ("0205-03-31", "its year is outside 1900..=2199"),
        ("2025-03-31T25:00:00", "the clock has no such time"),
        (
            "2025-03-31T00:00:00Z",
            "midnight of another zone is 2025-03-30 in New York, and 2025-03-31 may be meant",
        ),
    ] {
        assert_says(
            &PRICES,
            format!("symbol,as_of,close\nQQQ,{written},500\n"),
            &format!(
                "FILE:2: column as_of: {error}, found `{written}`, expected `YYYY-MM-DD` or an ISO timestamp"
            ),
        );
    }
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": 1, \"as_of\": \"yesterday\"}",
        "FILE:1: column /as_of: it is not written as `YYYY-MM-DD` or an ISO timestamp, found `yesterday`",
    );
    assert_says(
        &CLOSURES,
        "# decreed\n2025-13-01\n",
        "FILE:2: the line is not a date, found `2025-13-01`, expected one date per line as `YYYY-MM-DD`",
    );
    assert_says(
        &CLOSURES,
        "2025-04-01\n2052-03-05\n",
        "FILE:2: the exchange calendar does not reach the closure, found `2052-03-05`, expected a date from \
         1990-01-01 to 2035-12-31",
    );
}

#[test]
fn a_value_that_is_no_price_or_too_large() {
    for written in ["1e400", "-5", "0", "NaN", "inf", "$500", "5OO"] {
        assert_says(
            &PRICES,
            format!("symbol,as_of,close\nQQQ,2025-03-31,{written}\n"),
            &format!(
                "FILE:2: column close: the close is not a valid price, found `{written}`, \
                 expected a number above 0 and at most 1e12, or a blank cell"
            ),
        );
    }
    assert_says(
        &PORTFOLIO,
        "{\"total_equity\": 1e999}",
        "FILE:1: column /total_equity: the number is too large, found `1e999`",
    );
    assert_says(&CONFIG, "{\"hold_bonus\": 1e999}", "FILE:1: it is not valid JSON: number out of range");
    assert_says(
        &INDICATORS,
        "{\"soxl\": {\"price\": 1e999}, \"soxx\": {}}",
        "FILE:1: it is not valid JSON: number out of range",
    );
}

#[test]
fn a_huge_cell_does_not_fill_the_screen() {
    let (errors, _) =
        said_of(&PRICES, format!("symbol,as_of,close\nQQQ,2025-03-31,{}\n", "9x".repeat(50_000)).as_bytes());
    assert_eq!(errors.len(), 1);
    assert!(errors[0].len() < 500, "{} bytes", errors[0].len());
    let (errors, _) = said_of(&PRICES, "x".repeat(3_000_000).as_bytes());
    assert!(errors.len() == 1 && errors[0].len() < 500, "{} bytes", errors[0].len());
}

#[test]
fn a_million_bad_rows_are_counted() {
    let rows = "QQQ,2025-03-31,x\n".repeat(100_000);
    let (errors, hints) = said_of(&PRICES, format!("symbol,as_of,close\n{rows}").as_bytes());
    assert_eq!((errors.len(), hints.len()), (1, 1));
    assert!(errors[0].starts_with("FILE:2: column close: 100000 closes are not valid prices, found `x`"));
    // Rows that disagree are one cause too.
    let rows: String = (1..=100_000).map(|close| format!("QQQ,2025-03-31,{close}\n")).collect();
    let (errors, hints) = said_of(&PRICES, format!("symbol,as_of,close\n{rows}").as_bytes());
    assert_eq!((errors.len(), hints.len()), (1, 1));
    assert!(
        errors[0].starts_with("FILE:3: ") && errors[0].contains("; 99998 more rows disagree"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_flood_of_keys_or_positions_is_counted() {
    const COUNT: usize = 2000;
    let entries: Vec<String> = (0..COUNT).map(|index| format!("\"key_{index}\": 1")).collect();
    let config = format!("{{{}}}", entries.join(","));
    let manifest = std::fs::read_to_string(fixtures().join(PROFILE.good)).unwrap();
    let mut own: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    (own["profile"], own["aliases"]) = ("mine".into(), serde_json::json!([]));
    own["config"].as_object_mut().unwrap().extend((0..COUNT).map(|i| (format!("key_{i}"), 1.into())));
    let position = "{\"symbol\": \"A\", \"quantity\": \"x\", \"market_value\": 0}";
    let portfolio = format!("{{\"total_equity\": 1, \"positions\": [{}]}}", vec![position; COUNT].join(","));
    for (kind, text, code) in [
        (&CONFIG, config, "config_invalid"),
        (&PROFILE, own.to_string(), "profile_invalid"),
        (&PORTFOLIO, portfolio, "portfolio_invalid"),
    ] {
        let folder = Folder::new();
        let found = decide(kind, &folder.file("input.json", text), "--format json");
        assert_blocked_by(&found, code, 101);
        let errors = found.said("error");
        // Cells with one fault are one cause, of which the first hundred are kept; keys have a name each.
        if code == "portfolio_invalid" {
            assert!(errors.len() == 2 && errors[0].contains("(100 times"), "{errors:?}");
            assert!(errors[1].ends_with("1900 more findings of this kind"), "{errors:?}");
            continue;
        }
        assert_eq!(errors.len(), 21, "{code}");
        assert_eq!(errors[20], "1,980 more (`--format json` lists the first hundred of a kind)");
    }
}

/// A blocked decision with so many errors of a code.
#[track_caller]
fn assert_blocked_by(found: &Ended, code: &str, count: usize) {
    assert_eq!(found.code, 3, "{}", found.stderr);
    let decision = found.json();
    let findings = decision["findings"].as_array().unwrap();
    assert_eq!(findings.iter().filter(|finding| finding["code"] == code).count(), count);
}

#[test]
fn a_huge_key_does_not_fill_the_screen() {
    let key = "k".repeat(1_000_000);
    for (kind, text, code) in [
        (&CONFIG, format!("{{\"{key}\": 1}}"), "config_invalid"),
        (&CONFIG, format!("{{\"canary_assets\": [\"{key}\", \"{key}\"]}}"), "config_invalid"),
        (&PORTFOLIO, format!("{{\"{key}\": 1}}"), "portfolio_invalid"),
        (&INDICATORS, format!("{{\"{key}\": 1}}"), "indicators_invalid"),
        (&PROFILE, format!("{{\"{key}\": 1}}"), "profile_invalid"),
    ] {
        let folder = Folder::new();
        let found = decide(kind, &folder.file("input.json", text), "--format json");
        assert_blocked_by(&found, code, 1);
        assert!(found.stdout.len() < 5000 && found.stderr.len() < 2000, "{code}: {}", found.stderr.len());
    }
}

#[test]
fn each_failing_input_is_named_at_once() {
    let found =
        run("decide tqqq_growth_income --prices no/prices --portfolio no/portfolio --config no/config \
         --closures no/closures");
    assert_eq!(
        found.said("error"),
        [
            "no/config: no such file",
            "no/closures: no such file",
            "no/portfolio: no such file",
            "no/prices: no such file",
        ]
    );
    assert_eq!((found.code, found.said("hint").len()), (3, 1));
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let (errors, _) = said_of(&PRICES, b"symbol,as_of,close\nQQQ,2025-03-31,\x1b[31mred\x07\n");
    assert_eq!(errors.len(), 1);
    assert!(!errors[0].contains(['\u{1b}', '\u{7}']), "{errors:?}");
}
