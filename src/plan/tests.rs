//! Plans worked by hand; the arithmetic stands beside each.

use super::faithful::faithful_equity_usd;
use super::price::Price;
use super::step::QuantityStep;
use super::*;

/// An account and a request in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub equity_usd: f64,
    pub targets: Vec<Target>,
    pub exits: Vec<Symbol>,
    pub prices: Prices,
    pub has_portfolio: bool,
    pub total_equity_usd: Option<f64>,
    pub cash_balance_usd: Option<f64>,
    pub positions: BTreeMap<Symbol, Position>,
    pub unmanaged: BTreeSet<Symbol>,
    pub cash_symbols: Vec<Symbol>,
    pub unknown_quantities: BTreeSet<Symbol>,
    pub below_min_holding: BTreeSet<Symbol>,
    pub reserve_usd: f64,
    pub trade_threshold_usd: f64,
    pub options: Options,
}

pub(super) fn symbol(text: &'static str) -> Symbol {
    Symbol::literal(text)
}

impl Draft {
    pub fn new(equity_usd: f64) -> Self {
        Self { equity_usd, ..Self::default() }
    }

    pub fn target(mut self, name: &'static str, weight: f64, price_usd: f64) -> Self {
        let value_usd = weight * self.equity_usd;
        self.targets.push(Target { symbol: symbol(name), role: None, weight, value_usd });
        self.price(name, price_usd)
    }

    pub fn haven(mut self, name: &'static str, weight: f64, price_usd: f64) -> Self {
        self = self.target(name, weight, price_usd);
        if let Some(target) = self.targets.last_mut() {
            target.role = Some(Role::SafeHaven);
        }
        self
    }

    /// A price of 0 is none.
    pub fn price(mut self, name: &'static str, usd: f64) -> Self {
        let price = Price { usd, source: PriceSource::Quotes, date: None };
        self.prices.insert(symbol(name), price);
        self
    }

    pub fn cash(mut self, usd: f64) -> Self {
        (self.has_portfolio, self.cash_balance_usd) = (true, Some(usd));
        self
    }

    pub fn held(mut self, name: &'static str, quantity: f64, market_value_usd: f64) -> Self {
        self.has_portfolio = true;
        self.positions.insert(symbol(name), Position { quantity, market_value_usd });
        self
    }

    pub fn unmanaged(mut self, name: &'static str, market_value_usd: f64) -> Self {
        self.unmanaged.insert(symbol(name));
        self.held(name, 1.0, market_value_usd)
    }

    pub fn exit(mut self, name: &'static str) -> Self {
        self.exits.push(symbol(name));
        self
    }

    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    pub fn try_plan(&self) -> Result<Option<SharePlan>, Overspent> {
        let managed: BTreeSet<Symbol> =
            self.positions.keys().filter(|symbol| !self.unmanaged.contains(symbol)).cloned().collect();
        let managed =
            managed.into_iter().chain(self.targets.iter().map(|target| target.symbol.clone())).collect();
        let portfolio = self.has_portfolio.then_some(Portfolio {
            total_equity_usd: self.total_equity_usd,
            cash_balance_usd: self.cash_balance_usd,
            positions: &self.positions,
            managed: &managed,
            cash_symbols: &self.cash_symbols,
            unknown_quantities: &self.unknown_quantities,
            below_min_holding: &self.below_min_holding,
            has_unknown_value: false,
        });
        share_plan(&Request {
            equity_usd: self.equity_usd,
            targets: &self.targets,
            exits: &self.exits,
            prices: &self.prices,
            portfolio,
            reserve_usd: self.reserve_usd,
            trade_threshold_usd: self.trade_threshold_usd,
            options: self.options,
            weights: Weights::Profile,
        })
    }

    pub fn plan(&self) -> SharePlan {
        self.try_plan().unwrap().unwrap()
    }
}

fn shares(plan: &SharePlan) -> Vec<f64> {
    plan.lines.iter().map(|line| line.shares.0).collect()
}

