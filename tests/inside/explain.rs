//! What every explanation has to add up to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use strat::document::Screen;
use strat::document::markdown::draw as markdown;
use strat::document::text::draw as text;
use strat::explain::Explanation;
use strat::explain::flip::Flips;
use strat::explain::symbol::select;
use strat::language::Language;
use strat::pipeline::Run;
use strat::record::Record;
use strat::view::explanation::{Characters, document};

use super::parity;

/// How far parts may be off their sum.
const SUM_TOLERANCE: f64 = 1e-9;

/// Of how many cases of a profile one is explained with its flips, which takes far longer than the rest.
const CASES_A_SEARCH: usize = 10;

const TERMINAL_WIDTH: usize = 80;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

#[track_caller]
fn assert_near(found: f64, expected: f64, what: &str) {
    let tolerance = SUM_TOLERANCE * expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance, "{what}: {found} is not {expected}");
}

/// The parts of every row add up to its score, and the rows stand in the order of their scores.
fn check_rankings(explanation: &Value, case: &str) {
    for ranking in list(&explanation["rankings"]) {
        let mut score_before = f64::INFINITY;
        for (row, rank) in list(&ranking["rows"]).iter().zip(1..) {
            let what = format!("{case}: {} in {}", row["symbol"], ranking["name"]);
            assert_eq!(row["rank"], rank, "{what}");
            let parts = list(&row["contributions"]);
            assert_eq!(parts.len(), list(&ranking["factors"]).len(), "{what}");
            for (part, factor) in parts.iter().zip(list(&ranking["factors"])) {
                assert_eq!((&part["factor"], &part["weight"]), (&factor["name"], &factor["weight"]));
                let scaled = if part["z_score"].is_null() { &part["value"] } else { &part["z_score"] };
                assert_near(number(&part["contribution"]), number(&part["weight"]) * number(scaled), &what);
            }
            let sum: f64 = parts.iter().map(|part| number(&part["contribution"])).sum();
            assert_near(sum + number(&row["hold_bonus"]), number(&row["score"]), &what);
            assert!(number(&row["score"]) <= score_before + SUM_TOLERANCE, "{what}");
            score_before = number(&row["score"]);
        }
    }
}

/// The steps towards the targets add up to the targets of the decision, and those of a weight profile to 1.
fn check_targets(explanation: &Value, case: &str) {
    let decision = &explanation["decision"];
    let unit = format!("target_{}", decision["target_mode"].as_str().unwrap());
    let mut stepped: BTreeMap<&str, f64> = BTreeMap::new();
    for step in list(&explanation["steps"]).iter().filter(|step| step["name"] == unit.as_str()) {
        *stepped.entry(step["symbol"].as_str().unwrap()).or_default() += number(&step["value"]);
    }
    let positions: BTreeMap<&str, f64> = list(&decision["positions"])
        .iter()
        .map(|position| (position["symbol"].as_str().unwrap(), number(&position[unit.as_str()])))
        .collect();
    for symbol in stepped.keys().chain(positions.keys()) {
        let of = |targets: &BTreeMap<&str, f64>| targets.get(symbol).copied().unwrap_or_default();
        assert_near(of(&stepped), of(&positions), &format!("{case}: {symbol}"));
    }
    if unit == "target_weight" && decision["actionable"] == true {
        assert_near(stepped.values().sum(), 1.0, case);
    }
}

/// The targets beside the safe haven are the selected rows, where the day and the exposure call for any.
fn check_selection(explanation: &Value, case: &str) {
    let names = |rows: Vec<&Value>| -> BTreeSet<String> {
        rows.into_iter().map(|row| row["symbol"].as_str().unwrap().to_owned()).collect()
    };
    let rankings = list(&explanation["rankings"]);
    let rows = rankings.iter().flat_map(|ranking| list(&ranking["rows"]));
    let selected = names(rows.filter(|row| row["verdict"] == "selected").collect());
    let positions = list(&explanation["decision"]["positions"]).iter();
    let targets = names(positions.filter(|position| position["role"].is_null()).collect());
    if !rankings.is_empty() {
        assert_eq!(selected, targets, "{case}");
    }
}

/// Every gate says of its own numbers what it says that it holds.
fn check_gates(explanation: &Value, case: &str) {
    for gate in list(&explanation["gates"]) {
        let what = format!("{case}: {gate}");
        let (Some(left), Some(right)) = (gate["left"].as_f64(), gate["right"].as_f64()) else { continue };
        let holds = match gate["op"].as_str().unwrap() {
            ">" => left > right,
            ">=" => left >= right,
            "<" => left < right,
            "<=" => left <= right,
            other => panic!("{other}"),
        };
        assert_eq!(gate["holds"], holds, "{what}");
        match gate["margin_ratio"].as_f64() {
            Some(margin) => assert_near(margin * right.abs(), left - right, &what),
            None => assert_eq!(right, 0.0, "{what}"),
        }
        if let Some(room) = gate["room_ratio"].as_f64() {
            assert_eq!(room >= 0.0, holds || room == 0.0, "{what}");
        }
    }
}

