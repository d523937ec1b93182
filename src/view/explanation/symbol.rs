//! Why one symbol is in or out, for people.

use super::rankings::verdict as verdict_words;
use super::{Characters, Section, blocked, chart, gates, section, steps, words};
use crate::amount::{percent, usd};
use crate::document::{Block, Cell, Fact, Item, Tone};
use crate::explain::symbol::{RankAnswer, ScoreChange, Standing, SymbolAnswer, TestAnswer, TestResult};
use crate::explain::{ExplainedGate, Explanation};
use crate::number::Number;
use crate::profile::words::TargetMode;
use crate::record::Record;
use crate::strategy::Action;
use crate::strategy::trace::{Step, Verdict};
use crate::symbol::Symbol;

/// How the symbol stands, and whether it is the safe haven.
pub fn verdict(record: &Record, answer: &SymbolAnswer) -> String {
    let standing = standing(record, answer);
    if answer.is_safe_haven { format!("{standing} It is the safe haven of the profile.") } else { standing }
}

fn standing(record: &Record, answer: &SymbolAnswer) -> String {
    let symbol = &answer.symbol;
    let held = if answer.is_held { "held and " } else { "" };
    match answer.standing {
        Standing::Target => format!("{symbol} is in: its target is {}.", target(record, answer.target)),
        Standing::ZeroTarget => format!("{symbol} is out: its target is nothing, which means sell it."),
        Standing::NotSelected if answer.ranks.iter().all(|rank| rank.verdict == Verdict::NoExposure) => {
            format!(
                "{symbol} is out: it is {held}ranked, but there is no exposure today, so nothing is selected."
            )
        }
        Standing::NotSelected => format!("{symbol} is out: it is {held}ranked, but not selected."),
        Standing::NotRanked => {
            let failed = answer.tests.iter().filter(|test| test.result == TestResult::Failed);
            let names: Vec<String> = failed.map(|test| format!("`{}`", test.test)).collect();
            let tests = if names.len() == 1 { "test" } else { "tests" };
            format!("{symbol} is out: it failed the {tests} {}.", names.join(", "))
        }
        Standing::NothingRanked => nothing_ranked(record, answer),
        Standing::Watched => match answer.traded_as.as_slice() {
            [] => format!("{symbol} is read, and is not a target of this decision."),
            products => {
                let names: Vec<&str> = products.iter().map(Symbol::as_str).collect();
                let flags: Vec<String> = names.iter().map(|name| format!("`--symbol {name}`")).collect();
                let are = if names.len() == 1 { "is" } else { "are" };
                let (names, flags) = (names.join(" and "), flags.join(" or "));
                format!("{symbol} itself is not traded, {names} {are} traded for it: ask with {flags}.")
            }
        },
        Standing::Managed => format!("{symbol} is out: the profile may sell it and does not hold it today."),
        Standing::Unknown => {
            let names: Vec<&str> = answer.spelt_much_the_same.iter().map(|name| name.as_str()).collect();
            let question = match names.as_slice() {
                [] => String::new(),
                names => format!(" Did you mean {}?", names.join(" or ")),
            };
            if answer.is_held {
                return format!("{symbol} is held, and the profile never sells it.");
            }
            format!("{symbol} is not part of this decision.{question}")
        }
        Standing::Blocked => format!("Nothing is known about {symbol}: an input blocked the decision."),
    }
}

/// Of a day on which no ranking is made: what that means for a symbol that the profile may sell, or only looks at.
fn nothing_ranked(record: &Record, answer: &SymbolAnswer) -> String {
    let symbol = &answer.symbol;
    match (record.action, answer.is_managed, answer.is_held) {
        (_, false, false) => format!("{symbol} is read and never bought."),
        (_, false, true) => format!("{symbol} is read; the profile never buys or sells it."),
        (Action::Hold, true, _) => format!("Nothing is ranked today: {symbol} stays as it is."),
        (_, true, true) => {
            format!(
                "{symbol} is out: it is held and to be sold, as the canary sends everything to the safe haven."
            )
        }
        (_, true, false) => format!("{symbol} is out: nothing is ranked in an emergency."),
    }
}

fn target(record: &Record, target: Option<Number>) -> String {
    let amount = target.map_or(0.0, |target| target.0);
    match record.target_mode {
        Some(TargetMode::Value) => format!("{} USD", usd(amount)),
        Some(TargetMode::Weight) | None => percent(amount),
    }
}

