//! The columns that say which rows a rule may select: without one every row may be.

use super::columns::Columns;
use super::header::ELIGIBILITY_COLUMNS;
use crate::finding::{Code, Finding, quoted};
use crate::input::snapshot::PRODUCT_COLUMN;
use crate::profile::manifest::SnapshotContract;

/// Finds that no column says which rows are eligible (or which products are available), while the rule selects rows all
/// the same.
pub fn missing_eligible(
    columns: &Columns,
    contract: &SnapshotContract,
    selectable: usize,
) -> Option<Finding> {
    let known: Vec<&str> = ELIGIBILITY_COLUMNS
        .into_iter()
        .chain([PRODUCT_COLUMN])
        .filter(|name| contract.column(name).is_some())
        .collect();
    let says_something = |name: &&str| columns.column(name).is_some_and(|column| !column.is_blank());
    if known.is_empty() || known.iter().any(says_something) || selectable == 0 {
        return None;
    }
    Some(
        Finding::new(
            Code::MissingEligible,
            format!("no row has a value for {}, so every row counts as eligible", quoted(&known)),
        )
        .observed(format!("{selectable} rows that the rule may select"))
        .expected(format!("`true` or `false` in one of {}", quoted(&known)))
        .hint("build the snapshot with such a column, and check how its name is spelled"),
    )
}
