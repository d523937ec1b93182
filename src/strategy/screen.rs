//! Sorts the rows of a snapshot into candidates and excluded rows, and names the managed symbols.
//!
//! A strategy screens each row with the tests below, in the order its rule lists them; the first one that
//! fails is what the trace records.

use std::collections::BTreeSet;

use super::Inputs;
use super::trace::Excluded;
use crate::finding::{Code, Finding};
use crate::market::snapshot::{ColumnIndex, Row, Snapshot};
use crate::symbol::Symbol;

/// The sector of a row that names none.
const UNKNOWN_SECTOR: &str = "unknown";

/// The test that a row failed, what it had and what it needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    test: &'static str,
    observed: Option<String>,
    required: Option<String>,
}

impl Failure {
    /// A failed test.
    pub fn new(test: &'static str, observed: Option<String>, required: Option<String>) -> Self {
        Self { test, observed, required }
    }

    /// The record of the row that failed.
    pub fn of(self, symbol: &Symbol) -> Excluded {
        let Self { test, observed, required } = self;
        Excluded { symbol: symbol.clone(), test, observed, required }
    }
}

/// Passes a symbol that does not have the role (benchmark, safe haven) that the test is named after.
///
/// # Errors
/// The failure, when the symbol has it.
pub fn without_role(test: &'static str, symbol: &Symbol, holder: &Symbol) -> Result<(), Failure> {
    if symbol == holder { Err(Failure::new(test, None, None)) } else { Ok(()) }
}

/// What a blank yes/no cell means where the column is there; without the column every row passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// Blank is yes.
    Passes,
    /// Blank is no.
    Fails,
}

/// Passes a row with a yes in the column.
///
/// # Errors
/// The failure, when it says no, or is blank and that means no.
pub fn yes(test: &'static str, row: &Row, column: Option<ColumnIndex>, blank: Blank) -> Result<(), Failure> {
    let answer = row.boolean(column);
    if column.is_none() || answer.unwrap_or(blank == Blank::Passes) {
        return Ok(());
    }
    Err(Failure::new(test, answer.map(|answer| answer.to_string()), Some("true".to_owned())))
}

/// Passes a number of at least the minimum.
///
/// # Errors
/// The failure, when it is less or missing.
pub fn at_least(test: &'static str, value: Option<f64>, minimum: f64) -> Result<(), Failure> {
    if value.is_some_and(|value| value >= minimum) {
        return Ok(());
    }
    Err(Failure::new(test, value.map(|value| value.to_string()), Some(format!(">= {minimum}"))))
}

/// Passes a number above the bound.
///
/// # Errors
/// The failure, when it is not.
pub fn above(test: &'static str, value: f64, bound: f64) -> Result<(), Failure> {
    if value > bound {
        return Ok(());
    }
    Err(Failure::new(test, Some(value.to_string()), Some(format!("> {bound}"))))
}

/// Passes a row that has every one of the columns' numbers, and gives them in the same order.
///
/// # Errors
/// The failure, named after the first column without one.
pub fn features<const N: usize>(
    names: &[&'static str; N],
    row: &Row,
    columns: &[Option<ColumnIndex>; N],
) -> Result<[f64; N], Failure> {
    let mut values = [0.0; N];
    for ((value, name), column) in values.iter_mut().zip(names).zip(columns) {
        *value = row.number(*column).ok_or_else(|| Failure::new(name, None, Some("a number".to_owned())))?;
    }
    Ok(values)
}

/// The sector of a row, `unknown` where it is blank.
pub fn sector_of(row: &Row, column: Option<ColumnIndex>) -> String {
    row.text(column).unwrap_or(UNKNOWN_SECTOR).to_owned()
}

/// Screens every row that has a symbol. What passes and what is excluded come in file order.
pub fn screened<C>(
    snapshot: &Snapshot,
    screen: impl Fn(&Symbol, &Row) -> Result<C, Failure>,
) -> (Vec<(Symbol, C)>, Vec<Excluded>) {
    let (mut passed, mut excluded) = (Vec::new(), Vec::new());
    for row in &snapshot.rows {
        let Some(symbol) = &row.symbol else { continue };
        match screen(symbol, row) {
            Ok(candidate) => passed.push((symbol.clone(), candidate)),
            Err(failure) => excluded.push(failure.of(symbol)),
        }
    }
    (passed, excluded)
}

/// Screens every row that has a symbol. The candidates come sorted by symbol, so that no sum over them can
/// depend on the order of the file.
pub fn candidates<C>(
    snapshot: &Snapshot,
    screen: impl Fn(&Symbol, &Row) -> Result<C, Failure>,
) -> (Vec<(Symbol, C)>, Vec<Excluded>) {
    let (mut passed, excluded) = screened(snapshot, screen);
    passed.sort_by(|(left, _), (right, _)| left.cmp(right));
    (passed, excluded)
}

/// The snapshot of the inputs.
///
/// # Errors
/// `feature_snapshot_missing` when there is none.
pub fn required_snapshot<'a>(inputs: &Inputs<'a>) -> Result<&'a Snapshot, Vec<Finding>> {
    inputs.snapshot.ok_or_else(|| {
        vec![
            Finding::new(Code::FeatureSnapshotMissing, "the profile needs a feature snapshot")
                .hint("name the file with `--snapshot FILE`"),
        ]
    })
}

