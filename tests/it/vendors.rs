//! Price files as vendors write them: each shape gives the decision of the canonical file, and what is ambiguous blocks
//! with the flag that settles it.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Ended, Folder, fixtures, run};

const DECIDE: &str = "decide tqqq_growth_income --as-of 2025-03-31 --equity 25000 --format json";

fn decide(more: &str) -> Ended {
    run(&format!("{DECIDE} {more}"))
}

/// The positions of a run that must decide, and how its price file was laid out.
fn decided(more: &str) -> (String, String) {
    let found = decide(more);
    assert_eq!(found.code, 0, "{more}: {}", found.stderr);
    let json = found.json();
    (json["positions"].to_string(), json["inputs"][0]["layout"].as_str().unwrap_or_default().to_owned())
}

fn canonical() -> String {
    decided("--prices prices/etf.csv").0
}

/// The codes of the errors of a run that must be blocked, and its hints.
fn blocked(more: &str) -> (Vec<String>, String) {
    let found = decide(more);
    assert_eq!(found.code, 3, "{more}: {}", found.stdout);
    let json = found.json();
    let errors: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .cloned()
        .collect();
    let codes = errors.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
    let hints: Vec<_> = errors.iter().filter_map(|finding| finding["hint"].as_str()).collect();
    (codes, hints.join("\n"))
}

#[test]
fn each_vendors_file_gives_the_decision_of_the_canonical_one() {
    let expected = canonical();
    for (more, layout) in [
        ("vendors/yfinance_qqq.csv", "two_header_rows"),
        ("QQQ=vendors/yfinance_qqq.csv", "two_header_rows"),
        ("vendors/yfinance_closes.csv", "wide"),
        ("QQQ=vendors/stooq_qqq.csv", "one_symbol"),
        ("QQQ=vendors/nasdaq_qqq.csv --dates %m/%d/%Y", "one_symbol"),
        ("QQQ=vendors/tiingo_qqq.csv --columns close=adjClose --dates as-written", "one_symbol"),
        ("vendors/alpaca_bars.csv", "long"),
        ("QQQ=vendors/alpaca_bars.csv", "one_symbol"),
        ("vendors/polygon_day_aggs.csv", "long"),
        ("QQQ=vendors/ibkr_qqq.csv", "one_symbol"),
        ("vendors/spreadsheet.csv --dates %d.%m.%Y", "long"),
    ] {
        assert_eq!(decided(&format!("--prices {more}")), (expected.clone(), layout.to_owned()), "{more}");
    }
}

#[test]
fn what_is_ambiguous_blocks_with_the_flag_that_settles_it() {
    let of = |more: &str| blocked(&format!("--prices {more}"));
    let (codes, hints) = of("QQQ=vendors/tiingo_qqq.csv --dates as-written");
    assert_eq!(codes, ["ambiguous_close"]);
    assert!(hints.contains("--columns close=adjclose"), "{hints}");
    let (codes, hints) = of("QQQ=vendors/tiingo_qqq.csv --columns close=adjClose");
    assert_eq!(codes, ["prices_parse_failed"]);
    assert!(hints.contains("--dates as-written"), "{hints}");
    let (codes, hints) = of("QQQ=vendors/nasdaq_qqq.csv");
    assert_eq!(codes, ["prices_parse_failed"]);
    assert!(hints.contains("--dates '%m/%d/%Y'"), "{hints}");
    let (codes, hints) = of("vendors/stooq_qqq.csv");
    assert_eq!(codes, ["missing_columns"]);
    assert!(hints.contains("--prices QQQ="), "{hints}");
}

/// The rows of QQQ: date and close.
fn rows() -> Vec<(String, String)> {
    let text = fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("QQQ,")?.split_once(','));
    rows.map(|(date, close)| (date.to_owned(), close.to_owned())).collect()
}

fn table(header: &str, row: impl Fn(&str, &str) -> String) -> String {
    let rows: String = rows().iter().map(|(date, close)| row(date, close) + "\n").collect();
    format!("{header}\n{rows}")
}

