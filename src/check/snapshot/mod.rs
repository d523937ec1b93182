//! One look at a feature snapshot and its sidecar manifest: everything that is wrong with them, at once.
//!
//! Which checks apply follows from the profile's contract, strategy and config, so that they hold for a
//! manifest of the user's own as for a built-in one.

pub(crate) mod columns;
pub(crate) mod dates;
pub(crate) mod eligibility;
pub(crate) mod header;
pub(crate) mod products;
pub(crate) mod rows;
pub(crate) mod sectors;
pub(crate) mod share_classes;
pub(crate) mod sidecar;
pub(crate) mod units;
pub(crate) mod volume;

use chrono::NaiveDate;

use self::columns::Columns;
use self::rows::RowChecks;
use super::day::candidates::few_candidates;
use crate::finding::{Code, Finding, Findings, Severity};
use crate::input::InputRecord;
use crate::input::snapshot::{KIND, PRODUCT_COLUMN, SnapshotReader};
use crate::input::source::Source;
use crate::input::table::{Table, TableError};
use crate::market::calendar::Calendar;
use crate::market::snapshot::Snapshot;
use crate::profile::manifest::{Manifest, SnapshotContract};
use crate::strategy::Strategy;
use crate::strategy::contract::Facts;
use crate::symbol::Symbol;

/// The column of prices.
const CLOSE_COLUMN: &str = "close";

/// What to look at, and what to hold it against.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The path of the snapshot; `-` is standard input, `None` that nobody named one.
    pub snapshot: Option<&'a str>,
    /// The path of the sidecar manifest; `None` for the one beside the snapshot, where there is one.
    pub manifest: Option<&'a str>,
    /// Whether the absence of a sidecar manifest blocks.
    pub requires_manifest: bool,
    /// The profile that the snapshot is for.
    pub profile: &'a Manifest,
    /// Its strategy with the config in effect.
    pub strategy: &'a Strategy,
    /// The path of the config file, where one was named.
    pub config_file: Option<&'a str>,
    /// The sha256 of the config file, where one was named.
    pub config_sha256: Option<&'a str>,
    /// The decision date, where it is known.
    pub as_of: Option<NaiveDate>,
    /// The exchange calendar; `None` for the one without further closures.
    pub calendar: Option<&'a Calendar>,
    /// The most rows that are kept for a decision; a file with more is checked to its end and none are kept.
    pub most_rows: Option<usize>,
    /// Whether every finding is wanted, not only the first hundred of a code.
    pub keeps_all: bool,
}

