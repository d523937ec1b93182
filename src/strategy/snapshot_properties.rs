//! What holds of every decision on a snapshot, whatever its rows say.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Inputs;
use super::contract::Rule;
use super::worked::{
    Traced, World, account, close_to, config, leveraged_config, mega_config, russell_config, snapshot,
    tech_config, traced, weights, with,
};
use super::{
    dynamic_mega_leveraged_pullback, mega_cap_leader_rotation, russell_1000_multi_factor,
    tech_communication_pullback,
};
use crate::finding::Finding;
use crate::market::history::History;
use crate::symbol::Symbol;

/// The columns of all the profiles' snapshots, symbol, sector, yes/no, rank and underlying first.
const HEADER: &str = "symbol sector eligible candidate_rank underlying_symbol adv20_usd close mom_3m mom_6m \
    mom_6_1 mom_12_1 rel_mom_6m_vs_benchmark rel_mom_6m_vs_broad_benchmark high_252_gap sma20_gap sma50_gap \
    sma200_gap ma50_over_ma200 vol_63 maxdd_126 breakout_252 dist_63_high dist_126_high rebound_20";
const FEATURES: usize = 18;

/// Profiles, each with a config that leaves the rule some choice.
const PROFILES: [&str; 5] = ["russell", "tech", "mega", "blend", "leveraged"];

fn ruled<C: Rule + DeserializeOwned>(json: Value, inputs: Inputs<'_>) -> Result<Traced, Vec<Finding>> {
    traced(C::decide, &config(json), inputs)
}

fn decide(profile: &str, inputs: Inputs<'_>) -> Traced {
    let decided = match profile {
        "russell" => ruled::<russell_1000_multi_factor::Config>(russell_config(), inputs),
        "tech" => ruled::<tech_communication_pullback::Config>(tech_config(), inputs),
        "mega" => ruled::<mega_cap_leader_rotation::Config>(mega_config(), inputs),
        "blend" => {
            let sleeves = json!({"blend_sleeves": [
                {"name": "one", "weight": 3, "holdings_count": 1, "single_name_cap": 0.8},
                {"name": "two", "weight": 1, "holdings_count": 3, "single_name_cap": 0.4},
            ]});
            ruled::<mega_cap_leader_rotation::Config>(with(mega_config(), sleeves), inputs)
        }
        _ => ruled::<dynamic_mega_leveraged_pullback::Config>(leveraged_config(), inputs),
    };
    decided.unwrap()
}

/// A number on a coarse grid, so that ties are common; sometimes blank.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just("-".to_owned()), 12 => (-5_i8..=5).prop_map(|tenths| format!("{}", f64::from(tenths) / 10.0))]
}

/// A row of a stock that is mostly eligible.
fn row(index: usize) -> impl Strategy<Value = String> {
    row_with(index, prop_oneof![6 => Just("true"), 1 => Just("false"), 1 => Just("-")])
}

fn row_with(index: usize, eligible: impl Strategy<Value = &'static str>) -> impl Strategy<Value = String> {
    let sector = prop_oneof![Just("IT"), Just("Communication"), Just("Energy"), Just("-")];
    let numbers = prop::collection::vec(number(), FEATURES);
    (sector, eligible, numbers).prop_map(move |(sector, eligible, numbers)| {
        format!("S{index} {sector} {eligible} {index} U{index} 60 {}", numbers.join(" "))
    })
}

fn rows() -> impl Strategy<Value = Vec<String>> {
    let stocks = (1_usize..12).prop_flat_map(|count| (0..count).map(row).collect::<Vec<_>>());
    (stocks, number(), number()).prop_map(|(mut rows, qqq, spy)| {
        for (benchmark, number) in [("QQQ", qqq), ("SPY", spy)] {
            let numbers = vec![number; FEATURES].join(" ");
            rows.push(format!("{benchmark} benchmark true 99 {benchmark} 60 {numbers}"));
        }
        rows
    })
}

