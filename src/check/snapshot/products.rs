//! Candidates that are traded through a leveraged product: the product, its multiple, the ranks.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::check::day::candidates;
use crate::finding::{Code, Finding, Findings};
use crate::input::snapshot::{PRODUCT_COLUMN, SnapshotReader};
use crate::market::snapshot::{ColumnIndex, Row, Snapshot};
use crate::strategy::recipe::{MULTIPLE_TOLERANCE, usable_multiples};
use crate::strategy::shared::screen::{Blank, is_yes};
use crate::symbol::Symbol;

/// The column of the symbol that a product follows.
const UNDERLYING_COLUMN: &str = "underlying_symbol";
/// The column of the product's symbol.
const SYMBOL_COLUMN: &str = "symbol";
/// The columns that may hold a candidate's rank; the first that the file has does.
const RANK_COLUMNS: [&str; 2] = ["candidate_rank", "mega_rank"];
/// The column of a product's multiple.
const LEVERAGE_COLUMN: &str = "product_leverage";

/// The checks of candidates with products, row by row.
#[derive(Debug)]
pub struct ProductChecks {
    available: Option<ColumnIndex>,
    eligible: Option<ColumnIndex>,
    underlying: Option<ColumnIndex>,
    leverage: Option<ColumnIndex>,
    rank: Option<(ColumnIndex, &'static str)>,
    multiple: Option<f64>,
    /// What a blank cell says of a row's eligibility.
    blank_eligible: Blank,
    /// The first candidate of each rank, by the digits of the rank, and its line.
    ranks: HashMap<u64, (Symbol, u64)>,
    companies: HashSet<Symbol>,
    /// The rows that are no candidates, by the first column that says so.
    dropped: BTreeMap<&'static str, usize>,
    rows: usize,
    /// How many rows are written not eligible.
    refused: usize,
}

impl ProductChecks {
    /// The checks for a file with these columns; `multiple` is the configured one.
    pub fn new(table: &Snapshot, multiple: Option<f64>, blank_eligible: Blank) -> Self {
        Self {
            available: table.column(PRODUCT_COLUMN),
            eligible: table.column("eligible"),
            underlying: table.column(UNDERLYING_COLUMN),
            leverage: table.column(LEVERAGE_COLUMN),
            rank: RANK_COLUMNS.into_iter().find_map(|name| Some((table.column(name)?, name))),
            multiple,
            blank_eligible,
            ranks: HashMap::new(),
            companies: HashSet::new(),
            dropped: BTreeMap::new(),
            rows: 0,
            refused: 0,
        }
    }

    /// How many underlyings have a product that may be traded.
    pub fn candidate_count(&self) -> usize {
        self.companies.len()
    }

    /// Finds that the file has no product that may be traded, unless it says so itself of every row.
    pub fn no_candidates(&self) -> Option<Finding> {
        let is_said_so = self.refused == self.rows;
        (self.companies.is_empty() && !is_said_so).then(|| candidates::no_candidates(&self.dropped))
    }

    /// The first column that makes a row no candidate.
    fn dropped_by(&self, row: &Row) -> Option<&'static str> {
        [
            ("eligible", is_yes(row, self.eligible, self.blank_eligible)),
            (PRODUCT_COLUMN, self.is_available(row)),
            (SYMBOL_COLUMN, row.symbol.is_some()),
            (UNDERLYING_COLUMN, self.company(row).is_some()),
        ]
        .into_iter()
        .find_map(|(column, is_passed)| (!is_passed).then_some(column))
    }

    /// The symbol that stands for the company of a row: the underlying, or else the product itself.
    pub fn company(&self, row: &Row) -> Option<Symbol> {
        match self.underlying {
            Some(_) => row.text(self.underlying).and_then(Symbol::parse),
            None => row.symbol.clone(),
        }
    }