/// `symbol side quantity [reason]` of each trade.
fn trades(plan: &SharePlan) -> Vec<String> {
    let text = |trade: &Trade| {
        let reason = trade.reason.map_or(String::new(), |reason| format!(" {}", reason.as_str()));
        format!("{} {} {}{reason}", trade.symbol, trade.side.as_str(), trade.quantity.0)
    };
    plan.trades.iter().map(text).collect()
}

#[track_caller]
fn assert_near(found: Number, expected: f64) {
    assert!((found.0 - expected).abs() <= 1e-9, "found {}, expected {expected}", found.0);
}

#[test]
fn an_account_too_small_for_one_share_of_anything_stays_in_cash() {
    let plan = Draft::new(200.0).target("A", 0.5, 300.0).target("B", 0.5, 250.0).plan();
    assert_eq!(shares(&plan), [0.0, 0.0]);
    assert_eq!((plan.cash_after.0, plan.cash_weight.0, plan.largest_drift.0), (200.0, 1.0, 0.5));
    // (0.5 + 0.5 of the targets + 1 of the cash) / 2.
    assert_eq!(plan.total_drift.0, 1.0);
    // Of 0.5 with a fit of 0.01, the 50th step must be paid for: 49 * 300 / 0.5.
    assert_eq!(plan.faithful_equity, Some(Number(29_400.0)));
    assert_eq!(plan.faithful_equity_symbol, Some(symbol("A")));
    assert_eq!((plan.trades.len(), plan.turnover, plan.managed_equity), (0, None, None));
}

#[test]
fn four_names_collapse_to_one() {
    let draft = Draft::new(1000.0).target("A", 0.25, 240.0).target("B", 0.25, 260.0);
    let plan = draft.target("C", 0.25, 300.0).target("D", 0.25, 400.0).plan();
    assert_eq!(shares(&plan), [1.0, 0.0, 0.0, 0.0]);
    assert_near(plan.lines[0].drift, -0.01);
    assert_near(plan.largest_drift, 0.25);
    // (0.01 + 3 * 0.25 + 0.76) / 2.
    assert_near(plan.total_drift, 0.76);
    assert_eq!((plan.invested.0, plan.cash_after.0), (240.0, 760.0));
}

#[test]
fn a_price_above_the_target_buys_nothing_of_it() {
    let plan = Draft::new(1000.0).target("A", 0.9, 100.0).target("B", 0.1, 100.01).plan();
    assert_eq!(shares(&plan), [9.0, 0.0]);
}

#[test]
fn a_step_of_a_tenth_buys_tenths() {
    let options = Options { step: QuantityStep::new(0.1).unwrap(), ..Options::default() };
    // 100 / 30 is 3.33.
    let plan = Draft::new(100.0).target("A", 1.0, 30.0).options(options).plan();
    assert_eq!((shares(&plan)[0], plan.quantity_step.0), (3.3, 0.1));
}

#[test]
fn a_fraction_is_sold_down_and_bought_up_in_whole_shares() {
    // 12 of A and 10 of B are planned.
    let draft = Draft::new(2200.0).target("A", 1200.0 / 2200.0, 100.0).target("B", 1000.0 / 2200.0, 100.0);
    let plan = draft.held("A", 0.5, 50.0).held("B", 12.5, 1250.0).cash(900.0).plan();
    assert_eq!(trades(&plan), ["B sell 2.5", "A buy 11 odd_fraction"]);
    let quantities: Vec<f64> = plan.trades.iter().map(|trade| trade.target_quantity.0).collect();
    assert_eq!(quantities, [10.0, 11.5]);
    // 900 + 250 - 1100; the larger side is 1100 of 2200.
    assert_eq!((plan.cash_after.0, plan.turnover), (50.0, Some(Number(0.5))));
}

