//! Every flip is where it is said to be: the strategy is asked again just short of it, at it and beyond.

use std::collections::BTreeSet;

use strat::explain::flip::{
    Flip, Flips, HIGHEST_CHANGE_RATIO, LOWEST_CHANGE_RATIO, answer, same_decision, toward,
};
use strat::finding::Finding;
use strat::market::history::{History, Market};
use strat::market::indicators::{Indicators, TrendIndicators};
use strat::market::series::moving_average;
use strat::pipeline::Run;
use strat::strategy::Strategy;
use strat::strategy::trace::Trace;
use strat::strategy::{Evidence, Outcome};
use strat::symbol::Symbol;

use super::parity;
use super::random_market::{self, Day, Random};

/// How many random closes nearer than a flip are tried, none of which may change anything.
const NEARER_TRIED: usize = 4;

/// What was tried, so that a run that tries nothing fails.
#[derive(Debug, Default)]
pub struct Tally {
    pub gates: usize,
    pub names: BTreeSet<&'static str>,
    pub gates_without: usize,
    pub decisions: usize,
    pub decisions_without: usize,
}

/// What a strategy answers to the evidence, with its gates.
fn decide(strategy: &Strategy, evidence: &Evidence) -> Result<(Outcome, Trace), Vec<Finding>> {
    let mut trace = Trace::gates_only();
    strategy.decide(evidence.inputs(), &mut trace).map(|outcome| (outcome, trace))
}

fn with_newest_close(evidence: &Evidence, symbol: &Symbol, close: f64) -> Evidence {
    let mut moved = evidence.clone();
    let series = moved.market.get_mut(symbol).unwrap();
    *series = series.with_newest_close(close);
    moved
}

/// Checks every flip of a day.
pub fn check(day: &Day, random: &mut Random, context: &str, tally: &mut Tally) {
    let Ok((outcome, trace)) = decide(&day.strategy, &day.evidence) else { return };
    let flips = Flips::of(&day.strategy, day.evidence.inputs(), &outcome, &trace);
    assert_eq!(flips.gates.len(), trace.gates.len());
    for (gate, flip) in trace.gates.iter().zip(&flips.gates) {
        let Some(symbol) = &gate.moved_by else {
            assert_eq!(flip, &None, "{context}: no price moves {}", gate.name);
            continue;
        };
        let changes = |close: f64| {
            let moved = with_newest_close(&day.evidence, symbol, close);
            decide(&day.strategy, &moved)
                .is_ok_and(|(_, trace)| answer(&trace, gate.name, gate.symbol.as_ref()) == Some(!gate.holds))
        };
        let newest = day.evidence.market[symbol].window().close().unwrap();
        check_flip(flip.as_ref(), newest, changes, random, &format!("{context}: {} of {symbol}", gate.name));
        *(if flip.is_some() { &mut tally.gates } else { &mut tally.gates_without }) += 1;
        tally.names.extend(flip.as_ref().map(|_| gate.name));
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
        decide(&day.strategy, &moved).map_or(true, |(moved, _)| !same_decision(outcome, &moved))
    };
    let newest = |symbol: &Symbol| day.evidence.market[symbol].window().close().unwrap();
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
    let tally = check_days(60, random_market::leveraged_pullback, "leveraged pullback");
    for name in [
        "close_below_exit_line",
        "close_above_entry_line",
        "sma_200_gap_above_zero",
        "mom_126_above_zero",
        "pullback_slight",
        "pullback_small",
        "pullback_medium",
        "pullback_not_too_deep",
        "mom_20_overheated",
        "sma_50_gap_overheated",
        "sma_200_gap_thin",
        "relative_mom_126_lagging",
    ] {
        assert!(tally.names.contains(name), "no flip of {name} was tried");
    }
}

#[test]
fn flips_of_every_case_on_prices_are_exact() {
    let profiles = [
        "global_etf_rotation",
        "tqqq_growth_income",
        "soxl_soxx_trend_income",
        "dynamic_mega_leveraged_pullback",
    ];
    for profile in profiles {
        let mut tally = Tally::default();
        for (case, seed) in parity::cases(profile).iter().zip(1..) {
            let Run { profile, evidence, .. } = parity::decided(case).unwrap();
            let context = case["id"].as_str().unwrap();
            let strategy = profile.strategy;
            check(&Day { strategy, evidence }, &mut Random::new(seed), context, &mut tally);
        }
        println!("{profile}: {tally:?}");
        assert!(tally.decisions > 0 && tally.gates > 0, "{profile}: {tally:?}");
    }
}

