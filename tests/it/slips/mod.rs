//! Files and accounts in good order, each with one slip: what a careful eye would notice. A slip is a line of data: what
//! the file holds, what stands in good order without it, and the findings that it makes. The same file without the slip
//! has none.

// The functions are tables, a line a slip.
#![allow(clippy::too_many_lines)]

mod accounts;
mod prices;
mod snapshots;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use strat::{Code, Severity};

use crate::support::{Ended, Folder, fixtures, run};

/// Calls whose files are in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Good {
    /// The rotation on the last day of a quarter.
    Rotation,
    /// The rotation on a day without a rebalance.
    Between,
    /// The profile of QQQ and TQQQ.
    Nasdaq,
    /// The profile of SOXX and SOXL.
    Semiconductors,
    /// Dynamic mega, with highs and lows.
    Mega,
    /// Snapshots, on the session after their date.
    Russell,
    Tech,
    Top50,
    DynamicMega,
    /// An account of QQQ and TQQQ, valued at the newest closes.
    Account,
    /// Indicators in place of prices.
    Indicators,
}

const ALL: [Good; 11] = [
    Good::Rotation,
    Good::Between,
    Good::Nasdaq,
    Good::Semiconductors,
    Good::Mega,
    Good::Russell,
    Good::Tech,
    Good::Top50,
    Good::DynamicMega,
    Good::Account,
    Good::Indicators,
];

/// The newest date of the fixtures, the last session of a quarter; and the session before.
const NEWEST: &str = "2025-03-31";
const BEFORE: &str = "2025-03-28";

/// A file with one slip.
struct Slip {
    /// The findings that it makes, each as `severity code`; further text in brackets stands in the message or the hint.
    findings: &'static [&'static str],
    /// What the file holds.
    holds: &'static str,
    good: Good,
    change: fn(&mut Case),
}

const fn slip(
    findings: &'static [&'static str],
    holds: &'static str,
    good: Good,
    change: fn(&mut Case),
) -> Slip {
    Slip { findings, holds, good, change }
}

/// A table as its rows of cells.
#[derive(Clone, Debug, Default)]
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn parse(text: &str) -> Self {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect();
        let mut lines = text.lines();
        Self { header: cells(lines.next().unwrap()), rows: lines.map(cells).collect() }
    }

    fn text(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.rows);
        lines.map(|cells| cells.join(",") + "\n").collect()
    }

    fn at(&self, column: &str) -> usize {
        self.header.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// Changes the cells of a column in the rows that pass.
    fn edit(
        &mut self,
        column: &str,
        passes: impl Fn(&Self, &[String]) -> bool,
        new: impl Fn(&str) -> String,
    ) {
        let (at, before) = (self.at(column), self.clone());
        for row in self.rows.iter_mut().filter(|row| passes(&before, row)) {
            row[at] = new(&row[at]);
        }
    }

    fn cell<'r>(&self, row: &'r [String], column: &str) -> &'r str {
        &row[self.at(column)]
    }

    /// Changes a column in the rows of a symbol, or of every one where it is blank.
    fn edit_symbol(&mut self, symbol: &str, column: &str, new: impl Fn(&str) -> String) {
        self.edit(column, |table, row| symbol.is_empty() || table.cell(row, "symbol") == symbol, new);
    }

    /// Changes the closes of a symbol on the dates that pass.
    fn closes(&mut self, symbol: &str, dates: impl Fn(&str) -> bool, new: impl Fn(f64) -> f64) {
        self.edit(
            "close",
            |table, row| table.cell(row, "symbol") == symbol && dates(table.cell(row, "as_of")),
            |cell| new(cell.parse().unwrap()).to_string(),
        );
    }

    /// Keeps the rows that pass, by symbol and date.
    fn keep(&mut self, passes: impl Fn(&str, &str) -> bool) {
        let (symbol, date) = (self.at("symbol"), self.at("as_of"));
        self.rows.retain(|row| passes(&row[symbol], &row[date]));
    }

    fn close(&self, symbol: &str, date: &str) -> f64 {
        let is_wanted =
            |row: &&Vec<String>| self.cell(row, "symbol") == symbol && self.cell(row, "as_of") == date;
        self.cell(self.rows.iter().find(is_wanted).unwrap(), "close").parse().unwrap()
    }

    /// The dates of a symbol, oldest first.
    fn dates(&self, symbol: &str) -> Vec<String> {
        let rows = self.rows.iter().filter(|row| self.cell(row, "symbol") == symbol);
        let mut dates: Vec<_> = rows.map(|row| self.cell(row, "as_of").to_owned()).collect();
        dates.sort();
        dates
    }

    fn add(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    fn add_column(&mut self, name: &str, cell: impl Fn(usize, &[String]) -> String) {
        self.header.push(name.to_owned());
        for (number, row) in self.rows.iter_mut().enumerate() {
            let new = cell(number, row);
            row.push(new);
        }
    }
}

