//! Sorts the rows of a snapshot into candidates and excluded rows, and names the managed symbols.
//!
//! A strategy screens each row with the tests below, in the order its rule lists them; a row that fails one is
//! no candidate, and the trace has them all.

use std::collections::BTreeSet;

use super::factor_score::{Candidate, Candidates};
use crate::account::Account;
use crate::feature::column::SMA200_GAP;
use crate::finding::{Code, Finding};
use crate::market::snapshot::{ColumnIndex, Row, Snapshot};
use crate::strategy::Inputs;
use crate::strategy::contract::{Rule, SnapshotTerms};
use crate::strategy::trace::{Claim, Comparison, Examined, Need, Reading, Tested};
use crate::symbol::Symbol;

/// The sector of a row that names none.
const UNKNOWN_SECTOR: &str = "unknown";

/// What a blank yes/no cell means where the column is there; without the column every row passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// Blank is yes.
    Passes,
    /// Blank is no.
    Fails,
}

/// The tests of one row. Each is made whether or not the row has failed one before, so that somebody who asks
/// about it is told all that stands in its way; what can't be made of it is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tests(Vec<Tested>);

impl Tests {
    /// Records how a test came out.
    pub fn record(
        &mut self,
        test: &'static str,
        passed: bool,
        observed: Option<Reading>,
        required: Option<Need>,
    ) {
        self.0.push(Tested { test, passed, observed, required });
    }

    /// Passes a row with a yes in the column.
    pub fn yes(&mut self, test: &'static str, row: &Row, column: Option<ColumnIndex>, blank: Blank) {
        let observed = row.boolean(column).map(Reading::Boolean);
        self.record(test, is_yes(row, column, blank), observed, column.map(|_| Need::Yes));
    }

    /// Passes a number of at least the minimum; a missing one fails.
    pub fn at_least(&mut self, test: &'static str, value: Option<f64>, minimum: f64) {
        let passed = value.is_some_and(|value| value >= minimum);
        let required = Need::Bound(Comparison::AtLeast, minimum);
        self.record(test, passed, value.map(Reading::Number), Some(required));
    }

    /// Passes a number that the gate holds for.
    pub fn gate(&mut self, test: &'static str, claim: Claim<'_>) {
        let required = claim.right.value.map(|bound| Need::Bound(claim.comparison, bound));
        self.record(test, claim.holds, claim.left.value.map(Reading::Number), required);
    }

