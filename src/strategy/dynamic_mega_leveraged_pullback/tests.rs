use serde_json::{Value, json};

use super::super::benchmark::PullbackRegime;
use super::super::features::Features;
use super::super::pool::SizedProduct;
use super::*;
use crate::finding::{Code, Severity};
use crate::market::history::Market;
use crate::strategy::RiskFlag;
use crate::strategy::contract::Rule;
use crate::strategy::shared::factor_score::Candidates;
use crate::strategy::trace::Verdict;
use crate::strategy::worked::{Traced, traced};
use crate::strategy::worked::{
    World, account, assert_weights, close_to, config, diagnostics, excluded, leveraged_config, snapshot,
    steps, symbol, with,
};

fn decide(config: &Config, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(Rule::decide, config, inputs)
}

const TABLE: &str = "
    symbol underlying_symbol sector candidate_rank product_available eligible
    XX     X                 tech   2              true              true
    YY     Y                 tech   1              true              true
    ZZ     Z                 tech   3              true              true";

/// The benchmark of `benchmark_gate`'s worked example: close 110, exit line 1.02 x 102.5 = 104.55, entry
/// line 102.5 x (1 + 5 / 110) = 107.16, momentum 0.1.
fn market() -> Market {
    let underlying = |base, last| steps(&[(127, base), (125, 100.0), (1, last)]);
    Market::from([
        (symbol("QQQ"), steps(&[(126, 100.0), (1, 110.0)])),
        (symbol("X"), underlying(60.0, 90.0)),
        (symbol("Y"), underlying(80.0, 95.0)),
        (symbol("Z"), underlying(60.0, 99.0)),
    ])
}

fn world(holdings: &[&str]) -> World {
    World { market: market(), ..World::of(account(Some(100_000.0), holdings)) }
}

fn attempt(changes: Value, table: &str, world: &World) -> Result<Traced, Vec<Finding>> {
    let config: Config = config(with(leveraged_config(), changes));
    decide(&config, world.inputs(&snapshot(table), Some("2025-03-31")))
}

fn decided(changes: Value, world: &World) -> Traced {
    attempt(changes, TABLE, world).unwrap()
}

fn with_benchmark_at(close: f64, holdings: &[&str]) -> World {
    let mut world = world(holdings);
    world.market.insert(symbol("QQQ"), steps(&[(126, 100.0), (1, close)]));
    world
}

/// Y: close 95; average of 200: (74 x 80 + 125 x 100 + 95) / 200 = 92.575, gap 0.0262 (thin);
///   depth 0.05: 0.85 x 0.60 = 0.51; momentum 95 / 80 - 1 = 0.1875; quality 1 - 0.05 / 0.10 = 0.5.
/// X: close 90; average (74 x 60 + 12,500 + 90) / 200 = 85.15, gap 0.057; depth 0.10: 1.25;
///   momentum 0.5; quality 1.
/// Z: close 99; depth 0.01: 0.45; momentum 0.65; quality 1 - 0.09 / 0.10 = 0.1.
/// Exposure 0.8 over 3: base 0.2667. X min(0.25, 0.333) = 0.25, Y 0.51 x base = 0.136,
/// Z 0.45 x base = 0.12. Sum 0.506, below 0.8.
#[test]
fn a_regime_has_one_name() {
    for regime in [
        PullbackRegime::HardDefense,
        PullbackRegime::RiskOnHoldBand,
        PullbackRegime::RiskOnEntry,
        PullbackRegime::EntryWait,
    ] {
        assert_eq!(serde_json::to_value(regime).unwrap(), regime.as_str());
    }
}

