//! How long the verbs with long runs take, each against the hashing of its own price file in the same process.
//!
//! `cargo bench --bench long_runs` runs it: a replay of fifteen years over 121,000 rows, and builds of a snapshot of a
//! thousand symbols over 0.1, 1 and 5 million rows sorted by date. Builds are linear in the rows if the nanoseconds a
//! row stay about the same. The fastest of several runs is printed.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a benchmark stops at the first surprise

use std::ffi::OsString;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use serde_json::Value;
use sha2::{Digest, Sha256};
use strat::{Calendar, Exit};

/// A month's end, so that a build has nothing to warn of.
const LAST: (i32, u32, u32) = (2025, 6, 30);

/// How many symbols a snapshot is built of.
const STOCKS: usize = 1000;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    replays(&folder.path().join("funds.csv"));
    for rows in [100_000, 1_000_000, 5_000_000] {
        builds(folder.path(), rows);
    }
}

fn replays(path: &Path) {
    let symbols = funds();
    let days = sessions(3770);
    let rows = write_prices(path, &symbols, &days, false);
    println!("replay of {} sessions, {rows} rows", days.len());
    let hashing = report("hashing the file", None, 5, || hash(path));
    for profile in ["global_etf_rotation", "tqqq_growth_income", "soxl_soxx_trend_income"] {
        let line = |more: &str| {
            let results = path.with_extension("walk");
            let mut arguments = words(&format!("replay {profile} --from {} {more}", days[0]));
            arguments.extend(["--prices".into(), path.into(), "--output-dir".into(), results.into()]);
            arguments
        };
        report(profile, Some(hashing), 5, || done(line("")));
        let three = "--equity 3000 --equity 10000 --equity 50000";
        report("  three more accounts", Some(hashing), 3, || done(line(three)));
        report("  stress", Some(hashing), 1, || done(line("--stress")));
    }
}

fn words(line: &str) -> Vec<OsString> {
    ["strat"].into_iter().chain(line.split_whitespace()).map(OsString::from).collect()
}

/// Runs a line to its end, without a word on standard output.
fn done(arguments: Vec<OsString>) {
    let answer = strat::answer(strat::parse(arguments).unwrap()).unwrap();
    assert_eq!(answer.exit, Exit::Done, "{:?}", answer.findings);
    black_box(answer);
}

fn builds(folder: &Path, rows: usize) {
    let mut symbols = vec!["SPY".to_owned(), "BOXX".to_owned()];
    symbols.extend((symbols.len()..STOCKS).map(|place| format!("Z{place:04}")));
    let (prices, universe) = (folder.join("stocks.csv"), folder.join("universe.csv"));
    let rows = write_prices(&prices, &symbols, &sessions(rows / STOCKS), true);
    let listed: String = symbols.iter().map(|symbol| format!("{symbol},sector\n")).collect();
    fs::write(&universe, format!("symbol,sector\n{listed}")).unwrap();
    println!("build-snapshot of {STOCKS} symbols, {rows} rows");
    let hashing = report("hashing the file", None, 5, || hash(&prices));
    let line = || {
        let mut arguments = words("build-snapshot russell_1000_multi_factor_defensive");
        for (flag, file) in
            [("--prices", &prices), ("--universe", &universe), ("--output", &folder.join("built.csv"))]
        {
            arguments.extend([flag.into(), file.into()]);
        }
        arguments
    };
    let building = report("building", Some(hashing), 5, || done(line()));
    println!("{:36} {:7.0} ns a row", "", building.as_secs_f64() * 1e9 / rows as f64);
}

/// Runs some work several times and prints the shortest time.
fn report(name: &str, hashing: Option<Duration>, runs: usize, mut work: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let shortest = (0..runs).map(time).min().unwrap();
    let ratio = hashing.map_or_else(String::new, |hashing| {
        format!("  {:6.1} times the hashing", shortest.as_secs_f64() / hashing.as_secs_f64())
    });
    println!("  {name:34} {:7.3} s{ratio}", shortest.as_secs_f64());
    shortest
}

fn hash(path: &Path) {
    let (mut file, mut digest, mut block) = (File::open(path).unwrap(), Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut block).unwrap() {
            0 => break,
            count => digest.update(&block[..count]),
        }
    }
    black_box(digest.finalize());
}

/// The funds of the price profiles, and others up to the width of a file of funds.
fn funds() -> Vec<String> {
    let manifest = include_str!("../manifests/global_etf_rotation.json");
    let rotation = &serde_json::from_str::<Value>(manifest).unwrap()["config"];
    let mut symbols: Vec<String> = ["ranking_pool", "canary_assets"]
        .iter()
        .flat_map(|key| rotation[*key].as_array().unwrap())
        .map(|symbol| symbol.as_str().unwrap().to_owned())
        .chain(["BIL", "BOXX", "QQQ", "QQQI", "SPYI", "TQQQ", "SOXL", "SOXX", "SPY"].map(str::to_owned))
        .collect();
    symbols.sort();
    symbols.dedup();
    let width = symbols.len().max(32);
    symbols.extend((symbols.len()..width).map(|place| format!("Z{place:04}")));
    symbols
}

fn sessions(count: usize) -> Vec<NaiveDate> {
    let calendar = Calendar::default();
    let mut day = NaiveDate::from_ymd_opt(LAST.0, LAST.1, LAST.2).unwrap();
    let mut days = Vec::with_capacity(count);
    while days.len() < count {
        days.push(day);
        day = calendar.previous_session(day).unwrap();
    }
    days.reverse();
    days
}

/// Writes closes and volumes, by symbol or by date; returns the number of rows.
fn write_prices(path: &Path, symbols: &[String], days: &[NaiveDate], by_date: bool) -> usize {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "symbol,as_of,close,volume").unwrap();
    let mut write = |place: usize, day: usize| {
        let swing = ((day * (place % 17 + 3)) as f64 / 400.0).sin();
        let close = (50.0 + place as f64 / 10.0) * (1.0 + 0.0003 * day as f64) * (1.0 + 0.1 * swing);
        writeln!(file, "{},{},{close:.4},{}", symbols[place], days[day], 1_000_000 + day).unwrap();
    };
    for outer in 0..if by_date { days.len() } else { symbols.len() } {
        for inner in 0..if by_date { symbols.len() } else { days.len() } {
            let (place, day) = if by_date { (inner, outer) } else { (outer, inner) };
            write(place, day);
        }
    }
    file.flush().unwrap();
    symbols.len() * days.len()
}
