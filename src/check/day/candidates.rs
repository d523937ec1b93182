//! What a decision made of the rows of a snapshot: how many were candidates, how many were selected, and what the
//! benchmark's row lacked.

use std::collections::BTreeMap;

use crate::check::snapshot::columns::ratio;
use crate::check::snapshot::header;
use crate::finding::{Code, Finding, quoted};
use crate::market::snapshot::{Row, Snapshot};
use crate::number::of_count;
use crate::profile::Profile;
use crate::strategy::shared::regime::TREND_COLUMN;
use crate::strategy::shared::screen::row_of;
use crate::strategy::trace::{Ranking, Trace};
use crate::strategy::{Choice, Inputs, Outcome};
use crate::symbol::Symbol;

/// Fewer selected names than this share of those that the rule looks for are worth a warning.
const LEAST_SELECTED_RATIO: f64 = 0.5;

/// Every finding about the candidates of a decision on a snapshot, of a strategy that says what it chose from.
pub fn examine(profile: &Profile, inputs: Inputs<'_>, outcome: &Outcome) -> Vec<Finding> {
    let (Some(snapshot), Some(choice)) = (inputs.snapshot, outcome.choice) else { return Vec::new() };
    let few = || few_candidates(choice.candidates, choice.wanted);
    let found = if choice.candidates == 0 {
        [no_row_is_one(profile, inputs, snapshot).or_else(few), None, None]
    } else {
        [few(), incomplete_benchmark_row(profile, snapshot), few_selected(outcome, choice)]
    };
    found.into_iter().flatten().map(|finding| finding.file(&snapshot.file)).collect()
}

/// Finds that no row is a candidate. A file that says so itself, in words, is no surprise.
fn no_row_is_one(profile: &Profile, inputs: Inputs<'_>, snapshot: &Snapshot) -> Option<Finding> {
    let with_role: Vec<Symbol> = profile.strategy.roles().into_iter().map(|(_, symbol)| symbol).collect();
    let without_role = |row: &&Row| row.symbol.as_ref().is_some_and(|symbol| !with_role.contains(symbol));
    if are_written_not_eligible(snapshot, snapshot.rows.iter().filter(without_role)) {
        return None;
    }
    // The decision may have kept no trace, so that the rule is asked again: no candidates are rare.
    let mut trace = Trace::full();
    profile.strategy.decide(inputs, &mut trace).ok()?;
    Some(no_candidates(&tests_that_dropped(trace.rankings.first()?, &with_role)))
}

/// Finds blank cells of the benchmark's row that the rule reads.
fn incomplete_benchmark_row(profile: &Profile, snapshot: &Snapshot) -> Option<Finding> {
    let facts = profile.strategy.facts();
    let severity = facts.missing_benchmark?;
    let benchmark = profile.strategy.snapshot_terms().benchmark?;
    let row = row_of(snapshot, benchmark)?;
    let mut blank = vec![TREND_COLUMN];
    blank.extend(facts.benchmark_columns);
    blank.retain(|name| row.number(snapshot.column(name)).is_none());
    let first = blank.first()?;
    Some(
        Finding::new(
            Code::IncompleteBenchmarkRow,
            format!("the row of the benchmark `{benchmark}` has no {}", quoted(&blank)),
        )
        .severity(severity)
        .line(row.line)
        .column(*first)
        .symbol(benchmark)
        .expected(format!("a number in {}", quoted(&blank)))
        .hint_with_code(
            "add the values; `strat decide --allow {code}` decides without them: a missing trend counts as down",
        ),
    )
}

/// Finds that far fewer names were selected than the rule looks for, while the market is strong.
fn few_selected(outcome: &Outcome, choice: Choice) -> Option<Finding> {
    let Choice { selected, affordable: wanted, .. } = choice;
    let is_few = ratio(selected, wanted) < LEAST_SELECTED_RATIO;
    (outcome.is_risk_on && is_few).then(|| {
        Finding::new(
            Code::FewSelected,
            format!("the rule selects {selected} of {wanted} holdings, and the rest goes to the safe haven"),
        )
        .observed(selected)
        .expected(format!("at least half of {wanted}"))
        .values(of_count(selected), LEAST_SELECTED_RATIO * of_count(wanted))
        .hint("look for wrong sector labels, and for rows that are not eligible")
    })
}

/// Whether there are rows and each of them is written not eligible: `false`, not blank.
fn are_written_not_eligible<'a>(snapshot: &Snapshot, rows: impl Iterator<Item = &'a Row>) -> bool {
    let eligible = header::ELIGIBILITY_COLUMNS.into_iter().find_map(|name| snapshot.column(name));
    let mut rows = rows.map(|row| row.boolean(eligible)).peekable();
    rows.peek().is_some() && rows.all(|eligible| eligible == Some(false))
}

/// The first tests that rows failed, each with how many, in the order of the names.
fn tests_that_dropped(ranking: &Ranking, with_role: &[Symbol]) -> BTreeMap<&'static str, usize> {
    let mut dropped = BTreeMap::new();
    for (symbol, tested) in ranking.excluded() {
        if !with_role.contains(symbol) {
            *dropped.entry(tested.test).or_default() += 1;
        }
    }
    dropped
}

/// The finding that no row is a candidate, with the test that dropped most rows.
pub fn no_candidates(dropped: &BTreeMap<&'static str, usize>) -> Finding {
    let rows: usize = dropped.values().sum();
    let most = dropped.iter().max_by_key(|(_, count)| **count);
    let message = match most {
        Some((test, count)) => {
            format!("no row is a candidate: the test `{test}` excludes {count} of {rows} rows")
        }
        None => "no row is a candidate: the file has no row besides benchmarks and safe haven".to_owned(),
    };
    Finding::new(Code::NoCandidates, message).observed(0).expected("at least 1 candidate").counts(0, 1).hint_with_code(
        "check the column of this test for blanks, its unit and its words; `strat decide --allow {code}` puts the whole \
         account into the safe haven",
    )
}

/// Finds that there are fewer candidates than the profile selects.
pub fn few_candidates(candidate_count: usize, wanted: usize) -> Option<Finding> {
    (candidate_count < wanted).then(|| {
        Finding::new(
            Code::FewCandidates,
            match candidate_count {
                1 => format!("1 row is a candidate, and the profile selects {wanted}"),
                _ => format!("{candidate_count} rows are candidates, and the profile selects {wanted}"),
            },
        )
        .observed(candidate_count)
        .expected(format!("at least {wanted}"))
        .counts(candidate_count, wanted)
        .hint("look for blank features, rows that are not eligible, and a universe that is too small")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_candidates_as_are_selected_are_enough() {
        assert_eq!(few_candidates(24, 24), None);
        let finding = few_candidates(23, 24).unwrap();
        assert_eq!(finding.message, "23 rows are candidates, and the profile selects 24");
        let finding = few_candidates(1, 24).unwrap();
        assert_eq!(finding.message, "1 row is a candidate, and the profile selects 24");
    }

    #[test]
    fn the_test_that_dropped_most_rows_is_named() {
        let dropped = BTreeMap::from([("eligible", 2), ("vol_63", 7)]);
        assert_eq!(
            no_candidates(&dropped).message,
            "no row is a candidate: the test `vol_63` excludes 7 of 9 rows"
        );
    }
}
