//! The long layout, whatever the order and the faults of its rows.

use std::io::Write;

use super::*;
use crate::finding::Severity;
use crate::market::needs::Necessity;

fn needs(symbols: &[&str], bars: usize, months: usize) -> PriceNeeds {
    PriceNeeds {
        symbols: symbols.iter().map(|text| (Symbol::parse(text).unwrap(), Necessity::Required)).collect(),
        reach: Reach { bars, months },
        ..PriceNeeds::default()
    }
}

fn reading(text: &str, needs: &PriceNeeds, as_of: Option<&str>) -> Reading {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    read_paths(&[file.path().to_str().unwrap()], needs, as_of)
}

fn read_paths(paths: &[&str], needs: &PriceNeeds, as_of: Option<&str>) -> Reading {
    let files = paths.iter().map(|path| PriceFile::parse(path)).collect();
    let flags = PriceFlags { files, ..PriceFlags::default() };
    let mut reading = read(&Request::new(&flags).for_rule(needs, BTreeSet::new(), as_of.map(date)));
    for history in reading.market.values_mut() {
        *history = needs.reach.cut(history.window()).to_history();
    }
    reading
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn closes(reading: &Reading, symbol: &str) -> Vec<f64> {
    reading.market.get(&Symbol::parse(symbol).unwrap()).map(|s| s.closes.clone()).unwrap_or_default()
}

#[test]
fn rows_in_any_order_are_one_ascending_series() {
    let text = "close,extra,AS_OF, Symbol\n3,,2025-01-03, qqq\n1,,2025-01-01,QQQ\n2,,2025-01-02T16:00:00,Qqq\n9,,2025-01-02,SPY\n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-31"));
    assert_eq!(reading.findings, vec![]);
    assert_eq!(closes(&reading, "QQQ"), vec![1.0, 2.0, 3.0]);
    assert_eq!(reading.market.len(), 1);
    assert_eq!(reading.inputs[0].rows, Some(4));
    assert_eq!(reading.inputs[0].last, Some(date("2025-01-03")));
}

#[test]
fn rows_after_the_decision_date_are_not_even_read() {
    let text = "symbol,as_of,close\nQQQ,2025-01-02,2\nQQQ,2025-01-03,oops\n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-02"));
    assert_eq!(reading.findings, vec![]);
    assert_eq!(closes(&reading, "QQQ"), vec![2.0]);
}

#[test]
fn the_newest_date_is_that_of_any_symbol_with_a_close() {
    let text = "symbol,as_of,close\nQQQ,2025-01-02,2\nSPY,2025-01-06,5\nSPY,2025-01-07,\n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), None);
    assert_eq!(reading.newest_day, Some(date("2025-01-06")));
}

#[test]
fn a_blank_close_is_skipped_and_counted() {
    let text = "symbol,as_of,close\nQQQ,2025-01-02,2\nQQQ,2025-01-03, \n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
    assert_eq!(closes(&reading, "QQQ"), vec![2.0]);
    assert_eq!(reading.inputs[0].blank_closes, Some(1));
    // That the newest one is blank is told.
    let told: Vec<_> = reading.findings.iter().map(|f| (f.code, f.severity, f.line)).collect();
    assert_eq!(told, [(Code::StalePrice, Severity::Warning, Some(3))]);
    let text = "symbol,as_of,close\nQQQ,2025-01-02,\nQQQ,2025-01-03,2\n";
    assert_eq!(self::reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03")).findings, vec![]);
}

#[test]
fn a_row_without_a_symbol_is_no_row() {
    let text = "symbol,as_of,close\nQQQ,2025-01-02,2\n ,2025-01-06,2\n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), None);
    assert_eq!((reading.newest_day, reading.findings), (Some(date("2025-01-02")), vec![]));
}

#[test]
fn highs_and_lows_are_looked_at_where_the_rule_does_and_have_to_lie_in_their_order() {
    let needs = PriceNeeds { ranges: [Symbol::literal("QQQ")].into(), ..needs(&["QQQ", "NVDA"], 5, 0) };
    let text = "symbol,as_of,close,high,low\nQQQ,2025-01-02,2,3,1\nNVDA,2025-01-02,2,0,x\n";
    let sound = reading(text, &needs, None);
    assert_eq!(sound.findings, vec![]);
    assert_eq!(sound.market[&Symbol::literal("QQQ")].highs, [Some(3.0)]);
    let text = "symbol,as_of,close,high,low\nQQQ,2025-01-02,2,1,3\n";
    let finding = &reading(text, &needs, None).findings[0];
    assert_eq!((finding.code, finding.line, finding.character), (Code::BadPrice, Some(2), Some(18)));
    assert_eq!(finding.message, "the high is below the low");
}

#[test]
fn of_a_damaged_file_only_the_damage_is_told() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"symbol,as_of,close\nQQQ,2025-01-02,x\n").unwrap();
    let mut packed = encoder.finish().unwrap();
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&packed).unwrap();
    let paths = ["/no/such/file", file.path().to_str().unwrap()];
    let found: Vec<_> = read_paths(&paths, &needs(&["QQQ"], 5, 0), None)
        .findings
        .iter()
        .map(|finding| (finding.code, finding.message.clone()))
        .collect();
    assert_eq!(
        found,
        [
            (Code::PricesMissing, "no such file".to_owned()),
            (Code::PricesParseFailed, "its gzip stream is damaged".to_owned()),
        ]
    );
}

