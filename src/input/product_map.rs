//! The product map of a snapshot of leveraged products: a CSV that names for each underlying the product that
//! follows it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::RangeInclusive;

use super::counted::Counted;
use super::table::{COMMA, Column, NAME_COLUMNS, Table, TableKind};
use super::universe::{BlankSymbols, blank_symbols};
use super::{FileKind, Read, Reading, cell};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, Place, Severity};
use crate::symbol::Symbol;

/// The names of the columns; the first that the file has counts.
const UNDERLYING: [&str; 6] =
    ["underlying_symbol", "underlying", "source_symbol", "stock_symbol", "stock", "symbol"];
const PRODUCT: [&str; 5] =
    ["trade_symbol", "product_symbol", "leveraged_symbol", "etf_symbol", "target_symbol"];
const LEVERAGE: [&str; 3] = ["product_leverage", "leverage", "leverage_multiple"];
const EXPENSE_RATIO: [&str; 3] = ["product_expense_ratio", "expense_ratio", "expense_rate"];
const AVAILABLE: [&str; 4] = ["product_available", "available", "enabled", "tradable"];

const KIND: TableKind = TableKind {
    missing: Code::ProductMapMissing,
    empty: Code::ProductMapEmpty,
    broken: Code::ProductMapParseFailed,
    separators: COMMA,
};

/// The product on an underlying.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// What is traded; `None` where the map leaves it blank.
    pub symbol: Option<Symbol>,
    /// How many times the underlying's move it makes.
    pub leverage: f64,
    /// Its yearly cost as a share of its value.
    pub expense_ratio: f64,
    /// Whether it may be traded.
    pub is_available: bool,
}

impl Product {
    /// What is assumed of an underlying that the map does not have, and of blank cells: a product that makes twice
    /// the underlying's move and costs 1 % a year.
    pub const UNKNOWN: Self = Self { symbol: None, leverage: 2.0, expense_ratio: 0.01, is_available: false };
}

/// The products by underlying: the first row of each counts.
pub type ProductMap = BTreeMap<Symbol, Product>;

/// Reads a product map. `multiples` are those that a product may have.
///
/// # Errors
/// When it is not a table, or lacks a column.
pub fn read(path: &str, multiples: &RangeInclusive<f64>) -> Read<ProductMap> {
    let mut table = Table::open(path, KIND)?;
    let columns = Columns::find(&table)?;
    let (mut products, mut findings) = (ProductMap::new(), Findings::default());
    let (mut blanks, mut repeats) = (BlankSymbols::default(), Counted::default());
    while table.next_readable_row(&mut findings)? {
        let underlying = match cell::ticker(&table, columns.underlying) {
            Ok(Some(underlying)) => underlying,
            Ok(None) => {
                blanks.add(table.line());
                continue;
            }
            Err(finding) => {
                findings.push(*finding);
                continue;
            }
        };
        let Some(product) = columns.product(&table, &underlying, &mut findings) else { continue };
        findings.extend(columns.unusable(&table, &underlying, &product, multiples));
        match products.entry(underlying) {
            Entry::Vacant(vacant) => drop(vacant.insert(product)),
            Entry::Occupied(first) => {
                repeats.add((first.key().clone(), table.place(columns.underlying.place)));
            }
        }
    }
    if products.is_empty() && findings.is_empty() {
        findings.push(table.no_rows("no row of the file names an underlying"));
    }
    findings.extend(blank_symbols(&blanks, path, columns.underlying.name));
    findings.extend(repeated_underlyings(&repeats, path, columns.underlying.name));
    let input = Some(table.record(FileKind::ProductMap));
    Ok(Reading { value: products, input, findings: findings.into_vec() })
}

/// Where the columns of a product map are.
struct Columns {
    underlying: Column<'static>,
    product: Column<'static>,
    leverage: Option<Column<'static>>,
    expense_ratio: Option<Column<'static>>,
    available: Option<Column<'static>>,
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Box<Finding>> {
        let names: [&[&str]; 5] = [&UNDERLYING, &PRODUCT, &LEVERAGE, &EXPENSE_RATIO, &AVAILABLE];
        let found = names.map(|names| table.find(names));
        let [Some(underlying), Some(product), leverage, expense_ratio, available] = found else {
            return Err(Box::new(
                table
                    .lacks(Code::MissingColumns, &[&UNDERLYING, &PRODUCT])
                    .expected(format!("one of {}; one of {}", UNDERLYING.join(","), PRODUCT.join(",")))
                    .or_hint(NAME_COLUMNS),
            ));
        };
        table.refuse_repeated(found.into_iter().flatten().map(|column| column.name))?;
        Ok(Self { underlying, product, leverage, expense_ratio, available })
    }

    /// Reads the product of the current row; `None` where a cell of it can't be read.
    fn product(&self, table: &Table, underlying: &Symbol, findings: &mut Findings) -> Option<Product> {
        let mut told = |finding: Box<Finding>| findings.push(finding.symbol(underlying));
        let symbol = cell::ticker(table, self.product).map_err(&mut told).ok();
        let mut number = |column: Option<Column<'_>>, blank: f64| {
            let Some(column) = column else { return Some(blank) };
            let number = cell::number(table, column).map_err(&mut told).ok()?;
            Some(number.unwrap_or(blank))
        };
        let leverage = number(self.leverage, Product::UNKNOWN.leverage);
        let expense_ratio = number(self.expense_ratio, Product::UNKNOWN.expense_ratio);
        let is_available = match self.available {
            Some(column) => cell::boolean(table, column).map_err(&mut told).ok()?.unwrap_or(true),
            None => true,
        };
        Some(Product { symbol: symbol?, leverage: leverage?, expense_ratio: expense_ratio?, is_available })
    }

    /// What keeps an available product from being used.
    fn unusable(
        &self,
        table: &Table,
        underlying: &Symbol,
        product: &Product,
        multiples: &RangeInclusive<f64>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !product.is_available {
            return findings;
        }
        if product.symbol.is_none() {
            let message = "the row is available and names no product";
            findings.push(
                cell::finding(Code::MissingProduct, message, table, self.product)
                    .severity(Severity::Error)
                    .hint("name the product, or write `false` in the column of availability"),
            );
        }
        if let Some(column) = self.leverage
            && !multiples.contains(&product.leverage)
        {
            let message = "the product has another multiple than the profile is made for";
            findings.push(
                cell::finding(Code::ProductLeverage, message, table, column)
                    .expected(format!("a number from {} to {}", multiples.start(), multiples.end()))
                    .hint("name a product of the profile's multiple, or write `false` in the column of availability"),
            );
        }
        findings.into_iter().map(|finding| finding.symbol(underlying)).collect()
    }
}

/// Finds further rows of an underlying, which have no effect.
fn repeated_underlyings(repeats: &Counted<(Symbol, Place)>, path: &str, column: &str) -> Option<Finding> {
    let (symbol, place) = repeats.first()?;
    let rows = counted(repeats.count(), "row");
    let verb = if repeats.count() == 1 { "is" } else { "are" };
    let message = format!("{rows} {verb} of an underlying that an earlier row has, and {verb} ignored");
    Some(
        Finding::new(Code::DuplicateSymbol, message)
            .severity(Severity::Warning)
            .file(path)
            .at(*place)
            .column(column)
            .symbol(symbol)
            .observed(repeats.count())
            .hint("keep one row per underlying; the first one counts"),
    )
}
