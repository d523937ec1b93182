//! Scores candidates by weighted z-scores of their factors and ranks them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::market::snapshot::{Row, Snapshot};
use crate::statistics::{rounded_for_comparison, z_scores};
use crate::strategy::trace::{Contribution, Examined, Factor, RankedRow, Ranking, Verdict};
use crate::symbol::Symbol;

/// How a strategy scores: its factors, and which of them part equal scores.
#[derive(Clone, Copy, Debug)]
pub struct ScoreRule {
    /// The factors, in the order that their contributions are added up.
    pub factors: &'static [Factor],
    /// The names of the factors that part equal scores, the larger value first, in turn.
    pub tie_breakers: &'static [&'static str],
}

impl ScoreRule {
    /// Reads the factors of a snapshot's rows: each is the number in the column of its name, `abs_x` the size of `x`.
    pub fn values_in(&self, snapshot: &Snapshot) -> impl Fn(&Row) -> Vec<Option<f64>> + use<> {
        let column = |factor: &Factor| match factor.name.strip_prefix("abs_") {
            Some(name) => (snapshot.column(name), true),
            None => (snapshot.column(factor.name), false),
        };
        let columns: Vec<_> = self.factors.iter().map(column).collect();
        let size = |is_size: bool, number: f64| if is_size { number.abs() } else { number };
        move |row| {
            let values = columns.iter().map(|&(column, is_size)| Some(size(is_size, row.number(column)?)));
            values.collect()
        }
    }
}

/// Among which rows a z-score is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Among all candidates.
    All,
    /// Among the candidates of the same group.
    Group,
}

/// One candidate, ready to be scored.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The symbol that would be traded.
    pub symbol: Symbol,
    /// Its sector or underlying.
    pub group: String,
    /// The symbol that parts what the tie breakers leave equal: the smaller first.
    pub last_tie_breaker: Symbol,
    /// How far it lies above its 200-day average, as a ratio of it.
    pub sma200_gap: Option<f64>,
    /// The values of the factors, in the rule's order.
    pub values: Vec<Option<f64>>,
    /// Whether the symbol is held.
    pub held: bool,
}

/// What is to be ranked, and the tests on the way there.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Those that passed every test.
    pub passed: Vec<Candidate>,
    /// The tests of all, in input order.
    pub examined: Vec<Examined>,
    /// The names of the tests, in the order they are made.
    pub tests: Vec<&'static str>,
}

/// Scores and ranks the candidates; nothing is selected yet.
///
/// A score is `sum(weight * z) + hold_bonus if held`. Scores are compared after rounding, so that rows that
/// tie by the rule are parted by the tie breakers and never by floating-point noise.
pub fn rank(rule: &ScoreRule, scope: Scope, hold_bonus: f64, candidates: Candidates) -> Ranking {
    let Candidates { passed, examined, tests } = candidates;
    let columns: Vec<Vec<f64>> =
        (0..rule.factors.len()).map(|factor| z_scores_of(factor, scope, &passed)).collect();
    let mut scored: Vec<(&Symbol, RankedRow)> = passed
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let z_scores = columns.iter().filter_map(|column| column.get(index).copied());
            let row = scored_row(rule, candidate, z_scores, hold_bonus);
            (&candidate.last_tie_breaker, row)
        })
        .collect();
    let tie_breakers: Vec<usize> = rule
        .tie_breakers
        .iter()
        .filter_map(|name| rule.factors.iter().position(|factor| factor.name == *name))
        .collect();
    scored.sort_by(|(left_last, left), (right_last, right)| {
        better_first(left, right, &tie_breakers).then_with(|| left_last.cmp(right_last))
    });
    let rows = scored.into_iter().zip(1..).map(|((_, row), rank)| RankedRow { rank, ..row }).collect();
    let (name, factors) = ("candidates".to_owned(), rule.factors.to_vec());
    Ranking { name, factors, rows, tests, examined, ..Ranking::default() }
}

/// The z-scores of one factor, in the order of the candidates.
fn z_scores_of(factor: usize, scope: Scope, candidates: &[Candidate]) -> Vec<f64> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let group = match scope {
            Scope::All => "",
            Scope::Group => &candidate.group,
        };
        groups.entry(group).or_default().push(index);
    }
    let mut scores = vec![0.0; candidates.len()];
    for members in groups.values() {
        let value = |index: &usize| candidates.get(*index)?.values.get(factor).copied().flatten();
        let values: Vec<Option<f64>> = members.iter().map(value).collect();
        for (index, score) in members.iter().zip(z_scores(&values)) {
            if let Some(slot) = scores.get_mut(*index) {
                *slot = score;
            }
        }
    }
    scores
}

/// One candidate with its score; its rank comes with the sorting.
fn scored_row(
    rule: &ScoreRule,
    candidate: &Candidate,
    z_scores: impl Iterator<Item = f64>,
    hold_bonus: f64,
) -> RankedRow {
    let contributions: Vec<Contribution> = rule
        .factors
        .iter()
        .zip(&candidate.values)
        .zip(z_scores)
        .map(|((factor, value), z_score)| Contribution {
            name: factor.name,
            value: *value,
            z_score: Some(z_score),
            weight: factor.weight,
            contribution: factor.weight * z_score,
        })
        .collect();
    let hold_bonus = if candidate.held { hold_bonus } else { 0.0 };
    let factor_score: f64 = contributions.iter().map(|part| part.contribution).sum();
    RankedRow {
        symbol: candidate.symbol.clone(),
        group: Some(candidate.group.clone()),
        rank: 0,
        score: factor_score + hold_bonus,
        contributions,
        hold_bonus,
        verdict: Verdict::BelowTheCut,
    }
}

