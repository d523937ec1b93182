//! How long a decision takes on a price file of 2.5 million rows, against reading the file's bytes; and on a wide file of
//! the same closes, against its limit.
//!
//! `cargo bench` runs it: a thousand symbols of ten years, about 80 MB and 16 MB in a temporary folder. What counts is
//! the ratio, which depends less on the machine than the seconds do. The median of several runs is printed;
//! the first run of each kind, which fills the caches, is left out.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)] // a benchmark stops at the first surprise

use std::ffi::OsString;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use serde_json::Value;
use sha2::{Digest, Sha256};
use strat::Exit;

const SYMBOLS: usize = 1000;
const DAYS: usize = 2500;
const RUNS: usize = 7;

/// A quarter's end, so that the rotation has to rank its whole pool.
const LAST: (i32, u32, u32) = (2025, 3, 31);

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prices.csv");
    write_prices(&path);
    long(&path);
    let path = folder.path().join("wide.csv");
    write_wide_prices(&path);
    wide(&path);
}

/// A wide file may take three times as long as reading its bytes and 5 ms, and its hash.
fn wide(path: &Path) {
    println!("{DAYS} days, {SYMBOLS} columns, {:.0} MB", megabytes(path));
    let reading = median(|| read_bytes(path, |_| ()));
    let hashing = median(|| {
        let mut digest = Sha256::new();
        read_bytes(path, |block| digest.update(block));
        black_box(digest.finalize());
    });
    let limit = 3 * reading + Duration::from_millis(5) + hashing.saturating_sub(reading);
    let deciding = median(|| decide(&decision(path, "global_etf_rotation", Some(LAST))));
    for (name, time) in [
        ("reading the bytes", reading),
        ("hashing them", hashing),
        ("the limit", limit),
        ("deciding", deciding),
    ] {
        println!("{name:42} {:7.3} s", time.as_secs_f64());
    }
}

fn long(path: &Path) {
    println!("{} rows, {SYMBOLS} symbols, {:.0} MB", SYMBOLS * DAYS, megabytes(path));
    let sum = |block: &[u8]| {
        black_box(block.iter().map(|byte| u64::from(*byte)).sum::<u64>());
    };
    let reading = median(|| read_bytes(path, sum));
    println!("{:42} {:7.3} s", "reading the bytes", reading.as_secs_f64());
    for (profile, as_of) in [
        ("global_etf_rotation", Some(LAST)),
        ("global_etf_rotation", None),
        ("tqqq_growth_income", Some(LAST)),
        ("soxl_soxx_trend_income", Some(LAST)),
    ] {
        let arguments = decision(path, profile, as_of);
        let deciding = median(|| decide(&arguments));
        let name = format!("{profile}{}", if as_of.is_some() { "" } else { ", without --as-of" });
        let ratio = deciding.as_secs_f64() / reading.as_secs_f64();
        println!("{name:42} {:7.3} s  {ratio:6.1} times as long", deciding.as_secs_f64());
    }
}

fn megabytes(path: &Path) -> f64 {
    fs::metadata(path).unwrap().len() as f64 / 1e6
}

/// A decision of a profile, as its arguments.
fn decision(path: &Path, profile: &str, as_of: Option<(i32, u32, u32)>) -> Vec<OsString> {
    let words = ["strat", "decide", profile, "--equity", "25000", "--format", "json", "--prices"];
    let mut arguments: Vec<OsString> = words.map(OsString::from).to_vec();
    arguments.push(path.into());
    if let Some((year, month, day)) = as_of {
        arguments.extend(["--as-of".into(), format!("{year}-{month:02}-{day:02}").into()]);
    }
    arguments
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn read_bytes(path: &Path, mut take: impl FnMut(&[u8])) {
    let mut file = File::open(path).unwrap();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let count = file.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        take(black_box(&buffer[..count]));
    }
}

fn decide(arguments: &[OsString]) {
    let cli = strat::parse(arguments.iter().cloned()).unwrap();
    let answer = strat::answer(cli).unwrap();
    assert_eq!(answer.exit, Exit::Done, "{:?}", answer.findings.first());
    black_box(answer);
}

/// Every symbol that a price profile asks for, and as many others as make a thousand.
fn symbols() -> Vec<String> {
    let manifest = include_str!("../manifests/global_etf_rotation.json");
    let rotation = &serde_json::from_str::<Value>(manifest).unwrap()["config"];
    let mut symbols: Vec<String> = ["ranking_pool", "canary_assets"]
        .iter()
        .flat_map(|key| rotation[*key].as_array().unwrap())
        .map(|symbol| symbol.as_str().unwrap().to_owned())
        .chain(["QQQ", "SOXL", "SOXX"].map(str::to_owned))
        .collect();
    let others = SYMBOLS - symbols.len();
    symbols.extend((0..others).map(|place| format!("Z{place:04}")));
    symbols
}

fn weekdays() -> Vec<NaiveDate> {
    let (year, month, day) = LAST;
    let last = NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let mut days: Vec<_> = (0..)
        .map(|back| last - TimeDelta::days(back))
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .take(DAYS)
        .collect();
    days.reverse();
    days
}

/// The closes of a symbol, oldest first: a slow swing about a rising line, another one a symbol.
fn closes(place: usize) -> impl Iterator<Item = f64> {
    let mut close = 50.0 + place as f64 / 10.0;
    (0..DAYS).map(move |day| {
        close *= 1.0 + 0.0003 + 0.01 * ((day * (place % 17 + 3)) as f64 / 40.0).sin();
        close
    })
}

fn write_prices(path: &Path) {
    let days = weekdays();
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "symbol,as_of,open,high,low,close,volume").unwrap();
    for (place, symbol) in symbols().iter().enumerate() {
        for (day, (date, close)) in days.iter().zip(closes(place)).enumerate() {
            writeln!(
                file,
                "{symbol},{date},{:.2},{:.2},{:.2},{close:.2},{}",
                close * 0.999,
                close * 1.01,
                close * 0.99,
                1_000_000 + day
            )
            .unwrap();
        }
    }
    file.flush().unwrap();
}

fn write_wide_prices(path: &Path) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "Date,{}", symbols().join(",")).unwrap();
    let columns: Vec<Vec<f64>> = (0..SYMBOLS).map(|place| closes(place).collect()).collect();
    for (day, date) in weekdays().iter().enumerate() {
        let cells: Vec<String> = columns.iter().map(|closes| format!("{:.2}", closes[day])).collect();
        writeln!(file, "{date},{}", cells.join(",")).unwrap();
    }
    file.flush().unwrap();
}