#[test]
fn a_worked_decision() {
    let outcome = decided(json!({}), &world(&[]));
    assert_weights(&outcome, &[("BOXX", 0.494), ("XX", 0.25), ("YY", 0.136), ("ZZ", 0.12)]);
    let rows = &outcome.trace.rankings[0].rows;
    let order: Vec<_> = rows.iter().map(|row| row.symbol.as_str()).collect();
    assert_eq!(order, ["ZZ", "XX", "YY"]);
    let expected = [
        ("ZZ", [0.65, 0.65, 0.55, 0.1]),
        ("XX", [0.5, 0.5, 0.4, 1.0]),
        ("YY", [0.1875, 0.1875, 0.0875, 0.5]),
    ];
    for (row, (name, values)) in rows.iter().zip(expected) {
        assert_eq!(row.symbol.as_str(), name);
        for (part, value) in row.contributions.iter().zip(values) {
            assert!(close_to(part.value.unwrap(), value), "{part:?} {value}");
        }
    }
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["regime"], "risk_on_entry");
    assert_eq!(numbers["benchmark_close"], 110.0);
    assert_eq!(numbers["benchmark_sma"], 102.5);
    assert_eq!(numbers["benchmark_sma_gap"], 110.0 / 102.5 - 1.0);
    assert_eq!(numbers["benchmark_atr"], 5.0);
    assert_eq!(numbers["benchmark_exit_line"], 102.5 * 1.02);
    assert_eq!(numbers["target_product_exposure"], 0.8);
    assert!(close_to(numbers["realized_product_exposure"].as_f64().unwrap(), 0.506));
    assert!(close_to(numbers["underlying_exposure"].as_f64().unwrap(), 1.012));
    assert_eq!(numbers["selected_symbols"], json!(["ZZ", "XX", "YY"]));
    assert_eq!(numbers["selected_underlyings"], json!(["Z", "X", "Y"]));
    assert_eq!(numbers["effective_holdings_count"], 3);
    // (0.01 + 0.10 + 0.05) / 3
    assert!(close_to(numbers["avg_pullback_depth"].as_f64().unwrap(), 0.16 / 3.0));
    assert_eq!(numbers["managed_symbols"], json!(["XX", "YY", "ZZ", "BOXX"]));
    let used: Vec<_> = outcome.price_symbols.iter().map(Symbol::as_str).collect();
    assert_eq!(used, ["QQQ", "X", "Y", "Z"]);
    assert_eq!(
        outcome.headline,
        "risk_on_entry: QQQ at 110.00, exit line 104.55, entry line 107.16; 3 of 3 products with 50.6 % \
         of the equity, 49.4 % in BOXX"
    );
}

#[test]
fn the_size_of_a_position_is_scaled_down_to_the_exposure() {
    // X alone with base 0.8: min(1.0, 0.8 x 1.25) = 1.0, above 0.8: scaled to 0.8.
    let changes = json!({"single_name_cap": 1.0, "candidate_universe_size": 1});
    let table = TABLE.replace("XX     X                 tech   2", "XX X tech 0");
    let outcome = attempt(changes, &table, &world(&[])).unwrap();
    assert_weights(&outcome, &[("BOXX", 0.2), ("XX", 0.8)]);
    assert!(outcome.trace.steps.iter().any(|step| step.quantity.name == "scale"));
}

#[test]
fn the_gate_opens_above_the_entry_line_and_closes_below_the_exit_line() {
    let regime = |close, holdings: &[&str]| {
        let outcome = decided(json!({}), &with_benchmark_at(close, holdings));
        (outcome.signal.clone(), outcome.risk_flags.contains(&RiskFlag::HardDefense))
    };
    // At 105: average 101.25, exit line 103.275; ATR 2.5, entry multiplier at its floor: 105.3.
    assert_eq!(regime(110.0, &[]), ("risk_on_entry".to_owned(), false));
    assert_eq!(regime(105.0, &[]), ("entry_wait".to_owned(), false));
    assert_eq!(regime(105.0, &["ZZ"]), ("risk_on_hold_band".to_owned(), false));
    assert_eq!(regime(110.0, &["ZZ"]), ("risk_on_hold_band".to_owned(), false));
    // At 102: average 100.5, exit line 102.51.
    assert_eq!(regime(102.0, &[]), ("hard_defense".to_owned(), true));
    assert_eq!(regime(102.0, &["ZZ"]), ("hard_defense".to_owned(), true));
    // What is held but no candidate does not count.
    assert_eq!(regime(105.0, &["Z", "QQQ"]), ("entry_wait".to_owned(), false));
}