    /// The column that names the companies, where the file has it.
    pub fn underlying_column(&self) -> Option<&'static str> {
        self.underlying.map(|_| UNDERLYING_COLUMN)
    }

    /// The company of a row that is a candidate: available, eligible, with a product and an underlying.
    pub fn candidate(&self, row: &Row) -> Option<Symbol> {
        row.symbol.as_ref().and_then(|_| self.company(row)).filter(|_| self.is_wanted(row))
    }

    fn is_available(&self, row: &Row) -> bool {
        is_yes(row, self.available, Blank::Fails)
    }

    /// Whether the row is to be a candidate, be it that it lacks something.
    fn is_wanted(&self, row: &Row) -> bool {
        self.is_available(row) && is_yes(row, self.eligible, self.blank_eligible)
    }

    /// Checks a row; one without an available product is left alone.
    pub fn check(&mut self, row: &Row, reader: &SnapshotReader<'_>, findings: &mut Findings) {
        let missing = self.missing_product(row, reader);
        let others = [self.product_leverage(row, reader), self.product_symbol_mismatch(row, reader)];
        for mut finding in [missing].into_iter().chain(others).flatten() {
            finding.symbol = row.symbol.clone().or_else(|| self.company(row));
            findings.push(finding);
        }
        self.rows += 1;
        self.refused += usize::from(row.boolean(self.eligible) == Some(false));
        if let Some(column) = self.dropped_by(row) {
            *self.dropped.entry(column).or_default() += 1;
        }
        if let Some(company) = self.candidate(row) {
            self.companies.insert(company.clone());
            findings.extend(self.duplicate_rank(row, company, reader));
        }
    }

    fn missing_product(&self, row: &Row, reader: &SnapshotReader<'_>) -> Option<Finding> {
        if !self.is_wanted(row) {
            return None;
        }
        let column = match (&row.symbol, self.company(row)) {
            (None, _) => reader.symbol_column()?,
            (Some(_), None) => UNDERLYING_COLUMN,
            (Some(_), Some(_)) => return None,
        };
        let finding = reader.cell_finding(
            Code::MissingProduct,
            format!("the row is eligible and available and has no `{column}`, so it is not a candidate"),
            column,
        );
        Some(finding.hint("name the product and its underlying, or write `false` under `product_available`"))
    }

    fn product_leverage(&self, row: &Row, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let (multiple, leverage) = (self.multiple?, row.number(self.leverage)?);
        let will_do = usable_multiples(multiple);
        (self.is_available(row) && !will_do.contains(&leverage)).then(|| {
            reader
                .cell_finding(
                    Code::ProductLeverage,
                    "the product has another multiple than the profile is made for",
                    LEVERAGE_COLUMN,
                )
                .expected(format!("{multiple}, up to {MULTIPLE_TOLERANCE} off"))
                .hint("name a product of the profile's multiple, or write `false` under `product_available`")
        })
    }

    /// Finds a leveraged product that has the symbol of its underlying, which would be bought without leverage.
    fn product_symbol_mismatch(&self, row: &Row, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let (symbol, leverage) = (row.symbol.as_ref()?, row.number(self.leverage)?);
        let underlying = row.text(self.underlying).and_then(Symbol::parse)?;
        (self.is_available(row) && leverage > 1.0 && *symbol == underlying).then(|| {
            reader
                .cell_finding(
                    Code::ProductSymbolMismatch,
                    format!("`{symbol}` is the underlying, not a product of {leverage} times its return"),
                    reader.symbol_column().unwrap_or_default(),
                )
                .expected("the symbol of the leveraged product")
                .hint("name the product, or write `false` under `product_available`")
        })
    }

    /// Several products on one underlying share its rank; two underlyings must not.
    fn duplicate_rank(&mut self, row: &Row, company: Symbol, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let (column, name) = self.rank?;
        let rank = row.number(Some(column))?;
        // Adding zero folds -0.0 into 0.0.
        let entry = self.ranks.entry((rank + 0.0).to_bits());
        let (first, line) = entry.or_insert_with(|| (company.clone(), row.line));
        if *first == company {
            return None;
        }
        let finding = reader.cell_finding(
            Code::DuplicateRank,
            format!("`{company}` has the rank of `{first}` on line {line}"),
            name,
        );
        Some(
            finding
                .symbol(&company)
                .expected("a rank of its own")
                .hint("rank the candidates from 1 on, none twice"),
        )
    }
}