#[test]
fn every_close_that_is_no_price_is_named() {
    for bad in ["NaN", "inf", "1e400", "1e308", "1e-320", "-5", "0", "1.2.3", "1,000", "null"] {
        let text = format!("symbol,as_of,close\nQQQ,2025-01-02,\"{bad}\"\n");
        let reading = reading(&text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
        let finding = &reading.findings[0];
        assert_eq!(
            (finding.code, finding.line, finding.character, finding.observed.as_deref()),
            (Code::BadPrice, Some(2), Some(16), Some(bad)),
        );
    }
}

#[test]
fn repeated_bars_warn_and_disagreeing_ones_fail() {
    let text =
        "symbol,as_of,close\nQQQ,2025-01-02,2\nQQQ,2025-01-02,2.0\nQQQ,2025-01-03,3\nQQQ,2025-01-03,4\n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
    let found: Vec<_> = reading.findings.iter().map(|f| (f.code, f.severity, f.line)).collect();
    assert_eq!(
        found,
        vec![
            (Code::ConflictingBar, Severity::Error, Some(5)),
            (Code::ConflictingBar, Severity::Warning, Some(3)),
        ]
    );
    assert_eq!(closes(&reading, "QQQ"), vec![2.0, 3.0]);
}

#[test]
fn rows_that_disagree_are_found_beyond_the_reach_too() {
    let start = date("2024-01-01");
    let rows: String =
        (1..=300).map(|day| format!("QQQ,{},{day}\n", start + chrono::TimeDelta::days(day))).collect();
    let text = format!("symbol,as_of,close\n{rows}QQQ,2024-01-02,999\nQQQ,2024-01-03,2\n");
    let reading = reading(&text, &needs(&["QQQ"], 3, 0), Some("2025-01-01"));
    let found: Vec<_> = reading.findings.iter().map(|f| (f.severity, f.line)).collect();
    assert_eq!(found, [(Severity::Error, Some(302)), (Severity::Warning, Some(303))]);
    assert_eq!(closes(&reading, "QQQ"), [298.0, 299.0, 300.0]);
}

#[test]
fn only_the_reach_of_the_rule_is_kept_whatever_the_order() {
    let start = date("2020-01-01");
    let rows: Vec<String> =
        (1..=900).map(|day| format!("QQQ,{},{day}\n", start + chrono::TimeDelta::days(day))).collect();
    let ascending = format!("symbol,as_of,close\n{}", rows.concat());
    let descending = format!("symbol,as_of,close\n{}", rows.iter().rev().cloned().collect::<String>());
    // 900 days on is 2022-06-19; three bars alone reach three days back, the last closes of four months
    // (June, May, April, March) reach to 31 March.
    let needs = needs(&["QQQ"], 3, 4);
    let first = reading(&ascending, &needs, Some("2025-01-01"));
    let second = reading(&descending, &needs, Some("2025-01-01"));
    assert_eq!(first.market, second.market);
    let series = first.market.values().next().unwrap();
    assert_eq!(series.dates[0], date("2022-03-31"));
    assert_eq!(series.closes.last(), Some(&900.0));
}

#[test]
fn midnight_utc_is_refused_as_ambiguous() {
    let text = "symbol,as_of,close\nQQQ,2025-01-02T00:00:00Z,2\nQQQ,2025-01-02T21:00:00Z,2\n";
    let reading = reading(text, &needs(&["QQQ"], 5, 0), Some("2025-01-03"));
    let lines: Vec<_> = reading.findings.iter().map(|f| (f.code, f.line)).collect();
    assert_eq!(lines, vec![(Code::PricesParseFailed, Some(2))]);
}

#[test]
fn files_that_are_no_price_files_are_refused() {
    let code = |text: &str| reading(text, &needs(&["QQQ"], 5, 0), None).findings[0].code;
    assert_eq!(code(""), Code::PricesEmpty);
    assert_eq!(code("symbol,as_of,close\n"), Code::PricesEmpty);
    assert_eq!(code("symbol,when,close\nQQQ,2025-01-02,2\n"), Code::MissingColumns);
    assert_eq!(code("symbol,as_of,close\nQQQ,2025-01\n"), Code::PricesParseFailed);
    assert_eq!(code("symbol,as_of,close\nQQQ,03/01/2025,2\n"), Code::PricesParseFailed);
    assert_eq!(read_paths(&["/no/such/file"], &needs(&[], 1, 0), None).findings[0].code, Code::PricesMissing);
}
