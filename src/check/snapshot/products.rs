//! Candidates that are traded through a leveraged product: the product, its multiple, the ranks.

use std::collections::{HashMap, HashSet};

use crate::finding::{Code, Finding, Findings};
use crate::input::snapshot::{PRODUCT_COLUMN, SnapshotReader};
use crate::market::snapshot::{ColumnIndex, Row, Snapshot};
use crate::symbol::Symbol;

/// The column of the symbol that a product follows.
const UNDERLYING_COLUMN: &str = "underlying_symbol";
/// The columns that may hold a candidate's rank; the first that the file has does.
const RANK_COLUMNS: [&str; 2] = ["candidate_rank", "mega_rank"];
/// The column of a product's multiple.
const LEVERAGE_COLUMN: &str = "product_leverage";

/// How far a product's multiple may lie from the configured one: funds round theirs, and one of another
/// multiple is off by a half at least.
const MULTIPLE_TOLERANCE: f64 = 0.05;

/// The checks of candidates with products, row by row.
#[derive(Debug)]
pub struct ProductChecks {
    available: Option<ColumnIndex>,
    eligible: Option<ColumnIndex>,
    underlying: Option<ColumnIndex>,
    leverage: Option<ColumnIndex>,
    rank: Option<(ColumnIndex, &'static str)>,
    multiple: Option<f64>,
    ranks: HashMap<u64, RankHolder>,
    companies: HashSet<Symbol>,
}

/// The first candidate of a rank.
#[derive(Debug)]
struct RankHolder {
    underlying: Symbol,
    line: u64,
}

impl ProductChecks {
    /// The checks for a file with these columns; `multiple` is the configured one.
    pub fn new(table: &Snapshot, multiple: Option<f64>) -> Self {
        Self {
            available: table.column(PRODUCT_COLUMN),
            eligible: table.column("eligible"),
            underlying: table.column(UNDERLYING_COLUMN),
            leverage: table.column(LEVERAGE_COLUMN),
            rank: RANK_COLUMNS.into_iter().find_map(|name| Some((table.column(name)?, name))),
            multiple,
            ranks: HashMap::new(),
            companies: HashSet::new(),
        }
    }

    /// How many underlyings have a product that may be traded.
    pub fn candidate_count(&self) -> usize {
        self.companies.len()
    }

    /// The symbol that stands for the company of a row: the underlying, or else the product itself.
    pub fn company(&self, row: &Row) -> Option<Symbol> {
        match self.underlying {
            Some(_) => row.text(self.underlying).and_then(Symbol::parse),
            None => row.symbol.clone(),
        }
    }

    /// Checks a row; one that is not eligible or has no product is no candidate and is left alone.
    pub fn check(&mut self, row: &Row, reader: &SnapshotReader<'_>, findings: &mut Findings) {
        if !is_yes(row, self.available) || !is_yes(row, self.eligible) {
            return;
        }
        let missing = self.missing_product(row, reader);
        let has_product = missing.is_none();
        for mut finding in [missing, self.product_leverage(row, reader)].into_iter().flatten() {
            finding.symbol = row.symbol.clone().or_else(|| self.company(row));
            findings.push(finding);
        }
        if has_product && let Some(company) = self.company(row) {
            self.companies.insert(company.clone());
            self.duplicate_rank(row, company, reader).into_iter().for_each(|finding| findings.push(finding));
        }
    }

    fn missing_product(&self, row: &Row, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let column = match (&row.symbol, self.company(row)) {
            (None, _) => reader.symbol_column()?,
            (Some(_), None) => UNDERLYING_COLUMN,
            (Some(_), Some(_)) => return None,
        };
        let finding = reader.cell_finding(
            Code::MissingProduct,
            format!("the row is eligible and available and has no `{column}`, so it is no candidate"),
            column,
        );
        Some(finding.hint("name the product and its underlying, or write `false` under `product_available`"))
    }

    fn product_leverage(&self, row: &Row, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let (multiple, leverage) = (self.multiple?, row.number(self.leverage)?);
        ((leverage - multiple).abs() > MULTIPLE_TOLERANCE).then(|| {
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

    /// Several products on one underlying share its rank; two underlyings must not.
    fn duplicate_rank(&mut self, row: &Row, company: Symbol, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let (column, name) = self.rank?;
        let rank = row.number(Some(column))?;
        // Adding zero folds -0.0 into 0.0.
        let first = self
            .ranks
            .entry((rank + 0.0).to_bits())
            .or_insert_with(|| RankHolder { underlying: company.clone(), line: row.line });
        if first.underlying == company {
            return None;
        }
        let finding = reader.cell_finding(
            Code::DuplicateRank,
            format!("`{company}` has the rank of `{}` on line {}", first.underlying, first.line),
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

/// The answer of a yes/no cell: yes where the file does not have the column, no where the cell is blank.
fn is_yes(row: &Row, column: Option<ColumnIndex>) -> bool {
    row.boolean(column).unwrap_or(column.is_none())
}
