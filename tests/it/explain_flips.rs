//! Every flip is where it is said to be: the strategy is asked again just short of it, at it and beyond.

use strat::explain::flip::{
    Flip, Flips, HIGHEST_CHANGE_RATIO, LOWEST_CHANGE_RATIO, answer, same_decision, toward,
};
use strat::pipeline::Evidence;
use strat::strategy::Outcome;
use strat::symbol::Symbol;

use crate::random_market::{self, Day, Random};

/// How many random closes nearer than a flip are tried, none of which may change anything.
const NEARER_TRIED: usize = 4;

/// What was tried, so that a run that tries nothing fails.
#[derive(Debug, Default)]
pub struct Tally {
    pub gates: usize,
    pub gates_without: usize,
    pub decisions: usize,
    pub decisions_without: usize,
}

fn with_newest_close(evidence: &Evidence, symbol: &Symbol, close: f64) -> Evidence {
    let mut moved = evidence.clone();
    let series = moved.market.get_mut(symbol).unwrap();
    *series = series.with_newest_close(close);
    moved
}

/// Checks every flip of a day.
pub fn check(day: &Day, random: &mut Random, context: &str, tally: &mut Tally) {
    let Ok(outcome) = day.strategy.decide(&day.evidence.inputs()) else { return };
    let flips = Flips::of(&day.strategy, &day.evidence, &outcome);
    assert_eq!(flips.gates.len(), outcome.trace.gates.len());
    for (gate, flip) in outcome.trace.gates.iter().zip(&flips.gates) {
        let Some(symbol) = &gate.moved_by else {
            assert_eq!(flip, &None, "{context}: no price moves {}", gate.name);
            continue;
        };
        let changes = |close: f64| {
            let moved = with_newest_close(&day.evidence, symbol, close);
            day.strategy.decide(&moved.inputs()).is_ok_and(|outcome| {
                answer(&outcome.trace, gate.name, gate.symbol.as_ref()) == Some(!gate.holds)
            })
        };
        let newest = day.evidence.market[symbol].newest_close().unwrap();
        check_flip(flip.as_ref(), newest, changes, random, &format!("{context}: {} of {symbol}", gate.name));
        *(if flip.is_some() { &mut tally.gates } else { &mut tally.gates_without }) += 1;
    }
    check_decision(day, &outcome, &flips, random, context);
    *(if flips.decision.is_some() { &mut tally.decisions } else { &mut tally.decisions_without }) += 1;
}

/// At the flip and a little beyond it is changed, just short of it and nearer it is not; without a flip it
/// is changed nowhere.
fn check_flip(
    flip: Option<&Flip>,
    newest: f64,
    changes: impl Fn(f64) -> bool,
    random: &mut Random,
    context: &str,
) {
    let Some(flip) = flip else {
        for _ in 0..NEARER_TRIED {
            let close = newest * (1.0 + random.between(LOWEST_CHANGE_RATIO, HIGHEST_CHANGE_RATIO));
            assert!(
                !changes(close),
                "{context}: changed at {close} of {newest}, where no flip is said to be"
            );
        }
        return;
    };
    assert_eq!(flip.change_ratio, flip.close / newest - 1.0);
    assert!(changes(flip.close), "{context}: unchanged at {flip:?} of {newest}");
    assert!(!changes(toward(flip.close, newest)), "{context}: changed short of {flip:?} of {newest}");
    for distance in [1e-12, 1e-9] {
        let beyond = flip.close + (flip.close - newest).signum() * distance * newest;
        assert!(changes(beyond), "{context}: unchanged {distance:e} beyond {flip:?} of {newest}");
        if flip.change_ratio.abs() > distance {
            let short = flip.close - (flip.close - newest).signum() * distance * newest;
            assert!(!changes(short), "{context}: changed {distance:e} short of {flip:?} of {newest}");
        }
    }
    for _ in 0..NEARER_TRIED {
        let nearer = newest * (1.0 + random.between(-1.0, 1.0) * flip.change_ratio.abs().min(0.95));
        let is_nearer = (nearer / newest - 1.0).abs() < flip.change_ratio.abs();
        assert!(
            !is_nearer || !changes(nearer),
            "{context}: changed at {nearer}, nearer than {flip:?} of {newest}"
        );
    }
}

fn check_decision(day: &Day, outcome: &Outcome, flips: &Flips, random: &mut Random, context: &str) {
    let changes = |symbol: &Symbol, close: f64| {
        let moved = with_newest_close(&day.evidence, symbol, close);
        day.strategy.decide(&moved.inputs()).map_or(true, |moved| !same_decision(outcome, &moved))
    };
    let newest = |symbol: &Symbol| day.evidence.market[symbol].newest_close().unwrap();
    let flip = flips.decision.as_ref().map(|decision| &decision.flip);
    for symbol in day.evidence.market.keys() {
        let context = format!("{context}: decision by {symbol}");
        match flip {
            Some(flip) if flip.symbol == *symbol => {
                check_flip(Some(flip), newest(symbol), |close| changes(symbol, close), random, &context);
            }
            Some(flip) => {
                for _ in 0..NEARER_TRIED {
                    let ratio = random.between(-1.0, 1.0) * flip.change_ratio.abs().min(0.95);
                    let close = newest(symbol) * (1.0 + ratio);
                    assert!(!changes(symbol, close), "{context}: changed at {ratio}, nearer than {flip:?}");
                }
            }
            None => check_flip(None, newest(symbol), |close| changes(symbol, close), random, &context),
        }
    }
    if let Some(decision) = &flips.decision {
        assert!(decision.outcome.as_ref().is_none_or(|there| !same_decision(outcome, there)));
    }
}

fn check_days(days: u64, profile: fn(u64) -> Day, context: &str) -> Tally {
    let mut tally = Tally::default();
    for seed in 1..=days {
        let random = &mut Random::new(seed ^ 0x5eed);
        check(&profile(seed), random, &format!("{context} {seed}"), &mut tally);
    }
    println!("{context}: {tally:?}");
    assert!(tally.decisions >= days as usize / 2, "{context}: {tally:?}");
    assert!(tally.gates as u64 >= days, "{context}: {tally:?}");
    tally
}

#[test]
fn flips_of_the_rotation_are_exact() {
    check_days(80, random_market::rotation, "rotation");
}

#[test]
fn flips_of_growth_and_income_are_exact() {
    check_days(250, random_market::growth, "growth");
}

#[test]
fn flips_of_the_semiconductors_are_exact() {
    check_days(200, random_market::semiconductors, "semiconductors");
}

#[test]
fn flips_of_the_leveraged_pullback_are_exact() {
    check_days(60, random_market::leveraged_pullback, "leveraged pullback");
}