    /// Passes a row with a number in each of the columns, which are tests of their own.
    pub fn numbers(&mut self, row: &Row, columns: &[(&'static str, Option<ColumnIndex>)]) {
        for &(name, column) in columns {
            let value = row.number(column);
            self.record(name, value.is_some(), value.map(Reading::Number), Some(Need::ANumber));
        }
    }

    /// Whether the row has passed every test so far.
    pub fn are_passed(&self) -> bool {
        self.0.iter().all(|tested| tested.passed)
    }

    /// The record of the row with this symbol.
    pub fn of(self, symbol: &Symbol) -> Examined {
        Examined { symbol: symbol.clone(), tests: self.0 }
    }
}

/// The answer of a yes/no cell; where the file does not have the column it is yes.
pub fn is_yes(row: &Row, column: Option<ColumnIndex>, blank: Blank) -> bool {
    column.is_none() || row.boolean(column).unwrap_or(blank == Blank::Passes)
}

/// The sector of a row, `unknown` where it is blank.
pub fn sector_of(row: &Row, column: Option<ColumnIndex>) -> String {
    row.text(column).unwrap_or(UNKNOWN_SECTOR).to_owned()
}

/// Screens every row that has a symbol, in file order: each with its tests, and what the screen gives where they are
/// passed.
pub fn screened<'a, C>(
    snapshot: &'a Snapshot,
    screen: impl Fn(&'a Symbol, &'a Row, &mut Tests) -> Option<C>,
) -> impl Iterator<Item = (&'a Symbol, Tests, Option<C>)> {
    snapshot.rows.iter().filter_map(move |row| {
        let symbol = row.symbol.as_ref()?;
        let mut tests = Tests::default();
        let passed = screen(symbol, row, &mut tests).filter(|_| tests.are_passed());
        Some((symbol, tests, passed))
    })
}

/// Screens the stocks of a snapshot, each with its sector and its factors: one with a role fails the test of its role's
/// name, then come the rule's own. Those that pass come sorted by symbol, so that no sum over them can depend on the
/// order of the file.
pub fn stocks(
    snapshot: &Snapshot,
    account: &Account,
    roles: &[(&'static str, Symbol)],
    values: impl Fn(&Row) -> Vec<Option<f64>>,
    test: impl Fn(&Row, &mut Tests),
) -> Candidates {
    let (sector, sma200_gap) = (snapshot.column("sector"), snapshot.column(SMA200_GAP.name));
    let mut candidates = Candidates::default();
    let rows = screened(snapshot, |symbol, row, tests| {
        for (role, holder) in roles {
            tests.record(role, symbol != holder, None, None);
        }
        test(row, tests);
        Some(row)
    });
    for (symbol, tests, passed) in rows {
        candidates.passed.extend(passed.map(|row| Candidate {
            symbol: symbol.clone(),
            group: sector_of(row, sector),
            last_tie_breaker: symbol.clone(),
            sma200_gap: row.number(sma200_gap),
            values: values(row),
            held: account.holds(symbol),
        }));
        // Each test is made of each row.
        candidates.tests = tests.0.iter().map(|tested| tested.test).collect();
        candidates.examined.push(tests.of(symbol));
    }
    candidates.passed.sort_by(|left, right| left.symbol.cmp(&right.symbol));
    candidates
}

/// The snapshot of the inputs.
///
/// # Errors
/// `feature_snapshot_missing` when there is none.
pub fn required_snapshot<'a>(inputs: Inputs<'a>) -> Result<&'a Snapshot, Vec<Finding>> {
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
pub fn managed_symbols(rule: &impl Rule, snapshot: &Snapshot) -> Vec<Symbol> {
    let SnapshotTerms { benchmark, broad_benchmark, .. } = rule.snapshot_terms();
    let mut seen = BTreeSet::new();
    snapshot
        .rows
        .iter()
        .filter_map(|row| row.symbol.as_ref())
        .filter(|symbol| ![benchmark, broad_benchmark].contains(&Some(symbol)))
        .chain([&rule.safe_haven()])
        .filter(|symbol| seen.insert(*symbol))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::mega_cap_leader_rotation::Config;
    use crate::strategy::worked::{config, mega_config, snapshot, symbol};

    fn passes(test: impl FnOnce(&mut Tests)) -> bool {
        let mut tests = Tests::default();
        test(&mut tests);
        tests.are_passed()
    }

    #[test]
    fn blank_means_what_the_rule_says_and_a_missing_column_passes() {
        let table = snapshot("symbol eligible\nA true\nB false\nC -\n");
        let column = table.column("eligible");
        let yes = |index: usize, column, blank| {
            passes(|tests| tests.yes("eligible", &table.rows[index], column, blank))
        };
        assert!(yes(0, column, Blank::Fails));
        assert!(!yes(1, column, Blank::Passes));
        assert!(yes(2, column, Blank::Passes));
        assert!(!yes(2, column, Blank::Fails));
        assert!(yes(1, None, Blank::Fails));
    }

    #[test]
    fn bounds_are_met_as_written_and_a_missing_number_meets_none() {
        let at_least = |value| passes(|tests| tests.at_least("adv20_usd", value, 5.0));
        assert!(at_least(Some(5.0)));
        assert!(!at_least(Some(4.9)));
        assert!(!at_least(None));
    }

    #[test]
    fn every_test_is_made_whatever_failed_before() {
        let table = snapshot("symbol x y z adv20_usd\nA 1 - - 4\n");
        let columns = ["x", "y", "z"].map(|name| (name, table.column(name)));
        let (row, mut tests) = (&table.rows[0], Tests::default());
        tests.at_least("adv20_usd", row.number(table.column("adv20_usd")), 5.0);
        tests.numbers(row, &columns);
        let examined = tests.of(&symbol("A"));
        let results: Vec<_> = examined.tests.iter().map(|tested| (tested.test, tested.passed)).collect();
        assert_eq!(results, [("adv20_usd", false), ("x", true), ("y", false), ("z", false)]);
        let first = examined.first_failure().unwrap();
        assert_eq!((first.test, &first.observed), ("adv20_usd", &Some(Reading::Number(4.0))));
        assert_eq!(first.required.as_ref().unwrap().to_string(), ">= 5");
    }

    #[test]
    fn candidates_come_by_symbol_and_blank_symbols_not_at_all() {
        let table = snapshot("symbol x\nC 1\n- 2\nA 3\nB -\nH 4\n");
        let (column, roles) = (table.column("x"), [("safe_haven", symbol("H"))]);
        let values = |row: &Row| vec![row.number(column)];
        let stocks = stocks(&table, &Account::default(), &roles, values, |row, tests| {
            tests.numbers(row, &[("x", column)]);
        });
        let passed: Vec<_> =
            stocks.passed.iter().map(|stock| (stock.symbol.as_str(), &stock.values)).collect();
        assert_eq!(passed, [("A", &vec![Some(3.0)]), ("C", &vec![Some(1.0)])]);
        assert_eq!(stocks.tests, ["safe_haven", "x"]);
        let failed: Vec<_> =
            stocks.examined.iter().map(|row| row.first_failure().map(|tested| tested.test)).collect();
        assert_eq!(failed, [None, None, Some("x"), Some("safe_haven")]);
    }

    #[test]
    fn managed_symbols_keep_the_file_order_without_benchmarks_or_repeats() {
        let config: Config = config(mega_config());
        let table = snapshot("symbol\nB\nQQQ\n-\nBOXX\nA\nSPY\nB\n");
        let managed = managed_symbols(&config, &table);
        assert_eq!(managed, [symbol("B"), symbol("BOXX"), symbol("A")]);
        let appended = managed_symbols(&config, &snapshot("symbol\nB\n"));
        assert_eq!(appended, [symbol("B"), symbol("BOXX")]);
    }
}