#[test]
fn out_of_the_market_everything_is_in_the_safe_haven_and_the_ranking_still_stands() {
    let outcome = decided(json!({}), &with_benchmark_at(105.0, &[]));
    assert_weights(&outcome, &[("BOXX", 1.0)]);
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["candidate_count"], 3);
    assert_eq!(numbers["effective_holdings_count"], 0);
    assert_eq!(numbers["selected_symbols"], json!([]));
    assert_eq!(numbers.get("avg_pullback_depth"), None);
    // The underlyings' prices play no part in it.
    let used: Vec<_> = outcome.price_symbols.iter().map(Symbol::as_str).collect();
    assert_eq!(used, ["QQQ"]);
}

#[test]
fn the_hold_buffer_and_the_account_s_size_choose_among_the_ranked() {
    // 0.8 x 4,000 = 3,200: one. The best is ZZ; the buffer of 1 keeps XX, the second, when held.
    let small = |holdings: &[&str]| World { market: market(), ..World::of(account(Some(4_000.0), holdings)) };
    let selected = |world: &World| diagnostics(&decided(json!({}), world))["selected_symbols"].clone();
    assert_eq!(selected(&small(&[])), json!(["ZZ"]));
    assert_eq!(selected(&small(&["XX"])), json!(["XX"]));
    assert_eq!(selected(&small(&["YY"])), json!(["ZZ"]));
    let outcome = decided(json!({}), &small(&["YY"]));
    assert_eq!(outcome.trace.rankings[0].rows[2].verdict, Verdict::BeyondHoldBuffer);
    // Selected names are listed in rank order, held or not.
    let two = json!({"holdings_count": 2});
    assert_eq!(diagnostics(&decided(two, &world(&["YY"])))["selected_symbols"], json!(["ZZ", "YY"]));
}

#[test]
fn candidates_are_the_best_ranked_products_of_different_underlyings() {
    let table = "
        symbol underlying_symbol candidate_rank product_available eligible
        OFF    A                 1              false             true
        NO     B                 1              true              false
        BLANK  C                 1              -                 true
        NONE   -                 1              true              true
        -      D                 1              true              true
        LATE   Y                 -              true              true
        Y2     Y                 4              true              true
        Y1     Y                 3              true              true
        XX     X                 3              true              true
        ZZ     Z                 5              true              true";
    let outcome = attempt(json!({"candidate_universe_size": 2}), table, &world(&[])).unwrap();
    let numbers = diagnostics(&outcome);
    assert_eq!(numbers["candidate_count"], 2);
    assert_eq!(numbers["selected_symbols"], json!(["XX", "Y1"]));
    assert_eq!(
        excluded(&outcome.trace.rankings[0]),
        [
            ("OFF", "product_available"),
            ("NO", "eligible"),
            ("BLANK", "product_available"),
            ("NONE", "underlying_symbol"),
            ("Y2", "first_of_its_underlying"),
            ("ZZ", "candidate_rank"),
            ("LATE", "first_of_its_underlying"),
        ]
    );
    assert_eq!(
        numbers["managed_symbols"],
        json!(["OFF", "NO", "BLANK", "NONE", "LATE", "Y2", "Y1", "XX", "ZZ", "BOXX"])
    );
}

#[test]
fn absent_columns_have_their_defaults() {
    // No underlying: the product itself. No candidate rank: the rank among the mega caps.
    let table = "symbol mega_rank\nX 2\nZ 1\nY 3\n";
    let outcome = attempt(json!({"candidate_universe_size": 2}), table, &world(&[])).unwrap();
    assert_eq!(diagnostics(&outcome)["selected_underlyings"], json!(["Z", "X"]));
    assert_eq!(diagnostics(&outcome)["candidate_count"], 2);
}