fn better_first(left: &RankedRow, right: &RankedRow, tie_breakers: &[usize]) -> Ordering {
    let by_score = rounded_for_comparison(right.score).total_cmp(&rounded_for_comparison(left.score));
    tie_breakers.iter().fold(by_score, |order, &factor| {
        order.then_with(|| larger_first(value_of(left, factor), value_of(right, factor)))
    })
}

fn value_of(row: &RankedRow, factor: usize) -> Option<f64> {
    row.contributions.get(factor).and_then(|part| part.value)
}

/// The larger value first, a missing one last; the two zeros are equal.
fn larger_first(left: Option<f64>, right: Option<f64>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => right.partial_cmp(&left).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::worked::{close_to, symbol};

    const RULE: ScoreRule = ScoreRule {
        factors: &[Factor { name: "momentum", weight: 0.75 }, Factor { name: "risk", weight: -0.25 }],
        tie_breakers: &["momentum", "risk"],
    };

    fn candidate(name: &str, group: &str, values: [Option<f64>; 2], held: bool) -> Candidate {
        Candidate {
            symbol: symbol(name),
            group: group.to_owned(),
            last_tie_breaker: symbol(name),
            sma200_gap: None,
            values: values.to_vec(),
            held,
        }
    }

    fn ranked<const N: usize>(scope: Scope, rows: [Candidate; N], hold_bonus: f64) -> Ranking {
        let candidates = Candidates { passed: rows.to_vec(), ..Candidates::default() };
        rank(&RULE, scope, hold_bonus, candidates)
    }

    fn order(ranking: &Ranking) -> Vec<&str> {
        ranking.rows.iter().map(|row| row.symbol.as_str()).collect()
    }

    #[test]
    fn contributions_and_bonus_add_up_to_the_score() {
        // momentum 1, 3: mean 2, sd 1: z -1, +1. risk 5, 5: sd 0: z 0.
        let rows = [
            candidate("A", "x", [Some(1.0), Some(5.0)], true),
            candidate("B", "x", [Some(3.0), Some(5.0)], false),
        ];
        let ranking = ranked(Scope::All, rows, 0.1);
        assert_eq!(order(&ranking), ["B", "A"]);
        let [best, held] = &ranking.rows[..] else { panic!("two rows") };
        assert_eq!((best.rank, best.score, best.hold_bonus), (1, 0.75, 0.0));
        assert!(held.rank == 2 && close_to(held.score, -0.75 + 0.1) && held.hold_bonus == 0.1);
        let part = held.contributions[0];
        assert_eq!((part.value, part.z_score, part.contribution), (Some(1.0), Some(-1.0), -0.75));
        assert_eq!(held.contributions[1].z_score, Some(0.0));
    }

    #[test]
    fn a_group_is_compared_with_itself() {
        // Among all four, B (3) stands below C (10); within its group it is the better of two, as D is.
        let rows = [
            candidate("A", "x", [Some(1.0), None], false),
            candidate("B", "x", [Some(3.0), None], false),
            candidate("C", "y", [Some(10.0), None], false),
            candidate("D", "y", [Some(30.0), None], false),
        ];
        let within = ranked(Scope::Group, rows.clone(), 0.0);
        assert_eq!(within.rows.iter().map(|row| row.score).collect::<Vec<_>>(), [0.75, 0.75, -0.75, -0.75]);
        assert_eq!(order(&within), ["D", "B", "C", "A"]);
        assert_eq!(order(&ranked(Scope::All, rows, 0.0)), ["D", "C", "B", "A"]);
    }

    #[test]
    fn equal_scores_are_parted_by_the_tie_breakers_in_turn_and_a_missing_value_comes_last() {
        // Every group of one has z-scores of 0, so all scores are 0.
        let rows = [
            candidate("E", "e", [None, Some(9.0)], false),
            candidate("D", "d", [Some(1.0), None], false),
            candidate("C", "c", [Some(1.0), Some(2.0)], false),
            candidate("B", "b", [Some(1.0), Some(2.0)], false),
            candidate("A", "a", [Some(0.5), Some(2.0)], false),
        ];
        let ranking = ranked(Scope::Group, rows, 0.0);
        assert_eq!(order(&ranking), ["B", "C", "D", "A", "E"]);
    }

    #[test]
    fn noise_in_the_last_places_does_not_part_a_tie() {
        let scores = [0.1 + 0.2, 0.3];
        let row = |name: &str, score: f64| RankedRow {
            symbol: symbol(name),
            group: None,
            rank: 0,
            score,
            contributions: Vec::new(),
            hold_bonus: 0.0,
            verdict: Verdict::BelowTheCut,
        };
        assert!(scores[0] > scores[1]);
        assert_eq!(better_first(&row("A", scores[0]), &row("B", scores[1]), &[]), Ordering::Equal);
        assert_eq!(better_first(&row("A", 0.3 + 1e-11), &row("B", 0.3), &[]), Ordering::Less);
    }
}