#[test]
fn a_missing_fraction_alone_is_no_trade() {
    let plan = Draft::new(1200.0).target("A", 1.0, 100.0).held("A", 11.5, 1150.0).cash(50.0).plan();
    assert_eq!(trades(&plan), ["A none 0 odd_fraction"]);
    assert_eq!(plan.trades[0].target_quantity.0, 11.5);
}

#[test]
fn exits_and_targets_of_zero_are_sold_whole_whatever_the_threshold() {
    let options = Options { min_trade_usd: 1000.0, ..Options::default() };
    let draft = Draft::new(1000.0).target("A", 1.0, 100.0).target("Z", 0.0, 10.0);
    let draft = draft.held("X", 3.75, 75.0).exit("X").price("X", 20.0).held("Z", 0.5, 5.0);
    let plan = draft.cash(920.0).options(options).plan();
    // The buy of 10 is worth 1000, and the cash pays for it: 920 + 75 + 5.
    assert_eq!(trades(&plan), ["X sell 3.75", "Z sell 0.5", "A buy 10"]);
    assert_eq!(plan.cash_after.0, 0.0);
    assert_eq!(plan.lines.len(), 2);
}

#[test]
fn an_exit_without_a_price_is_sold_at_its_value() {
    let draft = Draft::new(1000.0).target("A", 1.0, 100.0).held("X", 3.0, 60.0).exit("X").price("X", 0.0);
    let plan = draft.cash(940.0).plan();
    assert_eq!(trades(&plan), ["X sell 3", "A buy 10"]);
    assert_eq!(plan.trades[0].value.0, 60.0);
}

#[test]
fn a_reserve_scales_the_buys_and_leaves_drift_measured_from_the_targets() {
    let mut draft = Draft::new(1000.0).target("A", 0.6, 90.0).target("B", 0.4, 100.0);
    draft.reserve_usd = 100.0;
    let plan = draft.plan();
    // 900 of 1000 may be spent: 540 and 360, which are 6 of 90 and 3 of 100.
    assert_eq!((plan.spendable.0, plan.scaled_by), (900.0, Some(Number(0.9))));
    assert_near(plan.lines[0].planned_value, 540.0);
    assert_eq!((shares(&plan), plan.lines[0].target_value.0), (vec![6.0, 3.0], 600.0));
    assert_near(plan.lines[0].drift, 0.54 - 0.6);
    assert_near(plan.lines[1].drift, 0.3 - 0.4);
}

#[test]
fn the_safe_haven_is_cut_first() {
    let mut draft = Draft::new(1000.0).target("A", 0.6, 1.0).haven("H", 0.4, 1.0);
    draft.reserve_usd = 100.0;
    let plan = draft.plan();
    // 600 stay, the haven gets what is left of 900.
    assert_eq!((shares(&plan), plan.scaled_by), (vec![600.0, 300.0], None));
    let mut draft = Draft::new(1000.0).target("A", 0.95, 1.0).haven("H", 0.05, 1.0);
    draft.reserve_usd = 145.0;
    let plan = draft.plan();
    // 855 of 950 is 0.9; nothing is left for the haven.
    assert_eq!(shares(&plan), [855.0, 0.0]);
    assert_near(plan.scaled_by.unwrap(), 0.9);
}

#[test]
fn a_reserve_above_the_equity_spends_nothing() {
    let mut draft = Draft::new(1000.0).target("A", 1.0, 1.0);
    draft.reserve_usd = 2000.0;
    let plan = draft.plan();
    assert_eq!((plan.spendable.0, plan.scaled_by, shares(&plan)), (0.0, Some(Number(0.0)), vec![0.0]));
}

#[test]
fn an_account_below_at_and_above_the_faithful_equity() {
    let plan = |equity| Draft::new(equity).target("A", 0.5, 100.0).target("B", 0.5, 10.0).plan();
    // 49 * 100 / 0.5 of A; B asks for 980.
    for equity in [9_799.99, 9_800.0, 9_900.0] {
        assert_eq!(plan(equity).faithful_equity, Some(Number(9_800.0)));
    }
    let drift = |equity| plan(equity).lines[0].drift;
    // 48 shares of 100 below it, 49 from it on.
    assert_near(drift(9_799.99), 4_800.0 / 9_799.99 - 0.5);
    assert!(drift(9_799.99).0 < -0.01);
    assert_near(drift(9_800.0), 0.0);
    assert_near(drift(9_900.0), 4_900.0 / 9_900.0 - 0.5);
}