/// A call and its files.
#[derive(Clone, Debug)]
struct Case {
    line: String,
    /// The price files, each as a table and, where it is no table, as text.
    prices: Vec<Table>,
    snapshot: Option<Table>,
    previous: Option<Table>,
    manifest: Option<Value>,
    portfolio: Option<Value>,
    indicators: Option<Value>,
    /// What is done to the text of the price file or the snapshot at last.
    text: fn(String) -> String,
}

impl Case {
    fn new(line: &str) -> Self {
        Self {
            line: line.to_owned(),
            prices: Vec::new(),
            snapshot: None,
            previous: None,
            manifest: None,
            portfolio: None,
            indicators: None,
            text: |text| text,
        }
    }

    fn prices(&mut self) -> &mut Table {
        &mut self.prices[0]
    }

    fn snapshot(&mut self) -> &mut Table {
        self.snapshot.as_mut().unwrap()
    }

    fn portfolio(&mut self) -> &mut Value {
        self.portfolio.as_mut().unwrap()
    }

    /// Takes flags in place of others, or adds them where `old` is blank.
    fn flags(&mut self, old: &str, new: &str) {
        assert!(self.line.contains(old), "{}: {old}", self.line);
        self.line = if old.is_empty() { format!("{} {new}", self.line) } else { self.line.replace(old, new) };
    }

    fn run(&self) -> Ended {
        let folder = Folder::new();
        let mut line = self.line.clone();
        for (number, table) in self.prices.iter().enumerate() {
            let path = folder.file(&format!("prices{number}.csv"), (self.text)(table.text()));
            line += &format!(" --prices {path}");
        }
        if let Some(table) = &self.snapshot {
            let text = (self.text)(table.text());
            line += &format!(" --snapshot {}", folder.file("snapshot.csv", text));
        }
        if let Some(table) = &self.previous {
            line += &format!(" --previous {}", folder.file("previous.csv", table.text()));
        }
        if let (Some(table), Some(manifest)) = (&self.snapshot, &self.manifest) {
            // The manifest of the file as it was written, before its text was changed.
            let mut manifest = manifest.clone();
            manifest["snapshot_sha256"] = sha256_of(&table.text()).into();
            manifest["row_count"] = table.rows.len().into();
            manifest["snapshot_as_of"] = table.cell(&table.rows[0], "as_of").into();
            folder.file("snapshot.csv.manifest.json", manifest.to_string());
        }
        if let Some(portfolio) = &self.portfolio {
            line += &format!(" --portfolio {}", folder.file("portfolio.json", portfolio.to_string()));
        }
        if let Some(indicators) = &self.indicators {
            line += &format!(" --indicators {}", folder.file("indicators.json", indicators.to_string()));
        }
        run(&format!("{line} --format json"))
    }
}

fn sha256_of(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The findings of a run, without notes, or the one word `usage`; each with what it says.
fn findings(found: &Ended) -> Vec<(String, String)> {
    if found.code == 2 {
        return vec![("usage".to_owned(), found.stderr.clone())];
    }
    let json = found.json();
    let findings = match json.get("findings") {
        Some(findings) => findings.clone(),
        None => json["files"][0]["findings"].clone(),
    };
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<(String, String)> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            (format!("{} {}", text(finding, "severity"), text(finding, "code")), finding.to_string())
        })
        .collect();
    found.sort();
    found
}

