//! What must hold on any market: random closes for the three price profiles, through the same readers and
//! the same pipeline as a user's files.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use serde_json::Value;
use strat::decision::Decision;
use strat::finding::Code;
use strat::input::portfolio::{AccountFlags, Holdings};
use strat::input::prices::PriceFlags;
use strat::pipeline::{self, Request, Rules};
use strat::strategy::Action;
use strat::strategy::trace::Trace;
use strat::symbol::Symbol;

use super::common::files::{Folder, Prices, Row, date, sessions};

/// The last session of a quarter.
const QUARTER_END: &str = "2025-03-31";

/// Enough sessions for the longest lookback and more.
const SESSIONS: usize = 280;

const CANARIES: [&str; 4] = ["SPY", "EFA", "EEM", "AGG"];
const POOL: [&str; 6] = ["EWY", "EWT", "INDA", "FXI", "GLD", "SLV"];
const VALUE_SYMBOLS: [&str; 3] = ["QQQ", "SOXX", "SOXL"];

/// A market whose symbols drift and swing apart, from a few random numbers each.
fn market() -> impl Strategy<Value = Prices> {
    let walk = (-0.002..0.003f64, 0.0..0.03f64, 10.0..500.0f64, any::<u64>());
    prop::collection::vec(walk, CANARIES.len() + POOL.len() + VALUE_SYMBOLS.len()).prop_map(|walks| {
        let dates = sessions(SESSIONS, date(QUARTER_END));
        let symbols = CANARIES.iter().chain(&POOL).chain(&VALUE_SYMBOLS);
        let mut prices = Prices::default();
        for (symbol, (drift, swing, start, seed)) in symbols.zip(walks) {
            let (mut close, mut state) = (start, seed);
            for date in &dates {
                prices.0.push(Row { symbol: (*symbol).to_owned(), date: *date, close });
                // Knuth's MMIX generator: its upper bits as a number from -1 to 1.
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let noise = (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0;
                close *= 1.0 + drift + swing * noise;
            }
        }
        prices
    })
}

/// Which of the symbols are held.
fn holdings() -> impl Strategy<Value = Vec<Symbol>> {
    let symbols: Vec<&str> = POOL.into_iter().chain(["QQQ", "TQQQ", "SOXL", "BIL", "AAPL"]).collect();
    prop::sample::subsequence(symbols, 0..=5)
        .prop_map(|held| held.iter().filter_map(|symbol| Symbol::parse(symbol)).collect())
}

const EQUITY: f64 = 12_345.67;

/// The three profiles with the settings under which the small market is enough.
fn profile() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["global_etf_rotation", "tqqq_growth_income", "soxl_soxx_trend_income"])
}

fn settings(profile: &str) -> Vec<String> {
    match profile {
        "global_etf_rotation" => vec![format!("ranking_pool={}", serde_json::json!(POOL))],
        _ => Vec::new(),
    }
}

fn decide(profile: &str, prices: &Prices, holdings: &[Symbol], as_of: Option<&str>) -> Decision {
    let folder = Folder::new();
    let request = Request {
        profile: profile.to_owned(),
        prices: PriceFlags {
            files: vec![folder.file("prices.csv", prices.csv()).into()],
            ..PriceFlags::default()
        },
        account: AccountFlags {
            equity_usd: Some(EQUITY),
            holdings: Some(Holdings(holdings.to_vec())),
            ..AccountFlags::default()
        },
        as_of: as_of.map(date),
        rules: Rules {
            settings: settings(profile),
            // A leveraged fund of a random market does not follow its underlying.
            allow: vec![Code::PairMismatch],
            ..Rules::default()
        },
        ..Request::default()
    };
    pipeline::run(&request, Trace::silent()).unwrap().decision
}

/// The targets in the profile's own unit.
fn targets(decision: &Decision) -> BTreeMap<String, f64> {
    let amount = |position: &strat::decision::PositionTarget| {
        position.target_weight.or(position.target_value).unwrap().0
    };
    decision.positions.iter().map(|position| (position.symbol.to_string(), amount(position))).collect()
}

fn scores(decision: &Decision) -> BTreeMap<String, f64> {
    let scores = decision.diagnostics.get("scores").and_then(Value::as_object);
    scores.into_iter().flatten().map(|(symbol, score)| (symbol.clone(), score.as_f64().unwrap())).collect()
}