#[test]
fn the_faithful_equity_forgives_the_rounding_of_a_quotient() {
    // 0.07 / 0.01 is 7.000000000000001 in floats: 6 * 100 / 0.07 = 8571.43, not 7 * 100 / 0.07 = 10,000.
    let whole = QuantityStep::default();
    assert_eq!(faithful_equity_usd(0.07, 100.0, whole, 0.01), 8_572.0);
    assert_eq!(faithful_equity_usd(0.01, 100.0, whole, 0.01), 0.0);
    // In steps of a tenth a tenth of it.
    assert_eq!(faithful_equity_usd(0.07, 100.0, QuantityStep::new(0.1).unwrap(), 0.01), 858.0);
}

#[test]
fn a_target_without_a_price_has_no_faithful_equity_unless_it_is_small() {
    let plan = Draft::new(1000.0).target("A", 0.5, 100.0).target("B", 0.5, 0.0).plan();
    assert_eq!((plan.faithful_equity, plan.faithful_equity_symbol), (None, None));
    let line = &plan.lines[1];
    assert_eq!((line.price, line.price_source, line.shares.0, line.drift.0), (None, None, 0.0, -0.5));
    assert_eq!(line.reason, Some(LineReason::NoPrice));
    let plan = Draft::new(1000.0).target("A", 0.99, 100.0).target("B", 0.01, 0.0).plan();
    // 0.99 / 0.01 asks for 98 steps: 98 * 100 / 0.99 = 9898.99.
    assert_eq!(plan.faithful_equity, Some(Number(9_899.0)));
    assert_eq!(Draft::new(1000.0).target("A", 1.0, 0.0).try_plan(), Ok(None));
}

#[test]
fn a_sweep_spends_what_is_left_on_the_largest_shortfall() {
    let options = Options { sweep: true, ..Options::default() };
    // Planned are 370 each. A holds 3 of 100 (70 short), B 1 of 200 (170 short), C 0 of 400 (370 short): 610 are left.
    // C takes one step (30 above its target); of the other 210, B takes one (30 above), and A has nothing left.
    let third = 1.0 / 3.0;
    let draft =
        Draft::new(1110.0).target("A", third, 100.0).target("B", third, 200.0).target("C", third, 400.0);
    assert_eq!(shares(&draft.plan()), [3.0, 1.0, 0.0]);
    let plan = draft.options(options).plan();
    assert_eq!((shares(&plan), plan.cash_after.0), (vec![3.0, 2.0, 1.0], 10.0));
}

#[test]
fn a_sweep_goes_no_further_from_a_target_than_it_was() {
    let options = Options { sweep: true, ..Options::default() };
    // 149 of 100: one more would be 51 above, it is 49 below. With 150 it is as near above as below.
    let plan =
        |equity| Draft::new(equity).target("A", 0.5, 100.0).target("B", 0.5, 149.0).options(options).plan();
    assert_eq!(shares(&plan(298.0)), [1.0, 1.0]);
    // Ties of 50 go by symbol, and 100 are left for one of the two.
    let plan = Draft::new(300.0).target("A", 0.5, 100.0).target("B", 0.5, 100.0).options(options).plan();
    assert_eq!((shares(&plan), plan.cash_after.0), (vec![2.0, 1.0], 0.0));
}