#[test]
fn what_the_closes_rule_out_is_excluded_before_the_scores() {
    let mut world = world(&[]);
    world.market.remove(&symbol("X"));
    world.market.insert(symbol("Y"), steps(&[(252, 100.0)]));
    world.market.insert(symbol("Z"), steps(&[(127, 120.0), (126, 100.0)]));
    let outcome = decided(json!({}), &world);
    assert_weights(&outcome, &[("BOXX", 1.0)]);
    assert_eq!(
        excluded(&outcome.trace.rankings[0]),
        [("YY", "underlying_closes"), ("XX", "underlying_closes"), ("ZZ", "sma_200_gap")]
    );
    let codes: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| (finding.code, finding.severity, finding.symbol.clone().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            (Code::ShortHistory, Severity::Warning, symbol("Y")),
            (Code::MissingSymbol, Severity::Warning, symbol("X")),
        ]
    );
    // Nothing is selected, though the account carries three.
    assert_eq!(diagnostics(&outcome)["effective_holdings_count"], 3);
    let used: Vec<_> = outcome.price_symbols.iter().map(Symbol::as_str).collect();
    assert_eq!(used, ["QQQ", "Z"]);
}

#[test]
fn without_benchmark_or_equity_there_is_no_decision() {
    let codes = |world: &World| {
        let findings = attempt(json!({}), TABLE, world).unwrap_err();
        findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let mut absent = world(&[]);
    absent.market.remove(&symbol("QQQ"));
    assert_eq!(codes(&absent), [Code::MissingSymbol]);
    let mut short = world(&[]);
    short.market.insert(symbol("QQQ"), steps(&[(126, 100.0)]));
    assert_eq!(codes(&short), [Code::ShortHistory]);
    short.account.equity_usd = None;
    assert_eq!(codes(&short), [Code::ShortHistory, Code::PortfolioMissing]);
}

#[test]
fn the_benchmark_is_required_and_the_candidates_underlyings_can_be_skipped() {
    let config: Config = config(with(leveraged_config(), json!({"candidate_universe_size": 2})));
    let needs = config.price_needs(Some(&snapshot(TABLE)));
    let symbols: Vec<_> =
        needs.symbols.iter().map(|(symbol, necessity)| (symbol.as_str(), *necessity)).collect();
    use crate::market::needs::Necessity::{Required, Skippable};
    assert_eq!(symbols, [("QQQ", Required), ("X", Skippable), ("Y", Skippable)]);
    assert_eq!((needs.reach.bars, needs.reach.months), (253, 0));
    assert_eq!(needs.ranges.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["QQQ"]);
    assert_eq!(config.price_needs(None).symbols.len(), 1);
}

#[test]
fn equal_ranks_are_parted_by_the_underlying() {
    let table = "symbol underlying_symbol candidate_rank\nZZ Z 1\nXX X 1\n";
    let outcome = attempt(json!({"candidate_universe_size": 1}), table, &world(&[])).unwrap();
    assert_eq!(diagnostics(&outcome)["selected_symbols"], json!(["XX"]));
}

/// Of two, every z-score is +1 or -1: P 0.35 + 0.20 + 0.20 - 0.20 = 0.55, Q -0.55. A bonus of 1.1 makes
/// Q tie; it has the better pullback, P the better momentum.
#[test]
fn a_tie_goes_to_the_better_pullback() {
    let product = |name: &str, momentum: f64, pullback_depth: f64| SizedProduct {
        symbol: symbol(name),
        underlying: symbol(name),
        features: Features {
            mom_20: 0.0,
            mom_126: momentum,
            mom_252: momentum,
            relative_mom_126: momentum - 0.1,
            sma_50_gap: 0.1,
            sma_200_gap: 0.1,
            pullback_depth,
            vol_63: 0.3,
        },
        size_multiplier: 1.0,
    };
    let config: Config = config(with(leveraged_config(), json!({"hold_bonus": 1.1})));
    let products = [product("P", 0.5, 0.05), product("Q", 0.3, 0.10)];
    let order = |holdings: &[&str]| {
        let account = account(None, holdings);
        let passed = products.iter().map(|product| product.candidate(&account)).collect();
        let candidates = Candidates { passed, ..Candidates::default() };
        let ranking = factor_score::rank(&SCORE, Scope::All, *config.hold_bonus, candidates);
        ranking.rows.into_iter().map(|row| row.symbol.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(order(&[]), ["P", "Q"]);
    assert_eq!(order(&["Q"]), ["Q", "P"]);
}