/// Where a symbol ranks: how many score better.
fn rank(scores: &BTreeMap<String, f64>, symbol: &str) -> Option<usize> {
    let own = scores.get(symbol)?;
    Some(scores.values().filter(|score| *score > own).count())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 40,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_rows_changes_nothing(
        profile in profile(),
        (market, shuffled) in market().prop_flat_map(|market| {
            let rows = Just(market.0.clone()).prop_shuffle();
            (Just(market), rows.prop_map(Prices))
        }),
        holdings in holdings(),
    ) {
        let first = decide(profile, &market, &holdings, None);
        let second = decide(profile, &shuffled, &holdings, None);
        prop_assert_eq!(&first.decision_id, &second.decision_id);
        prop_assert_eq!(&first.diagnostics, &second.diagnostics);
        prop_assert_eq!(&first.findings, &second.findings);
    }

    #[test]
    fn rows_after_the_decision_date_change_nothing(
        profile in profile(),
        market in market(),
        holdings in holdings(),
        later in prop::collection::vec((0usize..13, 1i64..400, 0.01..1e6f64), 1..60),
    ) {
        let first = decide(profile, &market, &holdings, Some(QUARTER_END));
        let last = date(QUARTER_END);
        let symbols: Vec<&str> = CANARIES.into_iter().chain(POOL).chain(VALUE_SYMBOLS).collect();
        let mut longer = market;
        longer.0.extend(later.into_iter().map(|(symbol, days, close)| Row {
            symbol: symbols[symbol].to_owned(),
            date: last + TimeDelta::days(days),
            close,
        }));
        let second = decide(profile, &longer, &holdings, Some(QUARTER_END));
        prop_assert_eq!(&first.decision_id, &second.decision_id);
        prop_assert_eq!(&first.diagnostics, &second.diagnostics);
        prop_assert_eq!(&first.findings, &second.findings);
    }

    #[test]
    fn a_decision_of_a_day_is_that_of_the_file_up_to_the_day(
        profile in profile(),
        market in market(),
        holdings in holdings(),
        back in 0usize..20,
    ) {
        let day: NaiveDate = sessions(20, date(QUARTER_END))[19 - back];
        let upto = market.clone().keeping(|row| row.date <= day);
        let first = decide(profile, &market, &holdings, Some(&day.to_string()));
        let second = decide(profile, &upto, &holdings, None);
        prop_assert_eq!(&first.decision_id, &second.decision_id);
        prop_assert_eq!(&first.diagnostics, &second.diagnostics);
    }

    /// By powers of two, which change no digit of a quotient of closes.
    #[test]
    fn the_unit_of_the_closes_changes_no_target(
        profile in profile(),
        market in market(),
        holdings in holdings(),
        power in -8i32..8,
    ) {
        let mut scaled = market.clone();
        for row in &mut scaled.0 {
            row.close *= 2f64.powi(power);
        }
        let first = decide(profile, &market, &holdings, None);
        let second = decide(profile, &scaled, &holdings, None);
        prop_assert_eq!(first.action(), second.action());
        prop_assert_eq!(targets(&first), targets(&second));
    }

    #[test]
    fn weights_are_a_whole(market in market(), holdings in holdings()) {
        let decision = decide("global_etf_rotation", &market, &holdings, None);
        let targets = targets(&decision);
        // On a quarter's end there is always something to hold.
        prop_assert!(decision.action().is_actionable());
        prop_assert!(targets.values().all(|weight| weight.is_finite() && *weight > 0.0 && *weight <= 1.0));
        prop_assert!((targets.values().sum::<f64>() - 1.0).abs() <= 1e-9);
        // Nothing is both a target and an exit, and every holding is one of the three.
        for symbol in &holdings {
            let is_target = targets.contains_key(symbol.as_str());
            let is_exit = decision.exits.iter().any(|exit| exit.symbol == *symbol);
            let is_unmanaged = decision.unmanaged.contains(symbol);
            prop_assert_eq!([is_target, is_exit, is_unmanaged].iter().filter(|is| **is).count(), 1);
        }
    }

    #[test]
    fn values_are_no_more_than_the_equity(
        profile in prop::sample::select(vec!["tqqq_growth_income", "soxl_soxx_trend_income"]),
        market in market(),
        holdings in holdings(),
    ) {
        let targets = targets(&decide(profile, &market, &holdings, None));
        prop_assert!(targets.len() == 5);
        prop_assert!(targets.values().all(|value| value.is_finite() && *value >= 0.0));
        prop_assert!(targets.values().sum::<f64>() <= EQUITY * (1.0 + 1e-12));
    }

    #[test]
    fn to_be_held_never_lowers_a_rank(market in market(), symbol in prop::sample::select(POOL.to_vec())) {
        let held = Symbol::parse(symbol).unwrap();
        let (without, with) = (
            decide("global_etf_rotation", &market, &[], None),
            decide("global_etf_rotation", &market, &[held], None),
        );
        let ranks = (rank(&scores(&without), symbol), rank(&scores(&with), symbol));
        if let (Some(without), Some(with)) = ranks {
            prop_assert!(with <= without);
        }
        prop_assert_eq!(ranks.0.is_some(), ranks.1.is_some());
        // Who was chosen without the bonus is chosen with it.
        if targets(&without).contains_key(symbol) {
            prop_assert!(targets(&with).contains_key(symbol));
        }
    }

    #[test]
    fn the_same_file_twice_decides_the_same(profile in profile(), market in market(), holdings in holdings()) {
        let (first, second) =
            (decide(profile, &market, &holdings, None), decide(profile, &market, &holdings, None));
        prop_assert_eq!(&first.decision_id, &second.decision_id);
    }
}

/// The properties would say little of markets that are all alike.
#[test]
fn the_markets_lead_to_every_kind_of_decision() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..60 {
        let market = market().new_tree(&mut runner).unwrap().current();
        let rotation = decide("global_etf_rotation", &market, &[], None);
        let kind = match targets(&rotation).get("BIL") {
            _ if rotation.action() == Action::Emergency => "emergency",
            Some(weight) if *weight == 1.0 => "nothing ranks",
            Some(_) => "one fund",
            None => "two funds",
        };
        seen.insert(kind.to_owned());
        let tqqq = decide("tqqq_growth_income", &market, &[], None);
        seen.insert(tqqq.diagnostics["signal"].as_str().unwrap().to_owned());
        let soxl = decide("soxl_soxx_trend_income", &market, &[], None);
        seen.insert(soxl.diagnostics["blend_tier"].as_str().unwrap().to_owned());
    }
    let expected = ["defensive", "emergency", "entry", "full", "idle", "mid", "one fund", "two funds"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
