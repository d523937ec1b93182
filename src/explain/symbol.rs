//! Why one symbol is in or out: the tests it passed or failed, its rank, and the smallest change of its score
//! that would change that.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::number::Number;
use crate::pipeline::Run;
use crate::strategy::shared::{hold_buffer, sector_slots};
use crate::strategy::trace::{
    Examined, Need, RankedRow, Ranking, Reading, SelectionRule, Tested, Trace, Verdict,
};
use crate::strategy::{Action, Outcome};
use crate::suggestion;
use crate::symbol::Symbol;

/// What a decision says about one symbol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SymbolAnswer {
    /// The symbol.
    pub symbol: Symbol,
    /// How it stands in the decision.
    pub standing: Standing,
    /// The target in the profile's unit; `null` if the symbol is not a target.
    pub target: Option<Number>,
    /// Whether the account holds it.
    pub is_held: bool,
    /// Whether the profile may sell it.
    pub is_managed: bool,
    /// Whether it is the safe haven of the profile.
    #[serde(default)]
    pub is_safe_haven: bool,
    /// The tests that a symbol has to pass to be ranked, in the order they are made.
    pub tests: Vec<TestAnswer>,
    /// The symbol's place in each ranking that has it.
    pub ranks: Vec<RankAnswer>,
    /// The products that are traded in place of the symbol, where the rule reads it as their underlying; left out without
    /// any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traded_as: Vec<Symbol>,
    /// Symbols of the decision with a similar spelling, where this one is unknown; left out without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spelt_much_the_same: Vec<Symbol>,
}

/// How a symbol stands in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is a target above zero.
    Target,
    /// It is a target of zero: sell it.
    ZeroTarget,
    /// It was ranked, and not selected.
    NotSelected,
    /// It failed a test and was not ranked.
    NotRanked,
    /// Nothing was ranked today: the decision is a hold or an emergency.
    NothingRanked,
    /// The decision looks at it and does not trade it.
    Watched,
    /// The profile may sell it, and the decision did not look at it.
    Managed,
    /// The decision does not know it.
    Unknown,
    /// An input blocked the decision before anything was judged.
    Blocked,
}

/// A test that a symbol has to pass to be ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestAnswer {
    /// The stable name.
    pub test: Cow<'static, str>,
    /// The result.
    pub result: TestResult,
    /// What the test found; left out where it was not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub observed: Option<Reading>,
    /// What the test requires; left out where it was not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub required: Option<Need>,
    /// Why the test was not made; left out where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Cow<'static, str>>,
}

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestResult {
    /// The symbol passed.
    Passed,
    /// The symbol failed.
    Failed,
    /// The test was not made: it is made only where the symbol passes the tests before it.
    NotAsked,
}

/// Why a test that was not made was not.
const NOT_ASKED: &str = "asked only of what passes the tests before";

/// A symbol's place in a ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankAnswer {
    /// The ranking.
    pub ranking: String,
    /// The rank, from 1.
    pub rank: usize,
    /// How many rows the ranking has.
    pub of: usize,
    /// The score.
    pub score: Number,
    /// What became of the row.
    pub verdict: Verdict,
    /// The smallest change of the score that would put the row in or out; `null` where none does.
    pub smallest_change: Option<ScoreChange>,
}

/// A change of a row's score that puts the row in or out. The row changes at the score itself or one least step beyond
/// it: tie-breakers order rows with equal scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScoreChange {
    /// The change of the score; below zero is down.
    pub change: Number,
    /// The score to reach, which is another row's.
    pub score: Number,
    /// The symbol of that other row.
    pub passes: Symbol,
    /// The rank that the row would have.
    pub rank: usize,
    /// What would become of the row.
    pub verdict: Verdict,
}

