//! The product map of a snapshot of leveraged products: a CSV that names for each underlying the product that
//! follows it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::table::{Place, Table, TableCodes, TableError};
use super::universe::BlankSymbols;
use super::{FileKind, InputRecord, cell};
use crate::amount::counted;
use crate::finding::{Code, Finding, Findings, Severity, quoted};
use crate::symbol::Symbol;

/// The names of the columns; the first that the file has counts.
const UNDERLYING: [&str; 6] =
    ["underlying_symbol", "underlying", "source_symbol", "stock_symbol", "stock", "symbol"];
const PRODUCT: [&str; 5] =
    ["trade_symbol", "product_symbol", "leveraged_symbol", "etf_symbol", "target_symbol"];
const LEVERAGE: [&str; 3] = ["product_leverage", "leverage", "leverage_multiple"];
const EXPENSE_RATIO: [&str; 3] = ["product_expense_ratio", "expense_ratio", "expense_rate"];
const AVAILABLE: [&str; 4] = ["product_available", "available", "enabled", "tradable"];

/// The codes of a product map that is no table.
const TABLE_CODES: TableCodes = TableCodes {
    missing: Code::ProductMapMissing,
    empty: Code::ProductMapEmpty,
    broken: Code::ProductMapParseFailed,
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

/// What a product map says.
#[derive(Debug, Default)]
pub struct ProductMapReading {
    /// The products by underlying: the first row of each counts.
    pub products: BTreeMap<Symbol, Product>,
    /// The file; `None` where it could not be read to its end.
    pub input: Option<InputRecord>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Reads a product map. `multiples` are those that a product may have.
pub fn read(path: &str, multiples: &std::ops::RangeInclusive<f64>) -> ProductMapReading {
    let table = match Table::open(path) {
        Ok(table) => table,
        Err(error) => return refused(error.finding(path, TABLE_CODES)),
    };
    match Columns::find(&table) {
        Ok(columns) => columns.read(table, multiples),
        Err(finding) => refused(*finding),
    }
}

fn refused(finding: Finding) -> ProductMapReading {
    ProductMapReading { findings: vec![finding], ..ProductMapReading::default() }
}

/// A column of the file: the name that it goes by, and its place.
type NamedColumn = (&'static str, usize);

/// Where the columns of a product map are.
struct Columns {
    underlying: NamedColumn,
    product: NamedColumn,
    leverage: Option<NamedColumn>,
    expense_ratio: Option<NamedColumn>,
    available: Option<NamedColumn>,
}

fn first_of(table: &Table, names: &[&'static str]) -> Option<NamedColumn> {
    names.iter().find_map(|name| Some((*name, table.column(name)?)))
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Box<Finding>> {
        let (underlying, product) = (first_of(table, &UNDERLYING), first_of(table, &PRODUCT));
        let (Some(underlying), Some(product)) = (underlying, product) else {
            let missing = [(underlying, UNDERLYING[0]), (product, PRODUCT[0])];
            let missing: Vec<&str> =
                missing.into_iter().filter(|(column, _)| column.is_none()).map(|(_, name)| name).collect();
            return Err(Box::new(
                Finding::new(Code::MissingColumns, format!("no column {}", quoted(&missing)))
                    .file(table.path())
                    .line(table.header_line())
                    .observed(table.names().join(","))
                    .expected(format!("one of {}; one of {}", UNDERLYING.join(","), PRODUCT.join(",")))
                    .hint(table.renaming(&missing).unwrap_or_else(|| {
                        "name the columns in the first line; their order and case are free".to_owned()
                    })),
            ));
        };
        let columns = Self {
            underlying,
            product,
            leverage: first_of(table, &LEVERAGE),
            expense_ratio: first_of(table, &EXPENSE_RATIO),
            available: first_of(table, &AVAILABLE),
        };
        let further = [columns.leverage, columns.expense_ratio, columns.available].into_iter().flatten();
        let used = [underlying, product].into_iter().chain(further).map(|(name, _)| name);
        match table.repeated_among(used) {
            Some(error) => Err(Box::new(error.finding(table.path(), TABLE_CODES))),
            None => Ok(columns),
        }
    }

    fn read(&self, mut table: Table, multiples: &std::ops::RangeInclusive<f64>) -> ProductMapReading {
        let mut findings = Findings::default();
        let mut products = BTreeMap::new();
        let mut blanks = BlankSymbols::default();
        let mut repeats = Repeats::default();
        loop {
            match table.next_row() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error @ TableError::Unreadable { .. }) => {
                    return refused(error.finding(table.path(), TABLE_CODES));
                }
                Err(error) => {
                    findings.push(error.finding(table.path(), TABLE_CODES));
                    continue;
                }
            }
            let (name, column) = self.underlying;
            let underlying = match cell::ticker(Code::ProductMapParseFailed, &table, column, name) {
                Ok(Some(underlying)) => underlying,
                Ok(None) => {
                    blanks.add(&table);
                    continue;
                }
                Err(finding) => {
                    findings.push(*finding);
                    continue;
                }
            };
            let Some(product) = self.product(&table, &underlying, &mut findings) else { continue };
            findings.extend(self.unusable(&table, &underlying, &product, multiples));
            match products.entry(underlying) {
                Entry::Vacant(vacant) => {
                    vacant.insert(product);
                }
                Entry::Occupied(first) => repeats.add(first.key(), table.place(column)),
            }
        }
        if products.is_empty() && findings.is_empty() {
            findings.push(no_rows(&table));
        }
        findings.extend(blanks.finding(table.path(), self.underlying.0));
        findings.extend(repeats.finding(table.path(), self.underlying.0));
        let mut record = InputRecord::new(FileKind::ProductMap, table.path(), table.sha256());
        record.rows = Some(table.rows());
        ProductMapReading { products, input: Some(record), findings: findings.into_vec() }
    }

    /// Reads the product of the current row; `None` where a cell of it can't be read.
    fn product(&self, table: &Table, underlying: &Symbol, findings: &mut Findings) -> Option<Product> {
        let broken = Code::ProductMapParseFailed;
        let mut told = |finding: Box<Finding>| findings.push(finding.symbol(underlying));
        let (name, column) = self.product;
        let symbol = cell::ticker(broken, table, column, name).map_err(&mut told).ok();
        let mut number = |column: Option<NamedColumn>, blank: f64| match column {
            Some((name, column)) => {
                let number = cell::number(broken, table, column, name).map_err(&mut told).ok()?;
                Some(number.unwrap_or(blank))
            }
            None => Some(blank),
        };
        let leverage = number(self.leverage, Product::UNKNOWN.leverage);
        let expense_ratio = number(self.expense_ratio, Product::UNKNOWN.expense_ratio);
        let is_available = match self.available {
            Some((name, column)) => {
                cell::boolean(broken, table, column, name).map_err(&mut told).ok()?.unwrap_or(true)
            }
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
        multiples: &std::ops::RangeInclusive<f64>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !product.is_available {
            return findings;
        }
        if product.symbol.is_none() {
            let (name, column) = self.product;
            let message = "the row is available and names no product";
            findings.push(
                cell::finding(Code::MissingProduct, message, table, column, name)
                    .severity(Severity::Error)
                    .hint("name the product, or write `false` in the column of availability"),
            );
        }
        if let Some((name, column)) = self.leverage
            && !multiples.contains(&product.leverage)
        {
            let message = "the product has another multiple than the profile is made for";
            findings.push(
                cell::finding(Code::ProductLeverage, message, table, column, name)
                    .expected(format!("a number from {} to {}", multiples.start(), multiples.end()))
                    .hint("name a product of the profile's multiple, or write `false` in the column of availability"),
            );
        }
        findings.into_iter().map(|finding| finding.symbol(underlying)).collect()
    }
}

fn no_rows(table: &Table) -> Finding {
    let message = match table.rows() {
        0 => "the file has a header and no rows",
        _ => "no row of the file names an underlying",
    };
    Finding { message: message.to_owned(), ..TableError::Empty.finding(table.path(), TABLE_CODES) }
}

/// Further rows of an underlying, which have no effect.
#[derive(Default)]
struct Repeats(Vec<(Symbol, Place)>);

impl Repeats {
    fn add(&mut self, underlying: &Symbol, place: Place) {
        self.0.push((underlying.clone(), place));
    }

    fn finding(&self, path: &str, column: &str) -> Option<Finding> {
        let (symbol, place) = self.0.first()?;
        let rows = counted(self.0.len(), "row");
        let verb = if self.0.len() == 1 { "is" } else { "are" };
        Some(
            Finding::new(
                Code::DuplicateSymbol,
                format!("{rows} {verb} of an underlying that an earlier row has, and {verb} ignored"),
            )
            .severity(Severity::Warning)
            .file(path)
            .line(place.line)
            .character(place.character)
            .column(column)
            .symbol(symbol)
            .observed(self.0.len())
            .hint("keep one row an underlying; the first one counts"),
        )
    }
}
