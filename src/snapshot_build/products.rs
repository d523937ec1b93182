//! Snapshots of leveraged products: one row a name of the ranking, with the product that the map names for it.

use chrono::NaiveDate;

use super::table::{Cell, Reason, SnapshotTable};
use crate::finding::{Code, Finding, Severity};
use crate::input::product_map::{Product, ProductMap};
use crate::input::universe::UniverseRow;
use crate::strategy::recipe::ProductColumn;
use crate::symbol::Symbol;

/// The rows, in the order of the ranking.
pub fn table(members: &[&UniverseRow], products: &ProductMap, as_of: NaiveDate) -> SnapshotTable {
    let mut table = SnapshotTable {
        columns: ProductColumn::ALL.iter().map(|column| column.as_str()).collect(),
        ..SnapshotTable::default()
    };
    for (row, rank) in members.iter().zip(1_usize..) {
        let product = products.get(&row.symbol).unwrap_or(&Product::UNKNOWN);
        let reason = reason(product);
        let symbol = product.symbol.as_ref().map_or("", Symbol::as_str);
        let cells = ProductColumn::ALL.iter().map(|column| match column {
            ProductColumn::AsOf => Cell::Text(as_of.to_string()),
            ProductColumn::Symbol | ProductColumn::TradeSymbol => Cell::Text(symbol.to_owned()),
            ProductColumn::UnderlyingSymbol => Cell::Text(row.symbol.to_string()),
            ProductColumn::Sector => Cell::Text(row.sector.clone()),
            ProductColumn::CandidateRank | ProductColumn::MegaRank => Cell::Whole(rank),
            ProductColumn::ProductLeverage => Cell::Number(Some(product.leverage)),
            ProductColumn::ProductExpenseRatio => Cell::Number(Some(product.expense_ratio)),
            ProductColumn::ProductAvailable | ProductColumn::Eligible => Cell::Boolean(reason.is_none()),
        });
        table.push(cells.collect(), reason);
    }
    table
}

/// Why a row is not eligible.
fn reason(product: &Product) -> Option<Reason> {
    match (&product.symbol, product.is_available) {
        (None, _) => Some(Reason::NoProduct),
        (Some(_), false) => Some(Reason::ProductUnavailable),
        (Some(_), true) => None,
    }
}

/// The underlyings of the eligible rows, whose prices the rule reads.
pub fn eligible_underlyings<'u>(members: &[&'u UniverseRow], products: &ProductMap) -> Vec<&'u Symbol> {
    let symbols = members.iter().map(|row| &row.symbol);
    symbols.filter(|symbol| products.get(symbol).is_some_and(|product| reason(product).is_none())).collect()
}

/// Finds that no ranked name has a product, available or not.
pub fn no_product(members: &[&UniverseRow], products: &ProductMap, map: &str) -> Option<Finding> {
    let has_product =
        |row: &&UniverseRow| products.get(&row.symbol).is_some_and(|product| product.symbol.is_some());
    let names: Vec<&str> = members.iter().take(3).map(|row| row.symbol.as_str()).collect();
    (!members.is_empty() && !members.iter().any(has_product)).then(|| {
        Finding::new(Code::MissingProduct, "no name of the ranking has a product in the map")
            .severity(Severity::Error)
            .file(map)
            .observed(format!("{} ranked, the first of them {}", members.len(), names.join(", ")))
            .expected("a product for at least one of them")
            .hint("spell the underlyings in the map as in the universe, or raise `--universe-size`")
    })
}