impl SymbolAnswer {
    /// Looks a symbol up in everything that a decision looked at.
    pub fn of(decided: &Run, symbol: &Symbol) -> Self {
        let account = &decided.evidence.account;
        let mut answer = Self {
            symbol: symbol.clone(),
            standing: Standing::Blocked,
            target: None,
            is_held: account.holds(symbol),
            is_managed: false,
            is_safe_haven: false,
            tests: Vec::new(),
            ranks: Vec::new(),
            traded_as: Vec::new(),
            spelt_much_the_same: Vec::new(),
        };
        let (Some(outcome), trace) = (decided.outcome(), &decided.trace) else { return answer };
        answer.standing = standing(decided, outcome, symbol);
        answer.target = outcome.targets.by_symbol().get(symbol).copied().map(Number);
        answer.is_managed = outcome.managed_symbols.contains(symbol);
        answer.is_safe_haven = outcome.safe_haven == *symbol;
        answer.tests = tests(trace, symbol);
        let ranks = trace.rankings.iter().filter_map(|ranking| RankAnswer::of(ranking, symbol, account));
        answer.ranks = ranks.collect();
        match answer.standing {
            Standing::Watched => answer.traded_as = traded_as(trace, symbol),
            Standing::Unknown => answer.spelt_much_the_same = spelt_much_the_same(decided, outcome, symbol),
            _ => {}
        }
        answer
    }
}

fn standing(decided: &Run, outcome: &Outcome, symbol: &Symbol) -> Standing {
    let trace = &decided.trace;
    match outcome.targets.by_symbol().get(symbol) {
        Some(target) if *target > 0.0 => return Standing::Target,
        Some(_) => return Standing::ZeroTarget,
        None => {}
    }
    let is_gated = trace.gates.iter().any(|gate| gate.symbol.as_ref() == Some(symbol));
    let is_watched = is_gated || decided.evidence.market.contains_key(symbol);
    let is_managed = outcome.managed_symbols.contains(symbol);
    if trace.rankings.iter().any(|ranking| row_of(ranking, symbol).is_some()) {
        Standing::NotSelected
    } else if trace.rankings.iter().any(|ranking| examined(ranking, symbol).is_some()) {
        Standing::NotRanked
    } else if is_watched || is_managed {
        let is_quiet = trace.rankings.is_empty() && outcome.action != Action::Rebalance;
        match (is_quiet, is_watched) {
            (true, _) => Standing::NothingRanked,
            (false, true) => Standing::Watched,
            (false, false) => Standing::Managed,
        }
    } else {
        Standing::Unknown
    }
}

/// The symbols that gates judge by the closes of this one, none twice.
fn traded_as(trace: &Trace, underlying: &Symbol) -> Vec<Symbol> {
    let moved = trace.gates.iter().filter(|gate| gate.moved_by.as_ref() == Some(underlying));
    let products: BTreeSet<&Symbol> =
        moved.filter_map(|gate| gate.symbol.as_ref()).filter(|symbol| *symbol != underlying).collect();
    products.into_iter().cloned().collect()
}

fn row_of<'a>(ranking: &'a Ranking, symbol: &Symbol) -> Option<&'a RankedRow> {
    ranking.rows.iter().find(|row| row.symbol == *symbol)
}

fn examined<'a>(ranking: &'a Ranking, symbol: &Symbol) -> Option<&'a Examined> {
    ranking.examined.iter().find(|examined| examined.symbol == *symbol)
}

/// The tests of the first ranking that looked at the symbol; the sleeves of one portfolio share theirs.
fn tests(trace: &Trace, symbol: &Symbol) -> Vec<TestAnswer> {
    let examined = trace.rankings.iter().find_map(|ranking| Some((ranking, examined(ranking, symbol)?)));
    let Some((ranking, examined)) = examined else { return Vec::new() };
    let answer = |&test: &&'static str| {
        let tested = examined.tests.iter().find(|tested| tested.test == test);
        TestAnswer {
            test: test.into(),
            result: match tested {
                Some(Tested { passed: true, .. }) => TestResult::Passed,
                Some(_) => TestResult::Failed,
                None => TestResult::NotAsked,
            },
            observed: tested.and_then(|tested| tested.observed.clone()),
            required: tested.and_then(|tested| tested.required.clone()),
            because: tested.is_none().then_some(NOT_ASKED.into()),
        }
    };
    ranking.tests.iter().map(answer).collect()
}