/// Each ranking's rule, asked again, selects what the strategy selected.
fn check_rules_of_selection(decided: &Run, case: &str) {
    for ranking in &decided.trace.rankings {
        let mut again = ranking.clone();
        select(&mut again, &decided.evidence.account);
        assert_eq!(again.rows, ranking.rows, "{case}");
    }
}

/// The forms for people keep within a terminal and end as text does.
fn check_forms(explanation: &Explanation, case: &str) {
    for characters in [Characters::Unicode, Characters::Ascii] {
        let text = text(&document(explanation, characters), Screen::default());
        for line in text.lines() {
            // A path is never broken: it has to be copied whole.
            let is_path = line.trim().contains('/') && !line.trim().contains(' ');
            assert!(is_path || line.chars().count() <= TERMINAL_WIDTH, "{case}: `{line}` is too wide");
            assert_eq!(line, line.trim_end(), "{case}");
        }
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{case}");
        assert!(characters == Characters::Unicode || text.is_ascii(), "{case}");
    }
    assert!(markdown(&document(explanation, Characters::Ascii), Language::En).starts_with("## "), "{case}");
}

fn check_profile(profile: &str) {
    for (place, case) in parity::cases(profile).iter().enumerate() {
        let name = case["id"].as_str().unwrap();
        let decided = parity::decided(case).unwrap();
        let outcome = decided.outcome().unwrap();
        let flips = if place % CASES_A_SEARCH == 0 {
            Flips::of(&decided.profile.strategy, decided.evidence.inputs(), outcome, &decided.trace)
        } else {
            Flips::default()
        };
        let record = Record::new(&decided);
        let explanation = Explanation::of(&decided, record, &flips, None);
        check_forms(&explanation, name);
        check_rules_of_selection(&decided, name);
        let json = serde_json::to_value(&explanation).unwrap();
        assert_eq!(json["schema"], "strat.explanation.v1");
        check_rankings(&json, name);
        check_targets(&json, name);
        check_selection(&json, name);
        check_gates(&json, name);
    }
}

#[test]
fn everything_adds_up_in_the_price_profiles() {
    for profile in ["global_etf_rotation", "tqqq_growth_income", "soxl_soxx_trend_income"] {
        check_profile(profile);
    }
}

#[test]
fn everything_adds_up_in_the_snapshot_profiles() {
    let price_profiles = ["global_etf_rotation", "tqqq_growth_income", "soxl_soxx_trend_income"];
    for profile in parity::PROFILES.iter().filter(|profile| !price_profiles.contains(profile)) {
        check_profile(profile);
    }
}

#[test]
fn without_exposure_no_row_is_called_below_the_cut() {
    let case = parity::cases("dynamic_mega_leveraged_pullback").into_iter().find(|case| {
        let decided = parity::decided(case).unwrap();
        decided.outcome().is_some_and(|outcome| {
            outcome.signal == "hard_defense"
                && decided.trace.rankings.iter().any(|ranking| !ranking.rows.is_empty())
        })
    });
    let decided = parity::decided(&case.unwrap()).unwrap();
    let ranking = &decided.trace.rankings[0];
    let symbol = ranking.rows[0].symbol.clone();
    let record = Record::new(&decided);
    let explanation = Explanation::of(&decided, record, &Flips::default(), Some(&symbol));
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(json["symbol"]["ranks"][0]["verdict"], "no_exposure");
    assert!(json["symbol"]["ranks"][0]["smallest_change"].is_null());
    let step = |name: &str| list(&json["steps"]).iter().find(|step| step["name"] == name).cloned();
    let count = step("effective_holdings_count").unwrap();
    assert_eq!((&count["value"], &count["formula"]), (&0.0.into(), &"no exposure".into()));
    assert_eq!(step("weight"), None);
    let text = text(&document(&explanation, Characters::Ascii), Screen::default()).replace('\n', " ");
    assert!(text.contains("but there is no exposure today, so nothing is selected."), "{text}");
}

#[test]
fn every_target_of_a_market_that_is_left_has_a_step() {
    let case = parity::cases("tqqq_growth_income").into_iter().find(|case| {
        let decided = parity::decided(case).unwrap();
        decided.outcome().is_some_and(|outcome| outcome.signal == "exit")
    });
    let decided = parity::decided(&case.unwrap()).unwrap();
    let outcome = decided.outcome().unwrap();
    let steps = decided.trace.steps.iter().filter(|step| step.quantity.name == "target_value");
    let stepped: BTreeSet<_> = steps.filter_map(|step| step.symbol.clone()).collect();
    assert_eq!(stepped, outcome.targets.by_symbol().keys().cloned().collect());
}