#[test]
fn shapes_are_read_with_a_mark_other_line_ends_and_another_order() {
    let expected = canonical();
    let shapes = [
        ("", table("Close;Ticker;Date", |date, close| format!("{close};qqq;{date}"))),
        ("", table("sym\tc\tday", |date, close| format!("QQQ\t{close}\t{date}"))),
        ("", table("date|Adj Close|symbol", |date, close| format!("{date}|{close}|QQQ"))),
        (
            "",
            table("<TICKER>,<DATE>,<CLOSE>", |date, close| format!("QQQ,{},{close}", date.replace('-', ""))),
        ),
        ("QQQ=", table("Close,Date", |date, close| format!("{close},{date}"))),
        ("QQQ=", table("c,time", |date, close| format!("{close},{date}"))),
        ("", table("Date,LOW,C,QQQ,OPEN,SYM,DAY", |date, close| format!("{date},1,2,{close},4,,6"))),
        ("", table("C,QQQ,as_of,LOW", |date, close| format!("2,{close},{date},1"))),
        ("", table(",QQQ,SPY", |date, close| format!("{date},{close},1"))),
        (
            "",
            table("Ticker,SPY,QQQ,QQQ\nPrice,Close,Open,Close\nDate,,,", |date, close| {
                format!("{date},9,8,{close}")
            }),
        ),
        ("", table(",Close,Close\n,QQQ,SPY", |date, close| format!("{date},{close},1"))),
        ("", table("symbol,as_of,close", |date, close| format!("QQQ,{date},{close}\n\nsymbol,as_of,close"))),
    ];
    let folder = Folder::new();
    for (number, (prefix, text)) in shapes.iter().enumerate() {
        let variants = [text.clone(), format!("\u{feff}{text}"), text.replace('\n', "\r\n")];
        for (kind, variant) in variants.iter().enumerate() {
            let path = folder.file(&format!("{number}_{kind}.csv"), variant);
            assert_eq!(decided(&format!("--prices {prefix}{path}")).0, expected, "{text:.60}");
        }
        let units: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let path = folder.file(&format!("{number}.utf16.csv"), units);
        assert_eq!(decided(&format!("--prices {prefix}{path}")).0, expected, "UTF-16: {text:.60}");
    }
}

#[test]
fn a_file_without_a_header_is_taken_by_position() {
    let folder = Folder::new();
    let path = folder.file("bare.csv", table("", |date, close| format!("QQQ,{date},{close}")).trim_start());
    let (codes, hints) = blocked(&format!("--prices {path}"));
    assert_eq!(codes, ["missing_columns"]);
    assert!(hints.contains("--columns symbol=1,as_of=2,close=3"), "{hints}");
    assert_eq!(decided(&format!("--prices {path} --columns symbol=1,as_of=2,close=3")).0, canonical());
}

#[test]
fn a_close_beside_an_equal_adjusted_one_is_taken() {
    let folder = Folder::new();
    let equal = table("symbol,as_of,close,adj_close", |date, close| format!("QQQ,{date},{close},{close}"));
    let path = folder.file("equal.csv", equal.clone() + "SPY,2025-03-31,5,4\n");
    assert_eq!(decided(&format!("--prices {path}")).0, canonical());
    let path = folder.file("apart.csv", equal + "QQQ,2024-01-01,5,4\n");
    assert_eq!(blocked(&format!("--prices {path}")).0, ["ambiguous_close"]);
}

#[test]
fn a_header_with_other_columns_inside_the_file_is_refused() {
    let folder = Folder::new();
    let text = table("symbol,as_of,close", |date, close| format!("QQQ,{date},{close}"));
    for appended in ["symbol,as_of,open\nSPY,2025-03-31,1\n", "Ticker,Date,Close\nSPY,2025-03-31,1\n"] {
        let path = folder.file("appended.csv", format!("{text}{appended}"));
        assert_eq!(blocked(&format!("--prices {path}")).0, ["prices_parse_failed"], "{appended}");
    }
}