impl RankAnswer {
    fn of(ranking: &Ranking, symbol: &Symbol, account: &Account) -> Option<Self> {
        let row = row_of(ranking, symbol)?;
        Some(Self {
            ranking: ranking.name.clone(),
            rank: row.rank,
            of: ranking.rows.len(),
            score: Number(row.score),
            verdict: row.verdict,
            smallest_change: smallest_change(ranking, row, account),
        })
    }
}

/// Moves a row up and down its ranking, a place at a time, and selects again, until that puts it in or out.
pub fn smallest_change(ranking: &Ranking, row: &RankedRow, account: &Account) -> Option<ScoreChange> {
    let up = first_change(ranking, row, account, |place| place.checked_sub(1));
    let down = first_change(ranking, row, account, |place| place.checked_add(1));
    let size = |change: &ScoreChange| change.change.0.abs();
    [up, down].into_iter().flatten().min_by(|one, other| size(one).total_cmp(&size(other)))
}

/// The first change on the way in one direction; at each place the row has to pass the one that stands there.
fn first_change(
    ranking: &Ranking,
    row: &RankedRow,
    account: &Account,
    next_place: impl Fn(usize) -> Option<usize>,
) -> Option<ScoreChange> {
    let mut moved = ranking.clone();
    let mut place = moved.rows.iter().position(|other| other.symbol == row.symbol)?;
    loop {
        let next = next_place(place)?;
        let passed = moved.rows.get(next)?;
        let (passes, score) = (passed.symbol.clone(), passed.score);
        moved.rows.swap(place, next);
        for place in [place, next] {
            moved.rows.get_mut(place)?.rank = place + 1;
        }
        place = next;
        select(&mut moved, account);
        let verdict = moved.rows.get(place)?.verdict;
        if is_selected(verdict) != is_selected(row.verdict) {
            let (change, score) = (Number(score - row.score), Number(score));
            return Some(ScoreChange { change, score, passes, rank: place + 1, verdict });
        }
    }
}

fn is_selected(verdict: Verdict) -> bool {
    verdict == Verdict::Selected
}

/// Selects from a ranking by its own rule.
pub fn select(ranking: &mut Ranking, account: &Account) {
    match ranking.selection {
        SelectionRule::Nothing => {}
        SelectionRule::Best { count } => {
            for row in &mut ranking.rows {
                row.verdict = if row.rank <= count { Verdict::Selected } else { Verdict::BelowTheCut };
            }
        }
        SelectionRule::SectorSlots { count, slot_cap } => {
            sector_slots::select(ranking, count, slot_cap);
        }
        SelectionRule::HoldBuffer { count, buffer } => {
            hold_buffer::select(ranking, account, count, buffer);
        }
    }
}

