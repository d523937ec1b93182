//! What holds of every plan, whatever the targets, prices and account.

use proptest::prelude::*;

use super::faithful::faithful_equity_usd;
use super::price::Price;
use super::step::QuantityStep;
use super::tests::Draft;
use super::*;

const NAMES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

/// Weights from random parts, which sum to 1 with a part of cash.
fn weights(parts: &[f64]) -> Vec<f64> {
    let sum: f64 = parts.iter().sum();
    parts.iter().map(|part| part / sum).collect()
}

fn step() -> impl Strategy<Value = QuantityStep> {
    prop_oneof![Just(1.0), Just(0.1), Just(0.0001), Just(5.0)]
        .prop_map(|shares| QuantityStep::new(shares).unwrap())
}

fn options() -> impl Strategy<Value = Options> {
    (step(), any::<bool>(), prop_oneof![Just(0.0), 1.0..500.0], prop_oneof![Just(0.0), 0.01..0.5]).prop_map(
        |(step, sweep, min_trade_usd, keep_step)| Options {
            step,
            sweep,
            min_trade_usd,
            keep_step,
            ..Options::default()
        },
    )
}

/// A request without a portfolio: up to six targets, some without a price, the last of them the safe haven.
fn draft() -> impl Strategy<Value = Draft> {
    let parts = prop::collection::vec((0.0..1.0_f64, 1.0..800.0_f64, 0..12_u8), 2..6);
    (parts, 100.0..200_000.0_f64, 0.0..0.2_f64, options()).prop_map(|(parts, equity, reserve, options)| {
        let mut draft = Draft::new((equity * 100.0).round() / 100.0).options(options);
        let parts_alone: Vec<f64> = parts.iter().map(|(part, ..)| part + 0.001).collect();
        let targets = weights(&parts_alone).into_iter().zip(&parts).zip(NAMES);
        let last = parts.len() - 1;
        for (place, ((weight, (_, price, oddity)), name)) in targets.enumerate() {
            let price = if *oddity == 0 { 0.0 } else { (price * 100.0).round() / 100.0 };
            draft = match place == last {
                true => draft.haven(name, weight, price),
                false => draft.target(name, weight, price),
            };
        }
        draft.reserve_usd = reserve * draft.equity_usd;
        draft
    })
}

/// A request with a portfolio: fractions, short positions, stocks that the profile never sells, prices that have moved
/// since the account was read, and cash that may be short or none.
fn account() -> impl Strategy<Value = Draft> {
    let held = prop::collection::vec((0..8_usize, 0.0..60.0_f64, 0..8_u8, 0.5..1.5_f64), 0..6);
    let cash = prop_oneof![Just(0.0), -500.0..0.0_f64, 0.0..50_000.0_f64];
    (draft(), held, cash, prop_oneof![Just(0.0), 0.0..30_000.0_f64]).prop_map(
        |(mut draft, held, cash, unmanaged_usd)| {
            for (place, quantity, oddity, moved) in held {
                let name = NAMES[place];
                let quantity = match oddity {
                    0 => quantity,
                    1 => -quantity.floor(),
                    _ => quantity.floor(),
                };
                let price = draft.prices.get(&Symbol::literal(name)).map_or(50.0, |price| price.usd);
                draft = draft.held(name, quantity, quantity * price * moved);
                let is_target = draft.targets.iter().any(|target| target.symbol.as_str() == name);
                if !is_target && quantity > 0.0 && !draft.exits.contains(&Symbol::literal(name)) {
                    draft = draft.exit(name).price(name, 50.0);
                }
            }
            draft.exits.sort();
            if unmanaged_usd > 0.0 {
                draft = draft.unmanaged("STOCK", unmanaged_usd);
            }
            draft.trade_threshold_usd = 10.0;
            draft.cash(cash)
        },
    )
}