/// The row of a symbol.
pub fn row_of<'a>(snapshot: &'a Snapshot, symbol: &Symbol) -> Option<&'a Row> {
    snapshot.rows.iter().find(|row| row.symbol.as_ref() == Some(symbol))
}

/// Every symbol that a snapshot profile may sell: those of the file in its order, without the benchmarks,
/// and the safe haven; none twice.
pub fn managed_symbols(snapshot: &Snapshot, benchmarks: &[&Symbol], safe_haven: &Symbol) -> Vec<Symbol> {
    let mut seen = BTreeSet::new();
    snapshot
        .rows
        .iter()
        .filter_map(|row| row.symbol.as_ref())
        .filter(|symbol| !benchmarks.contains(symbol))
        .chain([safe_haven])
        .filter(|symbol| seen.insert(*symbol))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::worked::{snapshot, symbol};

    #[test]
    fn blank_means_what_the_rule_says_and_a_missing_column_passes() {
        let table = snapshot("symbol eligible\nA true\nB false\nC -\n");
        let column = table.column("eligible");
        let passes = |index: usize, blank| yes("eligible", &table.rows[index], column, blank).is_ok();
        assert!(passes(0, Blank::Fails));
        assert!(!passes(1, Blank::Passes));
        assert!(passes(2, Blank::Passes));
        assert!(!passes(2, Blank::Fails));
        assert!(yes("eligible", &table.rows[1], None, Blank::Fails).is_ok());
    }

    #[test]
    fn bounds_are_met_as_written_and_a_missing_number_meets_none() {
        assert!(at_least("adv20_usd", Some(5.0), 5.0).is_ok());
        assert!(at_least("adv20_usd", Some(4.9), 5.0).is_err());
        assert_eq!(
            at_least("adv20_usd", None, 5.0),
            Err(Failure::new("adv20_usd", None, Some(">= 5".to_owned())))
        );
        assert!(above("mom_126", 0.1, 0.0).is_ok());
        assert!(above("mom_126", 0.0, 0.0).is_err());
    }

    #[test]
    fn the_first_missing_feature_is_named() {
        let table = snapshot("symbol x y z\nA 1 - -\n");
        let names = ["x", "y", "z"];
        let columns = names.map(|name| table.column(name));
        let failure = features(&names, &table.rows[0], &columns).unwrap_err();
        assert_eq!(failure.of(&symbol("A")).test, "y");
    }

    #[test]
    fn candidates_come_by_symbol_and_blank_symbols_not_at_all() {
        let table = snapshot("symbol x\nC 1\n- 2\nA 3\nB -\n");
        let column = table.column("x");
        let (passed, excluded) =
            candidates(&table, |_, row| row.number(column).ok_or(Failure::new("x", None, None)));
        assert_eq!(passed, [(symbol("A"), 3.0), (symbol("C"), 1.0)]);
        assert_eq!(excluded, [Failure::new("x", None, None).of(&symbol("B"))]);
    }

    #[test]
    fn managed_symbols_keep_the_file_order_without_benchmarks_or_repeats() {
        let table = snapshot("symbol\nB\nQQQ\n-\nBOXX\nA\nB\n");
        let managed = managed_symbols(&table, &[&symbol("QQQ")], &symbol("BOXX"));
        assert_eq!(managed, [symbol("B"), symbol("BOXX"), symbol("A")]);
        let appended = managed_symbols(&snapshot("symbol\nB\n"), &[], &symbol("BOXX"));
        assert_eq!(appended, [symbol("B"), symbol("BOXX")]);
    }
}