impl<'a> Request<'a> {
    /// A look at nothing yet, for a profile with its strategy.
    pub fn new(profile: &'a Manifest, strategy: &'a Strategy) -> Self {
        Self {
            calendar: None,
            snapshot: None,
            manifest: None,
            requires_manifest: false,
            profile,
            strategy,
            config_file: None,
            config_sha256: None,
            as_of: None,
            most_rows: None,
            keeps_all: false,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// The snapshot as typed rows; `None` where the file can't be opened or has more rows than were to be kept.
    /// With an error among the findings it is fit for no decision.
    pub snapshot: Option<Snapshot>,
    /// Whether every row and every column of the contract could be read, so that what the rule makes of the rows is
    /// worth asking. Single cells may be broken, and count as blank.
    pub is_complete: bool,
    /// The columns, for summaries and comparisons.
    pub columns: Columns,
    /// The files that were read to their end.
    pub inputs: Vec<InputRecord>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// Reads a snapshot and its sidecar manifest and reports everything that is wrong with them.
///
/// A profile without a snapshot contract is answered with nothing.
pub fn examine(request: &Request<'_>) -> Examination {
    let Some(contract) = &request.profile.snapshot else { return Examination::default() };
    let Some(path) = request.snapshot else {
        return Examination { findings: vec![not_named()], ..Examination::default() };
    };
    let mut examination = match SnapshotReader::open(path, contract) {
        Ok(reader) => examine_rows(request, contract, reader),
        Err(finding) => Examination { findings: vec![*finding], ..Examination::default() },
    };
    if examination.findings.iter().any(|finding| finding.code == Code::FeatureSnapshotMissing) {
        // A file that is not there has nothing beside it to be held against.
        return examination;
    }
    let (input, found) = sidecar::examine(request, contract, path, examination.inputs.first());
    examination.inputs.extend(input);
    examination.findings.extend(found);
    examination
}

/// Reports everything that is wrong with a snapshot that is in memory; it has no manifest yet.
pub fn examine_text(
    request: &Request<'_>,
    contract: &SnapshotContract,
    name: &str,
    text: &str,
) -> Examination {
    let bytes = std::io::Cursor::new(text.as_bytes().to_vec());
    let source = Source::from_reader(name, Box::new(bytes)).map_err(TableError::from);
    let table = source.and_then(|source| Table::new(source, KIND));
    let examined = table.map(|table| examine_rows(request, contract, SnapshotReader::new(table, contract)));
    examined.unwrap_or_default()
}

/// Reads the columns of a snapshot that is only compared with: of what is wrong with it, only what keeps it from
/// being read counts.
///
/// # Errors
/// The findings that say why it can't be read.
pub fn read_columns(path: &str, contract: &SnapshotContract) -> Result<(Columns, InputRecord), Vec<Finding>> {
    let mut findings = Findings::default();
    let mut reader = SnapshotReader::open(path, contract).map_err(|finding| vec![*finding])?;
    reader.check_header(&mut findings);
    let mut columns = Columns::of(&reader);
    while let Some(dated) = reader.next_row(&mut findings) {
        columns.add(&dated);
    }
    let record = reader.finish(&mut findings);
    let failures: Vec<Finding> = findings
        .into_vec()
        .into_iter()
        .filter(|finding| {
            matches!(
                finding.code,
                Code::FeatureSnapshotParseFailed
                    | Code::FeatureSnapshotEmpty
                    | Code::FeatureSnapshotMissingColumns
                    | Code::FeatureSnapshotMissingDateColumn
            )
        })
        .collect();
    match record {
        Some(record) if failures.is_empty() => Ok((columns, record)),
        _ => Err(failures),
    }
}

fn not_named() -> Finding {
    Finding::new(Code::FeatureSnapshotMissing, "the profile needs a feature snapshot, and none is given")
        .hint("name its CSV file with `--snapshot FILE`")
}

fn examine_rows(
    request: &Request<'_>,
    contract: &SnapshotContract,
    mut reader: SnapshotReader<'_>,
) -> Examination {
    let mut findings = if request.keeps_all { Findings::without_limit() } else { Findings::default() };
    reader.check_header(&mut findings);
    let mut snapshot = Snapshot {
        file: reader.table().path().to_owned(),
        columns: reader.columns().iter().map(|known| known.column.name.clone()).collect(),
        ..Snapshot::default()
    };
    let expected = Expectations::of(request, contract);
    let mut checks = RowChecks::new(&snapshot, &reader, &expected, &findings);
    let mut fits = true;
    while let Some(dated) = reader.next_row(&mut findings) {
        checks.look_at(&dated, &reader, &mut findings);
        fits = fits && request.most_rows.is_none_or(|most| snapshot.rows.len() < most);
        if fits {
            snapshot.rows.push(dated.row);
        } else {
            snapshot.rows = Vec::new();
        }
    }
    snapshot.as_of = checks.columns.as_of;
    if let Some(shifted) = header::columns_shifted(&reader) {
        // One cause in place of what it makes of every row.
        findings.clear();
        reader.check_header(&mut findings);
        findings.push(shifted);
        let inputs = Vec::from_iter(reader.finish(&mut Findings::default()));
        let findings = findings.into_vec();
        return Examination { columns: checks.columns, inputs, findings, ..Examination::default() };
    }
    let mut found = date_findings(request, &checks, &reader);
    found.extend(row_findings(&expected, contract, &mut checks, &reader, &mut findings));
    let header =
        header::Header { line: reader.table().header_line(), names: reader.table().names(), contract };
    let named = header.examine();
    if named.iter().any(header::explains_missing_eligible) {
        found.retain(|finding| finding.code != Code::MissingEligible);
    }
    found.extend(named);
    let is_complete = reader.is_whole() && reader.has_required_columns();
    let record = reader.finish(&mut findings);
    findings.extend(found.into_iter().map(|finding| finding.file(&snapshot.file)));
    Examination {
        snapshot: fits.then_some(snapshot),
        is_complete,
        columns: checks.columns,
        inputs: Vec::from_iter(record),
        findings: findings.into_vec(),
    }
}

/// What is wrong with the dates of the rows.
fn date_findings(request: &Request<'_>, checks: &RowChecks<'_>, reader: &SnapshotReader<'_>) -> Vec<Finding> {
    let column = reader.date_column().unwrap_or_default();
    let mut found = Vec::from_iter(dates::mixed_dates(&checks.dates, column));
    let Some(newest) = checks.columns.as_of else { return found };
    if let Some(decision) = request.as_of {
        found.extend(dates::future_as_of(newest, decision));
        found.extend(dates::stale(newest, decision));
    }
    if checks.dates.len() == 1 {
        let default = Calendar::default();
        found.extend(dates::not_month_end(newest, request.calendar.unwrap_or(&default)));
    }
    found
}

/// What the rows say together. The numbers out of range are added to the findings of the rows.
fn row_findings(
    expected: &Expectations,
    contract: &SnapshotContract,
    checks: &mut RowChecks<'_>,
    reader: &SnapshotReader<'_>,
    findings: &mut Findings,
) -> Vec<Finding> {
    let mut found = Vec::new();
    // What is missing from a file can be said only of a whole one.
    if reader.is_whole() {
        if let Some(column) = reader.symbol_column() {
            found.extend(missing_benchmark_row(expected, &checks.columns, column));
            found.extend(missing_safe_haven_row(expected, &checks.columns, column));
        }
        if checks.sector.is_some() {
            found.extend(sectors::absent_sectors(&checks.labels, &expected.whitelist));
        }
        if let Some((products, wanted)) = checks.products.as_ref().zip(expected.holdings_count) {
            let few = || few_candidates(products.candidate_count(), wanted);
            found.extend(products.no_candidates().or_else(few));
        }
        found.extend(eligibility::missing_eligible(&checks.columns, contract, checks.selectable));
        found.extend(volume::thin_volume(&checks.columns));
    }
    let misspelt = sectors::misspelt_sectors(&checks.labels, &expected.whitelist);
    if checks.sector.is_some() && misspelt.is_empty() && reader.is_whole() {
        let rows = checks.rows_without_role;
        found.extend(sectors::suspect_sectors(&checks.labels, rows));
    }
    found.extend(misspelt);
    if let Some(column) = checks.company_column(reader) {
        found.extend(checks.share_classes.duplicate_share_class(column));
    }
    let mut in_percent = units::looks_like_percent(&checks.columns);
    checks.take_out_of_range(&mut in_percent, findings);
    found.extend(in_percent);
    found.extend(units::outliers(&checks.columns));
    found.extend(columns::missing_values(&checks.columns));
    found
}

/// What the profile looks for among the rows, from its strategy, contract and config.
#[derive(Debug)]
pub(crate) struct Expectations {
    facts: &'static Facts,
    /// The benchmark, and how bad it is when it has no row.
    benchmark: Option<(Symbol, Severity)>,
    safe_haven: Option<Symbol>,
    whitelist: Vec<String>,
    holdings_count: Option<usize>,
    /// Whether candidates are traded through products.
    has_products: bool,
    /// The multiple that these are made for.
    multiple: Option<f64>,
}

impl Expectations {
    fn of(request: &Request<'_>, contract: &SnapshotContract) -> Self {
        let (facts, terms) = (request.strategy.facts(), request.strategy.snapshot_terms());
        let of_profile = Strategy::new(request.profile.strategy, &request.profile.config).ok();
        Self {
            facts,
            benchmark: terms.benchmark.cloned().zip(facts.missing_benchmark),
            // Where the contract knows prices, the plan of whole shares takes the safe haven's from its row.
            safe_haven: contract.column(CLOSE_COLUMN).map(|_| request.strategy.safe_haven()),
            whitelist: terms.sector_whitelist.iter().map(|entry| entry.trim().to_owned()).collect(),
            holdings_count: terms.holdings_count,
            has_products: contract.column(PRODUCT_COLUMN).is_some(),
            // What the products are made of is the profile's matter; an override changes only what is reported.
            multiple: of_profile.as_ref().and_then(|own| own.snapshot_terms().leverage_multiple),
        }
    }

    /// Whether a symbol is the benchmark or the safe haven.
    fn has_role(&self, symbol: &Symbol) -> bool {
        let benchmark = self.benchmark.as_ref().map(|(benchmark, _)| benchmark);
        benchmark == Some(symbol) || self.safe_haven.as_ref() == Some(symbol)
    }
}

/// Finds that the benchmark, whose trend the rule asks for, has no row.
fn missing_benchmark_row(expected: &Expectations, columns: &Columns, column: &str) -> Option<Finding> {
    let (benchmark, severity) = expected.benchmark.as_ref()?;
    let assumed = if *severity == Severity::Error { "up" } else { "not up" };
    columns.row_of(benchmark).is_none().then(|| {
        Finding::new(
            Code::MissingBenchmarkRow,
            format!(
                "the benchmark `{benchmark}` has no row, and the rule would assume that its trend is {assumed}"
            ),
        )
        .severity(*severity)
        .column(column)
        .symbol(benchmark)
        .expected(format!("a row of `{benchmark}`"))
        .hint_with_code(if !expected.facts.benchmark_columns.is_empty() {
            // Nothing is won by allowing it to lack.
            "add the benchmark's row; the scores are taken against it"
        } else if *severity == Severity::Error {
            "add the benchmark's row, or accept the assumption with `strat decide --allow {code}`"
        } else {
            "add the benchmark's row"
        })
    })
}

/// Finds that the safe haven has no row, so that its price is not known.
fn missing_safe_haven_row(expected: &Expectations, columns: &Columns, column: &str) -> Option<Finding> {
    let safe_haven = expected.safe_haven.as_ref().filter(|symbol| columns.row_of(symbol).is_none())?;
    Some(
        Finding::new(
            Code::MissingSafeHavenRow,
            format!("the safe haven `{safe_haven}` has no row, so its price is not known from this file"),
        )
        .column(column)
        .symbol(safe_haven)
        .hint("add its row, or a price file, if whole shares are planned"),
    )
}

#[cfg(test)]
mod tests;
