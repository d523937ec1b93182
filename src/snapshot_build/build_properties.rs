//! What holds of every build: rows after the date change no byte, and neither does the order of rows and files.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{Built, Request, run};
use crate::finding::any_error;
use crate::input::prices::PriceFlags;
use crate::market::calendar::Calendar;

/// Sessions of each series: enough for every column.
const SESSIONS: usize = 280;

/// The benchmarks, the safe haven and three stocks; the last one is not in the universe.
const SYMBOLS: [&str; 7] = ["QQQ", "SPY", "BOXX", "AAA", "BBB", "CCC", "DDD"];

const HEADER: &str = "symbol,as_of,close,volume\n";

/// The rows of a market that is the same for the same seed, sorted by date, and its last session.
fn rows(seed: u64) -> (Vec<String>, NaiveDate) {
    let calendar = Calendar::default();
    let mut day = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap();
    let mut rows = Vec::new();
    let mut last = day;
    for session in 0..SESSIONS {
        for (place, symbol) in SYMBOLS.iter().enumerate() {
            let step = (seed >> (place * 7)) % 97 + 3;
            let close = 50.0 + ((session as u64 * step) % 41) as f64 / 8.0 + session as f64 / 16.0;
            let volume = 1_000_000 + (session as u64 * step) % 1000;
            rows.push(format!("{symbol},{day},{close},{volume}\n"));
        }
        last = day;
        day = calendar.next_session(day).unwrap();
    }
    (rows, last)
}

fn write(path: &Path, rows: &[String]) -> String {
    fs::write(path, format!("{HEADER}{}", rows.concat())).unwrap();
    path.to_str().unwrap().to_owned()
}

fn build(folder: &Path, files: &[&[String]], as_of: NaiveDate) -> Built {
    let universe = folder.join("universe.csv");
    fs::write(&universe, "symbol,sector\nAAA,one\nBBB,two\nCCC,one\n").unwrap();
    let paths =
        files.iter().enumerate().map(|(place, rows)| write(&folder.join(format!("{place}.csv")), rows));
    let request = Request {
        profile: "mega_cap_leader_rotation_aggressive".to_owned(),
        prices: PriceFlags { files: paths.map(Into::into).collect(), ..PriceFlags::default() },
        as_of: Some(as_of),
        universe: Some(universe.to_str().unwrap().to_owned()),
        ..Request::default()
    };
    let built = run(&request).unwrap();
    assert!(!any_error(&built.report.findings), "{:?}", built.report.findings);
    built
}

fn shuffled(rows: Vec<String>) -> impl Strategy<Value = Vec<String>> {
    Just(rows).prop_shuffle()
}

/// A row after the date, of a known or an unknown symbol: any close and volume, or none.
fn later_row() -> impl Strategy<Value = (usize, u64, String, String)> {
    let close = prop_oneof![(1e-6..1e9).prop_map(|close: f64| close.to_string()), Just(String::new())];
    let volume = prop_oneof![(0..u64::MAX / 2).prop_map(|volume| volume.to_string()), Just(String::new())];
    (0..SYMBOLS.len() + 1, 1_u64..2000, close, volume)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn rows_after_the_date_change_no_byte(
        seed in any::<u64>(), later in proptest::collection::vec(later_row(), 1..40), cut in 0..5_usize,
    ) {
        let (folder, (rows, _)) = (tempfile::tempdir().unwrap(), rows(seed));
        let (before, after) = rows.split_at(rows.len() - cut * SYMBOLS.len());
        let as_of: NaiveDate = before[before.len() - 1].split(',').nth(1).unwrap().parse().unwrap();
        let plain = build(folder.path(), &[before], as_of);
        // A date may be repeated with other numbers: nobody looks at it.
        let noise = later.into_iter().map(|(symbol, days, close, volume)| {
            let symbol = SYMBOLS.get(symbol).unwrap_or(&"XXX");
            format!("{symbol},{},{close},{volume}\n", as_of + chrono::Days::new(days))
        });
        let all: Vec<String> = noise.chain(before.iter().cloned()).chain(after.iter().cloned()).collect();
        let with_later = build(folder.path(), &[&all], as_of);
        prop_assert_eq!(&with_later.text, &plain.text);
        prop_assert_eq!(with_later.price_as_of, plain.price_as_of);
    }

    #[test]
    fn the_order_of_rows_and_files_changes_no_byte(
        (sorted, mixed, last) in any::<u64>().prop_flat_map(|seed| {
            let (rows, last) = rows(seed);
            (Just(rows.clone()), shuffled(rows), Just(last))
        }),
        part in 0.0..1.0,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let plain = build(folder.path(), &[&sorted], last);
        let (one, other) = mixed.split_at((mixed.len() as f64 * part) as usize);
        let of_two = build(folder.path(), &[one, other], last);
        prop_assert_eq!(&of_two.text, &plain.text);
        prop_assert_eq!(&build(folder.path(), &[other, one], last).text, &plain.text);
        prop_assert_eq!(of_two.report.findings, plain.report.findings);
    }
}