#[test]
fn indicators_flip_where_the_closes_do_that_they_come_from() {
    let mut told = 0;
    for seed in 1..=50 {
        let day = random_market::semiconductors(seed);
        let (soxl, soxx) = (random_market::symbol("SOXL"), random_market::symbol("SOXX"));
        let of = |symbol: &Symbol| {
            let closes = &day.evidence.market[symbol].closes;
            TrendIndicators {
                price: closes.last().copied(),
                ma_trend: moving_average(closes, 140),
                ma20: moving_average(closes, 20),
                ma20_slope: None,
            }
        };
        let indicators = Some(Indicators { as_of: None, soxl: of(&soxl), soxx: of(&soxx) });
        let by_indicators = Evidence { market: Market::new(), indicators, ..day.evidence.clone() };
        let flips = |evidence: &Evidence| {
            let (outcome, trace) = decide(&day.strategy, evidence).unwrap();
            Flips::of(&day.strategy, evidence.inputs(), &outcome, &trace)
        };
        let (by_closes, by_indicators) = (flips(&day.evidence), flips(&by_indicators));
        for (one, other) in by_closes.gates.iter().zip(&by_indicators.gates) {
            let (one, other) = (one.as_ref(), other.as_ref());
            assert_eq!(one.map(|flip| &flip.symbol), other.map(|flip| &flip.symbol), "{seed}");
            if let (Some(one), Some(other)) = (one, other) {
                assert!((one.close / other.close - 1.0).abs() < 1e-9, "{seed}: {one:?} {other:?}");
                told += 1;
            }
        }
        let decided = |flips: &Flips| {
            flips.decision.as_ref().map(|decision| (decision.flip.symbol.clone(), decision.gate))
        };
        assert_eq!(decided(&by_closes), decided(&by_indicators), "{seed}");
    }
    assert!(told > 100, "{told}");
}

/// A day of the growth profile: 199 closes at 100 and the newest at 110, with something at risk.
fn flat_then(newest: f64) -> Day {
    let mut day = random_market::growth(1);
    let qqq = random_market::symbol("QQQ");
    let series = day.evidence.market.get_mut(&qqq).unwrap();
    series.closes.fill(100.0);
    *series = series.with_newest_close(newest);
    day.evidence.account.holdings = [random_market::symbol("TQQQ")].into();
    let settings = [("dual_drive_allow_pullback", false.into())];
    Day { strategy: random_market::strategy("tqqq_growth_income", &settings), ..day }
}

#[test]
fn a_worked_flip_counts_the_newest_close_s_own_share() {
    // The average is (199 * 100 + c) / 200, which c meets at 199 * 100 / 199 = 100 and not at the average's 100.05.
    let day = flat_then(110.0);
    let (outcome, trace) = decide(&day.strategy, &day.evidence).unwrap();
    let decision = Flips::of(&day.strategy, day.evidence.inputs(), &outcome, &trace).decision.unwrap();
    assert_eq!((decision.flip.close, decision.gate), (100.0, Some("close_above_ma200")));
    // 100 / 110 - 1
    assert_eq!(decision.flip.change_ratio, 100.0 / 110.0 - 1.0);
    assert_eq!(decision.outcome.unwrap().signal, "exit");
}

#[test]
fn a_close_on_the_line_flips_with_the_next_number() {
    let day = flat_then(100.0);
    let (outcome, trace) = decide(&day.strategy, &day.evidence).unwrap();
    assert_eq!(outcome.signal, "exit");
    let decision = Flips::of(&day.strategy, day.evidence.inputs(), &outcome, &trace).decision.unwrap();
    assert_eq!(
        (decision.flip.close, decision.outcome.unwrap().signal),
        (100.0_f64.next_up(), "hold".to_owned())
    );
}

#[test]
fn a_refusal_is_another_decision() {
    // SPY is too short to be judged: were AGG bad too, the alarm of two would hang on SPY.
    let mut day = random_market::rotation(1);
    let (spy, agg) = (random_market::symbol("SPY"), random_market::symbol("AGG"));
    let dates = super::common::files::sessions(300, "2025-02-12".parse().unwrap());
    let rising = dates.iter().zip(1_u32..).map(|(date, place)| (*date, 100.0 + f64::from(place)));
    let whole = History::from_closes(rising.clone());
    let short = History::from_closes(rising.skip(200));
    day.evidence.as_of = Some("2025-02-12".parse().unwrap());
    day.evidence.market = [(spy, short), (agg.clone(), whole)].into();
    let settings = [("canary_assets", serde_json::json!(["SPY", "AGG"])), ("canary_bad_threshold", 2.into())];
    let day = Day { strategy: random_market::strategy("global_etf_rotation", &settings), ..day };
    let (outcome, trace) = decide(&day.strategy, &day.evidence).unwrap();
    let decision = Flips::of(&day.strategy, day.evidence.inputs(), &outcome, &trace).decision.unwrap();
    assert_eq!(decision.flip.symbol, agg);
    assert!(decision.outcome.is_none() && decision.flip.change_ratio < 0.0);
    let there = with_newest_close(&day.evidence, &agg, decision.flip.close);
    assert!(decide(&day.strategy, &there).is_err());
    let short_of = with_newest_close(&day.evidence, &agg, decision.flip.close.next_up());
    assert!(decide(&day.strategy, &short_of).is_ok());
}