#[test]
fn small_changes_stay_below_the_larger_threshold() {
    let options = Options { min_trade_usd: 100.0, ..Options::default() };
    let mut draft = Draft::new(2000.0).target("A", 0.5, 100.0).target("B", 0.5, 100.0).options(options);
    draft = draft.held("A", 11.0, 1100.0).held("B", 8.0, 800.0).cash(100.0);
    draft.trade_threshold_usd = 150.0;
    let plan = draft.plan();
    // The sell of 100 is below 150; the buy of 200 finds the 100 of the cash alone.
    assert_eq!(trades(&plan), ["B buy 1 short_of_cash", "A none 0 below_threshold"]);
    assert_eq!(plan.trades.iter().map(|trade| trade.target_quantity.0).collect::<Vec<_>>(), [9.0, 11.0]);
    assert_eq!(plan.cash_after.0, 0.0);
    draft.trade_threshold_usd = 50.0;
    assert_eq!(trades(&draft.plan()), ["A sell 1", "B buy 2"]);
}

#[test]
fn buys_are_paid_for_largest_first_and_the_safe_haven_last() {
    // Planned are 4 of A, 2 of B, 3 of H; the account has 550 in cash though its equity says 900.
    let draft = Draft::new(900.0).target("A", 400.0 / 900.0, 100.0).target("B", 200.0 / 900.0, 100.0);
    let plan = draft.haven("H", 300.0 / 900.0, 100.0).cash(550.0).plan();
    // 400 for A, 100 of the other 150 for B, nothing for H though it asks for more than B.
    assert_eq!(trades(&plan), ["A buy 4", "B buy 1 short_of_cash", "H none 0 short_of_cash"]);
    assert_eq!(plan.cash_after.0, 50.0);
}

#[test]
fn no_cash_and_moved_prices_end_with_short_of_cash() {
    let draft = Draft::new(1000.0).target("A", 1.0, 100.0);
    assert_eq!(trades(&draft.clone().cash(0.0).plan()), ["A none 0 short_of_cash"]);
    // An account that starts below 0 may end there.
    let plan = draft.clone().cash(-50.0).plan();
    assert_eq!((trades(&plan), plan.cash_after.0), (vec!["A none 0 short_of_cash".to_owned()], -50.0));
    // X was worth 900 when the account was read and brings 450 now: 100 + 450 pay for 5.
    let plan = draft.held("X", 9.0, 900.0).exit("X").price("X", 50.0).cash(100.0).plan();
    assert_eq!(trades(&plan), ["X sell 9", "A buy 5 short_of_cash"]);
}

#[test]
fn a_held_step_is_kept_while_the_plan_falls_short_by_a_small_part_of_it() {
    let keeping = |keep_step| Options { keep_step, ..Options::default() };
    // 390 of 100 are 3; 4 are held, which is 0.1 of a step too much.
    let draft = Draft::new(780.0).target("A", 0.5, 100.0).target("B", 0.5, 390.0);
    let draft = draft.held("A", 4.0, 400.0).held("B", 1.0, 390.0);
    let plan = |keep_step, cash| trades(&draft.clone().cash(cash).options(keeping(keep_step)).plan());
    assert_eq!(plan(0.0, 0.0), ["A sell 1", "B none 0"]);
    assert_eq!(plan(0.05, 0.0), ["A sell 1", "B none 0"]);
    assert_eq!(plan(0.15, 0.0), ["A none 0 kept_step", "B none 0"]);
    // 4.2 of A are more than one step above the 3 of the plan.
    let fraction = Draft::new(780.0).target("A", 0.5, 100.0).held("A", 4.2, 420.0).cash(360.0);
    assert_eq!(trades(&fraction.options(keeping(0.5)).plan()), ["A sell 1.2"]);
    // Below the reserve the step pays for it.
    assert_eq!(plan(0.15, -10.0), ["A sell 1", "B none 0"]);
}

#[test]
fn steps_are_kept_smallest_shortfall_first() {
    // 380 and 390 of 100 are 3 and 3, 4 and 4 are held. The cash is 30 short, so one step must go: B is nearer and kept.
    let mut draft = Draft::new(770.0).target("A", 380.0 / 770.0, 100.0).target("B", 390.0 / 770.0, 100.0);
    draft = draft.held("A", 4.0, 400.0).held("B", 4.0, 400.0).cash(-30.0);
    draft.options = Options { keep_step: 0.5, ..Options::default() };
    assert_eq!(trades(&draft.plan()), ["A sell 1", "B none 0 kept_step"]);
    assert_eq!(draft.plan().lines[1].shares.0, 3.0);
}