/// What a test found and needed: `has 1.2e9, needs >= 2e7`.
fn found(test: &TestAnswer) -> String {
    let observed = match (&test.observed, &test.required) {
        (Some(observed), required) => Some(format!("has {}", words::reading(observed, required.as_ref()))),
        (None, Some(_)) if test.result == TestResult::Failed => Some("has nothing".to_owned()),
        (None, _) => None,
    };
    let required = test.required.as_ref().map(|required| format!("needs {}", words::need(required)));
    observed.into_iter().chain(required).collect::<Vec<_>>().join(", ")
}

/// What the decision says of the symbol.
pub fn sections(explanation: &Explanation, answer: &SymbolAnswer, characters: Characters) -> Vec<Section> {
    let is_about = |gate: &&ExplainedGate| gate.gate.symbol.as_ref() == Some(&answer.symbol);
    let searched = &explanation.search.symbols;
    let about = explanation.gates.iter().filter(is_about).map(|gate| gates::fact(gate, searched)).collect();
    let of_symbol = |step: &&Step| step.symbol.as_ref() == Some(&answer.symbol);
    let sized: Vec<Step> = explanation.steps.iter().filter(of_symbol).cloned().collect();
    vec![
        blocked(&explanation.decision),
        section("tests", vec![Block::Facts(answer.tests.iter().map(test).collect())]),
        section("rank", vec![Block::Items(answer.ranks.iter().map(rank).collect())]),
        section("closes", chart::blocks(explanation.chart.as_ref(), characters)),
        section("gates", vec![Block::Facts(about)]),
        section("sizing", vec![Block::Items(steps(&sized))]),
    ]
}

fn test(test: &TestAnswer) -> Fact {
    let (result, tone) = match test.result {
        TestResult::Passed => ("passed", Tone::Good),
        TestResult::Failed => ("failed", Tone::Bad),
        TestResult::NotAsked => ("not asked", Tone::Plain),
    };
    let said = match &test.because {
        Some(because) => because.to_string(),
        None => found(test),
    };
    let separator = if said.is_empty() { "" } else { ": " };
    Fact::new(Cell::new(test.test.as_ref(), tone), format!("{result}{separator}{said}"))
}

fn rank(answer: &RankAnswer) -> Item {
    let head = format!(
        "{} of {} in {} with a score of {}: {}",
        answer.rank,
        answer.of,
        answer.ranking,
        words::score_change(answer.score.0, SCORE_DECIMALS),
        verdict_words(answer.verdict),
    );
    let note = match &answer.smallest_change {
        Some(change) => smallest_change(change),
        None => "no change of its score alone changes that".to_owned(),
    };
    Item { head, notes: vec![note] }
}

/// The decimals of a score.
const SCORE_DECIMALS: usize = 4;

fn smallest_change(change: &ScoreChange) -> String {
    let (side, effect) = match change.verdict {
        Verdict::Selected => ("above", "bring it in"),
        _ => ("below", "put it out"),
    };
    format!(
        "a score {side} the {} of {} ({}) would {effect}, at rank {}",
        words::score_change(change.score.0, SCORE_DECIMALS),
        change.passes,
        words::score_change(change.change.0, SCORE_DECIMALS),
        change.rank,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::phrases::in_chinese;

    #[test]
    fn an_underlying_of_two_products_names_both() {
        let symbol = Symbol::literal("NVDA");
        let answer = SymbolAnswer {
            symbol: symbol.clone(),
            standing: Standing::Watched,
            target: None,
            is_held: false,
            is_managed: false,
            is_safe_haven: false,
            tests: Vec::new(),
            ranks: Vec::new(),
            traded_as: vec![Symbol::literal("NVDL"), Symbol::literal("NVDU")],
            spelt_much_the_same: Vec::new(),
        };
        let record = Record::unprofiled("mine.json".to_owned(), Vec::new());
        let said = verdict(&record, &answer);
        assert_eq!(
            said,
            "NVDA itself is not traded, NVDL and NVDU are traded for it: ask with `--symbol NVDL` or `--symbol NVDU`."
        );
        assert_eq!(
            in_chinese(&said, &Vec::new()),
            "NVDA 本身不交易，由 NVDL 和 NVDU 代替：请用 `--symbol NVDL` 或 `--symbol NVDU` 查看。"
        );
    }
}
