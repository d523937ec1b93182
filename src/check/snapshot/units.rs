//! The units of a snapshot's columns: ratios that are written in percent, losses without their sign, single values
//! in another unit than their column.

use super::columns::{ColumnCells, Columns};
use crate::finding::{Code, Finding};
use crate::profile::words::ColumnType;
use crate::statistics;
use crate::symbol::Symbol;

/// A column of ratios with a larger median size is in percent. Columns of real files have at most 0.71 (volatilities
/// of 2020), and at least 1.4 in percent.
const LARGEST_MEDIAN_RATIO: f64 = 1.0;

/// How many median absolute deviations a value may lie from its column's median.
const MOST_DEVIATIONS: f64 = 12.0;

/// The size up to which no value is an outlier.
const LARGEST_RATIO: f64 = 3.0;

/// The same for momentums: real ones reach 13.4.
const LARGEST_MOMENTUM: f64 = 15.0;

/// The columns whose name begins so hold returns.
const RETURN_PREFIXES: [&str; 2] = ["mom_", "rel_"];

/// The return over the newest 20 sessions.
const REBOUND_COLUMN: &str = "rebound_20";

/// The other columns of ratios, besides those that end in `_gap`.
const OTHER_RATIOS: [&str; 3] = ["ma50_over_ma200", REBOUND_COLUMN, "vol_63"];

/// The columns of losses, besides the distances to a high.
const LOSSES: [&str; 3] = ["maxdd_126", "breakout_252", "high_252_gap"];