fn spelt_much_the_same(decided: &Run, outcome: &Outcome, symbol: &Symbol) -> Vec<Symbol> {
    // What is managed has prices too, as a rule; none is to be named twice.
    let known: BTreeSet<&Symbol> =
        outcome.managed_symbols.iter().chain(decided.evidence.market.keys()).collect();
    let nearest = suggestion::nearest(symbol.as_str(), known.into_iter().map(Symbol::as_str));
    nearest.into_iter().filter_map(Symbol::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder_of(names: &[&'static str]) -> Account {
        let holdings = names.iter().map(|name| Symbol::literal(name)).collect();
        Account { holdings, ..Account::default() }
    }

    /// Rows named A, B, C ... with these groups and scores.
    fn ranking(rows: &[(&str, f64)], selection: SelectionRule, account: &Account) -> Ranking {
        let names = ["A", "B", "C", "D", "E", "F"];
        let rows = rows.iter().zip(names).zip(1..).map(|(((group, score), name), rank)| RankedRow {
            symbol: Symbol::literal(name),
            group: Some((*group).to_owned()),
            rank,
            score: *score,
            contributions: Vec::new(),
            hold_bonus: 0.0,
            verdict: Verdict::BelowTheCut,
        });
        let mut ranking = Ranking { rows: rows.collect(), selection, ..Ranking::default() };
        select(&mut ranking, account);
        ranking
    }

    /// By how much a symbol's score has to change, and whom it passes.
    fn change(ranking: &Ranking, name: &'static str, account: &Account) -> Option<(f64, String)> {
        let row = row_of(ranking, &Symbol::literal(name)).unwrap();
        smallest_change(ranking, row, account).map(|change| (change.change.0, change.passes.to_string()))
    }

    #[test]
    fn the_best_are_parted_by_the_scores_across_the_cut() {
        let nobody = holder_of(&[]);
        let rows = [("x", 8.0), ("x", 6.0), ("x", 3.0), ("x", 2.0)];
        let ranking = ranking(&rows, SelectionRule::Best { count: 2 }, &nobody);
        let change = |name| change(&ranking, name, &nobody);
        // Out with A below C: 3 - 8; in with D above B: 6 - 2.
        assert_eq!(change("A"), Some((-5.0, "C".to_owned())));
        assert_eq!(change("B"), Some((-3.0, "C".to_owned())));
        assert_eq!(change("C"), Some((3.0, "B".to_owned())));
        assert_eq!(change("D"), Some((4.0, "B".to_owned())));
    }

    #[test]
    fn a_full_sector_is_entered_by_passing_its_last_member() {
        let nobody = holder_of(&[]);
        let rows = [("tech", 9.0), ("tech", 8.0), ("bank", 5.0), ("tech", 4.0), ("oil", 1.0)];
        let selection = SelectionRule::SectorSlots { count: 3, slot_cap: 1 };
        let ranking = ranking(&rows, selection, &nobody);
        let verdicts: Vec<_> = ranking.rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts[1], Verdict::SectorFull);
        // D has to pass A, which has tech's only slot: 9 - 4. A leaves its slot to B: 8 - 9. Nothing is below E.
        assert_eq!(change(&ranking, "D", &nobody), Some((5.0, "A".to_owned())));
        assert_eq!(change(&ranking, "A", &nobody), Some((-1.0, "B".to_owned())));
        assert_eq!(change(&ranking, "E", &nobody), None);
    }

    #[test]
    fn a_held_row_comes_back_with_the_rank_of_the_buffer() {
        let holder = holder_of(&["E"]);
        let rows = [("x", 9.0), ("x", 8.0), ("x", 7.0), ("x", 6.0), ("x", 5.0)];
        let selection = SelectionRule::HoldBuffer { count: 2, buffer: 2 };
        let ranking = ranking(&rows, selection, &holder);
        assert_eq!(ranking.rows[4].verdict, Verdict::BeyondHoldBuffer);
        // Rank 4 is within 2 + 2, and takes the place of B.
        assert_eq!(change(&ranking, "E", &holder), Some((1.0, "D".to_owned())));
        assert_eq!(change(&ranking, "C", &holder), Some((1.0, "B".to_owned())));
    }

    #[test]
    fn where_nothing_is_selected_no_score_helps() {
        let nobody = holder_of(&[]);
        let rows = [("x", 2.0), ("x", 1.0)];
        for selection in [SelectionRule::Nothing, SelectionRule::HoldBuffer { count: 0, buffer: 0 }] {
            assert_eq!(change(&ranking(&rows, selection, &nobody), "B", &nobody), None);
        }
    }
}