#[test]
fn what_is_short_unknown_or_too_small_is_not_traded() {
    let mut draft = Draft::new(1000.0).target("A", 0.5, 100.0).target("B", 0.5, 100.0).target("N", 0.0, 0.0);
    draft = draft.held("A", -2.0, -200.0).held("T", 0.5, 5.0).exit("U").cash(1195.0).held("N", 1.0, 0.0);
    draft.unknown_quantities.extend([symbol("B"), symbol("U")]);
    draft.below_min_holding.insert(symbol("T"));
    let plan = draft.plan();
    assert_eq!(
        trades(&plan),
        [
            // A zero target without any price is sold at the value that the account gives, which is 0.
            "N sell 1",
            "A none 0 short_position",
            "B none 0 unknown_quantity",
            "T none 0 below_min_holding",
            "U none 0 unknown_quantity"
        ]
    );
    assert_eq!(plan.trades[1].target_quantity.0, -2.0);
}

#[test]
fn unmanaged_positions_are_not_spent_and_cash_like_ones_are() {
    let mut draft = Draft::new(25_000.0).target("A", 0.98, 100.0).unmanaged("STOCK", 20_000.0);
    draft.total_equity_usd = Some(25_000.0);
    let plan = draft.plan();
    // 5,000 of 25,000 are managed, and all of it is cash: 50 shares.
    assert_eq!((plan.managed_equity, plan.spendable.0), (Some(Number(5_000.0)), 5_000.0));
    assert_eq!((trades(&plan), plan.cash_after.0), (vec!["A buy 50".to_owned()], 0.0));
    assert_eq!(plan.unmanaged, [Unmanaged { symbol: symbol("STOCK"), value: Number(20_000.0) }]);
    draft.cash_symbols.push(symbol("STOCK"));
    let plan = draft.plan();
    assert_eq!((trades(&plan), plan.unmanaged.len()), (vec!["A buy 245".to_owned()], 0));
    draft.cash_balance_usd = Some(5_000.0);
    assert_eq!(draft.plan().cash_after.0, 500.0);
}

#[test]
fn targets_above_the_managed_equity_are_told_by_more_than_one_per_cent() {
    let excess = |unmanaged_usd: f64| {
        let positions: BTreeMap<Symbol, Position> =
            [(symbol("STOCK"), Position { quantity: 1.0, market_value_usd: unmanaged_usd })].into();
        let (managed, none) = (BTreeSet::from([symbol("A")]), BTreeSet::new());
        let portfolio = Portfolio {
            total_equity_usd: Some(25_000.0),
            cash_balance_usd: None,
            positions: &positions,
            managed: &managed,
            cash_symbols: &[],
            unknown_quantities: &none,
            below_min_holding: &none,
            has_unknown_value: false,
        };
        let target = Target { symbol: symbol("A"), role: None, weight: 0.98, value_usd: 24_500.0 };
        spending::excess(25_000.0, &[target], &portfolio)
    };
    let found = excess(20_000.0).unwrap();
    assert_eq!((found.targets_usd, found.managed_equity_usd, found.unmanaged.len()), (24_500.0, 5_000.0, 1));
    // 24,500 against 25,000 - 750 is 250, which is 1 % and not over it.
    assert_eq!(excess(750.0), None);
    assert!(excess(750.01).is_some());
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    let draft = Draft::new(1000.0).target("A", 0.6, 90.0).haven("B", 0.4, 0.0).held("X", 1.5, 30.0).exit("X");
    let plan = draft.cash(970.0).price("X", 20.0).plan();
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<SharePlan>(&text).unwrap(), plan);
}