fn is_return(name: &str) -> bool {
    RETURN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a column holds losses or distances below a high: numbers of at most 0.
pub fn is_loss(name: &str) -> bool {
    LOSSES.contains(&name) || (name.starts_with("dist_") && name.ends_with("_high"))
}

/// Whether a column holds returns of a price, which are never below -1.
pub fn is_price_return(name: &str) -> bool {
    name.starts_with("mom_") || name == REBOUND_COLUMN
}

/// Whether a column holds ratios.
fn is_ratio(name: &str) -> bool {
    is_return(name) || is_loss(name) || name.ends_with("_gap") || OTHER_RATIOS.contains(&name)
}

fn ratios(columns: &Columns) -> impl Iterator<Item = &ColumnCells> {
    columns.columns.iter().filter(|column| column.kind == ColumnType::Number && is_ratio(&column.name))
}

/// The median size of the numbers of a column.
fn median_size(column: &ColumnCells) -> Option<f64> {
    let sizes: Vec<f64> = column.numbers().iter().map(|number| number.abs()).collect();
    statistics::median(&sizes)
}

/// Finds columns of ratios that are written in percent.
pub fn looks_like_percent(columns: &Columns) -> Vec<Finding> {
    ratios(columns)
        .filter_map(|column| {
            let median = median_size(column).filter(|median| *median > LARGEST_MEDIAN_RATIO)?;
            Some(
                Finding::new(Code::LooksLikePercent, "the values look like percent")
                    .column(&column.name)
                    .observed(format!("a median size of {median}"))
                    .expected("ratios, such as 0.123 for 12.3 %")
                    .hint("divide the values by 100"),
            )
        })
        .collect()
}

/// Finds values of ratio columns that lie far from all others of their column. Columns in percent are left out: their
/// own finding names the cause.
pub fn outliers(columns: &Columns) -> Vec<Finding> {
    let is_in_percent =
        |column: &&ColumnCells| median_size(column).is_some_and(|median| median > LARGEST_MEDIAN_RATIO);
    ratios(columns)
        .filter(|column| !is_in_percent(column))
        .flat_map(|column| outliers_of(column, columns))
        .collect()
}

fn outliers_of(column: &ColumnCells, columns: &Columns) -> Vec<Finding> {
    let largest = if is_return(&column.name) { LARGEST_MOMENTUM } else { LARGEST_RATIO };
    let numbers = column.numbers();
    // Most columns have no value of such a size, and need no median.
    if numbers.iter().all(|number| number.abs() <= largest) {
        return Vec::new();
    }
    let Some(median) = statistics::median(&numbers) else { return Vec::new() };
    let distances: Vec<f64> = numbers.iter().map(|number| (number - median).abs()).collect();
    let Some(deviation) = statistics::median(&distances).filter(|deviation| *deviation > 0.0) else {
        return Vec::new();
    };
    let mut rows: Vec<(&Symbol, u64, f64)> = columns
        .symbols()
        .filter_map(|(symbol, place)| Some((symbol, place.line, column.number(place.row)?)))
        .filter(|(_, _, number)| {
            number.abs() > largest && (number - median).abs() > MOST_DEVIATIONS * deviation
        })
        .collect();
    rows.sort_by_key(|(_, line, _)| *line);
    rows.into_iter()
        .map(|(symbol, line, number)| {
            Finding::new(Code::Outlier, format!("the value of `{symbol}` is far from all others"))
                .line(line)
                .column(&column.name)
                .symbol(symbol)
                .observed(number)
                .expected(format!("a value nearer to the median {median}"))
                .hint("check the value and its unit; leave the cell blank where the value is not known")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::snapshot::DatedRow;
    use crate::market::snapshot::{Cell, Row};
    use crate::profile::catalog;

    /// A column of these numbers, in rows of the symbols A0, A1 and so on from line 2 on.
    fn column(name: &str, numbers: &[f64]) -> Columns {
        let contract = catalog::find("tech_communication_pullback_enhancement").unwrap().snapshot.unwrap();
        let mut columns = Columns::new([contract.column(name).unwrap()].into_iter());
        for ((number, index), line) in numbers.iter().zip(0..).zip(2..) {
            let symbol = Symbol::parse(&format!("A{index}"));
            let row = Row { line, symbol, cells: vec![Cell::Number(*number)] };
            columns.add(&DatedRow { row, date: None, unreadable: Vec::new() });
        }
        columns
    }

    #[test]
    fn a_median_size_above_one_is_percent() {
        // Sizes 20, 30 and 40: the median is 30. Of 0.2, 1 and 5 it is 1.
        let found = looks_like_percent(&column("vol_63", &[20.0, 30.0, 40.0]));
        assert_eq!(found[0].observed.as_deref(), Some("a median size of 30"));
        assert_eq!(looks_like_percent(&column("vol_63", &[0.2, 1.0, 5.0])), []);
        assert_eq!(looks_like_percent(&column("mom_6_1", &[-12.0, -20.0, 3.0])).len(), 1);
    }

    #[test]
    fn prices_and_volumes_are_no_ratios() {
        assert_eq!(looks_like_percent(&column("close", &[200.0, 300.0])), []);
        assert_eq!(looks_like_percent(&column("adv20_usd", &[2e8, 3e9])), []);
    }

    #[test]
    fn a_value_a_hundred_times_its_column_is_an_outlier() {
        // Median 0.3, distances 0.1, 0, 0.1, 0.2 and 29.7: the median distance is 0.1, and 12 of them are 1.2.
        let found = outliers(&column("vol_63", &[0.2, 0.3, 0.4, 0.1, 30.0]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].symbol.as_ref().map(Symbol::as_str)), (Some(6), Some("A4")));
        assert_eq!(outliers(&column("vol_63", &[0.2, 0.3, 0.4, 0.1, 3.0])), []);
        // A momentum of 13.4 is real; 15.1 is not.
        assert_eq!(outliers(&column("mom_12_1", &[0.2, 0.3, 0.4, 0.1, 13.4])), []);
        assert_eq!(outliers(&column("mom_12_1", &[0.2, 0.3, 0.4, 0.1, 15.1])).len(), 1);
    }

    #[test]
    fn a_column_of_one_number_has_no_outlier() {
        // The median distance is 0.
        assert_eq!(outliers(&column("vol_63", &[0.2, 0.2, 0.2, 30.0])), []);
    }
}
