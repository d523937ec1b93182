//! Price files as vendors write them: each shape gives the decision of the canonical file, and what is ambiguous blocks
//! with the flag that settles it.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use crate::support::{Ended, Folder, ended, fixtures, run, strat};

const DECIDE: &str = "decide tqqq_growth_income --as-of 2025-03-31 --equity 25000 --format json";

fn decide(more: &str) -> Ended {
    run(&format!("{DECIDE} {more}"))
}

/// The positions of a run that must decide, and how its price file was laid out.
fn decided(more: &str) -> (String, String) {
    let found = decide(more);
    assert_eq!(found.code, 0, "{more}: {}", found.stderr);
    let json = found.json();
    let inputs = json["inputs"].as_array().unwrap();
    let prices = inputs.iter().find(|input| input["kind"] == "prices").unwrap();
    (json["positions"].to_string(), prices["layout"].as_str().unwrap_or_default().to_owned())
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

/// Each vendor's file with the flags that it needs, and its layout.
const FILES: [(&str, &str); 13] = [
    ("vendors/yfinance_qqq.csv", "two_header_rows"),
    ("QQQ=vendors/yfinance_qqq.csv", "two_header_rows"),
    ("vendors/yfinance_closes.csv", "wide"),
    ("QQQ=vendors/stooq_qqq.csv", "one_symbol"),
    ("QQQ=vendors/stooq_qqq.us.txt", "one_symbol"),
    ("vendors/by_symbol/QQQ.csv --prices vendors/by_symbol/BOXX.csv", "long"),
    ("QQQ=vendors/nasdaq_qqq.csv --dates %m/%d/%Y", "one_symbol"),
    ("QQQ=vendors/tiingo_qqq.csv --columns close=adjClose --dates as-written", "one_symbol"),
    ("vendors/alpaca_bars.csv", "long"),
    ("QQQ=vendors/alpaca_bars.csv", "one_symbol"),
    ("vendors/polygon_day_aggs.csv", "long"),
    ("QQQ=vendors/ibkr_qqq.csv", "one_symbol"),
    ("vendors/spreadsheet.csv --dates %d.%m.%Y", "long"),
];

#[test]
fn each_vendors_file_gives_the_decision_of_the_canonical_one() {
    let expected = canonical();
    for (more, layout) in FILES {
        assert_eq!(decided(&format!("--prices {more}")), (expected.clone(), layout.to_owned()), "{more}");
    }
}

/// The columns in the opposite order; the first one stays where two header rows are known by it.
fn in_another_order(text: &str, layout: &str) -> String {
    let separator = text.strip_prefix("sep=").map_or(",", |rest| &rest[..1]);
    let kept = usize::from(layout == "two_header_rows");
    let turned = |line: &str| {
        let mut cells: Vec<&str> = line.split(separator).collect();
        cells[kept..].reverse();
        cells.join(separator)
    };
    let lines =
        text.lines().map(|line| if line.starts_with("sep=") { line.to_owned() } else { turned(line) });
    lines.map(|line| line + "\n").collect()
}

/// The files of the vendors as they come, with a byte order mark, with the line ends of Windows, and with other columns
/// first.
#[test]
fn slow_a_vendors_file_is_read_with_a_mark_other_line_ends_and_another_order() {
    let expected = canonical();
    for (more, layout) in FILES {
        let words: Vec<&str> = more.split(' ').collect();
        for form in ["mark", "line ends", "order", "all"] {
            let folder = Folder::new();
            let rewritten = |number: usize, word: &str| {
                let Some(at) = word.find("vendors/") else { return word.to_owned() };
                let mut text = fs::read_to_string(fixtures().join(&word[at..])).unwrap();
                if ["order", "all"].contains(&form) {
                    let turned = in_another_order(&text, layout);
                    assert_ne!(turned, text, "{more}");
                    text = turned;
                }
                if ["line ends", "all"].contains(&form) {
                    // A file that comes with the line ends of Windows gets the other ones.
                    let is_of_windows = text.contains('\r');
                    let (old, new) = if is_of_windows { ("\r\n", "\n") } else { ("\n", "\r\n") };
                    text = text.replace(old, new);
                }
                if ["mark", "all"].contains(&form) {
                    text.insert(0, '\u{feff}');
                }
                format!("{}{}", &word[..at], folder.file(&format!("{number}.csv"), text))
            };
            let line: Vec<String> =
                words.iter().enumerate().map(|(number, word)| rewritten(number, word)).collect();
            let found = decided(&format!("--prices {}", line.join(" ")));
            assert_eq!(found, (expected.clone(), layout.to_owned()), "{more}: {form}");
        }
    }
}

#[test]
fn what_is_ambiguous_blocks_with_the_flag_that_settles_it() {
    let expected = canonical();
    for (ambiguous, code, flag, settled) in [
        (
            "QQQ=vendors/tiingo_qqq.csv --dates as-written",
            "ambiguous_close",
            "--columns close=adjclose",
            "QQQ=vendors/tiingo_qqq.csv --dates as-written --columns close=adjclose",
        ),
        (
            "QQQ=vendors/tiingo_qqq.csv --columns close=adjClose",
            "prices_parse_failed",
            "--dates as-written",
            "QQQ=vendors/tiingo_qqq.csv --columns close=adjClose --dates as-written",
        ),
        (
            "QQQ=vendors/nasdaq_qqq.csv",
            "prices_parse_failed",
            "--dates '%m/%d/%Y'",
            "QQQ=vendors/nasdaq_qqq.csv --dates %m/%d/%Y",
        ),
        (
            "vendors/spreadsheet.csv",
            "prices_parse_failed",
            "--dates '%d.%m.%Y'",
            "vendors/spreadsheet.csv --dates %d.%m.%Y",
        ),
        ("vendors/stooq_qqq.csv", "missing_columns", "--prices QQQ=", "QQQ=vendors/stooq_qqq.csv"),
        (
            "vendors/nasdaq_qqq.csv",
            "missing_columns",
            "--prices QQQ=",
            "QQQ=vendors/nasdaq_qqq.csv --dates %m/%d/%Y",
        ),
        ("vendors/ibkr_qqq.csv", "missing_columns", "--prices QQQ=", "QQQ=vendors/ibkr_qqq.csv"),
    ] {
        let (codes, hints) = blocked(&format!("--prices {ambiguous}"));
        assert_eq!(codes, [code], "{ambiguous}");
        assert!(hints.contains(flag), "{ambiguous}: {hints}");
        assert_eq!(decided(&format!("--prices {settled}")).0, expected, "{settled}");
    }
}

#[test]
fn the_flag_that_an_ambiguous_close_names_gives_the_canonical_decision() {
    let folder = Folder::new();
    let header = "Price,Adj Close,Close\nTicker,QQQ,QQQ\nDate,,";
    let path = folder.file("both.csv", table(header, |date, close| format!("{date},{close},9")));
    let (codes, hints) = blocked(&format!("--prices {path}"));
    assert_eq!(codes, ["ambiguous_close"]);
    assert!(hints.contains("`--columns close='\"adj close\"'`"), "{hints}");
    let flags =
        ["decide", "tqqq_growth_income", "--as-of", "2025-03-31", "--equity", "25000", "--format", "json"];
    let mut command = strat(&flags);
    command.args(["--prices", path.as_str(), "--columns", "close=\"Adj Close\""]);
    assert_eq!(ended(&mut command).json()["positions"].to_string(), canonical());
}

#[test]
fn raw_highs_beside_an_adjusted_close_are_taken_where_they_are_named() {
    const LINE: &str = "decide dynamic_mega_leveraged_pullback --snapshot snapshots/dynamic_mega.csv --as-of 2025-03-31 \
                        --equity 25000 --format json";
    let mut text = String::new();
    let packed = fs::File::open(fixtures().join("prices/mega_caps.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let folder = Folder::new();
    let (header, rows) = text.split_once('\n').unwrap();
    let path = folder.file("mega.csv", format!("{}\n{rows}", header.replace("close", "adj_close")));
    let canonical = run(&format!("{LINE} --prices prices/mega_caps.csv.gz")).json()["positions"].to_string();
    let found = run(&format!("{LINE} --prices {path}"));
    assert_eq!(found.code, 3, "{}", found.stdout);
    assert!(
        found.said("error")[0].contains("`high`, `low` are not adjusted as `adj_close` is"),
        "{}",
        found.stderr
    );
    let found = run(&format!("{LINE} --prices {path} --columns close=adj_close,high=high,low=low"));
    assert_eq!(found.json()["positions"].to_string(), canonical);
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

/// Short names of columns are tickers too: in a wide file each of these is a symbol, wherever the date stands.
#[test]
fn a_wide_file_may_have_tickers_that_are_names_of_columns() {
    let folder = Folder::new();
    for (header, row) in [
        ("Date,C,LOW,OPEN,SYM,DAY,QQQ", "{date},1,2,3,4,5,{close}"),
        ("QQQ,DAY,SYM,OPEN,LOW,C,Date", "{close},5,4,3,2,1,{date}"),
    ] {
        let text = table(header, |date, close| row.replace("{date}", date).replace("{close}", close));
        for text in [text.clone(), format!("\u{feff}{text}"), text.replace('\n', "\r\n")] {
            let path = folder.file("wide.csv", text);
            assert_eq!(decided(&format!("--prices {path}")), (canonical(), "wide".to_owned()), "{header}");
        }
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
    let one_symbol = table("Date,Close", |date, close| format!("{date},{close}"));
    for (prefix, text, footer, lines) in [
        ("", &text, "Downloaded on 2025-03-31\n", 1),
        ("", &text, "Source: a vendor\nDownloaded on 2025-03-31\n", 2),
        // As many fields as the header.
        ("", &text, "Source: a vendor,,\n,,\nTotal,,123\n", 2),
        ("QQQ=", &one_symbol, "Total,\nSource: a vendor,\n", 2),
    ] {
        let path = folder.file("footer.csv", format!("{text}{footer}"));
        let (error, hint) = error_and_hint(&format!("--prices {prefix}{path}"), &path);
        let message = match lines {
            1 => "the last line looks like a footer".to_owned(),
            many => format!("the last {many} lines look like a footer"),
        };
        assert!(error.starts_with(&format!("FILE:{}: {message}", rows().len() + 2)), "{error}");
        let command = hint.split('`').nth(1).unwrap().replace("FILE", &path);
        let without = Command::new("sh").arg("-c").arg(command).output().unwrap();
        let path = folder.file("table.csv", without.stdout);
        assert_eq!(decided(&format!("--prices {prefix}{path}")).0, canonical(), "{footer}");
    }
    // Rows of commas alone are blank lines, and a row of another symbol that data follow is not a footer.
    let path = folder.file("blank.csv", format!("{text},,\nSPY,,\nSPY,2025-03-31,5\n,,\n"));
    assert_eq!(decided(&format!("--prices {path}")).0, canonical());
}

#[test]
fn one_cause_is_one_finding_of_a_file() {
    let folder = Folder::new();
    let text = table("symbol,as_of,close", |date, close| format!("QQQ,{date},{close}"));
    let findings = |text: String| {
        let path = folder.file("many.csv", text);
        let found = decide(&format!("--prices {path}")).json()["findings"].clone();
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["message"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let count = rows().len();
    assert_eq!(
        findings(table("symbol,as_of,close", |date, close| format!("QQQ,{date},{close},1"))),
        [format!(
            "the row has 4 fields, the header has 3, and {} more rows have another number too",
            count - 1
        )]
    );
    let again: String = rows().iter().rev().take(3).map(|(date, _)| format!("QQQ,{date},5\n")).collect();
    let found = findings(text + &again);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("; 2 more rows disagree"), "{found:?}");
}

#[test]
fn the_pattern_of_a_hint_fits_the_rows_of_every_symbol() {
    let folder = Folder::new();
    let hint = |other: &str| {
        let text = format!("symbol,as_of,close\nSPY,{other},5\nQQQ,03/04/2025,5\nQQQ,03/05/2025,5\n");
        let path = folder.file("dates.csv", text);
        error_and_hint(&format!("--prices {path}"), &path).1
    };
    assert_eq!(hint("03/31/2025"), "name the form with `--dates '%m/%d/%Y'`, which fits every date");
    assert_eq!(hint("31/03/2025"), "name the form with `--dates '%d/%m/%Y'`, which fits every date");
    assert!(hint("03/06/2025").contains("both fit every date"), "{}", hint("03/06/2025"));
    assert_eq!(hint("2025-03-31"), "write all dates of a file in one form, such as `YYYY-MM-DD`");
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

/// The one error of a run that must be blocked, with `FILE` for the path, and its hint.
fn error_and_hint(more: &str, path: &str) -> (String, String) {
    let found = decide(more);
    assert_eq!(found.code, 3, "{more}: {}", found.stdout);
    let (errors, hints) = (found.said("error"), found.said("hint"));
    assert_eq!((errors.len(), hints.len()), (1, 1), "{more}: {}", found.stderr);
    (errors[0].replace(path, "FILE"), hints[0].replace(path, "FILE"))
}

#[test]
fn a_wide_file_is_known_by_any_symbol_that_the_call_can_name() {
    let folder = Folder::new();
    // BOXX is the safe haven, AAPL is held: neither is read by the rule.
    let more = folder.file("more.csv", "Date,XYZ,BOXX\n2025-03-31,1,100\n");
    let held = folder.file("held.csv", "Date,XYZ,AAPL\n2025-03-31,1,100\n");
    let portfolio = folder.file("portfolio.csv", "symbol,quantity,market_value\nAAPL,1,200\nCASH,,24800\n");
    let flags = format!("--prices prices/etf.csv --prices {more}");
    assert_eq!(decided(&flags).0, canonical());
    assert_eq!(
        decided(&format!("--prices prices/etf.csv --prices {held} --portfolio {portfolio}")).1,
        "long"
    );
    assert_eq!(blocked(&format!("--prices prices/etf.csv --prices {held}")).0, ["missing_columns"]);
}

#[test]
fn a_symbol_that_looks_like_a_missing_one_is_named_in_every_layout() {
    let folder = Folder::new();
    for (text, hint) in [
        (
            table("symbol,as_of,close", |date, close| format!("QQQ.US,{date},{close}")),
            "the price files have `QQQ.US`: write it as `QQQ`, if that is meant",
        ),
        (
            table("Date,QQQ.US,SPY", |date, close| format!("{date},{close},1")),
            "the file has a column `QQQ.US`: name it `QQQ`, if that is meant",
        ),
        (
            table("Date,QQQ.US,BOXX", |date, close| format!("{date},{close},1")),
            "the price files have `QQQ.US`: write it as `QQQ`, if that is meant",
        ),
        (
            table("Price,Close,Close\nTicker,QQQ.US,SPY\nDate,,", |date, close| format!("{date},{close},1")),
            "the price files have `QQQ.US`: write it as `QQQ`, if that is meant",
        ),
    ] {
        let path = folder.file("alike.csv", &text);
        assert_eq!(error_and_hint(&format!("--prices {path}"), &path).1, hint, "{text:.40}");
    }
}

#[test]
fn a_file_of_one_symbol_holds_one() {
    let folder = Folder::new();
    let text = table("Symbol,Date,Close", |date, close| format!("QQQ.US,{date},{close}"));
    let path = folder.file("one.csv", &text);
    assert_eq!(decided(&format!("--prices QQQ={path}")), (canonical(), "one_symbol".to_owned()));
    let lines = text.lines().count();
    let path = folder.file("two.csv", format!("{text}SPY,2025-03-31,5\n"));
    assert_eq!(
        error_and_hint(&format!("--prices QQQ={path}"), &path),
        (
            format!(
                "FILE:{}: column symbol: the file has several symbols, and one was named, found `SPY`, expected QQQ.US",
                lines + 1
            ),
            "name the file without `QQQ=`".to_owned()
        )
    );
    // A short name that is a ticker too is a column here, and a wide file is refused.
    let path = folder.file("short.csv", table("time,c", |date, close| format!("{date},{close}")));
    assert_eq!(decided(&format!("--prices QQQ={path} --holdings C")).0, canonical());
    let path = folder.file("wide.csv", table("Date,QQQ,C", |date, close| format!("{date},{close},1")));
    assert_eq!(blocked(&format!("--prices QQQ={path}")).0, ["missing_columns"]);
}

#[test]
fn a_repeated_header_is_counted_and_no_data() {
    let folder = Folder::new();
    let header = "Price,Close,Open\nTicker,QQQ,QQQ\nDate,,";
    let text = table(header, |date, close| format!("{date},{close},1"));
    let path = folder.file("twice.csv", format!("{text}\u{feff}{header}\n"));
    let found = decide(&format!("--prices {path}"));
    let input = &found.json()["inputs"][0];
    assert_eq!(
        (input["rows"].as_u64(), input["repeated_headers"].as_u64()),
        (Some(rows().len() as u64), Some(3))
    );
    let path =
        folder.file("other.csv", format!("{text}Price,Open,Close\nTicker,QQQ,QQQ\nDate,,\n2025-04-01,1,2\n"));
    let (error, _) = error_and_hint(&format!("--prices {path}"), &path);
    assert!(error.contains("the line is a header with other columns than the first one"), "{error}");
}

#[test]
fn a_path_that_names_no_file_says_how_to_name_one() {
    let folder = Folder::new();
    let path = folder.path("none.csv");
    assert_eq!(
        error_and_hint(&format!("--prices QQQ={path}"), &path).1,
        "`QQQ=FILE` names the file `FILE` with the prices of QQQ; no file is called `QQQ=FILE` either"
    );
    let loop_over = |pattern: &str| {
        format!(
            "repeat `--prices` for each file: `set --; for file in {pattern}; do set -- \"$@\" --prices \"$file\"; \
             done`, then `strat decide PROFILE \"$@\"`"
        )
    };
    let (error, hint) = error_and_hint("--prices vendors/*.csv", "vendors/*.csv");
    assert_eq!(error, "FILE: no such file");
    assert_eq!(hint, format!("no shell has replaced the pattern; {}", loop_over("FILE")));
    let (error, hint) = error_and_hint("--prices vendors/", "vendors/");
    assert_eq!(error, "FILE: it is a folder, not a file");
    assert_eq!(hint, format!("name a file in it; for all of them {}", loop_over("FILE*.csv")));
    for left_over in ["vendors/stooq_qqq.csv", "stooq_qqq.csv"] {
        let found = run(&format!("decide {left_over} --prices prices/etf.csv"));
        assert_eq!(found.said("hint"), [loop_over("*.csv")], "{left_over}");
    }
}

/// A pipe that is opened again waits for ever.
#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_once() {
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (csv, path) = (fs::read(fixtures().join("prices/etf.csv")).unwrap(), pipe.clone());
    let writer = std::thread::spawn(move || fs::write(path, csv).unwrap());
    assert_eq!(decided(&format!("--prices {pipe}")).0, canonical());
    writer.join().unwrap();
}

#[test]
fn with_a_pattern_every_date_of_every_file_must_fit() {
    let folder = Folder::new();
    let american = |date: &str| format!("{}/{}/{}", &date[5..7], &date[8..], &date[..4]);
    let text = table("symbol,as_of,close", |date, close| format!("QQQ,{},{close}", american(date)));
    let path = folder.file("american.csv", &text);
    assert_eq!(decided(&format!("--prices {path} --dates %m/%d/%Y")).0, canonical());
    let path = folder.file("mixed.csv", format!("{text}SPY,2025-03-31,5\n"));
    let (error, _) = error_and_hint(&format!("--prices {path} --dates %m/%d/%Y"), &path);
    assert!(error.ends_with("column as_of: the date does not fit `--dates`, found `2025-03-31`"), "{error}");
}

#[test]
fn the_first_line_of_a_file_without_a_header_counts_whatever_its_date() {
    let folder = Folder::new();
    let american = |date: &str| format!("{}/{}/{}", &date[5..7], &date[8..], &date[..4]);
    let text = table("", |date, close| format!("QQQ,{},{close}", american(date)));
    let path = folder.file("bare.csv", text.trim_start());
    let (error, _) = error_and_hint(&format!("--prices {path} --dates %m/%d/%Y"), &path);
    assert!(error.starts_with("FILE:1: the first line is data, not a header"), "{error}");
    let found = decide(&format!("--prices {path} --dates %m/%d/%Y --columns symbol=1,as_of=2,close=3"));
    assert_eq!(found.json()["positions"].to_string(), canonical());
    assert_eq!(found.json()["inputs"][0]["rows"].as_u64(), Some(rows().len() as u64));
    // Nor does a blank first cell make it a header row, whose next line would be the first one.
    let text = table("", |date, close| format!(",QQQ,{date},{close}"));
    let path = folder.file("numbered.csv", text.trim_start());
    let found = decide(&format!("--prices {path} --columns symbol=2,as_of=3,close=4"));
    assert_eq!(found.json()["positions"].to_string(), canonical());
    assert_eq!(found.json()["inputs"][0]["rows"].as_u64(), Some(rows().len() as u64));
}

#[test]
fn a_header_repeats_where_its_date_column_has_no_name() {
    // Two files as a data-frame library writes them, one appended to the other.
    let folder = Folder::new();
    let half = |is_new: bool| {
        let rows = rows().into_iter().filter(|(date, _)| (date.as_str() >= "2024") == is_new);
        rows.fold(",Close\n".to_owned(), |text, (date, close)| format!("{text}{date},{close}\n"))
    };
    let path = folder.file("appended.csv", &(half(false) + &half(true)));
    let found = decide(&format!("--prices QQQ={path}"));
    assert_eq!(found.json()["positions"].to_string(), canonical());
    assert_eq!(found.json()["inputs"][0]["repeated_headers"].as_u64(), Some(1));
    assert_eq!(found.json()["inputs"][0]["rows"].as_u64(), Some(rows().len() as u64));
}

#[test]
fn an_income_fund_without_a_value_is_refused_where_the_rule_needs_it() {
    let line = "decide soxl_soxx_trend_income --prices prices/etf.csv --as-of 2025-03-31 --equity 25000";
    let found = run(&format!("{line} --holdings SOXL,QQQI"));
    assert_eq!(found.code, 2, "{}", found.stdout);
    assert_eq!(
        (found.said("error"), found.said("hint")),
        (
            vec!["`--holdings` names `QQQI`, and the rule needs the value of the position"],
            vec!["give the positions with `--portfolio FILE`"]
        )
    );
    assert_eq!(run(&format!("{line} --holdings SOXL")).code, 0);
    assert_eq!(run("decide tqqq_growth_income --prices prices/etf.csv --as-of 2025-03-31 --equity 25000 --holdings QQQI").code, 0);
}

#[test]
fn the_plan_takes_no_price_from_a_file_with_two_closes() {
    let folder = Folder::new();
    let text = table("symbol,as_of,close,adj_close", |date, close| format!("QQQ,{date},{close},{close}"));
    let prices = |boxx: &str| format!("{text}BOXX,2025-03-28,100,{boxx}\nBOXX,2025-03-31,100,100\n");
    let priced = |boxx: &str| {
        let path = folder.file("prices.csv", prices(boxx));
        let json = decide(&format!("--prices {path}")).json();
        assert_eq!(json["positions"].to_string(), canonical());
        json["share_plan"].to_string().contains("\"symbol\":\"BOXX\",")
            && json["share_plan"].to_string().contains("100")
    };
    assert!(priced("100"));
    let path = folder.file("prices.csv", prices("50"));
    let found = decide(&format!("--prices {path}")).json();
    let warned =
        found["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "ambiguous_close");
    assert!(warned, "{found}");
}

/// In place of the program `duckdb`, which reads the flags of the documents: the Python package of that name.
const DUCKDB_OF_PYTHON: &str = r#"duckdb() {
  python3 -c 'import csv, duckdb, sys
answer = duckdb.sql(sys.argv[3])
if answer is not None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(answer.columns)
    rows.writerows(answer.fetchall())' "$@"
}
"#;

/// What stands before a script so that it can call `duckdb`; `None` where it cannot be had.
fn duckdb() -> Option<&'static str> {
    let runs = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let has_program = runs("duckdb", &["-c", "select 1"]);
    has_program
        .then_some("")
        .or_else(|| runs("python3", &["-c", "import duckdb"]).then_some(DUCKDB_OF_PYTHON))
}

/// `strat` reads no Parquet: the line of the documents pipes it in. Where DuckDB cannot be had, the test says so.
#[test]
fn the_documents_pipe_parquet_into_strat() {
    let Some(duckdb) = duckdb() else {
        eprintln!("skipped: there is neither `duckdb` nor its Python package (`pip install duckdb`)");
        return;
    };
    let folder = Folder::new();
    let document = fs::read_to_string(fixtures().join("../docs/data.md")).unwrap();
    let line = document.lines().find(|line| line.starts_with("duckdb ")).unwrap();
    let csv = fixtures().join("prices/etf.csv");
    let script = format!(
        "strat() {{ \"$STRAT\" \"$@\"; }}\n{duckdb}\
         duckdb -csv -c \"copy (select * from read_csv('{}')) to 'prices.parquet' (format parquet)\" > /dev/null\n{line}\n",
        csv.display()
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path("."))
        .env("STRAT", env!("CARGO_BIN_EXE_strat"))
        .env_remove("STRATEGY_PROFILE")
        .output()
        .unwrap();
    let expected = run(&format!("{} --prices prices/etf.csv", DECIDE.replace("json", "csv")));
    assert_eq!(expected.code, 0);
    assert_eq!(
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap()),
        (expected.stdout, String::new())
    );
}

/// Every command of the two documents runs in a test: `console` blocks in the tests of the documents, the `sh` blocks in
/// the test above.
#[test]
fn every_block_of_the_documents_is_run() {
    for name in ["data.md", "accounts.md"] {
        let document = fs::read_to_string(fixtures().join("../docs").join(name)).unwrap();
        let mut lines = document.lines();
        while let Some(line) = lines.next() {
            let Some(language) = line.strip_prefix("```").filter(|language| !language.is_empty()) else {
                continue;
            };
            let first = lines.next().unwrap_or_default();
            let is_run = language == "console" || (language == "sh" && first.starts_with("duckdb "));
            assert!(is_run, "{name}: {line} {first}");
            lines.by_ref().find(|line| *line == "```");
        }
    }
}