proptest! {
    #[test]
    fn a_plan_spends_at_most_what_may_be_spent(draft in draft()) {
        let Some(plan) = draft.try_plan().unwrap() else { return Ok(()) };
        prop_assert!(plan.invested.0 <= plan.spendable.0 + 1e-6, "{plan:?}");
        prop_assert!(plan.cash_after.0 >= -1e-6);
        let weights: f64 = plan.lines.iter().map(|line| line.weight.0).sum();
        prop_assert!((weights + plan.cash_weight.0 - 1.0).abs() <= 1e-9);
        for line in &plan.lines {
            prop_assert!(line.shares.0 >= 0.0);
            let Some(price) = line.price else { continue };
            let step_usd = price.0 * plan.quantity_step.0;
            if !draft.options.sweep {
                prop_assert!(line.planned_value.0 - line.value.0 < step_usd * (1.0 + 1e-9), "{line:?}");
            }
            prop_assert!(line.value.0 - line.planned_value.0 < step_usd, "{line:?}");
        }
    }

    #[test]
    fn a_sweep_never_raises_a_drift(draft in draft()) {
        let with = |sweep| draft.clone().options(Options { sweep, ..draft.options }).try_plan().unwrap();
        let (Some(plain), Some(swept)) = (with(false), with(true)) else { return Ok(()) };
        prop_assert!(swept.largest_drift.0 <= plain.largest_drift.0 + 1e-9);
        prop_assert!(swept.total_drift.0 <= plain.total_drift.0 + 1e-9);
        prop_assert!(swept.invested.0 >= plain.invested.0);
    }

    #[test]
    fn trades_lead_to_the_quantities_that_they_name(draft in account()) {
        let Some(plan) = draft.try_plan().unwrap() else { return Ok(()) };
        let mut cash = draft.cash_balance_usd.unwrap();
        let mut bought = 0.0;
        for trade in &plan.trades {
            let held = draft.positions.get(&trade.symbol).map_or(0.0, |position| position.quantity);
            prop_assert_eq!(held, trade.current_quantity.0);
            let change = match trade.side {
                Side::Buy => trade.quantity.0,
                Side::Sell => -trade.quantity.0,
                Side::None => 0.0,
            };
            prop_assert!((held + change - trade.target_quantity.0).abs() <= 1e-9, "{trade:?}");
            prop_assert!(trade.target_quantity.0 >= held.min(0.0) && trade.quantity.0 >= 0.0);
            prop_assert_eq!(trade.side == Side::None, trade.quantity.0 == 0.0);
            cash -= change.signum() * trade.value.0;
            bought += if trade.side == Side::Buy { trade.value.0 } else { 0.0 };
            let line = plan.lines.iter().find(|line| line.symbol == trade.symbol);
            if let Some(line) = line.filter(|_| trade.reason.is_none()) {
                prop_assert_eq!(trade.target_quantity, line.shares);
            }
        }
        prop_assert!((cash - plan.cash_after.0).abs() <= 1e-6);
        prop_assert!(plan.cash_after.0 >= draft.cash_balance_usd.unwrap().min(0.0) - 0.01, "{plan:?}");
        if bought > 0.0 {
            prop_assert!(plan.cash_after.0 >= plan.reserve.0 - 0.01, "{plan:?}");
        }
        prop_assert!(plan.invested.0 <= plan.spendable.0 + 1e-6, "{plan:?}");
        // By what one line is off, the others and the cash are off together.
        prop_assert!(plan.total_drift.0 >= plan.largest_drift.0 - 1e-9);
        let sides: Vec<Side> = plan.trades.iter().map(|trade| trade.side).collect();
        prop_assert!(sides.is_sorted());
        // Every target and every exit has one line.
        prop_assert_eq!(plan.trades.len(), draft.targets.len() + draft.exits.len());
        let again = serde_json::from_str::<SharePlan>(&serde_json::to_string(&plan).unwrap()).unwrap();
        prop_assert_eq!(again, plan);
    }

    #[test]
    fn whole_shares_follow_the_weights_from_the_faithful_equity_on(
        parts in prop::collection::vec((0.05..1.0_f64, 1.0..900.0_f64), 1..8),
        fit in prop_oneof![Just(0.01), Just(0.005), 0.002..0.05_f64],
        above in prop::collection::vec((0.0..1.0_f64, any::<bool>()), 1000),
    ) {
        let step = QuantityStep::default();
        let weights = weights(&parts.iter().map(|(part, _)| *part).collect::<Vec<_>>());
        let targets: Vec<(f64, f64)> = weights.into_iter().zip(parts.iter().map(|(_, price)| (price * 100.0).round() / 100.0)).collect();
        let drift = |(weight, price): (f64, f64), equity: f64| {
            let steps = step.steps_for(weight * equity, price).unwrap();
            weight - steps * price / equity
        };
        let faithful = |(weight, price)| faithful_equity_usd(weight, price, step, fit);
        let equity = targets.iter().map(|target| faithful(*target)).fold(1.0, f64::max);
        for (part, is_in_cents) in above {
            // Mostly near, where the next violations would be, in dollars and in cents.
            let rise = equity * part * part * part * 3.0;
            let larger = equity + if is_in_cents { (rise * 100.0).round() / 100.0 } else { rise.round() };
            for target in &targets {
                prop_assert!(drift(*target, larger) <= fit + 1e-9, "{target:?} at {larger}");
            }
        }
        let deciding = targets.iter().find(|target| faithful(**target) >= equity && equity > 1.0);
        if let Some((weight, price)) = deciding {
            let last_steps = (weight / fit - 1e-12).ceil() - 1.0;
            let (weight, price) = (*weight, *price);
            let end = last_steps * price / weight;
            let just_below = end * (1.0 - 1e-7);
            prop_assert!(drift((weight, price), just_below) > fit, "{weight} {price} at {just_below}");
            // In cents: the last violations stand between the equity at which `last_steps - 1` fall short and the end.
            let start = (last_steps - 1.0) * price / (weight - fit);
            let cents = |from: f64, to: f64| ((from * 100.0).ceil() as i64..).map(|cent| cent as f64 / 100.0).take_while(move |usd| *usd < to);
            if end - start > 0.03 {
                let mut found = cents(start + 0.01, end - 0.01).take(2000);
                prop_assert!(found.any(|usd| drift((weight, price), usd) > fit), "{weight} {price} below {end}");
            }
            prop_assert!(cents(equity, equity + 10.0).all(|usd| targets.iter().all(|target| drift(*target, usd) <= fit + 1e-9)));
        }
    }

    #[test]
    fn prices_beyond_measure_are_none(price in prop_oneof![Just(f64::MIN_POSITIVE), Just(1e-300), Just(1e15)], quantity in 0.0..1e15_f64) {
        let mut draft = Draft::new(1000.0).target("A", 0.5, 10.0).held("B", quantity, 1.0).cash(1000.0);
        draft.prices.insert(Symbol::literal("B"), Price { usd: price, source: PriceSource::Quotes, date: None });
        draft.targets.push(Target { symbol: Symbol::literal("B"), role: None, weight: 0.5, value_usd: 500.0 });
        let plan = draft.try_plan().unwrap().unwrap();
        prop_assert!(serde_json::to_string(&plan).is_ok());
    }
}