/// Underlyings that rise, fall back or break, and a benchmark.
fn world() -> impl Strategy<Value = World> {
    let series = (60_u8..120, 80_u8..=100).prop_map(|(base, last)| {
        super::worked::steps(&[(127, f64::from(base)), (125, 100.0), (1, f64::from(last))])
    });
    let equity = prop_oneof![Just(None), (1_000.0..100_000.0_f64).prop_map(Some)];
    let holdings = subsequence((0..12).map(|index| format!("S{index}")).collect::<Vec<_>>(), 0..4);
    (prop::collection::vec(series, 12), 95_u8..115, equity, holdings).prop_map(
        |(underlyings, benchmark, equity, holdings)| {
            let holdings: Vec<&str> = holdings.iter().map(String::as_str).collect();
            let mut market: BTreeMap<Symbol, History> = underlyings
                .into_iter()
                .enumerate()
                .map(|(index, series)| (super::worked::symbol(&format!("U{index}")), series))
                .collect();
            // Long enough to be measured: where no underlying is, the rule refuses.
            let benchmark = super::worked::steps(&[(252, 100.0), (1, f64::from(benchmark))]);
            market.insert(super::worked::symbol("QQQ"), benchmark);
            World { market, ..World::of(account(equity, &holdings)) }
        },
    )
}

fn decided(profile: &str, rows: &[String], world: &World) -> Traced {
    let mut world = world.clone();
    if profile == "leveraged" {
        world.account.equity_usd.get_or_insert(50_000.0);
    }
    let table = snapshot(&format!("{HEADER}\n{}", rows.join("\n")));
    decide(profile, world.inputs(&table, None))
}

fn owned_weights(outcome: &Traced) -> Vec<(String, f64)> {
    weights(outcome).into_iter().map(|(symbol, weight)| (symbol.to_owned(), weight)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn weights_sum_to_one_within_their_caps(rows in rows(), world in world()) {
        for profile in PROFILES {
            let outcome = decided(profile, &rows, &world);
            let sum: f64 = weights(&outcome).iter().map(|(_, weight)| weight).sum();
            prop_assert!((sum - 1.0).abs() <= 1e-9, "{profile} {sum}");
            for (symbol, weight) in weights(&outcome) {
                prop_assert!(weight.is_finite() && weight > 0.0, "{profile} {symbol} {weight}");
                let cap = outcome.largest_weight.unwrap();
                prop_assert!(symbol == "BOXX" || weight <= cap + 1e-12, "{profile} {symbol} {weight}");
            }
        }
    }

    #[test]
    fn scores_are_the_sum_of_what_the_trace_shows(rows in rows(), world in world()) {
        for profile in PROFILES {
            for row in decided(profile, &rows, &world).trace.rankings.iter().flat_map(|ranking| &ranking.rows) {
                let sum: f64 = row.contributions.iter().map(|part| part.contribution).sum();
                prop_assert!(close_to(sum + row.hold_bonus, row.score), "{profile} {row:?}");
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        world in world(),
    ) {
        for profile in PROFILES {
            let (outcome, other) = (decided(profile, &rows, &world), decided(profile, &shuffled, &world));
            prop_assert_eq!(weights(&outcome), weights(&other));
            for (ranking, other) in outcome.trace.rankings.iter().zip(&other.trace.rankings) {
                prop_assert_eq!(&ranking.rows, &other.rows);
            }
        }
    }

    #[test]
    fn a_row_that_is_not_eligible_changes_no_weight(
        rows in rows(),
        world in world(),
        odd in row_with(77, Just("false")),
    ) {
        let more = [&[odd], &rows[..]].concat();
        for profile in PROFILES {
            let (outcome, other) = (decided(profile, &rows, &world), decided(profile, &more, &world));
            prop_assert_eq!(weights(&outcome), weights(&other));
        }
    }

    #[test]
    fn being_held_never_costs_a_rank(rows in rows(), world in world(), index in 0_usize..12) {
        let symbol = super::worked::symbol(&format!("S{index}"));
        let (mut free, mut holder) = (world.clone(), world);
        free.account.holdings.remove(&symbol);
        holder.account.holdings.insert(symbol.clone());
        for profile in PROFILES {
            let rank = |world| {
                let outcome = decided(profile, &rows, world);
                outcome.trace.rankings[0].rows.iter().find(|row| row.symbol == symbol).map(|row| row.rank)
            };
            prop_assert!(rank(&holder) <= rank(&free), "{profile} {symbol}");
        }
    }

    #[test]
    fn doubling_every_price_changes_no_weight(rows in rows(), world in world()) {
        let mut doubled = world.clone();
        for close in doubled.market.values_mut().flat_map(|series| &mut series.closes) {
            *close *= 2.0;
        }
        let (outcome, other) = (decided("leveraged", &rows, &world), decided("leveraged", &rows, &doubled));
        prop_assert_eq!(owned_weights(&outcome), owned_weights(&other));
    }
}