#[test]
fn what_is_no_table_is_named_in_one_finding() {
    let folder = Folder::new();
    for (bytes, message) in [
        (&b"PAR1\0\0"[..], "this is a Parquet file, not CSV"),
        (b"PK\x03\x04 xl/workbook.xml", "this is an Excel workbook, not CSV"),
        (b"<html><body>login</body></html>", "this is an HTML page, not data"),
        (b"{\"message\": \"limit reached\"}", "this is JSON, not CSV; it says: limit reached"),
        (b"version https://git-lfs.github.com/spec/v1\n", "this is a Git LFS pointer, not the file itself"),
    ] {
        let path = folder.file("odd.csv", bytes);
        let found = decide(&format!("--prices {path}"));
        let errors = found.said("error");
        assert_eq!(errors, [format!("{path}: {message}")]);
        assert_eq!(found.said("hint").len(), 1);
    }
    let found = decide("--prices https://example.com/qqq.csv");
    assert_eq!(found.said("error"), ["https://example.com/qqq.csv: strat reads local files, not addresses"]);
}

#[test]
fn lines_around_the_table_are_named() {
    let folder = Folder::new();
    let text = table("symbol,as_of,close", |date, close| format!("QQQ,{date},{close}"));
    let path = folder.file("title.csv", format!("Prices of QQQ\nsource: a vendor\n{text}"));
    let found = decide(&format!("--prices {path}"));
    assert_eq!(found.json()["findings"][0]["message"], "line 1 is not a header; line 3 looks like one");
    let path = folder.file("footer.csv", format!("{text}Downloaded on 2025-03-31\n"));
    let found = decide(&format!("--prices {path}"));
    assert_eq!(found.json()["findings"][0]["message"], "the last line looks like a footer");
}

#[test]
fn the_line_that_blanks_bad_closes_does() {
    let folder = Folder::new();
    let text = table("symbol,as_of,close", |date, close| format!("QQQ,{date},{close}"));
    let path = folder.file("bad.csv", format!("{text}QQQ,2025-03-29,null\nQQQ,2025-03-30,NaN\n"));
    let (codes, hints) = blocked(&format!("--prices {path}"));
    assert_eq!(codes, ["bad_price"]);
    let command = hints.split('`').nth(1).unwrap();
    let blanked = Command::new("sh").arg("-c").arg(command).output().unwrap();
    let path = folder.file("blanked.csv", blanked.stdout);
    assert_eq!(decided(&format!("--prices {path}")).0, canonical());
}

/// `strat` reads no Parquet; DuckDB pipes it in as the documents show. Where DuckDB cannot be had, the test says so.
#[test]
fn duckdb_pipes_parquet_into_strat() {
    let has_duckdb = Command::new("python3").args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
    if !has_duckdb.is_ok_and(|status| status.success()) {
        println!("skipped: the Python package duckdb is not installed (`pip install duckdb`)");
        return;
    }
    let folder = Folder::new();
    let parquet = folder.file("prices.parquet", "");
    let csv = fixtures().join("prices/etf.csv");
    let script = format!(
        "import duckdb, sys\n\
         duckdb.sql(\"copy (select * from read_csv('{}')) to '{parquet}' (format parquet)\")\n\
         duckdb.sql(\"copy (select symbol, as_of, close from '{parquet}') to '/dev/stdout' (header)\")\n",
        csv.display()
    );
    let exported = Command::new("python3").args(["-c", &script]).output().unwrap();
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let piped = folder.file("piped.csv", exported.stdout);
    let shell = format!("\"$STRAT\" {DECIDE} --prices - < {piped}");
    let output = Command::new("sh")
        .args(["-c", &shell])
        .env("STRAT", env!("CARGO_BIN_EXE_strat"))
        .env_remove("STRATEGY_PROFILE")
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["positions"].to_string(), canonical());
}
