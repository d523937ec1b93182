//! The traded value of the whole market: that of one exchange, or in lots of shares, is far smaller.

use super::columns::Columns;
use crate::finding::{Code, Finding};
use crate::symbol::Symbol;

/// The column of the average traded value in US dollars.
const VOLUME_COLUMN: &str = "adv20_usd";

/// Funds that trade at least [`LEAST_VALUE_USD`] a day.
const LARGEST_FUNDS: [&str; 2] = ["SPY", "QQQ"];

/// The traded value in US dollars that some row has where SPY or QQQ has one. Real files have 6.1e9 at least.
const LEAST_VALUE_USD: f64 = 5e9;

/// Finds traded values that are too small for the whole market.
pub fn thin_volume(columns: &Columns) -> Option<Finding> {
    let has_fund = LARGEST_FUNDS.into_iter().any(|fund| columns.row_of(&Symbol::literal(fund)).is_some());
    let largest = columns.column(VOLUME_COLUMN)?.numbers().into_iter().reduce(f64::max)?;
    (has_fund && largest < LEAST_VALUE_USD).then(|| {
        Finding::new(
            Code::ThinVolume,
            format!("no row trades {LEAST_VALUE_USD:e} USD a day, as SPY and QQQ do"),
        )
        .column(VOLUME_COLUMN)
        .observed(largest)
        .expected(format!("at least {LEAST_VALUE_USD:e}"))
        .values(largest, LEAST_VALUE_USD)
        .hint("use the volume of all exchanges, in shares and not in lots")
    })
}