impl Good {
    fn case(self) -> Case {
        let market = |symbols: &[&str]| {
            let mut table = Table::parse(&fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap());
            table.keep(|symbol, _| symbols.is_empty() || symbols.contains(&symbol));
            vec![table]
        };
        let snapshot = |name: &str| {
            let path = fixtures().join(format!("snapshots/{name}.csv"));
            Some(Table::parse(&fs::read_to_string(path).unwrap()))
        };
        let manifest = |profile: &str| {
            Some(json!({
                "manifest_type": "feature_snapshot",
                "contract_version": format!("{profile}.feature_snapshot.v1"),
                "strategy_profile": profile,
                "config_name": profile,
                "config_sha256": "0".repeat(64),
            }))
        };
        let day = |profile: &str, more: &str| Case::new(&format!("decide {profile} --as-of {NEWEST}{more}"));
        let after = |profile: &str| Case::new(&format!("decide {profile} --as-of 2025-04-01"));
        let nasdaq = market(&["QQQ", "TQQQ", "BOXX", "SPY"]);
        match self {
            Self::Rotation => Case { prices: market(&[]), ..day("global_etf_rotation", "") },
            Self::Between => {
                let mut case = Case::new("decide global_etf_rotation --as-of 2025-03-18");
                case.prices = market(&[]);
                case.prices().keep(|_, date| date <= "2025-03-18");
                case
            }
            Self::Nasdaq => Case { prices: nasdaq, ..day("tqqq_growth_income", " --equity 25000") },
            Self::Semiconductors => {
                Case { prices: market(&["SOXX", "SOXL"]), ..day("soxl_soxx_trend_income", " --equity 25000") }
            }
            Self::Mega => {
                let mut text = String::new();
                let packed = fs::File::open(fixtures().join("prices/mega_caps.csv.gz")).unwrap();
                flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
                Case {
                    prices: vec![Table::parse(&text)],
                    snapshot: snapshot("dynamic_mega"),
                    manifest: manifest("dynamic_mega_leveraged_pullback"),
                    ..day("dynamic_mega_leveraged_pullback", " --equity 25000")
                }
            }
            Self::Russell => {
                Case { snapshot: snapshot("russell_1000"), ..after("russell_1000_multi_factor_defensive") }
            }
            Self::Tech => Case {
                snapshot: snapshot("tech_communication"),
                manifest: manifest("tech_communication_pullback_enhancement"),
                ..after("tech_communication_pullback_enhancement")
            },
            Self::Top50 => Case {
                snapshot: snapshot("mega_cap_top50"),
                manifest: manifest("mega_cap_leader_rotation_top50_balanced"),
                ..after("mega_cap_leader_rotation_top50_balanced")
            },
            Self::DynamicMega => Case {
                snapshot: snapshot("dynamic_mega"),
                manifest: manifest("dynamic_mega_leveraged_pullback"),
                ..Case::new("validate-snapshot dynamic_mega_leveraged_pullback")
            },
            Self::Account => Case {
                portfolio: Some(json!({
                    "as_of": NEWEST,
                    "total_equity": 40000,
                    "buying_power": 34938.8,
                    "cash_balance": 34938.8,
                    "positions": [{ "symbol": "QQQ", "quantity": 10, "market_value": 5061.2 }],
                })),
                prices: nasdaq,
                ..day("tqqq_growth_income", "")
            },
            Self::Indicators => Case {
                indicators: Some(
                    serde_json::from_slice(&fs::read(fixtures().join("indicators.json")).unwrap()).unwrap(),
                ),
                ..day("soxl_soxx_trend_income", " --equity 20000")
            },
        }
    }
}

fn slips() -> Vec<Slip> {
    let mut all = prices::slips();
    all.extend(snapshots::slips());
    all.extend(accounts::slips());
    all
}

#[test]
fn files_in_good_order_have_no_finding() {
    for good in ALL {
        let found = good.case().run();
        assert_eq!(found.code, 0, "{good:?}: {}", found.stderr);
        let found: Vec<_> =
            findings(&found).into_iter().filter(|(word, _)| !word.starts_with("info")).collect();
        assert!(found.is_empty(), "{good:?}: {found:#?}");
    }
}

/// Every finding of a slip is expected, and every expected one is found.
#[test]
fn slow_each_slip_has_its_findings_and_no_other() {
    let mut wrong = String::new();
    for Slip { findings: expected, holds, good, change } in slips() {
        let mut case = good.case();
        change(&mut case);
        let found = findings(&case.run());
        let split = |text: &'static str| text.split_once(" [").unwrap_or((text, ""));
        let is_expected = |word: &str, said: &str| {
            expected.iter().any(|text| {
                let (expected, part) = split(text);
                expected == word && said.contains(part.trim_end_matches(']'))
            })
        };
        let words: BTreeSet<&str> = found
            .iter()
            .filter(|(word, said)| is_expected(word, said))
            .map(|(word, _)| word.as_str())
            .collect();
        let missing = expected.iter().map(|text| split(text).0).any(|word| !words.contains(word));
        let others = found.iter().any(|(word, said)| !word.starts_with("info") && !is_expected(word, said));
        if missing || others {
            wrong += &format!("{holds} ({good:?})\n  expected {expected:?}\n  found {found:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Codes that are shown elsewhere alone: of snapshots that are built, of two snapshots, and of files that a call lacks.
const SHOWN_IN_THE_CATALOGUE: [&str; 5] =
    ["as_of_not_month_end", "column_shifted", "few_newest_bars", "mixed_price_dates", "undated_universe"];

/// A finding that warns, or that can be allowed, is about a file that can be read: a slip shows each.
#[test]
fn every_check_of_a_readable_file_has_a_slip() {
    let all = slips();
    let word = |text: &'static &'static str| text.split(' ').nth(1).unwrap_or_default();
    let findings = all.iter().flat_map(|slip| slip.findings).filter(|text| !text.starts_with("usage"));
    let shown: BTreeSet<&str> = findings.map(word).collect();
    let is_of_readable = |code: &&Code| code.can_be_allowed() || code.severity() != Severity::Error;
    let wanted: BTreeSet<&str> = Code::ALL.iter().filter(is_of_readable).map(|code| code.as_str()).collect();
    let missing: Vec<&str> = wanted.difference(&shown).copied().collect();
    assert_eq!(missing, SHOWN_IN_THE_CATALOGUE);
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let holds: BTreeSet<_> = all.iter().map(|slip| slip.holds).collect();
    assert_eq!(holds.len(), all.len(), "two slips hold the same");
}
